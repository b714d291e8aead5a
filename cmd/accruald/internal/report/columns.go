package report

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/cmd/accruald/internal/sheet"
	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/events"
)

// part is a table of a report: the same columns in every form.
type part[R any] struct {
	name     string
	columns  []table.Column[R]
	currency func(*R) string
	summed   []string // the columns that have totals, by currency
	printed  int      // how many columns are printed, 0 for all
}

// currencyColumn is the name of the column that totals are taken by.
const currencyColumn = "currency"

// Widths of columns, in characters.
const (
	widthOfFigure = 12
	widthOfTime   = 20
	widthOfFlag   = 8
	widthOfText   = 12
	widthMax      = 48
)

// sheet writes the table into a workbook, with the totals of every currency as formulas.
func (p *part[R]) sheet(book *sheet.Book, rows []R) error {
	columns := make([]sheet.Column, len(p.columns))
	for i, c := range p.columns {
		columns[i] = sheet.Column{Title: strings.ReplaceAll(c.Name, "_", " "), Width: p.width(c, rows)}
	}
	printed := p.printed
	if printed == 0 {
		printed = len(columns)
	}
	return book.Table(p.name, columns, printed, len(rows), func(i int) []any {
		values := make([]any, len(p.columns))
		for k, c := range p.columns {
			values[k] = cellOf(c.Of(&rows[i]), p.currency(&rows[i]))
		}
		return values
	}, p.totals(rows)...)
}

// width is that of the longest text of a column, within bounds.
func (p *part[R]) width(c table.Column[R], rows []R) float64 {
	var none R
	switch c.Of(&none).(type) {
	case events.Amount:
		return p.widthOfMoney(c, rows)
	case decimal.Decimal, int:
		return widthOfFigure
	case time.Time:
		return widthOfTime
	case bool:
		return widthOfFlag
	}
	longest := widthOfText
	for i := range rows {
		switch v := c.Of(&rows[i]).(type) {
		case string:
			longest = max(longest, utf8.RuneCountInString(v)+2)
		case []string:
			longest = max(longest, utf8.RuneCountInString(strings.Join(v, ", "))+2)
		}
	}
	return float64(min(longest, widthMax))
}

// widthOfMoney fits the longest amount, and the total, with a currency behind it.
func (p *part[R]) widthOfMoney(c table.Column[R], rows []R) float64 {
	longest, total := 0, decimal.Decimal{}
	for i := range rows {
		if amount, ok := c.Of(&rows[i]).(events.Amount); ok {
			longest, total = max(longest, len(table.Amount(amount))), total.Add(amount.Decimal.Abs())
		}
	}
	longest = max(longest, len(table.Amount(table.AmountIn(total, ""))))
	return float64(max(longest+len(" CNY")+2, widthOfFigure))
}

// cellOf is a value as a workbook has it.
func cellOf(value any, currency string) any {
	switch v := value.(type) {
	case events.Amount:
		return moneyOf(v, currency)
	case []string:
		return strings.Join(v, ", ")
	default:
		return value
	}
}

func moneyOf(a events.Amount, currency string) sheet.Money {
	_, fraction, _ := strings.Cut(table.Plain(a), ".")
	return sheet.Money{Amount: a.Decimal, Currency: currency, Digits: int32(len(fraction))} //nolint:gosec // a few digits
}

// totals are the rows below a table, one for each currency.
func (p *part[R]) totals(rows []R) (out [][]any) {
	for _, currency := range p.currencies(rows) {
		total := make([]any, len(p.columns))
		total[0] = "Total " + currency
		for k, c := range p.columns {
			if slices.Contains(p.summed, c.Name) {
				total[k] = p.sum(rows, c, currency)
			}
		}
		out = append(out, total)
	}
	return out
}

func (p *part[R]) currencies(rows []R) (found []string) {
	for i := range rows {
		if c := p.currency(&rows[i]); !slices.Contains(found, c) {
			found = append(found, c)
		}
	}
	slices.Sort(found)
	return found
}

// sum is the total of a column in a currency, as a formula with its value.
func (p *part[R]) sum(rows []R, c table.Column[R], currency string, where ...condition) sheet.Formula {
	total := table.AmountIn(decimal.Decimal{}, currency)
	text := "SUMIFS(" + p.cells(c.Name, len(rows)) + "," + p.cells(currencyColumn, len(rows)) + "," + quoted(currency)
	for _, w := range where {
		text += "," + p.cells(w.column, len(rows)) + "," + quoted(w.is)
	}
	for i := range rows {
		amount, ok := c.Of(&rows[i]).(events.Amount)
		if ok && p.currency(&rows[i]) == currency && p.meets(&rows[i], where) {
			total = table.AmountIn(total.Decimal.Add(amount.Decimal), currency)
		}
	}
	return sheet.Formula{Text: text + ")", Value: moneyOf(total, currency)}
}

// condition keeps the rows whose column is some text.
type condition struct{ column, is string }

func (p *part[R]) meets(row *R, where []condition) bool {
	return !slices.ContainsFunc(where, func(w condition) bool { return p.column(w.column).Of(row) != any(w.is) })
}

func (p *part[R]) column(name string) table.Column[R] {
	return p.columns[slices.IndexFunc(p.columns, func(c table.Column[R]) bool { return c.Name == name })]
}

// cells is the range of a column, as formulas of any sheet name it.
func (p *part[R]) cells(column string, rows int) string {
	return sheet.Range(p.name, slices.IndexFunc(p.columns, func(c table.Column[R]) bool { return c.Name == column }), rows)
}

// quoted is text in a formula.
func quoted(text string) string { return `"` + strings.ReplaceAll(text, `"`, `""`) + `"` }
