package events

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// Section is where the contract lists an inbound type, which says who may send it and how it is treated.
type Section int

// The sections of the contract.
const (
	SectionReference  Section = iota + 1 // reference data that belongs to no partner
	SectionPartner                       // reference data of one partner
	SectionOrder                         // facts of orders, usage and payment
	SectionSettlement                    // settlement and the clock: the cut-offs
	SectionOperation                     // what an operator does with a rejection
	SectionInternal                      // what only this system publishes to itself
)

// AllPartners is the partition key of what belongs to no partner.
const AllPartners = "_all"

// inboundType is what decoding needs to know of a type.
type inboundType struct {
	section Section
	payload reflect.Type
	plan    *plan
}

// inbound holds every type that is accepted, by name.
var inbound = mustRegister(map[Section][]Data{
	SectionReference: {
		new(ServiceTypePublished), new(ProductPublished), new(ProductWithdrawn), new(ConversionPublished),
		new(IncentivePolicyPublished),
	},
	SectionPartner: {
		new(PartnerEnrolled), new(PartnerLeft), new(CustomerAssociated), new(CustomerDisassociated),
		new(DiscountGranted), new(DiscountRevoked), new(CouponQuotaGranted), new(CouponQuotaStateChanged),
		new(CouponIssued), new(CouponReclaimed), new(CouponStateChanged), new(CustomerRegistrationRequested),
		new(CustomerRegistrationApproved), new(CustomerRegistrationRejected), new(OpportunityRegistered),
		new(OpportunityShared), new(OpportunityAccepted), new(OpportunityClosed),
	},
	SectionOrder: {
		new(OrderPlaced), new(OrderSpecChanged), new(OrderRenewed), new(OrderUnsubscribed), new(OrderConverted),
		new(OrderPriceAdjusted), new(OrderPaid), new(OrderCancelled), new(ResourceRenewalConfigured),
		new(UsageMetered), new(RepaymentReceived), new(MilestoneDelivered), new(CycleSettled), new(AccountOverdue),
		new(AccountCleared),
	},
	SectionSettlement: {
		new(BillConfirmed), new(BillDisputed), new(BillDisputeResolved), new(BillApproved), new(BillRejected),
		new(HoldPlaced), new(HoldReleased), new(PaymentRequestSubmitted), new(PaymentRequestApproved),
		new(PaymentRequestRejected), new(PaymentRequestCancelled), new(PaymentRequestPaid),
		new(PaymentRequestFailed), new(InvoiceTriggered), new(AdjustmentPosted), new(ScheduleFired),
	},
	SectionOperation: {new(RejectionRetried), new(RejectionDiscarded)},
	SectionInternal:  {new(ScheduleApplied), new(ResourcesMoved)},
})

// mustRegister panics on a payload struct whose tags make no sense, as regexp.MustCompile does on a pattern.
func mustRegister(sections map[Section][]Data) map[string]inboundType {
	types := map[string]inboundType{}
	for section, list := range sections {
		for _, data := range list {
			t := reflect.TypeOf(data).Elem()
			plan, err := planOf(t)
			if err != nil {
				panic(fmt.Sprintf("event type %q: %v", data.EventType(), err))
			}
			types[data.EventType()] = inboundType{section: section, payload: t, plan: plan}
		}
	}
	return types
}

// InboundTypes lists every accepted type, sorted.
func InboundTypes() []string { return slices.Sorted(maps.Keys(inbound)) }

// OutboundTypes lists every published type, sorted.
func OutboundTypes() []string { return slices.Sorted(maps.Keys(outbound)) }

// outbound holds a constructor of every published type's data.
var outbound = map[string]func() OutData{
	TypeOrderPriced:                func() OutData { return new(OrderPriced) },
	TypeOrderSettled:               func() OutData { return new(OrderSettled) },
	TypeIncentiveAccrued:           func() OutData { return new(IncentiveAccrued) },
	TypeIncentiveFrozen:            func() OutData { return new(IncentiveFrozen) },
	TypeIncentiveReleased:          func() OutData { return new(IncentiveReleased) },
	TypePayableChanged:             func() OutData { return new(PayableChanged) },
	TypeBillStateChanged:           func() OutData { return new(BillStateChanged) },
	TypePaymentRequestStateChanged: func() OutData { return new(PaymentRequestStateChanged) },
	TypeInvoiceStateChanged:        func() OutData { return new(InvoiceStateChanged) },
	TypeOpportunityStateChanged:    func() OutData { return new(OpportunityStateChanged) },
	TypeStatementIssued:            func() OutData { return new(StatementIssued) },
	TypeCouponQuotaChanged:         func() OutData { return new(CouponQuotaChanged) },
	TypeOwedInvoiceChanged:         func() OutData { return new(OwedInvoiceChanged) },
	TypeReconciliationFinished:     func() OutData { return new(ReconciliationFinished) },
	TypeFindingOpened:              func() OutData { return new(FindingOpened) },
	TypeFindingClosed:              func() OutData { return new(FindingClosed) },
	TypeEventRejected:              func() OutData { return new(EventRejected) },
}

// NewOutData returns empty data of a published type, for readers of what this system publishes.
func NewOutData(typ string) (OutData, bool) {
	create, ok := outbound[typ]
	if !ok {
		return nil, false
	}
	return create(), true
}

// NewData returns empty data of an accepted type.
func NewData(typ string) (Data, bool) {
	t, ok := inbound[typ]
	if !ok {
		return nil, false
	}
	return reflect.New(t.payload).Interface().(Data), true
}

// SectionOf returns the contract's section of an accepted type, 0 for any other.
func SectionOf(typ string) Section { return inbound[typ].section }

// IsReference says whether the type is reference data that belongs to no partner.
func IsReference(typ string) bool { return SectionOf(typ) == SectionReference }

// IsPartnerReference says whether the type is reference data of one partner.
func IsPartnerReference(typ string) bool { return SectionOf(typ) == SectionPartner }

// IsOrderFact says whether the type is a fact whose order of arrival must not matter between two cut-offs.
func IsOrderFact(typ string) bool { return SectionOf(typ) == SectionOrder }

// IsCutOff says whether the type is of settlement and the clock; the clock's own cut-off is schedule.applied.
func IsCutOff(typ string) bool {
	return SectionOf(typ) == SectionSettlement || typ == TypeScheduleApplied
}

// IsInternal says whether only this system may publish the type.
func IsInternal(typ string) bool { return SectionOf(typ) == SectionInternal }

// IsForAll says whether the type goes under AllPartners: reference data of no partner, and the clock.
func IsForAll(typ string) bool { return IsReference(typ) || typ == TypeScheduleFired }
