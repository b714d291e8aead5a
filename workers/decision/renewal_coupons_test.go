package decision_test

import (
	"fmt"
	"testing"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
)

// withoutCoupons freezes what cash coupons every story begins with.
func (s *story) withoutCoupons() *story {
	s.t.Helper()
	for _, c := range s.partner().Coupons.All() {
		if c.Type == 1 {
			s.setCoupon(c.ID, "frozen")
		}
	}
	return s
}

// renewedWith is what the last automatic renewal was paid with.
func (s *story) renewedWith() (out string) {
	s.t.Helper()
	own := s.own()
	if len(own) == 0 || own[len(own)-1].Payment == nil {
		return "nothing"
	}
	for _, t := range own[len(own)-1].Payment.Tenders {
		out += fmt.Sprintf("%s %s %s, ", t.Kind, t.Reference, t.Amount)
	}
	return out
}

// due is a story in which vm-1 of C1 renews by itself on 27 March for 423.00,
// without any coupon that may pay yet.
func due(t *testing.T) *story {
	t.Helper()
	s := bought(t).withoutCoupons()
	s.configure(events.ResourceRenewalConfigured{AutoRenew: true}, "vm-1")
	return s
}

func worth(amount string) func(*events.CouponIssued) {
	return func(c *events.CouponIssued) { c.FaceValue = ptr(dec(amount)) }
}

// An automatic renewal takes the cash coupon with the largest balance of those
// that may pay for it, and the account for the rest (Pricing rules, section 4).
func TestAutoRenewalPaysByCouponFirst(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		coupons map[string]func(*events.CouponIssued)
		want    string
	}{
		"it covers all":  {map[string]func(*events.CouponIssued){"A": worth("500.00")}, "coupon A 423, "},
		"it covers part": {map[string]func(*events.CouponIssued){"A": nil}, "coupon A 100, cash  323, "},
		"expired": {map[string]func(*events.CouponIssued){"A": func(c *events.CouponIssued) { c.ExpireTime = c.ValidTime.AddDate(0, 1, 20) }},
			"cash  423, "},
		"not valid yet": {map[string]func(*events.CouponIssued){"A": func(c *events.CouponIssued) { c.ValidTime = c.ExpireTime.AddDate(0, -2, 0) }},
			"cash  423, "},
		"for new orders":      {map[string]func(*events.CouponIssued){"A": limited(events.Limits{OrderKinds: []string{"new"}})}, "cash  423, "},
		"for the first order": {map[string]func(*events.CouponIssued){"A": limited(events.Limits{FirstOrder: true})}, "cash  423, "},
		"a flexi coupon":      {map[string]func(*events.CouponIssued){"A": func(c *events.CouponIssued) { c.CouponType = 4 }}, "cash  423, "},
		"another customer's":  {map[string]func(*events.CouponIssued){"A": func(c *events.CouponIssued) { c.CustomerID = "C2" }}, "cash  423, "},
		"the largest": {map[string]func(*events.CouponIssued){"A": worth("30.00"), "B": worth("90.00"), "C": worth("60.00")},
			"coupon B 90, cash  333, "},
		"the largest that may": {map[string]func(*events.CouponIssued){"A": worth("30.00"), "B": limited(events.Limits{OrderKinds: []string{"change"}})},
			"coupon A 30, cash  393, "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := due(t)
			s.on(3, 4, 9)
			for _, id := range []string{"A", "B", "C"} {
				if edit, named := c.coupons[id]; named {
					s.coupon(id, edit)
				}
			}
			s.on(3, 27, 3).run(decision.JobAutoRenew)
			if got := s.renewedWith(); got != c.want {
				t.Errorf("paid with %s, want %s", got, c.want)
			}
			s.expires("renewed", "vm-1", "2026-05-03")
			replayed(t, s)
		})
	}
}

// The renewals of one run see what the ones before them took of a coupon.
func TestAutoRenewalsShareACoupon(t *testing.T) {
	t.Parallel()
	s := due(t)
	s.on(3, 3, 12).place("O2", "C1", "vm-2")
	s.paid("O2")
	s.configure(events.ResourceRenewalConfigured{AutoRenew: true}, "vm-2")
	s.on(3, 4, 9).coupon("A", worth("500.00"))
	s.on(3, 27, 3).run(decision.JobAutoRenew)
	s.wantCoupon("two renewals", "A", "normal: balance 0 spent 500 forfeited 0 back 0 uses 2")
	s.expires("the first", "vm-1", "2026-05-03")
	s.expires("the second", "vm-2", "2026-05-03")
	replayed(t, s)
}

// A late fact makes the chain fold again, at another price or without the
// coupon: the renewal stands, and its payment still sums to the price.
func TestAutoRenewalByCouponSurvivesFoldingAgain(t *testing.T) {
	t.Parallel()
	t.Run("it costs more", func(t *testing.T) {
		t.Parallel()
		s := due(t)
		s.on(3, 4, 9).coupon("A", worth("423.00"))
		s.on(3, 27, 3).run(decision.JobAutoRenew)
		s.on(3, 20, 9).add("change", "X1", &events.OrderSpecChanged{OrderID: "X1", PartnerID: "P100", CustomerID: "C1", AutoPay: true, ResourceID: "vm-1",
			New: events.NewSpec{ResourceSpec: "sPR1"}, Apply: "now"})
		s.tell()
		s.on(3, 20, 10).paid("X1")
		if got, want := s.renewedWith(), "coupon A 423, cash  359.1, "; got != want {
			t.Errorf("paid with %s, want %s", got, want)
		}
		replayed(t, s)
	})
	t.Run("it costs less", func(t *testing.T) {
		t.Parallel()
		s := due(t)
		s.on(3, 4, 9).coupon("A", worth("423.00"))
		s.on(3, 27, 3).run(decision.JobAutoRenew)
		s.on(3, 20, 9).add("change", "X1", &events.OrderSpecChanged{OrderID: "X1", PartnerID: "P100", CustomerID: "C1", AutoPay: true, ResourceID: "vm-1",
			New: events.NewSpec{ResourceSpec: "sPR2"}, Apply: "now"})
		s.tell()
		s.accepted("a downgrade")
		if got, want := s.renewedWith(), "coupon A 30, "; got != want {
			t.Errorf("paid with %s, want %s", got, want)
		}
		s.wantCoupon("at the lower price", "A", "normal: balance 393 spent 30 forfeited 0 back 0 uses 1")
		replayed(t, s)
	})
	t.Run("the coupon may not pay any more", func(t *testing.T) {
		t.Parallel()
		s := due(t)
		s.on(3, 4, 9).coupon("A", func(c *events.CouponIssued) { c.Limits = &events.Limits{MaxUses: 1} })
		s.on(3, 27, 3).run(decision.JobAutoRenew)
		s.on(3, 20, 9).disk("O2", "C1", "disk-1", "vm-1")
		s.on(3, 20, 11).add("placed/O3", "O3", &events.OrderPlaced{OrderID: "O3", PartnerID: "P100", CustomerID: "C1", AutoPay: true, OrderType: 1, Lines: []events.OrderLine{
			{LineID: "1", ResourceID: "disk-2", RelatedResourceID: "vm-1", CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "sPR2", Region: "r1", PeriodType: 2, PeriodNum: 1, SubscriptionNum: 1}}})
		s.tell()
		s.on(3, 20, 12).paid("O3", tender("coupon", "A", "20.00"), tender("cash", "", "10.00"))
		s.accepted("the late payment")
		if got := s.renewedWith(); got[:4] != "cash" {
			t.Errorf("paid with %s, want cash alone", got)
		}
		s.expires("it stands", "vm-1", "2026-05-03")
		replayed(t, s)
	})
}
