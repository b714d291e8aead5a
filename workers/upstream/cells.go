package upstream

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"
)

// line reads a record as line of the statement; nil is a line of totals.
func (r *Reader) line(rec *record) (*Line, *Problem) {
	r.current = rec
	if p := r.shapeProblem(rec); p != nil {
		return nil, p
	}
	if r.isTotal(rec) {
		r.totals++
		return nil, nil
	}
	if r.lines++; r.lines > linesMax {
		return nil, r.problem(rec, "", CodeTooLarge, fmt.Sprintf("is line %d of the statement, at most %d: split it", r.lines, linesMax))
	}
	line := &Line{No: r.lines, Part: r.part, PartLine: rec.line, Hash: hashOf(rec.cells)}
	for _, read := range []func(*record, *Line) *Problem{r.readTexts, r.readIDs, r.readCycle, r.readBillType, r.readCurrency, r.readAmounts} {
		if p := read(rec, line); p != nil {
			return nil, p
		}
	}
	return line, nil
}

// problem says where in a record something is wrong.
func (r *Reader) problem(rec *record, field Field, code, message string) *Problem {
	p := &Problem{Code: code, Part: r.part, Line: rec.line, Message: message}
	if i, there := r.columns.at[field]; there {
		p.Line, p.Column, p.Header = rec.lineOf(i), i+1, r.columns.headers[i]
	}
	return p
}

// cell is what a record says of a field, bare.
func (r *Reader) cell(rec *record, field Field) string {
	i, there := r.columns.at[field]
	if !there || i >= len(rec.cells) {
		return ""
	}
	return r.mapping.bare(rec.cells[i])
}

// textProblem finds cells that are no text in the encoding.
func (r *Reader) textProblem(rec *record) *Problem {
	if r.book != nil {
		return nil // a spreadsheet says its own encoding
	}
	for i, cell := range rec.cells {
		if message := checkText(cell, r.encoding); message != "" {
			p := &Problem{Code: CodeEncoding, Part: r.part, Line: rec.lineOf(i), Column: i + 1, Message: message}
			if r.columns != nil && i < len(r.columns.headers) {
				p.Header = r.columns.headers[i]
			}
			return p
		}
	}
	return nil
}

// shapeProblem finds records that are not as wide as the header. Empty cells at the end count for nothing.
func (r *Reader) shapeProblem(rec *record) *Problem {
	if p := r.textProblem(rec); p != nil {
		return p
	}
	width := len(r.columns.headers)
	switch {
	case len(rec.cells) > cellsMax:
		return r.problem(rec, "", CodeTooLarge, fmt.Sprintf("has %d cells, at most %d: is the delimiter right?", len(rec.cells), cellsMax))
	case len(rec.cells) > width && !isEmpty(rec.cells[width:]):
		return r.problem(rec, "", CodeLongLine, fmt.Sprintf("has %d cells, the header %d: is a cell with the delimiter in it not in quotes?", len(rec.cells), width))
	case len(rec.cells) < width && !rec.ends && !r.isTotal(rec):
		return r.problem(rec, "", CodeShortLine, fmt.Sprintf("has %d cells, the header %d: is the file cut off?", len(rec.cells), width))
	default:
		return nil
	}
}

// isTotal says whether a record sums others up: its first text is a label of totals, and it is nobody's.
func (r *Reader) isTotal(rec *record) bool {
	for _, cell := range rec.cells {
		text := r.mapping.bare(cell)
		if text == "" {
			continue
		}
		label := strings.TrimRight(fold(text), ": ")
		if !r.mapping.totals[label] {
			return false
		}
		break
	}
	customer := strings.TrimRight(fold(r.cell(rec, FieldCustomer)), ": ")
	return r.cell(rec, FieldOrder) == "" && (customer == "" || r.mapping.totals[customer])
}

func (r *Reader) readTexts(rec *record, line *Line) *Problem {
	for _, one := range []struct {
		field Field
		into  *string
	}{
		{FieldBillingMode, &line.BillingMode}, {FieldProductType, &line.ProductType}, {FieldProductTypeCode, &line.ProductTypeCode},
		{FieldProductName, &line.ProductName}, {FieldProduct, &line.ProductID}, {FieldResource, &line.ResourceID}, {FieldInvoice, &line.InvoiceID},
	} {
		text := r.cell(rec, one.field)
		if err := checkPlain(text); err != nil {
			return r.problem(rec, one.field, CodeInvalidText, err.Error())
		}
		*one.into = text
	}
	return nil
}

// readIDs takes lines without a customer (F56) and without an order, as credits of no order are.
func (r *Reader) readIDs(rec *record, line *Line) *Problem {
	for _, one := range []struct {
		field Field
		into  *string
	}{{FieldCustomer, &line.CustomerID}, {FieldOrder, &line.OrderID}, {FieldOriginalOrder, &line.OriginalOrderID}} {
		text := r.cell(rec, one.field)
		if text == "-" || text == "--" { // how exports write that there is none
			text = ""
		}
		if err := checkID(text); err != nil {
			return r.problem(rec, one.field, CodeInvalidID, err.Error())
		}
		*one.into = text
	}
	return nil
}

func (r *Reader) readCycle(rec *record, line *Line) *Problem {
	line.Cycle = r.options.Cycle
	if _, there := r.columns.at[FieldCycle]; !there {
		for _, name := range []string{r.part, r.options.Name} {
			if said := cycleOfName(name); said != "" && said != r.options.Cycle {
				return r.problem(rec, "", CodeOtherCycle, fmt.Sprintf("is of %s by the name of its file, the statement of %s: import it for its own cycle", said, r.options.Cycle))
			}
		}
		return nil
	}
	text := r.cell(rec, FieldCycle)
	if text == "" {
		return r.problem(rec, FieldCycle, CodeMissingValue, "is empty: a line without its cycle may be of any")
	}
	cycle, err := r.mapping.cycle(text, r.book != nil)
	if err != nil {
		return r.problem(rec, FieldCycle, CodeInvalidCycle, err.Error())
	}
	if cycle != r.options.Cycle {
		return r.problem(rec, FieldCycle, CodeOtherCycle, fmt.Sprintf("is of %s, the statement of %s: import it for its own cycle", cycle, r.options.Cycle))
	}
	line.Cycle = cycle
	return nil
}

// readBillType refuses what the mapping does not name: a kind of line that is left out is money that is left out (F57).
func (r *Reader) readBillType(rec *record, line *Line) *Problem {
	text := r.cell(rec, FieldBillType)
	if text == "" {
		return r.problem(rec, FieldBillType, CodeMissingValue, "is empty: say whether it is an expenditure, a refund or an adjustment")
	}
	billType, known := r.mapping.billTypes[fold(text)]
	if !known {
		return r.problem(rec, FieldBillType, CodeUnknownBillType, fmt.Sprintf("%q is none of the mapping's bill types: add it to them", shorten(text)))
	}
	line.BillType = billType
	return nil
}

func (r *Reader) readCurrency(rec *record, line *Line) *Problem {
	field, text := FieldCurrency, r.cell(rec, FieldCurrency)
	if text == "" {
		field, text = FieldAmount, r.columns.currency
	}
	if text == "" {
		if line.Currency = r.currency; line.Currency == "" {
			return r.problem(rec, field, CodeMissingCurrency, "has no currency: name it by --currency")
		}
		return nil
	}
	currency, err := r.mapping.currency(text)
	if err != nil {
		return r.problem(rec, field, CodeUnknownCurrency, err.Error())
	}
	if r.currency == "" {
		r.currency = currency
	}
	if currency != r.currency {
		return r.problem(rec, field, CodeMixedCurrencies, fmt.Sprintf("is in %s, the statement in %s: import the lines of each currency from a file of their own", currency, r.currency))
	}
	line.Currency = currency
	return nil
}

func (r *Reader) readAmounts(rec *record, line *Line) *Problem {
	amount := func(field Field) (*decimal.Decimal, *Problem) {
		text := r.cell(rec, field)
		if text == "" {
			return nil, nil
		}
		d, err := r.mapping.amount(text, r.book != nil)
		if err != nil {
			return nil, r.problem(rec, field, CodeInvalidAmount, err.Error())
		}
		d = r.mapping.signed(line.BillType, d)
		return &d, nil
	}
	d, p := amount(FieldAmount)
	switch {
	case p != nil:
		return p
	case d == nil:
		return r.problem(rec, FieldAmount, CodeMissingValue, "is empty: a line without its amount says nothing")
	}
	line.Amount = *d
	if line.ListAmount, p = amount(FieldListAmount); p != nil {
		return p
	}
	line.SettlementAmount, p = amount(FieldSettlement)
	return p
}
