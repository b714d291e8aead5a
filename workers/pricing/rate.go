package pricing

import (
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
)

// rate is the list price of a resource per unit of a term (a month, a year), or of a whole term in days or hours.
type rate struct {
	amount money.Fraction
	units  money.Fraction // what a fixed price is multiplied by to stand beside amount
	row    listPrice      // of the whole row
	text   string
}

// rate returns the price by the row for a period, divided by the row's number of units.
func (p *Product) rate(period calendar.Period, spec SpecState, quantity int) (rate, error) {
	row, offered := p.longerRow(period)
	if !offered {
		return rate{}, periodNotOffered(p, period)
	}
	list := row.price(p.Linear, spec.value(), quantity)
	out := rate{money.FromDecimal(list.amount), money.FromDecimal(list.units), list, list.text}
	if row.Period.Num == 1 {
		return out, nil
	}
	share := money.Frac(1, int64(row.Period.Num))
	return rate{out.amount.Mul(share), out.units.Mul(share), list, list.text + " / " + strconv.Itoa(row.Period.Num)}, nil
}

// termPrice returns the price of a whole term.
func (p *Product) termPrice(term calendar.Period, spec SpecState, quantity int) (rate, error) {
	row, times, offered := p.row(term)
	if !offered {
		return rate{}, periodNotOffered(p, term)
	}
	list := row.price(p.Linear, spec.value(), quantity).times(times)
	return rate{money.FromDecimal(list.amount), money.FromDecimal(list.units), list, list.text}, nil
}

// value is the size that a linear product is multiplied by.
func (s *SpecState) value() decimal.Decimal { return resourceSize{size: s.Size}.value() }

// remainder is what is left of a paid interval.
type remainder struct {
	share  money.Fraction  // r: in units of the term, or of the whole term when it counts days or hours
	lookup calendar.Period // whose price row and discounts apply
	whole  bool            // share is of the whole term
	text   string
}

// remaining returns r of an interval at a change (Pricing rules, section 5).
func (iv *Interval) remaining(at time.Time, zone *time.Location) (remainder, error) {
	from := calendar.CountFrom(at, iv.Start)
	switch iv.Term.Type {
	case calendar.Month:
		share, parts := calendar.RemainingMonths(from, iv.End, zone)
		lookup, err := calendar.PriceLookupPeriod(calendar.Month, from, iv.End, zone)
		return remainder{share: share, lookup: lookup, text: monthsText(parts)}, err
	case calendar.Year:
		share, parts := calendar.RemainingYears(from, iv.End, zone)
		lookup, err := calendar.PriceLookupPeriod(calendar.Year, from, iv.End, zone)
		return remainder{share: share, lookup: lookup, text: yearsText(parts)}, err
	case calendar.Day, calendar.Week:
		of := int64(iv.Term.Num)
		if iv.Term.Type == calendar.Week {
			of *= daysPerWeek
		}
		return wholeTerm(iv.Term, calendar.RemainingDays(from, iv.End, zone), of), nil
	case calendar.Hour:
		if at.Before(iv.Start) {
			at = iv.Start
		}
		return wholeTerm(iv.Term, calendar.RemainingHours(at, iv.End), int64(iv.Term.Num)), nil
	default:
		return remainder{}, refuse(CodeInvalidPeriod, "", "a term of %s cannot be changed: it has no remaining period", iv.Term)
	}
}

const daysPerWeek = 7

func wholeTerm(term calendar.Period, left, of int64) remainder {
	return remainder{share: money.Frac(left, of), lookup: term, whole: true, text: strconv.FormatInt(left, 10) + "/" + strconv.FormatInt(of, 10)}
}

// price returns what the remainder's share is a share of.
func (m *remainder) price(p *Product, spec SpecState, quantity int) (rate, error) {
	if m.whole {
		return p.termPrice(m.lookup, spec, quantity)
	}
	return p.rate(m.lookup, spec, quantity)
}

// unitsOf returns amount / list * units: what a fixed price is multiplied by to replace amount. A list price of 0
// leaves nothing to replace.
func unitsOf(amount, list, units money.Fraction) (money.Fraction, error) {
	if list.IsZero() {
		return money.Fraction{}, nil
	}
	return amount.Mul(units).Quo(list)
}

func monthsText(parts []calendar.MonthPart) string {
	terms := make([]string, len(parts))
	for i, part := range parts {
		terms[i] = strconv.Itoa(part.Days) + "/" + strconv.Itoa(part.Of)
	}
	return sumText(terms)
}

func yearsText(parts []calendar.YearPart) string {
	terms := make([]string, len(parts))
	for i, part := range parts {
		terms[i] = strconv.Itoa(part.Days) + "/" + strconv.Itoa(part.Of)
	}
	return sumText(terms)
}

func sumText(terms []string) string {
	if len(terms) == 0 {
		return "0"
	}
	return strings.Join(terms, " + ")
}
