package decision_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

var shanghai = time.FixedZone("+08:00", 8*3600)

// history makes random but repeatable events of one partner: reference data,
// then order facts and repayments, most of them sensible, some of them not.
type history struct {
	t      testing.TB
	rng    *rand.Rand
	n      int
	at     time.Time
	events []*events.Event
	flat   bool             // the policy is flat by order
	site   string           // "" is cn
	live   []string         // resources somebody paid for, or tried to
	late   []string         // overdues that are not cleared
	oracle *decision.Memory // decides in the order of making, so that payments with coupons can sum to the price
}

func newHistory(t testing.TB, seed uint64, at time.Time) *history {
	t.Helper()
	return &history{t: t, rng: rand.New(rand.NewPCG(seed, 7)), at: at, oracle: decision.NewMemory(site.Default())}
}

func (h *history) add(id, subject string, data events.Data) {
	h.t.Helper()
	key := "P100"
	if events.IsForAll(data.EventType()) {
		key = events.AllPartners
	}
	ev, err := events.New(events.Envelope{ID: id, Source: "/test", Type: data.EventType(), Subject: subject, PartitionKey: key, Time: h.at}, data)
	if err != nil {
		h.t.Fatalf("make %s: %v", id, err)
	}
	h.events = append(h.events, ev)
	if _, err := h.oracle.Fold(ev, nil); err != nil {
		h.t.Fatalf("fold %s: %v", id, err)
	}
}

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func ptr[T any](v T) *T { return &v }

// reference publishes a small catalogue, a policy, the partner, its customers,
// discounts and coupons, all in force long before the history.
func (h *history) reference() {
	from := h.at.AddDate(-1, 0, 0)
	h.add("st", "ec2", &events.ServiceTypePublished{ServiceTypeCode: "ec2", Names: events.Names{EnUS: "servers"}, IncentivePolicy: "0", AllowDiscount: "YES",
		ResourceTypes: []events.ResourceType{}, UsageTypes: []events.UsageType{}, UnsubscribeLevel: "resource", EffectiveTime: from})
	for i, price := range []string{"470.00", "869.00", "33.33"} {
		id := fmt.Sprintf("PR%d", i)
		h.add("product/"+id, id, &events.ProductPublished{ProductID: id, Names: events.Names{EnUS: id}, CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "s" + id, Region: "r1",
			Currency: "CNY", Renewable: true, Refundable: true, Channel: "vendor", EffectiveTime: from, Metering: meterings[i],
			Prices: []events.PriceRow{{ChargingMode: "period", PeriodType: ptr(2), PeriodNum: 1, Amount: ptr(dec(price))}, hours("0.7123")}})
	}
	h.meters(from)
	h.add("policy", "POL", h.policy(from))
	if !h.flat {
		h.add("policy/new", "NEW", &events.IncentivePolicyPublished{PolicyID: "NEW", Version: 1, Name: "new customers", Kind: "special", Association: "resale",
			Categories: []string{"0"}, OrderKinds: []string{"new"}, Newness: &events.Newness{MonthsWithoutPaidOrder: 1}, Basis: "order", Period: "month", Currency: "CNY", Mode: "marginal",
			Bands: []events.RateBand{{Rate: dec("0.03")}}, CycleBy: "payment", EffectiveTime: from})
	}
	referral := h.policy(from)
	referral.PolicyID, referral.Association = "REF", "referral"
	h.add("policy/referral", "REF", referral)
	h.add("enrol", "P100", &events.PartnerEnrolled{PartnerID: "P100", Site: cmp.Or(h.site, "cn"), Level: "gold", Tier: 1, BusinessInfoAuthenticated: true, Certified: true, EffectiveTime: from})
	for i, how := range []string{"credit", "immediate", "monthly", "immediate"} {
		id := fmt.Sprintf("C%d", i)
		h.add("customer/"+id, id, &events.CustomerAssociated{CustomerID: id, PartnerID: "P100", Association: []string{"resale", "referral"}[i/3], Settlement: how, EffectiveTime: from})
		h.add("coupon/"+id, "CP"+id, &events.CouponIssued{CouponID: "CP" + id, PartnerID: "P100", CustomerID: id, CouponType: 1, CouponVersion: 2,
			FaceValue: ptr(dec("5.00")), Currency: "CNY", ValidTime: from, ExpireTime: h.at.AddDate(1, 0, 0)})
	}
	h.couponReference(from)
	h.add("discount", "D1", &events.DiscountGranted{DiscountID: "D1", PartnerID: "P100", GrantedBy: "vendor", DiscountType: 605, DiscountName: "d", Mode: "ratio",
		Value: dec("0.9"), Scope: events.DiscountScope{CustomerIDs: []string{"C0", "C1"}}, EffectiveTime: from})
	h.creditCoupons()
}

// policy is flat by order, banded over the month, or the whole month at the
// rate of the band it reaches.
func (h *history) policy(from time.Time) *events.IncentivePolicyPublished {
	p := &events.IncentivePolicyPublished{PolicyID: "POL", Version: 1, Name: "base", Kind: "base", Association: "resale",
		Categories: []string{"0"}, OrderKinds: []string{"new", "renew", "change", "usage"}, Basis: "order", Period: "month", Currency: "CNY", Mode: "marginal",
		Bands: []events.RateBand{{Rate: dec("0.08")}}, CycleBy: "payment", EffectiveTime: from}
	if h.rng.IntN(3) == 0 && !h.flat {
		p.RewardCap = ptr(dec("250.00")) // bounds what special policies add
	}
	if shape := h.rng.IntN(3); shape > 0 && !h.flat {
		p.Basis = "period"
		p.Bands = []events.RateBand{{UpTo: ptr(dec("3000")), Rate: dec("0.05")}, {UpTo: ptr(dec("6000")), Rate: dec("0.07")}, {Rate: dec("0.10")}}
		if shape == 2 {
			p.Mode = "whole"
			p.Threshold = &events.Threshold{Amount: dec("2000"), Inclusive: true}
		}
	}
	return p
}

// facts adds n random facts over the days of one month.
func (h *history) facts(n int) {
	for range n {
		h.at = h.at.Add(time.Duration(1+h.rng.IntN(300)) * time.Minute)
		switch h.rng.IntN(19) {
		case 0, 1, 2, 3:
			h.order()
		case 4:
			h.change()
		case 5:
			h.renew()
		case 6:
			h.unsubscribe()
		case 7, 8:
			h.standing()
		case 9:
			h.convert()
		case 10, 11:
			h.configure()
		case 12, 13, 14:
			h.use()
		case 15:
			h.settle(h.at.Add(time.Duration(h.rng.IntN(100)-80) * time.Hour))
		default:
			h.repay()
		}
	}
}

func (h *history) id(prefix string) string { h.n++; return fmt.Sprintf("%s%d", prefix, h.n) }

func (h *history) customerOf(resource string) string { return "C" + resource[len(resource)-1:] }

func (h *history) pick() string {
	if len(h.live) == 0 {
		return "vm-0-0"
	}
	return h.live[h.rng.IntN(len(h.live))]
}

func (h *history) order() {
	id, c := h.id("O"), h.rng.IntN(4)
	vm := fmt.Sprintf("vm-%s-%d", id, c)
	line := events.OrderLine{LineID: "1", ResourceID: vm, CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: fmt.Sprintf("sPR%d", h.rng.IntN(2)),
		Region: "r1", PeriodType: 2, PeriodNum: 1 + h.rng.IntN(3), SubscriptionNum: 1 + h.rng.IntN(2)}
	lines := []events.OrderLine{line}
	if h.rng.IntN(2) == 0 {
		disk := line
		disk.LineID, disk.ResourceID, disk.ParentResourceID, disk.ResourceSpec = "2", fmt.Sprintf("disk-%s-%d", id, c), vm, "sPR2"
		lines = append(lines, disk)
	}
	h.add("order.placed/"+id, id, &events.OrderPlaced{OrderID: id, PartnerID: "P100", CustomerID: fmt.Sprintf("C%d", c), AutoPay: true, OrderType: 1, Lines: lines})
	h.live = append(h.live, vm)
	h.pay(id, h.split(c, lines)...)
}

// pay pays, cancels, adjusts, or does several of these.
func (h *history) pay(id string, tenders ...events.Tender) {
	h.at = h.at.Add(time.Duration(h.rng.IntN(90)) * time.Minute)
	switch h.rng.IntN(12) {
	case 0:
		h.add("order.cancelled/"+id, id, &events.OrderCancelled{OrderID: id, PartnerID: "P100"})
	case 1:
		h.add("order.price_adjusted/"+id, id, &events.OrderPriceAdjusted{OrderID: id, PartnerID: "P100", DiscountID: "A" + id, AmountOff: ptr(dec("7.01"))})
	case 2:
		h.add("order.paid/wrong/"+id, id, &events.OrderPaid{OrderID: id, PartnerID: "P100", PaidBy: "customer", Tenders: []events.Tender{{Kind: "cash", Amount: dec("1.00")}}})
	}
	h.at = h.at.Add(time.Duration(h.rng.IntN(40)) * time.Minute)
	if tenders == nil {
		tenders = h.couponTenders(id)
	}
	h.add("order.paid/"+id, id, &events.OrderPaid{OrderID: id, PartnerID: "P100", PaidBy: "customer", Tenders: tenders, MilestoneID: h.milestone()})
}

func (h *history) change() {
	id, vm := h.id("X"), h.pick()
	h.add("order.spec_changed/"+id, id, &events.OrderSpecChanged{OrderID: id, PartnerID: "P100", CustomerID: h.customerOf(vm), AutoPay: true, ResourceID: vm,
		New: events.NewSpec{ResourceSpec: fmt.Sprintf("sPR%d", h.rng.IntN(2))}, Apply: "now"})
	h.pay(id)
	h.useAcross(vm)
}

func (h *history) renew() {
	id, vm := h.id("R"), h.pick()
	ids := []string{vm}
	if other := h.pick(); other != vm && h.customerOf(other) == h.customerOf(vm) {
		ids = append(ids, other)
	}
	h.add("order.renewed/"+id, id, &events.OrderRenewed{OrderID: id, PartnerID: "P100", CustomerID: h.customerOf(vm), AutoPay: true, ResourceIDs: ids,
		PeriodType: 2, PeriodNum: 1 + h.rng.IntN(2)})
	h.pay(id)
}

// convert sets up a change to pay-per-use, or cancels one.
func (h *history) convert() {
	id, vm := h.id("V"), h.pick()
	h.add("order.converted/"+id, id, &events.OrderConverted{OrderID: id, PartnerID: "P100", CustomerID: h.customerOf(vm), ResourceIDs: []string{vm},
		Operation: []string{"SET_UP", "SET_UP", "CANCEL"}[h.rng.IntN(3)]})
	h.pay(id)
}

// configure sets how one or two resources renew by themselves.
func (h *history) configure() {
	id, vm := h.id("G"), h.pick()
	data := &events.ResourceRenewalConfigured{PartnerID: "P100", ResourceIDs: []string{vm}, AutoRenew: h.rng.IntN(4) > 0}
	if other := h.pick(); other != vm {
		data.ResourceIDs = append(data.ResourceIDs, other)
	}
	if h.rng.IntN(2) == 0 {
		data.PeriodType, data.PeriodNum, data.Times, data.DeductionDay = ptr(2), 1+h.rng.IntN(2), 1, 2+h.rng.IntN(6)
	}
	h.add("resource.renewal_configured/"+id, vm, data)
}

func (h *history) unsubscribe() {
	id, vm := h.id("U"), h.pick()
	h.add("order.unsubscribed/"+id, id, &events.OrderUnsubscribed{OrderID: id, PartnerID: "P100", CustomerID: h.customerOf(vm),
		ResourceIDs: []string{vm}, UnsubscribeType: 1 + h.rng.IntN(2)})
}

func (h *history) repay() {
	id := h.id("RP")
	data := &events.RepaymentReceived{RepaymentID: id, PartnerID: "P100", CustomerID: "C0", Amount: decimal.New(int64(100+h.rng.IntN(60000)), -2), Currency: "CNY"}
	if h.n > 2 && h.rng.IntN(2) == 0 {
		data.OrderIDs = []string{fmt.Sprintf("O%d", 1+h.rng.IntN(h.n))}
	}
	h.add("repayment.received/"+id, id, data)
}

func (h *history) fire(job string, at time.Time) {
	h.at = at
	h.add(fmt.Sprintf("fired/%s/%s", job, at.Format(time.RFC3339)), job, &events.ScheduleFired{Job: job, Site: cmp.Or(h.site, "cn"), ScheduledFor: at})
}
