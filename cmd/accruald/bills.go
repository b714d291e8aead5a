package main

import (
	"context"

	"github.com/accruald/accruald/cmd/accruald/internal/feed"
	"github.com/accruald/accruald/cmd/accruald/internal/records"
	"github.com/accruald/accruald/cmd/accruald/internal/summary"
	"github.com/accruald/accruald/events"
)

// billsCommand lists incentive bills with what of them can be requested.
type billsCommand struct {
	Partner string   `help:"Only of this partner (default: all)."`
	Cycle   string   `placeholder:"YYYY-MM" help:"Only of the period that ends with this cycle (default: all)."`
	State   string   `help:"Only in this state: estimated, pending_confirmation, disputed, issuing, issued, expired (default: all)."`
	Events  []string `placeholder:"FILE" help:"Take the bills from these files of events (default: from the database)."`
	JSON    bool     `name:"json" help:"For machines: bills and sums as one JSON object."`

	Database databaseFlags `embed:""`
	Sites    siteFlags     `embed:""`
}

// Run is called by kong.
func (b *billsCommand) Run(ctx context.Context, c *console) error {
	filter := summary.BillFilter{PartnerID: b.Partner, Cycle: b.Cycle, State: b.State}
	if err := filter.Check(); err != nil {
		return err
	}
	list, err := b.list(ctx, c, filter)
	if err != nil {
		return err
	}
	if b.JSON {
		return writeJSON(c.out, list)
	}
	return list.WriteText(c.out)
}

func (b *billsCommand) list(ctx context.Context, c *console, filter summary.BillFilter) (*summary.BillList, error) {
	if len(b.Events) > 0 {
		sources, err := feed.Sources(b.Events, c.in)
		if err != nil {
			return nil, err
		}
		sites, err := b.Sites.load()
		if err != nil {
			return nil, err
		}
		m, err := fold(ctx, sources, sites, func(events.Out) error { return nil })
		if err != nil {
			return nil, err
		}
		return summary.MemoryBills(m, filter), nil
	}
	pool, err := b.Database.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	return records.Bills(ctx, pool, filter)
}
