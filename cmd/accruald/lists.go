package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/accruald/accruald/cmd/accruald/internal/books"
	"github.com/accruald/accruald/cmd/accruald/internal/feed"
	"github.com/accruald/accruald/cmd/accruald/internal/listing"
	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/decision"
)

// formFlags say in which form a result is printed.
type formFlags struct {
	JSON bool `name:"json" xor:"form" help:"For machines: one JSON object."`
	CSV  bool `name:"csv" xor:"form" help:"For spreadsheets: comma-separated values as in RFC 4180, with a header, amounts as plain decimals; text that a spreadsheet would take for a formula begins with an apostrophe."`
}

// printed is what can be printed in every form.
type printed interface {
	WriteText(io.Writer) error
	WriteCSV(io.Writer) error
}

func (f formFlags) write(c *console, result printed) error {
	if f.JSON {
		return writeJSON(c.out, result)
	}
	out := bufio.NewWriter(c.out)
	write := result.WriteText
	if f.CSV {
		write = result.WriteCSV
	}
	return errors.Join(write(out), out.Flush())
}

// limitFlag bounds a list.
type limitFlag struct {
	Limit int `default:"1000" help:"Most rows that are listed; a note on standard error says how many more there are."`
}

// cut is a list that may have left rows out.
type cut interface {
	printed
	Cutoff() int
}

// check refuses a limit that lists nothing.
func (f limitFlag) check() error {
	if f.Limit < 1 {
		return fmt.Errorf("list %d rows: use --limit with at least 1", f.Limit)
	}
	return nil
}

// note says that a list was cut.
func (f limitFlag) note(c *console, list cut) {
	if n := list.Cutoff(); n > 0 {
		fmt.Fprintf(c.err, "%d rows more than --limit %d are left out: raise it, or list less\n", n, f.Limit)
	}
}

// rowFlags say where rows are taken from.
type rowFlags struct {
	Events   []string      `placeholder:"FILE" help:"Take the rows from these files of events (default: from the database)."`
	Database databaseFlags `embed:""`
	Sites    siteFlags     `embed:""`
}

// open folds files as simulate does, or where there are none opens one moment of the database.
func (f *rowFlags) open(ctx context.Context, c *console) (*books.Books, error) {
	if len(f.Events) == 0 {
		return openBooks(ctx, c, nil, f.Database, f.Sites, noTime)
	}
	sources, err := feed.Sources(f.Events, c.in)
	if err != nil {
		return nil, err
	}
	sites, err := f.Sites.load()
	if err != nil {
		return nil, err
	}
	m, err := fold(ctx, sources, sites, func(events.Out) error { return nil })
	if err != nil {
		return nil, err
	}
	return books.Memory(m), nil
}

// each hands on the rows of one partner or of all.
func (f *rowFlags) each(ctx context.Context, c *console, partnerID string, take func(*decision.Partner), kinds ...workers.RowKind) error {
	b, err := f.open(ctx, c)
	if err != nil {
		return err
	}
	defer b.Close()
	return b.Each(ctx, partnerID, kinds, func(p *decision.Partner) error {
		take(p)
		return nil
	})
}

// listFlags are those of lists of rows of one kind.
type listFlags struct {
	Partner string    `help:"Only of this partner (default: all)."`
	Limit   limitFlag `embed:""`
	Form    formFlags `embed:""`
	Rows    rowFlags  `embed:""`
}

// list fills a list and prints it.
func list[R any](ctx context.Context, c *console, f *listFlags, l *listing.List[R], kinds ...workers.RowKind) error {
	if err := f.Limit.check(); err != nil {
		return err
	}
	if err := f.Rows.each(ctx, c, f.Partner, l.Add, kinds...); err != nil {
		return err
	}
	f.Limit.note(c, l)
	return f.Form.write(c, l)
}

// holdsCommand lists holds.
type holdsCommand struct {
	All  bool      `help:"Closed ones too (default: open ones)."`
	List listFlags `embed:""`
}

// Run is called by kong.
func (h *holdsCommand) Run(ctx context.Context, c *console) error {
	return list(ctx, c, &h.List, listing.Holds(h.All, h.List.Limit.Limit), workers.HoldRows, workers.CoveredDetailRows)
}

// Help is shown below the flags.
func (h *holdsCommand) Help() string {
	return `A hold freezes what it covers as far as it is there: of requested or paid-out money nothing, which "accruald bill show" tells as uncovered.

Examples:
  accruald holds --partner P100
  accruald holds --all --csv > holds.csv`
}

// requestsCommand lists payment requests.
type requestsCommand struct {
	Cycle string    `placeholder:"YYYY-MM" help:"Only those that take from a bill of this cycle (default: all)."`
	State string    `help:"Only in this state: processing, awaiting_invoice, invoice_review, paying, paid, cancelled (default: all)."`
	List  listFlags `embed:""`
}

// Run is called by kong.
func (r *requestsCommand) Run(ctx context.Context, c *console) error {
	l, err := listing.Requests(listing.Filter{Cycle: r.Cycle, State: r.State, Limit: r.List.Limit.Limit})
	if err != nil {
		return err
	}
	return list(ctx, c, &r.List, l, workers.RequestRows, workers.BillRows)
}

// Help is shown below the flags.
func (r *requestsCommand) Help() string {
	return `Examples:
  accruald requests --state awaiting_invoice
  accruald requests --partner P100 --cycle 2026-03 --json`
}

// invoicesCommand lists invoices.
type invoicesCommand struct {
	State string    `help:"Only in this state, as issued or pending_review (default: all)."`
	List  listFlags `embed:""`
}

// Run is called by kong.
func (i *invoicesCommand) Run(ctx context.Context, c *console) error {
	l, err := listing.Invoices(listing.Filter{State: i.State, Limit: i.List.Limit.Limit})
	if err != nil {
		return err
	}
	return list(ctx, c, &i.List, l, workers.InvoiceRows)
}

// Help is shown below the flags.
func (i *invoicesCommand) Help() string {
	return `Examples:
  accruald invoices --state pending_review
  accruald invoices --partner P100 --csv > invoices.csv`
}
