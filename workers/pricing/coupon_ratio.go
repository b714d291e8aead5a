package pricing

import "github.com/shopspring/decimal"

// everyRatioBelow reports whether every line with a price is paid at a ratio below least. A ratio cannot be told from
// two rounded amounts to the last digit; a line is below when no ratio from least on could have been rounded to its
// amount, so that rounding never blocks a coupon.
func (c *Charge) everyRatioBelow(least decimal.Decimal) (bool, error) {
	digits, err := c.Currency.Digits()
	if err != nil {
		return false, err
	}
	half := decimal.New(5, -digits-1) // of a minor unit: what rounding may have moved an amount by
	priced := false
	for i := range c.Lines {
		line := &c.Lines[i]
		if !line.Official.IsPositive() {
			continue
		}
		priced = true
		if lowest := line.Official.Sub(half).Mul(least).Sub(half); !line.Amount.LessThan(lowest) {
			return false, nil
		}
	}
	return priced, nil
}
