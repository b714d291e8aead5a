package decision_test

import (
	"testing"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/settlement"
)

// minimum publishes the resale policy anew with a minimum payment.
func (s *story) minimum(version int, least string) {
	s.t.Helper()
	p := s.policy(s.at)
	p.Version, p.MinPayment = version, ptr(dec(least))
	s.add(s.id("policy"), "POL", p)
	s.tell()
}

// applicable tells what of each bill the last event said may be applied for.
func (s *story) applicable() map[string]string {
	out := map[string]string{}
	for _, c := range told[*events.PayableChanged](s) {
		line := c.Applicable.Decimal.String()
		for _, by := range c.BlockedBy {
			line += " " + by
		}
		out[c.Cycle] = line
	}
	return out
}

// Bills of a pool under its minimum are not applicable. The one that reaches it
// makes the others so, and they are told of it, each once and with a version of
// its own; falling below it again is told likewise (MS-04).
func TestMinimumPayment(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.day("2026-03-01").minimum(2, "60")
	s.day("2026-03-05").earn(1)
	expect(t, "one month", s.applicable()["2026-03"], "0 below_minimum")
	expect(t, "applied for", s.applyAll("PR0", events.MethodCouponQuota), settlement.BlockedBelowMinimum)
	version := s.partner().Bills.Version(s.bill("2026-03", "resale").ID)
	s.day("2026-04-05").earn(1)
	expect(t, "the month that reaches it", s.applicable()["2026-04"], "33.84")
	expect(t, "the month before", s.applicable()["2026-03"], "33.84")
	if n := len(told[*events.PayableChanged](s)); n != 2 {
		t.Errorf("told of %d bills", n)
	}
	if got := s.partner().Bills.Version(s.bill("2026-03", "resale").ID); got != version+1 {
		t.Errorf("version %d after %d", got, version)
	}
	expect(t, "one of them", s.request(&events.PaymentRequestSubmitted{PaymentRequestID: "PR1", BillIDs: []string{s.bill("2026-03", "resale").ID}, Method: events.MethodCouponQuota}), "")
	expect(t, "requested", s.applicable()["2026-03"], "0 nothing_payable below_minimum")
	expect(t, "left behind", s.applicable()["2026-04"], "0 below_minimum")
	s.step("PR1", settlement.RequestCancel, "")
	expect(t, "given back", s.applicable()["2026-04"], "33.84")
	expect(t, "both", s.applyAll("PR2", events.MethodCouponQuota), "")
	if r := s.partner().Requests.Get("PR2"); !r.Amount.Equal(dec("67.68")) {
		t.Errorf("requested %s", r.Amount)
	}
}

// The minimum is that of the policy in force, whatever versions the details of
// the bills had; a later one does not count yet.
func TestMinimumOfTheVersionInForce(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.day("2027-01-01").minimum(2, "60")
	s.day("2026-03-05").earn(1)
	expect(t, "before it is in force", s.applicable()["2026-03"], "33.84")
	s.day("2027-01-02")
	expect(t, "in force", s.applyAll("PR0", events.MethodCouponQuota), settlement.BlockedBelowMinimum)
}

// A negative bill counts into the sum.
func TestMinimumCountsNegatives(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.day("2026-03-01").minimum(2, "67")
	s.day("2026-03-28").earn(2)
	expect(t, "alone", s.applicable()["2026-03"], "67.68")
	s.day("2026-04-03").add("unsub", "U1", &events.OrderUnsubscribed{OrderID: "U1", PartnerID: "P100", CustomerID: "C1", ResourceIDs: []string{"vm-" + s.partner().Orders.IDs()[0]}, UnsubscribeType: 1})
	s.tell()
	s.day("2026-05-01").run(decision.JobCloseCycle)
	s.issue(s.bill("2026-04", "resale"))
	expect(t, "with the negative", s.applicable()["2026-03"], "0 below_minimum")
}

// Authenticated business information makes issued bills applicable, and is told.
func TestAuthentication(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.day("2026-03-05").earn(1)
	s.enrol(func(e *events.PartnerEnrolled) { e.BusinessInfoAuthenticated = false })
	expect(t, "ceased", s.applicable()["2026-03"], "0 not_authenticated")
	s.enrol(func(e *events.PartnerEnrolled) { e.Level = "silver"; e.BusinessInfoAuthenticated = false })
	if len(s.last) != 0 {
		t.Errorf("nothing changed and %d events tell of it", len(s.last))
	}
	s.at = s.at.AddDate(0, 0, 1)
	s.enrol(func(*events.PartnerEnrolled) {})
	expect(t, "again", s.applicable()["2026-03"], "33.84")
}

// Automatic application takes all that is applicable, once for each association
// and currency, under an id that follows from the run; without anything to
// apply for nothing happens.
func TestAutomaticApplication(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.day("2026-03-05").earn(1)
	s.run(decision.JobAutoRequest)
	if n := len(s.partner().Requests.IDs()); n != 0 {
		t.Fatalf("%d requests of a partner that did not ask for it", n)
	}
	s.enrol(func(e *events.PartnerEnrolled) { e.AutoRequest = true })
	s.run(decision.JobAutoRequest)
	if n := len(s.partner().Requests.IDs()); n != 0 {
		t.Fatalf("%d requests without a method", n)
	}
	s.enrol(func(e *events.PartnerEnrolled) {
		e.AutoRequest, e.AutoRequestMethod = true, events.MethodBankTransfer
	})
	s.at = s.at.AddDate(0, 0, 1)
	s.run(decision.JobAutoRequest)
	if n := len(s.partner().Requests.IDs()); n != 0 || s.code() != "" {
		t.Fatalf("%d requests by a method that is not for resale, %q", n, s.code())
	}
	s.enrol(func(e *events.PartnerEnrolled) { e.AutoRequest, e.AutoRequestMethod = true, events.MethodCouponQuota })
	s.at = s.at.AddDate(0, 0, 1)
	s.run(decision.JobAutoRequest)
	requests := s.partner().Requests.All()
	if len(requests) != 1 || len(requests[0].ID) != 22 || !requests[0].Amount.Equal(dec("33.84")) || requests[0].State != settlement.RequestProcessing {
		t.Fatalf("requests %+v", requests)
	}
	if moved := told[*events.PaymentRequestStateChanged](s); len(moved) != 1 || moved[0].Actor != decision.JobAutoRequest || moved[0].Trigger != "submit" {
		t.Errorf("told %+v", moved)
	}
	s.at = s.at.AddDate(0, 0, 1)
	s.run(decision.JobAutoRequest)
	if len(s.last) != 0 {
		t.Errorf("a run with nothing to apply for tells %d events", len(s.last))
	}
}

// Automatic application keeps associations apart.
func TestAutomaticApplicationByAssociation(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.on(3, 5, 9).place("O1", "C1", "vm-1")
	s.paid("O1")
	s.enrol(func(e *events.PartnerEnrolled) { e.AutoRequest, e.AutoRequestMethod = true, events.MethodCouponQuota })
	s.referral()
	s.issue(s.bill("2026-03", "resale"))
	s.on(4, 10, 2).run(decision.JobAutoRequest)
	seen := map[string]bool{}
	for _, r := range s.partner().Requests.All() {
		seen[r.Association] = len(r.Bills) == 1
	}
	if len(seen) != 2 || !seen["resale"] || !seen["referral"] {
		t.Errorf("requests by association: %v", seen)
	}
}
