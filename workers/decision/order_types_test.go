package decision_test

import (
	"testing"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/incentive"
	"github.com/accruald/accruald/workers/pricing"
)

// What an order of each type finds of its resource, and what comes of it
// (Pricing rules, sections 1 and 8).
func TestOrderTypes(t *testing.T) {
	t.Parallel()
	fresh := func(*story) {}
	buy := func(s *story) { s.on(3, 3, 9).place("O1", "C1", "vm-1"); s.paid("O1") }
	trial := func(s *story) { s.on(3, 3, 9).line("O1", "C1", 13, "vm-1"); s.paid("O1") }
	byUse := func(s *story) { buy(s); s.convert("V1", "C1", "SET_UP", "vm-1") }
	for _, c := range []struct {
		name      string
		before    func(*story)
		orderType int
		month     int
		customer  string
		code      string // of its refusal
		amount    string // else what it costs
	}{
		{"11 of a resource never seen", fresh, 11, 3, "C1", "", "423"},
		{"11 of one billed by use", byUse, 11, 4, "C1", "", "423"},
		{"11 of one billed by use, of another customer", byUse, 11, 4, "C2", pricing.CodeResourceForeign, ""},
		{"11 of a yearly/monthly one", buy, 11, 3, "C1", decision.CodeResourceExists, ""},
		{"11 of one in retention", buy, 11, 4, "C1", decision.CodeResourceExists, ""},
		{"11 of one that was released", buy, 11, 6, "C1", "", "423"},
		{"11 of a trial", trial, 11, 3, "C1", decision.CodeResourceExists, ""},
		{"13 of a new one", fresh, 13, 3, "C1", "", "0"},
		{"13 of a yearly/monthly one", buy, 13, 3, "C1", decision.CodeResourceExists, ""},
		{"13 of a trial", trial, 13, 3, "C1", decision.CodeResourceExists, ""},
		{"14 of a trial", trial, 14, 3, "C1", "", "423"},
		{"14 of a trial in grace", trial, 14, 4, "C1", "", "423"},
		{"14 of a trial of another customer", trial, 14, 3, "C2", pricing.CodeResourceForeign, ""},
		{"14 of one never seen", fresh, 14, 3, "C1", "", "423"},
		{"14 of one that was bought", buy, 14, 3, "C1", decision.CodeResourceExists, ""},
		{"14 of one billed by use", byUse, 14, 4, "C1", decision.CodeResourceExists, ""},
		{"1 of a trial", trial, 1, 3, "C1", decision.CodeResourceExists, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStory(t)
			c.before(s)
			s.accepted("what went before")
			before := digestOf(t, s.m)
			s.on(3, 20, 9)
			s.at = s.at.AddDate(0, c.month-3, 0)
			s.line("O2", c.customer, c.orderType, "vm-1")
			if c.code != "" {
				s.refused(c.name, c.code)
				if r := s.rejected(); r == nil || r.Pointer != "/data/lines/0/resource_id" {
					t.Errorf("points at %+v", r)
				}
				if digestOf(t, s.m) != before {
					t.Error("it left something behind")
				}
				return
			}
			s.paid("O2")
			s.accepted(c.name)
			o, r := s.partner().Orders.Get("O2"), s.partner().Resources.Get("vm-1")
			if o.Type != c.orderType || !o.Payment.Charge.Amount.Equal(dec(c.amount)) {
				t.Errorf("type %d costs %s, want %s", o.Type, o.Payment.Charge.Amount, c.amount)
			}
			if r.OrderID != "O2" || r.Trial != (c.orderType == 13) || r.ToPayPerUse != "" || r.PendingOrderID != "" || len(r.Intervals) != 1 {
				t.Errorf("the resource is %+v", r)
			}
			livesOn(s, r, c.amount)
		})
	}
}

// livesOn renews the resource, and gives it back by the rules of any other.
func livesOn(s *story, r *decision.Resource, paid string) {
	s.t.Helper()
	s.at = s.at.AddDate(0, 0, 6) // past the five-day rule
	s.renew("R1", "C1", events.OrderRenewed{AutoPay: true, ResourceIDs: []string{"vm-1"}})
	s.paid("R1")
	s.accepted("its renewal")
	if got := s.partner().Resources.Get("vm-1"); len(got.Intervals) != 2 || !got.Expiry.After(r.Expiry) {
		s.t.Errorf("renewed to %+v", got)
	}
	s.unsubscribe("U1", "C1", "vm-1")
	s.accepted("its return")
	refund := s.partner().Orders.Get("U1").Refund
	if refund == nil || paid == "0" && !refund.Amount.Equal(dec("423")) || paid != "0" && !refund.Amount.GreaterThan(dec("423")) {
		s.t.Errorf("refund %+v, want the renewal whole, and the rest of what was paid", refund)
	}
}

// A trial earns nothing, and says why; while an order to make it commercial is
// unpaid it cannot be renewed or made so twice.
func TestTrialToCommercial(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.on(3, 3, 9).line("O1", "C1", 13, "vm-1")
	s.paid("O1")
	for _, d := range s.partner().DetailsOf("O1") {
		if !d.Amount.IsZero() || d.ZeroReason != incentive.ZeroOutsidePolicy {
			t.Errorf("the trial earned %+v", d)
		}
	}
	s.on(3, 5, 9).line("O2", "C1", 14, "vm-1")
	s.renew("R1", "C1", events.OrderRenewed{ResourceIDs: []string{"vm-1"}})
	s.refused("a renewal meanwhile", pricing.CodeResourceBlocked)
	s.line("O3", "C1", 14, "vm-1")
	s.refused("a second order", pricing.CodeResourceBlocked)
	s.on(3, 5, 10).add("cancelled", "O2", &events.OrderCancelled{OrderID: "O2", PartnerID: "P100"})
	s.tell()
	s.on(3, 5, 11).line("O4", "C1", 14, "vm-1")
	s.paid("O4")
	s.accepted("after the cancellation")
	s.expires("commercial", "vm-1", "2026-04-05")
}
