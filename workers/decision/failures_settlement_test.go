package decision_test

import (
	"testing"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/settlement"
	"github.com/accruald/accruald/workers/site"
)

// F53: what a customer returns after it moved takes nothing from the partner
// that did not earn on it, and nothing is taken twice.
func TestF53ReturnAfterAMoveIsOfWhoEarned(t *testing.T) {
	t.Parallel()
	s, billed := moved(t)
	s.on(3, 25, 9).to("P200", "returned", "U9", &events.OrderUnsubscribed{OrderID: "U9", PartnerID: "P200", CustomerID: "C1", ResourceIDs: []string{"vm-1"}, UnsubscribeType: 1})
	s.wantAccepted("the return with the new partner")
	if p := s.m.Partners["P200"]; len(p.Details.IDs()) != 0 || len(p.Bills.IDs()) != 0 {
		t.Errorf("the new partner has %d details and %d bills of what it never sold", len(p.Details.IDs()), len(p.Bills.IDs()))
	}
	expect(t, "the old partner keeps", amounts(s.bill("2026-03", "resale")), billed)
}

// F56: what names no customer goes its whole way, from the repayment of the
// oldest debts to the invoice of an adjusted bill.
func TestF56NoCustomerIsNoObstacle(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.on(3, 5, 9).place("O1", "C0", "vm-1")
	s.paid("O1")
	s.place("R1", "C3", "vm-r")
	s.paid("R1")
	s.repaid("RP1", "", "423.00")
	s.wantAccepted("a repayment of nobody in particular")
	expect(t, "released", s.bill("2026-03", "resale").Amounts.Frozen.String(), "0")
	s.posted(events.AdjustmentPosted{BillID: s.bill("2026-03", "referral").ID, Amount: dec("10.00")})
	s.wantAccepted("an adjustment, which is of no customer")
	s.on(4, 1, 1).run(decision.JobCloseCycle)
	s.issue(s.bill("2026-03", "referral"))
	expect(t, "submitted", s.request(&events.PaymentRequestSubmitted{PaymentRequestID: "PR1", All: true, Currency: "CNY", Association: "referral", Method: events.MethodBankTransfer}), "")
	s.step("PR1", settlement.RequestApprove, "")
	s.cover("PR1", "IV1", s.partner().Requests.Get("PR1").Payout.String())
	s.step("PR1", settlement.RequestApprove, "")
	s.step("PR1", settlement.RequestTransfer, "")
	expect(t, "paid", s.bill("2026-03", "referral").Amounts.PaidOut.String(), "47.6") // 470.00 x 8 percent, and 10.00
}

// F62: a closed period does not open again: a late order leaves the issued bill
// as it is and stands in the open one, linked to the fact that was late.
func TestF62AClosedPeriodStaysClosed(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.on(3, 5, 9).cashOrder("O1")
	s.on(4, 1, 1).run(decision.JobCloseCycle)
	s.issue(s.bill("2026-03", "resale"))
	issued := short(s.bill("2026-03", "resale"))
	s.on(3, 20, 9).cashOrder("O2")
	var corrective []*events.IncentiveAccrued
	for _, a := range told[*events.IncentiveAccrued](s) {
		if a.LateOf != "" {
			corrective = append(corrective, a)
		}
	}
	if len(corrective) != 1 {
		t.Fatalf("told %+v", s.last)
	}
	if corrective[0].Amount.Decimal.String() != "33.84" || corrective[0].BillID != s.bill("2026-04", "resale").ID || corrective[0].LateOf != corrective[0].CausationID {
		t.Errorf("told %+v", corrective[0])
	}
	expect(t, "what was issued", short(s.bill("2026-03", "resale")), issued)
	expect(t, "the open period", s.totals(), "2026-03 33.84, 2026-04 33.84")
}

// F63: an order from before a customer left counts, however late it comes; one
// from after it does not.
func TestF63CustomersCountUntilTheyLeave(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.on(3, 10, 9).add("gone", "C1", &events.CustomerDisassociated{CustomerID: "C1", PartnerID: "P100", EffectiveTime: s.at})
	s.tell()
	s.on(3, 10, 10).place("O2", "C1", "vm-2")
	s.wantRejected("an order from after it left", decision.CodeUnknownCustomer, "/data/customer_id")
	s.on(3, 10, 8).place("O1", "C1", "vm-1")
	s.paid("O1")
	s.wantAccepted("an order from before")
	expect(t, "it earns", s.earnings("O1"), "POL/1 33.84")
}

// F64: of each bill the versions told count up in the order in which they go out, so that a consumer never takes an older for a newer one.
func TestF64VersionsCountUpInOrder(t *testing.T) {
	t.Parallel()
	told := 0
	for seed := range uint64(5) {
		versions := map[[2]string]int{}
		m := decision.NewMemory(site.Default())
		o := &operator{history: newHistory(t, seed, time.Date(2026, 1, 2, 9, 0, 0, 0, shanghai)), m: m}
		o.run(60, func(ev *events.Event, outs []events.Out) {
			for _, out := range outs {
				changed, ok := out.Data.(*events.PayableChanged)
				if !ok {
					continue
				}
				key := [2]string{out.Type, out.Subject}
				if changed.Version <= versions[key] {
					t.Fatalf("seed %d: %s tells version %d of bill %s after %d", seed, ev.ID, changed.Version, changed.BillID, versions[key])
				}
				versions[key] = changed.Version
				told++
			}
		})
	}
	if told < 100 {
		t.Errorf("only %d changes were told; they show nothing", told)
	}
}

// F65: a return that comes late takes from the order it is of, never from one
// that was made since.
func TestF65LateReturnLeavesTheNewOrderAlone(t *testing.T) {
	t.Parallel()
	for _, resource := range []string{"vm-1", "vm-2"} {
		s := newStory(t)
		s.on(3, 3, 9).place("O1", "C1", "vm-1")
		s.paid("O1")
		s.on(3, 12, 9).place("O2", "C1", resource)
		s.on(3, 12, 10).paid("O2")
		s.on(4, 1, 1).run(decision.JobCloseCycle)
		before := s.partner().DetailsOf("O2")
		s.on(3, 10, 9).unsubscribe("U1", "C1", "vm-1")
		s.wantAccepted("the late return")
		for _, o := range s.partner().Orders.Get("U1").Refund.Orders {
			expect(t, "refunded", o.OrderID, "O1")
		}
		for i, d := range s.partner().DetailsOf("O2") {
			if len(before) != 0 && !d.Ideal.Equal(before[i].Ideal) {
				t.Errorf("resource %s: of the new order %s is left of %s", resource, d.Ideal, before[i].Ideal)
			}
		}
		if d := s.partner().DetailsOf("O1")[0]; !d.Ideal.LessThan(dec("33.84")) {
			t.Errorf("resource %s: the returned order still earns %s", resource, d.Ideal)
		}
	}
}
