package workers

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

// The first run since the last 6th of the site's calendar compares everything, also when the run of the 6th itself was
// missed; runs of one partner or cycle, and such as are scheduled later, do not stand for it.
func TestTheFirstRunSinceThe6thIsFull(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	queries := db.New(w.pool)
	profile, err := site.Default().Get("cn")
	if err != nil {
		t.Fatal(err)
	}
	byHand := func(mode, partnerID, cycle, at string) {
		request := ReconcileByHand(mode, partnerID, cycle, parseLocal(t, at))
		w.waiting(request)
	}
	for _, step := range []struct{ at, mode, why string }{
		{"2026-01-02T04:00", ReconcileFull, "none was before"},
		{"2026-01-03T04:00", ReconcileIncremental, "the one of the day before"},
		{"2026-01-06T04:00", ReconcileFull, "the 6th"},
		{"2026-01-07T04:00", ReconcileIncremental, "the 6th was full"},
		{"2026-02-05T04:00", ReconcileIncremental, "not the 6th yet"},
		{"2026-02-09T04:00", ReconcileFull, "the 6th was missed"},
		{"2026-02-10T04:00", ReconcileIncremental, "the 9th was full"},
		{"2026-02-08T04:00", ReconcileFull, "caught up by hand; the 9th is later"},
		{"2026-04-03T04:00", ReconcileFull, "the 6th of March was missed"},
		{"2026-04-05T04:00", ReconcileIncremental, "the 3rd was full"},
		{"2026-04-06T00:00", ReconcileFull, "the 6th begins on the site's clock"},
	} {
		fireReconciliation(t, queries, profile, step.at)
		if got := w.modeOf(step.at); got != step.mode {
			t.Errorf("run of %s is %s, want %s: %s", step.at, got, step.mode, step.why)
		}
	}
	byHand(ReconcileFull, "P1", "", "2026-05-06T01:00")
	byHand(ReconcileFull, "", "2026-04", "2026-05-06T01:30")
	byHand(ReconcileIncremental, "", "", "2026-05-06T02:00")
	fireReconciliation(t, queries, profile, "2026-05-06T04:00")
	byHand(ReconcileFull, "", "", "2026-06-07T04:00")
	fireReconciliation(t, queries, profile, "2026-06-08T04:00")
	if may, june := w.modeOf("2026-05-06T04:00"), w.modeOf("2026-06-08T04:00"); may != ReconcileFull || june != ReconcileIncremental {
		t.Errorf("after runs by hand of a part: %s, of all: %s", may, june)
	}
}

func parseLocal(t *testing.T, at string) time.Time {
	t.Helper()
	out, err := time.ParseInLocation("2006-01-02T15:04", at, shanghai)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func fireReconciliation(t *testing.T, queries *db.Queries, profile *site.Profile, at string) {
	t.Helper()
	fired := &events.ScheduleFired{Job: decision.JobReconcile, Site: "cn", ScheduledFor: parseLocal(t, at)}
	ev, err := events.New(events.Envelope{ID: "schedule.fired/" + at, Source: "/test", Subject: fired.Job, PartitionKey: events.AllPartners, Time: fired.ScheduledFor}, fired)
	if err == nil {
		err = addScheduledReconciliation(t.Context(), queries, ev, fired, profile)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) modeOf(at string) (mode string) {
	w.t.Helper()
	if err := w.pool.QueryRow(w.t.Context(), "select mode from reconciliation_run where run_id = $1", "reconcile/cn/"+at).Scan(&mode); err != nil {
		w.t.Fatal(err)
	}
	return mode
}

// Runs by hand at once, beside workers that look for runs all the time: each is worked on by who began it and by nobody
// else, one that is asked for twice happens once, and nothing is found twice.
func TestRunsByHandBesideWorkers(t *testing.T) {
	t.Parallel()
	const runs, poller = 6, 3
	w := newWorld(t)
	h := newHistory(t, 377, partnersNamed(3)...)
	w.process(w.deliver(h.reference("credit"))...)
	w.process(w.deliver(h.facts(30, 2))...)
	w.around(func(tx pgx.Tx) {
		w.exec(tx, `update incentive_bill set total = total + 1, payable = payable + 1`)
	})
	ctx := t.Context()
	over := make(chan struct{})
	var polling sync.WaitGroup
	for i := range poller {
		polling.Go(func() {
			queries := db.New(w.pool)
			for {
				select {
				case <-over:
					return
				default:
				}
				if snatched, err := queries.ClaimReconciliationRun(ctx, fmt.Sprint("worker ", i), "", reconcileSilenceSeconds); err != nil || len(snatched) != 0 {
					t.Errorf("a worker took %v, %v", snatched, err)
					return
				}
			}
		})
	}
	now := time.Now()
	var group errgroup.Group
	var mu sync.Mutex
	busy := 0
	for i := range 2 * runs {
		group.Go(func() error {
			cycle := []string{"", "2026-03"}[i%2]
			r := NewReconciler(w.pool, site.Default(), fmt.Sprint("hand ", i), quiet)
			run, err := r.Begin(ctx, ReconcileByHand(ReconcileFull, "", cycle, now.Add(time.Duration(i/2)*time.Second))) // two ask for each
			if errors.Is(err, ErrReconcileBusy) {
				mu.Lock()
				busy++
				mu.Unlock()
				return nil
			}
			if err == nil {
				run, err = r.Work(ctx, run)
			}
			if err == nil && (run.Attempts != 1 || run.Partners != 3) {
				err = fmt.Errorf("run %s: %d attempts, %d partners", run.RunID, run.Attempts, run.Partners)
			}
			return err
		})
	}
	err := group.Wait()
	close(over)
	polling.Wait()
	if err != nil || busy != runs {
		t.Fatalf("%d of %d that asked for the same were told so, %v", busy, runs, err)
	}
	if n := w.count("select count(*) from reconciliation_run where state = 'finished'"); n != runs {
		t.Errorf("%d of %d runs are finished", n, runs)
	}
	if told := w.count("select count(*) from outbox where type = 'reconciliation.finding_opened.v1'"); told == 0 || told != len(w.open()) {
		t.Errorf("%d findings are open, %d were told", len(w.open()), told)
	}
}

// A run that cannot be finished is tried again when all others had their turn.
func TestARunThatFailsHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	queries, now := db.New(w.pool), time.Now()
	requests := []ReconcileRequest{ReconcileByHand(ReconcileFull, "", "", now), ReconcileByHand(ReconcileFull, "", "", now.Add(time.Second))}
	for _, request := range requests {
		w.waiting(request)
	}
	for turn, want := range []string{requests[0].ID, requests[1].ID, requests[0].ID} {
		claimed, err := queries.ClaimReconciliationRun(t.Context(), "worker", "", reconcileSilenceSeconds)
		if err != nil || len(claimed) != 1 || claimed[0].RunID != want {
			t.Fatalf("turn %d: %+v, %v, want %s", turn, claimed, err, want)
		}
		if err := queries.LeaveReconciliationRun(t.Context(), "a row cannot be read", want, "worker"); err != nil {
			t.Fatal(err)
		}
	}
}
