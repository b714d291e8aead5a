package decision

import (
	"errors"
	"fmt"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/settlement"
)

// apply hands the current event to its rule: reference data and order events
// (contract sections 2 and 3) here, the rest to applySettlement.
func (d *decider) apply() error {
	switch data := d.in.Event.Data.(type) {
	case *events.OrderPlaced, *events.OrderSpecChanged, *events.OrderRenewed, *events.OrderUnsubscribed,
		*events.OrderConverted, *events.ResourceRenewalConfigured, *events.OrderPriceAdjusted, *events.OrderPaid, *events.OrderCancelled:
		return d.foldFact()
	case *events.ResourcesMoved:
		if len(data.ResourceIDs) == 0 {
			return nil
		}
		return d.foldFact()
	case *events.UsageMetered:
		return d.metered(data)
	case *events.RepaymentReceived:
		return d.repaid(data)
	case *events.CycleSettled:
		return d.cycleSettled(data)
	case *events.MilestoneDelivered:
		return d.delivered(data)
	case *events.AccountOverdue:
		return d.overdue(data)
	case *events.AccountCleared:
		return d.cleared(data)
	case *events.PartnerEnrolled, *events.PartnerLeft, *events.CustomerAssociated, *events.CustomerDisassociated,
		*events.DiscountGranted, *events.DiscountRevoked, *events.CouponIssued, *events.CouponQuotaGranted,
		*events.CouponReclaimed, *events.CouponStateChanged, *events.CouponQuotaStateChanged:
		return d.applyReference()
	case *events.OpportunityRegistered, *events.OpportunityShared, *events.OpportunityAccepted, *events.OpportunityClosed:
		return d.opportunity(data)
	case *events.CustomerRegistrationRequested, *events.CustomerRegistrationApproved, *events.CustomerRegistrationRejected:
		return d.registration(data)
	default:
		return d.applySettlement()
	}
}

// applySettlement hands an event of settlement or the clock to its rule
// (contract section 4).
func (d *decider) applySettlement() error {
	switch data := d.in.Event.Data.(type) {
	case *events.HoldPlaced:
		return d.holdPlaced(data)
	case *events.HoldReleased:
		return d.holdReleased(data)
	case *events.AdjustmentPosted:
		return d.adjusted(data)
	case *events.BillConfirmed:
		return d.billStep(data.BillAction, settlement.BillConfirm)
	case *events.BillDisputed:
		return d.billStep(data.BillAction, settlement.BillDispute)
	case *events.BillDisputeResolved:
		return d.billStep(data.BillAction, settlement.BillResolve)
	case *events.BillApproved:
		return d.billStep(data.BillAction, settlement.BillApprove)
	case *events.BillRejected:
		return d.billStep(data.BillAction, settlement.BillReject)
	case *events.PaymentRequestSubmitted:
		return d.submitted(data)
	case *events.PaymentRequestApproved:
		return d.requestStep(data.PaymentRequestAction, settlement.RequestApprove)
	case *events.PaymentRequestRejected:
		return d.requestStep(data.PaymentRequestAction, settlement.RequestReject)
	case *events.PaymentRequestCancelled:
		return d.requestStep(data.PaymentRequestAction, settlement.RequestCancel)
	case *events.PaymentRequestPaid:
		return d.requestStep(data.PaymentRequestAction, settlement.RequestTransfer)
	case *events.PaymentRequestFailed:
		return d.requestStep(data.PaymentRequestAction, settlement.RequestFail)
	case *events.InvoiceTriggered:
		return d.invoiceStep(data)
	case *events.ScheduleApplied:
		return d.job(data)
	case *events.RejectionRetried:
		return d.retryOne(data.RejectionAction)
	case *events.RejectionDiscarded:
		return d.discardOne(data.RejectionAction)
	default:
		if events.IsForAll(d.in.Event.Type) {
			return &events.Rejection{Code: events.CodeSubject, Pointer: "/partitionkey", Message: fmt.Sprintf(
				"%s belongs to no partner; publish it with partition key %q on its billing.ref subject", d.in.Event.Type, events.AllPartners)}
		}
		return notSupported(d.in.Event)
	}
}

// settle carries what the event changed through debts, details, holds and
// bills, and posts the differences. Each stage looks only at what the stages
// before it changed, so the end does not depend on how the event got there.
func (d *decider) settle() error {
	if err := d.judgeNewness(); err != nil {
		return err
	}
	if err := d.settleUsage(); err != nil {
		return err
	}
	if d.refolded {
		d.Orders.collapse(sameDocument[Order])
		d.Resources.collapse(sameDocument[Resource])
	}
	for _, stage := range [...]func() error{d.settleDebts, d.settleCoupons, d.turnover, d.orderHolds, d.amounts, d.freeze, d.carry, d.gate} {
		if err := stage(); err != nil {
			return err
		}
	}
	if d.refolded {
		d.Details.collapse(sameDocument[Detail])
		d.Debts.collapse(sameDocument[Debt])
	}
	return d.post()
}

// cutsOff tells whether order facts may not be permuted over the event
// (contract section 1): the events of settlement, and every job that does not
// only carry on what facts came to. What names orders may wait for them, and so
// is decided among the facts that follow, at one place or another, and in a
// replay at another again: it cuts nothing off. Nor does it look at what does.
func cutsOff(ev *events.Event) bool {
	switch data := ev.Data.(type) {
	case *events.ScheduleApplied:
		return data.Job != JobSettleUsage && data.Job != JobReconcile
	case *events.HoldPlaced:
		return data.OrderID == ""
	case *events.AdjustmentPosted:
		return data.OrderID == ""
	case *events.InvoiceTriggered:
		return len(data.OrderIDs) == 0
	default:
		return events.IsCutOff(ev.Type)
	}
}

// accept records that the event is decided and stands.
func (d *decider) accept() {
	d.Counters.DecisionNo++
	in := *d.in
	in.Status, in.DecisionNo, in.Rejection, in.WaitsFor = StatusAccepted, d.Counters.DecisionNo, nil, ""
	in.Attempts++
	if d.keys != nil {
		in.ChainKey = d.keys[0]
	}
	d.record(&in)
	for _, diff := range d.Orders.differences() {
		if diff.before == nil {
			d.created = append(d.created, orderKey(diff.id))
		}
	}
	for _, diff := range d.Resources.differences() {
		if diff.before == nil {
			d.created = append(d.created, resourceKey(diff.id))
		}
	}
	d.report()
	d.outs = append(d.outs, d.sends...)
}

func paid(o *Order) bool { return o != nil && o.Payment != nil }

// reject records that the event is decided and has no effect. One that rests
// on the state of a chain takes its place in it: an earlier fact may yet come
// and make it good.
func (d *decider) reject(why *events.Rejection) {
	if d.chained && !why.Retryable {
		d.join(d.keys)
	}
	if d.refused != nil {
		d.keepRefused()
	}
	d.Counters.DecisionNo++
	in := *d.in
	in.Status, in.DecisionNo, in.Rejection, in.WaitsFor = StatusRejected, d.Counters.DecisionNo, why, ""
	in.Attempts++
	if d.chained && !why.Retryable {
		in.ChainKey = d.keys[0]
	}
	d.record(&in)
	d.outs = append(d.outs, events.NewRejectedOut(in.Event, why, in.Attempts))
}

// wait records that the event has to wait for a key.
func (d *decider) wait(key string) {
	in := *d.in
	in.Status, in.WaitsFor, in.ChainKey, in.Rejection = StatusWaiting, key, "", nil
	in.Invoiced = nil // not judged while it waits
	d.record(&in)
	if d.Counters.WaitingSince.IsZero() || in.ArrivedAt.Before(d.Counters.WaitingSince) {
		d.Counters.WaitingSince = in.ArrivedAt
	}
}

// record stores an input and keeps count of what waits and may be retried.
func (d *decider) record(in *Input) {
	id := in.id()
	if old := d.Inputs.Get(id); old != nil {
		d.Counters.Waiting -= count(old.Status == StatusWaiting)
		d.Counters.Retryable -= count(retryKey(old) != "")
	}
	d.Counters.Waiting += count(in.Status == StatusWaiting)
	if retryKey(in) != "" {
		if d.Counters.Retryable == 0 { // decided under what there is now: only newer data may heal it
			d.Counters.RetriedReference, d.Counters.RetriedPartner = d.common.version, d.Counters.ReferenceNo
		}
		d.Counters.Retryable++
	}
	if d.Counters.Waiting == 0 {
		d.Counters.WaitingSince = noTime
	}
	d.Inputs.Put(id, in)
}

func count(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func (in *Input) id() string { return InputID(in.Event.Source, in.Event.ID) }

// InputID names an input within its partner.
func InputID(source, id string) string { return source + "\x00" + id }

// keyText says what a key stands for.
func keyText(key string) string {
	kinds := []struct{ prefix, text string }{{"o/", "order "}, {"r/", "resource "}, {"c/", "coupon "}, {"q/", "coupon quota "}}
	for _, k := range kinds {
		if id, ok := cutKey(key, k.prefix); ok {
			return k.text + `"` + id + `"`
		}
	}
	return key
}

// refusalOf gives a refusal of the settlement rules its place in the event.
func refusalOf(err error, pointer string) error {
	var refusal *settlement.Refusal
	if errors.As(err, &refusal) {
		return &events.Rejection{Code: refusal.Code, Message: refusal.Message, Pointer: pointer}
	}
	return err
}
