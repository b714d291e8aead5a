package decision

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/pricing"
)

// Coupons.
//
// A payment with coupons is judged by what stands before it in its chain: the
// coupon as it was issued, in its state at the time of the payment as known at
// its first decision, after what the orders that resources connect with this
// one until then did with it. That is less than what is one chain by now: a
// later order that connects two resources does not undo what was paid, and a
// refused one connects nothing. So the verdict follows from the facts before
// it in key order, whatever came first, and no chain has to know another one's.
//
// What became of a coupon's face value is a row of its own: a fold of all its
// payments and refunds in key order, wherever they are. There payments that did
// not know of one another show as a negative balance. Reclaimed or expired, it
// gives its quota what is left at that point; a late payment takes that back,
// and a late refund to it is lost. A quota's row is the sum over its coupons.
//
// Whether a payment pays the customer's first order is judged once, in decision
// order, outside the law of arrival (contract section 1).
//
// A quota that is granted again is granted more; validity and limits of the
// last grant are those of what is issued from then on. The vendor's coupons,
// without a quota, go to customers of any association, and nobody can reclaim
// them; when they expire, their balance stays with them.

// A Coupon is an issued coupon as it stands: what became of its face value
// follows from the payments and refunds that used it, folded in key order,
// whatever the order in which they came.
type Coupon struct {
	pricing.Coupon
	Entries []CouponEntry  `json:",omitempty"` // by order, then by the order that had paid
	Closed  *CouponClosing `json:",omitzero"`
}

// Standing is the coupon's state whatever the time: used up when nothing is
// left of one that is open.
func (c *Coupon) Standing() pricing.CouponState {
	if c.Closed == nil && c.Type != pricing.CouponDiscount && !c.Balance().IsPositive() {
		return pricing.CouponUsedUp
	}
	return c.State
}

// A CouponEntry is what one order did with a coupon: it was paid with it, or
// it gave back what another order (Of) had been paid with.
type CouponEntry struct {
	OrderID string
	Of      string `json:",omitzero"`
	Event   EventRef
	Amount  decimal.Decimal
}

// A CouponClosing says when and how a coupon ended: reclaimed or expired.
type CouponClosing struct {
	Event EventRef
	State pricing.CouponState
}

// A Quota is what a partner issues coupons from: what was put into coupons and
// what came back of them are the sums over the coupon rows.
type Quota = pricing.CouponQuota

func couponKey(id string) string { return "c/" + id }
func quotaKey(id string) string  { return "q/" + id }

func isCoupon(k pricing.TenderKind) bool {
	return k == pricing.TenderCoupon || k == pricing.TenderFlexiCoupon
}

// A couponUse is an entry with the coupon that it belongs to.
type couponUse struct {
	couponID string
	CouponEntry
}

// usesOf lists what an order did with coupons.
func usesOf(o *Order) []couponUse {
	var out []couponUse
	if o == nil {
		return nil
	}
	if o.Payment != nil {
		for _, t := range o.Payment.Tenders {
			if isCoupon(t.Kind) {
				out = append(out, couponUse{t.Reference, CouponEntry{OrderID: o.ID, Event: o.Payment.Event, Amount: t.Amount}})
			}
		}
	}
	if o.Refund == nil {
		return out
	}
	for _, back := range returnsOf(o.Refund) {
		if !isCoupon(back.kind) {
			continue
		}
		same := func(u couponUse) bool { return u.couponID == back.reference && u.Of == back.orderID }
		if i := slices.IndexFunc(out, same); i >= 0 {
			out[i].Amount = out[i].Amount.Add(back.amount)
			continue
		}
		out = append(out, couponUse{back.reference, CouponEntry{OrderID: o.ID, Of: back.orderID, Event: o.Event, Amount: back.amount}})
	}
	return out
}

func sameUse(a, b couponUse) bool {
	return a.couponID == b.couponID && a.OrderID == b.OrderID && a.Of == b.Of && compareRefs(a.Event, b.Event) == 0 && a.Amount.Equal(b.Amount)
}

// settleCoupons brings coupons up to date with the orders that changed, and
// quotas with the coupons.
func (d *decider) settleCoupons() error {
	entries := map[string][]CouponEntry{} // of the coupons that were used otherwise than before
	for _, diff := range d.Orders.differences() {
		was, is := usesOf(diff.before), usesOf(diff.after)
		if slices.EqualFunc(was, is, sameUse) {
			continue
		}
		for _, use := range slices.Concat(was, is) {
			known, ok := entries[use.couponID]
			if !ok {
				row, err := d.couponRow(use.couponID)
				if err != nil {
					return err
				}
				known = row.Entries
			}
			of := func(e CouponEntry) bool { return e.OrderID == diff.id }
			entries[use.couponID] = slices.DeleteFunc(slices.Clone(known), of)
		}
		for _, use := range is {
			entries[use.couponID] = append(entries[use.couponID], use.CouponEntry)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(entries)) {
		row, err := d.couponRow(id)
		if err != nil {
			return err
		}
		row.Entries = entries[id]
		if err := d.putCoupon(row); err != nil {
			return err
		}
	}
	return d.settleQuotas()
}

// couponRow returns a copy of a coupon's row.
func (d *decider) couponRow(id string) (*Coupon, error) {
	d.need(ScopeCoupon, id)
	if row := d.Coupons.Get(id); row != nil {
		again := *row
		return &again, nil
	}
	issued := d.Reference.anyCoupon(d.Reference.Version(), id, endOfTime)
	if issued == nil {
		return nil, fmt.Errorf("book on coupon %q: it was not issued", id)
	}
	return &Coupon{Coupon: *issued}, nil
}

// putCoupon folds what a coupon was used for and stores it.
func (d *decider) putCoupon(row *Coupon) error {
	slices.SortFunc(row.Entries, func(a, b CouponEntry) int {
		if c := strings.Compare(a.OrderID, b.OrderID); c != 0 {
			return c
		}
		return strings.Compare(a.Of, b.Of)
	})
	row.State = lastState(d.Reference.coupons[row.ID].states, d.Reference.Version(), endOfTime, pricing.CouponNormal)
	folded, err := foldEntries(row.Coupon, row.Entries, row.Closed)
	if err != nil {
		return err
	}
	row.Coupon = *folded
	if old := d.Coupons.Get(row.ID); old == nil || !sameDocument(old, row) {
		d.Coupons.Put(row.ID, row)
	}
	return nil
}

// foldEntries returns a coupon after payments and refunds in key order, a
// refund never before the payment that it is of. Closing it takes what is left
// at that point; what comes back to it later is lost.
func foldEntries(c pricing.Coupon, entries []CouponEntry, closed *CouponClosing) (*pricing.Coupon, error) {
	out := &c
	out.Spent, out.Forfeited, out.GivenBack, out.Uses = decimal.Decimal{}, decimal.Decimal{}, decimal.Decimal{}, 0
	left := map[string]decimal.Decimal{} // of each payment
	open := closed != nil
	for _, step := range entriesInKeyOrder(entries) {
		if open && compareRefs(closed.Event, step.at) < 0 {
			out, open = pricing.CloseCoupon(out, closed.State), false
		}
		var err error
		switch e := step.CouponEntry; {
		case e.Of == "":
			left[e.OrderID] = e.Amount
			out, err = pricing.SpendCoupon(out, e.Amount)
		case closed != nil && !open:
			out, err = pricing.ForfeitReturn(out, e.Amount)
		default:
			left[e.Of] = left[e.Of].Sub(e.Amount)
			out, err = pricing.ReturnToCoupon(out, e.Amount, !left[e.Of].IsPositive())
		}
		if err != nil {
			return nil, err
		}
	}
	if open {
		out = pricing.CloseCoupon(out, closed.State)
	}
	return out, nil
}

// A couponStep is an entry at its place.
type couponStep struct {
	CouponEntry
	at EventRef
}

func entriesInKeyOrder(entries []CouponEntry) []couponStep {
	paid := map[string]EventRef{}
	for _, e := range entries {
		if e.Of == "" {
			paid[e.OrderID] = e.Event
		}
	}
	steps := make([]couponStep, len(entries))
	for i, e := range entries {
		steps[i] = couponStep{e, e.Event}
		if payment := paid[e.Of]; e.Of != "" && compareRefs(payment, e.Event) > 0 {
			steps[i].at = payment
		}
	}
	slices.SortFunc(steps, func(a, b couponStep) int {
		if c := compareRefs(a.at, b.at); c != 0 {
			return c
		}
		if c := strings.Compare(a.Of, b.Of); c != 0 { // what was paid comes before what is of it
			return c
		}
		return strings.Compare(a.OrderID, b.OrderID)
	})
	return steps
}

// settleQuotas takes over what the coupons that changed draw from their quotas
// and give back to them.
func (d *decider) settleQuotas() error {
	for _, diff := range d.Coupons.differences() {
		was, is := diff.before, diff.after
		if is == nil || is.QuotaID == "" {
			continue
		}
		issued, back := is.FaceValue, is.GivenBack
		if was != nil {
			issued, back = issued.Sub(was.FaceValue), back.Sub(was.GivenBack)
		}
		if issued.IsZero() && back.IsZero() {
			continue
		}
		quota, err := d.quotaRow(is.QuotaID)
		if err != nil {
			return err
		}
		quota.Issued, quota.GivenBack = quota.Issued.Add(issued), quota.GivenBack.Add(back)
		d.Quotas.Put(quota.ID, quota)
	}
	return nil
}

// quotaRow returns a copy of a quota's row.
func (d *decider) quotaRow(id string) (*Quota, error) {
	d.need(ScopeQuota, id)
	if row := d.Quotas.Get(id); row != nil {
		again := *row
		return &again, nil
	}
	granted := d.Reference.quota(id)
	if granted == nil {
		return nil, fmt.Errorf("book on coupon quota %q: it was not granted", id)
	}
	return granted, nil
}

// reportQuotas tells the balances that changed.
func (d *decider) reportQuotas() {
	for _, diff := range d.Quotas.differences() {
		var before decimal.Decimal
		if diff.before != nil {
			before = diff.before.Balance()
		}
		after, c := diff.after.Balance(), diff.after.Currency
		if !before.Equal(after) {
			d.emit(events.TypeCouponQuotaChanged, diff.id, &events.CouponQuotaChanged{Origin: origin(diff.version), QuotaID: diff.id,
				Currency: string(c), Before: in(c, before), After: in(c, after)})
		}
	}
}
