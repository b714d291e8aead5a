package decision

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/incentive"
)

// Closed periods.
//
// A detail knows what the facts come to (Ideal) and what stands in its bill
// (Amount). While the period runs both are the same. After the close nothing
// issued is edited: the final calculation runs again over the ideal amounts,
// and the differences go to the open period as corrective details, one for each
// late fact and bill, linked by LateOf.
//
// Which late fact a difference is put down to must not depend on the order in
// which they came. So details of closed bills remember how they stood at the
// last cut-off (Stated), and whenever something changes there, every corrective
// detail since then is computed anew: a detail whose own facts changed goes to
// the last of those that are about its order or resources; one that only the
// bands moved goes to the last such fact before it in key order.

// correct runs the final calculation of a closed bill again and puts the
// difference into the open period: one corrective detail for each late fact.
// What each comes to is computed anew from how the details stood at the last
// cut-off, so it does not depend on the order in which the late facts came.
func (d *decider) correct(bill *Bill) error {
	d.need(ScopeBillDetails, bill.ID)
	d.refolded = true
	earlier := d.putDown(bill)
	for _, diff := range d.Details.differences() {
		if standing := cmp.Or(diff.after, diff.before); standing.BillID == bill.ID && standing.LateOf == "" {
			d.restore(diff)
		}
	}
	if err := d.final(bill); err != nil {
		return err
	}
	d.state(bill)
	d.restateBeside(bill)
	return d.correctives(bill, d.causes(bill), earlier)
}

// putDown lists the facts that changes of a bill were put down to before the
// current event.
func (d *decider) putDown(bill *Bill) []EventRef {
	var facts []EventRef
	note := func(detail *Detail) {
		if detail != nil && detail.BillID == bill.ID && d.isStated(detail) {
			facts = append(facts, detail.Stated.By)
		}
	}
	touched := map[string]bool{}
	for _, diff := range d.Details.differences() {
		note(diff.before)
		touched[diff.id] = true
	}
	for _, detail := range d.Details.By(detailsByBill, bill.ID) {
		if !touched[detail.ID] {
			note(detail)
		}
	}
	return facts
}

// restore keeps the issued amount of a detail that a late event changed or
// removed. One that came and went since the last cut-off was never there.
func (d *decider) restore(diff difference[Detail]) {
	var kept Detail
	switch {
	case diff.after == nil:
		if d.isStated(diff.before) && diff.before.Stated.New {
			return
		}
		kept = *diff.before
		kept.Ideal, kept.Performance, kept.ShapedBy, kept.ZeroReason = decimal.Decimal{}, decimal.Decimal{}, nil, ""
		kept.Void = true
		if d.isStated(&kept) {
			kept.Slices, kept.Rate = kept.Stated.Slices, kept.Stated.Rate
		}
		kept.Slices = asIssued(kept.Slices)
	case diff.before == nil:
		kept = *diff.after
		kept.Amount = decimal.Decimal{}
	default:
		kept = *diff.after
		kept.Amount, kept.Stated = diff.before.Amount, diff.before.Stated
	}
	kept.Provisional = false
	d.Details.Put(kept.ID, &kept)
}

// state notes of every detail of a closed bill that the event changed how it
// stood at the last cut-off, and forgets it of those that are back there.
func (d *decider) state(bill *Bill) {
	for _, diff := range d.Details.differences() {
		detail := diff.after
		if detail == nil || detail.BillID != bill.ID || detail.LateOf != "" {
			continue
		}
		changed := *detail
		if changed.Stated == nil || changed.Stated.CutOffs != d.Counters.CutOffs {
			changed.Stated = &Stated{CutOffs: d.Counters.CutOffs, New: diff.before == nil}
			if diff.before != nil {
				changed.Stated.Ideal, changed.Stated.Performance = diff.before.Ideal, diff.before.Performance
				changed.Stated.Rate, changed.Stated.Slices = diff.before.Rate, asIssued(diff.before.Slices)
			}
		}
		if s := changed.Stated; !s.New && s.Ideal.Equal(changed.Ideal) && s.Performance.Equal(changed.Performance) &&
			s.Rate.Equal(changed.Rate) && slices.EqualFunc(s.Slices, asIssued(changed.Slices), DetailSlice.same) {
			changed.Stated = nil
		}
		d.Details.Put(changed.ID, &changed)
	}
}

// asIssued returns slices without what refunds of later periods took from them,
// and without shares, which follow from the rest.
func asIssued(list []DetailSlice) []DetailSlice {
	out := slices.Clone(list)
	for i := range out {
		out[i].Share, out[i].Returned = decimal.Decimal{}, decimal.Decimal{}
	}
	return out
}

func (s DetailSlice) same(o DetailSlice) bool {
	return s.Kind == o.Kind && s.Reference == o.Reference && s.Paid.Equal(o.Paid) && s.Counted.Equal(o.Counted) &&
		s.Refunded.Equal(o.Refunded) && s.Eligible.Equal(o.Eligible)
}

// causes puts the change of every detail since the last cut-off down to a late
// fact, and returns the changed details with those whose own facts came late
// behind the others. What another detail's fact changed through the bands of
// the period is put down to the last such fact before it, else to the first.
func (d *decider) causes(bill *Bill) []*Detail {
	var direct, indirect []*Detail
	var facts []EventRef
	for _, detail := range d.Details.By(detailsByBill, bill.ID) {
		if !d.isStated(detail) {
			continue
		}
		changed := *detail
		stated := *detail.Stated
		changed.Stated = &stated
		switch base := d.Details.Get(detail.Reverses); {
		case stated.New || !stated.Performance.Equal(detail.Performance):
			stated.By = d.lateFact(detail)
		case base != nil && d.isStated(base):
			stated.By = base.Stated.By
		default:
			indirect = append(indirect, &changed)
			continue
		}
		facts = append(facts, stated.By)
		direct = append(direct, &changed)
	}
	slices.SortFunc(facts, compareRefs)
	for _, detail := range indirect {
		i, found := slices.BinarySearchFunc(facts, detail.Event, compareRefs)
		switch {
		case len(facts) == 0:
			detail.Stated.By = detail.Event
		case found || i == 0:
			detail.Stated.By = facts[min(i, len(facts)-1)]
		default:
			detail.Stated.By = facts[i-1]
		}
	}
	inKeyOrder(indirect)
	inKeyOrder(direct)
	changed := slices.Concat(indirect, direct)
	for _, detail := range changed {
		if compareRefs(d.Details.Get(detail.ID).Stated.By, detail.Stated.By) != 0 {
			d.Details.Put(detail.ID, detail)
		}
	}
	return changed
}

func (d *decider) isStated(detail *Detail) bool {
	return detail.LateOf == "" && detail.Stated != nil && detail.Stated.CutOffs == d.Counters.CutOffs
}

func inKeyOrder(details []*Detail) {
	slices.SortFunc(details, func(a, b *Detail) int {
		return cmp.Or(compareRefs(a.Event, b.Event), strings.Compare(a.LineID, b.LineID), strings.Compare(a.ID, b.ID))
	})
}

// lateFact returns the fact that came since the last cut-off and changed the
// detail: the one that shaped it, else the last before it, else the first after
// it, of those about its order or the order's resources. Where there is none,
// as for a payment that waited for its order, the detail's own fact is late. A
// settlement of usage is of no chain; the last of its usage is late.
func (d *decider) lateFact(detail *Detail) EventRef {
	shaped := detail.Event
	if detail.ShapedBy != nil {
		shaped = *detail.ShapedBy
	}
	key := orderKey(detail.OrderID)
	d.need(ScopeChain, key)
	chain := d.chain(key)
	if chain == nil {
		return *cmp.Or(d.lateUsage(detail.OrderID), &shaped)
	}
	keys := []string{key}
	if order := d.Orders.Get(detail.OrderID); order != nil {
		keys = append(keys, resourceKeys(order.ResourceIDs)...)
	}
	var before, after *EventRef
	for _, fact := range d.factsOf(chain) {
		switch about := slices.ContainsFunc(keys, func(k string) bool { return slices.Contains(fact.Keys, k) }); {
		case !about:
		case compareRefs(fact.Event, shaped) == 0:
			return shaped
		case compareRefs(fact.Event, detail.Event) <= 0:
			before = &fact.Event
		case after == nil:
			after = &fact.Event
		}
	}
	return *cmp.Or(before, after, &shaped)
}

// factsOf lists the facts of a chain that stand and came since the last cut-off.
func (d *decider) factsOf(chain *Chain) []Fact {
	if chain.CutOffs != d.Counters.CutOffs {
		return nil
	}
	return chain.Facts
}

// correctives writes the corrective details of a closed bill, one for each
// fact that changes are put down to, and takes back those of earlier facts that
// do not arise any more.
func (d *decider) correctives(bill *Bill, changed []*Detail, earlier []EventRef) error {
	open := Detail{PolicyID: bill.PolicyID, Association: bill.Association, Currency: bill.Currency}
	if err := d.openPeriod(bill, &open); err != nil {
		return err
	}
	// The cut-offs are part of the id: what a payment elsewhere or a base bill
	// changed is put down to the detail's own fact, which may have had a
	// corrective detail before them that stands as issued.
	cutOffs := strconv.FormatInt(d.Counters.CutOffs, 10)
	id := func(by EventRef) string {
		return events.DeriveID("late", d.ID, by.Source, by.ID, bill.ID, open.BillID, cutOffs)
	}
	correctives := map[string]*Detail{}
	for _, by := range earlier {
		correctives[id(by)] = nil
	}
	for _, detail := range changed {
		by := detail.Stated.By
		late := correctives[id(by)]
		if late == nil {
			late = new(open)
			late.ID, late.LateOf, late.Event = id(by), by.ID, by
			correctives[late.ID] = late
		}
		if err := takeInto(late, detail, detail.Ideal.Sub(detail.Stated.Ideal)); err != nil {
			return err
		}
	}
	ids := sortedKeys(correctives)
	d.need(ScopeDetail, ids...)
	for _, id := range ids {
		if late := correctives[id]; late != nil && len(late.Slices) > 0 {
			d.Details.Put(id, late)
		} else {
			d.Details.Put(id, nil)
		}
	}
	return nil
}

// takeInto adds to a late detail the difference of one detail, with the slices that it is of.
func takeInto(late, detail *Detail, difference decimal.Decimal) error {
	late.OrderID, late.LineID, late.CustomerID = detail.OrderID, detail.LineID, detail.CustomerID
	late.ServiceType, late.OrderKind, late.PolicyVersion, late.Rate = detail.ServiceType, detail.OrderKind, detail.PolicyVersion, detail.Rate
	if difference.IsZero() {
		return nil
	}
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
