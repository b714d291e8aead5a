package decision

import (
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/incentive"
	"github.com/accruald/accruald/workers/money"
)

// An Adjustment corrects a bill, by a detail of its own, or an order, on the
// statement alone (order type 15).
type Adjustment struct {
	ID              string
	BillID, OrderID string `json:",omitzero"`
	DetailID        string `json:",omitzero"` // of the bill's adjustment
	Amount          decimal.Decimal
	Currency        money.Currency
	Reason          string
	Corrects        string `json:",omitzero"` // a finding
	Event           EventRef
}

// adjusted corrects a bill by a detail of its own, or an order on the
// partner's statement (contract section 4).
func (d *decider) adjusted(data *events.AdjustmentPosted) error {
	if _, err := d.profile(); err != nil {
		return err
	}
	d.need(ScopeAdjustment, data.AdjustmentID)
	if d.Adjustments.Get(data.AdjustmentID) != nil {
		return &events.Rejection{Code: CodeAdjustmentPosted, Pointer: "/data/adjustment_id", Message: fmt.Sprintf(
			"adjustment %q was posted before; give each adjustment its own id", data.AdjustmentID)}
	}
	row := &Adjustment{ID: data.AdjustmentID, BillID: data.BillID, OrderID: data.OrderID, Amount: data.Amount,
		Currency: money.Currency(data.Currency), Reason: data.Reason, Corrects: data.Corrects, Event: d.ref()}
	if err := wholeCents(data.Amount, row.Currency, "/data/amount"); err != nil {
		return err
	}
	apply := d.adjustBill
	if data.OrderID != "" {
		apply = d.adjustOrder
	}
	if err := apply(row); err != nil {
		return err
	}
	d.Adjustments.Put(row.ID, row)
	return nil
}

// adjustBill writes the adjustment's detail: into the bill while its period
// runs, else into the open period. It earns nothing, so no band sees it and no
// refund takes it back; holds over the bill, its cycle or the partner cover it.
func (d *decider) adjustBill(row *Adjustment) error {
	bill, err := d.knownBill(row.BillID, "/data/bill_id")
	if err != nil {
		return err
	}
	if err := d.sameCurrency(row, bill.Currency, "bill", bill.ID); err != nil {
		return err
	}
	detail := &Detail{ID: events.DeriveID("adjustment", d.ID, row.ID), BillID: bill.ID, Period: bill.Period, Cycle: bill.Cycle,
		PolicyID: bill.PolicyID, PolicyVersion: bill.PolicyVersion, Association: bill.Association, Currency: bill.Currency,
		Event: d.ref(), Ideal: row.Amount, Amount: row.Amount, AdjustmentID: row.ID, Adjusts: bill.ID}
	slice := DetailSlice{Cycle: bill.Cycle, Share: row.Amount}
	if !bill.State.Open() {
		if err := d.openPeriod(bill, detail); err != nil {
			return err
		}
		slice.BillID = bill.ID
	}
	detail.Slices = []DetailSlice{slice}
	d.Details.Put(detail.ID, detail)
	row.DetailID = detail.ID
	return nil
}

// adjustOrder counts a fee adjustment (order type 15) for the statement of its
// own time. Incentives do not see it.
func (d *decider) adjustOrder(row *Adjustment) error {
	d.need(ScopeChain, orderKey(row.OrderID))
	order := d.Orders.Get(row.OrderID)
	if order == nil {
		return waits{orderKey(row.OrderID)}
	}
	if err := d.sameCurrency(row, currencyOf(order), "order", order.ID); err != nil {
		return err
	}
	profile, err := d.profile()
	if err != nil {
		return err
	}
	if order.Association == incentive.AssociationResale {
		d.turn(calendar.CycleOf(row.Event.Time, profile.Zone()), row.Currency, StatementSums{Adjustments: row.Amount})
	}
	return nil
}

func (d *decider) sameCurrency(row *Adjustment, want money.Currency, kind, id string) error {
	if row.Currency == want {
		return nil
	}
	return &events.Rejection{Code: CodeCurrencyMix, Pointer: "/data/currency", Message: fmt.Sprintf(
		"adjustment %q is in %s, %s %q in %s; adjust it in %s", row.ID, row.Currency, kind, id, want, want)}
}
