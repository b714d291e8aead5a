package pricing

import "github.com/shopspring/decimal"

// TenderKind is what an order is paid with.
type TenderKind string

// The tender kinds.
const (
	TenderCash              TenderKind = "cash"
	TenderCredit            TenderKind = "credit"
	TenderMonthlySettlement TenderKind = "monthly_settlement"
	TenderCoupon            TenderKind = "coupon"
	TenderFlexiCoupon       TenderKind = "flexi_coupon"
	TenderStoredCard        TenderKind = "stored_card"
)

// Tender is one means of payment of an order with its amount; Reference is the coupon or card.
type Tender struct {
	Kind      TenderKind
	Reference string
	Amount    decimal.Decimal
}

// Slice is one line x one tender: the unit for performance, holds and refunds.
type Slice struct {
	LineID    string
	Kind      TenderKind
	Reference string
	Amount    decimal.Decimal
}
