package workers

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
)

// DatabaseDigest returns the digest over the final rows of all partners, at
// one moment. It is the one that folding the same events in memory has.
func DatabaseDigest(ctx context.Context, pool *pgxpool.Pool) (string, error) {
	tx, err := pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return "", fmt.Errorf("digest the database: %w", err)
	}
	defer rollback(ctx, tx) // nothing was written
	return digestIn(ctx, tx)
}

// digestIn is the digest of what a transaction sees.
func digestIn(ctx context.Context, tx pgx.Tx) (string, error) {
	g := decision.NewDigest()
	for _, kind := range []struct{ kind, query string }{
		{decision.DigestOrders, db.DigestOrders},
		{decision.DigestResources, db.DigestResources},
		{decision.DigestDetails, db.DigestDetails},
		{decision.DigestBills, db.DigestBills},
		{decision.DigestHolds, db.DigestHolds},
		{decision.DigestRequests, db.DigestRequests},
		{decision.DigestInvoices, db.DigestInvoices},
	} {
		rows, err := tx.Query(ctx, kind.query)
		if err == nil {
			err = scanRows(rows, func(row storedRow) error { return g.Row(kind.kind, row.partnerID, row.id, row.document) })
		}
		if err != nil {
			return "", fmt.Errorf("digest rows of kind %s: %w", kind.kind, err)
		}
	}
	if err := digestPostings(ctx, tx, g); err != nil {
		return "", fmt.Errorf("digest postings: %w", err)
	}
	return g.Sum(), nil
}

func digestPostings(ctx context.Context, tx pgx.Tx, g *decision.Digest) error {
	rows, err := tx.Query(ctx, db.DigestPostings)
	if err != nil {
		return err
	}
	var partnerID, fact, account, currency string
	var balance decimal.Decimal
	_, err = pgx.ForEachRow(rows, []any{&partnerID, &fact, &account, &currency, &balance}, func() error {
		return g.Posting(partnerID, fact, account, currency, balance)
	})
	return errors.Join(err, rows.Err())
}
