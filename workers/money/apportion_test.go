package money

import (
	"slices"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

func decs(texts ...string) []decimal.Decimal {
	list := make([]decimal.Decimal, len(texts))
	for i, text := range texts {
		list[i] = dec(text)
	}
	return list
}

func fixed(list []decimal.Decimal, c Currency) []string {
	texts := make([]string, len(list))
	for i, d := range list {
		texts[i] = Fixed(d, c)
	}
	return texts
}

func sum(list []decimal.Decimal) decimal.Decimal {
	return decimal.Sum(decimal.Zero, list...)
}

func TestApportion(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		total   string
		weights []decimal.Decimal
		cur     Currency
		want    []string
	}{
		{"F38 remainder has the total's sign", "10.00", decs("1", "1", "1"), "CNY", []string{"3.34", "3.33", "3.33"}},
		{"F38 negative mirrors", "-10.00", decs("1", "1", "1"), "CNY", []string{"-3.34", "-3.33", "-3.33"}},
		{"F40 total of three discounts", "0.01", decs("33.33", "33.33", "33.34"), "CNY", []string{"0.00", "0.00", "0.01"}},
		{"F41 whole discount leaves nothing", "-99.99", decs("33.33", "33.33", "33.33"), "CNY", []string{"-33.33", "-33.33", "-33.33"}},
		{"F42 coupon over lines", "23.00", decs("470.00", "0", "12.34"), "CNY", []string{"22.41", "0.00", "0.59"}},
		{"F45 no float ratio", "0.05", decs("0.3", "0.7"), "USD", []string{"0.02", "0.03"}},
		{"ties by order", "0.01", decs("5", "5"), "CNY", []string{"0.01", "0.00"}},
		{"no minor units", "100", decs("1", "2"), "JPY", []string{"33", "67"}},
		{"weights of different scale", "1.00", decs("1", "0.5", "0.25", "0.25"), "CNY", []string{"0.50", "0.25", "0.13", "0.12"}},
		{"exponents above 0", "3.00", []decimal.Decimal{decimal.New(1, 2), decimal.New(200, 0)}, "CNY", []string{"1.00", "2.00"}},
		{"nothing over nothing", "0", decs("0", "0"), "CNY", []string{"0.00", "0.00"}},
		{"nothing over no lines", "0", nil, "CNY", []string{}},
		{"zero value", "0", []decimal.Decimal{{}, dec("1")}, "CNY", []string{"0.00", "0.00"}},
	} {
		got, err := Apportion(dec(c.total), c.weights, c.cur)
		if err != nil || !slices.Equal(fixed(got, c.cur), c.want) {
			t.Errorf("%s: got %v, %v, want %v", c.name, fixed(got, c.cur), err, c.want)
		}
	}
}

func TestApportionRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		total   string
		weights []decimal.Decimal
		cur     Currency
		code    string
	}{
		{"all weights 0", "0.01", decs("0", "0"), "CNY", CodeNoWeights},
		{"no weights", "1", nil, "CNY", CodeNoWeights},
		{"negative weight", "1", decs("2", "-1"), "CNY", CodeNegativeWeight},
		{"total too fine", "0.001", decs("1"), "CNY", CodeTooPrecise},
		{"unknown currency", "1", decs("1"), "RMB", CodeUnknownCurrency},
	} {
		if _, err := Apportion(dec(c.total), c.weights, c.cur); codeOf(err) != c.code {
			t.Errorf("%s: got error %v, want code %s", c.name, err, c.code)
		}
	}
}

// F39: 81 lines that are rounded one by one drift; apportioned ones do not.
func TestF39ManyLinesSumExactly(t *testing.T) {
	t.Parallel()
	weights := make([]decimal.Decimal, 81)
	for i := range weights {
		weights[i] = dec("0.37")
	}
	got, err := Apportion(dec("29.99"), weights, "CNY")
	if err != nil || !sum(got).Equal(dec("29.99")) {
		t.Errorf("81 lines sum to %s, %v", sum(got), err)
	}
}

func TestApportionLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cents := rapid.SliceOfN(rapid.Int64Range(0, 1e12), 1, 100).Draw(t, "cents")
		weights := make([]decimal.Decimal, len(cents))
		for i, c := range cents {
			weights[i] = decimal.New(c, -2)
		}
		whole := sum(weights)
		total := decimal.New(rapid.Int64Range(-1e15, 1e15).Draw(t, "total"), -2)
		if whole.IsZero() {
			total = decimal.Zero
		}
		got, err := Apportion(total, weights, "CNY")
		if err != nil {
			t.Fatal(err)
		}
		if !sum(got).Equal(total) {
			t.Fatalf("%s over %s: shares sum to %s", total, weights, sum(got))
		}
		mirrored, err := Apportion(total.Neg(), weights, "CNY")
		if err != nil {
			t.Fatal(err)
		}
		for i, share := range got {
			switch {
			case share.Sign()*total.Sign() < 0:
				t.Fatalf("share %d of %s is %s", i, total, share)
			case weights[i].IsZero() && !share.IsZero():
				t.Fatalf("share %d without weight is %s", i, share)
			case total.Abs().LessThanOrEqual(whole) && share.Abs().GreaterThan(weights[i]):
				t.Fatalf("share %d of %s is %s, above its weight %s", i, total, share, weights[i])
			case !share.Neg().Equal(mirrored[i]):
				t.Fatalf("share %d is %s and mirrored %s", i, share, mirrored[i])
			case share.Exponent() != -2:
				t.Fatalf("share %d has exponent %d", i, share.Exponent())
			}
		}
	})
}

// F43: what is taken in parts, in whatever parts, ends exactly where it would as a whole.
func TestF43CumulativeSharesTakeTheRemainder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cents := rapid.SliceOfN(rapid.Int64Range(1, 1e9), 1, 20).Draw(t, "cents")
		whole := decimal.Zero
		for _, c := range cents {
			whole = whole.Add(decimal.New(c, -2))
		}
		total := decimal.New(rapid.Int64Range(-1e9, 1e9).Draw(t, "total"), -2)
		before, taken := decimal.Zero, decimal.Zero
		for _, c := range cents {
			part := decimal.New(c, -2)
			share, err := CumulativeShare(total, before, part, whole, StageIncentive, "CNY")
			if err != nil {
				t.Fatal(err)
			}
			if share.Sign()*total.Sign() < 0 {
				t.Fatalf("share of %s is %s", total, share)
			}
			before, taken = before.Add(part), taken.Add(share)
			if taken.Abs().GreaterThan(total.Abs()) {
				t.Fatalf("took %s of %s", taken, total)
			}
		}
		if !taken.Equal(total) {
			t.Fatalf("took %s of %s", taken, total)
		}
	})
}

func TestCumulativeShareRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		before, part, whole string
		stage               Stage
		code                string
	}{
		{"0", "1", "0", StageIncentive, CodeOutsideWhole},
		{"0", "1", "-2", StageIncentive, CodeOutsideWhole},
		{"1", "1.01", "2", StageIncentive, CodeOutsideWhole},
		{"2.01", "-1", "2", StageIncentive, CodeOutsideWhole},
		{"1", "-1.01", "2", StageIncentive, CodeOutsideWhole},
		{"-1", "2", "2", StageIncentive, CodeOutsideWhole},
		{"1", "1", "2", 0, CodeUnknownStage},
	} {
		if _, err := CumulativeShare(dec("5"), dec(c.before), dec(c.part), dec(c.whole), c.stage, "CNY"); codeOf(err) != c.code {
			t.Errorf("%s after %s of %s: got error %v, want code %s", c.part, c.before, c.whole, err, c.code)
		}
	}
}
