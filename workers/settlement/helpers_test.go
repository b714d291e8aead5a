package settlement

import (
	"errors"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/accruald/accruald/workers/site"
)

func dec(text string) decimal.Decimal { return decimal.RequireFromString(text) }

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

func profile(t testing.TB, code string) *site.Profile {
	t.Helper()
	p, err := site.Default().Get(code)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// at reads "2026-03-08 10:00" or "2026-03-08" in China's zone.
func at(t testing.TB, text string) time.Time {
	t.Helper()
	layout := time.DateOnly
	if len(text) > len(layout) {
		layout = "2006-01-02 15:04"
	}
	instant, err := time.ParseInLocation(layout, text, profile(t, "cn").Zone())
	if err != nil {
		t.Fatal(err)
	}
	return instant
}

func expect(t testing.TB, what string, got decimal.Decimal, want string) {
	t.Helper()
	if !got.Equal(dec(want)) {
		t.Errorf("%s: got %s, want %s", what, got, want)
	}
}

// codeOf returns the code of a refusal, "" for no error, the text of any other.
func codeOf(err error) string {
	var refusal *Refusal
	var coded interface{ Code() string }
	switch {
	case err == nil:
		return ""
	case errors.As(err, &refusal):
		return refusal.Code
	case errors.As(err, &coded):
		return coded.Code()
	}
	return err.Error()
}

// cents draws an amount of whole cents.
func cents(low, high int64) *rapid.Generator[decimal.Decimal] {
	return rapid.Map(rapid.Int64Range(low, high), func(n int64) decimal.Decimal { return decimal.New(n, -2) })
}

// amounts are those of a bill, in the order of the identity, total left out.
func amounts(frozen, payable, requested, paidOut, expired, offset string) Amounts {
	a := Amounts{
		Frozen: dec(frozen), Payable: dec(payable), Requested: dec(requested),
		PaidOut: dec(paidOut), Expired: dec(expired), Offset: dec(offset),
	}
	a.Total = decimal.Sum(a.Frozen, a.Payable, a.Requested, a.PaidOut, a.Expired, a.Offset)
	return a
}

func expectAmounts(t testing.TB, what string, got, want Amounts) {
	t.Helper()
	if !got.Equal(want) {
		t.Errorf("%s: got %+v, want %+v", what, got, want)
	}
	if err := got.Check(); err != nil {
		t.Errorf("%s: %v", what, err)
	}
}
