package upstream

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
)

const (
	idBytesMax        = 64
	textRunesMax      = 400
	amountWholeMax    = 20 // digits before the point, as in events
	amountFractionMax = 10
	sheetDigits       = 15 // of a number in a spreadsheet that mean something
)

var idPattern = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// bare takes off what exports put around a cell so that spreadsheets take it for text: spaces, tabs, the mapping's
// characters, and ="...".
func (m *Mapping) bare(cell string) string {
	cell = strings.TrimSpace(cell)
	if inner, found := strings.CutPrefix(cell, `="`); found && strings.HasSuffix(inner, `"`) {
		cell = strings.TrimSuffix(inner, `"`)
	}
	return strings.TrimSpace(strings.Trim(cell, m.Trim))
}

// checkID refuses what no id can look like.
func checkID(text string) error {
	if len(text) > idBytesMax || text != "" && !idPattern.MatchString(text) {
		return fmt.Errorf("%q is no id: an id has up to %d of A-Z, a-z, 0-9, _ and -; has a spreadsheet made a number of it? Format the column as text", shorten(text), idBytesMax)
	}
	return nil
}

// checkPlain refuses texts that cannot be shown.
func checkPlain(text string) error {
	if utf8.RuneCountInString(text) > textRunesMax {
		return fmt.Errorf("has more than %d characters: is a quote or delimiter missing?", textRunesMax)
	}
	if i := strings.IndexFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }); i >= 0 {
		return fmt.Errorf("has a control character at byte %d: export the file again", i+1)
	}
	return nil
}

// amount reads an amount as the mapping writes them. What a spreadsheet holds as a number is written with a point.
func (m *Mapping) amount(text string, isSheet bool) (decimal.Decimal, error) {
	if isSheet {
		if d, is := sheetNumber(text); is {
			return d, checkSize(d)
		}
	}
	plain, err := m.plainNumber(text)
	if err != nil {
		return decimal.Decimal{}, err
	}
	d, err := decimal.NewFromString(plain)
	if err != nil {
		return decimal.Decimal{}, fmt.Errorf("%q is no amount", shorten(text))
	}
	return d, checkSize(d)
}

// plainNumber turns 1,234.50, (1,234.50), 1,234.50- and ¥-1,234.50 into -1234.50 and the like.
func (m *Mapping) plainNumber(text string) (string, error) {
	refuse := func() (string, error) {
		return "", fmt.Errorf("%q is no amount such as 1%s234%s50: correct it, or name the marks in the mapping", shorten(text), m.Numbers.Group, m.Numbers.Decimal)
	}
	rest, negative := text, false
	for _, symbol := range m.Numbers.Symbols {
		rest = strings.ReplaceAll(rest, symbol, "")
	}
	rest = strings.TrimSpace(strings.NewReplacer("\u2212", "-", "\uff0d", "-", "\u00a0", " ", "\u202f", " ", "\uffe5", "").Replace(rest))
	if inner, found := strings.CutPrefix(rest, "("); found && strings.HasSuffix(inner, ")") {
		rest, negative = strings.TrimSuffix(inner, ")"), true
	}
	for _, take := range []func(string, string) (string, bool){strings.CutPrefix, strings.CutSuffix} {
		inner, found := take(rest, "-")
		if found && negative {
			return refuse()
		}
		if found {
			rest, negative = strings.TrimSpace(inner), true
		}
	}
	if !negative {
		rest = strings.TrimPrefix(rest, "+")
	}
	whole, fraction, hasFraction := strings.Cut(rest, m.Numbers.Decimal)
	if m.Numbers.Group != "" && strings.Contains(whole, m.Numbers.Group) {
		groups := strings.Split(whole, m.Numbers.Group)
		for i, group := range groups {
			if i > 0 && len(group) != 3 || i == 0 && (len(group) < 1 || len(group) > 3) {
				return refuse()
			}
		}
		whole = strings.Join(groups, "")
	}
	if !digits(whole) || hasFraction && !digits(fraction) {
		return refuse()
	}
	if hasFraction {
		whole += "." + fraction
	}
	if negative {
		whole = "-" + whole
	}
	return whole, nil
}

func digits(text string) bool {
	return text != "" && strings.IndexFunc(text, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

var sheetPattern = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?$`)

// sheetNumber reads a number as spreadsheets store it, with the 15 digits that mean something: 0.1+0.2 is 0.3.
func sheetNumber(text string) (decimal.Decimal, bool) {
	if !sheetPattern.MatchString(text) {
		return decimal.Decimal{}, false
	}
	d, err := decimal.NewFromString(text)
	if err != nil {
		return decimal.Decimal{}, false
	}
	coefficient := d.Coefficient().String()
	sign := big.NewInt(int64(d.Sign()))
	cut := len(strings.TrimPrefix(coefficient, "-")) - sheetDigits
	if cut <= 0 {
		return d, true
	}
	magnitude := strings.TrimPrefix(coefficient, "-")
	kept, _ := new(big.Int).SetString(magnitude[:sheetDigits], 10)
	if magnitude[sheetDigits] >= '5' {
		kept.Add(kept, big.NewInt(1))
	}
	return decimal.NewFromBigInt(kept.Mul(kept, sign), d.Exponent()+int32(cut)), true //nolint:gosec // a cell has a few digits
}

// checkSize bounds amounts as events do.
func checkSize(d decimal.Decimal) error {
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(d.String(), "-"), ".")
	if len(whole) > amountWholeMax || len(fraction) > amountFractionMax {
		return fmt.Errorf("an amount has at most %d digits before and %d after the point", amountWholeMax, amountFractionMax)
	}
	return nil
}

// sheetEpoch is day 0 of a spreadsheet's dates, and the days that a cycle can be.
const (
	sheetDayFirst = 36526 // 2000-01-01
	sheetDayLast  = 73050 // 2099-12-31
)

// cycle reads a month. A spreadsheet may hold it as a date, which is a number of days.
func (m *Mapping) cycle(text string, isSheet bool) (calendar.Cycle, error) {
	for _, layout := range m.layouts {
		if at, err := time.Parse(layout, text); err == nil {
			return calendar.CycleOf(at, time.UTC), nil
		}
	}
	if isSheet && len(text) == 5 && digits(text) {
		if d, err := decimal.NewFromString(text); err == nil && d.IntPart() >= sheetDayFirst && d.IntPart() <= sheetDayLast {
			return calendar.CycleOf(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(d.IntPart())), time.UTC), nil
		}
	}
	return "", fmt.Errorf("%q is no month as %s", shorten(text), strings.Join(m.CycleFormats, ", "))
}

// currency reads a currency: a code, or a name that the mapping knows.
func (m *Mapping) currency(text string) (money.Currency, error) {
	if code, known := m.currencies[fold(text)]; known {
		return code, nil
	}
	c := money.Currency(strings.ToUpper(text))
	if _, err := c.Digits(); err != nil {
		return "", err
	}
	return c, nil
}

// signed gives an amount the sign that its bill type says.
func (m *Mapping) signed(billType BillType, d decimal.Decimal) decimal.Decimal {
	switch m.Signs[billType] {
	case signNegated:
		return d.Neg()
	case signReduces:
		return d.Abs().Neg()
	default:
		return d
	}
}

// inName is a month in the name of a file or part, as customerBill_202601_0001.csv.
var inName = regexp.MustCompile(`(?:^|[^0-9])(20[0-9]{2})[-_.]?(0[1-9]|1[0-2])(?:[^0-9]|$)`)

// cycleOfName returns the month that a name says, "" when it says none.
func cycleOfName(name string) calendar.Cycle {
	found := inName.FindStringSubmatch(name)
	if found == nil {
		return ""
	}
	return calendar.Cycle(found[1] + "-" + found[2])
}
