package events

import "github.com/shopspring/decimal"

// Period types (Pricing rules, section 1).
const (
	PeriodDay    = 0
	PeriodWeek   = 1
	PeriodMonth  = 2
	PeriodYear   = 3
	PeriodHour   = 4
	PeriodOneOff = 5
)

// Order types an order.placed may have (Pricing rules, section 1).
const (
	OrderTypeSubscribe         = 1
	OrderTypeOnDemandToPeriod  = 11
	OrderTypeTrial             = 13
	OrderTypeTrialToCommercial = 14
)

// OrderPlaced places an order. OrderType is 1 if the event gives none.
type OrderPlaced struct {
	OrderID           string      `json:"order_id" rule:"id"`
	PartnerID         string      `json:"partner_id" rule:"id"`
	CustomerID        string      `json:"customer_id" rule:"id"`
	IndirectPartnerID string      `json:"indirect_partner_id,omitzero" rule:"id"`
	AutoPay           bool        `json:"auto_pay" rule:"bool"`
	OrderType         int         `json:"order_type,omitzero" rule:"enum,of=1|11|13|14"`
	OpportunityID     string      `json:"opportunity_id,omitzero" rule:"id"`
	Lines             []OrderLine `json:"lines" rule:"object,len=1:100,lines"`
}

// OrderLine is one resource: SubscriptionNum n is one resource of n units. ResourceSize and SizeMeasureID come
// together, for linear products, and are 0 otherwise.
type OrderLine struct {
	LineID            string `json:"line_id" rule:"id"`
	ResourceID        string `json:"resource_id" rule:"id"`
	ParentResourceID  string `json:"parent_resource_id,omitzero" rule:"id"`
	RelatedResourceID string `json:"related_resource_id,omitzero" rule:"id"`
	CloudServiceType  string `json:"cloud_service_type" rule:"code"`
	ResourceType      string `json:"resource_type" rule:"code"`
	ResourceSpec      string `json:"resource_spec" rule:"code"`
	Region            string `json:"region" rule:"code"`
	AvailableZone     string `json:"available_zone,omitzero" rule:"code"`
	ResourceSize      int    `json:"resource_size,omitzero" rule:"int,min=1,max=1000000000"`
	SizeMeasureID     int    `json:"size_measure_id,omitzero" rule:"int,min=1,max=100000"`
	PeriodType        int    `json:"period_type" rule:"period_type"`
	PeriodNum         int    `json:"period_num" rule:"period_num"`
	SubscriptionNum   int    `json:"subscription_num" rule:"int,min=1,max=10000"`
}

// When a specification change takes effect.
const (
	ApplyNow       = "now"
	ApplyAtRenewal = "at_renewal"
)

// OrderSpecChanged changes the specification or the size of a resource.
type OrderSpecChanged struct {
	OrderID           string  `json:"order_id" rule:"id"`
	PartnerID         string  `json:"partner_id" rule:"id"`
	CustomerID        string  `json:"customer_id" rule:"id"`
	IndirectPartnerID string  `json:"indirect_partner_id,omitzero" rule:"id"`
	AutoPay           bool    `json:"auto_pay" rule:"bool"`
	ResourceID        string  `json:"resource_id" rule:"id"`
	New               NewSpec `json:"new" rule:"object"`
	Apply             string  `json:"apply" rule:"enum,of=now|at_renewal"`
}

// NewSpec is what a resource becomes; at least one field is given, the other keeps its value.
type NewSpec struct {
	ResourceSpec string `json:"resource_spec,omitzero" rule:"code"`
	ResourceSize int    `json:"resource_size,omitzero" rule:"int,min=1,max=1000000000"`
}

// OrderRenewed renews resources. UnifiedDay is 1..28, -1 for the last day of the month, 0 if not given.
type OrderRenewed struct {
	OrderID                  string   `json:"order_id" rule:"id"`
	PartnerID                string   `json:"partner_id" rule:"id"`
	CustomerID               string   `json:"customer_id" rule:"id"`
	IndirectPartnerID        string   `json:"indirect_partner_id,omitzero" rule:"id"`
	AutoPay                  bool     `json:"auto_pay" rule:"bool"`
	ResourceIDs              []string `json:"resource_ids" rule:"id,len=1:100,unique,lines"`
	PeriodType               int      `json:"period_type" rule:"period_type"`
	PeriodNum                int      `json:"period_num" rule:"period_num"`
	IncludeRelativeResources bool     `json:"include_relative_resources" rule:"bool"`
	UnifiedDay               int      `json:"unified_day,omitzero" rule:"month_day"`
	Automatic                bool     `json:"automatic" rule:"bool"`
}

// Kinds of unsubscription: the resource with its renewals, or only renewals that have not begun.
const (
	UnsubscribeResource = 1
	UnsubscribeRenewal  = 2
)

// OrderUnsubscribed gives resources back.
type OrderUnsubscribed struct {
	OrderID           string   `json:"order_id" rule:"id"`
	PartnerID         string   `json:"partner_id" rule:"id"`
	CustomerID        string   `json:"customer_id" rule:"id"`
	IndirectPartnerID string   `json:"indirect_partner_id,omitzero" rule:"id"`
	ResourceIDs       []string `json:"resource_ids" rule:"id,len=1:100,unique,lines"`
	UnsubscribeType   int      `json:"unsubscribe_type" rule:"enum,of=1|2"`
	Reason            string   `json:"reason,omitzero" rule:"text"`
}

// OrderConverted sets or cancels the change to pay-per-use at expiry.
type OrderConverted struct {
	OrderID           string   `json:"order_id" rule:"id"`
	PartnerID         string   `json:"partner_id" rule:"id"`
	CustomerID        string   `json:"customer_id" rule:"id"`
	IndirectPartnerID string   `json:"indirect_partner_id,omitzero" rule:"id"`
	ResourceIDs       []string `json:"resource_ids" rule:"id,len=1:100,unique,lines"`
	Operation         string   `json:"operation" rule:"enum,of=SET_UP|CANCEL"`
}

// OrderPriceAdjusted takes an amount off a pending order (discount type 609): one sum, or a sum per line.
type OrderPriceAdjusted struct {
	OrderID    string           `json:"order_id" rule:"id"`
	PartnerID  string           `json:"partner_id" rule:"id"`
	DiscountID string           `json:"discount_id" rule:"id"`
	AmountOff  *decimal.Decimal `json:"amount_off,omitempty" rule:"positive"`
	Lines      []LineAmountOff  `json:"lines,omitzero" rule:"object,len=1:100,lines"`
}

// LineAmountOff is the amount off one line.
type LineAmountOff struct {
	LineID    string          `json:"line_id" rule:"id"`
	AmountOff decimal.Decimal `json:"amount_off" rule:"nonneg"`
}

// Tender kinds (Pricing rules, section 1).
const (
	TenderCash              = "cash"
	TenderCredit            = "credit"
	TenderMonthlySettlement = "monthly_settlement"
	TenderCoupon            = "coupon"
	TenderFlexiCoupon       = "flexi_coupon"
	TenderStoredCard        = "stored_card"
)

// Who pays.
const (
	PaidByCustomer = "customer"
	PaidByPartner  = "partner"
)

// OrderPaid pays an order. Without tenders the customer's settlement says how; PaidBy is customer if not given.
type OrderPaid struct {
	OrderID     string   `json:"order_id" rule:"id"`
	PartnerID   string   `json:"partner_id" rule:"id"`
	DiscountID  string   `json:"discount_id,omitzero" rule:"id"`
	Tenders     []Tender `json:"tenders,omitzero" rule:"object,len=0:100"`
	MilestoneID string   `json:"milestone_id,omitzero" rule:"id"`
	PaidBy      string   `json:"paid_by,omitzero" rule:"enum,of=customer|partner"`
}

// Tender is one means of payment: CouponID with coupon and flexi_coupon, CardID with stored_card.
type Tender struct {
	Kind     string          `json:"kind" rule:"enum,of=cash|credit|monthly_settlement|coupon|flexi_coupon|stored_card"`
	CouponID string          `json:"coupon_id,omitzero" rule:"id"`
	CardID   string          `json:"card_id,omitzero" rule:"id"`
	Amount   decimal.Decimal `json:"amount" rule:"nonneg"`
}

// OrderCancelled cancels an unpaid order.
type OrderCancelled struct {
	OrderID   string `json:"order_id" rule:"id"`
	PartnerID string `json:"partner_id" rule:"id"`
	Reason    string `json:"reason,omitzero" rule:"text"`
}

// ResourceRenewalConfigured sets how resources renew by themselves. DeductionDay counts days before expiry.
type ResourceRenewalConfigured struct {
	PartnerID    string   `json:"partner_id" rule:"id"`
	ResourceIDs  []string `json:"resource_ids" rule:"id,len=1:100,unique,lines"`
	AutoRenew    bool     `json:"auto_renew" rule:"bool"`
	Times        int      `json:"times,omitzero" rule:"int,min=1,max=10000"`
	PeriodType   *int     `json:"period_type,omitzero" rule:"period_type"`
	PeriodNum    int      `json:"period_num,omitzero" rule:"period_num"`
	DeductionDay int      `json:"deduction_day,omitzero" rule:"int,min=1,max=31"`
	ExpireDay    int      `json:"expire_day,omitzero" rule:"month_day"`
}
