package reconciliation

import (
	"strings"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/money"
)

// A Column is one column of a row, as it is stored and as the document of the row says.
type Column struct{ Name, Stored, Document string }

// Columns compares the columns of a row with its document; nil means that they agree. Numbers are the same however many
// zeros they end in.
func Columns(partnerID, table, id string, columns []Column) *Finding {
	var expected, found []string
	var difference decimal.Decimal
	for _, c := range columns {
		if c.Stored == c.Document {
			continue
		}
		stored, err := decimal.NewFromString(c.Stored)
		document, err2 := decimal.NewFromString(c.Document)
		if err == nil && err2 == nil {
			if stored.Equal(document) {
				continue
			}
			difference = stored.Sub(document)
		}
		expected, found = append(expected, c.Name+" "+quoted(c.Document)), append(found, c.Name+" "+quoted(c.Stored))
	}
	if len(expected) == 0 {
		return nil
	}
	f := newFinding(RowDiffers, partnerID, table, id)
	f.Expected, f.Found, f.Difference = strings.Join(expected, ", ")+" in the document", strings.Join(found, ", ")+" in the columns", difference
	return &f
}

func quoted(text string) string {
	if text == "" {
		return "nothing"
	}
	return text
}

// Unreadable makes the finding of a document that cannot be read.
func Unreadable(partnerID, table, id, why string) Finding {
	f := newFinding(RowUnreadable, partnerID, table, id)
	f.Expected, f.Found = "a document of this version", why
	return f
}

// An Amount is something that two places of the books have to agree on.
type Amount struct {
	What            string
	Expected, Found decimal.Decimal
	Currency        money.Currency
}

// Amounts makes one finding of what differs among amounts of one thing; nil means that nothing does. Values are those of
// the kind's keys.
func Amounts(kind Kind, partnerID string, values []string, amounts ...Amount) *Finding {
	var f *Finding
	var expected, found []string
	for _, a := range amounts {
		if a.Expected.Equal(a.Found) {
			continue
		}
		if f == nil {
			made := newFinding(kind, partnerID, values...)
			f = &made
			f.Difference, f.Currency = a.Found.Sub(a.Expected), a.Currency
		}
		expected = append(expected, a.What+" "+money.Fixed(a.Expected, a.Currency))
		found = append(found, a.What+" "+money.Fixed(a.Found, a.Currency))
	}
	if f != nil {
		f.Expected, f.Found = strings.Join(expected, ", "), strings.Join(found, ", ")
	}
	return f
}

// Says makes a finding of what texts say, where no amount differs.
func Says(kind Kind, partnerID string, values []string, expected, found string) Finding {
	f := newFinding(kind, partnerID, values...)
	f.Expected, f.Found = expected, found
	return f
}
