package money

import (
	"math/big"
	"strconv"

	"github.com/shopspring/decimal"
)

// Valid reports whether d is an amount of the currency: at most its digits after the point, trailing zeros not
// counted. Errors: too_precise, unknown_currency.
func Valid(d decimal.Decimal, c Currency) error {
	digits, err := c.Digits()
	if err != nil {
		return err
	}
	if _, exact := wholeUnits(d, digits); !exact {
		return tooPrecise(d, digits, c)
	}
	return nil
}

// Fixed returns the amount as text at the currency's scale, "262.57", "0.50", "100" in JPY. It never rounds: an
// amount that is finer than the minor unit, or in an unknown currency, is shown with all its decimals.
func Fixed(d decimal.Decimal, c Currency) string {
	digits, err := c.Digits()
	if err != nil {
		return d.String()
	}
	if d.Exponent() == -digits {
		return scaledText(d)
	}
	if _, exact := wholeUnits(d, digits); !exact {
		return d.String()
	}
	return d.StringFixed(digits)
}

// scaledText writes an amount of 0 or more places with all of them. Amounts stand in every step of every price, so
// those that fit machine words do without big numbers.
func scaledText(d decimal.Decimal) string {
	places := -d.Exponent()
	units, negative, small := magnitude(d)
	if !small || int(places) >= len(smallPowers) {
		return d.StringFixed(places)
	}
	text := make([]byte, 0, 2*len(smallPowers))
	if negative {
		text = append(text, '-')
	}
	scale := smallPowers[places]
	text = strconv.AppendUint(text, units/scale, 10)
	if places > 0 {
		point := len(text)
		text = strconv.AppendUint(text, scale+units%scale, 10) // scale leads with a 1, where the point goes
		text[point] = '.'
	}
	return string(text)
}

// wholeUnits returns d in units of 10^-digits, and false when d is finer than that.
func wholeUnits(d decimal.Decimal, digits int32) (units *big.Int, exact bool) {
	units = d.Coefficient()
	shift := d.Exponent() + digits
	if shift >= 0 {
		return units.Mul(units, pow10(shift)), true
	}
	rest := new(big.Int)
	units.QuoRem(units, pow10(-shift), rest)
	return units, rest.Sign() == 0
}

func tooPrecise(d decimal.Decimal, digits int32, c Currency) error {
	return refuse(CodeTooPrecise, "amount %s has more than the %d decimals of %s: send it rounded", d, digits, string(c))
}
