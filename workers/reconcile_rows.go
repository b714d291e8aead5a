package workers

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/reconciliation"
)

// A rowView says how the rows of one table are compared: their columns with
// their document and, where the ledger has facts of them, the postings.
type rowView[R any] struct {
	table, query string            // the query selects the id, the columns and the document
	columns      func(*R) []string // as they are saved, with "" for null
	fact         string            // prefix of its facts; "" where there are none
	ledger       func(*R) (decision.LedgerView, error)
	cycle        func(*R) string
	also         func(id string, row *R) // what else the row is compared with
}

// storedView is a row as reconciliation reads it. What it holds is valid until
// the next row is read.
type storedView struct {
	id       string
	stored   bool // else only the ledger knows it
	names    []string
	columns  []rawText
	document rawText
}

// compareTable reads the rows of a table once, whole or as far as they changed.
func compareTable[R any](ctx context.Context, c *comparing, v rowView[R]) error {
	args := []any{c.partnerID}
	if v.fact != "" {
		args = append(args, c.whole, c.changed.ids(v.fact))
	}
	rows, err := c.tx.Query(ctx, v.query, args...)
	if err != nil {
		return fmt.Errorf("read the rows of %s: %w", v.table, err)
	}
	s, dest := viewOf(rows.FieldDescriptions())
	_, err = pgx.ForEachRow(rows, dest, func() error {
		c.count(reconciliation.PairRows, "").compared++
		row := c.readRow(v.table, s, decodeRow[R])
		r, _ := row.(*R)
		if r != nil {
			compareColumns(c, &v, s, r)
			if v.also != nil {
				v.also(s.id, r)
			}
		}
		if v.fact != "" {
			sums := c.sums.take(v.fact + s.id)
			if row != any(garbled) {
				compareFact(c, &v, s, r, sums)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the rows of %s: %w", v.table, err)
	}
	if v.fact == "" {
		return nil
	}
	for _, fact := range c.sums.left(v.fact) {
		if sums := c.sums.take(fact); len(sums) > 0 {
			c.count(reconciliation.PairRows, "").compared++
			compareFact(c, &v, &storedView{id: fact[len(v.fact):]}, nil, sums)
		}
	}
	return nil
}

// viewOf makes room for rows of a query, and says where each column goes.
func viewOf(of []pgconn.FieldDescription) (s *storedView, dest []any) {
	last := len(of) - 1
	s = &storedView{stored: true, columns: make([]rawText, max(last-1, 0))}
	dest = []any{&s.id}
	for i := range s.columns {
		s.names, dest = append(s.names, of[i+1].Name), append(dest, &s.columns[i])
	}
	return s, append(dest, &s.document)
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
		f.Evidence = rowEvidence(table, s)
		c.found(reconciliation.PairRows, f)
		return garbled
	}
	return row
}

func compareColumns[R any](c *comparing, v *rowView[R], s *storedView, row *R) {
	wanted := v.columns(row)
	same := true
	for i := range wanted {
		same = same && wanted[i] == string(s.columns[i])
	}
	if same {
		return
	}
	columns := make([]reconciliation.Column, len(wanted))
	for i, name := range s.names {
		columns[i] = reconciliation.Column{Name: name, Stored: string(s.columns[i]), Document: wanted[i]}
	}
	if f := reconciliation.Columns(c.partnerID, v.table, s.id, columns); f != nil {
		f.Evidence = rowEvidence(v.table, s)
		if v.cycle != nil {
			f.Cycle = v.cycle(row)
		}
		c.found(reconciliation.PairRows, *f)
	}
}

// compareFact compares what postings come to with what the row says of them. A
// row that is not there, or was taken away, says nothing.
func compareFact[R any](c *comparing, v *rowView[R], s *storedView, row *R, sums []reconciliation.Line) {
	view := reconciliation.FactView{PartnerID: c.partnerID, Fact: v.fact + s.id, HasRow: s.stored, Sum: sums}
	if row != nil {
		ledger, err := v.ledger(row)
		if err != nil {
			f := reconciliation.Unreadable(c.partnerID, v.table, s.id, err.Error())
			f.Evidence = rowEvidence(v.table, s)
			c.found(reconciliation.PairRows, f)
			return
		}
		if v.cycle != nil {
			view.Cycle = v.cycle(row)
		}
		view.Row = make([]reconciliation.Line, len(ledger.Lines))
		for i, l := range ledger.Lines {
			view.Row[i] = reconciliation.Line{Account: l.Account, Bill: ledger.BillID, Currency: ledger.Currency, Amount: l.Amount}
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
		f.Evidence = append(rowEvidence(v.table, s), sumEvidence(view.Fact, sums))
		c.found(reconciliation.PairLedgerBalances, *f)
	}
}
