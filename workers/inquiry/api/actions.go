package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/inquiry"
	"github.com/accruald/accruald/workers/pricing"
)

// An Intake takes events in and waits, for a bounded time, for what is
// decided of them.
type Intake interface {
	Known(ctx context.Context, evs ...*events.Event) ([]workers.Verdict, error)
	HandIn(ctx context.Context, evs ...*events.Event) ([]workers.Verdict, error)
}

// Source is who speaks in events that requests become.
const Source = "/accruald/partner-api"

// aheadMax bounds how far an action is moved behind what it is about.
const aheadMax = time.Minute

// event makes the event of an action of this request: its id follows from the
// caller's key, the request and the action, so that a repeated request is the
// same event.
func (c *Call) event(action, subject string, at time.Time, data events.Data) (*events.Event, error) {
	ev, err := events.New(events.Envelope{ID: c.proof.EventID(action + "/" + subject), Source: Source, Subject: subject,
		PartitionKey: c.Caller.PartnerID, Time: at.UTC().Truncate(time.Microsecond)}, data)
	var rejection *events.Rejection
	if errors.As(err, &rejection) {
		return nil, parameterError("%s: %s", rejection.Pointer, rejection.Message)
	}
	return ev, err
}

// derive makes an id that a repetition of the request comes to again.
func (c *Call) derive(what, of string) string {
	return events.DeriveID(c.Caller.KeyID, string(c.proof.Request[:]), what, of)
}

// behind is when an action happens: when it was asked for, or right after what
// it is about, where a producer's clock is ahead of ours. Facts are folded by
// their times, and nobody pays an order before it was placed.
func (c *Call) behind(last time.Time) time.Time {
	if last.Before(c.At) || last.Sub(c.At) > aheadMax {
		return c.At
	}
	return last.Add(time.Microsecond)
}

// handIn hands events in, and notes where one of them is not decided in time.
func (c *Call) handIn(ctx context.Context, evs ...*events.Event) ([]workers.Verdict, error) {
	verdicts, err := c.intake.HandIn(ctx, evs...)
	for _, v := range verdicts {
		if v.Pending() {
			c.status = http.StatusAccepted
		}
	}
	return verdicts, err
}

// Submit hands in what a request asks for, as an event of the caller's partner
// that happens now, and waits until it is decided. It returns false where that
// takes longer: then the request is accepted, and its effect shows later. A
// rejection by a rule is returned as an *inquiry.Error.
func (c *Call) Submit(ctx context.Context, data events.Data, subject string) (decided bool, err error) {
	ev, err := c.event(data.EventType(), subject, c.At, data)
	if err != nil {
		return false, err
	}
	verdicts, err := c.handIn(ctx, ev)
	if err != nil || verdicts[0].Pending() {
		return false, err
	}
	if !verdicts[0].Accepted() {
		return true, refusedBy(verdicts[0].Rejection)
	}
	return true, nil
}

// An acknowledged action is answered without a document, by the status 204.
// One that is not decided in time is answered by 202 and the id of the event
// that was handed in: its effects are seen in the lists once it is decided,
// and if it is refused, none are.
type acknowledged struct {
	EventID string `json:"event_id,omitzero"`
}

// do hands one event in and answers when it is decided.
func (c *Call) do(ctx context.Context, ev *events.Event) (*acknowledged, error) {
	verdicts, err := c.handIn(ctx, ev)
	if err != nil {
		return nil, err
	}
	if verdicts[0].Pending() {
		return &acknowledged{EventID: ev.ID}, nil
	}
	if !verdicts[0].Accepted() {
		return nil, refusedBy(verdicts[0].Rejection)
	}
	c.status = http.StatusNoContent
	return &acknowledged{}, nil
}

// notNow are rejections of what one may see and what is not possible in the
// state that things are in.
var notNow = map[string]bool{
	decision.CodeOrderPaid: true, decision.CodeOrderCancelled: true, decision.CodeOrderExpired: true, decision.CodeOrderNotPayable: true,
	decision.CodeOrderExists: true, decision.CodeAlreadyRenewed: true, decision.CodeAccountOverdue: true, decision.CodeChainTooLong: true,
	decision.CodeCouponWithoutQuota: true, decision.CodeCouponExists: true,
	pricing.CodeResourceBlocked: true, pricing.CodeResourceExpired: true, pricing.CodeResourceUnsubscribed: true, pricing.CodeResourceConverting: true,
	pricing.CodeNotRenewable: true, pricing.CodePayPerUseResource: true, pricing.CodeCouponFrozen: true, pricing.CodeCouponReclaimed: true,
	pricing.CodeCouponExpired: true, pricing.CodeCouponUsedUp: true, pricing.CodeCouponNotYetValid: true, pricing.CodeNotRefundable: true,
}

// hidden are rejections that would tell of what one may not see.
var hidden = map[string]bool{
	decision.CodeOrderForeign: true, decision.CodeResourceForeign: true, decision.CodeResellerForeign: true, decision.CodeUnknownPartner: true,
	pricing.CodeResourceNotFound: true,
}

// broken are rejections that are nobody's mistake but ours.
var broken = map[string]bool{decision.CodeInternal: true, decision.CodePoison: true, decision.CodeConflict: true}

// refusedBy is the published error of a rejection; what no code is published
// for is a wrong parameter.
func refusedBy(r *events.Rejection) *inquiry.Error {
	switch {
	case r == nil || broken[r.Code]:
		return inquiry.ErrorOf(errors.Join(errors.New("an action was rejected by a defect"), asError(r)))
	case hidden[r.Code]:
		return Denied()
	case r.Code == decision.CodeUnknownCustomer:
		return &inquiry.Error{Code: pricing.PublishedCode(pricing.CodeCustomerNotOfPartner), Message: r.Message, Reason: r.Code}
	case notNow[r.Code]:
		return &inquiry.Error{Code: codeNotAllowed, Message: r.Message, Reason: r.Code}
	default:
		return &inquiry.Error{Code: pricing.PublishedCode(r.Code), Message: r.Message, Reason: r.Code}
	}
}

func asError(r *events.Rejection) error {
	if r == nil {
		return nil
	}
	return r
}

// A failedResource is one that an action of several could not be done with.
type failedResource = inquiry.FailedResource

func failed(resourceID string, err *inquiry.Error) failedResource {
	code := err.Code
	if single, known := inquiry.ResourceCode(err.Reason); known {
		code = single
	}
	return failedResource{Code: code, Message: err.Message, ResourceID: resourceID}
}

// unknownResource is what is said of a resource that one may not see, and of
// one that is not there.
func unknownResource(id string) failedResource {
	code, _ := inquiry.ResourceCode(pricing.CodeResourceNotFound)
	return failedResource{Code: code, Message: "The resource is expired or unknown.", ResourceID: id}
}

// resources loads resources that the caller may act on; of others nothing is
// returned.
func (c *Call) resources(ctx context.Context, ids []string) (map[string]*actedOn, error) {
	out := map[string]*actedOn{}
	return out, c.Read(ctx, func(s *workers.Snapshot, p *decision.Partner) error {
		ids := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !events.ValidID(id) }) // nothing has such an id
		if err := loadResources(ctx, s, p, ids); err != nil {
			return err
		}
		for _, id := range ids {
			if r := p.Resources.Get(id); r != nil && r.CustomerID != "" && c.sees(p, r.CustomerID) {
				out[id] = &actedOn{Resource: r, at: c.behind(p.LastFact(id).Time)}
			}
		}
		return nil
	})
}

// An actedOn resource has the time at which an action on it happens.
type actedOn struct {
	*decision.Resource
	at time.Time
}

// distinct refuses an empty list of ids, one that is too long, and an id that
// stands twice.
func distinct(name string, ids []string, most int) error {
	if len(ids) == 0 {
		return missingError("%s is mandatory: name at least one", name)
	}
	if len(ids) > most {
		return parameterError("%s names %d: name at most %d", name, len(ids), most)
	}
	seen := map[string]bool{}
	for _, id := range ids {
		if seen[id] {
			return parameterError("%s names %s twice: name it once", name, quoted(id))
		}
		seen[id] = true
	}
	return nil
}
