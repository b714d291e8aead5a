package decision

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/settlement"
	"github.com/accruald/accruald/workers/site"
)

// submitted takes applicable amounts of bills into a payment request.
func (d *decider) submitted(data *events.PaymentRequestSubmitted) error {
	profile, err := d.profile()
	if err != nil {
		return err
	}
	d.need(ScopeRequest, data.PaymentRequestID)
	if earlier := d.Requests.Get(data.PaymentRequestID); earlier != nil {
		if err := settlement.MethodFinal(site.PaymentMethod(earlier.Method), site.PaymentMethod(data.Method)); err != nil {
			return refusalOf(err, "/data/method")
		}
		return &events.Rejection{Code: CodeRequestExists, Pointer: "/data/payment_request_id", Message: fmt.Sprintf(
			"payment request %q was submitted before; an id is used once", data.PaymentRequestID)}
	}
	if err := d.refuseOverdue(data); err != nil {
		return err
	}
	d.need(ScopeBills, "")
	request := &Request{ID: data.PaymentRequestID, Method: data.Method, Association: data.Association, Currency: money.Currency(data.Currency)}
	var named []*Bill
	if data.All {
		named, err = d.allFor(profile, request)
	} else {
		named, err = d.namedFor(profile, request, data.BillIDs)
	}
	if err != nil {
		return err
	}
	return d.submit(profile, request, named, data.Actor)
}

// submit takes what the bills have payable into a request; negative bills of
// the same association and currency are netted first (Settlement rules, section 5).
func (d *decider) submit(profile *site.Profile, request *Request, named []*Bill, actor string) error {
	var bills []settlement.RequestBill
	for _, b := range d.Bills.All() {
		if b.State == settlement.BillIssued && request.takes(b) {
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
	if request.Payout, err = settlement.Payout(profile, plan.Amount, site.PaymentMethod(request.Method), request.Currency); err != nil {
		return refusalOf(err, "/data/method")
	}
	return d.moveRequest(request, settlement.RequestSubmit, settlement.RequestFacts{}, actor, "")
}

// takes tells whether a bill is of the request's association and currency.
func (r *Request) takes(b *Bill) bool {
	return b.Association == r.Association && b.Currency == r.Currency
}

// allFor returns every applicable bill for which the method is allowed. If
// there is none, the oldest bill with something payable says why.
func (d *decider) allFor(profile *site.Profile, request *Request) ([]*Bill, error) {
	var out []*Bill
	var refused error
	bills := d.Bills.All()
	slices.SortStableFunc(bills, func(a, b *Bill) int { return cmp.Compare(a.Cycle, b.Cycle) })
	for _, b := range bills {
		if !request.takes(b) || !b.Amounts.Payable.IsPositive() {
			continue
		}
		err := refusalOf(settlement.MethodAllowed(profile, b.Association, b.Cycle, site.PaymentMethod(request.Method)), "/data/method")
		if err == nil {
			err = d.refusal(b, "/data/all")
		}
		if err == nil {
			out = append(out, b)
		} else if refused == nil {
			refused = err
		}
	}
	if out == nil && refused == nil {
		refused = &events.Rejection{Code: settlement.CodeNothingPayable, Pointer: "/data/all", Message: fmt.Sprintf(
			"partner %q has no %s bill in %s with something payable; apply when one is issued", d.ID, request.Association, request.Currency)}
	}
	if out == nil {
		return nil, refused
	}
	return out, nil
}

// namedFor returns the named bills, each of which must be applicable, or
// negative: that is netted, named or not.
func (d *decider) namedFor(profile *site.Profile, request *Request, ids []string) ([]*Bill, error) {
	var out []*Bill
	for i, id := range ids {
		pointer := fmt.Sprintf("/data/bill_ids/%d", i)
		b, err := d.knownBill(id, pointer)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			request.Association, request.Currency = b.Association, b.Currency
		}
		if !request.takes(b) {
			return nil, &events.Rejection{Code: CodeCurrencyMix, Pointer: pointer, Message: fmt.Sprintf(
				"bill %q is %s in %s, the ones before it %s in %s; submit one request for each association and currency",
				b.ID, b.Association, b.Currency, request.Association, request.Currency)}
		}
		if err := settlement.MethodAllowed(profile, b.Association, b.Cycle, site.PaymentMethod(request.Method)); err != nil {
			return nil, refusalOf(err, "/data/method")
		}
		if contributes(b).IsNegative() {
			continue
		}
		if err := d.refusal(b, pointer); err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// refusal says why a bill may not be applied for, nil where it may.
func (d *decider) refusal(b *Bill, pointer string) error {
	_, blocked := d.applicable(b)
	if len(blocked) == 0 {
		return nil
	}
	code, a := blocked[0], b.Amounts
	if code == settlement.BlockedNothingPayable && a.Frozen.IsPositive() {
		code = CodeFrozen
	}
	return &events.Rejection{Code: code, Pointer: pointer, Message: fmt.Sprintf(
		"bill %q in state %q with %s %s payable and %s frozen may not be applied for: %v", b.ID, b.State, a.Payable, b.Currency, a.Frozen, blocked)}
}
