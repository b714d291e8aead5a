package decision

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/settlement"
)

// An Opportunity is a business that a partner registered, or that the vendor
// shared with it, and where that stands (Settlement rules, section 2).
type Opportunity struct {
	ID         string
	CustomerID string
	Origin     string // partner, vendor
	State      settlement.OpportunityState
	SharedAt   time.Time `json:",omitzero"`
	Deadline   time.Time `json:",omitzero"` // start of the last day to accept a shared one
	Outcome    string    `json:",omitzero"`
	PolicyID   string    `json:",omitzero"`
	ProjectEnd time.Time `json:",omitzero"`
}

// A Registration is a customer that a partner has announced. Approved, it
// protects the partner until the customer is associated or its window ends.
type Registration struct {
	ID           string
	CustomerName string
	CustomerID   string `json:",omitzero"`
	State        settlement.RegistrationState
	ApprovedAt   time.Time `json:",omitzero"`
}

// An OwedInvoice is the amount for which a partner was given money ahead of
// the consumption that it is to be invoiced for, at one tax rate and in one
// currency. The owner is the partner: it is the partner's account that the
// money was put into (Settlement rules, section 7).
type OwedInvoice struct {
	TaxRate  decimal.Decimal
	Currency money.Currency
	Amount   decimal.Decimal
}
