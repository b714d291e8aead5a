package decision_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
)

func (s *story) told(add ...func()) {
	s.t.Helper()
	for _, a := range add {
		a()
		s.tell()
	}
}

func (s *story) payByMilestone(order, milestone string) {
	s.add("paid/"+order, order, &events.OrderPaid{OrderID: order, PartnerID: "P100", PaidBy: "customer", MilestoneID: milestone})
}

func (s *story) deliver(milestone string) {
	s.add(s.id("delivered/"), milestone, &events.MilestoneDelivered{MilestoneID: milestone, PartnerID: "P100"})
}

// FRZ-08: a milestone contract freezes its orders from the payment until it is
// delivered; delivered before, nothing is held, and the order of arrival does
// not matter.
func TestMilestone(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.place("O1", "C1", "vm-1")
	s.place("O2", "C1", "vm-2")
	s.told(func() { s.payByMilestone("O1", "MS1") }, func() { s.payByMilestone("O2", "MS1") })
	expect(t, "undelivered", state(s.bill("2026-03", "resale")), "67.68 67.68 0")
	expect(t, "holds by id", openHolds(s), "milestone_undelivered O2 milestone_undelivered O1 ")
	s.told(func() { s.deliver("MS1") })
	expect(t, "delivered", state(s.bill("2026-03", "resale")), "67.68 0 67.68")
	s.told(func() { s.deliver("MS1") })
	s.refusedWith(decision.CodeMilestoneDelivered, false)
	s.told(func() { s.deliver("MS2") })
	s.place("O3", "C1", "vm-3")
	s.told(func() { s.payByMilestone("O3", "MS2") })
	expect(t, "delivered before", state(s.bill("2026-03", "resale")), "101.52 0 101.52")
	s.releaseHold(s.partner().Holds.All()[0].ID)
	s.refusedWith(decision.CodeHoldOfRules, false)
}

// flexi has C3, a referral customer without discounts, pay 470.00: 200.00 with a
// flexi coupon on credit. Of the incentive of 37.60 that part is 16.00.
func (s *story) flexi(order string) {
	s.t.Helper()
	s.place(order, "C3", "vm-"+order)
	s.paid(order, events.Tender{Kind: "flexi_coupon", CouponID: "FX3", Amount: dec("200.00")}, events.Tender{Kind: "cash", Amount: dec("270.00")})
}

// What a flexi coupon on credit paid is frozen whole until the order's coupons
// are repaid or refunded, and a part is not the whole (F51); a repayment of the
// order, of its customer or of the cycle does it.
func TestFlexiCouponOnCredit(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.flexi("O1")
	expect(t, "paid", state(s.bill("2026-03", "referral")), "37.6 16 21.6")
	s.repaid("RP1", "C3", "199.99", "O1")
	expect(t, "partly repaid", state(s.bill("2026-03", "referral")), "37.6 16 21.6")
	s.repaid("RP2", "C3", "0.01")
	expect(t, "repaid", state(s.bill("2026-03", "referral")), "37.6 0 37.6")
	s.flexi("O2")
	s.add("RP3", "RP3", &events.RepaymentReceived{RepaymentID: "RP3", PartnerID: "P100", Cycle: "2026-03", Amount: dec("200.00"), Currency: "CNY"})
	s.tell()
	expect(t, "repaid by its cycle", state(s.bill("2026-03", "referral")), "75.2 0 75.2")
	s.flexi("O3")
	expect(t, "another", state(s.bill("2026-03", "referral")), "112.8 16 96.8")
	s.add("unsub", "U1", &events.OrderUnsubscribed{OrderID: "U1", PartnerID: "P100", CustomerID: "C3", ResourceIDs: []string{"vm-O3"}, UnsubscribeType: 1})
	s.tell()
	expect(t, "returned", state(s.bill("2026-03", "referral")), "75.2 0 75.2")
}

// A coupon on credit is no part of the cycle's due: it keeps no cycle frozen,
// and a repayment of the due goes to the credit first.
func TestFlexiCouponIsOutsideTheDue(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.place("O1", "C2", "vm-1")
	s.paid("O1", events.Tender{Kind: "flexi_coupon", CouponID: "FX2", Amount: dec("200.00")}, events.Tender{Kind: "credit", Amount: dec("270.00")})
	expect(t, "paid", state(s.bill("2026-03", "resale")), "37.6 37.6 0")
	s.add("RP1", "RP1", &events.RepaymentReceived{RepaymentID: "RP1", PartnerID: "P100", Cycle: "2026-03", Amount: dec("270.00"), Currency: "CNY"})
	s.tell()
	expect(t, "the due is repaid", state(s.bill("2026-03", "resale")), "37.6 16 21.6")
	s.on(4, 1, 1).run(decision.JobCloseCycle)
	expect(t, "closed", openHolds(s), "flexi_coupon_not_repaid O1 ")
}

// cycle.settled closes the rest of the cycle's due, whatever repayments came or
// come; the hold over the cycle goes the day after it.
func TestCycleSettled(t *testing.T) {
	t.Parallel()
	settled := func(s *story, id string) func() {
		return func() {
			s.add(id, "P100", &events.CycleSettled{PartnerID: "P100", Cycle: "2026-03", Currency: "CNY", SettledAt: s.at})
		}
	}
	s := newStory(t)
	s.place("O1", "C0", "vm-1")
	s.paid("O1")
	s.on(4, 1, 1).run(decision.JobCloseCycle)
	s.on(4, 2, 9).repaid("RP1", "C0", "100.00")
	s.place("O2", "C0", "vm-2")
	s.paid("O2")
	s.told(settled(s, "settled"), settled(s, "said again"))
	expect(t, "open after it", openHolds(s), "cycle_unpaid 2026-03 credit_not_repaid O2 ")
	s.on(4, 2, 23).run(decision.JobReleaseHolds)
	expect(t, "on the same day", state(s.bill("2026-03", "resale")), "33.84 33.84 0")
	s.on(4, 3, 1).run(decision.JobReleaseHolds)
	expect(t, "the day after", state(s.bill("2026-03", "resale")), "33.84 0 33.84")
	s.repaid("RP2", "C0", "423.00")
	expect(t, "a repayment goes to what is still owed", openHolds(s), "")
}

// The rest of a due is what repayments leave of it, in whatever order they and
// the settlement come.
func TestCycleSettledInAnyOrder(t *testing.T) {
	t.Parallel()
	var want string
	for _, turns := range [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
		s := newStory(t)
		s.on(3, 20, 9).place("O1", "C0", "vm-1")
		acts := []func(){
			func() { s.on(3, 20, 10).paid("O1") },
			func() { s.on(4, 3, 9).repaid("RP1", "C0", "100.00") },
			func() {
				s.on(4, 2, 9).add("settled", "P100", &events.CycleSettled{PartnerID: "P100", Cycle: "2026-03", Currency: "CNY", SettledAt: s.at})
			},
		}
		for _, i := range turns {
			s.told(acts[i])
		}
		digest, err := s.m.Digest()
		if err != nil {
			t.Fatal(err)
		}
		if want == "" {
			want = digest
		}
		expect(t, "open", openHolds(s), "")
		expect(t, "rows", digest, want)
	}
}

// issuedMonth brings a month's bill of one cash order to its issue.
func issuedMonth(t *testing.T) *story {
	t.Helper()
	s := newStory(t)
	s.cashOrder("O1")
	s.on(4, 1, 1).run(decision.JobCloseCycle)
	s.issue(s.bill("2026-03", "resale"))
	return s
}

// blocked shows what the last event told of a bill: applicable and what is
// against it.
func (s *story) blocked() string {
	for _, o := range s.last {
		if d, ok := o.Data.(*events.PayableChanged); ok {
			return d.Applicable.Decimal.String() + " " + strings.Join(d.BlockedBy, ",")
		}
	}
	return "not told"
}

func (s *story) overdue(id, customer string) func() {
	return func() {
		s.add("overdue/"+id+customer, id, &events.AccountOverdue{OverdueID: id, PartnerID: "P100", CustomerID: customer, Amount: dec("10.00"), Currency: "CNY", Since: s.at})
	}
}

func (s *story) clear(id string) func() {
	return func() {
		s.add(s.id("cleared/"+id), id, &events.AccountCleared{OverdueID: id, PartnerID: "P100", At: s.at})
	}
}

// FRZ-10, TX-05: while an account is overdue, the partner's or a customer's,
// nothing may be applied for; nothing is frozen by it.
func TestOverdueShutsTheGate(t *testing.T) {
	t.Parallel()
	for _, customer := range []string{"", "C1"} {
		s := issuedMonth(t)
		expect(t, "issued", s.blocked(), "33.84 ")
		s.told(s.overdue("OD1", customer))
		expect(t, "overdue", s.blocked(), "0 overdue")
		s.told(s.overdue("OD2", ""))
		expect(t, "two of them", s.blocked(), "not told")
		s.submit("PR1", s.bill("2026-03", "resale"))
		s.refusedWith("overdue", false)
		s.add("all", "PR2", &events.PaymentRequestSubmitted{PaymentRequestID: "PR2", All: true, Currency: "CNY", Association: "resale", Method: events.MethodCouponQuota, Actor: "test"})
		s.tell()
		s.refusedWith("overdue", false)
		s.told(s.clear("OD1"))
		expect(t, "one left", s.blocked(), "not told")
		s.told(s.clear("OD2"))
		expect(t, "cleared", s.blocked(), "33.84 ")
		expect(t, "nothing was frozen", state(s.bill("2026-03", "resale")), "33.84 0 33.84")
		s.submit("PR3", s.bill("2026-03", "resale"))
		if s.partner().Requests.Get("PR3") == nil {
			t.Fatal("the request is refused after the overdue is cleared")
		}
	}
}

func TestOverdueInAnyOrder(t *testing.T) {
	t.Parallel()
	s := issuedMonth(t)
	s.told(s.clear("OD1"), s.overdue("OD1", ""))
	expect(t, "cleared before it came", s.blocked(), "not told")
	s.submit("PR1", s.bill("2026-03", "resale"))
	if s.partner().Requests.Get("PR1") == nil {
		t.Fatal("an overdue that was cleared before it came stands against a request")
	}
	s.told(s.overdue("OD1", "C1"))
	s.refusedWith(decision.CodeOverdueExists, false)
	s.told(s.clear("OD1"))
	s.refusedWith(decision.CodeOverdueCleared, false)
	s.told(s.overdue("OD2", "nobody"))
	s.refusedWith(decision.CodeUnknownCustomer, true)
	if n := s.partner().Counters.Overdue; n != 0 {
		t.Fatalf("%d overdues are open, want none", n)
	}
	if !slices.Equal(s.partner().Overdues.IDs(), []string{"OD1"}) {
		t.Fatalf("overdues %v", s.partner().Overdues.IDs())
	}
}
