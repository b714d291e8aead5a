package reconciliation

import (
	"errors"
	"fmt"
	"iter"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/money"
)

// Orders against the vendor's statement.
//
// Compared is what customers consumed: of an order what its payment came to after all discounts, whatever paid for it,
// coupons too; of a refund what was given back by all tenders; of an adjustment (order type 15) its amount. That is what
// the vendor's exports call the customer's consumption: coupons are deducted behind it.
//
// Both sides come in the order of the orders' ids, so one order is in memory at a time. An order is looked for by its id
// alone, and only then by bill type, cycle and currency: what differs in one of these is one finding that says so, and not
// two that each miss the other.
//
// A line that stands twice in its file is counted as often as makes the books agree: two equal disks in one order are two
// equal lines. Only where the books know it once it is a duplicate.
//
// An adjustment that refers to a finding answers it: it is added to what the books expect of that finding, and not
// compared itself, because the vendor does not know it.

// Bill types, as statements have them.
const (
	BillExpenditure = "expenditure"
	BillRefund      = "refund"
	BillAdjustment  = "adjustment"
)

// A Charge is what the books say that an order came to: positive is owed, negative given back.
type Charge struct {
	OrderID, CustomerID string
	BillType, Cycle     string
	Currency            money.Currency
	Amount              decimal.Decimal
	Evidence            Row
}

// A StatementLine is a line of a statement that is in force. OrderID is what it is compared by, empty for none.
type StatementLine struct {
	OrderID, CustomerID string
	BillType, Cycle     string
	Currency            money.Currency
	Amount              decimal.Decimal
	StatementID, Hash   string // lines of one statement with one hash are one line twice
	Evidence            Row
}

// A Comparison with statements, of one partner.
type Comparison struct {
	PartnerID string
	// Compared tells whether a statement of a cycle and currency is in force: only then orders can be missing in it.
	Compared func(cycle string, currency money.Currency) bool
	// Corrections are the sums of the adjustments that refer to findings, by finding.
	Corrections map[string]decimal.Decimal
	// Found takes what differs; Counted, for every order and currency, what was compared.
	Found   func(Finding) error
	Counted func(currency money.Currency, amount decimal.Decimal)
}

// linesOfOrderMax bounds how much of one order is in memory.
const linesOfOrderMax = 100_000

// errUnordered says that a side does not come in the order of its ids: a merge would miss rows.
var errUnordered = errors.New("compare with a statement: rows do not come in the order of their ids")

// Compare goes through both sides. Both come in the byte order of their order ids.
func (c *Comparison) Compare(ours iter.Seq2[Charge, error], theirs iter.Seq2[StatementLine, error]) error {
	nextOurs, stopOurs := iter.Pull2(grouped(ours, func(o *Charge) string { return o.OrderID }))
	defer stopOurs()
	nextTheirs, stopTheirs := iter.Pull2(grouped(theirs, func(l *StatementLine) string { return l.OrderID }))
	defer stopTheirs()
	our, ourErr, more := nextOurs()
	their, theirErr, moreTheirs := nextTheirs()
	for more || moreTheirs {
		if err := errors.Join(ourErr, theirErr); err != nil {
			return err
		}
		var g order
		switch {
		case !moreTheirs || more && our[0].OrderID < their[0].OrderID:
			g = order{c: c, id: our[0].OrderID, charges: our}
			our, ourErr, more = nextOurs()
		case !more || their[0].OrderID < our[0].OrderID:
			g = order{c: c, id: their[0].OrderID, lines: their}
			their, theirErr, moreTheirs = nextTheirs()
		default:
			g = order{c: c, id: our[0].OrderID, charges: our, lines: their}
			our, ourErr, more = nextOurs()
			their, theirErr, moreTheirs = nextTheirs()
		}
		if err := g.compare(); err != nil {
			return err
		}
	}
	return errors.Join(ourErr, theirErr)
}

// grouped gathers rows with one id.
func grouped[R any](rows iter.Seq2[R, error], id func(*R) string) iter.Seq2[[]R, error] {
	return func(yield func([]R, error) bool) {
		var group []R
		for row, err := range rows {
			switch {
			case err != nil:
			case len(group) == 0 || id(&group[0]) == id(&row):
				if group = append(group, row); len(group) > linesOfOrderMax {
					err = fmt.Errorf("compare order %q with a statement: more than %d rows of it", id(&row), linesOfOrderMax)
				}
			case id(&row) < id(&group[0]):
				err = fmt.Errorf("%w: %q behind %q", errUnordered, id(&row), id(&group[0]))
			default:
				if !yield(group, nil) {
					return
				}
				group = []R{row}
			}
			if err != nil {
				yield([]R{row}, err)
				return
			}
		}
		if len(group) > 0 {
			yield(group, nil)
		}
	}
}
