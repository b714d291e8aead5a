package decision

import (
	"fmt"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/incentive"
)

// A Milestone is what a milestone contract waits for, once it is delivered.
// Before that only the holds know it.
type Milestone struct{ ID string }

// holdPlaced opens a hold of operations over what its scope says; what it
// freezes follows in the stage of holds, for details there are and for those
// to come (Settlement rules, section 4).
func (d *decider) holdPlaced(data *events.HoldPlaced) error {
	if _, err := d.profile(); err != nil {
		return err
	}
	if err := incentive.ByOperations(data.Reason); err != nil {
		return &events.Rejection{Code: incentive.CodeUnknownHoldReason, Pointer: "/data/reason", Message: err.Error()}
	}
	d.need(ScopeHold, data.HoldID)
	if d.Holds.Get(data.HoldID) != nil {
		return &events.Rejection{Code: CodeHoldExists, Pointer: "/data/hold_id", Message: fmt.Sprintf(
			"hold %q was placed before; give each hold its own id", data.HoldID)}
	}
	if err := d.knownScope(data); err != nil {
		return err
	}
	d.Holds.Put(data.HoldID, &Hold{ID: data.HoldID, Reason: data.Reason, DetailID: data.DetailID, OrderID: data.OrderID,
		BillID: data.BillID, Cycle: calendar.Cycle(data.Cycle), Open: true, Actor: data.Actor, Since: d.in.Event.Time})
	return nil
}

// knownScope checks that there is what the hold is to cover. An order may yet
// come and is waited for; a cycle or the partner is always there.
func (d *decider) knownScope(data *events.HoldPlaced) error {
	switch {
	case data.DetailID != "":
		d.need(ScopeDetail, data.DetailID)
		if d.Details.Get(data.DetailID) == nil {
			return &events.Rejection{Code: CodeUnknownDetail, Pointer: "/data/detail_id", Retryable: true, Message: fmt.Sprintf(
				"partner %q has no incentive detail %q; take the id from incentive.accrued.v1", d.ID, data.DetailID)}
		}
	case data.OrderID != "":
		d.need(ScopeChain, orderKey(data.OrderID))
		if d.Orders.Get(data.OrderID) == nil {
			return waits{orderKey(data.OrderID)}
		}
	case data.BillID != "":
		_, err := d.knownBill(data.BillID, "/data/bill_id")
		return err
	}
	return nil
}

// holdReleased closes a hold of operations. Those that follow from facts close
// with the facts.
func (d *decider) holdReleased(data *events.HoldReleased) error {
	refuse := func(code string, retryable bool, format string, args ...any) error {
		return &events.Rejection{Code: code, Pointer: "/data/hold_id", Retryable: retryable, Message: fmt.Sprintf(format, args...)}
	}
	d.need(ScopeHold, data.HoldID)
	hold := d.Holds.Get(data.HoldID)
	switch {
	case hold == nil:
		return refuse(CodeUnknownHold, true, "partner %q has no hold %q; place it first", d.ID, data.HoldID)
	case incentive.ByOperations(hold.Reason) != nil:
		return refuse(CodeHoldOfRules, false, "hold %q is there because of %s and closes with it; bring in what settles that", hold.ID, hold.Reason)
	case !hold.Open:
		return refuse(CodeHoldReleased, false, "hold %q was released before; a hold is released once", hold.ID)
	}
	released := *hold
	released.Open = false
	d.Holds.Put(hold.ID, &released)
	return nil
}

// delivered notes that a milestone is delivered, and closes the holds that
// wait for it. It may come before the payment it is about.
func (d *decider) delivered(data *events.MilestoneDelivered) error {
	if d.Reference.Site() == "" {
		return d.unknownPartner()
	}
	d.need(ScopeMilestone, data.MilestoneID)
	if d.Milestones.Get(data.MilestoneID) != nil {
		return &events.Rejection{Code: CodeMilestoneDelivered, Pointer: "/data/milestone_id", Message: fmt.Sprintf(
			"milestone %q was delivered before by another event; nothing waits for it any more", data.MilestoneID)}
	}
	d.Milestones.Put(data.MilestoneID, &Milestone{ID: data.MilestoneID})
	d.need(ScopeHolds, "")
	for _, hold := range d.Holds.All() {
		if hold.MilestoneID == data.MilestoneID && hold.Open {
			closed := *hold
			closed.Open = false
			d.Holds.Put(hold.ID, &closed)
		}
	}
	return nil
}

// orderHolds keeps the holds over an order that follow from how it was paid:
// by a milestone contract, or with a flexi coupon on credit.
func (d *decider) orderHolds() error {
	for _, diff := range d.Orders.differences() {
		before, after := milestoneOf(diff.before), milestoneOf(diff.after)
		if before == "" && after == "" {
			continue
		}
		var hold *Hold
		if after != "" {
			d.need(ScopeMilestone, after)
			hold = &Hold{OrderID: diff.id, Currency: diff.after.Quote.Currency, MilestoneID: after, Open: d.Milestones.Get(after) == nil}
		}
		d.orderHold(diff.id, incentive.HoldMilestoneUndelivered, hold)
	}
	for _, diff := range d.Debts.differences() {
		if !owesCoupon(diff.before) && !owesCoupon(diff.after) {
			continue
		}
		var hold *Hold
		if owesCoupon(diff.after) {
			hold = &Hold{OrderID: diff.id, Currency: diff.after.Currency, Open: diff.after.couponOutstanding().IsPositive()}
		}
		d.orderHold(diff.id, incentive.HoldFlexiCouponNotRepaid, hold)
	}
	return nil
}

// orderHold puts the hold of a reason over an order, nil for none.
func (d *decider) orderHold(orderID, reason string, hold *Hold) {
	id := holdID(d.ID, reason, orderID)
	d.need(ScopeHold, id)
	if hold == nil {
		d.Holds.Put(id, nil)
		return
	}
	hold.ID, hold.Reason = id, reason
	if old := d.Holds.Get(id); old == nil || !sameDocument(old, hold) {
		d.Holds.Put(id, hold)
	}
}

// milestoneOf is the milestone that an order's payment waits for, "" without
// one.
func milestoneOf(o *Order) string {
	if !paid(o) {
		return ""
	}
	return o.Payment.MilestoneID
}
