package decision

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/pricing"
	"github.com/accruald/accruald/workers/settlement"
	"github.com/accruald/accruald/workers/site"
)

// rateScale is the number of digits a rate is reported with.
const rateScale = 6

// outsPerDecisionMax is above how many events of one type and thing a decision
// leads to.
const outsPerDecisionMax = 1_000

// A step is one state change to report.
type step struct {
	kind, id   string
	transition events.Transition
}

// report turns the differences of an accepted event into outgoing events: one
// per input and thing, in a fixed order.
func (d *decider) report() {
	for _, diff := range d.Orders.differences() {
		d.reportOrder(diff)
	}
	for _, diff := range d.Details.differences() {
		d.reportDetail(diff)
	}
	d.reportHolds()
	d.reportQuotas()
	for _, s := range d.steps {
		d.reportStep(s)
	}
	for _, diff := range d.Bills.differences() {
		d.reportBill(diff)
	}
	for n, diff := range d.Statements.differences() {
		d.reportStatement(n, diff.after)
	}
	for _, diff := range d.OwedInvoices.differences() {
		d.reportOwed(diff)
	}
	for _, in := range d.rejectedAgain {
		d.outs = append(d.outs, events.NewRejectedOut(in.Event, in.Rejection, in.Attempts))
	}
}

func (d *decider) emit(typ, thing string, data events.OutData) {
	d.emitNth(typ, thing, 0, data)
}

// emitNth numbers the events of one type and thing. An input that is decided
// again, because what it rests on went and came back, counts on.
func (d *decider) emitNth(typ, thing string, n int, data events.OutData) {
	d.outs = append(d.outs, events.NewOut(d.in.Event, typ, thing, d.in.Attempts*outsPerDecisionMax+n, data))
}

// in returns an amount at the scale of its currency. A currency that is not
// known was refused long before.
func in(c money.Currency, amount decimal.Decimal) events.Amount {
	digits, err := c.Digits()
	if err != nil {
		digits = rateScale
	}
	return events.NewAmount(amount, digits)
}

func (d *decider) reportDetail(diff difference[Detail]) {
	detail, amount := diff.after, decimal.Decimal{}
	if detail != nil {
		amount = detail.Amount
	}
	supersedes := ""
	if diff.before != nil {
		amount = amount.Sub(diff.before.Amount)
		supersedes = diff.before.ID
	}
	if detail == nil {
		detail = diff.before
	}
	if amount.IsZero() && diff.before != nil && diff.before.Provisional == detail.Provisional {
		return
	}
	d.emit(events.TypeIncentiveAccrued, detail.ID, &events.IncentiveAccrued{
		Origin: origin(diff.version), DetailID: detail.ID, BillID: detail.BillID, OrderID: detail.OrderID, LineID: detail.LineID,
		Association: detail.Association, PolicyID: detail.PolicyID, PolicyVersion: detail.PolicyVersion, Currency: string(detail.Currency),
		Performance: in(detail.Currency, detail.Performance), Rate: events.NewAmount(detail.Rate, rateScale),
		Amount: in(detail.Currency, amount), Provisional: detail.Provisional, Reverses: detail.Reverses, LateOf: detail.LateOf,
		ZeroReason: detail.ZeroReason, Supersedes: supersedes, AdjustmentID: detail.AdjustmentID})
}

func origin(version int64) events.Origin { return events.Origin{Version: int(version)} }

func (d *decider) reportBill(diff difference[Bill]) {
	bill := diff.after
	if bill == nil {
		return
	}
	applicable, blocked := d.applicable(bill)
	if blocked == nil {
		blocked = []string{}
	}
	a, c := bill.Amounts, bill.Currency
	d.emit(events.TypePayableChanged, bill.ID, &events.PayableChanged{
		Origin: origin(diff.version), BillID: bill.ID, Cycle: string(bill.Cycle), PolicyID: bill.PolicyID,
		Association: bill.Association, Currency: string(c), Total: in(c, a.Total), Frozen: in(c, a.Frozen),
		Payable: in(c, a.Payable), Requested: in(c, a.Requested), PaidOut: in(c, a.PaidOut), Expired: in(c, a.Expired), Offset: in(c, a.Offset),
		Applicable: in(c, applicable), BlockedBy: blocked})
}

func (d *decider) reportStep(s step) {
	n := 0
	for _, earlier := range d.steps[:slices.IndexFunc(d.steps, func(o step) bool { return o == s })] {
		if earlier.kind == s.kind && earlier.id == s.id {
			n++
		}
	}
	switch s.kind {
	case events.TypeBillStateChanged:
		b := d.Bills.Get(s.id)
		d.emitNth(s.kind, s.id, n, &events.BillStateChanged{Origin: origin(d.Bills.Version(s.id)), BillID: s.id, Cycle: string(b.Cycle),
			PolicyID: b.PolicyID, Association: b.Association, Transition: s.transition, Currency: string(b.Currency), Total: in(b.Currency, b.Amounts.Total), Payable: in(b.Currency, b.Amounts.Payable)})
	case events.TypePaymentRequestStateChanged:
		r := d.Requests.Get(s.id)
		out := &events.PaymentRequestStateChanged{Origin: origin(d.Requests.Version(s.id)), PaymentRequestID: s.id,
			Transition: s.transition, Currency: string(r.Currency), Amount: in(r.Currency, r.Amount)}
		if needed, err := settlement.InvoiceRequired(site.PaymentMethod(r.Method)); err == nil && needed {
			payout := in(r.Currency, r.Payout)
			out.InvoiceAmount = &payout
		}
		d.emitNth(s.kind, s.id, n, out)
	case events.TypeInvoiceStateChanged:
		i := d.Invoices.Get(s.id)
		d.emitNth(s.kind, s.id, n, &events.InvoiceStateChanged{Origin: origin(d.Invoices.Version(s.id)), InvoiceID: s.id,
			Transition: s.transition, Currency: string(i.Currency), Amount: in(i.Currency, i.Amount)})
	case events.TypeOpportunityStateChanged:
		d.emitNth(s.kind, s.id, n, &events.OpportunityStateChanged{Origin: origin(d.Opportunities.Version(s.id)), OpportunityID: s.id, Transition: s.transition})
	}
}

func steps(list []pricing.Step, c money.Currency) []events.Step {
	out := make([]events.Step, 0, len(list))
	for _, s := range list {
		out = append(out, events.Step{Rule: s.Rule, Reference: s.Reference, Formula: s.Formula, Before: exact(s.Before, c), After: exact(s.After, c)})
	}
	return out
}

// exact reports an intermediate amount with all of its digits, at least those
// of the currency.
func exact(amount decimal.Decimal, c money.Currency) events.Amount {
	a := in(c, amount)
	// The text has no trailing zeros, whatever the amount was computed with.
	if _, fraction, _ := strings.Cut(amount.String(), "."); len(fraction) > int(a.Scale) {
		a.Scale = int32(len(fraction)) //nolint:gosec // a decimal of a price has a few digits
	}
	return a
}
