package events_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/accruald/accruald/events"
)

// The documents the tables below spoil, each valid as it stands.
const (
	goodPlaced = `{"specversion":"1.0","id":"order.placed/O1","source":"/orders/cn","type":"order.placed.v1",` +
		`"time":"2026-11-22T10:30:00+08:00","subject":"O1","partitionkey":"P100","data":{"order_id":"O1",` +
		`"partner_id":"P100","customer_id":"C200","auto_pay":true,"lines":[{"line_id":"1","resource_id":"vm-1",` +
		`"cloud_service_type":"hws.service.type.ec2","resource_type":"hws.resource.type.vm",` +
		`"resource_spec":"s6.small.1.linux","region":"cn-east-2","resource_size":40,"size_measure_id":17,` +
		`"period_type":2,"period_num":1,"subscription_num":1}]}}`
	goodPaid = `{"specversion":"1.0","id":"order.paid/O1","source":"/orders/cn","type":"order.paid.v1",` +
		`"time":"2026-11-22T10:31:10+08:00","subject":"O1","partitionkey":"P100","data":{"order_id":"O1",` +
		`"partner_id":"P100","tenders":[{"kind":"coupon","coupon_id":"CP-1","amount":"20.00"},` +
		`{"kind":"cash","amount":"43.30"}]}}`
	goodUsage = `{"specversion":"1.0","id":"u/1","source":"/meter","type":"usage.metered.v1",` +
		`"time":"2026-11-22T10:31:10+08:00","subject":"vm-1","partitionkey":"P100","data":{"partner_id":"P100",` +
		`"customer_id":"C200","resource_id":"vm-1","cloud_service_type":"s","resource_type":"t","resource_spec":"x",` +
		`"region":"r","usage_factor":"Duration","usage_value":"730","usage_measure_id":4,` +
		`"window":{"from":"2026-11-22T09:00:00+08:00","to":"2026-11-22T10:00:00+08:00"}}}`
	goodPolicy = `{"specversion":"1.0","id":"policy/1","source":"/catalogue","type":"incentive_policy.published.v1",` +
		`"time":"2026-01-01T00:00:00Z","subject":"POL","partitionkey":"_all","data":{"policy_id":"POL","version":1,` +
		`"name":"base","kind":"base","association":"resale","categories":["0"],"order_kinds":["new"],"basis":"order",` +
		`"period":"month","currency":"CNY","mode":"marginal","bands":[{"up_to":"100","rate":"0.05"},{"rate":"0.08"}],` +
		`"cycle_by":"payment","effective_time":"2026-01-01T00:00:00Z","expire_time":"2027-01-01T00:00:00Z"}}`
	goodProduct = `{"specversion":"1.0","id":"product/1","source":"/catalogue","type":"product.published.v1",` +
		`"time":"2026-01-01T00:00:00Z","subject":"PR1","partitionkey":"_all","data":{"product_id":"PR1",` +
		`"cloud_service_type":"s","resource_type":"t","resource_spec":"x","region":"r","names":{"en_US":"X"},` +
		`"linear":false,"currency":"CNY","prices":[{"charging_mode":"period","period_type":2,"amount":"32.20"},` +
		`{"charging_mode":"on_demand","usage_factor":"Duration","usage_measure_id":4,"amount":"0.0640000000"}],` +
		`"renewable":true,"refundable":true,"channel":"vendor","reserved_instance":false,` +
		`"effective_time":"2026-01-01T00:00:00Z"}}`
	goodRepayment = `{"specversion":"1.0","id":"r/1","source":"/orders/cn","type":"repayment.received.v1",` +
		`"time":"2026-11-22T10:31:10Z","subject":"R1","partitionkey":"P100","data":{"repayment_id":"R1",` +
		`"partner_id":"P100","order_ids":["O1","O2"],"amount":"100.00","currency":"CNY"}}`
	goodApplied = `{"specversion":"1.0","id":"s/1","source":"/accruald","type":"schedule.applied.v1",` +
		`"time":"2026-11-01T00:10:00+08:00","subject":"close_cycle","partitionkey":"P100","data":{"partner_id":"P100",` +
		`"job":"close_cycle","site":"cn","scheduled_for":"2026-11-01T00:10:00+08:00"}}`
)

// badDocument spoils base by replacing the first old with new; code and pointer are what must come of it. Without
// event, the envelope itself is unreadable.
type badDocument struct {
	name, base, old, new string
	code, pointer        string
	withoutEvent         bool
}

func TestGoodDocumentsAreAccepted(t *testing.T) {
	t.Parallel()
	for _, doc := range []string{goodPlaced, goodPaid, goodUsage, goodPolicy, goodProduct, goodRepayment, goodApplied} {
		if _, err := events.DecodeStructured([]byte(doc)); err != nil {
			t.Errorf("%s: %v", doc, err)
		}
	}
}

func runBad(t *testing.T, cases []badDocument) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			doc := strings.Replace(c.base, c.old, c.new, 1)
			if doc == c.base {
				t.Fatalf("the document does not contain %q", c.old)
			}
			event, err := events.DecodeStructured([]byte(doc))
			var why *events.Rejection
			if !errors.As(err, &why) {
				t.Fatalf("accepted, want %s", c.code)
			}
			if why.Code != c.code || why.Pointer != c.pointer {
				t.Errorf("refused with %s at %q (%s), want %s at %q", why.Code, why.Pointer, why.Message, c.code, c.pointer)
			}
			if why.Message == "" || why.Retryable {
				t.Errorf("message %q, retryable %t: want a sentence, and no retry", why.Message, why.Retryable)
			}
			if (event == nil) != c.withoutEvent {
				t.Fatalf("event beside the refusal: %v", event)
			}
			if event != nil && (event.Source == "" || event.PartitionKey == "" || event.ContentHash == [32]byte{}) {
				t.Errorf("the refused event cannot be recorded: %+v", event)
			}
		})
	}
}

func TestBadEnvelopes(t *testing.T) {
	t.Parallel()
	runBad(t, []badDocument{
		{"truncated", goodPlaced, `"subscription_num":1}]}}`, `"sub`, "malformed_json", "/data/lines/0", true},
		{"empty", goodPaid, goodPaid, ``, "malformed_json", "", true},
		{"not an object", goodPaid, goodPaid, `[1]`, "envelope_invalid", "", true},
		{"text behind", goodPaid, goodPaid, goodPaid + ` x`, "malformed_json", "", true},
		{"two documents", goodPaid, goodPaid, goodPaid + goodPaid, "malformed_json", "", true},
		{"NaN", goodPaid, `"43.30"`, `NaN`, "malformed_json", "/data/tenders/1/amount", true},
		{"not UTF-8", goodPaid, `CP-1`, "CP\xff", "malformed_json", "/data/tenders/0/coupon_id", true},
		{"2 MiB", goodPaid, `"CP-1"`, `"` + strings.Repeat("x", 2<<20) + `"`, "too_large", "", true},
		{"nesting 33", goodPaid, `"tenders"`, `"x":` + nested(32) + `,"tenders"`, "too_deep", "/data", false},
		{"nesting 5000", goodPaid, `"tenders"`, `"x":` + nested(5000) + `,"tenders"`, "too_deep", "", true},
		{"attribute twice", goodPaid, `"subject"`, `"id":"again","subject"`, "duplicate_key", "/id", false},
		{"extension twice", goodPaid, `"subject"`, `"x":"1","x":"1","subject"`, "duplicate_key", "/x", false},
		{"key twice in data", goodPaid, `"partner_id"`, `"order_id":"O2","partner_id"`, "duplicate_key", "/data/order_id", false},
		{"key twice in a line", goodPaid, `"kind":"cash"`, `"kind":"cash","kind":"credit"`, "duplicate_key", "/data/tenders/1/kind", false},
		{"unknown key twice", goodPaid, `"kind":"cash"`, `"kind":"cash","n":1,"n":1`, "duplicate_key", "/data/tenders/1/n", false},
		{"no specversion", goodPaid, `"specversion":"1.0",`, ``, "envelope_invalid", "/specversion", false},
		{"specversion 0.3", goodPaid, `"1.0"`, `"0.3"`, "envelope_invalid", "/specversion", false},
		{"no id", goodPaid, `"id":"order.paid/O1",`, ``, "envelope_invalid", "/id", true},
		{"id null", goodPaid, `"order.paid/O1"`, `null`, "envelope_invalid", "/id", true},
		{"id a number", goodPaid, `"order.paid/O1"`, `17`, "envelope_invalid", "/id", true},
		{"id of 257", goodPaid, `order.paid/O1`, strings.Repeat("x", 257), "id_invalid", "/id", true},
		{"id not ASCII", goodPaid, `order.paid/O1`, `订单`, "id_invalid", "/id", true},
		{"id with NUL", goodPaid, `order.paid/O1`, `a\u0000b`, "id_invalid", "/id", true},
		{"no source", goodPaid, `"source":"/orders/cn",`, ``, "envelope_invalid", "/source", true},
		{"source no URI", goodPaid, `/orders/cn`, `:%zz`, "envelope_invalid", "/source", true},
		{"source with blank", goodPaid, `/orders/cn`, `/orders cn`, "envelope_invalid", "/source", true},
		{"source of 1025", goodPaid, `/orders/cn`, strings.Repeat("s", 1025), "envelope_invalid", "/source", true},
		{"no partition key", goodPaid, `"partitionkey":"P100",`, ``, "envelope_invalid", "/partitionkey", true},
		{"partition key a wildcard", goodPaid, `"partitionkey":"P100"`, `"partitionkey":"*"`, "id_invalid", "/partitionkey", true},
		{"no type", goodPaid, `"type":"order.paid.v1",`, ``, "envelope_invalid", "/type", false},
		{"unknown type", goodPaid, `order.paid.v1`, `order.lost.v1`, "unknown_type", "/type", false},
		{"unknown version", goodPaid, `order.paid.v1`, `order.paid.v2`, "unknown_type", "/type", false},
		{"type outbound", goodPaid, `order.paid.v1`, `order.priced.v1`, "unknown_type", "/type", false},
		{"no time", goodPaid, `"time":"2026-11-22T10:31:10+08:00",`, ``, "envelope_invalid", "/time", false},
		{"time without offset", goodPaid, `10:31:10+08:00`, `10:31:10`, "time_invalid", "/time", false},
		{"time of 7 digits", goodPaid, `10:31:10+08:00`, `10:31:10.1234567+08:00`, "time_invalid", "/time", false},
		{"time with comma", goodPaid, `10:31:10+08:00`, `10:31:10,5+08:00`, "time_invalid", "/time", false},
		{"30 February", goodPaid, `2026-11-22T`, `2026-02-30T`, "time_invalid", "/time", false},
		{"leap second", goodPaid, `10:31:10`, `10:31:60`, "time_invalid", "/time", false},
		{"offset of 15 hours", goodPaid, `+08:00`, `+15:00`, "time_invalid", "/time", false},
		{"year 0001", goodPaid, `2026-11-22T`, `0001-11-22T`, "time_invalid", "/time", false},
		{"no subject", goodPaid, `"subject":"O1",`, ``, "envelope_invalid", "/subject", false},
		{"subject with control", goodPaid, `"subject":"O1"`, `"subject":"O1\u0007"`, "envelope_invalid", "/subject", false},
		{"subject against data", goodPaid, `"subject":"O1"`, `"subject":"O2"`, "subject_mismatch", "/subject", false},
		{"partner against data", goodPaid, `"partitionkey":"P100"`, `"partitionkey":"P101"`, "partition_mismatch", "/partitionkey", false},
		{"order for all", goodPaid, `"partitionkey":"P100"`, `"partitionkey":"_all"`, "partition_mismatch", "/partitionkey", false},
		{"reference for one", goodPolicy, `"_all"`, `"P100"`, "partition_mismatch", "/partitionkey", false},
		{"our type from others", goodApplied, `"/accruald"`, `"/orders/cn"`, "source_not_permitted", "/source", false},
		{"extension an object", goodPaid, `"subject"`, `"x":{},"subject"`, "envelope_invalid", "/x", false},
		{"content type XML", goodPaid, `"subject"`, `"datacontenttype":"text/xml","subject"`, "envelope_invalid", "/datacontenttype", false},
		{"data in base64", goodPaid, `"data":`, `"data_base64":"e30=","data":`, "envelope_invalid", "/data_base64", false},
		{"no data", goodPaid, goodPaid[strings.Index(goodPaid, `,"data"`):], `}`, "field_missing", "/data", false},
		{"data null", goodPaid, goodPaid[strings.Index(goodPaid, `{"order_id"`):], `null}`, "field_invalid", "/data", false},
		{"data a string", goodPaid, goodPaid[strings.Index(goodPaid, `{"order_id"`):], `"x"}`, "field_invalid", "/data", false},
	})
}

func nested(depth int) string { return strings.Repeat("[", depth-1) + strings.Repeat("]", depth-1) }
