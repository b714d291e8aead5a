package records

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accruald/accruald/cmd/accruald/internal/listing"
	"github.com/accruald/accruald/schema/db"
)

// Posted sums the ledger by currency and account, in the database. What is empty takes everything.
func Posted(ctx context.Context, pool *pgxpool.Pool, partner, currency, cycle string) ([]listing.Posted, error) {
	rows, err := db.New(pool).TrialBalance(ctx, partner, currency, cycle)
	if err != nil {
		return nil, fmt.Errorf("sum up the ledger: %w", err)
	}
	posted := make([]listing.Posted, len(rows))
	for i, row := range rows {
		posted[i] = listing.Posted{Currency: row.Currency, Account: row.Account, Debit: row.Debit, Credit: row.Credit}
	}
	return posted, nil
}
