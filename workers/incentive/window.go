package incentive

import (
	"time"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/site"
)

// through returns the first instant after the local date that lies a term after the date of start: a window of the
// term includes its last day. A term of no length has no window.
func through(start time.Time, term calendar.Period, zone *time.Location) time.Time {
	last, err := calendar.FirstExpiry(start, term, zone)
	if err != nil {
		return start
	}
	return calendar.EndOf(last, zone)
}

// Transferred reports whether the consumption of a customer earns its new partner nothing: a long-tail customer that
// came from another partner, on or after the first date of the rule, until its exclusion has passed, the last day
// included. movedAt is nil for a customer that never moved. (Settlement rules, section 2.)
func Transferred(p *site.Profile, segment string, movedAt *time.Time, at time.Time) bool {
	if segment != SegmentLongTail || movedAt == nil || at.Before(*movedAt) {
		return false
	}
	if movedAt.In(p.Zone()).Format(time.DateOnly) < p.CustomerTransfer.ChangesFrom {
		return false
	}
	return at.Before(through(*movedAt, calendar.Period{Type: calendar.Month, Num: p.CustomerTransfer.ExclusionMonths}, p.Zone()))
}

// isNew reports whether the customer had no paid order in the months before the fact.
func (f Fact) isNew(months int) bool {
	if f.PreviousPaidAt == nil {
		return true
	}
	return !f.At.Before(through(*f.PreviousPaidAt, calendar.Period{Type: calendar.Month, Num: months}, f.Site.Zone()))
}

// Recoverable reports whether an opportunity incentive is taken back on a refund or downgrade at a time: until some
// months after the project's end, the last day included. (Settlement rules, section 2.)
func Recoverable(p *site.Profile, projectEnd, at time.Time) bool {
	return at.Before(through(projectEnd, calendar.Period{Type: calendar.Month, Num: p.Opportunity.RecoveryMonths}, p.Zone()))
}

// RegistrationProtects reports whether a customer registration approved at one time still protects the partner when
// the customer is associated at another: within its days of validity, the last one included.
func RegistrationProtects(p *site.Profile, approvedAt, at time.Time) bool {
	return !at.Before(approvedAt) &&
		at.Before(through(approvedAt, calendar.Period{Type: calendar.Day, Num: p.Registration.ValidityDays}, p.Zone()))
}

// MayRegister reports whether a partner with that many pending and registered customers may register another.
func MayRegister(p *site.Profile, pending, registered int) bool {
	return pending+registered < p.Registration.OpenMax
}

// AcceptUntil returns the first instant of the last working day on which an opportunity shared at a time may be
// accepted. Errors: those of calendar.WorkingDays.
func AcceptUntil(p *site.Profile, sharedAt time.Time) (time.Time, error) {
	return p.WorkingDays().AddWorkingDays(sharedAt, p.Opportunity.AcceptWorkingDays, p.Zone())
}

// AcceptanceMissed reports whether a shared opportunity has not been accepted in time: the last working day for it
// is over. Errors: those of calendar.WorkingDays.
func AcceptanceMissed(p *site.Profile, sharedAt, at time.Time) (bool, error) {
	last, err := AcceptUntil(p, sharedAt)
	if err != nil {
		return false, err
	}
	return last.Before(calendar.StartOfDay(at, p.Zone())), nil
}

// PeriodTime returns the time by which a fact belongs to a period of the policy: a renewal's effective time where the
// policy counts it so, else the payment time. (Settlement rules, section 2.)
func (p *Policy) PeriodTime(orderKind string, paidAt, effectiveAt time.Time) time.Time {
	if p.CycleBy == CycleByEffective && orderKind == OrderKindRenew {
		return effectiveAt
	}
	return paidAt
}

// PeriodOf returns the policy's period an instant falls into: its id ("2026-03", "2026-Q1", "2026") and its first
// and last cycle.
func (p *Policy) PeriodOf(at time.Time, zone *time.Location) (id string, first, last calendar.Cycle, err error) {
	return calendar.PeriodOf(p.Period, at, zone)
}
