package decision_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

// shop is a partner with two policies of the test's choice, and orders of one
// customer at 470.00 each.
func shop(t *testing.T, base, special *events.IncentivePolicyPublished) (*history, *decision.Memory) {
	t.Helper()
	h := newHistory(t, 1, time.Date(2026, 3, 1, 9, 0, 0, 0, shanghai))
	m := decision.NewMemory(site.Default())
	h.flat = true
	h.reference()
	for _, ev := range h.events {
		if ev.Type != "incentive_policy.published.v1" {
			mustFold(t, m, ev)
		}
	}
	h.events = nil
	for _, p := range []*events.IncentivePolicyPublished{base, special} {
		p.Version, p.Name, p.Association, p.Period, p.Currency, p.Mode = 1, p.PolicyID, "resale", "month", "CNY", "marginal"
		p.CycleBy, p.EffectiveTime, p.Basis, p.Categories, p.OrderKinds = "payment", h.at.AddDate(-1, 0, 0), "period", []string{"0"}, []string{"new", "usage"}
		h.add("policy/"+p.PolicyID, p.PolicyID, p)
	}
	for _, ev := range h.events {
		mustFold(t, m, ev)
	}
	h.events = nil
	return h, m
}

// sell makes the placing and the payment of an order at a time.
func (h *history) sell(id string, at time.Time) (list []*events.Event) {
	h.at = at
	h.add("order.placed/"+id, id, &events.OrderPlaced{OrderID: id, PartnerID: "P100", CustomerID: "C1", OrderType: 1, Lines: []events.OrderLine{{
		LineID: "1", ResourceID: "vm-" + id, CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "sPR0", Region: "r1", PeriodType: 2, PeriodNum: 1, SubscriptionNum: 1}}})
	h.add("order.paid/"+id, id, &events.OrderPaid{OrderID: id, PartnerID: "P100", PaidBy: "customer"})
	list, h.events = h.events, nil
	return list
}

func totalOf(m *decision.Memory, policy string) string {
	sum := dec("0")
	for _, b := range m.Partners["P100"].Bills.All() {
		if b.PolicyID == policy {
			sum = sum.Add(b.Amounts.Total)
		}
	}
	return sum.StringFixed(2)
}

// TestNewnessIsJudgedInKeyOrder: a policy for new customers takes the first
// order of three months, and gives it up when an earlier payment comes to light
// (Settlement rules, section 2).
func TestNewnessIsJudgedInKeyOrder(t *testing.T) {
	t.Parallel()
	h, m := shop(t, &events.IncentivePolicyPublished{PolicyID: "BASE", Kind: "base", Bands: []events.RateBand{{Rate: dec("0.05")}}},
		&events.IncentivePolicyPublished{PolicyID: "NEW", Kind: "special", Newness: &events.Newness{MonthsWithoutPaidOrder: 3}, Bands: []events.RateBand{{Rate: dec("0.10")}}})
	day := func(month time.Month, d int) time.Time { return time.Date(2026, month, d, 10, 0, 0, 0, shanghai) }
	for i, step := range []struct {
		order string
		at    time.Time
		want  string // of the special policy
		why   string
	}{
		{"A", day(3, 20), "47.00", "the first order is a new customer's"},
		{"B", day(4, 1), "47.00", "twelve days later it is not new"},
		{"C", day(7, 2), "94.00", "three months after the last payment it is new again"},
		{"D", day(3, 10), "94.00", "an earlier payment comes to light and takes the first one's place"},
		{"E", day(6, 1), "47.00", "a payment between makes the last one an old customer's"},
	} {
		for _, ev := range h.sell(step.order, step.at) {
			mustFold(t, m, ev)
			check(t, m, ev)
		}
		if got := totalOf(m, "NEW"); got != step.want {
			t.Errorf("after order %s: the policy for new customers gives %s, want %s: %s", step.order, got, step.want, step.why)
		}
		if got, want := totalOf(m, "BASE"), dec("23.50").Mul(decimal.NewFromInt(int64(i+1))).StringFixed(2); got != want {
			t.Errorf("after order %s: the base policy gives %s, want %s", step.order, got, want)
		}
	}
}

// TestUsageIsNobodysFirst: a policy for new customers gives nothing for usage,
// even where it names that kind.
func TestUsageIsNobodysFirst(t *testing.T) {
	t.Parallel()
	h, m := shop(t, &events.IncentivePolicyPublished{PolicyID: "BASE", Kind: "base", Bands: []events.RateBand{{Rate: dec("0.05")}}},
		&events.IncentivePolicyPublished{PolicyID: "NEW", Kind: "special", Newness: &events.Newness{MonthsWithoutPaidOrder: 3}, Bands: []events.RateBand{{Rate: dec("0.10")}}})
	from := time.Date(2026, 3, 8, 9, 0, 0, 0, shanghai)
	h.at = from.Add(time.Hour)
	h.add("u1", "u1", metered("C1", "u1", "sPR0", "600000", from, h.at))
	h.fire(decision.JobSettleUsage, time.Date(2026, 4, 1, 0, 5, 0, 0, shanghai))
	for _, ev := range h.events {
		mustFold(t, m, ev)
	}
	if got, base := totalOf(m, "NEW"), totalOf(m, "BASE"); got != "0.00" || base == "0.00" {
		t.Errorf("the policy for new customers gives %s, the base policy %s", got, base)
	}
}

// TestRewardCapBoundsSpecialPolicies: what special policies add stays under the
// base policy's cap at the close, unless they stand outside of it.
func TestRewardCapBoundsSpecialPolicies(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		outside bool
		late    bool
		want    string
	}{
		{"within the cap", false, false, "6.00"},   // 100.00 - 4 x 23.50
		{"outside the cap", true, false, "188.00"}, // 4 x 47.00
		{"with a late order", false, true, "0.00"}, // the base policy reaches its cap
		{"outside, with a late order", true, true, "235.00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h, m := shop(t, &events.IncentivePolicyPublished{PolicyID: "BASE", Kind: "base", RewardCap: ptr(dec("100.00")), Bands: []events.RateBand{{Rate: dec("0.05")}}},
				&events.IncentivePolicyPublished{PolicyID: "EXTRA", Kind: "special", OutsideCap: c.outside, Bands: []events.RateBand{{Rate: dec("0.10")}}})
			var list []*events.Event
			for i := range 4 {
				list = append(list, h.sell("O"+string(rune('1'+i)), time.Date(2026, 3, 10+i, 10, 0, 0, 0, shanghai))...)
			}
			late := h.sell("LATE", time.Date(2026, 3, 12, 15, 0, 0, 0, shanghai))
			h.fire(decision.JobCloseCycle, time.Date(2026, 4, 1, 0, 10, 0, 0, shanghai))
			list = append(list, h.events...)
			if c.late {
				list = append(list, late...)
			}
			for _, ev := range list {
				mustFold(t, m, ev)
				check(t, m, ev)
			}
			if got := totalOf(m, "EXTRA"); got != c.want {
				t.Errorf("the special policy gives %s, want %s", got, c.want)
			}
		})
	}
}
