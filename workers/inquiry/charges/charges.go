package charges

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/incentive"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/pricing"
	"github.com/accruald/accruald/workers/site"
)

// Kind is the sum of a statement that a charge is part of.
type Kind string

// The kinds.
const (
	Consumption Kind = "consumption"
	Refund      Kind = "refund"
	Adjustment  Kind = "adjustment"
)

// A Charge is a line of a statement. List - Discount - Erase = Amount; what is given back is negative.
type Charge struct {
	Kind        Kind
	Change      bool           // no line, but by how much lines changed after their statement was issued
	Cycle       calendar.Cycle // of the fact
	Told        calendar.Cycle // whose statement tells it
	Issued      bool           // that statement is issued
	At          time.Time
	From, To    time.Time // what the amount is for, half open; equal where it is for nothing that lasts
	OrderID     string
	LineID      string
	Original    string         // of a refund or adjustment: the order it is about
	OriginalIn  calendar.Cycle // the statement that tells of it
	Invoiced    bool           // that statement is issued
	OrderType   int
	OrderKind   string
	Automatic   bool
	Metered     bool // of a resource that is paid by use
	Reserved    bool // of a reserved instance
	CustomerID  string
	Reseller    string // the tier-2 reseller
	Service     string
	ServiceName string
	Product     string
	ProductName string
	Type        string // of the resource
	Resource    string
	Spec        string
	Region      string
	Zone        string
	Channel     string
	Quantity    int
	Term        calendar.Period
	Size        *decimal.Decimal
	SizeMeasure int
	Usage       *Usage
	Currency    money.Currency
	List        decimal.Decimal
	Discount    decimal.Decimal
	Erase       decimal.Decimal
	Amount      decimal.Decimal
	DiscountID  string
	Tenders     []pricing.Tender
	Reason      string
	By          string // of an adjustment: its id
}

// Usage is what was metered of a charge for usage.
type Usage struct {
	Factor   string
	Quantity decimal.Decimal
	Measure  int
}

// Late tells whether the charge happened in a cycle before the one whose statement tells it.
func (c *Charge) Late() bool { return c.Told > c.Cycle }

// Corrects tells whether it corrects a statement that was issued before: it came late, or gives back or adjusts what an
// earlier statement told.
func (c *Charge) Corrects() bool {
	return c.Late() || c.Invoiced && c.OriginalIn < c.Told
}

// Book is where charges are read from: a partner with its orders, resources, adjustments, turnovers and statements.
type Book struct {
	Partner *decision.Partner
	Prices  pricing.View
	Site    *site.Profile
	Telling *decision.Telling
}

// Of returns the charges that the statements of a cycle tell, by time, order and line, with the changes at the end.
func (b *Book) Of(cycle calendar.Cycle) ([]Charge, error) {
	all, err := b.all(Resale)
	if err != nil {
		return nil, err
	}
	changes := b.changes(all, cycle)
	return append(told(all, cycle), changes...), nil
}

// OfCustomers returns what the customers of some orders were charged in a cycle, by time, order and line: those of a
// resale in the statement that tells of it, and by the same rule those of a referral, who pay for themselves.
func (b *Book) OfCustomers(cycle calendar.Cycle, takes func(*decision.Order) bool) ([]Charge, error) {
	all, err := b.all(takes)
	return told(all, cycle), err
}

// Resale tells the orders that the partner is charged for.
func Resale(o *decision.Order) bool { return o.Association == incentive.AssociationResale }

// all are the charges of all cycles, of some orders.
func (b *Book) all(takes func(*decision.Order) bool) (out []Charge, err error) {
	for _, order := range b.Partner.Orders.All() {
		if !takes(order) {
			continue
		}
		lines, err := b.order(order)
		if err != nil {
			return nil, fmt.Errorf("list the charges of order %q: %w", order.ID, err)
		}
		out = append(out, lines...)
	}
	for _, row := range b.Partner.Adjustments.All() {
		if order := b.Partner.Orders.Get(row.OrderID); order != nil && takes(order) {
			out = append(out, b.adjustment(row, order))
		}
	}
	return out, nil
}

func told(all []Charge, cycle calendar.Cycle) []Charge {
	out := slices.DeleteFunc(all, func(c Charge) bool { return c.Told != cycle })
	slices.SortFunc(out, func(x, y Charge) int {
		return cmp.Or(cmp.Compare(x.Currency, y.Currency), x.At.Compare(y.At), cmp.Compare(x.OrderID, y.OrderID), cmp.Compare(x.LineID, y.LineID),
			cmp.Compare(x.Original, y.Original), cmp.Compare(x.By, y.By))
	})
	return out
}

// order returns the lines of an order that was paid or gave back.
func (b *Book) order(o *decision.Order) ([]Charge, error) {
	if o.Payment == nil && o.Refund == nil {
		return nil, nil
	}
	base := Charge{OrderID: o.ID, OrderType: o.Type, OrderKind: o.Kind, Automatic: o.Automatic, Metered: o.Usage != nil, CustomerID: o.CustomerID,
		Reseller: o.IndirectPartnerID, Currency: o.Currency()}
	b.place(&base, o)
	if o.Payment == nil {
		return b.refund(&base, o)
	}
	base.Kind = Consumption
	lines := make([]Charge, 0, len(o.Quote.Lines))
	for i := range o.Quote.Lines {
		lines = append(lines, b.line(base, o, &o.Quote.Lines[i]))
	}
	return lines, nil
}

// place puts an order into its cycle and statement.
func (b *Book) place(c *Charge, o *decision.Order) {
	at, _ := o.Turnover()
	c.At, c.From, c.To = at, at, at
	c.Cycle = calendar.CycleOf(at, b.Site.Zone())
	c.Told, c.Issued = b.in(c.Cycle, o.ChargedBy(), o.Currency())
}

// in is the statement that tells a fact, and whether there is one: a run issues none for what comes to nothing.
func (b *Book) in(cycle calendar.Cycle, fact decision.EventRef, currency money.Currency) (told calendar.Cycle, issued bool) {
	told, run := b.Telling.In(cycle, fact)
	return told, run && b.Partner.StatementOf(told, currency) != nil
}

// line is one line of a paid order.
func (b *Book) line(c Charge, o *decision.Order, l *pricing.QuoteLine) Charge {
	c.LineID, c.Resource, c.Type = l.LineID, l.ResourceID, l.ResourceType
	c.Service, c.Region, c.Zone, c.Channel = l.ServiceType, l.Region, l.Zone, l.Channel
	c.Product, c.Spec, c.Size, c.SizeMeasure = l.ProductID, l.Spec, l.Size, l.SizeMeasure
	c.Quantity, c.Term = max(l.Quantity, 1), l.Period
	c.List = l.Official
	c.Tenders = tendersOf(o.Payment.Slices, l.LineID)
	for _, t := range c.Tenders {
		c.Amount = c.Amount.Add(t.Amount)
	}
	if o.Usage != nil {
		c.meter(o.Usage)
	}
	c.Discount = c.List.Sub(c.Erase).Sub(c.Amount)
	if !c.Discount.IsZero() {
		c.DiscountID = o.Payment.Charge.DiscountID
	}
	b.name(&c)
	b.span(&c, o)
	return c
}

// meter takes over what was used: the sum, where one measure counts all of it.
func (c *Charge) meter(bill *decision.UsageBill) {
	c.Erase, c.From, c.To = bill.Erase, bill.Window.From, bill.Window.To
	c.Usage = &Usage{Factor: bill.UsageFactor}
	for i, l := range bill.Lines {
		if i > 0 && l.Measure != c.Usage.Measure {
			c.Usage = &Usage{Factor: bill.UsageFactor, Quantity: decimal.New(1, 0)} // one settlement of several measures
			return
		}
		c.Usage.Measure, c.Usage.Quantity = l.Measure, c.Usage.Quantity.Add(l.Usage)
	}
}

// span finds what time an order paid for: the interval it gave its resource, else from the payment to the resource's
// expiry as it was then.
func (b *Book) span(c *Charge, o *decision.Order) {
	if o.Usage != nil {
		return
	}
	if r := b.Partner.Resources.Get(c.Resource); r != nil {
		for i := range r.Intervals {
			if r.Intervals[i].OrderID == o.ID {
				c.From, c.To = r.Intervals[i].Start, r.Intervals[i].End
				return
			}
		}
	}
	for _, given := range o.Effective {
		if end := calendar.EndOf(given.ExpireTime, b.Site.Zone()); given.ResourceID == c.Resource && end.After(c.At) {
			c.To = end
		}
	}
}

// name looks up what the codes of a charge are called; a code that is not published any more is its own name.
func (b *Book) name(c *Charge) {
	c.ServiceName, c.ProductName = c.Service, c.Product
	if service, err := b.Prices.ServiceType(c.Service, c.At); err == nil {
		c.ServiceName = cmp.Or(service.Names.EnUS, service.Names.ZhCN, c.Service)
	}
	if product, err := b.Prices.ProductByID(c.Product, c.At); err == nil {
		c.ProductName = cmp.Or(product.Names.EnUS, product.Names.ZhCN, c.Product)
		c.Channel, c.Reserved = cmp.Or(c.Channel, product.Channel), product.ReservedInstance
	}
}

// tendersOf are the slices of a line, one for each means of payment.
func tendersOf(slicesOf []decision.PaidSlice, lineID string) (out []pricing.Tender) {
	for _, s := range slicesOf {
		if s.LineID == lineID {
			out = append(out, pricing.Tender{Kind: s.Kind, Reference: s.Reference, Amount: s.Amount})
		}
	}
	return out
}
