package decision

import "github.com/accruald/accruald/workers/pricing"

// Codes of rejections that the decision itself makes; the rules' own codes
// stand with them. Codes are stable, texts are not.
const (
	CodeInternal           = "internal"
	CodeNotSupported       = "not_supported"
	CodeChainTooLong       = "chain_too_long"
	CodeConflict           = "content_conflict"
	CodePredecessorMissing = "predecessor_missing"
	CodePoison             = "poison"

	CodeUnknownPartner  = "unknown_partner"
	CodeUnknownCustomer = "unknown_customer"
	CodeUnknownSite     = "unknown_site"
	CodeSiteChanged     = "site_changed"
	CodeUnknownDiscount = "unknown_discount"
	CodeUnknownBill     = "unknown_bill"
	CodeUnknownRequest  = "unknown_payment_request"
	CodeUnknownInvoice  = "unknown_invoice"
	CodeUnknownPolicy   = "unknown_policy"

	CodeUnknownOpportunity   = "unknown_opportunity"
	CodeOpportunityForeign   = "opportunity_of_other_customer"
	CodeAcceptanceMissed     = "opportunity_acceptance_missed"
	CodePolicyNotSpecial     = "policy_not_special"
	CodeUnknownRegistration  = "unknown_customer_registration"
	CodeRegistrationForeign  = "customer_registration_of_other_customer"
	CodeTooManyRegistrations = "too_many_customer_registrations"

	CodeOrderExists      = "order_exists"
	CodeOrderPaid        = "order_already_paid"
	CodeOrderCancelled   = "order_cancelled"
	CodeOrderExpired     = "order_expired"
	CodeOrderNotPayable  = "order_not_payable"
	CodeOrderForeign     = "order_of_other_customer"
	CodeResourceExists   = pricing.CodeResourceExists
	CodeResourceForeign  = "resource_of_other_customer"
	CodeResellerForeign  = "customer_of_other_reseller"
	CodeAdjustmentExists = "order_already_adjusted"

	CodeCouponWithoutQuota = "coupon_without_quota"
	CodeCouponExists       = "coupon_exists"
	CodeQuotaMismatch      = "coupon_quota_changed"

	CodeRepaymentExists    = "repayment_exists"
	CodeCurrencyMix        = "currency_mix"
	CodeRequestExists      = "payment_request_exists"
	CodeInvoiceExists      = "invoice_exists"
	CodeInvoiceTwoOwners   = "invoice_covers_two_requests"
	CodeTooMuchUsage       = "too_much_usage"
	CodeFrozen             = "frozen"
	CodeNothingToInvoice   = "nothing_to_invoice"
	CodeJobForeignSite     = "job_of_other_site"
	CodeResourceNotCarried = "resource_not_carried"
	CodeAlreadyRenewed     = "already_renewed"
	CodeAccountOverdue     = "account_overdue"
	CodeRejectionUnknown   = "unknown_rejection"
	CodeRejectionNotRetry  = "rejection_not_retryable"
)

// Codes of rejections about holds, overdue accounts and adjustments.
const (
	CodeUnknownHold        = "unknown_hold"
	CodeUnknownDetail      = "unknown_detail"
	CodeHoldExists         = "hold_exists"
	CodeHoldReleased       = "hold_already_released"
	CodeHoldOfRules        = "hold_not_of_operations"
	CodeMilestoneDelivered = "milestone_already_delivered"
	CodeOverdueExists      = "overdue_exists"
	CodeOverdueCleared     = "overdue_already_cleared"
	CodeAdjustmentPosted   = "adjustment_exists"
)
