package pricing

import (
	"strings"
	"testing"
)

// formulas are the steps of a computation, a line each.
func formulas(steps []Step) string {
	var text strings.Builder
	for _, step := range steps {
		text.WriteString(step.Rule + " " + step.Reference + " " + step.Formula + "\n")
	}
	return text.String()
}

func wantFormulas(t *testing.T, what string, steps []Step, want ...string) {
	t.Helper()
	if got := formulas(steps); got != strings.Join(want, "\n")+"\n" {
		t.Errorf("%s is explained by\n%swant\n%s", what, got, strings.Join(want, "\n"))
	}
}

// The steps can be followed to the cent with nothing but a pocket calculator: every factor of every amount stands in a
// formula, also where a fee or refund falls on several paid intervals and where a sum is discounted.
func TestStepsCanBeFollowed(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	a, b := s.server("A", monthly("470")), s.server("B", monthly("869"))
	d := mode(ratio("F", DiscountCommercial, "1"), ModeFixedPrice, "700")
	s.discounts = []Discount{ratio("D", DiscountDistributor, "0.9"), d}
	adjusted, err := s.subscribe("2026-03-08 10:00", lineFor(1, a, months(1)), lineFor(2, b, months(1))).Adjust(Adjustment{DiscountID: "PA", AmountOff: ptr(dec("100.01"))})
	s.must(err)
	charge, _ := s.pay(adjusted, "")
	wantFormulas(t, "an adjusted line", charge.Lines[0].Steps, "list_price A 470 x 1 = 470.00",
		"price_adjustment PA 470.00 - 35.10 (100.01 x 470.00 / 1339.00) = 434.90")
	if own := adjusted.Candidates[0]; own.DiscountID != "PA" || own.DiscountType != DiscountAdjustment || !own.Amount.Equal(charge.Amount) || own.Lost != "" {
		t.Errorf("the adjustment stands among the candidates as %+v", own)
	}

	r := s.buy("O1", "2026-03-08 10:00", "", nil, lineFor(1, a, months(1)))[0]
	unified := Renewal{CustomerID: customer1, At: at("2026-03-09"), ResourceIDs: []string{r.ID}, Period: months(1), UnifiedDay: ptr(15)}
	quote, err := Renew(s.book(), unified, []*Resource{r})
	s.must(err)
	charge, slices := s.pay(quote, "D")
	wantFormulas(t, "a unified renewal", charge.Lines[0].Steps, "list_price A (470 x 1 + 470 x 1 x (7/31)) = 576.13",
		"ratio D (470 x 1 + 470 x 1 x (7/31)) x 0.9 = 518.52")
	r, err = ApplyRenewal(s.site, r, quote, charge, slices, "O2", at("2026-03-09"))
	s.must(err)

	quote = s.change(r, SpecChange{At: at("2026-03-18 09:20"), NewSpec: "B"})
	charge, slices = s.pay(quote, "F")
	wantFormulas(t, "an upgrade over two intervals", charge.Lines[0].Steps,
		"spec_change B (869 x 1 - 470 x 1) x (13/31 + 8/30) + (869 x 1 - 470 x 1) x (22/30 + 15/31) = 759.39",
		"interval_share O1 (869 x 1 - 470 x 1) x (13/31 + 8/30): 273.72 of 759.39",
		"interval_share O2 (869 x 1 - 470 x 1) x (22/30 + 15/31): 485.67 of 759.39",
		"fixed_price F (869 x 1 - 470 x 1) x (13/31 + 8/30) x (700 x 1) / (869 x 1) + (869 x 1 - 470 x 1) x (22/30 + 15/31) x (700 x 1) / (869 x 1) = 611.70")
	r, err = ApplyChange(s.site, r, quote, charge, slices, "O3", at("2026-03-18 09:20"))
	s.must(err)

	refund := s.change(r, SpecChange{At: at("2026-03-25 09:20"), NewSpec: "A"}).Refund
	wantFormulas(t, "a downgrade over two intervals", refund.Steps,
		"downgrade A min((869 x 1 - 470 x 1) x (6/31 + 8/30) x 690.49 / 743.72 + (869 x 1 - 470 x 1) x (22/30 + 15/31) x 909.73 / 1061.80, unconsumed 1276.49) = 586.59",
		"interval_share O1 (869 x 1 - 470 x 1) x (6/31 + 8/30) x 690.49 / 743.72: 170.48 of 586.59",
		"interval_share O2 (869 x 1 - 470 x 1) x (22/30 + 15/31) x 909.73 / 1061.80: 416.11 of 586.59")
}
