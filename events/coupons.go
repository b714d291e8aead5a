package events

import (
	"time"

	"github.com/shopspring/decimal"
)

// Limits restrict where coupons of a quota, or one coupon, may pay; an absent one restricts nothing. The three
// simultaneousUse fields are "0" (not together with such a discount) or "1"; the wire spells them as published.
type Limits struct {
	CloudServiceTypes     []string         `json:"cloud_service_types,omitzero" rule:"code,len=1:10000,unique"`
	ProductIDs            []string         `json:"product_ids,omitzero" rule:"id,len=1:10000,unique"`
	OrderKinds            []string         `json:"order_kinds,omitzero" rule:"enum,of=new|renew|change,len=1:3,unique"`
	PeriodNums            []int            `json:"period_nums,omitzero" rule:"period_num,len=1:1000"`
	FirstOrder            bool             `json:"first_order,omitzero" rule:"bool"`
	MinAmount             *decimal.Decimal `json:"min_amount,omitempty" rule:"nonneg"`
	MaxUses               int              `json:"max_uses,omitzero" rule:"int,min=1,max=1000000"`
	WithEmpowerDiscount   string           `json:"simultaneousUseWithEmpowerDiscount,omitzero" rule:"enum,of=0|1"`
	WithContractDiscount  string           `json:"simultaneousUseWithContractDiscount,omitzero" rule:"enum,of=0|1"`
	WithPromotionDiscount string           `json:"simultaneousUseWithPromotionDiscount,omitzero" rule:"enum,of=0|1"`
	MinConsumeDiscount    *decimal.Decimal `json:"minConsumeDiscount,omitempty" rule:"ratio"`
}

// CouponQuotaGranted gives a partner a quota to issue coupons from.
type CouponQuotaGranted struct {
	QuotaID       string          `json:"quota_id" rule:"id"`
	PartnerID     string          `json:"partner_id" rule:"id"`
	QuotaType     int             `json:"quota_type" rule:"int,min=0,max=1"`
	Amount        decimal.Decimal `json:"amount" rule:"positive"`
	Currency      string          `json:"currency" rule:"currency"`
	EffectiveTime time.Time       `json:"effective_time" rule:"time"`
	ExpireTime    time.Time       `json:"expire_time" rule:"time"`
	Limits        *Limits         `json:"limits,omitzero" rule:"object"`
}

// CouponQuotaStateChanged sets a quota's state.
type CouponQuotaStateChanged struct {
	QuotaID   string `json:"quota_id" rule:"id"`
	PartnerID string `json:"partner_id,omitzero" rule:"id"`
	Status    string `json:"status" rule:"enum,of=normal|frozen|adjusting|closed"`
}

// Coupon types.
const (
	CouponCash     = 1
	CouponDiscount = 2
	CouponFlexi    = 4
)

// CouponIssued gives a customer a coupon: FaceValue, or Ratio for a discount coupon.
type CouponIssued struct {
	CouponID             string           `json:"coupon_id" rule:"id"`
	QuotaID              string           `json:"quota_id,omitzero" rule:"id"`
	PartnerID            string           `json:"partner_id" rule:"id"`
	CustomerID           string           `json:"customer_id" rule:"id"`
	CouponType           int              `json:"coupon_type" rule:"enum,of=1|2|4"`
	IndirectPartnerID    string           `json:"indirect_partner_id,omitzero" rule:"id"`
	CouponVersion        int              `json:"coupon_version" rule:"int,min=1,max=2"`
	FaceValue            *decimal.Decimal `json:"face_value,omitempty" rule:"positive"`
	Ratio                *decimal.Decimal `json:"ratio,omitempty" rule:"ratio"`
	Currency             string           `json:"currency" rule:"currency"`
	ValidTime            time.Time        `json:"valid_time" rule:"time"`
	ExpireTime           time.Time        `json:"expire_time" rule:"time"`
	LockOrderID          string           `json:"lock_order_id,omitzero" rule:"id"`
	OnCredit             bool             `json:"on_credit" rule:"bool"`
	CountsForPerformance bool             `json:"counts_for_performance" rule:"bool"`
	Limits               *Limits          `json:"limits,omitzero" rule:"object"`
}

// CouponReclaimed takes the whole balance of a usable coupon back into its quota.
type CouponReclaimed struct {
	CouponID  string `json:"coupon_id" rule:"id"`
	PartnerID string `json:"partner_id,omitzero" rule:"id"`
}

// CouponStateChanged freezes a coupon or makes it usable again.
type CouponStateChanged struct {
	CouponID  string `json:"coupon_id" rule:"id"`
	PartnerID string `json:"partner_id,omitzero" rule:"id"`
	Status    string `json:"status" rule:"enum,of=normal|frozen"`
}
