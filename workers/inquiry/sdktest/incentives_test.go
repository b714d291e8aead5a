package sdktest

import (
	"encoding/json" // as callers may decode
	"fmt"
	"io"
	"net/http"
	"net/url"
	"testing"
)

// object is a JSON document whose members are looked at one by one.
type object = map[string]any

// tokenOf makes a bearer token.
func tokenOf(t *testing.T, args ...string) *caller {
	t.Helper()
	return callerOf(t, append(args, "--kind", "token")...)
}

// get asks by the token, and returns the status and the document.
func (c *caller) get(t *testing.T, path string) (int, object) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+c.Secret)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	document := object{}
	if err := json.Unmarshal(body, &document); err != nil {
		t.Fatalf("%s: %v: %s", path, err, body)
	}
	return response.StatusCode, document
}

// answered is get of what is answered.
func (c *caller) answered(t *testing.T, path string) object {
	t.Helper()
	status, document := c.get(t, path)
	if status != http.StatusOK {
		t.Fatalf("%s: status %d: %v", path, status, document)
	}
	return document
}

// printed is what a command prints as JSON.
func printed(t *testing.T, c *caller, args ...string) object {
	t.Helper()
	return *decoded[object](t, c.command(t, "", append(args, "--json")...))
}

func rowsOf(t *testing.T, document object, name string) []object {
	t.Helper()
	list, is := document[name].([]any)
	if !is {
		t.Fatalf("%s is not a list: %v", name, document)
	}
	out := make([]object, len(list))
	for i := range list {
		out[i] = list[i].(object)
	}
	return out
}

// equal compares documents.
func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if g, w := string(encoded(t, got)), string(encoded(t, want)); g != w {
		t.Errorf("%s:\n got %s\nwant %s", what, g, w)
	}
}

// byID finds rows by a member.
func byID(list []object, member string) map[string]object {
	out := map[string]object{}
	for _, row := range list {
		out[fmt.Sprint(row[member])] = row
	}
	return out
}

// TestIncentiveBills: bills, details and holds are those that the commands
// print.
func TestIncentiveBills(t *testing.T) {
	t.Parallel()
	c := tokenOf(t, "--partner", partner, "--role", "finance")
	told := rowsOf(t, printed(t, c, "bills", "--partner", partner), "bills")
	list := c.answered(t, "/v2/partners/incentive-bills?limit=1000")
	bills := rowsOf(t, list, "incentive_bills")
	if len(bills) != len(told) || len(bills) < 3 || int(list["total_count"].(float64)) != len(bills) {
		t.Fatalf("%d bills of %v, the command has %d", len(bills), list["total_count"], len(told))
	}
	byBill := byID(bills, "bill_id")
	for _, want := range told {
		got := byBill[want["bill_id"].(string)]
		for _, member := range []string{"cycle", "policy_id", "association", "currency", "state", "total", "frozen", "payable", "requested", "paid_out", "expired", "offset"} {
			if got[member] != want[member] {
				t.Errorf("bill %v: %s is %v, the command has %v", want["bill_id"], member, got[member], want[member])
			}
		}
		if got["applicable"] != want["can_be_requested"] {
			t.Errorf("bill %v: applicable is %v, the command has %v", want["bill_id"], got["applicable"], want["can_be_requested"])
		}
	}
	for id, bill := range byBill {
		path := "/v2/partners/incentive-bills/" + url.PathEscape(id)
		shown := *decoded[object](t, c.command(t, "", "bill", "show", "--partner", partner, "--json", "--", id))
		want := byID(rowsOf(t, shown, "details"), "detail_id")
		delete(shown, "details")
		one := c.answered(t, path)
		equal(t, "bill "+id, one, shown)
		equal(t, "bill "+id+" of the list", bill, one)
		page := c.answered(t, path+"/details?limit=1000")
		if int(page["total_count"].(float64)) != len(want) {
			t.Errorf("bill %s: %v details, the command has %d", id, page["total_count"], len(want))
		}
		for _, got := range rowsOf(t, page, "details") {
			expected := want[got["detail_id"].(string)]
			delete(got, "reversed_by") // of what the page has
			delete(expected, "reversed_by")
			equal(t, "detail", got, expected)
		}
		if first := rowsOf(t, c.answered(t, path+"/details?limit=1&offset=1"), "details"); len(first) != min(1, max(0, len(want)-1)) {
			t.Errorf("bill %s: the second page of one has %d", id, len(first))
		}
		break // each bill asks three times
	}
	if holds := rowsOf(t, c.answered(t, "/v2/partners/incentive-holds?state=all&limit=1000"), "holds"); len(holds) == 0 {
		t.Error("no holds")
	}
	if paid := rowsOf(t, c.answered(t, "/v2/partners/incentive-bills?state=issued&cycle=2026-01"), "incentive_bills"); len(paid) == 0 || paid[0]["cycle"] != "2026-01" {
		t.Errorf("issued in January: %v", paid)
	}
}

// TestRequestsAndInvoices: as the commands print them, an invoice with the
// steps that lead to its state.
func TestRequestsAndInvoices(t *testing.T) {
	t.Parallel()
	c := tokenOf(t, "--partner", partner, "--role", "finance")
	want := byID(rowsOf(t, printed(t, c, "requests", "--partner", partner), "rows"), "payment_request_id")
	list := c.answered(t, "/v2/partners/payment-requests?limit=1000")
	if requests := rowsOf(t, list, "payment_requests"); len(requests) != len(want) || len(want) == 0 {
		t.Fatalf("%d requests, the command has %d", len(requests), len(want))
	}
	for id, got := range byID(rowsOf(t, list, "payment_requests"), "payment_request_id") {
		equal(t, "request "+id, got, want[id])
	}
	for id := range want {
		one := c.answered(t, "/v2/partners/payment-requests/"+url.PathEscape(id))
		delete(one, "invoices")
		equal(t, "request "+id, one, want[id])
		break
	}
	want = byID(rowsOf(t, printed(t, c, "invoices", "--partner", partner), "rows"), "invoice_id")
	list = c.answered(t, "/v2/partners/invoices?limit=1000")
	if len(want) == 0 || int(list["total_count"].(float64)) != len(want) {
		t.Fatalf("%v invoices, the command has %d", list["total_count"], len(want))
	}
	for id, got := range byID(rowsOf(t, list, "invoices"), "invoice_id") {
		equal(t, "invoice "+id, got, want[id])
	}
	steps := 0
	for id, invoice := range want {
		one := c.answered(t, "/v2/partners/invoices/"+url.PathEscape(id))
		transitions := rowsOf(t, one, "transitions")
		for i, step := range transitions {
			from := ""
			if i > 0 {
				from = transitions[i-1]["to"].(string)
			}
			if step["from"] != from || step["actor"] == "" || step["time"] == "" {
				t.Errorf("invoice %s: step %d is %v", id, i, step)
			}
		}
		if len(transitions) == 0 || transitions[len(transitions)-1]["to"] != invoice["state"] {
			t.Errorf("invoice %s is %v after %v", id, invoice["state"], transitions)
		}
		if steps++; steps == 5 {
			break
		}
	}
}

// TestExplainOrder: what `accruald explain` says; the partner's bill is no
// business of an account manager's.
func TestExplainOrder(t *testing.T) {
	t.Parallel()
	c := tokenOf(t, "--partner", partner, "--role", "main")
	const order = "CS2603131016"
	equal(t, "explanation", c.answered(t, "/v2/partners/orders/"+order+"/explanation"), printed(t, c, "explain", order))
	list := c.answered(t, "/v2/partners/findings?limit=1000")
	if n := len(rowsOf(t, list, "findings")); n != int(list["total_count"].(float64)) {
		t.Errorf("%d of %v findings", n, list["total_count"])
	}
}

// TestOwnAPIRefused: CBC.0151 and nothing else for whom the roles give
// nothing, and for what is not there.
func TestOwnAPIRefused(t *testing.T) {
	t.Parallel()
	main := tokenOf(t, "--partner", partner, "--role", "main")
	bills := rowsOf(t, main.answered(t, "/v2/partners/incentive-bills"), "incentive_bills")
	bill := "/v2/partners/incentive-bills/" + url.PathEscape(bills[0]["bill_id"].(string))
	explanation := "/v2/partners/orders/CS2603131016/explanation"
	manager := tokenOf(t, "--partner", partner, "--role", "account_manager", "--manager", "nobody")
	operations := tokenOf(t, "--partner", partner, "--role", "operations")
	owner := tokenOf(t, "--partner", partner, "--customer", customer, "--role", "customer")
	finance := tokenOf(t, "--partner", partner, "--role", "finance")
	other := tokenOf(t, "--partner", "P120", "--role", "main")
	for _, test := range []struct {
		name   string
		who    *caller
		path   string
		status int
	}{
		{"a bill that is not there", main, "/v2/partners/incentive-bills/none", http.StatusForbidden},
		{"another partner's bill", other, bill, http.StatusForbidden},
		{"its details", other, bill + "/details", http.StatusForbidden},
		{"a bill for an account manager", manager, bill, http.StatusForbidden},
		{"bills for an account manager", manager, "/v2/partners/incentive-bills", http.StatusForbidden},
		{"an order of another's customer", manager, explanation, http.StatusForbidden},
		{"requests for a customer", owner, "/v2/partners/payment-requests", http.StatusForbidden},
		{"what an order earned, for its customer", owner, explanation, http.StatusForbidden},
		{"orders for finance", finance, explanation, http.StatusForbidden},
		{"bills for operations", operations, bill, http.StatusOK},
		{"orders for operations", operations, explanation, http.StatusOK},
		{"another partner's order", other, explanation, http.StatusForbidden},
		{"findings for an account manager", manager, "/v2/partners/findings", http.StatusForbidden},
		{"a finding that is not there", main, "/v2/partners/findings/none", http.StatusForbidden},
		{"an invoice that is not there", main, "/v2/partners/invoices/none", http.StatusForbidden},
		{"a request that is not there", main, "/v2/partners/payment-requests/none", http.StatusForbidden},
		{"a month", main, "/v2/partners/incentive-bills?cycle=2026-13", http.StatusBadRequest},
		{"a state", main, "/v2/partners/invoices?state=lost", http.StatusBadRequest},
	} {
		status, document := test.who.get(t, test.path)
		if status != test.status || status == http.StatusForbidden && string(encoded(t, document)) != `{"error_code":"CBC.0151","error_msg":"Access denied."}` {
			t.Errorf("%s: status %d: %v", test.name, status, document)
		}
	}
}
