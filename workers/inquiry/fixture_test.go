package inquiry

import (
	"errors"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/pricing"
	"github.com/accruald/accruald/workers/site"
)

const (
	ec2 = "hws.service.type.ec2"
	ebs = "hws.service.type.ebs"
	vm  = "hws.resource.type.vm"
	vol = "hws.resource.type.volume"
)

var noon = time.Date(2026, 3, 8, 12, 0, 0, 0, time.FixedZone("", 8*3600))

func dec(text string) decimal.Decimal { return decimal.RequireFromString(text) }

func ptr[T any](v T) *T { return &v }

// shop is a catalogue of one site: servers, a disk by size, a reserved server, and discounts.
type shop struct {
	testing.TB
	catalogue *pricing.Catalogue
	discounts []pricing.Discount
	site      *site.Profile
	currency  money.Currency
	version   int64
}

func newShop(t testing.TB, code string, currency money.Currency) *shop {
	t.Helper()
	profile, err := site.Default().Get(code)
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{TB: t, catalogue: pricing.NewCatalogue(), site: profile, currency: currency}
	for _, service := range []string{ec2, ebs} {
		s.must(s.catalogue.AddServiceType(1, pricing.ServiceType{Code: service, AllowDiscount: true, UnsubscribeLevel: pricing.UnsubscribeByResource}))
	}
	return s
}

func (s *shop) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// server publishes a server at a price a month and an hour.
func (s *shop) server(spec, month, hour string, change func(*pricing.Product)) {
	s.Helper()
	s.version++
	p := pricing.Product{ID: spec, ServiceType: ec2, ResourceType: vm, Spec: spec, Region: "r1", Currency: s.currency, Renewable: true, Refundable: true,
		Prices: []pricing.PriceRow{
			{ChargingMode: pricing.ChargingPeriod, Period: calendar.Period{Type: calendar.Month, Num: 1}, Amount: ptr(dec(month))},
			{ChargingMode: pricing.ChargingOnDemand, UsageFactor: "Duration", UsageMeasure: 4, Amount: ptr(dec(hour))}}}
	if change != nil {
		change(&p)
	}
	s.must(s.catalogue.AddProduct(s.version, p))
}

func (s *shop) disk() {
	s.Helper()
	s.version++
	s.must(s.catalogue.AddProduct(s.version, pricing.Product{ID: "ssd", ServiceType: ebs, ResourceType: vol, Spec: "SSD", Region: "r1", Currency: s.currency,
		Linear: true, SizeMeasure: 17, Renewable: true, Refundable: true, Prices: []pricing.PriceRow{
			{ChargingMode: pricing.ChargingPeriod, Period: calendar.Period{Type: calendar.Month, Num: 1}, Amount: ptr(dec("0.7"))}}}))
}

func (s *shop) ratio(id string, discountType int, value string) {
	s.discounts = append(s.discounts, pricing.Discount{ID: id, Name: "name of " + id, Type: discountType, Mode: pricing.ModeRatio, Value: dec(value)})
}

func (s *shop) book() pricing.Book {
	return pricing.Book{Prices: s.catalogue.View(max(s.version, 1)), Discounts: s.discounts, Site: s.site}
}

var asker = Asker{CustomerID: "C1", At: noon}

// line asks for one server for a month.
func line(id, spec string) PeriodProduct {
	return PeriodProduct{ID: id, CloudServiceType: ec2, ResourceType: vm, ResourceSpec: spec, Region: "r1", PeriodType: 2, PeriodNum: 1, SubscriptionNum: 1}
}

// resource is a server that was bought for a month at noon.
func (s *shop) resource(id, spec string, change func(*pricing.Resource)) *pricing.Resource {
	s.Helper()
	in := pricing.Subscription{CustomerID: "C1", At: noon, Lines: []pricing.LineInput{{LineID: "1", ResourceID: id, Quantity: 1,
		Key: pricing.ProductKey{ServiceType: ec2, ResourceType: vm, Spec: spec, Region: "r1"}, Period: calendar.Period{Type: calendar.Month, Num: 1}}}}
	quote, err := pricing.Subscribe(s.book(), in)
	s.must(err)
	charge, err := quote.Charge("")
	s.must(err)
	slices, err := pricing.Allocate(charge, []pricing.Tender{{Kind: pricing.TenderCash, Amount: charge.Amount}}, func(pricing.Tender, string) bool { return true })
	s.must(err)
	made, err := pricing.Provision(s.site, quote, charge, slices, "C1", "O-"+id, noon)
	s.must(err)
	if change != nil {
		change(made[0])
	}
	return made[0]
}

// written is a value as the wire has it.
func written(t testing.TB, v any) map[string]any {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]any{}
	if err := json.Unmarshal(data, &out, json.WithUnmarshalers(json.UnmarshalFromFunc(func(dec *jsontext.Decoder, v *any) error {
		if dec.PeekKind() != '0' {
			return errors.ErrUnsupported
		}
		token, err := dec.ReadToken()
		*v = number(token.String())
		return err
	}))); err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	return out
}

// number is a JSON number as it was written, so that text and number differ.
type number string

// holds tells whether got has everything that want has; lists are compared item by item.
func holds(t testing.TB, path string, got, want any) {
	t.Helper()
	switch want := want.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok {
			t.Errorf("%s is %v, want an object", path, got)
			return
		}
		for name, value := range want {
			member, there := object[name]
			if !there {
				t.Errorf("%s has no member %q", path, name)
				continue
			}
			holds(t, path+"/"+name, member, value)
		}
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			t.Errorf("%s is %v, want %d items", path, got, len(want))
			return
		}
		for i := range want {
			holds(t, path, list[i], want[i])
		}
	default:
		if got != want {
			t.Errorf("%s is %#v, want %#v", path, got, want)
		}
	}
}
