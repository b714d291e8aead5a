package workers

import (
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/jackc/pgx/v5"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/reconciliation"
	"github.com/accruald/accruald/workers/schedule"
	"github.com/accruald/accruald/workers/site"
)

// reconciled runs a reconciliation over the database of a world.
func (w *world) reconciled(mode string) db.ReconciliationRun {
	w.t.Helper()
	r := NewReconciler(w.pool, site.Default(), "test", quiet)
	r.Parallel = 2
	run, err := r.Begin(w.t.Context(), ReconcileByHand(mode, "", "", time.Now()))
	if err == nil {
		run, err = r.Work(w.t.Context(), run)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return run
}

// open lists what stands open.
func (w *world) open() []db.Finding {
	w.t.Helper()
	rows, err := db.New(w.pool).ListFindings(w.t.Context(), db.ListFindingsParams{State: "open", CountMax: 1000})
	if err != nil {
		w.t.Fatal(err)
	}
	return rows
}

// What was decided is in agreement with itself, and an incremental run looks at
// nothing where nothing has changed.
func TestReconcileFindsNothingInWhatWasDecided(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h := newHistory(t, 11, "P1", "P2", "P3")
	w.process(w.deliver(h.reference("credit", "immediate"))...)
	w.process(w.deliver(h.facts(60, 2))...)
	full := w.reconciled(ReconcileFull)
	for _, f := range w.open() {
		if f.Kind == string(reconciliation.UsageOverlap) {
			continue // the history meters at random
		}
		t.Errorf("finding %s %s: expected %s, found %s", f.Kind, f.Keys, f.Expected, f.Found)
	}
	if full.Partners != 3 || full.Compared == 0 || full.State != "finished" {
		t.Errorf("full run came to %+v", full)
	}
	for round := range 3 {
		w.process(w.deliver(h.facts(30, 2))...)
		w.process(w.deliver([]*events.Event{h.fire(decision.JobCloseCycle, h.at.AddDate(0, 1, 0))})...)
		news := w.reconciled(ReconcileIncremental)
		for _, f := range w.open() {
			if f.Kind != string(reconciliation.UsageOverlap) {
				t.Errorf("round %d of news: finding %s %s: expected %s, found %s", round, f.Kind, f.Keys, f.Expected, f.Found)
			}
		}
		if news.Partners != 3 || w.count("select count(*) from reconciled where full_run_id = $1", full.RunID) != 3 {
			t.Errorf("a run after news of 3 partners compared all of them, or came to %+v", news)
		}
	}
	idle := w.reconciled(ReconcileIncremental)
	if idle.Partners != 0 || idle.Skipped != 3 || idle.Compared != bus.Partitions+1 { // the outbox is looked at each time
		t.Errorf("a run after which nothing had changed came to %+v", idle)
	}
}

// A row may say anything: a number far beyond what was received does not keep a run busy for ever, and a bill of no month
// does not end the process.
func TestReconcileEndsWhateverRowsSay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h := newHistory(t, 13, "P1", "P2")
	w.process(w.deliver(h.reference("immediate"))...)
	w.process(w.deliver(h.facts(20, 2))...)
	w.around(func(tx pgx.Tx) {
		w.exec(tx, "update partner set input_no = input_no + 1000000000000 where partner_id = 'P1'")
		w.exec(tx, `update incentive_bill set document = (document::jsonb || '{"Cycle": "", "Period": ""}')::json
			where partner_id = 'P2' and bill_id = (select min(bill_id) from incentive_bill where partner_id = 'P2')`)
	})
	run := w.reconciled(ReconcileFull)
	if few := run.Opened - reconcileFindingsMax; few < 1 || few > 50 {
		t.Errorf("%d findings are open", run.Opened)
	}
	if n := w.count("select count(*) from finding where partner_id = 'P2' and kind = 'bill_key'"); n != 1 {
		t.Errorf("%d findings of the bill", n)
	}
}

// quarter decides the shipped quarter, with the runs that fall due in it.
func (w *world) quarter() {
	w.t.Helper()
	clock := schedule.NewClock(site.Default())
	var batch []Delivery
	for _, ev := range sample(w.t, "quarter.jsonl") {
		runs, err := clock.Before(ev)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, run := range append(runs, ev) {
			list := w.deliver([]*events.Event{run})
			if len(batch)+len(list) > 0 && (len(batch) > 200 || ev.PartitionKey == events.AllPartners) {
				w.process(batch...)
				batch = nil
			}
			batch = append(batch, list...)
		}
	}
	w.process(batch...)
}

// readEvidence returns the rows that a finding rests on.
func readEvidence(t *testing.T, f db.Finding) (rows []reconciliation.Row) {
	t.Helper()
	if err := json.Unmarshal(f.Evidence, &rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

// evident looks whether a finding shows rows of both sides, in a number that
// somebody can read.
func evident(t *testing.T, f db.Finding) {
	t.Helper()
	rows, sources := readEvidence(t, f), map[string]int{}
	for _, row := range rows {
		sources[row.Source]++
		if row.Source == "" || row.Text == "" || len(row.Text) > evidenceBytesMax+len(" ...") {
			t.Errorf("%s %s: row %.200v", f.Kind, f.Keys, row)
		}
	}
	if len(rows) < 2 || len(rows) > 6*reconciliation.EvidenceRowsMax {
		t.Errorf("%s %s: %d rows of evidence: %v", f.Kind, f.Keys, len(rows), rows)
	}
	about := reconciliation.Finding{Kind: reconciliation.Kind(f.Kind)}
	if err := json.Unmarshal(f.Keys, &about.Keys); err != nil {
		t.Fatal(err)
	}
	for _, at := range about.RowsOf() {
		if n := sources[at.Rows.Source()]; n == 0 || n > 3*reconciliation.EvidenceRowsMax {
			t.Errorf("%s %s: %d rows of %s among the evidence: %v", f.Kind, f.Keys, n, at.Rows, rows)
		}
	}
}

// keyOf is the value of a finding's first key.
func keyOf(f db.Finding) string {
	var keys []reconciliation.Key
	if json.Unmarshal(f.Keys, &keys) != nil || len(keys) == 0 {
		return ""
	}
	return keys[0].Value
}
