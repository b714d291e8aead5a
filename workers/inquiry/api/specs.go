package api

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/accruald/accruald/workers/inquiry/access"
	"github.com/accruald/accruald/workers/pricing"
)

// specs are the queries of what can be bought of a resource type.
func specs() []Operation {
	return []Operation{
		{
			ID: "ListResourceSpecs", Method: http.MethodPost, Path: "/v2/products/resource-specs-query",
			Summary: "The specifications of a resource type that are on sale in a region.",
			Right:   access.Catalogue, Handle: with(listResourceSpecs),
		},
	}
}

type listResourceSpecsRequest struct {
	Language string    `header:"X-Language" default:"zh_CN" max:"8" doc:"Language of names, zh_CN or en_US in any case of letters."`
	Body     specQuery `body:""`
}

type specQuery struct {
	ServiceType  string       `json:"cloud_service_type" required:"true" max:"400" doc:"The cloud service type."`
	ResourceType string       `json:"resource_type" required:"true" max:"400" doc:"The resource type."`
	Region       string       `json:"region_code" required:"true" max:"400" doc:"The region."`
	ChargeMode   string       `json:"charge_mode" required:"true" enum:"1,3" doc:"1 yearly/monthly, 3 pay-per-use."`
	Filters      []specFilter `json:"filters"`
	Marker       *string      `json:"marker" max:"400" doc:"The next_marker of the page before; none for the first."`
	Limit        *int         `json:"limit" default:"100" min:"1" max:"100" doc:"Most rows that are answered."`
}

// A specFilter keeps one specification; RESOURCE_SPEC is the only key.
type specFilter struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

const filterBySpec = "RESOURCE_SPEC"

// chargeModes are the price rows that a published mode asks for.
var chargeModes = map[string]pricing.ChargingMode{"1": pricing.ChargingPeriod, "3": pricing.ChargingOnDemand}

type listResourceSpecsResponse struct {
	PageInfo           pageInfo       `json:"page_info"`
	CloudServiceBasics []resourceSpec `json:"cloud_service_basics"`
}

// pageInfo names the specification that the next page begins with.
type pageInfo struct {
	NextMarker *string `json:"next_marker"`
}

type resourceSpec struct {
	ServiceType      string  `json:"cloud_service_type"`
	ServiceTypeName  *string `json:"cloud_service_type_name"`
	ResourceType     string  `json:"resource_type"`
	ResourceTypeName *string `json:"resource_type_name"`
	Spec             string  `json:"resource_spec"`
	SpecName         string  `json:"resource_spec_name"`
	ChargeMode       string  `json:"charge_mode"`
	Region           string  `json:"region_code"`
}

func listResourceSpecs(ctx context.Context, call *Call, request *listResourceSpecsRequest) (*listResourceSpecsResponse, error) {
	language := Language{"zh_CN"}
	switch {
	case strings.EqualFold(request.Language, "en_US"):
		language = Language{"en_US"}
	case !strings.EqualFold(request.Language, "zh_CN"):
		return nil, parameterError("X-Language %s is not offered: use zh_CN or en_US", quoted(request.Language))
	}
	query := &request.Body
	if len(query.Filters) > 1 || len(query.Filters) == 1 && (query.Filters[0].Key != filterBySpec || query.Filters[0].Value == "") {
		return nil, parameterError("filters takes one filter with the key %s and a value", filterBySpec)
	}
	common, err := call.Books.Common(ctx)
	if err != nil {
		return nil, err
	}
	prices := common.Prices()
	row := resourceSpec{ServiceType: query.ServiceType, ResourceType: query.ResourceType, ChargeMode: query.ChargeMode, Region: query.Region}
	if st, err := prices.ServiceType(query.ServiceType, call.At); err == nil { // else its products have no names of types
		name := language.of(st.Names)
		row.ServiceTypeName, row.ResourceTypeName = &name, language.ofResourceType(st, query.ResourceType)
	}
	out := &listResourceSpecsResponse{CloudServiceBasics: []resourceSpec{}}
	key := pricing.ProductKey{ServiceType: query.ServiceType, ResourceType: query.ResourceType, Region: query.Region}
	for _, product := range prices.OnSale(key, call.At) {
		if !query.takes(product) || product.Spec == row.Spec { // one that every zone has its own product of stands there once
			continue
		}
		if len(out.CloudServiceBasics) == *query.Limit {
			out.PageInfo.NextMarker = &product.Spec
			break
		}
		row.Spec, row.SpecName = product.Spec, language.of(product.Names)
		out.CloudServiceBasics = append(out.CloudServiceBasics, row)
	}
	return out, nil
}

func (q *specQuery) takes(product *pricing.Product) bool {
	priced := slices.ContainsFunc(product.Prices, func(row pricing.PriceRow) bool { return row.ChargingMode == chargeModes[q.ChargeMode] })
	return priced && (q.Marker == nil || product.Spec >= *q.Marker) && (len(q.Filters) == 0 || product.Spec == q.Filters[0].Value)
}
