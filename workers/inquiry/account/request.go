package account

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/settlement"
)

// Request is a payment request with the bills that it takes from.
type Request struct {
	PartnerID   string          `json:"partner_id"`
	RequestID   string          `json:"payment_request_id"`
	State       string          `json:"state"`
	Method      string          `json:"method"`
	Association string          `json:"association"`
	Currency    string          `json:"currency"`
	Amount      events.Amount   `json:"amount"`
	Payout      events.Amount   `json:"payout"` // what it is settled with
	Bills       []RequestedBill `json:"bills"`
	Reason      string          `json:"reason"`
}

// RequestedBill is what one bill gives to a request.
type RequestedBill struct {
	BillID string        `json:"bill_id"`
	Cycle  string        `json:"cycle"`
	Amount events.Amount `json:"amount"`
}

// RequestOf tells of a payment request. It needs the bills.
func RequestOf(p *decision.Partner, r *decision.Request) Request {
	in := func(d decimal.Decimal) events.Amount { return amountIn(d, r.Currency) }
	out := Request{PartnerID: p.ID, RequestID: r.ID, State: string(r.State), Method: r.Method, Association: r.Association, Currency: string(r.Currency),
		Amount: in(r.Amount), Payout: in(r.Payout), Bills: []RequestedBill{}, Reason: r.Reason}
	for _, part := range r.Bills {
		cycle := ""
		if bill := p.Bills.Get(part.BillID); bill != nil {
			cycle = string(bill.Cycle)
		}
		out.Bills = append(out.Bills, RequestedBill{BillID: part.BillID, Cycle: cycle, Amount: in(part.Amount)})
	}
	return out
}

// Invoice is an invoice in either direction.
type Invoice struct {
	PartnerID string          `json:"partner_id"`
	InvoiceID string          `json:"invoice_id"`
	State     string          `json:"state"`
	Direction string          `json:"direction"`
	Channel   string          `json:"channel"`
	Medium    string          `json:"medium"`
	Currency  string          `json:"currency"`
	Amount    events.Amount   `json:"amount"`
	TaxRate   decimal.Decimal `json:"tax_rate"`
	RequestID string          `json:"payment_request_id"`
	OrderIDs  []string        `json:"order_ids"`
	Reason    string          `json:"reason"`
}

// InvoiceOf tells of an invoice.
func InvoiceOf(p *decision.Partner, i *decision.Invoice) Invoice {
	orders := i.OrderIDs
	if orders == nil {
		orders = []string{}
	}
	return Invoice{PartnerID: p.ID, InvoiceID: i.ID, State: string(i.State), Direction: i.Direction, Channel: i.Channel, Medium: i.Medium,
		Currency: string(i.Currency), Amount: amountIn(i.Amount, i.Currency), TaxRate: i.TaxRate, RequestID: i.RequestID, OrderIDs: orders, Reason: i.Reason}
}

// Transition is a step that an invoice took.
type Transition struct {
	From    string    `json:"from"` // "" before it was applied for
	To      string    `json:"to"`
	Trigger string    `json:"trigger"`
	Actor   string    `json:"actor"`
	Reason  string    `json:"reason"`
	Time    time.Time `json:"time"`
}

// A Trigger is what moved an invoice, as it was accepted.
type Trigger struct {
	Data *events.InvoiceTriggered
	Time time.Time
}

// TransitionsOf tells the steps of an invoice by its triggers, in the order in which they were decided.
func TransitionsOf(i *decision.Invoice, triggers []Trigger) ([]Transition, error) {
	state, out := settlement.InvoiceState(""), []Transition{}
	for _, t := range triggers {
		to, err := settlement.NextInvoice(state, settlement.InvoiceTrigger(t.Data.Trigger), settlement.Medium(i.Medium))
		if err != nil {
			return nil, fmt.Errorf("follow the steps of invoice %q: %w", i.ID, err)
		}
		out = append(out, Transition{From: string(state), To: string(to), Trigger: t.Data.Trigger, Actor: t.Data.Actor, Reason: t.Data.Reason, Time: t.Time})
		state = to
	}
	if state != i.State {
		return nil, fmt.Errorf("follow the steps of invoice %q: they end in state %q, it is in %q", i.ID, state, i.State)
	}
	return out, nil
}

// TriggersOf lists what an invoice can take in its state.
func TriggersOf(i *decision.Invoice) []string {
	out := []string{}
	for _, edge := range settlement.InvoiceTable().Edges {
		if edge.From == string(i.State) && (edge.When == "" || edge.When == i.Medium) {
			out = append(out, edge.Trigger)
		}
	}
	return out
}
