package api

import (
	"context"
	"errors"
	"slices"

	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/inquiry"
	"github.com/accruald/accruald/workers/pricing"
)

type orderRequest struct {
	OrderID string `query:"order_id" required:"true" max:"64" doc:"An order to be paid."`
}

type listOrderDiscountsResponse struct {
	Discounts []orderDiscount `json:"discounts"`
}

type orderDiscount struct {
	ID     string            `json:"discount_id"`
	Value  string            `json:"discount_value"`
	Type   int               `json:"discount_type"`
	Orders []discountedOrder `json:"orders"`
}

type discountedOrder struct {
	ID    string           `json:"order_id"`
	Lines []discountedLine `json:"order_line_items"`
}

type discountedLine struct {
	IDs    []string        `json:"order_line_item_ids"`
	Mode   int             `json:"discount_mode"`
	Amount inquiry.Number  `json:"discount_amount"`
	Ratio  *inquiry.Number `json:"discount_ratio"`
}

// The published modes of a discount.
const (
	modeRatio = iota
	modeFixedPrice
	modeAmountOff
)

// shortType is the code of a discount's type in payments.
func shortType(discountType int) int {
	switch discountType {
	case pricing.DiscountCommercial, pricing.DiscountDistributor:
		return 2
	case pricing.DiscountPartner:
		return 3
	case pricing.DiscountAdjustment:
		return pricing.DiscountAdjustment
	default:
		return 0
	}
}

func listOrderDiscounts(ctx context.Context, call *Call, q *orderRequest) (*listOrderDiscountsResponse, error) {
	standing, err := call.listStanding(ctx)
	if err != nil {
		return nil, err
	}
	out := &listOrderDiscountsResponse{Discounts: []orderDiscount{}}
	err = call.Read(ctx, func(s *workers.Snapshot, p *decision.Partner) error {
		o, err := call.order(ctx, s, p, q.OrderID)
		if err != nil {
			return err
		}
		if err := toBePaid(o, call.At); err != nil {
			return err
		}
		for i := range o.Quote.Candidates {
			c := &o.Quote.Candidates[i]
			if c.Selectable && (o.Quote.Adjustment == nil || c.DiscountID == o.Quote.Adjustment.DiscountID) {
				out.Discounts = append(out.Discounts, orderDiscountOf(o.ID, c, standing.Book.Discounts))
			}
		}
		return nil
	})
	return out, err
}

// orderDiscountOf shows what a discount takes off each line that it covers.
func orderDiscountOf(orderID string, c *pricing.Candidate, granted []pricing.Discount) orderDiscount {
	out := orderDiscount{ID: c.DiscountID, Type: shortType(c.DiscountType)}
	mode, ratio := modeAmountOff, (*inquiry.Number)(nil)
	if i := slices.IndexFunc(granted, func(d pricing.Discount) bool { return d.ID == c.DiscountID }); i >= 0 {
		switch d := granted[i]; d.Mode {
		case pricing.ModeRatio:
			mode, ratio, out.Value = modeRatio, number(d.Value), d.Value.String()
		case pricing.ModeFixedPrice:
			mode = modeFixedPrice
		default:
			out.Value = d.Value.String()
		}
	} else {
		out.Value = c.Discount.String()
	}
	order := discountedOrder{ID: orderID, Lines: []discountedLine{}}
	for _, l := range c.Lines {
		if !l.Discount.IsZero() {
			order.Lines = append(order.Lines, discountedLine{IDs: []string{l.LineID}, Mode: mode, Amount: *number(l.Discount), Ratio: ratio})
		}
	}
	out.Orders = []discountedOrder{order}
	return out
}

type listOrderCouponsResponse struct {
	Count   int           `json:"count"`
	Coupons []orderCoupon `json:"user_coupons"`
	MaxUse  []maxUse      `json:"coupon_max_use_quantity"`
}

// An orderCoupon is a coupon that may pay for an order.
type orderCoupon struct {
	ID            string          `json:"coupon_id"`
	Status        int             `json:"status"`
	Type          int             `json:"coupon_type"`
	MeasureID     int             `json:"measure_id"`
	FaceValue     inquiry.Number  `json:"face_value"`
	EffectiveTime *string         `json:"effective_time"`
	ExpireTime    *string         `json:"expire_time"`
	UseLimits     []useLimit      `json:"use_limits"`
	ActiveTime    *string         `json:"active_time"`
	LastUsedTime  *string         `json:"last_used_time"`
	CreateTime    *string         `json:"create_time"`
	Version       int             `json:"coupon_version"`
	Balance       *inquiry.Number `json:"balance"`
	UsedByOrderID *string         `json:"used_by_order_id"`
}

// maxUse says how many coupons of a type one payment takes.
type maxUse struct {
	Type     int `json:"coupon_type"`
	Quantity int `json:"use_quantity_value"`
}

func listOrderCoupons(ctx context.Context, call *Call, q *orderRequest) (*listOrderCouponsResponse, error) {
	names, err := call.names(ctx, Language{})
	if err != nil {
		return nil, err
	}
	out := &listOrderCouponsResponse{Coupons: []orderCoupon{}, MaxUse: []maxUse{{pricing.CouponCash, payCouponsMax}, {pricing.CouponFlexi, payCouponsMax}}}
	err = call.Read(ctx, func(s *workers.Snapshot, p *decision.Partner) error {
		o, err := call.order(ctx, s, p, q.OrderID)
		if err != nil {
			return err
		}
		if err := toBePaid(o, call.At); err != nil {
			return err
		}
		use, usable, err := call.couponUse(ctx, s, p, o, unchosen(o, names.profile))
		if err != nil {
			return err
		}
		shown := map[string]*coupon{}
		for _, c := range call.couponsOf(p, scope{customers: []string{o.CustomerID}}) {
			shown[c.ID] = c
		}
		for i := range usable {
			_, err := pricing.MostOf(&usable[i], use)
			var refusal *pricing.Refusal
			if errors.As(err, &refusal) {
				continue // it may not pay for this order, or not with its discount
			}
			if err != nil {
				return err
			}
			if c := shown[usable[i].ID]; c != nil {
				out.Coupons = append(out.Coupons, orderCoupon{ID: c.ID, Status: c.status, Type: c.Type, MeasureID: measureMainUnit, FaceValue: *number(c.FaceValue),
					EffectiveTime: utc(c.ValidTime), ExpireTime: utc(c.ExpireTime), UseLimits: useLimits(&c.Limits), ActiveTime: utc(c.issued.Time),
					LastUsedTime: orNull(c.lastUse), CreateTime: utc(c.issued.Time), Version: c.Version, Balance: number(c.Balance()), UsedByOrderID: orNull(c.LockOrderID)})
			}
		}
		out.Count = len(out.Coupons)
		return nil
	})
	return out, err
}

// couponUse is what coupons are judged by for an order that is paid now under
// a discount, and the coupons of its customer.
func (c *Call) couponUse(ctx context.Context, s *workers.Snapshot, p *decision.Partner, o *decision.Order, discountID string) (pricing.CouponUse, []pricing.Coupon, error) {
	charge, err := o.Quote.Charge(discountID)
	if err != nil {
		return pricing.CouponUse{}, nil, err
	}
	if err := s.LoadCoupons(ctx, p, o.CustomerID); err != nil {
		return pricing.CouponUse{}, nil, err
	}
	if err := s.Load(ctx, p, decision.ScopeOfPaid(o.CustomerID)); err != nil {
		return pricing.CouponUse{}, nil, err
	}
	return pricing.CouponUse{CustomerID: o.CustomerID, OrderID: o.ID, At: c.At, FirstOrder: p.FirstOrder(o.CustomerID, o.ID), Quote: o.Quote, Charge: charge},
		p.CouponsAt(o.CustomerID, c.At), nil
}
