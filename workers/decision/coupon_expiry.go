package decision

import (
	"time"

	"github.com/accruald/accruald/workers/pricing"
	"github.com/accruald/accruald/workers/site"
)

// expireCoupons closes every coupon whose validity is over and gives what is
// left of it back to its quota (Settlement rules, section 8). A coupon ends
// when its validity does, so that it does not matter when the job ran.
func (d *decider) expireCoupons(_ *site.Profile, at time.Time) error {
	d.need(ScopeCouponsDue, at.UTC().Format(time.RFC3339Nano))
	for _, row := range d.Coupons.All() {
		if row.Closed != nil || at.Before(row.ExpireTime) {
			continue
		}
		expired := *row
		expired.Closed = &CouponClosing{Event: EventRef{Time: row.ExpireTime}, State: pricing.CouponExpired}
		if err := d.putCoupon(&expired); err != nil {
			return err
		}
	}
	return nil
}
