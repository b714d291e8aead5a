// Package focus tells the charges of statements as the FinOps Open Cost and Usage Specification (FOCUS) has them, version 1.2:
// the newest that is released as a whole and whose every column could be read.
//
// One row is one line of a statement (package charges). Of the specification's columns those are there that are mandatory,
// recommended, or whose condition holds; an empty value is null. What has no column of its own stands in columns that begin
// with x_, behind the others. Times are UTC, figures plain decimals. Text is as it was given, also where a spreadsheet
// would take it for a formula: the specification has it unchanged, and the file is for programs. People open the statement.
//
// # How each column is derived
//
//	BillingAccountId            the partner; BillingAccountName is null: no event gives a name
//	SubAccountId, -Name, -Type  the customer, by its id, "Customer"
//	BillingPeriodStart, -End    the cycle whose statement tells the charge, in the site's zone
//	InvoiceId                   that statement, PARTNER/CYCLE/CURRENCY, once it is issued
//	ChargePeriodStart, -End     what was paid for: a usage window, a paid interval; else the hour it happened in
//	ChargeCategory              Usage; Purchase (terms, renewals, changes and what is given back of them);
//	                            an adjustment in the partner's favour is a Credit, another one an Adjustment
//	ChargeClass                 Correction: came late, or gives back or adjusts what an earlier statement told
//	ChargeFrequency             Usage-Based, Recurring (renewals that are made automatically), One-Time
//	BilledCost                  the amount, whatever paid for it
//	EffectiveCost               the same: a term is its own charge and covers no other row
//	ListCost                    the amount at list price
//	ContractedCost              ListCost less the discount: BilledCost and what was erased of usage
//	ListUnitPrice, Contracted-  the cost by PricingQuantity, to 16 digits behind the point
//	PricingQuantity, -Unit      usage in its measure; units x size x terms, as "GB-Months"; 1 for the fee of a change,
//	                            -1 for what is given back
//	PricingCategory             Standard: prices and discounts are agreed before
//	ConsumedQuantity, -Unit     of usage, as it is priced
//	CommitmentDiscount*         null: nothing is priced under a commitment. A reserved instance is a term like others;
//	                            which usage it would cover is not known here
//	ServiceName                 the published name of the service; ServiceCategory, -Subcategory by its code (services.go)
//	ProviderName, PublisherName,
//	InvoiceIssuerName           given: events do not name the vendor. Who publishes what of a marketplace is not known
//	RegionId, RegionName        the region's code, which is its name as well; AvailabilityZone
//	ResourceId, ResourceType    ResourceName is null: resources have ids only
//	SkuId                       the product; SkuPriceId the product and the row of its price list; SkuMeter what is counted
//	SkuPriceDetails             the specification
//	x_*                         order, line, original order and invoice, discount, tier-2 reseller, part of the statement,
//	                            means of payment, what was erased
//
// # Coupons and credits
//
// A statement's bill amount is consumption less refunds, whatever paid for it: a coupon is a means of payment and reduces
// no price. So it is no row of its own and no discount, which the specification takes for a reduced price; a row that took
// it off would make the sum another than the invoice's. Nothing of it is lost: x_CouponCost says what of BilledCost was
// paid by coupons, x_CouponIds by which, and x_CouponCost, x_CashCost, x_CreditCost and x_StoredCardCost sum to BilledCost
// (but for adjustments, which are not paid). A refund has them negative, where they went back to.
//
// # Closed periods
//
// What was issued is never told otherwise. A late charge stands in the billing period of the statement that tells it, as a
// Correction, with the time it happened as its charge period. Where lines changed after their statement, a row of category
// Adjustment and class Correction keeps both statements at their amounts (package charges).
//
// Taxes are contained in the amounts, so there is no row of category Tax.
//
// # Invariants
//
// BilledCost sums to each statement's bill amount, to the cent; unit prices times quantity come to their cost at eight
// digits behind the point. A test holds the rules of the specification against every row of the shipped quarter.
package focus
