package workers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/schedule"
	"github.com/accruald/accruald/workers/site"
)

// Modes of a reconciliation: what changed since the partner was compared last,
// or all of it, with the hashes of the postings from the first on.
const (
	ReconcileIncremental = "incremental"
	ReconcileFull        = "full"
)

const (
	// fullRunDay is the day of the month, at the site, on which the scheduled
	// run compares everything (Settlement rules, section 8).
	fullRunDay = 6
	// reconcileSource is the cause of runs that nobody scheduled.
	reconcileSource = events.Source + "/reconcile"
	// ReconcileParallelMax bounds how many partners are compared side by side.
	ReconcileParallelMax = 16
)

// A ReconcileRequest asks for a run. Empty members stand for all.
type ReconcileRequest struct {
	ID                     string
	Mode                   string
	Site, PartnerID, Cycle string
	ScheduledFor           time.Time
	Source, EventID        string // of the event that asked for it
}

// ReconcileByHand is the request of somebody who did not wait for the clock.
func ReconcileByHand(mode, partnerID, cycle string, now time.Time) ReconcileRequest {
	now = now.UTC().Truncate(time.Microsecond)
	id := "manual/" + now.Format("2006-01-02T15:04:05.000000Z")
	return ReconcileRequest{ID: id, Mode: mode, PartnerID: partnerID, Cycle: cycle, ScheduledFor: now, Source: reconcileSource, EventID: id}
}

// scheduledReconciliation is the request of a job that fired: one for each
// site and local time, whoever fires it and however often.
func scheduledReconciliation(ev *events.Event, sites site.Profiles) (ReconcileRequest, error) {
	fired, ok := ev.Data.(*events.ScheduleFired)
	if !ok || fired.Job != decision.JobReconcile {
		return ReconcileRequest{}, fmt.Errorf("schedule a reconciliation by event %q: it does not fire the job %s", ev.ID, decision.JobReconcile)
	}
	profile, err := sites.Get(fired.Site)
	if err != nil {
		return ReconcileRequest{}, fmt.Errorf("schedule a reconciliation by event %q: %w", ev.ID, err)
	}
	key, _, err := schedule.Key(fired.Job, profile, fired.ScheduledFor)
	if err != nil {
		return ReconcileRequest{}, fmt.Errorf("schedule a reconciliation by event %q: %w", ev.ID, err)
	}
	request := ReconcileRequest{ID: decision.JobReconcile + "/" + fired.Site + "/" + key, Mode: ReconcileIncremental,
		Site: fired.Site, ScheduledFor: fired.ScheduledFor, Source: ev.Source, EventID: ev.ID}
	if fired.ScheduledFor.In(profile.Zone()).Day() == fullRunDay {
		request.Mode = ReconcileFull
	}
	return request, nil
}

// AddReconciliation stores a run that is to be worked on, and tells whether it
// is new.
func AddReconciliation(ctx context.Context, queries *db.Queries, request ReconcileRequest) (added bool, err error) {
	rows, err := queries.AddReconciliationRun(ctx, db.AddReconciliationRunParams{RunID: request.ID, Mode: request.Mode, Site: request.Site,
		PartnerID: request.PartnerID, Cycle: request.Cycle, ScheduledFor: request.ScheduledFor, Source: request.Source, EventID: request.EventID})
	if err != nil {
		return false, fmt.Errorf("store the reconciliation run %q: %w", request.ID, err)
	}
	return rows == 1, nil
}

// recipients are the next partners that a job is sent to. A reconciliation is sent
// to nobody: what it compares was decided, so its run is stored, for the
// replica that finds it first.
func (r *referenceReader) recipients(ctx context.Context, queries *db.Queries, ev *events.Event, fired *events.ScheduleFired, after string) ([]string, error) {
	if fired.Job == decision.JobReconcile {
		if !hasProfile(r.config.Sites, fired.Site) {
			return nil, nil // no partner can be enrolled there
		}
		request, err := scheduledReconciliation(ev, r.config.Sites)
		if err == nil {
			_, err = AddReconciliation(ctx, queries, request)
		}
		return nil, err
	}
	partners, err := queries.PartnersOfSite(ctx, fired.Site, after, r.page)
	if err != nil {
		return nil, fmt.Errorf("read the partners of site %q after %q: %w", fired.Site, after, err)
	}
	return partners, nil
}

// ErrReconcileBusy says that somebody else works on a run.
var ErrReconcileBusy = errors.New("another process works on this run, or it is finished; accruald reconciliations lists the runs")

// errReconcileLost says that a run went on elsewhere: nothing of the partner at
// hand was stored here.
var errReconcileLost = errors.New("the run went on in another process")

// errComparedElsewhere says that another run stored the partner since it was
// read: what was found is older than what stands.
var errComparedElsewhere = errors.New("another run compared the partner meanwhile")

// A Reconciler works on reconciliation runs. It reads the database at one
// moment per partner, so it locks nothing that a batch waits for.
type Reconciler struct {
	pool    *pgxpool.Pool
	queries *db.Queries
	sites   site.Profiles
	owner   string
	log     *slog.Logger

	// silence is after how many seconds without a sign of life a run is taken over.
	silence int32

	// Parallel is how many partners are compared side by side.
	Parallel int
	// Progress, where it is given, is told how many partners of how many are through.
	Progress func(done, total int)
}

// NewReconciler returns a reconciler over a migrated database; owner names the
// process among those that work on runs.
func NewReconciler(pool *pgxpool.Pool, sites site.Profiles, owner string, log *slog.Logger) *Reconciler {
	return &Reconciler{pool: pool, queries: db.New(pool), sites: sites, owner: owner, log: log, silence: reconcileSilenceSeconds, Parallel: 1, Progress: func(int, int) {}}
}

// Run works on one run, which may have been begun by somebody who is gone,
// until it is finished.
func (r *Reconciler) Run(ctx context.Context, runID string) (db.ReconciliationRun, error) {
	claimed, err := r.queries.ClaimReconciliationRun(ctx, r.owner, runID, r.silence)
	if err != nil {
		return db.ReconciliationRun{}, fmt.Errorf("take the reconciliation run %q: %w", runID, err)
	}
	if len(claimed) == 0 {
		return db.ReconciliationRun{}, fmt.Errorf("take the reconciliation run %q: %w", runID, ErrReconcileBusy)
	}
	return r.work(ctx, claimed[0])
}
