package pricing

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
)

func TestUsageInThePricingUnit(t *testing.T) {
	t.Parallel()
	s := newUsageShop(t)
	second := s.publish(vmProduct("second", hourly("1")))
	hour := s.metered(vmProduct("hour", hourly("1")), Metering{MeterByHour, SettleHourly, AccumulateNone})
	inMinutes := s.metered(vmProduct("minutes", onDemand(duration, measureMinute, "1")), Metering{MeterByHour, SettleHourly, AccumulateNone})
	flow := s.metered(vmProduct("flow", onDemand(traffic, measureUseGB, "1")), Metering{MeterByHour, SettleHourly, AccumulateNone})
	both := s.publish(vmProduct("both", onDemand(traffic, measureUseGB, "1024"), onDemand(traffic, measureUseMB, "1")))
	for _, test := range []struct {
		name    string
		product Product
		value   string
		measure int
		want    string
	}{
		{"same unit", second, "1.5", measureHour, "1.5"},
		{"F44 ten digits truncated, not sixteen rounded", second, "25874", measureSecond, "7.1872222222"},
		{"F44 two thirds are not rounded up", second, "2400", measureSecond, "0.6666666666"},
		{"finer than ten digits", second, "0.12345678909", measureHour, "0.123456789"},
		{"80 minutes are 2 hours", hour, "80", measureMinute, "2"},
		{"80 minutes in hours", hour, "1.3333333333", measureHour, "2"},
		{"a second begins an hour", hour, "3601", measureSecond, "2"},
		{"a full hour is one", hour, "3600", measureSecond, "1"},
		{"nothing is no hour", hour, "0", measureSecond, "0"},
		{"whole hours in the price's minutes", inMinutes, "80", measureMinute, "120"},
		{"traffic has no hours", flow, "0.5", measureUseGB, "0.5"},
		{"to the larger unit", flow, "512", measureUseMB, "0.5"},
		{"the price in the very unit", both, "512", measureUseMB, "512"},
		{"more than 64 bits", hour, "12345678901234567890.5", measureHour, "12345678901234567891"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cost := s.rate(use(1, test.product, "2026-03-08 10:00", test.value, test.measure))
			wantAmount(t, "usage", cost.Usage, test.want)
		})
	}
}

func TestUsageRefusals(t *testing.T) {
	t.Parallel()
	s := newUsageShop(t)
	vm, disk := s.publish(vmProduct("vm", hourly("1"), monthly("300"))), s.publish(diskProduct("disk", hourly("1")))
	period := s.server("period", monthly("300"))
	odd := s.metered(vmProduct("odd", hourly("1")), Metering{"fortnight", SettleHourly, AccumulateNone})
	for _, test := range []struct {
		code, pointer string
		retryable     bool
		product       Product
		edit          func(*Usage)
		names         string // what the sentence must name
	}{
		{CodeUsageFactorUnknown, "/usage_factor", false, vm, func(u *Usage) { u.UsageFactor = "duration" }, `["Duration"]`},
		{CodeUsageFactorUnknown, "/usage_factor", false, period, func(u *Usage) { u.UsageFactor = duration }, "for a period"},
		{CodeUsageMeasureUnknown, "/usage_measure_id", true, vm, func(u *Usage) { u.UsageMeasure = 99 }, "measure 4"},
		{CodeConversionMissing, "/usage_measure_id", true, vm, func(u *Usage) { u.UsageMeasure = measureUseGB }, "measure 4"},
		{CodeUsageOutOfRange, "/usage_value", false, vm, func(u *Usage) { u.UsageValue = dec("-0.1") }, "0 or more"},
		{CodeSizeMissing, "/resource_size", false, disk, func(u *Usage) { u.Size = nil }, "resource_size"},
		{CodeSizeMissing, "/size_measure_id", false, disk, func(u *Usage) { u.SizeMeasure = 0 }, "17"},
		{CodeSizeNotAllowed, "/resource_size", false, vm, func(u *Usage) { u.Size = ptr(one) }, "resource_size"},
		{CodeProductNotFound, "/resource_spec", true, vm, func(u *Usage) { u.Key.Spec = "x" }, `"x"`},
		{CodeServiceTypeNotFound, "/cloud_service_type", true, vm, func(u *Usage) { u.Key.ServiceType = "x" }, `"x"`},
		{CodeProductInvalid, "/resource_spec", false, odd, func(*Usage) {}, `"fortnight"`},
		{CodeWindowInvalid, "/window/to", false, vm, func(u *Usage) { u.Window.To = u.Window.From }, "end after"},
		{CodeUsageOutsideLife, "/window", false, vm, func(u *Usage) { u.Since = ptr(u.Window.To) }, "pay-per-use"},
		{CodeUsageOutsideLife, "/window", false, vm, func(u *Usage) { u.Until = ptr(u.Window.From) }, "pay-per-use"},
	} {
		t.Run(test.code+test.pointer, func(t *testing.T) {
			t.Parallel()
			u := use(1, test.product, "2026-03-08 10:00", "1", measureHour)
			test.edit(&u)
			_, err := RateUsage(s.book(), u, decimal.Zero)
			wantRefusal(t, err, test.code, test.pointer)
			var refusal *Refusal
			if errors.As(err, &refusal) && refusal.Retryable != test.retryable || !strings.Contains(err.Error(), test.names) {
				t.Errorf("%q: retryable %v, wants %v and %q", err, refusal.Retryable, test.retryable, test.names)
			}
		})
	}
	tier := s.publish(vmProduct("tier", tiers(BandVolume, "", "1")))
	_, err := RateUsage(s.book(), use(1, tier, "2026-03-08", "1", measureUseGB), dec("-1"))
	if err != nil {
		t.Errorf("a total that does not count is refused: %v", err)
	}
	monthlyTier := s.metered(vmProduct("month", tiers(BandVolume, "", "1")), Metering{MeterBySecond, SettleHourly, AccumulateMonth})
	_, err = RateUsage(s.book(), use(1, monthlyTier, "2026-03-08", "1", measureUseGB), dec("-1"))
	wantRefusal(t, err, CodeUsageOutOfRange, "")
}

// A window is half open and lies within one month, one price and one life of the resource (F16, F17).
func TestSplitWindows(t *testing.T) {
	t.Parallel()
	s := newUsageShop(t)
	vm := s.publish(vmProduct("vm", hourly("1")))
	renamed := vm
	renamed.Names, renamed.EffectiveTime = Names{EnUS: "VM"}, at("2026-03-10 10:30")
	s.publish(renamed)
	before := s.catalogue.View(s.version)
	dearer := vm
	dearer.Prices, dearer.EffectiveTime = []PriceRow{hourly("2"), monthly("9")}, at("2026-03-12 10:30")
	s.publish(dearer)
	s.version++
	s.must(s.catalogue.AddWithdrawal(s.version, "vm", at("2026-03-14 10:30")))
	successor := vmProduct("vm2", hourly("3"))
	successor.Spec, successor.EffectiveTime = "vm", at("2026-03-16 10:30")
	s.publish(successor)
	for _, test := range []struct {
		name, from, to string
		edit           func(*Usage)
		price          string // "" is split
	}{
		{"across the end of the month", "2026-03-31 23:30", "2026-04-01 00:00:01", nil, ""},
		{"up to the end of the month", "2026-02-28 23:00", "2026-03-01 00:00", nil, "1"},
		{"across a change of specification", "2026-03-08 09:00", "2026-03-08 10:00", changesAt("2026-03-08 09:30"), ""},
		{"up to it", "2026-03-08 09:00", "2026-03-08 09:30", changesAt("2026-03-08 09:30"), "1"},
		{"from it on", "2026-03-08 09:30", "2026-03-08 10:00", changesAt("2026-03-08 09:30"), "1"},
		{"across another name", "2026-03-10 10:00", "2026-03-10 11:00", nil, "1"},
		{"across another price", "2026-03-12 10:00", "2026-03-12 11:00", nil, ""},
		{"up to another price", "2026-03-12 10:00", "2026-03-12 10:30", nil, "1"},
		{"from another price on", "2026-03-12 10:30", "2026-03-12 11:00", nil, "2"},
		{"across a withdrawal: the last price stays", "2026-03-14 10:00", "2026-03-14 11:00", nil, "2"},
		{"after a withdrawal", "2026-03-15 10:00", "2026-03-15 11:00", nil, "2"},
		{"across the successor's publication", "2026-03-16 10:00", "2026-03-16 11:00", nil, ""},
		{"from the successor on", "2026-03-16 10:30", "2026-03-16 11:00", nil, "3"},
		{"F17 across the beginning of pay-per-use", "2026-03-08 09:00", "2026-03-08 10:00", func(u *Usage) { u.Since = ptr(at("2026-03-08 09:30")) }, ""},
		{"across the end of pay-per-use", "2026-03-08 09:00", "2026-03-08 10:00", func(u *Usage) { u.Until = ptr(at("2026-03-08 09:30")) }, ""},
		{"from its beginning to its end", "2026-03-08 09:00", "2026-03-08 10:00", func(u *Usage) { u.Since, u.Until = &u.Window.From, &u.Window.To }, "1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			u := use(1, vm, "2026-03-20 10:00", "1", measureHour)
			u.Window = Window{at(test.from), at(test.to)}
			if test.edit != nil {
				test.edit(&u)
			}
			cost, err := RateUsage(s.book(), u, decimal.Zero)
			if test.price == "" {
				wantRefusal(t, err, CodeSplitWindow, "/window")
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			wantAmount(t, "price", cost.Official, test.price)
		})
	}
	u := use(1, vm, "2026-03-12 10:00", "1", measureHour)
	if _, err := RateUsage(Book{Prices: before, Site: s.site}, u, decimal.Zero); err != nil {
		t.Errorf("a price of a later reference version splits a window: %v", err)
	}
}

func changesAt(when string) func(*Usage) {
	return func(u *Usage) { u.SpecChanges = []time.Time{at("2026-01-01"), at(when)} }
}

// F17: usage from before the price list is not billed by it.
func TestF17UsageBeforeThePriceWaits(t *testing.T) {
	t.Parallel()
	s := newUsageShop(t)
	vm := vmProduct("vm", hourly("1"))
	vm.EffectiveTime = at("2026-03-08 10:00")
	s.publish(vm)
	_, err := RateUsage(s.book(), use(1, vm, "2026-03-08 09:00", "1", measureHour), decimal.Zero)
	wantRefusal(t, err, CodeProductNotFound, "/resource_spec")
	wantAmount(t, "from then on", s.rate(use(2, vm, "2026-03-08 10:00", "1", measureHour)).Official, "1")
}

func TestTiers(t *testing.T) {
	t.Parallel()
	s := newUsageShop(t)
	monthly := Metering{MeterBySecond, SettleDaily, AccumulateMonth}
	graduated := s.metered(vmProduct("graduated", tiers(BandGraduated, "100", "1", "500", "0.8", "", "0.5")), monthly)
	volume := s.metered(vmProduct("volume", tiers(BandVolume, "100", "1", "500", "0.8", "", "0.5")), monthly)
	each := s.metered(vmProduct("each", tiers(BandGraduated, "100", "1", "", "0.8")), Metering{MeterBySecond, SettleDaily, AccumulateNone})
	linear := diskProduct("linear", tiers(BandGraduated, "100", "1", "", "0.8"))
	s.metered(linear, monthly)
	for _, test := range []struct {
		name          string
		product       Product
		before, value string
		want          string
	}{
		{"first band", graduated, "0", "100", "100"},
		{"across a bound", graduated, "90", "20", "18"},
		{"a bound belongs to the band below", graduated, "99", "1", "1"},
		{"across two bounds", graduated, "90", "420", "335"},
		{"the last band is open", graduated, "1000", "10", "5"},
		{"volume within a band", volume, "10", "20", "20"},
		{"volume reprices the month", volume, "90", "20", "-2"},
		{"volume at the bound", volume, "90", "10", "10"},
		{"nothing accumulates", each, "90", "20", "20"},
		{"size multiplies", linear, "90", "20", "180"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cost, err := RateUsage(s.book(), use(1, test.product, "2026-03-08", test.value, measureUseGB), dec(test.before))
			if err != nil {
				t.Fatal(err)
			}
			wantAmount(t, "cost", cost.Official, test.want)
			if cost.Provisional != (test.product.ID != "each") {
				t.Errorf("provisional = %v", cost.Provisional)
			}
		})
	}
}

// A fixed price that the month's total falls below leaves the total at its list price, not what was paid before it.
func TestFixedPriceOverAVolumeTier(t *testing.T) {
	t.Parallel()
	s := newUsageShop(t)
	s.discounts = []Discount{{ID: "F", Type: 605, Mode: ModeFixedPrice, Value: dec("0.8"), Currency: cny}}
	p := s.metered(vmProduct("p", tiers(BandVolume, "100", "1", "", "0.5")), Metering{MeterBySecond, SettleDaily, AccumulateMonth})
	paid := decimal.Zero
	for i, value := range []string{"90", "20"} {
		cost, err := RateUsage(s.book(), use(i, p, "2026-03-08", value, measureUseGB), dec([]string{"0", "90"}[i]))
		s.must(err)
		paid = paid.Add(cost.Amount)
	}
	wantAmount(t, "110 at 0.5", paid, "55")
}
