package pricing

import (
	"strconv"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/site"
)

// Measures of usage beside the hour.
const (
	measureSecond = 5
	measureMinute = 6
	measureUseGB  = 10
	measureUseMB  = 11
	duration      = "Duration"
	traffic       = "upflow"
)

// newUsageShop converts seconds and minutes to hours, and GB to MB.
func newUsageShop(t testing.TB) *shop {
	s := newShop(t)
	for _, v := range []Conversion{
		{Measure: measureHour, RefMeasure: measureSecond, Ratio: dec("3600")},
		{Measure: measureHour, RefMeasure: measureMinute, Ratio: dec("60")},
		{Measure: measureUseGB, RefMeasure: measureUseMB, Ratio: dec("1024")},
	} {
		s.version++
		s.must(s.catalogue.AddConversion(s.version, v))
	}
	return s
}

func (s *shop) abroad(code string) *shop {
	s.site = profile(s, code)
	return s
}

func hourly(amount string) PriceRow { return onDemand(duration, measureHour, amount) }

func onDemand(factor string, measure int, amount string) PriceRow {
	return PriceRow{ChargingMode: ChargingOnDemand, UsageFactor: factor, UsageMeasure: measure, Amount: ptr(dec(amount))}
}

// tiers is a traffic price: pairs of a bound and an amount, the last bound is "".
func tiers(mode BandMode, pairs ...string) PriceRow {
	row := PriceRow{ChargingMode: ChargingOnDemand, UsageFactor: traffic, UsageMeasure: measureUseGB, Mode: mode}
	for i := 0; i < len(pairs); i += 2 {
		band := Band{Amount: dec(pairs[i+1])}
		if pairs[i] != "" {
			band.UpTo = ptr(dec(pairs[i]))
		}
		row.Bands = append(row.Bands, band)
	}
	return row
}

// metered publishes a product that says how it is metered.
func (s *shop) metered(p Product, m Metering) Product {
	s.Helper()
	p.Metering = &m
	return s.publish(p)
}

func vmProduct(id string, rows ...PriceRow) Product {
	return Product{ID: id, ServiceType: serviceECS, ResourceType: typeVM, Spec: id, Region: region, Currency: cny, Prices: rows}
}

func diskProduct(id string, rows ...PriceRow) Product {
	return Product{ID: id, ServiceType: serviceEBS, ResourceType: typeVolume, Spec: id, Region: region, Currency: cny, Prices: rows,
		Linear: true, SizeMeasure: measureGB}
}

// use is one usage of a product with a one-hour window from when on.
func use(n int, p Product, when, value string, measure int) Usage {
	id := strconv.Itoa(n)
	factor := p.Prices[0].UsageFactor
	u := Usage{
		UsageKey: UsageKey{Time: at(when), Source: "/meter", ID: id}, CustomerID: customer1, ResourceID: "r-1",
		Consumption: Consumption{Key: p.Key(), UsageFactor: factor, UsageValue: dec(value), UsageMeasure: measure},
		Window:      Window{at(when), at(when).Add(time.Hour)},
	}
	if p.Linear {
		u.Size, u.SizeMeasure = ptr(dec("10")), p.SizeMeasure
	}
	return u
}

func (s *shop) rate(u Usage) *UsageCost {
	s.Helper()
	cost, err := RateUsage(s.book(), u, decimal.Zero)
	s.must(err)
	return cost
}

func (s *shop) settle(costs ...UsageCost) []UsageSettlement {
	s.Helper()
	settlements, err := SettleUsage(s.site, costs)
	s.must(err)
	return settlements
}

// settleOne rates and settles one usage.
func (s *shop) settleOne(u Usage) (*UsageCost, UsageSettlement) {
	s.Helper()
	cost := s.rate(u)
	settlements := s.settle(*cost)
	if len(settlements) != 1 {
		s.Fatalf("%d settlements of one usage", len(settlements))
	}
	return cost, settlements[0]
}

func (s *shop) onDemand(precision int, lines ...OnDemandLine) *OnDemandQuote {
	s.Helper()
	quote, err := OnDemand(s.book(), OnDemandInquiry{CustomerID: customer1, At: at("2026-03-08 10:00"), Precision: precision, Lines: lines})
	s.must(err)
	return quote
}

func onDemandLine(n int, p Product, value string, measure int) OnDemandLine {
	return OnDemandLine{LineID: strconv.Itoa(n), Consumption: use(n, p, "2026-03-08", value, measure).Consumption, Quantity: 1}
}

// checkIdentity is the law of every bill line: official = discount + erase + consumed, and consumed is payable.
func checkIdentity(t testing.TB, p *site.Profile, s *UsageSettlement) {
	t.Helper()
	if !s.Official.Equal(s.Discount.Add(s.Erase).Add(s.Consumed)) || money.Valid(s.Consumed, s.Currency) != nil {
		t.Errorf("%s = %s + %s + %s", s.Official, s.Discount, s.Erase, s.Consumed)
	}
	digits, err := s.Currency.Digits()
	if err != nil {
		t.Fatal(err)
	}
	unit := decimal.New(1, -digits)
	if p.UsageDeduction == site.DeductTruncate && (s.Erase.IsNegative() || !s.Erase.LessThan(unit)) || s.Erase.Abs().GreaterThanOrEqual(unit) {
		t.Errorf("erased %s of %s at site %s", s.Erase, s.Official, p.Site)
	}
	var sum UsageLine
	for _, line := range s.Lines {
		sum.Official, sum.Discount, sum.Amount = sum.Official.Add(line.Official), sum.Discount.Add(line.Discount), sum.Amount.Add(line.Amount)
	}
	if !sum.Official.Equal(s.Official) || !sum.Discount.Equal(s.Discount) || !sum.Amount.Equal(s.Erase.Add(s.Consumed)) {
		t.Errorf("lines sum to %s - %s = %s, the settlement is %s - %s", sum.Official, sum.Discount, sum.Amount, s.Official, s.Discount)
	}
}

// localZones are zones without and with clocks that are put, by an hour and by half of one.
func localZones(t testing.TB) []*time.Location {
	t.Helper()
	var zones []*time.Location
	for _, name := range []string{"Asia/Shanghai", "Europe/Dublin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		zones = append(zones, zone)
	}
	return zones
}

// monthOf is the first instant of a month of the China site.
func monthOf(cycle calendar.Cycle) time.Time { return cycle.Start(chinaZone) }
