package decision

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
)

// A Milestone is what a milestone contract waits for, once it is delivered.
// Before that only the holds know it.
type Milestone struct{ ID string }

// A CycleSettlement says, with authority, that what was owed for a cycle at a
// time is settled, whatever repayments have come.
type CycleSettlement struct {
	Cycle     calendar.Cycle
	Currency  money.Currency
	SettledAt time.Time
}

// An Overdue is money that the partner, or one of its customers, is late with.
// It counts while it was reported and not cleared, in whatever order these come.
type Overdue struct {
	ID, CustomerID string
	Amount         decimal.Decimal
	Currency       money.Currency
	Since          time.Time
	Reported       bool
	ClearedAt      *time.Time `json:",omitzero"`
}

// Open tells whether it stands against payment requests.
func (o *Overdue) Open() bool { return o.Reported && o.ClearedAt == nil }

// An Adjustment corrects a bill, by a detail of its own, or an order, on the
// statement alone (order type 15).
type Adjustment struct {
	ID              string
	BillID, OrderID string `json:",omitzero"`
	DetailID        string `json:",omitzero"` // of the bill's adjustment
	Amount          decimal.Decimal
	Currency        money.Currency
	Reason          string
	Corrects        string `json:",omitzero"` // a finding
	Event           EventRef
}

// A Turnover sums what resale customers consumed in a cycle and currency, by
// the time of the facts, and says what of it statements have told.
type Turnover struct {
	Cycle    calendar.Cycle
	Currency money.Currency
	Sums     StatementSums `json:",omitempty"`
	Stated   StatementSums `json:",omitempty"`
}

// StatementSums are the parts of a statement; refunds are negative.
type StatementSums struct {
	Consumption, Refunds, Adjustments decimal.Decimal
}

func (s StatementSums) plus(o StatementSums) StatementSums {
	return StatementSums{s.Consumption.Add(o.Consumption), s.Refunds.Add(o.Refunds), s.Adjustments.Add(o.Adjustments)}
}

func (s StatementSums) negated() StatementSums {
	return StatementSums{s.Consumption.Neg(), s.Refunds.Neg(), s.Adjustments.Neg()}
}

func (s StatementSums) isZero() bool {
	return s.Consumption.IsZero() && s.Refunds.IsZero() && s.Adjustments.IsZero()
}

// A Statement is the partner's bill of a cycle and currency, issued once.
type Statement struct {
	Cycle                  calendar.Cycle
	Currency               money.Currency
	Sums                   StatementSums   `json:",omitempty"`
	Tax                    decimal.Decimal // contained in Amount
	Amount, InitiallyToPay decimal.Decimal
}
