package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/accruald/accruald/cmd/accruald/internal/books"
	"github.com/accruald/accruald/cmd/accruald/internal/focus"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/decision"
)

// exportCommand writes data for other programs.
type exportCommand struct {
	Focus exportFocusCommand `cmd:"" help:"Write the charges of a cycle's statements as the FinOps Open Cost and Usage Specification (FOCUS) 1.2 has them."`
}

type exportFocusCommand struct {
	Cycle         string   `required:"" placeholder:"YYYY-MM" help:"Cycle whose statements tell the charges: the billing period."`
	Partner       string   `help:"Only of this partner (default: all)."`
	Format        string   `default:"csv" enum:"csv,jsonl,schema" help:"Form: csv, jsonl (an object a line), or schema (the metadata of the columns, without data)."`
	ProviderName  string   `default:"Cloud vendor" env:"ACCRUALD_PROVIDER_NAME" help:"Who offers the services: ProviderName."`
	PublisherName string   `env:"ACCRUALD_PUBLISHER_NAME" help:"Who produces the services: PublisherName (default: the provider)."`
	IssuerName    string   `env:"ACCRUALD_ISSUER_NAME" help:"Who issues the statements: InvoiceIssuerName (default: the provider)."`
	Out           outFlag  `embed:""`
	Rows          rowFlags `embed:""`
}

// Run is called by kong.
func (e *exportFocusCommand) Run(ctx context.Context, c *console) error {
	cycle, err := calendar.ParseCycle(e.Cycle)
	if err != nil {
		return fmt.Errorf("export cycle %q: %w: write YYYY-MM", e.Cycle, err)
	}
	if e.Format == "schema" {
		return e.Out.write(c, focus.WriteSchema)
	}
	b, err := e.Rows.open(ctx, c)
	if err != nil {
		return err
	}
	defer b.Close()
	names := focus.Names{Provider: e.ProviderName, Publisher: cmp.Or(e.PublisherName, e.ProviderName), Issuer: cmp.Or(e.IssuerName, e.ProviderName)}
	return e.Out.write(c, func(w io.Writer) error {
		out := focus.NewJSONL(w, names)
		if e.Format == "csv" {
			if out, err = focus.NewCSV(w, names); err != nil {
				return err
			}
		}
		return errors.Join(e.add(ctx, c, b, out, cycle), out.Flush())
	})
}

// add writes one partner after the other; those that were never enrolled have no charges.
func (e *exportFocusCommand) add(ctx context.Context, c *console, b *books.Books, out *focus.Writer, cycle calendar.Cycle) error {
	ids, err := b.Partners(ctx)
	if err != nil {
		return err
	}
	progress, through := startProgress(c, "exported", len(ids), "partners"), 0
	defer progress.close()
	return b.Each(ctx, e.Partner, nil, func(known *decision.Partner) error {
		through++
		defer progress.set(through)
		p, err := b.Partner(ctx, known.ID)
		if errors.Is(err, workers.ErrUnknownPartner) || err == nil && p.Reference.Site() == "" {
			return nil
		}
		if err != nil {
			return err
		}
		book, err := chargesOf(ctx, b, p.ID, workers.ResourceRows)
		if err != nil {
			return err
		}
		return out.Add(book, cycle)
	})
}

// Help is shown below the flags.
func (e *exportFocusCommand) Help() string {
	return `BilledCost sums to each statement's bill amount; what paid for it, coupons among it, stands in columns that begin with x_. Text is as it was given: the file is for programs, and a spreadsheet may take text for formulas.

Examples:
  accruald export focus --cycle 2026-03 --provider-name "Example Cloud" --out focus-2026-03.csv
  accruald export focus --cycle 2026-03 --partner P100 --format jsonl | gzip > focus.jsonl.gz
  accruald export focus --cycle 2026-03 --format schema`
}
