package main

import (
	"context"
	"io"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accruald/accruald/cmd/accruald/internal/feed"
	"github.com/accruald/accruald/cmd/accruald/internal/records"
	"github.com/accruald/accruald/cmd/accruald/internal/summary"
	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
)

// couponsCommand lists coupons with what became of their face value.
type couponsCommand struct {
	Partner  string   `help:"Only of this partner (default: all)."`
	Customer string   `help:"Only of this customer (default: all)."`
	Events   []string `placeholder:"FILE" help:"Take the coupons from these files of events (default: from the database)."`
	JSON     bool     `name:"json" help:"For machines: coupons and sums as one JSON object."`

	Database databaseFlags `embed:""`
	Sites    siteFlags     `embed:""`
}

// Run is called by kong.
func (l *couponsCommand) Run(ctx context.Context, c *console) error {
	filter := summary.CouponFilter{PartnerID: l.Partner, CustomerID: l.Customer}
	list, err := listed(ctx, c, l.Events, l.Database, l.Sites,
		func(m *decision.Memory) *summary.CouponList { return summary.MemoryCoupons(m, filter) },
		func(pool *pgxpool.Pool) (*summary.CouponList, error) { return records.Coupons(ctx, pool, filter) })
	if err != nil {
		return err
	}
	return show(c, list, l.JSON)
}

// quotasCommand lists the quotas that coupons are issued from.
type quotasCommand struct {
	Partner string   `help:"Only of this partner (default: all)."`
	Events  []string `placeholder:"FILE" help:"Take the quotas from these files of events (default: from the database)."`
	JSON    bool     `name:"json" help:"For machines: the quotas as one JSON object."`

	Database databaseFlags `embed:""`
	Sites    siteFlags     `embed:""`
}

// Run is called by kong.
func (l *quotasCommand) Run(ctx context.Context, c *console) error {
	list, err := listed(ctx, c, l.Events, l.Database, l.Sites,
		func(m *decision.Memory) *summary.QuotaList { return summary.MemoryQuotas(m, l.Partner) },
		func(pool *pgxpool.Pool) (*summary.QuotaList, error) { return records.Quotas(ctx, pool, l.Partner) })
	if err != nil {
		return err
	}
	return show(c, list, l.JSON)
}

// listed takes a list from files of events, or without any from the database.
func listed[L any](ctx context.Context, c *console, files []string, database databaseFlags, sites siteFlags, inMemory func(*decision.Memory) L, stored func(*pgxpool.Pool) (L, error)) (none L, err error) {
	if len(files) > 0 {
		sources, err := feed.Sources(files, c.in)
		if err != nil {
			return none, err
		}
		profiles, err := sites.load()
		if err != nil {
			return none, err
		}
		m, err := fold(ctx, sources, profiles, func(events.Out) error { return nil })
		if err != nil {
			return none, err
		}
		return inMemory(m), nil
	}
	pool, err := database.connect(ctx)
	if err != nil {
		return none, err
	}
	defer pool.Close()
	return stored(pool)
}

// show writes a list for people or for machines.
func show(c *console, list interface{ WriteText(io.Writer) error }, asJSON bool) error {
	if asJSON {
		return writeJSON(c.out, list)
	}
	return list.WriteText(c.out)
}
