package decision

import (
	"fmt"
	"slices"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/incentive"
	"github.com/accruald/accruald/workers/pricing"
	"github.com/accruald/accruald/workers/settlement"
)

// usageLine is the id of the one line of a settlement.
const usageLine = "1"

// usageStepsMax is up to how many usages a settlement carries the steps of
// each; beyond it their sums have to do.
const usageStepsMax = 24

// foldWindow makes the order that settles a window anew from all of its usage.
func (d *decider) foldWindow(id string) error {
	if d.Orders.Get(id) != nil {
		d.refolded = true
		d.forgetOrder(id)
	}
	list := d.inWindow(id)
	if len(list) == 0 {
		return nil
	}
	profile, err := d.profile()
	if err != nil {
		return err
	}
	costs := make([]pricing.UsageCost, len(list))
	for i, u := range list {
		costs[i] = u.Cost
	}
	settlements, err := pricing.SettleUsage(profile, costs)
	if err != nil {
		return err
	}
	if len(settlements) != 1 {
		return fmt.Errorf("settle usage %q: %d settlements of one window", id, len(settlements))
	}
	first := list[0]
	f, err := d.factAt(first.Use.Window.From, first.ReferenceVersion, first.PartnerVersion, EventRef{Source: events.Source, ID: id})
	if err != nil {
		return err
	}
	order, err := f.settlementOrder(id, list, &settlements[0])
	if err != nil {
		return err
	}
	f.Orders.Put(id, order)
	return f.accrue(order)
}

// settlementOrder is a settlement of usage as an order of one line, settled
// when it is made. It stands at the beginning of its first usage.
func (f *fact) settlementOrder(id string, list []*Usage, s *pricing.UsageSettlement) (*Order, error) {
	first, last := list[0], list[len(list)-1]
	customer, err := f.customer(first.Use.CustomerID)
	if err != nil {
		return nil, err
	}
	steps := s.Steps
	if len(list) <= usageStepsMax {
		steps = nil
		for _, u := range list {
			steps = append(steps, u.Cost.Steps...)
		}
		steps = append(steps, s.Steps...)
	}
	key := first.Use.Key
	line := pricing.QuoteLine{LineID: usageLine, ResourceID: s.ResourceID, ServiceType: key.ServiceType, ResourceType: key.ResourceType,
		Region: key.Region, Zone: key.Zone, SpecState: last.Cost.SpecState, Quantity: 1, Official: s.Official, Steps: steps}
	charge := pricing.Charge{Currency: s.Currency, Official: s.Official, Discount: s.Discount, Amount: s.Consumed}
	if one := s.Lines[0]; len(s.Lines) == 1 {
		charge.DiscountID, charge.DiscountType = one.DiscountID, one.DiscountType
	}
	order := &Order{
		ID: id, CustomerID: first.Use.CustomerID, IndirectPartnerID: first.Use.IndirectPartnerID, Event: f.ref(), Kind: KindUsage,
		State: OrderSettled, Association: customer.Association, Settlement: customer.Settlement,
		ResourceIDs: []string{s.ResourceID}, PlacedAt: f.at, ValidUntil: f.at,
		Quote:   &pricing.Quote{Kind: KindUsage, Currency: s.Currency, At: f.at, Official: s.Official, Lines: []pricing.QuoteLine{line}},
		Payment: &Payment{Event: f.ref(), Charge: charge, PaidBy: "customer"},
		Usage:   &UsageBill{UsageFactor: s.UsageFactor, Settle: s.Settle, Window: s.Window, Erase: s.Erase, Lines: s.Lines},
	}
	if slices.ContainsFunc(list, func(u *Usage) bool { return u.TierID != "" }) {
		order.Usage.Tiers = first.Cost.Group.Cycle
	}
	if s.Consumed.IsZero() {
		return order, nil
	}
	kind, err := tenderOf(customer.Settlement)
	if err != nil {
		return nil, err
	}
	// One line and one tender: also where tiers that became cheaper give back.
	order.Payment.Tenders = []pricing.Tender{{Kind: kind, Amount: s.Consumed}}
	order.Payment.Slices = []PaidSlice{{Slice: pricing.Slice{LineID: usageLine, Kind: kind, Amount: s.Consumed}}}
	return order, nil
}

// forgetOrder removes an order with what it earned.
func (d *decider) forgetOrder(id string) {
	for _, detail := range d.Details.By(detailsByOrder, id) {
		if d.isStated(detail) {
			put(&d.restated, detail.BillID, detail)
		}
		if detail.LateOf == "" {
			d.Details.Put(detail.ID, nil)
		}
	}
	d.Orders.Put(id, nil)
}

// lateUsage returns the last usage of a settlement that was decided since the
// last cut-off, nil when there is none.
func (d *decider) lateUsage(windowID string) *EventRef {
	d.need(ScopeUsages, windowID)
	var last *EventRef
	for _, u := range d.inWindow(windowID) {
		if u.DecisionNo > d.Counters.CutOffDecision && (last == nil || compareRefs(u.Event, *last) > 0) {
			last = &u.Event
		}
	}
	return last
}

// givesBack tells whether usage became cheaper than what was settled before.
func givesBack(tenders []incentive.Tender) bool {
	return len(tenders) > 0 && tenders[0].Amount.IsNegative()
}

// negated are tenders the other way round.
func negated(tenders []incentive.Tender) []incentive.Tender {
	out := slices.Clone(tenders)
	for i := range out {
		out[i].Amount = out[i].Amount.Neg()
	}
	return out
}

// givenBack are claims that a customer has on its debt, since usage that was
// settled on credit became cheaper: they repay it as money would (Pricing
// rules, section 7: what comes back on credit reduces the debt).
func givenBack(debts []settlement.Debt) []settlement.Repayment {
	var out []settlement.Repayment
	for _, debt := range debts {
		if debt.Credit.IsNegative() {
			out = append(out, settlement.Repayment{ID: orderKey(debt.OrderID), At: debt.PaidAt, CustomerID: debt.CustomerID, Amount: debt.Credit.Neg()})
		}
	}
	return out
}
