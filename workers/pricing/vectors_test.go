package pricing

import (
	"os"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// vector is one worked example of the published rules.
type vector struct {
	ID       string         `json:"id"`
	Kind     string         `json:"kind"`
	Input    jsontext.Value `json:"input"`
	Expected jsontext.Value `json:"expected"`
	Assert   string         `json:"assert"`
}

// The kinds of vectors that this package answers.
var vectorTests = map[string]func(*testing.T, vector){
	"auto_pay_sequence":           vectorAutoPay,
	"auto_renew_best_discount":    vectorBestDiscount,
	"best_offer_tie":              vectorBestOffer,
	"bill_identity":               vectorBillIdentity,
	"cash_coupon_on_downgrade":    vectorCouponInUse,
	"coupon_discount_exclusion":   vectorCouponExclusion,
	"coupon_issue_validation":     vectorCouponIssue,
	"five_day_quota_count":        vectorFiveDayCount,
	"on_demand_response":          vectorOnDemand,
	"order_adjust_discount":       vectorAdjust,
	"partner_discount_validation": vectorPartnerRatio,
	"ppu_daily_settle_cn":         vectorDailySettlement,
	"ppu_hourly_cn":               vectorHourlyUsage,
	"ppu_intl":                    vectorUsageAbroad,
	"ppu_truncation_cn":           vectorUsageTruncated,
	"remaining_months":            vectorRemaining,
	"remaining_years":             vectorRemaining,
	"spec_upgrade":                vectorUpgrade,
	"spec_upgrade_discount":       vectorUpgrade,
	"spec_upgrade_fixed_price":    vectorUpgrade,
	"unsub_refund":                vectorUnsubscribe,
	"unsub_renewal_period":        vectorRenewalReturned,
}

func TestVectors(t *testing.T) {
	t.Parallel()
	run := map[string]int{}
	for _, name := range []string{"pricing.json", "settlement.json"} {
		data, err := os.ReadFile("../testdata/vectors/" + name)
		if err != nil {
			t.Fatal(err)
		}
		var vectors []vector
		if err := json.Unmarshal(data, &vectors); err != nil {
			t.Fatalf("decode %s: %v", name, err)
		}
		for _, v := range vectors {
			test := vectorTests[v.Kind]
			if test == nil || v.Assert != "must" {
				continue
			}
			run[v.Kind]++
			t.Run(v.ID, func(t *testing.T) {
				t.Parallel()
				test(t, v)
			})
		}
	}
	for kind := range vectorTests {
		if run[kind] == 0 {
			t.Errorf("no vector of kind %q ran", kind)
		}
	}
}

// read decodes a vector's input and expectation.
func (v vector) read(t *testing.T, input, expected any) {
	t.Helper()
	if err := json.Unmarshal(v.Input, input); err != nil {
		t.Fatalf("%s: decode input: %v", v.ID, err)
	}
	if err := json.Unmarshal(v.Expected, expected); err != nil {
		t.Fatalf("%s: decode expected: %v", v.ID, err)
	}
}
