package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/accruald/accruald/cmd/accruald/internal/listing"
	"github.com/accruald/accruald/cmd/accruald/internal/records"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/decision"
)

// ledgerCommand looks at the ledger as a whole.
type ledgerCommand struct {
	TrialBalance trialBalanceCommand `cmd:"" help:"Sum up every account by currency; debits and credits have to be the same."`
	Verify       verifyCommand       `cmd:"" help:"Follow the hashes of all postings and find the first that is not what was posted."`
	Accounts     accountsCommand     `cmd:"" help:"List the chart of accounts with what each account means."`
}

type trialBalanceCommand struct {
	Partner  string        `help:"Only of this partner (default: all)."`
	Cycle    string        `placeholder:"YYYY-MM" help:"Only what was posted to the bills of this cycle (default: everything)."`
	Currency string        `help:"Only this currency (default: all)."`
	Form     formFlags     `embed:""`
	Database databaseFlags `embed:""`
}

// Run is called by kong. A ledger out of balance is printed and refused.
func (t *trialBalanceCommand) Run(ctx context.Context, c *console) error {
	if err := listing.CheckCycle(t.Cycle); err != nil {
		return err
	}
	pool, err := t.Database.connect(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	posted, err := records.Posted(ctx, pool, t.Partner, t.Currency, t.Cycle)
	if err != nil {
		return err
	}
	balance := listing.Balance(posted)
	return errors.Join(t.Form.write(c, balance), balance.Check())
}

// Help is shown below the flags.
func (t *trialBalanceCommand) Help() string {
	return `The balance is debit less credit, negative on accounts whose normal side is credit. The exit status is 1 if the ledger is out of balance.

Examples:
  accruald ledger trial-balance --currency CNY
  accruald ledger trial-balance --partner P100 --cycle 2026-03 --csv > balance.csv`
}

type verifyCommand struct {
	Partner  string        `help:"Only of this partner (default: all)."`
	JSON     bool          `name:"json" help:"For machines: one JSON object."`
	Database databaseFlags `embed:""`
}

// Run is called by kong. A broken ledger is printed and refused.
func (v *verifyCommand) Run(ctx context.Context, c *console) error {
	pool, err := v.Database.connect(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	outcome := &listing.Verification{Ledgers: []listing.VerifiedLedger{}}
	var first error
	count := 0
	err = workers.VerifyLedger(ctx, pool, v.Partner, func(end decision.LedgerCheck, broken *decision.BrokenLedger) error {
		outcome.Add(end, broken)
		if broken != nil {
			first, count = cmp.Or[error](first, broken), count+1
		}
		return nil
	})
	if err != nil {
		return err
	}
	if v.JSON {
		err = writeJSON(c.out, outcome)
	} else {
		err = outcome.WriteText(c.out)
	}
	if count > 1 {
		first = fmt.Errorf("%d ledgers are broken, the first of them: %w", count, first)
	}
	return errors.Join(err, first)
}

// Help is shown below the flags.
func (v *verifyCommand) Help() string {
	return `Every posting carries a hash of itself and of the one before, and the partner that of the last: a posting that was changed, deleted, put in or moved is found, whoever did it. Someone who can write everything can hash anew from there on, which shows beside a last hash that was noted elsewhere: keep what --json prints. The exit status is 1 if a ledger is broken.

Examples:
  accruald ledger verify
  accruald ledger verify --partner P100 --json > hashes-of-today.json`
}

// accountsCommand lists the chart of accounts, which is the same everywhere.
type accountsCommand struct {
	Form formFlags `embed:""`
}

// Run is called by kong.
func (a *accountsCommand) Run(c *console) error { return a.Form.write(c, listing.Accounts()) }
