package api

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/accruald/accruald/workers/inquiry"
)

// handlers are those with judged bodies.
var handlers = map[string]Handler{"yearly/monthly": with(listPeriodResources), "pay-per-use": with(listOnDemandResources)}

func TestMembers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, handler, body string
		code, says          string // "" is taken
	}{
		{"nothing", "yearly/monthly", `{}`, "", ""},
		{"nulls", "yearly/monthly", `{"resource_ids":null,"limit":null,"offset":null,"order_id":null,"status_list":null}`, "", ""},
		{"empty texts", "yearly/monthly", `{"order_id":"","expire_time_begin":"","customer_id":"","status_list":[]}`, "", ""},
		{"bounds", "yearly/monthly", `{"limit":500,"offset":0,"only_main_resource":1,"status_list":[2,3,4,5]}`, "", ""},
		{"beyond a bound", "yearly/monthly", `{"limit":501}`, "CBC.0100", "limit"},
		{"below a bound", "yearly/monthly", `{"limit":0}`, "CBC.0100", "limit"},
		{"another value", "yearly/monthly", `{"status_list":[2,6]}`, "CBC.0100", "status_list"},
		{"too many values", "yearly/monthly", `{"status_list":[2,2,2,2,2,2,2,2,2,2,2]}`, "CBC.0100", "status_list"},
		{"too long a value", "yearly/monthly", `{"resource_ids":["` + strings.Repeat("x", 65) + `"]}`, "CBC.0100", "resource_ids"},
		{"an empty text that counts", "yearly/monthly", `{"service_type_code":""}`, "CBC.0100", "service_type_code"},
		{"a local time", "yearly/monthly", `{"expire_time_end":"2026-03-01T00:00:00+08:00"}`, "CBC.0100", "expire_time_end"},
		{"another kind", "yearly/monthly", `{"limit":"10"}`, "CBC.0100", "/limit"},
		{"a fraction", "yearly/monthly", `{"limit":1.5}`, "CBC.0100", "/limit"},
		{"no document", "yearly/monthly", ``, "CBC.0100", "JSON"},
		{"the customer", "pay-per-use", `{"customer_id":"C1"}`, "", ""},
		{"no customer", "pay-per-use", `{"limit":1}`, "CBC.0101", "customer_id"},
		{"an empty customer", "pay-per-use", `{"customer_id":""}`, "CBC.0101", "customer_id"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h := handlers[test.handler]
			_, err := h.Decode(Input{Body: []byte(test.body)})
			var refused *inquiry.Error
			if errors.As(err, &refused) != (test.code != "") || refused != nil && (refused.Code != test.code || !strings.Contains(refused.Message, test.says)) {
				t.Errorf("%v, want %s naming %q", err, test.code, test.says)
			}
		})
	}
}

// What is not sent has its default, and the rest is as it was sent.
func TestMemberDefaults(t *testing.T) {
	t.Parallel()
	h := handlers["yearly/monthly"]
	request, err := h.Decode(Input{Body: []byte(`{"offset":3,"resource_ids":["a","b"]}`)})
	if err != nil {
		t.Fatal(err)
	}
	got := request.(*listPeriodResourcesRequest)
	if q := got.Body; *q.Limit != 10 || *q.Offset != 3 || *q.OnlyMain != 0 || q.OrderID != nil || !reflect.DeepEqual(q.ResourceIDs, []string{"a", "b"}) {
		t.Errorf("%+v", q)
	}
	if got.Language.Language != "zh_CN" {
		t.Errorf("language %q", got.Language.Language)
	}
}

// Mistakes in tags are defects that the program does not start with.
func TestMemberTags(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]any{
		"a bound that is no number": struct {
			N *int `json:"n" min:"one"`
		}{},
		"no name": struct {
			N *int `min:"1"`
		}{},
		"a kind that is not judged": struct {
			N float64 `json:"n" min:"1"`
		}{},
		"a default of a text": struct {
			N *string `json:"n" default:"x"`
		}{},
		"a default beyond its bound": struct {
			N *int `json:"n" default:"0" min:"1"`
		}{},
		"an unknown format": struct {
			N *string `json:"n" format:"time"`
		}{},
		"no number of values": struct {
			N []string `json:"n" items:"many"`
		}{},
		"no struct": 1,
	} {
		if members, err := membersOf(reflect.TypeOf(body)); err == nil {
			t.Errorf("%s: %v", name, members)
		}
	}
}

// Whatever is sent is either taken within its bounds or refused by a published code that names something.
func FuzzMembers(f *testing.F) {
	for _, seed := range []string{`{}`, `{"limit":500,"status_list":[2]}`, `{"resource_ids":["a"],"expire_time_begin":"2026-03-01T00:00:00Z"}`,
		`{"limit":-1}`, `{"customer_id":"C1","status":4,"effective_time_end":""}`, `[]`, "{\"order_id\":\"\\u0000\"}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		for name, h := range handlers {
			request, err := h.Decode(Input{Body: []byte(body)})
			var refused *inquiry.Error
			if err != nil {
				if !errors.As(err, &refused) || refused.Code != inquiry.CodeParameter && refused.Code != codeMissing || refused.Message == "" {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			if period, is := request.(*listPeriodResourcesRequest); is {
				q := period.Body
				if *q.Limit < 1 || *q.Limit > 500 || *q.Offset < 0 || len(q.ResourceIDs) > 50 || (q.ExpiresFrom != nil && *q.ExpiresFrom != "" && instant(q.ExpiresFrom) == nil) {
					t.Errorf("%s took %+v", name, q)
				}
			}
		}
	})
}

// TestBodiesThatNeedNotBeSent: none at all is as {}, where the published models leave it out; others are needed.
func TestBodiesThatNeedNotBeSent(t *testing.T) {
	t.Parallel()
	for _, op := range Operations() {
		if op.Handle.Body == nil {
			continue
		}
		optional := slices.Contains([]string{"AutoRenewalResources", "ListSubCustomers", "ListIndirectPartners"}, op.ID)
		for _, body := range []string{"", " \n"} {
			none, err := op.Handle.Decode(input("vm-1", "", body))
			if (err == nil) != optional {
				t.Errorf("%s with the body %q: %v", op.ID, body, err)
			}
			if empty, _ := op.Handle.Decode(input("vm-1", "", "{}")); optional && !reflect.DeepEqual(none, empty) {
				t.Errorf("%s: %+v without a body, %+v of an empty one", op.ID, none, empty)
			}
		}
	}
}

// FuzzOperations: whatever is sent to any operation of the table is read or refused by a published code.
func FuzzOperations(f *testing.F) {
	all := Operations()
	for i := range all {
		f.Add(uint8(i), "id", "cycle=2026-03&bill_cycle=2026-03&charge_mode=1&limit=10&offset=0&bill_date_begin=2026-03-01&statistic_type=1", `{"limit":1,"customer_id":"C1","association_type":""}`)
	}
	f.Add(uint8(0), "", "limit=1&limit=2&method=sub_customer&include_zero_record=maybe", "")
	f.Fuzz(func(t *testing.T, n uint8, id, query, body string) {
		op := &all[int(n)%len(all)]
		request, err := op.Handle.Decode(input(id, query, body))
		if refusal, is := errors.AsType[*inquiry.Error](err); err != nil && (!is || refusal.Code != inquiry.CodeParameter && refusal.Code != codeMissing) {
			t.Errorf("%s: %v", op.ID, err)
		}
		if records, is := request.(*listFeeRecordsRequest); is {
			if records.check() == nil && (len(records.Cycle) != len("2026-03") || records.Limit < 1 || records.Limit > 1000) {
				t.Errorf("%+v", records)
			}
		}
	})
}
