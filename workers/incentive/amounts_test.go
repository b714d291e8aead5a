package incentive

import (
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

func TestWorkedExample(t *testing.T) {
	t.Parallel()
	pol := flat("0.08")
	for _, c := range []struct{ step, performance, want string }{{"2", "400.00", "32.00"}, {"4", "246.35", "19.71"}} {
		rate, amount, err := Provisional(pol, dec(c.performance))
		if err != nil {
			t.Fatal(err)
		}
		expect(t, "step "+c.step, amount, c.want)
		expect(t, "rate", rate, "0.08")
		expect(t, "step 6: final = provisional, order "+c.step, finals(t, pol, c.performance)[0], c.want)
	}
	tenders := []Tender{{Kind: TenderCoupon, Amount: dec("23.00")}, {Kind: TenderCredit, Amount: dec("400.00")}}
	performance := must[[]decimal.Decimal](t)(Performance(tenders))
	expect(t, "step 2: performance", sum(performance), "400.00")
	shares := must[[]decimal.Decimal](t)(Shares(dec("32.00"), performance, cny))
	expect(t, "step 2: the credit slice has it all", shares[1], "32.00")

	slice := Slice{OrderID: "O1", Cycle: "2026-03", Currency: cny, Tender: TenderCredit}
	credit := Hold{Reason: HoldCreditNotRepaid, Scope: Scope{OrderID: "O1"}, Open: true, Credit: dec("400")}
	cycle := Hold{Reason: HoldCycleUnpaid, Scope: Scope{Cycle: "2026-03"}, Open: true}
	for _, c := range []struct {
		step    string
		settled string
		holds   func() []Hold
		want    string
	}{
		{"2", "0", func() []Hold { return []Hold{credit} }, "32.00"},
		{"5", "100", func() []Hold { return []Hold{credit} }, "24.00"},
		{"6", "100", func() []Hold { return []Hold{credit, cycle} }, "32.00"},
		{"7", "400", func() []Hold { return []Hold{credit, cycle} }, "32.00"},
		{"8", "400", func() []Hold { return []Hold{credit} }, "0"},
	} {
		credit.Settled = dec(c.settled)
		frozen, _, err := Frozen(dec("32.00"), slice, c.holds())
		if err != nil {
			t.Fatal(err)
		}
		expect(t, "frozen at step "+c.step, frozen, c.want)
	}
	negative := must[decimal.Decimal](t)(Clawback(dec("19.71"), dec("246.35"), decimal.Zero, dec("2.42"), cny))
	expect(t, "step 9", negative, "-0.19")
}

// Marginal and whole bands, thresholds and caps, in key order.
func TestFinal(t *testing.T) {
	t.Parallel()
	tiered := func(mode Mode, change ...func(*Policy)) *Policy {
		return flat("0", append(change, func(p *Policy) {
			p.Basis, p.Mode, p.Bands = BasisPeriod, mode, bands("1000", "0.05", "2000", "0.10", "", "0")
		})...)
	}
	above := func(p *Policy) { p.Threshold = &Threshold{Amount: dec("600"), Inclusive: true} }
	capped := func(p *Policy) { p.RewardCap = ptr(dec("100")) }
	for _, c := range []struct {
		name         string
		policy       *Policy
		performances []string
		want         []string
		rate         string
	}{
		{"marginal, each band its own rate", tiered(ModeMarginal), []string{"600", "600", "600"}, []string{"30", "40", "60"}, "0.1"},
		{"marginal, a last band of zero keeps what was earned", tiered(ModeMarginal), []string{"2000", "500"}, []string{"150", "0"}, "0"},
		{"whole, the reached rate for all", tiered(ModeWhole), []string{"600", "600"}, []string{"60", "60"}, "0.1"},
		{"whole, up to includes its end", tiered(ModeWhole), []string{"600", "400"}, []string{"30", "20"}, "0.05"},
		{"marginal, the detail that crosses the threshold takes what lay below", tiered(ModeMarginal, above), []string{"500", "100"}, []string{"0", "30"}, "0.05"},
		{"whole, a reached threshold holds for all", tiered(ModeWhole, above), []string{"500", "100"}, []string{"25", "5"}, "0.05"},
		{"below the threshold", tiered(ModeWhole, above), []string{"500", "99.99"}, []string{"0", "0"}, "0"},
		{"reward cap", tiered(ModeMarginal, capped), []string{"1000", "600", "400"}, []string{"50", "50", "0"}, "0.1"},
		{"the band is looked up under the base cap", tiered(ModeWhole, func(p *Policy) { p.BaseCap = ptr(dec("1000")) }), []string{"3000"}, []string{"50"}, "0.05"},
		{"half up, without drift", flat("0.05"), []string{"0.10", "0.10", "0.10"}, []string{"0.01", "0", "0.01"}, "0.05"},
		{"refunds within the period make nothing negative", flat("0.05"), []string{"100", "-200"}, []string{"5", "-5"}, "0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			amounts, reached, err := Final(c.policy, decs(c.performances...))
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range c.want {
				expect(t, c.performances[i], amounts[i], want)
			}
			expect(t, "reached rate", reached, c.rate)
		})
	}
}

// F52: a tier that is reached later takes back nothing twice; earlier postings are deducted by the true-up.
func TestF52LaterTierDeductsEarlierRebate(t *testing.T) {
	t.Parallel()
	p := flat("0", func(p *Policy) { p.Basis, p.Bands = BasisPeriod, bands("1000", "0.05", "", "0.10") })
	posted := decimal.Zero
	for _, performance := range []string{"1000", "34000"} {
		_, amount, err := Provisional(p, dec(performance))
		if err != nil {
			t.Fatal(err)
		}
		posted = posted.Add(amount)
	}
	expect(t, "estimated at the first band", posted, "1750")
	final := sum(finals(t, p, "1000", "34000"))
	expect(t, "final", final, "3450")
	expect(t, "true-up", final.Sub(posted), "1700")
}

// F46, F47: a refund lowers what was earned, paid out or not, and never by more than it was.
func TestF46F47Clawback(t *testing.T) {
	t.Parallel()
	var taken []string
	before := decimal.Zero
	for _, refund := range decs("33.33", "33.33", "33.33", "0.01", "50") {
		negative := must[decimal.Decimal](t)(Clawback(dec("10.00"), dec("100"), before, refund, cny))
		taken = append(taken, negative.String())
		before = before.Add(refund)
	}
	for i, want := range []string{"-3.33", "-3.34", "-3.33", "0", "0"} {
		expect(t, "refund", dec(taken[i]), want)
	}
	for _, bad := range [][]string{{"-1", "1", "0", "1"}, {"1", "-1", "0", "1"}, {"1", "1", "-1", "1"}, {"1", "1", "0", "-1"}} {
		v := decs(bad...)
		if _, err := Clawback(v[0], v[1], v[2], v[3], cny); codeOf(err) != CodeInvalidAmount {
			t.Errorf("clawback of %v: got %v", bad, err)
		}
	}
	after := must[decimal.Decimal](t)(Clawback(dec("10.00"), dec("100"), dec("150"), dec("10"), cny))
	expect(t, "after more was refunded than was eligible", after, "0")
	unpaid := must[decimal.Decimal](t)(FrozenShare(dec("5"), decimal.Zero, decimal.Zero, cny))
	expect(t, "no credit, nothing frozen", unpaid, "0")
	nothing := must[decimal.Decimal](t)(Clawback(decimal.Zero, decimal.Zero, decimal.Zero, dec("5"), cny))
	expect(t, "a detail that earned nothing", nothing, "0")
}

// F54: a later refund takes back at the rate its own original came to, not at the average of the period.
func TestF54ClawbackAtTheFinalRateOfItsOriginal(t *testing.T) {
	t.Parallel()
	p := flat("0", func(p *Policy) { p.Basis, p.Bands = BasisPeriod, bands("1000", "0.05", "", "0.10") })
	originals := finals(t, p, "1000", "1000")
	for i, want := range []string{"-25", "-50"} {
		half := must[decimal.Decimal](t)(Clawback(originals[i], dec("1000"), decimal.Zero, dec("500"), cny))
		expect(t, "half refunded", half, want)
	}
}

func TestWithin(t *testing.T) {
	t.Parallel()
	base := flat("0.1", func(p *Policy) { p.RewardCap = ptr(dec("100")) })
	special := func(change ...func(*Policy)) *Policy {
		return flat("0.1", append(change, func(p *Policy) { p.Kind = KindSpecial })...)
	}
	for _, c := range []struct {
		name         string
		policy, base *Policy
		earned, want string
	}{
		{"room left", special(), base, "70", "30"},
		{"no room left", special(), base, "100", "0"},
		{"its own cap is lower", special(func(p *Policy) { p.RewardCap = ptr(dec("20")) }), base, "70", "20"},
		{"outside the cap", special(func(p *Policy) { p.OutsideCap = true }), base, "100", "50"},
		{"no cap to stay within", special(), flat("0.1"), "100", "50"},
		{"no base policy", special(), nil, "0", "50"},
	} {
		expect(t, c.name, finals(t, c.policy.Within(c.base, dec(c.earned)), "500")[0], c.want)
	}
}

func TestAmountLaws(t *testing.T) {
	t.Parallel()
	t.Run("final amounts sum to the rounded function of the total, none negative", rapid.MakeCheck(func(t *rapid.T) {
		p := policies().Draw(t, "policy")
		performances := rapid.SliceOfN(cents(0, 60_000), 1, 12).Draw(t, "performances")
		amounts, _, err := Final(p, performances)
		alone, _, errAlone := Final(p, []decimal.Decimal{sum(performances)})
		if err != nil || errAlone != nil {
			t.Fatal(err, errAlone)
		}
		if !sum(amounts).Equal(alone[0]) {
			t.Fatalf("%v sums to %s, the total earns %s", amounts, sum(amounts), alone[0])
		}
		for _, amount := range amounts {
			if amount.IsNegative() {
				t.Fatalf("a detail of a positive performance earns %s", amount)
			}
		}
	}))
	t.Run("clawbacks never exceed the original and come to it at full refund", rapid.MakeCheck(func(t *rapid.T) {
		original, refunds := cents(0, 50_000).Draw(t, "original"), rapid.SliceOfN(cents(1, 9_000), 1, 9).Draw(t, "refunds")
		eligible := sum(refunds).Add(cents(0, 100).Draw(t, "kept"))
		taken, before := decimal.Zero, decimal.Zero
		for _, refund := range refunds {
			negative, err := Clawback(original, eligible, before, refund, cny)
			if err != nil || negative.IsPositive() {
				t.Fatalf("clawback %s: %v", negative, err)
			}
			taken, before = taken.Sub(negative), before.Add(refund)
		}
		if taken.GreaterThan(original) || before.Equal(eligible) && !taken.Equal(original) {
			t.Fatalf("took %s of %s with %s of %s refunded", taken, original, before, eligible)
		}
	}))
	t.Run("a credit slice thaws monotonically to exactly zero", rapid.MakeCheck(func(t *rapid.T) {
		amount, parts := cents(-5_000, 50_000).Draw(t, "amount"), rapid.SliceOfN(cents(1, 9_000), 1, 9).Draw(t, "repayments")
		credit, settled, last := sum(parts), decimal.Zero, amount
		for _, part := range parts {
			settled = settled.Add(part)
			frozen, err := FrozenShare(amount, credit, settled, cny)
			if err != nil || frozen.Abs().GreaterThan(last.Abs()) || frozen.Mul(amount).IsNegative() {
				t.Fatalf("frozen %s of %s after %s: %v", frozen, amount, last, err)
			}
			last = frozen
		}
		if !last.IsZero() {
			t.Fatalf("%s stays frozen", last)
		}
	}))
	t.Run("clawback shares sum to their amount and leave no slice negative", rapid.MakeCheck(func(t *rapid.T) {
		left := rapid.SliceOfN(cents(0, 500), 1, 6).Draw(t, "left")
		weights := rapid.SliceOfN(cents(1, 500), len(left), len(left)).Draw(t, "weights")
		amount := decimal.New(-rapid.Int64Range(0, sum(left).Shift(2).IntPart()).Draw(t, "amount"), -2)
		shares, err := ClawbackShares(amount, weights, left, cny)
		if err != nil || !sum(shares).Equal(amount) {
			t.Fatalf("%v sums not to %s: %v", shares, amount, err)
		}
		for i, share := range shares {
			if share.IsPositive() || left[i].Add(share).IsNegative() {
				t.Fatalf("took %s of %s", share, left[i])
			}
		}
	}))
}
