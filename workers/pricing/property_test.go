package pricing

import (
	"fmt"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/site"
)

// anyAmount draws an amount from low to high minor units of 10^-digits.
func anyAmount(t *rapid.T, label string, low, high int64, digits int32) decimal.Decimal {
	return decimal.New(rapid.Int64Range(low, high).Draw(t, label), -digits)
}

// anyLines publishes a product a line and orders it.
func anyLines(t *rapid.T, s *shop) []LineInput {
	var lines []LineInput
	for n := range rapid.IntRange(1, 4).Draw(t, "lines") {
		unit := rapid.SampledFrom([]calendar.PeriodType{calendar.Month, calendar.Year}).Draw(t, "unit")
		period := calendar.Period{Type: unit, Num: rapid.IntRange(1, 3).Draw(t, "num")}
		price := PriceRow{ChargingMode: ChargingPeriod, Period: calendar.Period{Type: unit, Num: 1}, Amount: ptr(anyAmount(t, "price", 0, 5_000_000, 4))}
		publish := s.server
		if rapid.Bool().Draw(t, "linear") {
			publish = s.disk
		}
		line := lineFor(n, publish(fmt.Sprintf("P%d", n), price), period)
		line.Quantity = rapid.IntRange(1, 5).Draw(t, "quantity")
		lines = append(lines, line)
	}
	return lines
}

func anyDiscount(t *rapid.T, n, lines int) Discount {
	d := Discount{
		ID: fmt.Sprintf("D%d", n), Currency: cny,
		Type: rapid.SampledFrom([]int{605, 606, 607, 200, 700}).Draw(t, "type"),
		Mode: rapid.SampledFrom([]DiscountMode{ModeRatio, ModeFixedPrice, ModeAmountOff}).Draw(t, "mode"),
	}
	switch d.Mode {
	case ModeRatio:
		d.Value = anyAmount(t, "ratio", 0, 100, 2)
	case ModeFixedPrice:
		d.Value = anyAmount(t, "fixed", 0, 600_0000, 4)
	case ModeAmountOff:
		d.Value = anyAmount(t, "off", 1, 100_000, 2)
	}
	switch rapid.IntRange(0, 2).Draw(t, "scope") {
	case 1:
		d.Scope.ProductIDs = []string{fmt.Sprintf("P%d", rapid.IntRange(0, lines-1).Draw(t, "product"))}
	case 2:
		d.Scope.ServiceTypes = []string{rapid.SampledFrom([]string{serviceECS, serviceEBS}).Draw(t, "service")}
	}
	return d
}

// Lines sum to the order and amount = official - discount, in every candidate and charge, never below 0 and never
// above the list price; what is charged is what was offered (F32, F33, F38, F39, F40, F41, F45).
func TestAmountsAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := newShop(t)
		lines := anyLines(rt, s)
		for n := range rapid.IntRange(0, 5).Draw(rt, "discounts") {
			s.discounts = append(s.discounts, anyDiscount(rt, n, len(lines)))
		}
		quote := s.subscribe("2026-03-08 10:00", lines...)
		offers := map[string]decimal.Decimal{"": quote.Official}
		for _, candidate := range quote.Candidates {
			checkSums(rt, quote.Official, candidate.Discount, candidate.Amount, candidate.Lines)
			if candidate.Selectable {
				offers[candidate.DiscountID] = candidate.Amount
			}
		}
		for id, offer := range offers {
			charge, err := quote.Charge(id)
			if err != nil {
				rt.Fatal(err)
			}
			if !charge.Amount.Equal(offer) {
				rt.Fatalf("%q is offered for %s and charged with %s", id, offer, charge.Amount)
			}
			checkSums(rt, quote.Official, charge.Discount, charge.Amount, charge.Lines)
		}
	})
}

func checkSums(t *rapid.T, official, discount, amount decimal.Decimal, lines []LinePrice) {
	var sum LinePrice
	for _, line := range lines {
		if !line.Amount.Equal(line.Official.Sub(line.Discount)) || line.Amount.IsNegative() || line.Discount.IsNegative() || money.Valid(line.Amount, cny) != nil {
			t.Fatalf("line %s: %s - %s = %s", line.LineID, line.Official, line.Discount, line.Amount)
		}
		sum.Official, sum.Discount, sum.Amount = sum.Official.Add(line.Official), sum.Discount.Add(line.Discount), sum.Amount.Add(line.Amount)
	}
	if !sum.Official.Equal(official) || !sum.Discount.Equal(discount) || !sum.Amount.Equal(amount) {
		t.Fatalf("lines sum to %s - %s = %s, order says %s - %s = %s", sum.Official, sum.Discount, sum.Amount, official, discount, amount)
	}
}

// A larger discount never makes the automatic price higher under best_price.
func TestLargerDiscountNeverCostsMore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := newShop(t)
		lines := anyLines(rt, s)
		for n := range rapid.IntRange(1, 5).Draw(rt, "discounts") {
			s.discounts = append(s.discounts, anyDiscount(rt, n, len(lines)))
		}
		before := automaticPrice(rt, s, lines)
		d := &s.discounts[rapid.IntRange(0, len(s.discounts)-1).Draw(rt, "enlarged")]
		if d.Mode == ModeAmountOff {
			d.Value = d.Value.Add(anyAmount(rt, "more", 1, 10_000, 2))
		} else {
			d.Value = d.Value.Mul(anyAmount(rt, "less", 0, 99, 2))
		}
		if after := automaticPrice(rt, s, lines); after.GreaterThan(before) {
			rt.Fatalf("price rose from %s to %s", before, after)
		}
	})
}

func automaticPrice(t *rapid.T, s *shop, lines []LineInput) decimal.Decimal {
	quote := s.subscribe("2026-03-08 10:00", lines...)
	charge, err := quote.Charge(quote.AutomaticChoice(&site.Profile{AutomaticPayment: site.BestPrice}))
	if err != nil {
		t.Fatal(err)
	}
	return charge.Amount
}

// Slices sum to the tenders and to the lines (F38, F39).
func TestSlicesAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		charge := &Charge{Currency: cny}
		for n := range rapid.IntRange(1, 6).Draw(rt, "lines") {
			amount := anyAmount(rt, "amount", 0, 10_000, 2)
			charge.Lines = append(charge.Lines, LinePrice{LineID: fmt.Sprint(n), Amount: amount})
			charge.Amount = charge.Amount.Add(amount)
		}
		var tenders []Tender
		left := charge.Amount
		for _, kind := range []TenderKind{TenderCash, TenderCoupon, TenderFlexiCoupon, TenderStoredCard, TenderCoupon} {
			amount := anyAmount(rt, "tender", 0, left.Shift(2).IntPart(), 2)
			tenders = append(tenders, Tender{Kind: kind, Reference: fmt.Sprint(len(tenders)), Amount: amount})
			left = left.Sub(amount)
		}
		tenders = append(tenders, Tender{Kind: TenderCredit, Reference: "rest", Amount: left})
		slices, err := Allocate(charge, tenders, everyLine)
		if err != nil {
			rt.Fatal(err)
		}
		sums := map[string]decimal.Decimal{}
		for _, slice := range slices {
			sums["line "+slice.LineID] = sums["line "+slice.LineID].Add(slice.Amount)
			sums["tender "+slice.Reference] = sums["tender "+slice.Reference].Add(slice.Amount)
		}
		for _, line := range charge.Lines {
			if !sums["line "+line.LineID].Equal(line.Amount) {
				rt.Fatalf("line %s: slices sum to %s, want %s", line.LineID, sums["line "+line.LineID], line.Amount)
			}
		}
		for _, tender := range tenders {
			if !sums["tender "+tender.Reference].Equal(tender.Amount) {
				rt.Fatalf("tender %s: slices sum to %s, want %s", tender.Reference, sums["tender "+tender.Reference], tender.Amount)
			}
		}
	})
}
