package sheet

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"
)

// Money is an amount of a currency.
type Money struct {
	Amount   decimal.Decimal
	Currency string
	Digits   int32
}

// Formula is a formula with the value that it comes to.
type Formula struct {
	Text  string
	Value any
}

// Label is a cell set in bold.
type Label string

// The font that is everywhere: that of the library's standard style.
const (
	font       = "Calibri"
	fontSize   = 11
	timeFormat = "yyyy-mm-dd hh:mm:ss"
)

// digitsMax is what a spreadsheet's numbers hold.
const digitsMax = 15

// cell makes a cell of a value: string, bool, int, decimal.Decimal, Money, time.Time, Label or Formula; nil is empty.
func (b *Book) cell(value any, strong bool) (excelize.Cell, error) {
	switch v := value.(type) {
	case nil:
		return excelize.Cell{}, nil
	case Formula:
		c, err := b.cell(v.Value, strong)
		c.Formula = v.Text
		return c, err
	case Label:
		return b.styled(string(v), "", true)
	case string:
		return b.styled(v, "", strong)
	case bool:
		text := ""
		if v {
			text = "yes"
		}
		return b.styled(text, "", strong)
	case int:
		return b.styled(v, "#,##0", strong)
	case decimal.Decimal:
		return b.styled(number(v), "", strong)
	case Money:
		return b.styled(number(v.Amount), moneyFormat(v), strong)
	case time.Time:
		if v.IsZero() {
			return excelize.Cell{}, nil
		}
		// The library writes the reading of UTC: this is the reading of the time's own zone.
		reading := time.Date(v.Year(), v.Month(), v.Day(), v.Hour(), v.Minute(), v.Second(), 0, time.UTC)
		return b.styled(reading, timeFormat, strong)
	default:
		return excelize.Cell{}, fmt.Errorf("a cell of %T: no form is known for it", value)
	}
}

// number is a float64 that is written as the decimal is, or where there is none the text.
func number(d decimal.Decimal) any {
	text := d.String()
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || d.NumDigits() > digitsMax || strconv.FormatFloat(f, 'f', -1, 64) != text {
		return text
	}
	return f
}

// moneyFormat shows thousands, the currency's digits and its code, negatives in red.
func moneyFormat(m Money) string {
	figure := "#,##0"
	if m.Digits > 0 {
		figure += "." + strings.Repeat("0", int(m.Digits))
	}
	if len(m.Currency) == len("CNY") {
		figure += `\ [$` + m.Currency + `]`
	}
	return figure + ";[Red]-" + figure
}

func (b *Book) styled(value any, format string, strong bool) (excelize.Cell, error) {
	if format == "" && !strong {
		return excelize.Cell{Value: value}, nil
	}
	key := format + "|" + strconv.FormatBool(strong)
	id, known := b.styles[key]
	if !known {
		style := &excelize.Style{}
		if format != "" {
			style.CustomNumFmt = &format
		}
		if strong {
			style.Font = &excelize.Font{Bold: true, Family: font, Size: fontSize}
		}
		if format == timeFormat {
			style.Alignment = &excelize.Alignment{Horizontal: "left"} // as text is: the next column is often text
		}
		var err error
		if id, err = b.file.NewStyle(style); err != nil {
			return excelize.Cell{}, fmt.Errorf("make the format %q: %w", format, err)
		}
		b.styles[key] = id
	}
	return excelize.Cell{StyleID: id, Value: value}, nil
}

// header is the style of a table's head.
func (b *Book) header() (int, error) {
	if id, known := b.styles["header"]; known {
		return id, nil
	}
	id, err := b.file.NewStyle(&excelize.Style{
		Font: &excelize.Font{Bold: true, Color: "FFFFFF", Family: font, Size: fontSize}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"1F4E78"}},
		Alignment: &excelize.Alignment{Vertical: "center", WrapText: true}})
	if err != nil {
		return 0, fmt.Errorf("make the style of headers: %w", err)
	}
	b.styles["header"] = id
	return id, nil
}
