package decision

import "github.com/accruald/accruald/events"

// foreseeHolds lists what events about holds, settled cycles, overdue accounts
// and adjustments look at.
func foreseeHolds(ev *events.Event) []Scope {
	switch data := ev.Data.(type) {
	case *events.HoldPlaced:
		scopes := []Scope{{ScopeHold, data.HoldID}, {ScopeHolds, ""}}
		switch {
		case data.DetailID != "":
			return append(scopes, Scope{ScopeDetail, data.DetailID})
		case data.OrderID != "":
			return append(scopes, Scope{ScopeChain, orderKey(data.OrderID)})
		}
		return append(scopes, Scope{ScopeBills, ""})
	case *events.HoldReleased:
		return []Scope{{ScopeHold, data.HoldID}, {ScopeHolds, ""}}
	case *events.MilestoneDelivered:
		return []Scope{{ScopeMilestone, data.MilestoneID}, {ScopeHolds, ""}}
	case *events.CycleSettled:
		return []Scope{{ScopeBook, ""}, {ScopeHolds, ""}}
	case *events.AccountOverdue:
		return []Scope{{ScopeOverdue, data.OverdueID}, {ScopeBills, ""}}
	case *events.AccountCleared:
		return []Scope{{ScopeOverdue, data.OverdueID}, {ScopeBills, ""}}
	case *events.AdjustmentPosted:
		scopes := []Scope{{ScopeAdjustment, data.AdjustmentID}}
		if data.OrderID != "" {
			return append(scopes, Scope{ScopeChain, orderKey(data.OrderID)}, Scope{ScopeStatements, ""})
		}
		return append(scopes, Scope{ScopeBill, data.BillID}, Scope{ScopeHolds, ""})
	}
	return nil
}

// onCredit tells whether a coupon that was issued is one on credit.
func (r *PartnerReference) onCredit(couponID string) bool {
	c := r.coupons[couponID]
	return c != nil && c.coupon.OnCredit
}
