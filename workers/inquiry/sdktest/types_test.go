package sdktest

import (
	"bufio"
	"encoding/json" // as the SDK decodes
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/def"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/bss/v2/model"
	intl "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/bssintl/v2/model"
)

// published is what the quarter's file says of service types, by code, with their order in the file lost.
type published struct {
	Code            string   `json:"service_type_code"`
	Names           names    `json:"names"`
	IncentivePolicy string   `json:"incentive_policy"`
	AllowDiscount   string   `json:"allow_discount"`
	ResourceTypes   []typeOf `json:"resource_types"`
	UsageTypes      []usage  `json:"usage_types"`
}

type names struct {
	ZhCN string `json:"zh_CN"`
	EnUS string `json:"en_US"`
}

type typeOf struct {
	Code  string `json:"resource_type_code"`
	Names names  `json:"names"`
}

type usage struct {
	Code         string `json:"code"`
	Names        names  `json:"names"`
	ResourceType string `json:"resource_type_code"`
}

func (n names) english() string {
	if n.EnUS == "" {
		return n.ZhCN
	}
	return n.EnUS
}

func publishedTypes(t *testing.T) map[string]published {
	t.Helper()
	file, err := os.Open(filepath.Join(root, "events/samples/quarter.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	out := map[string]published{}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var event struct {
			Type string
			Data json.RawMessage
		}
		if err := json.Unmarshal(lines.Bytes(), &event); err != nil {
			t.Fatal(err)
		}
		if event.Type == "service_type.published.v1" {
			st := *decoded[published](t, event.Data)
			out[st.Code] = st
		}
	}
	return out
}

// TestResourceTypes: every type of the catalogue stands in the lists of both packages, under its service type and names.
func TestResourceTypes(t *testing.T) {
	t.Parallel()
	c, catalogue := ofMain(t).patient(), publishedTypes(t)
	want := map[string]string{} // name, by service type and code
	for code, st := range catalogue {
		for _, rt := range st.ResourceTypes {
			want[code+" "+rt.Code] = rt.Names.english()
		}
	}
	all, err := c.BSS.ListResourceTypes(&model.ListResourceTypesRequest{XLanguage: ptr("en_US"), Limit: ptr(int32(1000))})
	if err != nil {
		t.Fatal(err)
	}
	abroad, err := c.Intl.ListResourceTypes(&intl.ListResourceTypesRequest{XLanguage: ptr("en_US"), Limit: ptr(int32(1000))})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "resource types, international", abroad, decoded[intl.ListResourceTypesResponse](t, encoded(t, all)))
	if int(*all.TotalCount) != len(want) || len(*all.ResourceTypes) != len(want) {
		t.Errorf("%d of %d resource types, want %d", len(*all.ResourceTypes), *all.TotalCount, len(want))
	}
	for _, rt := range *all.ResourceTypes {
		if key := *rt.ServiceTypeCode + " " + *rt.ResourceTypeCode; want[key] != *rt.ResourceTypeName || rt.ResourceTypeDesc != nil {
			t.Errorf("%s: %v, want %q", key, rt, want[key])
		}
	}
	for code, st := range catalogue {
		of, err := c.BSS.ListServiceResources(&model.ListServiceResourcesRequest{ServiceTypeCode: code, XLanguage: ptr("en_US"), Limit: ptr(int32(100))})
		if err != nil {
			t.Fatal(err)
		}
		abroad, err := c.Intl.ListServiceResources(&intl.ListServiceResourcesRequest{ServiceTypeCode: code, XLanguage: ptr("en_US"), Limit: ptr(int32(100))})
		if err != nil {
			t.Fatal(err)
		}
		same(t, "service resources, international", abroad, decoded[intl.ListServiceResourcesResponse](t, encoded(t, of)))
		if int(*of.TotalCount) != len(st.ResourceTypes) {
			t.Errorf("%s: %v, want %d", code, of, len(st.ResourceTypes))
		}
		for i, info := range *of.Infos {
			if b := info.BasicInfo; *b.ProductOwnerService != code || *b.ResourceTypeCode != st.ResourceTypes[i].Code || *b.Name != want[code+" "+*b.ResourceTypeCode] {
				t.Errorf("%s: %v", code, b)
			}
		}
	}
	none, err := c.BSS.ListServiceResources(&model.ListServiceResourcesRequest{ServiceTypeCode: "hws.service.type.none"})
	if err != nil || *none.TotalCount != 0 || len(*none.Infos) != 0 {
		t.Errorf("an unknown service type: %v, %v", none, err)
	}
	_, err = c.BSS.ListServiceResources(&model.ListServiceResourcesRequest{})
	refused(t, "no service type", err, http.StatusBadRequest, "CBC.0101")
	_, err = c.BSS.ListServiceResources(&model.ListServiceResourcesRequest{ServiceTypeCode: "x", Limit: ptr(int32(101))})
	refused(t, "a limit of 101", err, http.StatusBadRequest, "CBC.0100")
	_, err = c.BSS.ListResourceTypes(&model.ListResourceTypesRequest{XLanguage: ptr("fr_FR")})
	refused(t, "a third language", err, http.StatusBadRequest, "CBC.0100")
}

// TestUsageTypes: what is metered, of all and of one resource type.
func TestUsageTypes(t *testing.T) {
	t.Parallel()
	c := ofMain(t).patient()
	want := 0
	for _, st := range publishedTypes(t) {
		want += len(st.UsageTypes)
		for _, ut := range st.UsageTypes {
			got, err := c.BSS.ListUsageTypes(&model.ListUsageTypesRequest{ResourceTypeCode: &ut.ResourceType, XLanguage: ptr("en_US")})
			if err != nil {
				t.Fatal(err)
			}
			found := false
			for _, row := range *got.UsageTypes {
				found = found || *row.Code == ut.Code && *row.Name == ut.Names.english() && *row.ServiceTypeCode == st.Code && *row.ServiceTypeName == st.Names.english()
				if *row.ResourceTypeCode != ut.ResourceType {
					t.Errorf("%v is of another resource type than %s", row, ut.ResourceType)
				}
			}
			if !found {
				t.Errorf("%s of %s is not in %v", ut.Code, st.Code, got)
			}
		}
	}
	all, err := c.BSS.ListUsageTypes(&model.ListUsageTypesRequest{Limit: ptr(int32(100))})
	if err != nil {
		t.Fatal(err)
	}
	abroad, err := c.Intl.ListUsageTypes(&intl.ListUsageTypesRequest{Limit: ptr(int32(100))})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "usage types, international", abroad, decoded[intl.ListUsageTypesResponse](t, encoded(t, all)))
	if int(*all.TotalCount) != want || len(*all.UsageTypes) != want {
		t.Errorf("%v, want %d", all, want)
	}
	_, err = c.BSS.ListUsageTypes(&model.ListUsageTypesRequest{Offset: ptr(int32(-1))})
	refused(t, "an offset of -1", err, http.StatusBadRequest, "CBC.0100")
}

// TestMeasures: units with names in both languages, and what they are in one another.
func TestMeasures(t *testing.T) {
	t.Parallel()
	c, customerOfIt := ofMain(t).patient(), ofCustomer(t).patient()
	units, err := c.BSS.ListMeasureUnits(&model.ListMeasureUnitsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	byID := map[int32]model.MeasureUnitRest{}
	for _, unit := range *units.MeasureUnits {
		byID[*unit.MeasureId] = unit
	}
	if hour := byID[4]; hour.MeasureName == nil || *hour.MeasureName != "小时" || *hour.MeasureType != 2 {
		t.Errorf("%v", hour)
	}
	if size := byID[17]; size.Abbreviation == nil || *size.Abbreviation != "G" || *size.MeasureType != 7 {
		t.Errorf("%v", size)
	}
	if minute, found := byID[6]; !found || minute.MeasureName != nil {
		t.Errorf("a measure that only a conversion has: %v", minute)
	}
	abroad, err := customerOfIt.Intl.ListMeasureUnits(&intl.ListMeasureUnitsRequest{XLanguage: ptr("en_US")})
	if err != nil || len(*abroad.MeasureUnits) != len(byID) {
		t.Fatalf("%v, %v", abroad, err)
	}
	for _, unit := range *abroad.MeasureUnits {
		if *unit.MeasureId == 4 && *unit.MeasureName != "Hour" {
			t.Errorf("%v", unit)
		}
	}
	all, err := c.BSS.ListConversions(&model.ListConversionsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "conversions", all, &model.ListConversionsResponse{Conversions: &[]model.Conversion{
		{MeasureId: ptr(int32(4)), RefMeasureId: ptr(int32(6)), ConversionRatio: ptr(int64(60)), MeasureType: (*all.Conversions)[0].MeasureType},
		{MeasureId: ptr(int32(10)), RefMeasureId: ptr(int32(11)), ConversionRatio: ptr(int64(1024)), MeasureType: (*all.Conversions)[1].MeasureType},
	}})
	one := (*all.Conversions)[1]
	some, err := c.Intl.ListConversions(&intl.ListConversionsRequest{MeasureType: one.MeasureType})
	if err != nil {
		t.Fatal(err)
	}
	if rows := *some.Conversions; len(rows) != 1 || *rows[0].MeasureId != 10 {
		t.Errorf("%v", some)
	}
	_, err = c.BSS.ListConversions(&model.ListConversionsRequest{MeasureType: ptr(int32(0))})
	refused(t, "a measure type of 0", err, http.StatusBadRequest, "CBC.0100")
}

// TestPolicies: what counts for incentives at the end of a month; the partner's alone to know.
func TestPolicies(t *testing.T) {
	t.Parallel()
	c, catalogue := ofMain(t).patient(), publishedTypes(t)
	got, err := c.BSS.ListIncentiveDiscountPolicies(&model.ListIncentiveDiscountPoliciesRequest{Time: "2026-01", Limit: ptr(int32(100))})
	if err != nil {
		t.Fatal(err)
	}
	if int(*got.TotalCount) != len(catalogue) || len(*got.Policies) != len(catalogue) {
		t.Errorf("%v, want %d", got, len(catalogue))
	}
	for _, row := range *got.Policies {
		if st := catalogue[*row.ServiceTypeCode]; *row.IncentivePolicy != st.IncentivePolicy || *row.AllowDiscount != st.AllowDiscount || *row.ServiceTypeName != st.Names.ZhCN {
			t.Errorf("%v, want %v", row, st)
		}
	}
	before, err := c.BSS.ListIncentiveDiscountPolicies(&model.ListIncentiveDiscountPoliciesRequest{Time: "2025-12"})
	if err != nil || *before.TotalCount != 0 {
		t.Errorf("before anything was published: %v, %v", before, err)
	}
	one, err := c.BSS.ListIncentiveDiscountPolicies(&model.ListIncentiveDiscountPoliciesRequest{Time: "2026-03", ServiceTypeCode: ptr("hws.service.type.ec2")})
	if err != nil || *one.TotalCount != 1 {
		t.Errorf("%v, %v", one, err)
	}
	for name, month := range map[string]string{"no month": "", "a month 13": "2026-13", "a day": "2026-03-01"} {
		_, err = c.BSS.ListIncentiveDiscountPolicies(&model.ListIncentiveDiscountPoliciesRequest{Time: month})
		refused(t, name, err, http.StatusBadRequest, "CBC.0100", "CBC.0101")
	}
	_, err = ofCustomer(t).patient().BSS.ListIncentiveDiscountPolicies(&model.ListIncentiveDiscountPoliciesRequest{Time: "2026-01"})
	refused(t, "a customer", err, http.StatusForbidden, "CBC.0151")
}

type oldTypesRequest struct {
	Code      *string `json:"code,omitempty"`
	XLanguage *string `json:"X-Language,omitempty"`
}

// TestOldTypes: the earlier paths, which answer all at once, or one by its code.
func TestOldTypes(t *testing.T) {
	t.Parallel()
	c, catalogue := ofMain(t).patient(), publishedTypes(t)
	ask := func(path, filter string, response any, request *oldTypesRequest) any {
		t.Helper()
		definition := def.NewHttpRequestDefBuilder().WithMethod(http.MethodGet).WithPath(path).WithResponse(response).WithContentType("application/json").
			WithRequestField(def.NewFieldDef().WithName("Code").WithJsonTag(filter).WithLocationType(def.Query)).
			WithRequestField(def.NewFieldDef().WithName("XLanguage").WithJsonTag("X-Language").WithLocationType(def.Header)).Build()
		answer, err := c.BSS.HcClient.Sync(request, definition)
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	services := ask("/v2/bases/service-types", "service_type_code", new(model.ListServiceTypesResponse), &oldTypesRequest{}).(*model.ListServiceTypesResponse)
	if services.TotalCount != nil || len(*services.ServiceTypes) != len(catalogue) {
		t.Errorf("%v", services)
	}
	one := ask("/v2/bases/service-types", "service_type_code", new(model.ListServiceTypesResponse),
		&oldTypesRequest{Code: ptr("hws.service.type.ec2"), XLanguage: ptr("en_US")}).(*model.ListServiceTypesResponse)
	if rows := *one.ServiceTypes; len(rows) != 1 || *rows[0].ServiceTypeName != catalogue["hws.service.type.ec2"].Names.EnUS {
		t.Errorf("%v", one)
	}
	types := map[string]bool{}
	for _, st := range catalogue {
		for _, rt := range st.ResourceTypes {
			types[rt.Code] = true
		}
	}
	resources := ask("/v2/bases/resource-types", "resource_type_code", new(model.ListResourceTypesResponse), &oldTypesRequest{}).(*model.ListResourceTypesResponse)
	if len(*resources.ResourceTypes) != len(types) {
		t.Errorf("%v, want %d", resources, len(types))
	}
	vm := ask("/v2/bases/resource-types", "resource_type_code", new(model.ListResourceTypesResponse),
		&oldTypesRequest{Code: ptr("hws.resource.type.vm")}).(*model.ListResourceTypesResponse)
	if rows := *vm.ResourceTypes; len(rows) != 1 || *rows[0].ResourceTypeCode != "hws.resource.type.vm" || rows[0].ServiceTypeCode != nil {
		t.Errorf("%v", vm)
	}
}
