package api

import (
	"context"
	"net/http"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/inquiry"
	"github.com/accruald/accruald/workers/inquiry/access"
	"github.com/accruald/accruald/workers/pricing"
)

// orderActions are what is done with orders and resources.
func orderActions() []Operation {
	return []Operation{
		{
			ID: "PayOrders", Method: http.MethodPost, Path: "/v3/orders/customer-orders/pay",
			Summary: "Pays an order with the account, a discount and coupons.",
			Right:   access.OrderActions, Writes: true, Handle: with(payOrder),
		},
		{
			ID: "CancelCustomerOrder", Method: http.MethodPut, Path: "/v2/orders/customer-orders/cancel",
			Summary: "Cancels an order that is to be paid.",
			Right:   access.OrderActions, Writes: true, Handle: with(cancelOrder),
		},
		{
			ID: "RenewalResources", Method: http.MethodPost, Path: "/v2/orders/subscriptions/resources/renew",
			Summary: "Orders the renewal of resources, one order for each.",
			Right:   access.OrderActions, Writes: true, Handle: with(renewResources),
		},
		{
			ID: "CancelResourcesSubscription", Method: http.MethodPost, Path: "/v2/orders/subscriptions/resources/unsubscribe",
			Summary: "Gives resources back, or their renewals that have not begun.",
			Right:   access.OrderActions, Writes: true, Handle: with(unsubscribeResources),
		},
		{
			ID: "UpdatePeriodToOnDemand", Method: http.MethodPost, Path: "/v2/orders/subscriptions/resources/to-on-demand",
			Summary: "Has resources billed pay-per-use from their expiry on, or takes that back.",
			Right:   access.OrderActions, Writes: true, Handle: with(convertResources),
		},
	}
}

// Limits of actions, as published.
const (
	renewedMax       = 10
	unsubscribedMax  = 10
	convertedMax     = 100
	renewalMonthsMax = 11
	renewalYearsMax  = 3
	payCouponsMax    = 3
)

// Published words of yes and no.
const (
	yes = "YES"
	no  = "NO"
)

type payRequest struct {
	Body struct {
		OrderID     string          `json:"order_id"`
		UseCoupon   string          `json:"use_coupon"`
		UseDiscount string          `json:"use_discount"`
		Coupons     []namedWithType `json:"coupon_infos"`
		Discounts   []namedWithType `json:"discount_infos"`
	} `body:""`
}

type namedWithType struct {
	ID   string `json:"id"`
	Type int    `json:"type"`
}

func (q *payRequest) check() error {
	b := &q.Body
	if b.OrderID == "" {
		return missingError("order_id is mandatory: name the order")
	}
	for _, use := range []struct {
		name, said, list string
		named, most      int
	}{{"use_coupon", b.UseCoupon, "coupon_infos", len(b.Coupons), payCouponsMax}, {"use_discount", b.UseDiscount, "discount_infos", len(b.Discounts), 1}} {
		switch {
		case use.said != yes && use.said != no:
			return parameterError("%s is %s: use %s or %s", use.name, quoted(use.said), yes, no)
		case use.said == yes && use.named == 0:
			return missingError("%s is mandatory with %s %s", use.list, use.name, yes)
		case use.said == no && use.named > 0:
			return parameterError("%s names %d with %s %s: leave it out", use.list, use.named, use.name, no)
		case use.named > use.most:
			return parameterError("%s names %d: name at most %d", use.list, use.named, use.most)
		}
	}
	return nil
}

func payOrder(ctx context.Context, call *Call, q *payRequest) (*acknowledged, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	data := &events.OrderPaid{OrderID: q.Body.OrderID, PartnerID: call.Caller.PartnerID, PaidBy: call.paidBy()}
	var at time.Time
	names, err := call.names(ctx, Language{})
	if err != nil {
		return nil, err
	}
	err = call.Read(ctx, func(s *workers.Snapshot, p *decision.Partner) error {
		o, err := call.order(ctx, s, p, q.Body.OrderID)
		if err != nil {
			return err
		}
		at = call.behind(o.PlacedAt)
		if o.Quote == nil {
			return NotAllowed("order %q is settled without a payment", o.ID)
		}
		if q.Body.UseDiscount == yes {
			if data.DiscountID, err = chosenDiscount(o, q.Body.Discounts[0]); err != nil {
				return err
			}
		}
		if q.Body.UseCoupon == no || workers.OrderStatus(o, call.At) != workers.OrderStatusToBePaid {
			return nil // the decision refuses what is not to be paid; a repetition of ours gets what was decided
		}
		discount := data.DiscountID
		if discount == "" {
			discount = unchosen(o, names.profile)
		}
		use, held, err := call.couponUse(ctx, s, p, o, discount)
		if err != nil {
			return err
		}
		data.Tenders, err = couponTenders(o, use, held, q.Body.Coupons)
		return err
	})
	if err != nil {
		return nil, err
	}
	ev, err := call.event("pay", data.OrderID, at, data)
	if err != nil {
		return nil, err
	}
	return call.do(ctx, ev)
}

func (c *Call) paidBy() string {
	if c.Caller.CustomerID != "" {
		return events.PaidByCustomer
	}
	return events.PaidByPartner
}

// chosenDiscount is the discount that a payment names, of the kind that it
// names.
func chosenDiscount(o *decision.Order, named namedWithType) (string, error) {
	for i := range o.Quote.Candidates {
		if c := &o.Quote.Candidates[i]; c.DiscountID == named.ID && c.Selectable {
			if shortType(c.DiscountType) != named.Type {
				return "", parameterError("discount %s has the type %d, not %d: send it as the order's discounts show it", quoted(named.ID), shortType(c.DiscountType), named.Type)
			}
			return named.ID, nil
		}
	}
	return "", parameterError("discount %s is not one of the order's: choose one that the order's discounts show", quoted(named.ID))
}

// Published codes of what a payment names as coupons.
const (
	payCash  = 301
	payFlexi = 302
)

// couponTenders pays an order with coupons in the order in which they are
// named, each with as much as it can, and the rest from the account.
func couponTenders(o *decision.Order, use pricing.CouponUse, held []pricing.Coupon, named []namedWithType) ([]events.Tender, error) {
	var tenders []pricing.Tender
	var used []pricing.Coupon
	rest, err := o.AccountTender()
	if err != nil {
		return nil, err
	}
	left := use.Charge.Amount
	for _, n := range named {
		coupon := heldCoupon(held, n)
		if coupon == nil {
			return nil, Denied() // a customer's own coupons are all that it may know of
		}
		tender, err := pricing.MostOf(coupon, use)
		if err != nil {
			return nil, err
		}
		due, err := dueFor(coupon, o, use, used, tenders, pricing.Tender{Kind: rest, Amount: left})
		if err != nil {
			return nil, err
		}
		if tender.Amount = decimal.Min(tender.Amount, due); !tender.Amount.IsPositive() {
			return nil, parameterError("coupon %s pays nothing beside the others: leave it out", quoted(n.ID))
		}
		tenders, used, left = append(tenders, tender), append(used, *coupon), left.Sub(tender.Amount)
	}
	var out []events.Tender
	for _, t := range tenders {
		out = append(out, events.Tender{Kind: string(t.Kind), CouponID: t.Reference, Amount: t.Amount})
	}
	if left.IsPositive() {
		out = append(out, events.Tender{Kind: string(rest), Amount: left})
	}
	return out, nil
}

func heldCoupon(held []pricing.Coupon, named namedWithType) *pricing.Coupon {
	kinds := map[int]pricing.TenderKind{payCash: pricing.TenderCoupon, payFlexi: pricing.TenderFlexiCoupon}
	for i := range held {
		if kind, err := held[i].TenderKind(); held[i].ID == named.ID && err == nil && kinds[named.Type] == kind {
			return &held[i]
		}
	}
	return nil
}

// dueFor is what is left for a coupon to pay of its lines behind the ones
// before it.
func dueFor(coupon *pricing.Coupon, o *decision.Order, use pricing.CouponUse, used []pricing.Coupon, tenders []pricing.Tender, rest pricing.Tender) (decimal.Decimal, error) {
	all := append(tenders[:len(tenders):len(tenders)], rest)
	slices, err := pricing.Allocate(use.Charge, all, pricing.EligibleLines(used, o.Quote))
	if err != nil {
		return decimal.Zero, err
	}
	pays := pricing.EligibleLines([]pricing.Coupon{*coupon}, o.Quote)
	due := decimal.Zero
	for _, s := range slices {
		if s.Kind == rest.Kind && pays(pricing.Tender{Reference: coupon.ID}, s.LineID) {
			due = due.Add(s.Amount)
		}
	}
	return due, nil
}

type cancelRequest struct {
	Body struct {
		OrderID string `json:"order_id"`
	} `body:""`
}

func cancelOrder(ctx context.Context, call *Call, q *cancelRequest) (*acknowledged, error) {
	if q.Body.OrderID == "" {
		return nil, missingError("order_id is mandatory: name the order")
	}
	var at time.Time
	err := call.Read(ctx, func(s *workers.Snapshot, p *decision.Partner) error {
		o, err := call.order(ctx, s, p, q.Body.OrderID)
		if err == nil {
			at = call.behind(o.PlacedAt)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	ev, err := call.event("cancel", q.Body.OrderID, at, &events.OrderCancelled{OrderID: q.Body.OrderID, PartnerID: call.Caller.PartnerID})
	if err != nil {
		return nil, err
	}
	return call.do(ctx, ev)
}

// orderedResponse names the orders that an action made. One that was not
// decided in time is among them, with the status 202.
type orderedResponse struct {
	OrderIDs []string                 `json:"order_ids"`
	Failed   []inquiry.FailedResource `json:"fail_resource_infos"`
}
