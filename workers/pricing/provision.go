package pricing

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/site"
)

// Provision makes the resources of a paid new order, one a line; paidAt is the time of the payment, which is when they
// are provided. paid are the slices of the order. Refusals: invalid_period.
func Provision(p *site.Profile, q *Quote, c *Charge, paid []Slice, customerID, orderID string, paidAt time.Time) ([]*Resource, error) {
	zone := p.Zone()
	resources := make([]*Resource, 0, len(q.Lines))
	for i := range q.Lines {
		line := &q.Lines[i]
		expiry, end := paidAt, paidAt // bought once and for all: no time is paid for
		if line.Period.Type != calendar.OneOff {
			var err error
			if expiry, err = calendar.FirstExpiry(paidAt, line.Period, zone); err != nil {
				return nil, onLine(err, line.LineID, linePointer(i, "period_num"))
			}
			end = calendar.EndOf(expiry, zone)
		}
		r := &Resource{
			ID: line.ResourceID, ParentID: line.ParentID, RelatedID: line.RelatedID, CustomerID: customerID, OrderID: orderID,
			ServiceType: line.ServiceType, ResourceType: line.ResourceType, Region: line.Region, Zone: line.Zone,
			SpecState: line.SpecState, Quantity: line.Quantity, State: StateActive, Currency: q.Currency,
			ProvisionedAt: paidAt, Expiry: expiry, AnchorDay: paidAt.In(zone).Day(), Term: line.Period,
			NotRefundable: line.NotRefundable, OrderLevelUnsubscribe: line.OrderLevelUnsubscribe, Trial: q.OrderType == OrderTrial,
		}
		interval := Interval{OrderID: orderID, Kind: KindPurchase, Start: paidAt, End: end, Term: line.Period, AnchorDay: r.AnchorDay}
		r.Intervals = []Interval{interval}
		r.Payments = []Payment{c.payment(KindPurchase, orderID, line, paid, 0, interval.Start, interval.End)}
		resources = append(resources, r)
	}
	return resources, nil
}

// payment records what a line of the charge paid for one interval.
func (c *Charge) payment(kind, orderID string, line *QuoteLine, paid []Slice, interval int, start, end time.Time) Payment {
	return Payment{
		OrderID: orderID, LineID: line.LineID, Kind: kind, Interval: interval, Start: start, End: end,
		DiscountID: c.usedOn(line.LineID), DiscountType: c.DiscountType, Official: line.Official, Slices: paidSlices(paid, line.LineID),
	}
}

// usedOn returns the charge's discount when it took something off the line.
func (c *Charge) usedOn(lineID string) string {
	for i := range c.Lines {
		if c.Lines[i].LineID == lineID && c.Lines[i].Discount.IsPositive() {
			return c.DiscountID
		}
	}
	return ""
}

func paidSlices(all []Slice, lineID string) []PaidSlice {
	var paid []PaidSlice
	for _, slice := range all {
		if slice.LineID == lineID {
			paid = append(paid, PaidSlice{Kind: slice.Kind, Reference: slice.Reference, Amount: slice.Amount})
		}
	}
	return paid
}

// ApplyRenewal returns a copy of a renewed resource; q, c and paid are those of the whole order. The new interval
// starts where the old one ends, however late it is paid (Pricing rules, section 6).
// Refusals: line_not_found, resource_unsubscribed, resource_converting, resource_expired.
func ApplyRenewal(p *site.Profile, r *Resource, q *Quote, c *Charge, paid []Slice, orderID string, paidAt time.Time) (*Resource, error) {
	line, err := q.lineOf(r)
	if err != nil {
		return nil, err
	}
	switch {
	case r.State == StateUnsubscribed:
		return nil, unsubscribed(r)
	case r.ToPayPerUse != "":
		return nil, converting(r)
	case paidAt.After(p.KeptUntil(r.Expiry)):
		return nil, expired(r)
	}
	zone := p.Zone()
	renewed := Unblock(r.at(paidAt), orderID)
	start := calendar.EndOf(r.Expiry, zone)
	if line.UnifiedDay != nil {
		unified, err := calendar.Unify(r.Expiry, line.Period, r.AnchorDay, *line.UnifiedDay, zone)
		if err != nil {
			return nil, err
		}
		renewed.Expiry, renewed.AnchorDay = unified.Expiry, *line.UnifiedDay
	} else {
		if renewed.Expiry, err = calendar.Renew(r.Expiry, line.Period, r.AnchorDay, zone); err != nil {
			return nil, err
		}
		renewed.AnchorDay = calendar.AnchorAfter(r.AnchorDay, line.Period, renewed.Expiry, zone)
	}
	end := calendar.EndOf(renewed.Expiry, zone)
	renewed.Intervals = append(renewed.Intervals, Interval{
		OrderID: orderID, Kind: KindRenewal, Start: start, End: end, Term: line.Period, AnchorDay: renewed.AnchorDay,
	})
	renewed.Payments = append(renewed.Payments, c.payment(KindRenewal, orderID, line, paid, len(renewed.Intervals)-1, start, end))
	if next := renewed.Next; next != nil && next.From == nil && next.Spec.same(line.SpecState) {
		begun := *next
		begun.From = &start
		renewed.Next = &begun
		return renewed.at(paidAt).clone(), nil // from grace the period may have begun already
	}
	return renewed, nil
}

// ApplyChange returns a copy of a changed resource: an upgrade that was paid, or a change at renewal, which records
// what the next period starts with (c and paid are not used). An earlier change at renewal gives way to either.
// Refusals: line_not_found, resource_unsubscribed.
func ApplyChange(p *site.Profile, r *Resource, q *Quote, c *Charge, paid []Slice, orderID string, paidAt time.Time) (*Resource, error) {
	line, err := q.lineOf(r)
	if err != nil {
		return nil, err
	}
	if r.State == StateUnsubscribed {
		return nil, unsubscribed(r)
	}
	changed := Unblock(r.at(paidAt), orderID)
	if line.AtRenewal {
		changed.Next = &NextSpec{OrderID: orderID, Spec: line.SpecState}
		return changed, nil
	}
	before := changed.SpecState
	parts, err := splitPayment(paidSlices(paid, line.LineID), line.Parts, q.Currency)
	if err != nil {
		return nil, err
	}
	for i, part := range line.Parts {
		interval := &changed.Intervals[part.Interval]
		start := paidAt
		if paidAt.Before(interval.Start) || !paidAt.Before(interval.End) {
			start = interval.Start
		}
		payment := c.payment(KindChange, orderID, line, nil, part.Interval, start, interval.End)
		payment.Official, payment.Slices, payment.Before, payment.ChangedAt = part.Official, parts[i], &before, paidAt
		changed.Payments = append(changed.Payments, payment)
	}
	changed.SpecState, changed.Next = line.SpecState, nil
	changed.changed(paidAt)
	changed.NotRefundable = line.NotRefundable
	return changed, nil
}

// splitPayment splits the slices of an upgrade over the intervals it pays for, in proportion to what is still unpaid
// of each.
func splitPayment(paid []PaidSlice, parts []ChangePart, c money.Currency) ([][]PaidSlice, error) {
	split := make([][]PaidSlice, len(parts))
	weights, total := make([]decimal.Decimal, len(parts)), decimal.Zero
	for i, part := range parts {
		weights[i] = part.Official
	}
	for i := range paid {
		total = total.Add(paid[i].Amount)
	}
	unpaid, err := money.Apportion(total, weights, c)
	if err != nil {
		return nil, err
	}
	for i := range paid {
		shares, err := money.Apportion(paid[i].Amount, unpaid, c)
		if err != nil {
			return nil, err
		}
		for k, share := range shares {
			if share.IsPositive() {
				unpaid[k] = unpaid[k].Sub(share)
				split[k] = append(split[k], PaidSlice{Kind: paid[i].Kind, Reference: paid[i].Reference, Amount: share})
			}
		}
	}
	return split, nil
}

func (q *Quote) lineOf(r *Resource) (*QuoteLine, error) {
	i := slices.IndexFunc(q.Lines, func(l QuoteLine) bool { return l.ResourceID == r.ID })
	if i < 0 {
		return nil, refuse(CodeLineNotFound, "/lines", "the order has no line for resource %q: name the resource it is about", r.ID)
	}
	return &q.Lines[i], nil
}
