package workers

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/reconciliation"
)

// replaySource is the cause of findings of replays.
const replaySource = events.Source + "/replay"

// KeepReplayFindings opens and updates the findings of a replayed partner, and
// closes those that it would have come upon again and did not. What was
// replayed up to a time closes nothing.
func KeepReplayFindings(ctx context.Context, pool *pgxpool.Pool, order ReplayOrder, p ReplayedPartner, now time.Time) (kept FindingsKept, err error) {
	now = now.UTC().Truncate(time.Microsecond)
	id := "replay/" + now.Format("2006-01-02T15:04:05.000000Z")
	tx, err := pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
	if err != nil {
		return kept, fmt.Errorf("keep the findings of partner %q: %w", p.PartnerID, err)
	}
	defer func() {
		if err != nil {
			rollback(ctx, tx)
			err = fmt.Errorf("keep the findings of partner %q: %w", p.PartnerID, err)
		}
	}()
	run := FindingRun{ID: id, Cause: &events.Event{Source: replaySource, ID: id, PartitionKey: p.PartnerID, Time: now}}
	kept, outs, err := KeepFindings(ctx, tx, run, p.PartnerID, comparedBy(order, p), p.Findings)
	if err != nil {
		return kept, err
	}
	if err = announce(ctx, db.New(tx), outs...); err != nil {
		return kept, err
	}
	return kept, commit(ctx, tx)
}

// comparedBy are the kinds of findings that a replay would have come upon.
func comparedBy(order ReplayOrder, p ReplayedPartner) []reconciliation.Kind {
	switch {
	case p.Left > 0 || !order.UpTo.IsZero():
		return nil
	case !p.Whole:
		return []reconciliation.Kind{reconciliation.ReplayInput}
	default:
		return reconciliation.KindsOf(reconciliation.PairReplay)
	}
}
