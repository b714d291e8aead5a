package pricing

import (
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/accruald/accruald/workers/money"
)

// anyUsages publishes products of every kind and uses them in March.
func anyUsages(t *rapid.T, s *shop) []Usage {
	var products []Product
	for n, mode := range []BandMode{"", BandGraduated, BandVolume} {
		row := tiers(mode, "10", "1.03", "50", "0.8000000001", "", "0.5")
		if mode == "" {
			row = onDemand(traffic, measureUseGB, "0.0000640001")
		}
		m := Metering{MeterBySecond, rapid.SampledFrom([]string{SettleHourly, SettleDaily, SettleMonthly}).Draw(t, "settle"), AccumulateMonth}
		products = append(products, s.metered(vmProduct(fmt.Sprintf("P%d", n), row), m))
	}
	start := monthOf("2026-03")
	usages := make([]Usage, rapid.IntRange(1, 12).Draw(t, "usages"))
	for n := range usages {
		u := use(n, rapid.SampledFrom(products).Draw(t, "product"), "2026-03-01", anyAmount(t, "value", 0, 40_0000000000, 10).String(), measureUseGB)
		from := start.Add(time.Duration(rapid.IntRange(0, 31*24-1).Draw(t, "hour")) * time.Hour)
		u.Window = Window{from, from.Add(time.Hour)}
		u.Time = from.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "sent")) * time.Hour)
		u.ResourceID = fmt.Sprintf("r-%d", rapid.IntRange(1, 2).Draw(t, "resource"))
		usages[n] = u
	}
	return usages
}

// Every settlement adds up at every site, and none depends on the order its usages come in.
func TestSettlementIsAFunctionOfTheSet(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := newUsageShop(t).abroad(rapid.SampledFrom([]string{"cn", "intl", "eu"}).Draw(rt, "site"))
		usages := anyUsages(rt, s)
		for n := range rapid.IntRange(0, 4).Draw(rt, "discounts") {
			s.discounts = append(s.discounts, anyDiscount(rt, n, 3))
		}
		first := settledMonth(rt, s, usages)
		for i := range first {
			checkIdentity(t, s.site, &first[i])
		}
		again := settledMonth(rt, s, rapid.Permutation(usages).Draw(rt, "order"))
		equal(t, &first, &again)
	})
}

func settledMonth(t *rapid.T, s *shop, usages []Usage) []UsageSettlement {
	costs, err := RateMonth(usages, func(*Usage) Book { return s.book() })
	if err != nil {
		t.Fatal(err)
	}
	shuffled := rapid.Permutation(costs).Draw(t, "costs")
	settlements, err := SettleUsage(s.site, shuffled)
	if err != nil {
		t.Fatal(err)
	}
	return settlements
}

// Usages priced one after another, each after the total before it, cost what the fold of the month says, and what
// their total costs at once: bounds that are crossed in parts lose nothing.
func TestTiersSumToTheFold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := newUsageShop(t)
		if rapid.Bool().Draw(rt, "discounted") {
			s.discounts = []Discount{anyDiscount(rt, 0, 3)}
		}
		mode := rapid.SampledFrom([]BandMode{BandGraduated, BandVolume}).Draw(rt, "mode")
		p := s.metered(vmProduct("P0", tiers(mode, "10", "1.03", "50", "0.8000000001", "", "0.5")), Metering{MeterBySecond, SettleDaily, AccumulateMonth})
		var usages []Usage
		total, official, amount := decimal.Zero, decimal.Zero, decimal.Zero
		for n := range rapid.IntRange(1, 8).Draw(rt, "usages") {
			u := use(n, p, fmt.Sprintf("2026-03-%02d", n+1), anyAmount(rt, "value", 1, 30_0000000000, 10).String(), measureUseGB)
			cost, err := RateUsage(s.book(), u, total)
			if err != nil {
				rt.Fatal(err)
			}
			total = total.Add(cost.Usage)
			official, amount = official.Add(cost.Official), amount.Add(cost.Amount)
			usages = append(usages, u)
		}
		fold := UsageCost{}
		costs, err := RateMonth(rapid.Permutation(usages).Draw(rt, "order"), func(*Usage) Book { return s.book() })
		if err != nil {
			rt.Fatal(err)
		}
		for _, cost := range costs {
			if cost.Provisional || !cost.Amount.Equal(cost.Official.Sub(cost.Discount)) {
				rt.Fatalf("cost = %+v", cost)
			}
			fold.Official, fold.Amount = fold.Official.Add(cost.Official), fold.Amount.Add(cost.Amount)
		}
		once := s.rate(use(99, p, "2026-03-01", total.String(), measureUseGB))
		for _, other := range []UsageCost{fold, *once} {
			if !other.Official.Equal(official) || !other.Amount.Equal(amount) {
				rt.Fatalf("one by one %s, %s; as a whole %s, %s", official, amount, other.Official, other.Amount)
			}
		}
	})
}

// A window that is sent in two parts costs the same but for the last place.
func TestSplitWindowsSum(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := newUsageShop(t)
		price := anyAmount(rt, "price", 0, 9_0000000000, 10).String()
		seconds := rapid.Int64Range(2, 86_399).Draw(rt, "seconds")
		cut := rapid.Int64Range(1, seconds-1).Draw(rt, "cut")
		unit := rapid.SampledFrom([]string{MeterBySecond, MeterByHour}).Draw(rt, "unit")
		if unit == MeterByHour {
			cut -= cut % 3600 // the first part is whole hours
		}
		p := s.metered(vmProduct("P", hourly(price)), Metering{unit, SettleDaily, AccumulateNone})
		cost := func(from, to int64) decimal.Decimal {
			u := use(int(from), p, "2026-03-08", decimal.New(to-from, 0).String(), measureSecond)
			if to == from {
				return decimal.Zero
			}
			u.Window = Window{at("2026-03-08").Add(time.Duration(from) * time.Second), at("2026-03-08").Add(time.Duration(to) * time.Second)}
			return s.rate(u).Official
		}
		whole, parts := cost(0, seconds), cost(0, cut).Add(cost(cut, seconds))
		if whole.Sub(parts).Abs().GreaterThan(decimal.New(2, -8)) { // usage and cost of each are cut
			rt.Fatalf("%d s cost %s, cut at %d they cost %s", seconds, whole, cut, parts)
		}
	})
}

// What an inquiry quotes is what the usage costs, to the places that both keep.
func TestOnDemandQuoteIsTheCharge(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := newUsageShop(t)
		usages := anyUsages(rt, s)
		for n := range rapid.IntRange(0, 4).Draw(rt, "discounts") {
			s.discounts = append(s.discounts, anyDiscount(rt, n, 3))
		}
		for i := range usages {
			line := OnDemandLine{LineID: usages[i].ID, Consumption: usages[i].Consumption, Quantity: 1}
			quote := s.onDemand(PrecisionKeep10, line)
			cost := s.rate(usages[i])
			kept, err := money.RoundProduct(quote.Amount, one, one, money.StageUsageCost, cny)
			if err != nil {
				rt.Fatal(err)
			}
			if !kept.Equal(cost.Amount) || quote.Lines[0].DiscountID != cost.DiscountID {
				rt.Fatalf("quoted %s by %q, costs %s by %q", quote.Amount, quote.Lines[0].DiscountID, cost.Amount, cost.DiscountID)
			}
		}
	})
}

// Settlement windows follow each other without a gap, whatever clocks do (F21, F24, F25).
func TestSettlementWindowsTileTime(t *testing.T) {
	t.Parallel()
	zones := localZones(t)
	rapid.Check(t, func(rt *rapid.T) {
		zone := rapid.SampledFrom(zones).Draw(rt, "zone")
		settle := rapid.SampledFrom([]string{SettleHourly, SettleDaily, SettleMonthly}).Draw(rt, "settle")
		instant := time.Unix(rapid.Int64Range(1_700_000_000, 1_900_000_000).Draw(rt, "instant"), 0)
		w, err := SettlementWindow(settle, instant, zone)
		if err != nil {
			rt.Fatal(err)
		}
		if instant.Before(w.From) || !instant.Before(w.To) {
			rt.Fatalf("%s is not in %s..%s", instant, w.From, w.To)
		}
		for _, inside := range []time.Time{w.From, w.To.Add(-time.Nanosecond)} {
			if same, _ := SettlementWindow(settle, inside, zone); !same.From.Equal(w.From) || !same.To.Equal(w.To) {
				rt.Fatalf("%s settles in %s..%s, not %s..%s", inside, same.From, same.To, w.From, w.To)
			}
		}
	})
	_, err := SettlementWindow("year", at("2026-03-08"), chinaZone)
	wantRefusal(t, err, CodeProductInvalid, "")
}

// Where clocks are put by half an hour, the hour around it is cut short; likewise where they are put within an hour.
func TestHoursWhereClocksArePutByHalf(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Australia/Lord_Howe")
	if err != nil {
		t.Fatal(err)
	}
	put := time.Date(2026, 4, 4, 15, 0, 0, 0, time.UTC) // 02:00 becomes 01:30
	for instant, want := range map[time.Time]Window{
		put.Add(-time.Second):           {put.Add(-time.Hour), put},
		put:                             {put, put.Add(30 * time.Minute)},
		put.Add(30 * time.Minute):       {put.Add(30 * time.Minute), put.Add(90 * time.Minute)},
		put.AddDate(0, 0, 1):            {put.AddDate(0, 0, 1).Add(-30 * time.Minute), put.AddDate(0, 0, 1).Add(30 * time.Minute)},
		springForward:                   {springForward, springForward.Add(30 * time.Minute)},
		springForward.Add(-time.Second): {springForward.Add(-time.Hour), springForward},
	} {
		got, err := SettlementWindow(SettleHourly, instant, zone)
		if err != nil || !got.From.Equal(want.From) || !got.To.Equal(want.To) {
			t.Errorf("%s settles in %s..%s, %v; want %s..%s", instant, got.From, got.To, err, want.From, want.To)
		}
	}
	stJohns, err := time.LoadLocation("America/St_Johns")
	if err != nil {
		t.Fatal(err)
	}
	put = time.Date(2010, 11, 7, 2, 31, 0, 0, time.UTC) // 00:01 becomes 23:01
	if w, _ := SettlementWindow(SettleHourly, put.Add(-time.Second), stJohns); !w.From.Equal(put.Add(-time.Minute)) || !w.To.Equal(put) {
		t.Errorf("the minute before clocks are put settles in %s..%s", w.From, w.To)
	}
}

var springForward = time.Date(2026, 10, 3, 15, 30, 0, 0, time.UTC) // 02:00 becomes 02:30
