package decision_test

import (
	"testing"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/incentive"
	"github.com/accruald/accruald/workers/pricing"
)

// convert orders a conversion and pays it, an hour later.
func (s *story) convert(id, customer, operation string, resources ...string) {
	s.t.Helper()
	s.ordered(id, customer, operation, resources...)
	if s.rejected() == nil {
		s.paid(id)
	}
}

func (s *story) ordered(id, customer, operation string, resources ...string) {
	s.t.Helper()
	s.add("converted/"+id, id, &events.OrderConverted{OrderID: id, PartnerID: "P100", CustomerID: customer, ResourceIDs: resources, Operation: operation})
	s.tell()
}

// A conversion is an order of type 10 at price 0: it blocks its resources until
// it is paid, then they are not renewed any more, and from the expiry on they
// are billed by use. What is attached goes along; it earns nothing.
func TestConversion(t *testing.T) {
	t.Parallel()
	s := bought(t)
	s.disk("O2", "C1", "disk-1", "vm-1")
	s.configure(events.ResourceRenewalConfigured{AutoRenew: true}, "vm-1")
	s.on(3, 10, 9).ordered("V1", "C1", "SET_UP", "vm-1")
	o := s.partner().Orders.Get("V1")
	if o.Type != pricing.OrderToPayPerUse || o.State != decision.OrderPending || !o.Quote.Official.IsZero() || len(o.ResourceIDs) != 2 {
		t.Fatalf("ordered %+v", o)
	}
	s.renew("R1", "C1", events.OrderRenewed{ResourceIDs: []string{"vm-1"}})
	s.refused("a renewal meanwhile", pricing.CodeResourceBlocked)
	s.on(3, 10, 10).paid("V1")
	for _, id := range []string{"vm-1", "disk-1"} {
		if r := s.partner().Resources.Get(id); r.ToPayPerUse != "V1" || r.PendingOrderID != "" {
			t.Errorf("%s is %+v", id, r)
		}
	}
	for _, d := range s.partner().DetailsOf("V1") {
		if d.BillID != "" || d.ZeroReason != incentive.ZeroOutsidePolicy || !d.Amount.IsZero() {
			t.Errorf("it earned %+v", d)
		}
	}
	s.on(3, 11, 9).renew("R2", "C1", events.OrderRenewed{ResourceIDs: []string{"vm-1"}})
	s.refused("a renewal", pricing.CodeResourceConverting)
	s.on(3, 27, 3).run(decision.JobAutoRenew)
	s.expires("auto renewal", "vm-1", "2026-04-03")

	s.on(4, 4, 9).renew("R3", "C1", events.OrderRenewed{ResourceIDs: []string{"vm-1"}})
	s.refused("a renewal after it", pricing.CodePayPerUseResource)
	s.unsubscribe("U1", "C1", "vm-1")
	s.refused("an unsubscription after it", pricing.CodePayPerUseResource)
	s.add("change", "X1", &events.OrderSpecChanged{OrderID: "X1", PartnerID: "P100", CustomerID: "C1", ResourceID: "vm-1", New: events.NewSpec{ResourceSpec: "sPR1"}, Apply: "now"})
	s.tell()
	s.refused("a change after it", pricing.CodePayPerUseResource)
	s.convert("V2", "C1", "CANCEL", "vm-1")
	s.refused("a cancellation after it", pricing.CodePayPerUseResource)
	s.line("O3", "C1", 11, "vm-1")
	s.paid("O3")
	s.expires("bought again by period", "vm-1", "2026-05-04")
}

func TestConversionCancelled(t *testing.T) {
	t.Parallel()
	s := bought(t)
	s.on(3, 10, 9).convert("V1", "C1", "SET_UP", "vm-1")
	s.on(3, 11, 9).ordered("V2", "C1", "CANCEL", "vm-1")
	if r := s.partner().Resources.Get("vm-1"); r.ToPayPerUse != "V1" {
		t.Error("cancelled before it was paid")
	}
	s.on(3, 11, 10).paid("V2")
	s.on(3, 12, 9).renew("R1", "C1", events.OrderRenewed{ResourceIDs: []string{"vm-1"}})
	s.accepted("a renewal after the cancellation")
	s.on(3, 12, 10).paid("R1")
	s.expires("renewed", "vm-1", "2026-05-03")

	s.on(3, 20, 9).ordered("V3", "C1", "SET_UP", "vm-1")
	s.add("cancelled", "V3", &events.OrderCancelled{OrderID: "V3", PartnerID: "P100"})
	s.tell()
	if r := s.partner().Resources.Get("vm-1"); r.ToPayPerUse != "" || r.PendingOrderID != "" {
		t.Errorf("a cancelled order left %+v", r)
	}
}

func TestConversionsRefused(t *testing.T) {
	t.Parallel()
	setUp := func(s *story) { s.on(3, 10, 9).convert("V0", "C1", "SET_UP", "vm-1") }
	for _, c := range []struct {
		name, code string
		before     func(*story)
		day        int // of April, else 12 March
		customer   string
		operation  string
		resource   string
	}{
		{"set up twice", pricing.CodeAlreadyConverting, setUp, 0, "C1", "SET_UP", "vm-1"},
		{"nothing to cancel", pricing.CodeNoConversionToCancel, nil, 0, "C1", "CANCEL", "vm-1"},
		{"expired", pricing.CodeResourceExpired, nil, 5, "C1", "SET_UP", "vm-1"},
		{"pay-per-use", pricing.CodePayPerUseResource, setUp, 5, "C1", "SET_UP", "vm-1"},
		{"given back", pricing.CodeResourceUnsubscribed, func(s *story) { s.on(3, 10, 9).unsubscribe("U1", "C1", "vm-1") }, 0, "C1", "SET_UP", "vm-1"},
		{"in an unpaid order", pricing.CodeResourceBlocked, func(s *story) {
			s.on(3, 10, 9).renew("R1", "C1", events.OrderRenewed{ResourceIDs: []string{"vm-1"}})
		}, 0, "C1", "SET_UP", "vm-1"},
		{"another customer's", decision.CodeResourceForeign, nil, 0, "C2", "SET_UP", "vm-1"},
		{"an attached one", pricing.CodeNotPrimary, func(s *story) { s.disk("O2", "C1", "disk-1", "vm-1") }, 0, "C1", "SET_UP", "disk-1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := bought(t)
			if c.before != nil {
				c.before(s)
				s.accepted("what went before")
			}
			if s.on(3, 12, 9); c.day > 0 {
				s.on(4, c.day, 9)
			}
			before := digestOf(t, s.m)
			s.convert("V1", c.customer, c.operation, c.resource)
			s.refused(c.name, c.code)
			if r := s.rejected(); r != nil && r.Pointer != "/data/resource_ids/0" {
				t.Errorf("points at %s", r.Pointer)
			}
			if digestOf(t, s.m) != before {
				t.Error("it left something behind")
			}
		})
	}
}

// An order that expiry overtook is refused when it is paid.
func TestConversionPaidTooLate(t *testing.T) {
	t.Parallel()
	s := bought(t)
	s.on(4, 3, 9).ordered("V1", "C1", "SET_UP", "vm-1")
	s.on(4, 4, 9).paid("V1")
	s.refused("paid after the expiry", pricing.CodeResourceExpired)
}

// line places an order of a type for one machine.
func (s *story) line(id, customer string, orderType int, resource string) {
	s.t.Helper()
	s.add("placed/"+id, id, &events.OrderPlaced{OrderID: id, PartnerID: "P100", CustomerID: customer, AutoPay: true, OrderType: orderType, Lines: []events.OrderLine{
		{LineID: "1", ResourceID: resource, CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "sPR0", Region: "r1", PeriodType: 2, PeriodNum: 1, SubscriptionNum: 1}}})
	s.tell()
}
