package site

import (
	"os"
	"slices"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
)

func TestFeeShare(t *testing.T) {
	t.Parallel()
	cn := get(t, "cn")
	for _, c := range []struct {
		term calendar.Period
		year int
		want string
	}{
		{calendar.Period{Type: calendar.Month, Num: 1}, 1, "0.1"},
		{calendar.Period{Type: calendar.Month, Num: 11}, 1, "0.1"},
		{calendar.Period{Type: calendar.Day, Num: 3}, 1, "0.1"},
		{calendar.Period{Type: calendar.Year, Num: 1}, 1, "0.1"},
		{calendar.Period{Type: calendar.Year, Num: 2}, 1, "0.15"},
		{calendar.Period{Type: calendar.Year, Num: 2}, 2, "0.1"},
		{calendar.Period{Type: calendar.Year, Num: 2}, 3, "0.1"},
		{calendar.Period{Type: calendar.Year, Num: 3}, 1, "0.15"},
		{calendar.Period{Type: calendar.Year, Num: 3}, 2, "0.1"},
		{calendar.Period{Type: calendar.Year, Num: 3}, 3, "0.05"},
	} {
		got, err := cn.FeeShare(c.term, c.year)
		if err != nil || !got.Equal(decimal.RequireFromString(c.want)) {
			t.Errorf("%s in year %d: got %s, %v, want %s", c.term, c.year, got, err, c.want)
		}
	}
	if got, err := cn.FeeShare(calendar.Period{Type: calendar.Year, Num: 10}, 1); codeOf(err) != CodeNoFeeRow {
		t.Errorf("10 years: got %s, %v", got, err)
	}
	if got, err := cn.FeeShare(calendar.Period{Type: calendar.Year, Num: 1}, 0); codeOf(err) != CodeNoFeeRow {
		t.Errorf("year 0: got %s, %v", got, err)
	}
}

type vector struct {
	ID       string         `json:"id"`
	Kind     string         `json:"kind"`
	Assert   string         `json:"assert"`
	Input    jsontext.Value `json:"input"`
	Expected jsontext.Value `json:"expected"`
}

// vectorsOf returns the binding vectors of a kind; there must be some.
func vectorsOf(t *testing.T, file, kind string) []vector {
	t.Helper()
	data, err := os.ReadFile("../testdata/vectors/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var vectors []vector
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	vectors = slices.DeleteFunc(vectors, func(v vector) bool { return v.Kind != kind || v.Assert != "must" })
	if len(vectors) == 0 {
		t.Fatalf("%s has no vector of kind %q", file, kind)
	}
	return vectors
}

func (v vector) decode(t *testing.T, input, expected any) {
	t.Helper()
	if err := json.Unmarshal(v.Input, input); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(v.Expected, expected); err != nil {
		t.Fatal(err)
	}
}

// The fee rates that the refund vectors name are the profile's.
func TestFeeShareVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectorsOf(t, "pricing.json", "unsub_refund") {
		var in struct {
			Term string          `json:"term"`
			Rate decimal.Decimal `json:"fee_rate"`
			Used int             `json:"used"`
		}
		var want struct{}
		v.decode(t, &in, &want)
		term, known := map[string]calendar.Period{
			"monthly": {Type: calendar.Month, Num: 1}, "1 year": {Type: calendar.Year, Num: 1},
			"2 years": {Type: calendar.Year, Num: 2}, "3 years": {Type: calendar.Year, Num: 3},
		}[in.Term]
		if !known {
			t.Errorf("%s: term %q is not known to the test", v.ID, in.Term)
			continue
		}
		start := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
		year := 1
		if term.Type == calendar.Year {
			year = calendar.ElapsedYears(start, start.AddDate(0, 0, in.Used), time.UTC)
		}
		if got, err := get(t, "cn").FeeShare(term, year); err != nil || !got.Equal(in.Rate) {
			t.Errorf("%s: got %s, %v, want %s", v.ID, got, err, in.Rate)
		}
	}
}

func TestRenewalAttemptVectors(t *testing.T) {
	t.Parallel()
	cn := get(t, "cn")
	for _, v := range vectorsOf(t, "pricing.json", "auto_renew_deduction") {
		var in struct {
			Expire string `json:"expire"`
		}
		var want struct {
			First string `json:"first_attempt"`
		}
		v.decode(t, &in, &want)
		expiry, err := time.ParseInLocation("2006-01-02T15:04:05", in.Expire, cn.Zone())
		if err != nil {
			t.Fatal(err)
		}
		if got, err := cn.FirstRenewalAttempt(expiry, 0); err != nil || got.Format(time.RFC3339) != want.First {
			t.Errorf("%s: got %s, %v, want %s", v.ID, got, err, want.First)
		}
		if got, err := cn.FirstRenewalAttempt(expiry, 2); err != nil || got.Format(time.RFC3339) != "2024-05-18T03:00:00+08:00" {
			t.Errorf("2 days before: got %s, %v", got, err)
		}
		for _, days := range []int{-1, 1, 8} {
			if got, err := cn.FirstRenewalAttempt(expiry, days); codeOf(err) != CodeInvalidDeduction {
				t.Errorf("%d days before: got %s, %v", days, got, err)
			}
		}
		if got := cn.KeptUntil(expiry).Format(time.RFC3339); got != "2024-06-19T23:59:59+08:00" {
			t.Errorf("kept until: got %s", got)
		}
	}
}

func TestPaymentMethodVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectorsOf(t, "settlement.json", "issue_method_allowed") {
		var in struct {
			Association string         `json:"association"`
			Cycle       calendar.Cycle `json:"incentive_generated"`
			Method      PaymentMethod  `json:"method"`
		}
		var want struct {
			Allowed bool `json:"allowed"`
		}
		v.decode(t, &in, &want)
		association := map[string]string{"代售": "resale", "顾问销售": "referral"}[in.Association]
		if in.Method == "topup" {
			in.Method = AccountTopUp
		}
		if got, err := get(t, "cn").MethodAllowed(in.Method, association, in.Cycle); err != nil || got != want.Allowed {
			t.Errorf("%s: got %v, %v, want %v", v.ID, got, err, want.Allowed)
		}
	}
}

func TestPaymentMethods(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		site, association string
		cycle             calendar.Cycle
		method            PaymentMethod
		want              bool
	}{
		{"cn", "resale", "2023-09", BankTransfer, true},
		{"cn", "resale", "2023-10", BankTransfer, false},
		{"cn", "resale", "2026-03", AccountTopUp, false},
		{"cn", "resale", "2026-03", CouponQuota, true},
		{"cn", "resale", "2023-09", AccountOwedInvoice, false},
		{"cn", "referral", "2026-03", BankTransfer, true},
		{"intl", "resale", "2026-03", BankTransfer, false},
		{"intl", "referral", "2026-03", BankTransfer, true},
		{"eu", "referral", "2026-03", BankTransfer, false},
		{"eu", "resale", "2026-03", CouponQuota, true},
	} {
		got, err := get(t, c.site).MethodAllowed(c.method, c.association, c.cycle)
		if err != nil || got != c.want {
			t.Errorf("%s %s %s by %s: got %v, %v", c.site, c.association, c.cycle, c.method, got, err)
		}
	}
	cn := get(t, "cn")
	if _, err := cn.MethodAllowed("cheque", "resale", "2026-03"); codeOf(err) != CodeUnknownMethod {
		t.Errorf("unknown method: got error %v", err)
	}
	if _, err := cn.Methods("reseller", "2026-03"); codeOf(err) != CodeNoPaymentMethods {
		t.Errorf("unknown association: got error %v", err)
	}
	methods, err := cn.Methods("resale", "2026-03")
	if err != nil {
		t.Fatal(err)
	}
	methods[0] = "changed"
	if again, _ := cn.Methods("resale", "2026-03"); again[0] == "changed" {
		t.Error("a caller can change the profile")
	}
}

func TestConfirmationDeadline(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ site, cycle, want string }{
		{"cn", "2026-02", "2026-03-12T00:00:00+08:00"},
		{"cn", "2026-03", "2026-04-13T00:00:00+08:00"}, // behind Qingming, the 4th to the 6th
		{"cn", "2026-01", "2026-02-12T00:00:00+08:00"}, // before Spring Festival
		{"cn", "2026-09", "2026-10-13T00:00:00+08:00"}, // over National Day, and Saturday the 10th is worked
		{"cn", "2025-09", "2025-10-14T00:00:00+08:00"},
		{"eu", "2026-03", "2026-04-10T00:00:00+01:00"},
		{"cn", "2026-12", "2027-01-12T00:00:00+08:00"},
	} {
		got, err := get(t, c.site).ConfirmationDeadline(calendar.Cycle(c.cycle))
		if err != nil || got.Format(time.RFC3339) != c.want {
			t.Errorf("%s %s: got %s, %v, want %s", c.site, c.cycle, got.Format(time.RFC3339), err, c.want)
		}
	}
}

func TestUsageDeductionStage(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]money.Stage{
		"cn": money.StageUsageDeductTruncate, "intl": money.StageUsageDeductHalfUp, "eu": money.StageUsageDeductHalfUp,
	} {
		if got := get(t, code).UsageDeductionStage(); got != want {
			t.Errorf("%s: got %s, want %s", code, got, want)
		}
	}
}
