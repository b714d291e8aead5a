package pricing

import (
	"testing"
	"time"
)

// The largest balance wins, then the earlier expiry, then the smaller id; a coupon that may not pay takes no part.
func TestAutomaticCoupon(t *testing.T) {
	t.Parallel()
	holds := func(id, face string, edit func(*Coupon)) Coupon {
		c := cashCoupon(id, face)
		edit(&c)
		return c
	}
	same := func(*Coupon) {}
	sooner := func(c *Coupon) { c.ExpireTime = c.ExpireTime.Add(-time.Hour) }
	disk := func(c *Coupon) { c.Limits.ServiceTypes = []string{serviceEBS} }
	for _, test := range []struct {
		name, want, amount string
		coupons            []Coupon
	}{
		{"largest", "B", "60", []Coupon{holds("A", "50", same), holds("B", "60", same)}},
		{"largest of what is left", "A", "50", []Coupon{holds("A", "50", same), holds("B", "60", func(c *Coupon) { c.Spent, c.Uses = dec("11"), 1 })}},
		{"sooner", "B", "50", []Coupon{holds("A", "50", same), holds("B", "50", sooner)}},
		{"smaller id", "A", "50", []Coupon{holds("B", "50", same), holds("A", "50", same)}},
		{"largest balance, though it pays less", "B", "40", []Coupon{holds("A", "50", same), holds("B", "60", disk)}},
		{"usable", "A", "50", []Coupon{holds("A", "50", same), holds("B", "60", func(c *Coupon) { c.State = CouponFrozen })}},
		{"cash coupons only", "A", "50", []Coupon{holds("A", "50", same), holds("B", "60", func(c *Coupon) { c.Type = CouponFlexi })}},
		{"no more than the price", "A", "140", []Coupon{holds("A", "500", same)}},
		{"none", "", "0", []Coupon{holds("A", "50", func(c *Coupon) { c.CustomerID = "C201" })}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			tender, found, err := AutomaticCoupon(test.coupons, couponUse(t))
			if err != nil || found != (test.want != "") || tender.Reference != test.want && found {
				t.Errorf("coupon %q, %t, %v; want %q", tender.Reference, found, err, test.want)
			}
			if found {
				wantAmount(t, "amount", tender.Amount, test.amount)
			}
		})
	}
}
