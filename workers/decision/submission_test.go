package decision_test

import (
	"slices"
	"testing"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/settlement"
	"github.com/accruald/accruald/workers/site"
)

// Each refusal of an application says why, under a code of its own, and changes
// nothing.
func TestApplicationsRefused(t *testing.T) {
	t.Parallel()
	named := func(ids ...string) *events.PaymentRequestSubmitted {
		return &events.PaymentRequestSubmitted{PaymentRequestID: "PR1", BillIDs: ids, Method: events.MethodCouponQuota}
	}
	for _, c := range []struct {
		name          string
		do            func(*story) *events.PaymentRequestSubmitted
		code, pointer string
		retryable     bool
	}{
		{"a bill that nobody confirmed", func(s *story) *events.PaymentRequestSubmitted {
			s.on(3, 5, 9).place("O1", "C1", "vm-1")
			s.paid("O1")
			return named(s.bill("2026-03", "resale").ID)
		}, settlement.BlockedNotConfirmed, "/data/bill_ids/0", false},
		{"all, of which none is confirmed", func(s *story) *events.PaymentRequestSubmitted {
			s.on(3, 5, 9).place("O1", "C1", "vm-1")
			s.paid("O1")
			return &events.PaymentRequestSubmitted{PaymentRequestID: "PR1", All: true, Currency: "CNY", Association: "resale", Method: events.MethodCouponQuota}
		}, settlement.BlockedNotConfirmed, "/data/all", false},
		{"a frozen bill", func(s *story) *events.PaymentRequestSubmitted {
			s.on(3, 5, 9).place("O1", "C0", "vm-1")
			s.paid("O1")
			s.on(4, 1, 1).run(decision.JobCloseCycle)
			s.issue(s.bill("2026-03", "resale"))
			return named(s.bill("2026-03", "resale").ID)
		}, decision.CodeFrozen, "/data/bill_ids/0", false},
		{"an empty bill", func(s *story) *events.PaymentRequestSubmitted {
			b := s.day("2026-03-05").earn(1)
			s.applyAll("PR0", events.MethodCouponQuota)
			return named(b.ID)
		}, settlement.CodeNothingPayable, "/data/bill_ids/0", false},
		{"all of nothing", func(*story) *events.PaymentRequestSubmitted {
			return &events.PaymentRequestSubmitted{PaymentRequestID: "PR1", All: true, Currency: "CNY", Association: "referral", Method: events.MethodCouponQuota}
		}, settlement.CodeNothingPayable, "/data/all", false},
		{"no authenticated business information", func(s *story) *events.PaymentRequestSubmitted {
			b := s.day("2026-03-05").earn(1)
			s.enrol(func(e *events.PartnerEnrolled) { e.BusinessInfoAuthenticated = false })
			return named(b.ID)
		}, settlement.BlockedNotAuthenticated, "/data/bill_ids/0", false},
		{"a method that is not allowed, for one of the named", func(s *story) *events.PaymentRequestSubmitted {
			data := named(s.day("2026-03-05").earn(1).ID)
			data.Method = events.MethodBankTransfer
			return data
		}, settlement.CodeMethodNotAllowed, "/data/method", false},
		{"a method that is not allowed, for all", func(s *story) *events.PaymentRequestSubmitted {
			s.day("2026-03-05").earn(1)
			return &events.PaymentRequestSubmitted{PaymentRequestID: "PR1", All: true, Currency: "CNY", Association: "resale", Method: events.MethodAccountTopUp}
		}, settlement.CodeMethodNotAllowed, "/data/method", false},
		{"a bill of nobody, or of another partner", func(*story) *events.PaymentRequestSubmitted { return named("nobill") },
			decision.CodeUnknownBill, "/data/bill_ids/0", true},
		{"a second submission", func(s *story) *events.PaymentRequestSubmitted {
			b := s.day("2026-03-05").earn(1)
			s.applyAll("PR1", events.MethodCouponQuota)
			return named(b.ID)
		}, decision.CodeRequestExists, "/data/payment_request_id", false},
		{"another method for a submitted request (PAY-04)", func(s *story) *events.PaymentRequestSubmitted {
			b := s.day("2026-03-05").earn(1)
			s.applyAll("PR1", events.MethodCouponQuota)
			data := named(b.ID)
			data.Method = events.MethodAccountOwedInvoice
			return data
		}, settlement.CodeMethodFinal, "/data/method", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStory(t)
			data := c.do(s)
			before := digestOf(t, s.m)
			s.request(data)
			if r := s.rejected(); r == nil || r.Code != c.code || r.Pointer != c.pointer || r.Retryable != c.retryable {
				t.Fatalf("rejected %+v, want %s at %s", r, c.code, c.pointer)
			}
			if digestOf(t, s.m) != before {
				t.Error("a refused application left something behind")
			}
		})
	}
}

// All takes the bills of before and after October 2023 by the methods of each;
// a named one that a method is not for refuses the whole request.
func TestMethodsByPeriod(t *testing.T) {
	t.Parallel()
	s := &story{history: newHistory(t, 0, time.Date(2023, 9, 2, 9, 0, 0, 0, shanghai)), m: decision.NewMemory(site.Default())}
	s.flat = true
	s.reference()
	s.tell()
	old, recent := s.day("2023-09-05").earn(1), s.day("2023-10-05").earn(1)
	both := &events.PaymentRequestSubmitted{PaymentRequestID: "PR0", BillIDs: []string{old.ID, recent.ID}, Method: events.MethodBankTransfer}
	expect(t, "both by bank transfer", s.request(both), settlement.CodeMethodNotAllowed)
	expect(t, "all by bank transfer", s.applyAll("PR1", events.MethodBankTransfer), "")
	expect(t, "old", short(s.bill("2023-09", "resale")), "issued frozen 0 payable 0 requested 33.84 paid 0 expired 0 offset 0")
	expect(t, "recent", short(s.bill("2023-10", "resale")), "issued frozen 0 payable 33.84 requested 0 paid 0 expired 0 offset 0")
	expect(t, "needs an invoice", s.step("PR1", settlement.RequestApprove, ""), "")
	expect(t, "awaits it", string(s.partner().Requests.Get("PR1").State), "awaiting_invoice")
	expect(t, "all by owed invoice", s.applyAll("PR2", events.MethodAccountOwedInvoice), "")
	expect(t, "recent", short(s.bill("2023-10", "resale")), "issued frozen 0 payable 0 requested 33.84 paid 0 expired 0 offset 0")
}

// A negative bill is netted whether it was named or not; alone it is nothing to
// apply for (F46, F49; PAY-01).
func TestNegativesAreNetted(t *testing.T) {
	t.Parallel()
	for _, name := range []bool{true, false} {
		s := newStory(t)
		positive := s.day("2026-03-28").earn(2)
		s.day("2026-04-03").add("unsub", "U1", &events.OrderUnsubscribed{OrderID: "U1", PartnerID: "P100", CustomerID: "C1", ResourceIDs: []string{"vm-O1"}, UnsubscribeType: 1})
		s.tell()
		s.day("2026-05-01").run(decision.JobCloseCycle)
		negative := s.bill("2026-04", "resale")
		s.issue(negative)
		net := positive.Amounts.Payable.Add(negative.Amounts.Payable)
		expect(t, "the negative alone", s.request(&events.PaymentRequestSubmitted{PaymentRequestID: "PR0", BillIDs: []string{negative.ID}, Method: events.MethodCouponQuota}),
			settlement.CodeNothingPayable)
		ids := []string{positive.ID}
		if name {
			ids = append(ids, negative.ID)
			slices.Sort(ids)
		}
		expect(t, "both", s.request(&events.PaymentRequestSubmitted{PaymentRequestID: "PR1", BillIDs: ids, Method: events.MethodCouponQuota}), "")
		if r := s.partner().Requests.Get("PR1"); !r.Amount.Equal(net) || len(r.Bills) != 1 {
			t.Errorf("named %v: requested %s of %d bills, want %s", name, r.Amount, len(r.Bills), net)
		}
		if b := s.bill("2026-04", "resale"); !b.Amounts.Payable.IsZero() || !b.Amounts.Offset.Equal(negative.Amounts.Payable) {
			t.Errorf("named %v: the negative is left with %s", name, short(b))
		}
	}
}

// A transfer that failed is tried again until it succeeds, with the reason of
// the last failure; while it is tried nothing is given back.
func TestFailedTransfersAreRetried(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.referral()
	expect(t, "submitted", s.request(&events.PaymentRequestSubmitted{PaymentRequestID: "PR1", All: true, Currency: "CNY", Association: "referral", Method: events.MethodBankTransfer}), "")
	expect(t, "approved", s.step("PR1", settlement.RequestApprove, ""), "")
	s.cover("PR1", "IV1", s.partner().Requests.Get("PR1").Payout.String())
	expect(t, "paid too early", s.step("PR1", settlement.RequestTransfer, ""), settlement.CodeRequestNotPaying)
	expect(t, "to be paid", s.step("PR1", settlement.RequestApprove, ""), "")
	for _, reason := range []string{"account closed", "bank is down"} {
		expect(t, "failed", s.step("PR1", settlement.RequestFail, reason), "")
		r := s.partner().Requests.Get("PR1")
		expect(t, "state", string(r.State)+" "+r.Reason, "paying "+reason)
		if moved := told[*events.PaymentRequestStateChanged](s); len(moved) != 1 || moved[0].Reason != reason || moved[0].To != "paying" {
			t.Errorf("told %+v", moved)
		}
	}
	expect(t, "cancelled while paying", s.step("PR1", settlement.RequestCancel, ""), settlement.CodeRequestNotCancellable)
	expect(t, "paid", s.step("PR1", settlement.RequestTransfer, ""), "")
	r := s.partner().Requests.Get("PR1")
	expect(t, "state", string(r.State)+" "+r.Reason, "paid ")
	expect(t, "twice", s.step("PR1", settlement.RequestTransfer, ""), settlement.CodeRequestNotPaying)
}
