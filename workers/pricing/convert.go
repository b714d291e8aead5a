package pricing

import (
	"slices"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/money"
)

// measureHour is the published measure of usage in hours (Pricing rules, section 1).
const measureHour = 4

// What metering may say: how a product's usage is counted, when it is settled, and whether its tiers run over the month.
const (
	MeterBySecond   = "second"
	MeterByHour     = "hour"
	SettleHourly    = "hour"
	SettleDaily     = "day"
	SettleMonthly   = "month"
	AccumulateNone  = "none"
	AccumulateMonth = "month"
)

// metering returns how the product is metered; one that does not say is metered by second and settled by hour.
// Refusals: product_invalid.
func (p *Product) metering() (Metering, error) {
	if p.Metering == nil {
		return Metering{Unit: MeterBySecond, Settle: SettleHourly, Accumulate: AccumulateNone}, nil
	}
	m := *p.Metering
	for _, field := range []struct {
		name, value string
		known       []string
	}{
		{"unit", m.Unit, []string{MeterBySecond, MeterByHour}},
		{"settle", m.Settle, []string{SettleHourly, SettleDaily, SettleMonthly}},
		{"accumulate", m.Accumulate, []string{AccumulateNone, AccumulateMonth}},
	} {
		if !slices.Contains(field.known, field.value) {
			return Metering{}, refuse(CodeProductInvalid, "", "product %q is metered with %s %q: publish it with one of %q", p.ID, field.name, field.value, field.known)
		}
	}
	return m, nil
}

// onDemandRow returns the row that prices a usage factor metered in a measure: the one in that measure, else the first
// whose measure it converts to. Field names the field to blame.
// Refusals: usage_factor_unknown, usage_measure_unknown and conversion_missing (both retryable).
func (v View) onDemandRow(p *Product, factor string, measure int) (row *PriceRow, field string, err error) {
	var factors []string
	var first *PriceRow
	for i := range p.Prices {
		candidate := &p.Prices[i]
		if candidate.ChargingMode != ChargingOnDemand {
			continue
		}
		if candidate.UsageFactor != factor {
			factors = append(factors, candidate.UsageFactor)
			continue
		}
		if candidate.UsageMeasure == measure {
			return candidate, "", nil
		}
		if _, _, known := v.Ratio(measure, candidate.UsageMeasure); known && row == nil {
			row = candidate
		}
		if first == nil {
			first = candidate
		}
	}
	switch {
	case row != nil:
		return row, "", nil
	case first == nil && factors == nil:
		return nil, "usage_factor", refuse(CodeUsageFactorUnknown, "", "product %q has no pay-per-use price, for usage factor %q or any other: order it for a period, or publish the price",
			p.ID, factor)
	case first == nil:
		return nil, "usage_factor", refuse(CodeUsageFactorUnknown, "", "product %q has no price for usage factor %q: use one of %q", p.ID, factor, factors)
	case !v.knowsMeasure(measure):
		refusal := refuse(CodeUsageMeasureUnknown, "", "usage measure %d is unknown: send %q of product %q in measure %d, or publish a conversion", measure, factor, p.ID, first.UsageMeasure)
		refusal.Retryable = true
		return nil, "usage_measure_id", refusal
	default:
		refusal := refuse(CodeConversionMissing, "", "usage in measure %d does not convert to measure %d, in which product %q prices %q: send it in measure %d, or publish the conversion",
			measure, first.UsageMeasure, p.ID, factor, first.UsageMeasure)
		refusal.Retryable = true
		return nil, "usage_measure_id", refusal
	}
}

// knowsMeasure reports whether any published conversion names the measure.
func (v View) knowsMeasure(measure int) bool {
	if v.catalogue == nil {
		return false
	}
	v.catalogue.mu.RLock()
	defer v.catalogue.mu.RUnlock()
	return slices.ContainsFunc(v.catalogue.conversions, func(row conversionRow) bool {
		return row.version <= v.version && (row.conversion.Measure == measure || row.conversion.RefMeasure == measure)
	})
}

// usageIn returns a usage value in the unit of a price row, 10 places truncated, with the steps that lead there. Of
// products that bill whole hours, time counts in hours begun: 80 minutes are 2 hours (Pricing rules, section 8).
func (v View) usageIn(row *PriceRow, unit string, value decimal.Decimal, measure int, c money.Currency) (decimal.Decimal, []Step, error) {
	usage, err := v.converted(value, measure, row.UsageMeasure, c)
	if err != nil {
		return decimal.Decimal{}, nil, err
	}
	steps := []Step{{Rule: "usage", Reference: row.UsageFactor, Before: value, After: usage,
		Formula: measured(value, measure) + " = " + measured(usage, row.UsageMeasure)}}
	if _, _, isTime := v.Ratio(row.UsageMeasure, measureHour); unit != MeterByHour || !isTime {
		return usage, steps, nil
	}
	hours, err := v.converted(usage, row.UsageMeasure, measureHour, c)
	if err != nil {
		return decimal.Decimal{}, nil, err
	}
	begun := wholeUp(hours)
	billed, err := v.converted(begun, measureHour, row.UsageMeasure, c)
	if err != nil {
		return decimal.Decimal{}, nil, err
	}
	return billed, append(steps, Step{Rule: "whole_hours", Reference: row.UsageFactor, Before: usage, After: billed,
		Formula: measured(hours, measureHour) + " -> " + measured(begun, measureHour)}), nil
}

// converted brings a value from one measure to another by the conversion table; onDemandRow has made sure of the row.
func (v View) converted(value decimal.Decimal, from, to int, c money.Currency) (decimal.Decimal, error) {
	num, den, _ := v.Ratio(from, to)
	return money.RoundProduct(value, num, den, money.StageUsageUnits, c)
}

// wholeUp returns the smallest whole number that is not below a number from 0.
func wholeUp(d decimal.Decimal) decimal.Decimal {
	whole := decimal.NewFromBigInt(d.BigInt(), 0)
	if whole.LessThan(d) {
		return whole.Add(one)
	}
	return whole
}

func measured(value decimal.Decimal, measure int) string {
	return value.String() + " (measure " + strconv.Itoa(measure) + ")"
}
