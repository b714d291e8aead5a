package focus

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/inquiry/charges"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/pricing"
)

// Names are those that events do not give.
type Names struct{ Provider, Publisher, Issuer string }

// Categories of charges.
const (
	categoryUsage      = "Usage"
	categoryPurchase   = "Purchase"
	categoryCredit     = "Credit"
	categoryAdjustment = "Adjustment"
)

// noService is what a row is of that no service has: "Other" has its category.
const noService = "Other"

// unitPlaces are the digits of a unit price behind the point.
const unitPlaces = 16

// A row is a charge with what is derived of it once.
type row struct {
	*charges.Charge
	names        Names
	partnerID    string
	zone         *time.Location
	category     string
	contracted   decimal.Decimal
	quantity     decimal.Decimal // of pricing
	unit         string          // of pricing, "" where nothing is priced
	consumed     string          // unit of usage, "" of all else
	listPrice    string
	contractedBy string
	service      service
	coupons      decimal.Decimal
	cash         decimal.Decimal
	credit       decimal.Decimal
	cards        decimal.Decimal
	couponIDs    []string
}

func newRow(book *charges.Book, c *charges.Charge, names Names) (*row, error) {
	r := &row{Charge: c, names: names, partnerID: book.Partner.ID, zone: book.Site.Zone(), contracted: c.List.Sub(c.Discount), service: serviceOf(c.Service)}
	r.pay()
	switch {
	case c.Change, c.Kind == charges.Adjustment:
		r.category = categoryAdjustment
		if !c.Change && c.Amount.IsNegative() {
			r.category = categoryCredit
		}
		return r, nil
	case c.OrderKind == decision.KindUsage:
		r.category = categoryUsage
	default:
		r.category = categoryPurchase
	}
	return r, r.price()
}

// pay sums what paid for the charge.
func (r *row) pay() {
	for _, t := range r.Tenders {
		switch t.Kind {
		case pricing.TenderCoupon, pricing.TenderFlexiCoupon:
			r.coupons = r.coupons.Add(t.Amount)
			if !slices.Contains(r.couponIDs, t.Reference) {
				r.couponIDs = append(r.couponIDs, t.Reference)
			}
		case pricing.TenderCash:
			r.cash = r.cash.Add(t.Amount)
		case pricing.TenderCredit, pricing.TenderMonthlySettlement:
			r.credit = r.credit.Add(t.Amount)
		case pricing.TenderStoredCard:
			r.cards = r.cards.Add(t.Amount)
		}
	}
}

// price finds what the costs are counted by.
func (r *row) price() error {
	r.quantity, r.unit = decimal.New(1, 0), "Units"
	switch {
	case r.Kind == charges.Refund:
		r.quantity = decimal.New(-1, 0)
	case r.Usage != nil:
		r.unit = measureUnit(r.Usage.Measure)
		r.quantity, r.consumed = r.Usage.Quantity, r.unit
		if r.List.IsNegative() { // tiers that became cheaper give back
			r.quantity, r.unit = decimal.New(-1, 0), "Units"
		} else if r.quantity.IsZero() && !r.List.IsZero() {
			r.quantity, r.unit = decimal.New(1, 0), "Units"
		}
	case r.ofTerm():
		r.quantity = decimal.New(int64(r.Quantity), 0).Mul(decimal.New(int64(r.Term.Num), 0))
		of := "Unit"
		if r.Size != nil && r.Size.IsPositive() {
			r.quantity, of = r.quantity.Mul(*r.Size), sizeUnit(r.SizeMeasure)
		}
		r.unit = of + "-" + termUnits[r.Term.Type]
	}
	var err error
	if r.listPrice, err = unitPrice(r.List, r.quantity); err != nil {
		return err
	}
	r.contractedBy, err = unitPrice(r.contracted, r.quantity)
	return err
}

// ofTerm tells whether a whole term was bought: a change pays for the rest of one.
func (r *row) ofTerm() bool {
	return (r.OrderKind == pricing.KindNew || r.OrderKind == pricing.KindRenew) && r.Term.Num > 0 && termUnits[r.Term.Type] != ""
}

// unitPrice is the cost of one.
func unitPrice(cost, quantity decimal.Decimal) (string, error) {
	if quantity.IsZero() {
		return "0", nil
	}
	price, err := money.FromDecimal(cost).Quo(money.FromDecimal(quantity))
	if err != nil {
		return "", err
	}
	text := price.Text(unitPlaces)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), "."), nil
}

var termUnits = map[calendar.PeriodType]string{
	calendar.Day: "Days", calendar.Week: "Weeks", calendar.Month: "Months", calendar.Year: "Years", calendar.Hour: "Hours",
}

// Measures of usage and size that are published with a number.
const (
	measureHours  = 4
	measureGB     = 10
	measureMB     = 11
	measurePieces = 14
	measureMbps   = 15
	measureSizeGB = 17
)

// measureUnit names what usage is counted in.
func measureUnit(measure int) string {
	switch measure {
	case measureHours:
		return "Hours"
	case measureGB:
		return "GB"
	case measureMB:
		return "MB"
	default:
		return "Units"
	}
}

// sizeUnit names what size is counted in.
func sizeUnit(measure int) string {
	switch measure {
	case measureMbps:
		return "Mbps"
	case measureSizeGB:
		return "GB"
	case measurePieces:
		return "Piece"
	default:
		return "Unit"
	}
}

// period is what the charge is for, half open, of a second at least.
func (r *row) period() (from, to time.Time) {
	from, to = r.From.UTC().Truncate(time.Second), r.To.UTC().Truncate(time.Second)
	if !to.After(from) {
		from = from.Truncate(time.Hour)
		to = from.Add(time.Hour)
	}
	return from, to
}

// frequency is how often the charge occurs.
func (r *row) frequency() string {
	switch {
	case r.category == categoryUsage:
		return "Usage-Based"
	case r.Automatic && r.Kind == charges.Consumption:
		return "Recurring"
	default:
		return "One-Time"
	}
}

// describe says what the charge is in a sentence.
func (r *row) describe() string {
	what := strings.TrimSpace(cmp.Or(r.ServiceName, noService) + " " + r.Spec)
	switch {
	case r.Change:
		return "Difference of " + string(r.Kind) + " between the statement and its lines: " + r.Reason
	case r.Kind == charges.Adjustment:
		return "Adjustment " + r.By + " of order " + r.Original + ": " + r.Reason
	case r.Kind == charges.Refund:
		return "Refund by order " + r.OrderID + " of order " + r.Original + ": " + what
	case r.Usage != nil:
		return what + ": " + r.Usage.Factor + ", " + r.Usage.Quantity.String() + " " + measureUnit(r.Usage.Measure)
	case r.ofTerm():
		return what + ": " + r.OrderKind + " order " + r.OrderID + ", " + r.Term.String()
	default:
		return what + ": " + r.OrderKind + " order " + r.OrderID
	}
}

// meter is what of the product is counted.
func (r *row) meter() string {
	switch {
	case r.Product == "":
		return ""
	case r.Usage != nil:
		return r.Usage.Factor
	default:
		return "Subscription"
	}
}

// skuPrice names the row of the product's price list.
func (r *row) skuPrice() string {
	switch {
	case r.Product == "":
		return ""
	case r.Usage != nil:
		return r.Product + "/" + r.Usage.Factor
	case r.ofTerm():
		return r.Product + "/" + r.Term.Type.String() + "/1"
	default:
		return r.Product
	}
}

// details are what tells products apart.
func (r *row) details() (string, error) {
	if r.Product == "" || r.Spec == "" {
		return "", nil
	}
	text, err := json.Marshal(map[string]string{"x_ResourceSpec": r.Spec})
	return string(text), err
}
