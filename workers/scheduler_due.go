package workers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/schedule"
	"github.com/accruald/accruald/workers/site"
)

// sitePlan is what runs at a site, and when.
type sitePlan struct {
	profile *site.Profile
	names   []string // in their order
	jobs    map[string][]schedule.Job
	metered bool // somebody is: else hourly runs that settle usage are not fired
}

// planOf leaves out the jobs that the profile switches off.
func planOf(ctx context.Context, queries *db.Queries, profile *site.Profile) (sitePlan, error) {
	plan, err := plannedJobs(profile)
	if err != nil {
		return plan, err
	}
	if plan.metered, err = queries.SiteUsesMetering(ctx, profile.Site); err != nil {
		return plan, fmt.Errorf("ask whether there is usage: %w", err)
	}
	return plan, nil
}

func plannedJobs(profile *site.Profile) (sitePlan, error) {
	plan := sitePlan{profile: profile, jobs: map[string][]schedule.Job{}}
	jobs, err := schedule.JobsOf(profile)
	if err != nil {
		return plan, err
	}
	for _, job := range jobs {
		if plan.jobs[job.Name] == nil {
			plan.names = append(plan.names, job.Name)
		}
		plan.jobs[job.Name] = append(plan.jobs[job.Name], job)
	}
	return plan, nil
}

// fired are the schedules of a job that are fired. Hourly runs that settle usage
// are left away where nobody is metered: they would change nothing, and the
// daily run settles whatever comes between.
func (p sitePlan) fired(name string) []schedule.Job {
	if p.metered || name != decision.JobSettleUsage {
		return p.jobs[name]
	}
	return slices.DeleteFunc(slices.Clone(p.jobs[name]), func(job schedule.Job) bool { return job.Hourly })
}

// next returns when a job is due for the first time after a time.
func (p sitePlan) next(name string, after time.Time) (next time.Time, err error) {
	for _, job := range p.fired(name) {
		at, err := job.Next(after, p.profile.Zone())
		if err != nil {
			return next, err
		}
		if next.IsZero() || !at.IsZero() && at.Before(next) {
			next = at
		}
	}
	return next, nil
}

// missed are the runs of a job between two times, the newest of them, and how
// many older ones are left out up to which.
type missed struct {
	runs         []time.Time
	leftOut      int64
	leftOutUntil time.Time
}

// due lists the runs of a job after a time, up to and with another. A job
// whose times name one instant twice has one run there.
func (p sitePlan) due(name string, after, upTo time.Time) (m missed, err error) {
	for _, job := range p.fired(name) {
		most := CatchUpRunsMax
		if job.Whole {
			most = catchUpWholeMax
		}
		runs, leftOut, last, err := job.Newest(after, upTo, p.profile.Zone(), most)
		if err != nil {
			return m, err
		}
		m.runs, m.leftOut = append(m.runs, runs...), m.leftOut+int64(leftOut)
		if last.After(m.leftOutUntil) {
			m.leftOutUntil = last
		}
	}
	slices.SortFunc(m.runs, time.Time.Compare)
	m.runs = slices.CompactFunc(m.runs, time.Time.Equal)
	return m, nil
}

// putDown makes a row of each run that is due, under the lock of the site's
// schedules, and returns when the next is due.
func (s *scheduler) putDown(ctx context.Context, queries *db.Queries, plan sitePlan, paused []string, now time.Time) (next time.Time, err error) {
	rows, err := lockSchedules(ctx, queries, plan, now)
	if errors.Is(err, errNoFacts) {
		return next, nil
	}
	if err != nil {
		return next, err
	}
	due := db.AddDueRunsParams{Site: plan.profile.Site, Origin: "schedule"}
	for _, row := range rows {
		if slices.Contains(paused, row.Job) || len(plan.jobs[row.Job]) == 0 {
			continue
		}
		m, err := plan.due(row.Job, row.FiredUntil, now)
		if err != nil {
			return next, err
		}
		for _, at := range m.runs {
			key, _, err := schedule.Key(row.Job, plan.profile, at)
			if err != nil {
				return next, err
			}
			due.Jobs, due.Keys, due.Times = append(due.Jobs, row.Job), append(due.Keys, key), append(due.Times, at)
		}
		if m.leftOut > 0 {
			s.log.Warn("missed runs are left out, newer ones stand for them", "job", row.Job, "site", plan.profile.Site, "runs", m.leftOut,
				"last_left_out", m.leftOutUntil.In(plan.profile.Zone()), "caught_up", len(m.runs))
		}
		if err := moveSchedule(ctx, queries, row, m, now); err != nil {
			return next, err
		}
		at, err := plan.next(row.Job, now)
		if err != nil {
			return next, err
		}
		if next.IsZero() || !at.IsZero() && at.Before(next) {
			next = at
		}
	}
	if len(due.Jobs) > 0 {
		if _, err := queries.AddDueRuns(ctx, due); err != nil {
			return next, fmt.Errorf("put %d runs down: %w", len(due.Jobs), err)
		}
	}
	return next, nil
}

// scheduleNoteInterval is how far a schedule's row may stay behind when
// nothing was due: it is written rarely, and what it says is looked at again.
const scheduleNoteInterval = time.Hour

func moveSchedule(ctx context.Context, queries *db.Queries, row db.JobSchedule, m missed, now time.Time) error {
	if len(m.runs) == 0 && m.leftOut == 0 && now.Sub(row.FiredUntil) < scheduleNoteInterval {
		return nil
	}
	move := db.MoveJobScheduleParams{Job: row.Job, Site: row.Site, FiredUntil: now, LeftOut: m.leftOut}
	if m.leftOut > 0 {
		move.LeftOutUntil = &m.leftOutUntil
	}
	if err := queries.MoveJobSchedule(ctx, move); err != nil {
		return fmt.Errorf("note how far job %q is fired: %w", row.Job, err)
	}
	return nil
}

// lockSchedules locks the schedules of a site, and makes those that are
// missing: from the first accepted fact on, or behind what somebody else fired
// before there were schedules. A job that comes to a site which has others
// begins now, and so does one that was switched off.
func lockSchedules(ctx context.Context, queries *db.Queries, plan sitePlan, now time.Time) ([]db.JobSchedule, error) {
	code := plan.profile.Site
	rows, err := queries.LockJobSchedules(ctx, code)
	if err != nil {
		return nil, fmt.Errorf("lock the schedules: %w", err)
	}
	var missing, gone []string
	for _, name := range plan.names {
		if !slices.ContainsFunc(rows, func(r db.JobSchedule) bool { return r.Job == name }) {
			missing = append(missing, name)
		}
	}
	for _, row := range rows {
		if len(plan.jobs[row.Job]) == 0 {
			gone = append(gone, row.Job)
		}
	}
	if len(gone) > 0 {
		if err := queries.RemoveJobSchedules(ctx, code, gone); err != nil {
			return nil, fmt.Errorf("remove the schedules of jobs that are switched off: %w", err)
		}
	}
	if len(missing) == 0 {
		return rows, nil
	}
	sinces := make([]time.Time, len(missing))
	for i := range sinces {
		sinces[i] = now
	}
	if len(rows) == 0 {
		if sinces, err = firstSinces(ctx, queries, code, missing); err != nil {
			return nil, err
		}
	}
	if err := queries.AddJobSchedules(ctx, missing, code, sinces); err != nil {
		return nil, fmt.Errorf("begin the schedules of jobs %q: %w", missing, err)
	}
	return queries.LockJobSchedules(ctx, code)
}

func firstSinces(ctx context.Context, queries *db.Queries, code string, names []string) ([]time.Time, error) {
	var facts []string
	for _, typ := range events.InboundTypes() {
		if events.IsOrderFact(typ) {
			facts = append(facts, typ)
		}
	}
	first, err := queries.FirstFact(ctx, code, facts)
	if err != nil {
		return nil, fmt.Errorf("look for the first accepted fact: %w", err)
	}
	if first.IsZero() {
		return nil, errNoFacts
	}
	fired, err := queries.LastFired(ctx, code)
	if err != nil {
		return nil, fmt.Errorf("look for runs that were fired before: %w", err)
	}
	sinces := make([]time.Time, len(names))
	for i, name := range names {
		sinces[i] = first
		for _, f := range fired {
			if f.Job == name && f.Last.After(first) {
				sinces[i] = f.Last
			}
		}
	}
	return sinces, nil
}
