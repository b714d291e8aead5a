package main

import (
	"context"
	"time"

	"github.com/accruald/accruald/cmd/accruald/internal/explanation"
	"github.com/accruald/accruald/workers/inquiry/account"
)

// explainCommand tells how an order came to its price and what it earned.
type explainCommand struct {
	Order   string   `arg:"" help:"Order id."`
	Partner string   `help:"Partner of the order (default: the one that has it)."`
	Events  []string `placeholder:"FILE" help:"Take the order from these files of events (default: from the database)."`
	JSON    bool     `name:"json" help:"For machines: everything as one JSON object."`

	Database databaseFlags `embed:""`
	Sites    siteFlags     `embed:""`
}

// Run is called by kong.
func (e *explainCommand) Run(ctx context.Context, c *console) error {
	b, err := openBooks(ctx, c, e.Events, e.Database, e.Sites, time.Time{})
	if err != nil {
		return err
	}
	defer b.Close()
	p, err := b.PartnerOfOrder(ctx, e.Partner, e.Order)
	if err != nil {
		return err
	}
	explained, err := account.Explain(p, b.Common, e.Order)
	if err != nil {
		return err
	}
	if e.JSON {
		return writeJSON(c.out, explained)
	}
	return explanation.WriteText(c.out, explained)
}
