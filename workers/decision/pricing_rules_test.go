package decision_test

import (
	"bytes"
	"os"
	"testing"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/pricing"
	"github.com/accruald/accruald/workers/site"
)

// newStoryPaying is a story at sites whose automatic payment has a preference.
func newStoryPaying(t *testing.T, preference site.PaymentPreference) *story {
	t.Helper()
	profiles, err := os.ReadFile("../site/profiles.json")
	if err != nil {
		t.Fatal(err)
	}
	sites, err := site.Load(bytes.ReplaceAll(profiles, []byte(site.PreferCommercial), []byte(preference)))
	if err != nil {
		t.Fatal(err)
	}
	s := &story{history: newHistory(t, 0, time.Date(2026, 3, 2, 9, 0, 0, 0, shanghai)), m: decision.NewMemory(sites)}
	s.flat, s.oracle = true, decision.NewMemory(sites)
	s.reference()
	s.tell()
	return s
}

// grant gives C1 a ratio discount for all times, which scope may narrow.
func (s *story) grant(id string, discountType int, ratio string, scope events.DiscountScope) {
	s.t.Helper()
	by := map[int]string{607: "partner"}[discountType]
	if by == "" {
		by = "vendor"
	}
	scope.CustomerIDs = []string{"C1"}
	s.add("discount/"+id, id, &events.DiscountGranted{DiscountID: id, PartnerID: "P100", GrantedBy: by, DiscountType: discountType, DiscountName: id, Mode: "ratio",
		Value: dec(ratio), Scope: scope, EffectiveTime: s.at.AddDate(-1, 0, 0)})
	s.tell()
}

// took compares the discount and the price an order was charged.
func (s *story) took(order, discount, amount string) {
	s.t.Helper()
	c := s.partner().Orders.Get(order).Payment.Charge
	if c.DiscountID != discount || !c.Amount.Equal(dec(amount)) {
		s.t.Errorf("%s takes %q and costs %s, want %q and %s", order, c.DiscountID, c.Amount, discount, amount)
	}
}

// Automatic payment takes a commercial discount first or the best price, as
// the site says; a promotion only counts where a past order of the resource
// used it, and while it is valid (Pricing rules, section 3).
func TestAutomaticPaymentOfEvents(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		preference         site.PaymentPreference
		first, used, over  string // the discount that is taken
		cost, again, later string
	}{
		{site.PreferCommercial, "D1", "D1", "D1", "423", "423", "423"},
		{site.BestPrice, "PART", "PROMO", "PART", "399.5", "235", "399.5"},
	} {
		t.Run(string(c.preference), func(t *testing.T) {
			t.Parallel()
			s := newStoryPaying(t, c.preference)
			s.grant("PART", pricing.DiscountPartner, "0.85", events.DiscountScope{})
			s.grant("PROMO", pricing.DiscountPromotion, "0.5", events.DiscountScope{})
			s.on(3, 3, 9).place("O1", "C1", "vm-1")
			s.paid("O1")
			s.took("O1", c.first, c.cost)
			s.on(3, 3, 11).place("O2", "C1", "vm-2")
			s.add("paid/O2", "O2", &events.OrderPaid{OrderID: "O2", PartnerID: "P100", PaidBy: "customer", DiscountID: "PROMO"})
			s.tell()
			s.took("O2", "PROMO", "235") // anyone may choose it
			for i, of := range []struct{ resource, discount, amount string }{{"vm-1", c.first, c.cost}, {"vm-2", c.used, c.again}} {
				id := []string{"R1", "R2"}[i]
				s.on(3, 5, 9+i).renew(id, "C1", events.OrderRenewed{AutoPay: true, ResourceIDs: []string{of.resource}})
				s.paid(id)
				s.took(id, of.discount, of.amount)
			}
			s.on(3, 6, 9).add("revoked", "PROMO", &events.DiscountRevoked{DiscountID: "PROMO", RevokedAt: s.at})
			s.tell()
			s.accepted("the end of the promotion")
			s.on(3, 7, 9).renew("R3", "C1", events.OrderRenewed{AutoPay: true, ResourceIDs: []string{"vm-2"}})
			s.paid("R3")
			s.took("R3", c.over, c.later)
		})
	}
}

// A combined service is sold as lines of its children, and each matches
// discounts by itself: what the partner sets is kept from a child whose policy
// allows none.
func TestCombinedServicesMatchByChild(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	from := s.at.AddDate(-1, 0, 0)
	s.add("st/net", "net", &events.ServiceTypePublished{ServiceTypeCode: "net", Names: events.Names{EnUS: "net"}, IncentivePolicy: "0", AllowDiscount: "NO",
		ResourceTypes: []events.ResourceType{}, UsageTypes: []events.UsageType{}, UnsubscribeLevel: "resource", EffectiveTime: from})
	s.add("product/IP", "IP", &events.ProductPublished{ProductID: "IP", Names: events.Names{EnUS: "ip"}, CloudServiceType: "net", ResourceType: "ip", ResourceSpec: "ip", Region: "r1",
		Currency: "CNY", Renewable: true, Refundable: true, Channel: "vendor", EffectiveTime: from,
		Prices: []events.PriceRow{{ChargingMode: "period", PeriodType: ptr(2), PeriodNum: 1, Amount: ptr(dec("100.00"))}}})
	s.tell()
	s.grant("PART", pricing.DiscountPartner, "0.8", events.DiscountScope{})
	s.grant("NET", pricing.DiscountCommercial, "0.5", events.DiscountScope{CloudServiceTypes: []string{"net"}})
	for i, c := range []struct{ discount, server, ip string }{{"PART", "376", "100"}, {"NET", "470", "50"}, {"D1", "423", "90"}} {
		id := []string{"O1", "O2", "O3"}[i]
		s.on(3, 3, 9+2*i).add("placed/"+id, id, &events.OrderPlaced{OrderID: id, PartnerID: "P100", CustomerID: "C1", OrderType: 1, Lines: []events.OrderLine{
			{LineID: "1", ResourceID: "vm-" + id, CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "sPR0", Region: "r1", PeriodType: 2, PeriodNum: 1, SubscriptionNum: 1},
			{LineID: "2", ResourceID: "ip-" + id, ParentResourceID: "vm-" + id, CloudServiceType: "net", ResourceType: "ip", ResourceSpec: "ip", Region: "r1", PeriodType: 2, PeriodNum: 1, SubscriptionNum: 1}}})
		s.tell()
		s.add("paid/"+id, id, &events.OrderPaid{OrderID: id, PartnerID: "P100", PaidBy: "customer", DiscountID: c.discount})
		s.tell()
		s.accepted(id)
		slices := s.partner().Orders.Get(id).Payment.Slices
		if len(slices) != 2 || !slices[0].Amount.Equal(dec(c.server)) || !slices[1].Amount.Equal(dec(c.ip)) {
			t.Errorf("under %s the children cost %+v, want %s and %s", c.discount, slices, c.server, c.ip)
		}
	}
}

// An order costs what the list in force at its time says, however late it
// comes. A list that is published when the order was decided already counts
// from the next decision on, though it is valid from before; so does the end of
// a sale.
func TestPricesInForceOfEvents(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	publish := func(id, price string, from time.Time) {
		t.Helper()
		s.add("product/PR0/"+id, "PR0", &events.ProductPublished{ProductID: "PR0", Names: events.Names{EnUS: "PR0"}, CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "sPR0",
			Region: "r1", Currency: "CNY", Renewable: true, Refundable: true, Channel: "vendor", EffectiveTime: from,
			Prices: []events.PriceRow{{ChargingMode: "period", PeriodType: ptr(2), PeriodNum: 1, Amount: ptr(dec(price))}}})
		s.tell()
	}
	list := func(order, want string) {
		t.Helper()
		if got := s.partner().Orders.Get(order).Quote.Official; !got.Equal(dec(want)) {
			t.Errorf("%s is listed at %s, want %s", order, got, want)
		}
	}
	day := func(d int) time.Time { return time.Date(2026, 3, d, 0, 0, 0, 0, shanghai) }
	s.on(3, 3, 9)
	publish("2", "500.00", day(10)) // announced for later
	s.on(3, 10, 1).place("O1", "C2", "vm-1")
	list("O1", "500")
	s.on(3, 10, 3).paid("O1")
	s.on(3, 9, 23).place("O2", "C2", "vm-2") // came later than O1, is earlier
	list("O2", "470")
	s.on(3, 12, 9)
	publish("3", "600.00", day(11)) // valid from before
	s.on(3, 11, 9).place("O3", "C2", "vm-3")
	list("O3", "600")
	s.on(3, 10, 20).place("O4", "C2", "vm-4")
	list("O4", "500")
	s.on(3, 15, 9).renew("R1", "C2", events.OrderRenewed{ResourceIDs: []string{"vm-1"}})
	s.paid("R1")
	publish("4", "700.00", day(10)) // in place of the one announced
	s.on(3, 11, 10).renew("R0", "C2", events.OrderRenewed{ResourceIDs: []string{"vm-1"}})
	s.paid("R0") // and R1 stands again
	s.accepted("a renewal from before R1")
	list("O1", "500") // folded again, as it was decided
	list("R0", "600")
	s.on(3, 10, 21).place("O5", "C2", "vm-5")
	list("O5", "700")

	s.on(3, 16, 9).add("withdrawn", "PR0", &events.ProductWithdrawn{ProductID: "PR0", EffectiveTime: day(20)})
	s.tell()
	s.on(3, 20, 1).place("O6", "C2", "vm-6")
	s.refused("an order after the end of the sale", pricing.CodeProductWithdrawn)
	s.on(3, 19, 23).place("O7", "C2", "vm-7")
	s.accepted("an order from before it")
}
