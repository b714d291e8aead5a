package decision

import (
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/pricing"
)

// open starts an order: nobody ordered under this id before, and the customer
// is the partner's.
func (f *fact) open(orderID, customerID, indirectPartnerID string, autoPay bool) (*Order, error) {
	if f.Orders.Get(orderID) != nil {
		return nil, &events.Rejection{Code: CodeOrderExists, Pointer: "/data/order_id", Message: fmt.Sprintf(
			"order %q was placed before by another event; an order is placed once, use a new order id", orderID)}
	}
	customer, err := f.customer(customerID)
	if err != nil {
		return nil, err
	}
	if indirectPartnerID, err = resellerOf(customer, indirectPartnerID); err != nil {
		return nil, err
	}
	return &Order{
		ID: orderID, CustomerID: customerID, IndirectPartnerID: indirectPartnerID, Event: f.ref(), State: OrderPending, AutoPay: autoPay,
		Association: customer.Association, Settlement: customer.Settlement, PlacedAt: f.at,
		ValidUntil: f.at.AddDate(0, 0, f.site.OrderValidityDays),
	}, nil
}

// resellerOf returns the reseller of a customer's association; an event may
// leave it out, but not name another.
func resellerOf(customer *events.CustomerAssociated, named string) (string, error) {
	if named != "" && named != customer.IndirectPartnerID {
		return "", &events.Rejection{Code: CodeResellerForeign, Pointer: "/data/indirect_partner_id", Message: fmt.Sprintf(
			"customer %q is not one of reseller %q; name the reseller of its association, or none", customer.CustomerID, named)}
	}
	return customer.IndirectPartnerID, nil
}

func (f *fact) placed(data *events.OrderPlaced) error {
	order, err := f.open(data.OrderID, data.CustomerID, data.IndirectPartnerID, data.AutoPay)
	if err != nil {
		return err
	}
	if err := f.attached(data); err != nil {
		return err
	}
	if err := f.ownOpportunity(data.OpportunityID, data.CustomerID); err != nil {
		return err
	}
	in := pricing.Subscription{CustomerID: data.CustomerID, IndirectPartnerID: order.IndirectPartnerID, OrderType: data.OrderType, At: f.at}
	for _, l := range data.Lines {
		in.Lines = append(in.Lines, lineInput(l))
		order.ResourceIDs = append(order.ResourceIDs, l.ResourceID)
	}
	if order.Quote, err = pricing.Subscribe(f.book, in); err != nil {
		return err
	}
	order.Type, order.Kind, order.OpportunityID = order.Quote.OrderType, order.Quote.Kind, data.OpportunityID
	if err := f.takesPlace(order); err != nil {
		return err
	}
	f.blockKnown(order)
	f.Orders.Put(order.ID, order)
	return nil
}

func lineInput(l events.OrderLine) pricing.LineInput {
	in := pricing.LineInput{
		LineID: l.LineID, ResourceID: l.ResourceID, ParentID: l.ParentResourceID, RelatedID: l.RelatedResourceID,
		Key: pricing.ProductKey{ServiceType: l.CloudServiceType, ResourceType: l.ResourceType, Spec: l.ResourceSpec,
			Region: l.Region, Zone: l.AvailableZone},
		SizeMeasure: l.SizeMeasureID, Quantity: l.SubscriptionNum,
		Period: calendar.Period{Type: calendar.PeriodType(l.PeriodType), Num: l.PeriodNum},
	}
	in.Size = size(l.ResourceSize)
	return in
}

func size(n int) *decimal.Decimal {
	if n == 0 {
		return nil
	}
	d := decimal.NewFromInt(int64(n))
	return &d
}

func (f *fact) renewed(data *events.OrderRenewed) error {
	order, err := f.open(data.OrderID, data.CustomerID, data.IndirectPartnerID, data.AutoPay)
	if err != nil {
		return err
	}
	named, err := f.resources(data.CustomerID, data.ResourceIDs)
	if err != nil {
		return err
	}
	if order.Automatic = data.Automatic; order.Automatic {
		if err := f.automatic(order, named); err != nil {
			return err
		}
	}
	in := pricing.Renewal{CustomerID: data.CustomerID, IndirectPartnerID: order.IndirectPartnerID, At: f.at, ResourceIDs: data.ResourceIDs,
		Period: calendar.Period{Type: calendar.PeriodType(data.PeriodType), Num: data.PeriodNum}, IncludeRelated: data.IncludeRelativeResources}
	if data.UnifiedDay != 0 {
		in.UnifiedDay = &data.UnifiedDay
	}
	if order.Quote, err = pricing.Renew(f.book, in, f.family(named)); err != nil {
		return err
	}
	order.Type, order.Kind = order.Quote.OrderType, order.Quote.Kind
	f.block(order)
	f.Orders.Put(order.ID, order)
	return nil
}

func (f *fact) specChanged(data *events.OrderSpecChanged) error {
	order, err := f.open(data.OrderID, data.CustomerID, data.IndirectPartnerID, data.AutoPay)
	if err != nil {
		return err
	}
	named, err := f.resources(data.CustomerID, []string{data.ResourceID})
	if err != nil {
		return err
	}
	in := pricing.SpecChange{CustomerID: data.CustomerID, IndirectPartnerID: order.IndirectPartnerID, At: f.at, NewSpec: data.New.ResourceSpec,
		NewSize: size(data.New.ResourceSize), AtRenewal: data.Apply == events.ApplyAtRenewal}
	if order.Quote, err = pricing.Change(f.book, in, named[0]); err != nil {
		return err
	}
	order.Type, order.Kind = order.Quote.OrderType, order.Quote.Kind
	switch {
	case order.Quote.Refund != nil:
		return f.downgraded(order, named[0])
	case in.AtRenewal:
		return f.changeAtRenewal(order, named[0])
	}
	f.block(order)
	f.Orders.Put(order.ID, order)
	return nil
}

// block keeps the order's resources from other changes and renewals until it
// is paid, cancelled or no longer valid.
func (f *fact) block(order *Order) {
	for _, l := range order.Quote.Lines {
		order.ResourceIDs = append(order.ResourceIDs, l.ResourceID)
		blocked := *f.Resources.Get(l.ResourceID)
		blocked.PendingOrderID, blocked.PendingUntil = order.ID, &order.ValidUntil
		f.Resources.Put(blocked.ID, &blocked)
	}
}

func (f *fact) downgraded(order *Order, r *Resource) error {
	changed, err := pricing.ApplyDowngrade(f.site, r, order.Quote)
	if err != nil {
		return err
	}
	f.Resources.Put(changed.ID, changed)
	return f.refunded(order, order.Quote.Refund, []*Resource{changed})
}

func (f *fact) changeAtRenewal(order *Order, r *Resource) error {
	changed, err := pricing.ApplyChange(f.site, r, order.Quote, nil, nil, order.ID, f.at)
	if err != nil {
		return err
	}
	order.State, order.ResourceIDs = OrderSettled, []string{r.ID}
	f.Resources.Put(changed.ID, changed)
	f.Orders.Put(order.ID, order)
	return nil
}

func (f *fact) unsubscribed(data *events.OrderUnsubscribed) error {
	order, err := f.open(data.OrderID, data.CustomerID, data.IndirectPartnerID, false)
	if err != nil {
		return err
	}
	named, err := f.resources(data.CustomerID, data.ResourceIDs)
	if err != nil {
		return err
	}
	family := f.family(named)
	in := pricing.Unsubscription{CustomerID: data.CustomerID, At: f.at, ResourceIDs: data.ResourceIDs, Type: data.UnsubscribeType}
	in.FiveDayAllowed = f.fiveDayAdmits(in, family)
	refund, err := pricing.Unsubscribe(f.site, in, family)
	if err != nil {
		return err
	}
	if err := f.uninvoiced(refund); err != nil {
		return err
	}
	if refund, err = f.Reference.validReturns(f.in.PartnerVersion, refund); err != nil {
		return err
	}
	var returned []*Resource
	for _, r := range family {
		if !slices.Contains(refund.ResourceIDs, r.ID) {
			continue
		}
		after, err := pricing.ApplyRefund(f.site, r, refund)
		if err != nil {
			return err
		}
		f.Resources.Put(after.ID, after)
		returned = append(returned, after)
	}
	order.Type, order.Kind = pricing.OrderUnsubscribe, "unsubscribe"
	return f.refunded(order, refund, returned)
}

// refunded settles an order that gives money back: the paying orders remember
// what was refunded of each slice, and what they earned is taken back.
func (f *fact) refunded(order *Order, refund *pricing.Refund, resources []*Resource) error {
	order.State, order.Refund = OrderSettled, refund
	for _, r := range resources {
		order.ResourceIDs = append(order.ResourceIDs, r.ID)
		order.Effective = append(order.Effective, ResourcePeriod{ResourceID: r.ID, EffectiveTime: r.ProvisionedAt, ExpireTime: r.Expiry})
	}
	f.Orders.Put(order.ID, order)
	back := returnsOf(refund)
	for _, b := range back {
		if err := f.takeBack(b); err != nil {
			return err
		}
	}
	return f.recover(order, back)
}

func (f *fact) cancelled(data *events.OrderCancelled) error {
	order, err := f.pending(data.OrderID)
	if err != nil {
		return err
	}
	cancelled := *order
	cancelled.State = OrderCancelled
	f.Orders.Put(order.ID, &cancelled)
	f.unblock(order)
	return nil
}

func (f *fact) unblock(order *Order) {
	for _, id := range order.ResourceIDs {
		if r := f.Resources.Get(id); r != nil && r.PendingOrderID == order.ID {
			free := *r
			free.PendingOrderID, free.PendingUntil = "", nil
			f.Resources.Put(id, &free)
		}
	}
}

// pending returns an order that can still be paid, adjusted or cancelled.
func (f *fact) pending(orderID string) (*Order, error) {
	order := f.Orders.Get(orderID)
	if order == nil {
		return nil, waits{orderKey(orderID)}
	}
	refuse := func(code, format string, args ...any) (*Order, error) {
		return nil, &events.Rejection{Code: code, Pointer: "/data/order_id", Message: fmt.Sprintf(format, args...)}
	}
	switch {
	case order.State == OrderCancelled:
		return refuse(CodeOrderCancelled, "order %q was cancelled; place a new order", orderID)
	case order.State == OrderSettled:
		return refuse(CodeOrderPaid, "order %q is settled already; an order is settled once", orderID)
	case order.State != OrderPending:
		return refuse(CodeOrderNotPayable, "order %q is in state %q; only a pending one can be paid", orderID, order.State)
	case f.at.After(order.ValidUntil):
		return refuse(CodeOrderExpired, "order %q was valid until %s; place it again at the current price", orderID, order.ValidUntil.Format(time.RFC3339))
	}
	return order, nil
}

func (f *fact) priceAdjusted(data *events.OrderPriceAdjusted) error {
	order, err := f.pending(data.OrderID)
	if err != nil {
		return err
	}
	if order.Quote.Adjustment != nil {
		return &events.Rejection{Code: CodeAdjustmentExists, Pointer: "/data/discount_id", Message: fmt.Sprintf(
			"order %q carries price adjustment %q already; cancel the order and place it again", order.ID, order.Quote.Adjustment.DiscountID)}
	}
	adjustment := pricing.Adjustment{DiscountID: data.DiscountID, AmountOff: data.AmountOff}
	for _, l := range data.Lines {
		adjustment.Lines = append(adjustment.Lines, pricing.LineAdjustment{LineID: l.LineID, AmountOff: l.AmountOff})
	}
	adjusted := *order
	if adjusted.Quote, err = order.Quote.Adjust(adjustment); err != nil {
		return err
	}
	f.Orders.Put(order.ID, &adjusted)
	return nil
}
