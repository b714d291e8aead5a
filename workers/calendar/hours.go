package calendar

import "time"

const hoursPerDay = 24

// WallHours returns the used and the total hours of a paid interval by the wall clock of the zone, 24 a date
// whatever daylight saving does: start floored to the hour, end counted to 24:00 of the last day, at floored to
// the hour and kept within the interval. end is the half-open end or the expiry. (Pricing rules, section 7.)
func WallHours(start, end, at time.Time, zone *time.Location) (used, total int64) {
	from := wallHour(start, zone)
	total = max(0, int64(lastDateBefore(end, zone)+1)*hoursPerDay-from)
	used = min(max(0, wallHour(at, zone)-from), total)
	return used, total
}

// wallHour numbers the hours of the wall clock since 1970-01-01 00:00 local.
func wallHour(t time.Time, zone *time.Location) int64 {
	return int64(dateOf(t, zone))*hoursPerDay + int64(t.In(zone).Hour())
}

// ElapsedYears returns the year of the term that an instant is in, 1 for the first. Years are calendar anniversaries of
// start by the wall clock (29 February: the 28th in other years); the anniversary instant belongs to the earlier
// year. (Pricing rules, section 7.)
func ElapsedYears(start, at time.Time, zone *time.Location) int {
	local := start.In(zone)
	clock := reading(local).Sub(dateOf(start, zone).civil())
	anniversary := func(years int) time.Time {
		day := dateOf(start, zone).addMonths(years*monthsPerYear, local.Day())
		return ExactInstant(day.civil().Add(clock), zone)
	}
	year := max(1, at.In(zone).Year()-local.Year())
	for at.After(anniversary(year)) { // at most two turns: year starts at most two below
		year++
	}
	return year
}
