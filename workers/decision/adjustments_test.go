package decision_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/settlement"
)

func (s *story) posted(a events.AdjustmentPosted) string {
	s.t.Helper()
	id := s.adjust(a)
	s.tell()
	return id
}

// detailOf returns the detail that an adjustment wrote.
func (s *story) detailOf(adjustment string) *decision.Detail {
	s.t.Helper()
	row := s.partner().Adjustments.Get(adjustment)
	if row == nil {
		s.t.Fatalf("no adjustment %s", adjustment)
	}
	return s.partner().Details.Get(row.DetailID)
}

// An adjustment of a bill whose period runs stands in it, and no band sees it.
func TestAdjustmentOfAnOpenBill(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	bill := s.cashOrder("O1").BillID
	id := s.posted(events.AdjustmentPosted{BillID: bill, Amount: dec("5.00"), Corrects: "finding-1"})
	expect(t, "adjusted", state(s.bill("2026-03", "resale")), "38.84 0 38.84")
	if row := s.partner().Adjustments.Get(id); row.Corrects != "finding-1" {
		t.Errorf("the row %+v does not keep what it corrects", row)
	}
	s.on(4, 1, 1).run(decision.JobCloseCycle)
	expect(t, "closed", state(s.bill("2026-03", "resale")), "38.84 0 38.84")
	s.on(4, 2, 9).add("unsub", "U1", &events.OrderUnsubscribed{OrderID: "U1", PartnerID: "P100", CustomerID: "C1", ResourceIDs: []string{"vm-O1"}, UnsubscribeType: 1})
	s.tell()
	if d := s.detailOf(id); d.BillID != bill || !d.Amount.Equal(dec("5.00")) {
		t.Errorf("the adjustment stands at %s in bill %s", d.Amount, d.BillID)
	}
}

// An adjustment of a closed bill stands in the open period, linked to the bill;
// a hold over the bill or its cycle covers it there.
func TestAdjustmentOfAClosedBill(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	bill := s.cashOrder("O1").BillID
	s.on(4, 1, 1).run(decision.JobCloseCycle)
	id := s.posted(events.AdjustmentPosted{BillID: bill, Amount: dec("-5.00")})
	expect(t, "March as issued", state(s.bill("2026-03", "resale")), "33.84 0 33.84")
	expect(t, "April", state(s.bill("2026-04", "resale")), "-5 0 -5")
	if d := s.detailOf(id); d.Adjusts != bill || d.BillID == bill || d.Cycle != "2026-04" {
		t.Errorf("the detail %+v is not linked to bill %s", d, bill)
	}
	for _, scope := range []events.HoldPlaced{{BillID: bill}, {Cycle: "2026-03"}, {DetailID: s.detailOf(id).ID}, {}, {BillID: s.bill("2026-04", "resale").ID}} {
		hold := s.placeHold(scope)
		expect(t, "held", state(s.bill("2026-04", "resale")), "-5 -5 0")
		s.releaseHold(hold)
		expect(t, "released", state(s.bill("2026-04", "resale")), "-5 0 -5")
	}
	s.on(5, 1, 1).run(decision.JobCloseCycle)
	expect(t, "April closed", state(s.bill("2026-04", "resale")), "-5 0 -5")
}

func TestAdjustmentsThatAreRefused(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	bill := s.cashOrder("O1").BillID
	s.posted(events.AdjustmentPosted{BillID: "none", Amount: dec("1.00")})
	s.refusedWith(decision.CodeUnknownBill, true)
	s.posted(events.AdjustmentPosted{BillID: bill, Amount: dec("1.00"), Currency: "USD"})
	s.refusedWith(decision.CodeCurrencyMix, false)
	s.posted(events.AdjustmentPosted{OrderID: "O1", Amount: dec("1.00"), Currency: "USD"})
	s.refusedWith(decision.CodeCurrencyMix, false)
	s.posted(events.AdjustmentPosted{BillID: bill, Amount: dec("0.001")})
	s.refusedWith(events.CodeAmountInvalid, false)
	id := s.posted(events.AdjustmentPosted{BillID: bill, Amount: dec("1.00")})
	s.add("again", id, &events.AdjustmentPosted{AdjustmentID: id, BillID: bill, Amount: dec("2.00"), Currency: "CNY", Reason: "r"})
	s.tell()
	s.refusedWith(decision.CodeAdjustmentPosted, false)
	expect(t, "once", state(s.bill("2026-03", "resale")), "34.84 0 34.84")
	waits := s.posted(events.AdjustmentPosted{OrderID: "O2", Amount: dec("1.00")})
	if in := s.input("adjustment/" + waits); in.Status != decision.StatusWaiting {
		t.Fatalf("the adjustment of an order that has not come is %s", in.Status)
	}
	s.place("O2", "C1", "vm-2")
	if s.partner().Adjustments.Get(waits) == nil {
		t.Error("the adjustment is not decided when its order has come")
	}
}

// A dispute is resolved with or without an adjustment; the bill is back with
// the partner until the fifth working day.
func TestDisputeResolved(t *testing.T) {
	t.Parallel()
	for _, amount := range []string{"", "4.00"} {
		s := newStory(t)
		bill := s.cashOrder("O1").BillID
		s.on(4, 1, 1).run(decision.JobCloseCycle)
		act := events.BillAction{BillID: bill, Actor: "test", DetailID: s.partner().Details.All()[0].ID}
		s.on(4, 7, 9).add("dispute", bill, &events.BillDisputed{BillAction: act})
		s.tell()
		if b := s.partner().Bills.Get(bill); b.Disputed != act.DetailID {
			t.Fatalf("disputed is %q", b.Disputed)
		}
		if amount != "" {
			s.posted(events.AdjustmentPosted{BillID: bill, Amount: dec(amount)})
			expect(t, "adjusted", state(s.bill("2026-04", "resale")), "4 0 4")
		}
		s.on(4, 9, 9).add("resolve", bill, &events.BillDisputeResolved{BillAction: act})
		s.tell()
		b := s.partner().Bills.Get(bill)
		if want := time.Date(2026, 4, 16, 0, 0, 0, 0, shanghai); b.State != settlement.BillPendingConfirmation || !b.Deadline.Equal(want) || b.Disputed != "" {
			t.Fatalf("resolved on a Thursday: %s until %s, want until %s", b.State, b.Deadline, want)
		}
		s.on(4, 17, 1).run(decision.JobAutoConfirm)
		expect(t, "confirmed by silence", string(s.partner().Bills.Get(bill).State), string(settlement.BillIssuing))
	}
}

// statement shows what the last event told of statements.
func (s *story) statement() string {
	text := ""
	for _, o := range s.last {
		if d, ok := o.Data.(*events.StatementIssued); ok {
			text += fmt.Sprintf("%s %s: %s %s %s = %s, tax %s, due %s ", d.Cycle, d.Currency, d.ConsumeAmount.Decimal, d.Refunds.Decimal, d.Adjustments.Decimal,
				d.BillAmount.Decimal, d.TaxAmount.Decimal, d.InitialAmountDue.Decimal)
		}
	}
	return text
}

// A statement tells what its cycle came to, once; what comes late stands in the
// next one, and one whose refunds exceed its expenditure has nothing due (F57,
// F58, F61).
func TestStatement(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.on(3, 8, 10).place("O1", "C0", "vm-1")
	s.paid("O1", events.Tender{Kind: "coupon", CouponID: "CPC0", Amount: dec("5.00")}, events.Tender{Kind: "credit", Amount: dec("418.00")})
	s.flexi("O9") // a referral customer pays for itself
	s.posted(events.AdjustmentPosted{OrderID: "O1", Amount: dec("-3.00")})
	s.on(4, 5, 10).run(decision.JobStatement)
	expect(t, "March", s.statement(), "2026-03 CNY: 423 0 -3 = 420, tax 23.77, due 420 ")
	s.on(4, 5, 11).run(decision.JobStatement)
	expect(t, "March again", s.statement(), "")
	s.on(3, 30, 9).cashOrder("O2")
	s.on(4, 2, 9).cashOrder("O3")
	s.on(4, 3, 9).add("unsub", "U1", &events.OrderUnsubscribed{OrderID: "U1", PartnerID: "P100", CustomerID: "C1", ResourceIDs: []string{"vm-O3"}, UnsubscribeType: 1})
	s.tell()
	s.on(5, 5, 10).run(decision.JobStatement)
	expect(t, "April with what came late", s.statement(), "2026-04 CNY: 846 -423 0 = 423, tax 23.94, due 423 ")
	s.on(5, 6, 9).posted(events.AdjustmentPosted{OrderID: "O1", Amount: dec("-7.00")})
	s.on(6, 5, 10).run(decision.JobStatement)
	expect(t, "May", s.statement(), "2026-05 CNY: 0 0 -7 = -7, tax -0.4, due 0 ")
	s.on(7, 5, 10).run(decision.JobStatement)
	expect(t, "nothing in June", s.statement(), "")
}
