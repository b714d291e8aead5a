package calendar

import "time"

// date is a day of the proleptic Gregorian calendar, counted from 1970-01-01. Differences are exact: no zone and
// no daylight saving reaches it (F21, F22, F24).
type date int64

const secondsPerDay = 24 * 60 * 60

func newDate(year int, month time.Month, day int) date {
	return date(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay)
}

// dateOf is the local date of an instant.
func dateOf(t time.Time, zone *time.Location) date {
	return newDate(t.In(zone).Date())
}

// lastDateBefore is the local date of the last instant before end: the last day of [start, end).
func lastDateBefore(end time.Time, zone *time.Location) date {
	return dateOf(end.Add(-time.Nanosecond), zone)
}

// civil returns the date as midnight UTC, for its year, month, day and weekday.
func (d date) civil() time.Time { return time.Unix(int64(d)*secondsPerDay, 0).UTC() }

func (d date) plus(days int) date { return d + date(days) }

func (d date) start(zone *time.Location) time.Time { return ExactInstant(d.civil(), zone) }

// addMonths moves to the month n months on and, there, to the anchor day or the last day of a shorter month.
// Anchor LastDayOfMonth is every month's last day.
func (d date) addMonths(n, anchor int) date {
	year, month, _ := d.civil().Date()
	first := time.Date(year, month+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	day := daysInMonth(first.Year(), first.Month())
	if anchor != LastDayOfMonth {
		day = min(anchor, day)
	}
	return newDate(first.Year(), first.Month(), day)
}

func daysInMonth(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}
