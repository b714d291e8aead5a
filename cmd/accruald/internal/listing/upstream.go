package listing

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/events"
)

// A Table is rows of one kind that are all there is.
type Table[R any] struct {
	Rows []R `json:"rows"`

	columns []table.Column[R]
}

// WriteText writes the rows as a person reads them.
func (t *Table[R]) WriteText(w io.Writer) error {
	var text table.Text
	text.Rows(table.Rows(t.columns, t.Rows))
	return text.Write(w)
}

// WriteCSV writes them for spreadsheets.
func (t *Table[R]) WriteCSV(w io.Writer) error { return table.WriteCSV(w, t.columns, t.Rows) }

// UpstreamStatement is one version of an imported statement.
type UpstreamStatement struct {
	PartnerID    string        `json:"partner_id"`
	StatementID  string        `json:"statement_id"`
	Cycle        string        `json:"cycle"`
	Kind         string        `json:"kind"`
	Version      int           `json:"version"`
	Currency     string        `json:"currency"`
	Lines        int64         `json:"lines"`
	Expenditure  events.Amount `json:"expenditure"`
	Refunds      events.Amount `json:"refunds"`
	Adjustments  events.Amount `json:"adjustments"`
	Sum          events.Amount `json:"sum"`
	Duplicates   int64         `json:"duplicates"`
	File         string        `json:"file"`
	FileHash     string        `json:"file_hash"`
	ImportedAt   time.Time     `json:"imported_at"`
	SupersededBy string        `json:"superseded_by,omitzero"`
}

var upstreamColumns = []table.Column[UpstreamStatement]{
	{Name: "statement_id", Of: func(s *UpstreamStatement) any { return s.StatementID }},
	{Name: "partner_id", Of: func(s *UpstreamStatement) any { return s.PartnerID }},
	{Name: "cycle", Of: func(s *UpstreamStatement) any { return s.Cycle }},
	{Name: "kind", Of: func(s *UpstreamStatement) any { return s.Kind }},
	{Name: "version", Of: func(s *UpstreamStatement) any { return s.Version }},
	{Name: "currency", Of: func(s *UpstreamStatement) any { return s.Currency }},
	{Name: "lines", Of: func(s *UpstreamStatement) any { return s.Lines }},
	{Name: "expenditure", Of: func(s *UpstreamStatement) any { return s.Expenditure }},
	{Name: "refunds", Of: func(s *UpstreamStatement) any { return s.Refunds }},
	{Name: "adjustments", Of: func(s *UpstreamStatement) any { return s.Adjustments }},
	{Name: "sum", Of: func(s *UpstreamStatement) any { return s.Sum }},
	{Name: "duplicates", Of: func(s *UpstreamStatement) any { return s.Duplicates }},
	{Name: "file", Of: func(s *UpstreamStatement) any { return s.File }},
	{Name: "file_hash", Only: table.ForMachines, Of: func(s *UpstreamStatement) any { return s.FileHash }},
	{Name: "imported_at", Of: func(s *UpstreamStatement) any { return s.ImportedAt }},
	{Name: "superseded_by", Of: func(s *UpstreamStatement) any { return s.SupersededBy }},
}

// UpstreamStatements lists imported statements.
func UpstreamStatements(rows []UpstreamStatement) *Table[UpstreamStatement] {
	return &Table[UpstreamStatement]{Rows: rows, columns: upstreamColumns}
}

// Imported is what became of a file.
type Imported struct {
	Statements []UpstreamStatement `json:"statements"`
	Superseded []string            `json:"superseded"`
	Unchanged  bool                `json:"unchanged"`
	DryRun     bool                `json:"dry_run"`
	Totals     int64               `json:"total_lines"`
	Ignored    []string            `json:"ignored_sheets"`
	File       string              `json:"file"`
}

// WriteText says what became of the file.
func (i *Imported) WriteText(w io.Writer) error {
	var t table.Text
	switch {
	case i.Unchanged:
		t.Line("%s was imported before: nothing was changed", i.File)
		if slices.ContainsFunc(i.Statements, func(s UpstreamStatement) bool { return s.SupersededBy != "" }) {
			t.Line("A later file has replaced it; --again brings it back into force")
		}
	case i.DryRun:
		t.Line("%s can be imported; nothing was stored", i.File)
	default:
		t.Line("%s is imported", i.File)
	}
	if len(i.Superseded) > 0 {
		t.Line("It replaces %s, which stays on record", strings.Join(i.Superseded, ", "))
	}
	if i.Totals > 0 {
		t.Line("Left out: lines of totals: %s", table.Number(int(i.Totals)))
	}
	if len(i.Ignored) > 0 {
		t.Line("Left out: sheets without a statement's header: %s", strings.Join(i.Ignored, ", "))
	}
	t.Rows(table.Rows(upstreamColumns, i.Statements))
	return t.Write(w)
}

// WriteCSV writes the statements.
func (i *Imported) WriteCSV(w io.Writer) error {
	return table.WriteCSV(w, upstreamColumns, i.Statements)
}

// UpstreamLine is a line of a statement.
type UpstreamLine struct {
	Line            int64         `json:"line"`
	Place           string        `json:"place"` // part and line within it
	BillType        string        `json:"bill_type"`
	CustomerID      string        `json:"customer_id"`
	OrderID         string        `json:"order_id"`
	OriginalOrderID string        `json:"original_order_id"`
	InvoiceID       string        `json:"invoice_id"`
	BillingMode     string        `json:"billing_mode"`
	ProductType     string        `json:"product_type"`
	ProductTypeCode string        `json:"product_type_code"`
	ProductName     string        `json:"product_name"`
	ProductID       string        `json:"product_id"`
	ResourceID      string        `json:"resource_id"`
	Amount          events.Amount `json:"amount"`
}

var upstreamLineColumns = []table.Column[UpstreamLine]{
	{Name: "line", Of: func(l *UpstreamLine) any { return l.Line }},
	{Name: "place", Of: func(l *UpstreamLine) any { return l.Place }},
	{Name: "bill_type", Of: func(l *UpstreamLine) any { return l.BillType }},
	{Name: "customer_id", Of: func(l *UpstreamLine) any { return l.CustomerID }},
	{Name: "order_id", Of: func(l *UpstreamLine) any { return l.OrderID }},
	{Name: "original_order_id", Of: func(l *UpstreamLine) any { return l.OriginalOrderID }},
	{Name: "invoice_id", Of: func(l *UpstreamLine) any { return l.InvoiceID }},
	{Name: "billing_mode", Of: func(l *UpstreamLine) any { return l.BillingMode }},
	{Name: "product_type", Only: table.ForMachines, Of: func(l *UpstreamLine) any { return l.ProductType }},
	{Name: "product_type_code", Of: func(l *UpstreamLine) any { return l.ProductTypeCode }},
	{Name: "product_name", Only: table.ForMachines, Of: func(l *UpstreamLine) any { return l.ProductName }},
	{Name: "product_id", Only: table.ForMachines, Of: func(l *UpstreamLine) any { return l.ProductID }},
	{Name: "resource_id", Only: table.ForMachines, Of: func(l *UpstreamLine) any { return l.ResourceID }},
	{Name: "amount", Of: func(l *UpstreamLine) any { return l.Amount }},
}

// UpstreamShown is a statement with its first lines.
type UpstreamShown struct {
	UpstreamStatement

	Shown []UpstreamLine `json:"shown"`
}

// Cutoff is how many lines are not shown.
func (s *UpstreamShown) Cutoff() int { return int(s.Lines) - len(s.Shown) }

// WriteText writes the statement as a person reads it.
func (s *UpstreamShown) WriteText(w io.Writer) error {
	var t table.Text
	t.Line("Statement %s of partner %s: %s of %s, version %d, in %s", s.StatementID, s.PartnerID, s.Kind, s.Cycle, s.Version, s.Currency)
	t.Line("From %s, imported %s", s.File, s.ImportedAt.Format(time.RFC3339))
	if s.SupersededBy != "" {
		t.Line("Replaced by %s", s.SupersededBy)
	}
	t.Rows(table.Rows(upstreamColumns[5:12], []UpstreamStatement{s.UpstreamStatement}))
	t.Rows(table.Rows(upstreamLineColumns, s.Shown))
	return t.Write(w)
}

// WriteCSV writes the lines.
func (s *UpstreamShown) WriteCSV(w io.Writer) error {
	return table.WriteCSV(w, upstreamLineColumns, s.Shown)
}

// A FileProblem is one thing that is wrong with a file.
type FileProblem struct {
	Code, Part, Header, Message string
	Line, Column                int
}

var problemColumns = []table.Column[FileProblem]{
	{Name: "problem", Of: func(p *FileProblem) any { return p.Code }},
	{Name: "part", Of: func(p *FileProblem) any { return p.Part }},
	{Name: "line", Of: func(p *FileProblem) any { return p.Line }},
	{Name: "column", Of: func(p *FileProblem) any {
		if p.Header == "" || p.Column == 0 {
			return ""
		}
		return fmt.Sprintf("%d %s", p.Column, p.Header)
	}},
	{Name: "what", Of: func(p *FileProblem) any { return p.Message }},
}

// FileProblems lists what is wrong with a file.
func FileProblems(rows []FileProblem) *Table[FileProblem] {
	return &Table[FileProblem]{Rows: rows, columns: problemColumns}
}
