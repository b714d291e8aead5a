package decision_test

import (
	"testing"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/settlement"
)

// state is where an invoice is.
func (s *story) state(id string) string {
	i := s.partner().Invoices.Get(id)
	if i == nil {
		return "none"
	}
	return string(i.State)
}

// apply applies for an invoice of an amount.
func (s *story) apply(id, amount string, change func(*events.InvoiceTriggered)) string {
	s.t.Helper()
	return s.invoice(id, "apply", func(i *events.InvoiceTriggered) {
		i.Amount = ptr(dec(amount))
		if change != nil {
			change(i)
		}
	})
}

// The ways of an invoice, in every channel: each trigger with the state it
// leads to, or the code of its refusal, which changes nothing.
func TestInvoiceWays(t *testing.T) {
	t.Parallel()
	for _, way := range []struct {
		name, medium string
		steps        [][2]string
	}{
		{"issued and returned", "electronic", [][2]string{{"approve", "issuing"}, {"cancel", settlement.CodeInvoiceNotCancellable}, {"issue", "issued"},
			{"sign", settlement.CodeInvoiceNotToSign}, {"return_request", "returning"}, {"cancel", settlement.CodeReturnNotWithdrawable},
			{"return_refuse", "return_refused"}, {"return_request", "returning"}, {"return_done", "returned"}, {"issue", settlement.CodeInvoiceNotIssuing}}},
		{"a digital one", "digital", [][2]string{{"approve", "issuing"}, {"issue", "issued"}, {"return_request", "returning"}, {"return_done", "returned"}}},
		{"a paper one is signed for", "paper", [][2]string{{"approve", "issuing"}, {"issue", "to_sign"}, {"return_request", settlement.CodeInvoiceNotReturnable}, {"sign", "issued"}}},
		{"cancelled while issued", "paper", [][2]string{{"approve", "issuing"}, {"cancel", "cancelling"}, {"issue", settlement.CodeInvoiceNotIssuing}, {"cancel_accept", "cancelled"}}},
		{"could not be cancelled", "paper", [][2]string{{"approve", "issuing"}, {"cancel", "cancelling"}, {"cancel_refuse", "issuing_cancel_failed"}, {"issue", "to_sign"}, {"sign", "issued"}}},
		{"cancelled before the review", "electronic", [][2]string{{"cancel", "cancelled"}, {"approve", settlement.CodeInvoiceNotPendingReview}}},
		{"rejected", "electronic", [][2]string{{"reject", "rejected"}, {"cancel", settlement.CodeInvoiceNotCancellable}}},
	} {
		for _, channel := range []string{"vendor", "marketplace_curated", "marketplace_other"} {
			t.Run(way.name+" "+channel, func(t *testing.T) {
				t.Parallel()
				s := newStory(t)
				expect(t, "applied", s.apply("IV", "100.00", func(i *events.InvoiceTriggered) { i.Medium, i.Channel = way.medium, channel }), "")
				state := "pending_review"
				for _, step := range way.steps {
					code := s.invoice("IV", step[0], func(i *events.InvoiceTriggered) { i.Reason = "because" })
					if code == "" {
						moved := told[*events.InvoiceStateChanged](s)
						if len(moved) != 1 || moved[0].From != state || moved[0].To != step[1] || moved[0].Trigger != step[0] || moved[0].Actor != "test" || moved[0].Reason != "because" {
							t.Errorf("%s: told %+v", step[0], moved)
						}
						code, state = s.state("IV"), step[1]
					}
					expect(t, step[0], code, step[1])
					expect(t, "state", s.state("IV"), state)
				}
				if approver := s.partner().Invoices.Get("IV").ReturnAnswered; state == "returned" && approver != map[string]string{"vendor": "vendor", "marketplace_curated": "vendor", "marketplace_other": "provider"}[channel] {
					t.Errorf("the return was answered by %q", approver)
				}
				expect(t, "applied again", s.apply("IV", "100.00", nil), decision.CodeInvoiceExists)
				expect(t, "a new one", s.apply("IV2", "100.00", nil), "")
			})
		}
	}
}

// Returns that cannot be, and how long the red invoice for a digital one takes.
func TestInvoiceReturns(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.on(3, 6, 9) // a Friday
	for _, id := range []string{"used", "booked", "plain"} {
		s.apply(id, "100.00", func(i *events.InvoiceTriggered) { i.Medium = "digital" })
		s.invoice(id, "approve", nil)
		s.invoice(id, "issue", nil)
	}
	expect(t, "a part (RET-01)", s.invoice("plain", "return_request", func(i *events.InvoiceTriggered) { i.Amount = ptr(dec("40.00")) }), settlement.CodePartialReturn)
	expect(t, "used for tax", s.invoice("used", "return_request", func(i *events.InvoiceTriggered) { i.VATUsed = ptr(true) }), settlement.CodeRedLetterNotConfirmed)
	expect(t, "booked", s.invoice("booked", "return_request", func(i *events.InvoiceTriggered) { i.Booked = ptr(true) }), settlement.CodeRedLetterNotConfirmed)
	expect(t, "used and confirmed", s.invoice("used", "return_request", func(i *events.InvoiceTriggered) { i.VATUsed, i.RedLetterConfirmed = ptr(true), ptr(true) }), "")
	if moved := told[*events.InvoiceStateChanged](s); len(moved) != 1 || !moved[0].Deadline.IsZero() {
		t.Errorf("told %+v", moved)
	}
	expect(t, "the whole (RET-02)", s.invoice("plain", "return_request", func(i *events.InvoiceTriggered) { i.Amount = ptr(dec("100.00")) }), "")
	if moved := told[*events.InvoiceStateChanged](s); len(moved) != 1 || moved[0].Deadline.In(shanghai).Format("2006-01-02") != "2026-03-11" {
		t.Errorf("told %+v", moved)
	}
}

// The invoices of a request bring it to review when they come to its amount and
// take it back when they do not any more; one that a paying request rests on is
// not returned (PAY-02, F50, F51).
func TestCover(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.referral()
	expect(t, "submitted", s.request(&events.PaymentRequestSubmitted{PaymentRequestID: "PR1", All: true, Currency: "CNY", Association: "referral", Method: events.MethodBankTransfer}), "")
	vendor := func(request, amount string) func(*events.InvoiceTriggered) {
		return func(i *events.InvoiceTriggered) {
			i.Direction, i.PaymentRequestID, i.Amount = "to_vendor", request, ptr(dec(amount))
		}
	}
	expect(t, "before it awaits one", s.invoice("IV0", "apply", vendor("PR1", "10.00")), settlement.CodeRequestNotAwaitingInvoice)
	s.step("PR1", settlement.RequestApprove, "")
	expect(t, "of no request", s.invoice("IV0", "apply", func(i *events.InvoiceTriggered) { i.Direction, i.Amount = "to_vendor", ptr(dec("10.00")) }), settlement.CodeRequestMissing)
	expect(t, "of an unknown request", s.invoice("IV0", "apply", vendor("PR9", "10.00")), decision.CodeUnknownRequest)
	state := func(want string) {
		t.Helper()
		expect(t, "request", string(s.partner().Requests.Get("PR1").State), want)
	}
	payout := s.partner().Requests.Get("PR1").Payout
	s.cover("PR1", "IV1", "10.00")
	state("awaiting_invoice")
	s.cover("PR1", "IV2", payout.Sub(dec("10.00")).String())
	state("invoice_review")
	expect(t, "for another request too", s.invoice("IV2", "apply", vendor("PR2", "10.00")), decision.CodeInvoiceTwoOwners)
	s.invoice("IV2", "return_request", nil)
	state("awaiting_invoice")
	s.invoice("IV2", "return_refuse", nil)
	state("invoice_review")
	s.step("PR1", settlement.RequestApprove, "")
	state("paying")
	expect(t, "returned while paying", s.invoice("IV1", "return_request", nil), settlement.CodeRequestPaying)
	s.step("PR1", settlement.RequestFail, "bank is down")
	expect(t, "and after a failure", s.invoice("IV1", "return_request", nil), settlement.CodeRequestPaying)
	s.step("PR1", settlement.RequestTransfer, "")
	expect(t, "after the payment", s.invoice("IV1", "return_request", nil), "")
	state("paid")
}

// A marketplace order with an invoice is not unsubscribed before the invoice is
// returned; the vendor's own products are. Folding again does not bring the
// refused return back.
func TestInvoicedMarketplaceOrders(t *testing.T) {
	t.Parallel()
	for channel, want := range map[string]string{"marketplace_curated": settlement.CodeInvoiceUnreturned, "marketplace_other": settlement.CodeInvoiceUnreturned, "vendor": ""} {
		s := newStory(t)
		s.on(3, 5, 9).place("O1", "C1", "vm-1")
		s.paid("O1")
		expect(t, "applied", s.apply("IV", "423.00", func(i *events.InvoiceTriggered) { i.Channel, i.OrderIDs = channel, []string{"O1"} }), "")
		expect(t, "a second invoice", s.apply("IV2", "1.00", func(i *events.InvoiceTriggered) { i.OrderIDs = []string{"O1"} }), settlement.CodeOrderInvoiced)
		unsubscribe := func(id string) string {
			s.add("unsub/"+id, id, &events.OrderUnsubscribed{OrderID: id, PartnerID: "P100", CustomerID: "C1", ResourceIDs: []string{"vm-1"}, UnsubscribeType: 1})
			s.tell()
			return s.code()
		}
		s.on(3, 10, 9)
		expect(t, channel, unsubscribe("U1"), want)
		if want == "" {
			continue
		}
		s.invoice("IV", "approve", nil)
		s.invoice("IV", "issue", nil)
		expect(t, "issued", unsubscribe("U2"), want)
		s.invoice("IV", "return_request", nil)
		s.invoice("IV", "return_done", nil)
		s.on(3, 4, 9).place("O0", "C1", "vm-0")
		s.on(3, 5, 9).add("late", "O1", &events.OrderPriceAdjusted{OrderID: "O1", PartnerID: "P100", DiscountID: "A1", AmountOff: ptr(dec("1.00"))})
		s.tell()
		expect(t, "still there", s.partner().Resources.Get("vm-1").State, "active")
		s.on(3, 11, 9)
		expect(t, "returned", unsubscribe("U3"), "")
	}
}

// An invoice is refused while a return of what its order paid for waits.
func TestInvoiceWhileUnsubscribing(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.on(3, 5, 9).place("O1", "C1", "vm-1")
	s.paid("O1")
	s.on(3, 6, 9).add("unsub", "U1", &events.OrderUnsubscribed{OrderID: "U1", PartnerID: "P100", CustomerID: "C1", ResourceIDs: []string{"vm-1", "vm-2"}, UnsubscribeType: 1})
	s.tell()
	of := func(i *events.InvoiceTriggered) { i.OrderIDs = []string{"O1"} }
	expect(t, "while it waits", s.apply("IV", "423.00", of), settlement.CodeUnsubscribePending)
	expect(t, "of another order's invoice", s.apply("IV", "10.00", nil), "")
}
