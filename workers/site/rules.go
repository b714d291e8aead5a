package site

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
)

// FeeShare returns the share of what was paid that an unsubscription costs, for a subscription of the term in its
// year of use (1 for the first, as calendar.ElapsedYears counts). (Pricing rules, section 7.)
// A term the profile has no row for is an error with code no_cancellation_fee.
func (p *Profile) FeeShare(term calendar.Period, year int) (decimal.Decimal, error) {
	years := 0
	if term.Type == calendar.Year {
		years = term.Num
	}
	for _, fee := range p.CancellationFees {
		if fee.TermYears == years && year >= 1 {
			return fee.Shares[min(year, len(fee.Shares))-1], nil
		}
	}
	return decimal.Decimal{}, refuse(CodeNoFeeRow, "site %q has no cancellation fee for a term of %s in year %d: add a row for it to the site profile", p.Site, term, year)
}

// Methods returns the payment methods for a bill of the association and cycle, in the profile's order.
// An association that no row covers is an error with code no_payment_methods.
func (p *Profile) Methods(association string, cycle calendar.Cycle) ([]PaymentMethod, error) {
	for _, row := range p.PaymentMethods {
		after := row.FirstCycle == "" || cycle >= row.FirstCycle
		before := row.LastCycle == "" || cycle <= row.LastCycle
		if after && before && slices.Contains(row.Associations, association) {
			return slices.Clone(row.Methods), nil
		}
	}
	return nil, refuse(CodeNoPaymentMethods, "site %q has no payment methods for association %q in cycle %q: add a row to the site profile", p.Site, association, string(cycle))
}

// MethodAllowed reports whether a bill of the association and cycle may be paid by the method.
// Errors: unknown_payment_method, no_payment_methods.
func (p *Profile) MethodAllowed(method PaymentMethod, association string, cycle calendar.Cycle) (bool, error) {
	if !method.Known() {
		return false, refuse(CodeUnknownMethod, "payment method %q is unknown: use one of %q", string(method), paymentMethods)
	}
	methods, err := p.Methods(association, cycle)
	if err != nil {
		return false, err
	}
	return slices.Contains(methods, method), nil
}

var paymentMethods = []PaymentMethod{BankTransfer, AccountTopUp, AccountOwedInvoice, CouponQuota}

// Known reports whether m is one of the payment methods.
func (m PaymentMethod) Known() bool { return slices.Contains(paymentMethods, m) }

// FirstRenewalAttempt returns when automatic renewal of a resource is first tried; deductionDay is the resource's
// choice of days before the expiry date, 0 for the site's. (Pricing rules, section 6.)
// Errors: invalid_deduction_day.
func (p *Profile) FirstRenewalAttempt(expiry time.Time, deductionDay int) (time.Time, error) {
	attempt := p.RenewalAttempt
	days := attempt.DaysBefore
	if deductionDay != 0 {
		days = deductionDay
	}
	if days < attempt.DaysBeforeMin || days > attempt.DaysBeforeMax {
		return time.Time{}, refuse(CodeInvalidDeduction, "deduct %d days before expiry: site %q allows %d to %d", days, p.Site, attempt.DaysBeforeMin, attempt.DaysBeforeMax)
	}
	return calendar.AtHour(expiry, -days, attempt.Hour, p.zone), nil
}

// KeptUntil returns the last second in which an expired resource is still kept, after grace and retention; until
// then it can be renewed. (Pricing rules, section 6.)
func (p *Profile) KeptUntil(expiry time.Time) time.Time {
	return p.lastSecond(expiry, p.GraceDays+p.RetentionDays)
}

// GraceUntil returns the last second in which an expired resource may still be used.
func (p *Profile) GraceUntil(expiry time.Time) time.Time { return p.lastSecond(expiry, p.GraceDays) }

// lastSecond is that of the last of the days after an expiry.
func (p *Profile) lastSecond(expiry time.Time, days int) time.Time {
	return calendar.ExpiryOf(calendar.AtHour(expiry, days+1, 0, p.zone), p.zone)
}

// ConfirmationDeadline returns the first instant of the last day on which the bill of a period may be confirmed or
// disputed: the n-th working day after the statement day of the month after the period's last cycle.
// (Settlement rules, section 3.) Errors: those of calendar.WorkingDays.
func (p *Profile) ConfirmationDeadline(last calendar.Cycle) (time.Time, error) {
	statement := calendar.AtHour(last.Next().Start(p.zone), p.Deadlines.StatementDay-1, 0, p.zone)
	return p.workingDays.AddWorkingDays(statement, p.Deadlines.ConfirmationWorkingDays, p.zone)
}
