package decision

import (
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/settlement"
)

// Money that is gone.
//
// A detail knows what holds cover of it, its bill what of that is frozen. Both
// are the same until a request takes money from the bill: from then on a hold
// finds only what was left there, and the rest stands as Uncovered, until the
// request gives the money back or the hold closes. Bounds, fixed when something
// is taken, make that independent of the order in which holds come and go.

// A billChange sums what the details of one event change in one bill.
type billChange struct {
	amount, frozen decimal.Decimal
	details        int
	sample         *Detail
}

func (c *billChange) add(detail *Detail, sign int) {
	amount, frozen := detail.Amount, detail.Frozen
	if sign < 0 {
		amount, frozen = amount.Neg(), frozen.Neg()
	}
	c.amount, c.frozen, c.details, c.sample = c.amount.Add(amount), c.frozen.Add(frozen), c.details+sign, detail
}

// carry brings the changes of the details into their bills. A bill appears
// with the first detail of its period; one that loses its last detail while
// the period runs, or before the next cut-off, was never there.
func (d *decider) carry() error {
	changes := map[string]*billChange{}
	add := func(detail *Detail, sign int) {
		if detail == nil || detail.BillID == "" {
			return
		}
		if changes[detail.BillID] == nil {
			changes[detail.BillID] = &billChange{}
		}
		changes[detail.BillID].add(detail, sign)
	}
	for _, diff := range d.Details.differences() {
		add(diff.before, -1)
		add(diff.after, +1)
	}
	for _, id := range sortedKeys(changes) {
		if err := d.change(id, changes[id]); err != nil {
			return err
		}
	}
	return nil
}

func (d *decider) change(id string, c *billChange) error {
	d.need(ScopeBill, id)
	if c.details == 0 && c.amount.IsZero() && c.frozen.IsZero() {
		return nil
	}
	var bill Bill
	if old := d.Bills.Get(id); old != nil {
		bill = *old
	} else {
		bill = *d.newBill(c.sample)
		if err := d.openBill(&bill); err != nil {
			return err
		}
	}
	bill.Details += c.details
	bill.PolicyVersion = max(bill.PolicyVersion, c.sample.PolicyVersion)
	wanted := decimal.Sum(bill.Amounts.Frozen, bill.Uncovered, c.frozen)
	bill.Amounts = bill.Amounts.Accrue(c.amount, decimal.Decimal{})
	bill.freeze(wanted)
	if bill.Details == 0 && (bill.State.Open() || bill.Born > 0 && bill.Born == d.Counters.CutOffs) {
		d.Bills.Put(id, nil)
		return nil
	}
	d.Bills.Put(id, &bill)
	return bill.Amounts.Check()
}

// freeze freezes what holds want to see frozen, as far as it is there: a hold
// on requested money freezes nothing, and paid-out money is never frozen
// (Settlement rules, section 4).
func (b *Bill) freeze(wanted decimal.Decimal) {
	frozen := wanted
	if b.Bounds != nil {
		frozen = decimal.Max(b.Bounds.Least, decimal.Min(wanted, b.Bounds.Most))
	}
	b.Amounts = b.Amounts.FreezeTo(frozen, b.State)
	b.Uncovered = wanted.Sub(frozen)
}

// bound notes how far the bill can be frozen after something was taken from it
// or given back.
func (b *Bill) bound() {
	a := b.Amounts
	b.Bounds = nil
	if a.Requested.IsZero() && a.PaidOut.IsZero() && a.Expired.IsZero() && a.Offset.IsZero() {
		return
	}
	var none decimal.Decimal
	b.Bounds = &FreezeBounds{
		Least: decimal.Min(none, a.Frozen.Add(decimal.Min(none, a.Payable))),
		Most:  decimal.Max(none, a.Frozen.Add(decimal.Max(none, a.Payable)))}
}

// giveBack takes back what a request had requested; what holds covered of it
// becomes frozen.
func (b *Bill) giveBack(amount decimal.Decimal) (err error) {
	covered := decimal.Max(decimal.Decimal{}, decimal.Min(amount, b.Uncovered))
	if b.Amounts, err = b.Amounts.GiveBack(amount, covered, b.State); err != nil {
		return err
	}
	b.Uncovered = b.Uncovered.Sub(covered)
	b.bound()
	return nil
}

// newBill is the bill of a detail's period before anything stands in it.
func (d *decider) newBill(detail *Detail) *Bill {
	return &Bill{ID: detail.BillID, Cycle: detail.Cycle, Period: detail.Period, PeriodKind: d.periodKind(detail), PolicyID: detail.PolicyID,
		Association: detail.Association, Currency: detail.Currency}
}

// openBill puts a new bill into its first state: estimated, or at once past
// the close where the period was closed before its first fact came. What the
// fact earns then stands in the open period; this bill only says so.
func (d *decider) openBill(bill *Bill) error {
	if err := d.moveBill(bill, settlement.BillFirstDetail, actorRules, ""); err != nil || bill.Cycle > d.Counters.ClosedCycle {
		return err
	}
	profile, err := d.profile()
	if err != nil {
		return err
	}
	if bill.Deadline, err = profile.ConfirmationDeadline(bill.Cycle); err != nil {
		return err
	}
	bill.Born = d.Counters.CutOffs
	return d.moveBill(bill, settlement.BillPeriodClosed, actorRules, "")
}

func (d *decider) periodKind(detail *Detail) string {
	if policy, ok := d.common.policies.View(d.in.ReferenceVersion).Find(detail.PolicyID, detail.PolicyVersion); ok {
		return string(policy.Period)
	}
	return ""
}
