package pricing

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/money"
)

// Kinds of refunds.
const (
	RefundUnsubscribe = "unsubscribe" // resource and renewals, type 1
	RefundRenewals    = "renewals"    // renewals that have not begun, type 2
	RefundDowngrade   = "downgrade"
)

// Refund is what comes back for resources, per paying order: Paid = Consumed + Fee + Amount + Kept at every level.
// Coupons stand apart, in CouponsReturned only.
type Refund struct {
	Kind                        string
	At                          time.Time
	Currency                    money.Currency
	FiveDayInstances            int      // how many instances the five-day rule returned
	ResourceIDs                 []string // the resources concerned, attached ones included
	Paid, Consumed, Fee, Amount decimal.Decimal
	Kept                        decimal.Decimal // of a downgrade: what goes on counting as paid
	Orders                      []RefundOrder
	CouponsReturned             []CouponReturn
	Steps                       []Step // of a downgrade: how the whole was found
}

// RefundOrder is one paying order's part of a refund for one line and interval.
type RefundOrder struct {
	OrderID, LineID, ResourceID string
	Kind                        string // of the payment
	Payment                     int    // its index in the resource
	Start, End                  time.Time
	Official                    decimal.Decimal // of the payment
	Paid, Consumed, Fee, Amount decimal.Decimal
	Kept                        decimal.Decimal
	FiveDay                     bool           // returned whole by the five-day rule
	Tenders                     []TenderRefund // Amount split over the tenders
	Steps                       []Step
}

// TenderRefund is the part of a refund that goes back to one slice of a payment.
type TenderRefund struct {
	Slice                       int // its index in the payment
	Kind                        TenderKind
	Reference                   string
	Paid, Consumed, Fee, Amount decimal.Decimal
	Kept                        decimal.Decimal
}

// CouponReturn is a coupon's part of a payment that goes back to it.
type CouponReturn struct {
	OrderID, LineID, ResourceID, Reference string
	Payment, Slice                         int
	Amount                                 decimal.Decimal
}
