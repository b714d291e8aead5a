package listing

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
)

// Hold is a hold with what it freezes in one currency. A hold without a scope that names a currency has a row for each in
// which it freezes something.
type Hold struct {
	PartnerID string          `json:"partner_id"`
	HoldID    string          `json:"hold_id"`
	Reason    string          `json:"reason"`
	Open      bool            `json:"open"`
	Scope     string          `json:"scope"`
	Currency  string          `json:"currency"`
	Frozen    events.Amount   `json:"frozen"`
	Details   []CoveredDetail `json:"details"`
}

// CoveredDetail is what a hold freezes of one detail.
type CoveredDetail struct {
	DetailID string        `json:"detail_id"`
	BillID   string        `json:"bill_id"`
	Amount   events.Amount `json:"amount"`
}

var holdColumns = []table.Column[Hold]{
	{Name: "partner_id", Of: func(h *Hold) any { return h.PartnerID }},
	{Name: "hold_id", Of: func(h *Hold) any { return h.HoldID }},
	{Name: "reason", Of: func(h *Hold) any { return h.Reason }},
	{Name: "open", Of: func(h *Hold) any { return h.Open }},
	{Name: "scope", Of: func(h *Hold) any { return h.Scope }},
	{Name: "currency", Of: func(h *Hold) any { return h.Currency }},
	{Name: "frozen", Of: func(h *Hold) any { return h.Frozen }},
	{Name: "details", Of: func(h *Hold) any { return len(h.Details) }},
	{Name: "of_details", Only: table.ForPeople, Of: func(h *Hold) any { return h.ofDetails(detailsShownMax) }},
	{Name: "of_details", Only: table.ForMachines, Of: func(h *Hold) any { return h.ofDetails(len(h.Details)) }},
}

// detailsShownMax is how many details a row shows to people; bill show has all of them.
const detailsShownMax = 3

// ofDetails tells what of the first n details a hold freezes.
func (h *Hold) ofDetails(n int) []string {
	var texts []string
	for i := range h.Details[:min(n, len(h.Details))] {
		texts = append(texts, h.Details[i].DetailID+": "+table.Plain(h.Details[i].Amount))
	}
	if more := len(h.Details) - n; more > 0 {
		texts = append(texts, fmt.Sprintf("and %s more, see bill show", table.Number(more)))
	}
	return texts
}

// Holds lists the open holds, or all. It needs holds and the details that they cover.
func Holds(all bool, limit int) *List[Hold] {
	return newList(limit, holdColumns, func(p *decision.Partner) (rows []Hold) {
		covered := coveredDetails(p)
		for _, h := range p.Holds.All() {
			if h.Open || all {
				rows = append(rows, hold(p.ID, h, covered[h.ID])...)
			}
		}
		return rows
	})
}

// covering is a detail and what of it one hold freezes.
type covering struct {
	detail *decision.Detail
	amount decimal.Decimal
}

func coveredDetails(p *decision.Partner) map[string][]covering {
	found := map[string][]covering{}
	for _, d := range p.Details.All() {
		for _, c := range d.Holds {
			found[c.HoldID] = append(found[c.HoldID], covering{d, c.Amount})
		}
	}
	return found
}

// hold makes a row for each currency.
func hold(partnerID string, h *decision.Hold, coverings []covering) (rows []Hold) {
	byCurrency := map[string][]covering{}
	for _, c := range coverings {
		byCurrency[string(c.detail.Currency)] = append(byCurrency[string(c.detail.Currency)], c)
	}
	if len(byCurrency) == 0 {
		byCurrency[string(h.Currency)] = nil
	}
	for _, currency := range slices.Sorted(maps.Keys(byCurrency)) {
		row := Hold{PartnerID: partnerID, HoldID: h.ID, Reason: h.Reason, Open: h.Open, Scope: scope(h), Currency: currency, Details: []CoveredDetail{}}
		var sum decimal.Decimal
		for _, c := range byCurrency[currency] {
			sum = sum.Add(c.amount)
			row.Details = append(row.Details, CoveredDetail{DetailID: c.detail.ID, BillID: c.detail.BillID, Amount: table.AmountIn(c.amount, currency)})
		}
		row.Frozen = table.AmountIn(sum, currency)
		rows = append(rows, row)
	}
	return rows
}

// scope says what a hold is about.
func scope(h *decision.Hold) string {
	for _, s := range []struct{ what, id string }{{"detail", h.DetailID}, {"order", h.OrderID}, {"bill", h.BillID}, {"cycle", string(h.Cycle)}} {
		if s.id != "" {
			return s.what + " " + s.id
		}
	}
	return cmp.Or(string(h.Currency), "everything") + " of the partner"
}
