package decision_test

import (
	"fmt"
	"testing"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/pricing"
)

func (s *story) quota(id, amount string, limits *events.Limits) {
	s.t.Helper()
	s.add(s.id("granted/"+id), id, &events.CouponQuotaGranted{QuotaID: id, PartnerID: "P100", Amount: dec(amount), Currency: "CNY",
		EffectiveTime: s.at.AddDate(0, -1, 0), ExpireTime: s.at.AddDate(0, 1, 0), Limits: limits})
	s.tell()
}

func (s *story) setQuota(id, status string) {
	s.t.Helper()
	s.add(s.id("quota-status/"+id), id, &events.CouponQuotaStateChanged{QuotaID: id, Status: status})
	s.tell()
}

// moved shows how the last event changed quotas.
func (s *story) moved() (out string) {
	for _, o := range s.last {
		if q, ok := o.Data.(*events.CouponQuotaChanged); ok {
			out += fmt.Sprintf("%s %s -> %s;", q.QuotaID, q.Before.Decimal, q.After.Decimal)
		}
	}
	return out
}

func (s *story) wantMoved(what, want string) {
	s.t.Helper()
	s.wantAccepted(what)
	if got := s.moved(); got != want {
		s.t.Errorf("%s moves %q, want %q", what, got, want)
	}
}

func of(quota string) func(*events.CouponIssued) {
	return func(c *events.CouponIssued) { c.QuotaID = quota }
}

// A quota's balance follows grants, issues, reclaims and expiries, and every
// change is told once.
func TestQuotaBalance(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.quota("G", "250.00", nil)
	s.wantMoved("a grant", "G 0 -> 250;")
	s.coupon("A", of("G"))
	s.wantMoved("an issue", "G 250 -> 150;")
	s.coupon("B", func(c *events.CouponIssued) { c.QuotaID, c.ExpireTime = "G", s.at.AddDate(0, 0, 10) })
	s.coupon("C", of("G"))
	s.wantMoved("an issue of more than there is", "G 50 -> -50;")
	s.quota("G", "60.00", nil)
	s.wantMoved("a second grant", "G -50 -> 10;")
	s.setQuota("G", "frozen")
	s.wantMoved("a state", "")

	s.on(3, 3, 9).place("O1", "C1", "vm-1")
	s.on(3, 3, 10).paid("O1", tender("coupon", "A", "30.00"), tender("coupon", "B", "40.00"), tender("cash", "", "353.00"))
	s.wantMoved("a payment", "")
	s.on(3, 4, 9).reclaim("A")
	s.wantMoved("a reclaim into a frozen quota", "G 10 -> 80;")
	s.wantCoupon("reclaimed", "A", "reclaimed: balance 0 spent 30 forfeited 0 back 70 uses 1")
	s.reclaim("A")
	s.wantRejected("a second reclaim", pricing.CodeCouponReclaimed, "/data/coupon_id")
	s.setCoupon("A", "normal")
	s.wantRejected("a release after it", pricing.CodeCouponReclaimed, "/data/coupon_id")

	s.on(3, 11, 0).run(decision.JobExpire)
	s.wantMoved("before the validity is over", "")
	s.on(3, 13, 0).run(decision.JobExpire)
	s.wantMoved("after it", "G 80 -> 140;")
	s.wantCoupon("expired", "B", "expired: balance 0 spent 40 forfeited 0 back 60 uses 1")
	s.on(3, 14, 0).run(decision.JobExpire)
	s.wantMoved("once", "")
	s.reclaim("B")
	s.wantRejected("a reclaim of what expired", pricing.CodeCouponExpired, "/data/coupon_id")

	s.on(3, 3, 11).place("O2", "C1", "vm-2") // before both were closed
	s.on(3, 3, 12).paid("O2", tender("coupon", "A", "20.00"), tender("coupon", "B", "10.00"), tender("cash", "", "393.00"))
	s.wantMoved("a late payment takes what had gone back", "G 140 -> 110;")
	s.wantCoupon("late", "A", "reclaimed: balance 0 spent 50 forfeited 0 back 50 uses 2")
	if q := s.partner().Quotas.Get("G"); !q.Issued.Equal(dec("300")) || !q.GivenBack.Equal(dec("100")) || q.State != pricing.QuotaFrozen {
		t.Errorf("quota %+v", q)
	}
}

// What no one may issue, grant or reclaim is refused by name.
func TestIssuesRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name          string
		edit          func(*events.CouponIssued)
		code, pointer string
	}{
		{"to a referral customer", func(c *events.CouponIssued) { c.CustomerID = "C3" }, pricing.CodeCustomerNotResale, "/data/customer_id"},
		{"to another reseller's customer", func(c *events.CouponIssued) { c.IndirectPartnerID = "T2" }, pricing.CodeCustomerNotOfPartner, "/data/customer_id"},
		{"to an unknown customer", func(c *events.CouponIssued) { c.CustomerID = "C9" }, decision.CodeUnknownCustomer, "/data/customer_id"},
		{"from a frozen quota", of("frozen"), pricing.CodeQuotaState, "/data/quota_id"},
		{"from a quota that is over", of("over"), pricing.CodeQuotaNotInForce, "/data/quota_id"},
		{"in another currency", func(c *events.CouponIssued) { c.Currency = "USD" }, pricing.CodeCouponQuotaMismatch, "/data/quota_id"},
		{"with weaker limits", limited(events.Limits{CloudServiceTypes: []string{"ec2", "ebs"}}), pricing.CodeCouponLimitsWeaker, "/data/limits/cloud_service_types"},
		{"for more kinds of orders", limited(events.Limits{OrderKinds: []string{"new", "change"}}), pricing.CodeCouponOrderKindsWeaker, "/data/limits/order_kinds"},
		{"of a face finer than two decimals", func(c *events.CouponIssued) { c.FaceValue = ptr(dec("1.001")) }, pricing.CodeCouponFaceValueInvalid, "/data/face_value"},
		{"that ends before it begins", func(c *events.CouponIssued) { c.ExpireTime = c.ValidTime }, "", ""},
		{"under a known id", func(c *events.CouponIssued) { c.CouponID = "known" }, decision.CodeCouponExists, "/data/coupon_id"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStory(t)
			s.quota("G", "500.00", &events.Limits{CloudServiceTypes: []string{"ec2"}, OrderKinds: []string{"new"}})
			s.quota("frozen", "500.00", nil)
			s.setQuota("frozen", "frozen")
			s.add("granted/over", "over", &events.CouponQuotaGranted{QuotaID: "over", PartnerID: "P100", Amount: dec("1.00"), Currency: "CNY", EffectiveTime: s.at.AddDate(0, -2, 0), ExpireTime: s.at.AddDate(0, -1, 0)})
			s.coupon("known", of("G"))
			s.wantMoved("an issue", "G 500 -> 400;")
			if limits := s.partner().Coupons.Get("known").Limits; len(limits.ServiceTypes) != 1 {
				t.Errorf("limits of the quota are not taken over: %+v", limits)
			}
			issued := &events.CouponIssued{CouponID: "new", QuotaID: "G", PartnerID: "P100", CustomerID: "C1", CouponType: 1, CouponVersion: 2, FaceValue: ptr(dec("100.00")), Currency: "CNY",
				ValidTime: s.at, ExpireTime: s.at.AddDate(1, 0, 0)}
			c.edit(issued)
			ev, err := events.New(events.Envelope{ID: "issued", Source: "/test", Type: events.TypeCouponIssued, Subject: issued.CouponID, PartitionKey: "P100", Time: s.at}, issued)
			if err != nil {
				if c.code != "" {
					t.Fatal(err)
				}
				return // refused as it is read
			}
			s.last = mustFold(t, s.m, ev)
			if c.code == "" {
				c.code, c.pointer = pricing.CodeCouponInvalid, "/data/expire_time"
			}
			s.wantRejected(c.name, c.code, c.pointer)
			if r := s.rejected(); r != nil && r.Retryable != (c.code == decision.CodeUnknownCustomer) {
				t.Errorf("retryable: %v", r.Retryable)
			}
		})
	}
}

// Events about a coupon or quota that is not known yet wait for it; a quota
// keeps what it is.
func TestCouponEventsWait(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.on(3, 3, 9).place("O1", "C1", "vm-1")
	s.on(3, 4, 9).paid("O1", withCoupon("late", "20.00")...)
	s.on(3, 4, 10).setCoupon("late", "frozen")
	s.reclaim("late")
	s.on(3, 2, 10).setQuota("H", "adjusting")
	s.on(3, 2, 11).coupon("late", of("H"))
	if s.partner().Counters.Waiting != 5 {
		t.Errorf("%d events wait, want 5", s.partner().Counters.Waiting)
	}
	s.on(3, 2, 9).quota("H", "500.00", nil)
	if s.partner().Counters.Waiting != 3 {
		t.Errorf("%d events wait behind the quota, want 3", s.partner().Counters.Waiting)
	}
	s.wantRejected("an issue from an adjusting quota", pricing.CodeQuotaState, "/data/quota_id")
	s.on(3, 2, 9).add("issued/again", "late", &events.CouponIssued{CouponID: "late", QuotaID: "H", PartnerID: "P100", CustomerID: "C1", CouponType: 1, CouponVersion: 1,
		FaceValue: ptr(dec("100.00")), Currency: "CNY", ValidTime: s.at, ExpireTime: s.at.AddDate(1, 0, 0)}) // before it was adjusted
	s.tell()
	if s.partner().Counters.Waiting != 0 {
		t.Errorf("%d events wait behind the coupon, want none", s.partner().Counters.Waiting)
	}
	s.wantRejected("a reclaim of a frozen or used coupon", pricing.CodeCouponUsedUp, "/data/coupon_id")
	s.wantCoupon("paid, then frozen", "late", "frozen: balance 0 spent 20 forfeited 80 back 0 uses 1")

	s.add("granted/other", "H", &events.CouponQuotaGranted{QuotaID: "H", PartnerID: "P100", Amount: dec("1.00"), Currency: "USD", EffectiveTime: s.at, ExpireTime: s.at.AddDate(1, 0, 0)})
	s.tell()
	s.wantRejected("a grant in another currency", decision.CodeQuotaMismatch, "/data/quota_id")
	s.coupon("alone", nil)
	s.reclaim("alone")
	s.wantRejected("a reclaim without a quota", decision.CodeCouponWithoutQuota, "/data/coupon_id")
}
