package decision

import (
	"strings"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/settlement"
)

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
// the period runs was never there.
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
	var bill Bill
	if old := d.Bills.Get(id); old != nil {
		bill = *old
	} else {
		state, err := settlement.NextBill("", settlement.BillFirstDetail)
		if err != nil {
			return err
		}
		bill = Bill{ID: id, Cycle: c.sample.Cycle, Period: c.sample.Period, PeriodKind: d.periodKind(c.sample), PolicyID: c.sample.PolicyID,
			Association: c.sample.Association, Currency: c.sample.Currency, State: state}
	}
	if c.details == 0 && c.amount.IsZero() && c.frozen.IsZero() {
		return nil
	}
	bill.Details += c.details
	bill.PolicyVersion = max(bill.PolicyVersion, c.sample.PolicyVersion)
	bill.Amounts = bill.Amounts.Accrue(c.amount, c.frozen)
	if bill.Details == 0 && bill.State.Open() {
		d.Bills.Put(id, nil)
		return nil
	}
	d.Bills.Put(id, &bill)
	return bill.Amounts.Check()
}

func (d *decider) periodKind(detail *Detail) string {
	if policy, ok := d.common.policies.View(d.in.ReferenceVersion).Find(detail.PolicyID, detail.PolicyVersion); ok {
		return string(policy.Period)
	}
	return ""
}

func compareText(a, b string) int { return strings.Compare(a, b) }
