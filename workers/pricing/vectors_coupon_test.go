package pricing

import (
	"testing"
)

func vectorCouponExclusion(t *testing.T, v vector) {
	var in struct {
		Limit struct {
			Empower   string `json:"simultaneousUseWithEmpowerDiscount"`
			Contract  string `json:"simultaneousUseWithContractDiscount"`
			Promotion string `json:"simultaneousUseWithPromotionDiscount"`
		} `json:"coupon_limit"`
		Discount int `json:"discount_type"`
	}
	var want struct {
		Together bool   `json:"usable_together"`
		Error    string `json:"error"`
	}
	v.read(t, &in, &want)
	together := map[string]*bool{"": nil, "0": ptr(false), "1": ptr(true)}
	types := map[int]int{0: DiscountPromotion, 2: DiscountCommercial, 3: DiscountPartner} // short codes
	coupon := cashCoupon("CP", "50")
	coupon.Limits = Limits{
		WithPartnerDiscount: together[in.Limit.Empower], WithContractDiscount: together[in.Limit.Contract], WithPromotionDiscount: together[in.Limit.Promotion],
	}
	use := couponUse(t, ratio("D", types[in.Discount], "0.9")).with("CP", "10")
	err := JudgeCoupon(&coupon, &use)
	if want.Together {
		if err != nil {
			t.Error(err)
		}
		return
	}
	var refusal *Refusal
	if !asRefusal(err, &refusal) || PublishedCode(refusal.Code) != want.Error {
		t.Errorf("error = %v, want %s", err, want.Error)
	}
}

func vectorCouponIssue(t *testing.T, v vector) {
	var in struct {
		Cases []struct {
			FaceValue string `json:"face_value"`
		} `json:"cases"`
	}
	var want struct {
		Valid []bool `json:"valid"`
	}
	v.read(t, &in, &want)
	for i, c := range in.Cases {
		coupon := cashCoupon("CP", c.FaceValue)
		err := ValidateCoupon(&coupon)
		if (err == nil) != want.Valid[i] {
			t.Errorf("face value %s: %v, want valid %t", c.FaceValue, err, want.Valid[i])
		}
		if err != nil {
			wantRefusal(t, err, CodeCouponFaceValueInvalid, "/face_value")
		}
	}
}
