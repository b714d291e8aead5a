package decision

import (
	"slices"

	"github.com/accruald/accruald/workers/incentive"
)

// beyondOrders is the value in the index of open holds for those that reach
// beyond one order; the others stand under their order's key.
const beyondOrders = "*"

// holdsOpen is the index of open holds in their table.
const holdsOpen = 0

// openHoldKey leaves out the credit holds: what these freeze follows from the
// debts.
func openHoldKey(h *Hold) string {
	switch {
	case !h.Open || h.Reason == incentive.HoldCreditNotRepaid:
		return ""
	case h.OrderID != "":
		return orderKey(h.OrderID)
	}
	return beyondOrders
}

// sliceOf is a detail's slice as holds see it.
func sliceOf(detail *Detail, s DetailSlice) incentive.Slice {
	return incentive.Slice{DetailID: detail.ID, OrderID: s.OrderID, BillID: detail.BillID, Cycle: s.Cycle, Currency: detail.Currency,
		Tender: string(s.Kind), OnCredit: s.OnCredit, FromDetailID: s.DetailID, FromBillID: s.BillID}
}

// under lists the details whose slices a hold covers while it is open: those
// in its scope, and those that take from them or correct them in later bills.
func (d *decider) under(h *Hold) []*Detail {
	scope := h.rule().Scope
	var own []*Detail
	switch {
	case h.OrderID != "":
		d.need(ScopeChain, orderKey(h.OrderID))
		own = d.Details.By(detailsByOrder, h.OrderID)
	case h.DetailID != "":
		d.need(ScopeDetail, h.DetailID)
		if detail := d.Details.Get(h.DetailID); detail != nil {
			own = []*Detail{detail}
		}
	case h.BillID != "":
		d.need(ScopeBill, h.BillID)
		if bill := d.Bills.Get(h.BillID); bill != nil {
			return d.inBills(scope, func(b *Bill) bool { return b.ID == bill.ID || follows(b, bill) })
		}
		return nil
	default:
		return d.inBills(scope, func(b *Bill) bool { return h.Currency == "" || b.Currency == h.Currency })
	}
	return append(slices.Clone(own), d.later(scope, own)...)
}

// later lists the corrective details in a hold's scope. Only what was issued is
// corrected, so while the period runs there are none to look for; refunds in
// later periods are known with their original's chain.
func (d *decider) later(scope incentive.Scope, own []*Detail) []*Detail {
	var issued []*Bill
	var chains []string
	for _, detail := range own {
		if detail.OrderID != "" {
			chains = append(chains, orderKey(detail.OrderID))
		}
		if detail.BillID != "" && detail.Cycle <= d.Counters.ClosedCycle {
			d.need(ScopeBill, detail.BillID)
			if bill := d.Bills.Get(detail.BillID); bill != nil {
				issued = append(issued, bill)
			}
		}
	}
	d.need(ScopeChain, chains...)
	if issued == nil {
		return nil
	}
	return d.inBills(scope, func(b *Bill) bool {
		return slices.ContainsFunc(issued, func(first *Bill) bool { return follows(b, first) })
	})
}

// follows tells whether corrections of one bill may stand in another.
func follows(b, first *Bill) bool {
	return b.PolicyID == first.PolicyID && b.Association == first.Association && b.Currency == first.Currency && b.Cycle > first.Cycle
}

// inBills lists the details of bills with slices in a scope.
func (d *decider) inBills(scope incentive.Scope, which func(*Bill) bool) []*Detail {
	d.need(ScopeBills, "")
	var ids []string
	for _, b := range d.Bills.All() {
		if which(b) {
			ids = append(ids, b.ID)
		}
	}
	d.need(ScopeBillDetails, ids...)
	var out []*Detail
	for _, id := range ids {
		for _, detail := range d.Details.By(detailsByBill, id) {
			if slices.ContainsFunc(detail.Slices, func(s DetailSlice) bool { return scope.Contains(sliceOf(detail, s)) }) {
				out = append(out, detail)
			}
		}
	}
	return out
}

// needOriginals has the originals of negative details at hand: their slices say
// how the negative ones are spread.
func (d *decider) needOriginals(touched map[string]bool) {
	var chains []string
	for _, id := range sortedKeys(touched) {
		if detail := d.Details.Get(id); detail.Reverses != "" {
			chains = append(chains, orderKey(detail.OrderID))
		}
	}
	d.need(ScopeChain, chains...)
}
