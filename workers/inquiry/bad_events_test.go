package inquiry_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

// badEvents has a partner with customers C1 and C2, servers at 100.00 and 300.00 a month, a disk by size, and discount D1. C1 has
// bought server r-0 with disk r-1 attached, and servers m-0 to m-10; server u-0 is billed by use; order O2, an upgrade of r-0, is not paid; order O4
// waits with a 609.
type badEvents struct {
	*testing.T
	*decision.Memory
	at time.Time
	n  int
}

func newBadEvents(t *testing.T) *badEvents {
	b := &badEvents{T: t, Memory: decision.NewMemory(site.Default()), at: begin}
	from := b.at.AddDate(-1, 0, 0)
	b.tell(&events.ServiceTypePublished{ServiceTypeCode: "ec2", Names: events.Names{EnUS: "servers"}, IncentivePolicy: "0", AllowDiscount: "YES",
		ResourceTypes: []events.ResourceType{}, UsageTypes: []events.UsageType{}, UnsubscribeLevel: "resource", EffectiveTime: from}, "ec2")
	for spec, price := range map[string]string{"small": "100.00", "large": "300.00", "disk": "0.70"} {
		p := &events.ProductPublished{ProductID: spec, Names: events.Names{EnUS: spec}, CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: spec, Region: "r1",
			Currency: "CNY", Renewable: true, Refundable: true, Channel: "vendor", EffectiveTime: from,
			Prices: []events.PriceRow{{ChargingMode: "period", PeriodType: ptr(2), PeriodNum: 1, Amount: ptr(decimal.RequireFromString(price))},
				{ChargingMode: "on_demand", UsageFactor: "duration", UsageMeasureID: 4, Amount: ptr(decimal.RequireFromString("0.5"))}}}
		if spec == "disk" {
			p.Linear, p.SizeMeasureID = true, 17
		}
		b.tell(p, spec)
	}
	b.tell(&events.PartnerEnrolled{PartnerID: "P100", Site: "cn", Level: "gold", Tier: 1, BusinessInfoAuthenticated: true, Certified: true, EffectiveTime: from}, "P100")
	for _, id := range []string{"C1", "C2"} {
		b.tell(&events.CustomerAssociated{CustomerID: id, PartnerID: "P100", Association: "resale", Settlement: "immediate", EffectiveTime: from}, id)
	}
	b.tell(&events.DiscountGranted{DiscountID: "D1", PartnerID: "P100", GrantedBy: "vendor", DiscountName: "d", DiscountType: 605, Mode: "ratio",
		Value: decimal.RequireFromString("0.9"), EffectiveTime: from}, "D1")
	for id, c := range map[string]events.CouponIssued{
		"expired": {CustomerID: "C1", ValidTime: from, ExpireTime: begin.AddDate(0, 0, -1)},
		"foreign": {CustomerID: "C2", ValidTime: from, ExpireTime: begin.AddDate(1, 0, 0)},
		"alone":   {CustomerID: "C1", ValidTime: from, ExpireTime: begin.AddDate(1, 0, 0), Limits: &events.Limits{WithContractDiscount: "0"}},
	} {
		c.CouponID, c.PartnerID, c.CouponType, c.CouponVersion, c.FaceValue, c.Currency = id, "P100", 1, 2, ptr(decimal.New(50, 0)), "CNY"
		b.tell(&c, id)
	}
	disk := serverLine("2", "r-1", "disk")
	disk.ParentResourceID, disk.ResourceSize, disk.SizeMeasureID = "r-0", 40, 17
	b.tell(b.order("O1", serverLine("1", "r-0", "small"), disk), "O1")
	b.tell(&events.OrderPaid{OrderID: "O1", PartnerID: "P100", PaidBy: "customer"}, "O1")
	b.tell(b.order("O3", servers(11)...), "O3")
	b.tell(&events.OrderPaid{OrderID: "O3", PartnerID: "P100", PaidBy: "customer"}, "O3")
	b.tell(b.usage("duration"), "u-0")
	b.tell(b.change("O2", "large"), "O2")
	b.tell(b.order("O4", serverLine("1", "r-4", "small")), "O4")
	b.tell(&events.OrderPriceAdjusted{OrderID: "O4", PartnerID: "P100", DiscountID: "A1", AmountOff: ptr(decimal.New(5, 0))}, "O4")
	return b
}

// judge folds an event of the next hour and returns what it is rejected for, nil for nothing.
func (b *badEvents) judge(data events.Data, subject string) *events.Rejection {
	b.Helper()
	b.n, b.at = b.n+1, b.at.Add(time.Hour)
	key := "P100"
	if events.IsForAll(data.EventType()) {
		key = events.AllPartners
	}
	ev, err := events.New(events.Envelope{ID: fmt.Sprint("e", b.n), Source: "/test", Subject: subject, PartitionKey: key, Time: b.at}, data)
	if rejection, bad := errors.AsType[*events.Rejection](err); bad {
		return rejection
	}
	if err != nil {
		b.Fatal(err)
	}
	outs, err := b.Fold(ev, nil)
	if err != nil {
		b.Fatal(err)
	}
	for _, out := range outs {
		if r, ok := out.Data.(*events.EventRejected); ok {
			return &events.Rejection{Code: r.Code, Message: r.Message, Pointer: r.Pointer, Retryable: r.Retryable}
		}
	}
	return nil
}

func (b *badEvents) tell(data events.Data, subject string) {
	b.Helper()
	if r := b.judge(data, subject); r != nil {
		b.Fatalf("%s of %s: %v", data.EventType(), subject, r)
	}
}

func serverLine(id, resource, spec string) events.OrderLine {
	return events.OrderLine{LineID: id, ResourceID: resource, CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: spec, Region: "r1",
		PeriodType: 2, PeriodNum: 1, SubscriptionNum: 1}
}

// servers are lines of n servers, m-0 and on.
func servers(n int) []events.OrderLine {
	lines := make([]events.OrderLine, n)
	for i := range lines {
		lines[i] = serverLine(fmt.Sprint(i), fmt.Sprint("m-", i), "small")
	}
	return lines
}

func (b *badEvents) order(id string, lines ...events.OrderLine) *events.OrderPlaced {
	return &events.OrderPlaced{OrderID: id, PartnerID: "P100", CustomerID: "C1", OrderType: 1, Lines: lines}
}

func (b *badEvents) change(id, spec string) *events.OrderSpecChanged {
	return &events.OrderSpecChanged{OrderID: id, PartnerID: "P100", CustomerID: "C1", ResourceID: "r-0", New: events.NewSpec{ResourceSpec: spec}, Apply: "now"}
}

func (b *badEvents) renewal(unit, num int, ids ...string) *events.OrderRenewed {
	return &events.OrderRenewed{OrderID: "O9", PartnerID: "P100", CustomerID: "C1", ResourceIDs: ids, PeriodType: unit, PeriodNum: num}
}

// usage is an hour of server u-0.
func (b *badEvents) usage(factor string) *events.UsageMetered {
	return &events.UsageMetered{PartnerID: "P100", CustomerID: "C1", ResourceID: "u-0", CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "small", Region: "r1",
		UsageFactor: factor, UsageValue: decimal.New(1, 0), UsageMeasureID: 4, Window: events.Window{From: begin.Add(-time.Hour), To: begin}}
}

func (b *badEvents) payment(order, discount, coupon, cash string) *events.OrderPaid {
	p := &events.OrderPaid{OrderID: order, PartnerID: "P100", PaidBy: "customer", DiscountID: discount}
	if coupon != "" {
		p.Tenders = []events.Tender{{Kind: "coupon", CouponID: coupon, Amount: decimal.New(20, 0)}, {Kind: "cash", Amount: decimal.RequireFromString(cash)}}
	}
	return p
}

// TestBadEvents lists the same bad input as events: code, place and words of the sentence. What is an inquiry only (a
// reserved instance by specification, a scale-down) has no event; scale-downs and subscriptions of either are orders.
func TestBadEvents(t *testing.T) {
	t.Parallel()
	var eleven []string
	for i := range 11 {
		eleven = append(eleven, fmt.Sprint("m-", i))
	}
	sizeless := serverLine("1", "r-9", "disk")
	for _, c := range []struct {
		name, code, pointer, words string
		subject                    string
		data                       func(*badEvents) events.Data
	}{
		{"12 months", "renewal_months_out_of_range", "/data/period_num", "12 months", "O9", func(b *badEvents) events.Data { return b.renewal(2, 12, "r-0") }},
		{"4 years", "renewal_years_out_of_range", "/data/period_num", "4 years", "O9", func(b *badEvents) events.Data { return b.renewal(3, 4, "r-0") }},
		{"11 resources", "too_many_resources", "/data/resource_ids", "at most 10", "O9", func(b *badEvents) events.Data { return b.renewal(2, 1, eleven...) }},
		{"a non-primary resource", "not_primary", "/data/resource_ids/0", `attached to "r-0"`, "O9", func(b *badEvents) events.Data { return b.renewal(2, 1, "r-1") }},
		{"duplicate line ids", "duplicate_line", "/data/lines/1/line_id", "1", "O9", func(b *badEvents) events.Data {
			return b.order("O9", serverLine("1", "r-8", "small"), serverLine("1", "r-9", "small"))
		}},
		{"101 lines", "too_many_lines", "/data/lines", "100", "O9", func(b *badEvents) events.Data { return b.order("O9", servers(101)...) }},
		{"size missing on a linear product", "size_missing", "/data/lines/0/resource_size", "size_measure_id", "O9", func(b *badEvents) events.Data { return b.order("O9", sizeless) }},
		{"expired coupon", "coupon_expired", "/data/tenders/0/coupon_id", "expired", "O2", func(b *badEvents) events.Data { return b.payment("O2", "", "expired", "100") }},
		{"unknown usage factor", "usage_factor_unknown", "/data/usage_factor", `"upflow"`, "u-0", func(b *badEvents) events.Data { return b.usage("upflow") }},
		{"foreign coupon", "coupon_of_other_customer", "/data/tenders/0/coupon_id", "foreign", "O2", func(b *badEvents) events.Data { return b.payment("O2", "", "foreign", "100") }},
		{"coupon with a forbidden discount", "coupon_excludes_discount", "/data/tenders/0/coupon_id", "not used together with a commercial discount", "O2", func(b *badEvents) events.Data {
			return b.payment("O2", "D1", "alone", "100")
		}},
		{"ratio 0.79", "discount_ratio_out_of_range", "/data/value", "0.80 to 1", "D9", func(b *badEvents) events.Data {
			return &events.DiscountGranted{DiscountID: "D9", PartnerID: "P100", GrantedBy: "partner", DiscountName: "d", DiscountType: 607, Mode: "ratio",
				Value: decimal.RequireFromString("0.79"), EffectiveTime: begin}
		}},
		{"a 609 with another discount", "adjustment_excludes_discount", "/data/discount_id", "used alone", "O4", func(b *badEvents) events.Data { return b.payment("O4", "D1", "", "") }},
		{"change while unpaid", "resource_blocked", "/data/resource_id", `unpaid order "O2"`, "O9", func(b *badEvents) events.Data { return b.change("O9", "large") }},
		{"renewal while unpaid", "resource_blocked", "/data/resource_ids/0", `unpaid order "O2"`, "O9", func(b *badEvents) events.Data { return b.renewal(2, 1, "r-0") }},
		{"renewal of pay-per-use", "pay_per_use_resource", "/data/resource_ids/0", `"u-0" is billed`, "O9", func(b *badEvents) events.Data { return b.renewal(2, 1, "u-0") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBadEvents(t)
			r := b.judge(c.data(b), c.subject)
			if r == nil {
				t.Fatal("it is not rejected")
			}
			if r.Code != c.code || r.Pointer != c.pointer || !strings.Contains(r.Message, c.words) {
				t.Errorf("rejected %v, want %s at %s with %q", r, c.code, c.pointer, c.words)
			}
		})
	}
}
