package reconciliation_test

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/reconciliation"
)

type (
	charge = reconciliation.Charge
	line   = reconciliation.StatementLine
)

func amount(text string) decimal.Decimal { return decimal.RequireFromString(text) }

// charged is an order of C1 that was paid in January, as "O1 10".
func charged(text string) charge {
	var id, sum string
	if _, err := fmt.Sscan(text, &id, &sum); err != nil {
		panic(err)
	}
	c := charge{OrderID: id, CustomerID: "C1", BillType: reconciliation.BillExpenditure, Cycle: "2026-01", Currency: "CNY", Amount: amount(sum)}
	if c.Amount.IsNegative() {
		c.BillType = reconciliation.BillRefund
	}
	return c
}

// lined is the line of a charge; no two are equal.
var lineCount atomic.Int64

func lined(c charge) line {
	n := lineCount.Add(1)
	return line{OrderID: c.OrderID, CustomerID: c.CustomerID, BillType: c.BillType, Cycle: c.Cycle, Currency: c.Currency, Amount: c.Amount,
		StatementID: "S" + c.Cycle, Hash: fmt.Sprint("h", n), Evidence: reconciliation.Row{Source: "bill.csv line", ID: fmt.Sprint(n)}}
}

func inOrder[R any](rows []R, id func(R) string) iter.Seq2[R, error] {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b R) int { return strings.Compare(id(a), id(b)) })
	return func(yield func(R, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// compared compares statements of January and February in CNY.
func compared(t interface{ Fatal(...any) }, ours []charge, theirs []line, corrections map[string]decimal.Decimal) (found []reconciliation.Finding) {
	c := reconciliation.Comparison{PartnerID: "P1", Corrections: corrections,
		Compared: func(cycle string, currency money.Currency) bool {
			return currency == "CNY" && (cycle == "2026-01" || cycle == "2026-02")
		},
		Found:   func(f reconciliation.Finding) error { found = append(found, f); return nil },
		Counted: func(money.Currency, decimal.Decimal) {}}
	if err := c.Compare(inOrder(ours, func(c charge) string { return c.OrderID }), inOrder(theirs, func(l line) string { return l.OrderID })); err != nil {
		t.Fatal(err)
	}
	return found
}

func TestDifferencesToAStatement(t *testing.T) {
	t.Parallel()
	base := charged("O1 10.50")
	changed := func(with func(*line)) line {
		l := lined(base)
		with(&l)
		return l
	}
	twice := lined(base)
	twice.Amount = amount("5.25")
	usd := base
	usd.Currency = "USD"
	march := base
	march.Cycle = "2026-03"
	for name, c := range map[string]struct {
		ours   []charge
		theirs []line
		want   string // kind, keys, expected, found, difference
	}{
		"the same":                        {[]charge{base}, []line{lined(base)}, ""},
		"in two lines":                    {[]charge{base}, []line{changed(func(l *line) { l.Amount = amount("10") }), changed(func(l *line) { l.Amount = amount("0.50") })}, ""},
		"in two equal lines, as ordered":  {[]charge{base}, []line{twice, twice}, ""},
		"a line without customer (F56)":   {[]charge{base}, []line{changed(func(l *line) { l.CustomerID = "" })}, ""},
		"free of charge":                  {[]charge{charged("O1 0")}, nil, ""},
		"a cycle without statement":       {[]charge{march}, nil, ""},
		"a currency without statement":    {[]charge{usd}, nil, ""},
		"missing there":                   {[]charge{base}, nil, "missing_in_statement 2026-01 expenditure O1: 10.50 CNY, 0.00 CNY, -10.5"},
		"missing here":                    {nil, []line{lined(base)}, "missing_in_books 2026-01 expenditure O1: 0.00 CNY, 10.50 CNY, 10.5"},
		"another amount":                  {[]charge{base}, []line{changed(func(l *line) { l.Amount = amount("11") })}, "amount_differs 2026-01 expenditure O1: 10.50 CNY, 11.00 CNY, 0.5"},
		"another currency":                {[]charge{base}, []line{changed(func(l *line) { l.Currency = "USD" })}, "currency_differs 2026-01 expenditure O1: 10.50 CNY, 10.50 USD, 0"},
		"another cycle (F58)":             {[]charge{base}, []line{changed(func(l *line) { l.Cycle = "2026-02" })}, "cycle_differs 2026-01 expenditure O1 2026-02: 2026-01, 2026-02, 0"},
		"of a cycle without statement":    {[]charge{march}, []line{lined(base)}, "cycle_differs 2026-03 expenditure O1 2026-01: 2026-03, 2026-01, 0"},
		"another customer":                {[]charge{base}, []line{changed(func(l *line) { l.CustomerID = "C2" })}, "customer_differs 2026-01 expenditure O1: C1, C2, 0"},
		"another bill type":               {[]charge{base}, []line{changed(func(l *line) { l.BillType, l.Amount = "refund", l.Amount.Neg() })}, "bill_type_differs 2026-01 expenditure O1: expenditure 10.50 CNY, refund -10.50 CNY, 0"},
		"a line twice":                    {[]charge{base}, []line{twice, lined(charged("O1 5.25")), twice}, "duplicate_line 2026-01 expenditure O1 " + twice.Hash + ": the line once, 5.25 CNY more by its copies, 5.25"},
		"a credit of no order (F57)":      {nil, []line{changed(func(l *line) { l.OrderID, l.BillType, l.Amount, l.Hash = "", "adjustment", amount("-3"), "hx" })}, "missing_in_books 2026-01 adjustment #hx: 0.00 CNY, -3.00 CNY, -3"},
		"a refund among the expenditures": {[]charge{base, charged("O1 -2")}, []line{lined(base), lined(charged("O1 -1"))}, "amount_differs 2026-01 refund O1: -2.00 CNY, -1.00 CNY, 1"},
		"missing amid others":             {[]charge{charged("O1 1"), charged("O2 2"), charged("O3 3")}, []line{lined(charged("O1 1")), lined(charged("O3 3"))}, "missing_in_statement 2026-01 expenditure O2: 2.00 CNY, 0.00 CNY, -2"},
	} {
		var got []string
		for _, f := range compared(t, c.ours, c.theirs, nil) {
			var keys []string
			for _, k := range f.Keys {
				keys = append(keys, k.Value)
			}
			got = append(got, fmt.Sprintf("%s %s: %s, %s, %s", f.Kind, strings.Join(keys, " "), f.Expected, f.Found, f.Difference))
			info, known := reconciliation.Info(f.Kind)
			if len(f.Evidence) == 0 || !known || len(info.Keys) != len(f.Keys) || f.Severity != info.Severity || f.Cycle != f.Key("cycle") {
				t.Errorf("%s: %+v is not what its kind says", name, f)
			}
		}
		if strings.Join(got, "\n") != c.want {
			t.Errorf("%s: found\n%s\nwant\n%s", name, strings.Join(got, "\n"), c.want)
		}
	}
}

// TestAdjustmentsCloseFindings: what refers to a finding is added to what the books expect there, and nowhere else.
func TestAdjustmentsCloseFindings(t *testing.T) {
	t.Parallel()
	equal := lined(charged("O5 4"))
	ours := []charge{charged("O1 10"), charged("O2 5"), charged("O5 4")}
	theirs := []line{lined(charged("O1 12")), lined(charged("O3 3")), equal, equal}
	found := compared(t, ours, theirs, nil)
	if len(found) != 4 {
		t.Fatalf("found %v", found)
	}
	corrections := map[string]decimal.Decimal{}
	for i := range found {
		corrections[found[i].ID()] = found[i].Difference
	}
	if left := compared(t, ours, theirs, corrections); len(left) != 0 {
		t.Errorf("left are %v", left)
	}
	if left := compared(t, ours, []line{theirs[0], lined(ours[1]), theirs[1], equal}, corrections); len(left) != 2 ||
		left[0].Key("order_id") != "O2" || left[0].Expected != "0.00 CNY, -5.00 of it by adjustments" || left[1].Key("order_id") != "O5" {
		t.Errorf("what was adjusted and comes after all leaves %v", left)
	}
	corrections[found[0].ID()] = amount("0.5")
	if left := compared(t, ours, theirs, corrections); len(left) != 1 || left[0].ID() != found[0].ID() || left[0].Difference.Equal(found[0].Difference) {
		t.Errorf("half a correction leaves %v", left)
	}
}

func TestUnorderedSidesAreRefused(t *testing.T) {
	t.Parallel()
	rows := func(yield func(charge, error) bool) {
		_ = yield(charged("O2 1"), nil) && yield(charged("O1 1"), nil)
	}
	c := reconciliation.Comparison{Compared: func(string, money.Currency) bool { return false }, Counted: func(money.Currency, decimal.Decimal) {}}
	if err := c.Compare(rows, func(func(line, error) bool) {}); err == nil || !strings.Contains(err.Error(), `"O1" behind "O2"`) {
		t.Errorf("got %v", err)
	}
	broken := errors.New("broken")
	err := c.Compare(inOrder([]charge{charged("O1 1")}, func(c charge) string { return c.OrderID }), func(yield func(line, error) bool) { yield(line{}, broken) })
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

// TestOnePlantedChange: a statement made of the books agrees with them, and any one change of it is one finding that says
// which.
func TestOnePlantedChange(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var ours []charge
		var theirs []line
		for n := range rapid.IntRange(1, 12).Draw(t, "orders") {
			c := charged(fmt.Sprintf("O%d %d.%02d", n, rapid.IntRange(1, 999).Draw(t, "yuan"), rapid.IntRange(0, 99).Draw(t, "fen")))
			c.CustomerID = rapid.SampledFrom([]string{"C1", "C2"}).Draw(t, "customer")
			c.Cycle = rapid.SampledFrom([]string{"2026-01", "2026-02"}).Draw(t, "cycle")
			if rapid.Bool().Draw(t, "refund") {
				c.BillType, c.Amount = reconciliation.BillRefund, c.Amount.Neg()
			}
			ours = append(ours, c)
			rest := c.Amount
			for range rapid.IntRange(0, 2).Draw(t, "more lines") { // as an order of several products has
				part := c
				part.Amount = amount("0.01").Mul(decimal.New(int64(rapid.IntRange(1, 500).Draw(t, "part")), 0))
				rest = rest.Sub(part.Amount)
				theirs = append(theirs, lined(part))
			}
			last := c
			last.Amount = rest
			theirs = append(theirs, lined(last))
		}
		if found := compared(t, ours, theirs, nil); len(found) != 0 {
			t.Fatalf("a statement of the books: %v", found)
		}
		at := rapid.IntRange(0, len(theirs)-1).Draw(t, "at")
		l := &theirs[at]
		order := l.OrderID
		whole := func(change func(*line)) { // all lines of the order
			for i := range theirs {
				if theirs[i].OrderID == order {
					change(&theirs[i])
				}
			}
		}
		var want reconciliation.Kind
		switch want = rapid.SampledFrom([]reconciliation.Kind{reconciliation.MissingInBooks, reconciliation.MissingInStatement, reconciliation.AmountDiffers,
			reconciliation.CurrencyDiffers, reconciliation.CycleDiffers, reconciliation.CustomerDiffers, reconciliation.BillTypeDiffers, reconciliation.DuplicateLine}).Draw(t, "kind"); want {
		case reconciliation.MissingInBooks:
			ours = slices.DeleteFunc(ours, func(c charge) bool { return c.OrderID == order })
		case reconciliation.MissingInStatement:
			theirs = slices.DeleteFunc(theirs, func(l line) bool { return l.OrderID == order })
		case reconciliation.AmountDiffers:
			l.Amount = l.Amount.Add(amount("0.01"))
		case reconciliation.CurrencyDiffers:
			whole(func(l *line) { l.Currency = "USD" })
		case reconciliation.CycleDiffers:
			cycle := map[string]string{"2026-01": "2026-02", "2026-02": "2026-01"}[l.Cycle]
			whole(func(l *line) { l.Cycle = cycle })
		case reconciliation.CustomerDiffers:
			whole(func(l *line) { l.CustomerID = "C9" })
		case reconciliation.BillTypeDiffers:
			whole(func(l *line) { l.BillType = reconciliation.BillAdjustment })
		case reconciliation.DuplicateLine:
			if l.Amount.IsZero() {
				l.Amount = amount("0.01") // the copy of nothing changes nothing, so the change is this
				want = reconciliation.AmountDiffers
				break
			}
			theirs = append(theirs, *l)
		default:
			t.Fatalf("nothing is planted for %s", want)
		}
		found := compared(t, ours, theirs, nil)
		if len(found) != 1 || found[0].Kind != want || found[0].Key("order_id") != order {
			t.Fatalf("%s of order %s: found %+v", want, order, found)
		}
	})
}
