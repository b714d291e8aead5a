package events

import (
	"time"

	"github.com/shopspring/decimal"
)

// Names is a text in the languages of the published catalogue; at least one is given.
type Names struct {
	ZhCN string `json:"zh_CN,omitzero" rule:"text"`
	EnUS string `json:"en_US,omitzero" rule:"text"`
}

// ServiceTypePublished announces a cloud service type and how discounts and incentives treat it.
type ServiceTypePublished struct {
	ServiceTypeCode  string         `json:"service_type_code" rule:"code"`
	Names            Names          `json:"names" rule:"object"`
	IncentivePolicy  string         `json:"incentive_policy" rule:"enum,of=0|1|2|13"`
	AllowDiscount    string         `json:"allow_discount" rule:"enum,of=YES|NO"`
	ResourceTypes    []ResourceType `json:"resource_types" rule:"object,len=0:1000"`
	UsageTypes       []UsageType    `json:"usage_types" rule:"object,len=0:1000"`
	UnsubscribeLevel string         `json:"unsubscribe_level" rule:"enum,of=resource|order"`
	EffectiveTime    time.Time      `json:"effective_time" rule:"time"`
}

// ResourceType is one kind of resource of a service type.
type ResourceType struct {
	ResourceTypeCode string `json:"resource_type_code" rule:"code"`
	Names            Names  `json:"names" rule:"object"`
}

// UsageType is one kind of usage a resource type is metered by.
type UsageType struct {
	Code             string `json:"code" rule:"code"`
	Names            Names  `json:"names" rule:"object"`
	ResourceTypeCode string `json:"resource_type_code" rule:"code"`
}

// ProductPublished announces a product or a new price list of it, in force from EffectiveTime on.
type ProductPublished struct {
	ProductID        string     `json:"product_id" rule:"id"`
	CloudServiceType string     `json:"cloud_service_type" rule:"code"`
	ResourceType     string     `json:"resource_type" rule:"code"`
	ResourceSpec     string     `json:"resource_spec" rule:"code"`
	Region           string     `json:"region" rule:"code"`
	AvailableZone    string     `json:"available_zone,omitzero" rule:"code"`
	Names            Names      `json:"names" rule:"object"`
	Linear           bool       `json:"linear" rule:"bool"`
	SizeMeasureID    int        `json:"size_measure_id,omitzero" rule:"int,min=1,max=100000"`
	Currency         string     `json:"currency" rule:"currency"`
	Prices           []PriceRow `json:"prices" rule:"object,len=1:1000"`
	Renewable        bool       `json:"renewable" rule:"bool"`
	Refundable       bool       `json:"refundable" rule:"bool"`
	Channel          string     `json:"channel" rule:"enum,of=vendor|marketplace_curated|marketplace_other"`
	ReservedInstance bool       `json:"reserved_instance" rule:"bool"`
	Metering         *Metering  `json:"metering,omitzero" rule:"object"`
	EffectiveTime    time.Time  `json:"effective_time" rule:"time"`
}

// Metering says how usage of a product is measured, settled and accumulated over tiers.
type Metering struct {
	Unit       string `json:"unit" rule:"enum,of=second|hour"`
	Settle     string `json:"settle" rule:"enum,of=hour|day|month"`
	Accumulate string `json:"accumulate" rule:"enum,of=none|month"`
}

// Charging modes of a price row.
const (
	ChargingPeriod   = "period"
	ChargingOnDemand = "on_demand"
)

// PriceRow is one row of a price list. A period row has PeriodType, PeriodNum (1 if not given) and Amount, which
// is for the whole row and per unit of size if the product is linear. An on-demand row has UsageFactor and
// UsageMeasureID, and Amount or, tiered, Mode and Bands.
type PriceRow struct {
	ChargingMode   string           `json:"charging_mode" rule:"enum,of=period|on_demand"`
	PeriodType     *int             `json:"period_type,omitzero" rule:"period_type"`
	PeriodNum      int              `json:"period_num,omitzero" rule:"period_num"`
	UsageFactor    string           `json:"usage_factor,omitzero" rule:"code"`
	UsageMeasureID int              `json:"usage_measure_id,omitzero" rule:"int,min=1,max=100000"`
	Amount         *decimal.Decimal `json:"amount,omitempty" rule:"nonneg"`
	Mode           string           `json:"mode,omitzero" rule:"enum,of=graduated|volume"`
	Bands          []PriceBand      `json:"bands,omitzero" rule:"object,len=1:100"`
}

// PriceBand prices usage up to and including UpTo; the last band has none.
type PriceBand struct {
	UpTo   *decimal.Decimal `json:"up_to,omitempty" rule:"positive"`
	Amount decimal.Decimal  `json:"amount" rule:"nonneg"`
}

// ProductWithdrawn takes a product off sale; it keeps its last price for changes and refunds.
type ProductWithdrawn struct {
	ProductID     string    `json:"product_id" rule:"id"`
	EffectiveTime time.Time `json:"effective_time" rule:"time"`
}

// ConversionPublished says that one unit of MeasureID is ConversionRatio units of RefMeasureID.
type ConversionPublished struct {
	MeasureID       int             `json:"measure_id" rule:"int,min=1,max=100000"`
	RefMeasureID    int             `json:"ref_measure_id" rule:"int,min=1,max=100000"`
	ConversionRatio decimal.Decimal `json:"conversion_ratio" rule:"positive"`
	MeasureType     int             `json:"measure_type" rule:"int,min=0,max=100000"`
}

// IncentivePolicyPublished is one version of an incentive policy: which facts it takes, and what it pays for them.
type IncentivePolicyPublished struct {
	PolicyID         string            `json:"policy_id" rule:"id"`
	Version          int               `json:"version" rule:"int,min=1,max=1000000"`
	Name             string            `json:"name" rule:"text"`
	Kind             string            `json:"kind" rule:"enum,of=base|special"`
	Association      string            `json:"association" rule:"enum,of=resale|referral|none"`
	Categories       []string          `json:"categories" rule:"code,len=1:1000,unique"`
	Levels           []string          `json:"levels,omitzero" rule:"text,len=1:100,unique"`
	OrderKinds       []string          `json:"order_kinds" rule:"enum,of=new|renew|change|usage,len=1:4,unique"`
	Newness          *Newness          `json:"newness,omitzero" rule:"object"`
	Basis            string            `json:"basis" rule:"enum,of=order|period"`
	Period           string            `json:"period" rule:"enum,of=month|quarter|year"`
	Currency         string            `json:"currency" rule:"currency"`
	Mode             string            `json:"mode" rule:"enum,of=marginal|whole"`
	Bands            []RateBand        `json:"bands" rule:"object,len=1:100"`
	Threshold        *Threshold        `json:"threshold,omitzero" rule:"object"`
	BaseCap          *decimal.Decimal  `json:"base_cap,omitempty" rule:"nonneg"`
	RewardCap        *decimal.Decimal  `json:"reward_cap,omitempty" rule:"nonneg"`
	OutsideCap       bool              `json:"outside_cap,omitzero" rule:"bool"`
	MinPayment       *decimal.Decimal  `json:"min_payment,omitempty" rule:"nonneg"`
	ExclusionWindows []ExclusionWindow `json:"exclusion_windows,omitzero" rule:"object,len=0:1000"`
	CycleBy          string            `json:"cycle_by" rule:"enum,of=payment|effective"`
	EffectiveTime    time.Time         `json:"effective_time" rule:"time"`
	ExpireTime       time.Time         `json:"expire_time,omitzero" rule:"time"`
}

// Newness restricts a policy to customers without a paid order for so many months.
type Newness struct {
	MonthsWithoutPaidOrder int `json:"months_without_paid_order" rule:"int,min=1,max=1200"`
}

// RateBand pays Rate up to UpTo, which belongs to the band unless UpToInclusive is false; the last band may be open.
type RateBand struct {
	UpTo          *decimal.Decimal `json:"up_to,omitempty" rule:"positive"`
	UpToInclusive *bool            `json:"up_to_inclusive,omitzero" rule:"bool"`
	Rate          decimal.Decimal  `json:"rate" rule:"ratio"`
}

// Inclusive says whether UpTo itself belongs to the band; true unless the event says otherwise.
func (b RateBand) Inclusive() bool { return b.UpToInclusive == nil || *b.UpToInclusive }

// Threshold is what a period must reach, Amount itself included or not, before the policy pays at all.
type Threshold struct {
	Amount    decimal.Decimal `json:"amount" rule:"nonneg"`
	Inclusive bool            `json:"inclusive" rule:"bool"`
}

// ExclusionWindow is a half-open span whose facts earn nothing.
type ExclusionWindow struct {
	From time.Time `json:"from" rule:"time"`
	To   time.Time `json:"to" rule:"time"`
}
