package api

import (
	"context"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/inquiry"
	"github.com/accruald/accruald/workers/pricing"
)

// order loads an order that the caller may know of, with its resources. One
// of somebody else is refused in the words of one that is not there.
func (c *Call) order(ctx context.Context, s *workers.Snapshot, p *decision.Partner, id string) (*decision.Order, error) {
	if !events.ValidID(id) {
		return nil, Denied() // nothing has such an id
	}
	if err := s.Load(ctx, p, decision.ScopeOfOrder(id)); err != nil {
		return nil, err
	}
	o := p.Orders.Get(id)
	if o == nil || o.Kind == decision.KindUsage || !c.knows(p, o.CustomerID) {
		return nil, Denied()
	}
	return o, nil
}

type showOrderRequest struct {
	Language
	OrderID    string `path:"order_id" max:"64" doc:"The order."`
	Offset     int    `query:"offset" default:"0" min:"0" max:"2147483647" doc:"How many lines are passed over."`
	Limit      int    `query:"limit" default:"10" min:"1" max:"100" doc:"Most lines that are answered."`
	ResellerID string `query:"indirect_partner_id" max:"64" doc:"Reseller whose customer's order is meant."`
}

type showOrderResponse struct {
	TotalCount int           `json:"total_count"`
	Order      shownOrder    `json:"order_info"`
	Lines      []orderedLine `json:"order_line_items"`
}

type shownOrder struct {
	customerOrder `json:",inline"`
	PayUntil      *string `json:"pending_payment_end_time"`
}

// An orderedLine is a line of an order. Of a refund it is a resource, and the
// amounts are negative.
type orderedLine struct {
	ID              string         `json:"order_line_item_id"`
	ServiceTypeCode string         `json:"service_type_code"`
	ServiceTypeName *string        `json:"service_type_name"`
	ProductID       *string        `json:"product_id"`
	PeriodType      *int           `json:"period_type"`
	PeriodNum       *int           `json:"period_num"`
	EffectiveTime   *string        `json:"effective_time"`
	ExpireTime      *string        `json:"expire_time"`
	SubscriptionNum *int           `json:"subscription_num"`
	Amount          inquiry.Number `json:"amount_after_discount"`
	Official        inquiry.Number `json:"official_amount"`
	AmountInfo      amountInfo     `json:"amount_info"`
	Currency        string         `json:"currency"`
	OwnerService    string         `json:"product_owner_service"`
	Resource        string         `json:"commercial_resource"`
	OrderID         string         `json:"order_id"`
}

func showOrder(ctx context.Context, call *Call, q *showOrderRequest) (*showOrderResponse, error) {
	names, err := call.names(ctx, q.Language)
	if err != nil {
		return nil, err
	}
	var out *showOrderResponse
	err = call.Read(ctx, func(s *workers.Snapshot, p *decision.Partner) error {
		o, err := call.order(ctx, s, p, q.OrderID)
		if err != nil {
			return err
		}
		if _, err := call.scope(p, o.CustomerID, q.ResellerID); err != nil {
			return err
		}
		lines := linesOf(o, names)
		if o.Refund != nil && o.Quote == nil {
			lines = returnedLines(p, o, names)
		}
		shown := shownOrder{customerOrder: customerOrderOf(p, o, names, call.At)}
		if shown.Status == workers.OrderStatusToBePaid {
			shown.PayUntil = utc(o.ValidUntil)
		}
		out = &showOrderResponse{TotalCount: len(lines), Order: shown, Lines: window(lines, q.Offset, q.Limit)}
		return nil
	})
	return out, err
}

func linesOf(o *decision.Order, names names) []orderedLine {
	out := []orderedLine{}
	if o.Quote == nil {
		return out
	}
	price := priceOf(o, names.profile)
	byLine := map[string]pricing.LinePrice{}
	if charge, err := o.Quote.Charge(price.DiscountID); err == nil {
		for _, l := range charge.Lines {
			byLine[l.LineID] = l
		}
	}
	for i := range o.Quote.Lines {
		l := &o.Quote.Lines[i]
		charged, found := byLine[l.LineID]
		if !found {
			charged = pricing.LinePrice{Official: l.Official, Amount: l.Official}
		}
		line := orderedLine{ID: l.LineID, ServiceTypeCode: l.ServiceType, ServiceTypeName: names.service(l.ServiceType), ProductID: orNull(l.ProductID),
			SubscriptionNum: orNull(l.Quantity), Amount: *number(charged.Amount), Official: *number(charged.Official),
			AmountInfo: lineInfo(o, l.LineID, price, charged), Currency: string(o.Currency()), OwnerService: l.ServiceType, Resource: l.ResourceType, OrderID: o.ID}
		if l.Period.Num > 0 {
			kind, num := int(l.Period.Type), l.Period.Num
			line.PeriodType, line.PeriodNum = &kind, &num
		}
		for _, e := range o.Effective {
			if e.ResourceID == l.ResourceID {
				line.EffectiveTime, line.ExpireTime = utc(e.EffectiveTime), utc(e.ExpireTime)
			}
		}
		out = append(out, line)
	}
	return out
}

func lineInfo(o *decision.Order, lineID string, price pricing.Charge, charged pricing.LinePrice) amountInfo {
	out := amountInfo{Discounts: []discountItem{}}
	if !charged.Discount.IsZero() {
		out.Discounts = append(out.Discounts, discountItem{Type: strconv.Itoa(price.DiscountType), Amount: *number(charged.Discount)})
	}
	if o.Payment == nil {
		return out
	}
	paidWith := map[pricing.TenderKind]*inquiry.Number{pricing.TenderCoupon: &out.Coupon, pricing.TenderFlexiCoupon: &out.Flexi, pricing.TenderStoredCard: &out.StoredCard}
	for _, s := range o.Payment.Slices {
		if sum := paidWith[s.Kind]; sum != nil && s.LineID == lineID {
			sum.Decimal = sum.Add(s.Amount)
		}
	}
	return out
}

// returnedLines are the resources that an unsubscription gives back.
func returnedLines(p *decision.Partner, o *decision.Order, names names) []orderedLine {
	out := []orderedLine{}
	for _, id := range o.Refund.ResourceIDs {
		line := orderedLine{ID: id, Currency: string(o.Currency()), OrderID: o.ID}
		if r := p.Resources.Get(id); r != nil {
			line.ServiceTypeCode, line.ServiceTypeName, line.OwnerService, line.Resource = r.ServiceType, names.service(r.ServiceType), r.ServiceType, r.ResourceType
			line.ProductID, line.SubscriptionNum = orNull(r.ProductID), orNull(r.Quantity)
		}
		var back, fee, consumed decimal.Decimal
		for _, part := range o.Refund.Orders {
			if part.ResourceID == id {
				back, fee, consumed = back.Add(part.Amount), fee.Add(part.Fee), consumed.Add(part.Consumed)
			}
		}
		line.Amount, line.Official = *number(back.Neg()), *number(back.Neg())
		line.AmountInfo = amountInfo{Discounts: []discountItem{}, Commission: number(fee), Consumed: number(consumed)}
		out = append(out, line)
	}
	return out
}

type showRefundRequest struct {
	OrderID    string `query:"order_id" required:"true" max:"64" doc:"An unsubscription or a downgrade."`
	CustomerID string `query:"customer_id" max:"64" doc:"Whose order it is."`
	ResellerID string `query:"indirect_partner_id" max:"64" doc:"Reseller whose customer's order is meant."`
}

type showRefundResponse struct {
	TotalCount int          `json:"total_count"`
	Refunds    []refundPart `json:"refund_infos"`
}

// A refundPart is an amount against one paying order: negative is given back,
// positive is what was consumed, or kept as the fee.
type refundPart struct {
	ID               string         `json:"id"`
	Amount           inquiry.Number `json:"amount"`
	MeasureID        string         `json:"measure_id"`
	CustomerID       string         `json:"customer_id"`
	ResourceTypeCode string         `json:"resource_type_code"`
	ServiceTypeCode  string         `json:"service_type_code"`
	ResourceTypeName *string        `json:"resource_type_name"`
	ServiceTypeName  *string        `json:"service_type_name"`
	RegionCode       string         `json:"region_code"`
	BaseOrderID      string         `json:"base_order_id"`
}

func showRefund(ctx context.Context, call *Call, q *showRefundRequest) (*showRefundResponse, error) {
	names, err := call.names(ctx, Language{Language: "zh_CN"})
	if err != nil {
		return nil, err
	}
	out := &showRefundResponse{Refunds: []refundPart{}}
	err = call.Read(ctx, func(s *workers.Snapshot, p *decision.Partner) error {
		o, err := call.order(ctx, s, p, q.OrderID)
		if err != nil {
			return err
		}
		if _, err := call.scope(p, o.CustomerID, q.ResellerID); err != nil || q.CustomerID != "" && q.CustomerID != o.CustomerID {
			return Denied()
		}
		if o.Refund == nil {
			return parameterError("order_id %s gives nothing back: name an unsubscription or a downgrade", quoted(q.OrderID))
		}
		for _, part := range o.Refund.Orders {
			one := refundPart{MeasureID: strconv.Itoa(measureMainUnit), CustomerID: o.CustomerID, BaseOrderID: part.OrderID}
			if r := p.Resources.Get(part.ResourceID); r != nil {
				one.ResourceTypeCode, one.ServiceTypeCode, one.RegionCode = r.ResourceType, r.ServiceType, r.Region
				one.ResourceTypeName, one.ServiceTypeName = names.resource(r.ServiceType, r.ResourceType), names.service(r.ServiceType)
			}
			for _, amount := range []decimal.Decimal{part.Amount.Neg(), part.Consumed, part.Fee} {
				if amount.IsZero() {
					continue
				}
				one.ID, one.Amount = o.ID+"-"+strconv.Itoa(len(out.Refunds)+1), *number(amount)
				out.Refunds = append(out.Refunds, one)
			}
		}
		out.TotalCount = len(out.Refunds)
		return nil
	})
	return out, err
}

// toBePaid refuses an order that is not to be paid any more.
func toBePaid(o *decision.Order, at time.Time) error {
	if workers.OrderStatus(o, at) == workers.OrderStatusToBePaid {
		return nil
	}
	return NotAllowed("order %q is paid, cancelled, or was not paid in time: place a new one", o.ID)
}
