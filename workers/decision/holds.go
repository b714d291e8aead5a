package decision

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/incentive"
)

// rule is the hold as the rules see it.
func (h *Hold) rule() incentive.Hold {
	return incentive.Hold{ID: h.ID, Reason: h.Reason, Open: h.Open, Scope: incentive.Scope{
		DetailID: h.DetailID, OrderID: h.OrderID, BillID: h.BillID, Cycle: h.Cycle, Currency: h.Currency,
		Partner: h.DetailID == "" && h.OrderID == "" && h.BillID == "" && h.Cycle == ""}}
}

// creditHolds keeps one hold row for every order with credit.
func (d *decider) creditHolds(touched map[string]bool) error {
	orders := map[string][]LateDetail{}
	for _, diff := range d.Debts.differences() {
		orders[diff.id] = nil
	}
	for _, id := range sortedKeys(touched) {
		detail := d.Details.Get(id)
		for _, s := range detail.Slices {
			if !isCredit(s.Kind) {
				continue
			}
			late := orders[s.OrderID]
			if detail.LateOf != "" && detail.OrderID != s.OrderID {
				late = append(late, LateDetail{DetailID: id, BillID: detail.BillID})
			}
			orders[s.OrderID] = late
		}
	}
	for _, id := range sortedKeys(orders) {
		debt := d.Debts.Get(id)
		if debt == nil || debt.Credit.IsZero() {
			d.Holds.Put(holdID(d.ID, incentive.HoldCreditNotRepaid, id), nil)
			continue
		}
		rule := d.creditHold(debt)
		hold := &Hold{ID: rule.ID, Reason: rule.Reason, OrderID: id, Currency: debt.Currency, Open: rule.Open, Late: orders[id]}
		old := d.Holds.Get(hold.ID)
		if old != nil {
			hold.Late = append(hold.Late, old.Late...)
		}
		slices.SortFunc(hold.Late, func(a, b LateDetail) int { return strings.Compare(a.DetailID, b.DetailID) })
		hold.Late = slices.Compact(hold.Late)
		hold.Amount = d.frozenUnder(hold)
		if old == nil || old.Open != hold.Open || !old.Amount.Equal(hold.Amount) || len(old.Late) != len(hold.Late) {
			d.Holds.Put(hold.ID, hold)
		}
	}
	return nil
}

// frozenUnder sums what a credit hold freezes: of its order's details and of
// those that reverse or correct them.
func (d *decider) frozenUnder(hold *Hold) decimal.Decimal {
	d.need(ScopeChain, orderKey(hold.OrderID))
	var sum decimal.Decimal
	add := func(detail *Detail) {
		for _, c := range detail.Holds {
			if c.HoldID == hold.ID {
				sum = sum.Add(c.Amount)
			}
		}
	}
	for _, detail := range d.Details.By(detailsByOrder, hold.OrderID) {
		add(detail)
		for _, negative := range d.Details.By(detailsByReversed, detail.ID) {
			add(negative)
		}
	}
	for _, late := range hold.Late {
		d.need(ScopeBillDetails, late.BillID)
		if detail := d.Details.Get(late.DetailID); detail.OrderID != hold.OrderID {
			add(detail)
		}
	}
	return sum
}
