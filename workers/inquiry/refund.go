package inquiry

import (
	"github.com/accruald/accruald/workers/pricing"
	"github.com/accruald/accruald/workers/site"
)

// RefundRequest asks what unsubscribing would give back. UnsubscribeType 1 returns the resources and their renewals, 2
// only renewals that have not begun.
type RefundRequest struct {
	ResourceIDs     []string `json:"resource_ids"`
	UnsubscribeType int      `json:"unsubscribe_type"`
}

// RefundResponse has the sums, then each paying order. As in the published refund details, what comes back is negative,
// what was consumed and what is kept as a fee is positive.
type RefundResponse struct {
	Currency        string `json:"currency"`
	refunded        `json:",inline"`
	ResourceIDs     []string         `json:"resource_ids"` // those that go, attached ones included
	RefundInfos     []RefundInfo     `json:"refund_infos"`
	CouponsReturned []ReturnedCoupon `json:"coupons_returned"`
}

type refunded struct {
	RefundAmount     Number `json:"refund_amount"`
	ConsumedAmount   Number `json:"consumed_amount"`
	CommissionAmount Number `json:"commission_amount"`
	MeasureID        int    `json:"measure_id"`
}

// RefundInfo is what one order gives back for one resource.
type RefundInfo struct {
	BaseOrderID string `json:"base_order_id"`
	ResourceID  string `json:"resource_id"`
	PaidAmount  Number `json:"paid_amount"`
	refunded    `json:",inline"`
}

// ReturnedCoupon is what goes back to a coupon.
type ReturnedCoupon struct {
	CouponID string `json:"coupon_id"`
	Amount   Number `json:"amount"`
}

// refundResourceCountMax is how many resources may be named at once, as in the published unsubscription.
const refundResourceCountMax = 10

// Refund tells what an unsubscription would give back, by the rules that the order would. resources are all of the chains
// that the named ones belong to; admits says whether the account's quota of the five-day rule has room for them; valid keeps what goes back to coupons that are still valid.
func Refund(p *site.Profile, who Asker, resources []*pricing.Resource, admits func(pricing.Unsubscription) bool,
	valid func(*pricing.Refund) (*pricing.Refund, error), request *RefundRequest) (*RefundResponse, error) {
	if n := len(request.ResourceIDs); n > refundResourceCountMax {
		return nil, wrong("resource_ids names %d resources: name at most %d, the rest in another inquiry", n, refundResourceCountMax)
	}
	in := pricing.Unsubscription{CustomerID: who.CustomerID, At: who.At, ResourceIDs: request.ResourceIDs, Type: request.UnsubscribeType}
	in.FiveDayAllowed = admits(in)
	refund, err := pricing.Unsubscribe(p, in, resources)
	if err == nil {
		refund, err = valid(refund)
	}
	if err != nil {
		return nil, ErrorOf(err)
	}
	out := &RefundResponse{Currency: string(refund.Currency), ResourceIDs: refund.ResourceIDs, RefundInfos: []RefundInfo{}, CouponsReturned: []ReturnedCoupon{},
		refunded: refunded{Number{refund.Amount.Neg()}, Number{refund.Consumed}, Number{refund.Fee}, measureCurrency}}
	for i := range refund.Orders {
		o := &refund.Orders[i]
		out.RefundInfos = append(out.RefundInfos, RefundInfo{BaseOrderID: o.OrderID, ResourceID: o.ResourceID, PaidAmount: Number{o.Paid},
			refunded: refunded{Number{o.Amount.Neg()}, Number{o.Consumed}, Number{o.Fee}, measureCurrency}})
	}
	for _, c := range refund.CouponsReturned {
		out.CouponsReturned = append(out.CouponsReturned, ReturnedCoupon{CouponID: c.Reference, Amount: Number{c.Amount}})
	}
	return out, nil
}
