package decision_test

import (
	"testing"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/pricing"
)

func (s *story) orderOf(id, resource string, orderType int) {
	s.t.Helper()
	s.add("placed/"+id, id, &events.OrderPlaced{OrderID: id, PartnerID: "P100", CustomerID: "C1", AutoPay: true, OrderType: orderType, Lines: []events.OrderLine{
		{LineID: "1", ResourceID: resource, CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "sPR0", Region: "r1", PeriodType: 2, PeriodNum: 1, SubscriptionNum: 1}}})
	s.tell()
	s.add("paid/"+id, id, &events.OrderPaid{OrderID: id, PartnerID: "P100", PaidBy: "customer"})
	s.tell()
}

func (s *story) changed(id, resource, spec, apply string) {
	s.t.Helper()
	s.add("changed/"+id, id, &events.OrderSpecChanged{OrderID: id, PartnerID: "P100", CustomerID: "C1", AutoPay: true, ResourceID: resource,
		New: events.NewSpec{ResourceSpec: spec}, Apply: apply})
	s.tell()
}

func (s *story) unsubscribed(id, resource string) {
	s.t.Helper()
	s.add("unsubscribed/"+id, id, &events.OrderUnsubscribed{OrderID: id, PartnerID: "P100", CustomerID: "C1", ResourceIDs: []string{resource}, UnsubscribeType: 1})
	s.tell()
}

// Usage before and after an order of the same resource ends the same in every
// order of arrival: with type 11, from pay-per-use to a period, and with an
// ordinary one.
func TestUsageAndOrdersOfOneResource(t *testing.T) {
	t.Parallel()
	for _, orderType := range []int{pricing.OrderSubscribe, pricing.OrderPayPerUseToPeriod} {
		steps := []func(*story){
			func(s *story) { s.meter("u1", "C1", "vm-1", "sPR0", "60", "03-08 09:00 to 03-08 10:00") },
			func(s *story) { s.on(3, 8, 11).orderOf("O1", "vm-1", orderType) },
			func(s *story) { s.meter("u2", "C1", "vm-1", "sPR0", "60", "03-08 12:00 to 03-08 13:00") },
			func(s *story) { s.settled("03-09 00:03") },
			func(s *story) { s.on(3, 10, 9).unsubscribed("U1", "vm-1") },
			func(s *story) { s.on(3, 8, 8).unsubscribed("U2", "vm-1") }, // before anything
		}
		var want string
		for _, order := range [][]int{{0, 1, 2, 3, 4, 5}, {5, 4, 3, 2, 1, 0}, {2, 5, 1, 4, 0, 3}, {4, 0, 5, 1, 2, 3}, {1, 0, 3, 2, 5, 4}} {
			s := newStory(t)
			for _, i := range order {
				steps[i](s)
			}
			got := digestOf(t, s.m)
			if want == "" {
				want = got
				if r := s.partner().Resources.Get("vm-1"); r.MeteredOnly() || r.Metered == nil || r.Metered.ID != "u1" {
					t.Fatalf("the resource is %+v", r)
				}
				s.comesTo("0.7123 = 0.07123 + 0.00107 + 0.64", "0.7123 = 0.07123 + 0.00107 + 0.64")
			}
			if got != want {
				t.Errorf("type %d, order %v ends otherwise", orderType, order)
			}
		}
	}
}

// A resource that only its usage knows cannot be changed, renewed or returned,
// and is told so by name, at once; when an order of it comes after all, what
// was refused is decided again.
func TestPayPerUseIsRefusedByName(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.on(3, 9, 9).unsubscribed("U1", "vm-1")
	if in := s.input("unsubscribed/U1"); in.Status != decision.StatusWaiting {
		t.Fatalf("before any usage it is %s", in.Status)
	}
	s.meter("u1", "C1", "vm-1", "sPR0", "60", "03-08 09:00 to 03-08 10:00")
	s.refusedFor(pricing.CodePayPerUseResource, "/data/resource_ids/0", false)
	s.on(3, 9, 10).changed("X1", "vm-1", "sPR1", "now")
	s.refusedFor(pricing.CodePayPerUseResource, "/data/resource_ids/0", false)
	s.on(3, 8, 11).orderOf("O1", "vm-1", pricing.OrderPayPerUseToPeriod)
	if in := s.input("unsubscribed/U1"); in.Status != decision.StatusAccepted {
		t.Errorf("after the order it is %s: %v", in.Status, in.Rejection)
	}
	if r := s.partner().Resources.Get("vm-1"); r.State != pricing.StateUnsubscribed {
		t.Errorf("the resource is %s", r.State)
	}
}

// split_window: usage over a change of its resource's specification is
// refused, whichever comes first, and good again when the change is not.
func TestSplitWindowOfASpecChange(t *testing.T) {
	t.Parallel()
	changes := map[string]func(*story){
		"upgrade": func(s *story) {
			s.on(3, 8, 12).changed("X1", "vm-1", "sPR1", "now")
			s.add("paid/X1", "X1", &events.OrderPaid{OrderID: "X1", PartnerID: "P100", PaidBy: "customer"})
			s.tell()
		},
		"downgrade": func(s *story) { s.on(3, 8, 12).changed("X1", "vm-1", "sPR2", "now") },
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first, last := newStory(t), newStory(t)
			for _, s := range []*story{first, last} {
				s.on(3, 5, 9).orderOf("O1", "vm-1", pricing.OrderSubscribe)
			}
			change(first)
			first.meter("u1", "C1", "vm-1", "sPR0", "60", "03-08 11:30 to 03-08 12:30")
			first.refusedFor(pricing.CodeSplitWindow, "/data/window", false)
			first.meter("u2", "C1", "vm-1", "sPR0", "60", "03-08 11:00 to 03-08 12:00")
			first.settled("03-09 00:03")

			last.settled("03-09 00:03")
			last.meter("u2", "C1", "vm-1", "sPR0", "60", "03-08 11:00 to 03-08 12:00")
			last.meter("u1", "C1", "vm-1", "sPR0", "60", "03-08 11:30 to 03-08 12:30")
			last.comesTo("1.4246 = 0.14246 + 0.00214 + 1.28")
			change(last)
			last.refusedFor(pricing.CodeSplitWindow, "/data/window", false)
			last.comesTo("0.7123 = 0.07123 + 0.00107 + 0.64")
			if digestOf(t, first.m) != digestOf(t, last.m) {
				t.Errorf("ends otherwise:\n%s", difference(t, first.m, last.m))
			}
			last.on(3, 8, 11).add("cancelled/X1", "X1", &events.OrderCancelled{OrderID: "X1", PartnerID: "P100"})
			last.on(3, 6, 9).unsubscribed("U1", "vm-1") // the change was of a resource that was gone
			if in := last.input("u1"); in.Status != decision.StatusAccepted {
				t.Errorf("without the change the usage is %s", in.Status)
			}
			last.comesTo("1.4246 = 0.14246 + 0.00214 + 1.28")
		})
	}
}

// A change at renewal counts from the first period that was renewed with it.
func TestSplitWindowOfAChangeAtRenewal(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.on(3, 5, 9).orderOf("O1", "vm-1", pricing.OrderSubscribe)
	s.on(3, 6, 9).changed("X1", "vm-1", "sPR2", "at_renewal")
	s.meter("u1", "C1", "vm-1", "sPR0", "60", "04-05 23:30 to 04-06 00:30")
	if s.rejected() != nil {
		t.Fatalf("before the renewal: %+v", s.rejected())
	}
	s.on(4, 1, 9).add("renewed/R1", "R1", &events.OrderRenewed{OrderID: "R1", PartnerID: "P100", CustomerID: "C1", AutoPay: true,
		ResourceIDs: []string{"vm-1"}, PeriodType: 2, PeriodNum: 1})
	s.add("paid/R1", "R1", &events.OrderPaid{OrderID: "R1", PartnerID: "P100", PaidBy: "customer"})
	s.tell()
	s.refusedFor(pricing.CodeSplitWindow, "/data/window", false)
}

// Usage of what another customer has ordered is refused, from when it has it.
func TestUsageOfAnothersResource(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.meter("u1", "C2", "vm-1", "sPR0", "60", "03-08 11:00 to 03-08 12:00")
	s.on(3, 5, 9).orderOf("O1", "vm-1", pricing.OrderSubscribe)
	s.refusedFor(decision.CodeResourceForeign, "/data/customer_id", false)
	s.meter("u2", "C2", "vm-1", "sPR0", "60", "03-04 11:00 to 03-04 12:00")
	if s.rejected() != nil {
		t.Errorf("usage from before the order: %+v", s.rejected())
	}
}

// An inquiry sees what only usage knows, so that it is refused by its name.
func TestFamilyOfAPayPerUseResource(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.meter("u1", "C1", "vm-1", "sPR0", "60", "03-08 09:00 to 03-08 10:00")
	if family := s.partner().Family("vm-1"); len(family) != 1 || !family[0].MeteredOnly() {
		t.Errorf("family %+v", family)
	}
}
