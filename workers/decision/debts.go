package decision

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/incentive"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/pricing"
	"github.com/accruald/accruald/workers/settlement"
)

// repaid puts a repayment into the book; what it settles follows from the
// whole set of debts and repayments (Settlement rules, section 4).
func (d *decider) repaid(data *events.RepaymentReceived) error {
	if d.Reference.Site() == "" {
		return d.unknownPartner()
	}
	d.need(ScopeBook, "")
	if d.Repayments.Get(data.RepaymentID) != nil {
		return &events.Rejection{Code: CodeRepaymentExists, Pointer: "/data/repayment_id", Message: fmt.Sprintf(
			"repayment %q was received before with another event; give each repayment its own id", data.RepaymentID)}
	}
	currency := money.Currency(data.Currency)
	if err := wholeCents(data.Amount, currency, "/data/amount"); err != nil {
		return err
	}
	if _, known := d.Reference.customers[data.CustomerID]; !known && data.CustomerID != "" {
		return &events.Rejection{Code: CodeUnknownCustomer, Pointer: "/data/customer_id", Retryable: true, Message: fmt.Sprintf(
			"customer %q was never associated with partner %q; publish customer.associated.v1 first", data.CustomerID, d.ID)}
	}
	for i, id := range data.OrderIDs {
		d.need(ScopeChain, orderKey(id))
		order := d.Orders.Get(id)
		if order == nil {
			return waits{orderKey(id)}
		}
		if data.CustomerID != "" && order.CustomerID != data.CustomerID {
			return &events.Rejection{Code: CodeOrderForeign, Pointer: fmt.Sprintf("/data/order_ids/%d", i), Message: fmt.Sprintf(
				"order %q belongs to another customer than %q; name the customer who ordered it, or none", id, data.CustomerID)}
		}
		if owed := currencyOf(order); owed != currency {
			return &events.Rejection{Code: CodeCurrencyMix, Pointer: "/data/currency", Message: fmt.Sprintf(
				"repayment %q is in %s, order %q in %s; repay it in %s", data.RepaymentID, currency, id, owed, owed)}
		}
	}
	d.Repayments.Put(data.RepaymentID, &Repayment{Event: d.ref(), Currency: currency, Repayment: settlement.Repayment{
		ID: data.RepaymentID, At: d.in.Event.Time, CustomerID: data.CustomerID, OrderIDs: data.OrderIDs,
		Cycle: calendar.Cycle(data.Cycle), Amount: data.Amount}})
	return nil
}

// settleDebts brings the book up to date with the orders that changed, and
// returns the orders whose debt is settled otherwise than before.
func (d *decider) settleDebts() error {
	touched := map[money.Currency]bool{}
	for _, diff := range d.Orders.differences() {
		if diff.after == nil {
			d.unlist(diff.id)
		}
		debt, err := d.debtOf(diff.after)
		if err != nil {
			return err
		}
		if debt == nil && (diff.before == nil || !hasCredit(diff.before)) {
			continue
		}
		d.need(ScopeBook, "")
		old := d.Debts.Get(diff.id)
		if debt == nil && old == nil {
			continue
		}
		if debt != nil && old != nil {
			debt.Repaid = old.Repaid
			if sameDocument(debt, old) {
				continue
			}
		}
		touched[cmp.Or(debt, old).Currency] = true
		d.Debts.Put(diff.id, debt)
	}
	for _, diff := range d.Repayments.differences() {
		touched[cmp.Or(diff.after, diff.before).Currency] = true
	}
	for _, c := range slices.Sorted(maps.Keys(touched)) {
		if err := d.allocate(c); err != nil {
			return err
		}
	}
	return nil
}

// unlist has the repayments that list an order wait for it again, after
// folding again came to the end that it was never placed.
func (d *decider) unlist(orderID string) {
	d.need(ScopeBook, "")
	for _, r := range d.Repayments.All() {
		if !slices.Contains(r.OrderIDs, orderID) {
			continue
		}
		id := InputID(r.Event.Source, r.Event.ID)
		d.need(ScopeInput, id)
		waiting := *d.Inputs.Get(id)
		waiting.Status, waiting.WaitsFor = StatusWaiting, orderKey(orderID)
		d.record(&waiting)
		d.Repayments.Put(r.ID, nil)
	}
}

func isCredit(k pricing.TenderKind) bool {
	return k == pricing.TenderCredit || k == pricing.TenderMonthlySettlement
}

func hasCredit(o *Order) bool {
	return o != nil && o.Payment != nil && slices.ContainsFunc(o.Payment.Slices, func(s PaidSlice) bool { return isCredit(s.Kind) })
}

// debtOf returns what an order owes by its credit and monthly-settlement
// slices, nil when it owes nothing.
func (d *decider) debtOf(o *Order) (*Debt, error) {
	if !hasCredit(o) {
		return nil, nil
	}
	profile, err := d.common.Sites.Get(d.Reference.Site())
	if err != nil {
		return nil, err
	}
	debt := &Debt{Currency: o.Quote.Currency, Association: o.Association, Debt: settlement.Debt{
		OrderID: o.ID, CustomerID: o.CustomerID, Cycle: calendar.CycleOf(o.Payment.Event.Time, profile.Zone()), PaidAt: o.Payment.Event.Time}}
	for _, s := range o.Payment.Slices {
		if isCredit(s.Kind) {
			debt.Credit, debt.Refunded = debt.Credit.Add(s.Amount), debt.Refunded.Add(s.Refunded)
		}
	}
	return debt, nil
}

// allocate settles the debts of a currency from all of its repayments.
func (d *decider) allocate(c money.Currency) error {
	var rows []*Debt
	var debts []settlement.Debt
	for _, debt := range d.Debts.All() {
		if debt.Currency == c {
			rows, debts = append(rows, debt), append(debts, debt.Debt)
		}
	}
	var repayments []settlement.Repayment
	for _, r := range d.Repayments.All() {
		if r.Currency == c {
			repayments = append(repayments, r.Repayment)
		}
	}
	repaid, _ := settlement.AllocateRepayments(debts, append(repayments, givenBack(debts)...))
	for i, debt := range rows {
		if repaid[i].Equal(debt.Repaid) {
			continue
		}
		changed := *debt
		changed.Repaid = repaid[i]
		d.Debts.Put(debt.OrderID, &changed)
	}
	return nil
}

// settled is what of the order's credit is repaid or refunded.
func (b *Debt) settled() decimal.Decimal { return b.Repaid.Add(b.Refunded) }

// outstanding is what is still owed.
func (b *Debt) outstanding() decimal.Decimal { return b.Credit.Sub(b.settled()) }

// creditHold is the hold on the credit slices of an order.
func (d *decider) creditHold(b *Debt) incentive.Hold {
	return incentive.Hold{ID: holdID(d.ID, incentive.HoldCreditNotRepaid, b.OrderID), Reason: incentive.HoldCreditNotRepaid,
		Scope: incentive.Scope{OrderID: b.OrderID}, Open: b.outstanding().IsPositive(), Credit: b.Credit, Settled: b.settled()}
}

func holdID(partner, reason, of string) string { return events.DeriveID("hold", partner, reason, of) }
