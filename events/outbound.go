package events

import "time"

// Origin is what every outgoing event carries: the id of the input it follows from, and a version that counts up
// per thing. NewOut fills CausationID; the caller gives Version.
type Origin struct {
	CausationID string `json:"causation_id"`
	Version     int    `json:"version"`
}

func (o *Origin) stamp(causationID string) { o.CausationID = causationID }

// OutData is implemented by pointers to the outbound structs of this package.
type OutData interface{ stamp(causationID string) }

// OrderPriced is the price of an order and how it came about.
type OrderPriced struct {
	Origin
	OrderID               string           `json:"order_id"`
	OrderType             int              `json:"order_type"`
	Currency              string           `json:"currency"`
	OfficialWebsiteAmount Amount           `json:"official_website_amount"`
	Discount              *AppliedDiscount `json:"discount,omitzero"`
	Amount                Amount           `json:"amount"`
	Candidates            []Candidate      `json:"candidates"`
	Lines                 []PricedLine     `json:"lines"`
	ValidUntil            time.Time        `json:"valid_until"`
	Supersedes            string           `json:"supersedes,omitzero"`
}

// AppliedDiscount is the discount a price rests on.
type AppliedDiscount struct {
	DiscountID     string `json:"discount_id"`
	DiscountType   int    `json:"discount_type"`
	DiscountAmount Amount `json:"discount_amount"`
}

// Candidate is a discount that could have been chosen; Reason says why it was not, and is empty for the chosen one.
type Candidate struct {
	DiscountID     string `json:"discount_id"`
	DiscountType   int    `json:"discount_type"`
	DiscountAmount Amount `json:"discount_amount"`
	Amount         Amount `json:"amount"`
	Chosen         bool   `json:"chosen"`
	Reason         string `json:"reason,omitzero"`
}

// PricedLine is one line's share of a price; amount = official_website_amount - discount_amount.
type PricedLine struct {
	LineID                string           `json:"line_id"`
	ResourceID            string           `json:"resource_id"`
	ProductID             string           `json:"product_id"`
	OfficialWebsiteAmount Amount           `json:"official_website_amount"`
	Discount              *AppliedDiscount `json:"discount,omitzero"`
	Amount                Amount           `json:"amount"`
	Steps                 []Step           `json:"steps"`
}

// Step is one stage of a calculation: the rule, the id it took (a product, a discount, a coupon), the formula with
// its numbers, and the amount before and after.
type Step struct {
	Rule      string `json:"rule"`
	Reference string `json:"reference,omitzero"`
	Formula   string `json:"formula"`
	Before    Amount `json:"before"`
	After     Amount `json:"after"`
}

// OrderSettled says how an order was paid, what it provisioned, or what it gave back.
type OrderSettled struct {
	Origin
	OrderID     string            `json:"order_id"`
	Currency    string            `json:"currency"`
	Tenders     []SettledTender   `json:"tenders"`
	EraseAmount Amount            `json:"erase_amount"`
	Resources   []SettledResource `json:"resources"`
	Refund      *Refund           `json:"refund,omitzero"`
	Usage       *SettledUsage     `json:"usage,omitzero"`
	Supersedes  string            `json:"supersedes,omitzero"`
}

// SettledUsage is what a settlement of usage is made of: official_website_amount = discount_amount + the order's
// erase_amount + consumed_amount, and consumed_amount is the sum of the tenders. Provisional are tiers over a month that
// later usage may still change.
type SettledUsage struct {
	CustomerID            string `json:"customer_id"`
	ResourceID            string `json:"resource_id"`
	UsageFactor           string `json:"usage_factor"`
	Window                Window `json:"window"`
	OfficialWebsiteAmount Amount `json:"official_website_amount"`
	DiscountAmount        Amount `json:"discount_amount"`
	ConsumedAmount        Amount `json:"consumed_amount"`
	Provisional           bool   `json:"provisional"`
	Steps                 []Step `json:"steps"`
}

// SettledTender is one means of payment with what it paid.
type SettledTender struct {
	Kind     string `json:"kind"`
	CouponID string `json:"coupon_id,omitzero"`
	CardID   string `json:"card_id,omitzero"`
	Amount   Amount `json:"amount"`
}

// SettledResource is a resource's life after an order.
type SettledResource struct {
	ResourceID    string    `json:"resource_id"`
	EffectiveTime time.Time `json:"effective_time"`
	ExpireTime    time.Time `json:"expire_time"`
}

// Refund is what an unsubscription or downgrade gives back, in sum and per paying order.
type Refund struct {
	RefundAmount     Amount           `json:"refund_amount"`
	ConsumedAmount   Amount           `json:"consumed_amount"`
	CommissionAmount Amount           `json:"commission_amount"`
	Orders           []RefundedOrder  `json:"orders"`
	CouponsReturned  []ReturnedCoupon `json:"coupons_returned"`
}

// RefundedOrder is the part of a refund that rests on one paying order.
type RefundedOrder struct {
	BaseOrderID      string          `json:"base_order_id"`
	PaidAmount       Amount          `json:"paid_amount"`
	ConsumedAmount   Amount          `json:"consumed_amount"`
	CommissionAmount Amount          `json:"commission_amount"`
	RefundAmount     Amount          `json:"refund_amount"`
	Tenders          []SettledTender `json:"tenders"`
}

// ReturnedCoupon is a coupon given back with the amount it had paid.
type ReturnedCoupon struct {
	CouponID string `json:"coupon_id"`
	Amount   Amount `json:"amount"`
}

// CouponQuotaChanged is a quota's balance before and after.
type CouponQuotaChanged struct {
	Origin
	QuotaID  string `json:"quota_id"`
	Currency string `json:"currency"`
	Before   Amount `json:"before"`
	After    Amount `json:"after"`
}

// EventRejected names an input that was refused; nothing of its effects is applied.
type EventRejected struct {
	Origin
	Source    string `json:"source"`
	ID        string `json:"id"`
	Type      string `json:"type"`
	Code      string `json:"code"`
	Message   string `json:"message"`
	Pointer   string `json:"pointer"`
	Retryable bool   `json:"retryable"`
}
