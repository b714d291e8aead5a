package main

import (
	"context"
	"errors"

	"github.com/accruald/accruald/cmd/accruald/internal/summary"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/decision"
)

// billsCommand lists incentive bills with what of them can be requested.
type billsCommand struct {
	Partner string    `help:"Only of this partner (default: all)."`
	Cycle   string    `placeholder:"YYYY-MM" help:"Only of the period that ends with this cycle (default: all)."`
	State   string    `help:"Only in this state: estimated, pending_confirmation, disputed, issuing, issued, expired (default: all)."`
	At      atFlag    `embed:""`
	Limit   limitFlag `embed:""`
	Form    formFlags `embed:""`
	Rows    rowFlags  `embed:""`
}

// Run is called by kong.
func (b *billsCommand) Run(ctx context.Context, c *console) error {
	filter := summary.BillFilter{Cycle: b.Cycle, State: b.State}
	if err := filter.Check(); err != nil {
		return err
	}
	if err := b.Limit.check(); err != nil {
		return err
	}
	rows, err := b.Rows.open(ctx, c)
	if err != nil {
		return err
	}
	defer rows.Close()
	list := summary.NewBillList(filter)
	err = rows.Each(ctx, b.Partner, []workers.RowKind{workers.BillRows}, func(p *decision.Partner) error {
		whole, err := rows.Partner(ctx, p.ID)
		if err != nil && !errors.Is(err, workers.ErrUnknownPartner) {
			return err
		}
		if err == nil {
			p = whole
		}
		if err := rows.LoadRows(ctx, p, workers.BillRows); err != nil {
			return err
		}
		return list.AddAll(p, b.At.judge(ctx, rows, p))
	})
	if err != nil {
		return err
	}
	list.Sorted().Cut(b.Limit.Limit)
	b.Limit.note(c, list)
	return b.Form.write(c, list)
}

// Help is shown below the flags.
func (b *billsCommand) Help() string {
	return `Sums are those of all bills, also of what --limit leaves out; --csv has the bills' ids and no sums.

Examples:
  accruald bills --partner P100 --state issued
  accruald bills --cycle 2026-03 --csv > bills.csv`
}
