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
	"github.com/accruald/accruald/workers/calendar"
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
	// fullRunDay is the day of the month, at the site, from which on the next
	// scheduled run compares everything (Settlement rules, section 8).
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
	Source, EventID        string // its cause
}

// ReconcileByHand is the request of somebody who did not wait for the clock.
func ReconcileByHand(mode, partnerID, cycle string, now time.Time) ReconcileRequest {
	now = now.UTC().Truncate(time.Microsecond)
	id := "manual/" + now.Format("2006-01-02T15:04:05.000000Z")
	return ReconcileRequest{ID: id, Mode: mode, PartnerID: partnerID, Cycle: cycle, ScheduledFor: now, Source: reconcileSource, EventID: id}
}

// scheduleReconciliation stores the run of a job that fired: one for each site
// and local time, whoever fires it and however often. Where a site has no
// profile, no partner can be enrolled.
func (r *referenceReader) scheduleReconciliation(ctx context.Context, queries *db.Queries, ev *events.Event, fired *events.ScheduleFired) error {
	if !hasProfile(r.config.Sites, fired.Site) {
		return nil
	}
	profile, err := r.config.Sites.Get(fired.Site)
	if err == nil {
		err = addScheduledReconciliation(ctx, queries, ev, fired, profile)
	}
	if err != nil {
		return fmt.Errorf("store the reconciliation that event %q fires: %w", ev.ID, err)
	}
	return nil
}

func addScheduledReconciliation(ctx context.Context, queries *db.Queries, ev *events.Event, fired *events.ScheduleFired, profile *site.Profile) error {
	key, _, err := schedule.Key(fired.Job, profile, fired.ScheduledFor)
	if err != nil {
		return err
	}
	mode, err := scheduledMode(ctx, queries, fired, profile)
	if err != nil {
		return err
	}
	_, err = queries.AddReconciliationRun(ctx, db.AddReconciliationRunParams{RunID: decision.JobReconcile + "/" + fired.Site + "/" + key, Mode: mode,
		Site: fired.Site, ScheduledFor: fired.ScheduledFor, Source: ev.Source, EventID: ev.ID})
	return err
}

// scheduledMode is full for the first run since the last 6th, as the site has
// it: a 6th that was missed is made up for by whichever run comes next. It
// follows from the time that a run is scheduled for and from the runs before.
func scheduledMode(ctx context.Context, queries *db.Queries, fired *events.ScheduleFired, profile *site.Profile) (string, error) {
	compared, err := queries.FullReconciliationBetween(ctx, fired.Site, fullDue(fired.ScheduledFor, profile.Zone()), fired.ScheduledFor)
	switch {
	case err != nil:
		return "", fmt.Errorf("ask when everything was compared: %w", err)
	case compared:
		return ReconcileIncremental, nil
	default:
		return ReconcileFull, nil
	}
}

// fullDue is the last time at or before another from which on a full run is due.
func fullDue(at time.Time, zone *time.Location) time.Time {
	year, month, day := at.In(zone).Date()
	if day < fullRunDay {
		month-- // the first month of a year less one is the last of the year before
	}
	return calendar.StartOfDay(time.Date(year, month, fullRunDay, 12, 0, 0, 0, zone), zone)
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

// Begin stores a run and takes it in the same moment, so that no other process
// does in between; Work works on it.
func (r *Reconciler) Begin(ctx context.Context, request ReconcileRequest) (db.ReconciliationRun, error) {
	of, err := r.queries.ReconciliationPartners(ctx, db.ReconciliationPartnersParams{Site: request.Site, PartnerID: request.PartnerID, CountMax: 1})
	if err == nil && len(of) == 0 {
		err = ErrUnknownPartner
	}
	if err != nil {
		return db.ReconciliationRun{}, fmt.Errorf("compare partner %q: %w", request.PartnerID, err)
	}
	begun, err := r.queries.BeginReconciliationRun(ctx, db.BeginReconciliationRunParams{RunID: request.ID, Mode: request.Mode, Site: request.Site,
		PartnerID: request.PartnerID, Cycle: request.Cycle, ScheduledFor: request.ScheduledFor, Source: request.Source, EventID: request.EventID, Owner: r.owner})
	return taken(begun, err, request.ID)
}

// Resume takes a run that was begun by somebody who is gone, or by nobody yet.
func (r *Reconciler) Resume(ctx context.Context, runID string) (db.ReconciliationRun, error) {
	claimed, err := r.queries.ClaimReconciliationRun(ctx, r.owner, runID, r.silence)
	return taken(claimed, err, runID)
}

func taken(runs []db.ReconciliationRun, err error, runID string) (db.ReconciliationRun, error) {
	if err == nil && len(runs) == 0 {
		err = ErrReconcileBusy
	}
	if err != nil {
		return db.ReconciliationRun{}, fmt.Errorf("take the reconciliation run %q: %w", runID, err)
	}
	return runs[0], nil
}
