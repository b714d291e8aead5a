package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/inquiry"
	"github.com/accruald/accruald/workers/inquiry/access"
	"github.com/accruald/accruald/workers/pricing"
	"github.com/accruald/accruald/workers/site"
)

// orders are the questions about orders.
func orders() []Operation {
	return []Operation{
		{
			ID: "ListCustomerOrders", Method: http.MethodGet, Path: "/v2/orders/customer-orders",
			Summary: "Yearly/monthly orders of the caller, or of the customers that it sees.",
			Right:   access.Orders, Handle: with(listOrders),
		},
		{
			ID: "ShowCustomerOrderDetails", Method: http.MethodGet, Path: "/v2/orders/customer-orders/details/{order_id}",
			Summary: "One order, line by line.",
			Right:   access.Orders, Handle: with(showOrder),
		},
		{
			ID: "ListOrderDiscounts", Method: http.MethodGet, Path: "/v2/orders/customer-orders/order-discounts",
			Summary: "The discounts that an order to be paid may be paid with.",
			Right:   access.Orders, Handle: with(listOrderDiscounts),
		},
		{
			ID: "ListOrderCouponsByOrderId", Method: http.MethodGet, Path: "/v2/orders/customer-orders/order-coupons",
			Summary: "The coupons that an order to be paid may be paid with.",
			Right:   access.CustomerCoupons, Handle: with(listOrderCoupons),
		},
		{
			ID: "ShowRefundOrderDetails", Method: http.MethodGet, Path: "/v2/orders/customer-orders/refund-orders",
			Summary: "What an unsubscription or a downgrade gives back, of which order.",
			Right:   access.Orders, Handle: with(showRefund),
		},
	}
}

type listOrdersRequest struct {
	Offset      int        `query:"offset" default:"0" min:"0" max:"2147483647" doc:"How many rows are passed over."`
	Limit       int        `query:"limit" default:"10" min:"1" max:"100" doc:"Most rows that are answered."`
	OrderID     string     `query:"order_id" max:"64" doc:"One order, in any case of letters."`
	CustomerID  string     `query:"customer_id" max:"64" doc:"Orders of one customer."`
	CreatedFrom *time.Time `query:"create_time_begin" format:"date-time" doc:"Placed at or after it."`
	CreatedTo   *time.Time `query:"create_time_end" format:"date-time" doc:"Placed at or before it."`
	PaidFrom    *time.Time `query:"payment_time_begin" format:"date-time" doc:"Paid at or after it."`
	PaidTo      *time.Time `query:"payment_time_end" format:"date-time" doc:"Paid at or before it."`
	ServiceType string     `query:"service_type_code" max:"64" doc:"Orders with a line of this service type, in any case of letters."`
	Status      int        `query:"status" enum:"1,3,4,5,6,9" doc:"4 cancelled, 5 completed, 6 to be paid; the others do not happen here."`
	Type        int        `query:"order_type" enum:"1,2,3,4,10,11,13,14,15" doc:"1 subscription, 2 renewal, 3 change, 4 unsubscription, 10 and 11 conversions, 13 trial, 14 trial to commercial."`
	OrderBy     string     `query:"order_by" enum:"createTime,-createTime,createtime,-createtime" default:"-createTime" doc:"By the time of placing, with a minus the latest first."`
	Method      string     `query:"method" enum:"oneself,sub_customer" doc:"oneself: the caller's own orders; sub_customer: orders that it pays for others, which do not happen here."`
	ResellerID  string     `query:"indirect_partner_id" max:"64" doc:"Reseller whose customers are meant."`
}

type listOrdersResponse struct {
	TotalCount int             `json:"total_count"`
	Orders     []customerOrder `json:"order_infos"`
}

// A customerOrder is an order as lists and details show it. Amounts of a
// refund are negative.
type customerOrder struct {
	ID              string         `json:"order_id"`
	CustomerID      string         `json:"customer_id"`
	ServiceTypeCode *string        `json:"service_type_code"`
	ServiceTypeName *string        `json:"service_type_name"`
	SourceType      *int           `json:"source_type"`
	Status          int            `json:"status"`
	Type            int            `json:"order_type"`
	Amount          inquiry.Number `json:"amount_after_discount"`
	Official        inquiry.Number `json:"official_amount"`
	MeasureID       int            `json:"measure_id"`
	CreateTime      *string        `json:"create_time"`
	PaymentTime     *string        `json:"payment_time"`
	Currency        string         `json:"currency"`
	AmountInfo      amountInfo     `json:"amount_info"`
}

// amountInfo says what an amount consists of.
type amountInfo struct {
	Discounts  []discountItem  `json:"discounts"`
	Flexi      inquiry.Number  `json:"flexipurchase_coupon_amount"`
	Coupon     inquiry.Number  `json:"coupon_amount"`
	StoredCard inquiry.Number  `json:"stored_card_amount"`
	Commission *inquiry.Number `json:"commission_amount"`
	Consumed   *inquiry.Number `json:"consumed_amount"`
}

type discountItem struct {
	Type   string         `json:"discount_type"`
	Amount inquiry.Number `json:"discount_amount"`
}

// sourceAutomatic says that the system ordered by itself.
const sourceAutomatic = 8

func listOrders(ctx context.Context, call *Call, q *listOrdersRequest) (*listOrdersResponse, error) {
	out := &listOrdersResponse{Orders: []customerOrder{}}
	if q.Method == "sub_customer" || q.OrderID != "" && !events.ValidID(q.OrderID) {
		return out, nil
	}
	names, err := call.names(ctx, Language{Language: "zh_CN"})
	if err != nil {
		return nil, err
	}
	err = call.Read(ctx, func(s *workers.Snapshot, p *decision.Partner) error {
		within, err := call.scope(p, q.CustomerID, q.ResellerID)
		if err != nil {
			return err
		}
		filter := workers.OrderFilter{CustomerIDs: within.customers, ResellerID: within.reseller, OrderID: q.OrderID, ServiceType: q.ServiceType,
			Type: q.Type, Status: q.Status, PlacedFrom: q.CreatedFrom, PlacedTo: untilEnd(q.CreatedTo), PaidFrom: q.PaidFrom, PaidTo: untilEnd(q.PaidTo),
			OldestFirst: q.OrderBy[0] != '-'}
		rows, total, err := s.Orders(ctx, p.ID, filter, call.At, q.Offset, q.Limit)
		if err != nil {
			return err
		}
		if err := s.LoadResources(ctx, p, refundedResources(rows...)); err != nil {
			return err
		}
		out.TotalCount = total
		for _, o := range rows {
			out.Orders = append(out.Orders, customerOrderOf(p, o, names, call.At))
		}
		return nil
	})
	return out, err
}

// refundedResources are those whose service types tell what a refund is of.
func refundedResources(rows ...*decision.Order) []string {
	ids := []string{}
	for _, o := range rows {
		if o.Refund != nil {
			ids = append(ids, o.Refund.ResourceIDs...)
		}
	}
	return ids
}

func customerOrderOf(p *decision.Partner, o *decision.Order, names names, at time.Time) customerOrder {
	out := customerOrder{ID: o.ID, CustomerID: o.CustomerID, Status: workers.OrderStatus(o, at), Type: o.Type, MeasureID: measureMainUnit,
		CreateTime: utc(o.PlacedAt), Currency: string(o.Currency())}
	if o.Automatic {
		out.SourceType = orNull(sourceAutomatic)
	}
	if code := serviceTypeOf(p, o); code != "" {
		out.ServiceTypeCode, out.ServiceTypeName = &code, names.service(code)
	}
	if o.Payment != nil {
		out.PaymentTime = utc(o.Payment.Event.Time)
	}
	price := priceOf(o, names.profile)
	out.Official, out.Amount, out.AmountInfo = *number(price.Official), *number(price.Amount), infoOf(o, price)
	return out
}

// priceOf is what an order was charged, or before that what order.priced.v1
// told: the price with the discount that is chosen by itself. A refund is what
// is given back, negative.
func priceOf(o *decision.Order, profile *site.Profile) pricing.Charge {
	switch {
	case o.Refund != nil:
		back := o.Refund.Amount.Neg()
		return pricing.Charge{Official: back, Amount: back}
	case o.Payment != nil:
		return o.Payment.Charge
	case o.Quote == nil:
		return pricing.Charge{}
	}
	if charge, err := o.Quote.Charge(o.Quote.AutomaticChoice(profile)); err == nil {
		return *charge
	}
	return pricing.Charge{Official: o.Quote.Official, Amount: o.Quote.Official}
}

// unchosen is the discount of a payment that names none.
func unchosen(o *decision.Order, profile *site.Profile) string {
	if o.AutoPay || o.Quote.Adjustment != nil {
		return o.Quote.AutomaticChoice(profile)
	}
	return ""
}

func infoOf(o *decision.Order, price pricing.Charge) amountInfo {
	out := amountInfo{Discounts: []discountItem{}}
	if price.DiscountID != "" && !price.Discount.IsZero() {
		out.Discounts = append(out.Discounts, discountItem{Type: strconv.Itoa(price.DiscountType), Amount: *number(price.Discount)})
	}
	if o.Payment != nil {
		of := func(kind pricing.TenderKind) inquiry.Number {
			sum := decimal.Zero
			for _, t := range o.Payment.Tenders {
				if t.Kind == kind {
					sum = sum.Add(t.Amount)
				}
			}
			return *number(sum)
		}
		out.Flexi, out.Coupon, out.StoredCard = of(pricing.TenderFlexiCoupon), of(pricing.TenderCoupon), of(pricing.TenderStoredCard)
	}
	if o.Refund != nil {
		out.Commission, out.Consumed = number(o.Refund.Fee), number(o.Refund.Consumed)
	}
	return out
}

// serviceTypeOf is the service type of an order's first primary resource: an
// order has one in the published lists, however many its lines have.
func serviceTypeOf(p *decision.Partner, o *decision.Order) string {
	if o.Quote != nil {
		for i := range o.Quote.Lines {
			if o.Quote.Lines[i].ParentID == "" {
				return o.Quote.Lines[i].ServiceType
			}
		}
		if len(o.Quote.Lines) > 0 {
			return o.Quote.Lines[0].ServiceType
		}
	}
	for _, id := range refundedResources(o) {
		if r := p.Resources.Get(id); r != nil && r.ParentID == "" {
			return r.ServiceType
		}
	}
	return ""
}

// listStanding is what the site and the catalogue say, whoever asks.
func (c *Call) listStanding(ctx context.Context) (*decision.Standing, error) {
	p, err := c.Partner(ctx)
	if err != nil {
		return nil, err
	}
	common, err := c.Books.Common(ctx)
	if err != nil {
		return nil, err
	}
	return p.Standing(common, "", c.At)
}

// names look up what service types and resource types are called.
type names struct {
	Language
	prices  pricing.View
	profile *site.Profile
	at      time.Time
}

func (c *Call) names(ctx context.Context, in Language) (names, error) {
	standing, err := c.listStanding(ctx)
	if err != nil {
		return names{}, err
	}
	return names{Language: in, prices: standing.Book.Prices, profile: standing.Book.Site, at: c.At}, nil
}

func (n names) service(code string) *string {
	st, err := n.prices.ServiceType(code, n.at)
	if err != nil {
		return nil // nobody published its name
	}
	return orNull(n.of(st.Names))
}

func (n names) resource(service, code string) *string {
	st, err := n.prices.ServiceType(service, n.at)
	if err != nil {
		return nil
	}
	for _, r := range st.ResourceTypes {
		if r.Code == code {
			return orNull(n.of(r.Names))
		}
	}
	return nil
}
