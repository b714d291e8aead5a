package money

import (
	"math/big"
	"strings"

	"github.com/shopspring/decimal"
)

// Fraction is an exact rational number. It never changes once made and the zero value is 0; prices keep being
// fractions until one named rounding stage cuts them (Pricing rules, section 5).
type Fraction struct {
	rat *big.Rat // nil means 0; shared between copies, so never written after construction
}

// Frac returns num/den. A den of 0 is a mistake in the calling code and panics; use Quo for divisors that come from data.
func Frac(num, den int64) Fraction { return Fraction{big.NewRat(num, den)} }

// FromInt returns n.
func FromInt(n int64) Fraction { return Fraction{new(big.Rat).SetInt64(n)} }

// FromDecimal returns exactly d.
func FromDecimal(d decimal.Decimal) Fraction { return Fraction{d.Rat()} }

func (f Fraction) value() *big.Rat {
	if f.rat == nil {
		return new(big.Rat)
	}
	return f.rat
}

// Add returns f+g.
func (f Fraction) Add(g Fraction) Fraction { return Fraction{new(big.Rat).Add(f.value(), g.value())} }

// Sub returns f-g.
func (f Fraction) Sub(g Fraction) Fraction { return Fraction{new(big.Rat).Sub(f.value(), g.value())} }

// Mul returns f*g.
func (f Fraction) Mul(g Fraction) Fraction { return Fraction{new(big.Rat).Mul(f.value(), g.value())} }

// Quo returns f/g, or an error with code division_by_zero.
func (f Fraction) Quo(g Fraction) (Fraction, error) {
	if g.IsZero() {
		return Fraction{}, refuse(CodeDivisionByZero, "divide %s by zero", f)
	}
	return Fraction{new(big.Rat).Quo(f.value(), g.value())}, nil
}

// Neg returns -f.
func (f Fraction) Neg() Fraction { return Fraction{new(big.Rat).Neg(f.value())} }

// Cmp returns -1, 0 or +1 as f is smaller than, equal to or larger than g.
func (f Fraction) Cmp(g Fraction) int { return f.value().Cmp(g.value()) }

// Equal reports whether f and g are the same number; go-cmp uses it as well.
func (f Fraction) Equal(g Fraction) bool { return f.Cmp(g) == 0 }

// Sign returns -1, 0 or +1.
func (f Fraction) Sign() int { return f.value().Sign() }

// IsZero reports whether f is 0.
func (f Fraction) IsZero() bool { return f.Sign() == 0 }

// Min returns the smaller of f and g.
func (f Fraction) Min(g Fraction) Fraction {
	if g.Cmp(f) < 0 {
		return g
	}
	return f
}

// String returns the reduced fraction, "13/31", or "2" for a whole number.
func (f Fraction) String() string { return f.value().RatString() }

// Text returns f in decimals for explanations and tests, rounded half up at exactly the given number of places:
// Frac(102, 155).Text(8) is "0.65806452". It is for reading, never an amount.
func (f Fraction) Text(places int32) string {
	return scaled(f, rounding{places: places, mode: halfUp}).StringFixed(places)
}

// MarshalText writes the reduced fraction, so that documents hold it exactly.
func (f Fraction) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText reads what MarshalText writes: "13/31", "-2". Errors: invalid_fraction.
func (f *Fraction) UnmarshalText(text []byte) error {
	const textLengthMax = 4096
	allowed := func(r rune) bool { return r >= '0' && r <= '9' || r == '-' || r == '/' }
	plain := len(text) <= textLengthMax && strings.IndexFunc(string(text), func(r rune) bool { return !allowed(r) }) < 0
	if plain {
		if rat, ok := new(big.Rat).SetString(string(text)); ok {
			f.rat = rat
			return nil
		}
	}
	return refuse(CodeInvalidFraction, "read fraction %.40q: write it as \"13/31\"", text)
}
