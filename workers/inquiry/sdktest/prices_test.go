package sdktest

import (
	"net/http"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/def"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/bss/v2/model"
	intl "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/bssintl/v2/model"
	"github.com/shopspring/decimal"
)

// Yearly resources of the customer that are in use for all of 2026.
const (
	server     = "vm-2603131016-1"
	serverDisk = "vol-2603131016-2"
)

// asCustomer are the arguments of a quote for the customer.
var asCustomer = []string{"--partner", partner, "--customer", customer}

// TestOnDemandRates: the SDK gets what `accruald quote` says, and errors name the line.
func TestOnDemandRates(t *testing.T) {
	t.Parallel()
	c := ofCustomer(t).patient()
	line := func(id, serviceType, resourceType, spec, factor, value string, measure int32) model.DemandProductInfo {
		return model.DemandProductInfo{Id: id, CloudServiceType: serviceType, ResourceType: resourceType, ResourceSpec: spec, Region: "cn-east-3",
			UsageFactor: factor, UsageValue: ptr(decimal.RequireFromString(value)), UsageMeasureId: measure, SubscriptionNum: 2}
	}
	request := &model.RateOnDemandReq{ProjectId: "p", InquiryPrecision: ptr(int32(1)), ProductInfos: []model.DemandProductInfo{
		line("1", "hws.service.type.ec2", "hws.resource.type.vm", "s6.small.1.linux", "Duration", "1.5", 4),
		line("2", "hws.service.type.vpc", "hws.resource.type.traffic", "19_traffic", "upflow", "3.639", 10),
	}}
	got, err := c.BSS.ListOnDemandResourceRatings(&model.ListOnDemandResourceRatingsRequest{Body: request})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "on-demand", got, quote[model.ListOnDemandResourceRatingsResponse](t, c.daemon, "on-demand", request, asCustomer...))
	if got.Amount == nil || got.Amount.Sign() <= 0 || len(*got.ProductRatingResults) != 2 {
		t.Errorf("%v", got)
	}
	abroad := decoded[intl.RateOnDemandReq](t, encoded(t, request))
	gotIntl, err := c.Intl.ListOnDemandResourceRatings(&intl.ListOnDemandResourceRatingsRequest{Body: abroad})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "on-demand, international", gotIntl, quote[intl.ListOnDemandResourceRatingsResponse](t, c.daemon, "on-demand", request, asCustomer...))
	request.ProductInfos[1].ResourceSpec = "20_traffic"
	_, err = c.BSS.ListOnDemandResourceRatings(&model.ListOnDemandResourceRatingsRequest{Body: request})
	refused(t, "an unknown product", err, http.StatusBadRequest, "CBC.99006006")
	request.InquiryPrecision = ptr(int32(2))
	_, err = c.BSS.ListOnDemandResourceRatings(&model.ListOnDemandResourceRatingsRequest{Body: request})
	refused(t, "an unknown precision", err, http.StatusBadRequest, "CBC.0100")
}

// TestRenewRates: a customer and its partner get what `accruald quote` says, in both packages; resources of others are
// answered as those that nobody has.
func TestRenewRates(t *testing.T) {
	t.Parallel()
	c, partnerOfIt := ofCustomer(t).patient(), ofMain(t).patient()
	request := &model.ListRenewRateOnPeriodReq{ResourceIds: []string{server, serverDisk, "vm-of-nobody", "flow-C101"}, PeriodType: 3, PeriodNum: 1,
		IncludeRelativeResources: ptr(true)}
	want := quote[model.ListRenewRateOnPeriodResponse](t, c.daemon, "renew", request, asCustomer...)
	for name, who := range map[string]*caller{"customer": c, "partner": partnerOfIt} {
		got, err := who.BSS.ListRenewRateOnPeriod(&model.ListRenewRateOnPeriodRequest{Body: request})
		if err != nil {
			t.Fatal(err)
		}
		same(t, "renew by the "+name, got, want)
		gotIntl, err := who.Intl.ListRenewRateOnPeriod(&intl.ListRenewRateOnPeriodRequest{Body: decoded[intl.ListRenewRateOnPeriodReq](t, encoded(t, request))})
		if err != nil {
			t.Fatal(err)
		}
		same(t, "renew by the "+name+", international", gotIntl, quote[intl.ListRenewRateOnPeriodResponse](t, c.daemon, "renew", request, asCustomer...))
	}
	failed := map[string]string{}
	for _, info := range *want.FailResourceInfos {
		failed[*info.ResourceId] = *info.ErrorCode
	}
	if len(*want.RenewInquiryResults) != 1 || failed[serverDisk] != "30050007" || failed["vm-of-nobody"] != "30050009" || failed["flow-C101"] != "30050009" {
		t.Errorf("%v", want)
	}
	foreign := &model.ListRenewRateOnPeriodReq{ResourceIds: []string{"flow-C101", "not an id"}, PeriodType: 3, PeriodNum: 1}
	got, err := c.BSS.ListRenewRateOnPeriod(&model.ListRenewRateOnPeriodRequest{Body: foreign})
	if err != nil {
		t.Fatal(err)
	}
	if infos := *got.FailResourceInfos; len(infos) != 2 || *infos[0].ErrorCode != "30050009" || *infos[1].ErrorCode != "30050009" {
		t.Errorf("%v", got)
	}
	foreign.PeriodType = 0
	_, err = c.BSS.ListRenewRateOnPeriod(&model.ListRenewRateOnPeriodRequest{Body: foreign})
	refused(t, "renewal by the day", err, http.StatusBadRequest, "CBC.0100")
}

// oldRequest is one of the old inquiries, which the SDK does not have; its client signs and sends them all the same.
type oldRequest struct {
	DomainId string          `json:"domain_id"`
	Body     *map[string]any `json:"body,omitempty"`
}

// oldResponse is an answer that the SDK does not know.
type oldResponse struct {
	Code           *string         `json:"error_code,omitempty"`
	Message        *string         `json:"error_msg,omitempty"`
	RatingResult   *map[string]any `json:"ratingResult,omitempty"`
	HttpStatusCode int             `json:"-"`
}

func (c *caller) old(t *testing.T, inquiry, domain string, body map[string]any) (*oldResponse, error) {
	t.Helper()
	definition := def.NewHttpRequestDefBuilder().WithMethod(http.MethodPost).WithPath("/v1.0/{domain_id}/customer/product-mgr/" + inquiry).
		WithResponse(new(oldResponse)).WithContentType("application/json").
		WithRequestField(def.NewFieldDef().WithName("DomainId").WithJsonTag("domain_id").WithLocationType(def.Path)).
		WithRequestField(def.NewFieldDef().WithName("Body").WithLocationType(def.Body)).Build()
	answer, err := c.BSS.HcClient.Sync(&oldRequest{DomainId: domain, Body: &body}, definition)
	if err != nil {
		return nil, err
	}
	return answer.(*oldResponse), nil
}

// TestOldRatings: signed as all others, and answered as `accruald quote` answers.
func TestOldRatings(t *testing.T) {
	t.Parallel()
	c, partnerOfIt := ofCustomer(t).patient(), ofMain(t).patient()
	product := map[string]any{"cloudServiceType": "hws.service.type.ec2", "resourceType": "hws.resource.type.vm", "resourceSpecCode": "m7.2xlarge.8.linux"}
	change := map[string]any{"resourceId": server, "productInfo": product}
	spec := map[string]any{"tenantId": "p", "regionId": "cn-east-3", "chargingMode": 0, "periodType": 2, "periodNum": 3, "subscriptionNum": 2,
		"productInfos": []any{map[string]any{"id": "1", "cloudServiceType": "hws.service.type.ec2", "resourceType": "hws.resource.type.vm",
			"resourceSpecCode": "m7.xlarge.8.linux"}}}
	for _, test := range []struct {
		name, inquiry, domain, kind string
		who                         *caller
		body                        map[string]any
	}{
		{"change", "query-change-rating", customer, "change", c, change},
		{"change by the partner", "query-change-rating", partner, "change", partnerOfIt, change},
		{"change by the partner for its customer", "query-change-rating", customer, "change", partnerOfIt, change},
		{"spec", "query-rating", customer, "spec", c, spec},
		{"spec by the partner", "query-rating", partner, "spec", partnerOfIt, spec},
	} {
		got, err := test.who.old(t, test.inquiry, test.domain, test.body)
		if err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		want := quote[oldResponse](t, c.daemon, test.kind, test.body, asCustomer...)
		same(t, test.name, decoded[any](t, encoded(t, got)), decoded[any](t, encoded(t, want))) // the SDK has a number type of its own
		if got.Code == nil || *got.Code != "CBC.0000" {
			t.Errorf("%s: %v", test.name, got)
		}
	}
	smaller := map[string]any{"resourceId": server, "productInfo": map[string]any{"cloudServiceType": "hws.service.type.ec2",
		"resourceType": "hws.resource.type.vm", "resourceSpecCode": "s6.small.1.linux"}}
	before := map[string]any{"resourceId": server, "productInfo": product, "inquiryTime": "2026-01-02T03:04:05Z"}
	for _, test := range []struct {
		name, inquiry, domain string
		who                   *caller
		body                  map[string]any
		status                int
		code                  string
	}{
		{"a smaller one", "query-change-rating", customer, c, smaller, http.StatusBadRequest, "CBC.0100"},
		{"before it was what it is", "query-change-rating", customer, c, before, http.StatusBadRequest, "CBC.0100"},
		{"another customer's account", "query-change-rating", "C101", c, change, http.StatusForbidden, "CBC.0151"},
		{"an account that nobody has", "query-change-rating", "C999", c, change, http.StatusForbidden, "CBC.0151"},
		{"another partner's customer", "query-rating", "C201", partnerOfIt, spec, http.StatusForbidden, "CBC.0151"},
		{"another's resource", "query-change-rating", customer, c, map[string]any{"resourceId": "vm-2603121005-1", "productInfo": product}, http.StatusForbidden, "CBC.0151"},
		{"a resource that nobody has", "query-change-rating", customer, c, map[string]any{"resourceId": "vm-1", "productInfo": product}, http.StatusForbidden, "CBC.0151"},
		{"no resource", "query-change-rating", customer, c, map[string]any{"productInfo": product}, http.StatusBadRequest, "CBC.0100"},
		{"no product", "query-rating", customer, c, map[string]any{"tenantId": "p", "regionId": "cn-east-3", "chargingMode": 0, "periodType": 2, "periodNum": 3}, http.StatusBadRequest, "CBC.0100"},
	} {
		_, err := test.who.old(t, test.inquiry, test.domain, test.body)
		refused(t, test.name, err, test.status, test.code)
	}
}
