package decision_test

import (
	"testing"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/settlement"
)

// The last day of the validity is a year after the partner left; expiry runs
// the day after (PAY-09).
func TestBillsExpireTheDayAfterTheirValidity(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.day("2026-03-05").earn(1)
	s.day("2026-04-10").leave()
	s.day("2027-04-10").run(decision.JobExpire)
	expect(t, "on the last day", short(s.bill("2026-03", "resale")), "issued frozen 0 payable 33.84 requested 0 paid 0 expired 0 offset 0")
	s.day("2027-04-11").run(decision.JobExpire)
	expect(t, "the day after", short(s.bill("2026-03", "resale")), "expired frozen 0 payable 0 requested 0 paid 0 expired 33.84 offset 0")
	moved := told[*events.BillStateChanged](s)
	if len(moved) != 1 || moved[0].Trigger != "expire" || moved[0].Actor != decision.JobExpire {
		t.Errorf("told %+v", moved)
	}
	changed := told[*events.PayableChanged](s)
	if len(changed) != 1 || changed[0].Expired.Decimal.String() != "33.84" || !changed[0].Applicable.Decimal.IsZero() {
		t.Errorf("told %+v", changed)
	}
	expect(t, "applying for it", s.applyAll("PR1", events.MethodCouponQuota), settlement.CodeNothingPayable)
	s.day("2027-04-12").run(decision.JobExpire)
	if len(s.last) != 0 {
		t.Errorf("a second run tells %d events", len(s.last))
	}
}

// A partner that never left, or was enrolled again in time, loses nothing; what
// expired does not come back with a later enrolment.
func TestRejoiningKeepsBills(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.day("2026-03-05").earn(1)
	s.day("2030-01-01").run(decision.JobExpire)
	expect(t, "never left", string(s.bill("2026-03", "resale").State), "issued")
	s.day("2030-02-01").leave()
	s.day("2030-12-01").enrol(func(*events.PartnerEnrolled) {})
	s.day("2031-03-01").run(decision.JobExpire)
	expect(t, "enrolled again", string(s.bill("2026-03", "resale").State), "issued")
	s.day("2031-04-01").leave()
	s.day("2032-04-02").run(decision.JobExpire)
	expect(t, "left again", string(s.bill("2026-03", "resale").State), "expired")
	s.day("2032-05-01").enrol(func(*events.PartnerEnrolled) {})
	expect(t, "too late", short(s.bill("2026-03", "resale")), "expired frozen 0 payable 0 requested 0 paid 0 expired 33.84 offset 0")
}

// Orders of a partner that was enrolled again earn again.
func TestRejoiningEarns(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.day("2026-03-05").leave()
	s.day("2026-03-06").place("O1", "C1", "vm-1")
	s.paid("O1")
	s.day("2026-03-07").enrol(func(*events.PartnerEnrolled) {})
	s.day("2026-03-08").place("O2", "C1", "vm-2")
	s.paid("O2")
	expect(t, "the month", amounts(s.bill("2026-03", "resale")), "total 33.84 frozen 0 payable 33.84 requested 0 paid 0, uncovered 0")
}

// A positive that expires first makes up for outstanding negatives, the rest
// is lost; a negative that comes later cannot use it (INC-OFF-02, INC-OFF-03).
func TestExpiryOffsetsNegatives(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.day("2026-03-28").earn(2)
	s.day("2026-04-03").add("unsub", "U1", &events.OrderUnsubscribed{OrderID: "U1", PartnerID: "P100", CustomerID: "C1", ResourceIDs: []string{"vm-O1"}, UnsubscribeType: 1})
	s.tell()
	s.day("2026-05-01").run(decision.JobCloseCycle)
	negative := s.bill("2026-04", "resale")
	if !negative.Amounts.Payable.IsNegative() {
		t.Fatalf("the refund's month: %s", short(negative))
	}
	owed := negative.Amounts.Payable.Neg()
	s.issue(negative)
	s.day("2026-05-10").leave()
	s.day("2027-05-11").run(decision.JobExpire)
	positive := s.bill("2026-03", "resale")
	lost := dec("67.68").Sub(owed)
	expect(t, "the positive", short(positive), "expired frozen 0 payable 0 requested 0 paid 0 expired "+lost.String()+" offset "+owed.String())
	expect(t, "the negative", short(s.bill("2026-04", "resale")), "issued frozen 0 payable 0 requested 0 paid 0 expired 0 offset "+owed.Neg().String())
}

// What is frozen at the expiry expires when it is released, and is frozen again
// when the debt opens again; what is requested expires when it comes back; a
// fully paid bill stays issued.
func TestExpiryOfWhatIsNotPayable(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.on(3, 5, 9).place("O1", "C0", "vm-1") // on credit, never repaid before the expiry
	s.paid("O1")
	s.on(3, 6, 9).place("O2", "C1", "vm-2")
	s.paid("O2")
	s.on(4, 1, 1).run(decision.JobCloseCycle)
	s.on(4, 2, 9).repaid("RP1", "C0", "423.00")
	s.on(4, 3, 1).run(decision.JobReleaseHolds)
	s.issue(s.bill("2026-03", "resale"))
	s.on(3, 4, 9).place("O0", "C0", "vm-0") // late: takes the repayment
	s.paid("O0")
	bill := s.bill("2026-03", "resale")
	expect(t, "before", short(bill), "issued frozen 33.84 payable 33.84 requested 0 paid 0 expired 0 offset 0")
	expect(t, "submitted", s.on(4, 4, 9).request(&events.PaymentRequestSubmitted{PaymentRequestID: "PR1", BillIDs: []string{bill.ID}, Method: events.MethodCouponQuota}), "")
	s.day("2026-05-01").leave()
	s.day("2027-05-02").run(decision.JobExpire)
	expect(t, "expired", short(s.bill("2026-03", "resale")), "expired frozen 33.84 payable 0 requested 33.84 paid 0 expired 0 offset 0")
	expect(t, "cancelled", s.step("PR1", settlement.RequestCancel, "too late"), "")
	expect(t, "given back", short(s.bill("2026-03", "resale")), "expired frozen 33.84 payable 0 requested 0 paid 0 expired 33.84 offset 0")
	s.repaid("RP2", "C0", "423.00")
	expect(t, "released", short(s.bill("2026-03", "resale")), "expired frozen 0 payable 0 requested 0 paid 0 expired 67.68 offset 0")
	s.on(3, 3, 9).place("O3", "C0", "vm-3") // takes a repayment once more
	s.paid("O3")
	expect(t, "frozen again", short(s.bill("2026-03", "resale")), "expired frozen 33.84 payable 0 requested 0 paid 0 expired 33.84 offset 0")
}

func TestFullyPaidBillsStayIssued(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.day("2026-03-05").earn(1)
	expect(t, "submitted", s.applyAll("PR1", events.MethodCouponQuota), "")
	expect(t, "paid", s.step("PR1", settlement.RequestApprove, ""), "")
	s.day("2026-04-10").leave()
	s.day("2028-01-01").run(decision.JobExpire)
	expect(t, "paid out", short(s.bill("2026-03", "resale")), "issued frozen 0 payable 0 requested 0 paid 33.84 expired 0 offset 0")
}
