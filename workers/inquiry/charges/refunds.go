package charges

import (
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/pricing"
)

// part is a line of a paid order that a refund gives back of.
type part struct{ orderID, lineID string }

// refund returns what an order gives back: one charge for each line of a paid order.
func (b *Book) refund(base *Charge, o *decision.Order) ([]Charge, error) {
	var order []part
	back := map[part][]pricing.Tender{}
	add := func(p part, tenders ...pricing.Tender) {
		if _, known := back[p]; !known {
			order = append(order, p)
		}
		back[p] = append(back[p], tenders...)
	}
	for _, r := range o.Refund.Orders {
		p := part{r.OrderID, r.LineID}
		add(p)
		for _, t := range r.Tenders {
			add(p, pricing.Tender{Kind: t.Kind, Reference: t.Reference, Amount: t.Amount.Neg()})
		}
	}
	for _, c := range o.Refund.CouponsReturned {
		add(part{c.OrderID, c.LineID}, pricing.Tender{Kind: pricing.TenderCoupon, Reference: c.Reference, Amount: c.Amount.Neg()})
	}
	var out []Charge
	for _, p := range order {
		charge, err := b.giveBack(*base, p, merged(back[p]))
		if err != nil {
			return nil, err
		}
		out = append(out, *charge)
	}
	return out, nil
}

// merged sums tenders of one means: a line that was paid for several intervals is given back in as many parts.
func merged(tenders []pricing.Tender) (out []pricing.Tender) {
next:
	for _, t := range tenders {
		if t.Amount.IsZero() {
			continue
		}
		for i := range out {
			if out[i].Kind == t.Kind && out[i].Reference == t.Reference {
				out[i].Amount = out[i].Amount.Add(t.Amount)
				continue next
			}
		}
		out = append(out, t)
	}
	return out
}

// giveBack is what a refund returns of one line.
func (b *Book) giveBack(c Charge, p part, tenders []pricing.Tender) (*Charge, error) {
	c.Kind, c.Original, c.LineID, c.Tenders = Refund, p.orderID, p.lineID, tenders
	for _, t := range tenders {
		c.Amount = c.Amount.Add(t.Amount)
	}
	c.List, c.Quantity = c.Amount, 1
	original := b.Partner.Orders.Get(p.orderID)
	if original == nil || original.Payment == nil {
		return &c, nil
	}
	var paid Charge
	b.place(&paid, original)
	c.OriginalIn, c.Invoiced = paid.Told, paid.Issued
	for i := range original.Quote.Lines {
		l := &original.Quote.Lines[i]
		if l.LineID != p.lineID {
			continue
		}
		line := b.line(paid, original, l)
		if !line.Amount.IsZero() {
			list, err := money.RoundProduct(line.List, c.Amount, line.Amount, money.StageRefund, c.Currency)
			if err != nil {
				return nil, err
			}
			c.List = list
		}
		line.Kind, line.OrderID, line.Original, line.OriginalIn, line.Invoiced = c.Kind, c.OrderID, c.Original, c.OriginalIn, c.Invoiced
		line.OrderType, line.OrderKind, line.Automatic, line.Metered, line.CustomerID, line.Reseller = c.OrderType, c.OrderKind, c.Automatic, line.Usage != nil, c.CustomerID, c.Reseller
		line.At, line.From, line.To, line.Cycle, line.Told, line.Issued = c.At, c.From, c.To, c.Cycle, c.Told, c.Issued
		line.List, line.Amount, line.Erase, line.Discount = c.List, c.Amount, decimal.Decimal{}, c.List.Sub(c.Amount)
		line.Tenders, line.Currency, line.Usage = c.Tenders, c.Currency, nil
		return &line, nil
	}
	return &c, nil
}

// adjustment is what was adjusted of an order; those of bills are no part of a statement.
func (b *Book) adjustment(row *decision.Adjustment, order *decision.Order) Charge {
	c := Charge{Kind: Adjustment, OrderID: row.OrderID, Original: row.OrderID, OrderType: adjustmentOrder, OrderKind: string(Adjustment),
		Metered: order.Usage != nil, CustomerID: order.CustomerID, Reseller: order.IndirectPartnerID, Quantity: 1, Currency: row.Currency, List: row.Amount,
		Amount: row.Amount, At: row.Event.Time, From: row.Event.Time, To: row.Event.Time, Reason: row.Reason, By: row.ID}
	c.Cycle = calendar.CycleOf(c.At, b.Site.Zone())
	c.Told, c.Issued = b.in(c.Cycle, row.Event, c.Currency)
	var original Charge
	b.place(&original, order)
	c.OriginalIn, c.Invoiced = original.Told, original.Issued
	if order.Quote != nil && len(order.Quote.Lines) > 0 { // an order is of one service, or named by its first
		c.Service = order.Quote.Lines[0].ServiceType
		b.name(&c)
	}
	return c
}

// adjustmentOrder is the order type of a fee adjustment.
const adjustmentOrder = 15
