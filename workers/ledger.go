package workers

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/money"
)

// VerifyLedger follows the postings of one partner, or with "" of all, in the
// order in which they were made, and hands on where each chain ends or what is
// wrong with it. All of it is the database at one moment; of the postings one
// is in memory at a time.
func VerifyLedger(ctx context.Context, pool *pgxpool.Pool, partnerID string, take func(decision.LedgerCheck, *decision.BrokenLedger) error) error {
	tx, err := pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return fmt.Errorf("verify the ledger: %w", err)
	}
	defer rollback(ctx, tx) // nothing was written
	partners, err := db.New(tx).LedgerPartners(ctx, partnerID)
	if err != nil {
		return fmt.Errorf("verify the ledger: list the partners: %w", err)
	}
	if len(partners) == 0 && partnerID != "" {
		return fmt.Errorf("verify the ledger of partner %q: %w", partnerID, ErrUnknownPartner)
	}
	for _, p := range partners {
		check := decision.LedgerCheck{PartnerID: p.PartnerID}
		broken, err := followLedger(ctx, tx, &check)
		if err != nil {
			return fmt.Errorf("verify the ledger of partner %q: %w", p.PartnerID, err)
		}
		if broken == nil {
			var last decision.PostingHash // of a partner without a row: zero
			copy(last[:], p.PostingHash)
			broken = check.End(p.PostingNo, last)
		}
		if err := take(check, broken); err != nil {
			return err
		}
	}
	return nil
}

// followLedger reads one partner's postings up to the first that is not right.
func followLedger(ctx context.Context, tx pgx.Tx, check *decision.LedgerCheck) (*decision.BrokenLedger, error) {
	rows, err := tx.Query(ctx, db.LedgerOfPartner, check.PartnerID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var row db.LedgerOfPartnerRow
		if err := rows.Scan(&row.PostingNo, &row.InputNo, &row.Fact, &row.Account, &row.BillID, &row.Currency, &row.Amount, &row.Hash); err != nil {
			return nil, err
		}
		if broken := check.Next(&decision.Posting{No: row.PostingNo, InputNo: row.InputNo, Fact: row.Fact, Account: row.Account, BillID: row.BillID,
			Currency: money.Currency(row.Currency), Amount: row.Amount, Hash: decision.PostingHash(row.Hash)}); broken != nil {
			return broken, nil
		}
	}
	return nil, rows.Err()
}
