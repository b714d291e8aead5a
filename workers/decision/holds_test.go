package decision_test

import (
	"testing"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/settlement"
)

func expect(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %s\nwant %s", what, got, want)
	}
}

// requestedMonth brings a month's bill with one credit order of C0 to a
// payment request; the repayment names no order.
func requestedMonth(t *testing.T) (*story, *decision.Bill) {
	t.Helper()
	s := newStory(t)
	s.on(3, 5, 9).place("O1", "C0", "vm-1")
	s.paid("O1")
	s.on(3, 6, 9).repaid("RP1", "C0", "423.00")
	s.on(4, 1, 1).run(decision.JobCloseCycle)
	s.issue(s.bill("2026-03", "resale"))
	s.submit("PR1", s.bill("2026-03", "resale"))
	b := s.bill("2026-03", "resale")
	expect(t, "requested", amounts(b), "total 33.84 frozen 0 payable 0 requested 33.84 paid 0, uncovered 0")
	return s, b
}

// A late order takes the repayment that had released what is requested now: the
// hold that opens again freezes nothing there, keeps the request from being
// paid, and freezes the amount when the request gives it back (F48).
func TestHoldOnRequestedMoney(t *testing.T) {
	t.Parallel()
	s, bill := requestedMonth(t)
	s.on(3, 4, 9).place("O0", "C0", "vm-0")
	s.paid("O0")
	expect(t, "covered", amounts(s.bill("2026-03", "resale")), "total 33.84 frozen 0 payable 0 requested 33.84 paid 0, uncovered 33.84")
	for _, o := range s.last {
		if d, ok := o.Data.(*events.IncentiveFrozen); ok && d.BillID == bill.ID {
			t.Errorf("tells %v frozen of requested money", d.Amount)
		}
	}
	act := events.PaymentRequestAction{PaymentRequestID: "PR1", Actor: "test"}
	s.on(4, 9, 9).add("approve", "PR1", &events.PaymentRequestApproved{PaymentRequestAction: act})
	s.tell()
	if r := s.rejected(); r == nil || r.Code != settlement.CodeHeld {
		t.Fatalf("approval while held: %+v", r)
	}
	s.add("cancel", "PR1", &events.PaymentRequestCancelled{PaymentRequestAction: act})
	s.tell()
	expect(t, "given back", amounts(s.bill("2026-03", "resale")), "total 33.84 frozen 33.84 payable 0 requested 0 paid 0, uncovered 0")
	told := ""
	for _, o := range s.last {
		if d, ok := o.Data.(*events.IncentiveFrozen); ok {
			told += d.Amount.Decimal.String() + " " + d.Reason + " " + d.Reference
		}
	}
	expect(t, "told", told, "33.84 credit_not_repaid O1")
	s.repaid("RP2", "C0", "423.00")
	expect(t, "repaid", amounts(s.bill("2026-03", "resale")), "total 33.84 frozen 0 payable 33.84 requested 0 paid 0, uncovered 0")
}

// Paid-out money is never frozen, and a repayment afterwards frees nothing.
func TestHoldOnPaidMoney(t *testing.T) {
	t.Parallel()
	s, _ := requestedMonth(t)
	s.on(4, 9, 9).add("approve", "PR1", &events.PaymentRequestApproved{PaymentRequestAction: events.PaymentRequestAction{PaymentRequestID: "PR1", Actor: "test"}})
	s.on(3, 4, 9).place("O0", "C0", "vm-0")
	s.paid("O0")
	expect(t, "covered", amounts(s.bill("2026-03", "resale")), "total 33.84 frozen 0 payable 0 requested 0 paid 33.84, uncovered 33.84")
	s.on(4, 10, 9).repaid("RP2", "C0", "423.00")
	expect(t, "repaid", amounts(s.bill("2026-03", "resale")), "total 33.84 frozen 0 payable 0 requested 0 paid 33.84, uncovered 0")
	expect(t, "the late order's own", amounts(s.bill("2026-04", "resale")), "total 33.84 frozen 0 payable 33.84 requested 0 paid 0, uncovered 0")
}

// A cycle whose last debt was given back, not repaid, is released by the next
// run; a debt that comes to the cycle after its close does not open the hold
// again, since it opens at the close.
func TestCycleHold(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.on(3, 30, 9).place("O1", "C0", "vm-1")
	s.paid("O1")
	s.on(4, 1, 1).run(decision.JobCloseCycle)
	b := s.bill("2026-03", "resale")
	expect(t, "closed", amounts(b), "total 33.84 frozen 33.84 payable 0 requested 0 paid 0, uncovered 0")
	s.on(4, 2, 9).add("unsub", "U1", &events.OrderUnsubscribed{OrderID: "U1", PartnerID: "P100", CustomerID: "C0", ResourceIDs: []string{"vm-1"}, UnsubscribeType: 1})
	s.tell()
	if open := openHolds(s); open != "cycle_unpaid 2026-03 " {
		t.Fatalf("open after the refund: %s", open)
	}
	s.on(4, 3, 1).run(decision.JobReleaseHolds)
	if open := openHolds(s); open != "" {
		t.Fatalf("open after the run: %s", open)
	}
	s.on(3, 29, 9).place("O0", "C0", "vm-0")
	s.paid("O0")
	if open := openHolds(s); open != "credit_not_repaid O0 " {
		t.Fatalf("open after a late debt: %s", open)
	}
}

func openHolds(s *story) string {
	text := ""
	for _, h := range s.partner().Holds.All() {
		if h.Open {
			text += h.Reason + " " + h.OrderID + string(h.Cycle) + " "
		}
	}
	return text
}

// One late event that lifts the month over its threshold changes the details of
// two orders in one corrective detail; each order's repayment frees its own
// part of it.
func TestLateDetailOfTwoOrders(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	p := s.policy(s.at.AddDate(-1, 0, 0))
	p.Version, p.Basis, p.Mode, p.Bands = 2, "period", "whole", []events.RateBand{{Rate: dec("0.1")}}
	p.Threshold = &events.Threshold{Amount: dec("800"), Inclusive: true}
	s.add("policy/2", "POL", p)
	s.on(3, 5, 9).place("O1", "C0", "vm-1")
	s.paid("O1")
	s.on(4, 1, 1).run(decision.JobCloseCycle)
	expect(t, "below the threshold", amounts(s.bill("2026-03", "resale")), "total 0 frozen 0 payable 0 requested 0 paid 0, uncovered 0")
	s.on(3, 6, 9).place("O2", "C0", "vm-2")
	s.paid("O2")
	expect(t, "late", amounts(s.bill("2026-04", "resale")), "total 84.6 frozen 84.6 payable 0 requested 0 paid 0, uncovered 0")
	late := 0
	for _, d := range s.partner().Details.All() {
		if d.LateOf != "" {
			late++
		}
	}
	if late != 1 {
		t.Fatalf("%d corrective details, want one", late)
	}
	s.on(4, 8, 10).repaid("RP1", "C0", "423.00", "O1")
	s.repaid("RP2", "C0", "423.00", "O2")
	expect(t, "both repaid, the cycle not released", amounts(s.bill("2026-04", "resale")), "total 84.6 frozen 84.6 payable 0 requested 0 paid 0, uncovered 0")
	s.on(4, 9, 1).run(decision.JobReleaseHolds)
	expect(t, "released", amounts(s.bill("2026-04", "resale")), "total 84.6 frozen 0 payable 84.6 requested 0 paid 0, uncovered 0")
}
