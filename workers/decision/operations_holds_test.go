package decision_test

import (
	"testing"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/incentive"
)

// holding places and releases holds of operations, posts adjustments, and has
// statements issued.
func (o *operator) holding() {
	p := o.m.Partners["P100"]
	detail, order, hold := pickOf(o.history, p.Details.All()), pickOf(o.history, p.Orders.All()), pickOf(o.history, p.Holds.All())
	switch step := o.rng.IntN(12); {
	case step == 0 && detail != nil:
		o.hold(events.HoldPlaced{DetailID: detail.ID})
	case step == 1 && order != nil:
		o.hold(events.HoldPlaced{OrderID: order.ID})
	case step == 2:
		o.hold(events.HoldPlaced{BillID: o.bill()})
	case step == 3:
		o.hold(events.HoldPlaced{Cycle: o.at.AddDate(0, -o.rng.IntN(2), 0).Format("2006-01")})
	case step == 4:
		o.hold(events.HoldPlaced{})
	case step < 8 && hold != nil:
		o.calm()
	case step < 10:
		o.adjust(events.AdjustmentPosted{BillID: o.bill(), Amount: dec("17.01").Sub(dec("30.00").Mul(dec([]string{"0", "1"}[o.rng.IntN(2)])))})
	case step == 10 && order != nil:
		o.adjust(events.AdjustmentPosted{OrderID: order.ID, Amount: dec("-3.50")})
	default:
		o.fire(decision.JobStatement, o.at.Add(time.Hour))
	}
}

// calm releases what operations hold and clears what is overdue, so that there
// is something to apply for.
func (o *operator) calm() {
	p := o.m.Partners["P100"]
	for _, h := range p.Holds.All() {
		if h.Open && incentive.ByOperations(h.Reason) == nil {
			o.release(h.ID)
		}
	}
	for _, id := range o.late {
		o.add("cleared/"+id, id, &events.AccountCleared{OverdueID: id, PartnerID: "P100", At: o.at})
	}
	o.late = nil
}

// reasonsOf counts the reasons of the holds there are, open or not.
func reasonsOf(p *decision.Partner, reached map[string]int) {
	for _, h := range p.Holds.All() {
		reached["hold "+h.Reason]++
	}
}

// checkApplicable holds what was told to what may never be: a negative amount
// to apply for, or a positive one with something against it. It counts the
// reasons of what was frozen.
func checkApplicable(t *testing.T, reached map[string]int, outs []events.Out) {
	t.Helper()
	for _, out := range outs {
		if frozen, ok := out.Data.(*events.IncentiveFrozen); ok {
			reached["frozen "+frozen.Reason]++
		}
		changed, ok := out.Data.(*events.PayableChanged)
		if !ok {
			continue
		}
		if a := changed.Applicable.Decimal; a.IsNegative() || a.IsPositive() == (len(changed.BlockedBy) > 0) {
			t.Fatalf("applicable %s of bill %s, blocked by %v", a, changed.BillID, changed.BlockedBy)
		}
	}
}
