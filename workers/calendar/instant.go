package calendar

import "time"

// ExactInstant maps a wall-clock reading in a zone to its one instant. A reading that does not exist (clocks put
// forward) is the first instant after the gap; one that exists twice (clocks put back) is the first of the two.
// Only the reading of local is used, not its zone. time.Date leaves both cases open, hence this function.
func ExactInstant(local time.Time, zone *time.Location) time.Time {
	year, month, day := local.Date()
	hour, minute, second := local.Clock()
	guess := time.Date(year, month, day, hour, minute, second, local.Nanosecond(), zone)
	from, until := guess.ZoneBounds()
	wanted := reading(local)

	// time.Date uses the offset in force on one side of the nearest transition; the earlier side wins if it fits.
	if !from.IsZero() {
		_, before := from.Add(-time.Nanosecond).Zone()
		earlier := wanted.Add(-time.Duration(before) * time.Second).In(zone)
		if earlier.Before(guess) && reading(earlier).Equal(wanted) {
			return earlier
		}
	}
	if reading(guess).Equal(wanted) {
		return guess
	}
	if reading(guess).Before(wanted) { // in a gap, seen from the side before it
		return until.In(zone)
	}
	return from.In(zone)
}

// reading is the wall-clock reading of t as if it were UTC, so that readings can be compared and subtracted.
func reading(t time.Time) time.Time {
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	return time.Date(year, month, day, hour, minute, second, t.Nanosecond(), time.UTC)
}

// AtHour returns the instant at a full hour of the wall clock, days after t's local date (before it when negative).
func AtHour(t time.Time, days, hour int, zone *time.Location) time.Time {
	return ExactInstant(dateOf(t, zone).plus(days).civil().Add(time.Duration(hour)*time.Hour), zone)
}

// StartOfDay returns the first instant of t's date in the zone, 00:00 unless clocks skip it.
func StartOfDay(t time.Time, zone *time.Location) time.Time {
	return dateOf(t, zone).start(zone)
}

// EndOf returns the half-open end of the paid time that an expiry closes: for an expiry at the last second of its
// date the first instant of the next date, for any other (hour terms) the expiry itself. ExpiryOf is its inverse.
func EndOf(expiry time.Time, zone *time.Location) time.Time {
	next := dateOf(expiry, zone).plus(1).start(zone)
	if next.Sub(expiry) <= time.Second {
		return next
	}
	return expiry.In(zone)
}

// ExpiryOf returns the expiry that a half-open end stands for: the last second of the date before when end is the
// first instant of a date, otherwise end itself (hour terms).
func ExpiryOf(end time.Time, zone *time.Location) time.Time {
	if StartOfDay(end, zone).Equal(end) {
		return end.Add(-time.Second).In(zone)
	}
	return end.In(zone)
}

// lastInstant is the expiry of a date: 23:59:59, or the last second there is.
func (d date) lastInstant(zone *time.Location) time.Time {
	return d.plus(1).start(zone).Add(-time.Second)
}
