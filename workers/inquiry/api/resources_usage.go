package api

import (
	"context"
	"time"

	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/pricing"
)

// Published states of pay-per-use resources.
const (
	usedNormally = 1
	usedChanging = 4 // an order that is not paid yet takes its place
	usedClosed   = 6
)

type listOnDemandResourcesRequest struct {
	Language
	Body onDemandQuery `body:""`
}

type onDemandQuery struct {
	CustomerID    string   `json:"customer_id" required:"true" max:"64" doc:"The customer."`
	RegionCode    *string  `json:"region_code" max:"64" doc:"Only in this region."`
	ServiceType   *string  `json:"service_type_code" max:"64" doc:"Only of this cloud service type."`
	ResourceIDs   []string `json:"resource_ids" items:"50" max:"64" doc:"Only these resources."`
	EffectiveFrom *string  `json:"effective_time_begin" format:"date-time" doc:"Resources that began at this time or later."`
	EffectiveTo   *string  `json:"effective_time_end" format:"date-time" doc:"Resources that began at this time or earlier."`
	Offset        *int     `json:"offset" default:"0" min:"0" doc:"How many rows are passed over."`
	Limit         *int     `json:"limit" default:"10" min:"1" max:"100" doc:"Most rows that are answered."`
	Status        *int     `json:"status" enum:"1,2,3,4,5,6" doc:"1 normal, 2 in grace, 3 being frozen, 4 changing, 5 being closed, 6 closed."`
	ResellerID    *string  `json:"indirect_partner_id" max:"64" doc:"The tier-2 reseller, whom the partner names to ask for that reseller's customers."`
}

type listOnDemandResourcesResponse struct {
	Resources  []onDemandResource `json:"resources"`
	TotalCount int                `json:"total_count"`
}

// An onDemandResource is a pay-per-use resource; what is always null is not in
// the books.
type onDemandResource struct {
	CustomerID           string  `json:"customer_id"`
	RegionCode           string  `json:"region_code"`
	AvailabilityZoneCode *string `json:"availability_zone_code"`
	ServiceTypeCode      string  `json:"service_type_code"`
	ResourceTypeCode     string  `json:"resource_type_code"`
	ServiceTypeName      *string `json:"service_type_name"`
	ResourceTypeName     *string `json:"resource_type_name"`
	ResourceID           string  `json:"resource_id"`
	ResourceName         *string `json:"resource_name"`
	EffectiveTime        string  `json:"effective_time"`
	ExpireTime           *string `json:"expire_time"`
	Status               int     `json:"status"`
	ResourceSpecCode     string  `json:"resource_spec_code"`
	ResourceInfo         *string `json:"resource_info"`
	ProductSpecDesc      *string `json:"product_spec_desc"`
}

func listOnDemandResources(ctx context.Context, call *Call, request *listOnDemandResourcesRequest) (*listOnDemandResourcesResponse, error) {
	query := &request.Body
	out := &listOnDemandResourcesResponse{}
	err := call.Read(ctx, func(rows *workers.Snapshot, p *decision.Partner) error {
		customer, err := call.customerNamed(p, &query.CustomerID)
		if err != nil {
			return err
		}
		if !call.namesReseller(p, customer, query.ResellerID) {
			return Denied()
		}
		list, err := call.resourcesOf(ctx, rows, p, customer, query.ResourceIDs)
		if err != nil {
			return err
		}
		var found []*decision.Resource
		for _, r := range list.rows {
			if r.PayPerUse(call.At) && query.takes(r, call.At) {
				found = append(found, r)
			}
		}
		out.TotalCount = len(found)
		out.Resources = make([]onDemandResource, 0, *query.Limit)
		for _, r := range window(found, *query.Offset, *query.Limit) {
			out.Resources = append(out.Resources, list.onDemand(request.Language, r, call.At))
		}
		return nil
	})
	return out, err
}

// namesReseller tells whether a partner that asks for a customer names the
// reseller whose customer it is: without one it asks for its own. Of others
// the member is not looked at.
func (c *Call) namesReseller(p *decision.Partner, customerID string, resellerID *string) bool {
	if c.Caller.CustomerID != "" || c.Caller.ResellerID != "" {
		return true
	}
	named := ""
	if resellerID != nil {
		named = *resellerID
	}
	return p.Reference.Customer(customerID, c.At).IndirectPartnerID == named
}

func (q *onDemandQuery) takes(r *decision.Resource, at time.Time) bool {
	is := func(wanted *string, value string) bool { return wanted == nil || *wanted == "" || *wanted == value }
	named := len(q.ResourceIDs) == 0
	for _, id := range q.ResourceIDs {
		named = named || id == r.ID
	}
	return named && is(q.RegionCode, r.Region) && is(q.ServiceType, r.ServiceType) && (q.Status == nil || *q.Status == onDemandStatus(r, at)) &&
		between(onDemandSince(r), q.EffectiveFrom, q.EffectiveTo)
}

func onDemandStatus(r *decision.Resource, at time.Time) int {
	switch {
	case r.State != pricing.StateActive:
		return usedClosed
	case r.Blocked(at):
		return usedChanging
	default:
		return usedNormally
	}
}

// onDemandSince is when a resource began to be paid by use: with its first
// usage, or after the term that it was to change at.
func onDemandSince(r *decision.Resource) time.Time {
	if r.MeteredOnly() {
		return r.ProvisionedAt
	}
	return r.Expiry.Add(time.Second)
}

func (l *resourceList) onDemand(language Language, r *decision.Resource, at time.Time) onDemandResource {
	spec := r.SpecAt(at)
	out := onDemandResource{
		CustomerID: r.CustomerID, RegionCode: r.Region, ServiceTypeCode: r.ServiceType, ResourceTypeCode: r.ResourceType, ResourceID: r.ID,
		EffectiveTime: written(onDemandSince(r)), Status: onDemandStatus(r, at), ResourceSpecCode: spec.Spec,
		ProductSpecDesc: l.describe(language, spec.ProductID, at),
	}
	out.ServiceTypeName, out.ResourceTypeName = l.names(language, r, at)
	if r.Zone != "" {
		out.AvailabilityZoneCode = &r.Zone
	}
	if spec.Size != nil {
		info := `{"specSize":` + spec.Size.StringFixed(max(1, -spec.Size.Exponent())) + `}`
		out.ResourceInfo = &info
	}
	return out
}
