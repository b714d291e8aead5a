package pricing

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/site"
)

// ApplyDowngrade returns a copy of a resource with its smaller specification and the refund taken: its payments count
// from now on with what neither was consumed nor came back (Pricing rules, section 5).
// Refusals: line_not_found, resource_unsubscribed.
func ApplyDowngrade(p *site.Profile, r *Resource, q *Quote) (*Resource, error) {
	line, err := q.lineOf(r)
	if err != nil {
		return nil, err
	}
	changed, err := ApplyRefund(p, r.at(q.At), q.Refund)
	if err != nil {
		return nil, err
	}
	changed.SpecState, changed.Next = line.SpecState, nil
	changed.changed(q.At)
	changed.NotRefundable = line.NotRefundable
	return changed, nil
}

// ApplyRefund returns a copy of a resource after a refund: an unsubscribed one with type 1, one without the renewals
// that had not begun with type 2. Refusals: resource_unsubscribed.
func ApplyRefund(p *site.Profile, r *Resource, f *Refund) (*Resource, error) {
	if r.State == StateUnsubscribed {
		return nil, unsubscribed(r)
	}
	out := r.clone()
	for i := range f.Orders {
		if f.Orders[i].ResourceID == r.ID {
			f.Orders[i].apply(out, f)
		}
	}
	for _, coupon := range f.CouponsReturned {
		if coupon.ResourceID == r.ID {
			slice := &out.Payments[coupon.Payment].Slices[coupon.Slice]
			slice.Refunded = slice.Refunded.Add(coupon.Amount)
		}
	}
	if slices.Contains(f.ResourceIDs, r.ID) {
		switch f.Kind {
		case RefundUnsubscribe:
			out.State = StateUnsubscribed
			out.PendingOrderID, out.PendingUntil = "", nil
		case RefundRenewals:
			out.dropRenewals(p, f)
		}
	}
	return out, nil
}

// apply books the order's part on the payment it came from.
func (o *RefundOrder) apply(r *Resource, f *Refund) {
	payment := &r.Payments[o.Payment]
	for _, tender := range o.Tenders {
		slice := &payment.Slices[tender.Slice]
		slice.Refunded = slice.Refunded.Add(tender.Amount)
		slice.Consumed = slice.Consumed.Add(tender.Consumed)
		slice.Fee = slice.Fee.Add(tender.Fee)
		if o.FiveDay {
			slice.Consumed = decimal.Zero // what an earlier downgrade counted as consumed came back as well
		}
	}
	if f.Kind == RefundDowngrade && payment.Start.Before(f.At) {
		payment.Start = f.At
	}
}

// dropRenewals takes back the renewals that had not begun, with the expiry and anchor day they brought.
func (r *Resource) dropRenewals(p *site.Profile, f *Refund) {
	for _, i := range r.notBegun(f.At) {
		r.Intervals[i].Returned = true
	}
	for i := range slices.Backward(r.Intervals) {
		last := &r.Intervals[i]
		if last.Returned {
			continue
		}
		r.Expiry, r.AnchorDay = calendar.ExpiryOf(last.End, p.Zone()), last.AnchorDay
		if next := r.Next; next != nil && next.From != nil && !next.From.Before(last.End) {
			again := *next
			again.From = nil
			r.Next = &again
		}
		return
	}
}
