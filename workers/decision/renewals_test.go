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

// bought is a story in which customer C1 has vm-1 for a month from 3 March on:
// it expires on 3 April.
func bought(t *testing.T) *story {
	t.Helper()
	s := newStory(t)
	s.on(3, 3, 9).place("O1", "C1", "vm-1")
	s.on(3, 3, 10).paid("O1")
	return s
}

func (s *story) configure(data events.ResourceRenewalConfigured, resources ...string) {
	s.t.Helper()
	data.PartnerID, data.ResourceIDs = "P100", resources
	s.add(s.id("configured/"), resources[0], &data)
	s.tell()
}

func (s *story) renew(id, customer string, data events.OrderRenewed) {
	s.t.Helper()
	data.OrderID, data.PartnerID, data.CustomerID = id, "P100", customer
	if data.PeriodNum == 0 {
		data.PeriodType, data.PeriodNum = 2, 1
	}
	s.add("renewed/"+id, id, &data)
	s.tell()
}

func (s *story) expiry(resource string) string {
	s.t.Helper()
	r := s.partner().Resources.Get(resource)
	if r == nil {
		s.t.Fatalf("no resource %s", resource)
	}
	return r.Expiry.In(shanghai).Format("2006-01-02 15:04:05")
}

func (s *story) expires(what, resource, want string) {
	s.t.Helper()
	if got := s.expiry(resource); got != want+" 23:59:59" {
		s.t.Errorf("%s: %s expires %s, want %s", what, resource, got, want)
	}
}

func (s *story) refused(what, code string) {
	s.t.Helper()
	if r := s.rejected(); r == nil || r.Code != code {
		s.t.Errorf("%s: rejected %+v, want %s", what, r, code)
	}
}

func (s *story) accepted(what string) {
	s.t.Helper()
	if r := s.rejected(); r != nil {
		s.t.Errorf("%s: rejected %s: %s", what, r.Code, r.Message)
	}
}

// own lists the automatic renewals, by time.
func (s *story) own() (out []*decision.Order) {
	for _, o := range s.partner().Orders.All() {
		if o.Event.Source == decision.SourceAutoRenew {
			out = append(out, o)
		}
	}
	slices.SortFunc(out, func(a, b *decision.Order) int { return a.PlacedAt.Compare(b.PlacedAt) })
	return out
}

// The first attempt is at 03:00 seven days before the expiry; it is ordered
// and paid at once, at the discount of the automatic choice, as the customer
// settles, and what it earns stands like any renewal's.
func TestAutoRenewal(t *testing.T) {
	t.Parallel()
	s := bought(t)
	s.configure(events.ResourceRenewalConfigured{AutoRenew: true}, "vm-1")
	s.on(3, 26, 3).run(decision.JobAutoRenew)
	s.expires("eight days before", "vm-1", "2026-04-03")
	s.on(3, 27, 3).run(decision.JobAutoRenew)
	s.expires("seven days before", "vm-1", "2026-05-03")
	orders := s.own()
	if len(orders) != 1 {
		t.Fatalf("%d automatic renewals, want one", len(orders))
	}
	o := orders[0]
	if !o.Automatic || o.State != decision.OrderSettled || o.Payment.Charge.DiscountID != "D1" || !o.Payment.Charge.Amount.Equal(dec("423")) ||
		len(o.Payment.Tenders) != 1 || o.Payment.Tenders[0].Kind != pricing.TenderCash {
		t.Errorf("ordered %+v, paid %+v", o, o.Payment)
	}
	if got := amounts(s.bill("2026-03", "resale")); got != "total 67.68 frozen 0 payable 67.68 requested 0 paid 0, uncovered 0" {
		t.Errorf("the bill has %s, want 8 percent of twice 423", got)
	}
	kinds := ""
	for _, out := range s.last {
		kinds += out.Type + " "
	}
	if want := "order.priced.v1 order.settled.v1 incentive.accrued.v1 payable.changed.v1 "; kinds != want {
		t.Errorf("told %s, want %s", kinds, want)
	}
	s.on(3, 28, 3).run(decision.JobAutoRenew)
	s.expires("the next day", "vm-1", "2026-05-03")
	s.on(4, 26, 3).run(decision.JobAutoRenew)
	s.expires("a month on", "vm-1", "2026-06-03")
}

// What a rule refuses leaves nothing but a note, and is tried again daily
// until it succeeds or the last kept day is over.
func TestAutoRenewalFailsAndTriesAgain(t *testing.T) {
	t.Parallel()
	s := bought(t)
	s.configure(events.ResourceRenewalConfigured{AutoRenew: true}, "vm-1")
	s.on(3, 25, 9).add("change", "X1", &events.OrderSpecChanged{OrderID: "X1", PartnerID: "P100", CustomerID: "C1", AutoPay: true, ResourceID: "vm-1",
		New: events.NewSpec{ResourceSpec: "sPR1"}, Apply: "now"})
	s.tell()
	before := digestOf(t, s.m)
	for day := 27; day <= 28; day++ {
		s.on(3, day, 3).run(decision.JobAutoRenew)
		s.accepted("a run that renews nothing")
	}
	if digestOf(t, s.m) != before || len(s.own()) != 0 {
		t.Error("a failed renewal left something behind")
	}
	a := s.partner().Attempts.Get("vm-1")
	if a == nil || a.Code != pricing.CodeResourceBlocked || a.Attempts != 2 || !a.At.Equal(s.at) || a.CustomerID != "C1" {
		t.Fatalf("the attempt is noted as %+v", a)
	}
	s.on(4, 3, 3).run(decision.JobAutoRenew) // the change expired
	s.expires("once the order expired", "vm-1", "2026-05-03")
	if a := s.partner().Attempts.Get("vm-1"); a != nil {
		t.Errorf("still noted: %+v", a)
	}
	s.on(4, 25, 9).add("withdrawn", "PR0", &events.ProductWithdrawn{ProductID: "PR0", EffectiveTime: s.at})
	s.tell()
	s.on(6, 2, 3).run(decision.JobAutoRenew)
	if a := s.partner().Attempts.Get("vm-1"); a == nil || a.Code != pricing.CodeNotRenewable {
		t.Errorf("off sale: noted %+v", a)
	}
	s.on(6, 3, 3).run(decision.JobAutoRenew)
	if a := s.partner().Attempts.Get("vm-1"); a == nil || a.At.Day() != 2 {
		t.Errorf("tried after the last kept day: %+v", a)
	}
}

// The setting says how often, for how long, when and to which day.
func TestRenewalSettings(t *testing.T) {
	t.Parallel()
	t.Run("the period and how often", func(t *testing.T) {
		t.Parallel()
		s := bought(t)
		s.configure(events.ResourceRenewalConfigured{AutoRenew: true, PeriodType: ptr(2), PeriodNum: 2, Times: 1, DeductionDay: 3}, "vm-1")
		s.on(3, 30, 3).run(decision.JobAutoRenew)
		s.expires("four days before", "vm-1", "2026-04-03")
		s.on(3, 31, 3).run(decision.JobAutoRenew)
		s.expires("three days before", "vm-1", "2026-06-03")
		s.on(6, 2, 3).run(decision.JobAutoRenew)
		s.expires("only once", "vm-1", "2026-06-03")
		s.configure(events.ResourceRenewalConfigured{AutoRenew: true}, "vm-1")
		s.on(6, 3, 3).run(decision.JobAutoRenew)
		s.expires("for the period first bought", "vm-1", "2026-07-03")
		s.configure(events.ResourceRenewalConfigured{}, "vm-1")
		s.on(7, 2, 3).run(decision.JobAutoRenew)
		s.expires("switched off", "vm-1", "2026-07-03")
	})
	t.Run("the unified day", func(t *testing.T) {
		t.Parallel()
		s := bought(t)
		s.configure(events.ResourceRenewalConfigured{AutoRenew: true, ExpireDay: -1}, "vm-1")
		s.on(3, 28, 3).run(decision.JobAutoRenew)
		s.expires("to the last of the month", "vm-1", "2026-05-31")
	})
	t.Run("in retention", func(t *testing.T) {
		t.Parallel()
		s := bought(t)
		s.on(4, 20, 9).configure(events.ResourceRenewalConfigured{AutoRenew: true}, "vm-1")
		s.on(4, 21, 3).run(decision.JobAutoRenew)
		s.expires("from the old expiry", "vm-1", "2026-05-03")
	})
	t.Run("for a resource that comes later", func(t *testing.T) {
		t.Parallel()
		s := newStory(t)
		s.on(3, 4, 9).configure(events.ResourceRenewalConfigured{AutoRenew: true}, "vm-1")
		if in := s.input("configured/1"); in.Status != decision.StatusWaiting || in.WaitsFor != "r/vm-1" {
			t.Fatalf("it is %s for %q", in.Status, in.WaitsFor)
		}
		s.on(3, 3, 9).place("O1", "C1", "vm-1")
		s.on(3, 3, 10).paid("O1")
		if r := s.partner().Resources.Get("vm-1"); !r.AutoRenews() {
			t.Error("the setting was lost")
		}
	})
}

func TestRenewalSettingsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, code, pointer string
		data                events.ResourceRenewalConfigured
		before              func(*story)
		resource            string
	}{
		{"a day too early", "invalid_deduction_day", "/data/deduction_day", events.ResourceRenewalConfigured{AutoRenew: true, DeductionDay: 8}, nil, "vm-1"},
		{"a day too late", "invalid_deduction_day", "/data/deduction_day", events.ResourceRenewalConfigured{AutoRenew: true, DeductionDay: 1}, nil, "vm-1"},
		{"twelve months", pricing.CodeRenewalPeriodInvalid, "/data/period_num", events.ResourceRenewalConfigured{AutoRenew: true, PeriodType: ptr(2), PeriodNum: 12}, nil, "vm-1"},
		{"four years", pricing.CodeRenewalPeriodInvalid, "/data/period_num", events.ResourceRenewalConfigured{AutoRenew: true, PeriodType: ptr(3), PeriodNum: 4}, nil, "vm-1"},
		{"an attached disk", pricing.CodeNotPrimary, "/data/resource_ids/0", events.ResourceRenewalConfigured{AutoRenew: true},
			func(s *story) { s.disk("O2", "C1", "disk-1", "vm-1") }, "disk-1"},
		{"one given back", pricing.CodeResourceUnsubscribed, "/data/resource_ids/0", events.ResourceRenewalConfigured{AutoRenew: true},
			func(s *story) { s.unsubscribe("U1", "C1", "vm-1") }, "vm-1"},
		{"one being converted", pricing.CodeResourceConverting, "/data/resource_ids/0", events.ResourceRenewalConfigured{AutoRenew: true},
			func(s *story) { s.convert("V1", "C1", "SET_UP", "vm-1") }, "vm-1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := bought(t)
			s.on(3, 5, 9)
			if c.before != nil {
				c.before(s)
			}
			s.on(3, 6, 9).configure(c.data, c.resource)
			s.refused(c.name, c.code)
			if r := s.rejected(); r != nil && r.Pointer != c.pointer {
				t.Errorf("points at %s, want %s", r.Pointer, c.pointer)
			}
		})
	}
}

// disk buys a disk attached to a machine.
func (s *story) disk(order, customer, resource, parent string) {
	s.t.Helper()
	s.add("placed/"+order, order, &events.OrderPlaced{OrderID: order, PartnerID: "P100", CustomerID: customer, AutoPay: true, OrderType: 1, Lines: []events.OrderLine{
		{LineID: "1", ResourceID: resource, ParentResourceID: parent, CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "sPR2", Region: "r1", PeriodType: 2, PeriodNum: 1, SubscriptionNum: 1}}})
	s.tell()
	s.paid(order)
}

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
	s := bought(t)
	s.configure(events.ResourceRenewalConfigured{AutoRenew: true}, "vm-1")
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
