package pricing

import (
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
)

// row returns the price row for a period of n units: the row of n units, taken once, else the row of one unit, taken
// n times (Contract: a price row).
func (p *Product) row(period calendar.Period) (row *PriceRow, times int, offered bool) {
	var single *PriceRow
	for i := range p.Prices {
		candidate := &p.Prices[i]
		if candidate.ChargingMode != ChargingPeriod || candidate.Period.Type != period.Type {
			continue
		}
		if candidate.Period.Num == period.Num {
			return candidate, 1, true
		}
		if candidate.Period.Num == 1 {
			single = candidate
		}
	}
	return single, period.Num, single != nil
}

// longerRow is row for a remaining period that was rounded up: where neither it nor a single unit has a row, the next
// longer row is the product's price.
func (p *Product) longerRow(period calendar.Period) (row *PriceRow, offered bool) {
	if row, _, offered = p.row(period); offered {
		return row, true
	}
	for i := range p.Prices {
		candidate := &p.Prices[i]
		longer := candidate.ChargingMode == ChargingPeriod && candidate.Period.Type == period.Type && candidate.Period.Num > period.Num
		if longer && (row == nil || candidate.Period.Num < row.Period.Num) {
			row = candidate
		}
	}
	return row, row != nil
}

// listPrice is the exact list price of a row: for all its units, before any rounding.
type listPrice struct {
	amount decimal.Decimal // of one row period
	units  decimal.Decimal // what a fixed price, which is per unit and row period, is multiplied by
	text   string          // the formula of amount
}

// price returns the list price of the row for a quantity of one size. Tiers run over the size of a linear product,
// over the quantity of any other.
func (r *PriceRow) price(linear bool, size decimal.Decimal, quantity int) listPrice {
	number := decimal.NewFromInt(int64(quantity))
	counted, each := number, ""
	units := number
	if linear {
		counted, units = size, size.Mul(number)
		each = " x " + strconv.Itoa(quantity)
	}
	switch {
	case r.Amount != nil && linear:
		return listPrice{r.Amount.Mul(units), units, r.Amount.String() + " x " + size.String() + each}
	case r.Amount != nil:
		return listPrice{r.Amount.Mul(units), units, r.Amount.String() + " x " + strconv.Itoa(quantity)}
	}
	amount, text := r.tiered(counted)
	if linear {
		amount = amount.Mul(number)
	}
	return listPrice{amount, units, text + each}
}

// tiered applies the bands to a size or number; a bound belongs to the band below it.
func (r *PriceRow) tiered(value decimal.Decimal) (amount decimal.Decimal, text string) {
	below := decimal.Zero
	var terms []string
	for _, band := range r.Bands {
		inside := band.UpTo == nil || !value.GreaterThan(*band.UpTo)
		if r.Mode == BandVolume {
			if inside {
				return band.Amount.Mul(value), band.Amount.String() + " x " + value.String()
			}
			continue
		}
		upTo := value
		if !inside {
			upTo = *band.UpTo
		}
		part := upTo.Sub(below)
		amount = amount.Add(band.Amount.Mul(part))
		terms = append(terms, band.Amount.String()+" x "+part.String())
		if inside {
			break
		}
		below = upTo
	}
	return amount, "(" + strings.Join(terms, " + ") + ")"
}
