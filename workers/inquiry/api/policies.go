package api

import (
	"context"
	"net/http"
	"time"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/inquiry/access"
)

// policies are the queries of what counts for incentives, which is the
// partner's alone to know.
func policies() []Operation {
	return []Operation{
		{
			ID: "ListIncentiveDiscountPolicies", Method: http.MethodGet, Path: "/v2/products/incentive-discount-policies",
			Summary: "Which cloud service types count for incentives, and which take discounts of the partner's, at the end of a month.",
			Right:   access.Incentives, Handle: with(listPolicies),
		},
	}
}

type listPoliciesRequest struct {
	ShortPage
	Language
	Month           string `query:"time" required:"true" format:"cycle" doc:"The month, at whose last second (GMT+8) the policies are looked at."`
	ServiceTypeCode string `query:"service_type_code" max:"64" doc:"Only this cloud service type."`
}

type listPoliciesResponse struct {
	Policies   []discountPolicy `json:"policies"`
	TotalCount int              `json:"total_count"`
}

type discountPolicy struct {
	ServiceTypeCode string `json:"service_type_code"`
	ServiceTypeName string `json:"service_type_name"`
	IncentivePolicy string `json:"incentive_policy"`
	AllowDiscount   string `json:"allow_discount"`
}

// policyZone is the zone of the published month, whatever the partner's site.
var policyZone = time.FixedZone("GMT+8", 8*60*60)

func listPolicies(ctx context.Context, call *Call, request *listPoliciesRequest) (*listPoliciesResponse, error) {
	common, err := call.Books.Common(ctx)
	if err != nil {
		return nil, err
	}
	last := calendar.Cycle(request.Month).Next().Start(policyZone).Add(-time.Second)
	var all []discountPolicy
	for _, st := range common.Prices().ServiceTypes(last) {
		if request.ServiceTypeCode == "" || st.Code == request.ServiceTypeCode {
			policy := discountPolicy{ServiceTypeCode: st.Code, ServiceTypeName: request.of(st.Names), IncentivePolicy: st.IncentivePolicy, AllowDiscount: no}
			if st.AllowDiscount {
				policy.AllowDiscount = yes
			}
			all = append(all, policy)
		}
	}
	return &listPoliciesResponse{Policies: window(all, request.Offset, request.Limit), TotalCount: len(all)}, nil
}
