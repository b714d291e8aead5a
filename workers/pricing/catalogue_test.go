package pricing

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
)

// The price in force at the event's time counts, however late the event comes, and a view keeps seeing what it saw.
func TestPriceInForce(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	vm := s.server("vm", monthly("100"))
	before := s.catalogue.View(s.version)
	dearer := vm
	dearer.Prices, dearer.EffectiveTime = []PriceRow{monthly("120")}, at("2026-03-01")
	s.publish(dearer)
	s.version++
	s.must(s.catalogue.AddWithdrawal(s.version, "vm", at("2026-05-01")))
	back := dearer
	back.Prices, back.EffectiveTime = []PriceRow{monthly("130")}, at("2026-06-01")
	s.publish(back)
	for _, test := range []struct {
		name  string
		view  View
		when  string
		price string // "" is off sale
	}{
		{"first price", s.catalogue.View(s.version), "2026-02-28 23:59:59", "100"},
		{"from its first instant", s.catalogue.View(s.version), "2026-03-01", "120"},
		{"withdrawn", s.catalogue.View(s.version), "2026-05-01", ""},
		{"published again", s.catalogue.View(s.version), "2026-06-01", "130"},
		{"older version", before, "2026-06-01", "100"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			product, err := test.view.Product(vm.Key(), at(test.when))
			if test.price == "" {
				wantRefusal(t, err, CodeProductWithdrawn, "")
				if last, err := test.view.ProductByID("vm", at(test.when)); err != nil || !last.Prices[0].Amount.Equal(dec("120")) {
					t.Errorf("last price = %v, %v; want 120 for changes and refunds", last, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			wantAmount(t, "price", *product.Prices[0].Amount, test.price)
		})
	}
}

func TestProductLookup(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	zoned := func(id, zone string) {
		s.publish(Product{ID: id, ServiceType: serviceECS, ResourceType: typeVM, Spec: "s6", Region: region, Zone: zone, Currency: cny})
	}
	zoned("a", "CN-East-2a")
	zoned("b", "cn-east-2b")
	view, key := s.catalogue.View(s.version), ProductKey{ServiceType: serviceECS, ResourceType: typeVM, Spec: "s6", Region: region}
	_, err := view.Product(key, at("2026-03-01"))
	wantRefusal(t, err, CodeAmbiguousProduct, "")
	key.Zone = "cn-EAST-2A"
	if found, err := view.Product(key, at("2026-03-01")); err != nil || found.ID != "a" {
		t.Errorf("zone without regard to case: %v, %v", found, err)
	}
	key.Zone = "cn-east-2c"
	_, err = view.Product(key, at("2026-03-01"))
	wantRefusal(t, err, CodeProductNotFound, "")
	var refusal *Refusal
	if !asRefusal(err, &refusal) || !refusal.Retryable {
		t.Errorf("%v: a product that is published later heals it", err)
	}
	_, err = View{}.Product(key, at("2026-03-01"))
	wantRefusal(t, err, CodeProductNotFound, "")
}

// A period of n units uses the row of n units, else n times the row of one, else it is refused.
func TestPeriodRows(t *testing.T) {
	t.Parallel()
	bands := []Band{{UpTo: ptr(dec("100")), Amount: dec("1.00")}, {Amount: dec("0.80")}}
	tiered := func(m BandMode) PriceRow {
		return PriceRow{ChargingMode: ChargingPeriod, Period: months(1), Mode: m, Bands: bands}
	}
	for _, test := range []struct {
		name     string
		row      PriceRow
		linear   bool
		size     string
		quantity int
		period   calendar.Period
		want     string // "" is refused
	}{
		{"own row", flat(calendar.Month, 3, "250"), false, "", 1, months(3), "250"},
		{"n times one", monthly("100"), false, "", 2, months(3), "600"},
		{"no row", flat(calendar.Month, 3, "250"), false, "", 1, months(2), ""},
		{"other unit", monthly("100"), false, "", 1, years(1), ""},
		{"linear, rounded once (F40)", monthly("0.0333"), true, "40", 3, months(1), "4.00"},
		{"graduated", tiered(BandGraduated), true, "150", 1, months(1), "140.00"},
		{"graduated, on the bound", tiered(BandGraduated), true, "100", 1, months(1), "100.00"},
		{"volume, on the bound", tiered(BandVolume), true, "100", 1, months(1), "100.00"},
		{"volume", tiered(BandVolume), true, "150", 2, months(2), "480.00"},
		{"tiers over a number", tiered(BandGraduated), false, "", 110, months(1), "108.00"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			publish := s.server
			if test.linear {
				publish = s.disk
			}
			line := lineFor(1, publish("p", test.row), test.period)
			line.Quantity = test.quantity
			if test.linear {
				line.Size = ptr(dec(test.size))
			}
			quote, err := Subscribe(s.book(), Subscription{CustomerID: customer1, At: at("2026-03-08"), Lines: []LineInput{line}})
			if test.want == "" {
				wantRefusal(t, err, CodePeriodNotOffered, "/lines/0/period_num")
				return
			}
			s.must(err)
			wantAmount(t, quote.Lines[0].Steps[0].Formula, quote.Official, test.want)
		})
	}
}

func TestSizeIsConverted(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	line := lineFor(1, s.disk("disk", monthly("2")), months(1))
	line.Size, line.SizeMeasure = ptr(dec("2")), 99
	_, err := Subscribe(s.book(), Subscription{CustomerID: customer1, At: at("2026-03-08"), Lines: []LineInput{line}})
	wantRefusal(t, err, CodeSizeMeasureMismatch, "/lines/0/size_measure_id")
	s.version++
	s.must(s.catalogue.AddConversion(s.version, Conversion{Measure: 99, RefMeasure: measureGB, Ratio: dec("1024")}))
	quote := s.subscribe("2026-03-08", line)
	wantAmount(t, "2 TB at 2.00 a GB", quote.Official, "4096")
	if size := quote.Lines[0].Size; size == nil || !size.Equal(dec("2048")) {
		t.Errorf("size = %v, want 2048 GB", size)
	}
}

func TestProductsThatCannotBePriced(t *testing.T) {
	t.Parallel()
	good := Product{ID: "p", Currency: cny, Prices: []PriceRow{monthly("1")}, EffectiveTime: time.Unix(0, 0)}
	row := func(edit func(*PriceRow)) func(*Product) {
		return func(p *Product) {
			changed := p.Prices[0]
			edit(&changed)
			p.Prices = []PriceRow{changed}
		}
	}
	bands := func(m BandMode, bands ...Band) func(*Product) {
		return row(func(r *PriceRow) { r.Amount, r.Mode, r.Bands = nil, m, bands })
	}
	open, hundred := Band{Amount: decimal.Zero}, Band{UpTo: ptr(dec("100"))}
	for _, test := range []struct {
		name, pointer string
		edit          func(*Product)
	}{
		{"no id", "/product_id", func(p *Product) { p.ID = "" }},
		{"unknown currency", "/currency", func(p *Product) { p.Currency = "XXY" }},
		{"linear without measure", "/size_measure_id", func(p *Product) { p.Linear = true }},
		{"unknown mode", "/prices/0/charging_mode", row(func(r *PriceRow) { r.ChargingMode = "lease" })},
		{"period number 0", "/prices/0/period_type", row(func(r *PriceRow) { r.Period.Num = 0 })},
		{"negative amount", "/prices/0/amount", row(func(r *PriceRow) { r.Amount = ptr(dec("-1")) })},
		{"neither amount nor bands", "/prices/0/mode", row(func(r *PriceRow) { r.Amount = nil })},
		{"no bands", "/prices/0/bands", bands(BandVolume)},
		{"closed last band", "/prices/0/bands/0", bands(BandVolume, hundred)},
		{"bounds do not rise", "/prices/0/bands/1", bands(BandGraduated, hundred, hundred, open)},
		{"two prices for one period", "/prices/1", func(p *Product) { p.Prices = []PriceRow{monthly("1"), monthly("2")} }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			product := good
			test.edit(&product)
			wantRefusal(t, NewCatalogue().AddProduct(1, product), CodeProductInvalid, test.pointer)
		})
	}
	if err := NewCatalogue().AddProduct(1, good); err != nil {
		t.Error(err)
	}
	wantRefusal(t, NewCatalogue().AddWithdrawal(1, "p", time.Unix(0, 0)), CodeProductNotFound, "/product_id")
}
