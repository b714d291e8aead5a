package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/accruald/accruald/workers/inquiry/access"
	"github.com/accruald/accruald/workers/pricing"
)

// catalogue are the queries of what is sold and how it is measured.
func catalogue() []Operation {
	return []Operation{
		{
			ID: "ListServiceTypes", Method: http.MethodGet, Path: "/v2/products/service-types",
			Summary: "The cloud service types that are published.",
			Right:   access.Catalogue, Handle: with(listServiceTypes),
		},
	}
}

// Language is the header that says in which language names are answered.
type Language struct {
	Language string `header:"X-Language" default:"zh_CN" enum:"zh_CN,en_US" doc:"Language of names."`
}

func (l Language) of(names pricing.Names) string {
	if l.Language == "en_US" {
		return names.EnUS
	}
	return names.ZhCN
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
	Name         string `json:"service_type_name"`
	Code         string `json:"service_type_code"`
	Abbreviation string `json:"abbreviation,omitzero"`
}

func listServiceTypes(ctx context.Context, call *Call, request *listServiceTypesRequest) (*listServiceTypesResponse, error) {
	common, err := call.Books.Common(ctx)
	if err != nil {
		return nil, err
	}
	var all []serviceType
	for _, st := range common.Prices().ServiceTypes(call.At) {
		if name := request.of(st.Names); strings.Contains(name, request.Name) {
			all = append(all, serviceType{Name: name, Code: st.Code})
		}
	}
	return &listServiceTypesResponse{TotalCount: len(all), ServiceTypes: window(all, request.Offset, request.Limit)}, nil
}
