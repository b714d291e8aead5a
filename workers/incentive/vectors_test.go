package incentive

import (
	"os"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/shopspring/decimal"
)

type vector struct {
	ID       string         `json:"id"`
	Kind     string         `json:"kind"`
	Assert   string         `json:"assert"`
	Input    jsontext.Value `json:"input"`
	Expected jsontext.Value `json:"expected"`
}

// checks are the vector kinds this package answers; the programmes of other vendors run as policies.
var checks = map[string]func(*testing.T, vector){
	"base_cap":                           checkBaseCap,
	"whole_amount_band":                  checkWholeBand,
	"tier_marginal":                      checkMarginal,
	"rev_share_band":                     checkBandRate,
	"monthly_cap":                        checkMonthlyCap,
	"rate_by_order_kind":                 checkRateByKind,
	"referral_reward":                    checkReferral,
	"quarterly_threshold":                checkQuarter,
	"eligible_performance":               checkPerformance,
	"eligible_performance_reseller_intl": checkResale,
	"rebind_exclusion":                   checkRebind,
	"clawback_pro_rata":                  checkClawback,
	"credit_purchase_freeze":             checkFreeze,
	"billing_cycle_freeze":               checkCycleFreeze,
	"seller_bill_cycle":                  checkCycle,
	"renewal_cycle_by_effective_date":    checkRenewalCycle,
	"ho_auto_reject":                     checkAcceptance,
	"customer_registration_window":       checkRegistration,
	"customer_registration_limit":        checkRegistrationLimit,
}

func TestVectors(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../testdata/vectors/settlement.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []vector
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, v := range vectors {
		check, ours := checks[v.Kind]
		if !ours || v.Assert != "must" {
			continue
		}
		seen[v.Kind] = true
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			check(t, v)
		})
	}
	if len(seen) != len(checks) {
		t.Errorf("the vectors cover %d of %d kinds", len(seen), len(checks))
	}
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

func checkBaseCap(t *testing.T, v vector) {
	var in struct {
		Paid string          `json:"order_paid"`
		Cap  decimal.Decimal `json:"base_cap"`
		Rate string          `json:"rate"`
		Max  decimal.Decimal `json:"reward_cap"`
	}
	var want struct {
		Reward string `json:"reward"`
	}
	v.decode(t, &in, &want)
	p := flat(in.Rate, func(p *Policy) { p.BaseCap, p.RewardCap = &in.Cap, &in.Max })
	expect(t, "reward", finals(t, p, in.Paid)[0], want.Reward)
	p.RewardCap = nil
	expect(t, "reward under the base cap alone", finals(t, p, in.Paid)[0], want.Reward)
}

func checkWholeBand(t *testing.T, v vector) {
	var in struct {
		Paid  string `json:"first_order_paid"`
		Bands string `json:"bands"`
	}
	var want struct {
		Reward string `json:"reward"`
	}
	v.decode(t, &in, &want)
	if in.Bands != "<1000:50%, 1000-3000:45%, >3000:40%, paid ceiling 50000" {
		t.Fatalf("the vector's bands %q are not those of the policy", in.Bands)
	}
	p := flat("0", func(p *Policy) {
		p.Mode, p.BaseCap, p.OrderKinds = ModeWhole, ptr(dec("50000")), []string{OrderKindNew}
		p.Bands = bands("1000", "0.50", "3000", "0.45", "", "0.40")
		p.Bands[0].UpToInclusive = false
	})
	expect(t, "reward", finals(t, p, in.Paid)[0], want.Reward)
}

func checkMarginal(t *testing.T, v vector) {
	var in struct {
		Amount string      `json:"amount"`
		Tiers  [][]*string `json:"tiers"`
	}
	var want struct {
		Commission string `json:"commission"`
	}
	v.decode(t, &in, &want)
	p := flat("0", func(p *Policy) { p.Bands = tiers(in.Tiers) })
	expect(t, "commission", finals(t, p, in.Amount)[0], want.Commission)
}

func tiers(rows [][]*string) []Band {
	var pairs []string
	for _, row := range rows {
		if row[0] == nil {
			row[0] = ptr("")
		}
		pairs = append(pairs, *row[0], *row[1])
	}
	return bands(pairs...)
}

func checkBandRate(t *testing.T, v vector) {
	var in struct {
		Revenue string      `json:"revenue"`
		Bands   [][]*string `json:"bands"`
	}
	var want struct {
		Percent string `json:"percent"`
	}
	v.decode(t, &in, &want)
	p := flat("0", func(p *Policy) { p.Mode, p.Bands = ModeWhole, tiers(in.Bands) })
	_, reached, err := Final(p, decs(in.Revenue))
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "percent", reached, want.Percent)
}

func checkMonthlyCap(t *testing.T, v vector) {
	var in struct {
		Commission string          `json:"commission"`
		Cap        decimal.Decimal `json:"cap"`
		Extra      string          `json:"extra_reward"`
	}
	var want struct {
		Payable string `json:"payable"`
	}
	v.decode(t, &in, &want)
	base := flat("1", func(p *Policy) { p.Basis, p.RewardCap = BasisPeriod, &in.Cap })
	earned := sum(finals(t, base, in.Commission))
	extra := flat("1", func(p *Policy) { p.ID, p.Kind, p.Basis, p.OutsideCap = "EXTRA", KindSpecial, BasisPeriod, true })
	added := sum(finals(t, extra.Within(base, earned), in.Extra))
	expect(t, "payable", earned.Add(added), want.Payable)
}

func checkRateByKind(t *testing.T, v vector) {
	var in struct {
		First       string `json:"first_purchase_cash"`
		Renewal     string `json:"renewal_cash"`
		FirstRate   string `json:"first_rate"`
		RenewalRate string `json:"renewal_rate"`
	}
	var want struct{ First, Renewal string }
	if err := json.Unmarshal(v.Expected, &want, json.MatchCaseInsensitiveNames(true)); err != nil {
		t.Fatal(err)
	}
	v.decode(t, &in, &struct{}{})
	set := New()
	for i, p := range []*Policy{
		flat(in.FirstRate, func(p *Policy) { p.ID, p.OrderKinds = "FIRST", []string{OrderKindNew} }),
		flat(in.RenewalRate, func(p *Policy) { p.ID, p.OrderKinds = "RENEWAL", []string{OrderKindRenew} }),
	} {
		if err := set.Add(int64(i), *p); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ kind, cash, want string }{
		{OrderKindNew, in.First, want.First}, {OrderKindRenew, in.Renewal, want.Renewal},
	} {
		f := fact(t)
		f.OrderKind = c.kind
		expect(t, c.kind, finals(t, set.View(1).Select(f).Base, c.cash)[0], c.want)
	}
}

func checkReferral(t *testing.T, v vector) {
	var in struct {
		Cash   string `json:"cash_paid"`
		Window string `json:"cash_paid_total_in_window"`
		Refund string `json:"refund_before_settlement"`
		Rate   string `json:"tier_rate"`
		Extra  string `json:"extra_rate"`
	}
	var want struct {
		Reward string `json:"reward"`
	}
	v.decode(t, &in, &want)
	base := flat(in.Rate, func(p *Policy) {
		p.Association, p.Basis, p.Threshold = AssociationReferral, BasisPeriod, &Threshold{Amount: dec("30")}
	})
	extra := flat("0"+in.Extra, func(p *Policy) { p.ID, p.Kind, p.Basis = "EXTRA", KindSpecial, BasisPeriod })
	net := dec("0" + in.Cash + in.Window).Sub(dec("0" + in.Refund)).String()
	expect(t, "reward", sum(finals(t, base, net)).Add(sum(finals(t, extra, net))), want.Reward)
}

func checkQuarter(t *testing.T, v vector) {
	var in struct {
		Monthly   []string        `json:"monthly_performance"`
		Threshold decimal.Decimal `json:"quarter_threshold"`
	}
	var want struct {
		Performance string `json:"quarter_performance"`
		Generated   bool   `json:"rebate_generated"`
	}
	v.decode(t, &in, &want)
	p := flat("0.05", func(p *Policy) {
		p.Basis, p.Period, p.Threshold = BasisPeriod, PeriodQuarter, &Threshold{Amount: in.Threshold, Inclusive: true}
	})
	expect(t, "performance", sum(decs(in.Monthly...)), want.Performance)
	if earned := sum(finals(t, p, in.Monthly...)); earned.IsPositive() != want.Generated {
		t.Errorf("rebate %s, generated should be %v", earned, want.Generated)
	}
	in.Monthly[2] = strings.Replace(in.Monthly[2], "49999.99", "50000.00", 1)
	expect(t, "rebate at the threshold", sum(finals(t, p, in.Monthly...)), "5000")
}
