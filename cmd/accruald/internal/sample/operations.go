package sample

import (
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/settlement"
)

// operations puts into the agenda what is done by hand: holds over incentives, a milestone that a payment waits for, a
// cycle that is settled with authority, an account that is overdue, and a correction of a bill.
func (q *quarter) operations() {
	missing := &events.HoldPlaced{HoldID: "H-1", Reason: "contract_missing", Cycle: "2026-02", Actor: actorOperations}
	q.later(on(time.March, 4, 10), q.by("operations", partnerHangzhou, missing.HoldID, missing))
	q.later(on(time.March, 12, 16), q.by("operations", partnerHangzhou, "H-1", &events.HoldReleased{
		HoldID: "H-1", Reason: "the contract has been received", Actor: actorOperations}))
	q.later(on(time.March, 24, 10), q.hold)

	q.later(on(time.January, 22, 10), q.contract)
	q.later(on(time.March, 16, 10), q.by("billing", partnerShanghai, milestone, &events.MilestoneDelivered{
		PartnerID: partnerShanghai, MilestoneID: milestone}))

	q.later(on(time.March, 4, 10), q.by("billing", partnerSingapore, partnerSingapore+"/2026-02/USD", &events.CycleSettled{
		PartnerID: partnerSingapore, Cycle: settledCycle, Currency: "USD", SettledAt: on(time.March, 4, 9)}))

	q.later(on(time.March, 10, 0), q.by("billing", partnerHangzhou, "OV-1", &events.AccountOverdue{PartnerID: partnerHangzhou, OverdueID: "OV-1",
		CustomerID: "C202", Amount: decimal.RequireFromString("312.40"), Currency: "CNY", Since: on(time.March, 10, 0)}))
	q.later(on(time.March, 17, 17), q.by("billing", partnerHangzhou, "OV-1", &events.AccountCleared{
		PartnerID: partnerHangzhou, OverdueID: "OV-1", At: on(time.March, 17, 16)}))

	q.later(on(time.March, 9, 16), q.correct)
}

// settledCycle is the cycle that is settled with authority: its customer pays nothing of it by name.
const settledCycle = "2026-02"

const milestone = "MS-1"

// by tells one fact of a partner; its id begins with that of what it is about.
func (q *quarter) by(who, partner, id string, data events.Data) func(time.Time) {
	return func(at time.Time) {
		subject, _, _ := strings.Cut(id, "/")
		q.emit(fact{source: "/" + who + "/" + siteOf(partner), id: id, subject: subject, partner: partner, at: at, data: data})
	}
}

// hold freezes what one order earned; it stays so.
func (q *quarter) hold(at time.Time) {
	for _, d := range q.engine.Partners[partnerShanghai].Details.All() {
		if d.BillID != "" && d.Amount.IsPositive() && d.Cycle == "2026-03" && d.Frozen.IsZero() {
			q.by("operations", partnerShanghai, "H-2", &events.HoldPlaced{
				HoldID: "H-2", Reason: "compliance", OrderID: d.OrderID, Actor: actorOperations})(at)
			return
		}
	}
	q.failure = fmt.Errorf("tell a hold of operations: nothing is there to be held")
}

// contract is an order that is paid by a milestone contract: what it earns is frozen until that is delivered.
func (q *quarter) contract(at time.Time) {
	c, order := customers[4], q.orderID(at)
	q.place(c, order, []events.OrderLine{q.line(c, order, databases[2])}, at, "")
	q.later(at.Add(20*time.Minute), q.by("orders", c.partner, order, &events.OrderPaid{OrderID: order, PartnerID: c.partner, MilestoneID: milestone}))
}

// correct takes something off a bill that is closed: it stands in the open period.
func (q *quarter) correct(at time.Time) {
	for _, bill := range q.inState(partnerSingapore, settlement.BillIssued) {
		q.by("operations", partnerSingapore, "ADJ-1", adjustment(bill))(at)
		return
	}
	q.failure = fmt.Errorf("tell an adjustment: no bill of partner %q is issued", partnerSingapore)
}

func adjustment(bill *decision.Bill) *events.AdjustmentPosted {
	return &events.AdjustmentPosted{AdjustmentID: "ADJ-1", BillID: bill.ID, Amount: decimal.RequireFromString("-3.20"), Currency: string(bill.Currency),
		Reason: "an order was counted twice"}
}
