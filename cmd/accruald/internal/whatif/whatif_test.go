package whatif

import (
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/site"
)

var zone = time.FixedZone("", 8*3600)

func day(month time.Month, d int) time.Time { return time.Date(2026, month, d, 9, 0, 0, 0, zone) }

func made(t *testing.T, partner, id string, at time.Time, data events.Data) *events.Event {
	t.Helper()
	ev, err := events.New(events.Envelope{ID: id, Source: "/test", Type: data.EventType(), Subject: subject(data), PartitionKey: partner, Time: at}, data)
	if err != nil {
		t.Fatal(err)
	}
	return ev
}

func subject(data events.Data) string {
	switch d := data.(type) {
	case *events.ServiceTypePublished:
		return d.ServiceTypeCode
	case *events.ProductPublished:
		return d.ProductID
	case *events.IncentivePolicyPublished:
		return d.PolicyID
	case *events.CustomerAssociated:
		return d.CustomerID
	case *events.OrderPlaced:
		return d.OrderID
	case *events.OrderPaid:
		return d.OrderID
	default:
		return "P1"
	}
}

func amount(s string) *decimal.Decimal {
	d := decimal.RequireFromString(s)
	return &d
}

func policy(version int, rate string, effective time.Time) *events.IncentivePolicyPublished {
	return &events.IncentivePolicyPublished{PolicyID: "POL", Version: version, Name: "base", Kind: "base", Association: "resale", Categories: []string{"0"},
		OrderKinds: []string{"new"}, Basis: "order", Period: "month", Currency: "CNY", Mode: "marginal", Bands: []events.RateBand{{Rate: *amount(rate)}},
		CycleBy: "payment", EffectiveTime: effective}
}

func product(price string, effective time.Time) *events.ProductPublished {
	two := 2
	return &events.ProductPublished{ProductID: "PR", Names: events.Names{EnUS: "server"}, CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "s", Region: "r1",
		Currency: "CNY", Renewable: true, Refundable: true, Channel: "vendor", EffectiveTime: effective,
		Prices: []events.PriceRow{{ChargingMode: "period", PeriodType: &two, PeriodNum: 1, Amount: amount(price)}}}
}

// history orders a server for 100.00 in January, February and March, paid by cash; by cash and credit; by card and cash.
func history(t *testing.T) []*events.Event {
	t.Helper()
	from := time.Date(2025, 1, 1, 0, 0, 0, 0, zone)
	list := []*events.Event{
		made(t, events.AllPartners, "st", from, &events.ServiceTypePublished{ServiceTypeCode: "ec2", Names: events.Names{EnUS: "servers"}, IncentivePolicy: "0", AllowDiscount: "YES",
			ResourceTypes: []events.ResourceType{}, UsageTypes: []events.UsageType{}, UnsubscribeLevel: "resource", EffectiveTime: from}),
		made(t, events.AllPartners, "product", from, product("100.00", from)),
		made(t, events.AllPartners, "policy", from, policy(1, "0.08", from)),
		made(t, "P1", "enrol", from, &events.PartnerEnrolled{PartnerID: "P1", Site: "cn", Level: "gold", Tier: 1, BusinessInfoAuthenticated: true, Certified: true, EffectiveTime: from}),
		made(t, "P1", "customer", from, &events.CustomerAssociated{CustomerID: "C1", PartnerID: "P1", Association: "resale", Settlement: "credit", EffectiveTime: from}),
	}
	tenders := [][]events.Tender{
		{{Kind: "cash", Amount: *amount("100.00")}},
		{{Kind: "cash", Amount: *amount("30.00")}, {Kind: "credit", Amount: *amount("70.00")}},
		{{Kind: "stored_card", CardID: "K1", Amount: *amount("40.00")}, {Kind: "cash", Amount: *amount("60.00")}},
	}
	for i, id := range []string{"O1", "O2", "O3"} {
		at := day(time.Month(i+1), 10)
		list = append(list, made(t, "P1", "placed/"+id, at, &events.OrderPlaced{OrderID: id, PartnerID: "P1", CustomerID: "C1", AutoPay: true, OrderType: 1, Lines: []events.OrderLine{
			{LineID: "1", ResourceID: "vm-" + id, CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "s", Region: "r1", PeriodType: 2, PeriodNum: 1, SubscriptionNum: 1}}}))
		list = append(list, made(t, "P1", "paid/"+id, at.Add(time.Minute), &events.OrderPaid{OrderID: id, PartnerID: "P1", PaidBy: "customer", Tenders: tenders[i]}))
	}
	return list
}

// compared decides a history under a change and returns "before after" of each figure.
func compared(t *testing.T, list []*events.Event, window Window, change ...events.Data) (map[string]string, *Run) {
	t.Helper()
	var published []*events.Event
	for _, data := range change {
		published = append(published, made(t, events.AllPartners, "change", day(1, 1), data))
	}
	c, err := NewChange(window, published)
	if err != nil {
		t.Fatal(err)
	}
	for _, ev := range list {
		c.Note(ev)
	}
	run, err := NewRun(c, site.Default())
	if err != nil {
		t.Fatal(err)
	}
	for _, ev := range list {
		if err := run.Fold(ev); err != nil {
			t.Fatal(err)
		}
	}
	result, err := run.Table("P1", site.Default())
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Refused) > 0 {
		t.Errorf("refused under the change: %v", result.Refused)
	}
	out := map[string]string{}
	for _, row := range result.Rows {
		out[row.Figure] = row.Before.Decimal.StringFixed(2) + " " + row.After.Decimal.StringFixed(2)
	}
	return out, run
}

var february = Window{From: time.Date(2026, 2, 1, 0, 0, 0, 0, zone), To: time.Date(2026, 3, 1, 0, 0, 0, 0, zone)}

func expect(t *testing.T, got map[string]string, want map[string]string) {
	t.Helper()
	for figure, figures := range want {
		if got[figure] != figures {
			t.Errorf("%s: before and after %q, want %q", figure, got[figure], figures)
		}
	}
}

// The policy as it is, in any window, changes nothing.
func TestSamePolicyChangesNothing(t *testing.T) {
	t.Parallel()
	for _, window := range []Window{{}, february, {From: february.To}} {
		got, _ := compared(t, history(t), window, policy(1, "0.08", day(1, 1).AddDate(-1, 0, 0)))
		expect(t, got, map[string]string{"charged": "300.00 300.00", "performance": "300.00 300.00", "incentive": "24.00 24.00", "frozen": "5.60 5.60", "payable": "18.40 18.40"})
	}
}

// Twice the rate in February is twice February's incentive: 8.00 more, of which 70 of 100 was bought on credit.
func TestDoubledRateInAWindow(t *testing.T) {
	t.Parallel()
	from := day(1, 1).AddDate(-1, 0, 0)
	got, run := compared(t, history(t), february, policy(1, "0.16", from))
	expect(t, got, map[string]string{"charged": "300.00 300.00", "performance": "300.00 300.00", "incentive": "24.00 32.00", "frozen": "5.60 11.20", "payable": "18.40 20.80"})
	if run.before.Partners["P1"].Counters.InputNo != run.after.Partners["P1"].Counters.InputNo {
		t.Error("the sides received different numbers of events")
	}
	got, _ = compared(t, history(t), Window{From: february.From}, policy(1, "0.16", from))
	expect(t, got, map[string]string{"incentive": "24.00 40.00"})
	// A later version of the history does not end what the change says for the window, and holds behind it.
	later := append([]*events.Event{made(t, events.AllPartners, "policy/2", day(1, 1), policy(2, "0.10", day(2, 5)))}, history(t)...)
	got, _ = compared(t, later, february, policy(7, "0.16", from))
	expect(t, got, map[string]string{"incentive": "28.00 34.00"}) // 8 + 10 + 10, and 8 + 16 + 10
}

// A policy that the history does not know is added for the window.
func TestAddedPolicy(t *testing.T) {
	t.Parallel()
	special := policy(1, "0.03", day(1, 1))
	special.PolicyID, special.Kind = "SPECIAL", "special"
	got, _ := compared(t, history(t), february, special)
	expect(t, got, map[string]string{"incentive": "24.00 27.00"})
}

// At 150.00 in February the tenders grow in proportion, 45 and 105; in March a card pays its 40, and cash the rest.
func TestOtherPricesArePaidInProportion(t *testing.T) {
	t.Parallel()
	from := day(1, 1).AddDate(-1, 0, 0)
	got, run := compared(t, history(t), february, product("150.00", from))
	expect(t, got, map[string]string{"charged": "300.00 350.00", "performance": "300.00 350.00", "incentive": "24.00 28.00", "frozen": "5.60 8.40", "payable": "18.40 19.60"})
	for id, want := range map[string]string{"O1": "cash 100", "O2": "cash 45 credit 105", "O3": "stored_card 40 cash 60"} {
		expectTenders(t, run, id, want)
	}
	got, run = compared(t, history(t), Window{From: february.To}, product("120.00", from))
	expect(t, got, map[string]string{"charged": "300.00 320.00"})
	expectTenders(t, run, "O3", "stored_card 40 cash 80")
	_, run = compared(t, history(t), Window{From: february.To}, product("25.00", from))
	expectTenders(t, run, "O3", "stored_card 25")
	got, _ = compared(t, history(t), february, product("100.00", from))
	expect(t, got, map[string]string{"charged": "300.00 300.00", "incentive": "24.00 24.00", "payable": "18.40 18.40"})
}

// A payment that comes before its order is paid at the new price, too.
func TestPaymentsBeforeTheirOrder(t *testing.T) {
	t.Parallel()
	list := history(t)
	n := len(list)
	list[n-4], list[n-3] = list[n-3], list[n-4] // of February
	got, run := compared(t, list, february, product("150.00", day(1, 1).AddDate(-1, 0, 0)))
	expect(t, got, map[string]string{"charged": "300.00 350.00"})
	expectTenders(t, run, "O2", "cash 45 credit 105")
}

func expectTenders(t *testing.T, run *Run, id, want string) {
	t.Helper()
	var got []string
	for _, tender := range run.after.Partners["P1"].Orders.Get(id).Payment.Tenders {
		got = append(got, string(tender.Kind)+" "+tender.Amount.String())
	}
	if strings.Join(got, " ") != want {
		t.Errorf("order %s is paid by %q, want %q", id, got, want)
	}
}

func TestChangesThatAreRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		window Window
		data   events.Data
		want   string
	}{
		"another type":     {february, &events.PartnerLeft{PartnerID: "P1", EffectiveTime: day(1, 1)}, "partner.left.v1"},
		"after the window": {february, policy(1, "0.1", day(5, 1)), "after the window"},
		"an empty window":  {Window{From: february.To, To: february.From}, policy(1, "0.1", day(1, 1)), "later end"},
	} {
		key := events.AllPartners
		if !events.IsForAll(c.data.EventType()) {
			key = "P1"
		}
		_, err := NewChange(c.window, []*events.Event{made(t, key, "change", day(1, 1), c.data)})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if _, err := NewChange(february, nil); err == nil {
		t.Error("nothing is taken for a change")
	}
}
