package pricing

import (
	"strings"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
)

// downgrade returns what comes back for a smaller specification: the lost list price of each interval times the share
// that was really paid for it, at most what is not consumed (Pricing rules, section 5).
func (c *changing) downgrade(parts []pricedPart) (*Refund, error) {
	r, currency := c.resource, c.to.Currency
	refund := &Refund{Kind: RefundDowngrade, At: c.in.At, Currency: currency, ResourceIDs: []string{r.ID}}
	var exact money.Fraction
	worth := make([]money.Fraction, len(parts))
	rooms := make([]decimal.Decimal, len(parts))
	orders := make([][]RefundOrder, len(parts))
	texts := make([]string, len(parts))
	for i, interval := range c.live {
		paid, official := r.paidShare(interval)
		share, err := unitsOf(money.FromDecimal(paid), money.FromDecimal(official), money.FromInt(1))
		if err != nil {
			return nil, err
		}
		worth[i] = parts[i].official.Neg().Mul(share)
		exact = exact.Add(worth[i])
		texts[i] = strings.TrimPrefix("-"+parts[i].text, "--") + " x " + money.Fixed(paid, currency) + " / " + money.Fixed(official, currency)
		if orders[i], rooms[i], err = c.unconsumed(interval); err != nil {
			return nil, err
		}
	}
	amount, err := money.Round(exact, money.StageRefund, currency)
	if err != nil {
		return nil, err
	}
	amount, bound := c.bounded(amount, rooms)
	formula := "min(" + strings.Join(texts, " + ") + ", " + bound + ") = " + money.Fixed(amount, currency)
	refund.Steps = []Step{{Rule: "downgrade", Reference: c.to.ID, Formula: formula, After: amount}}
	shares, err := spreadWithin(amount, worth, rooms, currency)
	if err != nil {
		return nil, err
	}
	for i := range orders {
		if len(orders) > 1 {
			refund.Steps = append(refund.Steps, c.intervalStep(c.live[i], amount, shares[i], texts[i]))
		}
		if err := refund.takeDowngrade(r, orders[i], shares[i], rooms[i]); err != nil {
			return nil, err
		}
	}
	return refund, nil
}

// paidShare returns what was paid for an interval without coupons, by all its orders, and their list price.
func (r *Resource) paidShare(interval int) (paid, official decimal.Decimal) {
	for i := range r.Payments {
		payment := &r.Payments[i]
		if payment.Interval != interval {
			continue
		}
		official = official.Add(payment.Official)
		for k := range payment.Slices {
			if payment.Slices[k].Kind != TenderCoupon {
				paid = paid.Add(payment.Slices[k].Amount)
			}
		}
	}
	return paid, official
}

// unconsumed returns the paying orders of an interval with what each consumed until the change, and the sum of what
// they did not.
func (c *changing) unconsumed(interval int) (orders []RefundOrder, room decimal.Decimal, err error) {
	for k := range c.resource.Payments {
		payment := &c.resource.Payments[k]
		basis := payment.basis()
		if payment.Interval != interval || basis.IsZero() {
			continue
		}
		order := refundOrder(c.resource, k)
		used, total := calendar.WallHours(payment.Start, payment.End, c.in.At, c.book.Site.Zone())
		if order.Consumed, err = consumedOf(basis, used, total, c.to.Currency); err != nil {
			return nil, room, err
		}
		order.Kept = basis.Sub(order.Consumed)
		order.Steps = []Step{consumedStep(&order, used, total, c.to.Currency)}
		orders = append(orders, order)
		room = room.Add(order.Kept)
	}
	return orders, room, nil
}

// bounded cuts the refund at 0, at what is not consumed, and at what the way there cost: a resource that goes back at
// the very instant it came from there never gains by the rounding of two orders or a difference in their discounts.
func (c *changing) bounded(amount decimal.Decimal, rooms []decimal.Decimal) (bounded decimal.Decimal, bound string) {
	most := decimal.Zero
	for _, room := range rooms {
		most = most.Add(room)
	}
	bound = "unconsumed " + money.Fixed(most, c.to.Currency)
	cost, payments := decimal.Zero, c.resource.Payments
	for i := len(payments) - 1; i >= 0; i-- {
		payment := &payments[i]
		if payment.Kind != KindChange || payment.Before == nil || !payment.ChangedAt.Equal(c.in.At) {
			break
		}
		cost = cost.Add(payment.basis())
		first := i == 0 || payments[i-1].OrderID != payment.OrderID
		if first && payment.Before.same(c.new) && cost.LessThan(most) {
			most, bound = cost, "paid for the way there "+money.Fixed(cost, c.to.Currency)
		}
	}
	return decimal.Max(decimal.Zero, decimal.Min(amount, most)), bound
}

// takeDowngrade takes an interval's share of the refund from its paying orders, pro rata to what each did not consume.
func (f *Refund) takeDowngrade(r *Resource, orders []RefundOrder, share, room decimal.Decimal) error {
	weights := make([]decimal.Decimal, len(orders))
	for i := range orders {
		weights[i] = orders[i].Kept
	}
	amounts, err := money.Apportion(share, weights, f.Currency)
	if err != nil {
		return err
	}
	for i := range orders {
		order := &orders[i]
		order.Amount = amounts[i]
		order.Kept = order.Kept.Sub(amounts[i])
		order.Steps = append(order.Steps, Step{
			Rule: "refund", Reference: order.OrderID, Before: weights[i], After: order.Kept,
			Formula: money.Fixed(share, f.Currency) + " x " + money.Fixed(weights[i], f.Currency) + " / " + money.Fixed(room, f.Currency) + " = " + money.Fixed(amounts[i], f.Currency),
		})
		if err := order.splitTenders(&r.Payments[order.Payment], f.Currency); err != nil {
			return err
		}
		f.add(*order)
	}
	return nil
}

// spreadWithin spreads an amount by exact weights over rooms that hold at least its sum; what does not fit one goes to
// the next that has room.
func spreadWithin(amount decimal.Decimal, weights []money.Fraction, rooms []decimal.Decimal, c money.Currency) ([]decimal.Decimal, error) {
	shares, err := spread(amount, weights, c)
	if err != nil {
		return nil, err
	}
	rest := decimal.Zero
	for i := range shares {
		if shares[i].GreaterThan(rooms[i]) {
			rest = rest.Add(shares[i].Sub(rooms[i]))
			shares[i] = rooms[i]
		}
	}
	for i := range shares {
		more := decimal.Min(rest, rooms[i].Sub(shares[i]))
		shares[i] = shares[i].Add(more)
		rest = rest.Sub(more)
	}
	return shares, nil
}
