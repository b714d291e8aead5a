package records

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accruald/accruald/cmd/accruald/internal/summary"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

const pageCountMax = 1000

// Summary sums up what the database holds, its digest included.
func Summary(ctx context.Context, pool *pgxpool.Pool) (*summary.Summary, error) {
	partners, err := db.New(pool).SummaryPartners(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the partners: %w", err)
	}
	snapshot, err := workers.OpenSnapshot(ctx, pool, site.Default())
	if err != nil {
		return nil, err
	}
	defer snapshot.Close(ctx)
	c := summary.NewCollector()
	for _, id := range partners {
		if err := collect(ctx, pool, snapshot, c, id); err != nil {
			return nil, fmt.Errorf("sum up partner %q: %w", id, err)
		}
	}
	s := c.Summary()
	s.Digest, err = workers.DatabaseDigest(ctx, pool)
	return s, err
}

// withBills returns a partner with its bills; one that nobody enrolled has none.
func withBills(ctx context.Context, snapshot *workers.Snapshot, id string) (*decision.Partner, error) {
	p, err := snapshot.Partner(ctx, id)
	if errors.Is(err, workers.ErrUnknownPartner) {
		return decision.NewPartner(id, site.Default(), decision.NewPartnerReference(), true), nil
	}
	if err == nil {
		err = snapshot.Load(ctx, p, decision.Scope{Kind: decision.ScopeBills})
	}
	if err != nil {
		return nil, fmt.Errorf("load the bills of partner %q: %w", id, err)
	}
	return p, nil
}

func collect(ctx context.Context, pool *pgxpool.Pool, snapshot *workers.Snapshot, c *summary.Collector, partner string) error {
	q := db.New(pool)
	if err := each(ctx, orders(q), partner, c.Order); err != nil {
		return err
	}
	if err := each(ctx, details(q), partner, c.Detail); err != nil {
		return err
	}
	p, err := withBills(ctx, snapshot, partner)
	if err != nil {
		return err
	}
	for _, b := range p.Bills.All() {
		can, _, err := p.Applicable(snapshot.Common, b, time.Now())
		if err != nil {
			return err
		}
		c.Bill(partner, b, can)
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
