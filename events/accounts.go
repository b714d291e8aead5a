package events

import (
	"time"

	"github.com/shopspring/decimal"
)

// UsageMetered is one metered amount of pay-per-use of a resource over a half-open window.
type UsageMetered struct {
	PartnerID         string          `json:"partner_id" rule:"id"`
	CustomerID        string          `json:"customer_id" rule:"id"`
	IndirectPartnerID string          `json:"indirect_partner_id,omitzero" rule:"id"`
	ResourceID        string          `json:"resource_id" rule:"id"`
	CloudServiceType  string          `json:"cloud_service_type" rule:"code"`
	ResourceType      string          `json:"resource_type" rule:"code"`
	ResourceSpec      string          `json:"resource_spec" rule:"code"`
	Region            string          `json:"region" rule:"code"`
	AvailableZone     string          `json:"available_zone,omitzero" rule:"code"`
	ResourceSize      int             `json:"resource_size,omitzero" rule:"int,min=1,max=1000000000"`
	SizeMeasureID     int             `json:"size_measure_id,omitzero" rule:"int,min=1,max=100000"`
	UsageFactor       string          `json:"usage_factor" rule:"code"`
	UsageValue        decimal.Decimal `json:"usage_value" rule:"quantity"`
	UsageMeasureID    int             `json:"usage_measure_id" rule:"int,min=1,max=100000"`
	Window            Window          `json:"window" rule:"object"`
}

// Window is the half-open span [From, To).
type Window struct {
	From time.Time `json:"from" rule:"time"`
	To   time.Time `json:"to" rule:"time"`
}

// RepaymentReceived pays back credit: of the listed orders, of a cycle, or else the oldest.
type RepaymentReceived struct {
	RepaymentID string          `json:"repayment_id" rule:"id"`
	PartnerID   string          `json:"partner_id" rule:"id"`
	CustomerID  string          `json:"customer_id,omitzero" rule:"id"`
	OrderIDs    []string        `json:"order_ids,omitzero" rule:"id,len=1:100,unique,lines"`
	Cycle       string          `json:"cycle,omitzero" rule:"cycle"`
	Amount      decimal.Decimal `json:"amount" rule:"positive"`
	Currency    string          `json:"currency" rule:"currency"`
}

// MilestoneDelivered says that what a milestone contract waits for has been delivered.
type MilestoneDelivered struct {
	MilestoneID string `json:"milestone_id" rule:"id"`
	PartnerID   string `json:"partner_id" rule:"id"`
}

// CycleSettled says, with authority, that the partner owes nothing more for a cycle and currency.
type CycleSettled struct {
	PartnerID string    `json:"partner_id" rule:"id"`
	Cycle     string    `json:"cycle" rule:"cycle"`
	Currency  string    `json:"currency" rule:"currency"`
	SettledAt time.Time `json:"settled_at" rule:"time"`
}

// AccountOverdue opens an overdue of the partner or one of its customers.
type AccountOverdue struct {
	OverdueID  string          `json:"overdue_id" rule:"id"`
	PartnerID  string          `json:"partner_id" rule:"id"`
	CustomerID string          `json:"customer_id,omitzero" rule:"id"`
	Amount     decimal.Decimal `json:"amount" rule:"positive"`
	Currency   string          `json:"currency" rule:"currency"`
	Since      time.Time       `json:"since" rule:"time"`
}

// AccountCleared closes an overdue.
type AccountCleared struct {
	OverdueID string    `json:"overdue_id" rule:"id"`
	PartnerID string    `json:"partner_id" rule:"id"`
	At        time.Time `json:"at" rule:"time"`
}
