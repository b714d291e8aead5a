package decision

import (
	"cmp"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/incentive"
)

// freeze brings the shares and the frozen part of every touched detail up to
// date: of the details that changed, of those whose order's debt changed, and
// of those that a changed hold covers (Settlement rules, section 4).
func (d *decider) freeze() error {
	touched := map[string]bool{}
	for _, diff := range d.Details.differences() {
		if diff.after != nil {
			d.touch(diff.after, touched)
		}
	}
	d.needDebtors()
	for _, diff := range d.Debts.differences() {
		for _, detail := range d.Details.By(detailsByOrder, diff.id) {
			d.touch(detail, touched)
		}
		if hold := d.Holds.Get(holdID(d.ID, incentive.HoldCreditNotRepaid, diff.id)); hold != nil {
			for _, late := range hold.Late {
				if d.Details.Get(late) != nil {
					touched[late] = true
				}
			}
		}
	}
	for _, diff := range d.Holds.differences() {
		hold := cmp.Or(diff.after, diff.before)
		if hold.Reason == incentive.HoldCreditNotRepaid {
			continue
		}
		for _, detail := range d.under(hold) {
			d.touch(detail, touched)
		}
	}
	if len(touched) > 0 {
		d.need(ScopeHolds, "")
	}
	d.needOriginals(touched)
	for _, detail := range d.inReversalOrder(touched) {
		if err := d.freezeDetail(detail); err != nil {
			return err
		}
	}
	return d.creditHolds(touched)
}

// needDebtors asks for what stands on the orders whose debt changed, all at
// once: one repayment, or a cycle that is settled, changes any number of them,
// and the rounds of loading are bounded.
func (d *decider) needDebtors() {
	var chains, late []string
	for _, diff := range d.Debts.differences() {
		chains = append(chains, orderKey(diff.id))
		if hold := d.Holds.Get(holdID(d.ID, incentive.HoldCreditNotRepaid, diff.id)); hold != nil {
			late = append(late, hold.Late...)
		}
	}
	d.need(ScopeChain, chains...)
	d.need(ScopeDetail, late...)
}

// inReversalOrder returns details by id, those that reverse others behind them
// and in key order: a refund takes from what the ones before it left.
func (d *decider) inReversalOrder(ids map[string]bool) []*Detail {
	list := make([]*Detail, 0, len(ids))
	for _, id := range sortedKeys(ids) {
		list = append(list, d.Details.Get(id))
	}
	slices.SortStableFunc(list, func(a, b *Detail) int {
		switch {
		case a.Reverses == "" && b.Reverses == "":
			return 0
		case a.Reverses == "":
			return -1
		case b.Reverses == "":
			return 1
		}
		return compareRefs(a.Event, b.Event)
	})
	return list
}

// touch marks a detail and the negative ones that took its slices: what they
// hit is frozen with them.
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
	if detail.LateOf == "" && detail.AdjustmentID == "" {
		shares, err := d.shares(detail)
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
	slices.SortFunc(changed.Holds, func(a, b Covering) int { return strings.Compare(a.HoldID, b.HoldID) })
	if !sameDetail(detail, &changed) {
		d.Details.Put(changed.ID, &changed)
	}
	return nil
}

// shares spreads a detail's amount over its slices. A negative one takes from
// the slices of its original, of each at most what earlier ones left; where
// what was issued of the two does not fit together any more, it is spread as
// any other.
func (d *decider) shares(detail *Detail) ([]decimal.Decimal, error) {
	weights := weightsOf(detail.Slices)
	if base := d.Details.Get(detail.Reverses); base != nil && len(base.Slices) == len(weights) {
		left, err := incentive.Shares(base.Ideal, weightsOf(base.Slices), base.Currency)
		if err != nil {
			return nil, err
		}
		for _, earlier := range d.Details.By(detailsByReversed, base.ID) {
			if compareRefs(earlier.Event, detail.Event) >= 0 {
				continue
			}
			for i := range left {
				left[i] = left[i].Add(earlier.Slices[i].Share)
			}
		}
		if fits(detail.Amount.Neg(), left) {
			return incentive.ClawbackShares(detail.Amount, weights, left, detail.Currency)
		}
	}
	return incentive.Shares(detail.Amount, weights, detail.Currency)
}

// fits tells whether slices that have so much left can give an amount.
func fits(amount decimal.Decimal, left []decimal.Decimal) bool {
	var room decimal.Decimal
	for _, l := range left {
		if l.IsNegative() {
			return false
		}
		room = room.Add(l)
	}
	return amount.LessThanOrEqual(room)
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
// outstanding share; the first of the other holds, those over its order before
// the wider ones, freezes the rest.
func (d *decider) freezeSlice(detail *Detail, s DetailSlice) error {
	as := sliceOf(detail, s)
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
	for _, scope := range [...]string{orderKey(s.OrderID), beyondOrders} {
		for _, h := range d.Holds.By(holdsOpen, scope) {
			if h.rule().Covers(as) {
				detail.cover(h.ID, h.Reason, left)
				return nil
			}
		}
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

func allZero(list []decimal.Decimal) bool {
	return !slices.ContainsFunc(list, func(d decimal.Decimal) bool { return !d.IsZero() })
}

func sameDetail(a, b *Detail) bool {
	return a.Frozen.Equal(b.Frozen) && a.Amount.Equal(b.Amount) &&
		slices.EqualFunc(a.Holds, b.Holds, func(x, y Covering) bool { return x.HoldID == y.HoldID && x.Amount.Equal(y.Amount) }) &&
		slices.EqualFunc(a.Slices, b.Slices, func(x, y DetailSlice) bool { return x.Share.Equal(y.Share) })
}
