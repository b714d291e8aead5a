package events_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/accruald/accruald/events"
)

// Each kind of value has one field where it is tried; schema and decoder must agree with the contract, section 1.
func TestContractValues(t *testing.T) {
	t.Parallel()
	digits := func(n int) string { return strings.Repeat("9", n) }
	kinds := map[string]struct {
		eventType, pointer string
		good, bad          []any
	}{
		"id": {
			events.TypeOrderPlaced, "/data/customer_id",
			[]any{"C", "_-09azAZ", strings.Repeat("a", 64)},
			[]any{"", "a.b", "a b", "a/b", "a*", ">", "é", "a\n", strings.Repeat("a", 65), 1},
		},
		"catalogue code": {
			events.TypeOrderPlaced, "/data/lines/0/region",
			[]any{"cn-east-2", "hws.service.type.ec2", strings.Repeat("a", 400)},
			[]any{"", "a b", "a/b", "a\n", strings.Repeat("a", 401)},
		},
		"event id": {
			events.TypeRejectionRetried, "/data/id",
			[]any{"order.paid/CS1", "a b~!", strings.Repeat("a", 256)},
			[]any{"", "é", "a\tb", strings.Repeat("a", 257)},
		},
		"text": {
			events.TypeHoldPlaced, "/data/actor",
			[]any{"李", "two\nlines", " a "},
			[]any{"", "  ", "a\x00b", "a\x7f", strings.Repeat("a", 4001)},
		},
		"amount": {
			events.TypeOrderPaid, "/data/tenders/2/amount",
			[]any{"0", "0.00", "007.50", digits(20) + "." + digits(10)},
			[]any{"", "-1", "+1", "1.", ".5", "1e3", "1e20000000", "NaN", "Infinity", "1,000", " 1", "1\n", "١", "0x10", digits(21), "0." + digits(11), 1, 1.5},
		},
		"positive amount": {
			events.TypeRepaymentReceived, "/data/amount",
			[]any{"0.0000000001", "100"},
			[]any{"0", "0.00", "-0", "-5"},
		},
		"nonzero amount": {
			events.TypeAdjustmentPosted, "/data/amount",
			[]any{"-5.00", "5", "-0.01"},
			[]any{"0", "-0.00", "000", "--1"},
		},
		"ratio": {
			events.TypeInvoiceTriggered, "/data/tax_rate",
			[]any{"0", "0.06", "1", "1.00", "0000.5"},
			[]any{"1.01", "2", "10", "-0.1", "0.00000000001", 0.06},
		},
		"quantity": {
			events.TypeUsageMetered, "/data/usage_value",
			[]any{"12.5", "0", 12, 12.5, 0},
			[]any{"", "-1", -1, "1e3", true, digits(21)},
		},
		"currency": {
			events.TypeRepaymentReceived, "/data/currency",
			[]any{"CNY", "USD", "EUR"},
			[]any{"", "cny", "CN", "CNYY", "C Y", "¥¥¥"},
		},
		"cycle": {
			events.TypeCycleSettled, "/data/cycle",
			[]any{"2026-01", "2026-12"},
			[]any{"2026-00", "2026-13", "2026-1", "202601", "1969-12", "9000-01", "2026-01-01"},
		},
		"time": {
			events.TypeCycleSettled, "/data/settled_at",
			[]any{"2026-11-22T10:30:00+08:00", "2026-11-22T02:30:00Z", "2026-11-22T10:30:00.123456-11:30", "2028-02-29T00:00:00Z", "2026-01-01T00:00:00+14:00"},
			[]any{"", "2026-11-22", "2026-11-22T10:30:00", "2026-11-22 10:30:00Z", "2026-11-22T10:30:00.1234567Z", "2026-02-29T00:00:00Z",
				"2026-11-22T24:00:00Z", "2026-11-22T23:59:60Z", "2026-11-22T10:30Z", "1969-12-31T23:59:59Z", "9000-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "2026-11-22t10:30:00z", "2026-11-22T10:30:00+14:01", 1700000000},
		},
		"unified day": {
			events.TypeOrderRenewed, "/data/unified_day",
			[]any{-1, 1, 28},
			[]any{0, 29, -2, "1", 1.5},
		},
		"number of periods": {
			events.TypeOrderPlaced, "/data/lines/0/period_num",
			[]any{1, 1000},
			[]any{0, -1, 1001, 1.5, "1"},
		},
		"subscription number": {
			events.TypeOrderPlaced, "/data/lines/0/subscription_num",
			[]any{1, 10000},
			[]any{0, -1, 10001, 2.5},
		},
	}
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, value := range kind.good {
				tryValue(t, kind.eventType, kind.pointer, value, true)
			}
			for _, value := range kind.bad {
				tryValue(t, kind.eventType, kind.pointer, value, false)
			}
		})
	}
}

func tryValue(t *testing.T, eventType, pointer string, value any, want bool) {
	t.Helper()
	sample := sampleOf(t, eventType)
	all := places(t, eventType, sample)
	i := slices.IndexFunc(all, func(at place) bool { return at.pointer == pointer })
	if i < 0 {
		t.Fatalf("the sample of %s has no %s", eventType, pointer)
	}
	all[i].set(value)
	if err := validator(t, eventType).Validate(sample["data"]); (err == nil) != want {
		t.Errorf("%s %#v: the schema says %v", pointer, value, err)
	}
	_, rejection := decode(t, encode(t, sample))
	if (rejection == nil) != want {
		t.Errorf("%s %#v: the decoder says %v", pointer, value, rejection)
	}
	if rejection != nil && rejection.Pointer != pointer {
		t.Errorf("%s %#v: refused at %s", pointer, value, rejection.Pointer)
	}
}
