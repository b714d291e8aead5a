package sample

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
)

// What customers do with their orders, in percent and counts.
const (
	ordersAMonth   = 14
	monthsShopping = 3

	automaticChance = 80 // paid automatically, so with the automatic discount
	cancelChance    = 5
	forgetChance    = 2 // never paid
	adjustChance    = 6
	couponChance    = 25
	mixedChance     = 25
)

// shopping puts the orders of every customer and month into the agenda.
func (q *quarter) shopping() {
	for month := range monthsShopping {
		first := start.AddDate(0, month, 0)
		for _, c := range customers {
			for range ordersAMonth {
				day := first.AddDate(0, 0, q.random.IntN(28))
				q.later(q.between(day, 9*time.Hour, 18*time.Hour), func(at time.Time) { q.order(c, at) })
			}
		}
	}
}

// order places a new order and decides what becomes of it.
func (q *quarter) order(c customer, at time.Time) {
	id := q.orderID(at)
	automatic := q.chance(automaticChance)
	lines, kind := q.basket(c, id)
	placed := len(q.lines)
	q.emit(fact{source: "/orders/" + c.site(), id: id, subject: id, partner: c.partner, at: at, data: &events.OrderPlaced{
		OrderID: id, PartnerID: c.partner, CustomerID: c.id, AutoPay: automatic, Lines: lines}})
	if !q.settle(c, id, placed, at, automatic) {
		return
	}
	q.live(c, lines, kind, at)
}

// settle cancels, adjusts or pays an order soon after it was placed, and says whether it will be paid.
func (q *quarter) settle(c customer, id string, placed int, at time.Time, automatic bool) bool {
	switch {
	case q.chance(forgetChance):
		return false
	case q.chance(cancelChance):
		q.later(q.between(at, time.Hour, 9*time.Hour), func(at time.Time) {
			q.emit(fact{source: "/orders/" + c.site(), id: id, subject: id, partner: c.partner, at: at, data: &events.OrderCancelled{
				OrderID: id, PartnerID: c.partner, Reason: "changed their mind"}})
		})
		return false
	}
	if q.chance(adjustChance) {
		q.later(q.between(at, 30*time.Second, time.Minute), func(at time.Time) { q.adjust(c, id, at) })
	}
	q.later(q.between(at, 2*time.Minute, 40*time.Minute), func(at time.Time) {
		if q.chance(swapChance) {
			q.swaps = append(q.swaps, [2]int{placed, len(q.lines)})
		}
		q.pay(c, id, automatic, at)
	})
	return true
}

// adjust takes a twentieth or so off an order, as a partner does for a good customer.
func (q *quarter) adjust(c customer, id string, at time.Time) {
	off := decimal.NewFromInt(int64(1 + q.random.IntN(4)))
	if q.stored(c, id).Quote.Official.LessThanOrEqual(off) {
		return
	}
	q.emit(fact{source: "/orders/" + c.site(), id: id, subject: id, partner: c.partner, at: at, data: &events.OrderPriceAdjusted{
		OrderID: id, PartnerID: c.partner, DiscountID: "D-609-" + id, AmountOff: &off}})
}

// pay pays what the rules ask for.
func (q *quarter) pay(c customer, id string, automatic bool, at time.Time) {
	order := q.stored(c, id)
	if order == nil {
		return
	}
	data := &events.OrderPaid{OrderID: id, PartnerID: c.partner}
	if !automatic && order.Quote.Adjustment == nil {
		data.DiscountID = bestOffer(order)
	}
	chosen := data.DiscountID
	if chosen == "" && automatic {
		profile, err := q.engine.Common.Sites.Get(c.site())
		if err != nil {
			q.failure = err
			return
		}
		chosen = order.Quote.AutomaticChoice(profile)
	}
	charge, err := order.Quote.Charge(chosen)
	if err != nil {
		q.failure = fmt.Errorf("pay order %q: %w", id, err)
		return
	}
	data.Tenders = q.tenders(c, charge.Amount)
	q.emit(fact{source: "/orders/" + c.site(), id: id, subject: id, partner: c.partner, at: at, data: data})
}

// bestOffer is what a person picks who looks at the offers.
func bestOffer(order *decision.Order) string {
	for _, candidate := range order.Quote.Candidates {
		if candidate.Selectable && candidate.BestOffer {
			return candidate.DiscountID
		}
	}
	return ""
}

// tenders splits an amount over means of payment; none means all of it by the customer's own.
func (q *quarter) tenders(c customer, amount decimal.Decimal) []events.Tender {
	var out []events.Tender
	if c.association == "resale" && q.chance(couponChance) {
		id := couponID(c, q.random.IntN(couponsEach))
		if part := q.couponPart(c, id); part.IsPositive() && amount.GreaterThan(part) {
			out = append(out, events.Tender{Kind: events.TenderCoupon, CouponID: id, Amount: part})
			amount = amount.Sub(part)
		}
	}
	own := map[string]string{"immediate": events.TenderCash, "credit": events.TenderCredit, "monthly": events.TenderMonthlySettlement}[c.settlement]
	if part := decimal.NewFromInt(int64(5 + q.random.IntN(60))); q.chance(mixedChance) && amount.GreaterThan(part) {
		other := events.Tender{Kind: events.TenderCash, Amount: part}
		if own == events.TenderCash {
			other = events.Tender{Kind: events.TenderStoredCard, CardID: "CARD-" + c.id, Amount: part}
		}
		out = append(out, other)
		amount = amount.Sub(part)
	}
	if out == nil {
		return nil
	}
	return append(out, events.Tender{Kind: own, Amount: amount})
}

func (q *quarter) orderID(at time.Time) string {
	q.orders++
	return fmt.Sprintf("CS%s%04d", at.Format("060102"), q.orders)
}

// stored is the order as the rules see it.
func (q *quarter) stored(c customer, id string) *decision.Order {
	return q.engine.Partners[c.partner].Orders.Get(id)
}
