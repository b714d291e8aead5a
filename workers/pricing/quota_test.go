package pricing

import (
	"testing"
	"time"
)

var resaleCustomer = Recipient{CouponID: "CP", CustomerID: customer1, Association: associationResale, IndirectPartnerID: "D1"}

func TestIssueTakesFromTheQuota(t *testing.T) {
	t.Parallel()
	quota, coupon := couponQuota("100"), cashCoupon("", "30")
	quota.Limits.MinAmount = ptr(dec("10"))
	coupon.IndirectPartnerID = "D1"
	after, issued, err := IssueCoupon(quota, &coupon, resaleCustomer, at("2026-03-01"))
	if err != nil {
		t.Fatal(err)
	}
	wantAmount(t, "balance", after.Balance(), "70")
	wantAmount(t, "balance before", quota.Balance(), "100")
	if issued.ID != "CP" || issued.CustomerID != customer1 || issued.Limits.MinAmount == nil {
		t.Errorf("issued %+v, want CP of %s with the quota's minimum", issued, customer1)
	}
	beyond, _, err := IssueCoupon(after, &Coupon{
		QuotaID: "Q", Type: CouponFlexi, Version: 2, Currency: cny, FaceValue: dec("70.01"), ValidTime: coupon.ValidTime, ExpireTime: coupon.ExpireTime,
	}, resaleCustomer, at("2026-03-01"))
	if err != nil {
		t.Fatalf("a fact is not refused for the balance: %v", err)
	}
	wantAmount(t, "overdrawn", beyond.Overdrawn(), "0.01")
	discount := cashCoupon("", "0")
	discount.Type, discount.Ratio = CouponDiscount, ptr(dec("0.9"))
	same, _, err := IssueCoupon(quota, &discount, resaleCustomer, at("2026-03-01"))
	if err != nil || !same.Balance().Equal(quota.Balance()) {
		t.Errorf("a discount coupon draws %v, %v", same, err)
	}
}

func TestIssueRefusals(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, code, published, pointer string
		edit                           func(*CouponQuota, *Coupon, *Recipient, *time.Time)
	}{
		{"face", CodeCouponFaceValueInvalid, "CBC.0100", "/face_value", func(_ *CouponQuota, c *Coupon, _ *Recipient, _ *time.Time) { c.FaceValue = dec("0") }},
		{"no customer", CodeCustomerNotOfPartner, "CBC.99000035", "/customer_id", func(_ *CouponQuota, _ *Coupon, r *Recipient, _ *time.Time) { r.Association = "" }},
		{"another reseller's", CodeCustomerNotOfPartner, "CBC.99000035", "/customer_id", func(_ *CouponQuota, c *Coupon, _ *Recipient, _ *time.Time) { c.IndirectPartnerID = "D2" }},
		{"unknown association", CodeCustomerNotOfPartner, "CBC.99000035", "/customer_id", func(_ *CouponQuota, _ *Coupon, r *Recipient, _ *time.Time) { r.Association = "friend" }},
		{"referral", CodeCustomerNotResale, "CBC.99000014", "/customer_id", func(_ *CouponQuota, _ *Coupon, r *Recipient, _ *time.Time) { r.Association = associationReferral }},
		{"frozen quota", CodeQuotaState, "CBC.99000012", "/quota_id", func(q *CouponQuota, _ *Coupon, _ *Recipient, _ *time.Time) { q.State = QuotaFrozen }},
		{"adjusting quota", CodeQuotaState, "CBC.99000012", "/quota_id", func(q *CouponQuota, _ *Coupon, _ *Recipient, _ *time.Time) { q.State = QuotaAdjusting }},
		{"closed quota", CodeQuotaState, "CBC.99000012", "/quota_id", func(q *CouponQuota, _ *Coupon, _ *Recipient, _ *time.Time) { q.State = QuotaClosed }},
		{"unknown state", CodeQuotaState, "CBC.99000012", "/quota_id", func(q *CouponQuota, _ *Coupon, _ *Recipient, _ *time.Time) { q.State = "lost" }},
		{"quota ahead", CodeQuotaNotInForce, "CBC.99000017", "/quota_id", func(q *CouponQuota, _ *Coupon, _ *Recipient, now *time.Time) { *now = q.EffectiveTime.Add(-1) }},
		{"quota over", CodeQuotaNotInForce, "CBC.99000017", "/quota_id", func(q *CouponQuota, _ *Coupon, _ *Recipient, now *time.Time) { *now = q.ExpireTime }},
		{"currency", CodeCouponQuotaMismatch, "CBC.0100", "/quota_id", func(q *CouponQuota, _ *Coupon, _ *Recipient, _ *time.Time) { q.Currency = "USD" }},
		{"quota", CodeCouponQuotaMismatch, "CBC.0100", "/quota_id", func(q *CouponQuota, _ *Coupon, _ *Recipient, _ *time.Time) { q.ID = "Q2" }},
		{"limits", CodeCouponLimitsWeaker, "CBC.99000023", "/limits/product_ids", func(q *CouponQuota, c *Coupon, _ *Recipient, _ *time.Time) {
			q.Limits.ProductIDs, c.Limits.ProductIDs = []string{"a"}, []string{"b"}
		}},
		{"order kinds", CodeCouponOrderKindsWeaker, "CBC.99000024", "/limits/order_kinds", func(q *CouponQuota, c *Coupon, _ *Recipient, _ *time.Time) {
			q.Limits.OrderKinds, c.Limits.OrderKinds = []string{KindNew}, []string{KindRenew}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			quota, coupon, to, now := couponQuota("100"), cashCoupon("", "30"), resaleCustomer, at("2026-03-01")
			test.edit(quota, &coupon, &to, &now)
			_, _, err := IssueCoupon(quota, &coupon, to, now)
			wantRefusal(t, err, test.code, test.pointer)
			if published := PublishedCode(test.code); published != test.published {
				t.Errorf("published as %s, want %s", published, test.published)
			}
		})
	}
	coupon := cashCoupon("", "30")
	_, _, err := IssueCoupon(nil, &coupon, resaleCustomer, at("2026-03-01"))
	wantRefusal(t, err, CodeQuotaNotFound, "/quota_id")
}

// Issuing to several customers reports each that got none and does not stop at one.
func TestIssueFailsInParts(t *testing.T) {
	t.Parallel()
	quota, coupon := couponQuota("70"), cashCoupon("", "30")
	to := []Recipient{{"CP1", "C1", "resale", ""}, {"CP2", "C2", "", ""}, {"CP3", "C3", "referral", ""}, {"CP4", "C4", "resale", ""}, {"CP5", "C5", "resale", ""}}
	out, err := IssueCoupons(quota, &coupon, to, at("2026-03-01"))
	if err != nil {
		t.Fatal(err)
	}
	wantAmount(t, "balance", out.Quota.Balance(), "10")
	if len(out.Coupons) != 2 || out.Coupons[1].ID != "CP4" {
		t.Errorf("issued %v, want CP1 and CP4", out.Coupons)
	}
	var failed [][3]string
	for _, f := range out.Failed {
		failed = append(failed, [3]string{f.CustomerID, f.Code, f.PublishedCode})
	}
	equal(t, failed, [][3]string{
		{"C2", CodeCustomerNotOfPartner, "CBC.99000035"}, {"C3", CodeCustomerNotResale, "CBC.99000014"}, {"C5", CodeQuotaExhausted, "CBC.99000013"},
	})

	out, err = IssueCoupons(nil, &coupon, to[:2], at("2026-03-01"))
	if err != nil || len(out.Failed) != 2 || out.Failed[0].PublishedCode != "CBC.99000012" || out.Failed[1].PublishedCode != "CBC.99000035" {
		t.Errorf("without a quota: %+v, %v", out, err)
	}
	for pointer, recipients := range map[string][]Recipient{
		"/customer_ids":   nil,
		"/customer_ids/1": {{"CP1", "C1", "resale", ""}, {"CP2", "C1", "resale", ""}},
	} {
		_, err := IssueCoupons(quota, &coupon, recipients, at("2026-03-01"))
		wantRefusal(t, err, CodeIssueRecipientsInvalid, pointer)
	}
	_, err = IssueCoupons(quota, &coupon, make([]Recipient, issueRecipientsMax+1), at("2026-03-01"))
	wantRefusal(t, err, CodeIssueRecipientsInvalid, "/customer_ids")
}

func issuedFrom(t *testing.T, amount, face string) (*CouponQuota, *Coupon) {
	t.Helper()
	template := cashCoupon("", face)
	quota, coupon, err := IssueCoupon(couponQuota(amount), &template, resaleCustomer, at("2026-03-01"))
	if err != nil {
		t.Fatal(err)
	}
	return quota, coupon
}

// Reclaiming takes the whole balance of a usable coupon back, nothing of any other.
func TestReclaim(t *testing.T) {
	t.Parallel()
	quota, coupon := issuedFrom(t, "100", "30")
	coupon = spend(t, coupon, "12.50")
	when := at("2026-04-01")
	after, reclaimed, err := ReclaimCoupon(quota, coupon, when)
	if err != nil {
		t.Fatal(err)
	}
	wantAmount(t, "quota", after.Balance(), "87.50")
	wantAmount(t, "coupon", reclaimed.Balance(), "0")
	if reclaimed.StateAt(when) != CouponReclaimed {
		t.Errorf("state = %q", reclaimed.StateAt(when))
	}
	for code, edit := range map[string]func(*Coupon){
		CodeCouponReclaimed: func(c *Coupon) { *c = *reclaimed },
		CodeCouponFrozen:    func(c *Coupon) { c.State = CouponFrozen },
		CodeCouponExpired:   func(c *Coupon) { c.ExpireTime = when },
		CodeCouponUsedUp:    func(c *Coupon) { c.Spent = c.FaceValue },
	} {
		other := *coupon
		edit(&other)
		_, _, err := ReclaimCoupon(quota, &other, when)
		wantRefusal(t, err, code, "/coupon_id")
	}
	if _, _, err := ReclaimCoupon(quota, coupon, coupon.ValidTime.Add(-1)); err != nil {
		t.Errorf("one that is not valid yet: %v", err)
	}
	alone := *coupon
	alone.QuotaID = ""
	_, _, err = ReclaimCoupon(quota, &alone, when)
	wantRefusal(t, err, CodeCouponQuotaMismatch, "/coupon_id")
	_, _, err = ReclaimCoupon(nil, coupon, when)
	wantRefusal(t, err, CodeCouponQuotaMismatch, "/coupon_id")
}

// A coupon past its validity gives its balance back once, frozen or not, whatever became of the quota.
func TestExpiry(t *testing.T) {
	t.Parallel()
	quota, coupon := issuedFrom(t, "100", "30")
	coupon = spend(t, coupon, "10")
	coupon.State, quota.State = CouponFrozen, QuotaClosed
	_, _, err := ExpireCoupon(quota, coupon, coupon.ExpireTime.Add(-1))
	wantRefusal(t, err, CodeCouponNotExpired, "/coupon_id")
	after, expired, err := ExpireCoupon(quota, coupon, coupon.ExpireTime)
	if err != nil {
		t.Fatal(err)
	}
	wantAmount(t, "quota", after.Balance(), "90")
	wantAmount(t, "given back", expired.GivenBack, "20")
	_, _, err = ExpireCoupon(after, expired, coupon.ExpireTime)
	wantRefusal(t, err, CodeCouponExpired, "/coupon_id")

	empty := spend(t, coupon, "20")
	same, _, err := ExpireCoupon(quota, empty, coupon.ExpireTime)
	if err != nil || !same.Balance().Equal(quota.Balance()) {
		t.Errorf("an empty coupon gives back %v, %v", same, err)
	}
	alone := *coupon
	alone.QuotaID = ""
	if none, closed, err := ExpireCoupon(nil, &alone, coupon.ExpireTime); err != nil || none != nil || closed.State != CouponExpired {
		t.Errorf("without a quota: %v, %v, %v", none, closed, err)
	}
}

func TestQuotaBookingsRefused(t *testing.T) {
	t.Parallel()
	quota := couponQuota("100")
	for _, amount := range []string{"0", "-5", "0.001"} {
		for _, err := range []error{second(GrantQuota(quota, dec(amount))), second(DrawQuota(quota, dec(amount))), second(RefillQuota(quota, dec(amount)))} {
			wantRefusal(t, err, CodeQuotaAmountInvalid, "")
		}
	}
	_, err := RefillQuota(quota, dec("0.01"))
	wantRefusal(t, err, CodeQuotaAmountInvalid, "")
	more, err := GrantQuota(quota, dec("51.71"))
	if err != nil {
		t.Fatal(err)
	}
	wantAmount(t, "granted", more.Balance(), "151.71")
}

func second[T any](_ T, err error) error { return err }
