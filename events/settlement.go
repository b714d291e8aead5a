package events

import (
	"time"

	"github.com/shopspring/decimal"
)

// BillAction is what the partner or operations do with an incentive bill, or with one detail of it.
type BillAction struct {
	BillID    string `json:"bill_id" rule:"id"`
	PartnerID string `json:"partner_id,omitzero" rule:"id"`
	DetailID  string `json:"detail_id,omitzero" rule:"id"`
	Actor     string `json:"actor" rule:"text"`
	Reason    string `json:"reason,omitzero" rule:"text"`
}

// The actions on a bill.
type (
	BillConfirmed       struct{ BillAction }
	BillDisputed        struct{ BillAction }
	BillDisputeResolved struct{ BillAction }
	BillApproved        struct{ BillAction }
	BillRejected        struct{ BillAction }
)

// HoldPlaced freezes what its scope says: one of detail, order, bill or cycle, or without any the whole partner.
type HoldPlaced struct {
	HoldID    string `json:"hold_id" rule:"id"`
	PartnerID string `json:"partner_id,omitzero" rule:"id"`
	Reason    string `json:"reason" rule:"code"`
	DetailID  string `json:"detail_id,omitzero" rule:"id"`
	OrderID   string `json:"order_id,omitzero" rule:"id"`
	BillID    string `json:"bill_id,omitzero" rule:"id"`
	Cycle     string `json:"cycle,omitzero" rule:"cycle"`
	Actor     string `json:"actor" rule:"text"`
}

// HoldReleased ends a hold.
type HoldReleased struct {
	HoldID    string `json:"hold_id" rule:"id"`
	PartnerID string `json:"partner_id,omitzero" rule:"id"`
	Reason    string `json:"reason,omitzero" rule:"text"`
	Actor     string `json:"actor" rule:"text"`
}

// Methods of payment of a request (Settlement rules, section 6).
const (
	MethodBankTransfer       = "bank_transfer"
	MethodAccountTopUp       = "account_top_up"
	MethodAccountOwedInvoice = "account_owed_invoice"
	MethodCouponQuota        = "coupon_quota"
)

// PaymentRequestSubmitted applies for the named bills, or for all applicable ones of a currency and association.
type PaymentRequestSubmitted struct {
	PaymentRequestID string   `json:"payment_request_id" rule:"id"`
	PartnerID        string   `json:"partner_id,omitzero" rule:"id"`
	BillIDs          []string `json:"bill_ids,omitzero" rule:"id,len=1:100,unique"`
	All              bool     `json:"all,omitzero" rule:"bool"`
	Currency         string   `json:"currency,omitzero" rule:"currency"`
	Association      string   `json:"association,omitzero" rule:"enum,of=resale|referral|none"`
	Method           string   `json:"method" rule:"enum,of=bank_transfer|account_top_up|account_owed_invoice|coupon_quota"`
	Actor            string   `json:"actor" rule:"text"`
}

// PaymentRequestAction is what happens to a submitted request.
type PaymentRequestAction struct {
	PaymentRequestID string `json:"payment_request_id" rule:"id"`
	PartnerID        string `json:"partner_id,omitzero" rule:"id"`
	Actor            string `json:"actor" rule:"text"`
	Reason           string `json:"reason,omitzero" rule:"text"`
	Reference        string `json:"reference,omitzero" rule:"text"`
}

// The actions on a payment request.
type (
	PaymentRequestApproved  struct{ PaymentRequestAction }
	PaymentRequestRejected  struct{ PaymentRequestAction }
	PaymentRequestCancelled struct{ PaymentRequestAction }
	PaymentRequestPaid      struct{ PaymentRequestAction }
	PaymentRequestFailed    struct{ PaymentRequestAction }
)

// InvoiceApply is the trigger that opens an invoice and needs its particulars.
const InvoiceApply = "apply"

// InvoiceTriggered moves an invoice (Settlement rules, section 7). With apply: Direction, Channel, Medium, Amount,
// Currency and TaxRate; with returns of digital ones VATUsed, Booked and RedLetterConfirmed.
type InvoiceTriggered struct {
	InvoiceID          string           `json:"invoice_id" rule:"id"`
	PartnerID          string           `json:"partner_id,omitzero" rule:"id"`
	Trigger            string           `json:"trigger" rule:"enum,of=apply|approve|reject|cancel|issue|cancel_accept|cancel_refuse|sign|return_request|return_done|return_refuse"`
	Actor              string           `json:"actor" rule:"text"`
	Reason             string           `json:"reason,omitzero" rule:"text"`
	Amount             *decimal.Decimal `json:"amount,omitempty" rule:"positive"`
	Direction          string           `json:"direction,omitzero" rule:"enum,of=to_customer|to_vendor"`
	Channel            string           `json:"channel,omitzero" rule:"enum,of=vendor|marketplace_curated|marketplace_other"`
	Medium             string           `json:"medium,omitzero" rule:"enum,of=electronic|paper|digital"`
	Currency           string           `json:"currency,omitzero" rule:"currency"`
	TaxRate            *decimal.Decimal `json:"tax_rate,omitempty" rule:"ratio"`
	PaymentRequestID   string           `json:"payment_request_id,omitzero" rule:"id"`
	OrderIDs           []string         `json:"order_ids,omitzero" rule:"id,len=1:100,unique"`
	VATUsed            *bool            `json:"vat_used,omitzero" rule:"bool"`
	Booked             *bool            `json:"booked,omitzero" rule:"bool"`
	RedLetterConfirmed *bool            `json:"red_letter_confirmed,omitzero" rule:"bool"`
}

// AdjustmentPosted corrects an incentive bill (BillID) or, as order type 15, the statement (OrderID).
type AdjustmentPosted struct {
	AdjustmentID string          `json:"adjustment_id" rule:"id"`
	PartnerID    string          `json:"partner_id,omitzero" rule:"id"`
	BillID       string          `json:"bill_id,omitzero" rule:"id"`
	OrderID      string          `json:"order_id,omitzero" rule:"id"`
	Amount       decimal.Decimal `json:"amount" rule:"nonzero"`
	Currency     string          `json:"currency" rule:"currency"`
	Reason       string          `json:"reason" rule:"text"`
	Corrects     string          `json:"corrects,omitzero" rule:"text"`
}

// ScheduleFired is the clock: a job is due at a site for a time, for every partner.
type ScheduleFired struct {
	Job          string    `json:"job" rule:"enum,of=close_cycle|settle_usage|statement|auto_confirm|release_holds|expire|auto_request|auto_renew|reconcile|opportunity_windows"`
	Site         string    `json:"site" rule:"enum,of=cn|intl|eu"`
	ScheduledFor time.Time `json:"scheduled_for" rule:"time"`
}

// ScheduleApplied is one partner's share of a ScheduleFired, behind what is queued for that partner.
type ScheduleApplied struct {
	PartnerID    string    `json:"partner_id" rule:"id"`
	Job          string    `json:"job" rule:"enum,of=close_cycle|settle_usage|statement|auto_confirm|release_holds|expire|auto_request|auto_renew|reconcile|opportunity_windows"`
	Site         string    `json:"site" rule:"enum,of=cn|intl|eu"`
	ScheduledFor time.Time `json:"scheduled_for" rule:"time"`
}

// RejectionAction names a rejected event by its source and id.
type RejectionAction struct {
	PartnerID string `json:"partner_id,omitzero" rule:"id"`
	Source    string `json:"source" rule:"text"`
	ID        string `json:"id" rule:"event_id"`
	Actor     string `json:"actor" rule:"text"`
}

// What an operator does with a rejected event.
type (
	RejectionRetried   struct{ RejectionAction }
	RejectionDiscarded struct{ RejectionAction }
)
