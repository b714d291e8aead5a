package pricing

import (
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
)

func TestSettlementsBySite(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		site, price, ratio                  string
		official, discount, consumed, erase string
	}{
		{"cn", "0.019", "", "0.019", "0", "0.01", "0.009"},
		{"cn", "0.009", "", "0.009", "0", "0", "0.009"},
		{"cn", "0.05", "", "0.05", "0", "0.05", "0"},
		{"cn", "0.0199999999", "0.9", "0.01999999", "0.002", "0.01", "0.00799999"},
		{"intl", "0.019", "", "0.019", "0", "0.02", "-0.001"},
		{"intl", "0.015", "", "0.015", "0", "0.02", "-0.005"},
		{"intl", "0.0149999999", "", "0.01499999", "0", "0.01", "0.00499999"},
		{"eu", "1.1", "0.85", "1.1", "0.165", "0.94", "-0.005"},
	} {
		t.Run(test.site+" "+test.price+" "+test.ratio, func(t *testing.T) {
			t.Parallel()
			s := newUsageShop(t).abroad(test.site)
			if test.ratio != "" {
				s.discounts = []Discount{ratio("D", 605, test.ratio)}
			}
			cost, settled := s.settleOne(use(1, s.publish(vmProduct("vm", hourly(test.price))), "2026-03-08 10:00", "1", measureHour))
			wantSettled(t, cost, settled, test.official, test.consumed, test.erase)
			wantAmount(t, "discount", settled.Discount, test.discount)
			checkIdentity(t, s.site, &settled)
		})
	}
}

// The parts of a day are cut once, not one by one; each window is cut by itself.
func TestSettlementCutsOnce(t *testing.T) {
	t.Parallel()
	for settle, want := range map[string]struct {
		count    int
		consumed string
	}{
		SettleHourly: {4, "0.04"}, SettleDaily: {2, "0.06"}, SettleMonthly: {1, "0.07"},
	} {
		s := newUsageShop(t)
		vm := s.metered(vmProduct("vm", hourly("0.018")), Metering{MeterBySecond, settle, AccumulateNone})
		var costs []UsageCost
		for n, when := range []string{"2026-03-08 10:00", "2026-03-08 11:00", "2026-03-09 00:00", "2026-03-09 23:00"} {
			costs = append(costs, *s.rate(use(n, vm, when, "1", measureHour)))
		}
		settlements := s.settle(costs...)
		consumed := decimal.Zero
		for i := range settlements {
			checkIdentity(t, s.site, &settlements[i])
			consumed = consumed.Add(settlements[i].Consumed)
		}
		if len(settlements) != want.count {
			t.Errorf("%s: %d settlements, want %d", settle, len(settlements), want.count)
		}
		wantAmount(t, settle, consumed, want.consumed)
	}
}

// F16: when a resource changes within the hour, the hour is two lines of one settlement, each part at its own price once.
func TestF16ChangedResourceIsBilledOncePerInterval(t *testing.T) {
	t.Parallel()
	s := newUsageShop(t)
	s.discounts = []Discount{ratio("D", 605, "0.5")}
	s.discounts[0].Scope.ProductIDs = []string{"big"}
	small, big := s.publish(vmProduct("small", hourly("0.4"))), s.publish(vmProduct("big", hourly("0.8")))
	half := func(n int, p Product, from, to string) UsageCost { // the later half was sent first
		u := use(n, p, from, "1800", measureSecond)
		u.Time = at("2026-03-08 12:00").Add(time.Duration(n) * time.Minute)
		u.Window, u.SpecChanges = Window{at(from), at(to)}, []time.Time{at("2026-03-08 09:30")}
		return *s.rate(u)
	}
	costs := []UsageCost{half(1, big, "2026-03-08 09:30", "2026-03-08 10:00"), half(2, small, "2026-03-08 09:00", "2026-03-08 09:30")}
	settlements := s.settle(costs...)
	if len(settlements) != 1 || len(settlements[0].Lines) != 2 {
		t.Fatalf("settlements = %+v", settlements)
	}
	first, second := settlements[0].Lines[0], settlements[0].Lines[1]
	if first.ProductID != "small" || second.ProductID != "big" || !first.Window.To.Equal(second.Window.From) || second.DiscountID != "D" {
		t.Errorf("lines = %+v", settlements[0].Lines)
	}
	wantAmount(t, "official", settlements[0].Official, "0.6")
	wantAmount(t, "consumed", settlements[0].Consumed, "0.4")
	checkIdentity(t, s.site, &settlements[0])
	_, err := SettleUsage(s.site, append(costs, costs[0]))
	wantRefusal(t, err, CodeDuplicateUsage, "")
}

// A month that reaches a cheaper volume price gives back what it charged before; nothing is erased at the customer's cost.
func TestNegativeSettlementIsCutInTheCustomersFavour(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]struct{ consumed, erase string }{"cn": {"-2.01", "0.004"}, "intl": {"-2.01", "0.004"}} {
		s := newUsageShop(t).abroad(code)
		p := s.metered(vmProduct("p", tiers(BandVolume, "100", "1", "", "0.8")), Metering{MeterBySecond, SettleDaily, AccumulateMonth})
		cost, err := RateUsage(s.book(), use(1, p, "2026-03-08", "19.9925", measureUseGB), dec("90"))
		s.must(err)
		settled := s.settle(*cost)[0]
		wantSettled(t, cost, settled, "-2.006", want.consumed, want.erase)
		checkIdentity(t, s.site, &settled)
	}
}

func TestUsageIsExplained(t *testing.T) {
	t.Parallel()
	s := newUsageShop(t)
	s.discounts = []Discount{ratio("D", 605, "0.5")}
	vault := s.metered(diskProduct("vault", hourly("0.00028")), Metering{MeterByHour, SettleDaily, AccumulateNone})
	cost, settled := s.settleOne(use(1, vault, "2026-03-08 10:00", "80", measureMinute))
	var text []string
	for _, step := range append(cost.Steps, settled.Steps...) {
		text = append(text, step.Rule+" "+step.Reference+": "+step.Formula)
	}
	want := []string{
		"usage Duration: 80 (measure 6) = 1.3333333333 (measure 4)",
		"whole_hours Duration: 1.3333333333 (measure 4) -> 2 (measure 4)",
		"list_price vault: 0.00028 x 2 x 10 = 0.0056",
		"ratio D: 0.00028 x 2 x 10 x 0.5 = 0.0028",
		"usage_line vault: 2 (measure 4): 0.0056 - 0.0028 = 0.0028",
		"usage_deduct_truncate cn: 0.0056 - 0.0028 - 0.0028 = 0.00",
	}
	if got := strings.Join(text, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("steps:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
}

// Costs and settlements are stored as JSON: what is read back settles the same.
func TestUsageDocumentsSurviveStorage(t *testing.T) {
	t.Parallel()
	s := newUsageShop(t)
	s.discounts = []Discount{ratio("D", 605, "0.9")}
	cost, settled := s.settleOne(use(1, s.publish(diskProduct("disk", hourly("0.00064"))), "2026-03-08 10:00", "25874", measureSecond))
	equal(t, cost, reread(t, cost))
	again := s.settle(*reread(t, cost))
	equal(t, &settled, &again[0])
	equal(t, &settled, reread(t, &settled))
}
