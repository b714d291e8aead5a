package pricing

import (
	"os"
	"slices"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
)

// ownVector is the life of one resource, or one order, with what every step comes to: numbers that an independent
// calculation in fractions made of the same rules.
type ownVector struct {
	ID        string       `json:"id"`
	Rule      string       `json:"rule"`
	Products  []ownProduct `json:"products"`
	Discounts []struct {
		ID       string   `json:"id"`
		Type     int      `json:"type"`
		Mode     string   `json:"mode"`
		Value    string   `json:"value"`
		Products []string `json:"products"`
	} `json:"discounts"`
	Steps []ownStep `json:"steps"`
}

type ownProduct struct {
	ID       string `json:"id"`
	Linear   bool   `json:"linear"`
	Currency string `json:"currency"`
	Rows     []struct {
		Type   int    `json:"type"`
		Num    int    `json:"num"`
		Amount string `json:"amount"`
		Mode   string `json:"mode"`
		Bands  []struct {
			UpTo   string `json:"up_to"`
			Amount string `json:"amount"`
		} `json:"bands"`
	} `json:"rows"`
}

// ownStep buys, renews, changes or unsubscribes; Want is what comes of it.
type ownStep struct {
	Do         string      `json:"do"`
	At         string      `json:"at"`
	Order      string      `json:"order"`
	Discount   string      `json:"discount"`
	Product    string      `json:"product"`
	Size       string      `json:"size"`
	Type       int         `json:"type"`
	Num        int         `json:"num"`
	UnifiedDay *int        `json:"unified_day"`
	Tenders    [][3]string `json:"tenders"`
	Lines      []struct {
		Product  string `json:"product"`
		Size     string `json:"size"`
		Quantity int    `json:"quantity"`
		Type     int    `json:"type"`
		Num      int    `json:"num"`
	} `json:"lines"`
	Want struct {
		Official string   `json:"official"`
		Amount   string   `json:"amount"`
		Lines    []string `json:"lines"`
		Expiry   string   `json:"expiry"`
		Refund   string   `json:"refund"`
		Fee      string   `json:"fee"`
		Consumed string   `json:"consumed"`
		Coupons  string   `json:"coupons"`
		Orders   []struct {
			Order    string `json:"order"`
			Consumed string `json:"consumed"`
			Fee      string `json:"fee"`
			Amount   string `json:"amount"`
			Kept     string `json:"kept"`
		} `json:"orders"`
	} `json:"want"`
}

// ownVectorsMin is how many there are at least.
const ownVectorsMin = 30

// TestOwnVectors: the rules hold on other numbers than the published ones.
func TestOwnVectors(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []ownVector
	if err := json.Unmarshal(data, &vectors, json.RejectUnknownMembers(true)); err != nil {
		t.Fatal(err)
	}
	if len(vectors) < ownVectorsMin {
		t.Errorf("%d vectors, want at least %d", len(vectors), ownVectorsMin)
	}
	for _, v := range vectors {
		t.Run(v.ID+" "+v.Rule, func(t *testing.T) {
			t.Parallel()
			life := &ownLife{shop: newShop(t), products: map[string]Product{}}
			life.stock(&v)
			for i := range v.Steps {
				life.step(&v.Steps[i])
			}
		})
	}
}

// ownLife is a shop with the resource that the first step made.
type ownLife struct {
	*shop
	products map[string]Product
	r        *Resource
}

func (l *ownLife) stock(v *ownVector) {
	for _, p := range v.Products {
		var rows []PriceRow
		for _, row := range p.Rows {
			made := PriceRow{ChargingMode: ChargingPeriod, Period: calendar.Period{Type: calendar.PeriodType(row.Type), Num: row.Num}, Mode: BandMode(row.Mode)}
			if row.Amount != "" {
				made.Amount = ptr(dec(row.Amount))
			}
			for _, band := range row.Bands {
				upTo := (*decimal.Decimal)(nil)
				if band.UpTo != "" {
					upTo = ptr(dec(band.UpTo))
				}
				made.Bands = append(made.Bands, Band{UpTo: upTo, Amount: dec(band.Amount)})
			}
			rows = append(rows, made)
		}
		product := Product{ID: p.ID, ServiceType: serviceECS, ResourceType: typeVM, Spec: p.ID, Region: region, Currency: cny, Prices: rows, Renewable: true, Refundable: true}
		if p.Linear {
			product.Linear, product.SizeMeasure = true, measureGB
		}
		if p.Currency != "" {
			product.Currency = money.Currency(p.Currency)
		}
		l.products[p.ID] = l.publish(product)
	}
	for _, d := range v.Discounts {
		made := onProduct(ratio(d.ID, d.Type, d.Value), d.Products...)
		made.Mode, made.Currency = DiscountMode(d.Mode), l.products[v.Products[0].ID].Currency
		l.must(ValidateDiscount(made))
		l.discounts = append(l.discounts, made)
	}
}

func ownTime(text string) time.Time {
	layout := "2006-01-02T15:04:05"
	t, err := time.ParseInLocation(layout[:len(text)], text, chinaZone)
	if err != nil {
		panic(err)
	}
	return t
}

func (l *ownLife) step(s *ownStep) {
	l.Helper()
	when := ownTime(s.At)
	switch s.Do {
	case "buy":
		l.buyAll(s, when)
	case "renew":
		quote, err := Renew(l.book(), Renewal{CustomerID: customer1, At: when, ResourceIDs: []string{l.r.ID}, UnifiedDay: s.UnifiedDay,
			Period: calendar.Period{Type: calendar.PeriodType(s.Type), Num: s.Num}}, []*Resource{l.r})
		l.must(err)
		charge, slices := l.payAs(s, quote)
		l.r, err = ApplyRenewal(l.site, l.r, quote, charge, slices, s.Order, when)
		l.must(err)
	case "change":
		l.changeTo(s, when)
	case "unsubscribe":
		refund, err := Unsubscribe(l.site, Unsubscription{CustomerID: customer1, At: when, ResourceIDs: []string{l.r.ID}, Type: s.Type}, []*Resource{l.r})
		l.must(err)
		l.wantRefund(s, refund)
	default:
		l.Fatalf("step %q is unknown", s.Do)
	}
	if s.Want.Expiry != "" && l.r.Expiry.In(chinaZone).Format("2006-01-02 15:04:05") != s.Want.Expiry+" 23:59:59" {
		l.Errorf("%s at %s: expires %s, want %s", s.Do, s.At, l.r.Expiry, s.Want.Expiry)
	}
}

func (l *ownLife) buyAll(s *ownStep, when time.Time) {
	l.Helper()
	var lines []LineInput
	for i, line := range s.Lines {
		made := lineFor(i+1, l.products[line.Product], calendar.Period{Type: calendar.PeriodType(line.Type), Num: line.Num})
		if line.Size != "" {
			made.Size = ptr(dec(line.Size))
		}
		made.Quantity = max(1, line.Quantity)
		lines = append(lines, made)
	}
	quote, err := Subscribe(l.book(), Subscription{CustomerID: customer1, At: when, Lines: lines})
	l.must(err)
	charge, slices := l.payAs(s, quote)
	for i, want := range s.Want.Lines {
		wantAmount(l, "line "+charge.Lines[i].LineID, charge.Lines[i].Amount, want)
	}
	resources, err := Provision(l.site, quote, charge, slices, customer1, s.Order, when)
	l.must(err)
	l.r = resources[0]
}

func (l *ownLife) payAs(s *ownStep, quote *Quote) (*Charge, []Slice) {
	l.Helper()
	var tenders []Tender
	for _, tender := range s.Tenders {
		tenders = append(tenders, Tender{TenderKind(tender[0]), tender[1], dec(tender[2])})
	}
	charge, slices := l.pay(quote, s.Discount, tenders...)
	wantAmount(l, s.Do+" at "+s.At+": official", charge.Official, s.Want.Official)
	wantAmount(l, s.Do+" at "+s.At+": amount", charge.Amount, s.Want.Amount)
	return charge, slices
}

func (l *ownLife) changeTo(s *ownStep, when time.Time) {
	l.Helper()
	in := SpecChange{CustomerID: customer1, At: when, NewSpec: s.Product}
	if s.Size != "" {
		in.NewSize = ptr(dec(s.Size))
	}
	quote, err := Change(l.book(), in, l.r)
	l.must(err)
	if quote.Refund != nil {
		l.wantRefund(s, quote.Refund)
		l.r, err = ApplyDowngrade(l.site, l.r, quote)
		l.must(err)
		return
	}
	charge, slices := l.payAs(s, quote)
	l.r, err = ApplyChange(l.site, l.r, quote, charge, slices, s.Order, when)
	l.must(err)
}

// wantRefund compares a refund with its orders; those that give nothing back and consumed nothing need not be listed.
func (l *ownLife) wantRefund(s *ownStep, refund *Refund) {
	l.Helper()
	what := s.Do + " at " + s.At + ": "
	wantAmount(l, what+"refund", refund.Amount, s.Want.Refund)
	if s.Do == "unsubscribe" {
		wantAmount(l, what+"fee", refund.Fee, s.Want.Fee)
		wantAmount(l, what+"consumed", refund.Consumed, s.Want.Consumed)
		coupons := decimal.Zero
		for _, coupon := range refund.CouponsReturned {
			coupons = coupons.Add(coupon.Amount)
		}
		wantAmount(l, what+"coupons", coupons, s.Want.Coupons)
	}
	orders := slices.DeleteFunc(slices.Clone(refund.Orders), func(o RefundOrder) bool { return o.Paid.IsZero() })
	if len(orders) != len(s.Want.Orders) {
		l.Fatalf("%s%d orders, want %d: %+v", what, len(orders), len(s.Want.Orders), orders)
	}
	for i, want := range s.Want.Orders {
		got := orders[i]
		if got.OrderID != want.Order {
			l.Errorf("%sorder %d is %s, want %s", what, i, got.OrderID, want.Order)
		}
		wantAmount(l, what+"amount of "+want.Order, got.Amount, want.Amount)
		if s.Do == "change" {
			wantAmount(l, what+"kept of "+want.Order, got.Kept, want.Kept)
			continue
		}
		wantAmount(l, what+"consumed of "+want.Order, got.Consumed, want.Consumed)
		wantAmount(l, what+"fee of "+want.Order, got.Fee, want.Fee)
	}
}
