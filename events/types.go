package events

// Event types, inbound. The version is part of the name: a changed meaning is a new type, never a changed one.
const (
	TypeServiceTypePublished     = "service_type.published.v1"
	TypeProductPublished         = "product.published.v1"
	TypeProductWithdrawn         = "product.withdrawn.v1"
	TypeConversionPublished      = "conversion.published.v1"
	TypeIncentivePolicyPublished = "incentive_policy.published.v1"

	TypePartnerEnrolled               = "partner.enrolled.v1"
	TypePartnerLeft                   = "partner.left.v1"
	TypeCustomerAssociated            = "customer.associated.v1"
	TypeCustomerDisassociated         = "customer.disassociated.v1"
	TypeDiscountGranted               = "discount.granted.v1"
	TypeDiscountRevoked               = "discount.revoked.v1"
	TypeCouponQuotaGranted            = "coupon_quota.granted.v1"
	TypeCouponQuotaStateChanged       = "coupon_quota.state_changed.v1"
	TypeCouponIssued                  = "coupon.issued.v1"
	TypeCouponReclaimed               = "coupon.reclaimed.v1"
	TypeCouponStateChanged            = "coupon.state_changed.v1"
	TypeCustomerRegistrationRequested = "customer_registration.requested.v1"
	TypeCustomerRegistrationApproved  = "customer_registration.approved.v1"
	TypeCustomerRegistrationRejected  = "customer_registration.rejected.v1"
	TypeOpportunityRegistered         = "opportunity.registered.v1"
	TypeOpportunityShared             = "opportunity.shared.v1"
	TypeOpportunityAccepted           = "opportunity.accepted.v1"
	TypeOpportunityClosed             = "opportunity.closed.v1"

	TypeOrderPlaced               = "order.placed.v1"
	TypeOrderSpecChanged          = "order.spec_changed.v1"
	TypeOrderRenewed              = "order.renewed.v1"
	TypeOrderUnsubscribed         = "order.unsubscribed.v1"
	TypeOrderConverted            = "order.converted.v1"
	TypeOrderPriceAdjusted        = "order.price_adjusted.v1"
	TypeOrderPaid                 = "order.paid.v1"
	TypeOrderCancelled            = "order.cancelled.v1"
	TypeResourceRenewalConfigured = "resource.renewal_configured.v1"
	TypeUsageMetered              = "usage.metered.v1"
	TypeRepaymentReceived         = "repayment.received.v1"
	TypeMilestoneDelivered        = "milestone.delivered.v1"
	TypeCycleSettled              = "cycle.settled.v1"
	TypeAccountOverdue            = "account.overdue.v1"
	TypeAccountCleared            = "account.cleared.v1"

	TypeBillConfirmed           = "bill.confirmed.v1"
	TypeBillDisputed            = "bill.disputed.v1"
	TypeBillDisputeResolved     = "bill.dispute_resolved.v1"
	TypeBillApproved            = "bill.approved.v1"
	TypeBillRejected            = "bill.rejected.v1"
	TypeHoldPlaced              = "hold.placed.v1"
	TypeHoldReleased            = "hold.released.v1"
	TypePaymentRequestSubmitted = "payment_request.submitted.v1"
	TypePaymentRequestApproved  = "payment_request.approved.v1"
	TypePaymentRequestRejected  = "payment_request.rejected.v1"
	TypePaymentRequestCancelled = "payment_request.cancelled.v1"
	TypePaymentRequestPaid      = "payment_request.paid.v1"
	TypePaymentRequestFailed    = "payment_request.payment_failed.v1"
	TypeInvoiceTriggered        = "invoice.triggered.v1"
	TypeAdjustmentPosted        = "adjustment.posted.v1"
	TypeScheduleFired           = "schedule.fired.v1"

	TypeScheduleApplied    = "schedule.applied.v1"
	TypeResourcesMoved     = "resources.moved.v1"
	TypeRejectionRetried   = "rejection.retried.v1"
	TypeRejectionDiscarded = "rejection.discarded.v1"
)

// Event types, outbound.
const (
	TypeOrderPriced                = "order.priced.v1"
	TypeOrderSettled               = "order.settled.v1"
	TypeIncentiveAccrued           = "incentive.accrued.v1"
	TypeIncentiveFrozen            = "incentive.frozen.v1"
	TypeIncentiveReleased          = "incentive.released.v1"
	TypePayableChanged             = "payable.changed.v1"
	TypeBillStateChanged           = "bill.state_changed.v1"
	TypePaymentRequestStateChanged = "payment_request.state_changed.v1"
	TypeInvoiceStateChanged        = "invoice.state_changed.v1"
	TypeOpportunityStateChanged    = "opportunity.state_changed.v1"
	TypeStatementIssued            = "statement.issued.v1"
	TypeCouponQuotaChanged         = "coupon_quota.changed.v1"
	TypeOwedInvoiceChanged         = "owed_invoice.changed.v1"
	TypeReconciliationFinished     = "reconciliation.finished.v1"
	TypeFindingOpened              = "reconciliation.finding_opened.v1"
	TypeFindingClosed              = "reconciliation.finding_closed.v1"
	TypeEventRejected              = "event.rejected.v1"
)

// EventType names the wire type of each payload.
func (*ServiceTypePublished) EventType() string     { return TypeServiceTypePublished }
func (*ProductPublished) EventType() string         { return TypeProductPublished }
func (*ProductWithdrawn) EventType() string         { return TypeProductWithdrawn }
func (*ConversionPublished) EventType() string      { return TypeConversionPublished }
func (*IncentivePolicyPublished) EventType() string { return TypeIncentivePolicyPublished }

func (*PartnerEnrolled) EventType() string               { return TypePartnerEnrolled }
func (*PartnerLeft) EventType() string                   { return TypePartnerLeft }
func (*CustomerAssociated) EventType() string            { return TypeCustomerAssociated }
func (*CustomerDisassociated) EventType() string         { return TypeCustomerDisassociated }
func (*DiscountGranted) EventType() string               { return TypeDiscountGranted }
func (*DiscountRevoked) EventType() string               { return TypeDiscountRevoked }
func (*CouponQuotaGranted) EventType() string            { return TypeCouponQuotaGranted }
func (*CouponQuotaStateChanged) EventType() string       { return TypeCouponQuotaStateChanged }
func (*CouponIssued) EventType() string                  { return TypeCouponIssued }
func (*CouponReclaimed) EventType() string               { return TypeCouponReclaimed }
func (*CouponStateChanged) EventType() string            { return TypeCouponStateChanged }
func (*CustomerRegistrationRequested) EventType() string { return TypeCustomerRegistrationRequested }
func (*CustomerRegistrationApproved) EventType() string  { return TypeCustomerRegistrationApproved }
func (*CustomerRegistrationRejected) EventType() string  { return TypeCustomerRegistrationRejected }
func (*OpportunityRegistered) EventType() string         { return TypeOpportunityRegistered }
func (*OpportunityShared) EventType() string             { return TypeOpportunityShared }
func (*OpportunityAccepted) EventType() string           { return TypeOpportunityAccepted }
func (*OpportunityClosed) EventType() string             { return TypeOpportunityClosed }

func (*OrderPlaced) EventType() string               { return TypeOrderPlaced }
func (*OrderSpecChanged) EventType() string          { return TypeOrderSpecChanged }
func (*OrderRenewed) EventType() string              { return TypeOrderRenewed }
func (*OrderUnsubscribed) EventType() string         { return TypeOrderUnsubscribed }
func (*OrderConverted) EventType() string            { return TypeOrderConverted }
func (*OrderPriceAdjusted) EventType() string        { return TypeOrderPriceAdjusted }
func (*OrderPaid) EventType() string                 { return TypeOrderPaid }
func (*OrderCancelled) EventType() string            { return TypeOrderCancelled }
func (*ResourceRenewalConfigured) EventType() string { return TypeResourceRenewalConfigured }
func (*UsageMetered) EventType() string              { return TypeUsageMetered }
func (*RepaymentReceived) EventType() string         { return TypeRepaymentReceived }
func (*MilestoneDelivered) EventType() string        { return TypeMilestoneDelivered }
func (*CycleSettled) EventType() string              { return TypeCycleSettled }
func (*AccountOverdue) EventType() string            { return TypeAccountOverdue }
func (*AccountCleared) EventType() string            { return TypeAccountCleared }

func (*BillConfirmed) EventType() string           { return TypeBillConfirmed }
func (*BillDisputed) EventType() string            { return TypeBillDisputed }
func (*BillDisputeResolved) EventType() string     { return TypeBillDisputeResolved }
func (*BillApproved) EventType() string            { return TypeBillApproved }
func (*BillRejected) EventType() string            { return TypeBillRejected }
func (*HoldPlaced) EventType() string              { return TypeHoldPlaced }
func (*HoldReleased) EventType() string            { return TypeHoldReleased }
func (*PaymentRequestSubmitted) EventType() string { return TypePaymentRequestSubmitted }
func (*PaymentRequestApproved) EventType() string  { return TypePaymentRequestApproved }
func (*PaymentRequestRejected) EventType() string  { return TypePaymentRequestRejected }
func (*PaymentRequestCancelled) EventType() string { return TypePaymentRequestCancelled }
func (*PaymentRequestPaid) EventType() string      { return TypePaymentRequestPaid }
func (*PaymentRequestFailed) EventType() string    { return TypePaymentRequestFailed }
func (*InvoiceTriggered) EventType() string        { return TypeInvoiceTriggered }
func (*AdjustmentPosted) EventType() string        { return TypeAdjustmentPosted }
func (*ScheduleFired) EventType() string           { return TypeScheduleFired }

func (*ScheduleApplied) EventType() string    { return TypeScheduleApplied }
func (*ResourcesMoved) EventType() string     { return TypeResourcesMoved }
func (*RejectionRetried) EventType() string   { return TypeRejectionRetried }
func (*RejectionDiscarded) EventType() string { return TypeRejectionDiscarded }
