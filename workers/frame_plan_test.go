package workers

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/accruald/accruald/schema/db"
)

// Statements that run with each batch, or beside it for ever.
var (
	byWholeKey = []string{
		db.FindKeys, db.LoadChains, db.LoadOrders, db.LoadResources, db.LoadAllowances, db.LoadDetailsOfOrders, db.LoadDetailsOfBills,
		db.LoadBills, db.LoadRequests, db.LoadInvoices, db.LoadInvoicesOfRequests, db.LoadInputsOfChains, db.LoadInputsWaiting,
		db.LoadInputsByKey, db.LoadPartnerReferences, db.ForgetOrders, db.ForgetDetails, db.ForgetBills, db.DeleteResources,
		db.DeleteHolds, db.DeleteDebts, db.DeleteRepayments, db.DeleteRequests, db.DeleteInvoices, db.DeleteChains,
		db.DeleteAllowances, db.LoadPaidOrders, db.LoadRenewals, db.LoadAttempts, db.DeleteAttempts, db.LoadResourcesOfCustomers,
		db.LoadUsages, db.LoadUsagesOfWindows, db.LoadUsagesOfTiers, db.LoadUsagesSince, db.LoadUsageWindows, db.LoadUsageTiers,
		db.LoadCoupons, db.LoadCouponsDue, db.LoadCouponQuotas, db.LoadHolds, db.LoadDetails, db.LoadMilestones, db.LoadOverdues,
		db.LoadAdjustments, db.LoadOpportunities, db.LoadRegistrations, db.OutboxAfter, db.CleanOutbox, db.ReferenceLogAfter,
	}
	byFirstColumn = []string{
		db.LockPartners, db.LoadAllBills, db.LoadHoldsNotOfCredit, db.LoadHoldsOfCredit, db.LoadDebts, db.LoadRepayments,
		db.LoadCycleSettlements, db.LoadOpenOverdues, db.LoadTurnovers, db.LoadStatements, db.LoadSharedOpportunities,
		db.LoadOpenRegistrations, db.LoadOwedInvoices, db.LoadUsageWindowsOpen, db.LoadInvoicesOfOrders, db.LoadInputsRetryable, db.AdvancePositions, db.AddOutbox, db.SavePartners, db.SaveRelayed,
		db.RaiseAttempts, db.MoveIdlePosition, db.WaitingRuns, db.PartnersOfSite, db.PartnersWithOpen, db.DueRuns, db.MarkFired, db.RunningRuns, db.SentAfter, db.MarkSent,
		db.MarkCounted, db.FinishJobRun, db.CountParts, db.ReachedPartners, db.TakeRun, db.SiteUsesMetering, db.ForgetReconciledBills, db.OpenRuns, db.CountOpen, db.StuckInputs,
	}
)

// TestStatementsHaveIndexes plans every statement that runs with each batch,
// or beside it for ever, with all plans but lookups made dear: a table that is
// still read as a whole has no index for it (F68).
func TestStatementsHaveIndexes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	// Without rows, indexes that begin alike cost the same.
	for _, rows := range []string{
		`insert into input select 'P' || i % 20, i, '/s', 'e' || i, 't', 's', 'P' || i % 20, now(), 0, now(), '', sha256(i::text::bytea),
			'accepted', i, 1, 1, 'o/O' || i, null, false, '', '', '', 1, null, false, null, 1, 1, '' from generate_series(1, 2000) i`,
		`insert into inbox_key select 'P' || i % 20, substr(sha256(i::text::bytea), 1, 16), sha256(i::text::bytea), i from generate_series(1, 2000) i`,
		`insert into incentive_detail select 'P' || i % 20, 'D' || i, 1, 'B' || i % 60, 'O' || i, null, 'CNY', 1, 0, '{}' from generate_series(1, 2000) i`,
		`insert into hold select 'P' || i % 20, 'H' || i, 1, 'dispute', true, 'O' || i, 'CNY', 1, '{}' from generate_series(1, 2000) i`,
		`insert into invoice select 'P' || i % 20, 'I' || i, 1, 'issued', 'R' || i, array['O' || i], 'CNY', 1, '{}' from generate_series(1, 2000) i`,
		`insert into customer_order select 'P' || i % 20, 'O' || i, 1, 'C' || i % 60, 'settled', '{}' from generate_series(1, 2000) i`,
		`insert into resource select 'P' || i % 20, 'R' || i, 1, 'C' || i % 60, 'active', date '2026-01-01' + i % 60, '{}' from generate_series(1, 2000) i`,
		`insert into renewal_attempt select 'P' || i % 20, 'R' || i, 1, 'C', now(), 'c', '{}' from generate_series(1, 2000) i`,
		`insert into usage select 'P' || i % 20, 'U' || i, 1, 'R' || i % 60, 'W' || i % 80, 'T' || i % 70, now() + i * interval '1 hour', false, '{}'
			from generate_series(1, 2000) i`,
		`insert into coupon select 'P' || i % 20, 'K' || i, 1, null, 'C' || i % 60, 'CNY', 'normal', now() + i * interval '1 hour', 1, 1, 0, 0, 0, '{}'
			from generate_series(1, 2000) i`,
		`insert into job_run (job, site, run_key, scheduled_for, origin, state, input_no, finished_at, outcome)
			select 'j' || i % 9, 's' || i % 2, i::text, now(), 'event', 'finished', i, now(), 'done' from generate_series(1, 2000) i`,
		`analyze`,
	} {
		if _, err := w.pool.Exec(t.Context(), rows); err != nil {
			t.Fatalf("%s: %v", rows, err)
		}
	}
	tx, err := w.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer rollback(t.Context(), tx)
	if _, err := tx.Exec(t.Context(), db.PlanForKeys); err != nil {
		t.Fatal(err)
	}
	for i, sql := range slices.Concat(byWholeKey, byFirstColumn) {
		name := strings.Fields(sql)[2]
		prepared, err := tx.Prepare(t.Context(), name, sql)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		explain := `explain (costs off) execute "` + name + `"`
		if n := len(prepared.ParamOIDs); n > 0 {
			explain += "(null" + strings.Repeat(", null", n-1) + ")" // the plan is the same for all values
		}
		rows, err := tx.Query(t.Context(), explain)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		plan := strings.Join(lines, "\n")
		if strings.Contains(plan, "Seq Scan") || !strings.Contains(plan, "Index") {
			t.Errorf("%s reads a whole table:\n%s", name, plan)
		}
		for _, line := range lines {
			if i < len(byWholeKey) && strings.Contains(line, "Index Cond: ") && !strings.Contains(line, " AND ") && !strings.Contains(line, "IS NOT NULL") {
				t.Errorf("%s looks up by a part of the key only:\n%s", name, plan)
			}
		}
	}
}

var batchStatement = regexp.MustCompile(`(?m)^-- name: ((?:Load|Delete|Forget)\w+) `)

// TestEveryLookupIsPlanned: what batches look up and take away is on one of
// the lists, so that a new table gets its indexes.
func TestEveryLookupIsPlanned(t *testing.T) {
	t.Parallel()
	planned := map[string]bool{}
	for _, sql := range slices.Concat(byWholeKey, byFirstColumn) {
		planned[strings.Fields(sql)[2]] = true
	}
	files, err := filepath.Glob("../schema/queries/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("queries: %d files, %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range batchStatement.FindAllSubmatch(text, -1) {
			if name := string(found[1]); !planned[name] {
				t.Errorf("%s of %s is on no list", name, file)
			}
		}
	}
}
