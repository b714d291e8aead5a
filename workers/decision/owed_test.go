package decision_test

import (
	"testing"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/settlement"
)

// owes brings the partner to owe 33.84 at 0.06.
func (s *story) owes() {
	s.t.Helper()
	s.day("2026-03-05").earn(1)
	expect(s.t.(*testing.T), "submitted", s.applyAll("PR1", events.MethodAccountOwedInvoice), "")
	expect(s.t.(*testing.T), "paid", s.step("PR1", settlement.RequestApprove, ""), "")
}

// owed tells the last event's change of what is owed.
func (s *story) owed() string {
	out := ""
	for _, c := range told[*events.OwedInvoiceChanged](s) {
		out += c.Owner + " " + c.TaxRate.Decimal.String() + " " + c.Currency + ": " + c.Before.Decimal.String() + " -> " + c.After.Decimal.String()
	}
	return out
}

// What an incentive put into the account is owed, deducted from the next
// invoice at the same tax rate, and owed again when nothing comes of that
// invoice (OWE-01, OWE-02, OWE-03).
func TestOwedInvoices(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.owes()
	expect(t, "paid", s.owed(), "P100 0.06 CNY: 0 -> 33.84")
	cash := func() decimal.Decimal { return s.partner().Withdrawable(dec("100"), "CNY") }
	expect(t, "withdrawable", cash().String(), "66.16")
	expect(t, "in another currency", s.partner().Withdrawable(dec("100"), "USD").String(), "100")

	expect(t, "at another rate", s.apply("IV0", "500.00", func(i *events.InvoiceTriggered) { i.TaxRate = ptr(dec("0.13")) }), settlement.CodeOwedAtOtherRate)
	expect(t, "all of it owed", s.apply("IV0", "33.84", nil), decision.CodeNothingToInvoice)
	expect(t, "in another currency", s.apply("IV0", "500.00", func(i *events.InvoiceTriggered) { i.Currency, i.TaxRate = "USD", ptr(dec("0.13")) }), "")
	expect(t, "applied", s.apply("IV1", "500.00", nil), "")
	expect(t, "deducted", s.owed(), "P100 0.06 CNY: 33.84 -> 0")
	expect(t, "invoice", s.partner().Invoices.Get("IV1").Amount.String(), "466.16")
	expect(t, "withdrawable", cash().String(), "100")
	expect(t, "another at another rate now", s.apply("IV2", "500.00", func(i *events.InvoiceTriggered) { i.TaxRate = ptr(dec("0.13")) }), "")
	s.invoice("IV1", "reject", nil)
	expect(t, "rejected", s.owed(), "P100 0.06 CNY: 0 -> 33.84")

	expect(t, "applied again", s.apply("IV3", "100.00", nil), "")
	for _, by := range []string{"approve", "issue", "return_request"} {
		s.invoice("IV3", by, nil)
		expect(t, by, s.owed(), "")
	}
	s.invoice("IV3", "return_done", nil)
	expect(t, "returned", s.owed(), "P100 0.06 CNY: 0 -> 33.84")
	if version := told[*events.OwedInvoiceChanged](s)[0].Version; version != 5 {
		t.Errorf("version %d of the fifth change", version)
	}
}

// An invoice to the vendor has nothing to do with what the partner owes.
func TestOwedInvoicesOfTheVendor(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.owes()
	s.on(4, 3, 9).place("R1", "C3", "vm-r")
	s.paid("R1")
	s.on(5, 1, 1).run(decision.JobCloseCycle)
	s.issue(s.bill("2026-04", "referral"))
	s.request(&events.PaymentRequestSubmitted{PaymentRequestID: "PR2", All: true, Currency: "CNY", Association: "referral", Method: events.MethodBankTransfer})
	s.step("PR2", settlement.RequestApprove, "")
	s.cover("PR2", "IV", s.partner().Requests.Get("PR2").Payout.String())
	expect(t, "request", string(s.partner().Requests.Get("PR2").State), "invoice_review")
	expect(t, "owed", s.partner().Withdrawable(dec("33.84"), "CNY").String(), "0")
}

// Requests paid into the coupon quota grant it, one quota for each currency;
// what it had is told with what it has (INC-INV-07).
func TestPaidIntoCouponQuota(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	granted := func() string {
		out := ""
		for _, c := range told[*events.CouponQuotaChanged](s) {
			out += c.Currency + ": " + c.Before.Decimal.String() + " -> " + c.After.Decimal.String()
		}
		return out
	}
	s.day("2026-03-05").earn(1)
	s.applyAll("PR1", events.MethodCouponQuota)
	expect(t, "submitted", granted(), "")
	s.step("PR1", settlement.RequestApprove, "")
	expect(t, "paid", granted(), "CNY: 0 -> 33.84")
	s.day("2026-04-05").earn(2)
	s.applyAll("PR2", events.MethodCouponQuota)
	s.step("PR2", settlement.RequestApprove, "")
	expect(t, "paid again", granted(), "CNY: 33.84 -> 101.52")
	a, b := s.partner().Requests.Get("PR1").QuotaID, s.partner().Requests.Get("PR2").QuotaID
	if a != b || len(a) != 22 || told[*events.CouponQuotaChanged](s)[0].Version != 2 {
		t.Errorf("quotas %q and %q", a, b)
	}
}
