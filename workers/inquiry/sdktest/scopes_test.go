package sdktest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/bss/v2/model"
)

// network is a partner of its own with two resellers and two account managers;
// other tests do not see it.
const network = "P190"

var networkOnce sync.Once

// customersOf the network: by id whose they are.
var networkCustomers = []struct{ id, reseller, manager string }{
	{"S501", "R501", ""}, {"S502", "R502", ""}, {"S503", "", "AM-1"}, {"S504", "", "AM-2"}, {"S505", "", "AM-3"},
}

// event writes one as a source does.
func event(kind, id, partner, data string) string {
	return fmt.Sprintf(`{"specversion":"1.0","id":"%[1]s/%[2]s","source":"/partners/cn","type":"%[1]s.v1","time":%[3]q,"subject":%[2]q,"partitionkey":%[4]q,"data":%[5]s}`+"\n",
		kind, id, time.Now().Add(-time.Hour).Format(time.RFC3339), partner, data)
}

// inNetwork enrols the network once, with an order of each customer, and
// makes a key of it.
func inNetwork(t *testing.T, args ...string) *caller {
	t.Helper()
	networkOnce.Do(func() { enrol(t, start(t)) })
	return callerOf(t, append([]string{"--partner", network}, args...)...)
}

func enrol(t *testing.T, d *daemon) {
	t.Helper()
	partner := func(reseller string, tier int) string {
		return event("partner.enrolled", network+reseller, network, fmt.Sprintf(`{"partner_id":%q,%s"site":"cn","level":"gold","tier":%d,"business_info_authenticated":true,"certified":true,`+
			`"auto_request":false,"effective_time":"2026-01-01T00:00:00+08:00"}`, network, member("indirect_partner_id", reseller), tier))
	}
	lines := []string{partner("", 1), partner("R501", 2), partner("R502", 2), event("coupon_quota.granted", "Q-"+network, network, fmt.Sprintf(
		`{"quota_id":"Q-%[1]s","partner_id":%[1]q,"quota_type":0,"amount":"1000","currency":"CNY","effective_time":"2026-01-01T00:00:00+08:00","expire_time":"2099-01-01T00:00:00+08:00"}`, network))}
	for _, c := range networkCustomers {
		lines = append(lines, event("customer.associated", c.id, network, fmt.Sprintf(`{"customer_id":%q,"partner_id":%q,%s%s"association":"resale","settlement":"immediate","effective_time":"2026-01-01T00:00:00+08:00"}`,
			c.id, network, member("indirect_partner_id", c.reseller), member("account_manager_id", c.manager))))
	}
	for _, c := range networkCustomers {
		lines = append(lines, event("order.placed", "CS-"+c.id, network, fmt.Sprintf(`{"order_id":"CS-%[1]s","partner_id":%[2]q,"customer_id":%[1]q,"auto_pay":false,"lines":[{"line_id":"1","resource_id":"vm-%[1]s",`+
			`"cloud_service_type":"hws.service.type.ec2","resource_type":"hws.resource.type.vm","resource_spec":"s6.small.1.linux","region":"cn-east-3","period_type":2,"period_num":1,"subscription_num":1}]}`, c.id, network)))
	}
	d.command(t, strings.Join(lines, ""), "publish", "-")
	last := networkCustomers[len(networkCustomers)-1].id // one partner's events are decided in order
	callerOf(t, "--partner", network, "--customer", last, "--role", "customer").wait(t, "CS-"+last)
}

func member(name, value string) string {
	if value == "" {
		return ""
	}
	return fmt.Sprintf("%q:%q,", name, value)
}

// TestScopesOfRoles: resellers, account managers and supervisors see the
// orders of their own customers; others' are refused in the same words as
// what is not there, and cannot be acted on.
func TestScopesOfRoles(t *testing.T) {
	t.Parallel()
	for _, role := range []struct {
		name string
		args []string
		sees []string
	}{
		{"a reseller", []string{"--reseller", "R501", "--role", "reseller"}, []string{"S501"}},
		{"the other reseller", []string{"--reseller", "R502", "--role", "reseller"}, []string{"S502"}},
		{"a reseller that nobody has", []string{"--reseller", "R599", "--role", "reseller"}, nil},
		{"an account manager", []string{"--manager", "AM-1", "--role", "account_manager"}, []string{"S503"}},
		{"an account manager without customers", []string{"--manager", "AM-9", "--role", "account_manager"}, nil},
		{"a supervisor", []string{"--manager", "AM-1", "--manager", "AM-2", "--role", "supervisor"}, []string{"S503", "S504"}},
		{"a customer", []string{"--customer", "S501", "--role", "customer"}, []string{"S501"}},
	} {
		c := inNetwork(t, role.args...).patient()
		nothing := ""
		for _, orderID := range []string{"CS-none", "CS-S501", "CS-S502", "CS-S503", "CS-S504", "O-1"} {
			_, err := c.BSS.ShowCustomerOrderDetails(&model.ShowCustomerOrderDetailsRequest{OrderId: orderID})
			seen := slices.Contains(role.sees, strings.TrimPrefix(orderID, "CS-"))
			switch {
			case seen && err != nil:
				t.Errorf("%s: %s: %v", role.name, orderID, err)
			case !seen:
				refused(t, role.name+": "+orderID, err, http.StatusForbidden, "CBC.0151")
				said := words(err)
				if nothing == "" {
					nothing = said
				}
				if said != nothing {
					t.Errorf("%s: %s is refused as %s, what is not there as %s", role.name, orderID, said, nothing)
				}
				_, err = c.BSS.CancelCustomerOrder(&model.CancelCustomerOrderRequest{Body: &model.CancelCustomerOrderReq{OrderId: orderID}})
				refused(t, role.name+" cancels "+orderID, err, http.StatusForbidden, "CBC.0151")
				if words(err) != nothing {
					t.Errorf("%s: cancelling %s is refused as %s", role.name, orderID, words(err))
				}
			}
		}
		listed, err := c.BSS.ListCustomerOrders(&model.ListCustomerOrdersRequest{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, order := range *listed.OrderInfos {
			got = append(got, *order.CustomerId)
		}
		slices.Sort(got)
		if !slices.Equal(got, role.sees) || int(*listed.TotalCount) != len(role.sees) {
			t.Errorf("%s lists orders of %v, sees %v", role.name, got, role.sees)
		}
		for _, customerID := range []string{"S501", "S502", "S503", "S504", "C105", "nobody"} {
			if slices.Contains(role.sees, customerID) {
				continue
			}
			_, err := c.BSS.ListCustomerOrders(&model.ListCustomerOrdersRequest{CustomerId: ptr(customerID)})
			refused(t, role.name+" lists "+customerID, err, http.StatusForbidden, "CBC.0151")
			if words(err) != nothing {
				t.Errorf("%s: the orders of %s are refused as %s", role.name, customerID, words(err))
			}
		}
	}
}
