package decision

import (
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/pricing"
)

// An issuedCoupon is a coupon as it was issued, within the limits of its
// quota, with the states that it was given since.
type issuedCoupon struct {
	version   int64
	coupon    pricing.Coupon
	states    []stateChange[pricing.CouponState]
	reclaimed *stateChange[pricing.CouponState]
}

// A grantedQuota is what a partner was granted under one id, with its states.
type grantedQuota struct {
	grants []*events.CouponQuotaGranted
	states []stateChange[pricing.QuotaState]
}

// A stateChange says from when on a coupon or quota is in a state.
type stateChange[S ~string] struct {
	version int64
	event   EventRef
	state   S
}

func (c *stateChange[S]) known(version int64, at time.Time) bool {
	return c.version <= version && !c.event.Time.After(at)
}

// lastState returns the last state in key order that was known under a version
// and set until a time, else the first.
func lastState[S ~string](changes []stateChange[S], version int64, at time.Time, first S) S {
	var last *stateChange[S]
	for i := range changes {
		if c := &changes[i]; c.known(version, at) && (last == nil || compareRefs(last.event, c.event) < 0) {
			last = c
		}
	}
	if last == nil {
		return first
	}
	return last.state
}

// foldCoupon folds an event about coupons or quotas. Whether it may be, was
// judged before.
func (r *PartnerReference) foldCoupon(version int64, ev *events.Event) {
	ref := EventRef{Time: ev.Time, Source: ev.Source, ID: ev.ID}
	switch data := ev.Data.(type) {
	case *events.CouponQuotaGranted:
		if r.quotas[data.QuotaID] == nil {
			r.quotas[data.QuotaID] = &grantedQuota{}
		}
		q := r.quotas[data.QuotaID]
		q.grants = append(q.grants, data)
	case *events.CouponQuotaStateChanged:
		q := r.quotas[data.QuotaID]
		q.states = append(q.states, stateChange[pricing.QuotaState]{version, ref, pricing.QuotaState(data.Status)})
	case *events.CouponIssued:
		issued := CouponOf(data)
		if q := r.quotas[data.QuotaID]; q != nil {
			if within, err := issued.Limits.Within(q.limits()); err == nil { // else it would not have been accepted
				issued.Limits = within
			}
		}
		r.coupons[data.CouponID] = &issuedCoupon{version: version, coupon: issued}
	case *events.CouponStateChanged:
		c := r.coupons[data.CouponID]
		c.states = append(c.states, stateChange[pricing.CouponState]{version, ref, pricing.CouponState(data.Status)})
	case *events.CouponReclaimed:
		r.coupons[data.CouponID].reclaimed = &stateChange[pricing.CouponState]{version, ref, pricing.CouponReclaimed}
	}
}

// coupon returns a coupon as it was issued, in its state at a time, as known
// under a version; nil when none was issued under it.
func (r *PartnerReference) coupon(version int64, id string, at time.Time) *pricing.Coupon {
	if c := r.coupons[id]; c == nil || c.version > version {
		return nil
	}
	return r.anyCoupon(version, id, at)
}

// anyCoupon is coupon for facts about payments with it, which may have been
// decided before it was issued and fold again behind a payment that came late.
func (r *PartnerReference) anyCoupon(version int64, id string, at time.Time) *pricing.Coupon {
	c := r.coupons[id]
	if c == nil {
		return nil
	}
	out := c.coupon
	out.State = lastState(c.states, version, at, pricing.CouponNormal)
	if c.reclaimed != nil && c.reclaimed.known(version, at) {
		out.State = pricing.CouponReclaimed // for good, whatever was said of it later
	}
	return &out
}

// validReturns keeps of a refund what goes back to coupons that are still
// valid at its time; what was paid with an expired or reclaimed one is lost
// (Pricing rules, sections 4 and 7).
func (r *PartnerReference) validReturns(version int64, refund *pricing.Refund) (*pricing.Refund, error) {
	if len(refund.CouponsReturned) == 0 {
		return refund, nil
	}
	var coupons []pricing.Coupon
	for _, back := range refund.CouponsReturned {
		if c := r.anyCoupon(version, back.Reference, refund.At); c != nil {
			coupons = append(coupons, *c)
		}
	}
	return pricing.ReturnValidCoupons(refund, coupons)
}

// limits are those of the last grant.
func (q *grantedQuota) limits() pricing.Limits { return limitsOf(q.grants[len(q.grants)-1].Limits) }

// quotaState returns the state of a quota at a time, as known now.
func (r *PartnerReference) quotaState(id string, at time.Time) pricing.QuotaState {
	return lastState(r.quotas[id].states, r.Version(), at, pricing.QuotaNormal)
}

// quota returns what was granted under an id, nil if nothing was: the amounts
// of all grants, and the validity and limits of the last.
func (r *PartnerReference) quota(id string) *Quota {
	granted := r.quotas[id]
	if granted == nil {
		return nil
	}
	last := granted.grants[len(granted.grants)-1]
	q := &Quota{ID: id, PartnerID: last.PartnerID, Type: last.QuotaType, Currency: money.Currency(last.Currency),
		EffectiveTime: last.EffectiveTime, ExpireTime: last.ExpireTime, State: r.quotaState(id, endOfTime), Limits: granted.limits()}
	for _, g := range granted.grants {
		q.Amount = q.Amount.Add(g.Amount)
	}
	return q
}

// endOfTime is after every event.
var endOfTime = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)

// CouponOf is the coupon that an event issues.
func CouponOf(d *events.CouponIssued) pricing.Coupon {
	c := pricing.Coupon{
		ID: d.CouponID, QuotaID: d.QuotaID, CustomerID: d.CustomerID, IndirectPartnerID: d.IndirectPartnerID, Type: d.CouponType,
		Version: d.CouponVersion, Currency: money.Currency(d.Currency), Ratio: d.Ratio, ValidTime: d.ValidTime, ExpireTime: d.ExpireTime,
		State: pricing.CouponNormal, LockOrderID: d.LockOrderID, OnCredit: d.OnCredit, CountsForPerformance: d.CountsForPerformance,
		Limits: limitsOf(d.Limits),
	}
	if d.FaceValue != nil {
		c.FaceValue = *d.FaceValue
	}
	return c
}

func limitsOf(l *events.Limits) pricing.Limits {
	if l == nil {
		return pricing.Limits{}
	}
	return pricing.Limits{
		ServiceTypes: l.CloudServiceTypes, ProductIDs: l.ProductIDs, OrderKinds: l.OrderKinds, PeriodNums: l.PeriodNums,
		FirstOrder: l.FirstOrder, MinAmount: l.MinAmount, MaxUses: l.MaxUses, WithPartnerDiscount: together(l.WithEmpowerDiscount),
		WithContractDiscount: together(l.WithContractDiscount), WithPromotionDiscount: together(l.WithPromotionDiscount),
		MinPayRatio: l.MinConsumeDiscount,
	}
}

// together reads whether a coupon goes with a kind of discount: "0", "1", or
// nothing said.
func together(said string) *bool {
	if said == "" {
		return nil
	}
	yes := said != "0"
	return &yes
}
