package sdktest

import (
	"net/http"
	"testing"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/bss/v2/model"
	intl "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/bssintl/v2/model"
)

func (c *caller) periodResources(t *testing.T, query model.QueryResourcesReq) (rows []model.OrderInstanceV2, total int) {
	t.Helper()
	got, err := c.BSS.ListPayPerUseCustomerResources(&model.ListPayPerUseCustomerResourcesRequest{Body: &query})
	if err != nil {
		t.Fatal(err)
	}
	abroad, err := c.Intl.ListPayPerUseCustomerResources(&intl.ListPayPerUseCustomerResourcesRequest{Body: decoded[intl.QueryResourcesReq](t, encoded(t, query))})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "resources, international", abroad, decoded[intl.ListPayPerUseCustomerResourcesResponse](t, encoded(t, got)))
	return *got.Data, int(*got.TotalCount)
}

// TestPeriodResources: what is listed of yearly/monthly resources, by each member of the query.
func TestPeriodResources(t *testing.T) {
	t.Parallel()
	c, partnerOfIt := ofCustomer(t).patient(), ofMain(t).patient()
	most := ptr(int32(500))
	all, total := c.periodResources(t, model.QueryResourcesReq{Limit: most})
	if len(all) != total || total < 20 {
		t.Fatalf("%d of %d resources", len(all), total)
	}
	byPartner, _ := partnerOfIt.periodResources(t, model.QueryResourcesReq{Limit: most, CustomerId: ptr(customer)})
	same(t, "by the partner", &byPartner, &all)
	found := map[string]model.OrderInstanceV2{}
	statuses := map[int32]int{}
	for _, r := range all {
		found[*r.ResourceId] = r
		statuses[*r.Status]++
	}
	vm, disk := found[server], found[serverDisk]
	if vm.ResourceId == nil || *vm.Status != 2 || *vm.IsMainResource != 1 || vm.ParentResourceId != nil || *vm.ServiceTypeCode != "hws.service.type.ec2" ||
		*vm.ServiceTypeName != "弹性云服务器" || vm.ProductId == nil || vm.SpecSize != nil || vm.ProjectId != nil || *vm.ExpireTime <= *vm.EffectiveTime {
		t.Errorf("%v", vm)
	}
	if disk.ResourceId == nil || *disk.IsMainResource != 0 || *disk.ParentResourceId != server || disk.SpecSize.String() != "150" || *disk.SpecSizeMeasureId != 17 {
		t.Errorf("%v", disk)
	}
	if statuses[2] == 0 || statuses[3] == 0 {
		t.Errorf("by status: %v", statuses)
	}
	expires, err := time.Parse(time.RFC3339, *vm.ExpireTime)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		query model.QueryResourcesReq
		has   []string
		not   []string
	}{
		{"a server with its disk", model.QueryResourcesReq{ResourceIds: &[]string{server}}, []string{server, serverDisk}, nil},
		{"a server alone", model.QueryResourcesReq{ResourceIds: &[]string{server}, OnlyMainResource: ptr(int32(1))}, []string{server}, []string{serverDisk}},
		{"a disk by its name", model.QueryResourcesReq{ResourceIds: &[]string{serverDisk}, OnlyMainResource: ptr(int32(1))}, []string{serverDisk}, []string{server}},
		{"primary ones", model.QueryResourcesReq{OnlyMainResource: ptr(int32(1)), Limit: most}, []string{server}, []string{serverDisk}},
		{"an order", model.QueryResourcesReq{OrderId: ptr("CS2603131016")}, []string{server, serverDisk}, nil},
		{"in use", model.QueryResourcesReq{StatusList: &[]int32{2}, Limit: most}, []string{server, serverDisk}, nil},
		{"closed", model.QueryResourcesReq{StatusList: &[]int32{3, 4, 5}, Limit: most}, nil, []string{server}},
		{"a service", model.QueryResourcesReq{ServiceTypeCode: ptr("hws.service.type.ebs"), Limit: most}, []string{serverDisk}, []string{server}},
		{"that expire that second", model.QueryResourcesReq{ExpireTimeBegin: vm.ExpireTime, ExpireTimeEnd: vm.ExpireTime}, []string{server}, nil},
		{"that expire later", model.QueryResourcesReq{ExpireTimeBegin: ptr(expires.Add(time.Second).Format(time.RFC3339)), Limit: most}, nil, []string{server}},
		{"that expired before", model.QueryResourcesReq{ExpireTimeEnd: ptr(expires.Add(-time.Second).Format(time.RFC3339)), Limit: most}, nil, []string{server}},
		{"no times", model.QueryResourcesReq{ExpireTimeBegin: ptr(""), ExpireTimeEnd: ptr(""), Limit: most}, []string{server}, nil},
		{"another's", model.QueryResourcesReq{ResourceIds: &[]string{"vm-2603121005-1"}}, nil, []string{"vm-2603121005-1"}},
	} {
		rows, n := c.periodResources(t, test.query)
		ids := map[string]bool{}
		for _, r := range rows {
			ids[*r.ResourceId] = true
			if want := found[*r.ResourceId]; *want.ResourceId != *r.ResourceId {
				t.Errorf("%s: %v is not among all", test.name, r)
			}
		}
		for _, id := range test.has {
			if !ids[id] {
				t.Errorf("%s: %s is not among %d", test.name, id, n)
			}
		}
		for _, id := range test.not {
			if ids[id] {
				t.Errorf("%s: %s is among %d", test.name, id, n)
			}
		}
	}
	page, n := c.periodResources(t, model.QueryResourcesReq{Offset: ptr(int32(1)), Limit: ptr(int32(3))})
	want := all[1:4]
	same(t, "a page", &page, &want)
	if first, _ := c.periodResources(t, model.QueryResourcesReq{}); n != total || len(first) != 10 {
		t.Errorf("%d of %d", len(first), n)
	}
}

func TestPeriodResourcesRefused(t *testing.T) {
	t.Parallel()
	c, partnerOfIt := ofCustomer(t).patient(), ofMain(t).patient()
	many := make([]string, 51)
	for i := range many {
		many[i] = "r"
	}
	for _, test := range []struct {
		name   string
		who    *caller
		query  model.QueryResourcesReq
		status int
		code   string
	}{
		{"51 resources", c, model.QueryResourcesReq{ResourceIds: &many}, http.StatusBadRequest, "CBC.0100"},
		{"a status 1", c, model.QueryResourcesReq{StatusList: &[]int32{1}}, http.StatusBadRequest, "CBC.0100"},
		{"a limit of 0", c, model.QueryResourcesReq{Limit: ptr(int32(0))}, http.StatusBadRequest, "CBC.0100"},
		{"a limit of 501", c, model.QueryResourcesReq{Limit: ptr(int32(501))}, http.StatusBadRequest, "CBC.0100"},
		{"an offset of -1", c, model.QueryResourcesReq{Offset: ptr(int32(-1))}, http.StatusBadRequest, "CBC.0100"},
		{"a local time", c, model.QueryResourcesReq{ExpireTimeBegin: ptr("2026-03-01 00:00:00")}, http.StatusBadRequest, "CBC.0100"},
		{"an empty service type", c, model.QueryResourcesReq{ServiceTypeCode: ptr("")}, http.StatusBadRequest, "CBC.0100"},
		{"primary or what", c, model.QueryResourcesReq{OnlyMainResource: ptr(int32(2))}, http.StatusBadRequest, "CBC.0100"},
		{"no customer", partnerOfIt, model.QueryResourcesReq{}, http.StatusBadRequest, "CBC.0101"},
		{"another customer", c, model.QueryResourcesReq{CustomerId: ptr("C101")}, http.StatusForbidden, "CBC.0151"},
		{"another partner's customer", partnerOfIt, model.QueryResourcesReq{CustomerId: ptr("C201")}, http.StatusForbidden, "CBC.0151"},
		{"a customer that nobody has", partnerOfIt, model.QueryResourcesReq{CustomerId: ptr("C999")}, http.StatusForbidden, "CBC.0151"},
	} {
		_, err := test.who.BSS.ListPayPerUseCustomerResources(&model.ListPayPerUseCustomerResourcesRequest{Body: &test.query})
		refused(t, test.name, err, test.status, test.code)
	}
}

// TestOnDemandResources: what usage was metered of, and what changed to pay-per-use at its expiry.
func TestOnDemandResources(t *testing.T) {
	t.Parallel()
	c := ofMain(t).patient()
	list := func(query model.QueryCustomerOnDemandResourcesReq) []model.CustomerOnDemandResource {
		t.Helper()
		got, err := c.BSS.ListCustomerOnDemandResources(&model.ListCustomerOnDemandResourcesRequest{XLanguage: ptr("en_US"), Body: &query})
		if err != nil {
			t.Fatal(err)
		}
		abroad, err := c.Intl.ListCustomerOnDemandResources(&intl.ListCustomerOnDemandResourcesRequest{XLanguage: ptr("en_US"),
			Body: decoded[intl.QueryCustomerOnDemandResourcesReq](t, encoded(t, query))})
		if err != nil {
			t.Fatal(err)
		}
		same(t, "pay-per-use resources, international", abroad, decoded[intl.ListCustomerOnDemandResourcesResponse](t, encoded(t, got)))
		if int(*got.TotalCount) < len(*got.Resources) {
			t.Errorf("%v", got)
		}
		return *got.Resources
	}
	traffic := list(model.QueryCustomerOnDemandResourcesReq{CustomerId: "C101", ServiceTypeCode: ptr("hws.service.type.vpc"), RegionCode: ptr("cn-east-3"), Status: ptr(int32(1))})
	if len(traffic) != 1 || *traffic[0].ResourceId != "flow-C101" || *traffic[0].EffectiveTime != "2026-01-31T16:00:00Z" || *traffic[0].ResourceSpecCode != "19_traffic" ||
		traffic[0].ExpireTime != nil || *traffic[0].ResourceTypeName != "traffic" {
		t.Errorf("%v", traffic)
	}
	changed := list(model.QueryCustomerOnDemandResourcesReq{CustomerId: "C106", ResourceIds: &[]string{"vm-2601200240-1"}})
	if len(changed) != 1 || *changed[0].ResourceId != "vm-2601200240-1" {
		t.Errorf("what changed at its expiry: %v", changed)
	}
	for name, query := range map[string]model.QueryCustomerOnDemandResourcesReq{
		"another region":    {CustomerId: "C101", RegionCode: ptr("cn-north-4")},
		"closed":            {CustomerId: "C101", Status: ptr(int32(6))},
		"began later":       {CustomerId: "C101", EffectiveTimeBegin: ptr("2027-01-01T00:00:00Z")},
		"a yearly resource": {CustomerId: customer, ResourceIds: &[]string{server}},
	} {
		if rows := list(query); len(rows) != 0 {
			t.Errorf("%s: %v", name, rows)
		}
	}
	for _, test := range []struct {
		name   string
		query  model.QueryCustomerOnDemandResourcesReq
		status int
		code   string
	}{
		{"no customer", model.QueryCustomerOnDemandResourcesReq{}, http.StatusBadRequest, "CBC.0101"},
		{"a status 7", model.QueryCustomerOnDemandResourcesReq{CustomerId: "C101", Status: ptr(int32(7))}, http.StatusBadRequest, "CBC.0100"},
		{"a limit of 101", model.QueryCustomerOnDemandResourcesReq{CustomerId: "C101", Limit: ptr(int32(101))}, http.StatusBadRequest, "CBC.0100"},
		{"a day", model.QueryCustomerOnDemandResourcesReq{CustomerId: "C101", EffectiveTimeEnd: ptr("2026-03-01")}, http.StatusBadRequest, "CBC.0100"},
		{"another partner's customer", model.QueryCustomerOnDemandResourcesReq{CustomerId: "C201"}, http.StatusForbidden, "CBC.0151"},
		{"a reseller that it has not", model.QueryCustomerOnDemandResourcesReq{CustomerId: "C101", IndirectPartnerId: ptr("R1")}, http.StatusForbidden, "CBC.0151"},
	} {
		_, err := c.BSS.ListCustomerOnDemandResources(&model.ListCustomerOnDemandResourcesRequest{Body: &test.query})
		refused(t, test.name, err, test.status, test.code)
	}
}
