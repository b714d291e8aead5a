package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/inquiry"
	"github.com/accruald/accruald/workers/inquiry/access"
	"github.com/accruald/accruald/workers/pricing"
	"github.com/accruald/accruald/workers/site"
)

// resources are the queries of what customers have. The SDK calls the one of
// yearly/monthly resources by a name of pay-per-use.
func resources() []Operation {
	return []Operation{
		{
			ID: "ListPayPerUseCustomerResources", Method: http.MethodPost, Path: "/v2/orders/suscriptions/resources/query",
			Summary: "The yearly/monthly resources of a customer.",
			Right:   access.Orders, Handle: with(listPeriodResources),
		},
		{
			ID: "ListCustomerOnDemandResources", Method: http.MethodPost, Path: "/v2/partners/sub-customers/on-demand-resources/query",
			Summary: "The pay-per-use resources of a customer.",
			Right:   access.Orders, Handle: with(listOnDemandResources),
		},
	}
}

// Published states of yearly/monthly resources, and what becomes of them when
// they expire.
const (
	periodInUse   = 2
	periodClosed  = 3
	periodFrozen  = 4 // kept, and not to be used
	periodExpired = 5 // in grace, still to be used

	expiresIntoGrace     = 0
	expiresIntoPayPerUse = 1
	expiresNever         = 3 // renews by itself
)

// resourcesListedMax bounds what is looked through for one list.
const resourcesListedMax = 20_000

type listPeriodResourcesRequest struct {
	Language
	Body periodResourceQuery `body:""`
}

type periodResourceQuery struct {
	ResourceIDs []string `json:"resource_ids" items:"50" max:"64" doc:"These resources, and unless only_main_resource is 1 what is attached to them."`
	OrderID     *string  `json:"order_id" max:"64" doc:"Resources that this order bought, renewed or changed."`
	OnlyMain    *int     `json:"only_main_resource" default:"0" enum:"0,1" doc:"1 leaves out what is attached to others, unless it is named."`
	StatusList  []int    `json:"status_list" items:"10" enum:"2,3,4,5" doc:"2 in use, 3 closed, 4 frozen, 5 expired."`
	Offset      *int     `json:"offset" default:"0" min:"0" doc:"How many rows are passed over."`
	Limit       *int     `json:"limit" default:"10" min:"1" max:"500" doc:"Most rows that are answered."`
	ExpiresFrom *string  `json:"expire_time_begin" format:"date-time" doc:"Resources that expire at this time or later."`
	ExpiresTo   *string  `json:"expire_time_end" format:"date-time" doc:"Resources that expire at this time or earlier."`
	ServiceType *string  `json:"service_type_code" min:"1" max:"64" doc:"Only of this cloud service type."`
	CustomerID  *string  `json:"customer_id" max:"64" doc:"The customer, whom everybody but the customer names."`
}

type listPeriodResourcesResponse struct {
	Data       []periodResource `json:"data"`
	TotalCount int              `json:"total_count"`
}

// A periodResource is a yearly/monthly resource; what is always null is not in
// the books.
type periodResource struct {
	ID                *string         `json:"id"` // before it was provisioned
	ResourceID        string          `json:"resource_id"`
	ResourceName      *string         `json:"resource_name"`
	RegionCode        string          `json:"region_code"`
	ServiceTypeCode   string          `json:"service_type_code"`
	ResourceTypeCode  string          `json:"resource_type_code"`
	ResourceTypeName  *string         `json:"resource_type_name"`
	ServiceTypeName   *string         `json:"service_type_name"`
	ResourceSpecCode  string          `json:"resource_spec_code"`
	ProjectID         *string         `json:"project_id"`
	ProductID         string          `json:"product_id"`
	ParentResourceID  *string         `json:"parent_resource_id"`
	IsMainResource    int             `json:"is_main_resource"`
	Status            int             `json:"status"`
	EffectiveTime     string          `json:"effective_time"`
	ExpireTime        *string         `json:"expire_time"`
	ExpirePolicy      int             `json:"expire_policy"`
	ProductSpecDesc   *string         `json:"product_spec_desc"`
	SpecSize          *inquiry.Number `json:"spec_size"`
	SpecSizeMeasureID *int            `json:"spec_size_measure_id"`
	UpdateTime        *string         `json:"update_time"`
	EnterpriseProject *struct{}       `json:"enterprise_project"`
}

func listPeriodResources(ctx context.Context, call *Call, request *listPeriodResourcesRequest) (*listPeriodResourcesResponse, error) {
	query := &request.Body
	out := &listPeriodResourcesResponse{}
	err := call.Read(ctx, func(rows *workers.Snapshot, p *decision.Partner) error {
		customer, err := call.customerNamed(p, query.CustomerID)
		if err != nil {
			return err
		}
		list, err := call.resourcesOf(ctx, rows, p, customer, query.ResourceIDs)
		if err != nil {
			return err
		}
		var found []*decision.Resource
		for _, r := range query.chosen(list.rows) {
			if !r.PayPerUse(call.At) && query.takes(r, periodStatus(list.site, r, call.At)) {
				found = append(found, r)
			}
		}
		out.TotalCount = len(found)
		out.Data = make([]periodResource, 0, *query.Limit)
		for _, r := range window(found, *query.Offset, *query.Limit) {
			out.Data = append(out.Data, list.period(request.Language, r, call.At))
		}
		return nil
	})
	return out, err
}

// customerNamed returns the customer that a list is of: the one who asks, or
// the one that the others have to name.
func (c *Call) customerNamed(p *decision.Partner, id *string) (string, error) {
	named := ""
	if id != nil {
		named = *id
	}
	switch own := c.Caller.CustomerID; {
	case own != "" && (named == "" || named == own):
		return own, nil
	case named == "":
		return "", missingError("customer_id is mandatory for who is not the customer: send it in the body")
	case !c.sees(p, named):
		return "", Denied()
	default:
		return named, nil
	}
}

// resourceList is what a list of resources is made of.
type resourceList struct {
	prices pricing.View
	site   *site.Profile
	rows   []*decision.Resource // those that came last first
}

// resourcesOf reads a customer's resources, or the named ones with all that is
// connected with them.
func (c *Call) resourcesOf(ctx context.Context, rows *workers.Snapshot, p *decision.Partner, customerID string, ids []string) (*resourceList, error) {
	profile, err := rows.Common.Sites.Get(p.Reference.Site())
	if err != nil {
		return nil, err
	}
	list := &resourceList{prices: rows.Common.Prices(), site: profile}
	if len(ids) > 0 {
		ids = plausible(ids)
		if err := loadResources(ctx, rows, p, ids); err != nil {
			return nil, err
		}
		list.rows = p.Family(ids...)
	} else {
		if err := rows.LoadResourcesOfCustomer(ctx, p, customerID, resourcesListedMax+1); err != nil {
			return nil, err
		}
		list.rows = p.Resources.All()
	}
	if len(list.rows) > resourcesListedMax {
		return nil, NotAllowed("customer %s has more than %d resources: name some by resource_ids", quoted(customerID), resourcesListedMax)
	}
	list.rows = slices.DeleteFunc(list.rows, func(r *decision.Resource) bool { return r.CustomerID != customerID })
	slices.SortFunc(list.rows, func(a, b *decision.Resource) int {
		return cmp.Or(b.ProvisionedAt.Compare(a.ProvisionedAt), cmp.Compare(a.ID, b.ID))
	})
	return list, nil
}

// chosen keeps what the query names, and what is attached to it.
func (q *periodResourceQuery) chosen(rows []*decision.Resource) []*decision.Resource {
	if len(q.ResourceIDs) == 0 {
		return slices.DeleteFunc(rows, func(r *decision.Resource) bool { return *q.OnlyMain == 1 && r.ParentID != "" })
	}
	taken := map[string]bool{}
	for _, id := range q.ResourceIDs {
		taken[id] = true
	}
	for more := *q.OnlyMain == 0; more; { // one level of what is attached a round
		more = false
		for _, r := range rows {
			if taken[r.ParentID] && !taken[r.ID] {
				taken[r.ID], more = true, true
			}
		}
	}
	return slices.DeleteFunc(rows, func(r *decision.Resource) bool { return !taken[r.ID] })
}

// takes judges a resource by the other members of the query.
func (q *periodResourceQuery) takes(r *decision.Resource, status int) bool {
	if len(q.StatusList) > 0 && !slices.Contains(q.StatusList, status) || q.ServiceType != nil && *q.ServiceType != r.ServiceType {
		return false
	}
	if q.OrderID != nil && *q.OrderID != "" && *q.OrderID != r.OrderID &&
		!slices.ContainsFunc(r.Payments, func(p pricing.Payment) bool { return p.OrderID == *q.OrderID }) {
		return false
	}
	return between(r.Expiry, q.ExpiresFrom, q.ExpiresTo)
}

// between tells whether a time lies in what two members of a query ask for,
// both seconds included.
func between(at time.Time, from, to *string) bool {
	first, last := instant(from), instant(to)
	at = at.Truncate(time.Second)
	return (first == nil || !at.Before(*first)) && (last == nil || !at.After(*last))
}

// periodStatus is the published state of a yearly/monthly resource.
func periodStatus(profile *site.Profile, r *decision.Resource, at time.Time) int {
	switch {
	case r.State != pricing.StateActive || !r.Kept(profile, at):
		return periodClosed
	case r.Endless() || !at.After(r.Expiry):
		return periodInUse
	case !at.After(profile.GraceUntil(r.Expiry)):
		return periodExpired
	default:
		return periodFrozen
	}
}

func expirePolicy(r *decision.Resource) int {
	switch {
	case r.ToPayPerUse != "":
		return expiresIntoPayPerUse
	case r.AutoRenewal != nil && r.AutoRenewal.On:
		return expiresNever
	default:
		return expiresIntoGrace
	}
}

func (l *resourceList) period(language Language, r *decision.Resource, at time.Time) periodResource {
	spec := r.SpecAt(at)
	out := periodResource{
		ResourceID: r.ID, RegionCode: r.Region, ServiceTypeCode: r.ServiceType, ResourceTypeCode: r.ResourceType, ResourceSpecCode: spec.Spec,
		ProductID: spec.ProductID, IsMainResource: 1, Status: periodStatus(l.site, r, at), EffectiveTime: written(r.ProvisionedAt),
		ExpirePolicy: expirePolicy(r), ProductSpecDesc: l.describe(language, spec.ProductID, at),
	}
	out.ServiceTypeName, out.ResourceTypeName = l.names(language, r, at)
	if r.ParentID != "" {
		out.ParentResourceID, out.IsMainResource = &r.ParentID, 0
	}
	if !r.Endless() {
		expires := written(r.Expiry)
		out.ExpireTime = &expires
	}
	if spec.Size != nil {
		out.SpecSize = &inquiry.Number{Decimal: *spec.Size}
	}
	if spec.SizeMeasure != 0 {
		out.SpecSizeMeasureID = &spec.SizeMeasure
	}
	return out
}

// names are those of a resource's types, nil for what is not published.
func (l *resourceList) names(language Language, r *decision.Resource, at time.Time) (service, resource *string) {
	st, err := l.prices.ServiceType(r.ServiceType, at)
	if err != nil {
		return nil, nil
	}
	name := language.of(st.Names)
	return &name, language.ofResourceType(st, r.ResourceType)
}

// describe is the name of a product, which says what its specification is.
func (l *resourceList) describe(language Language, productID string, at time.Time) *string {
	product, err := l.prices.ProductByID(productID, at)
	if err != nil {
		return nil
	}
	name := language.of(product.Names)
	return &name
}

// written is a time as the published API writes it, in UTC to the second.
func written(at time.Time) string { return at.UTC().Format(layouts[FormatDateTime]) }
