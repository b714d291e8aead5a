package schedule

import (
	"fmt"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/accruald/accruald/workers/calendar"
)

// dueCountMax bounds the runs of one job between two instants: eleven years of
// days.
const dueCountMax = 4000

// A Job is a scheduled job with its default time in the zone of a site, as the
// five fields of cron. A job with several times stands once for each.
type Job struct {
	Name string
	Spec string
	// Hourly jobs run more often than daily: an hour of the wall clock may come
	// twice or not at all, so theirs are those of UTC.
	Hourly bool
}

// settleUsage is the job that runs by hour, day and month.
const settleUsage = "settle_usage"

// Jobs returns the jobs that are decided for partners, in the order in which
// they run when they are due at the same instant (Settlement rules, section 8).
func Jobs() []Job {
	return []Job{
		{Name: settleUsage, Spec: "2 * * * *", Hourly: true},
		{Name: settleUsage, Spec: "3 0 * * *"},
		{Name: settleUsage, Spec: "5 0 1 * *"},
		{Name: "close_cycle", Spec: "10 0 1 * *"},
		{Name: "statement", Spec: "0 10 5 * *"},
		{Name: "expire", Spec: "20 0 * * *"},
		{Name: "release_holds", Spec: "30 0 * * *"},
		{Name: "opportunity_windows", Spec: "40 0 * * *"},
		{Name: "auto_confirm", Spec: "0 1 * * *"},
		{Name: "auto_request", Spec: "0 2 * * *"},
		{Name: "auto_renew", Spec: "0 3 * * *"},
	}
}

// Due returns the instants after one time, up to and with another, at which
// the job is due in the zone.
func (j Job) Due(after, upTo time.Time, zone *time.Location) ([]time.Time, error) {
	if j.Hourly {
		zone = time.UTC
	}
	schedule, err := cron.ParseStandard(j.Spec)
	if err != nil {
		return nil, fmt.Errorf("read the schedule %q of job %q: %w", j.Spec, j.Name, err)
	}
	var due []time.Time
	// A reading may stand for an instant up to a day away from itself in UTC.
	for reading := schedule.Next(reading(after, zone).AddDate(0, 0, -1)); ; reading = schedule.Next(reading) {
		at := calendar.ExactInstant(reading, zone)
		if at.After(upTo) {
			return due, nil
		}
		if at.After(after) {
			due = append(due, at)
		}
		if len(due) > dueCountMax {
			return nil, fmt.Errorf("list the runs of job %q from %s to %s: there are more than %d; mend the time of the events",
				j.Name, after.Format(time.RFC3339), upTo.Format(time.RFC3339), dueCountMax)
		}
	}
}

// reading is what the wall clock of the zone shows, as if it were UTC.
func reading(t time.Time, zone *time.Location) time.Time {
	l := t.In(zone)
	return time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), l.Second(), l.Nanosecond(), time.UTC)
}
