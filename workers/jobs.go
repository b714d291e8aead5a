package workers

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/schedule"
	"github.com/accruald/accruald/workers/site"
)

// Jobs is what operators see of the scheduled jobs, and do about them.
type Jobs struct {
	pool    *pgxpool.Pool
	queries *db.Queries
	sites   site.Profiles
}

// NewJobs returns the jobs of a database.
func NewJobs(pool *pgxpool.Pool, sites site.Profiles) *Jobs {
	return &Jobs{pool: pool, queries: db.New(pool), sites: sites}
}

// A JobRun is one run of a job, as far as it is.
type JobRun struct {
	Job          string    `json:"job"`
	Site         string    `json:"site"`
	Run          string    `json:"run"`
	ScheduledFor time.Time `json:"scheduled_for"`
	Origin       string    `json:"origin"` // schedule, hand or event
	Actor        string    `json:"actor,omitzero"`
	State        string    `json:"state"`
	Outcome      string    `json:"outcome,omitzero"` // done, partly_refused or refused
	DueAt        time.Time `json:"due_at"`
	FiredAt      time.Time `json:"fired_at,omitzero"`
	RecordedAt   time.Time `json:"recorded_at,omitzero"`
	SentAt       time.Time `json:"sent_at,omitzero"`
	FinishedAt   time.Time `json:"finished_at,omitzero"`
	Partners     int64     `json:"partners"`
	Refused      int64     `json:"refused"`
	Millis       int64     `json:"duration_ms"` // from when it was put down until it finished, 0 before
}

// A JobState is a job at a site.
type JobState struct {
	Job          string    `json:"job"`
	Site         string    `json:"site"`
	Zone         string    `json:"zone"`
	Times        []string  `json:"times"`
	Status       string    `json:"status"` // scheduled, paused, off, or not_started before a worker fires jobs over accepted facts
	Next         time.Time `json:"next_run,omitzero"`
	Last         *JobRun   `json:"last_run,omitzero"`
	LeftOut      int64     `json:"left_out"`
	LeftOutUntil time.Time `json:"left_out_until,omitzero"`
	PausedBy     string    `json:"paused_by,omitzero"`
	PausedAt     time.Time `json:"paused_at,omitzero"`
	Reason       string    `json:"reason,omitzero"`
}

// States of a job at a site.
const (
	JobScheduled  = "scheduled"
	JobPaused     = "paused"
	JobOff        = "off"
	JobNotStarted = "not_started"
)

// List returns the jobs of every site that a partner is enrolled in, of one job
// and site or with "" of all, and in which years deadlines may fall on holidays
// that nobody loaded.
func (j *Jobs) List(ctx context.Context, job, siteCode string, now time.Time) (states []JobState, gaps []string, err error) {
	if err := j.check(cmp.Or(job, schedule.Names()[0]), siteCode); err != nil { // "" is any
		return nil, nil, err
	}
	codes, err := j.queries.ActiveSites(ctx, j.sites.Sites())
	if err != nil {
		return nil, nil, fmt.Errorf("read which sites have partners: %w", err)
	}
	schedules, err := j.queries.JobSchedules(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("read the schedules: %w", err)
	}
	pauses, err := j.queries.OpenPauses(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("read which jobs are paused: %w", err)
	}
	lasts, err := j.queries.LastRuns(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("read the last runs: %w", err)
	}
	for _, code := range codes {
		if siteCode != "" && siteCode != code {
			continue
		}
		profile, err := j.sites.Get(code)
		if err != nil {
			return nil, nil, err
		}
		gaps = append(gaps, profile.HolidayGaps(now)...)
		plan, err := planOf(ctx, j.queries, profile)
		if err != nil {
			return nil, nil, err
		}
		for _, name := range schedule.Names() {
			if job != "" && job != name {
				continue
			}
			state, err := j.state(plan, name, schedules, pauses, lasts)
			if err != nil {
				return nil, nil, err
			}
			states = append(states, state)
		}
	}
	return states, gaps, nil
}

func (j *Jobs) state(plan sitePlan, name string, schedules []db.JobSchedule, pauses []db.JobPause, lasts []db.JobRun) (JobState, error) {
	code, zone := plan.profile.Site, plan.profile.Zone()
	state := JobState{Job: name, Site: code, Zone: zone.String(), Times: []string{}, Status: JobNotStarted}
	for _, job := range plan.jobs[name] {
		state.Times = append(state.Times, job.Spec)
	}
	for _, row := range schedules {
		if row.Job == name && row.Site == code {
			state.Status, state.LeftOut = JobScheduled, row.LeftOut
			if row.LeftOutUntil != nil {
				state.LeftOutUntil = row.LeftOutUntil.In(zone)
			}
			at, err := plan.next(name, row.FiredUntil)
			if err != nil {
				return state, err
			}
			if !at.IsZero() {
				state.Next = at.In(zone)
			}
		}
	}
	for _, row := range lasts {
		if row.Job == name && row.Site == code {
			run := runOf(row, zone)
			state.Last = &run
		}
	}
	for _, row := range pauses {
		if row.Job == name && (row.Site == "" || row.Site == code) {
			state.Status, state.PausedBy, state.PausedAt, state.Reason = JobPaused, row.Actor, row.PausedAt.In(zone), row.Reason
		}
	}
	if len(plan.jobs[name]) == 0 {
		state.Status = JobOff
	}
	return state, nil
}

func runOf(row db.JobRun, zone *time.Location) JobRun {
	at := func(t *time.Time) time.Time {
		if t == nil {
			return time.Time{}
		}
		return t.In(zone)
	}
	run := JobRun{Job: row.Job, Site: row.Site, Run: row.RunKey, ScheduledFor: row.ScheduledFor.In(zone), Origin: row.Origin, Actor: row.Actor,
		State: row.State, Outcome: row.Outcome, DueAt: row.DueAt.In(zone), FiredAt: at(row.FiredAt), RecordedAt: at(row.RecordedAt), SentAt: at(row.SentAt),
		FinishedAt: at(row.FinishedAt), Partners: row.Partners, Refused: row.Refused}
	if row.FinishedAt != nil {
		run.Millis = row.FinishedAt.Sub(row.DueAt).Milliseconds()
	}
	return run
}

// Runs returns the newest runs, of one job and site or with "" of all.
func (j *Jobs) Runs(ctx context.Context, job, siteCode string, limit int) ([]JobRun, error) {
	if err := j.check(cmp.Or(job, schedule.Names()[0]), siteCode); err != nil { // "" is any
		return nil, err
	}
	rows, err := j.queries.ListRuns(ctx, job, siteCode, int32(limit))
	if err != nil {
		return nil, fmt.Errorf("list the runs: %w", err)
	}
	runs := make([]JobRun, len(rows))
	for i, row := range rows {
		zone := time.UTC
		if profile, err := j.sites.Get(row.Site); err == nil {
			zone = profile.Zone()
		}
		runs[i] = runOf(row, zone)
	}
	return runs, nil
}
