package decision_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/incentive"
)

// placeHold places a hold and tells it.
func (s *story) placeHold(scope events.HoldPlaced) string {
	s.t.Helper()
	id := s.hold(scope)
	s.tell()
	return id
}

func (s *story) releaseHold(id string) {
	s.t.Helper()
	s.release(id)
	s.tell()
}

// state shows a bill's total, what is frozen and what is payable.
func state(b *decision.Bill) string {
	return fmt.Sprintf("%s %s %s", b.Amounts.Total, b.Amounts.Frozen, b.Amounts.Payable)
}

// refusedWith expects that the last event was refused.
func (s *story) refusedWith(code string, retryable bool) {
	s.t.Helper()
	if r := s.rejected(); r == nil || r.Code != code || r.Retryable != retryable {
		s.t.Fatalf("rejected %+v, want %s, retryable %t", r, code, retryable)
	}
}

// cashOrder has C1 order and pay a server: 423.00, which earn 33.84.
func (s *story) cashOrder(id string) *decision.Detail {
	s.t.Helper()
	s.place(id, "C1", "vm-"+id)
	s.paid(id)
	for _, d := range s.partner().Details.All() {
		if d.OrderID == id {
			return d
		}
	}
	s.t.Fatalf("order %s earned nothing", id)
	return nil
}

func TestHoldsOfOperationsCoverTheirScope(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		scope func(*decision.Detail) events.HoldPlaced
		want  string // of the bill with another order behind the hold
	}{
		"a detail":      {func(d *decision.Detail) events.HoldPlaced { return events.HoldPlaced{DetailID: d.ID} }, "67.68 33.84 33.84"},
		"an order":      {func(d *decision.Detail) events.HoldPlaced { return events.HoldPlaced{OrderID: d.OrderID} }, "67.68 33.84 33.84"},
		"a bill":        {func(d *decision.Detail) events.HoldPlaced { return events.HoldPlaced{BillID: d.BillID} }, "67.68 67.68 0"},
		"a cycle":       {func(*decision.Detail) events.HoldPlaced { return events.HoldPlaced{Cycle: "2026-03"} }, "67.68 67.68 0"},
		"another cycle": {func(*decision.Detail) events.HoldPlaced { return events.HoldPlaced{Cycle: "2026-04"} }, "67.68 0 67.68"},
		"the partner":   {func(*decision.Detail) events.HoldPlaced { return events.HoldPlaced{} }, "67.68 67.68 0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStory(t)
			scope := c.scope(s.cashOrder("O1"))
			hold := s.placeHold(scope)
			s.cashOrder("O2")
			expect(t, "held", state(s.bill("2026-03", "resale")), c.want)
			s.releaseHold(hold)
			expect(t, "released", state(s.bill("2026-03", "resale")), "67.68 0 67.68")
			for _, o := range s.all {
				if f, ok := o.Data.(*events.IncentiveFrozen); ok && (f.Reason != incentive.HoldCompliance || f.HoldID != hold || f.Reference == "") {
					t.Errorf("tells %+v", f.HoldChange)
				}
			}
		})
	}
}

// What a refund in a later period takes from a held slice reduces what is
// frozen, never what is payable (F46, F49); so does a correction of what was
// issued.
func TestHoldCoversWhatTakesFromIt(t *testing.T) {
	t.Parallel()
	for name, scope := range map[string]func(*decision.Detail) events.HoldPlaced{
		"a detail": func(d *decision.Detail) events.HoldPlaced { return events.HoldPlaced{DetailID: d.ID} },
		"an order": func(d *decision.Detail) events.HoldPlaced { return events.HoldPlaced{OrderID: d.OrderID} },
		"a bill":   func(d *decision.Detail) events.HoldPlaced { return events.HoldPlaced{BillID: d.BillID} },
		"a cycle":  func(d *decision.Detail) events.HoldPlaced { return events.HoldPlaced{Cycle: string(d.Cycle)} },
	} {
		for _, first := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, before the refund: %t", name, first), func(t *testing.T) {
				t.Parallel()
				s := newStory(t)
				detail := s.on(3, 30, 9).cashOrder("O1")
				s.on(4, 1, 1).run(decision.JobCloseCycle)
				hold := ""
				if first {
					hold = s.placeHold(scope(detail))
				}
				s.on(4, 2, 9).add("unsub", "U1", &events.OrderUnsubscribed{OrderID: "U1", PartnerID: "P100", CustomerID: "C1", ResourceIDs: []string{"vm-O1"}, UnsubscribeType: 1})
				s.tell()
				if !first {
					hold = s.placeHold(scope(detail))
				}
				expect(t, "March", state(s.bill("2026-03", "resale")), "33.84 33.84 0")
				expect(t, "April", state(s.bill("2026-04", "resale")), "-33.84 -33.84 0")
				s.releaseHold(hold)
				expect(t, "March released", state(s.bill("2026-03", "resale")), "33.84 0 33.84")
				expect(t, "April released", state(s.bill("2026-04", "resale")), "-33.84 0 -33.84")
			})
		}
	}
}

func TestHoldsThatAreRefused(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	detail := s.cashOrder("O1")
	id := s.placeHold(events.HoldPlaced{DetailID: detail.ID})
	s.add("again", id, &events.HoldPlaced{HoldID: id, Reason: "other", Actor: "test"})
	s.tell()
	s.refusedWith(decision.CodeHoldExists, false)
	s.placeHold(events.HoldPlaced{DetailID: "none"})
	s.refusedWith(decision.CodeUnknownDetail, true)
	s.placeHold(events.HoldPlaced{BillID: "none"})
	s.refusedWith(decision.CodeUnknownBill, true)
	s.releaseHold("none")
	s.refusedWith(decision.CodeUnknownHold, true)
	s.add("reason", "HR", &events.HoldPlaced{HoldID: "HR", Reason: incentive.HoldCycleUnpaid, Cycle: "2026-03", Actor: "test"})
	s.tell()
	s.refusedWith(incentive.CodeUnknownHoldReason, false)
	s.place("O2", "C0", "vm-2")
	s.paid("O2")
	for _, h := range s.partner().Holds.All() {
		if h.Reason == incentive.HoldCreditNotRepaid {
			s.releaseHold(h.ID)
			s.refusedWith(decision.CodeHoldOfRules, false)
		}
	}
	expect(t, "unchanged", state(s.bill("2026-03", "resale")), "67.68 67.68 0")
	s.releaseHold(id)
	s.releaseHold(id)
	s.refusedWith(decision.CodeHoldReleased, false)
}

// A hold over an order that has not come waits for it.
func TestHoldWaitsForItsOrder(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	id := s.placeHold(events.HoldPlaced{OrderID: "O1"})
	if in := s.input("hold.placed/" + id); in.Status != decision.StatusWaiting {
		t.Fatalf("the hold is %s", in.Status)
	}
	s.cashOrder("O1")
	expect(t, "held", state(s.bill("2026-03", "resale")), "33.84 33.84 0")
}

// Stacked holds freeze a slice once; releasing the last of them, in whatever
// order, releases exactly what was frozen (F55, F59: nothing else releases it).
func TestReleasingTheLastHoldReleasesWhatWasFrozen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		s := newStory(t)
		detail := s.cashOrder("O1")
		s.place("O2", "C0", "vm-2")
		s.paid("O2", events.Tender{Kind: "cash", Amount: dec("100.00")}, events.Tender{Kind: "credit", Amount: dec("323.00")})
		before := state(s.bill("2026-03", "resale"))
		scopes := []events.HoldPlaced{{DetailID: detail.ID}, {OrderID: "O2"}, {BillID: detail.BillID}, {Cycle: "2026-03"}, {}}
		var holds []string
		for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(scopes)-1), 1, 6).Draw(r, "scopes") {
			holds = append(holds, s.placeHold(scopes[i]))
			s.all = s.all[:0:0]
		}
		for _, i := range rapid.Permutation(holds).Draw(r, "order of release") {
			s.releaseHold(i)
		}
		expect(t, "all released", state(s.bill("2026-03", "resale")), before)
	})
}

// A hold of operations on requested money keeps it from being paid, and a
// release lets it go on (F55).
func TestHoldOfOperationsOnRequestedMoney(t *testing.T) {
	t.Parallel()
	s, bill := requestedMonth(t)
	id := s.placeHold(events.HoldPlaced{BillID: bill.ID})
	expect(t, "held", amounts(s.bill("2026-03", "resale")), "total 33.84 frozen 0 payable 0 requested 33.84 paid 0, uncovered 33.84")
	act := events.PaymentRequestAction{PaymentRequestID: "PR1", Actor: "test"}
	s.add("approve", "PR1", &events.PaymentRequestApproved{PaymentRequestAction: act})
	s.tell()
	s.refusedWith("held", false)
	s.releaseHold(id)
	s.add("approve2", "PR1", &events.PaymentRequestApproved{PaymentRequestAction: act})
	s.tell()
	expect(t, "paid", amounts(s.bill("2026-03", "resale")), "total 33.84 frozen 0 payable 0 requested 0 paid 33.84, uncovered 0")
}

// The rows say which hold covers what, for whoever lists holds by detail, bill
// or partner.
func TestHoldsAreListed(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	detail := s.cashOrder("O1")
	id := s.placeHold(events.HoldPlaced{OrderID: "O1"})
	h := s.partner().Holds.Get(id)
	if h == nil || !h.Open || h.OrderID != "O1" || h.Actor != "test" || !h.Since.Equal(s.at) {
		t.Fatalf("hold %+v", h)
	}
	var told []string
	for _, c := range s.partner().Details.Get(detail.ID).Holds {
		told = append(told, c.HoldID+" "+c.Reason+" "+c.Amount.String())
	}
	expect(t, "the detail's holds", strings.Join(told, ","), id+" compliance 33.84")
}
