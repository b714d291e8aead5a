package listing

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/inquiry/charges"
	"github.com/accruald/accruald/workers/money"
)

// paid are the amounts of charges: list price - discount - erased = amount = the sum of the others.
type paid struct {
	List     events.Amount `json:"list_amount"`
	Discount events.Amount `json:"discount_amount"`
	Erased   events.Amount `json:"erased_amount"`
	Amount   events.Amount `json:"amount"`
	Cash     events.Amount `json:"cash"`
	Credit   events.Amount `json:"credit"`
	Monthly  events.Amount `json:"monthly_settlement"`
	Coupon   events.Amount `json:"coupon"`
	Flexi    events.Amount `json:"flexi_coupon"`
	Card     events.Amount `json:"stored_card"`
	Adjusted events.Amount `json:"adjusted"`
}

func paidOf(a charges.Amounts, c money.Currency) paid {
	of := func(d decimal.Decimal) events.Amount { return table.AmountIn(d, string(c)) }
	return paid{List: of(a.List), Discount: of(a.Discount), Erased: of(a.Erase), Amount: of(a.Amount), Cash: of(a.Cash), Credit: of(a.Credit),
		Monthly: of(a.Monthly), Coupon: of(a.Coupon), Flexi: of(a.Flexi), Card: of(a.Card), Adjusted: of(a.Adjusted)}
}

func paidColumns[R any](of func(*R) *paid) []table.Column[R] {
	column := func(name string, amount func(*paid) events.Amount) table.Column[R] {
		return table.Column[R]{Name: name, Of: func(row *R) any { return amount(of(row)) }}
	}
	return []table.Column[R]{
		column("list_amount", func(p *paid) events.Amount { return p.List }),
		column("discount_amount", func(p *paid) events.Amount { return p.Discount }),
		column("erased_amount", func(p *paid) events.Amount { return p.Erased }),
		column("amount", func(p *paid) events.Amount { return p.Amount }),
		column("cash", func(p *paid) events.Amount { return p.Cash }),
		column("credit", func(p *paid) events.Amount { return p.Credit }),
		column("monthly_settlement", func(p *paid) events.Amount { return p.Monthly }),
		column("coupon", func(p *paid) events.Amount { return p.Coupon }),
		column("flexi_coupon", func(p *paid) events.Amount { return p.Flexi }),
		column("stored_card", func(p *paid) events.Amount { return p.Card }),
		column("adjusted", func(p *paid) events.Amount { return p.Adjusted }),
	}
}

// modes are how charges are paid for.
var modes = map[int]string{charges.ModePeriod: "period", charges.ModeOnDemand: "on_demand", charges.ModeReserved: "reserved"}

// Charge is one line that a customer was charged.
type Charge struct {
	CustomerID string    `json:"customer_id"`
	At         time.Time `json:"time"`
	Kind       string    `json:"kind"`
	Late       bool      `json:"late"`
	OrderID    string    `json:"order_id"`
	LineID     string    `json:"line_id"`
	Original   string    `json:"original_order_id"`
	ResourceID string    `json:"resource_id"`
	Service    string    `json:"cloud_service_type"`
	Type       string    `json:"resource_type"`
	Product    string    `json:"product_id"`
	Mode       string    `json:"mode"`
	Reseller   string    `json:"indirect_partner_id"`
	Currency   string    `json:"currency"`
	paid       `json:",inline"`
}

var chargeColumns = append([]table.Column[Charge]{
	{Name: "customer_id", Of: func(c *Charge) any { return c.CustomerID }},
	{Name: "time", Of: func(c *Charge) any { return c.At }},
	{Name: "kind", Of: func(c *Charge) any { return c.Kind }},
	{Name: "late", Of: func(c *Charge) any { return c.Late }},
	{Name: "order_id", Of: func(c *Charge) any { return c.OrderID }},
	{Name: "line_id", Of: func(c *Charge) any { return c.LineID }},
	{Name: "original_order_id", Of: func(c *Charge) any { return c.Original }, Only: table.ForMachines},
	{Name: "resource_id", Of: func(c *Charge) any { return c.ResourceID }, Only: table.ForMachines},
	{Name: "cloud_service_type", Of: func(c *Charge) any { return c.Service }},
	{Name: "resource_type", Of: func(c *Charge) any { return c.Type }, Only: table.ForMachines},
	{Name: "product_id", Of: func(c *Charge) any { return c.Product }, Only: table.ForMachines},
	{Name: "mode", Of: func(c *Charge) any { return c.Mode }},
	{Name: "indirect_partner_id", Of: func(c *Charge) any { return c.Reseller }, Only: table.ForMachines},
	{Name: "currency", Of: func(c *Charge) any { return c.Currency }},
}, paidColumns(func(c *Charge) *paid { return &c.paid })...)

// Charges lists charges, with times in a zone.
func Charges(all []charges.Charge, zone *time.Location, limit int) *List[Charge] {
	rows := make([]Charge, len(all))
	for i := range all {
		c := &all[i]
		rows[i] = Charge{CustomerID: c.CustomerID, At: c.At.In(zone), Kind: string(c.Kind), Late: c.Late(), OrderID: c.OrderID, LineID: c.LineID, Original: c.Original,
			ResourceID: c.Resource, Service: c.Service, Type: c.Type, Product: c.Product, Mode: modes[c.Mode()], Reseller: c.Reseller, Currency: string(c.Currency),
			paid: paidOf(c.Amounts(), c.Currency)}
	}
	return listed(limit, chargeColumns, rows)
}

// ChargeSum is what a customer was charged for a type of resource.
type ChargeSum struct {
	CustomerID string `json:"customer_id"`
	Service    string `json:"cloud_service_type"`
	Type       string `json:"resource_type"`
	Mode       string `json:"mode"`
	Kind       string `json:"kind"`
	Charges    int    `json:"charges"`
	Currency   string `json:"currency"`
	paid       `json:",inline"`
}

var chargeSumColumns = append([]table.Column[ChargeSum]{
	{Name: "customer_id", Of: func(s *ChargeSum) any { return s.CustomerID }},
	{Name: "cloud_service_type", Of: func(s *ChargeSum) any { return s.Service }},
	{Name: "resource_type", Of: func(s *ChargeSum) any { return s.Type }},
	{Name: "mode", Of: func(s *ChargeSum) any { return s.Mode }},
	{Name: "kind", Of: func(s *ChargeSum) any { return s.Kind }},
	{Name: "charges", Of: func(s *ChargeSum) any { return s.Charges }},
	{Name: "currency", Of: func(s *ChargeSum) any { return s.Currency }},
}, paidColumns(func(s *ChargeSum) *paid { return &s.paid })...)

// ChargeSums sums charges by customer, service, type of resource, mode and kind.
func ChargeSums(all []charges.Charge, limit int) *List[ChargeSum] {
	kinds := []charges.Kind{charges.Consumption, charges.Refund, charges.Adjustment}
	sums := charges.Summed(all, func(c *charges.Charge) charges.Group {
		g := charges.Group{CustomerID: c.CustomerID, Service: c.Service, Type: c.Type, Mode: c.Mode()}
		for i, kind := range kinds {
			if c.Kind == kind {
				g.BillType = i
			}
		}
		return g
	})
	rows := make([]ChargeSum, len(sums))
	for i, s := range sums {
		rows[i] = ChargeSum{CustomerID: s.CustomerID, Service: s.Service, Type: s.Type, Mode: modes[s.Mode], Kind: string(kinds[s.BillType]), Charges: s.Charges,
			Currency: string(s.Currency), paid: paidOf(s.Amounts, s.Currency)}
	}
	return listed(limit, chargeSumColumns, rows)
}
