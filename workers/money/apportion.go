package money

import (
	"math/big"
	"sort"

	"github.com/shopspring/decimal"
)

// Apportion splits total over the weights by the largest remainder at the currency's minor units; ties go to the
// earlier weight. The shares sum to total exactly, none has the other sign, a weight of 0 gets 0, and no share
// exceeds its weight when total does not exceed their sum and all are whole minor units. A negative total is the
// mirror image of the positive one. (Pricing rules, sections 3 and 4.)
// Errors: unknown_currency, too_precise (total finer than the minor unit), negative_weight, no_weights (a total
// that is not 0 over weights that are all 0).
func Apportion(total decimal.Decimal, weights []decimal.Decimal, c Currency) ([]decimal.Decimal, error) {
	digits, err := c.Digits()
	if err != nil {
		return nil, err
	}
	units, exact := wholeUnits(total, digits)
	if !exact {
		return nil, tooPrecise(total, digits, c)
	}
	parts, sum, err := commonUnits(weights)
	if err != nil {
		return nil, err
	}
	if sum.Sign() == 0 {
		if units.Sign() != 0 {
			return nil, refuse(CodeNoWeights, "apportion %s over %d weights that are all zero", total, len(weights))
		}
		sum.SetInt64(1) // nothing over nothing: every share below is 0
	}
	shares := largestRemainder(new(big.Int).Abs(units), parts, sum)
	amounts := make([]decimal.Decimal, len(shares))
	for i, share := range shares {
		if units.Sign() < 0 {
			share.Neg(share)
		}
		amounts[i] = decimal.NewFromBigInt(share, -digits)
	}
	return amounts, nil
}

// largestRemainder splits a non-negative whole number; sum is the sum of parts and positive.
func largestRemainder(units *big.Int, parts []*big.Int, sum *big.Int) []*big.Int {
	shares := make([]*big.Int, len(parts))
	rests := make([]*big.Int, len(parts))
	left := new(big.Int).Set(units)
	for i, part := range parts {
		product := new(big.Int).Mul(units, part)
		shares[i], rests[i] = product.QuoRem(product, sum, new(big.Int))
		left.Sub(left, shares[i])
	}
	if left.Sign() == 0 {
		return shares
	}
	order := make([]int, len(parts))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool { return rests[order[i]].Cmp(rests[order[j]]) > 0 })
	one := big.NewInt(1)
	for _, i := range order[:left.Int64()] { // the rests sum to left*sum and each is below sum, so left < len(parts)
		shares[i].Add(shares[i], one)
	}
	return shares
}

// commonUnits brings the weights to one power of ten, as whole numbers, with their sum.
func commonUnits(weights []decimal.Decimal) (parts []*big.Int, sum *big.Int, err error) {
	exponent := int32(0)
	for i, weight := range weights {
		if weight.IsNegative() {
			return nil, nil, refuse(CodeNegativeWeight, "apportion by weight %d of %s: weights are not negative", i, weight)
		}
		exponent = min(exponent, weight.Exponent())
	}
	sum = new(big.Int)
	parts = make([]*big.Int, len(weights))
	for i, weight := range weights {
		parts[i] = weight.Coefficient()
		if shift := weight.Exponent() - exponent; shift != 0 {
			parts[i].Mul(parts[i], pow10(shift))
		}
		sum.Add(sum, parts[i])
	}
	return parts, sum, nil
}

// CumulativeShare returns the share of total that falls to part when the parts before it sum to before:
// round(total*(before+part)/whole) - round(total*before/whole). Shares taken one after another never drift, and the
// one that completes whole takes the remainder (Settlement rules, sections 2 and 4).
// Errors: outside_whole when before or before+part is not within 0..whole, or whole is not positive;
// unknown_stage, unknown_currency.
func CumulativeShare(total, before, part, whole decimal.Decimal, s Stage, c Currency) (decimal.Decimal, error) {
	after := before.Add(part)
	if !whole.IsPositive() || before.IsNegative() || after.IsNegative() || before.GreaterThan(whole) || after.GreaterThan(whole) {
		return decimal.Decimal{}, refuse(CodeOutsideWhole, "take the share of %s after %s of %s: parts must stay within 0 and the whole", part, before, whole)
	}
	upTo, err := RoundProduct(total, after, whole, s, c)
	if err != nil {
		return decimal.Decimal{}, err
	}
	already, err := RoundProduct(total, before, whole, s, c)
	if err != nil {
		return decimal.Decimal{}, err
	}
	return upTo.Sub(already), nil
}
