package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/accruald/accruald/events"
)

// TestExplainEveryOrderType: orders of every type are explained, those at price 0 and those that convert as well.
func TestExplainEveryOrderType(t *testing.T) {
	t.Parallel()
	list := couponStory(t)
	at := list[len(list)-1].Time
	add := func(order string, data events.Data) {
		t.Helper()
		at = at.Add(time.Hour)
		ev, err := events.New(events.Envelope{ID: fmt.Sprint("more/", len(list)), Source: "/test", Subject: order, PartitionKey: "P1", Time: at}, data)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, ev)
	}
	placed := func(order, resource string, orderType int) {
		add(order, &events.OrderPlaced{OrderID: order, PartnerID: "P1", CustomerID: "C1", OrderType: orderType, Lines: []events.OrderLine{{LineID: "1", ResourceID: resource,
			CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "s", Region: "r", PeriodType: 2, PeriodNum: 1, SubscriptionNum: 1}}})
		add(order, &events.OrderPaid{OrderID: order, PartnerID: "P1", PaidBy: "customer"})
	}
	placed("T11", "vm-11", 11)
	placed("T13", "vm-13", 13)
	placed("T14", "vm-13", 14)
	add("T10", &events.OrderConverted{OrderID: "T10", PartnerID: "P1", CustomerID: "C1", ResourceIDs: []string{"vm-11"}, Operation: "SET_UP"})
	add("T10", &events.OrderPaid{OrderID: "T10", PartnerID: "P1", PaidBy: "customer"})
	path := file(t, "types.jsonl", structured(t, list))
	for order, want := range map[string][]string{
		"O1":  {`"order_type": 1,`, "list_price", "coupon CP-2 30.00", "cash 70.00"},
		"R1":  {`"order_type": 2,`, "list_price", "coupon CP-1 25.00"},
		"U1":  {`"order_type": 4,`, "CP-1 R1 vm-1 25.00"},
		"T10": {`"order_type": 10,`, "convert", "0.00"},
		"T11": {`"order_type": 11,`, "list_price", "100.00"},
		"T13": {`"order_type": 13,`, "trial", "0.00"},
		"T14": {`"order_type": 14,`, "list_price", "100.00"},
	} {
		for _, form := range [][]string{nil, {"--json"}} {
			got := call(t, "", append([]string{"explain", order, "--events", path}, form...)...)
			if got.status != statusDone || got.err != "" {
				t.Errorf("%s %q: status %d %s", order, form, got.status, got.err)
			}
			told := strings.Join(strings.Fields(got.out), " ")
			if form != nil {
				if !strings.Contains(told, want[0]) {
					t.Errorf("%s for machines has no %s:\n%s", order, want[0], got.out)
				}
				continue
			}
			for _, words := range want[1:] {
				if !strings.Contains(told, words) {
					t.Errorf("%s is not told %q:\n%s", order, words, got.out)
				}
			}
		}
	}
}
