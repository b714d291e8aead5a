package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/accruald/accruald/workers/inquiry/access"
	"github.com/accruald/accruald/workers/pricing"
)

// catalogue are the queries of what is sold. They answer what is in force now.
func catalogue() []Operation {
	return []Operation{
		{
			ID: "ListServiceTypes", Method: http.MethodGet, Path: "/v2/products/service-types",
			Summary: "The cloud service types that are published.",
			Right:   access.Catalogue, Handle: with(listServiceTypes),
		},
		{
			ID: "ListServiceTypesOld", Method: http.MethodGet, Path: "/v2/bases/service-types",
			Summary: "The cloud service types that are published, or the one of a code (old).",
			Right:   access.Catalogue, Handle: with(listServiceTypesOld),
		},
		{
			ID: "ListResourceTypes", Method: http.MethodGet, Path: "/v2/products/resource-types",
			Summary: "The resource types of all cloud service types.",
			Right:   access.Catalogue, Handle: with(listResourceTypes),
		},
		{
			ID: "ListResourceTypesOld", Method: http.MethodGet, Path: "/v2/bases/resource-types",
			Summary: "The resource types, or the one of a code (old).",
			Right:   access.Catalogue, Handle: with(listResourceTypesOld),
		},
		{
			ID: "ListServiceResources", Method: http.MethodGet, Path: "/v2/products/service-resources",
			Summary: "The resource types of one cloud service type.",
			Right:   access.Catalogue, Handle: with(listServiceResources),
		},
		{
			ID: "ListUsageTypes", Method: http.MethodGet, Path: "/v2/products/usage-types",
			Summary: "What of resources is metered.",
			Right:   access.Catalogue, Handle: with(listUsageTypes),
		},
	}
}

// Language is the header that says in which language names are answered.
type Language struct {
	Language string `header:"X-Language" default:"zh_CN" enum:"zh_CN,en_US" doc:"Language of names."`
}

// of returns a name in the language, or in the one that it was given in.
func (l Language) of(names pricing.Names) string {
	if l.Language == "en_US" {
		return cmp.Or(names.EnUS, names.ZhCN)
	}
	return cmp.Or(names.ZhCN, names.EnUS)
}

// serviceTypesInForce are those in force at the time of the call, by code.
func (c *Call) serviceTypesInForce(ctx context.Context) ([]*pricing.ServiceType, error) {
	common, err := c.Books.Common(ctx)
	if err != nil {
		return nil, err
	}
	return common.Prices().ServiceTypes(c.At), nil
}

type listServiceTypesRequest struct {
	Page
	Language
	Name string `query:"service_type_name" min:"1" max:"128" doc:"Part of the name."`
}

type listServiceTypesResponse struct {
	TotalCount   int           `json:"total_count"`
	ServiceTypes []serviceType `json:"service_types"`
}

type serviceType struct {
	Name         string  `json:"service_type_name"`
	Code         string  `json:"service_type_code"`
	Abbreviation *string `json:"abbreviation"` // the catalogue has none
}

func listServiceTypes(ctx context.Context, call *Call, request *listServiceTypesRequest) (*listServiceTypesResponse, error) {
	published, err := call.serviceTypesInForce(ctx)
	if err != nil {
		return nil, err
	}
	var all []serviceType
	for _, st := range published {
		if name := request.of(st.Names); strings.Contains(name, request.Name) {
			all = append(all, serviceType{Name: name, Code: st.Code})
		}
	}
	return &listServiceTypesResponse{TotalCount: len(all), ServiceTypes: window(all, request.Offset, request.Limit)}, nil
}

type listServiceTypesOldRequest struct {
	Language
	Code string `query:"service_type_code" max:"64" doc:"Only the service type of this code."`
}

type listServiceTypesOldResponse struct {
	ServiceTypes []serviceType `json:"service_types"`
}

func listServiceTypesOld(ctx context.Context, call *Call, request *listServiceTypesOldRequest) (*listServiceTypesOldResponse, error) {
	published, err := call.serviceTypesInForce(ctx)
	if err != nil {
		return nil, err
	}
	out := &listServiceTypesOldResponse{ServiceTypes: []serviceType{}}
	for _, st := range published {
		if request.Code == "" || st.Code == request.Code {
			out.ServiceTypes = append(out.ServiceTypes, serviceType{Name: request.of(st.Names), Code: st.Code})
		}
	}
	return out, nil
}

type listResourceTypesRequest struct {
	Page
	Language
}

type listResourceTypesResponse struct {
	TotalCount    int            `json:"total_count"`
	ResourceTypes []resourceType `json:"resource_types"`
}

type resourceType struct {
	oldResourceType `json:",inline"`
	ServiceTypeCode string `json:"service_type_code"`
}

type oldResourceType struct {
	Code        string  `json:"resource_type_code"`
	Name        string  `json:"resource_type_name"`
	Description *string `json:"resource_type_desc"` // the catalogue has none
}

func listResourceTypes(ctx context.Context, call *Call, request *listResourceTypesRequest) (*listResourceTypesResponse, error) {
	published, err := call.serviceTypesInForce(ctx)
	if err != nil {
		return nil, err
	}
	var all []resourceType
	for _, st := range published {
		for _, rt := range st.ResourceTypes {
			all = append(all, resourceType{oldResourceType{Code: rt.Code, Name: request.of(rt.Names)}, st.Code})
		}
	}
	return &listResourceTypesResponse{TotalCount: len(all), ResourceTypes: window(all, request.Offset, request.Limit)}, nil
}

type listResourceTypesOldRequest struct {
	Language
	Code string `query:"resource_type_code" max:"64" doc:"Only the resource type of this code."`
}

type listResourceTypesOldResponse struct {
	ResourceTypes []oldResourceType `json:"resource_types"`
}

// listResourceTypesOld does not say of which service type a resource type is,
// so each code stands there once.
func listResourceTypesOld(ctx context.Context, call *Call, request *listResourceTypesOldRequest) (*listResourceTypesOldResponse, error) {
	published, err := call.serviceTypesInForce(ctx)
	if err != nil {
		return nil, err
	}
	out := &listResourceTypesOldResponse{ResourceTypes: []oldResourceType{}}
	seen := map[string]bool{}
	for _, st := range published {
		for _, rt := range st.ResourceTypes {
			if (request.Code == "" || rt.Code == request.Code) && !seen[rt.Code] {
				seen[rt.Code] = true
				out.ResourceTypes = append(out.ResourceTypes, oldResourceType{Code: rt.Code, Name: request.of(rt.Names)})
			}
		}
	}
	return out, nil
}

type listServiceResourcesRequest struct {
	ShortPage
	Language
	ServiceTypeCode string `query:"service_type_code" required:"true" min:"1" max:"64" doc:"The cloud service type."`
}

type listServiceResourcesResponse struct {
	TotalCount int               `json:"total_count"`
	Infos      []serviceResource `json:"infos"`
}

type serviceResource struct {
	BasicInfo resourceBasics `json:"basic_info"`
}

type resourceBasics struct {
	ResourceTypeCode string  `json:"resource_type_code"`
	OwnerService     string  `json:"product_owner_service"`
	Name             string  `json:"name"`
	Description      *string `json:"description"` // the catalogue has none
}

// listServiceResources answers a service type that is not published with an
// empty list.
func listServiceResources(ctx context.Context, call *Call, request *listServiceResourcesRequest) (*listServiceResourcesResponse, error) {
	published, err := call.serviceTypesInForce(ctx)
	if err != nil {
		return nil, err
	}
	var all []serviceResource
	for _, st := range published {
		if st.Code != request.ServiceTypeCode {
			continue
		}
		for _, rt := range st.ResourceTypes {
			all = append(all, serviceResource{resourceBasics{ResourceTypeCode: rt.Code, OwnerService: st.Code, Name: request.of(rt.Names)}})
		}
	}
	return &listServiceResourcesResponse{TotalCount: len(all), Infos: window(all, request.Offset, request.Limit)}, nil
}

type listUsageTypesRequest struct {
	ShortPage
	Language
	ResourceTypeCode string `query:"resource_type_code" max:"64" doc:"Only usage of this resource type."`
}

type listUsageTypesResponse struct {
	TotalCount int         `json:"total_count"`
	UsageTypes []usageType `json:"usage_types"`
}

type usageType struct {
	Code             string  `json:"code"`
	Name             string  `json:"name"`
	ResourceTypeCode string  `json:"resource_type_code"`
	ServiceTypeCode  string  `json:"service_type_code"`
	ResourceTypeName *string `json:"resource_type_name"`
	ServiceTypeName  string  `json:"service_type_name"`
}

func listUsageTypes(ctx context.Context, call *Call, request *listUsageTypesRequest) (*listUsageTypesResponse, error) {
	published, err := call.serviceTypesInForce(ctx)
	if err != nil {
		return nil, err
	}
	var all []usageType
	for _, st := range published {
		for _, ut := range st.UsageTypes {
			if request.ResourceTypeCode == "" || ut.ResourceType == request.ResourceTypeCode {
				all = append(all, usageType{Code: ut.Code, Name: request.of(ut.Names), ResourceTypeCode: ut.ResourceType, ServiceTypeCode: st.Code,
					ResourceTypeName: request.ofResourceType(st, ut.ResourceType), ServiceTypeName: request.of(st.Names)})
			}
		}
	}
	return &listUsageTypesResponse{TotalCount: len(all), UsageTypes: window(all, request.Offset, request.Limit)}, nil
}

// ofResourceType names a resource type of a service type, nil where the
// catalogue does not have it.
func (l Language) ofResourceType(st *pricing.ServiceType, code string) *string {
	i := slices.IndexFunc(st.ResourceTypes, func(rt pricing.ResourceTypeName) bool { return rt.Code == code })
	if i < 0 {
		return nil
	}
	name := l.of(st.ResourceTypes[i].Names)
	return &name
}
