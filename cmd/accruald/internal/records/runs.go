package records

import (
	"context"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accruald/accruald/cmd/accruald/internal/report"
	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/schema/db"
)

// Run reads what a reconciliation came to; an empty id is the last one. Of its findings it reads as many as the limit lets
// through, with their evidence. A finding keeps the first run that saw it and the last: of an older run those are not there
// that a later one saw again.
func Run(ctx context.Context, pool *pgxpool.Pool, runID string, limit int) (*report.Run, error) {
	queries := db.New(pool)
	row, err := findRun(ctx, queries, runID)
	if err != nil {
		return nil, err
	}
	run := &report.Run{RunID: row.RunID, Mode: row.Mode, State: row.State, Site: row.Site, PartnerID: row.PartnerID, Cycle: row.Cycle, Error: row.Error,
		ScheduledFor: row.ScheduledFor.UTC(), StartedAt: utc(row.StartedAt), FinishedAt: utc(row.FinishedAt), Partners: int(row.Partners), Unchanged: int(row.Skipped),
		Compared: int(row.Compared), Opened: int(row.Opened), Updated: int(row.Updated), Closed: int(row.Closed), Open: int(row.Open), OpenErrors: int(row.OpenErrors),
		Comparisons: []report.Comparison{}, Findings: []report.Finding{}}
	counts, err := queries.ReconciliationCounts(ctx, run.RunID)
	if err != nil {
		return nil, fmt.Errorf("read what run %q compared: %w", run.RunID, err)
	}
	for _, c := range counts {
		run.Comparisons = append(run.Comparisons, report.NewComparison(c.Pair, c.Currency, int(c.Compared), int(c.Differing), c.Amount, c.Difference))
	}
	stored, err := queries.ListFindings(ctx, db.ListFindingsParams{RunID: run.RunID, CountMax: int32(limit) + 1}) //nolint:gosec // a limit of a list
	if err != nil {
		return nil, fmt.Errorf("read the findings of run %q: %w", run.RunID, err)
	}
	if len(stored) > limit {
		stored = stored[:limit]
		run.LeftOut = max(run.Opened+run.Updated+run.Closed-limit, 1)
	}
	for i := range stored {
		finding, err := findingOf(run.RunID, &stored[i])
		if err != nil {
			return nil, err
		}
		run.Findings = append(run.Findings, *finding)
	}
	return run, nil
}

func findRun(ctx context.Context, queries *db.Queries, runID string) (*db.ReconciliationRun, error) {
	if runID == "" {
		last, err := queries.ReconciliationRuns(ctx, 1)
		if err != nil {
			return nil, fmt.Errorf("look for the last reconciliation: %w", err)
		}
		if len(last) == 0 {
			return nil, fmt.Errorf("nothing was reconciled yet: fire the job reconcile, and report when it is through")
		}
		return &last[0], nil
	}
	found, err := queries.FindReconciliationRun(ctx, runID)
	if err != nil {
		return nil, fmt.Errorf("look for reconciliation %q: %w", runID, err)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("there is no reconciliation %q: correct the id, or leave it out for the last one", runID)
	}
	return &found[0], nil
}

func utc(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

func findingOf(runID string, f *db.Finding) (*report.Finding, error) {
	out := &report.Finding{FindingID: f.FindingID, PartnerID: f.PartnerID, Kind: f.Kind, Severity: f.Severity, State: f.State,
		Change: report.ChangeOf(runID, f.OpenedRun, f.ClosedRun), Cycle: f.Cycle, Expected: f.Expected, Found: f.Found,
		Difference: table.AmountIn(f.Difference, f.Currency), Currency: f.Currency, OpenedAt: f.OpenedAt.UTC(), SeenAt: f.SeenAt.UTC(),
		ClosedAt: utc(f.ClosedAt), SeenCount: int(f.SeenCount)}
	if err := json.Unmarshal(f.Keys, &out.Keys); err != nil {
		return nil, fmt.Errorf("read the keys of finding %q: %w", f.FindingID, err)
	}
	if err := json.Unmarshal(f.Evidence, &out.Evidence); err != nil {
		return nil, fmt.Errorf("read the evidence of finding %q: %w", f.FindingID, err)
	}
	return out, nil
}
