package pricing

import (
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
)

// priceUntil returns the list price of a line until an end date: its whole periods by their price row, as an order that
// ends there costs, and the dates after them as the supplement of a unified expiry; cut once (Pricing rules, sections 2
// and 6). The line's period says the unit of the whole periods. Field names the field to blame.
// Refusals: end_date_passed, period_not_offered, invalid_period.
func (b *Book) priceUntil(in *Subscription, line *LineInput, p *Product, size resourceSize) (official decimal.Decimal, text, field string, err error) {
	zone := b.Site.Zone()
	if !in.Until.After(in.At) {
		return official, "", "period_end_date", refuse(CodeEndDatePassed, "", "price until %s: it is not after %s; send a later end date", in.Until.Format(time.RFC3339), in.At.Format(time.RFC3339))
	}
	whole, expiry, err := calendar.WholePeriods(line.Period.Type, in.At, *in.Until, zone)
	if err != nil {
		return official, "", "period_end_date", err
	}
	var sum money.Fraction
	if whole.Num > 0 {
		row, times, offered := p.row(whole)
		if !offered {
			return official, "", "period_end_date", periodNotOffered(p, whole)
		}
		list := row.price(p.Linear, size.value(), line.Quantity).times(times)
		sum, text = money.FromDecimal(list.amount), list.text
	}
	more, moreText, err := p.supplement(expiry, *in.Until, SpecState{Size: size.size}, line.Quantity, zone)
	if err != nil {
		return official, "", "period_end_date", err
	}
	if text = strings.TrimPrefix(text+moreText, " + "); text == "" {
		text = "0: the day of the order is free"
	}
	official, err = money.Round(sum.Add(more), money.StageOrderLine, p.Currency)
	return official, text, "resource_spec", err
}

// supplement prices the dates after one expiry up to a later one: by the month where there is a monthly row, else by the
// day of the yearly row (Pricing rules, section 6). The text continues a formula; it is empty where nothing is added.
// Refusals: period_not_offered.
func (p *Product) supplement(after, until time.Time, spec SpecState, quantity int, zone *time.Location) (money.Fraction, string, error) {
	unit := calendar.Month
	periods, months := calendar.RemainingMonths(after, until, zone)
	share := monthsText(months)
	if periods.IsZero() {
		return periods, "", nil
	}
	if _, monthly := p.longerRow(calendar.Period{Type: unit, Num: 1}); !monthly {
		var years []calendar.YearPart
		unit = calendar.Year
		periods, years = calendar.RemainingYears(after, until, zone)
		share = yearsText(years)
	}
	rate, err := p.rate(calendar.Period{Type: unit, Num: 1}, spec, quantity)
	if err != nil {
		return money.Fraction{}, "", err
	}
	return rate.amount.Mul(periods), " + " + rate.text + " x (" + share + ")", nil
}
