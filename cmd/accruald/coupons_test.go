package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/schema/dbtest"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

// couponStory is a partner with two coupons from a quota and one of its own, a renewal that is paid with the first and
// given back, and an order paid with the second; what was bought renews by itself.
func couponStory(t *testing.T) []*events.Event {
	t.Helper()
	var list []*events.Event
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.FixedZone("", 8*3600))
	from, to := at.AddDate(-1, 0, 0), at.AddDate(1, 0, 0)
	of := func(text string) *decimal.Decimal { d := decimal.RequireFromString(text); return &d }
	add := func(id, subject string, data events.Data) {
		at = at.Add(time.Hour)
		key := "P1"
		if events.IsForAll(data.EventType()) {
			key = events.AllPartners
		}
		ev, err := events.New(events.Envelope{ID: id, Source: "/test", Subject: subject, PartitionKey: key, Time: at}, data)
		if err != nil {
			t.Fatalf("make %s: %v", id, err)
		}
		list = append(list, ev)
	}
	month := 2
	add("st", "ec2", &events.ServiceTypePublished{ServiceTypeCode: "ec2", Names: events.Names{EnUS: "servers"}, IncentivePolicy: "0", AllowDiscount: "YES",
		ResourceTypes: []events.ResourceType{}, UsageTypes: []events.UsageType{}, UnsubscribeLevel: "resource", EffectiveTime: from})
	add("product", "VM", &events.ProductPublished{ProductID: "VM", Names: events.Names{EnUS: "vm"}, CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "s", Region: "r",
		Currency: "CNY", Renewable: true, Refundable: true, Channel: "vendor", EffectiveTime: from,
		Prices: []events.PriceRow{{ChargingMode: "period", PeriodType: &month, PeriodNum: 1, Amount: of("100.00")}}})
	add("enrol", "P1", &events.PartnerEnrolled{PartnerID: "P1", Site: "cn", Level: "gold", Tier: 1, BusinessInfoAuthenticated: true, Certified: true, EffectiveTime: from})
	add("customer", "C1", &events.CustomerAssociated{CustomerID: "C1", PartnerID: "P1", Association: "resale", Settlement: "immediate", EffectiveTime: from})
	add("quota", "Q1", &events.CouponQuotaGranted{QuotaID: "Q1", PartnerID: "P1", Amount: *of("100.00"), Currency: "CNY", EffectiveTime: from, ExpireTime: to})
	for _, c := range []events.CouponIssued{
		{CouponID: "CP-1", QuotaID: "Q1", CouponVersion: 2, FaceValue: of("40.00")},
		{CouponID: "CP-2", QuotaID: "Q1", CouponVersion: 1, FaceValue: of("80.00")},
		{CouponID: "CP-3", CouponVersion: 2, FaceValue: of("10.00")},
	} {
		c.PartnerID, c.CustomerID, c.CouponType, c.Currency, c.ValidTime, c.ExpireTime = "P1", "C1", events.CouponCash, "CNY", from, to
		add("issued/"+c.CouponID, c.CouponID, &c)
	}
	line := events.OrderLine{LineID: "1", ResourceID: "vm-1", CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "s", Region: "r", PeriodType: 2, PeriodNum: 1, SubscriptionNum: 1}
	pay := func(order, coupon, amount, cash string) {
		add("paid/"+order, order, &events.OrderPaid{OrderID: order, PartnerID: "P1", PaidBy: "customer", Tenders: []events.Tender{
			{Kind: "coupon", CouponID: coupon, Amount: *of(amount)}, {Kind: "cash", Amount: *of(cash)}}})
	}
	add("placed", "O1", &events.OrderPlaced{OrderID: "O1", PartnerID: "P1", CustomerID: "C1", AutoPay: true, OrderType: 1, Lines: []events.OrderLine{line}})
	pay("O1", "CP-2", "30.00", "70.00")
	add("renewed", "R1", &events.OrderRenewed{OrderID: "R1", PartnerID: "P1", CustomerID: "C1", AutoPay: true, ResourceIDs: []string{"vm-1"}, PeriodType: 2, PeriodNum: 1})
	pay("R1", "CP-1", "25.00", "75.00")
	add("returned", "U1", &events.OrderUnsubscribed{OrderID: "U1", PartnerID: "P1", CustomerID: "C1", ResourceIDs: []string{"vm-1"}, UnsubscribeType: 2})
	add("reclaimed", "CP-1", &events.CouponReclaimed{CouponID: "CP-1"})
	add("frozen", "CP-3", &events.CouponStateChanged{CouponID: "CP-3", Status: "frozen"})
	add("renews", "vm-1", &events.ResourceRenewalConfigured{PartnerID: "P1", ResourceIDs: []string{"vm-1"}, AutoRenew: true})
	return list
}

const couponsWanted = `
partner  coupon  customer  quota  type  coupon version  currency  state      face value  balance  spent  forfeited  given back  uses  expire time              remark
P1       CP-1    C1        Q1     cash               2  CNY       reclaimed       40.00     0.00   0.00       0.00       40.00     0  2027-03-02 09:00 +08:00
P1       CP-2    C1        Q1     cash               1  CNY       used_up         80.00     0.00  30.00      50.00        0.00     1  2027-03-02 09:00 +08:00
P1       CP-3    C1               cash               2  CNY       frozen          10.00    10.00   0.00       0.00        0.00     0  2027-03-02 09:00 +08:00
`

const quotasWanted = `
partner  quota  type  currency  state   granted  issued  given back  balance  expire time              remark
P1       Q1     cash  CNY       normal   100.00  120.00       40.00    20.00  2027-03-02 09:00 +08:00
`

const renewalsWanted = `
partner  resource  customer  expire time              next attempt             failed attempts  last attempt  message
P1       vm-1      C1        2026-04-02 23:59 +08:00  2026-03-26 03:00 +08:00                0
`

// TestCouponsAndQuotas lists what became of coupons, from files and from the database, and explains which of them paid
// which line and what came back.
func TestCouponsAndQuotas(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	list := couponStory(t)
	stray, err := events.New(events.Envelope{ID: "stray", Source: "/test", Subject: "O8", PartitionKey: "P8", Time: list[len(list)-1].Time},
		&events.OrderPlaced{OrderID: "O8", PartnerID: "P8", CustomerID: "C8", AutoPay: true, OrderType: 1, Lines: []events.OrderLine{{LineID: "1", ResourceID: "vm-8",
			CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "s", Region: "r", PeriodType: 2, PeriodNum: 1, SubscriptionNum: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	list = append(list, stray) // rejected, of a partner that never enrolled: lists of all partners go on without it
	for _, ev := range list {
		doc, err := ev.Structured()
		if err != nil {
			t.Fatal(err)
		}
		text.Write(append(doc, '\n'))
	}
	url, path := dbtest.URL(t), file(t, "coupons.jsonl", text.String())
	decideOver(t, url, list)
	for _, place := range [][]string{{"--events", path}, {"--database-url", url}} {
		for _, c := range []struct {
			args []string
			want string
		}{
			{[]string{"coupons"}, couponsWanted}, {[]string{"coupons", "--partner", "P1", "--customer", "C1"}, couponsWanted},
			{[]string{"quotas"}, quotasWanted}, {[]string{"quotas", "--partner", "P1"}, quotasWanted},
			{[]string{"renewals"}, renewalsWanted},
		} {
			if got := call(t, "", slices.Concat(c.args, place)...); got.status != statusDone || "\n"+got.out != c.want {
				t.Errorf("%q: status %d %s\n%s", c.args, got.status, got.err, got.out)
			}
		}
		if got := call(t, "", slices.Concat([]string{"coupons", "--customer", "C9"}, place)...); got.status != statusDone || strings.Contains(got.out, "P1") {
			t.Errorf("another customer has %s%s", got.out, got.err)
		}
		for _, args := range [][]string{{"coupons", "--partner", "P9"}, {"quotas", "--partner", "P9"}, {"renewals", "--partner", "P9"}} {
			if got := call(t, "", slices.Concat(args, place)...); got.status != statusRefused || got.out != "" || !strings.Contains(got.err, `"P9"`) {
				t.Errorf("%q lists %s%s", args, got.out, got.err)
			}
		}
		machine := call(t, "", slices.Concat([]string{"coupons", "--json"}, place)...)
		for _, words := range []string{`"coupon_id": "CP-2"`, `"forfeited": "50.00"`, `"given_back": "40.00"`} {
			if !strings.Contains(machine.out, words) {
				t.Errorf("no %s in %s%s", words, machine.out, machine.err)
			}
		}
		if got := call(t, "", slices.Concat([]string{"quotas", "--json"}, place)...); !strings.Contains(got.out, `"balance": "20.00"`) {
			t.Errorf("quotas as JSON: %+v", got)
		}
	}
	for order, want := range map[string][]string{
		"R1": {"line vm-1 coupon CP-1 25.00 25.00", "by order U1 75.00 25.00"},
		"U1": {"Coupons that come back of order line amount", "CP-1 R1 vm-1 25.00"},
	} {
		got := call(t, "", "explain", order, "--events", path)
		for _, words := range want {
			if !strings.Contains(strings.Join(strings.Fields(got.out), " "), words) {
				t.Errorf("%s is not told %q:\n%s%s", order, words, got.out, got.err)
			}
		}
	}
}

// TestRenewals tells of the shipped sample what renews by itself, and why something does not.
func TestRenewals(t *testing.T) {
	t.Parallel()
	got := call(t, "", "renewals", "--events", samplePath, "--csv")
	checkCSV(t, []string{"renewals"}, got.out)
	failed := 0
	for line := range strings.Lines(got.out) {
		if strings.Contains(line, "not_renewable") && strings.Contains(line, ",2026-03-16T03:00:00+08:00,") {
			failed++
		}
	}
	if failed == 0 {
		t.Errorf("no renewal failed: %s%s", got.out, got.err)
	}
}

// decideOver decides events over a database.
func decideOver(t *testing.T, url string, list []*events.Event) {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	common := decision.NewReference(site.Default())
	frame := workers.NewFrame(pool, common, site.Default())
	var batch []workers.Delivery
	for _, ev := range list {
		if ev.PartitionKey != events.AllPartners {
			batch = append(batch, workers.Delivery{Event: ev})
		} else if err := common.Apply(common.Version()+1, ev); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := frame.Process(t.Context(), batch, workers.Position{}); err != nil {
		t.Fatal(err)
	}
}
