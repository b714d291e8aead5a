package decision_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/incentive"
)

// counted shows what each slice of an order's only detail counts for, and what
// it earns.
func (s *story) counted(order string) string {
	s.t.Helper()
	details := s.partner().DetailsOf(order)
	if len(details) != 1 {
		s.t.Fatalf("order %s has %d details", order, len(details))
	}
	d := details[0]
	var out []string
	for _, slice := range d.Slices {
		out = append(out, fmt.Sprintf("%s %s", slice.Kind, slice.Eligible))
	}
	slices.Sort(out)
	return fmt.Sprintf("%s = %s earns %s", strings.Join(out, " "), d.Performance, d.Amount)
}

// Of an order of 423.00: coupons never count, a flexi coupon by its own word, a
// stored card and cash do whoever pays it, credit counts and is frozen
// (Settlement rules, section 2).
func TestPerformanceByTender(t *testing.T) {
	t.Parallel()
	flexi := func(counts bool) func(*events.CouponIssued) {
		return func(c *events.CouponIssued) { c.CouponType, c.CountsForPerformance = events.CouponFlexi, counts }
	}
	card := func(amount string) events.Tender {
		return events.Tender{Kind: "stored_card", CardID: "CARD", Amount: dec(amount)}
	}
	for name, c := range map[string]struct {
		paidBy       string
		tenders      []events.Tender
		want, frozen string
	}{
		"cash":                    {"customer", nil, "cash 423 = 423 earns 33.84", "0"},
		"cash of the partner":     {"partner", nil, "cash 423 = 423 earns 33.84", "0"},
		"a stored card":           {"customer", []events.Tender{card("123.00"), tender("cash", "", "300.00")}, "cash 300 stored_card 123 = 423 earns 33.84", "0"},
		"a coupon":                {"customer", []events.Tender{tender("coupon", "cash", "23.00"), tender("cash", "", "400.00")}, "cash 400 coupon 0 = 400 earns 32", "0"},
		"a flexi coupon":          {"customer", []events.Tender{tender("flexi_coupon", "counts", "23.00"), tender("cash", "", "400.00")}, "cash 400 flexi_coupon 23 = 423 earns 33.84", "0"},
		"one that does not count": {"customer", []events.Tender{tender("flexi_coupon", "not", "23.00"), tender("cash", "", "400.00")}, "cash 400 flexi_coupon 0 = 400 earns 32", "0"},
		"on credit":               {"customer", []events.Tender{tender("credit", "", "423.00")}, "credit 423 = 423 earns 33.84", "33.84"},
		"by the month":            {"customer", []events.Tender{tender("monthly_settlement", "", "423.00")}, "monthly_settlement 423 = 423 earns 33.84", "33.84"},
		"all of them": {"customer", []events.Tender{tender("coupon", "cash", "23.00"), tender("flexi_coupon", "counts", "50.00"), tender("flexi_coupon", "not", "50.00"),
			card("100.00"), tender("credit", "", "100.00"), tender("cash", "", "100.00")},
			"cash 100 coupon 0 credit 100 flexi_coupon 0 flexi_coupon 50 stored_card 100 = 350 earns 28", "8"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStory(t)
			s.coupon("cash", nil)
			s.coupon("counts", flexi(true))
			s.coupon("not", flexi(false))
			s.on(3, 5, 9).place("O1", "C1", "vm-1")
			s.add("paid", "O1", &events.OrderPaid{OrderID: "O1", PartnerID: "P100", PaidBy: c.paidBy, Tenders: c.tenders})
			s.tell()
			s.wantAccepted(name)
			expect(t, "counts", s.counted("O1"), c.want)
			expect(t, "frozen", s.bill("2026-03", "resale").Amounts.Frozen.String(), c.frozen)
		})
	}
}

// International resale: a line at 470.00 list counts for round2(470.00 x
// settlement discount) less its coupons, spread over what else pays it.
func TestInternationalResalePerformance(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		discount     string
		tenders      []events.Tender
		want, frozen string
	}{
		"cash":                  {"0.85", nil, "cash 399.5 = 399.5 earns 31.96", "0"},
		"credit and a coupon":   {"0.85", []events.Tender{tender("coupon", "cash", "23.00"), tender("credit", "", "100.01"), tender("cash", "", "299.99")}, "cash 282.37 coupon 0 credit 94.13 = 376.5 earns 30.12", "7.53"},
		"above what was paid":   {"1", nil, "cash 470 = 470 earns 37.6", "0"},
		"rounded to cents":      {"0.8333", nil, "cash 391.65 = 391.65 earns 31.33", "0"},
		"less than the coupons": {"0.1", []events.Tender{tender("coupon", "cash", "100.00"), tender("credit", "", "323.00")}, "coupon 0 credit 0 = 0 earns 0", "0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStoryAt(t, "intl")
			s.enrol(func(e *events.PartnerEnrolled) { e.Site, e.SettlementDiscount = "intl", ptr(dec(c.discount)) })
			s.coupon("cash", nil)
			s.on(3, 5, 9).place("O1", "C1", "vm-1")
			s.paid("O1", c.tenders...)
			s.wantAccepted(name)
			expect(t, "counts", s.counted("O1"), c.want)
			expect(t, "frozen", s.bill("2026-03", "resale").Amounts.Frozen.String(), c.frozen)
		})
	}
}

// Products of service types with policy 2 do not count, those with 13 count
// without a rebate; neither stands in a bill.
func TestServiceTypesWithoutRebate(t *testing.T) {
	t.Parallel()
	for policy, want := range map[string]string{"2": "cash 0 = 0 earns 0", "13": "cash 470 = 470 earns 0", "1": "cash 470 = 470 earns 0"} {
		s := newStory(t)
		from := s.at.AddDate(-1, 0, 0)
		s.add("st/db", "db", &events.ServiceTypePublished{ServiceTypeCode: "db", Names: events.Names{EnUS: "databases"}, IncentivePolicy: policy, AllowDiscount: "YES",
			ResourceTypes: []events.ResourceType{}, UsageTypes: []events.UsageType{}, UnsubscribeLevel: "resource", EffectiveTime: from})
		s.add("product/DB", "DB", &events.ProductPublished{ProductID: "DB", Names: events.Names{EnUS: "DB"}, CloudServiceType: "db", ResourceType: "db", ResourceSpec: "sDB", Region: "r1",
			Currency: "CNY", Renewable: true, Refundable: true, Channel: "vendor", EffectiveTime: from,
			Prices: []events.PriceRow{{ChargingMode: "period", PeriodType: ptr(2), PeriodNum: 1, Amount: ptr(dec("470.00"))}}})
		s.on(3, 5, 9).add("placed", "O1", &events.OrderPlaced{OrderID: "O1", PartnerID: "P100", CustomerID: "C2", OrderType: 1, Lines: []events.OrderLine{
			{LineID: "1", ResourceID: "db-1", CloudServiceType: "db", ResourceType: "db", ResourceSpec: "sDB", Region: "r1", PeriodType: 2, PeriodNum: 1, SubscriptionNum: 1}}})
		s.tell()
		s.paid("O1", tender("cash", "", "470.00"))
		s.wantAccepted(policy)
		expect(t, "policy "+policy, s.counted("O1"), want)
		if d := s.partner().DetailsOf("O1")[0]; d.BillID != "" || d.ZeroReason != incentive.ZeroOutsidePolicy {
			t.Errorf("policy %s: in bill %q for %q", policy, d.BillID, d.ZeroReason)
		}
	}
}

// What a tier-2 reseller's customers order earns for the partner above it; the
// reseller has no incentives, and its discounts and coupons are for its
// customers alone.
func TestResellersEarnForTheirPartner(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.add("enrol/P7", "P100", &events.PartnerEnrolled{PartnerID: "P100", IndirectPartnerID: "P7", Site: "cn", Level: "silver", Tier: 2, EffectiveTime: s.at})
	for customer, reseller := range map[string]string{"C7": "P7", "C8": "P8"} {
		s.add("customer/"+customer, customer, &events.CustomerAssociated{CustomerID: customer, PartnerID: "P100", IndirectPartnerID: reseller, Association: "resale",
			Settlement: "immediate", EffectiveTime: s.at})
	}
	s.add("discount/P7", "D7", &events.DiscountGranted{DiscountID: "D7", PartnerID: "P100", IndirectPartnerID: "P7", GrantedBy: "vendor", DiscountType: 605, DiscountName: "d",
		Mode: "ratio", Value: dec("0.8"), EffectiveTime: s.at.AddDate(-1, 0, 0)})
	s.tell()
	s.coupon("CP7", func(c *events.CouponIssued) { c.CustomerID, c.IndirectPartnerID = "C7", "P7" })
	s.wantAccepted("a reseller's coupon for its customer")
	s.coupon("CP8", func(c *events.CouponIssued) { c.CustomerID, c.IndirectPartnerID = "C8", "P7" })
	s.wantRejected("a reseller's coupon for another one's customer", decision.CodeResellerForeign, "/data/indirect_partner_id")
	s.add("placed/O7", "O7", &events.OrderPlaced{OrderID: "O7", PartnerID: "P100", IndirectPartnerID: "P7", CustomerID: "C7", AutoPay: true, OrderType: 1, Lines: []events.OrderLine{
		{LineID: "1", ResourceID: "vm-7", CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "sPR0", Region: "r1", PeriodType: 2, PeriodNum: 1, SubscriptionNum: 1}}})
	s.tell()
	s.paid("O7", tender("coupon", "CP7", "76.00"), tender("cash", "", "300.00"))
	s.wantAccepted("the reseller's order") // at its discount: 376.00
	expect(t, "it earns the partner, whose level it is,", s.counted("O7"), "cash 300 coupon 0 = 300 earns 24")
	expect(t, "order", s.partner().Orders.Get("O7").IndirectPartnerID, "P7")
	for customer, id := range map[string]string{"C8": "O8", "C2": "O2"} {
		s.place(id, customer, "vm-"+id)
		if priced := told[*events.OrderPriced](s); len(priced) != 1 || priced[0].Amount.Decimal.String() != "470" {
			t.Errorf("customer %s, who is not the reseller's, is told %+v", customer, priced)
		}
	}
	if len(s.m.Partners) != 1 {
		t.Errorf("%d partners have rows; the reseller has none of its own", len(s.m.Partners))
	}
	s.add("placed/O9", "O9", &events.OrderPlaced{OrderID: "O9", PartnerID: "P100", IndirectPartnerID: "P8", CustomerID: "C7", OrderType: 1, Lines: []events.OrderLine{
		{LineID: "1", ResourceID: "vm-9", CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "sPR0", Region: "r1", PeriodType: 2, PeriodNum: 1, SubscriptionNum: 1}}})
	s.tell()
	s.wantRejected("an order by another reseller", decision.CodeResellerForeign, "/data/indirect_partner_id")
}
