package workers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/schedule"
	"github.com/accruald/accruald/workers/site"
)

const (
	// schedulePollInterval is how soon the scheduler sees what others changed: a
	// site's first partner, a pause, a run that an ended process left unpublished.
	schedulePollInterval = 10 * time.Second
	scheduleTurnWaitMax  = time.Minute
	// duePublishMax is how many runs are published in one transaction.
	duePublishMax = 500
	// CatchUpRunsMax is how many missed runs of one job of one site are caught
	// up, the newest: more than a year of days, or two weeks of hours. Older ones
	// are left out, and said to be; a run does what the missed ones before it
	// would have done, but for their dates.
	CatchUpRunsMax = 400
	// catchUpWholeMax is the same for a job that looks at everything there is,
	// whatever the date.
	catchUpWholeMax = 1
)

// scheduler turns what is due by the clock on the wall into runs. Every
// replica has one: the row of a run decides who puts it down, and publishing
// it again has no effect, because its id follows from job, site and time.
type scheduler struct {
	*Worker
	warned map[string]bool // gaps in the holidays, once each
}

func newScheduler(w *Worker) *scheduler { return &scheduler{Worker: w, warned: map[string]bool{}} }

// run looks at the clock until ctx ends.
func (s *scheduler) run(ctx context.Context) error {
	var wait backoff
	for {
		next, err := s.turn(ctx)
		s.health.beat(loopSchedule)
		if err != nil {
			pausing := wait.next()
			if ctx.Err() == nil {
				s.log.Warn("due jobs not fired yet", "err", err, "next_try_in", pausing)
			}
			if !pause(ctx, pausing) {
				return nil
			}
			continue
		}
		wait.reset()
		sleep := schedulePollInterval
		if !next.IsZero() {
			sleep = min(sleep, max(0, next.Sub(s.config.Wall.Now())))
		}
		rings, stop := s.config.Wall.After(sleep)
		select {
		case <-ctx.Done():
			stop()
			return nil
		case <-rings:
		}
	}
}

// turn puts down and publishes every run that is due, and returns when the
// next one is.
func (s *scheduler) turn(ctx context.Context) (next time.Time, err error) {
	ctx, cancel := context.WithTimeout(ctx, scheduleTurnWaitMax)
	defer cancel()
	codes, err := s.queries.ActiveSites(ctx, s.config.Sites.Sites())
	if err != nil {
		return next, fmt.Errorf("read which sites have partners: %w", err)
	}
	now := s.config.Wall.Now()
	for _, code := range codes {
		profile, err := s.config.Sites.Get(code)
		if err != nil {
			return next, err
		}
		s.warn(profile, now)
		following, err := s.turnOf(ctx, profile, now)
		if err != nil {
			return next, fmt.Errorf("fire the jobs of site %q: %w", code, err)
		}
		if next.IsZero() || !following.IsZero() && following.Before(next) {
			next = following
		}
	}
	return next, nil
}

// warn says once of which years the holidays are not known.
func (s *scheduler) warn(profile *site.Profile, now time.Time) {
	for _, gap := range profile.HolidayGaps(now) {
		if !s.warned[gap] {
			s.warned[gap] = true
			s.log.Warn("deadlines may fall on holidays", "gap", gap)
		}
	}
}

// turnOf puts down what is due at one site, then publishes what is not
// published, whoever put it down.
func (s *scheduler) turnOf(ctx context.Context, profile *site.Profile, now time.Time) (next time.Time, err error) {
	pauses, err := s.queries.OpenPauses(ctx)
	if err != nil {
		return next, fmt.Errorf("read which jobs are paused: %w", err)
	}
	paused := []string{} // not null for the database
	for _, p := range pauses {
		if p.Site == "" || p.Site == profile.Site {
			paused = append(paused, p.Job)
		}
	}
	plan, err := planOf(ctx, s.queries, profile)
	if err != nil {
		return next, err
	}
	err = s.inTransaction(ctx, func(queries *db.Queries) error {
		next, err = s.putDown(ctx, queries, plan, paused, now)
		return err
	})
	if err != nil {
		return next, err
	}
	for {
		published := 0
		err := s.inTransaction(ctx, func(queries *db.Queries) error {
			published, err = s.publishDue(ctx, queries, profile, paused)
			return err
		})
		if err != nil || published < duePublishMax {
			return next, err
		}
	}
}

func (s *scheduler) inTransaction(ctx context.Context, do func(*db.Queries) error) error {
	return transact(ctx, s.pool, func(tx pgx.Tx) error { return do(s.queries.WithTx(tx)) })
}

// publishDue publishes runs in the order in which they are due. The rows stay
// locked meanwhile, so that another replica publishes none out of order.
func (s *scheduler) publishDue(ctx context.Context, queries *db.Queries, profile *site.Profile, paused []string) (int, error) {
	rows, err := queries.DueRuns(ctx, db.DueRunsParams{Site: profile.Site, Paused: paused, Ranks: schedule.Names(), CountMax: duePublishMax})
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	messages := make([]bus.Outgoing, len(rows))
	var jobs, keys []string
	for i, row := range rows {
		fired, err := schedule.Fired(row.Job, profile, row.ScheduledFor)
		if err != nil {
			return 0, err
		}
		header, data := fired.Message()
		messages[i] = bus.Outgoing{Subject: events.InSubject(fired), Header: header, Data: data}
		jobs, keys = append(jobs, row.Job), append(keys, row.RunKey)
		s.log.Info("job fired", "job", row.Job, "site", profile.Site, "run", row.RunKey)
	}
	if err := s.bus.PublishBatch(ctx, messages); err != nil {
		return 0, fmt.Errorf("publish %d runs: %w", len(rows), err)
	}
	if err := queries.MarkFired(ctx, profile.Site, jobs, keys); err != nil {
		return 0, fmt.Errorf("note that %d runs are published: %w", len(rows), err)
	}
	return len(rows), nil
}

// transact runs something in a transaction.
func transact(ctx context.Context, pool beginner, do func(pgx.Tx) error) error {
	tx, err := pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	if err = do(tx); err == nil {
		err = commit(ctx, tx)
	}
	if err != nil {
		rollback(ctx, tx)
	}
	return err
}

type beginner interface {
	BeginTx(ctx context.Context, options pgx.TxOptions) (pgx.Tx, error)
}

// errNoFacts says that nothing was accepted yet, so that no run exists.
var errNoFacts = errors.New("nothing was accepted yet")
