package decision_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/pricing"
	"github.com/accruald/accruald/workers/site"
)

// The same expiry is renewed by itself once, whoever does it and whatever
// comes first: ours, another source's, or a manual renewal.
func TestAlreadyRenewed(t *testing.T) {
	t.Parallel()
	automatic := events.OrderRenewed{AutoPay: true, Automatic: true, ResourceIDs: []string{"vm-1"}}
	t.Run("ours first", func(t *testing.T) {
		t.Parallel()
		s := bought(t)
		s.configure(events.ResourceRenewalConfigured{AutoRenew: true}, "vm-1")
		s.on(3, 27, 3).run(decision.JobAutoRenew)
		s.on(3, 28, 3).renew("R1", "C1", automatic)
		s.refused("the source's", decision.CodeAlreadyRenewed)
		manual := automatic
		manual.Automatic = false
		s.on(3, 28, 4).renew("R2", "C1", manual)
		s.accepted("a manual one")
		s.paid("R2")
		s.expires("both", "vm-1", "2026-06-03")
		s.on(5, 28, 3).renew("R3", "C1", automatic)
		s.accepted("the source's for the next expiry")
	})
	t.Run("the source's first", func(t *testing.T) {
		t.Parallel()
		s := bought(t)
		s.configure(events.ResourceRenewalConfigured{AutoRenew: true}, "vm-1")
		s.on(3, 27, 1).renew("R1", "C1", automatic)
		s.on(3, 27, 2).paid("R1")
		s.on(3, 27, 3).run(decision.JobAutoRenew)
		s.expires("once", "vm-1", "2026-05-03")
		if len(s.own()) != 0 {
			t.Error("renewed again")
		}
	})
	t.Run("the source's comes late", func(t *testing.T) {
		t.Parallel()
		s := bought(t)
		s.configure(events.ResourceRenewalConfigured{AutoRenew: true}, "vm-1")
		s.on(3, 27, 3).run(decision.JobAutoRenew)
		s.on(3, 27, 2).renew("R1", "C1", automatic)
		s.refused("ours", pricing.CodeResourceBlocked)
		s.paid("R1")
		s.refused("ours, again", decision.CodeAlreadyRenewed)
		s.expires("once", "vm-1", "2026-05-03")
		s.on(3, 28, 3).run(decision.JobAutoRenew)
		if len(s.own()) != 0 || s.partner().Orders.Get("R1").State != decision.OrderSettled {
			t.Error("the source's renewal does not stand alone")
		}
	})
}

// A late fact makes the chain fold again; the renewal is one of its inputs and
// stands, at the price that it comes to now. One that is refused by what came
// late is tried again by the next run, under the same order.
func TestAutoRenewalSurvivesFoldingAgain(t *testing.T) {
	t.Parallel()
	s := due(t)
	s.on(3, 27, 3).run(decision.JobAutoRenew)
	order := s.own()[0].ID
	s.on(3, 20, 9).add("change", "X1", &events.OrderSpecChanged{OrderID: "X1", PartnerID: "P100", CustomerID: "C1", AutoPay: true, ResourceID: "vm-1",
		New: events.NewSpec{ResourceSpec: "sPR1"}, Apply: "now"})
	s.tell()
	if o := s.partner().Orders.Get(order); o != nil {
		t.Errorf("renewed while the change was unpaid: %+v", o)
	}
	s.on(3, 20, 10).paid("X1")
	o := s.partner().Orders.Get(order)
	if o == nil || !o.Payment.Charge.Official.Equal(dec("869")) || !o.Payment.Tenders[0].Amount.Equal(dec("782.1")) {
		t.Fatalf("the renewal comes to %+v, want the new price", o)
	}
	s.expires("folded again", "vm-1", "2026-05-03")
	replayed(t, s)
}

func TestAutoRenewalIsTriedAgainUnderItsOrder(t *testing.T) {
	t.Parallel()
	s := bought(t)
	s.configure(events.ResourceRenewalConfigured{AutoRenew: true}, "vm-1")
	s.on(3, 27, 3).run(decision.JobAutoRenew)
	order := s.own()[0].ID
	s.on(3, 26, 9).add("change", "X1", &events.OrderSpecChanged{OrderID: "X1", PartnerID: "P100", CustomerID: "C1", AutoPay: true, ResourceID: "vm-1",
		New: events.NewSpec{ResourceSpec: "sPR1"}, Apply: "now"})
	s.tell()
	s.refused("what came late", pricing.CodeResourceBlocked)
	s.on(3, 27, 3).run(decision.JobAutoRenew) // the same run again is a duplicate
	s.expires("the run again", "vm-1", "2026-04-03")
	s.on(3, 28, 3).add("cancel", "X1", &events.OrderCancelled{OrderID: "X1", PartnerID: "P100"})
	s.tell()
	s.on(3, 29, 3).run(decision.JobAutoRenew)
	s.expires("the next run", "vm-1", "2026-05-03")
	o := s.partner().Orders.Get(order)
	if o == nil || o.PlacedAt.In(shanghai).Day() != 29 || o.Payment.Event.Time.In(shanghai).Day() != 29 {
		t.Errorf("it stands as %+v", o)
	}
	replayed(t, s)
}

// replayed folds what was recorded, in the order of decisions, into an empty
// engine: the runs make their renewals, and the recorded ones are duplicates.
func replayed(t *testing.T, s *story) {
	t.Helper()
	inputs := s.partner().Inputs.All()
	slices.SortFunc(inputs, func(a, b *decision.Input) int { return cmp.Compare(a.No, b.No) })
	fresh := newStory(t)
	m := decision.NewMemory(site.Default())
	own := 0
	for _, ev := range fresh.common() {
		mustFold(t, m, ev)
	}
	for _, in := range inputs {
		if in.Event.Source == decision.SourceAutoRenew {
			own++
		}
		mustFold(t, m, in.Event)
	}
	if got, want := digestOf(t, m), digestOf(t, s.m); got != want {
		t.Errorf("the replay ends otherwise:\n%s", difference(t, s.m, m))
	}
	if own == 0 || m.Counts.Duplicates != own || m.Partners["P100"].Counters.InputNo != s.partner().Counters.InputNo {
		t.Errorf("%d of %d own inputs are duplicates, %d inputs instead of %d", m.Counts.Duplicates, own,
			m.Partners["P100"].Counters.InputNo, s.partner().Counters.InputNo)
	}
}

// common lists the reference data of no partner that every story begins with.
func (s *story) common() []*events.Event {
	h := newHistory(s.t, 0, time.Date(2026, 3, 2, 9, 0, 0, 0, shanghai))
	h.flat = true
	h.reference()
	return slices.DeleteFunc(h.events, func(ev *events.Event) bool { return ev.PartitionKey != events.AllPartners })
}
