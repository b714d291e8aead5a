package pricing

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
)

// Discount types (Pricing rules, section 3).
const (
	DiscountPromotion      = 200
	DiscountCommercial     = 605
	DiscountDistributor    = 606
	DiscountPartner        = 607
	DiscountAdjustment     = 609
	DiscountPromotionOffer = 700
)

// DiscountMode says what a discount's value is.
type DiscountMode string

// The discount modes: a pay ratio, a price per unit and row period, or a sum off the order.
const (
	ModeRatio      DiscountMode = "ratio"
	ModeFixedPrice DiscountMode = "fixed_price"
	ModeAmountOff  DiscountMode = "amount_off"
)

// Discount is a granted discount as it stands at a reference version.
type Discount struct {
	ID, Name                     string
	Type                         int
	GrantedBy, IndirectPartnerID string
	Mode                         DiscountMode
	Value                        decimal.Decimal
	Currency                     money.Currency
	Scope                        Scope
	EffectiveTime                time.Time
	ExpireTime, RevokedAt        *time.Time
}

// Scope says what a discount covers; an empty list covers everything.
type Scope struct {
	CustomerIDs, ServiceTypes, ResourceTypes, ProductIDs, Regions []string
	PeriodTypes                                                   []calendar.PeriodType
	PeriodNums                                                    []int
}
