package api

import (
	"context"
	"net/http"

	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/incentive"
	"github.com/accruald/accruald/workers/inquiry/access"
)

// parties are who the partner does business with.
func parties() []Operation {
	return []Operation{
		{
			ID: "ListSubCustomers", Method: http.MethodPost, Path: "/v2/partners/sub-customers/query",
			Summary: "The customers that the partner has now, or those of a reseller.",
			Right:   access.Customers, Handle: with(listCustomers),
		},
		{
			ID: "ListIndirectPartners", Method: http.MethodPost, Path: "/v2/partners/indirect-partners/query",
			Summary: "The tier-2 resellers below the partner.",
			Right:   access.Resellers, Handle: with(listResellers),
		},
	}
}

// Published associations of customers. The China site numbers resale 2, the
// others 3.
const (
	associatedReferral   = "1"
	associatedResale     = "2"
	associatedResaleIntl = "3"
)

type listCustomersRequest struct {
	Body customerQuery `body:"optional"`
}

type customerQuery struct {
	AccountName    *string `json:"account_name" max:"64" doc:"The books keep no names: nobody is found by one."`
	Customer       *string `json:"customer" max:"64" doc:"The books keep no names: nobody is found by one."`
	Label          *string `json:"label" max:"64" doc:"The books keep no labels: nobody is found by one."`
	Offset         *int    `json:"offset" default:"0" min:"0" max:"40000000" doc:"How many rows are passed over."`
	Limit          *int    `json:"limit" default:"10" min:"1" max:"100" doc:"Most rows that are answered."`
	Association    *string `json:"association_type" enum:"1,2,3" doc:"1 referral; 2 resale, which other sites than China number 3."`
	AssociatedFrom *string `json:"associated_on_begin" format:"date-time" doc:"Associated at or after it."`
	AssociatedTo   *string `json:"associated_on_end" format:"date-time" doc:"Associated at or before it."`
	CustomerID     *string `json:"customer_id" max:"64" doc:"One customer."`
	ResellerID     *string `json:"indirect_partner_id" max:"64" doc:"Reseller whose customers are meant."`
}

type listCustomersResponse struct {
	Customers []customerInformation `json:"customer_infos"`
	Count     int                   `json:"count"`
}

// customerInformation is a customer of the partner; what is always null is not
// in the books, and a name that has to be there is empty.
type customerInformation struct {
	Customer        *string          `json:"customer"`
	AccountName     string           `json:"account_name"`
	CustomerID      string           `json:"customer_id"`
	AssociatedOn    *string          `json:"associated_on"`
	AssociationType string           `json:"association_type"`
	Label           *string          `json:"label"`
	Telephone       *string          `json:"telephone"`
	VerifiedStatus  *string          `json:"verified_status"`
	CountryCode     *string          `json:"country_code"`
	CustomerType    *int             `json:"customer_type"`
	IsFrozen        *int             `json:"is_frozen"`
	AccountManagers []accountManager `json:"account_managers"`
	XAccountID      *string          `json:"xaccount_id"`
	XAccountType    *string          `json:"xaccount_type"`
	CustomerLevel   *string          `json:"customer_level"`
	Email           *string          `json:"email"`
}

// An accountManager is named by the id that keys are bound to.
type accountManager struct {
	AccountName string `json:"account_name"`
}

func listCustomers(ctx context.Context, call *Call, request *listCustomersRequest) (*listCustomersResponse, error) {
	query := &request.Body
	p, err := call.Partner(ctx)
	if err != nil {
		return nil, err
	}
	within, err := call.scope(p, textOf(query.CustomerID), textOf(query.ResellerID))
	if err != nil {
		return nil, err
	}
	found := []customerInformation{}
	for _, c := range p.Reference.Customers(call.At) {
		association := associationOf(p, c.Association)
		if !within.has(c.CustomerID, c.IndirectPartnerID) || !query.wants(association) || !between(c.EffectiveTime, query.AssociatedFrom, query.AssociatedTo) {
			continue
		}
		row := customerInformation{CustomerID: c.CustomerID, AssociatedOn: utc(c.EffectiveTime), AssociationType: association, AccountManagers: []accountManager{}}
		if c.AccountManagerID != "" {
			row.AccountManagers = append(row.AccountManagers, accountManager{c.AccountManagerID})
		}
		found = append(found, row)
	}
	return &listCustomersResponse{Customers: window(found, *query.Offset, *query.Limit), Count: len(found)}, nil
}

// wants tells whether a customer of that association may be meant; nobody has
// a name or a label.
func (q *customerQuery) wants(association string) bool {
	named := textOf(q.AccountName) != "" || textOf(q.Customer) != "" || textOf(q.Label) != ""
	asked := textOf(q.Association)
	resale := func(code string) bool { return code == associatedResale || code == associatedResaleIntl }
	return !named && (asked == "" || asked == association || resale(asked) && resale(association))
}

// associationOf is the published number of an association.
func associationOf(p *decision.Partner, association string) string {
	switch {
	case association != incentive.AssociationResale:
		return associatedReferral
	case p.Reference.Site() == siteChina:
		return associatedResale
	default:
		return associatedResaleIntl
	}
}

type listResellersRequest struct {
	Body resellerQuery `body:"optional"`
}

type resellerQuery struct {
	AccountName    *string `json:"account_name" max:"64" doc:"The books keep no names: nobody is found by one."`
	AssociatedFrom *string `json:"associated_on_begin" format:"date-time" doc:"Enrolled below the partner at or after it."`
	AssociatedTo   *string `json:"associated_on_end" format:"date-time" doc:"Enrolled below the partner at or before it."`
	Offset         *int    `json:"offset" default:"0" min:"0" max:"40000000" doc:"How many rows are passed over."`
	Limit          *int    `json:"limit" default:"10" min:"1" max:"100" doc:"Most rows that are answered."`
	ResellerID     *string `json:"indirect_partner_id" max:"64" doc:"One reseller."`
}

type listResellersResponse struct {
	Count     int        `json:"count"`
	Resellers []reseller `json:"indirect_partners"`
}

// A reseller is a tier-2 partner; what is always null is not in the books.
type reseller struct {
	ID                 string  `json:"indirect_partner_id"`
	MobilePhone        *string `json:"mobile_phone"`
	Email              *string `json:"email"`
	AccountName        *string `json:"account_name"`
	Name               *string `json:"name"`
	AssociatedOn       *string `json:"associated_on"` // null of one that only customers tell of
	AccountManagerID   *string `json:"account_manager_id"`
	AccountManagerName *string `json:"account_manager_name"`
}

// listResellers answers with nothing for a reseller that the partner does not
// have, whether it is somebody else's or nobody's.
func listResellers(ctx context.Context, call *Call, request *listResellersRequest) (*listResellersResponse, error) {
	query := &request.Body
	p, err := call.Partner(ctx)
	if err != nil {
		return nil, err
	}
	found := []reseller{}
	for _, r := range p.Reference.Resellers(call.At) {
		asked, ranged := textOf(query.ResellerID), textOf(query.AssociatedFrom) != "" || textOf(query.AssociatedTo) != ""
		if textOf(query.AccountName) != "" || asked != "" && asked != r.ID ||
			ranged && (r.Since.IsZero() || !between(r.Since, query.AssociatedFrom, query.AssociatedTo)) {
			continue
		}
		found = append(found, reseller{ID: r.ID, AssociatedOn: utc(r.Since)})
	}
	return &listResellersResponse{Count: len(found), Resellers: window(found, *query.Offset, *query.Limit)}, nil
}

// textOf is what was sent for a member: null is as if none was.
func textOf(sent *string) string {
	if sent == nil {
		return ""
	}
	return *sent
}
