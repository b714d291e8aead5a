package table

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
	"golang.org/x/text/width"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/money"
)

// Text is what a person reads: lines and tables.
type Text struct{ b strings.Builder }

// Line adds a line.
func (t *Text) Line(format string, args ...any) { fmt.Fprintf(&t.b, format+"\n", args...) }

// Rows adds an empty line and rows under their heading, which is the first of them. Columns says of the first ones whether
// they are set left (l) or right (r); the others are figures and stand right. A heading alone says that there is nothing.
func (t *Text) Rows(rows [][]string, columns string) {
	if len(rows) == 1 {
		rows = append(rows, []string{"none"})
	}
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], columnsOf(cell))
		}
	}
	t.Line("")
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-columnsOf(cell))
			if i > 0 {
				line.WriteString("  ")
			}
			if i >= len(columns) || columns[i] == 'r' {
				line.WriteString(pad + cell)
			} else {
				line.WriteString(cell + pad)
			}
		}
		t.Line("%s", strings.TrimRight(line.String(), " "))
	}
}

// columnsOf is how wide a text is on a terminal: what is written in Chinese takes two columns a character.
func columnsOf(text string) (n int) {
	for _, r := range text {
		switch width.LookupRune(r).Kind() {
		case width.EastAsianWide, width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}

// String returns everything that was added.
func (t *Text) String() string { return t.b.String() }

// Write writes it, without the empty line that a table at the very top begins with.
func (t *Text) Write(w io.Writer) error {
	_, err := io.WriteString(w, strings.TrimPrefix(t.String(), "\n"))
	return err
}

// Number sets an integer with commas between thousands.
func Number(n int) string { return grouped(strconv.Itoa(n)) }

// Amount sets an amount likewise, with the digits of its currency.
func Amount(a events.Amount) string {
	whole, fraction, found := strings.Cut(Plain(a), ".")
	if !found {
		return grouped(whole)
	}
	return grouped(whole) + "." + fraction
}

// Plain writes an amount with its digits alone; one that cannot be set at its scale is shown as it is.
func Plain(a events.Amount) string {
	written, err := a.Text()
	if err != nil {
		return a.Decimal.String()
	}
	return written
}

// AmountIn gives an amount the digits of its currency, and more where it has more.
func AmountIn(d decimal.Decimal, currency string) events.Amount {
	_, fraction, _ := strings.Cut(d.String(), ".")
	digits, err := money.Currency(currency).Digits()
	if err != nil { // without a currency, as what is zero may be
		digits = 0
	}
	return events.NewAmount(d, max(digits, int32(len(fraction)))) //nolint:gosec // an amount has a few digits
}

func grouped(digits string) string {
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}
