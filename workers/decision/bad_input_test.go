package decision_test

import (
	"testing"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/settlement"
)

// What a partner may not ask of settlement is refused by name, told in one
// event, and leaves the rows as they were.
func TestImpossibleRequestsOfSettlement(t *testing.T) {
	t.Parallel()
	march := func(s *story) string { return s.bill("2026-03", "resale").ID }
	named := func(id string, bills ...string) *events.PaymentRequestSubmitted {
		return &events.PaymentRequestSubmitted{PaymentRequestID: id, BillIDs: bills, Method: events.MethodCouponQuota}
	}
	for name, c := range map[string]struct {
		before func(*story)
		do     func(*story)
		code   string
	}{
		"confirming twice": {func(s *story) { s.earn(1) },
			func(s *story) { s.billAct("confirm", events.BillAction{BillID: march(s)}) }, settlement.CodeBillConfirmed},
		"disputing a detail of another bill": {func(s *story) {
			s.cashOrder("O1")
			s.place("R1", "C3", "vm-r")
			s.paid("R1")
			s.on(4, 1, 1).run(decision.JobCloseCycle)
		},
			func(s *story) {
				s.billAct("dispute", events.BillAction{BillID: march(s), DetailID: s.partner().DetailsOf("R1")[0].ID})
			}, decision.CodeUnknownDetail},
		"disputing a detail of nobody": {func(s *story) { s.cashOrder("O1"); s.on(4, 1, 1).run(decision.JobCloseCycle) },
			func(s *story) { s.billAct("dispute", events.BillAction{BillID: march(s), DetailID: "none"}) }, decision.CodeUnknownDetail},
		"confirming another partner's bill": {func(s *story) { s.earn(1) },
			func(s *story) {
				s.to("P200", "foreign", march(s), &events.BillConfirmed{BillAction: events.BillAction{BillID: march(s), Actor: "test"}})
			}, decision.CodeUnknownBill},
		"applying for another partner's bill": {func(s *story) { s.earn(1) },
			func(s *story) {
				data := named("PR1", march(s))
				data.Actor = "test"
				s.to("P200", "foreign", "PR1", data)
			}, decision.CodeUnknownBill},
		"applying for what is applied for": {func(s *story) { s.earn(1); s.applyAll("PR1", events.MethodCouponQuota) },
			func(s *story) { s.request(named("PR2", march(s))) }, settlement.CodeNothingPayable},
		"submitting twice": {func(s *story) { s.earn(1); s.applyAll("PR1", events.MethodCouponQuota) },
			func(s *story) { s.request(named("PR1", march(s))) }, decision.CodeRequestExists},
		"releasing an unknown hold": {func(s *story) { s.cashOrder("O1") }, func(s *story) { s.releaseHold("none") }, decision.CodeUnknownHold},
		"returning a part": {func(s *story) {
			s.apply("IV", "100.00", nil)
			s.invoice("IV", "approve", nil)
			s.invoice("IV", "issue", nil)
		},
			func(s *story) {
				s.invoice("IV", "return_request", func(i *events.InvoiceTriggered) { i.Amount = ptr(dec("99.99")) })
			}, settlement.CodePartialReturn},
		"withdrawing a return": {func(s *story) {
			s.apply("IV", "100.00", nil)
			for _, trigger := range []string{"approve", "issue", "return_request"} {
				s.invoice("IV", trigger, nil)
			}
		}, func(s *story) { s.invoice("IV", "cancel", nil) }, settlement.CodeReturnNotWithdrawable},
		"a step of an unknown request": {func(*story) {}, func(s *story) { s.step("NONE", settlement.RequestApprove, "") }, decision.CodeUnknownRequest},
		"a step of an unknown invoice": {func(*story) {}, func(s *story) { s.invoice("NONE", "approve", nil) }, decision.CodeUnknownInvoice},
		"a step of an unknown bill":    {func(*story) {}, func(s *story) { s.billAct("approve", events.BillAction{BillID: "NONE"}) }, decision.CodeUnknownBill},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStory(t)
			s.to("P200", "enrol/P200", "P200", &events.PartnerEnrolled{PartnerID: "P200", Site: "cn", Level: "gold", Tier: 1, BusinessInfoAuthenticated: true, Certified: true, EffectiveTime: s.at.AddDate(-1, 0, 0)})
			c.before(s)
			before := digestOf(t, s.m)
			c.do(s)
			if r := s.rejected(); r == nil || r.Code != c.code || r.Pointer == "" || r.Message == "" || len(s.last) != 1 {
				t.Fatalf("rejected %+v of %d events, want %s", r, len(s.last), c.code)
			}
			if digestOf(t, s.m) != before {
				t.Error("the refusal left something behind")
			}
		})
	}
}

// An invoice over what the request comes to covers nothing: the request waits
// until it is returned and the right one is there.
func TestInvoiceOverTheRequestCoversNothing(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.referral()
	s.request(&events.PaymentRequestSubmitted{PaymentRequestID: "PR1", All: true, Currency: "CNY", Association: "referral", Method: events.MethodBankTransfer})
	s.step("PR1", settlement.RequestApprove, "")
	payout := s.partner().Requests.Get("PR1").Payout
	s.cover("PR1", "IV1", payout.Add(dec("0.01")).String())
	expect(t, "over by a cent", string(s.partner().Requests.Get("PR1").State), "awaiting_invoice")
	expect(t, "approved all the same", s.step("PR1", settlement.RequestApprove, ""), settlement.CodeRequestNotApprovable)
	s.invoice("IV1", "return_request", nil)
	s.invoice("IV1", "return_done", nil)
	s.cover("PR1", "IV2", payout.String())
	expect(t, "the right one", string(s.partner().Requests.Get("PR1").State), "invoice_review")
}
