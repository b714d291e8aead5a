package pricing

import (
	"testing"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/site"
)

func mode(d Discount, m DiscountMode, value string) Discount {
	d.Mode, d.Value, d.Currency = m, dec(value), cny
	return d
}

func onProduct(d Discount, ids ...string) Discount {
	d.Scope.ProductIDs = ids
	return d
}

// One discount at a time, over a server of 100.00 and a disk of 40 GB at 0.7005.
func TestDiscountModes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name        string
		discount    Discount
		vm, disk    string // amounts
		description string
	}{
		{"ratio of the unrounded price", ratio("D", 605, "0.855"), "85.50", "23.96", "28.02 x 0.855 = 23.9571"},
		{"ratio 0 is free (F41)", ratio("D", 605, "0"), "0", "0", "100 % leaves no cent"},
		{"fixed price per unit", onProduct(mode(ratio("D", 605, "1"), ModeFixedPrice, "0.5"), "disk"), "100.00", "20.00", "40 x 0.5"},
		{"fixed price above the list price", onProduct(mode(ratio("D", 605, "1"), ModeFixedPrice, "0.9"), "disk"), "100.00", "28.02", "stays at the list price"},
		{"amount off by the official amounts (F42)", mode(ratio("D", 606, "1"), ModeAmountOff, "10.00"), "92.19", "25.83", "7.81 and 2.19"},
		{"amount off is capped", mode(ratio("D", 606, "1"), ModeAmountOff, "500.00"), "0", "0", "never below 0"},
		{"amount off in scope only", onProduct(mode(ratio("D", 606, "1"), ModeAmountOff, "50.00"), "disk"), "100.00", "0", "28.02 at most"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			vm, disk := s.server("vm", monthly("100.00")), s.disk("disk", monthly("0.7005"))
			s.discounts = []Discount{test.discount}
			charge, _ := s.pay(s.subscribe("2026-03-08 10:00", lineFor(1, vm, months(1)), lineFor(2, disk, months(1))), "D")
			wantAmount(t, "server", charge.Lines[0].Amount, test.vm)
			wantAmount(t, "disk, "+test.description, charge.Lines[1].Amount, test.disk)
		})
	}
}

// Who may have a discount, and when.
func TestDiscountScope(t *testing.T) {
	t.Parallel()
	base := ratio("D", DiscountCommercial, "0.9")
	scoped := func(edit func(*Discount)) Discount {
		d := base
		edit(&d)
		return d
	}
	for _, test := range []struct {
		name     string
		discount Discount
		offered  bool
	}{
		{"no scope", base, true},
		{"its customer", scoped(func(d *Discount) { d.Scope.CustomerIDs = []string{"C1", customer1} }), true},
		{"another customer", scoped(func(d *Discount) { d.Scope.CustomerIDs = []string{"C1"} }), false},
		{"its reseller", scoped(func(d *Discount) { d.IndirectPartnerID = "P2" }), true},
		{"another reseller", scoped(func(d *Discount) { d.IndirectPartnerID = "P3" }), false},
		{"another service type", scoped(func(d *Discount) { d.Scope.ServiceTypes = []string{serviceEBS} }), false},
		{"its resource type", scoped(func(d *Discount) { d.Scope.ResourceTypes = []string{typeVM} }), true},
		{"another region", scoped(func(d *Discount) { d.Scope.Regions = []string{"cn-north-4"} }), false},
		{"another period type", scoped(func(d *Discount) { d.Scope.PeriodTypes = []calendar.PeriodType{calendar.Year} }), false},
		{"its period number", scoped(func(d *Discount) { d.Scope.PeriodNums = []int{1, 3} }), true},
		{"from its first instant", scoped(func(d *Discount) { d.EffectiveTime = at("2026-03-08 10:00") }), true},
		{"not yet", scoped(func(d *Discount) { d.EffectiveTime = at("2026-03-08 10:01") }), false},
		{"until its end, which is out", scoped(func(d *Discount) { d.ExpireTime = ptr(at("2026-03-08 10:00")) }), false},
		{"revoked", scoped(func(d *Discount) { d.RevokedAt = ptr(at("2026-03-08 09:00")) }), false},
		{"revoked later", scoped(func(d *Discount) { d.RevokedAt = ptr(at("2026-03-09 09:00")) }), true},
		{"an amount in another currency", scoped(func(d *Discount) { *d = mode(*d, ModeAmountOff, "5"); d.Currency = "USD" }), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			book := Book{Discounts: []Discount{test.discount}, Site: s.site, Explain: true}
			vm := s.server("vm", monthly("100.00"))
			book.Prices = s.catalogue.View(s.version)
			in := Subscription{CustomerID: customer1, IndirectPartnerID: "P2", At: at("2026-03-08 10:00"), Lines: []LineInput{lineFor(1, vm, months(1))}}
			quote, err := Subscribe(book, in)
			s.must(err)
			candidate := quote.Candidates[0]
			if candidate.Selectable != test.offered || (candidate.Lost == "") != test.offered {
				t.Errorf("selectable = %t (%q), want %t", candidate.Selectable, candidate.Lost, test.offered)
			}
			book.Explain = false
			quote, err = Subscribe(book, in)
			s.must(err)
			if got := len(quote.Candidates) == 1; got != test.offered {
				t.Errorf("listed without explanation = %t, want %t", got, test.offered)
			}
		})
	}
}

func TestSpecificBeforeGeneral(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	vm, disk := s.server("vm", monthly("100.00")), s.disk("disk", monthly("1"))
	s.discounts = []Discount{
		ratio("general", DiscountCommercial, "0.5"),
		onProduct(ratio("specific", DiscountCommercial, "0.9"), "vm"),
		onProduct(ratio("cheaper", DiscountCommercial, "0.8"), "vm"),
		onProduct(ratio("other type", DiscountDistributor, "0.1"), "vm"),
	}
	quote := s.subscribe("2026-03-08 10:00", lineFor(1, vm, months(1)), lineFor(2, disk, months(1)))
	for _, want := range []struct{ id, vm, disk string }{
		{"general", "80.00", "20.00"}, // the server takes the best specific one of the same type
		{"specific", "90.00", "40.00"},
		{"other type", "10.00", "40.00"},
	} {
		charge, _ := s.pay(quote, want.id)
		wantAmount(t, want.id+" server", charge.Lines[0].Amount, want.vm)
		wantAmount(t, want.id+" disk", charge.Lines[1].Amount, want.disk)
	}
	charge, _ := s.pay(quote, "general")
	if got := charge.Lines[0].Steps[1].Reference; got != "cheaper" {
		t.Errorf("the server's step refers to %q", got)
	}
}

func TestPartnerDiscounts(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.serviceType(ServiceType{Code: serviceEBS, AllowDiscount: false, UnsubscribeLevel: UnsubscribeByResource})
	vm, disk := s.server("vm", monthly("100.00")), s.disk("disk", monthly("1"))
	lines := []LineInput{lineFor(1, vm, months(1)), lineFor(2, disk, months(1))}
	first, second := ratio("first", DiscountPartner, "0.8"), ratio("second", DiscountPartner, "0.9")
	remover := ratio("remover", DiscountPartner, "1")
	first.EffectiveTime, remover.EffectiveTime, second.EffectiveTime = at("2026-01-01"), at("2026-02-01"), at("2026-03-01")

	s.discounts = []Discount{first, ratio("contract", DiscountDistributor, "0.95")}
	quote := s.subscribe("2026-03-08 10:00", lines...)
	charge, _ := s.pay(quote, "first")
	wantAmount(t, "server", charge.Lines[0].Amount, "80.00")
	wantAmount(t, "disk of a service without partner discounts", charge.Lines[1].Amount, "40.00")
	charge, _ = s.pay(quote, "contract")
	wantAmount(t, "disk under a commercial discount", charge.Lines[1].Amount, "38.00")

	s.discounts = []Discount{first, remover, second}
	quote = s.subscribe("2026-03-08 10:00", lines...)
	if got := quote.AutomaticChoice(s.site); got != "second" {
		t.Errorf("automatic choice = %q, want the one set after the removal", got)
	}
	for _, id := range []string{"first", "remover"} {
		_, err := quote.Charge(id)
		wantRefusal(t, err, CodeDiscountNotSelectable, "/discount_id")
	}
}

func TestAutomaticChoice(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name                 string
		discounts            []Discount
		commercial, cheapest string
		best                 string
	}{
		{"none", nil, "", "", ""},
		{"commercial first or best price", []Discount{ratio("C", 605, "0.9"), ratio("P", 607, "0.8")}, "C", "P", "P"},
		{"equal: commercial", []Discount{ratio("A", 607, "0.9"), ratio("B", 606, "0.9"), ratio("C", 605, "0.9")}, "C", "C", "C"},
		{"equal in type: smaller id", []Discount{ratio("B", 605, "0.9"), ratio("A", 605, "0.9")}, "A", "A", "A"},
		{"promotion without history", []Discount{ratio("X", 200, "0.1"), ratio("P", 607, "0.9")}, "P", "P", "P"},
		{"nothing off", []Discount{ratio("C", 605, "1")}, "", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			s.discounts = test.discounts
			quote := s.subscribe("2026-03-08 10:00", lineFor(1, s.server("vm", monthly("100.00")), months(1)))
			if got := quote.AutomaticChoice(&site.Profile{AutomaticPayment: site.PreferCommercial}); got != test.commercial {
				t.Errorf("prefer_commercial = %q, want %q", got, test.commercial)
			}
			if got := quote.AutomaticChoice(&site.Profile{AutomaticPayment: site.BestPrice}); got != test.cheapest {
				t.Errorf("best_price = %q, want %q", got, test.cheapest)
			}
			for _, candidate := range quote.Candidates {
				if candidate.BestOffer != (candidate.DiscountID == test.best) {
					t.Errorf("best offer of %q = %t", candidate.DiscountID, candidate.BestOffer)
				}
				if (candidate.Lost == "") != (candidate.DiscountID == test.commercial) {
					t.Errorf("%q lost because %q", candidate.DiscountID, candidate.Lost)
				}
			}
		})
	}
}

// A promotion used before by the resource competes, and is dropped when it is over.
func TestPromotionNeedsHistory(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	vm := s.server("vm", monthly("100.00"))
	promotion := ratio("promo", DiscountPromotionOffer, "0.5")
	s.discounts = []Discount{promotion, ratio("partner", DiscountPartner, "0.9")}
	r := s.buy("O1", "2026-03-08 10:00", "promo", nil, lineFor(1, vm, months(1)))[0]
	if got := s.renewQuote("2026-03-20 10:00", months(1), []*Resource{r}, r.ID).AutomaticChoice(s.site); got != "promo" {
		t.Errorf("automatic choice = %q, want the promotion it had", got)
	}
	s.discounts[0].ExpireTime = ptr(at("2026-03-15"))
	if got := s.renewQuote("2026-03-20 10:00", months(1), []*Resource{r}, r.ID).AutomaticChoice(s.site); got != "partner" {
		t.Errorf("automatic choice = %q, want the partner's", got)
	}
}

func TestAdjustment(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	vm := s.server("vm", monthly("10.00"))
	quote := s.subscribe("2026-03-08 10:00", lineFor(1, vm, months(1)), lineFor(2, vm, months(1)), lineFor(3, vm, months(1)))
	adjusted, err := quote.Adjust(Adjustment{DiscountID: "A", AmountOff: ptr(dec("10.00"))})
	s.must(err)
	charge, _ := s.pay(adjusted, "")
	for i, want := range []string{"6.66", "6.67", "6.67"} { // 3.34, 3.33, 3.33 off (F38)
		wantAmount(t, "line", charge.Lines[i].Amount, want)
	}
	wantAmount(t, "order", charge.Amount, "20.00")
	if quote.Adjustment != nil {
		t.Error("adjusting changed the quote itself")
	}
	lines := []LineAdjustment{{LineID: "2", AmountOff: dec("4.00")}}
	if adjusted, err = adjusted.Adjust(Adjustment{DiscountID: "B", Lines: lines}); err != nil {
		t.Fatal(err)
	}
	charge, _ = s.pay(adjusted, "B")
	wantAmount(t, "replaced by a later one", charge.Amount, "26.00")
	wantAmount(t, "its line", charge.Lines[1].Amount, "6.00")

	for _, bad := range []struct {
		code, pointer string
		adjustment    Adjustment
	}{
		{CodeAdjustmentExceedsAmount, "/amount_off", Adjustment{DiscountID: "A", AmountOff: ptr(dec("30.01"))}},
		{CodeAdjustmentInvalid, "/amount_off", Adjustment{DiscountID: "A", AmountOff: ptr(dec("0.001"))}},
		{CodeAdjustmentInvalid, "/amount_off", Adjustment{DiscountID: "A"}},
		{CodeLineNotFound, "/lines/0/line_id", Adjustment{DiscountID: "A", Lines: []LineAdjustment{{"9", dec("1")}}}},
		{CodeAdjustmentExceedsAmount, "/lines/1/amount_off", Adjustment{DiscountID: "A", Lines: []LineAdjustment{{"1", dec("6")}, {"1", dec("6")}}}},
	} {
		_, err := quote.Adjust(bad.adjustment)
		wantRefusal(t, err, bad.code, bad.pointer)
	}
}

func TestValidateDiscount(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		d    Discount
		code string
	}{
		{"contract ratio of 0.5", ratio("D", 605, "0.5"), ""},
		{"ratio above 1", ratio("D", 605, "1.01"), CodeDiscountRatioOutOfRange},
		{"partner 0.8", ratio("D", 607, "0.80"), ""},
		{"partner removal", ratio("D", 607, "1"), ""},
		{"partner amount off", mode(ratio("D", 607, "1"), ModeAmountOff, "5"), CodeDiscountInvalid},
		{"unknown type", ratio("D", 608, "0.9"), CodeDiscountInvalid},
		{"unknown mode", mode(ratio("D", 605, "1"), "gift", "5"), CodeDiscountInvalid},
		{"a tenth of a cent off", mode(ratio("D", 605, "1"), ModeAmountOff, "0.001"), CodeDiscountInvalid},
		{"fixed price of a tenth of a cent", mode(ratio("D", 605, "1"), ModeFixedPrice, "0.001"), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := ValidateDiscount(test.d)
			if test.code == "" && err != nil {
				t.Fatal(err)
			}
			var refusal *Refusal
			if test.code != "" && (!asRefusal(err, &refusal) || refusal.Code != test.code) {
				t.Errorf("error = %v, want %q", err, test.code)
			}
		})
	}
}
