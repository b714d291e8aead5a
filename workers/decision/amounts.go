package decision

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
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

// closedBill finds a closed bill that the event touched and that is not
// corrected yet. Correcting one can touch another: the refunds of later
// periods rest on it. A period that was closed without a bill is closed too.
func (d *decider) closedBill(corrected map[string]bool) *Bill {
	for _, diff := range d.Details.differences() {
		detail := diff.after
		if detail == nil {
			detail = diff.before
		}
		if detail.BillID == "" || detail.LateOf != "" || corrected[detail.BillID] || d.closing[detail.BillID] {
			continue
		}
		d.need(ScopeBill, detail.BillID)
		bill := d.Bills.Get(detail.BillID)
		if bill == nil && detail.Cycle <= d.Counters.ClosedCycle {
			return d.newBill(detail)
		}
		if bill != nil && !bill.State.Open() {
			return bill
		}
	}
	return nil
}

// restore keeps the issued amount of a detail that a late event changed or
// removed.
func (d *decider) restore(diff difference[Detail]) {
	var kept Detail
	switch {
	case diff.after == nil:
		kept = *diff.before
		kept.Ideal = decimal.Decimal{}
		kept.Performance = decimal.Decimal{}
	case diff.before == nil:
		kept = *diff.after
		kept.Amount = decimal.Decimal{}
	default:
		kept = *diff.after
		kept.Amount = diff.before.Amount
	}
	kept.Provisional = false
	d.Details.Put(kept.ID, &kept)
}

// correct runs the final calculation of a closed bill again and posts the
// difference that the current event made.
func (d *decider) correct(bill *Bill) error {
	d.need(ScopeBillDetails, bill.ID)
	d.refolded = true
	for _, diff := range d.Details.differences() {
		if standing := cmp.Or(diff.after, diff.before); standing.BillID == bill.ID && standing.LateOf == "" {
			d.restore(diff)
		}
	}
	if err := d.final(bill); err != nil {
		return err
	}
	late := Detail{LateOf: d.in.Event.ID, PolicyID: bill.PolicyID, Association: bill.Association, Currency: bill.Currency, Event: d.ref()}
	if err := d.openPeriod(bill, &late); err != nil {
		return err
	}
	late.ID = events.DeriveID("late", d.ID, d.in.Event.Source, d.in.Event.ID, bill.ID, late.BillID)
	if d.in.Attempts > 0 { // decided before, so it may have one already
		d.need(ScopeBillDetails, late.BillID)
	}
	if earlier := d.Details.Get(late.ID); earlier != nil {
		late = *earlier // a fact that was decided before, and again
		late.Slices = slices.Clone(earlier.Slices)
	}
	standing := late.Amount
	for _, diff := range d.Details.differences() {
		detail := diff.after
		if detail == nil || detail.BillID != bill.ID || detail.LateOf != "" {
			continue
		}
		var before decimal.Decimal
		if diff.before != nil {
			before = diff.before.Ideal
		}
		if err := takeInto(&late, detail, detail.Ideal.Sub(before)); err != nil {
			return err
		}
	}
	if !late.Amount.Equal(standing) {
		d.Details.Put(late.ID, &late)
	}
	return nil
}

// takeInto adds to a late detail the difference of one detail, with the slices that it is of.
func takeInto(late, detail *Detail, difference decimal.Decimal) error {
	if difference.IsZero() {
		return nil
	}
	late.OrderID, late.LineID, late.CustomerID = detail.OrderID, detail.LineID, detail.CustomerID
	late.ServiceType, late.OrderKind, late.PolicyVersion, late.Rate = detail.ServiceType, detail.OrderKind, detail.PolicyVersion, detail.Rate
	shares, err := incentive.Shares(difference, weightsOf(detail.Slices), detail.Currency)
	if err != nil {
		return err
	}
	for i, s := range detail.Slices {
		late.Slices = append(late.Slices, DetailSlice{OrderID: s.OrderID, Cycle: s.Cycle, Kind: s.Kind, Reference: s.Reference, Share: shares[i],
			OnCredit: s.OnCredit, DetailID: cmp.Or(s.DetailID, detail.ID), BillID: cmp.Or(s.BillID, detail.BillID)})
	}
	late.Amount = late.Amount.Add(difference)
	late.Ideal = late.Amount
	return nil
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
		amounts, rate, err := incentive.Final(policy, performances)
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
	if !detail.Provisional && detail.Ideal.Equal(amount) && detail.Rate.Equal(changed.Rate) {
		return nil
	}
	moved := !detail.Ideal.Equal(amount) || !detail.Rate.Equal(changed.Rate)
	if amount.IsZero() && changed.ZeroReason == "" && changed.Performance.IsPositive() {
		changed.ZeroReason = incentive.ZeroBelowThreshold
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
