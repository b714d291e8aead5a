package charges

import (
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/money"
)

// Sums are those of the statement of a cycle and currency: as issued, or of one that is still open as they stand.
type Sums struct {
	Currency money.Currency
	decision.StatementSums
	Issued *decision.Statement // nil of an open one
}

// Sums returns what the statements of a cycle come to, by currency.
func (b *Book) Sums(cycle calendar.Cycle) []Sums {
	found := map[money.Currency]Sums{}
	for _, s := range b.Partner.Statements.All() {
		if s.Cycle == cycle {
			found[s.Currency] = Sums{s.Currency, s.Sums, s}
		}
	}
	for _, t := range b.Partner.Turnovers.All() {
		if b.Telling.Open(t.Cycle) != cycle {
			continue
		}
		sums := found[t.Currency]
		if sums.Issued != nil {
			continue
		}
		sums.Currency = t.Currency
		sums.Consumption = sums.Consumption.Add(t.Sums.Consumption).Sub(t.Stated.Consumption)
		sums.Refunds = sums.Refunds.Add(t.Sums.Refunds).Sub(t.Stated.Refunds)
		sums.Adjustments = sums.Adjustments.Add(t.Sums.Adjustments).Sub(t.Stated.Adjustments)
		found[t.Currency] = sums
	}
	var out []Sums
	for _, c := range slices.Sorted(maps.Keys(found)) {
		out = append(out, found[c])
	}
	return out
}

// changes are the differences between the sums of a cycle's statements and the lines that they told.
func (b *Book) changes(all []Charge, cycle calendar.Cycle) (out []Charge) {
	type key struct {
		currency money.Currency
		kind     Kind
	}
	lines := map[key]decimal.Decimal{}
	for i := range all {
		if c := &all[i]; c.Told == cycle {
			lines[key{c.Currency, c.Kind}] = lines[key{c.Currency, c.Kind}].Add(c.Amount)
		}
	}
	for _, sums := range b.Sums(cycle) {
		for _, part := range []struct {
			kind Kind
			sum  decimal.Decimal
		}{{Consumption, sums.Consumption}, {Refund, sums.Refunds}, {Adjustment, sums.Adjustments}} {
			difference := part.sum.Sub(lines[key{sums.Currency, part.kind}])
			if difference.IsZero() {
				continue
			}
			// It stands at the end of the cycle, of which it is as a whole.
			from, to := cycle.Start(b.Site.Zone()), cycle.End(b.Site.Zone())
			out = append(out, Charge{Kind: part.kind, Change: true, Cycle: cycle, Told: cycle, Issued: sums.Issued != nil, At: to, From: from, To: to, Quantity: 1,
				Currency: sums.Currency, List: difference, Amount: difference, Reason: "lines that changed after their statement was issued"})
		}
	}
	return out
}

// StatementID names the statement of a cycle and currency.
func StatementID(partnerID string, cycle calendar.Cycle, c money.Currency) string {
	return partnerID + "/" + string(cycle) + "/" + string(c)
}
