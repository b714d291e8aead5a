package pricing

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
)

// Names are the texts of a published thing.
type Names struct{ ZhCN, EnUS string }

// ChargingMode says whether a price row is for a term or for usage.
type ChargingMode string

// The charging modes.
const (
	ChargingPeriod   ChargingMode = "period"
	ChargingOnDemand ChargingMode = "on_demand"
)

// BandMode says how the bands of a tiered row apply.
type BandMode string

// The band modes: each band its own price, or the whole at the price of the band it falls in.
const (
	BandGraduated BandMode = "graduated"
	BandVolume    BandMode = "volume"
)

// Band is one step of a tiered price: Amount per unit up to and with UpTo; the last band has no UpTo.
type Band struct {
	UpTo   *decimal.Decimal
	Amount decimal.Decimal
}

// PriceRow is one row of a price list. Amount is for the whole row (all of its Period, or one unit of usage), per unit
// of size when the product is linear; a tiered row has Mode and Bands instead.
type PriceRow struct {
	ChargingMode ChargingMode
	Period       calendar.Period // of period rows
	UsageFactor  string          // of on-demand rows
	UsageMeasure int             // of on-demand rows
	Amount       *decimal.Decimal
	Mode         BandMode
	Bands        []Band
}

// Metering says how the usage of a product is counted and settled.
type Metering struct{ Unit, Settle, Accumulate string }

// ProductKey finds a product. An empty Zone does not filter; a given one is compared without regard to case.
type ProductKey struct{ ServiceType, ResourceType, Spec, Region, Zone string }

// Product is one version of a product and its price list, in force from EffectiveTime until the next one.
type Product struct {
	ID                                            string
	ServiceType, ResourceType, Spec, Region, Zone string
	Names                                         Names
	Linear                                        bool // priced by size
	SizeMeasure                                   int  // of linear products
	Currency                                      money.Currency
	Prices                                        []PriceRow
	Renewable, Refundable, ReservedInstance       bool
	Channel                                       string
	Metering                                      *Metering
	EffectiveTime                                 time.Time
}

// ResourceTypeName names a resource type of a service.
type ResourceTypeName struct {
	Code  string
	Names Names
}

// UsageType names a usage type of a service.
type UsageType struct {
	Code         string
	Names        Names
	ResourceType string
}

// UnsubscribeLevel says whether a service is unsubscribed by resource or by order.
type UnsubscribeLevel string

// The unsubscription levels.
const (
	UnsubscribeByResource UnsubscribeLevel = "resource"
	UnsubscribeByOrder    UnsubscribeLevel = "order"
)

// ServiceType is one version of a cloud service type and its discount-and-incentive policy.
type ServiceType struct {
	Code             string
	Names            Names
	IncentivePolicy  string // 0 ordinary, 1 specific product, 2 no performance and no rebate, 13 performance but no rebate
	AllowDiscount    bool   // false: no discount set by the partner
	ResourceTypes    []ResourceTypeName
	UsageTypes       []UsageType
	UnsubscribeLevel UnsubscribeLevel
	EffectiveTime    time.Time
}

// Conversion says that one unit of Measure is Ratio units of RefMeasure.
type Conversion struct {
	Measure, RefMeasure int
	Ratio               decimal.Decimal
	MeasureType         int
}
