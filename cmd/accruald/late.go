package main

import (
	"context"

	"github.com/accruald/accruald/cmd/accruald/internal/listing"
	"github.com/accruald/accruald/workers"
)

// lateCommand lists what late events changed of closed periods.
type lateCommand struct {
	Cycle string    `placeholder:"YYYY-MM" help:"Only what concerns bills of this closed cycle (default: all)."`
	List  listFlags `embed:""`
}

// Run is called by kong.
func (l *lateCommand) Run(ctx context.Context, c *console) error {
	late, err := listing.Lates(listing.Filter{Cycle: l.Cycle, Limit: l.List.Limit.Limit})
	if err != nil {
		return err
	}
	return list(ctx, c, &l.List, late, workers.LateRows, workers.BillRows)
}

// Help is shown below the flags.
func (l *lateCommand) Help() string {
	return `What was issued is never edited: an event that happens in a closed period and comes later makes one corrective detail for each bill it concerns, in the open period. --json and --csv have the original details, the event's source, and when it happened and came.

Examples:
  accruald late --partner P100
  accruald late --cycle 2026-01 --csv > late.csv`
}
