package listing

import (
	"slices"

	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/inquiry/account"
	"github.com/accruald/accruald/workers/settlement"
)

var requestColumns = []table.Column[account.Request]{
	{Name: "partner_id", Of: func(r *account.Request) any { return r.PartnerID }},
	{Name: "payment_request_id", Of: func(r *account.Request) any { return r.RequestID }},
	{Name: "state", Of: func(r *account.Request) any { return r.State }},
	{Name: "method", Of: func(r *account.Request) any { return r.Method }},
	{Name: "association", Of: func(r *account.Request) any { return r.Association }},
	{Name: "currency", Of: func(r *account.Request) any { return r.Currency }},
	{Name: "amount", Of: func(r *account.Request) any { return r.Amount }},
	{Name: "payout", Of: func(r *account.Request) any { return r.Payout }},
	{Name: "bills", Of: func(r *account.Request) any {
		var texts []string
		for i := range r.Bills {
			texts = append(texts, r.Bills[i].BillID+" ("+r.Bills[i].Cycle+"): "+table.Plain(r.Bills[i].Amount))
		}
		return texts
	}},
	{Name: "reason", Of: func(r *account.Request) any { return r.Reason }},
}

// Requests lists payment requests; with a cycle those that take from one of its bills. It needs requests and bills.
func Requests(f Filter) (*List[account.Request], error) {
	if err := f.check("payment requests", settlement.RequestTable().States); err != nil {
		return nil, err
	}
	return newList(f.Limit, requestColumns, func(p *decision.Partner) (rows []account.Request) {
		for _, r := range p.Requests.All() {
			row := account.RequestOf(p, r)
			ofCycle := func(b account.RequestedBill) bool { return b.Cycle == f.Cycle }
			if (f.State == "" || f.State == row.State) && (f.Cycle == "" || slices.ContainsFunc(row.Bills, ofCycle)) {
				rows = append(rows, row)
			}
		}
		return rows
	}), nil
}

var invoiceColumns = []table.Column[account.Invoice]{
	{Name: "partner_id", Of: func(i *account.Invoice) any { return i.PartnerID }},
	{Name: "invoice_id", Of: func(i *account.Invoice) any { return i.InvoiceID }},
	{Name: "state", Of: func(i *account.Invoice) any { return i.State }},
	{Name: "direction", Of: func(i *account.Invoice) any { return i.Direction }},
	{Name: "channel", Of: func(i *account.Invoice) any { return i.Channel }},
	{Name: "medium", Of: func(i *account.Invoice) any { return i.Medium }},
	{Name: "currency", Of: func(i *account.Invoice) any { return i.Currency }},
	{Name: "amount", Of: func(i *account.Invoice) any { return i.Amount }},
	{Name: "tax_rate", Of: func(i *account.Invoice) any { return i.TaxRate }},
	{Name: "payment_request_id", Of: func(i *account.Invoice) any { return i.RequestID }},
	{Name: "order_ids", Of: func(i *account.Invoice) any { return i.OrderIDs }},
	{Name: "reason", Of: func(i *account.Invoice) any { return i.Reason }},
}

// Invoices lists invoices. It needs invoices.
func Invoices(f Filter) (*List[account.Invoice], error) {
	if err := f.check("invoices", settlement.InvoiceTable().States); err != nil {
		return nil, err
	}
	return newList(f.Limit, invoiceColumns, func(p *decision.Partner) (rows []account.Invoice) {
		for _, i := range p.Invoices.All() {
			if f.State != "" && f.State != string(i.State) {
				continue
			}
			rows = append(rows, account.InvoiceOf(p, i))
		}
		return rows
	}), nil
}
