package incentive

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/site"
)

const cny money.Currency = "CNY"

func dec(text string) decimal.Decimal { return decimal.RequireFromString(text) }

func ptr[T any](value T) *T { return &value }

func decs(texts ...string) []decimal.Decimal {
	values := make([]decimal.Decimal, len(texts))
	for i, text := range texts {
		values[i] = dec(text)
	}
	return values
}

func sum(values []decimal.Decimal) decimal.Decimal {
	total := decimal.Zero
	for _, value := range values {
		total = total.Add(value)
	}
	return total
}

func china(t testing.TB) *site.Profile {
	t.Helper()
	profile, err := site.Default().Get("cn")
	if err != nil {
		t.Fatal(err)
	}
	return profile
}

// at reads "2026-03-08 10:00" or "2026-03-08" in China's zone.
func at(t testing.TB, text string) time.Time {
	t.Helper()
	layout := time.DateOnly
	if len(text) > len(layout) {
		layout = "2006-01-02 15:04"
	}
	instant, err := time.ParseInLocation(layout, text, china(t).Zone())
	if err != nil {
		t.Fatal(err)
	}
	return instant
}

// flat is a valid base policy of one rate; change adapts it.
func flat(rate string, change ...func(*Policy)) *Policy {
	p := &Policy{
		ID: "POL", Version: 1, Kind: KindBase, Association: AssociationResale, Basis: BasisOrder, Period: PeriodMonth,
		Currency: cny, Mode: ModeMarginal, Bands: []Band{{Rate: dec(rate)}}, CycleBy: CycleByPayment,
		EffectiveTime: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	for _, each := range change {
		each(p)
	}
	return p
}

// bands builds rate bands from (up to, rate) pairs; the last has no end. Ends are inclusive.
func bands(pairs ...string) []Band {
	var built []Band
	for i := 0; i < len(pairs); i += 2 {
		band := Band{UpToInclusive: true, Rate: dec(pairs[i+1])}
		if pairs[i] != "" {
			band.UpTo = ptr(dec(pairs[i]))
		}
		built = append(built, band)
	}
	return built
}

func expect(t testing.TB, what string, got decimal.Decimal, want string) {
	t.Helper()
	if !got.Equal(dec(want)) {
		t.Errorf("%s: got %s, want %s", what, got, want)
	}
}

func must[T any](t testing.TB) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// finals evaluates a policy over performances.
func finals(t testing.TB, p *Policy, performances ...string) []decimal.Decimal {
	t.Helper()
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	amounts, _, err := Final(p, decs(performances...))
	if err != nil {
		t.Fatal(err)
	}
	return amounts
}

// cents draws an amount of whole cents.
func cents(low, high int64) *rapid.Generator[decimal.Decimal] {
	return rapid.Map(rapid.Int64Range(low, high), func(n int64) decimal.Decimal { return decimal.New(n, -2) })
}

// policies draws valid policies of every shape.
func policies() *rapid.Generator[*Policy] {
	return rapid.Custom(func(t *rapid.T) *Policy {
		p := flat("0")
		p.Bands = nil
		p.Mode = rapid.SampledFrom([]Mode{ModeMarginal, ModeWhole}).Draw(t, "mode")
		p.Basis = rapid.SampledFrom([]Basis{BasisOrder, BasisPeriod}).Draw(t, "basis")
		end := decimal.Zero
		for range rapid.IntRange(0, 3).Draw(t, "ends") {
			end = end.Add(cents(1, 100_000).Draw(t, "width"))
			p.Bands = append(p.Bands, Band{UpTo: ptr(end), UpToInclusive: rapid.Bool().Draw(t, "inclusive"), Rate: rate(t)})
		}
		p.Bands = append(p.Bands, Band{Rate: rate(t)})
		if rapid.Bool().Draw(t, "has threshold") {
			p.Threshold = &Threshold{cents(0, 100_000).Draw(t, "threshold"), rapid.Bool().Draw(t, "inclusive")}
		}
		if rapid.Bool().Draw(t, "has base cap") {
			p.BaseCap = ptr(cents(0, 200_000).Draw(t, "base cap"))
		}
		if rapid.Bool().Draw(t, "has reward cap") {
			p.RewardCap = ptr(cents(0, 50_000).Draw(t, "reward cap"))
		}
		return p
	})
}

func rate(t *rapid.T) decimal.Decimal {
	return decimal.New(rapid.Int64Range(0, 5000).Draw(t, "rate"), -4)
}
