package pricing

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
)

// Subscription asks for the price of a new order: order types 1, 11, 13 (price 0) and 14.
type Subscription struct {
	CustomerID, IndirectPartnerID string
	OrderType                     int // 0 counts as 1
	At                            time.Time
	ListPriceOnly                 bool       // price by specification: no discounts, reserved instances refused
	Until                         *time.Time // with ListPriceOnly: until this date instead of a number of periods of each line
	Lines                         []LineInput
}

// LineInput is one line of a new order.
type LineInput struct {
	LineID, ResourceID, ParentID, RelatedID string
	Key                                     ProductKey
	Size                                    *decimal.Decimal // of linear products, in SizeMeasure
	SizeMeasure                             int
	Period                                  calendar.Period
	Quantity                                int
}

// Renewal asks for the price of renewing primary resources with what is attached to them.
type Renewal struct {
	CustomerID, IndirectPartnerID string
	At                            time.Time
	ResourceIDs                   []string
	Period                        calendar.Period
	UnifiedDay                    *int
	IncludeRelated                bool
}

// SpecChange asks for the price of another specification or size. Empty means unchanged.
type SpecChange struct {
	CustomerID, IndirectPartnerID string
	At                            time.Time
	NewSpec                       string
	NewSize                       *decimal.Decimal
	AtRenewal                     bool // price 0 now; the next period starts with it
	Inquiry                       bool // a price inquiry, which refuses a scale-down
}

// Unsubscription types.
const (
	UnsubscribeAll      = 1 // resource and renewals
	UnsubscribeRenewals = 2 // renewals that have not begun
)

// Unsubscription asks what comes back for resources and what is attached to them.
type Unsubscription struct {
	CustomerID     string
	At             time.Time
	ResourceIDs    []string
	Type           int
	FiveDayAllowed bool // whether the account's quota of the five-day rule admits these resources; see FiveDayInstances
}
