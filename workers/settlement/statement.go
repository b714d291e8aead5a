package settlement

import (
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/money"
)

// TaxContained returns the tax that an amount with tax contains: round2(amount x vat / (1 + vat)), negative where the
// amount is. (Settlement rules, section 8.)
func TaxContained(amount, vat decimal.Decimal, c money.Currency) (decimal.Decimal, error) {
	return money.RoundProduct(amount, vat, decimal.New(1, 0).Add(vat), money.StageStatement, c)
}
