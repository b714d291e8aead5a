package sample

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/pricing"
	"github.com/accruald/accruald/workers/settlement"
)

// mistakes puts what producers do wrong into the agenda. All but the first are refused for good.
func (q *quarter) mistakes() {
	q.later(on(time.January, 12, 10), q.forgottenProduct)
	q.later(on(time.January, 13, 10), q.wrongSum)
	q.later(on(time.January, 14, 10), q.unknownCustomer)
	q.later(on(time.January, 15, 10), q.unknownPartner)
	q.later(on(time.January, 16, 10), q.paidWithoutOrder)
	q.later(on(time.February, 10, 10), q.twoCurrencies)
	q.later(on(time.February, 11, 10), q.notRenewable)
	q.later(on(time.February, 12, 10), q.splitWindow)
	q.later(on(time.March, 10, 10), q.paidTwice)
	q.later(on(time.March, 11, 10), q.foreignCoupon)
	q.later(on(time.March, 17, 10), q.whileOverdue)
}

// line is an order line of one product for a month.
func (q *quarter) line(c customer, order string, p product) events.OrderLine {
	b := basket{c: c, order: order, period: events.PeriodMonth, number: 1}
	b.add(p, "vm", "")
	return b.lines[0]
}

func (q *quarter) place(c customer, order string, lines []events.OrderLine, at time.Time, refused string) {
	q.emit(fact{source: "/orders/" + c.site(), id: order, subject: order, partner: c.partner, at: at, refused: refused, data: &events.OrderPlaced{
		OrderID: order, PartnerID: c.partner, CustomerID: c.id, AutoPay: true, Lines: lines}})
}

func (q *quarter) payment(c customer, order, id string, tenders []events.Tender, at time.Time, refused string) {
	q.emit(fact{source: "/orders/" + c.site(), id: id, subject: order, partner: c.partner, at: at, refused: refused, data: &events.OrderPaid{
		OrderID: order, PartnerID: c.partner, Tenders: tenders}})
}

// forgottenProduct: an order of a product whose price list comes an hour later; then it heals, and its payment with it.
func (q *quarter) forgottenProduct(at time.Time) {
	c, order := customers[3], q.orderID(at)
	q.place(c, order, []events.OrderLine{q.line(c, order, late)}, at, "product_not_found")
	q.later(at.Add(5*time.Minute), func(at time.Time) { q.payment(c, order, order, nil, at, "") })
	q.later(at.Add(time.Hour), func(at time.Time) { q.publish(late, regionChina, start) })
}

// wrongSum: tenders that do not sum to the price, then the right ones under a new id.
func (q *quarter) wrongSum(at time.Time) {
	c, order := customers[10], q.orderID(at)
	q.place(c, order, []events.OrderLine{q.line(c, order, servers[2])}, at, "")
	wrong := []events.Tender{{Kind: events.TenderCash, Amount: decimal.NewFromInt(100)}}
	q.later(at.Add(5*time.Minute), func(at time.Time) { q.payment(c, order, order, wrong, at, "tenders_do_not_sum") })
	q.later(at.Add(9*time.Minute), func(at time.Time) { q.payment(c, order, order+"/2", nil, at, "") })
}

func (q *quarter) unknownCustomer(at time.Time) {
	c := customer{id: "C999", partner: partnerHangzhou}
	order := q.orderID(at)
	q.place(c, order, []events.OrderLine{q.line(c, order, servers[0])}, at, decision.CodeUnknownCustomer)
}

func (q *quarter) unknownPartner(at time.Time) {
	c := customer{id: "C900", partner: "P900"}
	order := q.orderID(at)
	q.place(c, order, []events.OrderLine{q.line(c, order, servers[0])}, at, decision.CodeUnknownPartner)
}

// paidWithoutOrder: a payment whose order never comes waits for three days and is refused then.
func (q *quarter) paidWithoutOrder(at time.Time) {
	order := q.orderID(at)
	q.payment(customers[8], order, order, nil, at, "")
}

func (q *quarter) twoCurrencies(at time.Time) {
	c, order := customers[17], q.orderID(at)
	dollars, yuan := q.line(c, order, servers[1]), q.line(c, order, servers[1])
	yuan.LineID, yuan.ResourceID, yuan.Region = "2", yuan.ResourceID+"-2", regionChina
	q.place(c, order, []events.OrderLine{dollars, yuan}, at, decision.CodeCurrencyMix)
}

// notRenewable: the renewal of an image that is sold once and not renewed.
func (q *quarter) notRenewable(at time.Time) {
	c, bought, renewal := customers[11], q.orderID(at), q.orderID(at)
	line := q.line(c, bought, images[2])
	q.place(c, bought, []events.OrderLine{line}, at, "")
	q.later(at.Add(5*time.Minute), func(at time.Time) { q.payment(c, bought, bought, nil, at, "") })
	q.later(at.Add(30*time.Minute), func(at time.Time) {
		q.emit(fact{source: "/orders/" + c.site(), id: renewal, subject: renewal, partner: c.partner, at: at, refused: "not_renewable", data: &events.OrderRenewed{
			OrderID: renewal, PartnerID: c.partner, CustomerID: c.id, AutoPay: true, ResourceIDs: []string{line.ResourceID},
			PeriodType: events.PeriodMonth, PeriodNum: 1}})
	})
}

// splitWindow: usage over the end of a month, which has two prices and two cycles.
func (q *quarter) splitWindow(at time.Time) {
	first := on(at.Month(), 1, 0)
	q.use(customers[5], "flow-x", traffic, decimal.NewFromInt(12), first.Add(-time.Hour), first.Add(time.Hour), at, "split_window")
}

// whileOverdue: an application while the account of a customer is overdue.
func (q *quarter) whileOverdue(at time.Time) {
	id := "PR-" + partnerHangzhou + "-early"
	q.emit(fact{source: "/partners/" + siteChina, id: id, subject: id, partner: partnerHangzhou, at: at, refused: settlement.BlockedOverdue,
		data: &events.PaymentRequestSubmitted{PaymentRequestID: id, All: true, Currency: "CNY", Association: "resale",
			Method: events.MethodAccountOwedInvoice, Actor: actorFinance}})
}

// foreignCoupon: an order is paid with the coupon of another customer, then without.
func (q *quarter) foreignCoupon(at time.Time) {
	c, order := customers[9], q.orderID(at)
	q.place(c, order, []events.OrderLine{q.line(c, order, servers[2])}, at, "")
	part := decimal.NewFromInt(10)
	tenders := []events.Tender{{Kind: events.TenderCoupon, CouponID: couponID(customers[8], 0), Amount: part},
		{Kind: events.TenderCash, Amount: q.stored(c, order).Quote.Official.Sub(part)}}
	q.later(at.Add(5*time.Minute), func(at time.Time) { q.payment(c, order, order, tenders, at, pricing.CodeCouponForeign) })
	q.later(at.Add(9*time.Minute), func(at time.Time) { q.payment(c, order, order+"/2", nil, at, "") })
}

func (q *quarter) paidTwice(at time.Time) {
	c, order := customers[4], q.orderID(at)
	q.place(c, order, []events.OrderLine{q.line(c, order, servers[4])}, at, "")
	q.later(at.Add(3*time.Minute), func(at time.Time) { q.payment(c, order, order, nil, at, "") })
	q.later(at.Add(6*time.Minute), func(at time.Time) { q.payment(c, order, order+"/again", nil, at, decision.CodeOrderPaid) })
}
