package pricing

import (
	"cmp"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
)

// Consumption is how much of which product was used, or would be.
type Consumption struct {
	Key          ProductKey
	Size         *decimal.Decimal // of linear products, in SizeMeasure
	SizeMeasure  int
	UsageFactor  string
	UsageValue   decimal.Decimal // in UsageMeasure, 0 or more
	UsageMeasure int
}

// UsageKey is the place of a usage in the order of facts.
type UsageKey struct {
	Time       time.Time
	Source, ID string
}

func (k UsageKey) compare(other UsageKey) int {
	return cmp.Or(k.Time.Compare(other.Time), cmp.Compare(k.Source, other.Source), cmp.Compare(k.ID, other.ID))
}

// Usage is one metered amount of a pay-per-use resource over a half-open window. Its price is the one at the window's
// beginning, however late it comes.
type Usage struct {
	UsageKey
	CustomerID, IndirectPartnerID, ResourceID string
	Consumption
	Window       Window
	SpecChanges  []time.Time // when the resource's specification or size changed
	Since, Until *time.Time  // the resource is pay-per-use in [Since, Until); nil is no bound
}

// TierGroup names the usages whose tiers run over one total: of a customer and product within a month. The total is
// counted in Measure, the unit of the price.
type TierGroup struct {
	CustomerID, ProductID, UsageFactor string
	Measure                            int
	Cycle                              calendar.Cycle
}

// UsageCost is the price of one usage. Amounts have 8 places; Amount = Official - Discount.
type UsageCost struct {
	UsageKey
	ResourceID                 string
	SpecState                  // the product and size that was used
	Group                      TierGroup
	Currency                   money.Currency
	Window                     Window
	Settle                     string // SettleHourly, SettleDaily or SettleMonthly
	Settlement                 Window // the hour, date or month it is settled in
	Usage                      decimal.Decimal
	Official, Discount, Amount decimal.Decimal
	DiscountID                 string
	DiscountType               int
	Provisional                bool // its tiers run over a month that later usage may still change
	Steps                      []Step
}

// RateUsage prices one usage; before is the total of its TierGroup that stands before it in the order of facts, and
// counts only where tiers run over the month. (Pricing rules, section 8.) Refusals: window_invalid, split_window,
// usage_outside_life, usage_out_of_range, usage_factor_unknown, usage_measure_unknown, conversion_missing, and those of
// products, service types and sizes.
func RateUsage(b Book, u Usage, before decimal.Decimal) (*UsageCost, error) {
	metered, err := b.meterUsage(&u)
	if err != nil {
		return nil, err
	}
	return b.rate(&u, metered, before)
}

// RateMonth prices usages again as a whole: each with its own book, in the order of facts, with the totals of the
// groups they fall in. What comes back is in that order and final for the usages given; it does not depend on theirs.
// Refusals: duplicate_usage, and those of RateUsage.
func RateMonth(usages []Usage, book func(*Usage) Book) ([]UsageCost, error) {
	ordered := slices.Clone(usages)
	slices.SortFunc(ordered, func(x, y Usage) int { return x.compare(y.UsageKey) })
	totals := make(map[TierGroup]decimal.Decimal)
	costs := make([]UsageCost, 0, len(ordered))
	for i := range ordered {
		u := &ordered[i]
		b := book(u)
		metered, err := b.meterUsage(u)
		if err != nil {
			return nil, err
		}
		cost, err := b.rate(u, metered, totals[metered.group(u, b.Site.Zone())])
		if err != nil {
			return nil, err
		}
		cost.Provisional = false
		totals[cost.Group] = totals[cost.Group].Add(cost.Usage)
		costs = append(costs, *cost)
	}
	return costs, refuseDuplicates(costs)
}

// meterUsage looks up the price of a usage, brings it to the price's unit, and checks its window.
func (b *Book) meterUsage(u *Usage) (*meteredUse, error) {
	if !u.Window.To.After(u.Window.From) {
		return nil, refuse(CodeWindowInvalid, "/window/to", "bill usage from %s to %s: let the window end after it begins", u.Window.From.Format(time.RFC3339), u.Window.To.Format(time.RFC3339))
	}
	metered, field, err := b.meter(&u.Consumption, b.Prices.usedProduct, u.Window.From)
	if err != nil {
		return nil, refuseAt(err, "/"+field, "")
	}
	return metered, b.checkWindow(u, metered)
}

func (m *meteredUse) group(u *Usage, zone *time.Location) TierGroup {
	return TierGroup{
		CustomerID: u.CustomerID, ProductID: m.product.ID, UsageFactor: u.UsageFactor,
		Measure: m.row.UsageMeasure, Cycle: calendar.CycleOf(u.Window.From, zone),
	}
}

// rate prices what was metered after a total that was used before.
func (b *Book) rate(u *Usage, m *meteredUse, before decimal.Decimal) (*UsageCost, error) {
	settlement, err := SettlementWindow(m.metering.Settle, u.Window.From, b.Site.Zone())
	if err != nil {
		return nil, refuseAt(err, "/resource_spec", "")
	}
	accumulates := m.row.Amount == nil && m.metering.Accumulate == AccumulateMonth
	if !accumulates {
		before = decimal.Zero
	}
	if before.IsNegative() {
		return nil, refuse(CodeUsageOutOfRange, "", "bill usage of resource %q after a total of %s: totals are 0 or more", u.ResourceID, before)
	}
	price, err := b.priceUse(m, usePrice{before: before, quantity: 1, stage: money.StageUsageCost}, customer{u.CustomerID, u.IndirectPartnerID}, u.Window.From)
	if err != nil {
		return nil, refuseAt(err, "", "")
	}
	return &UsageCost{
		UsageKey: u.UsageKey, ResourceID: u.ResourceID,
		SpecState: SpecState{ProductID: m.product.ID, Spec: m.product.Spec, Size: m.size.size, SizeMeasure: m.size.measure},
		Group:     m.group(u, b.Site.Zone()), Currency: m.product.Currency,
		Window: u.Window, Settle: m.metering.Settle, Settlement: settlement, Usage: m.usage,
		Official: price.official, Discount: price.official.Sub(price.amount), Amount: price.amount,
		DiscountID: price.discountID, DiscountType: price.discountType,
		Provisional: accumulates, Steps: price.steps,
	}, nil
}
