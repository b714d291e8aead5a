package decision

import (
	"fmt"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/settlement"
	"github.com/accruald/accruald/workers/site"
)

// profile is the site of the partner; one that nobody enrolled has none.
func (d *decider) profile() (*site.Profile, error) {
	if d.Reference.Site() == "" {
		return nil, d.unknownPartner()
	}
	return d.common.Sites.Get(d.Reference.Site())
}

// billStep takes a bill along one edge of its machine.
func (d *decider) billStep(data events.BillAction, by settlement.BillTrigger) error {
	profile, err := d.profile()
	if err != nil {
		return err
	}
	bill, err := d.knownBill(data.BillID, "/data/bill_id")
	if err != nil {
		return err
	}
	changed := *bill
	changed.Disputed = ""
	switch by {
	case settlement.BillDispute:
		changed.Disputed = data.BillID
		if data.DetailID != "" {
			if err := d.detailOf(bill, data.DetailID); err != nil {
				return err
			}
			changed.Disputed = data.DetailID
		}
	case settlement.BillResolve, settlement.BillReject:
		deadline, err := settlement.ReviewDeadline(profile, d.in.Event.Time)
		if err != nil {
			return err
		}
		changed.Deadline = deadline
	default: // no other step changes more than the state
	}
	return d.moveBill(&changed, by, data.Actor, data.Reason)
}

// moveBill stores a bill in its next state and reports the step.
func (d *decider) moveBill(bill *Bill, by settlement.BillTrigger, actor, reason string) error {
	from := bill.State
	to, err := settlement.NextBill(from, by)
	if err != nil {
		return refusalOf(err, "/data/bill_id")
	}
	bill.State = to
	if to != settlement.BillPendingConfirmation && to != settlement.BillDisputed {
		bill.Deadline = noTime
	}
	d.Bills.Put(bill.ID, bill)
	d.steps = append(d.steps, step{kind: events.TypeBillStateChanged, id: bill.ID, transition: events.Transition{
		From: string(from), To: string(to), Trigger: string(by), Actor: actor, Reason: reason, Deadline: bill.Deadline}})
	return nil
}

func (d *decider) knownBill(id, pointer string) (*Bill, error) {
	d.need(ScopeBill, id)
	bill := d.Bills.Get(id)
	if bill == nil {
		return nil, &events.Rejection{Code: CodeUnknownBill, Pointer: pointer, Retryable: true, Message: fmt.Sprintf(
			"partner %q has no bill %q; take the id from payable.changed.v1", d.ID, id)}
	}
	return bill, nil
}

// detailOf refuses a detail that does not stand in the bill.
func (d *decider) detailOf(bill *Bill, id string) error {
	d.need(ScopeDetail, id)
	if detail := d.Details.Get(id); detail == nil || detail.BillID != bill.ID {
		return &events.Rejection{Code: CodeUnknownDetail, Pointer: "/data/detail_id", Retryable: true, Message: fmt.Sprintf(
			"bill %q has no incentive detail %q; take the id from incentive.accrued.v1, or dispute the whole bill", bill.ID, id)}
	}
	return nil
}

// requestStep takes a payment request along one edge of its machine.
func (d *decider) requestStep(data events.PaymentRequestAction, by settlement.RequestTrigger) error {
	d.need(ScopeRequest, data.PaymentRequestID)
	request := d.Requests.Get(data.PaymentRequestID)
	if request == nil {
		return &events.Rejection{Code: CodeUnknownRequest, Pointer: "/data/payment_request_id", Retryable: true, Message: fmt.Sprintf(
			"partner %q has no payment request %q; submit it first", d.ID, data.PaymentRequestID)}
	}
	needed, err := settlement.InvoiceRequired(site.PaymentMethod(request.Method))
	if err != nil {
		return err
	}
	changed := *request
	changed.Reason, changed.Reference = data.Reason, data.Reference
	return d.moveRequest(&changed, by, settlement.RequestFacts{InvoiceNeeded: needed, Held: d.held(request)}, data.Actor, data.Reason)
}

// held tells whether a hold covers money that the request has taken.
func (d *decider) held(request *Request) bool {
	for _, part := range request.Bills {
		d.need(ScopeBill, part.BillID)
		if d.Bills.Get(part.BillID).Uncovered.IsPositive() {
			return true
		}
	}
	return false
}

// moveRequest stores a request in its next state, with what that does to its
// bills, and reports the step.
func (d *decider) moveRequest(request *Request, by settlement.RequestTrigger, facts settlement.RequestFacts, actor, reason string) error {
	from := request.State
	to, err := settlement.NextRequest(from, by, facts)
	if err != nil {
		return refusalOf(err, "/data/payment_request_id")
	}
	request.State = to
	if from != to && (to == settlement.RequestPaid || to == settlement.RequestCancelled) {
		for _, part := range request.Bills {
			d.need(ScopeBill, part.BillID)
			changed := *d.Bills.Get(part.BillID)
			if to == settlement.RequestPaid {
				changed.Amounts, err = changed.Amounts.PayOut(part.Amount)
			} else {
				d.need(ScopeBillDetails, part.BillID)
				err = changed.giveBack(part.Amount)
			}
			if err != nil {
				return err
			}
			d.Bills.Put(changed.ID, &changed)
		}
	}
	if from != to && to == settlement.RequestPaid {
		if err := d.payInto(request); err != nil {
			return err
		}
	}
	d.Requests.Put(request.ID, request)
	d.steps = append(d.steps, step{kind: events.TypePaymentRequestStateChanged, id: request.ID, transition: events.Transition{
		From: string(from), To: string(to), Trigger: string(by), Actor: actor, Reason: reason}})
	return nil
}
