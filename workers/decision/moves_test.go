package decision_test

import (
	"testing"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/pricing"
)

// to adds an event of another partner.
func (s *story) to(partner, id, subject string, data events.Data) {
	s.t.Helper()
	ev, err := events.New(events.Envelope{ID: id, Source: "/test", Type: data.EventType(), Subject: subject, PartitionKey: partner, Time: s.at}, data)
	if err != nil {
		s.t.Fatalf("make %s: %v", id, err)
	}
	s.events = append(s.events, ev)
	s.tell()
}

// moved is a story in which C1 moves with vm-1, its disk and its setting from
// P100 to P200 on 20 March.
func moved(t *testing.T) (s *story, billed string) {
	t.Helper()
	s = bought(t)
	s.disk("O2", "C1", "disk-1", "vm-1")
	s.on(3, 4, 9).place("O3", "C1", "vm-gone")
	s.paid("O3")
	s.on(3, 15, 9).unsubscribe("U1", "C1", "vm-gone")
	s.configure(events.ResourceRenewalConfigured{AutoRenew: true, Times: 2}, "vm-1")
	s.to("P200", "enrol/P200", "P200", &events.PartnerEnrolled{PartnerID: "P200", Site: "cn", Level: "gold", Tier: 1, Certified: true, EffectiveTime: s.at.AddDate(-1, 0, 0)})
	billed = amounts(s.bill("2026-03", "resale"))
	s.on(3, 20, 9).to("P200", "associated", "C1", &events.CustomerAssociated{CustomerID: "C1", PartnerID: "P200", PreviousPartnerID: "P100", Association: "resale",
		Settlement: "immediate", EffectiveTime: s.at})
	s.accepted("the move")
	return s, billed
}

// A second partner that names the same previous one gets nothing: the resources
// are at the first.
func TestMoveHappensOnce(t *testing.T) {
	t.Parallel()
	s, _ := moved(t)
	s.to("P300", "enrol/P300", "P300", &events.PartnerEnrolled{PartnerID: "P300", Site: "cn", Level: "gold", Tier: 1, Certified: true, EffectiveTime: s.at.AddDate(-1, 0, 0)})
	s.on(3, 22, 9).to("P300", "associated again", "C1", &events.CustomerAssociated{CustomerID: "C1", PartnerID: "P300", PreviousPartnerID: "P100", Association: "resale",
		Settlement: "immediate", EffectiveTime: s.at})
	if p := s.m.Partners["P300"]; p == nil || len(p.Resources.IDs()) != 0 || len(s.m.Partners["P200"].Resources.IDs()) != 2 {
		t.Errorf("the third partner has %q", p.Resources.IDs())
	}
}

// A move brings the live resources to the new partner, where they live on;
// what the old one has earned stays, and it orders nothing any more.
func TestMoveCarriesLiveResources(t *testing.T) {
	t.Parallel()
	s, billed := moved(t)
	p := s.m.Partners["P200"]
	if ids := p.Resources.IDs(); len(ids) != 2 || ids[0] != "disk-1" || ids[1] != "vm-1" {
		t.Fatalf("moved %q, want the machine and its disk", ids)
	}
	old, now := s.partner().Resources.Get("vm-1"), p.Resources.Get("vm-1")
	if !now.Expiry.Equal(old.Expiry) || now.AnchorDay != old.AnchorDay || len(now.Intervals) != 1 || len(now.Payments) != 0 || !now.AutoRenews() || now.AutoRenewal.Times != 2 {
		t.Errorf("it moved as %+v", now)
	}
	if got := amounts(s.bill("2026-03", "resale")); got != billed {
		t.Errorf("the old partner's bill has %s, before the move %s", got, billed)
	}
	s.on(3, 21, 9).renew("R1", "C1", events.OrderRenewed{ResourceIDs: []string{"vm-1"}})
	s.refused("a renewal with the old partner", decision.CodeUnknownCustomer)

	s.on(3, 28, 3).run(decision.JobAutoRenew)
	s.expires("with the old partner", "vm-1", "2026-04-03")
	if got := p.Resources.Get("vm-1"); got.Expiry.In(shanghai).Month() != 5 || got.AutoRenewal.Done != 1 || len(got.Payments) != 1 {
		t.Errorf("with the new one it renews to %+v", got)
	}
	if len(s.partner().Attempts.IDs()) != 0 {
		t.Error("the old partner tried to renew it")
	}
	change := &events.OrderSpecChanged{OrderID: "X1", PartnerID: "P200", CustomerID: "C1", AutoPay: true, ResourceID: "vm-1", New: events.NewSpec{ResourceSpec: "sPR1"}, Apply: "now"}
	s.on(3, 29, 9).to("P200", "change", "X1", change)
	s.to("P200", "paid", "X1", &events.OrderPaid{OrderID: "X1", PartnerID: "P200"})
	s.accepted("a change with the new partner")
	s.on(4, 2, 9).to("P200", "back", "U2", &events.OrderUnsubscribed{OrderID: "U2", PartnerID: "P200", CustomerID: "C1", ResourceIDs: []string{"vm-1"}, UnsubscribeType: 1})
	s.accepted("its return")
	refund := p.Orders.Get("U2").Refund
	if p.Resources.Get("vm-1").State != pricing.StateUnsubscribed || refund == nil || !refund.Amount.IsPositive() {
		t.Errorf("returned for %+v", refund)
	}
	for _, o := range refund.Orders {
		if o.OrderID == "O1" || o.OrderID == "O2" {
			t.Errorf("%s came back, which the old partner was paid", o.OrderID)
		}
	}
}

// The move is a fact of the new chain: folding it again keeps what it brought.
func TestMoveSurvivesFoldingAgain(t *testing.T) {
	t.Parallel()
	s, _ := moved(t)
	p := s.m.Partners["P200"]
	renewal := &events.OrderRenewed{OrderID: "R1", PartnerID: "P200", CustomerID: "C1", AutoPay: true, ResourceIDs: []string{"vm-1"}, PeriodType: 2, PeriodNum: 1}
	s.on(3, 25, 9).to("P200", "renewed", "R1", renewal)
	s.to("P200", "paid", "R1", &events.OrderPaid{OrderID: "R1", PartnerID: "P200"})
	s.on(3, 22, 9).to("P200", "configured", "vm-1", &events.ResourceRenewalConfigured{PartnerID: "P200", ResourceIDs: []string{"vm-1"}})
	s.accepted("a late fact")
	r := p.Resources.Get("vm-1")
	if r == nil || r.Expiry.In(shanghai).Month() != 5 || r.AutoRenews() || p.Resources.Get("disk-1") == nil {
		t.Errorf("folded again to %+v", r)
	}
}

// What waits for a resource goes on when the resource moves here; a move that
// does not say what a resource is says so.
func TestMovesReceived(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.on(3, 3, 9).renew("R1", "C1", events.OrderRenewed{AutoPay: true, ResourceIDs: []string{"vm-1"}})
	move := func(id string, data *events.ResourcesMoved) {
		t.Helper()
		data.PartnerID, data.PreviousPartnerID, data.EffectiveTime = "P100", "P200", s.at
		ev, err := events.New(events.Envelope{ID: id, Source: events.Source, Subject: data.CustomerID, PartitionKey: "P100", Time: s.at}, data)
		if err != nil {
			t.Fatal(err)
		}
		s.events = append(s.events, ev)
		s.tell()
	}
	vm := events.MovedResource{ResourceID: "vm-1", CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "sPR0", ProductID: "PR0", Region: "r1", SubscriptionNum: 1,
		Currency: "CNY", ProvisionedTime: s.at.AddDate(0, 0, -3), ExpireTime: s.at.AddDate(0, 0, 20), AnchorDay: 1, PeriodType: ptr(2), PeriodNum: 1, Refundable: true,
		Intervals: []events.MovedInterval{{OrderID: "OLD", Kind: "purchase", Start: s.at.AddDate(0, 0, -3), End: s.at.AddDate(0, 0, 20), PeriodType: 2, PeriodNum: 1, AnchorDay: 1}}}
	s.on(3, 2, 12)
	move("m1", &events.ResourcesMoved{CustomerID: "C1", ResourceIDs: []string{"vm-1"}})
	s.refused("one without its facts", decision.CodeResourceNotCarried)
	move("m2", &events.ResourcesMoved{CustomerID: "C9", ResourceIDs: []string{"vm-1"}, Resources: []events.MovedResource{vm}})
	s.refused("a customer that is not here", decision.CodeUnknownCustomer)
	move("m3", &events.ResourcesMoved{CustomerID: "C1", ResourceIDs: []string{}})
	s.accepted("a customer without resources")
	move("m4", &events.ResourcesMoved{CustomerID: "C1", ResourceIDs: []string{"vm-1"}, Resources: []events.MovedResource{vm}})
	s.accepted("the move")
	if in := s.input("renewed/R1"); in.Status != decision.StatusAccepted {
		t.Errorf("the renewal that waited is %s: %+v", in.Status, in.Rejection)
	}
	move("m5", &events.ResourcesMoved{CustomerID: "C2", ResourceIDs: []string{"vm-1"}, Resources: []events.MovedResource{vm}})
	s.refused("one of another customer here", decision.CodeResourceForeign)
}
