//go:build slow

package workers

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
)

// Every kind of fault is found for what it is, nothing else is reported, and
// once it is mended the next run closes what it opened (F57, F66, F70, F71: what
// was taken in and came to nothing is told, and by no silence).
func TestReconcileFindsWhatIsPlanted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h := newHistory(t, 23, "P1", "P2")
	w.process(w.deliver(h.reference("credit", "immediate"))...)
	w.process(w.deliver(h.facts(80, 2))...)
	w.process(w.deliver([]*events.Event{h.fire(decision.JobCloseCycle, h.at.AddDate(0, 1, 0))})...)
	w.reconciled(ReconcileFull)
	clean := w.openKinds()
	for _, fault := range historyFaults {
		t.Run(fault.name, func(t *testing.T) {
			w.around(func(tx pgx.Tx) {
				for _, table := range fault.table {
					w.exec(tx, fmt.Sprintf("drop table if exists backup_%[1]s; create table backup_%[1]s as table %[1]s", table))
				}
				if n := w.exec(tx, fault.sql); n == 0 {
					t.Fatal("nothing was planted")
				}
			})
			w.reconciled(ReconcileFull)
			for _, f := range w.open() {
				evident(t, f)
			}
			got := w.openKinds()
			for _, kind := range strings.Fields(fault.kinds) {
				name, maybe := strings.CutSuffix(kind, "?")
				if _, found := got[name]; !found && !maybe {
					t.Errorf("%s was not found", name)
				}
				delete(got, name)
			}
			for kind, about := range got {
				if clean[kind] == "" {
					t.Errorf("%s was reported: %s", kind, about)
				}
			}
			w.around(func(tx pgx.Tx) {
				for _, table := range fault.table {
					w.exec(tx, fmt.Sprintf("delete from %[1]s; insert into %[1]s table backup_%[1]s", table))
				}
			})
			if run := w.reconciled(ReconcileIncremental); run.OpenErrors != 0 {
				t.Errorf("after mending %d errors are open: %v", run.OpenErrors, w.openKinds())
			}
		})
	}
}
