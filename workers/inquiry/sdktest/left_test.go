package sdktest

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/bss/v2/model"
)

// TestCustomersThatLeft: a partner sees what it earned on a customer that has
// left, as far as its roles go, and lists it no more.
func TestCustomersThatLeft(t *testing.T) {
	t.Parallel()
	const of, left, order = "P191", "S601", "CS-S601"
	d := start(t)
	d.command(t, event("partner.enrolled", of, of, `{"partner_id":"P191","site":"cn","level":"gold","tier":1,"business_info_authenticated":true,"certified":true,"auto_request":false,"effective_time":"2026-01-01T00:00:00+08:00"}`)+
		event("customer.associated", left, of, `{"customer_id":"S601","partner_id":"P191","account_manager_id":"AM-6","association":"resale","settlement":"immediate","effective_time":"2026-01-01T00:00:00+08:00"}`)+
		event("order.placed", order, of, `{"order_id":"CS-S601","partner_id":"P191","customer_id":"S601","auto_pay":false,"lines":[{"line_id":"1","resource_id":"vm-S601","cloud_service_type":"hws.service.type.ec2",`+
			`"resource_type":"hws.resource.type.vm","resource_spec":"s6.small.1.linux","region":"cn-east-3","period_type":2,"period_num":1,"subscription_num":1}]}`), "publish", "-")
	main := tokenOf(t, "--partner", of, "--role", "main")
	callerOf(t, "--partner", of, "--customer", left, "--role", "customer").wait(t, order)
	d.command(t, event("customer.disassociated", left, of, fmt.Sprintf(`{"customer_id":"S601","partner_id":"P191","effective_time":%q}`, time.Now().Add(-time.Minute).Format(time.RFC3339))), "publish", "-")
	sdk := callerOf(t, "--partner", of, "--role", "main").patient()
	for until := time.Now().Add(time.Minute); ; {
		listed, err := sdk.BSS.ListSubCustomers(&model.ListSubCustomersRequest{Body: &model.QuerySubCustomerListReq{}})
		if err != nil {
			t.Fatal(err)
		}
		if *listed.Count == 0 {
			break
		}
		if time.Now().After(until) {
			t.Fatalf("it is still listed: %v", listed)
		}
	}
	path := "/v2/partners/orders/" + order + "/explanation"
	for name, test := range map[string]struct {
		who    *caller
		status int
	}{
		"the partner": {main, http.StatusOK}, "its manager": {tokenOf(t, "--partner", of, "--manager", "AM-6", "--role", "account_manager"), http.StatusOK},
		"another manager": {tokenOf(t, "--partner", of, "--manager", "AM-7", "--role", "account_manager"), http.StatusForbidden},
		"another partner": {tokenOf(t, "--partner", partner, "--role", "main"), http.StatusForbidden},
	} {
		if status, document := test.who.get(t, path); status != test.status {
			t.Errorf("%s: status %d: %v", name, status, document)
		}
	}
}

// TestIdempotencyKeyOfAnotherRequest: a key is of one request; with another
// body it is refused, and the first answer is not given for it.
func TestIdempotencyKeyOfAnotherRequest(t *testing.T) {
	t.Parallel()
	c := tokenOf(t, "--partner", partner, "--customer", customer, "--role", "customer")
	cancel := func(key, body string) (int, string) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, c.URL+"/v2/orders/customer-orders/cancel", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("X-Auth-Token", c.Secret)
		request.Header.Set("Idempotency-Key", key)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, string(text)
	}
	const one, other = `{"order_id":"CS-none-1"}`, `{"order_id":"CS-none-2"}`
	for _, test := range []struct {
		key, body string
		status    int
		says      string
	}{{"k1", one, 403, "CBC.0151"}, {"k1", one, 403, "CBC.0151"}, {"k1", other, 400, "Idempotency-Key was sent before"}, {"k2", other, 403, "CBC.0151"}, {"k1", one, 403, "CBC.0151"}} {
		if status, text := cancel(test.key, test.body); status != test.status || !strings.Contains(text, test.says) {
			t.Errorf("%s with %s: %d %s", test.body, test.key, status, text)
		}
	}
}

// TestAutoRenewalWithoutABody: the SDK sends none where nothing is set in it.
func TestAutoRenewalWithoutABody(t *testing.T) {
	t.Parallel()
	_, err := ofCustomer(t).BSS.AutoRenewalResources(&model.AutoRenewalResourcesRequest{ResourceId: "vm-none"})
	refused(t, "of a resource that is not there", err, http.StatusForbidden, "CBC.0151")
}
