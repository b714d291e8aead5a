package sample

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/settlement"
)

// Who acts for the partner and for operations.
const (
	actorFinance    = "finance"
	actorOperations = "operations"
)

const repaidOrdersMost = 100

// money puts repayments, confirmations, payment requests and invoices into the agenda.
func (q *quarter) money() {
	for month := time.January; month <= time.April; month++ {
		for _, c := range customers {
			if c.settlement == "immediate" {
				continue
			}
			q.later(on(month, 20, 15), func(at time.Time) { q.repayOldest(c, at) })
			q.later(on(month+1, 3, 11), func(at time.Time) { q.repayListed(c, month, at) })
		}
		q.later(on(month, 25, 14), q.invoiceCustomers)
		q.later(on(month+1, 7, 10), q.confirm)
		q.later(on(month+1, 9, 10), q.resolve)
		q.later(on(month+1, 14, 10), q.approve)
		q.later(on(month+1, 18, 10), q.request)
		q.later(on(month+1, 18, 11), q.reviewOwn)
	}
}

func on(month time.Month, day, hour int) time.Time {
	return time.Date(2026, month, day, hour, 0, 0, 0, zone)
}

// owed sums what a customer owes of a cycle, "" for all, and lists the orders.
func (q *quarter) owed(c customer, cycle string) (orders []string, sum decimal.Decimal) {
	for _, debt := range q.engine.Partners[c.partner].Debts.All() {
		open := debt.Owing().Sub(debt.Repaid)
		if debt.CustomerID != c.id || cycle != "" && string(debt.Cycle) != cycle || !open.IsPositive() || len(orders) == repaidOrdersMost {
			continue
		}
		orders, sum = append(orders, debt.OrderID), sum.Add(open)
	}
	return orders, sum
}

// repayOldest pays a round sum on account, which settles the oldest orders.
func (q *quarter) repayOldest(c customer, at time.Time) {
	_, sum := q.owed(c, "")
	amount := decimal.NewFromInt(300)
	if sum.LessThan(amount) {
		return
	}
	q.repay(c, &events.RepaymentReceived{Amount: amount}, at)
}

// repayListed pays the last month's orders by name. In April one customer pays only a part, and the cycle stays frozen.
func (q *quarter) repayListed(c customer, month time.Month, at time.Time) {
	orders, sum := q.owed(c, fmt.Sprintf("2026-%02d", int(month)))
	if len(orders) == 0 || c.partner == partnerSingapore && month == time.February { // settledCycle
		return
	}
	if c.id == "C201" && month == time.March {
		orders, sum = orders[:1], decimal.NewFromInt(20)
	}
	q.repay(c, &events.RepaymentReceived{OrderIDs: orders, Amount: sum}, at)
}

func (q *quarter) repay(c customer, data *events.RepaymentReceived, at time.Time) {
	data.RepaymentID = "RP-" + c.id + "-" + at.Format("0102")
	data.PartnerID, data.CustomerID, data.Currency = c.partner, c.id, currencyOf(c.partner)
	q.emit(fact{source: "/billing/" + c.site(), id: data.RepaymentID, subject: data.RepaymentID, partner: c.partner, at: at, data: data})
}

// inState lists a partner's bills in a state.
func (q *quarter) inState(partner string, state settlement.BillState) (found []*decision.Bill) {
	for _, bill := range q.engine.Partners[partner].Bills.All() {
		if bill.State == state {
			found = append(found, bill)
		}
	}
	return found
}

// step tells one action on a bill.
func (q *quarter) step(partner, who string, bill *decision.Bill, at time.Time, data events.Data) {
	q.emit(fact{source: "/" + who + "/" + siteOf(partner), id: bill.ID + "/" + at.Format("0102"), subject: bill.ID, partner: partner, at: at, data: data})
}

// confirm: one partner confirms its bills, except one it disputes; the others let the deadline pass.
func (q *quarter) confirm(at time.Time) {
	for i, bill := range q.inState(partnerShanghai, settlement.BillPendingConfirmation) {
		if i == 0 {
			q.step(partnerShanghai, "partners", bill, at, &events.BillDisputed{BillAction: events.BillAction{
				BillID: bill.ID, Actor: actorFinance, Reason: "an order is missing"}})
			continue
		}
		q.step(partnerShanghai, "partners", bill, at, &events.BillConfirmed{BillAction: events.BillAction{BillID: bill.ID, Actor: actorFinance}})
	}
}

// resolve answers the dispute of the first month; the later one stays open.
func (q *quarter) resolve(at time.Time) {
	if at.Month() != time.February {
		return
	}
	for _, bill := range q.inState(partnerShanghai, settlement.BillDisputed) {
		q.step(partnerShanghai, "operations", bill, at, &events.BillDisputeResolved{BillAction: events.BillAction{
			BillID: bill.ID, Actor: actorOperations, Reason: "the order belongs to the next month"}})
		q.later(at.Add(time.Hour), func(at time.Time) {
			q.step(partnerShanghai, "partners", bill, at, &events.BillConfirmed{BillAction: events.BillAction{BillID: bill.ID, Actor: actorFinance}})
		})
	}
}

// approve issues what was confirmed. In March operations refuse one bill.
func (q *quarter) approve(at time.Time) {
	for _, partner := range partners {
		for i, bill := range q.inState(partner, settlement.BillIssuing) {
			if partner == partnerHangzhou && i == 0 && at.Month() == time.March {
				q.step(partner, "operations", bill, at, &events.BillRejected{BillAction: events.BillAction{
					BillID: bill.ID, Actor: actorOperations, Reason: "the contract has to be attached"}})
				continue
			}
			q.step(partner, "operations", bill, at, &events.BillApproved{BillAction: events.BillAction{BillID: bill.ID, Actor: actorOperations}})
		}
	}
}
