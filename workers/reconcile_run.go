package workers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/accruald/accruald/schema/db"
)

const (
	// reconcileBeatInterval is how often a run is said to be alive; after
	// reconcileSilenceSeconds without it others go on with it.
	reconcileBeatInterval   = 5 * time.Second
	reconcileSilenceSeconds = 30
	reconcilePageMax        = 10_000
	reconcileAgainMax       = 5 // comparisons that other runs outran
	reconcileLeaveWaitMax   = 5 * time.Second
	// reconcilePollInterval is how soon a replica looks for runs to work on.
	reconcilePollInterval = 5 * time.Second
)

// reconcile works on runs that the clock or somebody else left, while ctx
// lives. What fails is tried again, later and from where it stood.
func (w *Worker) reconcile(ctx context.Context) error {
	reconciler := NewReconciler(w.pool, w.config.Sites, w.keeper.replica, w.log)
	var wait backoff
	for {
		claimed, err := w.queries.ClaimReconciliationRun(ctx, reconciler.owner, "", reconciler.silence)
		if err == nil && len(claimed) > 0 {
			_, err = reconciler.Work(ctx, claimed[0])
		}
		pauseFor := reconcilePollInterval
		switch {
		case err == nil && len(claimed) > 0:
			wait.reset()
			continue
		case err == nil:
			wait.reset()
		case ctx.Err() == nil:
			pauseFor = wait.next()
			w.log.Warn("reconciliation not finished, it goes on where it stood", "err", err, "next_try_in", pauseFor)
		}
		if !pause(ctx, pauseFor) {
			return nil
		}
	}
}

// Work brings a run that was taken to its end. An error leaves it where it stands.
func (r *Reconciler) Work(ctx context.Context, run db.ReconciliationRun) (finished db.ReconciliationRun, err error) {
	r.log.Info("reconciliation goes on", "run", run.RunID, "mode", run.Mode, "behind", run.Cursor, "attempt", run.Attempts)
	group, working := errgroup.WithContext(ctx)
	beating, stop := context.WithCancel(working)
	group.Go(func() error { return r.beat(beating, run.RunID) })
	group.Go(func() error {
		defer stop()
		return r.partners(working, run)
	})
	err = group.Wait()
	stop()
	if err == nil {
		finished, err = r.finish(ctx, run)
	}
	if err != nil {
		r.leave(ctx, run, err)
		return run, fmt.Errorf("reconciliation run %q: %w", run.RunID, err)
	}
	r.log.Info("reconciliation finished", "run", finished.RunID, "mode", finished.Mode, "partners", finished.Partners, "unchanged", finished.Skipped,
		"compared", finished.Compared, "opened", finished.Opened, "closed", finished.Closed, "open", finished.Open)
	return finished, nil
}

// beat says that the run is alive, and ends it where it is somebody else's.
func (r *Reconciler) beat(ctx context.Context, runID string) error {
	for pause(ctx, reconcileBeatInterval) {
		rows, err := r.queries.BeatReconciliationRun(ctx, runID, r.owner)
		switch {
		case ctx.Err() != nil:
			return nil //nolint:nilerr // it ends as it was asked to, whatever became of the last beat
		case err != nil:
			return fmt.Errorf("say that the run is alive: %w", err)
		case rows == 0:
			return errReconcileLost
		}
	}
	return nil
}

// leave lets others go on at once.
func (r *Reconciler) leave(ctx context.Context, run db.ReconciliationRun, why error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), reconcileLeaveWaitMax)
	defer cancel()
	if err := r.queries.LeaveReconciliationRun(ctx, storable(why.Error()), run.RunID, r.owner); err != nil {
		r.log.Warn("reconciliation run not given up: others take it over later", "run", run.RunID, "err", err)
	}
}

// A comparedPartner is on its way from the comparison to the database.
type comparedPartner struct {
	result *comparing
	err    error
}

// partners compares partner by partner behind the cursor, several side by side,
// and stores them in the order of their ids.
func (r *Reconciler) partners(ctx context.Context, run db.ReconciliationRun) error {
	stuck, err := r.stuckOutbox(ctx)
	if err != nil {
		return err
	}
	total, err := r.queries.CountReconciliationPartners(ctx, run.Site, run.PartnerID)
	if err != nil {
		return fmt.Errorf("count the partners: %w", err)
	}
	done := int(run.Partners + run.Skipped)
	group, working := errgroup.WithContext(ctx)
	order := make(chan chan comparedPartner, r.Parallel-1) // one more is being handed over
	group.Go(func() error {
		defer close(order)
		return r.compareAll(working, group, run, stuck, order)
	})
	group.Go(func() error {
		cursor := run.Cursor
		for next := range order {
			var c comparedPartner
			select {
			case c = <-next:
			case <-working.Done():
				return working.Err()
			}
			if c.err != nil {
				return c.err
			}
			if err := r.storeNewest(working, &run, stuck, cursor, c.result); err != nil {
				return fmt.Errorf("store what partner %q came to: %w", c.result.partnerID, err)
			}
			cursor = c.result.partnerID
			done++
			r.Progress(done, max(int(total), done))
		}
		return nil
	})
	return group.Wait()
}

// storeNewest stores what a partner came to, and compares it again where
// another run was there first.
func (r *Reconciler) storeNewest(ctx context.Context, run *db.ReconciliationRun, stuck *stuckOutbox, behind string, c *comparing) error {
	err := r.store(ctx, run, behind, c)
	for again := 0; errors.Is(err, errComparedElsewhere) && again < reconcileAgainMax; again++ {
		if c, err = r.compare(ctx, *run, stuck, c.partnerID); err == nil {
			err = r.store(ctx, run, behind, c)
		}
	}
	return err
}

// compareAll begins the comparison of every partner, as far ahead as the queue
// has room.
func (r *Reconciler) compareAll(ctx context.Context, group *errgroup.Group, run db.ReconciliationRun, stuck *stuckOutbox, order chan<- chan comparedPartner) error {
	after := run.Cursor
	for {
		ids, err := r.queries.ReconciliationPartners(ctx, db.ReconciliationPartnersParams{Site: run.Site, After: after, PartnerID: run.PartnerID, CountMax: reconcilePageMax})
		if err != nil {
			return fmt.Errorf("list the partners behind %q: %w", after, err)
		}
		for _, id := range ids {
			after = id
			next := make(chan comparedPartner, 1)
			select {
			case order <- next:
			case <-ctx.Done():
				return ctx.Err()
			}
			group.Go(func() error {
				result, err := r.compare(ctx, run, stuck, id)
				if err != nil {
					err = fmt.Errorf("compare partner %q: %w", id, err)
				}
				next <- comparedPartner{result: result, err: err}
				return nil
			})
		}
		if len(ids) < reconcilePageMax {
			return nil
		}
	}
}

// finish counts what is open, and tells.
func (r *Reconciler) finish(ctx context.Context, run db.ReconciliationRun) (finished db.ReconciliationRun, err error) {
	tx, err := r.pool.Begin(ctx)
	if err != nil {
		return run, fmt.Errorf("begin: %w", err)
	}
	defer func() {
		if err != nil {
			rollback(ctx, tx)
		}
	}()
	queries := r.queries.WithTx(tx)
	rows, err := queries.CountFindings(ctx, run.PartnerID)
	if err != nil {
		return run, fmt.Errorf("count open findings: %w", err)
	}
	open, errs := int64(0), int64(0)
	for _, row := range rows {
		open += row.Findings
		if row.Severity == string(severityError) {
			errs += row.Findings
		}
	}
	ended, err := queries.FinishReconciliationRun(ctx, db.FinishReconciliationRunParams{Open: open, OpenErrors: errs, RunID: run.RunID, Owner: r.owner})
	if err != nil {
		return run, fmt.Errorf("finish: %w", err)
	}
	if len(ended) == 0 {
		return run, errReconcileLost
	}
	if err := announce(ctx, queries, finishedOut(&ended[0])); err != nil {
		return run, err
	}
	if err := commit(ctx, tx); err != nil && !errors.Is(err, ErrCommitUnknown) {
		return run, err
	} else if err != nil {
		return run, fmt.Errorf("finish: %w", err)
	}
	return ended[0], nil
}
