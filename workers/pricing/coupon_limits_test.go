package pricing

import (
	"testing"
)

// Limits of a coupon take what they leave out from the quota's and may only narrow the rest.
func TestLimitsWithinTheQuotas(t *testing.T) {
	t.Parallel()
	no, yes := false, true
	quota := Limits{
		ServiceTypes: []string{"a", "b"}, ProductIDs: []string{"p", "q"}, OrderKinds: []string{KindNew, KindRenew}, PeriodNums: []int{1, 12},
		FirstOrder: true, MinAmount: ptr(dec("100")), MaxUses: 3, MinPayRatio: ptr(dec("0.8")),
		WithPartnerDiscount: &no, WithContractDiscount: &no, WithPromotionDiscount: &no,
	}
	inherited, err := Limits{}.Within(quota)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, inherited, quota)
	for _, test := range []struct {
		field, code    string
		weaker, strict Limits
	}{
		{"cloud_service_types", CodeCouponLimitsWeaker, Limits{ServiceTypes: []string{"a", "c"}}, Limits{ServiceTypes: []string{"a"}}},
		{"product_ids", CodeCouponLimitsWeaker, Limits{ProductIDs: []string{"r"}}, Limits{ProductIDs: []string{"q", "p"}}},
		{"order_kinds", CodeCouponOrderKindsWeaker, Limits{OrderKinds: []string{KindNew, KindChange}}, Limits{OrderKinds: []string{KindNew}}},
		{"period_nums", CodeCouponLimitsWeaker, Limits{PeriodNums: []int{1, 2}}, Limits{PeriodNums: []int{12}}},
		{"min_amount", CodeCouponLimitsWeaker, Limits{MinAmount: ptr(dec("99.99"))}, Limits{MinAmount: ptr(dec("100.00"))}},
		{"max_uses", CodeCouponLimitsWeaker, Limits{MaxUses: 4}, Limits{MaxUses: 3}},
		{"minConsumeDiscount", CodeCouponLimitsWeaker, Limits{MinPayRatio: ptr(dec("0.79"))}, Limits{MinPayRatio: ptr(dec("0.9"))}},
		{"simultaneousUseWithEmpowerDiscount", CodeCouponLimitsWeaker, Limits{WithPartnerDiscount: &yes}, Limits{WithPartnerDiscount: &no}},
		{"simultaneousUseWithContractDiscount", CodeCouponLimitsWeaker, Limits{WithContractDiscount: &yes}, Limits{WithContractDiscount: &no}},
		{"simultaneousUseWithPromotionDiscount", CodeCouponLimitsWeaker, Limits{WithPromotionDiscount: &yes}, Limits{WithPromotionDiscount: &no}},
	} {
		t.Run(test.field, func(t *testing.T) {
			t.Parallel()
			_, err := test.weaker.Within(quota)
			wantRefusal(t, err, test.code, "/limits/"+test.field)
			if _, err := test.strict.Within(quota); err != nil {
				t.Errorf("no weaker: %v", err)
			}
			free, err := test.weaker.Within(Limits{})
			if err != nil {
				t.Errorf("of a quota without limits: %v", err)
			}
			equal(t, free, test.weaker)
		})
	}
	if first, err := (Limits{}).Within(Limits{FirstOrder: true}); err != nil || !first.FirstOrder {
		t.Errorf("first order only is not taken over: %+v, %v", first, err)
	}
}

func TestCouponValidation(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, code, pointer string
		edit                func(*Coupon)
	}{
		{"currency", CodeCouponInvalid, "/currency", func(c *Coupon) { c.Currency = "cny" }},
		{"version", CodeCouponInvalid, "/coupon_version", func(c *Coupon) { c.Version = 3 }},
		{"type", CodeCouponInvalid, "/coupon_type", func(c *Coupon) { c.Type = 5 }},
		{"validity", CodeCouponInvalid, "/expire_time", func(c *Coupon) { c.ExpireTime = c.ValidTime }},
		{"negative face", CodeCouponFaceValueInvalid, "/face_value", func(c *Coupon) { c.FaceValue = dec("-1") }},
		{"three decimals", CodeCouponFaceValueInvalid, "/face_value", func(c *Coupon) { c.FaceValue = dec("1.001") }},
		{"flexi without face", CodeCouponFaceValueInvalid, "/face_value", func(c *Coupon) { c.Type, c.FaceValue = CouponFlexi, dec("0") }},
		{"half a yen", CodeCouponFaceValueInvalid, "/face_value", func(c *Coupon) { c.Currency, c.FaceValue = "JPY", dec("0.5") }},
		{"discount without ratio", CodeCouponInvalid, "/ratio", func(c *Coupon) { c.Type = CouponDiscount }},
		{"ratio above 1", CodeCouponInvalid, "/ratio", func(c *Coupon) { c.Type, c.Ratio = CouponDiscount, ptr(dec("1.1")) }},
		{"order kind", CodeCouponLimitsInvalid, "/limits/order_kinds", func(c *Coupon) { c.Limits.OrderKinds = []string{"trial"} }},
		{"period number", CodeCouponLimitsInvalid, "/limits/period_nums", func(c *Coupon) { c.Limits.PeriodNums = []int{0} }},
		{"uses", CodeCouponLimitsInvalid, "/limits/max_uses", func(c *Coupon) { c.Limits.MaxUses = -1 }},
		{"minimum", CodeCouponLimitsInvalid, "/limits/min_amount", func(c *Coupon) { c.Limits.MinAmount = ptr(dec("-0.01")) }},
		{"pay ratio", CodeCouponLimitsInvalid, "/limits/minConsumeDiscount", func(c *Coupon) { c.Limits.MinPayRatio = ptr(dec("90")) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			coupon := cashCoupon("CP", "10")
			if err := ValidateCoupon(&coupon); err != nil {
				t.Fatalf("unedited: %v", err)
			}
			test.edit(&coupon)
			wantRefusal(t, ValidateCoupon(&coupon), test.code, test.pointer)
		})
	}
	discount := cashCoupon("CP", "0")
	discount.Type, discount.Ratio = CouponDiscount, ptr(dec("0.9"))
	if err := ValidateCoupon(&discount); err != nil {
		t.Errorf("a discount coupon is recorded: %v", err)
	}
}
