package whatif

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/money"
)

// A Table has what each partner comes to as it is and under the change.
type Table struct {
	Rows []Row `json:"rows"`
	// Refused counts events that the history accepts and the change refuses, by partner.
	Refused map[string]int `json:"refused"`
}

// A Row is one figure of one partner in one currency.
type Row struct {
	PartnerID  string        `json:"partner_id"`
	Currency   string        `json:"currency"`
	Figure     string        `json:"figure"`
	Before     events.Amount `json:"before"`
	After      events.Amount `json:"after"`
	Difference events.Amount `json:"difference"`
}

var columns = []table.Column[Row]{
	{Name: "partner_id", Of: func(r *Row) any { return r.PartnerID }},
	{Name: "currency", Of: func(r *Row) any { return r.Currency }},
	{Name: "figure", Of: func(r *Row) any { return r.Figure }},
	{Name: "before", Of: func(r *Row) any { return r.Before }},
	{Name: "after", Of: func(r *Row) any { return r.After }},
	{Name: "difference", Of: func(r *Row) any { return r.Difference }},
}

// figures are what is compared, by what customers are charged first.
var figures = [...]string{"charged", "performance", "incentive", "frozen", "payable"}

type sums [len(figures)]decimal.Decimal

// of sums up a partner by currency.
func of(p *decision.Partner) map[money.Currency]sums {
	out := map[money.Currency]sums{}
	add := func(c money.Currency, figure int, amount decimal.Decimal) {
		s := out[c]
		s[figure] = s[figure].Add(amount)
		out[c] = s
	}
	for _, o := range p.Orders.All() {
		if o.Payment == nil || o.Quote == nil {
			continue
		}
		for _, s := range o.Payment.Slices {
			add(o.Quote.Currency, 0, s.Amount.Sub(s.Refunded))
		}
	}
	for _, d := range p.Details.All() {
		if d.BillID != "" && d.AdjustmentID == "" && d.LateOf == "" {
			add(d.Currency, 1, d.Performance)
		}
	}
	for _, b := range p.Bills.All() {
		add(b.Currency, 2, b.Amounts.Total)
		add(b.Currency, 3, b.Amounts.Frozen)
		add(b.Currency, 4, b.Amounts.Payable)
	}
	return out
}

// add compares one partner; either may have received nothing.
func (t *Table) add(id string, before, after *decision.Partner) {
	was, is := of(before), of(after)
	currencies := map[money.Currency]bool{}
	for c := range was {
		currencies[c] = true
	}
	for c := range is {
		currencies[c] = true
	}
	for _, c := range slices.Sorted(maps.Keys(currencies)) {
		for i, figure := range figures {
			in := func(d decimal.Decimal) events.Amount { return table.AmountIn(d, string(c)) }
			t.Rows = append(t.Rows, Row{PartnerID: id, Currency: string(c), Figure: figure,
				Before: in(was[c][i]), After: in(is[c][i]), Difference: in(is[c][i].Sub(was[c][i]))})
		}
	}
	for _, in := range before.Inputs.All() {
		other := after.Inputs.Get(decision.InputID(in.Event.Source, in.Event.ID))
		if in.Status == decision.StatusAccepted && (other == nil || other.Status != decision.StatusAccepted) {
			t.Refused[id]++
		}
	}
}

// Join adds the rows of another table.
func (t *Table) Join(o *Table) {
	t.Rows = append(t.Rows, o.Rows...)
	maps.Copy(t.Refused, o.Refused)
}

// WriteText writes the table as a person reads it.
func (t *Table) WriteText(w io.Writer) error {
	var text table.Text
	text.Rows(table.Rows(columns, t.Rows))
	for _, id := range sortedKeys(t.Refused) {
		text.Line("\n%d events of partner %s are accepted as it is and not under the change: its figures do not quite compare.", t.Refused[id], id)
	}
	return text.Write(w)
}

// WriteCSV writes the table for spreadsheets.
func (t *Table) WriteCSV(w io.Writer) error {
	if err := table.WriteCSV(w, columns, t.Rows); err != nil {
		return fmt.Errorf("write the differences: %w", err)
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
