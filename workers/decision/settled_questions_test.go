package decision_test

import (
	"slices"
	"testing"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

// Where policies go by order, the base policy's cap is one for each order: what
// a special policy adds to an order stays under what the base leaves of it.
func TestRewardCapByOrder(t *testing.T) {
	t.Parallel()
	h, m := shop(t, &events.IncentivePolicyPublished{PolicyID: "BASE", Kind: "base", RewardCap: ptr(dec("40.00")), Bands: []events.RateBand{{Rate: dec("0.05")}}},
		&events.IncentivePolicyPublished{PolicyID: "EXTRA", Kind: "special", Bands: []events.RateBand{{Rate: dec("0.10")}}})
	for _, id := range []string{"BASE", "EXTRA"} { // by order from March on
		data := &events.IncentivePolicyPublished{PolicyID: id, Version: 2, Name: id, Kind: "base", Association: "resale", Categories: []string{"0"},
			OrderKinds: []string{"new"}, Basis: "order", Period: "month", Currency: "CNY", Mode: "marginal", CycleBy: "payment",
			Bands: []events.RateBand{{Rate: dec("0.05")}}, RewardCap: ptr(dec("40.00")), EffectiveTime: h.at}
		if id == "EXTRA" {
			data.Kind, data.RewardCap, data.Bands[0].Rate = "special", nil, dec("0.10")
		}
		h.add("policy/"+id+"/2", id, data)
	}
	for i := range 3 {
		day := time.Date(2026, 3, 10+i, 10, 0, 0, 0, shanghai)
		list := h.events
		h.events = nil
		list = append(list, h.sell("O"+string(rune('1'+i)), day)...)
		for _, ev := range list {
			mustFold(t, m, ev)
			check(t, m, ev)
		}
	}
	h.fire(decision.JobCloseCycle, time.Date(2026, 4, 1, 0, 10, 0, 0, shanghai))
	mustFold(t, m, h.events[0])
	if base, extra := totalOf(m, "BASE"), totalOf(m, "EXTRA"); base != "70.50" || extra != "49.50" {
		t.Errorf("the base policy gives %s, the special %s; want 3 x 23.50 and 3 x (40.00 - 23.50)", base, extra)
	}
}

// A customer that paid was a customer, whatever it got back later: the refund
// of its first order does not make the second one a new customer's.
func TestNewnessAfterARefund(t *testing.T) {
	t.Parallel()
	h, m := shop(t, &events.IncentivePolicyPublished{PolicyID: "BASE", Kind: "base", Bands: []events.RateBand{{Rate: dec("0.05")}}},
		&events.IncentivePolicyPublished{PolicyID: "NEW", Kind: "special", Newness: &events.Newness{MonthsWithoutPaidOrder: 3}, Bands: []events.RateBand{{Rate: dec("0.10")}}})
	first := h.sell("A", time.Date(2026, 3, 10, 10, 0, 0, 0, shanghai))
	h.at = time.Date(2026, 3, 10, 12, 0, 0, 0, shanghai)
	h.add("back", "U1", &events.OrderUnsubscribed{OrderID: "U1", PartnerID: "P100", CustomerID: "C1", ResourceIDs: []string{"vm-A"}, UnsubscribeType: 1})
	list := slices.Concat(first, h.events)
	h.events = nil
	list = append(list, h.sell("B", time.Date(2026, 3, 20, 10, 0, 0, 0, shanghai))...)
	for _, ev := range list {
		mustFold(t, m, ev)
		check(t, m, ev)
	}
	p := m.Partners["P100"]
	if o := p.Orders.Get("B"); o.PreviousPaidAt == nil || o.PreviousPaidAt.Day() != 10 {
		t.Errorf("the second order was judged by a payment of %v, want that of the 10th", o.PreviousPaidAt)
	}
	for _, detail := range p.DetailsOf("B") {
		if detail.PolicyID == "NEW" {
			t.Error("the second order earns as a new customer's")
		}
	}
}

// Late usage and a late order of one closed bill end the same in either order.
func TestLateUsageAndALateOrderOfOneBill(t *testing.T) {
	t.Parallel()
	var digests, april []string
	for _, usageFirst := range []bool{true, false} {
		s := newStory(t)
		s.meter("u1", "C1", "u1", "sPR0", "6000", "03-08 09:00 to 03-08 10:00")
		s.settled("04-01 00:05")
		s.on(4, 1, 0).run(decision.JobCloseCycle)
		usage := func() { s.meter("u2", "C1", "u1", "sPR0", "6000", "03-08 09:30 to 03-08 10:00") }
		if usageFirst {
			usage()
		}
		s.on(3, 9, 9).place("O1", "C1", "vm-1")
		s.on(3, 9, 10).paid("O1")
		if !usageFirst {
			usage()
		}
		digests, april = append(digests, digestOf(t, s.m)), append(april, s.bill("2026-04", "resale").Amounts.Total.String())
	}
	if digests[0] != digests[1] || april[0] != april[1] || april[0] != "38.97" {
		t.Errorf("April comes to %v, the digests are %v", april, digests)
	}
}

// A run and the renewal of a source in one batch end as one after the other:
// what the run ordered stands before the source's is decided.
func TestAutoRenewalAndASourcesInOneBatch(t *testing.T) {
	t.Parallel()
	s := due(t)
	var given []*events.Event
	for _, in := range s.partner().Inputs.All() {
		given = append(given, in.Event)
	}
	slices.SortFunc(given, func(a, b *events.Event) int {
		p := s.partner().Inputs
		return int(p.Get(decision.InputID(a.Source, a.ID)).No - p.Get(decision.InputID(b.Source, b.ID)).No)
	})
	s.on(3, 27, 3).fire(decision.JobAutoRenew, s.at)
	run, err := decision.FanOut(s.events[0], "P100", site.Default())
	if err != nil {
		t.Fatal(err)
	}
	s.tell()
	s.on(3, 27, 3).renew("R1", "C1", events.OrderRenewed{AutoPay: true, Automatic: true, ResourceIDs: []string{"vm-1"}})
	given = append(given, run, s.input("renewed/R1").Event)

	p := decision.NewPartner("P100", site.Default(), decision.NewPartnerReference(), true)
	for _, ev := range given {
		if _, err := p.Receive(s.m.Common, ev, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	q := s.partner()
	if diff := diffTables(t, "order", q.Orders, p.Orders) + diffTables(t, "resource", q.Resources, p.Resources) + diffTables(t, "detail", q.Details, p.Details); diff != "" {
		t.Errorf("in one batch it ends otherwise:\n%s", diff)
	}
	s.expires("renewed once", "vm-1", "2026-05-03")
}

// A cut-off that comes again with other content, or cannot be read, cuts
// nothing off, in the original and in every replay.
func TestRefusedCutOffsAreNotCounted(t *testing.T) {
	t.Parallel()
	s := bought(t)
	hold := func(reason string) *events.Event {
		s.add("hold/H1", "H1", &events.HoldPlaced{HoldID: "H1", Reason: reason, Actor: "test"})
		ev := s.events[0]
		s.events = nil
		return ev
	}
	mustFold(t, s.m, hold("compliance"))
	before := s.partner().Counters.CutOffs
	mustFold(t, s.m, hold("dispute"))
	unread := hold("compliance")
	unread.ID, unread.Data = "hold/H2", nil
	if _, err := s.m.Fold(unread, &events.Rejection{Code: "invalid", Message: "it cannot be read"}); err != nil {
		t.Fatal(err)
	}
	if now := s.partner().Counters.CutOffs; now != before || before == 0 {
		t.Errorf("%d cut-offs, before %d", now, before)
	}
	if s.m.Counts.Conflicts != 1 {
		t.Errorf("%d conflicts", s.m.Counts.Conflicts)
	}
}

// A replay finds what a paid request granted, and what renewals a run made.
func TestReplayOfRunsAndSteps(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		m := decision.NewMemory(site.Default())
		o := &operator{history: newHistory(t, seed, time.Date(2026, 1, 2, 9, 0, 0, 0, shanghai)), m: m}
		o.run(60, func(*events.Event, []events.Out) {})
		recorded(t, m).sameReplay()
	}
}
