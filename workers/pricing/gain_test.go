package pricing

import "testing"

// Another way down than the way up follows section 5 to the letter: the refund takes the share that was really paid of all
// the interval's orders, not the price of the way up. From A by C to B it returns more than the upgrade cost, though going
// back to A itself never does.
func TestAnotherWayDownTakesTheShareReallyPaid(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	a, b, c := s.server("A", monthly("100")), s.server("B", monthly("200")), s.server("C", monthly("300"))
	r := s.buy("O1", "2026-04-01 00:00", "", nil, lineFor(1, a, months(1)))[0]
	s.discounts = []Discount{ratio("D", DiscountCommercial, "0.1")}
	const day = "2026-04-01 09:00" // 29 of 30 days in April and 1 of 31 in May are left
	quote := s.change(r, SpecChange{At: at(day), NewSpec: c.Spec})
	charge, slices := s.pay(quote, "D")
	wantAmount(t, "200 x r x 0.1", charge.Amount, "19.98")
	r, err := ApplyChange(s.site, r, quote, charge, slices, "O2", at(day))
	s.must(err)

	down := s.change(r, SpecChange{At: at(day), NewSpec: b.Spec}).Refund
	wantAmount(t, "100 x r x 119.98 / 299.78", down.Amount, "39.98")
	back := s.change(r, SpecChange{At: at(day), NewSpec: a.Spec}).Refund
	wantAmount(t, "not above what the way there cost", back.Amount, "19.98")
}
