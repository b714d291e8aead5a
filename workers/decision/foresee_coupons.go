package decision

import (
	"github.com/accruald/accruald/events"
)

// foreseeCoupons lists what a payment with coupons looks at.
func (p *Partner) foreseeCoupons(tenders []events.Tender) []Scope {
	var scopes []Scope
	for _, t := range tenders {
		if t.CouponID == "" {
			continue
		}
		scopes = append(scopes, Scope{ScopeCoupon, t.CouponID})
		if c := p.Reference.coupons[t.CouponID]; c != nil && c.coupon.Limits.FirstOrder {
			scopes = append(scopes, Scope{ScopePaid, c.coupon.CustomerID})
		}
	}
	return scopes
}

// foreseeCoupon lists what an event about one coupon looks at.
func (p *Partner) foreseeCoupon(id string) []Scope {
	scopes := []Scope{{ScopeCoupon, id}}
	if c := p.Reference.coupons[id]; c != nil && c.coupon.QuotaID != "" {
		scopes = append(scopes, Scope{ScopeQuota, c.coupon.QuotaID})
	}
	return scopes
}
