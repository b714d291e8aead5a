// Package calendar holds the dates of billing: cycles and periods, expiry and renewal with anchored days, what
// remains of a term, wall-clock hours, and working days.
//
// It owns every computation on dates of a site's zone. It does not own the zone itself, the numbers of days that a
// site sets, or prices: zone, instant and day counts are arguments, and nothing here reads a clock. The working-day
// calendar is a table of exceptions that comes as data, because make-up working days on weekends are announced year
// by year and follow no rule a library could know.
//
// Conventions, the same everywhere:
//
//   - Intervals are half open, [start, end). An expiry is the last second of its date, 23:59:59; EndOf gives the
//     half-open end it stands for, ExpiryOf the way back. Functions that take an end accept either form.
//   - Dates are counted as whole days of the calendar, never as 24 hours of time, so daylight saving cannot
//     lengthen, shorten or repeat one (F21, F22, F24).
//   - "Change day excluded, expiry day included": what remains after an instant starts on the next date. For a later
//     interval of the same resource pass CountFrom(change, start), so that all intervals together count each date once.
//   - A wall-clock reading that clocks skip is the first instant after the gap; one that comes twice is the first.
//   - The anchor is the day of the month a term belongs to (1..31, or LastDayOfMonth). Callers store it: it cannot
//     be recovered from an expiry in a short month (F27).
//
// Failures: unknown period types and kinds, terms, anchors and days out of range are errors of type *Error with a
// stable Code. A Cycle that was made around ParseCycle is a mistake in the code and panics.
package calendar
