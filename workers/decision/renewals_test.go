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
	s := due(t)
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

// It is paid as the customer settles; a price adjustment of the purchase does
// not carry over.
func TestAutoRenewalIsPaidAsTheCustomerSettles(t *testing.T) {
	t.Parallel()
	for customer, want := range map[string]struct {
		kind   pricing.TenderKind
		amount string
	}{"C0": {pricing.TenderCredit, "423"}, "C1": {pricing.TenderCash, "423"}, "C2": {pricing.TenderMonthlySettlement, "470"}, "C3": {pricing.TenderCash, "470"}} {
		t.Run(customer, func(t *testing.T) {
			t.Parallel()
			s := newStory(t).withoutCoupons()
			s.on(3, 3, 9).place("O1", customer, "vm-1")
			s.on(3, 3, 10).add("adjusted", "O1", &events.OrderPriceAdjusted{OrderID: "O1", PartnerID: "P100", DiscountID: "A1", AmountOff: ptr(dec("100.00"))})
			s.on(3, 3, 11).paid("O1")
			if got := s.partner().Orders.Get("O1").Payment.Charge.Amount; !got.Equal(dec("370")) {
				t.Fatalf("bought for %s, want the adjusted price", got)
			}
			s.configure(events.ResourceRenewalConfigured{AutoRenew: true}, "vm-1")
			s.on(3, 27, 3).run(decision.JobAutoRenew)
			tenders := s.own()[0].Payment.Tenders
			if len(tenders) != 1 || tenders[0].Kind != want.kind || !tenders[0].Amount.Equal(dec(want.amount)) {
				t.Errorf("paid with %+v, want %s by %s", tenders, want.amount, want.kind)
			}
		})
	}
}

// One run renews as many as it may; the next goes on with the rest.
func TestAutoRenewalGoesOnTheNextDay(t *testing.T) {
	t.Parallel()
	const more = 3
	h := newHistory(t, 0, time.Date(2026, 3, 2, 9, 0, 0, 0, shanghai))
	h.flat = true
	h.reference()
	for i := range decision.RenewalsDueMax + more {
		id := fmt.Sprint(i)
		h.at = time.Date(2026, 3, 3, 9, 0, 0, 0, shanghai)
		h.add("placed/"+id, id, &events.OrderPlaced{OrderID: id, PartnerID: "P100", CustomerID: "C1", AutoPay: true, Lines: []events.OrderLine{{LineID: "1", ResourceID: "vm-" + id,
			CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "sPR0", Region: "r1", PeriodType: 2, PeriodNum: 1, SubscriptionNum: 1}}})
		h.add("qpaid/"+id, id, &events.OrderPaid{OrderID: id, PartnerID: "P100"})
		h.add("set/"+id, id, &events.ResourceRenewalConfigured{PartnerID: "P100", ResourceIDs: []string{"vm-" + id}, AutoRenew: true})
	}
	m, _ := fold(t, h.events)
	for i, want := range []int{decision.RenewalsDueMax, more, 0} {
		h.events = nil
		h.fire(decision.JobAutoRenew, time.Date(2026, 3, 27+i, 3, 0, 0, 0, shanghai))
		before := m.Partners["P100"].Counters.InputNo
		mustFold(t, m, h.events[0])
		if got := m.Partners["P100"].Counters.InputNo - before - 1; got != int64(2*want) {
			t.Errorf("run %d makes %d events, want %d renewals ordered and paid", i, got, want)
		}
	}
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
		{"twelve months", pricing.CodeRenewalMonths, "/data/period_num", events.ResourceRenewalConfigured{AutoRenew: true, PeriodType: ptr(2), PeriodNum: 12}, nil, "vm-1"},
		{"four years", pricing.CodeRenewalYears, "/data/period_num", events.ResourceRenewalConfigured{AutoRenew: true, PeriodType: ptr(3), PeriodNum: 4}, nil, "vm-1"},
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
