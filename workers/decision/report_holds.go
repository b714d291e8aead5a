package decision

import (
	"cmp"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/incentive"
)

// reportHolds tells what became frozen and what is not any more. What a hold
// covers of money that is requested or gone is frozen only when that comes
// back, and told then (Settlement rules, section 4).
func (d *decider) reportHolds() {
	uncovered := map[string]decimal.Decimal{}
	for _, diff := range d.Bills.differences() {
		var change decimal.Decimal
		if diff.after != nil {
			change = diff.after.Uncovered
		}
		if diff.before != nil {
			change = change.Sub(diff.before.Uncovered)
		}
		if !change.IsZero() {
			uncovered[diff.id] = change
		}
	}
	r := holdReport{decider: d, uncovered: uncovered, count: map[[2]string]int{}}
	for _, diff := range d.Details.differences() {
		r.detail(diff)
	}
	for _, id := range sortedKeys(uncovered) {
		r.givenBack(id)
	}
}

// A holdReport is one event's report of what was frozen and released.
type holdReport struct {
	*decider
	uncovered map[string]decimal.Decimal // by bill: what more is covered and not frozen, as far as not told
	count     map[[2]string]int          // events told, by type and detail
}

// detail tells what each hold freezes more or less of a detail.
func (r *holdReport) detail(diff difference[Detail]) {
	changes := map[string]Covering{}
	add := func(detail *Detail, sign int64) {
		if detail == nil {
			return
		}
		for _, c := range detail.Holds {
			sum := changes[c.HoldID]
			changes[c.HoldID] = Covering{HoldID: c.HoldID, Reason: c.Reason, Amount: sum.Amount.Add(c.Amount.Mul(decimal.NewFromInt(sign)))}
		}
	}
	add(diff.before, -1)
	add(diff.after, +1)
	detail := diff.after
	if detail == nil {
		detail = diff.before
	}
	for _, id := range sortedKeys(changes) {
		c := changes[id]
		c.Amount = c.Amount.Sub(r.take(detail.BillID, c.Amount))
		r.tell(detail, diff.version, c)
	}
}

// take takes from what is covered and not frozen in a bill the part that
// explains a change of what a hold covers.
func (r *holdReport) take(billID string, change decimal.Decimal) decimal.Decimal {
	rest := r.uncovered[billID]
	if rest.Sign() != change.Sign() {
		return decimal.Decimal{}
	}
	part := rest
	if change.Abs().LessThan(rest.Abs()) {
		part = change
	}
	r.uncovered[billID] = rest.Sub(part)
	return part
}

// givenBack tells what a hold covered before and freezes now, since a request
// gave it back.
func (r *holdReport) givenBack(billID string) {
	for _, detail := range r.Details.By(detailsByBill, billID) {
		for _, c := range detail.Holds {
			part := r.take(billID, c.Amount.Neg())
			c.Amount = part.Neg()
			r.tell(detail, r.Details.Version(detail.ID), c)
		}
	}
}

func (r *holdReport) tell(detail *Detail, version int64, c Covering) {
	change := events.HoldChange{DetailID: detail.ID, BillID: detail.BillID, HoldID: c.HoldID, Reason: c.Reason,
		Reference: r.holdReference(c, detail), Currency: string(detail.Currency), Amount: in(detail.Currency, c.Amount.Abs())}
	typ, data := events.TypeIncentiveFrozen, events.OutData(&events.IncentiveFrozen{Origin: origin(version), HoldChange: change})
	switch c.Amount.Sign() {
	case 0:
		return
	case -1:
		typ, data = events.TypeIncentiveReleased, &events.IncentiveReleased{Origin: origin(version), HoldChange: change}
	}
	key := [2]string{typ, detail.ID}
	r.emitNth(typ, detail.ID, r.count[key], data)
	r.count[key]++
}

// holdReference names what a hold is about: an order, a bill, a detail, a cycle
// or the partner.
func (d *decider) holdReference(c Covering, detail *Detail) string {
	d.need(ScopeHolds, "")
	if c.Reason == incentive.HoldCreditNotRepaid {
		d.need(ScopeBook, "")
	}
	if hold := d.Holds.Get(c.HoldID); hold != nil {
		return cmp.Or(hold.OrderID, hold.BillID, hold.DetailID, string(hold.Cycle), d.ID)
	}
	return detail.OrderID
}

// HoldReference names what a hold that covers a detail is about: an order, a
// bill, a detail or a cycle.
func (p *Partner) HoldReference(c Covering, detail *Detail) string {
	return (&decider{Partner: p}).holdReference(c, detail)
}
