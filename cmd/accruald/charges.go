package main

import (
	"context"
	"fmt"

	"github.com/accruald/accruald/cmd/accruald/internal/listing"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/inquiry/charges"
)

// chargesCommand lists what customers were charged in a cycle.
type chargesCommand struct {
	Partner  string    `required:"" help:"Partner whose customers they are."`
	Cycle    string    `required:"" placeholder:"YYYY-MM" help:"Cycle whose statement tells of them."`
	Customer string    `help:"Only of this customer (default: of all resale customers)."`
	Sum      bool      `help:"Sum them by customer, service, type of resource, mode and kind."`
	Limit    limitFlag `embed:""`
	Form     formFlags `embed:""`
	Rows     rowFlags  `embed:""`
}

// Run is called by kong.
func (l *chargesCommand) Run(ctx context.Context, c *console) error {
	cycle, err := calendar.ParseCycle(l.Cycle)
	if err != nil {
		return fmt.Errorf("list the charges of cycle %q: %w: write YYYY-MM", l.Cycle, err)
	}
	if err := l.Limit.check(); err != nil {
		return err
	}
	b, err := l.Rows.open(ctx, c)
	if err != nil {
		return err
	}
	defer b.Close()
	book, err := chargesOf(ctx, b, l.Partner, workers.ResourceRows)
	if err != nil {
		return err
	}
	all, err := book.OfCustomers(cycle, func(o *decision.Order) bool {
		return o.CustomerID == l.Customer || l.Customer == "" && charges.Resale(o)
	})
	if err != nil {
		return err
	}
	var charged cut = listing.Charges(all, book.Site.Zone(), l.Limit.Limit)
	if l.Sum {
		charged = listing.ChargeSums(all, l.Limit.Limit)
	}
	l.Limit.note(c, charged)
	return l.Form.write(c, charged)
}

// Help is shown below the flags.
func (l *chargesCommand) Help() string {
	return `List price - discount - erased = amount = what paid for it. What came after the statement of its cycle was issued stands in the next one. Without --customer these are the lines of the partner's statement, but for changes of lines after it was issued, which "accruald report statement" has and which are nobody's; a referral customer, who pays for itself, is named by --customer.

Examples:
  accruald charges --partner P100 --cycle 2026-03 --sum
  accruald charges --partner P100 --cycle 2026-03 --customer C200 --csv > charges.csv`
}
