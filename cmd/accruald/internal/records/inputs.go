package records

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers"
)

// What operators look at: an event that stands rejected, one that waits, and any event as it was received.
type (
	Rejected = db.ListRejectedRow
	Waiting  = db.ListWaitingRow
	Input    = db.Input
)

// EachRejected hands on the events that stand rejected, of one partner or with "" of all, by partner and arrival.
func EachRejected(ctx context.Context, pool *pgxpool.Pool, partner string, take func(Rejected) error) error {
	q := db.New(pool)
	page := db.ListRejectedParams{PartnerID: partner, Page: pageCountMax}
	for {
		rows, err := q.ListRejected(ctx, page)
		if err != nil {
			return fmt.Errorf("list rejected events: %w", err)
		}
		for _, row := range rows {
			if err := take(row); err != nil {
				return err
			}
			page.AfterPartner, page.AfterNo = row.PartnerID, row.InputNo
		}
		if len(rows) < pageCountMax {
			return nil
		}
	}
}

// EachWaiting hands on the events that wait, likewise.
func EachWaiting(ctx context.Context, pool *pgxpool.Pool, partner string, take func(Waiting) error) error {
	q := db.New(pool)
	page := db.ListWaitingParams{PartnerID: partner, Page: pageCountMax}
	for {
		rows, err := q.ListWaiting(ctx, page)
		if err != nil {
			return fmt.Errorf("list waiting events: %w", err)
		}
		for _, row := range rows {
			if err := take(row); err != nil {
				return err
			}
			page.AfterPartner, page.AfterNo = row.PartnerID, row.InputNo
		}
		if len(rows) < pageCountMax {
			return nil
		}
	}
}

// Find returns one received event, or pgx.ErrNoRows.
func Find(ctx context.Context, pool *pgxpool.Pool, partner, source, id string) (Input, error) {
	return db.New(pool).GetInput(ctx, partner, workers.KeyHash(source, id))
}

// Received returns which of the hashes a partner's inbox holds.
func Received(ctx context.Context, pool *pgxpool.Pool, partner string, hashes [][]byte) (map[string]bool, error) {
	rows, err := db.New(pool).ReceivedKeys(ctx, partner, hashes)
	if err != nil {
		return nil, fmt.Errorf("look up %d events of partner %q in the inbox: %w", len(hashes), partner, err)
	}
	found := make(map[string]bool, len(rows))
	for _, row := range rows {
		found[string(row)] = true
	}
	return found, nil
}

// Left is what is not through yet.
type Left struct {
	Unpublished int // outgoing events that are decided and not published
	Waiting     int // events that wait for a predecessor, and runs of jobs that wait for their turn
}

// LeftOver counts what the database knows to be left over.
func LeftOver(ctx context.Context, pool *pgxpool.Pool) (Left, error) {
	q := db.New(pool)
	unpublished, err := q.OutboxLag(ctx)
	if err != nil {
		return Left{}, fmt.Errorf("count unpublished events: %w", err)
	}
	waiting, err := q.WaitingCount(ctx)
	if err != nil {
		return Left{}, fmt.Errorf("count waiting events: %w", err)
	}
	return Left{Unpublished: int(unpublished), Waiting: int(waiting)}, nil
}
