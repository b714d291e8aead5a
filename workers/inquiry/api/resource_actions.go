package api

import (
	"context"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/inquiry"
	"github.com/accruald/accruald/workers/pricing"
)

// A step is what an action does with one resource, or with some that go
// together: an order, and where it has to be paid to count, its payment.
type step struct {
	orderID   string
	resources []string
	event     *events.Event
	pay       bool
	at        time.Time

	verdict workers.Verdict
}

// perform hands the steps in together, then the payments of those that were
// accepted: a payment behind a refused order would wait for days. It returns
// why payments failed, by order.
func (c *Call) perform(ctx context.Context, steps []*step) (map[string]*inquiry.Error, error) {
	evs := make([]*events.Event, len(steps))
	for i, s := range steps {
		evs[i] = s.event
	}
	verdicts, err := c.handIn(ctx, evs...)
	if err != nil {
		return nil, err
	}
	var payments []*events.Event
	for i, s := range steps {
		s.verdict = verdicts[i]
		if !s.pay || !s.verdict.Accepted() {
			continue
		}
		ev, err := c.event("pay", s.orderID, s.at.Add(time.Microsecond), &events.OrderPaid{OrderID: s.orderID, PartnerID: c.Caller.PartnerID, PaidBy: c.paidBy()})
		if err != nil {
			return nil, err
		}
		payments = append(payments, ev)
	}
	unpaid := map[string]*inquiry.Error{}
	if len(payments) == 0 {
		return unpaid, nil
	}
	if verdicts, err = c.handIn(ctx, payments...); err != nil {
		return nil, err
	}
	for i, v := range verdicts {
		if !v.Pending() && !v.Accepted() {
			unpaid[payments[i].Subject] = refusedBy(v.Rejection)
		}
	}
	return unpaid, nil
}

// ordered performs steps and names the orders that came of them.
func (c *Call) ordered(ctx context.Context, steps []*step, failures []failedResource) (*orderedResponse, error) {
	out := &orderedResponse{OrderIDs: []string{}, Failed: append([]failedResource{}, failures...)}
	unpaid, err := c.perform(ctx, steps)
	if err != nil {
		return nil, err
	}
	for _, s := range steps {
		refusal := unpaid[s.orderID] // the order stands, and can be paid later
		if s.verdict.Pending() || s.verdict.Accepted() {
			out.OrderIDs = append(out.OrderIDs, s.orderID)
		} else {
			refusal = refusedBy(s.verdict.Rejection)
		}
		if refusal == nil {
			continue
		}
		for _, id := range s.resources {
			out.Failed = append(out.Failed, failed(id, refusal))
		}
	}
	return out, nil
}

type renewRequest struct {
	Body struct {
		ResourceIDs []string `json:"resource_ids"`
		PeriodType  int      `json:"period_type"`
		PeriodNum   int      `json:"period_num"`
		AutoPay     *int     `json:"is_auto_pay"`
	} `body:""`
}

func (q *renewRequest) check() error {
	b := &q.Body
	most := map[calendar.PeriodType]int{calendar.Month: renewalMonthsMax, calendar.Year: renewalYearsMax}[calendar.PeriodType(b.PeriodType)]
	switch {
	case most == 0:
		return parameterError("period_type is %d: use %d for months or %d for years", b.PeriodType, calendar.Month, calendar.Year)
	case b.PeriodNum < 1 || b.PeriodNum > most:
		return parameterError("period_num is %d: use 1 to %d", b.PeriodNum, most)
	case b.AutoPay != nil && *b.AutoPay != 0 && *b.AutoPay != 1:
		return parameterError("is_auto_pay is %d: use 0 or 1", *b.AutoPay)
	}
	return distinct("resource_ids", b.ResourceIDs, renewedMax)
}

// renewResources orders the renewals. With is_auto_pay they are paid from the
// account, with the discount that is chosen by itself; coupons are spent by
// who names them only.
func renewResources(ctx context.Context, call *Call, q *renewRequest) (*orderedResponse, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	found, err := call.resources(ctx, q.Body.ResourceIDs)
	if err != nil {
		return nil, err
	}
	pay := q.Body.AutoPay != nil && *q.Body.AutoPay == 1
	var steps []*step
	var failures []failedResource
	for _, id := range q.Body.ResourceIDs {
		r := found[id]
		if r == nil {
			failures = append(failures, unknownResource(id))
			continue
		}
		s := &step{orderID: call.derive("renewal", id), resources: []string{id}, pay: pay, at: r.at}
		s.event, err = call.event("renew", s.orderID, r.at, &events.OrderRenewed{OrderID: s.orderID, PartnerID: call.Caller.PartnerID, CustomerID: r.CustomerID,
			AutoPay: pay, ResourceIDs: s.resources, PeriodType: q.Body.PeriodType, PeriodNum: q.Body.PeriodNum})
		if err != nil {
			return nil, err
		}
		steps = append(steps, s)
	}
	return call.ordered(ctx, steps, failures)
}

type unsubscribeRequest struct {
	Body struct {
		ResourceIDs []string `json:"resource_ids"`
		Type        int      `json:"unsubscribe_type"`
		ReasonType  *int     `json:"unsubscribe_reason_type"`
		Reason      string   `json:"unsubscribe_reason"`
	} `body:""`
}

// unsubscribeReasonsMax is how many kinds of reasons are published.
const unsubscribeReasonsMax = 5

func (q *unsubscribeRequest) check() error {
	b := &q.Body
	switch {
	case b.Type != events.UnsubscribeResource && b.Type != events.UnsubscribeRenewal:
		return parameterError("unsubscribe_type is %d: use %d for the resource with its renewals, %d for its renewals only", b.Type, events.UnsubscribeResource, events.UnsubscribeRenewal)
	case b.ReasonType != nil && (*b.ReasonType < 1 || *b.ReasonType > unsubscribeReasonsMax):
		return parameterError("unsubscribe_reason_type is %d: use 1 to %d", *b.ReasonType, unsubscribeReasonsMax)
	}
	return distinct("resource_ids", b.ResourceIDs, unsubscribedMax)
}

// unsubscribeResources gives each resource back by an order of its own, so
// that one that cannot be given back does not keep the others; those that
// count as one instance by their order go together.
func unsubscribeResources(ctx context.Context, call *Call, q *unsubscribeRequest) (*orderedResponse, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	found, err := call.resources(ctx, q.Body.ResourceIDs)
	if err != nil {
		return nil, err
	}
	var steps []*step
	var failures []failedResource
	groups := map[string]*step{}
	customers := map[*step]string{}
	for _, id := range q.Body.ResourceIDs {
		r := found[id]
		if r == nil {
			failures = append(failures, unknownResource(id))
			continue
		}
		group := "resource " + id
		if r.OrderLevelUnsubscribe {
			group = "order " + r.OrderID
		}
		s := groups[group]
		if s == nil {
			s = &step{orderID: call.derive("unsubscription", id)}
			groups[group], steps, customers[s] = s, append(steps, s), r.CustomerID
		}
		s.resources = append(s.resources, id)
		if r.at.After(s.at) {
			s.at = r.at
		}
	}
	for _, s := range steps {
		s.event, err = call.event("unsubscribe", s.orderID, s.at, &events.OrderUnsubscribed{OrderID: s.orderID, PartnerID: call.Caller.PartnerID,
			CustomerID: customers[s], ResourceIDs: s.resources, UnsubscribeType: q.Body.Type, Reason: q.Body.Reason})
		if err != nil {
			return nil, err
		}
	}
	return call.ordered(ctx, steps, failures)
}

type convertRequest struct {
	Body struct {
		Operation   string   `json:"operation"`
		ResourceIDs []string `json:"resource_ids"`
	} `body:""`
}

// An errorDetail is one failure of a batch.
type errorDetail struct {
	Code    string `json:"error_code"`
	Message string `json:"error_msg"`
	ID      string `json:"id"`
}

func detail(id string, err *inquiry.Error) errorDetail {
	return errorDetail{Code: err.Code, Message: err.Message, ID: id}
}

type convertResponse struct {
	Errors []errorDetail `json:"error_details"`
}

// convertResources has each resource converted by an order of its own, which
// costs nothing and is paid at once.
func convertResources(ctx context.Context, call *Call, q *convertRequest) (*convertResponse, error) {
	if op := q.Body.Operation; op != pricing.ConversionSetUp && op != pricing.ConversionCancel {
		return nil, parameterError("operation is %s: use %s or %s", quoted(op), pricing.ConversionSetUp, pricing.ConversionCancel)
	}
	if err := distinct("resource_ids", q.Body.ResourceIDs, convertedMax); err != nil {
		return nil, err
	}
	found, err := call.resources(ctx, q.Body.ResourceIDs)
	if err != nil {
		return nil, err
	}
	out := &convertResponse{Errors: []errorDetail{}}
	var steps []*step
	for _, id := range q.Body.ResourceIDs {
		r := found[id]
		if r == nil {
			out.Errors = append(out.Errors, detail(id, Denied()))
			continue
		}
		s := &step{orderID: call.derive("conversion", id), resources: []string{id}, pay: true, at: r.at}
		s.event, err = call.event("convert", s.orderID, r.at, &events.OrderConverted{OrderID: s.orderID, PartnerID: call.Caller.PartnerID,
			CustomerID: r.CustomerID, ResourceIDs: s.resources, Operation: q.Body.Operation})
		if err != nil {
			return nil, err
		}
		steps = append(steps, s)
	}
	unpaid, err := call.perform(ctx, steps)
	if err != nil {
		return nil, err
	}
	for _, s := range steps {
		refusal := unpaid[s.orderID]
		if !s.verdict.Pending() && !s.verdict.Accepted() {
			refusal = refusedBy(s.verdict.Rejection)
		}
		if refusal != nil {
			out.Errors = append(out.Errors, detail(s.resources[0], refusal))
		}
	}
	return out, nil
}
