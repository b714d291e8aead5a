package pricing

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
)

// States of a resource.
const (
	StateActive       = "active"
	StateUnsubscribed = "unsubscribed"
)

// SpecState is what a resource is at a time: its product, specification and size.
type SpecState struct {
	ProductID, Spec string
	Size            *decimal.Decimal
	SizeMeasure     int
}

// NextSpec is a change at renewal: From is the start of the first period that was renewed with it, nil until then.
type NextSpec struct {
	OrderID string
	Spec    SpecState
	From    *time.Time
}

// Resource is the life of one resource: what was bought, its paid intervals and what paid them; one that is billed by its
// usage alone has none.
type Resource struct {
	ID, ParentID, RelatedID, CustomerID, OrderID string
	ServiceType, ResourceType, Region, Zone      string
	SpecState                                    // what it is now
	Next                                         *NextSpec
	Quantity                                     int
	State                                        string
	Currency                                     money.Currency
	ProvisionedAt, Expiry                        time.Time
	AnchorDay                                    int
	Term                                         calendar.Period // as originally bought; automatic renewals use it
	NotRefundable, OrderLevelUnsubscribe         bool
	Intervals                                    []Interval
	Payments                                     []Payment
	PendingOrderID                               string // the unpaid order that blocks it
	PendingUntil                                 *time.Time
	Trial                                        bool         // bought as a trial, order type 13
	ToPayPerUse                                  string       // the order that set up its change to pay-per-use at expiry
	AutoRenewal                                  *AutoRenewal // how it renews by itself
	Changes                                      []time.Time  // when it became another specification or size
	Metered                                      *Metered     // what usage makes of it, whoever ordered it
}

// Interval is one paid time, half open: End is 00:00 of the day after its expiry.
type Interval struct {
	OrderID    string
	Kind       string // KindPurchase or KindRenewal
	Start, End time.Time
	Term       calendar.Period
	AnchorDay  int  // the resource's anchor day since it was paid
	Returned   bool // a renewal that was returned before it began
}

// Payment is what one order line paid for one interval. After a downgrade it counts from then on only: Start moves
// to the change, and its slices carry what was consumed and refunded until then (Pricing rules, section 5).
type Payment struct {
	OrderID, LineID string
	Kind            string // KindPurchase, KindRenewal or KindChange
	Interval        int
	Start, End      time.Time
	DiscountID      string
	DiscountType    int
	Official        decimal.Decimal
	Slices          []PaidSlice
	Before          *SpecState // of a change: what the resource was before it
	ChangedAt       time.Time  // of a change: since when the resource is what it paid for
}

// PaidSlice is the part of one tender in a payment, and what became of it.
type PaidSlice struct {
	Kind      TenderKind
	Reference string
	Amount    decimal.Decimal
	Refunded  decimal.Decimal
	Consumed  decimal.Decimal // consumed before the payment's Start
	Fee       decimal.Decimal // kept as the fee of an unsubscription
}
