package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/cmd/accruald/internal/listing"
	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/upstream"
)

// statementCommand is about the vendor's statements, which the orders are compared with.
type statementCommand struct {
	Import  statementImportCommand  `cmd:"" help:"Import a statement file: CSV, XLSX, or an archive of CSV parts."`
	List    statementListCommand    `cmd:"" help:"List the imported statements."`
	Show    statementShowCommand    `cmd:"" help:"Show one statement with its lines."`
	Mapping statementMappingCommand `cmd:"" help:"Print the program's mapping of columns, or its JSON Schema."`
}

// fileFlags say how a statement file is read.
type fileFlags struct {
	File     string `arg:"" help:"CSV, XLSX, gzip of a CSV, or a tar archive of CSV parts, also in gzip."`
	Cycle    string `required:"" placeholder:"YYYY-MM" help:"Cycle of the statement; lines of another are refused."`
	Currency string `help:"Currency of the statement (default: the file's)."`
	Mapping  string `placeholder:"FILE" help:"Which columns hold what, and how cells are written (default: the program's mapping)."`
	Encoding string `help:"Of CSV without a byte order mark: utf-8, gb18030, utf-16le, utf-16be (default: utf-8)."`
	Problems int    `name:"problems-max" default:"100" help:"After how many problems reading ends."`
}

// read turns the flags into what is to be read.
func (f *fileFlags) read() (out workers.StatementFile, err error) {
	out = workers.StatementFile{Path: f.File, Currency: money.Currency(f.Currency), Encoding: f.Encoding, ProblemsMax: f.Problems}
	if out.Cycle, err = calendar.ParseCycle(f.Cycle); err != nil {
		return out, fmt.Errorf("read a statement of cycle %q: %w: write YYYY-MM", f.Cycle, err)
	}
	if f.Currency != "" {
		if _, err := out.Currency.Digits(); err != nil {
			return out, fmt.Errorf("read a statement: %w", err)
		}
	}
	if f.Encoding != "" && !slices.Contains(upstream.Encodings, f.Encoding) {
		return out, fmt.Errorf("read a statement in encoding %q: use one of %q", f.Encoding, upstream.Encodings)
	}
	if f.Problems < 1 {
		return out, fmt.Errorf("read a statement up to %d problems: use --problems-max with at least 1", f.Problems)
	}
	if f.Mapping == "" {
		return out, nil
	}
	document, err := os.ReadFile(f.Mapping)
	if err != nil {
		return out, fmt.Errorf("read the mapping: %w", err)
	}
	if out.Mapping, err = upstream.LoadMapping(document); err != nil {
		return out, fmt.Errorf("%s: %w: `accruald statement mapping --schema` says what a mapping holds", f.Mapping, err)
	}
	return out, nil
}

type statementImportCommand struct {
	Partner  string        `help:"Partner of the statement (default: each line's, by its customer in the cycle)."`
	Kind     string        `help:"What the file is of the cycle; a later file of the same kind replaces it (default: the mapping's)."`
	DryRun   bool          `help:"Read and judge everything, and store nothing."`
	Again    bool          `help:"Import it although a later file has replaced it since."`
	JSON     bool          `name:"json" help:"For machines: one JSON object, also of what is wrong with the file."`
	File     fileFlags     `embed:""`
	Database databaseFlags `embed:""`
	Sites    siteFlags     `embed:""`
}

// Run is called by kong.
func (s *statementImportCommand) Run(ctx context.Context, c *console) error {
	file, err := s.File.read()
	if err != nil {
		return err
	}
	sites, err := s.Sites.load()
	if err != nil {
		return err
	}
	pool, err := s.Database.connect(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	file.PartnerID, file.Kind, file.DryRun, file.Again = s.Partner, s.Kind, s.DryRun, s.Again
	var bar *progress
	file.Progress = func(done, size int64) {
		if bar == nil {
			bar = newByteProgress(c, "reading", size)
		}
		bar.set(int(done))
	}
	imported, err := workers.ImportStatement(ctx, pool, sites, file)
	if bar != nil {
		bar.close()
	}
	if err != nil {
		return tellProblems(c, err, s.JSON, "nothing was imported")
	}
	out := &listing.Imported{File: filepath.Base(s.File.File), Superseded: append([]string{}, imported.Superseded...), Unchanged: imported.Unchanged,
		DryRun: s.DryRun, Totals: imported.Totals, Ignored: append([]string{}, imported.Ignored...)}
	for i := range imported.Statements {
		out.Statements = append(out.Statements, upstreamRow(&imported.Statements[i]))
	}
	return formFlags{JSON: s.JSON}.write(c, out)
}

// Help is shown below the flags.
func (s *statementImportCommand) Help() string {
	return `A file is imported whole or not at all. The same file again changes nothing, unless --currency reads it in another one, which replaces what was read; another of the same partner, cycle, currency and kind replaces the one before, which stays on record. What is wrong is listed with its line and column, and the exit status is 1.

Examples:
  accruald statement import customerBill_202601.tar.gz --partner P100 --cycle 2026-01
  accruald statement import bill.csv --partner P100 --cycle 2026-01 --encoding gb18030 --dry-run`
}

// tellProblems prints what is wrong with a file, and returns what is left to say.
func tellProblems(c *console, err error, asJSON bool, outcome string) error {
	found, is := errors.AsType[*upstream.Problems](err)
	if !is {
		return err
	}
	more := ""
	if found.More {
		more = " and perhaps more: reading ended there"
	}
	said := fmt.Errorf("%s: %d problems%s", outcome, len(found.List), more)
	if asJSON {
		return errors.Join(writeJSON(c.out, map[string]any{"problems": found.List, "more": found.More}), said)
	}
	rows := make([]listing.FileProblem, len(found.List))
	for i, p := range found.List {
		rows[i] = listing.FileProblem{Code: p.Code, Part: p.Part, Header: p.Header, Message: p.Message, Line: p.Line, Column: p.Column}
	}
	return errors.Join(listing.FileProblems(rows).WriteText(c.err), said)
}

func upstreamRow(s *workers.UpstreamStatement) listing.UpstreamStatement {
	in := func(d decimal.Decimal) events.Amount { return table.AmountIn(d, s.Currency) }
	out := listing.UpstreamStatement{PartnerID: s.PartnerID, StatementID: s.StatementID, Cycle: s.Cycle, Kind: s.Kind, Version: int(s.Version), Currency: s.Currency,
		Lines: s.Lines, Expenditure: in(s.Expenditure), Refunds: in(s.Refunds), Adjustments: in(s.Adjustments), Sum: in(s.Expenditure.Add(s.Refunds).Add(s.Adjustments)),
		Duplicates: s.Duplicates, File: s.File, FileHash: hex.EncodeToString(s.FileHash), ImportedAt: s.ImportedAt}
	if s.SupersededBy != nil {
		out.SupersededBy = *s.SupersededBy
	}
	return out
}

type statementListCommand struct {
	Partner  string        `help:"Only of this partner (default: all)."`
	Cycle    string        `placeholder:"YYYY-MM" help:"Only of this cycle (default: all)."`
	All      bool          `help:"Replaced ones too (default: those in force)."`
	Form     formFlags     `embed:""`
	Database databaseFlags `embed:""`
}

// Run is called by kong.
func (s *statementListCommand) Run(ctx context.Context, c *console) error {
	if s.Cycle != "" {
		if _, err := calendar.ParseCycle(s.Cycle); err != nil {
			return fmt.Errorf("list statements of cycle %q: %w: write YYYY-MM", s.Cycle, err)
		}
	}
	pool, err := s.Database.connect(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	found, err := workers.UpstreamStatements(ctx, pool, s.Partner, s.Cycle, s.All)
	if err != nil {
		return err
	}
	rows := make([]listing.UpstreamStatement, len(found))
	for i := range found {
		rows[i] = upstreamRow(&found[i])
	}
	return s.Form.write(c, listing.UpstreamStatements(rows))
}

type statementShowCommand struct {
	ID       string        `arg:"" help:"Statement id, as statement list has it."`
	Limit    limitFlag     `embed:""`
	Form     formFlags     `embed:""`
	Database databaseFlags `embed:""`
}

// Run is called by kong.
func (s *statementShowCommand) Run(ctx context.Context, c *console) error {
	if err := s.Limit.check(); err != nil {
		return err
	}
	pool, err := s.Database.connect(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	found, lines, err := workers.FindUpstreamStatement(ctx, pool, s.ID, s.Limit.Limit)
	if err != nil {
		return err
	}
	out := &listing.UpstreamShown{UpstreamStatement: upstreamRow(&found), Shown: []listing.UpstreamLine{}}
	for i := range lines {
		l := &lines[i]
		place := fmt.Sprintf("line %d", l.PartLine)
		if l.Part != "" {
			place = l.Part + " " + place
		}
		out.Shown = append(out.Shown, listing.UpstreamLine{Line: l.LineNo, Place: place, BillType: l.BillType, CustomerID: l.CustomerID, OrderID: l.OrderID,
			OriginalOrderID: l.OriginalOrderID, InvoiceID: l.InvoiceID, BillingMode: l.BillingMode, ProductType: l.ProductType, ProductTypeCode: l.ProductTypeCode,
			ProductName: l.ProductName, ProductID: l.ProductID, ResourceID: l.ResourceID, Amount: table.AmountIn(l.Amount, found.Currency)})
	}
	s.Limit.note(c, out)
	return s.Form.write(c, out)
}

type statementMappingCommand struct {
	Schema bool `help:"The JSON Schema of a mapping instead."`
}

// Run is called by kong.
func (s *statementMappingCommand) Run(c *console) error {
	document := upstream.DefaultMapping
	if s.Schema {
		document = upstream.MappingSchema
	}
	_, err := c.out.Write(document)
	return err
}
