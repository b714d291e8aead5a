package calendar

import "time"

// WorkingDays knows which dates are worked: Monday to Friday, except holidays, plus weekend days worked to make up
// for them. The zero value and nil are plain Monday to Friday. It is data and never changes.
type WorkingDays struct {
	exceptions map[date]bool // true: worked, false: holiday
}

const (
	dateLayout = "2006-01-02"
	// workingDayCountMax and daysOffMax bound the search for a working day.
	workingDayCountMax = 1_000
	daysOffMax         = 60
)

// NewWorkingDays builds a calendar from holidays and make-up working days, each "2026-10-01".
// Errors: invalid_date for a malformed date, or one listed in both.
func NewWorkingDays(holidays, makeUpDays []string) (*WorkingDays, error) {
	exceptions := make(map[date]bool, len(holidays)+len(makeUpDays))
	add := func(texts []string, worked bool) error {
		for _, text := range texts {
			day, err := time.Parse(dateLayout, text)
			if err != nil {
				return refuse(CodeInvalidDate, "working-day exception %q is not a date such as \"2026-10-01\"", text)
			}
			key := newDate(day.Date())
			if listed, known := exceptions[key]; known && listed != worked {
				return refuse(CodeInvalidDate, "date %q is both a holiday and a make-up working day: keep one", text)
			}
			exceptions[key] = worked
		}
		return nil
	}
	if err := add(holidays, false); err != nil {
		return nil, err
	}
	if err := add(makeUpDays, true); err != nil {
		return nil, err
	}
	return &WorkingDays{exceptions: exceptions}, nil
}

// IsWorkingDay reports whether t's date in the zone is worked.
func (w *WorkingDays) IsWorkingDay(t time.Time, zone *time.Location) bool {
	return w.works(dateOf(t, zone))
}

func (w *WorkingDays) works(d date) bool {
	if w != nil {
		if worked, listed := w.exceptions[d]; listed {
			return worked
		}
	}
	weekday := d.civil().Weekday()
	return weekday != time.Saturday && weekday != time.Sunday
}

// AddWorkingDays returns the first instant of the n-th working day after t's date in the zone; n 0 is t's own date,
// worked or not. Errors: invalid_day_count when n is negative or too large, or when nothing but holidays follows.
func (w *WorkingDays) AddWorkingDays(t time.Time, n int, zone *time.Location) (time.Time, error) {
	if n < 0 || n > workingDayCountMax {
		return time.Time{}, refuse(CodeInvalidDayCount, "add %d working days: use 0 to %d", n, workingDayCountMax)
	}
	day, off := dateOf(t, zone), 0
	for counted := 0; counted < n; {
		day = day.plus(1)
		if w.works(day) {
			counted, off = counted+1, 0
			continue
		}
		if off++; off > daysOffMax {
			return time.Time{}, refuse(CodeInvalidDayCount, "add %d working days to %s: no working day in %d days; check the holidays", n, t.In(zone).Format(dateLayout), daysOffMax)
		}
	}
	return day.start(zone), nil
}
