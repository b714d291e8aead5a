package events

import (
	"time"

	"github.com/shopspring/decimal"
)

// PartnerEnrolled states what a partner, or with IndirectPartnerID its tier-2 reseller, is from EffectiveTime on.
type PartnerEnrolled struct {
	PartnerID                 string           `json:"partner_id" rule:"id"`
	IndirectPartnerID         string           `json:"indirect_partner_id,omitzero" rule:"id"`
	Site                      string           `json:"site" rule:"enum,of=cn|intl|eu"`
	Level                     string           `json:"level" rule:"text"`
	Tier                      int              `json:"tier" rule:"int,min=1,max=2"`
	BusinessInfoAuthenticated bool             `json:"business_info_authenticated" rule:"bool"`
	Certified                 bool             `json:"certified" rule:"bool"`
	AutoRequest               bool             `json:"auto_request" rule:"bool"`
	AutoRequestMethod         string           `json:"auto_request_method,omitzero" rule:"enum,of=bank_transfer|account_top_up|account_owed_invoice|coupon_quota"`
	SettlementDiscount        *decimal.Decimal `json:"settlement_discount,omitempty" rule:"ratio"`
	EffectiveTime             time.Time        `json:"effective_time" rule:"time"`
}

// PartnerLeft ends a partner's, or with IndirectPartnerID its tier-2 reseller's, part in the programme.
type PartnerLeft struct {
	PartnerID         string    `json:"partner_id" rule:"id"`
	IndirectPartnerID string    `json:"indirect_partner_id,omitzero" rule:"id"`
	EffectiveTime     time.Time `json:"effective_time" rule:"time"`
}

// CustomerAssociated ties a customer to a partner; with PreviousPartnerID it is a move.
type CustomerAssociated struct {
	CustomerID        string    `json:"customer_id" rule:"id"`
	PartnerID         string    `json:"partner_id" rule:"id"`
	IndirectPartnerID string    `json:"indirect_partner_id,omitzero" rule:"id"`
	Association       string    `json:"association" rule:"enum,of=resale|referral"`
	Segment           string    `json:"segment,omitzero" rule:"text"`
	PreviousPartnerID string    `json:"previous_partner_id,omitzero" rule:"id"`
	AccountManagerID  string    `json:"account_manager_id,omitzero" rule:"id"`
	Settlement        string    `json:"settlement" rule:"enum,of=immediate|credit|monthly"`
	EffectiveTime     time.Time `json:"effective_time" rule:"time"`
}

// CustomerDisassociated ends the tie; with NextPartnerID it is a move, and the live resources go there.
type CustomerDisassociated struct {
	CustomerID        string    `json:"customer_id" rule:"id"`
	PartnerID         string    `json:"partner_id" rule:"id"`
	IndirectPartnerID string    `json:"indirect_partner_id,omitzero" rule:"id"`
	NextPartnerID     string    `json:"next_partner_id,omitzero" rule:"id"`
	EffectiveTime     time.Time `json:"effective_time" rule:"time"`
}

// Discount types a grant may have; 609 comes only with order.price_adjusted.
const (
	DiscountCommercial            = 605
	DiscountDistributorCommercial = 606
	DiscountPartner               = 607
	DiscountPriceAdjustment       = 609
	DiscountPromotion             = 200
	DiscountPromotionPackage      = 700
)

// Modes of a discount: pay ratio, price per unit per one row period, one sum an order.
const (
	DiscountRatio      = "ratio"
	DiscountFixedPrice = "fixed_price"
	DiscountAmountOff  = "amount_off"
)

// DiscountGranted makes a discount selectable for the partner's customers within its scope and validity.
type DiscountGranted struct {
	DiscountID        string          `json:"discount_id" rule:"id"`
	PartnerID         string          `json:"partner_id" rule:"id"`
	IndirectPartnerID string          `json:"indirect_partner_id,omitzero" rule:"id"`
	GrantedBy         string          `json:"granted_by" rule:"enum,of=vendor|partner"`
	DiscountType      int             `json:"discount_type" rule:"enum,of=200|605|606|607|700"`
	DiscountName      string          `json:"discount_name" rule:"text"`
	Mode              string          `json:"mode" rule:"enum,of=ratio|fixed_price|amount_off"`
	Value             decimal.Decimal `json:"value" rule:"positive"`
	Currency          string          `json:"currency,omitzero" rule:"currency"`
	Scope             DiscountScope   `json:"scope" rule:"object"`
	EffectiveTime     time.Time       `json:"effective_time" rule:"time"`
	ExpireTime        time.Time       `json:"expire_time,omitzero" rule:"time"`
}

// DiscountScope restricts a discount; an absent list restricts nothing.
type DiscountScope struct {
	CustomerIDs       []string `json:"customer_ids,omitzero" rule:"id,len=1:10000,unique"`
	CloudServiceTypes []string `json:"cloud_service_types,omitzero" rule:"code,len=1:10000,unique"`
	ResourceTypes     []string `json:"resource_types,omitzero" rule:"code,len=1:10000,unique"`
	ProductIDs        []string `json:"product_ids,omitzero" rule:"id,len=1:10000,unique"`
	Regions           []string `json:"regions,omitzero" rule:"code,len=1:10000,unique"`
	PeriodTypes       []int    `json:"period_types,omitzero" rule:"period_type,len=1:6"`
	PeriodNums        []int    `json:"period_nums,omitzero" rule:"period_num,len=1:1000"`
}

// DiscountRevoked ends a discount before its time.
type DiscountRevoked struct {
	DiscountID string    `json:"discount_id" rule:"id"`
	PartnerID  string    `json:"partner_id,omitzero" rule:"id"`
	RevokedAt  time.Time `json:"revoked_at" rule:"time"`
}

// CustomerRegistration is what the three customer_registration events carry.
type CustomerRegistration struct {
	RegistrationID string `json:"registration_id" rule:"id"`
	PartnerID      string `json:"partner_id" rule:"id"`
	CustomerName   string `json:"customer_name" rule:"text"`
	CustomerID     string `json:"customer_id,omitzero" rule:"id"`
}

// The states of a customer registration.
type (
	CustomerRegistrationRequested struct{ CustomerRegistration }
	CustomerRegistrationApproved  struct{ CustomerRegistration }
	CustomerRegistrationRejected  struct{ CustomerRegistration }
)

// Opportunity is what all opportunity events carry.
type Opportunity struct {
	OpportunityID string `json:"opportunity_id" rule:"id"`
	PartnerID     string `json:"partner_id" rule:"id"`
	CustomerID    string `json:"customer_id" rule:"id"`
	Origin        string `json:"origin" rule:"enum,of=partner|vendor"`
}

// The first states of an opportunity.
type (
	OpportunityRegistered struct{ Opportunity }
	OpportunityShared     struct{ Opportunity }
	OpportunityAccepted   struct{ Opportunity }
)

// OpportunityClosed ends an opportunity; with PolicyID its orders earn by that policy.
type OpportunityClosed struct {
	Opportunity
	Outcome    string    `json:"outcome" rule:"code"`
	PolicyID   string    `json:"policy_id,omitzero" rule:"id"`
	ProjectEnd time.Time `json:"project_end,omitzero" rule:"time"`
}
