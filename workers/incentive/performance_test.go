package incentive

import (
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

func TestCounts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind        string
		word, count bool
	}{
		{TenderCash, false, true}, {TenderCredit, false, true}, {TenderMonthlySettlement, false, true},
		{TenderStoredCard, false, true}, {TenderCoupon, true, false}, {TenderFlexiCoupon, true, true}, {TenderFlexiCoupon, false, false},
	} {
		if got := must[bool](t)(Counts(c.kind, c.word)); got != c.count {
			t.Errorf("%s with counts_for_performance %v: %v, want %v", c.kind, c.word, got, c.count)
		}
	}
	if _, err := Counts("points", true); codeOf(err) != CodeUnknownTender {
		t.Errorf("an unknown kind: %v", err)
	}
	if _, err := Performance([]Tender{{Kind: "points"}}); codeOf(err) != CodeUnknownTender {
		t.Errorf("an unknown kind: %v", err)
	}
}

func TestServiceCounts(t *testing.T) {
	t.Parallel()
	for code, want := range map[string][2]bool{"0": {true, true}, "1": {true, true}, "2": {false, false}, "13": {true, false}} {
		performance, rebate, err := ServiceCounts(code)
		if err != nil || performance != want[0] || rebate != want[1] {
			t.Errorf("code %q: performance %v, rebate %v, %v", code, performance, rebate, err)
		}
	}
	if _, _, err := ServiceCounts("7"); codeOf(err) != CodeUnknownServicePolicy {
		t.Errorf("an unknown code: %v", err)
	}
}

func TestResalePerformance(t *testing.T) {
	t.Parallel()
	tender := func(kind, amount string) Tender { return Tender{Kind: kind, Amount: dec(amount)} }
	for _, c := range []struct {
		name    string
		list    string
		tenders []Tender
		want    []string
	}{
		{"spread over what counts", "100", []Tender{tender(TenderCoupon, "10"), tender(TenderCash, "30"), tender(TenderCredit, "60")}, []string{"0", "25", "50"}},
		{"the largest remainder takes the cent", "0.02", []Tender{tender(TenderCash, "1"), tender(TenderCredit, "1")}, []string{"0.01", "0.01"}},
		{"coupons above the price", "100", []Tender{tender(TenderCoupon, "90"), tender(TenderCash, "10")}, []string{"0", "0"}},
		{"all by coupon", "100", []Tender{tender(TenderCoupon, "80")}, []string{"0"}},
		{"a flexi coupon that does not count", "100", []Tender{tender(TenderFlexiCoupon, "10"), tender(TenderCash, "90")}, []string{"0", "75"}},
	} {
		got := must[[]decimal.Decimal](t)(ResalePerformance(dec(c.list), dec("0.85"), c.tenders, "USD"))
		for i, want := range c.want {
			expect(t, c.name, got[i], want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		kinds := rapid.SampledFrom([]string{TenderCash, TenderCoupon, TenderCredit, TenderFlexiCoupon})
		var tenders []Tender
		coupons, counting := decimal.Zero, false
		for range rapid.IntRange(1, 5).Draw(t, "tenders") {
			one := Tender{Kind: kinds.Draw(t, "kind"), CountsForPerformance: rapid.Bool().Draw(t, "counts"), Amount: cents(1, 50_000).Draw(t, "amount")}
			tenders = append(tenders, one)
			if counts, _ := Counts(one.Kind, one.CountsForPerformance); counts {
				counting = true
			} else {
				coupons = coupons.Add(one.Amount)
			}
		}
		list := cents(1, 99_999).Draw(t, "list")
		parts, err := ResalePerformance(list, decimal.New(1, 0), tenders, "USD")
		want := decimal.Max(list.Sub(coupons), decimal.Zero)
		if !counting {
			want = decimal.Zero
		}
		if err != nil || !sum(parts).Equal(want) {
			t.Fatalf("performance %s, want %s: %v", sum(parts), want, err)
		}
	})
}
