package pricing

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/site"
)

const (
	serviceECS = "hws.service.type.ec2"
	serviceEBS = "hws.service.type.ebs"
	typeVM     = "hws.resource.type.vm"
	typeVolume = "hws.resource.type.volume"
	region     = "cn-east-2"
	measureGB  = 17
	cny        = money.Currency("CNY")
	customer1  = "C200"
)

func dec(text string) decimal.Decimal { return decimal.RequireFromString(text) }

func ptr[T any](value T) *T { return &value }

// at reads a local time of the China site, "2026-03-08 10:00".
func at(text string) time.Time {
	layout := "2006-01-02 15:04:05"
	t, err := time.ParseInLocation(layout[:len(text)], text, chinaZone)
	if err != nil {
		panic(err)
	}
	return t
}

var chinaZone = func() *time.Location {
	profile, err := site.Default().Get("cn")
	if err != nil {
		panic(err)
	}
	return profile.Zone()
}()

func profile(t testing.TB, code string) *site.Profile {
	t.Helper()
	found, err := site.Default().Get(code)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// shop is a catalogue that grows by one version a row.
type shop struct {
	testing.TB
	catalogue *Catalogue
	version   int64
	discounts []Discount
	site      *site.Profile
}

func newShop(t testing.TB) *shop {
	s := &shop{TB: t, catalogue: NewCatalogue(), site: profile(t, "cn")}
	for _, code := range []string{serviceECS, serviceEBS} {
		s.serviceType(ServiceType{Code: code, AllowDiscount: true, UnsubscribeLevel: UnsubscribeByResource})
	}
	return s
}

func (s *shop) serviceType(v ServiceType) {
	s.Helper()
	s.version++
	s.must(s.catalogue.AddServiceType(s.version, v))
}

func (s *shop) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// server publishes a product with flat rows: prices are pairs of a period and an amount.
func (s *shop) server(id string, rows ...PriceRow) Product {
	s.Helper()
	p := Product{
		ID: id, ServiceType: serviceECS, ResourceType: typeVM, Spec: id, Region: region, Currency: cny,
		Prices: rows, Renewable: true, Refundable: true,
	}
	return s.publish(p)
}

func (s *shop) disk(id string, rows ...PriceRow) Product {
	s.Helper()
	p := Product{
		ID: id, ServiceType: serviceEBS, ResourceType: typeVolume, Spec: id, Region: region, Currency: cny,
		Linear: true, SizeMeasure: measureGB, Prices: rows, Renewable: true, Refundable: true,
	}
	return s.publish(p)
}

func (s *shop) publish(p Product) Product {
	s.Helper()
	s.version++
	s.must(s.catalogue.AddProduct(s.version, p))
	return p
}

func (s *shop) book() Book {
	return Book{Prices: s.catalogue.View(s.version), Discounts: s.discounts, Site: s.site}
}

func monthly(amount string) PriceRow { return flat(calendar.Month, 1, amount) }
func yearly(amount string) PriceRow  { return flat(calendar.Year, 1, amount) }

func flat(unit calendar.PeriodType, num int, amount string) PriceRow {
	return PriceRow{ChargingMode: ChargingPeriod, Period: calendar.Period{Type: unit, Num: num}, Amount: ptr(dec(amount))}
}

func months(n int) calendar.Period { return calendar.Period{Type: calendar.Month, Num: n} }
func years(n int) calendar.Period  { return calendar.Period{Type: calendar.Year, Num: n} }

func ratio(id string, discountType int, value string) Discount {
	return Discount{ID: id, Name: id, Type: discountType, Mode: ModeRatio, Value: dec(value)}
}

// lineFor orders one unit of a product.
func lineFor(n int, p Product, period calendar.Period) LineInput {
	id := strconv.Itoa(n)
	line := LineInput{LineID: id, ResourceID: "r-" + id, Key: p.Key(), Period: period, Quantity: 1}
	if p.Linear {
		line.Size, line.SizeMeasure = ptr(dec("40")), p.SizeMeasure
	}
	return line
}

func (s *shop) subscribe(when string, lines ...LineInput) *Quote {
	s.Helper()
	quote, err := Subscribe(s.book(), Subscription{CustomerID: customer1, At: at(when), Lines: lines})
	s.must(err)
	return quote
}

// pay charges a quote with a discount and lays the tenders over it; no tender is all cash.
func (s *shop) pay(q *Quote, discountID string, tenders ...Tender) (*Charge, []Slice) {
	s.Helper()
	charge, err := q.Charge(discountID)
	s.must(err)
	if len(tenders) == 0 {
		tenders = []Tender{{Kind: TenderCash, Amount: charge.Amount}}
	}
	slices, err := Allocate(charge, tenders, everyLine)
	s.must(err)
	return charge, slices
}

func everyLine(Tender, string) bool { return true }

// buy orders and pays at one time.
func (s *shop) buy(orderID, when, discountID string, tenders []Tender, lines ...LineInput) []*Resource {
	s.Helper()
	quote := s.subscribe(when, lines...)
	charge, slices := s.pay(quote, discountID, tenders...)
	resources, err := Provision(s.site, quote, charge, slices, customer1, orderID, at(when))
	s.must(err)
	return resources
}

func (s *shop) change(r *Resource, in SpecChange) *Quote {
	s.Helper()
	in.CustomerID = customer1
	quote, err := Change(s.book(), in, r)
	s.must(err)
	return quote
}

// upgrade changes and pays at the same time.
func (s *shop) upgrade(r *Resource, orderID, discountID string, in SpecChange) *Resource {
	s.Helper()
	quote := s.change(r, in)
	charge, slices := s.pay(quote, discountID)
	changed, err := ApplyChange(s.site, r, quote, charge, slices, orderID, in.At)
	s.must(err)
	return changed
}

func (s *shop) renewQuote(when string, period calendar.Period, resources []*Resource, ids ...string) *Quote {
	s.Helper()
	quote, err := Renew(s.book(), Renewal{CustomerID: customer1, At: at(when), ResourceIDs: ids, Period: period}, resources)
	s.must(err)
	return quote
}

func (s *shop) renew(r *Resource, orderID, when string, period calendar.Period, tenders ...Tender) *Resource {
	s.Helper()
	quote := s.renewQuote(when, period, []*Resource{r}, r.ID)
	charge, slices := s.pay(quote, "", tenders...)
	renewed, err := ApplyRenewal(s.site, r, quote, charge, slices, orderID, at(when))
	s.must(err)
	return renewed
}

func (s *shop) unsubscribe(when string, kind int, resources ...*Resource) *Refund {
	s.Helper()
	in := Unsubscription{CustomerID: customer1, At: at(when), ResourceIDs: []string{resources[0].ID}, Type: kind}
	refund, err := Unsubscribe(s.site, in, resources)
	s.must(err)
	return refund
}

// wantAmount compares amounts as numbers.
func wantAmount(t testing.TB, what string, got decimal.Decimal, want string) {
	t.Helper()
	if !got.Equal(dec(want)) {
		t.Errorf("%s = %s, want %s", what, got, want)
	}
}

// wantRefusal checks code and pointer, and that the sentence says something.
func wantRefusal(t testing.TB, err error, code, pointer string) {
	t.Helper()
	var refusal *Refusal
	if !errors.As(err, &refusal) {
		t.Fatalf("error = %v, want refusal %q", err, code)
	}
	if refusal.Code != code || refusal.Pointer != pointer || len(refusal.Message) < 20 {
		t.Errorf("refusal = %q at %q (%s), want %q at %q", refusal.Code, refusal.Pointer, refusal.Message, code, pointer)
	}
}

func asRefusal(err error, target **Refusal) bool { return errors.As(err, target) }
