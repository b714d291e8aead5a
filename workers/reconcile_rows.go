package workers

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/reconciliation"
)

// A rowView says how the rows of one table are compared: their columns with
// their document and, where the ledger has facts of them, the postings.
type rowView[R any] struct {
	table, query string
	names        []string          // of the columns
	columns      func(*R) []string // as they are saved, with "" for null
	fact         string            // prefix of its facts; "" where there are none
	ledger       func(*R) (decision.LedgerView, error)
	cycle        func(*R) string
	also         func(id string, row *R) // what else the row is compared with
}

// storedView is a row as reconciliation reads it.
type storedView struct {
	id       string
	stored   bool
	columns  []string
	document []byte
	lines    []string
}

// compareTable reads the rows of a table once, whole or as far as they changed.
func compareTable[R any](ctx context.Context, c *comparing, v rowView[R]) error {
	args := []any{c.partnerID}
	if v.fact != "" {
		ids := c.changed.ids(v.fact)
		facts := make([]string, len(ids))
		for i, id := range ids {
			facts[i] = v.fact + id
		}
		args = append(args, c.whole, ids, facts)
	}
	rows, err := c.tx.Query(ctx, v.query, args...)
	if err != nil {
		return fmt.Errorf("read the rows of %s: %w", v.table, err)
	}
	s := storedView{stored: true}
	dest := []any{&s.id, &s.columns, &s.document}
	if v.fact != "" {
		dest = []any{&s.id, &s.stored, &s.columns, &s.document, &s.lines}
	}
	_, err = pgx.ForEachRow(rows, dest, func() error {
		c.count(reconciliation.PairRows, "").compared++
		row := c.readRow(v.table, &s, decodeRow[R])
		r, _ := row.(*R)
		if r != nil {
			compareColumns(c, &v, &s, r)
			if v.also != nil {
				v.also(s.id, r)
			}
		}
		if v.fact == "" || row == any(garbled) {
			return nil
		}
		return compareFact(c, &v, &s, r)
	})
	if err != nil {
		return fmt.Errorf("read the rows of %s: %w", v.table, err)
	}
	return nil
}

// garbled stands for a row that is there and says nothing.
var garbled = new(struct{ _ byte })

func decodeRow[R any](document []byte) (any, error) { return decision.Restore[R](document) }

// readRow decodes a document. A row without one was taken away; its facts have
// to come to nothing.
func (c *comparing) readRow(table string, s *storedView, decode func([]byte) (any, error)) any {
	if len(s.document) == 0 {
		return nil
	}
	row, err := decode(s.document)
	if err != nil {
		f := reconciliation.Unreadable(c.partnerID, table, s.id, err.Error())
		f.Evidence = []reconciliation.Row{rowEvidence(table, s)}
		c.found(reconciliation.PairRows, f)
		return garbled
	}
	return row
}

func compareColumns[R any](c *comparing, v *rowView[R], s *storedView, row *R) {
	wanted := v.columns(row)
	same := len(wanted) == len(s.columns)
	for i := 0; same && i < len(wanted); i++ {
		same = wanted[i] == s.columns[i]
	}
	if same {
		return
	}
	columns := make([]reconciliation.Column, len(wanted))
	for i, name := range v.names {
		columns[i] = reconciliation.Column{Name: name, Stored: s.columns[i], Document: wanted[i]}
	}
	if f := reconciliation.Columns(c.partnerID, v.table, s.id, columns); f != nil {
		f.Evidence = []reconciliation.Row{rowEvidence(v.table, s)}
		if v.cycle != nil {
			f.Cycle = v.cycle(row)
		}
		c.found(reconciliation.PairRows, *f)
	}
}

func compareFact[R any](c *comparing, v *rowView[R], s *storedView, row *R) error {
	view := reconciliation.FactView{PartnerID: c.partnerID, Fact: v.fact + s.id, HasRow: s.stored}
	sums, err := readLines(s.lines)
	if err != nil {
		return fmt.Errorf("postings of fact %q: %w", view.Fact, err)
	}
	view.Sum = sums
	if row != nil {
		ledger, err := v.ledger(row)
		if err != nil {
			f := reconciliation.Unreadable(c.partnerID, v.table, s.id, err.Error())
			f.Evidence = []reconciliation.Row{rowEvidence(v.table, s)}
			c.found(reconciliation.PairRows, f)
			return nil
		}
		if v.cycle != nil {
			view.Cycle = v.cycle(row)
		}
		for _, l := range ledger.Lines {
			view.Row = append(view.Row, reconciliation.Line{Account: l.Account, Bill: ledger.BillID, Currency: ledger.Currency, Amount: l.Amount})
		}
	}
	count := c.count(reconciliation.PairLedgerBalances, "")
	count.compared++
	if len(view.Row) > 0 {
		count := c.count(reconciliation.PairLedgerBalances, view.Row[0].Currency)
		count.compared++
		count.amount = count.amount.Add(view.Row[0].Amount.Abs())
	}
	if f := reconciliation.Fact(&view); f != nil {
		f.Evidence = []reconciliation.Row{rowEvidence(v.table, s), {Source: "posting", ID: view.Fact, Text: strings.Join(s.lines, "; ")}}
		c.found(reconciliation.PairLedgerBalances, *f)
	}
	return nil
}

// readLines reads sums of postings: account, bill, currency and amount.
func readLines(texts []string) ([]reconciliation.Line, error) {
	lines := make([]reconciliation.Line, len(texts))
	for i, text := range texts {
		parts := strings.Split(text, "|")
		if len(parts) != 4 {
			return nil, fmt.Errorf("sum %q has %d parts, not 4", text, len(parts))
		}
		amount, err := decimal.NewFromString(parts[3])
		if err != nil {
			return nil, fmt.Errorf("sum %q: %w", text, err)
		}
		lines[i] = reconciliation.Line{Account: parts[0], Bill: parts[1], Currency: moneyOf(parts[2]), Amount: amount}
	}
	return lines, nil
}

// evidenceBytesMax bounds what a finding keeps of a document.
const evidenceBytesMax = 4_000

func rowEvidence(table string, s *storedView) reconciliation.Row {
	text := strings.Join(s.columns, ", ") + " " + string(s.document)
	if len(text) > evidenceBytesMax {
		text = strings.ToValidUTF8(text[:evidenceBytesMax], "") + " ..." // not half a character
	}
	return reconciliation.Row{Source: table, ID: s.id, Text: text}
}
