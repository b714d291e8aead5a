package workers

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/go-json-experiment/json"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/reconciliation"
)

// A ReconciliationRun is a run as it is stored.
type ReconciliationRun = db.ReconciliationRun

// A StoredFinding is a finding with what became of it.
type StoredFinding struct {
	db.Finding
	About    []reconciliation.Key
	Evidence []reconciliation.Row
}

// A FindingFilter says which findings are listed; what is empty keeps nothing out.
type FindingFilter struct {
	PartnerID, Kind, State, Severity, Cycle, RunID string
	Limit                                          int
}

// ErrFindingUnknown says that no finding has an id; ErrFindingAmbiguous that several begin so.
var (
	ErrFindingUnknown   = errors.New("there is no such finding; list them with accruald findings --state all")
	ErrFindingAmbiguous = errors.New("several findings begin so; give more of the id")
)

// ListFindings lists findings, by partner and the newest first: one more than
// the limit where there are more.
func ListFindings(ctx context.Context, pool *pgxpool.Pool, f FindingFilter) ([]StoredFinding, error) {
	rows, err := db.New(pool).ListFindings(ctx, db.ListFindingsParams{PartnerID: f.PartnerID, Kind: f.Kind, State: f.State, Severity: f.Severity,
		Cycle: f.Cycle, RunID: f.RunID, CountMax: int32(min(f.Limit, math.MaxInt32-1) + 1)})
	if err != nil {
		return nil, fmt.Errorf("list findings: %w", err)
	}
	return readFindings(rows)
}

// FindFinding returns the finding whose id is, or begins with, the text given.
func FindFinding(ctx context.Context, pool *pgxpool.Pool, id string) (StoredFinding, error) {
	rows, err := db.New(pool).FindingsNamed(ctx, id, 2)
	if err != nil {
		return StoredFinding{}, fmt.Errorf("look for finding %q: %w", id, err)
	}
	if len(rows) == 0 {
		return StoredFinding{}, fmt.Errorf("finding %q: %w", id, ErrFindingUnknown)
	}
	if len(rows) > 1 {
		return StoredFinding{}, fmt.Errorf("finding %q: %w", id, ErrFindingAmbiguous)
	}
	found, err := readFindings(rows)
	if err != nil {
		return StoredFinding{}, err
	}
	return found[0], nil
}

func readFindings(rows []db.Finding) ([]StoredFinding, error) {
	out := make([]StoredFinding, len(rows))
	for i := range rows {
		out[i].Finding = rows[i]
		if err := json.Unmarshal(rows[i].Keys, &out[i].About); err != nil {
			return nil, fmt.Errorf("read the keys of finding %q: %w", rows[i].FindingID, err)
		}
		if err := json.Unmarshal(rows[i].Evidence, &out[i].Evidence); err != nil {
			return nil, fmt.Errorf("read the evidence of finding %q: %w", rows[i].FindingID, err)
		}
	}
	return out, nil
}

// ReconciliationRuns lists runs, the newest first: one more than the limit
// where there are more.
func ReconciliationRuns(ctx context.Context, pool *pgxpool.Pool, limit int) ([]ReconciliationRun, error) {
	rows, err := db.New(pool).ReconciliationRuns(ctx, int32(min(limit, math.MaxInt32-1)+1))
	if err != nil {
		return nil, fmt.Errorf("list reconciliation runs: %w", err)
	}
	return rows, nil
}
