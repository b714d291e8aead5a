package decision

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/pricing"
)

func (f *fact) paid(data *events.OrderPaid) error {
	order, err := f.pending(data.OrderID)
	if err != nil {
		return err
	}
	if data.MilestoneID != "" {
		return &events.Rejection{Code: CodeNotSupported, Pointer: "/data/milestone_id", Message: "payments by milestone are not decided yet; after an upgrade have it decided with accruald rejections retry"}
	}
	discountID := data.DiscountID
	if discountID == "" && order.AutoPay {
		discountID = order.Quote.AutomaticChoice(f.site)
	}
	charge, err := order.Quote.Charge(discountID)
	if err != nil {
		return err
	}
	tenders, err := f.tenders(order, data, charge)
	if err != nil {
		return err
	}
	slices, err := pricing.Allocate(charge, tenders, everyLine)
	if err != nil {
		return err
	}
	settled := *order
	settled.State = OrderSettled
	settled.Payment = &Payment{Event: f.ref(), Charge: *charge, Tenders: tenders, PaidBy: data.PaidBy}
	for _, s := range slices {
		settled.Payment.Slices = append(settled.Payment.Slices, PaidSlice{Slice: s})
	}
	settled.Payment.Charge.Lines = nil
	if err := f.deliver(&settled, charge, slices); err != nil {
		return err
	}
	f.Orders.Put(settled.ID, &settled)
	return f.accrue(&settled)
}

// everyLine lets a tender pay for every line.
func everyLine(pricing.Tender, string) bool { return true }

// deliver gives the resources what was paid for.
func (f *fact) deliver(order *Order, charge *pricing.Charge, slices []pricing.Slice) error {
	if order.Kind == pricing.KindNew {
		made, err := pricing.Provision(f.site, order.Quote, charge, slices, order.CustomerID, order.ID, f.at)
		if err != nil {
			return err
		}
		for _, r := range made {
			if old := f.Resources.Get(r.ID); inUse(old) && order.Type == pricing.OrderSubscribe {
				return &events.Rejection{Code: CodeResourceExists, Pointer: "/data/order_id", Message: fmt.Sprintf(
					"resource %q of order %q is in use by order %q since the order was placed; place it again with another resource id", r.ID, order.ID, old.OrderID)}
			}
			if old := f.Resources.Get(r.ID); old != nil {
				r.Metered, r.Changes = old.Metered, old.Changes // what usage made of it, and how it is cut
			}
			f.give(order, r)
		}
		return nil
	}
	apply := pricing.ApplyRenewal
	if order.Kind == pricing.KindChange {
		apply = pricing.ApplyChange
	}
	for _, l := range order.Quote.Lines {
		after, err := apply(f.site, f.Resources.Get(l.ResourceID), order.Quote, charge, slices, order.ID, f.at)
		if err != nil {
			return err
		}
		if after.PendingOrderID == order.ID {
			after.PendingOrderID, after.PendingUntil = "", nil
		}
		f.give(order, after)
	}
	return nil
}

// give stores a resource and notes which time the order gave it.
func (f *fact) give(order *Order, r *Resource) {
	f.Resources.Put(r.ID, r)
	for i := len(r.Payments) - 1; i >= 0; i-- {
		if p := r.Payments[i]; p.OrderID == order.ID {
			order.Effective = append(order.Effective, ResourcePeriod{ResourceID: r.ID, EffectiveTime: p.Start, ExpireTime: r.Expiry})
			return
		}
	}
}

// tenders returns what the order is paid with: as given, else all of one kind
// as the customer settles (contract section 3).
func (f *fact) tenders(order *Order, data *events.OrderPaid, charge *pricing.Charge) ([]pricing.Tender, error) {
	if len(data.Tenders) == 0 {
		kind, err := tenderOf(order.Settlement)
		if err != nil || charge.Amount.IsZero() {
			return nil, err
		}
		return []pricing.Tender{{Kind: kind, Amount: charge.Amount}}, nil
	}
	out := make([]pricing.Tender, 0, len(data.Tenders))
	for i, t := range data.Tenders {
		tender := pricing.Tender{Kind: pricing.TenderKind(t.Kind), Reference: t.CouponID + t.CardID, Amount: t.Amount}
		if err := wholeCents(t.Amount, charge.Currency, fmt.Sprintf("/data/tenders/%d/amount", i)); err != nil {
			return nil, err
		}
		if t.CouponID != "" {
			if err := f.coupon(order, tender, charge.Currency, fmt.Sprintf("/data/tenders/%d/coupon_id", i)); err != nil {
				return nil, err
			}
		}
		out = append(out, tender)
	}
	return out, nil
}

// wholeCents refuses amounts that the currency has no coin for.
func wholeCents(amount decimal.Decimal, c money.Currency, pointer string) error {
	if err := money.Valid(amount, c); err != nil {
		return &events.Rejection{Code: events.CodeAmountInvalid, Pointer: pointer, Message: err.Error()}
	}
	return nil
}

func tenderOf(settlement string) (pricing.TenderKind, error) {
	switch settlement {
	case "immediate":
		return pricing.TenderCash, nil
	case "credit":
		return pricing.TenderCredit, nil
	case "monthly":
		return pricing.TenderMonthlySettlement, nil
	default:
		return "", fmt.Errorf("choose a tender: customer settlement %q is unknown", settlement)
	}
}

// coupon checks that a coupon may pay for the order at the time of payment.
func (f *fact) coupon(order *Order, t pricing.Tender, currency money.Currency, pointer string) error {
	c := f.Reference.coupon(f.in.PartnerVersion, t.Reference)
	if c == nil {
		return waits{couponKey(t.Reference)}
	}
	refuse := func(code, format string, args ...any) error {
		return &events.Rejection{Code: code, Pointer: pointer, Message: fmt.Sprintf(format, args...)}
	}
	kinds := map[int]pricing.TenderKind{events.CouponCash: pricing.TenderCoupon, events.CouponFlexi: pricing.TenderFlexiCoupon}
	switch {
	case c.CouponType == events.CouponDiscount:
		return refuse(CodeCouponNotPayable, "coupon %q is a discount coupon; pay with a cash or flexi coupon", c.CouponID)
	case kinds[c.CouponType] != t.Kind:
		return refuse(CodeCouponKind, "coupon %q is of kind %q; name that kind in the tender, not %q", c.CouponID, kinds[c.CouponType], t.Kind)
	case c.CustomerID != order.CustomerID:
		return refuse(CodeCouponForeign, "coupon %q was not issued to customer %q; pay with one of the customer's own", c.CouponID, order.CustomerID)
	case money.Currency(c.Currency) != currency:
		return refuse(CodeCouponCurrency, "coupon %q is in %s, the order in %s; pay with a coupon in %s", c.CouponID, c.Currency, currency, currency)
	case c.LockOrderID != "" && c.LockOrderID != order.ID:
		return refuse(CodeCouponLocked, "coupon %q is locked to order %q; pay order %q without it", c.CouponID, c.LockOrderID, order.ID)
	case f.at.Before(c.ValidTime):
		return refuse(CodeCouponNotYet, "coupon %q is valid from %s; pay later or without it", c.CouponID, c.ValidTime.Format(time.RFC3339))
	case f.at.After(c.ExpireTime):
		return refuse(CodeCouponExpired, "coupon %q expired at %s; pay without it", c.CouponID, c.ExpireTime.Format(time.RFC3339))
	}
	return nil
}
