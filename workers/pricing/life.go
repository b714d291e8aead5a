package pricing

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"
)

// Block returns a copy that an unpaid order keeps from being renewed or changed until then (Pricing rules, section 5).
func Block(r *Resource, orderID string, until time.Time) *Resource {
	blocked := r.clone()
	blocked.PendingOrderID, blocked.PendingUntil = orderID, &until
	return blocked
}

// Unblock returns a copy that this order does not block any more; another order's block stays.
func Unblock(r *Resource, orderID string) *Resource {
	free := r.clone()
	if free.PendingOrderID == orderID {
		free.PendingOrderID, free.PendingUntil = "", nil
	}
	return free
}

// clone copies a resource so deeply that the copy may be changed.
func (r *Resource) clone() *Resource {
	out := *r
	out.Intervals = slices.Clone(r.Intervals)
	out.Payments = slices.Clone(r.Payments)
	for i := range out.Payments {
		out.Payments[i].Slices = slices.Clone(out.Payments[i].Slices)
	}
	return &out
}

// at returns the resource as it is at a time: once the period of a change at renewal has begun, with the new spec.
func (r *Resource) at(t time.Time) *Resource {
	if r.Next == nil || r.Next.From == nil || t.Before(*r.Next.From) {
		return r
	}
	out := *r
	out.SpecState, out.Next = r.Next.Spec, nil
	out.changed(*r.Next.From)
	return &out
}

// SpecAt returns what the resource is at a time, a change at renewal regarded.
func (r *Resource) SpecAt(t time.Time) SpecState { return r.at(t).SpecState }

// specIn returns what the resource is, or will be, in an interval that is not over.
func (r *Resource) specIn(interval int) SpecState {
	if r.Next != nil && r.Next.From != nil && !r.Intervals[interval].Start.Before(*r.Next.From) {
		return r.Next.Spec
	}
	return r.SpecState
}

// live returns the indexes of the paid intervals that are not over at a time.
func (r *Resource) live(t time.Time) []int {
	var live []int
	for i := range r.Intervals {
		if !r.Intervals[i].Returned && r.Intervals[i].End.After(t) {
			live = append(live, i)
		}
	}
	return live
}

// Blocked reports whether an unpaid order still holds the resource.
func (r *Resource) Blocked(t time.Time) bool {
	return r.PendingOrderID != "" && (r.PendingUntil == nil || t.Before(*r.PendingUntil))
}

// usedDiscounts returns the discounts its paid orders used.
func (r *Resource) usedDiscounts() []string {
	var used []string
	for i := range r.Payments {
		if id := r.Payments[i].DiscountID; id != "" && !slices.Contains(used, id) {
			used = append(used, id)
		}
	}
	return used
}

// left is what of a slice was neither refunded nor used up so far.
func (s *PaidSlice) left() decimal.Decimal {
	return s.Amount.Sub(s.Refunded).Sub(s.Consumed).Sub(s.Fee)
}

// basis is what counts as paid from the payment's Start on: all tenders except coupons (Pricing rules, section 7).
func (p *Payment) basis() decimal.Decimal {
	sum := decimal.Zero
	for i := range p.Slices {
		if p.Slices[i].Kind != TenderCoupon {
			sum = sum.Add(p.Slices[i].left())
		}
	}
	return sum
}

// find returns the resource with an id, nil when there is none.
func find(resources []*Resource, id string) *Resource {
	i := slices.IndexFunc(resources, func(r *Resource) bool { return r.ID == id })
	if i < 0 {
		return nil
	}
	return resources[i]
}

// attachedDepthMax bounds how deep resources may be attached to one another: a bandwidth to an address to a server.
const attachedDepthMax = 8

// withAttached returns the resource and everything attached to it, in the order of the list.
func withAttached(r *Resource, resources []*Resource) []*Resource {
	group := []*Resource{r}
	for first, depth := 0, 0; first < len(group) && depth < attachedDepthMax; depth++ {
		level := group[first:]
		first = len(group)
		for _, parent := range level {
			for _, child := range resources {
				if child.ParentID == parent.ID && !slices.Contains(group, child) {
					group = append(group, child)
				}
			}
		}
	}
	return group
}
