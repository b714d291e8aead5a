package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/schema/dbtest"
)

// TestQuoteRefundOfCoupons: what a return gives back of what coupons paid is the same from files and from the database,
// within the five-day rule as after it, and what the order then gives back.
func TestQuoteRefundOfCoupons(t *testing.T) {
	t.Parallel()
	list := couponStory(t)
	returned := slices.IndexFunc(list, func(ev *events.Event) bool { return ev.ID == "returned" })
	url, path := dbtest.URL(t), file(t, "coupons.jsonl", structured(t, list[:returned]))
	decideOver(t, url, list[:returned])
	for _, c := range []struct {
		name, at, request string
		want              []string
	}{
		{"the renewal", list[returned].Time.Format("2006-01-02T15:04:05Z07:00"), `{"resource_ids":["vm-1"],"unsubscribe_type":2}`,
			[]string{`"refund_amount": -75`, `"coupon_id": "CP-1", "amount": 25`}},
		{"all within five days", "2026-03-05T09:00:00+08:00", `{"resource_ids":["vm-1"],"unsubscribe_type":1}`,
			[]string{`"refund_amount": -145`, `"coupon_id": "CP-2", "amount": 30`, `"coupon_id": "CP-1", "amount": 25`}},
		{"all after them", "2026-03-20T09:00:00+08:00", `{"resource_ids":["vm-1"],"unsubscribe_type":1}`,
			[]string{`"base_order_id": "O1"`, `"coupon_id": "CP-1", "amount": 25`}},
		{"coupons that are over", "2027-03-04T09:00:00+08:00", `{"resource_ids":["vm-1"],"unsubscribe_type":2}`, []string{`"error_code"`}},
	} {
		ask := []string{"quote", "refund", "--customer", "C1", "--partner", "P1", "--at", c.at}
		fromFiles := call(t, c.request, slices.Concat(ask, []string{"--events", path})...)
		if got := call(t, c.request, slices.Concat(ask, []string{"--database-url", url})...); got != fromFiles {
			t.Errorf("%s: from the database %+v, from files %+v", c.name, got, fromFiles)
		}
		for _, words := range c.want {
			if !strings.Contains(strings.Join(strings.Fields(fromFiles.out), " "), words) {
				t.Errorf("%s is not told %s:\n%s%s", c.name, words, fromFiles.out, fromFiles.err)
			}
		}
	}
	full := file(t, "all.jsonl", structured(t, list))
	if got := call(t, "", "explain", "U1", "--events", full); !strings.Contains(got.out, "CP-1") || !strings.Contains(got.out, "75.00") {
		t.Errorf("the order gives back otherwise:\n%s%s", got.out, got.err)
	}
}

// TestQuotesOfALiveResource: every kind is priced from the database as from files while the resource lives, not only once
// it is gone.
func TestQuotesOfALiveResource(t *testing.T) {
	t.Parallel()
	list := couponStory(t)
	month, amount := 2, decimal.New(300, 0)
	larger, err := events.New(events.Envelope{ID: "product/XL", Source: "/test", Subject: "XL", PartitionKey: events.AllPartners, Time: list[0].Time},
		&events.ProductPublished{ProductID: "XL", Names: events.Names{EnUS: "xl"}, CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "xl", Region: "r",
			Currency: "CNY", Renewable: true, Refundable: true, Channel: "vendor", EffectiveTime: list[0].Time.AddDate(-1, 0, 0),
			Prices: []events.PriceRow{{ChargingMode: "period", PeriodType: &month, PeriodNum: 1, Amount: &amount},
				{ChargingMode: "on_demand", UsageFactor: "Duration", UsageMeasureID: 4, Amount: &amount}}})
	if err != nil {
		t.Fatal(err)
	}
	list = append([]*events.Event{larger}, list...)
	path := file(t, "live.jsonl", structured(t, list))
	o := operate(t)
	if got := call(t, "", append([]string{"publish", path}, o.nats...)...); got.status != statusDone {
		t.Fatalf("publish: %s", got.err)
	}
	o.until("frozen", append([]string{"coupons"}, o.database...)...)
	for kind, c := range map[string]struct{ request, want string }{
		"subscribe": {`{"project_id":"p","product_infos":[{"id":"1","cloud_service_type":"ec2","resource_type":"vm","resource_spec":"xl","region":"r","period_type":2,"period_num":2,"subscription_num":1}]}`,
			`"official_website_amount": 600`},
		"spec": {`{"tenantId":"p","regionId":"r","chargingMode":0,"periodType":2,"periodNum":3,"subscriptionNum":1,"productInfos":[{"id":"1","cloudServiceType":"ec2","resourceType":"vm","resourceSpecCode":"xl"}]}`,
			`"amount": 900`},
		"on-demand": {`{"project_id":"p","product_infos":[{"id":"1","cloud_service_type":"ec2","resource_type":"vm","resource_spec":"xl","region":"r","usage_factor":"Duration","usage_value":2,"usage_measure_id":4,"subscription_num":1}]}`,
			`"amount": 600`},
		"renew":  {`{"resource_ids":["vm-1"],"period_type":2,"period_num":2}`, `"amount": "200.00"`},
		"change": {`{"resourceId":"vm-1","productInfo":{"cloudServiceType":"ec2","resourceType":"vm","resourceSpecCode":"xl"}}`, `"originalAmount": 84.3`}, // 200 x (11/31 + 2/30)
		"refund": {`{"resource_ids":["vm-1"],"unsubscribe_type":1}`, `"base_order_id": "O1"`},
	} {
		ask := []string{"quote", kind, "--customer", "C1", "--partner", "P1", "--at", "2026-03-20T09:00:00+08:00"}
		fromFiles := call(t, c.request, slices.Concat(ask, []string{"--events", path})...)
		if fromFiles.status != statusDone || !strings.Contains(fromFiles.out, c.want) {
			t.Errorf("%s is not told %s: status %d\n%s%s", kind, c.want, fromFiles.status, fromFiles.out, fromFiles.err)
		}
		if got := call(t, c.request, slices.Concat(ask, o.database)...); got != fromFiles {
			t.Errorf("%s: from the database %+v, from files %+v", kind, got, fromFiles)
		}
	}
	o.finish()
}

// structured writes events one a line.
func structured(t *testing.T, list []*events.Event) string {
	t.Helper()
	var text strings.Builder
	for _, ev := range list {
		doc, err := ev.Structured()
		if err != nil {
			t.Fatal(err)
		}
		text.Write(append(doc, '\n'))
	}
	return text.String()
}
