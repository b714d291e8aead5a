package settlement

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/site"
)

// Codes of refused payment requests.
const (
	CodeMethodNotAllowed = "method_not_allowed"
	CodeUnknownMethod    = "unknown_payment_method"
	CodeMethodFinal      = "method_is_final"
)

// MethodAllowed refuses a payment method that the site does not offer for bills of that association and period
// (its last cycle): method_not_allowed. Other errors: unknown_payment_method, no_payment_methods.
// (Settlement rules, section 6.)
func MethodAllowed(p *site.Profile, association string, cycle calendar.Cycle, method site.PaymentMethod) error {
	allowed, err := p.MethodAllowed(method, association, cycle)
	if err != nil {
		return err
	}
	if !allowed {
		methods, err := p.Methods(association, cycle)
		if err != nil {
			return err
		}
		return refuse(CodeMethodNotAllowed, "pay a %s bill of %s at site %q by %q: use one of %q",
			association, string(cycle), p.Site, string(method), methods)
	}
	return nil
}

// MethodFinal refuses to change the method of a submitted request: the choice is final. The same method again is no
// change. A cancelled request's money can be applied for anew.
func MethodFinal(chosen, wanted site.PaymentMethod) error {
	if chosen != wanted {
		return refuse(CodeMethodFinal, "change the payment method from %q to %q: the choice is final; cancel the request and submit another",
			string(chosen), string(wanted))
	}
	return nil
}

// InvoiceRequired reports whether the partner has to write an invoice for a request paid by the method: for money,
// not for a coupon quota nor for an account with owed invoice. Errors: unknown_payment_method.
func InvoiceRequired(method site.PaymentMethod) (bool, error) {
	switch method {
	case site.BankTransfer, site.AccountTopUp:
		return true, nil
	case site.AccountOwedInvoice, site.CouponQuota:
		return false, nil
	}
	return false, refuse(CodeUnknownMethod, "judge payment method %q: use bank_transfer, account_top_up, account_owed_invoice or coupon_quota", string(method))
}

// InvoiceAmount returns what the partner invoices for an incentive: round2(incentive / (1 + vat) x (1 + fee)). Without
// an invoice the settlement is the incentive itself. (Settlement rules, section 6.)
func InvoiceAmount(incentive, vat, fee decimal.Decimal, c money.Currency) (decimal.Decimal, error) {
	one := decimal.New(1, 0)
	return money.RoundProduct(incentive, one.Add(fee), one.Add(vat), money.StageInvoice, c)
}

// Payout returns what a request of an amount is settled with at a site: the invoice amount where the method needs an
// invoice, else the amount itself. Errors: unknown_payment_method, those of rounding.
func Payout(p *site.Profile, amount decimal.Decimal, method site.PaymentMethod, c money.Currency) (decimal.Decimal, error) {
	needed, err := InvoiceRequired(method)
	if err != nil || !needed {
		return amount, err
	}
	return InvoiceAmount(amount, p.IncentiveInvoice.OutputVATRate, p.IncentiveInvoice.ServiceFeeRate, c)
}

// ReviewDeadline returns the first instant of the last day to confirm a bill that came back to the partner at a time,
// after a dispute was resolved or operations refused it. The deadline of a closed period is the site profile's
// ConfirmationDeadline. Errors: those of calendar.WorkingDays.
func ReviewDeadline(p *site.Profile, at time.Time) (time.Time, error) {
	return p.WorkingDays().AddWorkingDays(at, p.Deadlines.DisputeWorkingDays, p.Zone())
}

// DayPassed reports whether the local date of a day lies before that of at: a deadline that was missed, or a last
// payment the day after which a cycle is released.
func DayPassed(day, at time.Time, zone *time.Location) bool {
	return calendar.StartOfDay(day, zone).Before(calendar.StartOfDay(at, zone))
}

// ValidUntil returns the last second in which incentives of a partner that left the programme can be applied for:
// the end of the date some years on. (Settlement rules, section 6.)
// Errors: those of calendar.FirstExpiry, for a profile without validity.
func ValidUntil(p *site.Profile, leftAt time.Time) (time.Time, error) {
	return calendar.FirstExpiry(leftAt, calendar.Period{Type: calendar.Year, Num: p.Deadlines.IncentiveValidityYears}, p.Zone())
}
