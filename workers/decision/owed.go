package decision

import (
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/settlement"
)

// Owed invoices.
//
// The owner is the partner: its account got the money. What an incentive paid
// into the account is owed at the site's output tax rate, per currency. An
// invoice to the customer is the chosen consumption less that; one that comes
// to nothing is refused, so that what is owed is never used up without an
// invoice. An invoice that is rejected, cancelled or returned owes it again.

// An OwedInvoice is the amount for which a partner was given money ahead of
// the consumption that it is to be invoiced for, at one tax rate and in one
// currency. The owner is the partner: it is the partner's account that the
// money was put into (Settlement rules, section 7).
type OwedInvoice struct {
	TaxRate  decimal.Decimal
	Currency money.Currency
	Amount   decimal.Decimal
}

// owedID names what a partner owes at one tax rate and in one currency.
func owedID(rate decimal.Decimal, c money.Currency) string { return rate.String() + "/" + string(c) }

// owe raises what the partner owes invoices for.
func (d *decider) owe(rate decimal.Decimal, c money.Currency, amount decimal.Decimal) {
	d.need(ScopeOwed, "")
	owed := &OwedInvoice{TaxRate: rate, Currency: c}
	if earlier := d.OwedInvoices.Get(owedID(rate, c)); earlier != nil {
		owed.Amount = earlier.Amount
	}
	owed.Amount = owed.Amount.Add(amount)
	d.OwedInvoices.Put(owedID(rate, c), owed)
}

// deductOwed takes what the partner owes at the invoice's tax rate off the
// consumption that was chosen for it. An invoice of nothing is none: choosing
// more consumption makes one.
func (d *decider) deductOwed(invoice *Invoice) error {
	chosen := invoice.Amount
	rest, _, err := settlement.DeductOwed(chosen, invoice.TaxRate, d.owed(invoice.Currency))
	if err != nil {
		return refusalOf(err, "/data/tax_rate")
	}
	if rest.IsZero() && chosen.IsPositive() {
		return &events.Rejection{Code: CodeNothingToInvoice, Pointer: "/data/amount", Message: fmt.Sprintf(
			"partner %q owes invoices for all of %s %s at tax rate %s; choose more consumption", d.ID, chosen, invoice.Currency, invoice.TaxRate)}
	}
	invoice.Amount, invoice.Deducted = rest, chosen.Sub(rest)
	return nil
}

// settleOwed lowers what is owed with the application for an invoice, and
// raises it again when nothing comes of the invoice.
func (d *decider) settleOwed(invoice *Invoice, from settlement.InvoiceState) {
	switch {
	case invoice.Deducted.IsZero():
	case from == "":
		d.owe(invoice.TaxRate, invoice.Currency, invoice.Deducted.Neg())
	case from.Live() && !invoice.State.Live():
		d.owe(invoice.TaxRate, invoice.Currency, invoice.Deducted)
	}
}

// Withdrawable returns what of a given cash balance the partner may withdraw:
// the balance less the owed invoices of the currency (Settlement rules, section 7).
func (p *Partner) Withdrawable(cash decimal.Decimal, c money.Currency) decimal.Decimal {
	return settlement.Withdrawable(cash, p.owed(c))
}

// owed lists what is owed in a currency, by tax rate.
func (p *Partner) owed(c money.Currency) []settlement.Owed {
	p.need(ScopeOwed, "")
	var out []settlement.Owed
	for _, o := range p.OwedInvoices.All() {
		if o.Currency == c {
			out = append(out, settlement.Owed{TaxRate: o.TaxRate, Amount: o.Amount})
		}
	}
	return out
}

func (d *decider) reportOwed(diff difference[OwedInvoice]) {
	var before decimal.Decimal
	if diff.before != nil {
		before = diff.before.Amount
	}
	c := diff.after.Currency
	d.emit(events.TypeOwedInvoiceChanged, diff.id, &events.OwedInvoiceChanged{Origin: origin(diff.version), Owner: d.ID,
		TaxRate: events.NewAmount(diff.after.TaxRate, rateScale), Currency: string(c), Before: in(c, before), After: in(c, diff.after.Amount)})
}
