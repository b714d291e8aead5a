package workers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/schedule"
	"github.com/accruald/accruald/workers/site"
)

// check refuses a job or site that there is none of.
func (j *Jobs) check(job, siteCode string) error {
	if !slices.Contains(decidedJobs(), job) {
		return fmt.Errorf("there is no job %q: use one of %s", job, strings.Join(decidedJobs(), ", "))
	}
	if siteCode == "" {
		return nil
	}
	_, err := j.sites.Get(siteCode)
	return err
}

// Pause keeps a job of a site, or with "" of all, from being fired. Runs that
// are fired go on.
func (j *Jobs) Pause(ctx context.Context, job, siteCode, actor, reason string) error {
	if err := j.check(job, siteCode); err != nil {
		return err
	}
	added, err := j.queries.AddPause(ctx, db.AddPauseParams{Job: job, Site: siteCode, Actor: actor, Reason: reason})
	if err != nil {
		return fmt.Errorf("pause job %q: %w", job, err)
	}
	if added == 0 {
		return fmt.Errorf("job %q is paused already: `accruald jobs` tells by whom and why", job)
	}
	return nil
}

// Resume ends a pause. What was missed is caught up like after downtime, or
// with skip left out; skipped tells how many runs that are.
func (j *Jobs) Resume(ctx context.Context, job, siteCode, actor string, skip bool, now time.Time) (skipped int64, err error) {
	if err := j.check(job, siteCode); err != nil {
		return 0, err
	}
	err = transact(ctx, j.pool, func(tx pgx.Tx) error {
		queries := j.queries.WithTx(tx)
		ended, err := queries.Resume(ctx, actor, job, siteCode)
		if err != nil {
			return fmt.Errorf("resume job %q: %w", job, err)
		}
		if ended == 0 {
			return fmt.Errorf("job %q is not paused so: `accruald jobs` tells what is; one that was paused for all sites is resumed for all", job)
		}
		if !skip {
			return nil
		}
		skipped, err = j.skip(ctx, queries, job, siteCode, now)
		return err
	})
	return skipped, err
}

// skip leaves out what is due and not put down.
func (j *Jobs) skip(ctx context.Context, queries *db.Queries, job, siteCode string, now time.Time) (skipped int64, err error) {
	for _, code := range j.sites.Sites() {
		if siteCode != "" && siteCode != code {
			continue
		}
		profile, err := j.sites.Get(code)
		if err != nil {
			return skipped, err
		}
		plan, err := planOf(profile)
		if err != nil {
			return skipped, err
		}
		rows, err := queries.LockJobSchedules(ctx, code)
		if err != nil {
			return skipped, fmt.Errorf("lock the schedules: %w", err)
		}
		for _, row := range rows {
			if row.Job != job {
				continue
			}
			m, err := plan.due(job, row.FiredUntil, now, true)
			if err != nil {
				return skipped, err
			}
			if n := len(m.runs); n > 0 {
				m = missed{leftOut: m.leftOut + int64(n), leftOutUntil: m.runs[n-1]}
			}
			if err := moveSchedule(ctx, queries, row, m, now); err != nil {
				return skipped, err
			}
			skipped += m.leftOut
		}
	}
	return skipped, nil
}

// Fired is what came of firing a run by hand: it is put down, or it had
// happened and goes on to so many partners that it had not reached. Neither:
// it is known, and nothing is done.
type Fired struct {
	Run     JobRun
	PutDown bool
	LeftOut int
}

// Fire puts a run down and publishes it, at any time and whether its job is
// paused or not. One that is finished is fired again where it has not reached
// partners, as those that were enrolled since.
func (j *Jobs) Fire(ctx context.Context, b *bus.Bus, job, siteCode string, at time.Time, actor string) (fired Fired, err error) {
	if err := j.check(job, siteCode); err != nil {
		return fired, err
	}
	profile, err := j.sites.Get(siteCode)
	if err != nil {
		return fired, err
	}
	event, err := schedule.Fired(job, profile, at)
	if err != nil {
		return fired, err
	}
	key, _, err := schedule.Key(job, profile, at)
	if err != nil {
		return fired, err
	}
	added, err := j.queries.AddDueRuns(ctx, db.AddDueRunsParams{Jobs: []string{job}, Site: siteCode, Keys: []string{key}, Times: []time.Time{at}, Origin: "hand", Actor: actor})
	if err != nil {
		return fired, fmt.Errorf("put run %s of job %q down: %w", key, job, err)
	}
	if fired.PutDown = added == 1; fired.PutDown {
		if err := j.publish(ctx, b, event); err != nil {
			return fired, fmt.Errorf("publish run %s of job %q: %w: the scheduler of a worker tries again", key, job, err)
		}
		if err := j.queries.MarkFired(ctx, siteCode, []string{job}, []string{key}); err != nil {
			return fired, fmt.Errorf("note that run %s of job %q is published: %w", key, job, err)
		}
	} else if fired.LeftOut, err = j.fireAgain(ctx, b, event, key); err != nil {
		return fired, err
	}
	row, err := j.queries.FindRun(ctx, job, siteCode, key)
	if err != nil {
		return fired, fmt.Errorf("read run %s of job %q: %w", key, job, err)
	}
	fired.Run = runOf(row, profile.Zone())
	return fired, nil
}

func (j *Jobs) publish(ctx context.Context, b *bus.Bus, event *events.Event) error {
	header, data := event.Message()
	_, err := b.Publish(ctx, events.InSubject(event), header, data)
	return err
}

// fireAgain fires a finished run under another id, if partners are left out,
// and returns how many.
func (j *Jobs) fireAgain(ctx context.Context, b *bus.Bus, event *events.Event, key string) (leftOut int, err error) {
	fired, ok := event.Data.(*events.ScheduleFired)
	if !ok || slices.Contains(wholeJobs, fired.Job) {
		return 0, nil
	}
	row, err := j.queries.FindRun(ctx, fired.Job, fired.Site, key)
	if err != nil || row.State != "finished" {
		return 0, err
	}
	for after := ""; ; {
		partners, err := j.queries.PartnersOfSite(ctx, fired.Site, after, fanOutPartnersMax)
		if err != nil {
			return 0, fmt.Errorf("read the partners of site %q after %q: %w", fired.Site, after, err)
		}
		if len(partners) == 0 {
			break
		}
		after = partners[len(partners)-1]
		if partners, err = notReached(ctx, j.queries, fired.Job, fired.Site, fired.ScheduledFor, partners); err != nil {
			return 0, err
		}
		leftOut += len(partners)
	}
	if leftOut == 0 {
		return 0, nil
	}
	firings, err := j.queries.NumberFiring(ctx, fired.Job, fired.Site, key)
	if err != nil || len(firings) == 0 { // somebody else was first
		return 0, err
	}
	again, err := events.New(events.Envelope{ID: fmt.Sprintf("%s/%d", event.ID, firings[0]), Source: event.Source, Subject: event.Subject,
		PartitionKey: event.PartitionKey, Time: event.Time}, fired)
	if err == nil {
		err = j.publish(ctx, b, again)
	}
	if err != nil {
		return 0, fmt.Errorf("publish run %s of job %q again: %w: run the job again", key, fired.Job, err)
	}
	return leftOut, nil
}

// SiteFor is the site that a job is run at when none is named: the only one
// with partners.
func (j *Jobs) SiteFor(ctx context.Context) (*site.Profile, error) {
	codes, err := j.queries.ActiveSites(ctx, j.sites.Sites())
	if err != nil {
		return nil, fmt.Errorf("read which sites have partners: %w", err)
	}
	switch len(codes) {
	case 0:
		return nil, errors.New("no partner is enrolled at any site: there is nobody to run a job for")
	case 1:
		return j.sites.Get(codes[0])
	default:
		return nil, fmt.Errorf("partners are enrolled at %s: name one with --site", strings.Join(codes, ", "))
	}
}
