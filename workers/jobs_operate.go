package workers

import (
	"bytes"
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
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/schedule"
	"github.com/accruald/accruald/workers/site"
)

// check refuses a job or site that there is none of.
func (j *Jobs) check(job, siteCode string) error {
	if !slices.Contains(schedule.Names(), job) {
		return fmt.Errorf("there is no job %q: use one of %s", job, strings.Join(schedule.Names(), ", "))
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
		plan, err := planOf(ctx, queries, profile)
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
			m, err := plan.due(job, row.FiredUntil, now)
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

// Fired is what came of firing a run by hand: it is put down, or was and is
// published now, or it had happened and goes on to so many partners that it had
// not reached. Neither: it is known, and nothing is done.
type Fired struct {
	Run       JobRun
	Published bool
	LeftOut   int
}

// firingsMax is how often a run is fired by hand, first and again.
const firingsMax = 100

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
	ids, err := j.freeIDs(ctx, event)
	if err != nil {
		return fired, err
	}
	if len(ids) == firingsMax { // not recorded under its own id, so not pruned either
		if fired.Published, err = j.putDown(ctx, b, event, key, actor); err != nil {
			return fired, fmt.Errorf("fire run %s of job %q: %w", key, job, err)
		}
	}
	rows, err := j.queries.FindRun(ctx, job, siteCode, key)
	if err != nil {
		return fired, fmt.Errorf("read run %s of job %q: %w", key, job, err)
	}
	fired.Run = JobRun{Job: job, Site: siteCode, Run: key, ScheduledFor: at.In(profile.Zone()), State: runFinished} // long ago, if it has no row
	if len(rows) > 0 {
		fired.Run = runOf(rows[0], profile.Zone())
	}
	if fired.Run.State == runFinished && job != decision.JobReconcile {
		if fired.LeftOut, err = j.fireAgain(ctx, b, event, ids); err != nil {
			return fired, fmt.Errorf("fire run %s of job %q again: %w", key, job, err)
		}
	}
	return fired, nil
}

// The first state of a run, before it is published, and the last.
const (
	runDue      = "due"
	runFinished = "finished"
)

// freeIDs are those of the ids that a run is fired under, in their order, of
// which no event was received.
func (j *Jobs) freeIDs(ctx context.Context, event *events.Event) (free []string, err error) {
	ids := []string{event.ID}
	for n := 2; n <= firingsMax; n++ {
		ids = append(ids, fmt.Sprintf("%s/%d", event.ID, n))
	}
	hashes := make([][]byte, len(ids))
	for i, id := range ids {
		hashes[i] = KeyHash(event.Source, id)
	}
	received, err := j.queries.ReceivedKeys(ctx, events.AllPartners, hashes)
	if err != nil {
		return nil, fmt.Errorf("read how often %q was fired: %w", event.ID, err)
	}
	for i, id := range ids {
		if !slices.ContainsFunc(received, func(key []byte) bool { return bytes.Equal(key, hashes[i]) }) {
			free = append(free, id)
		}
	}
	return free, nil
}

// putDown makes the row of a run that has none, and publishes its event where
// that was not done: also what the scheduler put down and a pause holds back.
func (j *Jobs) putDown(ctx context.Context, b *bus.Bus, event *events.Event, key, actor string) (published bool, err error) {
	fired, ok := event.Data.(*events.ScheduleFired)
	if !ok {
		return false, fmt.Errorf("event %q fires no job", event.ID)
	}
	if _, err := j.queries.AddDueRuns(ctx, db.AddDueRunsParams{Jobs: []string{fired.Job}, Site: fired.Site, Keys: []string{key},
		Times: []time.Time{fired.ScheduledFor}, Origin: "hand", Actor: actor}); err != nil {
		return false, err
	}
	rows, err := j.queries.FindRun(ctx, fired.Job, fired.Site, key)
	if err != nil || len(rows) == 0 || rows[0].State != runDue {
		return false, err
	}
	if err := publish(ctx, b, event); err != nil {
		return false, fmt.Errorf("%w: a worker tries again; while the job is paused, run it again", err)
	}
	return true, j.queries.MarkFired(ctx, fired.Site, []string{fired.Job}, []string{key})
}

func publish(ctx context.Context, b *bus.Bus, event *events.Event) error {
	header, data := event.Message()
	_, err := b.Publish(ctx, events.InSubject(event), header, data)
	return err
}

// fireAgain fires a run that has happened under the next free id, if partners
// are left out, and returns how many.
func (j *Jobs) fireAgain(ctx context.Context, b *bus.Bus, event *events.Event, free []string) (leftOut int, err error) {
	fired, ok := event.Data.(*events.ScheduleFired)
	if !ok {
		return 0, fmt.Errorf("event %q fires no job", event.ID)
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
	if len(free) == 0 {
		return 0, fmt.Errorf("it was fired %d times: partners that it does not reach refuse it; accruald rejections tells why", firingsMax)
	}
	again, err := events.New(events.Envelope{ID: free[0], Source: event.Source, Subject: event.Subject, PartitionKey: event.PartitionKey, Time: event.Time}, fired)
	if err != nil {
		return 0, err
	}
	return leftOut, publish(ctx, b, again)
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
