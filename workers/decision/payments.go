package decision

import (
	"fmt"

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
	if err := f.ownPayment(order); err != nil {
		return err
	}
	charge, err := f.charge(order, data.DiscountID)
	if err != nil {
		return err
	}
	tenders, coupons, err := f.payWith(order, data, charge)
	if err != nil {
		return err
	}
	slices, err := pricing.Allocate(charge, tenders, pricing.EligibleLines(coupons, order.Quote))
	if err != nil {
		return err
	}
	settled := *order
	settled.State = OrderSettled
	settled.Payment = &Payment{Event: f.ref(), Charge: *charge, Tenders: tenders, PaidBy: data.PaidBy, MilestoneID: data.MilestoneID}
	for _, s := range slices {
		settled.Payment.Slices = append(settled.Payment.Slices, PaidSlice{Slice: s, OnCredit: f.couponOnCredit(s)})
	}
	settled.Payment.Charge.Lines = nil
	if err := f.deliver(&settled, charge, slices); err != nil {
		return err
	}
	f.notePaid(&settled)
	f.Orders.Put(settled.ID, &settled)
	return f.accrue(&settled)
}

// charge is what an order costs with the discount that was chosen, or without a
// choice with the automatic one where it pays by itself.
func (f *fact) charge(order *Order, discountID string) (*pricing.Charge, error) {
	if discountID == "" && order.AutoPay {
		discountID = order.Quote.AutomaticChoice(f.site)
	}
	return order.Quote.Charge(discountID)
}

// payWith returns what an order is paid with, and the coupons among it, which
// may pay for it.
func (f *fact) payWith(order *Order, data *events.OrderPaid, charge *pricing.Charge) ([]pricing.Tender, []pricing.Coupon, error) {
	if f.in.Event.Source == SourceAutoRenew {
		return f.ownTenders(order, data, charge)
	}
	tenders, err := f.tenders(order, data, charge)
	if err != nil {
		return nil, nil, err
	}
	coupons, err := f.coupons(order, tenders)
	if err != nil {
		return nil, nil, err
	}
	return tenders, coupons, f.judgeCoupons(order, charge, coupons, tenders)
}

// deliver gives the resources what was paid for.
func (f *fact) deliver(order *Order, charge *pricing.Charge, slices []pricing.Slice) error {
	if order.Kind == pricing.KindNew {
		made, err := pricing.Provision(f.site, order.Quote, charge, slices, order.CustomerID, order.ID, f.at)
		if err != nil {
			return err
		}
		for _, r := range made {
			// Somebody else may have ordered the resource since the order was placed.
			if err := pricing.TakesPlace(f.site, order.Type, order.CustomerID, order.ID, f.Resources.Get(r.ID), f.at); err != nil {
				return pricing.AtOrder(err)
			}
			if old := f.Resources.Get(r.ID); old != nil {
				r.Metered, r.Changes = old.Metered, old.Changes // what usage made of it, and how it is cut
			}
			f.give(order, r)
		}
		return nil
	}
	if order.Kind == pricing.KindConvert {
		return f.convert(order)
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
		if order.Automatic {
			after = after.RenewedItself()
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
		return asSettled(order, charge.Amount)
	}
	out := make([]pricing.Tender, 0, len(data.Tenders))
	for i, t := range data.Tenders {
		tender := pricing.Tender{Kind: pricing.TenderKind(t.Kind), Reference: t.CouponID + t.CardID, Amount: t.Amount}
		if err := wholeCents(t.Amount, charge.Currency, fmt.Sprintf("/data/tenders/%d/amount", i)); err != nil {
			return nil, err
		}
		out = append(out, tender)
	}
	return out, nil
}

// asSettled pays an amount as the customer settles.
func asSettled(order *Order, amount decimal.Decimal) ([]pricing.Tender, error) {
	kind, err := tenderOf(order.Settlement)
	if err != nil || amount.IsZero() {
		return nil, err
	}
	return []pricing.Tender{{Kind: kind, Amount: amount}}, nil
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
