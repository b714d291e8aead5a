package pricing

import (
	"slices"
	"strings"
	"testing"

	"github.com/accruald/accruald/workers/site"
)

func TestOnDemandPrices(t *testing.T) {
	t.Parallel()
	s := newUsageShop(t)
	fine := s.publish(vmProduct("fine", hourly("0.1234567899")))
	disk := s.publish(diskProduct("disk", hourly("0.00064")))
	vault := s.metered(vmProduct("vault", hourly("0.3")), Metering{MeterByHour, SettleDaily, AccumulateNone})
	tiered := s.publish(vmProduct("tiered", tiers(BandGraduated, "100", "1", "", "0.8")))
	for _, test := range []struct {
		name      string
		precision int
		product   Product
		value     string
		measure   int
		quantity  int
		want      string
	}{
		{"precision 0 cuts at 6", PrecisionCut6, fine, "1", measureHour, 1, "0.123456"},
		{"precision 1 keeps 10", PrecisionKeep10, fine, "1", measureHour, 1, "0.1234567899"},
		{"precision 1 cuts the eleventh", PrecisionKeep10, fine, "0.5", measureHour, 1, "0.0617283949"},
		{"the quantity before the cut", PrecisionCut6, fine, "1", measureHour, 10, "1.234567"},
		{"size", PrecisionCut6, disk, "730", measureHour, 1, "4.672"},
		{"size and quantity", PrecisionCut6, disk, "730", measureHour, 3, "14.016"},
		{"whole hours", PrecisionCut6, vault, "80", measureMinute, 1, "0.6"},
		{"tiers of each", PrecisionCut6, tiered, "110", measureUseGB, 2, "216"},
		{"nothing", PrecisionCut6, fine, "0", measureHour, 1, "0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			line := onDemandLine(1, test.product, test.value, test.measure)
			line.Quantity = test.quantity
			quote := s.onDemand(test.precision, line)
			wantAmount(t, "amount", quote.Amount, test.want)
		})
	}
}

// The published hourly prices for a month of 730 hours.
func TestMonthOfHours(t *testing.T) {
	t.Parallel()
	for price, want := range map[string]string{"0.678": "494.94", "0.516": "376.68", "0.120": "87.60", "0.150": "109.50"} {
		s := newUsageShop(t)
		quote := s.onDemand(PrecisionCut6, onDemandLine(1, s.publish(vmProduct("vm", hourly(price))), "730", measureHour))
		wantAmount(t, price, quote.Amount, want)
	}
}

// With several discounts the commercial one wins, each line by itself.
func TestOnDemandDiscounts(t *testing.T) {
	t.Parallel()
	fixed := Discount{ID: "F", Type: 605, Mode: ModeFixedPrice, Value: dec("7"), Currency: cny}
	off := Discount{ID: "O", Type: 605, Mode: ModeAmountOff, Value: dec("9"), Currency: cny}
	only := func(d Discount, products ...string) Discount {
		d.Scope.ProductIDs = products
		return d
	}
	monthlyOnly := ratio("M", 605, "0.1")
	monthlyOnly.Scope.PeriodNums = []int{1}
	expired := ratio("E", 605, "0.1")
	expired.ExpireTime = ptr(at("2026-03-08 10:00"))
	for _, test := range []struct {
		name      string
		discounts []Discount
		amount    string // of 10.00
		by        string
	}{
		{"none", nil, "10", ""},
		{"commercial before a larger one of the partner", []Discount{ratio("P", 607, "0.8"), ratio("C", 605, "0.9")}, "9", "C"},
		{"the largest commercial one", []Discount{ratio("A", 605, "0.9"), ratio("B", 606, "0.85")}, "8.5", "B"},
		{"a tie goes to 605", []Discount{ratio("A", 606, "0.9"), ratio("B", 605, "0.9")}, "9", "B"},
		{"the partner's where there is no commercial one", []Discount{ratio("P", 607, "0.8")}, "8", "P"},
		{"a commercial one that takes nothing off", []Discount{ratio("P", 607, "0.8"), ratio("C", 605, "1")}, "8", "P"},
		{"the partner's that was removed", []Discount{ratio("P", 607, "0.8"), ratio("Q", 607, "1")}, "10", ""},
		{"specific before general", []Discount{ratio("G", 605, "0.5"), only(ratio("S", 605, "0.9"), "vm")}, "9", "S"},
		{"specific for another product", []Discount{ratio("G", 605, "0.5"), only(ratio("S", 605, "0.9"), "x")}, "5", "G"},
		{"fixed price", []Discount{fixed}, "7", "F"},
		{"a promotion needs an order before", []Discount{ratio("Q", 200, "0.5")}, "10", ""},
		{"an amount off is of an order", []Discount{off}, "10", ""},
		{"a discount on periods", []Discount{monthlyOnly}, "10", ""},
		{"expired", []Discount{expired}, "10", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newUsageShop(t)
			s.discounts = test.discounts
			vm := s.publish(vmProduct("vm", hourly("10")))
			bestPrice := *s.site
			bestPrice.AutomaticPayment = site.BestPrice // which does not count here
			s.site = &bestPrice
			book := s.book()
			book.Explain = true
			quote, err := OnDemand(book, OnDemandInquiry{CustomerID: customer1, At: at("2026-03-08 10:00"), Lines: []OnDemandLine{onDemandLine(1, vm, "1", measureHour)}})
			s.must(err)
			wantAmount(t, "amount", quote.Amount, test.amount)
			wantAmount(t, "discount", quote.Discount, dec("10").Sub(dec(test.amount)).String())
			line := quote.Lines[0]
			if line.DiscountID != test.by || len(line.Candidates) != len(test.discounts) {
				t.Errorf("taken %q among %+v", line.DiscountID, line.Candidates)
			}
			for _, candidate := range line.Candidates {
				if (candidate.Lost == "") != (candidate.DiscountID == test.by) {
					t.Errorf("%s lost because %q", candidate.DiscountID, candidate.Lost)
				}
			}
		})
	}
	s := newUsageShop(t)
	s.serviceType(ServiceType{Code: serviceECS, UnsubscribeLevel: UnsubscribeByResource})
	s.discounts = []Discount{ratio("P", 607, "0.8")}
	quote := s.onDemand(PrecisionCut6, onDemandLine(1, s.publish(vmProduct("vm", hourly("10"))), "1", measureHour))
	wantAmount(t, "allow_discount NO", quote.Amount, "10")
	s.discounts[0].Mode = "gift"
	_, err := OnDemand(s.book(), OnDemandInquiry{Lines: []OnDemandLine{onDemandLine(1, vmProduct("vm", hourly("10")), "1", measureHour)}, At: at("2026-03-08")})
	wantRefusal(t, err, CodeDiscountInvalid, "/mode")
}

func TestOnDemandRefusals(t *testing.T) {
	t.Parallel()
	s := newUsageShop(t)
	vm, disk := s.publish(vmProduct("vm", hourly("1"))), s.publish(diskProduct("disk", hourly("1")))
	dollar := vmProduct("dollar", hourly("1"))
	dollar.Currency = "USD"
	s.publish(dollar)
	gone := s.publish(vmProduct("gone", hourly("1")))
	s.version++
	s.must(s.catalogue.AddWithdrawal(s.version, "gone", at("2026-03-01")))
	line := func(n int, p Product, edits ...func(*OnDemandLine)) OnDemandLine {
		l := onDemandLine(n, p, "1", measureHour)
		for _, edit := range edits {
			edit(&l)
		}
		return l
	}
	hundred := make([]OnDemandLine, 100)
	for i := range hundred {
		hundred[i] = line(i, vm)
	}
	if quote := s.onDemand(PrecisionCut6, hundred...); !quote.Amount.Equal(dec("100")) {
		t.Errorf("100 lines cost %s", quote.Amount)
	}
	for _, test := range []struct {
		code, pointer string
		precision     int
		lines         []OnDemandLine
	}{
		{CodeNoLines, "/lines", 0, nil},
		{CodeTooManyLines, "/lines", 0, append(slices.Clone(hundred), line(100, vm))},
		{CodeDuplicateLine, "/lines/1/line_id", 0, []OnDemandLine{line(1, vm), line(1, disk)}},
		{CodeQuantityOutOfRange, "/lines/0/subscription_num", 0, []OnDemandLine{line(1, vm, func(l *OnDemandLine) { l.Quantity = 0 })}},
		{CodeQuantityOutOfRange, "/lines/0/subscription_num", 0, []OnDemandLine{line(1, vm, func(l *OnDemandLine) { l.Quantity = 10_001 })}},
		{CodeInquiryPrecision, "/inquiry_precision", 2, []OnDemandLine{line(1, vm)}},
		{CodeUsageFactorUnknown, "/lines/1/usage_factor", 0, []OnDemandLine{line(1, vm), line(2, vm, func(l *OnDemandLine) { l.UsageFactor = "x" })}},
		{CodeUsageMeasureUnknown, "/lines/0/usage_measure_id", 0, []OnDemandLine{line(1, vm, func(l *OnDemandLine) { l.UsageMeasure = 99 })}},
		{CodeConversionMissing, "/lines/0/usage_measure_id", 0, []OnDemandLine{line(1, vm, func(l *OnDemandLine) { l.UsageMeasure = measureUseMB })}},
		{CodeUsageOutOfRange, "/lines/0/usage_value", 0, []OnDemandLine{line(1, vm, func(l *OnDemandLine) { l.UsageValue = dec("-1") })}},
		{CodeSizeMissing, "/lines/0/resource_size", 0, []OnDemandLine{line(1, disk, func(l *OnDemandLine) { l.Size = nil })}},
		{CodeSizeMissing, "/lines/0/size_measure_id", 0, []OnDemandLine{line(1, disk, func(l *OnDemandLine) { l.SizeMeasure = 0 })}},
		{CodeProductNotFound, "/lines/0/resource_spec", 0, []OnDemandLine{line(1, vm, func(l *OnDemandLine) { l.Key.Spec = "x" })}},
		{CodeProductWithdrawn, "/lines/0/resource_spec", 0, []OnDemandLine{line(1, gone)}},
		{CodeCurrencyMix, "/lines/1/resource_spec", 0, []OnDemandLine{line(1, vm), line(2, dollar)}},
	} {
		t.Run(test.code+test.pointer, func(t *testing.T) {
			t.Parallel()
			_, err := OnDemand(s.book(), OnDemandInquiry{CustomerID: customer1, At: at("2026-03-08"), Precision: test.precision, Lines: test.lines})
			wantRefusal(t, err, test.code, test.pointer)
			if strings.HasPrefix(test.pointer, "/lines/1/") && !strings.Contains(err.Error(), `line `) {
				t.Errorf("%q does not name the line", err)
			}
		})
	}
}
