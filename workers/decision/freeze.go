package decision

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/incentive"
)

// freeze brings the shares and the frozen part of every touched detail up to
// date: of the details that changed, of those whose order's debt changed, and
// of those that a changed hold covers (Settlement rules, section 4).
func (d *decider) freeze() error {
	touched := map[string]bool{}
	for _, diff := range d.Details.differences() {
		if diff.after != nil && diff.after.BillID != "" {
			touched[diff.id] = true
		}
	}
	for _, diff := range d.Debts.differences() {
		d.need(ScopeChain, orderKey(diff.id))
		for _, detail := range d.Details.By(detailsByOrder, diff.id) {
			d.touch(detail, touched)
		}
	}
	for _, diff := range d.Holds.differences() {
		if diff.after == nil || diff.after.Reason == incentive.HoldCreditNotRepaid {
			continue
		}
		for _, bill := range d.billsUnder(diff.after) {
			d.need(ScopeBillDetails, bill)
			for _, detail := range d.Details.By(detailsByBill, bill) {
				touched[detail.ID] = true
			}
		}
	}
	if len(touched) > 0 {
		d.need(ScopeHolds, "")
	}
	for _, id := range sortedKeys(touched) {
		if err := d.freezeDetail(d.Details.Get(id)); err != nil {
			return err
		}
	}
	return d.creditHolds(touched)
}

// touch marks a detail and the negative and corrective ones that took its
// slices: what they hit is frozen with them.
func (d *decider) touch(detail *Detail, touched map[string]bool) {
	if detail.BillID == "" {
		return
	}
	touched[detail.ID] = true
	for _, negative := range d.Details.By(detailsByReversed, detail.ID) {
		touched[negative.ID] = true
	}
}

// freezeDetail spreads the amount over the slices and freezes what open holds
// cover.
func (d *decider) freezeDetail(detail *Detail) error {
	changed := *detail
	if detail.LateOf == "" {
		shares, err := incentive.Shares(detail.Amount, weightsOf(detail.Slices), detail.Currency)
		if err != nil {
			return err
		}
		changed.Slices = slices.Clone(detail.Slices)
		for i := range changed.Slices {
			changed.Slices[i].Share = shares[i]
		}
	}
	changed.Frozen, changed.Holds = decimal.Decimal{}, nil
	for _, s := range changed.Slices {
		if err := d.freezeSlice(&changed, s); err != nil {
			return err
		}
	}
	slices.SortFunc(changed.Holds, func(a, b Covering) int { return compareText(a.HoldID, b.HoldID) })
	if !sameDetail(detail, &changed) {
		d.Details.Put(changed.ID, &changed)
	}
	return nil
}

// weightsOf says how an amount is spread over slices: by what counts, else by
// what counted before refunds, else by what was paid.
func weightsOf(list []DetailSlice) []decimal.Decimal {
	weights := make([]decimal.Decimal, len(list))
	for _, weight := range []func(DetailSlice) decimal.Decimal{
		func(s DetailSlice) decimal.Decimal { return s.Eligible.Abs() },
		func(s DetailSlice) decimal.Decimal { return s.Counted.Abs() },
		func(s DetailSlice) decimal.Decimal { return s.Paid.Abs() },
	} {
		for i, s := range list {
			weights[i] = weight(s)
		}
		if !allZero(weights) {
			break
		}
	}
	return weights
}

// freezeSlice adds what is frozen of one slice. A credit hold freezes its
// outstanding share; the first of the other holds freezes the rest.
func (d *decider) freezeSlice(detail *Detail, s DetailSlice) error {
	as := incentive.Slice{DetailID: detail.ID, OrderID: s.OrderID, BillID: detail.BillID, Cycle: s.Cycle,
		Currency: detail.Currency, Tender: string(s.Kind)}
	left := s.Share
	if isCredit(s.Kind) {
		d.need(ScopeBook, "")
		if debt := d.Debts.Get(s.OrderID); debt != nil && debt.outstanding().IsPositive() {
			hold := d.creditHold(debt)
			frozen, err := incentive.FrozenShare(s.Share, debt.Credit, debt.settled(), detail.Currency)
			if err != nil {
				return err
			}
			detail.cover(hold.ID, hold.Reason, frozen)
			left = left.Sub(frozen)
		}
	}
	for _, h := range d.Holds.All() {
		if h.Reason == incentive.HoldCreditNotRepaid || !h.Open || !h.rule().Covers(as) {
			continue
		}
		detail.cover(h.ID, h.Reason, left)
		return nil
	}
	return nil
}

func (detail *Detail) cover(holdID, reason string, amount decimal.Decimal) {
	if amount.IsZero() {
		return
	}
	detail.Frozen = detail.Frozen.Add(amount)
	for i := range detail.Holds {
		if detail.Holds[i].HoldID == holdID {
			detail.Holds[i].Amount = detail.Holds[i].Amount.Add(amount)
			return
		}
	}
	detail.Holds = append(detail.Holds, Covering{HoldID: holdID, Reason: reason, Amount: amount})
}

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
	for id := range touched {
		for _, s := range d.Details.Get(id).Slices {
			if isCredit(s.Kind) {
				orders[s.OrderID] = true
			}
		}
	}
	for _, id := range sortedKeys(orders) {
		debt := d.Debts.Get(id)
		if debt == nil {
			d.Holds.Put(holdID(d.ID, incentive.HoldCreditNotRepaid, id), nil)
			continue
		}
		rule := d.creditHold(debt)
		hold := &Hold{ID: rule.ID, Reason: rule.Reason, OrderID: id, Currency: debt.Currency, Open: rule.Open, Amount: d.frozenUnder(rule.ID, id)}
		if old := d.Holds.Get(hold.ID); old == nil || old.Open != hold.Open || !old.Amount.Equal(hold.Amount) {
			d.Holds.Put(hold.ID, hold)
		}
	}
	return nil
}

// frozenUnder sums what a credit hold freezes: of its order's details and of
// those that reverse or correct them.
func (d *decider) frozenUnder(holdID, orderID string) decimal.Decimal {
	d.need(ScopeChain, orderKey(orderID))
	var sum decimal.Decimal
	add := func(detail *Detail) {
		for _, c := range detail.Holds {
			if c.HoldID == holdID {
				sum = sum.Add(c.Amount)
			}
		}
	}
	for _, detail := range d.Details.By(detailsByOrder, orderID) {
		add(detail)
		for _, negative := range d.Details.By(detailsByReversed, detail.ID) {
			add(negative)
		}
	}
	return sum
}

// billsUnder lists the bills whose details a hold may cover.
func (d *decider) billsUnder(h *Hold) []string {
	switch {
	case h.BillID != "":
		return []string{h.BillID}
	case h.DetailID != "":
		if detail := d.Details.Get(h.DetailID); detail != nil {
			return []string{detail.BillID}
		}
		return nil
	case h.OrderID != "":
		d.need(ScopeChain, orderKey(h.OrderID))
		var out []string
		for _, detail := range d.Details.By(detailsByOrder, h.OrderID) {
			out = append(out, detail.BillID)
		}
		return out
	}
	d.need(ScopeBills, "")
	var out []string
	for _, b := range d.Bills.All() {
		if h.Currency == "" || b.Currency == h.Currency {
			out = append(out, b.ID)
		}
	}
	return out
}

func allZero(list []decimal.Decimal) bool {
	return !slices.ContainsFunc(list, func(d decimal.Decimal) bool { return !d.IsZero() })
}

func sameDetail(a, b *Detail) bool {
	return a.Frozen.Equal(b.Frozen) && a.Amount.Equal(b.Amount) &&
		slices.EqualFunc(a.Holds, b.Holds, func(x, y Covering) bool { return x.HoldID == y.HoldID && x.Amount.Equal(y.Amount) }) &&
		slices.EqualFunc(a.Slices, b.Slices, func(x, y DetailSlice) bool { return x.Share.Equal(y.Share) })
}
