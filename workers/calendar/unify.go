package calendar

import (
	"time"

	"github.com/accruald/accruald/workers/money"
)

// Unified is a renewal moved on to the unified expiry day.
type Unified struct {
	Renewed time.Time      // the expiry without unification: old expiry + n periods
	Expiry  time.Time      // the unified expiry, 23:59:59 local; the anchor afterwards is the unified day
	Days    int            // supplement days, the dates after Renewed up to and with Expiry
	Months  money.Fraction // the supplement in months, each day over its calendar month's days
	Parts   []MonthPart    // Months by calendar month
}

// Unify renews by p and moves the expiry to the first unifiedDay (1..28, or LastDayOfMonth) on or after it that is
// not less than one month after the old expiry. Without a monthly price row the supplement is priced by
// RemainingYears(Renewed, Expiry). (Pricing rules, section 6.)
// Errors: as Renew, and invalid_unified_day; hour terms cannot be unified.
func Unify(expiry time.Time, p Period, anchorDay, unifiedDay int, zone *time.Location) (Unified, error) {
	if !ValidUnifiedDay(unifiedDay) {
		return Unified{}, refuse(CodeInvalidUnifiedDay, "unified expiry day %d is not allowed: use 1 to %d, or %d for the last day of the month", unifiedDay, unifiedDayMax, LastDayOfMonth)
	}
	if p.Type == Hour {
		return Unified{}, refuse(CodeInvalidPeriod, "period %s cannot have a unified expiry day: use days or longer", p)
	}
	renewed, err := Renew(expiry, p, anchorDay, zone)
	if err != nil {
		return Unified{}, err
	}
	earliest := max(dateOf(renewed, zone), dateOf(expiry, zone).addMonths(1, anchorDay))
	unified := earliest.addMonths(0, unifiedDay)
	if unified < earliest {
		unified = earliest.addMonths(1, unifiedDay)
	}
	end := unified.lastInstant(zone)
	months, parts := RemainingMonths(renewed, end, zone)
	return Unified{
		Renewed: renewed,
		Expiry:  end,
		Days:    int(unified - dateOf(renewed, zone)),
		Months:  months,
		Parts:   parts,
	}, nil
}

// ValidUnifiedDay reports whether day may be a unified expiry day: 1..28 or LastDayOfMonth.
func ValidUnifiedDay(day int) bool {
	return day == LastDayOfMonth || day >= 1 && day <= unifiedDayMax
}
