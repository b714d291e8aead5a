package account

import (
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/money"
)

// Freeze is one reason that freezes incentives, with what it is about: a detail, an order, a bill, a cycle, or without any
// of them everything of the partner.
type Freeze struct {
	HoldID   string   `json:"hold_id"`
	Reason   string   `json:"reason"`
	Open     bool     `json:"open"`
	DetailID string   `json:"detail_id,omitzero"`
	OrderID  string   `json:"order_id,omitzero"`
	BillID   string   `json:"bill_id,omitzero"`
	Cycle    string   `json:"cycle,omitzero"`
	Frozen   []Frozen `json:"frozen"` // by currency; none where it covers nothing that is there
	Actor    string   `json:"actor,omitzero"`
}

// Frozen is what a hold freezes in one currency, of how many details.
type Frozen struct {
	Currency string        `json:"currency"`
	Amount   events.Amount `json:"amount"`
	Details  int           `json:"details"`
}

// FreezesOf tells of holds. It needs the details that they cover.
func FreezesOf(p *decision.Partner, holds []*decision.Hold) []Freeze {
	type sum struct {
		amount  decimal.Decimal
		details int
	}
	covered := map[string]map[money.Currency]sum{}
	for _, h := range holds {
		covered[h.ID] = map[money.Currency]sum{}
	}
	for _, d := range p.Details.All() {
		for _, c := range d.Holds {
			if of := covered[c.HoldID]; of != nil {
				of[d.Currency] = sum{of[d.Currency].amount.Add(c.Amount), of[d.Currency].details + 1}
			}
		}
	}
	out := make([]Freeze, 0, len(holds))
	for _, h := range holds {
		told := Freeze{HoldID: h.ID, Reason: h.Reason, Open: h.Open, DetailID: h.DetailID, OrderID: h.OrderID, BillID: h.BillID, Cycle: string(h.Cycle),
			Frozen: []Frozen{}, Actor: h.Actor}
		for _, currency := range slices.Sorted(maps.Keys(covered[h.ID])) {
			s := covered[h.ID][currency]
			told.Frozen = append(told.Frozen, Frozen{Currency: string(currency), Amount: amountIn(s.amount, currency), Details: s.details})
		}
		out = append(out, told)
	}
	return out
}
