package sdktest

import (
	"net/http"
	"slices"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/bss/v2/model"
	intl "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/bssintl/v2/model"
)

// networkSince is when everybody in the network was enrolled or associated.
const networkSince = "2025-12-31T16:00:00Z"

// TestResellers: a distributor's own, and nobody else's.
func TestResellers(t *testing.T) {
	t.Parallel()
	c := inNetwork(t, "--role", "main").patient()
	ask := func(query model.QueryIndirectPartnersReq) *model.ListIndirectPartnersResponse {
		t.Helper()
		got, err := c.BSS.ListIndirectPartners(&model.ListIndirectPartnersRequest{Body: &query})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	info := func(id string) model.IndirectPartnerInfo {
		return model.IndirectPartnerInfo{IndirectPartnerId: &id, AssociatedOn: ptr(networkSince)}
	}
	all := &model.ListIndirectPartnersResponse{Count: ptr(int32(2)), IndirectPartners: &[]model.IndirectPartnerInfo{info("R501"), info("R502")}}
	same(t, "resellers", ask(model.QueryIndirectPartnersReq{}), all)
	abroad, err := c.Intl.ListIndirectPartners(&intl.ListIndirectPartnersRequest{Body: &intl.QueryIndirectPartnersReq{AccountName: ptr("")}})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "resellers, international", abroad, decoded[intl.ListIndirectPartnersResponse](t, encoded(t, all)))
	none := &[]model.IndirectPartnerInfo{}
	for name, test := range map[string]struct {
		query model.QueryIndirectPartnersReq
		count int32
		rows  *[]model.IndirectPartnerInfo
	}{
		"one":                 {model.QueryIndirectPartnersReq{IndirectPartnerId: ptr("R502")}, 1, &[]model.IndirectPartnerInfo{info("R502")}},
		"the second page":     {model.QueryIndirectPartnersReq{Offset: ptr(int32(1)), Limit: ptr(int32(1))}, 2, &[]model.IndirectPartnerInfo{info("R502")}},
		"behind the last":     {model.QueryIndirectPartnersReq{Offset: ptr(int32(9))}, 2, none},
		"at that second":      {model.QueryIndirectPartnersReq{AssociatedOnBegin: ptr(networkSince), AssociatedOnEnd: ptr(networkSince)}, 2, all.IndirectPartners},
		"later":               {model.QueryIndirectPartnersReq{AssociatedOnBegin: ptr("2026-01-01T00:00:00Z")}, 0, none},
		"somebody else's":     {model.QueryIndirectPartnersReq{IndirectPartnerId: ptr("R001")}, 0, none},
		"by a name":           {model.QueryIndirectPartnersReq{AccountName: ptr("R501")}, 0, none},
		"nobody's":            {model.QueryIndirectPartnersReq{IndirectPartnerId: ptr("nobody")}, 0, none},
		"a customer is none":  {model.QueryIndirectPartnersReq{IndirectPartnerId: ptr("S501")}, 0, none},
		"as the partner says": {model.QueryIndirectPartnersReq{IndirectPartnerId: ptr("")}, 2, all.IndirectPartners},
	} {
		same(t, name, ask(test.query), &model.ListIndirectPartnersResponse{Count: &test.count, IndirectPartners: test.rows})
	}
	_, err = c.BSS.ListIndirectPartners(&model.ListIndirectPartnersRequest{Body: &model.QueryIndirectPartnersReq{Limit: ptr(int32(101))}})
	refused(t, "a limit of 101", err, http.StatusBadRequest, "CBC.0100")
	for name, args := range map[string][]string{"a reseller": {"--reseller", "R501", "--role", "reseller"}, "a customer": {"--customer", "S503", "--role", "customer"},
		"finance": {"--role", "finance"}} {
		_, err := inNetwork(t, args...).BSS.ListIndirectPartners(&model.ListIndirectPartnersRequest{Body: &model.QueryIndirectPartnersReq{}})
		refused(t, name, err, http.StatusForbidden, "CBC.0151")
	}
	of, err := ofMain(t).BSS.ListIndirectPartners(&model.ListIndirectPartnersRequest{Body: &model.QueryIndirectPartnersReq{}})
	if err != nil || *of.Count != 0 || len(*of.IndirectPartners) != 0 {
		t.Errorf("a partner without resellers: %v, %v", of, err)
	}
}

// TestCustomersOfAPartner: each role lists those that it sees.
func TestCustomersOfAPartner(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		args []string
		body model.QuerySubCustomerListReq
		want []string
	}{
		{"the partner's own", []string{"--role", "main"}, model.QuerySubCustomerListReq{}, []string{"S503", "S504", "S505"}},
		{"a reseller's, for the partner", []string{"--role", "finance"}, model.QuerySubCustomerListReq{IndirectPartnerId: ptr("R501")}, []string{"S501"}},
		{"a reseller's own", []string{"--reseller", "R502", "--role", "reseller"}, model.QuerySubCustomerListReq{}, []string{"S502"}},
		{"a manager's", []string{"--manager", "AM-1", "--role", "account_manager"}, model.QuerySubCustomerListReq{}, []string{"S503"}},
		{"a team's", []string{"--manager", "AM-1", "--manager", "AM-2", "--role", "supervisor"}, model.QuerySubCustomerListReq{}, []string{"S503", "S504"}},
		{"one", []string{"--role", "main"}, model.QuerySubCustomerListReq{CustomerId: ptr("S504")}, []string{"S504"}},
		{"resale", []string{"--role", "main"}, model.QuerySubCustomerListReq{AssociationType: ptr("2")}, []string{"S503", "S504", "S505"}},
		{"resale, as other sites number it", []string{"--role", "main"}, model.QuerySubCustomerListReq{AssociationType: ptr("3")}, []string{"S503", "S504", "S505"}},
		{"referral", []string{"--role", "main"}, model.QuerySubCustomerListReq{AssociationType: ptr("1")}, nil},
		{"before them", []string{"--role", "main"}, model.QuerySubCustomerListReq{AssociatedOnEnd: ptr("2025-12-31T15:59:59Z")}, nil},
		{"of that second", []string{"--role", "main"}, model.QuerySubCustomerListReq{AssociatedOnEnd: ptr(networkSince), AssociationType: ptr("")}, []string{"S503", "S504", "S505"}},
		{"by a name", []string{"--role", "main"}, model.QuerySubCustomerListReq{AccountName: ptr("S503")}, nil},
	} {
		got, err := inNetwork(t, test.args...).BSS.ListSubCustomers(&model.ListSubCustomersRequest{Body: &test.body})
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		var ids []string
		for _, row := range *got.CustomerInfos {
			ids = append(ids, row.CustomerId)
			managers := map[string][]model.AccountManager{"S503": {{AccountName: ptr("AM-1")}}, "S504": {{AccountName: ptr("AM-2")}}, "S505": {{AccountName: ptr("AM-3")}}}[row.CustomerId]
			if managers == nil {
				managers = []model.AccountManager{}
			}
			same(t, test.name, &row, &model.CustomerInformation{CustomerId: row.CustomerId, AssociatedOn: ptr(networkSince), AssociationType: ptr("2"), AccountManagers: &managers})
		}
		if !slices.Equal(ids, test.want) || int(*got.Count) != len(test.want) {
			t.Errorf("%s: %d, %v, want %v", test.name, *got.Count, ids, test.want)
		}
	}
	c := inNetwork(t, "--manager", "AM-1", "--role", "account_manager").patient()
	for _, id := range []string{"S504", "S501", customer, "nobody"} {
		_, err := c.BSS.ListSubCustomers(&model.ListSubCustomersRequest{Body: &model.QuerySubCustomerListReq{CustomerId: &id}})
		refused(t, "customer "+id, err, http.StatusForbidden, "CBC.0151")
	}
	_, err := inNetwork(t, "--customer", "S503", "--role", "customer").BSS.ListSubCustomers(&model.ListSubCustomersRequest{Body: &model.QuerySubCustomerListReq{}})
	refused(t, "a customer lists customers", err, http.StatusForbidden, "CBC.0151")
	abroad, err := callerOf(t, "--partner", "P130", "--role", "main").Intl.ListSubCustomers(&intl.ListSubCustomersRequest{Body: &intl.QuerySubCustomerListReq{Limit: ptr(int32(1)), AssociationType: ptr("3")}})
	if err != nil || *abroad.Count != 3 || len(*abroad.CustomerInfos) != 1 || *(*abroad.CustomerInfos)[0].AssociationType != "3" {
		t.Errorf("international: %v, %v", abroad, err)
	}
}
