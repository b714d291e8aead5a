package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
)

// usageLines meter 80 minutes of a server that is billed by whole hours, and have them settled.
const usageLines = `
{"specversion":"1.0","id":"product/H","source":"/catalogue","type":"product.published.v1","time":"2026-01-01T00:00:00+08:00","subject":"H","partitionkey":"_all","data":{"product_id":"H","cloud_service_type":"hws.service.type.ec2","resource_type":"hws.resource.type.vm","resource_spec":"by.hour","region":"cn-east-2","names":{"en_US":"by the hour","zh_CN":"按需"},"linear":false,"currency":"CNY","renewable":false,"refundable":false,"channel":"vendor","reserved_instance":false,"metering":{"unit":"hour","settle":"hour","accumulate":"none"},"effective_time":"2026-01-01T00:00:00+08:00","prices":[{"charging_mode":"on_demand","usage_factor":"Duration","usage_measure_id":4,"amount":"0.7123"}]}}
{"specversion":"1.0","id":"conversion/4-6","source":"/catalogue","type":"conversion.published.v1","time":"2026-01-01T00:00:00+08:00","subject":"4-6","partitionkey":"_all","data":{"measure_id":4,"ref_measure_id":6,"conversion_ratio":"60","measure_type":1}}
{"specversion":"1.0","id":"usage/1","source":"/meter","type":"usage.metered.v1","time":"2026-04-20T11:00:00+08:00","subject":"vm-h","partitionkey":"P100","data":{"partner_id":"P100","customer_id":"C200","resource_id":"vm-h","cloud_service_type":"hws.service.type.ec2","resource_type":"hws.resource.type.vm","resource_spec":"by.hour","region":"cn-east-2","usage_factor":"Duration","usage_value":"80","usage_measure_id":6,"window":{"from":"2026-04-20T09:00:00+08:00","to":"2026-04-20T10:20:00+08:00"}}}
{"specversion":"1.0","id":"schedule.fired/settle_usage/cn","source":"/operations","type":"schedule.fired.v1","time":"2026-04-20T12:02:00+08:00","subject":"settle_usage","partitionkey":"_all","data":{"job":"settle_usage","site":"cn","scheduled_for":"2026-04-20T12:02:00+08:00"}}
`

// A settlement of usage is explained as an order is: every step, and what was erased.
func TestExplainUsage(t *testing.T) {
	t.Parallel()
	path := file(t, "events.jsonl", strings.TrimSpace(read(t, examplePath))+usageLines)
	simulated := call(t, "", "simulate", path)
	id := regexp.MustCompile(`"order_id":"([^"]+)","currency":"CNY","tenders":\[[^]]*\],"erase_amount":"[0-9.]+","resources":\[\],"usage"`).FindStringSubmatch(simulated.out)
	if id == nil {
		t.Fatalf("no usage is settled: %s%s", simulated.err, simulated.out)
	}
	for _, args := range [][]string{{id[1]}, {id[1], "--json"}} {
		got := call(t, "", append([]string{"explain", "--events", path}, args...)...)
		for _, want := range []string{"whole_hours", "1.3333333333 (measure 4) -> 2 (measure 4)", "usage_line", "erase"} {
			if got.status != statusDone || !bytes.Contains([]byte(got.out), []byte(want)) {
				t.Errorf("%v: status %d, no %q in\n%s%s", args, got.status, want, got.out, got.err)
			}
		}
	}
}
