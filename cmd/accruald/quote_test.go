package main

import (
	"strings"
	"testing"
	"time"
)

const examplePath = "../../events/samples/worked-example.jsonl"

// inquiries are one of every kind about the worked example, at the time of its steps.
var inquiries = []struct{ kind, at, request string }{
	{"subscribe", "2026-03-08T10:00:00+08:00", `{"project_id":"p","product_infos":[{"id":"1","cloud_service_type":"hws.service.type.ec2",
		"resource_type":"hws.resource.type.vm","resource_spec":"s6.large.2.linux","region":"cn-east-2","period_type":2,"period_num":1,"subscription_num":1}]}`},
	{"spec", "2026-03-08T10:00:00+08:00", `{"tenantId":"p","regionId":"cn-east-2","chargingMode":0,"periodType":2,"periodNum":3,"subscriptionNum":1,
		"productInfos":[{"id":"1","cloudServiceType":"hws.service.type.ec2","resourceType":"hws.resource.type.vm","resourceSpecCode":"s6.xlarge.2.linux"}]}`},
	{"change", "2026-03-18T09:00:00+08:00", `{"resourceId":"vm-1","inquiryTime":"2026-03-18T01:20:00Z","productInfo":{"cloudServiceType":"hws.service.type.ec2",
		"resourceType":"hws.resource.type.vm","resourceSpecCode":"s6.xlarge.2.linux"}}`},
	{"renew", "2026-03-20T12:00:00+08:00", `{"resource_ids":["vm-1","vm-9"],"period_type":2,"period_num":2}`},
	{"refund", "2026-04-06T15:20:00+08:00", `{"resource_ids":["vm-1"],"unsubscribe_type":1}`},
	{"on-demand", "2026-03-08T10:00:00+08:00", `{"product_infos":[{"id":"1","cloud_service_type":"hws.service.type.ec2","resource_type":"hws.resource.type.vm",
		"resource_spec":"s6.large.2.linux","region":"cn-east-2","usage_factor":"Duration","usage_value":1,"usage_measure_id":4,"subscription_num":1}]}`},
	{"change", "2026-03-18T10:00:00+08:00", `{"resourceId":"vm-1","productInfo":{"cloudServiceType":"hws.service.type.ec2",
		"resourceType":"hws.resource.type.vm","resourceSpecCode":"s6.large.2.linux"}}`},
}

// TestQuoteTheWorkedExample asks for every step's price as it was then: the answers are the amounts that the steps charge
// and give back. What cannot be priced ends in the published error body and status 1.
func TestQuoteTheWorkedExample(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	for _, i := range inquiries {
		got := call(t, i.request, "quote", i.kind, "--events", examplePath, "--customer", "C200", "--at", i.at)
		if fromFile := call(t, "", "quote", i.kind, file(t, "request.json", i.request), "--events", examplePath, "--customer", "C200", "--partner", "P100", "--at", i.at); fromFile != got {
			t.Errorf("%s from a file: %+v", i.kind, fromFile)
		}
		if refused := strings.HasPrefix(got.out, "{\n  \"error_code\": \"CBC.0100\""); refused != (got.status == statusRefused) || refused != strings.Contains(got.err, "refused") {
			t.Errorf("%s: status %d, complaints %q", i.kind, got.status, got.err)
		}
		all.WriteString("$ accruald quote " + i.kind + " --at " + i.at + "\n" + got.out + "\n")
	}
	golden(t, "quotes.txt", all.String())
}

func TestQuoteRefusals(t *testing.T) {
	t.Parallel()
	renew := inquiries[3]
	late := time.Now().AddDate(1, 0, 0).Format(time.RFC3339)
	for _, c := range []struct {
		name, stdin string
		args        []string
		status      int
		out, err    string
	}{
		{"no customer", renew.request, []string{"renew", "--events", examplePath}, statusRefused, "", "--customer"},
		{"somebody else's customer", renew.request, []string{"renew", "--events", examplePath, "--customer", "C999"}, statusRefused, "CBC.99000035", "C999"},
		{"an unknown partner", renew.request, []string{"renew", "--events", examplePath, "--customer", "C200", "--partner", "P9"}, statusRefused, "", "P9"},
		{"no JSON", "renew it", []string{"renew", "--events", examplePath, "--customer", "C200"}, statusRefused, "CBC.0100", "JSON"},
		{"a foreign resource", `{"resource_ids":["vm-9"],"unsubscribe_type":1}`, []string{"refund", "--events", examplePath, "--customer", "C200"}, statusRefused, "CBC.0151", "denied"},
		{"an unsubscribed resource", `{"resource_ids":["vm-1"],"unsubscribe_type":1}`, []string{"refund", "--events", examplePath, "--customer", "C200", "--at", late}, statusRefused, "CBC.0100", "unsubscribed"},
		{"both from standard input", "", []string{"renew", "--events", "-", "--customer", "C200"}, statusRefused, "", "standard input"},
		{"no such file", "", []string{"renew", "missing.json", "--events", examplePath, "--customer", "C200"}, statusRefused, "", "missing.json"},
		{"too much", strings.Repeat(" ", requestBytesMax+1), []string{"renew", "--events", examplePath, "--customer", "C200"}, statusRefused, "", "bytes"},
		{"an unknown kind", "", []string{"trial"}, statusUsage, "", "trial"},
		{"an unknown time", "", []string{"renew", "--at", "noon"}, statusUsage, "", `"noon" is no time: write it with its zone`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := call(t, c.stdin, append([]string{"quote"}, c.args...)...)
			if got.status != c.status || !strings.Contains(got.out, c.out) || c.out == "" && got.out != "" || !strings.Contains(got.err, c.err) {
				t.Errorf("status %d\n%s%s", got.status, got.out, got.err)
			}
		})
	}
}
