package pricing

import (
	"slices"
	"strconv"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/site"
)

func vectorAutoPay(t *testing.T, v vector) {
	var in struct {
		Due    string `json:"order_due"`
		Ratio  string `json:"discount_ratio"`
		Coupon string `json:"cash_coupon_balance"`
		Cash   string `json:"cash_balance"`
		Credit string `json:"credit_balance"`
	}
	var want struct {
		After  string `json:"after_discount"`
		Coupon string `json:"coupon_used"`
		Cash   string `json:"cash_used"`
		Credit string `json:"credit_used"`
	}
	v.read(t, &in, &want)
	s := newShop(t)
	s.discounts = []Discount{ratio("D", DiscountCommercial, in.Ratio)}
	quote := s.subscribe("2026-03-08 10:00", lineFor(1, s.server("vm", monthly(in.Due)), months(1)))
	charge, err := quote.Charge(quote.AutomaticChoice(s.site))
	s.must(err)
	wantAmount(t, "after discount", charge.Amount, want.After)
	tenders, err := AutomaticTenders(charge.Amount, Balances{
		Coupons: []Tender{{Kind: TenderCoupon, Reference: "CP", Amount: dec(in.Coupon)}}, Cash: dec(in.Cash), Credit: dec(in.Credit),
	}, cny)
	s.must(err)
	used := map[TenderKind]decimal.Decimal{}
	for _, tender := range tenders {
		used[tender.Kind] = tender.Amount
	}
	wantAmount(t, "coupon", used[TenderCoupon], want.Coupon)
	wantAmount(t, "cash", used[TenderCash], want.Cash)
	wantAmount(t, "credit", used[TenderCredit], want.Credit)
}

func vectorBestDiscount(t *testing.T, v vector) {
	var in struct {
		Commercial  string `json:"commercial_price"`
		Promotional string `json:"promotional_price"`
		Used        bool   `json:"promotional_used_in_history_of_resource"`
	}
	var want struct {
		Chosen string `json:"chosen"`
	}
	v.read(t, &in, &want)
	s := newShop(t)
	vm := s.server("vm", monthly("100"))
	promotion := ratio("promotional", DiscountPromotion, dec(in.Promotional).Shift(-2).String())
	s.discounts = []Discount{promotion}
	first := ""
	if in.Used {
		first = promotion.ID
	}
	r := s.buy("O1", "2026-03-08 10:00", first, nil, lineFor(1, vm, months(1)))[0]
	s.discounts = append(s.discounts, ratio("commercial", DiscountCommercial, dec(in.Commercial).Shift(-2).String()))
	quote := s.renewQuote("2026-03-20 10:00", months(1), []*Resource{r}, r.ID)
	for _, preference := range []site.PaymentPreference{site.PreferCommercial, site.BestPrice} {
		if got := quote.AutomaticChoice(&site.Profile{AutomaticPayment: preference}); got != want.Chosen {
			t.Errorf("%s chose %q, want %q", preference, got, want.Chosen)
		}
	}
}

func vectorBestOffer(t *testing.T, v vector) {
	var in struct {
		Official string `json:"official"`
		Results  []struct {
			Type   int    `json:"discount_type"`
			Amount string `json:"discount_amount"`
		} `json:"results"`
	}
	var want struct {
		BestOffer map[string]int `json:"best_offer"`
	}
	v.read(t, &in, &want)
	s := newShop(t)
	vm := s.server("vm", monthly(in.Official))
	for _, result := range slices.Backward(in.Results) {
		pays := dec(in.Official).Sub(dec(result.Amount)).Shift(-2)
		s.discounts = append(s.discounts, ratio("D"+strconv.Itoa(result.Type), result.Type, pays.String()))
	}
	for _, candidate := range s.subscribe("2026-03-08 10:00", lineFor(1, vm, months(1))).Candidates {
		if got := candidate.BestOffer; got != (want.BestOffer[strconv.Itoa(candidate.DiscountType)] == 1) {
			t.Errorf("best offer of %d = %t", candidate.DiscountType, got)
		}
	}
}

func vectorAdjust(t *testing.T, v vector) {
	var in struct {
		Discounts []int `json:"discounts_on_order"`
	}
	var want struct {
		MustUse     int  `json:"must_use"`
		Replaceable bool `json:"replaceable"`
	}
	v.read(t, &in, &want)
	s := newShop(t)
	s.discounts = []Discount{ratio("D605", in.Discounts[1], "0.5")}
	quote, err := s.subscribe("2026-03-08 10:00", lineFor(1, s.server("vm", monthly("100")), months(1))).
		Adjust(Adjustment{DiscountID: "A609", AmountOff: ptr(dec("10"))})
	s.must(err)
	charge, err := quote.Charge(quote.AutomaticChoice(s.site))
	s.must(err)
	if charge.DiscountType != want.MustUse {
		t.Errorf("charged with %d, want %d", charge.DiscountType, want.MustUse)
	}
	_, err = quote.Charge("D605")
	if (err == nil) != want.Replaceable {
		t.Errorf("charging another discount: %v", err)
	}
	wantRefusal(t, err, CodeAdjustmentExcludes, "/discount_id")
}

func vectorPartnerRatio(t *testing.T, v vector) {
	var in struct {
		Cases []struct {
			Discount string `json:"discount"`
		} `json:"cases"`
	}
	var want struct {
		Valid []bool `json:"valid"`
	}
	v.read(t, &in, &want)
	for i, c := range in.Cases {
		err := ValidateDiscount(ratio("D", DiscountPartner, c.Discount))
		if (err == nil) != want.Valid[i] {
			t.Errorf("ratio %s: %v, want valid %t", c.Discount, err, want.Valid[i])
		}
	}
}
