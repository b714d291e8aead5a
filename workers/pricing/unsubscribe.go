package pricing

import (
	"slices"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/site"
)

// Unsubscribe returns what comes back for resources and all that is attached to them, per paying order
// (Pricing rules, section 7). resources are all resources of the chain. Refusals point at /resource_ids/i:
// resource_unsubscribed, not_refundable, pay_per_use_resource, no_renewal_to_return, no_cancellation_fee.
func Unsubscribe(p *site.Profile, in Unsubscription, resources []*Resource) (*Refund, error) {
	refund := &Refund{At: in.At}
	switch in.Type {
	case UnsubscribeAll:
		refund.Kind = RefundUnsubscribe
	case UnsubscribeRenewals:
		refund.Kind = RefundRenewals
	default:
		return nil, refuse(CodeUnsubscribeTypeInvalid, "/unsubscribe_type", "unsubscribe with type %d: use 1 for the resource and its renewals, 2 for renewals that have not begun", in.Type)
	}
	groups, err := in.groups(resources)
	if err != nil {
		return nil, err
	}
	var returned []*Resource
	for i, group := range groups {
		for _, r := range group {
			if slices.Contains(refund.ResourceIDs, r.ID) {
				continue
			}
			if refund.Currency == "" {
				refund.Currency = r.Currency
			}
			if err := refund.returnResource(p, &in, r); err != nil {
				return nil, refuseAt(err, resourcePointer(i), "")
			}
			returned = append(returned, r)
		}
	}
	if in.Type == UnsubscribeRenewals && !slices.ContainsFunc(returned, func(r *Resource) bool { return len(r.notBegun(in.At)) > 0 }) {
		return nil, refuse(CodeNoRenewalToReturn, "/unsubscribe_type", "no renewal of %q waits to begin: use type 1 to return the resources", in.ResourceIDs)
	}
	if in.FiveDayAllowed {
		refund.FiveDayInstances = FiveDayInstances(p, in, resources)
	}
	return refund, nil
}

// groups returns each named resource with what is attached to it, and refuses those that cannot be returned.
func (in *Unsubscription) groups(resources []*Resource) ([][]*Resource, error) {
	if len(in.ResourceIDs) == 0 {
		return nil, refuse(CodeNoLines, "/resource_ids", "unsubscribe no resources: name at least one")
	}
	if err := checkRepeated(in.ResourceIDs); err != nil {
		return nil, err
	}
	groups := make([][]*Resource, len(in.ResourceIDs))
	currency := money.Currency("")
	for i, id := range in.ResourceIDs {
		r := find(resources, id)
		if r == nil {
			return nil, refuseAt(resourceNotFound(id), resourcePointer(i), "")
		}
		if err := ownedBy(r, in.CustomerID); err != nil {
			return nil, refuseAt(err, resourcePointer(i), "")
		}
		if r.State == StateUnsubscribed {
			return nil, refuseAt(unsubscribed(r), resourcePointer(i), "")
		}
		for _, member := range withAttached(r, resources) {
			if member.State == StateUnsubscribed || member != r && member.PayPerUse(in.At) {
				continue // what is attached and billed by use has nothing to return
			}
			if currency == "" {
				currency = member.Currency
			}
			if member.Currency != currency {
				return nil, refuse(CodeCurrencyMix, resourcePointer(i), "resource %q was paid in %s and another in %s: unsubscribe them apart", member.ID, member.Currency, currency)
			}
			groups[i] = append(groups[i], member)
		}
	}
	return groups, nil
}

// returnResource adds what comes back for one resource.
func (f *Refund) returnResource(p *site.Profile, in *Unsubscription, r *Resource) error {
	if r.PayPerUse(in.At) {
		return refuse(CodePayPerUseResource, "", "resource %q is billed pay-per-use: delete it, there is nothing to return", r.ID)
	}
	if r.NotRefundable {
		return refuse(CodeNotRefundable, "", "resource %q cannot be returned: its product is sold without refund", r.ID)
	}
	f.ResourceIDs = append(f.ResourceIDs, r.ID)
	fiveDay := in.FiveDayAllowed && in.Type == UnsubscribeAll && withinFiveDays(p, r, in.At)
	for i := range r.Payments {
		interval := &r.Intervals[r.Payments[i].Interval]
		var err error
		switch {
		case interval.Returned:
		case fiveDay || interval.notBegun(in.At):
			f.returnWhole(r, i, fiveDay)
		case in.Type == UnsubscribeAll && interval.End.After(in.At):
			err = f.returnUnused(p, r, i)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// notBegun reports whether the interval is a renewal whose period lies ahead.
func (iv *Interval) notBegun(at time.Time) bool {
	return !iv.Returned && iv.Kind == KindRenewal && iv.Start.After(at)
}

// notBegun returns the indexes of the renewals that have not begun.
func (r *Resource) notBegun(at time.Time) []int {
	var ahead []int
	for i := range r.Intervals {
		if r.Intervals[i].notBegun(at) {
			ahead = append(ahead, i)
		}
	}
	return ahead
}

// returnWhole returns a payment without consumption or fee, its coupons too.
func (f *Refund) returnWhole(r *Resource, payment int, fiveDay bool) {
	order := refundOrder(r, payment)
	order.FiveDay = fiveDay
	paid := &r.Payments[payment]
	rule := "renewal_not_begun"
	if fiveDay {
		rule = "five_day_rule"
		order.Paid = decimal.Zero
	}
	for i := range paid.Slices {
		slice := &paid.Slices[i]
		whole := slice.Amount.Sub(slice.Refunded)
		if whole.IsZero() {
			continue
		}
		if slice.Kind == TenderCoupon {
			f.CouponsReturned = append(f.CouponsReturned, CouponReturn{
				OrderID: paid.OrderID, LineID: paid.LineID, ResourceID: r.ID, Reference: slice.Reference, Payment: payment, Slice: i, Amount: whole,
			})
			continue
		}
		if fiveDay {
			order.Paid = order.Paid.Add(whole)
		} else {
			whole = slice.left()
		}
		order.Tenders = append(order.Tenders, TenderRefund{Slice: i, Kind: slice.Kind, Reference: slice.Reference, Paid: whole, Amount: whole})
	}
	order.Amount = order.Paid
	order.Steps = []Step{{Rule: rule, Reference: paid.OrderID, Before: order.Paid, Formula: "everything paid = " + money.Fixed(order.Amount, f.Currency)}}
	f.add(order)
}

// returnUnused returns a begun payment less what is consumed and the fee.
func (f *Refund) returnUnused(p *site.Profile, r *Resource, payment int) error {
	order := refundOrder(r, payment)
	if order.Paid.IsZero() {
		return nil // free, or paid by coupons alone, which do not come back
	}
	paid := &r.Payments[payment]
	interval := &r.Intervals[paid.Interval]
	year := calendar.ElapsedYears(interval.Start, f.At, p.Zone())
	share, err := p.FeeShare(interval.Term, year)
	if err != nil {
		return err
	}
	used, total := calendar.WallHours(paid.Start, paid.End, f.At, p.Zone())
	if err := order.settle(used, total, share, f.Currency); err != nil {
		return err
	}
	if err := order.splitTenders(paid, f.Currency); err != nil {
		return err
	}
	f.add(order)
	return nil
}

// settle splits what was paid into consumed, fee and refund: consumed = paid x used / total, fee = paid x share but at
// most what is not consumed, and the refund is the rest.
func (o *RefundOrder) settle(used, total int64, share decimal.Decimal, c money.Currency) (err error) {
	if o.Consumed, err = consumedOf(o.Paid, used, total, c); err != nil {
		return err
	}
	nominal, err := money.RoundProduct(o.Paid, share, one, money.StageRefund, c)
	if err != nil {
		return err
	}
	left := o.Paid.Sub(o.Consumed)
	o.Fee = decimal.Min(nominal, left)
	o.Amount = left.Sub(o.Fee)
	o.Steps = []Step{
		consumedStep(o, used, total, c),
		{Rule: "fee", Reference: o.OrderID, Before: left, After: o.Amount,
			Formula: "min(" + money.Fixed(o.Paid, c) + " x " + share.String() + ", " + money.Fixed(left, c) + ") = " + money.Fixed(o.Fee, c)},
	}
	return nil
}

// consumedOf returns paid x used / total; an interval without hours is consumed whole.
func consumedOf(paid decimal.Decimal, used, total int64, c money.Currency) (decimal.Decimal, error) {
	if total == 0 {
		return paid, nil
	}
	return money.RoundProduct(paid, decimal.New(used, 0), decimal.New(total, 0), money.StageRefund, c)
}

func consumedStep(o *RefundOrder, used, total int64, c money.Currency) Step {
	return Step{
		Rule: "consumed", Reference: o.OrderID, Before: o.Paid, After: o.Paid.Sub(o.Consumed),
		Formula: money.Fixed(o.Paid, c) + " x " + strconv.FormatInt(used, 10) + " h / " + strconv.FormatInt(total, 10) + " h = " + money.Fixed(o.Consumed, c),
	}
}
