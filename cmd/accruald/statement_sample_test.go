package main

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/cmd/accruald/internal/feed"
	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/reconciliation"
	"github.com/accruald/accruald/workers/site"
	"github.com/accruald/accruald/workers/upstream"
)

const (
	shippedStatement = "../../events/samples/statement-P120-2026-01.csv"
	shippedPartner   = "P120"
	shippedCycle     = "2026-01"
)

// januaryOf is what the shipped quarter charged customers of a partner in January, by order.
func januaryOf(t *testing.T) (out []reconciliation.Charge) {
	t.Helper()
	sources, err := feed.Sources([]string{samplePath}, nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := fold(t.Context(), sources, site.Default(), func(events.Out) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	profile, err := site.Default().Get("cn")
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range m.Partners[shippedPartner].Orders.All() {
		at, sums := o.Turnover()
		c := reconciliation.Charge{OrderID: o.ID, CustomerID: o.CustomerID, Cycle: string(calendar.CycleOf(at, profile.Zone())),
			BillType: reconciliation.BillExpenditure, Amount: sums.Consumption}
		if o.Payment == nil && o.Refund != nil {
			c.BillType, c.Amount = reconciliation.BillRefund, sums.Refunds
		}
		if o.Association == "resale" && o.State == decision.OrderSettled && c.Cycle == shippedCycle && !c.Amount.IsZero() {
			c.Currency = o.Currency()
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b reconciliation.Charge) int { return strings.Compare(a.OrderID, b.OrderID) })
	return out
}

// writtenStatement is the vendor's file of these charges, with four mistakes: an order is missing, one is billed higher,
// a line stands there twice, and a credit is of no order.
func writtenStatement(charges []reconciliation.Charge) string {
	var b strings.Builder
	b.WriteString("Customer ID,Billing Cycle,Bill Type,Order ID/Transaction ID,Original Order ID,Customer Expenditure (CNY)\n")
	names := map[string]string{reconciliation.BillExpenditure: "Expenditure", reconciliation.BillRefund: "Refund"}
	for i, c := range charges {
		amount, times := c.Amount, 1
		switch i {
		case 3:
			amount = amount.Add(decimal.New(500, -2))
		case 5:
			times = 2
		case 7:
			times = 0
		}
		for range times {
			fmt.Fprintf(&b, "%s,%s,%s,%s,,%s\n", c.CustomerID, c.Cycle, names[c.BillType], c.OrderID, amount.StringFixed(2))
		}
	}
	fmt.Fprintf(&b, ",%s,Adjustment,,,-12.00\n", shippedCycle)
	return b.String()
}

// TestShippedStatement: the shipped file is the quarter's January with four mistakes, and these are found.
func TestShippedStatement(t *testing.T) {
	t.Parallel()
	charges := januaryOf(t)
	want := writtenStatement(charges)
	if *update {
		if err := os.WriteFile(shippedStatement, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if have := read(t, shippedStatement); have != want {
		t.Errorf("%s is not current: go generate ./cmd/accruald", shippedStatement)
	}
	r, err := upstream.Open(strings.NewReader(want), upstream.Options{Name: "statement", Cycle: shippedCycle})
	if err != nil {
		t.Fatal(err)
	}
	var lines []reconciliation.StatementLine
	for {
		l, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, reconciliation.StatementLine{OrderID: l.Matches(), CustomerID: l.CustomerID, BillType: string(l.BillType), Cycle: string(l.Cycle),
			Currency: l.Currency, Amount: l.Amount, Hash: fmt.Sprint(l.Hash)})
	}
	slices.SortStableFunc(lines, func(a, b reconciliation.StatementLine) int { return strings.Compare(a.OrderID, b.OrderID) })
	var found []string
	rules := reconciliation.Comparison{PartnerID: shippedPartner, Compared: func(string, money.Currency) bool { return true },
		Found:   func(f reconciliation.Finding) error { found = append(found, string(f.Kind)); return nil },
		Counted: func(money.Currency, decimal.Decimal) {}}
	if err := rules.Compare(all(charges), all(lines)); err != nil {
		t.Fatal(err)
	}
	slices.Sort(found)
	if got := strings.Join(found, " "); got != "amount_differs duplicate_line missing_in_books missing_in_statement" || len(charges) < 20 {
		t.Errorf("among %d orders found %s", len(charges), got)
	}
}

func all[R any](rows []R) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}
