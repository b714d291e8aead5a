package workers

import (
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/schema/dbtest"
	"github.com/accruald/accruald/workers/reconciliation"
	"github.com/accruald/accruald/workers/site"
)

// The environment of a process that works on a run and is killed.
const (
	childRunVariable    = "ACCRUALD_TEST_CHILD_RUN"
	childRunURLVariable = "ACCRUALD_TEST_CHILD_RUN_DATABASE"
)

// TestReconcilingChild is what that process does; without it, it looks whether a run that nobody stored is refused.
func TestReconcilingChild(t *testing.T) {
	t.Parallel()
	if runID := os.Getenv(childRunVariable); runID != "" {
		resumed(NewReconciler(newWorldOn(t, os.Getenv(childRunURLVariable)).pool, site.Default(), "child", quiet), t, runID)
		return
	}
	if _, err := NewReconciler(newWorld(t).pool, site.Default(), "child", quiet).Resume(t.Context(), "none"); !errors.Is(err, ErrReconcileBusy) {
		t.Errorf("a run that nobody stored: %v", err)
	}
}

// resumed brings a run that somebody left to its end.
func resumed(r *Reconciler, t *testing.T, runID string) db.ReconciliationRun {
	t.Helper()
	run, err := r.Resume(t.Context(), runID)
	if err == nil {
		run, err = r.Work(t.Context(), run)
	}
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// waiting stores a run that nobody works on yet, as the clock does.
func (w *world) waiting(request ReconcileRequest) {
	w.t.Helper()
	added, err := db.New(w.pool).AddReconciliationRun(w.t.Context(), db.AddReconciliationRunParams{RunID: request.ID, Mode: request.Mode, Site: request.Site,
		PartnerID: request.PartnerID, Cycle: request.Cycle, ScheduledFor: request.ScheduledFor, Source: request.Source, EventID: request.EventID})
	if err != nil || added != 1 {
		w.t.Fatal(added, err)
	}
}

// A run whose process is killed with kill -9 while it stores a partner goes on behind the last one stored, in whichever
// process comes next: each partner is compared once, and each finding is opened and told once, as if nobody had died.
func TestKilledWhileReconciling(t *testing.T) {
	t.Parallel()
	url := dbtest.URL(t)
	w := newWorldOn(t, url)
	partners := partnersNamed(6)
	h := newHistory(t, 371, partners...)
	w.process(w.deliver(h.reference("credit"))...)
	w.process(w.deliver(h.facts(60, 2))...)
	w.around(func(tx pgx.Tx) {
		if n := w.exec(tx, `update incentive_bill set total = total + 1, payable = payable + 1 where bill_id in (select min(bill_id) from incentive_bill group by partner_id)`); n < int64(len(partners)) {
			t.Fatalf("%d partners have bills", n)
		}
	})
	request := ReconcileByHand(ReconcileFull, "", "", time.Now())
	w.waiting(request)
	for at := range 3 {
		stopped := partners[2*at+1]
		stop, err := w.pool.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		// Whoever stores this partner waits.
		if _, err := stop.Exec(t.Context(), `insert into reconciled values ($1, '', '', now(), 0, 0, 0, decode(repeat('00', 32), 'hex'), 0)`, stopped); err != nil {
			t.Fatal(err)
		}
		child := exec.Command(os.Args[0], "-test.run=^TestReconcilingChild$")
		child.Env = append(os.Environ(), childRunVariable+"="+request.ID, childRunURLVariable+"="+url)
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "it stores partner "+stopped, func() bool {
			return w.count("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") == 1
		})
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = child.Wait()
		rollback(t.Context(), stop)
		eventually(t, "its session is gone", func() bool { // it would hold up the next one elsewhere
			return w.count("select count(*) from pg_stat_activity where datname = current_database() and query like '%SaveReconciled%' and state <> 'idle' and pid <> pg_backend_pid()") == 0
		})
		if n := w.count("select count(*) from reconciliation_run where cursor = $1 and state = 'running' and owner is not null", partners[2*at]); n != 1 {
			t.Errorf("killed before partner %s: the run does not stand at the one before", stopped)
		}
		if _, err := w.pool.Exec(t.Context(), "update reconciliation_run set heartbeat_at = heartbeat_at - interval '1 minute'"); err != nil {
			t.Fatal(err)
		}
	}
	run := resumed(NewReconciler(w.pool, site.Default(), "last", quiet), t, request.ID)
	if run.Partners != int64(len(partners)) || run.Attempts != 4 {
		t.Errorf("the run compared %d of %d partners, by %d attempts of 4", run.Partners, len(partners), run.Attempts)
	}
	found := w.open()
	if n := w.count("select count(*) from outbox where type = 'reconciliation.finding_opened.v1'"); n != len(found) || run.Opened != int64(n) {
		t.Errorf("%d findings are open, %d were opened, %d told", len(found), run.Opened, n)
	}
	for _, f := range found {
		if f.SeenCount != 1 || f.OpenedRun != request.ID {
			t.Errorf("finding %s of %s was seen %d times, opened by %s", f.Kind, f.PartnerID, f.SeenCount, f.OpenedRun)
		}
	}
	whole := w.reconciled(ReconcileFull)
	if whole.Opened != 0 || whole.Closed != 0 || whole.Updated != run.Opened || whole.Compared != run.Compared {
		t.Errorf("a run that nobody killed came to %+v, the killed one to %+v", whole, run)
	}
}

// Two runs that compare one partner side by side: what is older than what stands is compared again and not stored, so
// neither the sums that the next run goes on from nor findings go back.
func TestRunsBesideEachOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h := newHistory(t, 373, "P1")
	w.process(w.deliver(h.reference("credit"))...)
	w.process(w.deliver(h.facts(20, 1))...)
	w.reconciled(ReconcileFull)
	ctx := t.Context()
	r := NewReconciler(w.pool, site.Default(), "slow", quiet)
	w.process(w.deliver(h.facts(20, 1))...)
	request := ReconcileByHand(ReconcileIncremental, "", "", time.Now())
	begun, err := r.Begin(ctx, request)
	if err != nil {
		t.Fatal(err)
	}
	slow, err := r.compare(ctx, begun, &stuckOutbox{}, "P1")
	if err != nil {
		t.Fatal(err)
	}
	w.process(w.deliver(h.facts(20, 1))...)
	w.reconciled(ReconcileIncremental)
	if err := r.store(ctx, &begun, "", slow); !errors.Is(err, errComparedElsewhere) {
		t.Errorf("what another run outran was stored: %v", err)
	}
	if err := r.storeNewest(ctx, &begun, &stuckOutbox{}, "", slow); err != nil {
		t.Fatal(err)
	}
	w.process(w.deliver(h.facts(20, 1))...)
	w.reconciled(ReconcileIncremental)
	for _, f := range w.open() {
		if f.Kind != string(reconciliation.UsageOverlap) {
			t.Errorf("finding %s %s: expected %s, found %s", f.Kind, f.Keys, f.Expected, f.Found)
		}
	}
}

// What stands in a row need not be text, and may be longer than what is kept of it: the finding is stored and told all
// the same, else no run would ever come behind its partner.
func TestFindingsOfWhatIsNoText(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	long := rowEvidence("customer_order", &storedView{id: "O", stored: true, names: []string{"state"}, columns: []rawText{rawText("settled")}, document: []byte(strings.Repeat("云", evidenceBytesMax))})
	run := ReconcileByHand(ReconcileFull, "P1", "", time.Now())
	cause := causeOf(&db.ReconciliationRun{Source: run.Source, EventID: run.EventID, ScheduledFor: run.ScheduledFor}, "P1")
	f := reconciliation.Says(reconciliation.ReplayInput, "P1", []string{"\xff1"}, "content \xfe", "a\x00b\xff")
	f.Evidence = append(long, reconciliation.Row{Source: "input", ID: "\xff", Text: "\xff\x00"})
	err := pgx.BeginFunc(t.Context(), w.pool, func(tx pgx.Tx) error {
		kept, outs, err := KeepFindings(t.Context(), tx, FindingRun{ID: run.ID, Cause: cause}, "P1", nil, slices.Repeat([]reconciliation.Finding{f}, 2))
		if err == nil && (kept.Opened != 1 || len(outs) != 1) {
			t.Errorf("%d findings were opened and %d told", kept.Opened, len(outs))
		}
		if err == nil {
			err = announce(t.Context(), db.New(tx), outs...)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	found, err := ListFindings(t.Context(), w.pool, FindingFilter{Limit: 10})
	if err != nil || len(found) != 1 || len(found[0].Evidence) != 3 || found[0].Expected != "content \uFFFD" || !strings.HasSuffix(found[0].Evidence[1].Text, "云 ...") {
		t.Errorf("%+v, %v", found, err)
	}
}
