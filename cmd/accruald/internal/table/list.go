package table

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
)

// A Form is how a list is written.
type Form string

// The forms; the zero Form of a column is both.
const (
	ForPeople   Form = "people"
	ForMachines Form = "machines"
)

// A Column is one column of a list of R. Its name is that of the field in JSON; the title over a table is made of it.
type Column[R any] struct {
	Name string
	Of   func(*R) any // string, []string, bool, int, int64, time.Time, decimal.Decimal or events.Amount
	Only Form         // left out of the other form
}

// Rows returns the heading and the rows as people read them, and how the columns are set, for Text.Rows.
func Rows[R any](columns []Column[R], list []R) (rows [][]string, set string) {
	var heading []string
	for _, c := range columns {
		if c.Only == ForMachines {
			continue
		}
		heading = append(heading, title(c.Name))
		var none R
		side := "l"
		if isFigure(c.Of(&none)) {
			side = "r"
		}
		set += side
	}
	rows = append(rows, heading)
	for i := range list {
		var row []string
		for _, c := range columns {
			if c.Only != ForMachines {
				row = append(row, shown(c.Of(&list[i])))
			}
		}
		rows = append(rows, row)
	}
	return rows, set
}

// WriteCSV writes a header and the rows as RFC 4180 has them.
func WriteCSV[R any](w io.Writer, columns []Column[R], list []R) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	var header []string
	for _, c := range columns {
		if c.Only != ForPeople {
			header = append(header, c.Name)
		}
	}
	if err := out.Write(header); err != nil {
		return fmt.Errorf("write the header: %w", err)
	}
	for i := range list {
		var row []string
		for _, c := range columns {
			if c.Only != ForPeople {
				row = append(row, written(c.Of(&list[i])))
			}
		}
		if err := out.Write(row); err != nil {
			return fmt.Errorf("write row %d: %w", i+1, err)
		}
	}
	out.Flush()
	return out.Error()
}

func title(name string) string { return strings.ReplaceAll(strings.TrimSuffix(name, "_id"), "_", " ") }

func isFigure(value any) bool {
	switch value.(type) {
	case int, int64, decimal.Decimal, events.Amount:
		return true
	default:
		return false
	}
}

// timeShown is how people are shown an instant, with the offset it was sent with.
const timeShown = "2006-01-02 15:04 -07:00"

// shown sets a value for people.
func shown(value any) string {
	switch v := value.(type) {
	case int:
		return Number(v)
	case int64:
		return Number(int(v))
	case events.Amount:
		return Amount(v)
	case time.Time:
		if v.IsZero() {
			return ""
		}
		return v.Format(timeShown)
	case bool:
		if v {
			return "yes"
		}
		return ""
	default:
		return plain(value)
	}
}

// written writes a value for machines; what a person wrote cannot become a formula.
func written(value any) string {
	switch v := value.(type) {
	case events.Amount:
		return Plain(v)
	case time.Time:
		if v.IsZero() {
			return ""
		}
		return v.Format(time.RFC3339)
	case string, []string:
		return disarmed(plain(v))
	default:
		return plain(value)
	}
}

// plain is how values look in both forms; another type is a mistake in a column, which the first use shows.
func plain(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case []string:
		return strings.Join(v, ", ")
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case decimal.Decimal:
		return v.String()
	default:
		panic(fmt.Sprintf("a column of %T: no form is known for it", value))
	}
}

// disarmed puts an apostrophe before what a spreadsheet would take for a formula. Tab and carriage return are skipped by
// some before they look.
func disarmed(text string) string {
	if text == "" || !strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return text
	}
	if _, err := decimal.NewFromString(text); err == nil {
		return text
	}
	return "'" + text
}
