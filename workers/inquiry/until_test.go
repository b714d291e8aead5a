package inquiry

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/pricing"
)

// until asks at noon of 8 March for two servers up to an end date.
func until(spec, end string, unit *int) *SpecRequest {
	return &SpecRequest{RegionID: "r1", ChargingMode: ptr(chargingPeriod), PeriodType: ptr(5), PeriodEndDate: &end, UntilPeriodType: unit, SubscriptionNum: ptr(2),
		ProductInfos: []SpecProduct{{ID: "1", CloudServiceType: ec2, ResourceType: vm, ResourceSpecCode: spec}}}
}

// An absolute end date (period type 5): the whole periods by their rows, the days after them as a supplement.
func TestPriceUntilAnEndDate(t *testing.T) {
	t.Parallel()
	s := newShop(t, "cn", "CNY")
	s.server("s", "100", "1.5", func(p *pricing.Product) {
		p.Prices = append(p.Prices,
			pricing.PriceRow{ChargingMode: pricing.ChargingPeriod, Period: calendar.Period{Type: calendar.Month, Num: 3}, Amount: ptr(dec("270"))},
			pricing.PriceRow{ChargingMode: pricing.ChargingPeriod, Period: calendar.Period{Type: calendar.Year, Num: 1}, Amount: ptr(dec("1000"))})
	})
	s.server("yearly", "1", "1", func(p *pricing.Product) {
		p.Prices = []pricing.PriceRow{{ChargingMode: pricing.ChargingPeriod, Period: calendar.Period{Type: calendar.Year, Num: 1}, Amount: ptr(dec("1000"))}}
	})
	for _, c := range []struct {
		name, spec, end string
		unit            *int
		amount          string
	}{
		{"a whole month", "s", "2026-04-08T15:59:59Z", nil, "200"},                          // 8 April 23:59:59 local
		{"its half-open end", "s", "2026-04-08T16:00:00Z", ptr(2), "200"},                   // 9 April 00:00 local
		{"a month and ten days", "s", "2026-04-18T15:59:59Z", nil, "266.67"},                // 200 x (1 + 10/30)
		{"into another month", "s", "2026-05-01T04:00:00Z", nil, "353.12"},                  // 200 x (1 + 22/30 + 1/31)
		{"by the three-month row", "s", "2026-06-09T15:59:59Z", nil, "546.67"},              // 270 x 2 + 200 x 1/30
		{"less than a month", "s", "2026-03-31T15:59:59Z", nil, "148.39"},                   // 200 x 23/31
		{"the same day", "s", "2026-03-08T10:00:00Z", nil, "0"},                             // the day of the order is free
		{"a year, by years", "s", "2027-03-08T15:59:59Z", ptr(3), "2000"},                   // the yearly row
		{"a year and a day, by years", "s", "2027-03-09T15:59:59Z", ptr(3), "2006.45"},      // + 200 x 1/31
		{"by days of the yearly row", "yearly", "2027-03-18T15:59:59Z", ptr(3), "2054.79"},  // 2000 + 2000 x 10/365
		{"29 February is not counted", "yearly", "2028-03-01T15:59:59Z", ptr(3), "3961.64"}, // 2000 + 2000 x 358/365
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			response, err := Spec(s.book(), noon, until(c.spec, c.end, c.unit))
			s.must(err)
			if got := response.RatingResult.Amount; !got.Equal(dec(c.amount)) {
				t.Errorf("costs %s, want %s", got, c.amount)
			}
		})
	}
}

func TestPriceUntilAnEndDateRefusals(t *testing.T) {
	t.Parallel()
	s := newShop(t, "cn", "CNY")
	s.server("s", "100", "1.5", nil)
	s.server("reserved", "50", "1", func(p *pricing.Product) { p.ReservedInstance = true })
	for _, c := range []struct {
		spec, end string
		unit      *int
		words     string
	}{
		{"s", "", nil, "send periodEndDate"},
		{"s", "2026-04-08", nil, "2019-05-06T08:05:01Z"},
		{"s", "2026-03-08T04:00:00Z", nil, "not after"},
		{"s", "2026-04-08T15:59:59Z", ptr(0), "relativeResourcePeriodType 0"},
		{"s", "2027-04-08T15:59:59Z", ptr(3), "not offered"},
		{"s", "9999-04-08T15:59:59Z", nil, "at most 1200"},
		{"reserved", "2026-04-08T15:59:59Z", nil, "reserved instance"},
	} {
		_, err := Spec(s.book(), noon, until(c.spec, c.end, c.unit))
		refused(t, err, CodeParameter, c.words)
	}
}

// Until the date on which n periods end it costs what n periods cost, in every zone, from every day, and a later end
// date never costs less.
func TestUntilTheEndOfWholePeriodsCostsThem(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := newShop(t, rapid.SampledFrom([]string{"cn", "intl", "eu"}).Draw(rt, "site"), "CNY")
		s.server("s", "123.45", "1", nil)
		asked := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 4*365*24*60).Draw(rt, "minutes")) * time.Minute)
		months := rapid.IntRange(1, 60).Draw(rt, "months")
		expiry, err := calendar.FirstExpiry(asked, calendar.Period{Type: calendar.Month, Num: months}, s.site.Zone())
		s.must(err)
		price := func(end time.Time) Number {
			response, err := Spec(s.book(), asked, until("s", end.UTC().Format(inquiryTimeLayout), nil))
			s.must(err)
			return response.RatingResult.Amount
		}
		whole := until("s", "", nil)
		whole.PeriodType, whole.PeriodNum = ptr(2), &months
		response, err := Spec(s.book(), asked, whole)
		s.must(err)
		if got := price(expiry); !got.Equal(response.RatingResult.Amount.Decimal) {
			rt.Fatalf("until %s it costs %s, for %d months %s", expiry, got, months, response.RatingResult.Amount)
		}
		later := expiry.AddDate(0, 0, rapid.IntRange(1, 27).Draw(rt, "days"))
		if price(later).LessThan(price(expiry).Decimal) {
			rt.Fatalf("until %s it costs less than until %s", later, expiry)
		}
	})
}
