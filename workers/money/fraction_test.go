package money

import (
	"errors"
	"math/big"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

func dec(text string) decimal.Decimal { return decimal.RequireFromString(text) }

func codeOf(err error) string {
	var coded *Error
	if !errors.As(err, &coded) {
		return ""
	}
	return coded.Code()
}

func fractions() *rapid.Generator[Fraction] {
	return rapid.Custom(func(t *rapid.T) Fraction {
		return Frac(rapid.Int64Range(-1e12, 1e12).Draw(t, "num"), rapid.Int64Range(1, 1e9).Draw(t, "den"))
	})
}

func TestFractionText(t *testing.T) {
	t.Parallel()
	third := Frac(1, 3)
	for _, c := range []struct{ name, got, want string }{
		{"zero value", Fraction{}.String(), "0"},
		{"reduced", Frac(26, 62).String(), "13/31"},
		{"sign stands in front", Frac(13, -31).String(), "-13/31"},
		{"whole", Frac(4, 2).String(), "2"},
		{"decimal", FromDecimal(dec("12.50")).String(), "25/2"},
		{"large exponent", FromDecimal(decimal.New(5, 3)).String(), "5000"},
		{"integer", FromInt(-7).String(), "-7"},
		{"printed factor", Frac(12, 30).Add(Frac(8, 31)).Text(8), "0.65806452"},
		{"text keeps its places", Frac(1, 2).Text(4), "0.5000"},
		{"no negative zero", Frac(-1, 1000).Text(2), "0.00"},
		{"zero value text", Fraction{}.Text(2), "0.00"},
		{"min", third.Min(Frac(1, 2)).String(), "1/3"},
		{"min the other way", Frac(1, 2).Min(third).String(), "1/3"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, c.got, c.want)
		}
	}
}

func TestFractionDivisionByZero(t *testing.T) {
	t.Parallel()
	if _, err := FromInt(1).Quo(Fraction{}); codeOf(err) != CodeDivisionByZero {
		t.Errorf("1/0: got error %v, want code %s", err, CodeDivisionByZero)
	}
	if q, err := FromInt(1).Quo(Frac(31, 13)); err != nil || q.String() != "13/31" {
		t.Errorf("1/(31/13): got %s, %v", q, err)
	}
}

// Fractions keep the laws of arithmetic and never change an operand.
func TestFractionLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := fractions().Draw(t, "a"), fractions().Draw(t, "b"), fractions().Draw(t, "c")
		before := a.String() + b.String() + c.String()
		if !a.Add(b).Mul(c).Equal(a.Mul(c).Add(b.Mul(c))) {
			t.Fatalf("(%s+%s)*%s is not distributive", a, b, c)
		}
		if !a.Sub(b).Equal(a.Add(b.Neg())) || a.Sub(b).Sign() != a.Cmp(b) {
			t.Fatalf("%s-%s disagrees with Neg or Cmp", a, b)
		}
		if !b.IsZero() {
			q, err := a.Quo(b)
			if err != nil || !q.Mul(b).Equal(a) {
				t.Fatalf("%s/%s*%s: got %s, %v", a, b, b, q.Mul(b), err)
			}
		}
		a.Text(8)
		if before != a.String()+b.String()+c.String() {
			t.Fatal("an operand changed")
		}
	})
}

// Documents hold fractions exactly.
func TestFractionJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := fractions().Draw(t, "f")
		data, err := json.Marshal(map[string]Fraction{"f": want})
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]Fraction
		if err := json.Unmarshal(data, &got); err != nil || !got["f"].Equal(want) {
			t.Fatalf("%s: got %s, %v", data, got["f"], err)
		}
	})
	for _, text := range []string{"", "1e9", "0x1", "1/0", "1.5", "a", " 1"} {
		var f Fraction
		if err := f.UnmarshalText([]byte(text)); codeOf(err) != CodeInvalidFraction {
			t.Errorf("read %q: got %s, %v, want code %s", text, f, err, CodeInvalidFraction)
		}
	}
}

// F44: no division stops silently at some number of places.
func TestF44ExactDivision(t *testing.T) {
	t.Parallel()
	third := Frac(1, 3)
	if sum := third.Add(third).Add(third); !sum.Equal(FromInt(1)) {
		t.Errorf("three thirds are %s", sum)
	}
	// 0.9999999999999999999999995 is below 1, but 16 places of a quotient would make it 1.00 before the cut.
	nearly := FromDecimal(dec("0.9999999999999999999999995"))
	if got, err := Round(nearly, StageUsageDeductTruncate, "CNY"); err != nil || got.String() != "0.99" {
		t.Errorf("truncate %s: got %s, %v, want 0.99", nearly, got, err)
	}
	rat := new(big.Rat).SetFrac64(2, 3)
	if got := Frac(2, 3).Text(20); got != rat.FloatString(20) {
		t.Errorf("2/3 to 20 places: got %s", got)
	}
}
