package calendar

import "time"

// WholePeriods returns how many whole months or years a term that starts at start has when it may not end after the date
// of until, and when that many expire; none expire at the start's date. until may be an expiry or a half-open end.
// Errors: invalid_period for other units, and for more than a term may have.
func WholePeriods(unit PeriodType, start, until time.Time, zone *time.Location) (Period, time.Time, error) {
	step, byCalendar := Period{Type: unit, Num: 1}.months()
	if !byCalendar {
		return Period{}, time.Time{}, refuse(CodeInvalidPeriod, "count whole periods in %ss: use months or years", unit)
	}
	from, last := dateOf(start, zone), lastDateBefore(until, zone)
	anchor := from.civil().Day()
	a, b := from.civil(), last.civil()
	num := max(0, ((b.Year()-a.Year())*monthsPerYear+int(b.Month()-a.Month()))/step)
	if num > 0 && from.addMonths(num*step, anchor) > last { // the last month is not complete
		num--
	}
	if num > periodNumMax[unit] {
		return Period{}, time.Time{}, refuse(CodeInvalidPeriod, "a term of %d %ss is out of range: use at most %d", num, unit, periodNumMax[unit])
	}
	return Period{Type: unit, Num: num}, from.addMonths(num*step, anchor).lastInstant(zone), nil
}
