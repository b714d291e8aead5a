package decision

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/incentive"
)

// openPeriodsMax bounds the search for the period that is open for a late
// difference: ten years of months.
const openPeriodsMax = 120

// correctedBillsMax bounds how many closed bills one event may change.
const correctedBillsMax = 1000

// amounts decides what stands in the bills. In a period that runs, a detail
// stands at what the facts come to. In a closed one nothing issued is edited:
// the final calculation runs again, and the whole difference of the event goes
// to the open period as one corrective detail (contract section 1, Late).
func (d *decider) amounts() error {
	corrected := map[string]bool{}
	for bill := d.closedBill(corrected); bill != nil; bill = d.closedBill(corrected) {
		if len(corrected) == correctedBillsMax {
			return fmt.Errorf("correct the bills that event %q changes: over %d closed bills", d.in.Event.ID, correctedBillsMax)
		}
		corrected[bill.ID] = true
		if err := d.correct(bill); err != nil {
			return err
		}
	}
	for _, diff := range d.Details.differences() {
		if detail := diff.after; detail != nil && !corrected[detail.BillID] && !detail.Amount.Equal(detail.Ideal) {
			changed := *detail
			changed.Amount = changed.Ideal
			d.Details.Put(changed.ID, &changed)
		}
	}
	return nil
}

// closedBill finds the first closed bill that the event touched and that is not
// corrected yet, by period and base policies before special ones. Correcting one can touch later ones:
// the refunds of later periods rest on it. A period that was closed without a
// bill is closed too.
func (d *decider) closedBill(corrected map[string]bool) (first *Bill) {
	consider := func(detail *Detail) {
		if detail.BillID == "" || detail.LateOf != "" || corrected[detail.BillID] || d.closing[detail.BillID] {
			return
		}
		d.need(ScopeBill, detail.BillID)
		bill := d.Bills.Get(detail.BillID)
		closed := bill != nil && !bill.State.Open()
		if bill == nil && detail.Cycle <= d.Counters.ClosedCycle {
			bill, closed = d.newBill(detail), true
		}
		if closed && (first == nil || d.compareCaps(bill, first) < 0) {
			first = bill
		}
	}
	for _, diff := range d.Details.differences() {
		consider(cmp.Or(diff.after, diff.before))
	}
	for _, id := range sortedKeys(d.restated) {
		consider(d.restated[id])
	}
	return first
}

// openPeriod places a corrective detail into the first period after the
// closed one that still runs.
func (d *decider) openPeriod(bill *Bill, late *Detail) error {
	kind := calendar.PeriodKind(bill.PeriodKind)
	cycle := bill.Cycle
	for range openPeriodsMax {
		period, _, last, err := cycle.Next().PeriodOf(kind)
		if err != nil {
			return err
		}
		id := billID(d.ID, period, bill.PolicyID, bill.Association, bill.Currency)
		d.need(ScopeBill, id)
		if next := d.Bills.Get(id); (next == nil || next.State.Open()) && last > d.Counters.ClosedCycle {
			late.BillID, late.Period, late.Cycle = id, period, last
			return nil
		}
		cycle = last
	}
	return fmt.Errorf("find the open period after %s of policy %q: none within %d periods", bill.Period, bill.PolicyID, openPeriodsMax)
}

// final runs the final calculation of a bill: every detail of the period in
// key order under its policy version (Settlement rules, section 2).
func (d *decider) final(bill *Bill) error {
	var group []*Detail
	for _, detail := range d.Details.By(detailsByBill, bill.ID) {
		if detail.Reverses == "" && detail.LateOf == "" && detail.AdjustmentID == "" {
			group = append(group, detail)
		}
	}
	slices.SortFunc(group, func(a, b *Detail) int {
		if c := compareRefs(a.Event, b.Event); c != 0 {
			return c
		}
		return strings.Compare(a.LineID, b.LineID)
	})
	// Each version of the policy is calculated over the details it governs.
	for _, part := range groupsOf(group, func(detail *Detail) int { return detail.PolicyVersion }) {
		if err := d.finalOf(bill, part); err != nil {
			return err
		}
	}
	return nil
}

// groupsOf splits details by a value, each group and the groups themselves in
// the order in which they come.
func groupsOf[K comparable](details []*Detail, value func(*Detail) K) [][]*Detail {
	var out [][]*Detail
	at := map[K]int{}
	for _, detail := range details {
		i, known := at[value(detail)]
		if !known {
			i = len(out)
			at[value(detail)] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], detail)
	}
	return out
}

func (d *decider) finalOf(bill *Bill, group []*Detail) error {
	policy, ok := d.common.policies.View(d.in.ReferenceVersion).Find(bill.PolicyID, group[0].PolicyVersion)
	if !ok {
		return fmt.Errorf("calculate bill %q: policy %q version %d is not in the reference data", bill.ID, bill.PolicyID, group[0].PolicyVersion)
	}
	batches := [][]*Detail{group}
	if policy.Basis == incentive.BasisOrder {
		batches = groupsOf(group, func(detail *Detail) string { return detail.OrderID })
	}
	for _, batch := range batches {
		performances := make([]decimal.Decimal, len(batch))
		for i, detail := range batch {
			performances[i] = detail.Performance
		}
		amounts, rate, err := incentive.Final(d.within(policy, batch), performances)
		if err != nil {
			return err
		}
		for i, detail := range batch {
			if err := d.finalize(detail, amounts[i], rate, policy); err != nil {
				return err
			}
		}
	}
	return nil
}

// finalize sets what a detail finally comes to, and the refunds of later
// periods that rest on it.
func (d *decider) finalize(detail *Detail, amount, rate decimal.Decimal, policy *incentive.Policy) error {
	changed := *detail
	changed.Ideal, changed.Provisional = amount, false
	if policy.Mode == incentive.ModeWhole {
		changed.Rate = rate
	}
	moved := !detail.Ideal.Equal(amount) || !detail.Rate.Equal(changed.Rate)
	nothing := earnsNothing(&changed)
	switch {
	case nothing && changed.ZeroReason == "":
		changed.ZeroReason = incentive.ZeroBelowThreshold
	case !nothing && changed.ZeroReason == incentive.ZeroBelowThreshold:
		changed.ZeroReason = ""
	}
	if !detail.Provisional && !moved && detail.ZeroReason == changed.ZeroReason {
		return nil
	}
	d.Details.Put(changed.ID, &changed)
	if !moved {
		return nil
	}
	d.need(ScopeChain, orderKey(changed.OrderID))
	for _, negative := range d.Details.By(detailsByReversed, changed.ID) {
		again := *negative
		if err := d.reverse(&changed, &again); err != nil {
			return err
		}
		d.Details.Put(again.ID, &again)
	}
	return nil
}
