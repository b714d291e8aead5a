package main

import (
	"context"
	"errors"

	"github.com/accruald/accruald/cmd/accruald/internal/listing"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/decision"
)

// renewalsCommand lists what renews by itself.
type renewalsCommand struct {
	List listFlags `embed:""`
}

// allRenewals are the renewals of all days.
var allRenewals = decision.Scope{Kind: decision.ScopeRenewals, ID: "0001-01-01/9999-12-31"}

// Run is called by kong.
func (r *renewalsCommand) Run(ctx context.Context, c *console) error {
	if err := r.List.Limit.check(); err != nil {
		return err
	}
	sites, err := r.List.Rows.Sites.load()
	if err != nil {
		return err
	}
	b, err := r.List.Rows.open(ctx, c)
	if err != nil {
		return err
	}
	defer b.Close()
	l := listing.Renewals(sites, r.List.Limit.Limit)
	err = b.Each(ctx, r.List.Partner, nil, func(p *decision.Partner) error {
		known, err := b.Partner(ctx, p.ID) // with its reference data, which names the site
		if r.List.Partner == "" && errors.Is(err, workers.ErrUnknownPartner) {
			return nil // only rejected events came of it: it has nothing that renews
		}
		if err == nil {
			err = b.Load(ctx, known, allRenewals)
		}
		if err != nil {
			return err
		}
		l.Add(known)
		return nil
	})
	if err != nil {
		return err
	}
	r.List.Limit.note(c, l)
	return r.List.Form.write(c, l)
}

// Help is shown below the flags.
func (r *renewalsCommand) Help() string {
	return `A renewal is tried by the job auto_renew, first some days before the expiry, then daily as long as the resource is kept. What a rule refuses stands here with the reason. Of a partner with more than 10,000 those that failed are among the ones left out.

Examples:
  accruald renewals --partner P100
  accruald renewals --csv > renewals.csv`
}
