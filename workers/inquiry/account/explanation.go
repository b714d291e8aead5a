package account

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/pricing"
)

// An Explanation is everything about one order. Amounts are in its currency.
type Explanation struct {
	PartnerID   string      `json:"partner_id"`
	OrderID     string      `json:"order_id"`
	OrderType   int         `json:"order_type"`
	Kind        string      `json:"kind"`
	State       string      `json:"state"`
	CustomerID  string      `json:"customer_id"`
	Association string      `json:"association"`
	PlacedAt    time.Time   `json:"placed_at"`
	ValidUntil  time.Time   `json:"valid_until"`
	Currency    string      `json:"currency"`
	Price       *Price      `json:"price,omitzero"` // of orders that cost something, or could
	Usage       *Usage      `json:"usage,omitzero"` // what is settled, of usage
	Candidates  []Candidate `json:"candidates"`
	Payment     *Payment    `json:"payment,omitzero"`
	Refund      *Refund     `json:"refund,omitzero"` // what the order gives back
	ReturnedBy  []Returned  `json:"returned_by"`     // what other orders gave back of it
	Incentives  []Incentive `json:"incentives"`
}

// Partial leaves out what is no part of an order and what its customer's orders earned: the partner's bills, and discounts
// that the order could not choose, which may be made for others.
func (e *Explanation) Partial() {
	for i := range e.Incentives {
		e.Incentives[i].BillID = ""
	}
	e.Candidates = slices.DeleteFunc(e.Candidates, func(c Candidate) bool { return !c.Selectable })
}

// Price is what the order costs under one discount.
type Price struct {
	DiscountID   string        `json:"discount_id,omitzero"`
	DiscountType int           `json:"discount_type,omitzero"`
	Official     events.Amount `json:"official_website_amount"`
	Discount     events.Amount `json:"discount_amount"`
	Amount       events.Amount `json:"amount"`
	Lines        []Line        `json:"lines"`
}

// Line is one line with the steps to its amount.
type Line struct {
	LineID     string        `json:"line_id"`
	ResourceID string        `json:"resource_id"`
	ProductID  string        `json:"product_id"`
	Official   events.Amount `json:"official_website_amount"`
	Discount   events.Amount `json:"discount_amount"`
	Amount     events.Amount `json:"amount"`
	Steps      []Step        `json:"steps"`
}

// Step is one move of a computation.
type Step struct {
	Rule      string        `json:"rule"`
	Reference string        `json:"reference,omitzero"`
	Before    events.Amount `json:"before"`
	After     events.Amount `json:"after"`
	Formula   string        `json:"formula"`
}

// Candidate is one discount that was weighed: Reason says why it lost, "" for the one an automatic payment takes.
type Candidate struct {
	DiscountID   string        `json:"discount_id"`
	DiscountType int           `json:"discount_type"`
	Name         string        `json:"discount_name,omitzero"`
	Discount     events.Amount `json:"discount_amount"`
	Amount       events.Amount `json:"amount"`
	Selectable   bool          `json:"selectable"`
	BestOffer    bool          `json:"best_offer"`
	Paid         bool          `json:"paid"` // it is what the order was paid with
	Reason       string        `json:"reason,omitzero"`
}

// Payment is how the order was paid.
type Payment struct {
	At     time.Time `json:"at"`
	PaidBy string    `json:"paid_by,omitzero"`
	Slices []Slice   `json:"slices"`
}

// Slice is one line x one tender, with what was given back of it since.
type Slice struct {
	LineID    string        `json:"line_id"`
	Kind      string        `json:"kind"`
	Reference string        `json:"reference,omitzero"`
	Amount    events.Amount `json:"amount"`
	Refunded  events.Amount `json:"refunded"`
}

// Refund is what an order gives back: paid = consumed + fee + amount + kept, which goes on counting as paid.
type Refund struct {
	Kind     string           `json:"kind"`
	Paid     events.Amount    `json:"paid_amount"`
	Consumed events.Amount    `json:"consumed_amount"`
	Fee      events.Amount    `json:"commission_amount"`
	Amount   events.Amount    `json:"refund_amount"`
	Kept     events.Amount    `json:"kept_amount"`
	Orders   []RefundedOrder  `json:"orders"`
	Coupons  []ReturnedCoupon `json:"coupons_returned"`
	Steps    []Step           `json:"steps"`
}

// RefundedOrder is what comes back of one paying order for one resource and the time [From, Until) that it paid for.
type RefundedOrder struct {
	OrderID    string        `json:"order_id"`
	ResourceID string        `json:"resource_id"`
	From       time.Time     `json:"from"`
	Until      time.Time     `json:"until"`
	Paid       events.Amount `json:"paid_amount"`
	Consumed   events.Amount `json:"consumed_amount"`
	Fee        events.Amount `json:"commission_amount"`
	Amount     events.Amount `json:"refund_amount"`
	Kept       events.Amount `json:"kept_amount"`
	Tenders    []Tender      `json:"tenders"`
	Steps      []Step        `json:"steps"`
}

// Tender is what goes back to one means of payment.
type Tender struct {
	Kind      string        `json:"kind"`
	Reference string        `json:"reference,omitzero"`
	Amount    events.Amount `json:"amount"`
}

// ReturnedCoupon is what goes back to a coupon.
type ReturnedCoupon struct {
	CouponID string        `json:"coupon_id"`
	OrderID  string        `json:"order_id"`
	LineID   string        `json:"line_id"`
	Amount   events.Amount `json:"amount"`
}

// Returned is what another order gave back of this one.
type Returned struct {
	OrderID string        `json:"order_id"`
	Amount  events.Amount `json:"refund_amount"`
	Coupons events.Amount `json:"coupons_returned"`
}

// Incentive is one detail: amount = performance x rate, or what its policy makes of it.
type Incentive struct {
	DetailID      string        `json:"detail_id"`
	LineID        string        `json:"line_id"`
	BillID        string        `json:"bill_id,omitzero"`
	Period        string        `json:"period,omitzero"`
	PolicyID      string        `json:"policy_id,omitzero"`
	PolicyVersion int           `json:"policy_version,omitzero"`
	Performance   events.Amount `json:"performance"`
	Rate          events.Amount `json:"rate"`
	Amount        events.Amount `json:"amount"`
	Frozen        events.Amount `json:"frozen"`
	Holds         []Hold        `json:"holds"`
	Provisional   bool          `json:"provisional"`
	Reverses      string        `json:"reverses,omitzero"`
	LateOf        string        `json:"late_of,omitzero"`
	ZeroReason    string        `json:"zero_reason,omitzero"`
}

// Hold is what one reason freezes of a detail.
type Hold struct {
	HoldID string        `json:"hold_id"`
	Reason string        `json:"reason"`
	Amount events.Amount `json:"amount"`
}

// rateScale is the number of digits of a rate.
const rateScale = 6

// scale gives amounts the digits of a currency, and more where they have more.
type scale struct{ digits int32 }

func scaleOf(c money.Currency) (scale, error) {
	digits, err := c.Digits()
	return scale{digits}, err
}

func (s scale) of(amount decimal.Decimal) events.Amount {
	return events.NewAmount(amount, max(s.digits, -amount.Exponent()))
}

func (s scale) steps(list []pricing.Step) []Step {
	out := make([]Step, 0, len(list))
	for _, step := range list {
		out = append(out, Step{Rule: step.Rule, Reference: step.Reference, Before: s.of(step.Before), After: s.of(step.After), Formula: step.Formula})
	}
	return out
}
