package calendar

import (
	"time"

	"github.com/accruald/accruald/workers/money"
)

// MonthPart is the part of one calendar month that remains: Days of the month's Of days.
type MonthPart struct {
	Month Cycle
	Days  int
	Of    int
}

// YearPart is the part of one calendar year that remains: Days of Of, which is always 365.
type YearPart struct {
	Year int
	Days int
	Of   int
}

// daysPerYear is the divisor of yearly terms; 29 February is not counted (Pricing rules, section 5).
const daysPerYear = 365

// CountFrom returns the instant to pass as the change when [start, ...) is one paid interval of several: the change
// itself once the interval has begun, else the last second before it, so that a future interval counts whole and
// neighbouring intervals count every date once.
func CountFrom(change, start time.Time) time.Time {
	if change.Before(start) {
		return start.Add(-time.Second)
	}
	return change
}

// remainingDates returns the first and last date that remain after change: the change's date excluded, the last
// date before end included. It is empty when last < first. An expiry and its half-open end give the same.
func remainingDates(change, end time.Time, zone *time.Location) (first, last date) {
	return dateOf(change, zone).plus(1), lastDateBefore(end, zone)
}

// RemainingMonths returns r of a monthly interval [.., end): the sum over the calendar months touched of days left
// in the month / days of the month, change day excluded, expiry day included, with its parts for the explanation.
// end may be the half-open end or the expiry itself. (Pricing rules, section 5.)
func RemainingMonths(change, end time.Time, zone *time.Location) (money.Fraction, []MonthPart) {
	first, last := remainingDates(change, end, zone)
	var sum money.Fraction
	var parts []MonthPart
	for first <= last { // one turn a month; a term has at most a hundred years
		year, month, day := first.civil().Date()
		of := daysInMonth(year, month)
		days := min(of-day+1, int(last-first)+1)
		sum = sum.Add(money.Frac(int64(days), int64(of)))
		parts = append(parts, MonthPart{Month: Cycle(first.civil().Format(cycleLayout)), Days: days, Of: of})
		first = first.plus(days)
	}
	return sum, parts
}

// RemainingYears returns r of a yearly interval [.., end): remaining days / 365, change day excluded, expiry day
// included, 29 February not counted, with its parts. end as for RemainingMonths. (Pricing rules, section 5.)
func RemainingYears(change, end time.Time, zone *time.Location) (money.Fraction, []YearPart) {
	first, last := remainingDates(change, end, zone)
	total := 0
	var parts []YearPart
	for first <= last { // one turn a year of the term
		year := first.civil().Year()
		until := min(last, newDate(year, time.December, 31))
		days := int(until-first) + 1
		leap := newDate(year, time.February, 29) // 1 March in other years
		if daysInMonth(year, time.February) == 29 && first <= leap && leap <= until {
			days--
		}
		parts = append(parts, YearPart{Year: year, Days: days, Of: daysPerYear})
		total += days
		first = until.plus(1)
	}
	return money.Frac(int64(total), daysPerYear), parts
}

// RemainingDays returns the whole days that remain of a day or week term, change day excluded, last day included.
func RemainingDays(change, end time.Time, zone *time.Location) int64 {
	first, last := remainingDates(change, end, zone)
	return max(0, int64(last-first)+1)
}

// RemainingHours returns the whole hours from change to the end of an hour term.
func RemainingHours(change, end time.Time) int64 {
	return max(0, int64(end.Sub(change)/time.Hour))
}

// PriceLookupPeriod returns the period whose price row and discounts apply to what remains of a term in months or
// years: the remainder rounded up to whole units, so that 2.5 years use the 3-year row (Pricing rules, section 5).
// It is at least one unit. Other terms keep their own row: error invalid_period.
func PriceLookupPeriod(unit PeriodType, change, end time.Time, zone *time.Location) (Period, error) {
	step, byCalendar := Period{Type: unit, Num: 1}.months()
	if !byCalendar {
		return Period{}, refuse(CodeInvalidPeriod, "look up the price of a remaining term in %ss: only months and years are rounded up", unit)
	}
	from, last := dateOf(change, zone), lastDateBefore(end, zone)
	anchor := from.civil().Day()
	num := 1
	if last > from {
		a, b := from.civil(), last.civil()
		months := (b.Year()-a.Year())*monthsPerYear + int(b.Month()-a.Month())
		num = max(1, months/step)
	}
	for from.addMonths(num*step, anchor) < last { // at most two turns: num starts at the whole units between the months
		num++
	}
	return Period{Type: unit, Num: num}, nil
}
