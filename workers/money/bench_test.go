package money

import "testing"

func BenchmarkRoundProduct(b *testing.B) {
	amount, part, whole := dec("400.00"), dec("701"), dec("758")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := RoundProduct(amount, part, whole, StageRefund, "CNY"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRoundProductBig(b *testing.B) {
	amount, part, whole := dec("12345678901234567890.00"), dec("0.1234567890"), dec("758")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := RoundProduct(amount, part, whole, StageRefund, "CNY"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRoundFraction(b *testing.B) {
	f := Frac(399, 1).Mul(Frac(13, 31).Add(Frac(8, 30))).Mul(Frac(9, 10))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Round(f, StageOrderLine, "CNY"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFractionMulAdd(b *testing.B) {
	price, r, d := FromDecimal(dec("399.00")), Frac(13, 31), Frac(8, 30)
	b.ReportAllocs()
	for b.Loop() {
		price.Mul(r.Add(d))
	}
}

func BenchmarkApportion2(b *testing.B) {
	total, weights := dec("23.00"), decs("470.00", "12.34")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Apportion(total, weights, "CNY"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFixed(b *testing.B) {
	amount := dec("262.57")
	b.ReportAllocs()
	for b.Loop() {
		Fixed(amount, "CNY")
	}
}
