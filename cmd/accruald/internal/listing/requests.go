package listing

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/cmd/accruald/internal/table"
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

var requestColumns = []table.Column[Request]{
	{Name: "partner_id", Of: func(r *Request) any { return r.PartnerID }},
	{Name: "payment_request_id", Of: func(r *Request) any { return r.RequestID }},
	{Name: "state", Of: func(r *Request) any { return r.State }},
	{Name: "method", Of: func(r *Request) any { return r.Method }},
	{Name: "association", Of: func(r *Request) any { return r.Association }},
	{Name: "currency", Of: func(r *Request) any { return r.Currency }},
	{Name: "amount", Of: func(r *Request) any { return r.Amount }},
	{Name: "payout", Of: func(r *Request) any { return r.Payout }},
	{Name: "bills", Of: func(r *Request) any {
		var texts []string
		for i := range r.Bills {
			texts = append(texts, r.Bills[i].BillID+" ("+r.Bills[i].Cycle+"): "+table.Plain(r.Bills[i].Amount))
		}
		return texts
	}},
	{Name: "reason", Of: func(r *Request) any { return r.Reason }},
}

// Requests lists payment requests; with a cycle those that take from one of its bills. It needs requests and bills.
func Requests(f Filter) (*List[Request], error) {
	if err := f.check("payment requests", settlement.RequestTable().States); err != nil {
		return nil, err
	}
	return newList(f.Limit, requestColumns, func(p *decision.Partner) (rows []Request) {
		for _, r := range p.Requests.All() {
			row := request(p, r)
			ofCycle := func(b RequestedBill) bool { return b.Cycle == f.Cycle }
			if (f.State == "" || f.State == row.State) && (f.Cycle == "" || slices.ContainsFunc(row.Bills, ofCycle)) {
				rows = append(rows, row)
			}
		}
		return rows
	}), nil
}

func request(p *decision.Partner, r *decision.Request) Request {
	currency := string(r.Currency)
	row := Request{PartnerID: p.ID, RequestID: r.ID, State: string(r.State), Method: r.Method, Association: r.Association, Currency: currency,
		Amount: table.AmountIn(r.Amount, currency), Payout: table.AmountIn(r.Payout, currency), Bills: []RequestedBill{}, Reason: r.Reason}
	for _, part := range r.Bills {
		cycle := ""
		if bill := p.Bills.Get(part.BillID); bill != nil {
			cycle = string(bill.Cycle)
		}
		row.Bills = append(row.Bills, RequestedBill{BillID: part.BillID, Cycle: cycle, Amount: table.AmountIn(part.Amount, currency)})
	}
	return row
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

var invoiceColumns = []table.Column[Invoice]{
	{Name: "partner_id", Of: func(i *Invoice) any { return i.PartnerID }},
	{Name: "invoice_id", Of: func(i *Invoice) any { return i.InvoiceID }},
	{Name: "state", Of: func(i *Invoice) any { return i.State }},
	{Name: "direction", Of: func(i *Invoice) any { return i.Direction }},
	{Name: "channel", Of: func(i *Invoice) any { return i.Channel }},
	{Name: "medium", Of: func(i *Invoice) any { return i.Medium }},
	{Name: "currency", Of: func(i *Invoice) any { return i.Currency }},
	{Name: "amount", Of: func(i *Invoice) any { return i.Amount }},
	{Name: "tax_rate", Of: func(i *Invoice) any { return i.TaxRate }},
	{Name: "payment_request_id", Of: func(i *Invoice) any { return i.RequestID }},
	{Name: "order_ids", Of: func(i *Invoice) any { return i.OrderIDs }},
	{Name: "reason", Of: func(i *Invoice) any { return i.Reason }},
}

// Invoices lists invoices. It needs invoices.
func Invoices(f Filter) (*List[Invoice], error) {
	if err := f.check("invoices", settlement.InvoiceTable().States); err != nil {
		return nil, err
	}
	return newList(f.Limit, invoiceColumns, func(p *decision.Partner) (rows []Invoice) {
		for _, i := range p.Invoices.All() {
			if f.State != "" && f.State != string(i.State) {
				continue
			}
			orders := i.OrderIDs
			if orders == nil {
				orders = []string{}
			}
			rows = append(rows, Invoice{PartnerID: p.ID, InvoiceID: i.ID, State: string(i.State), Direction: i.Direction, Channel: i.Channel, Medium: i.Medium,
				Currency: string(i.Currency), Amount: table.AmountIn(i.Amount, string(i.Currency)), TaxRate: i.TaxRate, RequestID: i.RequestID,
				OrderIDs: orders, Reason: i.Reason})
		}
		return rows
	}), nil
}
