package sdktest

import (
	"net/http"
	"slices"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/bss/v2/model"
	intl "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/bssintl/v2/model"
)

// TestResourceSpecs: page by page all that is on sale, each with its types.
func TestResourceSpecs(t *testing.T) {
	t.Parallel()
	c := ofCustomer(t).patient()
	ask := func(query model.ResourceSpecsQueryReq) *model.ListResourceSpecsResponse {
		t.Helper()
		got, err := c.BSS.ListResourceSpecs(&model.ListResourceSpecsRequest{XLanguage: ptr("EN_us"), Body: &query})
		if err != nil {
			t.Fatal(err)
		}
		abroad, err := c.Intl.ListResourceSpecs(&intl.ListResourceSpecsRequest{XLanguage: ptr("en_us"), Body: decoded[intl.ResourceSpecsQueryReq](t, encoded(t, query))})
		if err != nil {
			t.Fatal(err)
		}
		same(t, "specifications, international", abroad, decoded[intl.ListResourceSpecsResponse](t, encoded(t, got)))
		return got
	}
	query := model.ResourceSpecsQueryReq{CloudServiceType: "hws.service.type.ec2", ResourceType: "hws.resource.type.vm", RegionCode: "cn-east-3", ChargeMode: "1"}
	var all []string
	for _, row := range *ask(query).CloudServiceBasics {
		all = append(all, *row.ResourceSpec)
		if *row.CloudServiceTypeName != "Elastic Cloud Server" || *row.ResourceTypeName != "vm" || *row.RegionCode != "cn-east-3" || *row.ResourceSpecName == "" {
			t.Errorf("%v", row)
		}
	}
	if !slices.Contains(all, "s6.small.1.linux") || !slices.IsSorted(all) || len(slices.Compact(slices.Clone(all))) != len(all) {
		t.Fatalf("%v", all)
	}
	query.Limit = ptr(int32(2))
	var paged []string
	for range all {
		page := ask(query)
		for _, row := range *page.CloudServiceBasics {
			paged = append(paged, *row.ResourceSpec)
		}
		if query.Marker = page.PageInfo.NextMarker; query.Marker == nil {
			break
		}
	}
	if !slices.Equal(paged, all) {
		t.Errorf("pages have %v, want %v", paged, all)
	}
	query.Marker, query.Filters = nil, &[]model.ResourceSpecsFilter{{Key: model.GetResourceSpecsFilterKeyEnum().RESOURCE_SPEC, Value: "s6.small.1.linux"}}
	if rows := *ask(query).CloudServiceBasics; len(rows) != 1 {
		t.Errorf("%v", rows)
	}
	query.ChargeMode = "2"
	_, err := c.BSS.ListResourceSpecs(&model.ListResourceSpecsRequest{Body: &query})
	refused(t, "one-off", err, http.StatusBadRequest, "CBC.0100")
	query.ChargeMode, query.RegionCode = "1", ""
	_, err = c.BSS.ListResourceSpecs(&model.ListResourceSpecsRequest{Body: &query})
	refused(t, "no region", err, http.StatusBadRequest, "CBC.0101")
}
