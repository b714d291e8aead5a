package calendar

import (
	"strconv"
	"time"
)

// PeriodType is the unit of a term, with the published codes (Pricing rules, section 1).
type PeriodType int

// The period types.
const (
	Day    PeriodType = 0
	Week   PeriodType = 1
	Month  PeriodType = 2
	Year   PeriodType = 3
	Hour   PeriodType = 4
	OneOff PeriodType = 5
)

var periodTypeNames = map[PeriodType]string{
	Day: "day", Week: "week", Month: "month", Year: "year", Hour: "hour", OneOff: "one_off",
}

// String returns "month", "one_off" and so on.
func (t PeriodType) String() string {
	if name, known := periodTypeNames[t]; known {
		return name
	}
	return "period_type(" + strconv.Itoa(int(t)) + ")"
}

// Known reports whether the code is one of the published ones.
func (t PeriodType) Known() bool {
	_, known := periodTypeNames[t]
	return known
}

// Period is a term of Num units, "3 month".
type Period struct {
	Type PeriodType
	Num  int
}

// String returns "3 month".
func (p Period) String() string { return strconv.Itoa(p.Num) + " " + p.Type.String() }

const (
	daysPerWeek   = 7
	monthsPerYear = 12
	// LastDayOfMonth as an anchor or a unified day is the last day of every month.
	LastDayOfMonth = -1
	anchorDayMax   = 31
	unifiedDayMax  = 28
)

// periodNumMax bounds a term to about a hundred years: dates stay writable, and whoever walks a term ends soon.
var periodNumMax = map[PeriodType]int{Day: 36_500, Week: 5_200, Month: 1_200, Year: 100, Hour: 876_000}

func (p Period) check() error {
	switch {
	case !p.Type.Known():
		return refuse(CodeUnknownPeriodType, "period type %d is unknown: use 0 day, 1 week, 2 month, 3 year or 4 hour", int(p.Type))
	case p.Type == OneOff:
		return refuse(CodeInvalidPeriod, "period %s has no expiry: one-off orders do not run", p)
	case p.Num < 1 || p.Num > periodNumMax[p.Type]:
		return refuse(CodeInvalidPeriod, "period number %d of a term in %ss is out of range: use 1 to %d", p.Num, p.Type, periodNumMax[p.Type])
	}
	return nil
}

// months returns a term's length in months, for terms counted by the calendar.
func (p Period) months() (n int, byCalendar bool) {
	switch p.Type {
	case Month:
		return p.Num, true
	case Year:
		return p.Num * monthsPerYear, true
	default:
		return 0, false
	}
}

// after returns the date p later; only for terms longer than hours.
func (p Period) after(d date, anchor int) date {
	if months, byCalendar := p.months(); byCalendar {
		return d.addMonths(months, anchor)
	}
	if p.Type == Week {
		return d.plus(p.Num * daysPerWeek)
	}
	return d.plus(p.Num)
}

// FirstExpiry returns when a term that starts at start expires: 23:59:59 local time of (start date + term), a month's
// last day when the month is too short; for hour terms start plus the hours. The start's local day of the month is
// the anchor for renewals. (Pricing rules, section 6.) Errors: unknown_period_type, invalid_period.
func FirstExpiry(start time.Time, p Period, zone *time.Location) (time.Time, error) {
	return Renew(start, p, start.In(zone).Day(), zone)
}

// Renew returns the expiry after another term p. Month and year terms land on anchorDay, 1..31 or LastDayOfMonth,
// or the last day of a shorter month: 31 March, 30 April, 31 May (F20, F27, F29). Day and week terms count on from the
// expiry's date, hour terms from the instant; see AnchorAfter. (Pricing rules, section 6.)
// Errors: unknown_period_type, invalid_period, invalid_anchor_day.
func Renew(expiry time.Time, p Period, anchorDay int, zone *time.Location) (time.Time, error) {
	if err := p.check(); err != nil {
		return time.Time{}, err
	}
	if anchorDay != LastDayOfMonth && (anchorDay < 1 || anchorDay > anchorDayMax) {
		return time.Time{}, refuse(CodeInvalidAnchor, "anchor day %d is not a day of a month: use 1 to %d or %d", anchorDay, anchorDayMax, LastDayOfMonth)
	}
	if p.Type == Hour {
		return expiry.Add(time.Duration(p.Num) * time.Hour).In(zone), nil
	}
	return p.after(dateOf(expiry, zone), anchorDay).lastInstant(zone), nil
}

// AnchorAfter returns the anchor day that holds after a renewal by p to newExpiry: months and years keep it, terms in
// days, weeks and hours move it to the day they end on.
func AnchorAfter(anchorDay int, p Period, newExpiry time.Time, zone *time.Location) int {
	if _, byCalendar := p.months(); byCalendar {
		return anchorDay
	}
	return newExpiry.In(zone).Day()
}
