package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/inquiry"
	"github.com/accruald/accruald/workers/inquiry/access"
)

// ratings are the price inquiries. Their shapes, and the prices, are those of
// package inquiry.
func ratings() []Operation {
	return []Operation{
		{
			ID: "ListRateOnPeriodDetail", Method: http.MethodPost, Path: "/v2/bills/ratings/period-resources/subscribe-rate",
			Summary: "What a yearly/monthly subscription costs, at list price and under each discount.",
			Right:   access.Prices, Handle: with(subscribeRate),
		},
		{
			ID: "ListOnDemandResourceRatings", Method: http.MethodPost, Path: "/v2/bills/ratings/on-demand-resources",
			Summary: "What pay-per-use resources cost for a usage.",
			Right:   access.Prices, Handle: with(onDemandRate),
		},
		{
			ID: "ListRenewRateOnPeriod", Method: http.MethodPost, Path: "/v2/bills/ratings/period-resources/renew-rate",
			Summary: "What renewing yearly/monthly resources costs, with what is attached to them.",
			Right:   access.Prices, Handle: with(renewRate),
		},
		{
			ID: "QueryChangeRating", Method: http.MethodPost, Path: "/v1.0/{domain_id}/customer/product-mgr/query-change-rating",
			Summary: "What a larger specification or size of a yearly/monthly resource costs (old).",
			Right:   access.Prices, Handle: with(changeRate),
		},
		{
			ID: "QueryRating", Method: http.MethodPost, Path: "/v1.0/{domain_id}/customer/product-mgr/query-rating",
			Summary: "What specifications of the catalogue cost at list price (old).",
			Right:   access.Prices, Handle: with(specRate),
		},
	}
}

type subscribeRateRequest struct {
	Body inquiry.SubscribeRequest `body:""`
}

func subscribeRate(ctx context.Context, call *Call, request *subscribeRateRequest) (*inquiry.SubscribeResponse, error) {
	standing, err := call.Standing(ctx, call.At)
	if err != nil {
		return nil, err
	}
	return inquiry.Subscribe(standing.Book, call.Asker(standing, call.At), &request.Body)
}

type onDemandRateRequest struct {
	Body inquiry.OnDemandRequest `body:""`
}

func onDemandRate(ctx context.Context, call *Call, request *onDemandRateRequest) (*inquiry.OnDemandResponse, error) {
	standing, err := call.Standing(ctx, call.At)
	if err != nil {
		return nil, err
	}
	return inquiry.OnDemand(standing.Book, call.Asker(standing, call.At), &request.Body)
}

type renewRateRequest struct {
	Body inquiry.RenewRequest `body:""`
}

// renewIDsMax is far above what a renewal may name, which the rules refuse
// with a sentence; it bounds what is read before they are asked.
const renewIDsMax = 100

func renewRate(ctx context.Context, call *Call, request *renewRateRequest) (*inquiry.RenewResponse, error) {
	if n := len(request.Body.ResourceIDs); n > renewIDsMax {
		return nil, parameterError("resource_ids names %d resources: name at most 10", n)
	}
	var out *inquiry.RenewResponse
	err := call.Read(ctx, func(rows *workers.Snapshot, p *decision.Partner) error {
		of, err := call.about(ctx, rows, p, call.Caller.CustomerID, call.At, request.Body.ResourceIDs)
		if err == nil {
			out, err = inquiry.Renew(of.standing.Book, of.who, of.family, &request.Body)
		}
		return err
	})
	return out, err
}

// Domain is the account that the path of the old inquiries names.
type Domain struct {
	DomainID string `path:"domain_id" min:"1" max:"64" doc:"Account of the customer, or of the partner who asks."`
}

type changeRateRequest struct {
	Domain
	Body inquiry.ChangeRequest `body:""`
}

func changeRate(ctx context.Context, call *Call, request *changeRateRequest) (*inquiry.ChangeResponse, error) {
	at, err := request.Body.At(call.At)
	if err != nil {
		return nil, err
	}
	var out *inquiry.ChangeResponse
	err = call.Read(ctx, func(rows *workers.Snapshot, p *decision.Partner) error {
		customer, err := call.customerOf(p, request.DomainID)
		if err != nil {
			return err
		}
		of, err := call.about(ctx, rows, p, customer, at, []string{request.Body.ResourceID})
		if err != nil {
			return err
		}
		if err := call.current(p, of, at, request.Body.ResourceID); err != nil {
			return err
		}
		out, err = inquiry.Change(of.standing.Book, of.who, of.family, &request.Body)
		return err
	})
	return out, err
}

type specRateRequest struct {
	Domain
	Body inquiry.SpecRequest `body:""`
}

// specRate needs the reference data alone, because list prices are the same
// for everybody.
func specRate(ctx context.Context, call *Call, request *specRateRequest) (*inquiry.SpecResponse, error) {
	at, err := request.Body.At(call.At)
	if err != nil {
		return nil, err
	}
	p, err := call.Partner(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := call.customerOf(p, request.DomainID); err != nil {
		return nil, err
	}
	common, err := call.Books.Common(ctx)
	if err != nil {
		return nil, err
	}
	standing, err := p.Standing(common, "", at)
	if err != nil {
		return nil, err
	}
	return inquiry.Spec(standing.Book, call.At, &request.Body)
}

// customerOf returns the customer that the account of a path stands for, ""
// for the caller's own account where that is no customer's.
func (c *Call) customerOf(p *decision.Partner, domainID string) (string, error) {
	own := cmp.Or(c.Caller.CustomerID, c.Caller.ResellerID, c.Caller.PartnerID)
	switch {
	case domainID == own:
		return c.Caller.CustomerID, nil
	case c.sees(p, domainID):
		return domainID, nil
	default:
		return "", Denied()
	}
}

// sees tells whether the caller may know of a customer of its partner.
func (c *Call) sees(p *decision.Partner, customerID string) bool {
	customer := p.Reference.Customer(customerID, c.At)
	return customer != nil && c.Caller.Sees(access.Customer{ID: customer.CustomerID, ResellerID: customer.IndirectPartnerID, ManagerID: customer.AccountManagerID})
}

// aboutResources is what an inquiry about resources is answered from.
type aboutResources struct {
	who      inquiry.Asker
	owner    string // the customer whose resources are priced, "" if nothing named is there or seen
	standing *decision.Standing
	family   []*decision.Resource // all of the chains of the named ones
}

// about reads the resources that are named. Where no customer asks, the one
// whom the first resource belongs to does, if the caller sees that customer;
// what belongs to others is answered as what is not there.
func (c *Call) about(ctx context.Context, rows *workers.Snapshot, p *decision.Partner, customerID string, at time.Time, ids []string) (*aboutResources, error) {
	ids = plausible(ids)
	if err := loadResources(ctx, rows, p, ids); err != nil {
		return nil, err
	}
	of := &aboutResources{family: p.Family(ids...)}
	for _, id := range ids {
		if r := p.Resources.Get(id); r != nil && of.owner == "" && (r.CustomerID == customerID || customerID == "" && c.sees(p, r.CustomerID)) {
			of.owner = r.CustomerID
		}
	}
	if customerID == "" {
		customerID = of.owner
	}
	var err error
	if of.standing, err = p.Standing(rows.Common, customerID, at); err != nil {
		return nil, err
	}
	of.who = inquiry.Asker{CustomerID: customerID, IndirectPartnerID: of.standing.IndirectPartnerID, At: at}
	return of, nil
}

// current refuses a time of the past at which a resource was not yet what its
// row says: rows are as they are now.
func (c *Call) current(p *decision.Partner, of *aboutResources, at time.Time, id string) error {
	if of.owner == "" || !at.Before(c.At) {
		return nil
	}
	if last := p.LastFact(id).Time; !last.Before(at) {
		return parameterError("inquiryTime is not after %s, since when resource %s is what it is: ask for a later time",
			last.UTC().Format(layouts[FormatDateTime]), quoted(id))
	}
	return nil
}

// plausible leaves out what is no id: nothing has it, and nothing is looked up
// by it.
func plausible(ids []string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !events.ValidID(id) })
}
