package main

import (
	"context"

	"github.com/accruald/accruald/cmd/accruald/internal/listing"
	"github.com/accruald/accruald/workers"
)

// couponsCommand lists coupons.
type couponsCommand struct {
	Customer string    `help:"Only of this customer (default: all)."`
	List     listFlags `embed:""`
}

// Run is called by kong.
func (l *couponsCommand) Run(ctx context.Context, c *console) error {
	return list(ctx, c, &l.List, listing.Coupons(l.Customer, l.List.Limit.Limit), workers.CouponRows)
}

// Help is shown below the flags.
func (l *couponsCommand) Help() string {
	return `Face value = balance + spent + forfeited + given back to the quota. A coupon is overdrawn where payments that did not know of one another spent more than it has.

Examples:
  accruald coupons --customer C200
  accruald coupons --partner P100 --csv > coupons.csv`
}

// quotasCommand lists the quotas that coupons are issued from.
type quotasCommand struct {
	List listFlags `embed:""`
}

// Run is called by kong.
func (l *quotasCommand) Run(ctx context.Context, c *console) error {
	return list(ctx, c, &l.List, listing.Quotas(l.List.Limit.Limit), workers.QuotaRows)
}

// Help is shown below the flags.
func (l *quotasCommand) Help() string {
	return `Granted = balance + issued - given back.

Examples:
  accruald quotas --partner P100`
}
