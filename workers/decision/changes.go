package decision

// EachChange hands on the rows that changed since the partner was last kept,
// under the names of their tables.
func (p *Partner) EachChange(take func(table, id string)) {
	eachChange(p.Orders, "customer_order", take)
	eachChange(p.Resources, "resource", take)
	eachChange(p.Details, "incentive_detail", take)
	eachChange(p.Bills, "incentive_bill", take)
	eachChange(p.Holds, "hold", take)
	eachChange(p.Requests, "payment_request", take)
	eachChange(p.Invoices, "invoice", take)
	eachChange(p.Debts, "debt", take)
	eachChange(p.Repayments, "repayment", take)
	eachChange(p.Coupons, "coupon", take)
	eachChange(p.Quotas, "coupon_quota", take)
	eachChange(p.Adjustments, "adjustment", take)
	eachChange(p.Statements, "statement", take)
	eachChange(p.Turnovers, "turnover", take)
	eachChange(p.OwedInvoices, "owed_invoice", take)
	eachChange(p.Opportunities, "opportunity", take)
	eachChange(p.Registrations, "customer_registration", take)
}

func eachChange[R any](t *Table[R], table string, take func(table, id string)) {
	for _, c := range t.Changed() {
		take(table, c.ID)
	}
}
