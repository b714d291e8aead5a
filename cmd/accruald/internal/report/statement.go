package report

import (
	"time"

	"github.com/accruald/accruald/events"
)

// Statement is what a partner files of a cycle.
type Statement struct {
	PartnerID string    `json:"partner_id"`
	Site      string    `json:"site"`
	Zone      string    `json:"zone"`
	Cycle     string    `json:"cycle"`
	From      time.Time `json:"from"`
	To        time.Time `json:"to"` // the first instant after it
	Sums      []Sums    `json:"statements"`
	Checks    []Check   `json:"checks"`
	Charges   []Charge  `json:"charges"`
	Bills     []Bill    `json:"incentive_bills"`
	Details   []Detail  `json:"incentive_details"`
	Requests  []Request `json:"payment_requests"`
	Invoices  []Invoice `json:"invoices"`
}

// Sums are those of the statement of one currency. An open one is as things stand.
type Sums struct {
	StatementID string        `json:"statement_id"`
	Currency    string        `json:"currency"`
	State       string        `json:"state"` // issued or open
	IssuedAt    time.Time     `json:"issued_at,omitzero"`
	Consumption events.Amount `json:"consume_amount"`
	Refunds     events.Amount `json:"refunds"`
	Adjustments events.Amount `json:"adjustments"`
	BillAmount  events.Amount `json:"bill_amount"`
	Tax         events.Amount `json:"tax_amount"` // contained in the bill amount
	AmountDue   events.Amount `json:"amount_due"` // when it was issued
}

// Check is a comparison of two figures that must be the same.
type Check struct {
	Name     string        `json:"name"`
	Currency string        `json:"currency"`
	Expected events.Amount `json:"expected"`
	Found    events.Amount `json:"found"`
	OK       bool          `json:"ok"`
}

// Failed lists the checks that do not hold.
func (s *Statement) Failed() (names []string) {
	for _, c := range s.Checks {
		if !c.OK {
			names = append(names, c.Name)
		}
	}
	return names
}

// Charge is a line of a statement: its list price less discount and what is erased is its amount.
type Charge struct {
	StatementID   string        `json:"statement_id"`
	Kind          string        `json:"kind"`
	Late          bool          `json:"late"`   // of an earlier cycle
	Change        bool          `json:"change"` // no line: by how much lines changed after their statement was issued
	At            time.Time     `json:"time"`
	OrderID       string        `json:"order_id"`
	LineID        string        `json:"line_id"`
	OrderType     int           `json:"order_type"`
	OrderKind     string        `json:"order_kind"`
	CustomerID    string        `json:"customer_id"`
	Reseller      string        `json:"indirect_partner_id"`
	ResourceID    string        `json:"resource_id"`
	Service       string        `json:"service"`
	ServiceType   string        `json:"cloud_service_type"`
	Product       string        `json:"product"`
	ProductID     string        `json:"product_id"`
	Region        string        `json:"region"`
	From          time.Time     `json:"from"`
	To            time.Time     `json:"to"`
	Currency      string        `json:"currency"`
	List          events.Amount `json:"list_amount"`
	DiscountID    string        `json:"discount_id"`
	Discount      events.Amount `json:"discount_amount"`
	Erased        events.Amount `json:"erased_amount"`
	Amount        events.Amount `json:"amount"`
	Coupons       events.Amount `json:"paid_by_coupons"`
	CouponIDs     []string      `json:"coupon_ids"`
	Cash          events.Amount `json:"paid_by_cash"`
	Credit        events.Amount `json:"paid_on_credit"` // credit and monthly settlement
	Cards         events.Amount `json:"paid_by_stored_cards"`
	OriginalOrder string        `json:"original_order_id"`
	OriginalCycle string        `json:"original_cycle"` // whose statement told the original
	Reason        string        `json:"reason"`
}

// Bill is an incentive bill of the cycle: Total = Frozen + Payable + Requested + PaidOut + Expired + Offset.
type Bill struct {
	BillID        string        `json:"bill_id"`
	Period        string        `json:"period"`
	PolicyID      string        `json:"policy_id"`
	PolicyVersion int           `json:"policy_version"`
	Association   string        `json:"association"`
	Currency      string        `json:"currency"`
	State         string        `json:"state"`
	Deadline      time.Time     `json:"deadline,omitzero"`
	Details       int           `json:"details"`
	Total         events.Amount `json:"total"`
	Frozen        events.Amount `json:"frozen"`
	Payable       events.Amount `json:"payable"`
	Requested     events.Amount `json:"requested"`
	PaidOut       events.Amount `json:"paid_out"`
	Expired       events.Amount `json:"expired"`
	Offset        events.Amount `json:"offset"`
}

// Detail is a detail of one of these bills. A corrective one is what a late fact changed of an earlier, closed bill;
// Concerns are the bills that it takes up.
type Detail struct {
	BillID        string        `json:"bill_id"`
	DetailID      string        `json:"detail_id"`
	Kind          string        `json:"kind"` // earned, taken back, corrective, adjustment
	OrderID       string        `json:"order_id"`
	LineID        string        `json:"line_id"`
	CustomerID    string        `json:"customer_id"`
	ServiceType   string        `json:"cloud_service_type"`
	At            time.Time     `json:"time"`
	Currency      string        `json:"currency"`
	Performance   events.Amount `json:"performance"`
	Rate          events.Amount `json:"rate"`
	Amount        events.Amount `json:"amount"`
	Frozen        events.Amount `json:"frozen"`
	FreezeReasons []string      `json:"freeze_reasons"`
	Provisional   bool          `json:"provisional"`
	LateOf        string        `json:"late_of"` // the event that came late
	Concerns      []string      `json:"concerns_bills"`
	Reverses      string        `json:"reverses"`
	AdjustmentID  string        `json:"adjustment_id"`
	ZeroReason    string        `json:"zero_reason"`
}

// Request is a payment request that takes from a bill of the cycle; OfCycle is how much of it.
type Request struct {
	RequestID   string        `json:"payment_request_id"`
	State       string        `json:"state"`
	Method      string        `json:"method"`
	Association string        `json:"association"`
	Currency    string        `json:"currency"`
	OfCycle     events.Amount `json:"of_this_cycle"`
	Amount      events.Amount `json:"amount"`
	Payout      events.Amount `json:"payout"`
	Bills       []string      `json:"bill_ids"`
	Reference   string        `json:"reference"`
	Reason      string        `json:"reason"`
}

// Invoice is one that covers such a request, or that names an order of the cycle.
type Invoice struct {
	InvoiceID string        `json:"invoice_id"`
	State     string        `json:"state"`
	Direction string        `json:"direction"`
	Channel   string        `json:"channel"`
	Medium    string        `json:"medium"`
	Currency  string        `json:"currency"`
	Amount    events.Amount `json:"amount"`
	TaxRate   string        `json:"tax_rate"`
	RequestID string        `json:"payment_request_id"`
	OrderIDs  []string      `json:"order_ids"`
	Reason    string        `json:"reason"`
}
