package events_test

import (
	"strings"
	"testing"
)

func TestBadFields(t *testing.T) {
	t.Parallel()
	line := goodPlaced[strings.Index(goodPlaced, `{"line_id"`):strings.Index(goodPlaced, `]}}`)]
	runBad(t, []badDocument{
		{"field missing", goodPlaced, `"customer_id":"C200",`, ``, "field_missing", "/data/customer_id", false},
		{"field null", goodPlaced, `"C200"`, `null`, "field_missing", "/data/customer_id", false},
		{"field empty", goodPlaced, `"C200"`, `""`, "id_invalid", "/data/customer_id", false},
		{"boolean missing", goodPlaced, `"auto_pay":true,`, ``, "field_missing", "/data/auto_pay", false},
		{"boolean a string", goodPlaced, `true`, `"true"`, "field_invalid", "/data/auto_pay", false},
		{"field of a line missing", goodPlaced, `"region":"cn-east-2",`, ``, "field_missing", "/data/lines/0/region", false},
		{"period type missing", goodPlaced, `"period_type":2,`, ``, "field_missing", "/data/lines/0/period_type", false},
		{"id with blank", goodPlaced, `"C200"`, `"C 200"`, "id_invalid", "/data/customer_id", false},
		{"id with dot", goodPlaced, `"vm-1"`, `"vm.1"`, "id_invalid", "/data/lines/0/resource_id", false},
		{"id with wildcard", goodPlaced, `"C200"`, `"C>"`, "id_invalid", "/data/customer_id", false},
		{"id of 65", goodPlaced, `"C200"`, `"` + strings.Repeat("C", 65) + `"`, "id_invalid", "/data/customer_id", false},
		{"id a number", goodPlaced, `"C200"`, `200`, "field_invalid", "/data/customer_id", false},
		{"code with slash", goodPlaced, `"cn-east-2"`, `"cn/east"`, "field_invalid", "/data/lines/0/region", false},
		{"code of 401", goodPlaced, `"cn-east-2"`, `"` + strings.Repeat("r", 401) + `"`, "field_invalid", "/data/lines/0/region", false},
		{"lines an object", goodPlaced, `[` + line + `]`, `{}`, "field_invalid", "/data/lines", false},
		{"no lines", goodPlaced, line, ``, "too_few_items", "/data/lines", false},
		{"line null", goodPlaced, line, `null`, "field_invalid", "/data/lines/0", false},
		{"101 lines", goodPlaced, line, manyLines(line, 101), "too_many_lines", "/data/lines", false},
		{"line twice", goodPlaced, line, line + `,` + strings.Replace(line, "vm-1", "vm-2", 1), "duplicate_line", "/data/lines/1/line_id", false},
		{"resource twice", goodPlaced, line, line + `,` + strings.Replace(line, `"1"`, `"2"`, 1), "duplicate_line", "/data/lines/1/resource_id", false},
		{"attached to itself", goodPlaced, `"cloud_service_type"`, `"parent_resource_id":"vm-1","cloud_service_type"`, "fields_conflict", "/data/lines/0/parent_resource_id", false},
		{"size negative", goodPlaced, `:40`, `:-40`, "out_of_range", "/data/lines/0/resource_size", false},
		{"size a fraction", goodPlaced, `:40`, `:40.5`, "field_invalid", "/data/lines/0/resource_size", false},
		{"size an exponent", goodPlaced, `:40`, `:1e20000000`, "field_invalid", "/data/lines/0/resource_size", false},
		{"size beyond 64 bits", goodPlaced, `:40`, `:99999999999999999999`, "field_invalid", "/data/lines/0/resource_size", false},
		{"size a string", goodPlaced, `:40`, `:"40"`, "field_invalid", "/data/lines/0/resource_size", false},
		{"size without measure", goodPlaced, `"size_measure_id":17,`, ``, "field_missing", "/data/lines/0/size_measure_id", false},
		{"measure without size", goodPlaced, `"resource_size":40,`, ``, "field_missing", "/data/lines/0/resource_size", false},
		{"quantity 0", goodPlaced, `"subscription_num":1`, `"subscription_num":0`, "out_of_range", "/data/lines/0/subscription_num", false},
		{"quantity negative", goodPlaced, `"subscription_num":1`, `"subscription_num":-1`, "out_of_range", "/data/lines/0/subscription_num", false},
		{"quantity 10001", goodPlaced, `"subscription_num":1`, `"subscription_num":10001`, "out_of_range", "/data/lines/0/subscription_num", false},
		{"period type 6", goodPlaced, `"period_type":2`, `"period_type":6`, "period_invalid", "/data/lines/0/period_type", false},
		{"no periods", goodPlaced, `"period_num":1`, `"period_num":0`, "period_invalid", "/data/lines/0/period_num", false},
		{"order type 2", goodPlaced, `"auto_pay"`, `"order_type":2,"auto_pay"`, "field_invalid", "/data/order_type", false},
		{"tender unknown", goodPaid, `"cash"`, `"gold"`, "field_invalid", "/data/tenders/1/kind", false},
		{"tender negative", goodPaid, `"43.30"`, `"-43.30"`, "amount_out_of_range", "/data/tenders/1/amount", false},
		{"coupon without id", goodPaid, `"coupon_id":"CP-1",`, ``, "field_missing", "/data/tenders/0/coupon_id", false},
		{"card without id", goodPaid, `"cash"`, `"stored_card"`, "field_missing", "/data/tenders/1/card_id", false},
		{"cash with coupon", goodPaid, `"kind":"cash"`, `"kind":"cash","coupon_id":"CP-2"`, "fields_conflict", "/data/tenders/1/coupon_id", false},
		{"coupon twice", goodPaid, `"kind":"cash"`, `"kind":"coupon","coupon_id":"CP-1"`, "duplicate_item", "/data/tenders/1/coupon_id", false},
		{"four coupons", goodPaid, `{"kind":"cash"`, fourCoupons + `{"kind":"cash"`, "too_many_coupons", "/data/tenders", false},
		{"usage negative", goodUsage, `"730"`, `"-1"`, "amount_out_of_range", "/data/usage_value", false},
		{"usage number too long", goodUsage, `"730"`, `1234567890.123456`, "amount_out_of_range", "/data/usage_value", false},
		{"window empty", goodUsage, `T10:00:00+08:00"}`, `T09:00:00+08:00"}`, "window_invalid", "/data/window/to", false},
		{"window time of 9 digits", goodUsage, `T09:00:00+`, `T09:00:00.000000001+`, "time_invalid", "/data/window/from", false},
		{"currency lower case", goodRepayment, `"CNY"`, `"cny"`, "currency_invalid", "/data/currency", false},
		{"currency of four", goodRepayment, `"CNY"`, `"CNYY"`, "currency_invalid", "/data/currency", false},
		{"order listed twice", goodRepayment, `"O2"`, `"O1"`, "duplicate_item", "/data/order_ids/1", false},
		{"orders and cycle", goodRepayment, `"amount"`, `"cycle":"2026-11","amount"`, "fields_conflict", "/data/cycle", false},
		{"cycle of month 13", goodRepayment, `"order_ids":["O1","O2"]`, `"cycle":"2026-13"`, "field_invalid", "/data/cycle", false},
		{"job unknown", goodApplied, `"job":"close_cycle"`, `"job":"dance"`, "field_invalid", "/data/job", false},
	})
}

func TestBadAmounts(t *testing.T) {
	t.Parallel()
	const amount = `"100.00"`
	var cases []badDocument
	for _, c := range []struct{ name, amount, code string }{
		{"number", `100.00`, "amount_invalid"},
		{"huge exponent as number", `1e20000000`, "amount_invalid"},
		{"huge exponent", `"1e20000000"`, "amount_invalid"},
		{"small exponent", `"1E2"`, "amount_invalid"},
		{"NaN", `"NaN"`, "amount_invalid"},
		{"Infinity", `"Infinity"`, "amount_invalid"},
		{"hexadecimal", `"0x10"`, "amount_invalid"},
		{"blank", `" 1"`, "amount_invalid"},
		{"empty", `""`, "amount_invalid"},
		{"plus", `"+1"`, "amount_invalid"},
		{"two signs", `"--1"`, "amount_invalid"},
		{"comma", `"1,00"`, "amount_invalid"},
		{"two points", `"1.0.0"`, "amount_invalid"},
		{"no digit before the point", `".5"`, "amount_invalid"},
		{"no digit behind the point", `"5."`, "amount_invalid"},
		{"digits of another script", `"１２"`, "amount_invalid"},
		{"boolean", `true`, "amount_invalid"},
		{"21 digits before", `"123456789012345678901"`, "amount_out_of_range"},
		{"11 digits behind", `"1.12345678901"`, "amount_out_of_range"},
		{"zero where more is needed", `"0.00"`, "amount_out_of_range"},
		{"negative", `"-100.00"`, "amount_out_of_range"},
		{"negative zero", `"-0.00"`, "amount_out_of_range"},
	} {
		cases = append(cases, badDocument{c.name, goodRepayment, amount, c.amount, c.code, "/data/amount", false})
	}
	runBad(t, cases)
}

func TestBadReferenceData(t *testing.T) {
	t.Parallel()
	onDemand := `{"charging_mode":"on_demand"`
	runBad(t, []badDocument{
		{"bands descend", goodPolicy, `{"rate":"0.08"}`, `{"up_to":"50","rate":"0.08"}`, "bands_invalid", "/data/bands/1/up_to", false},
		{"open band first", goodPolicy, `"up_to":"100",`, ``, "bands_invalid", "/data/bands/0/up_to", false},
		{"rate above 1", goodPolicy, `"0.08"`, `"1.08"`, "amount_out_of_range", "/data/bands/1/rate", false},
		{"no bands", goodPolicy, `{"up_to":"100","rate":"0.05"},{"rate":"0.08"}`, ``, "too_few_items", "/data/bands", false},
		{"expires before it begins", goodPolicy, `2027-01-01`, `2025-01-01`, "window_invalid", "/data/expire_time", false},
		{"order kind twice", goodPolicy, `["new"]`, `["new","new"]`, "duplicate_item", "/data/order_kinds/1", false},
		{"mode unknown", goodPolicy, `"marginal"`, `"average"`, "field_invalid", "/data/mode", false},
		{"no name", goodProduct, `{"en_US":"X"}`, `{}`, "field_missing", "/data/names", false},
		{"name blank", goodProduct, `"X"`, `"  "`, "field_invalid", "/data/names/en_US", false},
		{"name with NUL", goodProduct, `"X"`, `"X\u0000"`, "field_invalid", "/data/names/en_US", false},
		{"linear without measure", goodProduct, `"linear":false`, `"linear":true`, "field_missing", "/data/size_measure_id", false},
		{"price negative", goodProduct, `"32.20"`, `"-32.20"`, "amount_out_of_range", "/data/prices/0/amount", false},
		{"period row without type", goodProduct, `"period_type":2,`, ``, "field_missing", "/data/prices/0/period_type", false},
		{"period row without amount", goodProduct, `,"amount":"32.20"`, ``, "field_missing", "/data/prices/0/amount", false},
		{"period row with factor", goodProduct, `"period_type":2`, `"period_type":2,"usage_factor":"x"`, "fields_conflict", "/data/prices/0/charging_mode", false},
		{"on demand without factor", goodProduct, `"usage_factor":"Duration",`, ``, "field_missing", "/data/prices/1/usage_factor", false},
		{"on demand with period", goodProduct, onDemand, onDemand + `,"period_num":1`, "fields_conflict", "/data/prices/1/period_type", false},
		{"bands without mode", goodProduct, `"amount":"0.0640000000"`, `"bands":[{"amount":"1"}]`, "field_missing", "/data/prices/1/mode", false},
		{"amount and bands", goodProduct, onDemand, onDemand + `,"mode":"volume","bands":[{"amount":"1"}]`, "fields_conflict", "/data/prices/1/amount", false},
	})
}

const fourCoupons = `{"kind":"coupon","coupon_id":"CP-2","amount":"1"},{"kind":"coupon","coupon_id":"CP-3","amount":"1"},` +
	`{"kind":"flexi_coupon","coupon_id":"CP-4","amount":"1"},`

// manyLines repeats a line under new ids.
func manyLines(line string, count int) string {
	lines := make([]string, count)
	for i := range lines {
		id := strings.Repeat("x", i/26+1) + string(rune('a'+i%26))
		lines[i] = strings.NewReplacer(`"1"`, `"`+id+`"`, "vm-1", id).Replace(line)
	}
	return strings.Join(lines, ",")
}
