package schedule

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/site"
)

// dueCountMax bounds the runs of one job between two instants: eleven years of
// days.
const dueCountMax = 4000

// A Job is a scheduled job with one of its times in the zone of a site, as the
// five fields of cron. A job with several times stands once for each.
type Job struct {
	Name string
	Spec string
	// Hourly jobs run more often than daily: an hour of the wall clock may come
	// twice or not at all, so theirs are those of UTC.
	Hourly bool
	// Whole jobs concern no single partner: they are not sent to partners, and
	// not injected into files.
	Whole bool
}

// Names of the jobs that are treated in their own way here.
const (
	settleUsage = "settle_usage"
	reconcile   = "reconcile"
)

// Jobs returns the jobs with their default times, in the order in which they
// run when they are due at the same instant (Settlement rules, section 8).
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
		{Name: reconcile, Spec: "0 4 * * *", Whole: true},
		{Name: reconcile, Spec: "0 4 6 * *", Whole: true},
	}
}

// Names lists the jobs, each once, in their order.
func Names() (names []string) {
	for _, job := range Jobs() {
		if !slices.Contains(names, job.Name) {
			names = append(names, job.Name)
		}
	}
	return names
}

// JobsOf returns the jobs of a site in the same order: with the times that its
// profile gives them, and without those that it switches off.
func JobsOf(profile *site.Profile) ([]Job, error) {
	jobs := Jobs()
	seen := map[string]bool{}
	for _, other := range profile.Jobs {
		i := slices.IndexFunc(jobs, func(j Job) bool { return j.Name == other.Name })
		switch {
		case seen[other.Name]:
			return nil, fmt.Errorf("site %q: job %q is given twice: keep one", profile.Site, other.Name)
		case !slices.Contains(Names(), other.Name):
			return nil, fmt.Errorf("site %q: there is no job %q: use one of %s", profile.Site, other.Name, strings.Join(Names(), ", "))
		case other.Off == (len(other.Times) > 0):
			return nil, fmt.Errorf("site %q: job %q: give it times, or say that it is off", profile.Site, other.Name)
		}
		seen[other.Name] = true
		own := make([]Job, 0, len(other.Times))
		for _, spec := range other.Times {
			parsed, err := parse(spec)
			if err != nil {
				return nil, fmt.Errorf("site %q: read the time %q of job %q: %w: write the five fields of cron, as \"10 0 1 * *\"", profile.Site, spec, other.Name, err)
			}
			own = append(own, Job{Name: other.Name, Spec: spec, Hourly: moreThanDaily(parsed), Whole: jobs[i].Whole})
		}
		last := i
		for last < len(jobs) && jobs[last].Name == other.Name {
			last++
		}
		jobs = slices.Replace(jobs, i, last, own...)
	}
	return jobs, nil
}

// Check reports the first site whose profile gives jobs what cannot be read.
func Check(sites site.Profiles) error {
	for _, code := range sites.Sites() {
		profile, err := sites.Get(code)
		if err != nil {
			return err
		}
		if _, err := JobsOf(profile); err != nil {
			return err
		}
	}
	return nil
}

// parse reads the five fields of cron. What else the library reads has no wall
// time (@every) or another zone than the site's (TZ=).
func parse(spec string) (*cron.SpecSchedule, error) {
	if strings.ContainsAny(spec, "@=") {
		return nil, fmt.Errorf("it is no list of five fields")
	}
	parsed, err := cron.ParseStandard(spec)
	if err != nil {
		return nil, err
	}
	fields, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		return nil, fmt.Errorf("it is no list of five fields")
	}
	fields.Location = time.UTC
	return fields, nil
}

// moreThanDaily reports whether a schedule names more than one time of a day.
func moreThanDaily(schedule *cron.SpecSchedule) bool {
	day := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)
	free := *schedule // of any date
	free.Dom, free.Month, free.Dow = all, all, all
	first := free.Next(day.Add(-time.Second))
	return free.Next(first).Before(first.Truncate(24*time.Hour).AddDate(0, 0, 1))
}

// all is every value of a field.
const all = 1<<63 | (1<<62 - 1)

// Due returns the instants after one time, up to and with another, at which
// the job is due in the zone.
func (j Job) Due(after, upTo time.Time, zone *time.Location) ([]time.Time, error) {
	var due []time.Time
	err := j.each(after, zone, func(at time.Time) (bool, error) {
		if at.After(upTo) {
			return false, nil
		}
		if due = append(due, at); len(due) > dueCountMax {
			return false, fmt.Errorf("list the runs of job %q from %s to %s: there are more than %d; mend the time of the events",
				j.Name, after.Format(time.RFC3339), upTo.Format(time.RFC3339), dueCountMax)
		}
		return true, nil
	})
	return due, err
}

// Newest returns the last runs after one time, up to and with another, at most
// so many, and how many older ones there are up to which.
func (j Job) Newest(after, upTo time.Time, zone *time.Location, most int) (runs []time.Time, older int, last time.Time, err error) {
	err = j.each(after, zone, func(at time.Time) (bool, error) {
		if at.After(upTo) {
			return false, nil
		}
		if runs = append(runs, at); len(runs) > 2*most {
			older, last = older+most, runs[most-1]
			runs = append(runs[:0], runs[most:]...)
		}
		return true, nil
	})
	if over := len(runs) - most; over > 0 {
		older, last = older+over, runs[over-1]
		runs = runs[over:]
	}
	return runs, older, last, err
}

// Next returns the first instant after a time at which the job is due, zero if
// there is none in the years that a schedule is searched in.
func (j Job) Next(after time.Time, zone *time.Location) (next time.Time, err error) {
	err = j.each(after, zone, func(at time.Time) (bool, error) {
		next = at
		return false, nil
	})
	return next, err
}

// each hands on the instants after a time at which the job is due, in order,
// until there is none or take wants no more.
func (j Job) each(after time.Time, zone *time.Location, take func(time.Time) (more bool, err error)) error {
	if j.Hourly {
		zone = time.UTC
	}
	schedule, err := parse(j.Spec)
	if err != nil {
		return fmt.Errorf("read the schedule %q of job %q: %w", j.Spec, j.Name, err)
	}
	// A reading may stand for an instant up to a day away from itself in UTC.
	for reading := schedule.Next(reading(after, zone).AddDate(0, 0, -1)); !reading.IsZero(); reading = schedule.Next(reading) {
		at := calendar.ExactInstant(reading, zone)
		if !at.After(after) {
			continue
		}
		if more, err := take(at); err != nil || !more {
			return err
		}
	}
	return nil
}

// reading is what the wall clock of the zone shows, as if it were UTC.
func reading(t time.Time, zone *time.Location) time.Time {
	l := t.In(zone)
	return time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), l.Second(), l.Nanosecond(), time.UTC)
}
