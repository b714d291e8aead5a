package decision

import (
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/money"
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

// submitted takes applicable amounts of bills into a payment request; negative
// bills of the same association and currency are netted first.
func (d *decider) submitted(data *events.PaymentRequestSubmitted) error {
	profile, err := d.profile()
	if err != nil {
		return err
	}
	d.need(ScopeRequest, data.PaymentRequestID)
	if d.Requests.Get(data.PaymentRequestID) != nil {
		return &events.Rejection{Code: CodeRequestExists, Pointer: "/data/payment_request_id", Message: fmt.Sprintf(
			"payment request %q was submitted before; an id is used once", data.PaymentRequestID)}
	}
	if err := d.refuseOverdue(data); err != nil {
		return err
	}
	d.need(ScopeBills, "")
	named, err := d.requested(profile, data)
	if err != nil {
		return err
	}
	request := &Request{ID: data.PaymentRequestID, Method: data.Method, Association: data.Association, Currency: money.Currency(data.Currency)}
	if len(named) > 0 {
		request.Association, request.Currency = named[0].Association, named[0].Currency
	}
	var bills []settlement.RequestBill
	for _, b := range d.Bills.All() {
		if b.Association == request.Association && b.Currency == request.Currency && b.State == settlement.BillIssued {
			bills = append(bills, settlement.RequestBill{ID: b.ID, Cycle: b.Cycle, Payable: b.Amounts.Payable, Named: slices.Contains(named, b)})
		}
	}
	plan, err := settlement.NetRequest(bills)
	if err != nil {
		return refusalOf(err, "/data/bill_ids")
	}
	for _, line := range plan.Lines {
		changed := *d.Bills.Get(line.BillID)
		changed.Amounts = changed.Amounts.Net(line.Offset)
		if line.Requested.IsPositive() {
			if changed.Amounts, err = changed.Amounts.Request(line.Requested); err != nil {
				return refusalOf(err, "/data/bill_ids")
			}
			request.Bills = append(request.Bills, RequestedBill{BillID: line.BillID, Amount: line.Requested})
		}
		changed.bound()
		d.Bills.Put(changed.ID, &changed)
	}
	request.Amount = plan.Amount
	if request.Payout, err = settlement.Payout(profile, plan.Amount, site.PaymentMethod(data.Method), request.Currency); err != nil {
		return refusalOf(err, "/data/method")
	}
	return d.moveRequest(request, settlement.RequestSubmit, settlement.RequestFacts{}, data.Actor, "")
}

// requested returns the bills that are applied for: the named ones, each of
// which must be applicable, or all that are.
func (d *decider) requested(profile *site.Profile, data *events.PaymentRequestSubmitted) ([]*Bill, error) {
	if data.All {
		return slices.DeleteFunc(d.Bills.All(), func(b *Bill) bool {
			applicable, _ := d.applicable(b)
			return b.Association != data.Association || string(b.Currency) != data.Currency || !applicable.IsPositive() ||
				settlement.MethodAllowed(profile, b.Association, b.Cycle, site.PaymentMethod(data.Method)) != nil
		}), nil
	}
	var out []*Bill
	for i, id := range data.BillIDs {
		pointer := fmt.Sprintf("/data/bill_ids/%d", i)
		b, err := d.knownBill(id, pointer)
		if err != nil {
			return nil, err
		}
		if len(out) > 0 && (b.Association != out[0].Association || b.Currency != out[0].Currency) {
			return nil, &events.Rejection{Code: CodeCurrencyMix, Pointer: pointer, Message: fmt.Sprintf(
				"bill %q is %s in %s, bill %q %s in %s; submit one request for each association and currency",
				b.ID, b.Association, b.Currency, out[0].ID, out[0].Association, out[0].Currency)}
		}
		if err := settlement.MethodAllowed(profile, b.Association, b.Cycle, site.PaymentMethod(data.Method)); err != nil {
			return nil, refusalOf(err, "/data/method")
		}
		if _, blocked := d.applicable(b); len(blocked) > 0 {
			return nil, &events.Rejection{Code: blocked[0], Pointer: pointer, Message: fmt.Sprintf(
				"bill %q in state %q with %s %s payable may not be applied for: %v", b.ID, b.State, b.Amounts.Payable, b.Currency, blocked)}
		}
		out = append(out, b)
	}
	return out, nil
}

// applicable is what may be applied for now, and what stands against it.
func (d *decider) applicable(b *Bill) (amount decimal.Decimal, blockedBy []string) {
	enrolled := d.Reference.enrolment(d.Counters.DecisionNo, d.in.Event.Time)
	gates := settlement.Gates{Authenticated: enrolled != nil && enrolled.BusinessInfoAuthenticated, Overdue: d.Counters.Overdue > 0}
	if policy, ok := d.common.policies.View(d.common.version).Find(b.PolicyID, b.PolicyVersion); ok && policy.MinPayment != nil && b.State.Confirmed() {
		d.need(ScopeBills, "")
		gates.MinPayment = policy.MinPayment
		for _, other := range d.Bills.All() {
			if other.State == settlement.BillIssued && other.PolicyID == b.PolicyID && other.Association == b.Association && other.Currency == b.Currency {
				gates.IssuedPayable = gates.IssuedPayable.Add(other.Amounts.Payable)
			}
		}
	}
	return settlement.Applicable(settlement.BillView{State: b.State, Payable: b.Amounts.Payable}, gates)
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
	changed.Reason = data.Reason
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
	d.Requests.Put(request.ID, request)
	d.steps = append(d.steps, step{kind: events.TypePaymentRequestStateChanged, id: request.ID, transition: events.Transition{
		From: string(from), To: string(to), Trigger: string(by), Actor: actor, Reason: reason}})
	return nil
}
