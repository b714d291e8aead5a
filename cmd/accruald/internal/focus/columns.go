package focus

import (
	"cmp"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/inquiry/charges"
	"github.com/accruald/accruald/workers/money"
)

// Types of columns, as the specification's metadata names them.
const (
	typeString  = "STRING"
	typeDecimal = "DECIMAL"
	typeTime    = "DATETIME"
	typeJSON    = "JSON"
)

// column is a column with its value: text, where "" is null.
type column struct {
	name, kind string
	of         func(*row) (string, error)
}

func text(name string, of func(*row) string) column {
	return column{name, typeString, func(r *row) (string, error) { return of(r), nil }}
}

func figure(name string, of func(*row) string) column {
	return column{name, typeDecimal, func(r *row) (string, error) { return of(r), nil }}
}

func moment(name string, of func(*row) time.Time) column {
	return column{name, typeTime, func(r *row) (string, error) { return of(r).UTC().Format("2006-01-02T15:04:05Z"), nil }}
}

// cost is an amount of money, with the currency's digits or more where it has them.
func cost(name string, of func(*row) decimal.Decimal) column {
	return figure(name, func(r *row) string { return money.Fixed(of(r), r.Currency) })
}

func null(*row) string { return "" }

// priced is a value of what has a price.
func priced(of func(*row) string) func(*row) string {
	return func(r *row) string {
		if r.unit == "" {
			return ""
		}
		return of(r)
	}
}

// used is a value of usage.
func used(of func(*row) string) func(*row) string {
	return func(r *row) string {
		if r.consumed == "" {
			return ""
		}
		return of(r)
	}
}

func billed(r *row) decimal.Decimal { return r.Amount }

// columns are those of the specification by name, then our own.
var columns = []column{
	text("AvailabilityZone", func(r *row) string { return r.Zone }),
	cost("BilledCost", billed),
	text("BillingAccountId", func(r *row) string { return r.partnerID }),
	text("BillingAccountName", null),
	text("BillingCurrency", func(r *row) string { return string(r.Currency) }),
	moment("BillingPeriodEnd", func(r *row) time.Time { return r.Told.End(r.zone) }),
	moment("BillingPeriodStart", func(r *row) time.Time { return r.Told.Start(r.zone) }),
	text("ChargeCategory", func(r *row) string { return r.category }),
	text("ChargeClass", func(r *row) string {
		if r.Change || r.Corrects() {
			return "Correction"
		}
		return ""
	}),
	text("ChargeDescription", (*row).describe),
	text("ChargeFrequency", (*row).frequency),
	moment("ChargePeriodEnd", func(r *row) time.Time { _, to := r.period(); return to }),
	moment("ChargePeriodStart", func(r *row) time.Time { from, _ := r.period(); return from }),
	text("CommitmentDiscountCategory", null),
	text("CommitmentDiscountId", null),
	text("CommitmentDiscountName", null),
	figure("CommitmentDiscountQuantity", null),
	text("CommitmentDiscountStatus", null),
	text("CommitmentDiscountType", null),
	text("CommitmentDiscountUnit", null),
	figure("ConsumedQuantity", used(func(r *row) string { return r.Usage.Quantity.String() })),
	text("ConsumedUnit", used(func(r *row) string { return r.consumed })),
	cost("ContractedCost", func(r *row) decimal.Decimal { return r.contracted }),
	figure("ContractedUnitPrice", priced(func(r *row) string { return r.contractedBy })),
	cost("EffectiveCost", billed),
	text("InvoiceId", func(r *row) string {
		if !r.Issued {
			return ""
		}
		return charges.StatementID(r.partnerID, r.Told, r.Currency)
	}),
	text("InvoiceIssuerName", func(r *row) string { return r.names.Issuer }),
	cost("ListCost", func(r *row) decimal.Decimal { return r.List }),
	figure("ListUnitPrice", priced(func(r *row) string { return r.listPrice })),
	text("PricingCategory", priced(func(*row) string { return "Standard" })),
	figure("PricingQuantity", priced(func(r *row) string { return r.quantity.String() })),
	text("PricingUnit", priced(func(r *row) string { return r.unit })),
	text("ProviderName", func(r *row) string { return r.names.Provider }),
	text("PublisherName", func(r *row) string { return r.names.Publisher }),
	text("RegionId", func(r *row) string { return r.Region }),
	text("RegionName", func(r *row) string { return r.Region }),
	text("ResourceId", func(r *row) string { return r.Resource }),
	text("ResourceName", null),
	text("ResourceType", func(r *row) string { return r.Type }),
	text("ServiceCategory", func(r *row) string { return r.service.category }),
	text("ServiceName", func(r *row) string { return cmp.Or(r.ServiceName, noService) }),
	text("ServiceSubcategory", func(r *row) string { return r.service.subcategory }),
	text("SkuId", func(r *row) string { return r.Product }),
	text("SkuMeter", (*row).meter),
	{"SkuPriceDetails", typeJSON, (*row).details},
	text("SkuPriceId", (*row).skuPrice),
	text("SubAccountId", func(r *row) string { return r.CustomerID }),
	text("SubAccountName", func(r *row) string { return r.CustomerID }),
	text("SubAccountType", func(r *row) string {
		if r.CustomerID == "" {
			return ""
		}
		return "Customer"
	}),

	text("x_AdjustmentId", func(r *row) string { return r.By }),
	cost("x_CashCost", func(r *row) decimal.Decimal { return r.cash }),
	text("x_Channel", func(r *row) string { return r.Channel }),
	cost("x_CouponCost", func(r *row) decimal.Decimal { return r.coupons }),
	text("x_CouponIds", func(r *row) string { return strings.Join(r.couponIDs, " ") }),
	cost("x_CreditCost", func(r *row) decimal.Decimal { return r.credit }),
	text("x_DiscountId", func(r *row) string { return r.DiscountID }),
	cost("x_ErasedCost", func(r *row) decimal.Decimal { return r.Erase }),
	text("x_IndirectPartnerId", func(r *row) string { return r.Reseller }),
	text("x_OrderId", func(r *row) string { return r.OrderID }),
	text("x_OrderLineId", func(r *row) string { return r.LineID }),
	text("x_OriginalInvoiceId", func(r *row) string {
		if !r.Invoiced {
			return ""
		}
		return charges.StatementID(r.partnerID, r.OriginalIn, r.Currency)
	}),
	text("x_OriginalOrderId", func(r *row) string { return r.Original }),
	text("x_StatementPart", func(r *row) string { return string(r.Kind) }),
	cost("x_StoredCardCost", func(r *row) decimal.Decimal { return r.cards }),
}
