package decision_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/pricing"
)

// Pricing rules, section 8: what settlements come to, by site and by what the
// product is settled by. C1 has a discount of 10 percent, C2 none.
func TestUsageSettlements(t *testing.T) {
	t.Parallel()
	type use struct{ customer, resource, spec, value, window string }
	cases := []struct {
		name, site string
		uses       []use
		want       []string
	}{
		{"80 minutes are two hours, China truncates", "cn", []use{{"C1", "u1", "sPR0", "80", "03-08 09:00 to 03-08 10:20"}},
			[]string{"1.4246 = 0.14246 + 0.00214 + 1.28"}},
		{"half up may erase less than nothing", "intl", []use{{"C2", "u1", "sPR0", "180", "03-08 09:00 to 03-08 09:50"}},
			[]string{"2.1369 = 0 + -0.0031 + 2.14"}},
		{"no usage", "cn", []use{{"C1", "u1", "sPR0", "0", "03-08 09:00 to 03-08 10:00"}}, []string{"0 = 0 + 0 + 0"}},
		{"hours apart, and two meters of one hour together", "cn", []use{{"C2", "u1", "sPR0", "60", "03-08 09:00 to 03-08 09:10"},
			{"C2", "u1", "sPR0", "60", "03-08 09:10 to 03-08 10:00"}, {"C2", "u1", "sPR0", "60", "03-08 10:00 to 03-08 11:00"}},
			[]string{"1.4246 = 0 + 0.0046 + 1.42", "0.7123 = 0 + 0.0023 + 0.71"}},
		{"by day", "cn", []use{{"C2", "u1", "sPR1", "30", "03-08 00:00 to 03-08 10:00"}, {"C2", "u1", "sPR1", "30", "03-08 22:00 to 03-09 00:00"},
			{"C2", "u1", "sPR1", "30", "03-09 00:00 to 03-09 01:00"}},
			[]string{"0.7123 = 0 + 0.0023 + 0.71", "0.35615 = 0 + 0.00615 + 0.35"}},
		{"by month, of customers apart", "cn", []use{{"C2", "u1", "sPR2", "30", "03-01 00:00 to 03-08 10:00"}, {"C2", "u1", "sPR2", "30", "03-31 22:00 to 04-01 00:00"},
			{"C0", "u1", "sPR2", "30", "03-09 00:00 to 03-09 01:00"}},
			[]string{"0.7123 = 0 + 0.0023 + 0.71", "0.35615 = 0.035615 + 0.000535 + 0.32"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStoryAt(t, c.site)
			for i, u := range c.uses {
				s.meter(fmt.Sprint("u", i), u.customer, u.resource, u.spec, u.value, u.window)
				if s.rejected() != nil {
					t.Fatalf("usage %d: %+v", i, s.rejected())
				}
			}
			if n := len(s.settlements()); n != 0 {
				t.Fatalf("%d settlements before any run", n)
			}
			s.settled("04-01 00:05")
			s.comesTo(c.want...)
		})
	}
}

// A run settles what ended by its time, whatever the product is settled by,
// and nothing else.
func TestSettleUsageUntil(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.meter("u1", "C2", "u1", "sPR0", "60", "03-08 09:00 to 03-08 10:00")
	s.meter("u2", "C2", "u2", "sPR1", "60", "03-08 09:00 to 03-08 10:00")
	s.settled("03-08 09:59")
	s.comesTo()
	s.settled("03-08 10:02")
	s.comesTo("0.7123 = 0 + 0.0023 + 0.71")
	s.settled("03-08 09:02") // run by hand for a time that is past
	s.comesTo("0.7123 = 0 + 0.0023 + 0.71")
	s.settled("03-09 00:03")
	s.comesTo("0.7123 = 0 + 0.0023 + 0.71", "0.7123 = 0 + 0.0023 + 0.71")
}

// What a settlement is: an order of one line, paid as the customer settles,
// that earns an incentive and says how it came about.
func TestUsageSettlementIsAnOrder(t *testing.T) {
	t.Parallel()
	for i, kind := range []pricing.TenderKind{pricing.TenderCredit, pricing.TenderCash, pricing.TenderMonthlySettlement} {
		s := newStory(t)
		customer := fmt.Sprintf("C%d", i)
		s.meter("u1", customer, "u1", "sPR0", "6000", "03-08 09:00 to 03-08 10:00")
		s.settled("03-08 10:02")
		o := s.settlements()[0]
		if len(o.Payment.Tenders) != 1 || o.Payment.Tenders[0].Kind != kind || o.Usage.Settle != "hour" || o.State != decision.OrderSettled {
			t.Fatalf("settlement %+v of %+v", o.Payment, o.Usage)
		}
		settled := outsOf[*events.OrderSettled](s)
		if len(settled) != 1 || settled[0].Usage == nil || settled[0].EraseAmount.Decimal.String() != o.Usage.Erase.String() ||
			len(settled[0].Tenders) != 1 || len(settled[0].Usage.Steps) == 0 || settled[0].Usage.Provisional {
			t.Fatalf("told as %+v", settled)
		}
		if _, err := s.last[0].Structured(); err != nil {
			t.Error(err)
		}
		if n := len(outsOf[*events.OrderPriced](s)); n != 0 {
			t.Errorf("%d prices are told of what was never offered", n)
		}
		details := s.partner().DetailsOf(o.ID)
		if len(details) != 1 || details[0].OrderKind != decision.KindUsage || details[0].Frozen.IsZero() == (kind != pricing.TenderCash) {
			t.Fatalf("details of %s: %+v", kind, details)
		}
	}
}

// A repayment that lists a settlement waits for it, and unfreezes it.
func TestUsageOnCreditIsRepaid(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.meter("u1", "C0", "u1", "sPR0", "6000", "03-08 09:00 to 03-08 10:00")
	window := s.partner().UsageWindows.All()[0].ID
	s.repaid("RP1", "C0", "64.10", window)
	if in := s.input("repaid/RP1"); in.Status != decision.StatusWaiting {
		t.Fatalf("the repayment is %s", in.Status)
	}
	s.settled("03-08 10:02")
	if got := amounts(s.bill("2026-03", "resale")); got != "total 5.13 frozen 0 payable 5.13 requested 0 paid 0, uncovered 0" {
		t.Error(got)
	}
}

// An hour in which the server changed has a line for each.
func TestUsageOfTwoSpecificationsInOneHour(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.add("product/BIG", "BIG", &events.ProductPublished{ProductID: "BIG", Names: events.Names{EnUS: "BIG"}, CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "big",
		Region: "r1", Currency: "CNY", Channel: "vendor", EffectiveTime: s.at.AddDate(-1, 0, 0), Prices: []events.PriceRow{hours("2.5")}})
	s.meter("u1", "C2", "u1", "sPR0", "60", "03-08 09:00 to 03-08 09:30")
	s.meter("u2", "C2", "u1", "big", "30", "03-08 09:30 to 03-08 10:00")
	s.settled("03-08 10:02")
	s.comesTo("1.9623 = 0 + 0.0023 + 1.96")
	if lines := s.settlements()[0].Usage.Lines; len(lines) != 2 || lines[0].Spec != "sPR0" || lines[1].Spec != "big" {
		t.Errorf("lines %+v", lines)
	}
	rules := map[string]int{}
	for _, step := range s.settlements()[0].Quote.Lines[0].Steps {
		rules[step.Rule]++
	}
	if rules["usage_line"] != 2 || rules["whole_hours"] != 1 {
		t.Errorf("steps %v", rules)
	}
	if r := s.partner().Resources.Get("u1"); !r.MeteredOnly() || r.Spec != "sPR0" || r.CustomerID != "C2" {
		t.Errorf("the resource is %+v", r)
	}
}

// What is wrong with usage is told when it comes, at its field.
func TestUsageRefusals(t *testing.T) {
	t.Parallel()
	good := func(t *testing.T) *events.UsageMetered {
		return metered("C1", "u1", "sPR0", "60", when(t, "03-08 09:00"), when(t, "03-08 10:00"))
	}
	cases := []struct {
		name, code, pointer string
		retryable           bool
		change              func(*events.UsageMetered)
	}{
		{"unknown factor", pricing.CodeUsageFactorUnknown, "/data/usage_factor", false, func(u *events.UsageMetered) { u.UsageFactor = "rain" }},
		{"unknown measure", pricing.CodeUsageMeasureUnknown, "/data/usage_measure_id", true, func(u *events.UsageMetered) { u.UsageMeasureID = 99 }},
		{"unknown product", pricing.CodeProductNotFound, "/data/resource_spec", true, func(u *events.UsageMetered) { u.ResourceSpec = "none" }},
		{"unknown customer", decision.CodeUnknownCustomer, "/data/customer_id", true, func(u *events.UsageMetered) { u.CustomerID = "C9" }},
		{"other reseller", decision.CodeResellerForeign, "/data/indirect_partner_id", false, func(u *events.UsageMetered) { u.IndirectPartnerID = "P9" }},
		{"before the partner", decision.CodeUnknownPartner, "/data/window/from", true, func(u *events.UsageMetered) {
			u.Window.From, u.Window.To = u.Window.From.AddDate(-3, 0, 0), u.Window.To.AddDate(-3, 0, 0)
		}},
		{"over the month's end", pricing.CodeSplitWindow, "/data/window", false, func(u *events.UsageMetered) { u.Window.To = u.Window.From.AddDate(0, 1, 0) }},
		{"over a change of price", pricing.CodeSplitWindow, "/data/window", false, func(u *events.UsageMetered) { u.ResourceSpec, u.UsageMeasureID = "dear", inHours }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStory(t)
			for i, price := range []string{"1", "2"} {
				s.add(fmt.Sprint("product/DEAR/", i), "DEAR", &events.ProductPublished{ProductID: "DEAR", Names: events.Names{EnUS: "DEAR"}, CloudServiceType: "ec2", ResourceType: "vm",
					ResourceSpec: "dear", Region: "r1", Currency: "CNY", Channel: "vendor", Prices: []events.PriceRow{hours(price)},
					EffectiveTime: []time.Time{s.at.AddDate(-1, 0, 0), when(t, "03-08 09:30")}[i]})
			}
			data := good(t)
			c.change(data)
			s.at = when(t, "03-08 10:01")
			s.add("u1", "u1", data)
			s.tell()
			s.refusedFor(c.code, c.pointer, c.retryable)
			if n := len(s.partner().Usages.IDs()); n != 0 {
				t.Errorf("%d usages are left of it", n)
			}
		})
	}
}

// A customer who comes later heals the usage; two events of one window are two
// facts of their producer; one event twice is one.
func TestUsageHealsAndRepeats(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.meter("u1", "C9", "u1", "sPR0", "60", "03-08 09:00 to 03-08 10:00")
	s.refusedFor(decision.CodeUnknownCustomer, "/data/customer_id", true)
	s.add("customer/C9", "C9", &events.CustomerAssociated{CustomerID: "C9", PartnerID: "P100", Association: "resale", Settlement: "immediate", EffectiveTime: when(t, "03-01 00:00")})
	s.tell()
	s.meter("u1", "C9", "u1", "sPR0", "60", "03-08 09:00 to 03-08 10:00")
	s.meter("u2", "C9", "u1", "sPR0", "60", "03-08 09:00 to 03-08 10:00")
	s.settled("03-08 10:02")
	s.comesTo("1.4246 = 0 + 0.0046 + 1.42")
	if got := slices.Sorted(slices.Values([]string{s.input("u1").Status, s.input("u2").Status})); !slices.Equal(got, []string{"accepted", "accepted"}) {
		t.Errorf("inputs %v", got)
	}
}
