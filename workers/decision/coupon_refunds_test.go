package decision_test

import (
	"fmt"
	"testing"

	"github.com/accruald/accruald/events"
)

// returned shows what the last event gave back to coupons.
func (s *story) returned() string {
	s.t.Helper()
	for _, o := range s.last {
		if settled, ok := o.Data.(*events.OrderSettled); ok && settled.Refund != nil {
			out := "refund " + settled.Refund.RefundAmount.Decimal.String()
			for _, c := range settled.Refund.CouponsReturned {
				out += fmt.Sprintf(", %s %s", c.CouponID, c.Amount.Decimal)
			}
			return out
		}
	}
	return "nothing settled"
}

func (s *story) wantReturned(what, want string) {
	s.t.Helper()
	if got := s.returned(); got != want {
		s.t.Errorf("%s gives back %s, want %s", what, got, want)
	}
}

// Within five days everything comes back, coupons too: a coupon that is used
// once can be used again, and one with a balance has it again.
func TestFiveDayReturnGivesCouponsBack(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.coupon("once", func(c *events.CouponIssued) { c.CouponVersion = 1 })
	s.coupon("keeps", nil)
	s.on(3, 3, 9).place("O1", "C1", "vm-1")
	s.on(3, 3, 10).paid("O1", tender("coupon", "once", "30.00"), tender("coupon", "keeps", "90.00"), tender("cash", "", "303.00"))
	s.wantCoupon("paid", "once", "normal: balance 0 spent 30 forfeited 70 back 0 uses 1")
	s.on(3, 5, 9).unsubscribe("U1", "C1", "vm-1")
	s.wantReturned("the five-day rule", "refund -303, once 30, keeps 90")
	s.wantCoupon("returned", "once", "normal: balance 100 spent 0 forfeited 0 back 0 uses 0")
	s.wantCoupon("returned", "keeps", "normal: balance 100 spent 0 forfeited 0 back 0 uses 0")
	s.on(3, 6, 9).place("O2", "C1", "vm-1")
	s.on(3, 6, 10).paid("O2", tender("coupon", "once", "100.00"), tender("coupon", "keeps", "100.00"), tender("cash", "", "223.00"))
	s.wantAccepted("the same coupons again, in the same chain")

	s.on(3, 3, 12).setCoupon("once", "frozen") // known too late for what was decided before
	s.on(3, 20, 9).unsubscribe("U2", "C1", "vm-1")
	s.wantCoupon("after five days", "once", "frozen: balance 0 spent 100 forfeited 0 back 0 uses 1")
}

// A renewal that has not begun comes back with its coupons, but not to those
// that were reclaimed or have expired: what was paid with them is lost.
func TestRenewalReturnGivesValidCouponsBack(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.coupon("keeps", nil)
	s.coupon("taken", fromQuota)
	s.coupon("over", func(c *events.CouponIssued) { c.ExpireTime = s.at.AddDate(0, 0, 10) })
	s.on(3, 3, 9).place("O1", "C1", "vm-1")
	s.on(3, 3, 10).paid("O1")
	s.on(3, 4, 9).renew("R1", "C1", events.OrderRenewed{AutoPay: true, ResourceIDs: []string{"vm-1"}})
	s.on(3, 4, 10).paid("R1", tender("coupon", "keeps", "50.00"), tender("coupon", "taken", "40.00"), tender("coupon", "over", "30.00"), tender("cash", "", "303.00"))
	s.wantAccepted("the renewal")
	s.on(3, 5, 9).reclaim("taken")
	s.on(3, 20, 9).add("unsubscribed/U1", "U1", &events.OrderUnsubscribed{OrderID: "U1", PartnerID: "P100", CustomerID: "C1", ResourceIDs: []string{"vm-1"}, UnsubscribeType: 2})
	s.tell()
	s.wantReturned("a renewal that has not begun", "refund -303, keeps 50")
	s.wantCoupon("returned", "keeps", "normal: balance 100 spent 0 forfeited 0 back 0 uses 0")
	s.wantCoupon("reclaimed", "taken", "reclaimed: balance 0 spent 40 forfeited 0 back 60 uses 1")
	s.wantCoupon("expired", "over", "normal: balance 70 spent 30 forfeited 0 back 0 uses 1")
	var left string
	for _, slice := range s.partner().Orders.Get("R1").Payment.Slices {
		left += fmt.Sprintf("%s %s of %s; ", slice.Reference, slice.Refunded, slice.Amount)
	}
	if want := "keeps 50 of 50; taken 0 of 40; over 0 of 30;  303 of 303; "; left != want {
		t.Errorf("slices came back as %s, want %s", left, want)
	}
}

// Without the five-day rule coupons do not come back; a flexi coupon is money
// and comes back in its part.
func TestReturnKeepsCashCoupons(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.coupon("keeps", nil)
	s.coupon("flexi", func(c *events.CouponIssued) { c.CouponType = events.CouponFlexi })
	s.on(3, 3, 9).place("O1", "C1", "vm-1")
	s.on(3, 3, 10).paid("O1", tender("coupon", "keeps", "23.00"), tender("flexi_coupon", "flexi", "100.00"), tender("cash", "", "300.00"))
	s.on(3, 18, 9).unsubscribe("U1", "C1", "vm-1")
	s.wantAccepted("the return")
	s.wantCoupon("a cash coupon", "keeps", "normal: balance 77 spent 23 forfeited 0 back 0 uses 1")
	refund := s.partner().Orders.Get("U1").Refund
	back := refund.Orders[0].Tenders[0]
	if back.Reference != "flexi" || !back.Amount.IsPositive() || len(refund.CouponsReturned) != 0 {
		t.Fatalf("refund %+v", refund)
	}
	c := s.partner().Coupons.Get("flexi")
	if !c.Balance().Equal(back.Amount) || !c.Spent.Equal(dec("100").Sub(back.Amount)) || c.Uses != 1 {
		t.Errorf("the flexi coupon got %s back and is %+v", back.Amount, c)
	}
}
