package money

import (
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

// TestFixedHasEveryDecimal: amounts at their currency's scale are written as decimals write them, small and huge ones.
func TestFixedHasEveryDecimal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		currency := rapid.SampledFrom([]Currency{"JPY", "CNY", "KWD", "CLF"}).Draw(rt, "currency")
		digits, err := currency.Digits()
		if err != nil {
			rt.Fatal(err)
		}
		amount := decimal.New(rapid.Int64().Draw(rt, "units"), -digits)
		if rapid.Bool().Draw(rt, "huge") {
			amount = amount.Mul(decimal.New(rapid.Int64().Draw(rt, "times"), 0))
		}
		if got, want := Fixed(amount, currency), amount.StringFixed(digits); got != want {
			rt.Fatalf("%s is written %q, want %q", amount, got, want)
		}
	})
}
