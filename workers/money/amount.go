package money

import (
	"math/big"

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
		return d.StringFixed(digits)
	}
	if _, exact := wholeUnits(d, digits); !exact {
		return d.String()
	}
	return d.StringFixed(digits)
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
