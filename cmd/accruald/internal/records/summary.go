package records

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accruald/accruald/cmd/accruald/internal/summary"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/decision"
)

const pageCountMax = 1000

// Summary sums up what the database holds, its digest included.
func Summary(ctx context.Context, pool *pgxpool.Pool) (*summary.Summary, error) {
	partners, err := db.New(pool).SummaryPartners(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the partners: %w", err)
	}
	c := summary.NewCollector()
	for _, id := range partners {
		if err := collect(ctx, pool, c, id); err != nil {
			return nil, fmt.Errorf("sum up partner %q: %w", id, err)
		}
	}
	s := c.Summary()
	s.Digest, err = workers.DatabaseDigest(ctx, pool)
	return s, err
}

func collect(ctx context.Context, pool *pgxpool.Pool, c *summary.Collector, partner string) error {
	q := db.New(pool)
	if err := each(ctx, orders(q), partner, c.Order); err != nil {
		return err
	}
	if err := each(ctx, details(q), partner, c.Detail); err != nil {
		return err
	}
	if err := each(ctx, bills(q), partner, func(b *decision.Bill) { c.Bill(partner, b) }); err != nil {
		return err
	}
	if err := each(ctx, requests(q), partner, c.Request); err != nil {
		return err
	}
	if err := each(ctx, invoices(q), partner, c.Invoice); err != nil {
		return err
	}
	counts, err := q.InputCounts(ctx, partner)
	if err != nil {
		return err
	}
	for _, row := range counts {
		c.Inputs(row.Status, int(row.Count))
	}
	return EachRejected(ctx, pool, partner, func(r Rejected) error {
		c.Rejected(r.PartnerID, r.InputNo, r.EventID, r.Code, r.Message)
		return nil
	})
}

// each restores the documents of one kind.
func each[R any](ctx context.Context, read reader, partner string, take func(*R)) error {
	rows, err := read(ctx, partner)
	if err != nil {
		return err
	}
	for _, row := range rows {
		restored, err := decision.Restore[R](row.text)
		if err != nil {
			return fmt.Errorf("row %q: %w", row.id, err)
		}
		take(restored)
	}
	return nil
}
