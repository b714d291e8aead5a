package decision_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/pricing"
)

// coupon issues a coupon of 100.00 to C1 that is valid from a month before now
// for a year, as changed by edit.
func (s *story) coupon(id string, edit func(*events.CouponIssued)) {
	s.t.Helper()
	c := &events.CouponIssued{CouponID: id, PartnerID: "P100", CustomerID: "C1", CouponType: 1, CouponVersion: 2, FaceValue: ptr(dec("100.00")), Currency: "CNY",
		ValidTime: s.at.AddDate(0, -1, 0), ExpireTime: s.at.AddDate(1, 0, 0)}
	if edit != nil {
		edit(c)
	}
	s.add("issued/"+id, id, c)
	s.tell()
}

func limited(l events.Limits) func(*events.CouponIssued) {
	return func(c *events.CouponIssued) { c.Limits = &l }
}

func fromQuota(c *events.CouponIssued) { c.QuotaID = "Q" }

func (s *story) setCoupon(id, status string) {
	s.t.Helper()
	s.add(s.id("status/"+id), id, &events.CouponStateChanged{CouponID: id, Status: status})
	s.tell()
}

func (s *story) reclaim(id string) {
	s.t.Helper()
	s.add(s.id("reclaim/"+id), id, &events.CouponReclaimed{CouponID: id})
	s.tell()
}

func (s *story) wantRejected(what, code, pointer string) {
	s.t.Helper()
	if r := s.rejected(); r == nil || r.Code != code || r.Pointer != pointer {
		s.t.Errorf("%s: rejected %+v, want %s at %s", what, r, code, pointer)
	}
}

func (s *story) wantAccepted(what string) {
	s.t.Helper()
	if r := s.rejected(); r != nil {
		s.t.Errorf("%s: rejected %s", what, r.Message)
	}
}

// wantCoupon compares what became of a coupon's face value.
func (s *story) wantCoupon(what, id, want string) {
	s.t.Helper()
	c := s.partner().Coupons.Get(id)
	if got := fmt.Sprintf("%s: balance %s spent %s forfeited %s back %s uses %d", c.State, c.Balance(), c.Spent, c.Forfeited, c.GivenBack, c.Uses); got != want {
		s.t.Errorf("%s: coupon %s is\n%s, want\n%s", what, id, got, want)
	}
}

// withCoupon pays 423.00 with an amount of a coupon and cash.
func withCoupon(id, amount string) []events.Tender {
	return []events.Tender{tender("coupon", id, amount), tender("cash", "", dec("423").Sub(dec(amount)).String())}
}

// Every limit of section 4 is judged when the payment comes; O1 costs 470.00
// less the commercial discount D1 of 10 percent.
func TestCouponLimitsRefuse(t *testing.T) {
	t.Parallel()
	const id = "/data/tenders/0/coupon_id"
	for _, c := range []struct {
		name          string
		limits        events.Limits
		discount      string
		code, pointer string
	}{
		{"service types", events.Limits{CloudServiceTypes: []string{"ebs"}}, "", pricing.CodeCouponNoEligibleLine, id},
		{"products", events.Limits{ProductIDs: []string{"PR1"}}, "", pricing.CodeCouponNoEligibleLine, id},
		{"period numbers", events.Limits{PeriodNums: []int{12}}, "", pricing.CodeCouponNoEligibleLine, id},
		{"order kinds", events.Limits{OrderKinds: []string{"renew", "change"}}, "", pricing.CodeCouponOrderKind, id},
		{"minimum amount", events.Limits{MinAmount: ptr(dec("423.01"))}, "", pricing.CodeCouponMinAmount, id},
		{"minimum pay ratio", events.Limits{MinConsumeDiscount: ptr(dec("0.91"))}, "", pricing.CodeCouponPayRatioTooLow, id},
		{"a commercial discount", events.Limits{WithContractDiscount: "0"}, "", pricing.CodeCouponExcludesDiscount, id},
		{"a partner's discount", events.Limits{WithEmpowerDiscount: "0"}, "D607", pricing.CodeCouponExcludesDiscount, id},
		{"a promotion", events.Limits{WithPromotionDiscount: "0"}, "D200", pricing.CodeCouponExcludesDiscount, id},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStory(t)
			for _, kind := range []int{607, 200} {
				s.add(s.id("discount"), fmt.Sprint("D", kind), &events.DiscountGranted{DiscountID: fmt.Sprint("D", kind), PartnerID: "P100", GrantedBy: "partner", DiscountType: kind,
					DiscountName: "d", Mode: "ratio", Value: dec("0.9"), EffectiveTime: s.at.AddDate(-1, 0, 0)})
			}
			s.coupon("limited", limited(c.limits))
			s.coupon("free", nil)
			s.on(3, 3, 9).place("O1", "C1", "vm-1")
			pay := func(coupon string) {
				s.add(s.id("paid"), "O1", &events.OrderPaid{OrderID: "O1", PartnerID: "P100", DiscountID: c.discount, PaidBy: "customer", Tenders: withCoupon(coupon, "20.00")})
				s.tell()
			}
			pay("limited")
			s.wantRejected(c.name, c.code, c.pointer)
			s.wantCoupon("a refused payment", "limited", "normal: balance 100 spent 0 forfeited 0 back 0 uses 0")
			pay("free")
			s.wantAccepted("a coupon without the limit")
		})
	}
}

// What a payment may be told by the coupon's amount, uses and state.
func TestCouponStandRefuses(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.on(3, 2, 12).coupon("once", func(c *events.CouponIssued) { c.CouponVersion = 1 })
	s.coupon("twice", limited(events.Limits{MaxUses: 1}))
	s.coupon("large", func(c *events.CouponIssued) { c.FaceValue = ptr(dec("900.00")) })
	s.coupon("taken", fromQuota)
	s.coupon("first", limited(events.Limits{FirstOrder: true}))
	s.reclaim("taken")
	s.on(3, 2, 13).setCoupon("large", "frozen")
	s.on(3, 3, 9).place("O1", "C1", "vm-1")
	for _, c := range []struct {
		coupon, amount, code, pointer string
	}{
		{"large", "20.00", pricing.CodeCouponFrozen, "/coupon_id"},
		{"taken", "20.00", pricing.CodeCouponReclaimed, "/coupon_id"},
		{"once", "100.01", pricing.CodeCouponBalanceInsufficient, "/amount"},
	} {
		s.paid("O1", withCoupon(c.coupon, c.amount)...)
		s.wantRejected(c.coupon, c.code, "/data/tenders/0"+c.pointer)
	}
	s.on(3, 3, 10).setCoupon("large", "normal")
	s.paid("O1", tender("coupon", "large", "500.00"))
	s.wantRejected("more than the lines cost", pricing.CodeCouponExceedsLines, "/data/tenders/0/amount")

	s.paid("O1", tender("coupon", "once", "30.00"), tender("coupon", "twice", "10.00"), tender("coupon", "first", "1.00"), tender("cash", "", "382.00"))
	s.wantAccepted("three coupons on a first order")
	s.wantCoupon("used once", "once", "normal: balance 0 spent 30 forfeited 70 back 0 uses 1")
	s.on(3, 4, 9).renew("R1", "C1", events.OrderRenewed{AutoPay: true, ResourceIDs: []string{"vm-1"}})
	for coupon, code := range map[string]string{"once": pricing.CodeCouponUsedUp, "twice": pricing.CodeCouponUsesExhausted, "first": pricing.CodeCouponFirstOrderOnly} {
		s.on(3, 4, 10).paid("R1", withCoupon(coupon, "10.00")...)
		s.wantRejected(coupon+" again", code, "/data/tenders/0/coupon_id")
	}
	s.on(3, 4, 11).paid("R1", withCoupon("large", "423.00")[:1]...)
	s.wantAccepted("one coupon for all")
}

// A payment with four coupons or one of them twice is refused as it is read.
func TestCouponsOfAPaymentAreCounted(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.on(3, 3, 9).place("O1", "C1", "vm-1")
	for _, c := range []struct {
		coupons []string
		code    string
	}{{[]string{"A", "B", "C", "D"}, events.CodeTooManyCoupons}, {[]string{"A", "A"}, events.CodeDuplicateItem}} {
		var tenders []events.Tender
		for _, id := range c.coupons {
			tenders = append(tenders, tender("coupon", id, "1.00"))
		}
		ev, err := events.New(events.Envelope{ID: s.id("paid"), Source: "/test", Type: events.TypeOrderPaid, Subject: "O1", PartitionKey: "P100", Time: s.at},
			&events.OrderPaid{OrderID: "O1", PartnerID: "P100", PaidBy: "customer", Tenders: tenders})
		var why *events.Rejection
		if !errors.As(err, &why) {
			t.Fatalf("%v: %v", c.coupons, err)
		}
		if s.last, err = s.m.Fold(ev, why); err != nil {
			t.Fatal(err)
		}
		if r := s.rejected(); r == nil || r.Code != c.code {
			t.Errorf("%v: rejected %+v, want %s", c.coupons, r, c.code)
		}
	}
}

// A coupon for one service type pays the lines of that type only; what it does
// not pay is laid over the rest.
func TestCouponPaysItsLines(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	from := s.at.AddDate(-1, 0, 0)
	s.add("st/ebs", "ebs", &events.ServiceTypePublished{ServiceTypeCode: "ebs", Names: events.Names{EnUS: "disks"}, IncentivePolicy: "0", AllowDiscount: "YES",
		ResourceTypes: []events.ResourceType{}, UsageTypes: []events.UsageType{}, UnsubscribeLevel: "resource", EffectiveTime: from})
	s.add("product/disk", "DISK", &events.ProductPublished{ProductID: "DISK", Names: events.Names{EnUS: "disk"}, CloudServiceType: "ebs", ResourceType: "volume", ResourceSpec: "ssd", Region: "r1",
		Currency: "CNY", Renewable: true, Refundable: true, Channel: "vendor", EffectiveTime: from,
		Prices: []events.PriceRow{{ChargingMode: "period", PeriodType: ptr(2), PeriodNum: 1, Amount: ptr(dec("30.00"))}}})
	s.coupon("disks", func(c *events.CouponIssued) {
		c.CustomerID, c.Limits = "C2", &events.Limits{CloudServiceTypes: []string{"ebs"}}
	})
	line := func(id, service, kind, spec string) events.OrderLine {
		return events.OrderLine{LineID: id, ResourceID: "res-" + id, CloudServiceType: service, ResourceType: kind, ResourceSpec: spec, Region: "r1", PeriodType: 2, PeriodNum: 1, SubscriptionNum: 1}
	}
	s.on(3, 3, 9).add("placed/O1", "O1", &events.OrderPlaced{OrderID: "O1", PartnerID: "P100", CustomerID: "C2", AutoPay: true, OrderType: 1,
		Lines: []events.OrderLine{line("1", "ec2", "vm", "sPR0"), line("2", "ebs", "volume", "ssd"), line("3", "ebs", "volume", "ssd")}})
	s.tell()
	s.paid("O1", tender("coupon", "disks", "60.01"), tender("cash", "", "469.99"))
	s.wantRejected("more than its lines", pricing.CodeCouponExceedsLines, "/data/tenders/0/amount")
	s.paid("O1", tender("coupon", "disks", "45.01"), tender("cash", "", "484.99"))
	s.wantAccepted("a part of its lines")
	got := ""
	for _, slice := range s.partner().Orders.Get("O1").Payment.Slices {
		got += fmt.Sprintf("%s %s %s; ", slice.LineID, slice.Kind, slice.Amount)
	}
	if want := "1 cash 470; 2 coupon 22.51; 2 cash 7.49; 3 coupon 22.5; 3 cash 7.5; "; got != want {
		t.Errorf("slices %s, want %s", got, want)
	}
}

// Orders that share no resource do not know of one another's coupons: the
// coupon is overdrawn, visibly, and no payment is refused. Orders that do, do.
func TestCouponsAcrossChains(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.coupon("shared", nil)
	for i, vm := range []string{"vm-1", "vm-2"} {
		id := fmt.Sprint("O", i)
		s.on(3, 3, 9).place(id, "C1", vm)
		s.on(3, 3, 11+i).paid(id, withCoupon("shared", "80.00")...)
		s.wantAccepted(id)
	}
	s.wantCoupon("overdrawn", "shared", "normal: balance -60 spent 160 forfeited 0 back 0 uses 2")
	s.on(3, 4, 9).renew("R1", "C1", events.OrderRenewed{AutoPay: true, ResourceIDs: []string{"vm-1", "vm-2"}}) // what it connects does not change what was paid
	s.paid("R1", tender("cash", "", "846.00"))
	s.wantAccepted("a renewal of both")
	s.on(3, 5, 9).renew("R2", "C1", events.OrderRenewed{AutoPay: true, ResourceIDs: []string{"vm-1"}})
	s.on(3, 5, 10).paid("R2", withCoupon("shared", "10.00")...)
	s.wantRejected("behind both", pricing.CodeCouponUsedUp, "/data/tenders/0/coupon_id")
	s.on(3, 3, 10).paid("O0", tender("cash", "", "1.00")) // folds the chain again
	s.wantCoupon("folded again", "shared", "normal: balance -60 spent 160 forfeited 0 back 0 uses 2")
	if o := s.partner().Orders.Get("O1"); o.State != decision.OrderSettled {
		t.Errorf("O1 is %s", o.State)
	}
}

// A first-order limit is judged once, in decision order.
func TestFirstOrderIsJudgedOnce(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.coupon("first", limited(events.Limits{FirstOrder: true}))
	s.on(3, 5, 9).place("O1", "C1", "vm-1")
	s.on(3, 5, 11).paid("O1", withCoupon("first", "10.00")...)
	s.wantAccepted("the first order")
	s.on(3, 3, 9).place("O2", "C1", "vm-2")
	s.paid("O2", withCoupon("first", "10.00")...)
	s.wantRejected("an earlier one that comes later", pricing.CodeCouponFirstOrderOnly, "/data/tenders/0/coupon_id")
	s.paid("O2")
	s.on(3, 5, 10).paid("O1", tender("cash", "", "1.00"))
	if o := s.partner().Orders.Get("O1"); o.State != decision.OrderSettled {
		t.Errorf("O1 is %s after its chain folded again", o.State)
	}
}
