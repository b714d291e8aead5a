//go:build slow

package workers

import (
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/accruald/accruald/schema/db"
)

// The shipped quarter is in agreement with itself; every fault that is planted
// into it is found for what it is and what it is about, with rows of both sides,
// and nothing else (F50, F55: paid money and returned invoices; F66, F71: events
// that nobody sees any more are told).
func TestReconcileTheShippedQuarter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.quarter()
	w.reconciled(ReconcileFull)
	for _, f := range w.open() {
		t.Errorf("partner %s: finding %s %s: expected %s, found %s", f.PartnerID, f.Kind, f.Keys, f.Expected, f.Found)
	}
	tables := []string{"partner", "posting", "incentive_bill", "payment_request", "invoice", "coupon", "coupon_quota", "usage", "incentive_detail", "debt", "reference_log", "outbox"}
	chosen := make([][3]string, len(settledFaults))
	w.around(func(tx pgx.Tx) {
		for _, table := range tables {
			w.exec(tx, "create table backup_"+table+" as table "+table)
		}
		for i, fault := range settledFaults {
			if err := tx.QueryRow(t.Context(), fault.choose).Scan(&chosen[i][0], &chosen[i][1], &chosen[i][2]); err != nil {
				t.Fatalf("%s: %v", fault.name, err)
			}
			if n := w.exec(tx, strings.NewReplacer("{p}", chosen[i][0], "{id}", chosen[i][1], "{2}", chosen[i][2]).Replace(fault.sql)); n == 0 {
				t.Fatalf("%s: nothing was planted", fault.name)
			}
		}
		w.postUnbalanced(tx, "P120")
	})
	w.reconciled(ReconcileFull)
	found, may := w.open(), "posting_unbalanced ledger_differs"
	for i, fault := range settledFaults {
		kind := strings.Fields(fault.kinds)[0]
		if !slices.ContainsFunc(found, func(f db.Finding) bool {
			return f.Kind == kind && f.PartnerID == chosen[i][0] && (names(f, chosen[i][1]) || chosen[i][2] != "" && names(f, chosen[i][2]))
		}) {
			t.Errorf("%s: no %s about %q", fault.name, kind, chosen[i])
		}
		may += " " + fault.kinds
	}
	if !slices.ContainsFunc(found, func(f db.Finding) bool { return f.Kind == "posting_unbalanced" && f.PartnerID == "P120" }) {
		t.Error("a posting that makes no balance was not found")
	}
	for _, f := range found {
		evident(t, f)
		if !slices.Contains(strings.Fields(may), f.Kind) {
			t.Errorf("reported, and nothing like it was planted: %s of %s: %s: expected %s, found %s", f.Kind, f.PartnerID, f.Keys, f.Expected, f.Found)
		}
	}
	w.around(func(tx pgx.Tx) {
		for _, table := range tables {
			where := ""
			if table == "outbox" {
				where = " where partition < 64" // behind are what tells of findings
			}
			w.exec(tx, "delete from "+table+where)
			w.exec(tx, "insert into "+table+" select * from backup_"+table+where)
		}
	})
	if run := w.reconciled(ReconcileFull); run.Open != 0 {
		t.Errorf("after mending %d are open: %v", run.Open, w.openKinds())
	}
}
