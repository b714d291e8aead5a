package report

import (
	"fmt"
	"io"

	"github.com/accruald/accruald/cmd/accruald/internal/sheet"
	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/inquiry/charges"
)

// Parts of a statement that comma-separated values have one of.
const (
	PartSums     = "sums"
	PartCharges  = "charges"
	PartBills    = "bills"
	PartDetails  = "details"
	PartRequests = "requests"
	PartInvoices = "invoices"
)

// WriteCSV writes one part of the statement.
func (s *Statement) WriteCSV(w io.Writer, part string) error {
	switch part {
	case PartSums:
		return table.WriteCSV(w, sumsPart.columns, s.Sums)
	case PartCharges:
		return table.WriteCSV(w, chargePart.columns, s.Charges)
	case PartBills:
		return table.WriteCSV(w, billPart.columns, s.Bills)
	case PartDetails:
		return table.WriteCSV(w, detailPart.columns, s.Details)
	case PartRequests:
		return table.WriteCSV(w, requestPart.columns, s.Requests)
	case PartInvoices:
		return table.WriteCSV(w, invoicePart.columns, s.Invoices)
	default:
		return fmt.Errorf("write the part %q of a statement: there is no such part", part)
	}
}

// WriteXLSX writes the statement as a workbook: the sums and checks, then a sheet for each part.
func (s *Statement) WriteXLSX(w io.Writer) error {
	book, err := sheet.New("Statement of partner " + s.PartnerID + ", cycle " + s.Cycle)
	if err != nil {
		return err
	}
	steps := []func() error{
		func() error { return book.Form(sumsPart.name, []float64{76, 22, 22, 22, 10}, s.form()) },
		func() error { return chargePart.sheet(book, s.Charges) },
		func() error { return billPart.sheet(book, s.Bills) },
		func() error { return detailPart.sheet(book, s.Details) },
		func() error { return requestPart.sheet(book, s.Requests) },
		func() error { return invoicePart.sheet(book, s.Invoices) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return book.Write(w)
}

// form is the first sheet: who and when, the sums of each currency as formulas over the charges, and the checks.
func (s *Statement) form() [][]any {
	rows := [][]any{
		{sheet.Label("Partner"), s.PartnerID}, {sheet.Label("Site"), s.Site}, {sheet.Label("Cycle"), s.Cycle},
		{sheet.Label("From"), s.From}, {sheet.Label("Up to, not including"), s.To}, {sheet.Label("Times are those of"), s.Zone},
	}
	for i := range s.Sums {
		rows = append(rows, []any{})
		rows = append(rows, s.sumsForm(&s.Sums[i], len(rows))...)
	}
	rows = append(rows, []any{}, []any{sheet.Label("Checks"), sheet.Label("expected"), sheet.Label("found"), sheet.Label("difference"), sheet.Label("holds")})
	for _, c := range s.Checks {
		n := len(rows) + 1
		difference := table.AmountIn(c.Found.Decimal.Sub(c.Expected.Decimal), c.Currency)
		holds := "no"
		if c.OK {
			holds = "yes"
		}
		rows = append(rows, []any{c.Name, moneyOf(c.Expected, c.Currency), moneyOf(c.Found, c.Currency),
			sheet.Formula{Text: fmt.Sprintf("ROUND(C%d-B%d,8)", n, n), Value: moneyOf(difference, c.Currency)},
			sheet.Formula{Text: fmt.Sprintf(`IF(D%d=0,"yes","no")`, n), Value: holds}})
	}
	return rows
}

// sumsForm are the sums of one statement behind so many rows: consumption, refunds and adjustments over the charges, the
// bill amount over these.
func (s *Statement) sumsForm(sums *Sums, above int) [][]any {
	in := func(a events.Amount) sheet.Money { return moneyOf(a, sums.Currency) }
	lines := func(kind charges.Kind) any {
		return chargePart.sum(s.Charges, chargePart.column("amount"), sums.Currency, condition{"kind", string(kind)})
	}
	first := above + 3 // the row of the consumption, counted from 1
	due := fmt.Sprintf("MAX(0,B%d)", first+3)
	rows := [][]any{
		{sheet.Label("Statement"), sums.StatementID}, {sheet.Label("State"), sums.State, sums.IssuedAt},
		{sheet.Label("Consumption"), lines(charges.Consumption)}, {sheet.Label("Refunds"), lines(charges.Refund)},
		{sheet.Label("Adjustments"), lines(charges.Adjustment)},
		{sheet.Label("Bill amount"), sheet.Formula{Text: fmt.Sprintf("SUM(B%d:B%d)", first, first+2), Value: in(sums.BillAmount)}},
		{sheet.Label("Tax contained in it"), in(sums.Tax)},
		{sheet.Label("Amount due"), sheet.Formula{Text: due, Value: in(sums.AmountDue)}},
	}
	return rows
}
