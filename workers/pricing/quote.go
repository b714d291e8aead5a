package pricing

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/site"
)

// Book is what may be looked at to price one event.
type Book struct {
	Prices    View
	Discounts []Discount    // all of the partner at the event's reference version, not filtered by scope or time
	Site      *site.Profile // of the partner
	Explain   bool          // list the discounts out of scope among the candidates, with that reason
}

// Kinds of quotes, and of the payments for them (purchase is the payment of a new order).
const (
	KindNew      = "new"
	KindPurchase = "purchase"
	KindRenew    = "renew"
	KindRenewal  = "renewal"
	KindChange   = "change"
	KindConvert  = "convert"
)

// Order types (Pricing rules, section 1).
const (
	OrderSubscribe         = 1
	OrderRenew             = 2
	OrderChange            = 3
	OrderUnsubscribe       = 4
	OrderToPayPerUse       = 10
	OrderPayPerUseToPeriod = 11
	OrderTrial             = 13
	OrderTrialToCommercial = 14
)

// Step is one move of a computation: the rule's name, what it refers to (product, discount, order), the formula with
// its numbers, and the amount before and after.
type Step struct {
	Rule, Reference, Formula string
	Before, After            decimal.Decimal
}

// Quote is a priced order: its list price, the discounts that may be chosen, or for a downgrade the refund. It is
// frozen at At; paying it later changes nothing (Pricing rules, section 5).
type Quote struct {
	OrderType  int
	Kind       string // KindNew, KindRenew, KindChange or KindConvert
	Currency   money.Currency
	At         time.Time
	Official   decimal.Decimal // sum of the lines
	Lines      []QuoteLine
	Candidates []Candidate
	Operation  string      // of a conversion: ConversionSetUp or ConversionCancel
	Refund     *Refund     // of a downgrade, whose price is 0
	Adjustment *Adjustment // a 609; when present only it may be charged
}

// QuoteLine is one line at list price with what is needed to provision it when it is paid.
type QuoteLine struct {
	LineID, ResourceID, ServiceType      string
	ResourceType, Region, Zone, Channel  string
	SpecState                            // what the line is for; of a change the new one
	ParentID, RelatedID                  string
	PrimaryID                            string // the renewed or changed primary it belongs to; new orders: the parent, else itself
	Quantity                             int
	Period                               calendar.Period
	UnifiedDay                           *int // of a renewal
	Official                             decimal.Decimal
	Steps                                []Step
	NotRefundable, OrderLevelUnsubscribe bool
	Parts                                []ChangePart // of an upgrade, one per paid interval
	AtRenewal                            bool         // of a change: starts with the next period
}

// ChangePart is the share of an upgrade fee that falls on one paid interval of the resource.
type ChangePart struct {
	Interval int
	Lookup   calendar.Period // the period whose price row and discounts apply
	Official decimal.Decimal // share of the line's official amount
}

// Candidate is one discount the order may take, applied to all its lines. Candidates are alternatives, never summed.
type Candidate struct {
	DiscountID, Name string
	DiscountType     int
	Discount, Amount decimal.Decimal
	Lines            []LinePrice
	BestOffer        bool   // the largest of the commercial and partner ones
	Lost             string // why the automatic choice did not take it; "" for the winner
	Selectable       bool
	UsedBefore       bool // a paid order of every resource it touches used it; promotions need that to be chosen automatically
}

// LinePrice is a line under one discount: Amount = Official - Discount.
type LinePrice struct {
	LineID                     string
	Official, Discount, Amount decimal.Decimal
	Steps                      []Step
}

// Charge is the price that is paid: a quote with its one discount applied, or none.
type Charge struct {
	DiscountID                 string
	DiscountType               int
	Currency                   money.Currency
	Official, Discount, Amount decimal.Decimal
	Lines                      []LinePrice
}

// Adjustment is a 609: an amount off the whole order, or off single lines.
type Adjustment struct {
	DiscountID string
	AmountOff  *decimal.Decimal
	Lines      []LineAdjustment
}

// LineAdjustment is the amount that a 609 takes off one line.
type LineAdjustment struct {
	LineID    string
	AmountOff decimal.Decimal
}
