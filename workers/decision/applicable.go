package decision

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
)

// Applicable returns what of a bill could be applied for at a time, by all that
// is known, and what stands against it: what a request is judged by, for those
// who ask before. ErrNeeds means that rows are not loaded.
func (p *Partner) Applicable(common *Reference, bill *Bill, at time.Time) (amount decimal.Decimal, blockedBy []string, err error) {
	var none []events.Out
	defer needs(&none, &err)
	latest := *p
	latest.Counters.DecisionNo = max(p.Counters.DecisionNo, p.Reference.Version())
	d := &decider{Partner: &latest, common: common, in: &Input{Event: &events.Event{Time: at}}}
	amount, blockedBy = d.applicable(bill)
	return amount, blockedBy, nil
}

// HoldReference names what a hold that covers a detail is about: an order, a
// bill, a detail or a cycle.
func (p *Partner) HoldReference(c Covering, detail *Detail) string {
	return (&decider{Partner: p}).holdReference(c, detail)
}

// Reversals returns the details that take back of one, by id.
func (p *Partner) Reversals(detailID string) []*Detail {
	return p.Details.By(detailsByReversed, detailID)
}

// DetailsOfBill returns the details that stand in a bill, by id.
func (p *Partner) DetailsOfBill(billID string) []*Detail { return p.Details.By(detailsByBill, billID) }
