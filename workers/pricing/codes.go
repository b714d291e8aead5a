package pricing

import "fmt"

// Codes of refusals. They are stable: callers and integrators match on them.
const (
	CodeAdjustmentExceedsAmount   = "adjustment_exceeds_amount"
	CodeAdjustmentExcludes        = "adjustment_excludes_discount"
	CodeAdjustmentInvalid         = "adjustment_invalid"
	CodeAmbiguousProduct          = "ambiguous_product"
	CodeBalanceInsufficient       = "balance_insufficient"
	CodeConversionInvalid         = "conversion_invalid"
	CodeCouponAmountInvalid       = "coupon_amount_invalid"
	CodeCouponBalanceInsufficient = "coupon_balance_insufficient"
	CodeCouponCurrencyMismatch    = "coupon_currency_mismatch"
	CodeCouponExceedsLines        = "coupon_exceeds_lines"
	CodeCouponExcludesDiscount    = "coupon_excludes_discount"
	CodeCouponExpired             = "coupon_expired"
	CodeCouponFaceValueInvalid    = "coupon_face_value_invalid"
	CodeCouponFirstOrderOnly      = "coupon_first_order_only"
	CodeCouponForeign             = "coupon_of_other_customer"
	CodeCouponFrozen              = "coupon_frozen"
	CodeCouponInvalid             = "coupon_invalid"
	CodeCouponKindMismatch        = "coupon_kind_mismatch"
	CodeCouponLimitsInvalid       = "coupon_limits_invalid"
	CodeCouponLimitsWeaker        = "coupon_limits_weaker"
	CodeCouponLocked              = "coupon_locked_to_other_order"
	CodeCouponMinAmount           = "coupon_min_amount"
	CodeCouponNoEligibleLine      = "coupon_no_eligible_line"
	CodeCouponNotExpired          = "coupon_not_expired"
	CodeCouponNotFound            = "coupon_not_found"
	CodeCouponNotPayable          = "coupon_not_payable"
	CodeCouponNotYetValid         = "coupon_not_yet_valid"
	CodeCouponOrderKind           = "coupon_order_kind"
	CodeCouponOrderKindsWeaker    = "coupon_order_kinds_weaker"
	CodeCouponPayRatioTooLow      = "coupon_pay_ratio_too_low"
	CodeCouponPaysArrears         = "coupon_pays_arrears"
	CodeCouponQuotaMismatch       = "coupon_quota_mismatch"
	CodeCouponReclaimed           = "coupon_reclaimed"
	CodeCouponUsedTwice           = "coupon_used_twice"
	CodeCouponUsedUp              = "coupon_used_up"
	CodeCouponUsesExhausted       = "coupon_uses_exhausted"
	CodeCurrencyMix               = "currency_mix"
	CodeCustomerNotOfPartner      = "customer_not_of_partner"
	CodeCustomerNotResale         = "customer_not_resale"
	CodeDiscountInvalid           = "discount_invalid"
	CodeDiscountNotSelectable     = "discount_not_selectable"
	CodeDiscountRatioOutOfRange   = "discount_ratio_out_of_range"
	CodeDuplicateLine             = "duplicate_line_id"
	CodeDuplicateResource         = "duplicate_resource_id"
	CodeInvalidPeriod             = "invalid_period"
	CodeInvalidUnifiedDay         = "invalid_unified_day"
	CodeIssueRecipientsInvalid    = "issue_recipients_invalid"
	CodeLineNotFound              = "line_not_found"
	CodeNoChange                  = "no_change"
	CodeNoLines                   = "no_lines"
	CodeNoRenewalToReturn         = "no_renewal_to_return"
	CodeNotPrimary                = "not_primary"
	CodeNotRefundable             = "not_refundable"
	CodeNotRenewable              = "not_renewable"
	CodeOrderTypeUnsupported      = "order_type_unsupported"
	CodePayPerUseResource         = "pay_per_use_resource"
	CodePeriodNotOffered          = "period_not_offered"
	CodeProductInvalid            = "product_invalid"
	CodeProductNotFound           = "product_not_found"
	CodeProductWithdrawn          = "product_withdrawn"
	CodeQuantityOutOfRange        = "quantity_out_of_range"
	CodeQuotaAmountInvalid        = "quota_amount_invalid"
	CodeQuotaExhausted            = "quota_exhausted"
	CodeQuotaNotFound             = "quota_not_found"
	CodeQuotaNotInForce           = "quota_not_in_force"
	CodeQuotaState                = "quota_state"
	CodeRenewalPeriodInvalid      = "renewal_period_invalid"
	CodeReservedInstance          = "reserved_instance"
	CodeResourceBlocked           = "resource_blocked"
	CodeResourceExpired           = "resource_expired"
	CodeResourceForeign           = "resource_foreign"
	CodeResourceNotFound          = "resource_not_found"
	CodeResourceUnsubscribed      = "resource_unsubscribed"
	CodeScaleDownInquiry          = "scale_down_inquiry"
	CodeServiceTypeInvalid        = "service_type_invalid"
	CodeServiceTypeNotFound       = "service_type_not_found"
	CodeSizeMeasureMismatch       = "size_measure_mismatch"
	CodeSizeMissing               = "size_missing"
	CodeSizeNotAllowed            = "size_not_allowed"
	CodeSizeOutOfRange            = "size_out_of_range"
	CodeTenderInvalid             = "tender_invalid"
	CodeTendersDoNotSum           = "tenders_do_not_sum"
	CodeTooManyCoupons            = "too_many_coupons"
	CodeTooManyLines              = "too_many_lines"
	CodeTooManyResources          = "too_many_resources"
	CodeUnsubscribeTypeInvalid    = "unsubscribe_type_invalid"
)

// Refusal is a rule's no: a stable code, a sentence that says what to do, and the field it is about.
type Refusal struct {
	Code      string
	Message   string
	Pointer   string // JSON pointer relative to the event's data, "/lines/1/resource_size"; "" when no one field is to blame
	Retryable bool   // true when reference data that comes later may heal it
}

// Error returns the sentence.
func (r *Refusal) Error() string { return r.Message }

func refuse(code, pointer, format string, args ...any) *Refusal {
	return &Refusal{Code: code, Pointer: pointer, Message: fmt.Sprintf(format, args...)}
}
