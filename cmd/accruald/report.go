package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/accruald/accruald/cmd/accruald/internal/books"
	"github.com/accruald/accruald/cmd/accruald/internal/report"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/inquiry/charges"
)

// reportCommand writes documents.
type reportCommand struct {
	Statement reportStatementCommand `cmd:"" help:"Write the statement of a partner's cycle: sums, charges, incentive bills, details, requests, invoices."`
	Run       reportRunCommand       `cmd:"" help:"Write what a reconciliation came to: what was compared, and every finding with its evidence."`
}

// outFlag says where a document goes.
type outFlag struct {
	Out string `placeholder:"FILE" help:"Write to this file (default: standard output)."`
}

// write makes the file whole or not at all.
func (f outFlag) write(c *console, write func(io.Writer) error) error {
	if f.Out == "" {
		out := bufio.NewWriter(c.out)
		return errors.Join(write(out), out.Flush())
	}
	part := f.Out + ".part"
	file, err := os.Create(part)
	if err != nil {
		return fmt.Errorf("write %s: %w", f.Out, err)
	}
	out := bufio.NewWriter(file)
	if err := errors.Join(write(out), out.Flush(), file.Close()); err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", f.Out, err), os.Remove(part))
	}
	return os.Rename(part, f.Out)
}

type reportStatementCommand struct {
	Partner string   `required:"" help:"Partner whose statement it is."`
	Cycle   string   `required:"" placeholder:"YYYY-MM" help:"Cycle of the statement."`
	Format  string   `default:"xlsx" enum:"xlsx,csv,json" help:"Form: xlsx (all parts, a sheet each), csv (one part) or json (all parts)."`
	Part    string   `default:"charges" enum:"sums,charges,bills,details,requests,invoices" help:"Part that --format csv writes: sums, charges, bills, details, requests or invoices."`
	Out     outFlag  `embed:""`
	Rows    rowFlags `embed:""`
}

// errDoesNotAddUp says that a document was written whose figures contradict each other.
var errDoesNotAddUp = errors.New("the statement does not add up; run accruald ledger verify, and ask those who run the ledger")

// Run is called by kong.
func (r *reportStatementCommand) Run(ctx context.Context, c *console) error {
	cycle, err := calendar.ParseCycle(r.Cycle)
	if err != nil {
		return fmt.Errorf("report the statement of cycle %q: %w: write YYYY-MM", r.Cycle, err)
	}
	b, err := r.Rows.open(ctx, c)
	if err != nil {
		return err
	}
	defer b.Close()
	book, err := chargesOf(ctx, b, r.Partner, workers.ResourceRows, workers.BillRows, workers.DetailRows, workers.RequestRows, workers.InvoiceRows, workers.HoldRows)
	if err != nil {
		return err
	}
	statement, err := report.StatementOf(book, cycle)
	if err != nil {
		return err
	}
	err = r.Out.write(c, func(w io.Writer) error {
		switch r.Format {
		case "csv":
			return statement.WriteCSV(w, r.Part)
		case "json":
			return writeJSON(w, statement)
		default:
			return statement.WriteXLSX(w)
		}
	})
	if failed := statement.Failed(); err == nil && len(failed) > 0 {
		err = fmt.Errorf("%w: %q", errDoesNotAddUp, failed)
	}
	return err
}

// Help is shown below the flags.
func (r *reportStatementCommand) Help() string {
	return `Of a cycle whose statement is not issued yet, the sums are as they stand and their state is open. What came after an earlier statement was issued stands in the next one, marked as late. Referral customers pay for themselves and are in no statement of the partner.

Examples:
  accruald report statement --partner P100 --cycle 2026-03 --out P100-2026-03.xlsx
  accruald report statement --partner P100 --cycle 2026-03 --format csv --part details > details.csv`
}

// chargesOf loads what the charges of a partner are told from, and rows of these kinds.
func chargesOf(ctx context.Context, b *books.Books, partnerID string, kinds ...workers.RowKind) (*charges.Book, error) {
	p, err := b.Partner(ctx, partnerID)
	if err != nil {
		return nil, err
	}
	profile, err := b.Common.Sites.Get(p.Reference.Site())
	if err != nil {
		return nil, fmt.Errorf("find the site of partner %q: %w", p.ID, err)
	}
	if err := b.LoadRows(ctx, p, append(kinds, workers.OrderRows, workers.AdjustmentRows)...); err != nil {
		return nil, err
	}
	if err := b.Load(ctx, p, decision.Scope{Kind: decision.ScopeStatements}, decision.Scope{Kind: decision.ScopeHolds}, decision.Scope{Kind: decision.ScopeBook}); err != nil {
		return nil, err
	}
	telling, err := b.Telling(ctx, p, profile.Zone())
	if err != nil {
		return nil, err
	}
	return &charges.Book{Partner: p, Prices: b.Common.Prices(), Site: profile, Telling: telling}, nil
}
