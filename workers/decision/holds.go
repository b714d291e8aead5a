package decision

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/incentive"
)

// Holds.
//
// Every hold says what it covers, and a slice is frozen while an open one does:
// those of operations as they say, and those that follow from facts. An order
// paid by a milestone contract is held until that is delivered. What a flexi
// coupon on credit paid is a debt of its order, owed after what is owed on
// credit and no part of the cycle's due; its slices are frozen whole until it is
// repaid. A cycle that is settled with authority counts as a repayment, at that
// time, of whatever is due of it then. What takes from a slice or corrects it in
// a later bill is covered where the slice is.
//
// An overdue account freezes nothing: while one is open, the partner's or a
// customer's, nothing may be applied for.

// rule is the hold as the rules see it.
func (h *Hold) rule() incentive.Hold {
	return incentive.Hold{ID: h.ID, Reason: h.Reason, Open: h.Open, Scope: incentive.Scope{
		DetailID: h.DetailID, OrderID: h.OrderID, BillID: h.BillID, Cycle: h.Cycle, Currency: h.Currency,
		Partner: h.DetailID == "" && h.OrderID == "" && h.BillID == "" && h.Cycle == ""}}
}

// creditHolds keeps one hold row for every order with credit.
func (d *decider) creditHolds(touched map[string]bool) error {
	orders := map[string]bool{}
	for _, diff := range d.Debts.differences() {
		orders[diff.id] = true
	}
	of := func(detail *Detail) {
		for _, s := range detail.Slices {
			if isCredit(s.Kind) {
				orders[s.OrderID] = true
			}
		}
	}
	for id := range touched {
		of(d.Details.Get(id))
	}
	for _, diff := range d.Details.differences() {
		if diff.before != nil && diff.before.LateOf != "" {
			of(diff.before) // it may cover slices of other orders now, or be gone
		}
	}
	for _, id := range sortedKeys(orders) {
		debt := d.Debts.Get(id)
		if debt == nil || debt.Credit.IsZero() {
			d.Holds.Put(holdID(d.ID, incentive.HoldCreditNotRepaid, id), nil)
			continue
		}
		rule := d.creditHold(debt)
		hold := &Hold{ID: rule.ID, Reason: rule.Reason, OrderID: id, Currency: debt.Currency, Open: rule.Open}
		old := d.Holds.Get(hold.ID)
		hold.Late = d.lateUnder(old, id, touched)
		hold.Amount = d.frozenUnder(hold)
		if old == nil || old.Open != hold.Open || !old.Amount.Equal(hold.Amount) || !slices.Equal(old.Late, hold.Late) {
			d.Holds.Put(hold.ID, hold)
		}
	}
	return nil
}

// lateUnder lists the corrective details of other orders' facts that take
// slices of an order: those known before and those of the event.
func (d *decider) lateUnder(old *Hold, orderID string, touched map[string]bool) []string {
	var late []string
	if old != nil {
		d.need(ScopeDetail, old.Late...)
		late = append(late, old.Late...)
	}
	for id := range touched {
		late = append(late, id)
	}
	late = slices.DeleteFunc(late, func(id string) bool {
		detail := d.Details.Get(id)
		return detail == nil || detail.LateOf == "" || detail.OrderID == orderID ||
			!slices.ContainsFunc(detail.Slices, func(s DetailSlice) bool { return s.OrderID == orderID && isCredit(s.Kind) })
	})
	slices.Sort(late)
	return slices.Compact(late)
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
		add(d.Details.Get(late))
	}
	return sum
}
