package money

import (
	"math/big"
	"math/bits"
	"strconv"

	"github.com/shopspring/decimal"
)

// Stage names the place in the computation where a value is cut. Every cut of an amount names one, so that the
// number of places and the mode stand in one table (Pricing rules, sections 3 and 8). The zero value is no stage.
type Stage int

// The rounding stages.
const (
	StageOrderLine           Stage = iota + 1 // a yearly/monthly order line: minor units, half up
	StageIncentive                            // an incentive detail: minor units, half up
	StageRefund                               // consumed amount, fee and refund of an unsubscription: minor units, half up
	StageInvoice                              // the amount of an incentive invoice: minor units, half up
	StageUsageUnits                           // usage in the pricing unit: 10 places, truncated
	StageUsageCost                            // cost of usage: 8 places, truncated
	StageUsageDeductTruncate                  // amount deducted per settlement, China: minor units, truncated
	StageUsageDeductHalfUp                    // amount billed per settlement, international: minor units, half up
	StageInquiryCut6                          // on-demand inquiry, precision 0: 6 places, cut
	StageInquiryCut10                         // on-demand inquiry, precision 1: 10 places, cut
	StageStatement                            // the tax contained in a statement: minor units, half up
)

type mode int

const (
	halfUp mode = iota + 1 // half away from zero
	truncate
)

// minorUnits as a number of places stands for the digits of the amount's currency.
const minorUnits int32 = -1

type rounding struct {
	places int32
	mode   mode
}

var stages = map[Stage]struct {
	name string
	rounding
}{
	StageOrderLine:           {"order_line", rounding{minorUnits, halfUp}},
	StageIncentive:           {"incentive", rounding{minorUnits, halfUp}},
	StageRefund:              {"refund", rounding{minorUnits, halfUp}},
	StageInvoice:             {"invoice", rounding{minorUnits, halfUp}},
	StageUsageUnits:          {"usage_units", rounding{10, truncate}},
	StageUsageCost:           {"usage_cost", rounding{8, truncate}},
	StageUsageDeductTruncate: {"usage_deduct_truncate", rounding{minorUnits, truncate}},
	StageUsageDeductHalfUp:   {"usage_deduct_half_up", rounding{minorUnits, halfUp}},
	StageInquiryCut6:         {"inquiry_cut_6", rounding{6, truncate}},
	StageInquiryCut10:        {"inquiry_cut_10", rounding{10, truncate}},
	StageStatement:           {"statement", rounding{minorUnits, halfUp}},
}

// String returns the stage's name as explanations show it, "order_line".
func (s Stage) String() string {
	if entry, known := stages[s]; known {
		return entry.name
	}
	return "stage(" + strconv.Itoa(int(s)) + ")"
}

func (s Stage) rounding(c Currency) (rounding, error) {
	entry, known := stages[s]
	if !known {
		return rounding{}, refuse(CodeUnknownStage, "round at unknown stage %d: use one of the Stage constants", int(s))
	}
	r := entry.rounding
	if r.places == minorUnits {
		digits, err := c.Digits()
		if err != nil {
			return rounding{}, err
		}
		r.places = digits
	}
	return r, nil
}

// Round cuts f at the stage's places in the stage's mode; half up means half away from zero. The currency counts
// only for stages at minor units. Errors: unknown_stage, unknown_currency.
func Round(f Fraction, s Stage, c Currency) (decimal.Decimal, error) {
	r, err := s.rounding(c)
	if err != nil {
		return decimal.Decimal{}, err
	}
	return scaled(f, r), nil
}

// RoundProduct returns amount*part/whole cut at the stage, dividing exactly once. It equals Round over fractions and
// is what hot code uses. Errors: division_by_zero when whole is 0, unknown_stage, unknown_currency.
func RoundProduct(amount, part, whole decimal.Decimal, s Stage, c Currency) (decimal.Decimal, error) {
	r, err := s.rounding(c)
	if err != nil {
		return decimal.Decimal{}, err
	}
	if whole.IsZero() {
		return decimal.Decimal{}, refuse(CodeDivisionByZero, "take %s * %s / 0", amount, part)
	}
	if product, ok := smallProduct(amount, part, whole, r); ok {
		return product, nil
	}
	num := new(big.Int).Mul(amount.Coefficient(), part.Coefficient())
	den := whole.Coefficient()
	shift := r.places + amount.Exponent() + part.Exponent() - whole.Exponent()
	if shift >= 0 {
		num.Mul(num, pow10(shift))
	} else {
		den.Mul(den, pow10(-shift))
	}
	return decimal.NewFromBigInt(quotient(num, den, r.mode), -r.places), nil
}

// scaled returns f as a decimal with exactly r.places decimals.
func scaled(f Fraction, r rounding) decimal.Decimal {
	rat := f.value()
	num := new(big.Int).Mul(rat.Num(), pow10(r.places))
	return decimal.NewFromBigInt(quotient(num, rat.Denom(), r.mode), -r.places)
}

// quotient returns num/den as a whole number in the given mode. It writes neither argument.
func quotient(num, den *big.Int, m mode) *big.Int {
	q, rest := new(big.Int).QuoRem(num, den, new(big.Int))
	if m == halfUp && rest.Lsh(rest, 1).CmpAbs(den) >= 0 {
		step := int64(num.Sign() * den.Sign())
		q.Add(q, big.NewInt(step))
	}
	return q
}

func pow10(n int32) *big.Int {
	if n < int32(len(smallPowers)) {
		return new(big.Int).SetUint64(smallPowers[n])
	}
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

// smallPowers are the powers of ten that fit 64 bits.
var smallPowers = func() (powers [20]uint64) {
	powers[0] = 1
	for i := 1; i < len(powers); i++ {
		powers[i] = powers[i-1] * 10
	}
	return powers
}()

// smallProduct is RoundProduct in machine words. It reports false when some step would not fit.
func smallProduct(amount, part, whole decimal.Decimal, r rounding) (decimal.Decimal, bool) {
	a, aNeg, okA := magnitude(amount)
	p, pNeg, okP := magnitude(part)
	den, wNeg, okW := magnitude(whole)
	high, num := bits.Mul64(a, p)
	if !okA || !okP || !okW || high != 0 {
		return decimal.Decimal{}, false
	}
	shift := int64(r.places) + int64(amount.Exponent()) + int64(part.Exponent()) - int64(whole.Exponent())
	if shift >= int64(len(smallPowers)) || -shift >= int64(len(smallPowers)) {
		return decimal.Decimal{}, false
	}
	if shift >= 0 {
		high, num = bits.Mul64(num, smallPowers[shift])
	} else {
		var overflow uint64
		if overflow, den = bits.Mul64(den, smallPowers[-shift]); overflow != 0 {
			return decimal.Decimal{}, false
		}
	}
	if high >= den {
		return decimal.Decimal{}, false
	}
	q, rest := bits.Div64(high, num, den)
	if r.mode == halfUp && rest >= den-rest {
		q++
	}
	if q > maxMagnitude {
		return decimal.Decimal{}, false
	}
	value := int64(q)
	if aNeg != pNeg != wNeg {
		value = -value
	}
	return decimal.New(value, -r.places), true
}

// maxMagnitude keeps one bit free, so that sign changes and a rounding step never overflow.
const maxMagnitude = 1<<62 - 1

// magnitude returns the coefficient without its sign, and false when it is too large for machine words.
func magnitude(d decimal.Decimal) (abs uint64, negative, ok bool) {
	const digitsMax = 18 // every number of 18 digits is below maxMagnitude
	if d.NumDigits() > digitsMax {
		return 0, false, false
	}
	value := d.CoefficientInt64()
	if value < 0 {
		return uint64(-value), true, true
	}
	return uint64(value), false, true
}
