package money

import (
	"math/big"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

var allStages = []Stage{
	StageOrderLine, StageIncentive, StageRefund, StageInvoice, StageUsageUnits, StageUsageCost,
	StageUsageDeductTruncate, StageUsageDeductHalfUp, StageInquiryCut6, StageInquiryCut10, StageStatement,
}

func TestRoundByStage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		f     Fraction
		stage Stage
		cur   Currency
		want  string
	}{
		{"UP-06 half up", FromDecimal(dec("227.555")), StageOrderLine, "CNY", "227.56"},
		{"half away from zero", FromDecimal(dec("-227.555")), StageOrderLine, "CNY", "-227.56"},
		{"just below half", FromDecimal(dec("0.0049999999999999999999")), StageIncentive, "CNY", "0.00"},
		{"incentive", FromDecimal(dec("19.708")), StageIncentive, "CNY", "19.71"},
		{"refund", Frac(-1936, 10000), StageRefund, "CNY", "-0.19"},
		{"no minor units", Frac(1, 2), StageOrderLine, "JPY", "1"},
		{"three digits", Frac(1, 3), StageInvoice, "KWD", "0.333"},
		{"four digits", Frac(2, 3), StageInvoice, "CLF", "0.6667"},
		{"PP-02 usage units", Frac(25874, 3600), StageUsageUnits, "", "7.1872222222"},
		{"PP-08 usage cost", FromDecimal(dec("0.8877777777")).Mul(FromDecimal(dec("0.018"))), StageUsageCost, "", "0.01597999"},
		{"PP-01 deduction China", FromDecimal(dec("0.04599822")), StageUsageDeductTruncate, "CNY", "0.04"},
		{"PP-02 deduction international", FromDecimal(dec("0.45998222")), StageUsageDeductHalfUp, "USD", "0.46"},
		{"truncation is towards zero", FromDecimal(dec("-0.049")), StageUsageDeductTruncate, "CNY", "-0.04"},
		{"inquiry precision 0", Frac(2, 3), StageInquiryCut6, "", "0.666666"},
		{"inquiry precision 1", Frac(2, 3), StageInquiryCut10, "", "0.6666666666"},
		{"zero value", Fraction{}, StageRefund, "CNY", "0.00"},
	} {
		got, err := Round(c.f, c.stage, c.cur)
		if err != nil || got.StringFixed(-got.Exponent()) != c.want {
			t.Errorf("%s: got %s, %v, want %s", c.name, got.StringFixed(-got.Exponent()), err, c.want)
		}
	}
}

func TestStageNames(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, stage := range allStages {
		seen[stage.String()] = true
	}
	if len(seen) != len(allStages) || len(stages) != len(allStages) {
		t.Errorf("%d stages have %d names, the table has %d", len(allStages), len(seen), len(stages))
	}
	if got := Stage(0).String(); got != "stage(0)" {
		t.Errorf("no stage: got %q", got)
	}
}

func TestRoundRefuses(t *testing.T) {
	t.Parallel()
	one := dec("1")
	for _, c := range []struct {
		name  string
		whole decimal.Decimal
		stage Stage
		cur   Currency
		code  string
	}{
		{"no stage", one, 0, "CNY", CodeUnknownStage},
		{"unknown stage", one, 99, "CNY", CodeUnknownStage},
		{"unknown currency", one, StageRefund, "XAU", CodeUnknownCurrency},
		{"lower case currency", one, StageRefund, "cny", CodeUnknownCurrency},
		{"empty currency", one, StageRefund, "", CodeUnknownCurrency},
		{"whole 0", decimal.Zero, StageRefund, "CNY", CodeDivisionByZero},
		{"whole zero value", decimal.Decimal{}, StageRefund, "CNY", CodeDivisionByZero},
	} {
		if _, err := RoundProduct(one, one, c.whole, c.stage, c.cur); codeOf(err) != c.code {
			t.Errorf("%s: got error %v, want code %s", c.name, err, c.code)
		}
		if _, err := Round(FromInt(1), c.stage, c.cur); c.code != CodeDivisionByZero && codeOf(err) != c.code {
			t.Errorf("%s, fraction: got error %v, want code %s", c.name, err, c.code)
		}
	}
}

func decimals() *rapid.Generator[decimal.Decimal] {
	return rapid.Custom(func(t *rapid.T) decimal.Decimal {
		exponent := rapid.Int32Range(-10, 3).Draw(t, "exponent")
		if rapid.Bool().Draw(t, "small") {
			return decimal.New(rapid.Int64Range(-1e9, 1e9).Draw(t, "coefficient"), exponent)
		}
		digits := rapid.StringMatching(`-?[1-9][0-9]{0,29}`).Draw(t, "digits")
		coefficient, _ := new(big.Int).SetString(digits, 10)
		return decimal.NewFromBigInt(coefficient, exponent)
	})
}

// The fast way in machine words, the way in big integers and the way over fractions are one function.
func TestRoundProductIsRound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		amount, part, whole := decimals().Draw(t, "amount"), decimals().Draw(t, "part"), decimals().Draw(t, "whole")
		if whole.IsZero() {
			whole = dec("1")
		}
		stage := rapid.SampledFrom(allStages).Draw(t, "stage")
		exact, err := FromDecimal(amount).Mul(FromDecimal(part)).Quo(FromDecimal(whole))
		if err != nil {
			t.Fatal(err)
		}
		want, err := Round(exact, stage, "CNY")
		if err != nil {
			t.Fatal(err)
		}
		got, err := RoundProduct(amount, part, whole, stage, "CNY")
		if err != nil || !got.Equal(want) || got.Exponent() != want.Exponent() {
			t.Fatalf("%s*%s/%s at %s: got %s, %v, want %s", amount, part, whole, stage, got, err, want)
		}
		if got.IsZero() && got.StringFixed(2)[0] == '-' {
			t.Fatal("negative zero")
		}
		unit := decimal.New(1, got.Exponent())
		distance := FromDecimal(got).Sub(exact)
		if distance.Sign() < 0 {
			distance = distance.Neg()
		}
		if distance.Cmp(FromDecimal(unit)) >= 0 {
			t.Fatalf("cut %s to %s", exact, got)
		}
	})
}

func TestRoundProduct(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ amount, part, whole, want string }{
		{"400.00", "701", "758", "369.92"},
		{"246.35", "462", "519", "219.29"},
		{"32.00", "100", "400", "8"},
		{"19.71", "2.42", "246.35", "0.19"},
		{"-19.71", "2.42", "246.35", "-0.19"},
		{"0.01", "1", "2", "0.01"},
		{"0.01", "-1", "2", "-0.01"},
		{"227.555", "1", "1", "227.56"},
		{"200000000000000000", "1", "1", "200000000000000000"},
	} {
		got, err := RoundProduct(dec(c.amount), dec(c.part), dec(c.whole), StageRefund, "CNY")
		if err != nil || !got.Equal(dec(c.want)) {
			t.Errorf("%s*%s/%s: got %s, %v, want %s", c.amount, c.part, c.whole, got, err, c.want)
		}
	}
}

func TestCurrencyTable(t *testing.T) {
	t.Parallel()
	for currency, want := range map[Currency]int32{
		"CNY": 2, "USD": 2, "EUR": 2, "SGD": 2, "HKD": 2, "THB": 2, "ZAR": 2, "BRL": 2, "MXN": 2,
		"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "BHD": 3, "TND": 3, "CLF": 4,
	} {
		if got, err := currency.Digits(); err != nil || got != want {
			t.Errorf("%s: got %d, %v, want %d", currency, got, err, want)
		}
	}
	for currency := range currencyDigits {
		if len(currency) != 3 {
			t.Errorf("%q is not a code", currency)
		}
	}
	for _, currency := range []Currency{"", "RMB", "XAU", "XTS", "cny", "CNY "} {
		if _, err := currency.Digits(); codeOf(err) != CodeUnknownCurrency {
			t.Errorf("%q: got error %v, want code %s", currency, err, CodeUnknownCurrency)
		}
	}
}

func TestFixedAndValid(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		amount decimal.Decimal
		cur    Currency
		text   string
		code   string
	}{
		{dec("262.57"), "CNY", "262.57", ""},
		{dec("0.5"), "CNY", "0.50", ""},
		{dec("10.5000"), "CNY", "10.50", ""},
		{decimal.New(12, 2), "CNY", "1200.00", ""},
		{decimal.Decimal{}, "CNY", "0.00", ""},
		{dec("-0.00"), "CNY", "0.00", ""},
		{dec("100"), "JPY", "100", ""},
		{dec("100.0"), "JPY", "100", ""},
		{dec("1.25"), "KWD", "1.250", ""},
		{dec("10.005"), "CNY", "10.005", CodeTooPrecise},
		{dec("0.1"), "JPY", "0.1", CodeTooPrecise},
		{dec("1.50"), "RMB", "1.5", CodeUnknownCurrency},
	} {
		if got := Fixed(c.amount, c.cur); got != c.text {
			t.Errorf("%s %s: got %q, want %q", c.amount, c.cur, got, c.text)
		}
		if err := Valid(c.amount, c.cur); codeOf(err) != c.code {
			t.Errorf("%s %s: got error %v, want code %q", c.amount, c.cur, err, c.code)
		}
	}
}
