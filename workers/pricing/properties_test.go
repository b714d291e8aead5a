package pricing

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/site"
)

// anyQuote makes a shop with discounts of every kind and mode and quotes an upgrade over one or more intervals, or a
// renewal, unified or not, of one server in it.
func anyQuote(rt *rapid.T, s *shop) func() *Quote {
	for _, id := range []string{"P0", "P1"} {
		s.server(id, flat(calendar.Month, 1, anyAmount(rt, id, 1, 100_000, 2).String()), flat(calendar.Year, 1, anyAmount(rt, id, 1, 900_000, 2).String()))
	}
	from := at("2024-01-01 00:00").Add(time.Duration(rapid.IntRange(0, 800*24*60).Draw(rt, "start")) * time.Minute)
	period := rapid.SampledFrom([]calendar.Period{months(1), months(5), years(1), years(3)}).Draw(rt, "term")
	line := lineFor(1, Product{ID: "P0", ServiceType: serviceECS, ResourceType: typeVM, Spec: "P0", Region: region}, period)
	line.Quantity = rapid.IntRange(1, 9).Draw(rt, "quantity")
	r := s.buy("O1", from.In(chinaZone).Format("2006-01-02 15:04:05"), "", nil, line)[0]
	if rapid.Bool().Draw(rt, "renewed") {
		r = s.renew(r, "O2", from.In(chinaZone).Format("2006-01-02 15:04:05"), years(1))
	}
	for n := range rapid.IntRange(1, 5).Draw(rt, "discounts") {
		s.discounts = append(s.discounts, anyDiscount(rt, n, 2))
	}
	now := from.Add(time.Duration(rapid.IntRange(0, 27*24*60).Draw(rt, "minutes")) * time.Minute)
	if rapid.Bool().Draw(rt, "change") {
		return func() *Quote { return s.change(r, SpecChange{At: now, NewSpec: "P1"}) }
	}
	in := Renewal{CustomerID: customer1, At: now, ResourceIDs: []string{r.ID}, Period: rapid.SampledFrom([]calendar.Period{months(1), months(11), years(2)}).Draw(rt, "period")}
	if rapid.Bool().Draw(rt, "unified") {
		in.UnifiedDay = ptr(rapid.SampledFrom([]int{1, 15, 28, -1}).Draw(rt, "day"))
	}
	return func() *Quote {
		quote, err := Renew(s.book(), in, []*Resource{r})
		s.must(err)
		return quote
	}
}

// Changes and renewals add up as new orders do: lines to the order, amount = official - discount, in every candidate and
// charge, and what is charged is what was offered.
func TestChangesAndRenewalsAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		quote := anyQuote(rt, newShop(t))()
		for _, candidate := range quote.Candidates {
			checkSums(rt, quote.Official, candidate.Discount, candidate.Amount, candidate.Lines)
			if !candidate.Selectable {
				continue
			}
			charge, err := quote.Charge(candidate.DiscountID)
			if err != nil {
				rt.Fatal(err)
			}
			if !charge.Amount.Equal(candidate.Amount) {
				rt.Fatalf("%q is offered for %s and charged with %s", candidate.DiscountID, candidate.Amount, charge.Amount)
			}
			checkSums(rt, quote.Official, charge.Discount, charge.Amount, charge.Lines)
		}
	})
}

// Enlarging one discount never makes a change or a renewal dearer under best_price.
func TestLargerDiscountNeverCostsMoreLater(t *testing.T) {
	t.Parallel()
	price := func(rt *rapid.T, q *Quote) decimal.Decimal {
		charge, err := q.Charge(q.AutomaticChoice(&site.Profile{AutomaticPayment: site.BestPrice}))
		if err != nil {
			rt.Fatal(err)
		}
		return charge.Amount
	}
	rapid.Check(t, func(rt *rapid.T) {
		s := newShop(t)
		quote := anyQuote(rt, s)
		before := price(rt, quote())
		d := &s.discounts[rapid.IntRange(0, len(s.discounts)-1).Draw(rt, "enlarged")]
		if d.Mode == ModeAmountOff {
			d.Value = d.Value.Add(anyAmount(rt, "more", 1, 10_000, 2))
		} else {
			d.Value = d.Value.Mul(anyAmount(rt, "less", 0, 99, 2))
		}
		if after := price(rt, quote()); after.GreaterThan(before) {
			rt.Fatalf("price rose from %s to %s", before, after)
		}
	})
}

// There and back at one instant never gains under any kind of discount, paid at once each way, over any intervals (F30).
func TestThereAndBackNeverGainsUnderAnyDiscount(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := anyStory(rt, t)
		d := anyDiscount(rt, 0, 1)
		d.ID, d.Scope = "X", Scope{}
		s.discounts, s.discountID = []Discount{d}, "X"
		if d.removesPartner() {
			s.discountID = ""
		}
		s.now = s.now.Add(time.Duration(rapid.IntRange(0, 27*24*60).Draw(rt, "minutes")) * time.Minute)
		for range rapid.IntRange(0, 2).Draw(rt, "renewals") {
			s.renew(rt)
		}
		home := s.products[1]
		s.paid, s.coupons, s.refunded = decimal.Zero, decimal.Zero, decimal.Zero
		for range rapid.IntRange(1, 3).Draw(rt, "steps away") {
			to, payments := rapid.SampledFrom(s.products).Draw(rt, "to"), len(s.r.Payments)
			if to.Spec == s.r.Spec {
				continue
			}
			if s.change(rt, to); len(s.r.Payments) == payments {
				return // a step was down: what the way back costs is known only when it is ordered
			}
		}
		s.change(rt, home)
		if s.refunded.GreaterThan(s.paid) {
			rt.Fatalf("paid %s and got %s back", s.paid, s.refunded)
		}
	})
}

// r of an interval, split at any change, sums to r over the whole, in the prices of orders as in dates: two changes one
// after the other between the same prices cost together what one change does, to the exact fraction.
func TestRemainderOfAnIntervalSplits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		zone := profile(t, rapid.SampledFrom([]string{"cn", "intl", "eu"}).Draw(rt, "site")).Zone()
		unit := rapid.SampledFrom([]calendar.PeriodType{calendar.Day, calendar.Week, calendar.Month, calendar.Year}).Draw(rt, "unit")
		term := calendar.Period{Type: unit, Num: rapid.IntRange(1, 4).Draw(rt, "num")}
		start := time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 2000*24*60).Draw(rt, "start")) * time.Minute)
		expiry, err := calendar.FirstExpiry(start, term, zone)
		if err != nil {
			rt.Fatal(err)
		}
		end := calendar.EndOf(expiry, zone)
		cut := start.Add(time.Duration(rapid.Int64Range(0, int64(end.Sub(start))-1).Draw(rt, "cut")))
		whole := Interval{Start: start, End: end, Term: term}
		first := Interval{Start: start, End: calendar.AtHour(cut, 1, 0, zone), Term: term} // up to the end of the day of the cut
		left := func(iv Interval, at time.Time) remainder {
			r, err := iv.remaining(at, zone)
			if err != nil {
				rt.Fatal(err)
			}
			return r
		}
		parts := left(first, start).share.Add(left(whole, cut).share)
		if all := left(whole, start).share; !parts.Equal(all) {
			rt.Fatalf("split at %s: %s, whole %s", cut, parts, all)
		}
	})
}
