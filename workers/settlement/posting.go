package settlement

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/site"
)

// Ledger accounts. One set per partner and currency; the sign is debit positive, so that balances of what is owed to
// the partner stand negative.
const (
	AccountIncentiveExpense  = "incentive_expense"       // what partners have earned: the bills' totals
	AccountPartnerFrozen     = "partner_frozen"          // owed, frozen
	AccountPartnerPayable    = "partner_payable"         // owed, to be applied for
	AccountPartnerRequested  = "partner_requested"       // owed, applied for
	AccountPartnerPaidOut    = "partner_paid_out"        // owed and met; its other half is incentive_discharged
	AccountPartnerExpired    = "partner_expired"         // earned and lapsed
	AccountPartnerOffset     = "partner_offset"          // netted between bills; sums to zero per association
	AccountDischarged        = "incentive_discharged"    // what paid-out incentives were met with
	AccountBank              = "settlement_bank"         // given by bank transfer
	AccountPartnerAccount    = "settlement_account"      // given by top-up
	AccountPartnerOwed       = "settlement_owed_invoice" // given to the account as owed invoice
	AccountCouponQuota       = "settlement_coupon_quota" // given as coupon quota
	AccountTaxDifference     = "tax_difference"          // incentive minus what was given for it
	AccountConsumption       = "customer_consumption"    // what customers have consumed
	AccountTenderCash        = "tender_cash"
	AccountTenderCredit      = "tender_credit"
	AccountTenderMonthly     = "tender_monthly_settlement"
	AccountTenderCoupon      = "tender_coupon"
	AccountTenderFlexiCoupon = "tender_flexi_coupon"
	AccountTenderStoredCard  = "tender_stored_card"
	AccountRepayments        = "repayments_received" // money received for credit
	AccountCreditRepaid      = "credit_repaid"       // its other half, against tender_credit and tender_monthly_settlement
	AccountAdjustments       = "order_adjustments"   // fee adjustments of orders, which the statement charges
)

// Posting is one line of a fact, debit positive. All lines of a fact are in one currency and sum to zero.
type Posting struct {
	Account string
	Amount  decimal.Decimal
}

// PostBillChange returns the lines that take a bill from one set of amounts to another, none for what did not change:
// the expense is debited with the change of the total, each partner account credited with the change of its amount.
func PostBillChange(before, after Amounts) []Posting {
	return withoutZeros([]Posting{
		{AccountIncentiveExpense, after.Total.Sub(before.Total)},
		{AccountPartnerFrozen, before.Frozen.Sub(after.Frozen)},
		{AccountPartnerPayable, before.Payable.Sub(after.Payable)},
		{AccountPartnerRequested, before.Requested.Sub(after.Requested)},
		{AccountPartnerPaidOut, before.PaidOut.Sub(after.PaidOut)},
		{AccountPartnerExpired, before.Expired.Sub(after.Expired)},
		{AccountPartnerOffset, before.Offset.Sub(after.Offset)},
	})
}

// methodAccounts are the accounts that methods of payment give from.
var methodAccounts = map[site.PaymentMethod]string{
	site.BankTransfer:       AccountBank,
	site.AccountTopUp:       AccountPartnerAccount,
	site.AccountOwedInvoice: AccountPartnerOwed,
	site.CouponQuota:        AccountCouponQuota,
}

// PostPayout returns the lines of a paid request: its amount is discharged, the payout given by the method, and the
// difference between them posted to tax_difference. Errors: unknown_payment_method.
func PostPayout(amount, payout decimal.Decimal, method site.PaymentMethod) ([]Posting, error) {
	account, known := methodAccounts[method]
	if !known {
		return nil, refuse(CodeUnknownMethod, "post a payout by %q: there is no such payment method", string(method))
	}
	return withoutZeros([]Posting{
		{AccountDischarged, amount},
		{account, payout.Neg()},
		{AccountTaxDifference, payout.Sub(amount)},
	}), nil
}

// tenderAccounts are the accounts of the tender kinds.
var tenderAccounts = map[string]string{
	"cash": AccountTenderCash, "credit": AccountTenderCredit, "monthly_settlement": AccountTenderMonthly,
	"coupon": AccountTenderCoupon, "flexi_coupon": AccountTenderFlexiCoupon, "stored_card": AccountTenderStoredCard,
}

// TenderAmount is what was paid with one kind of tender, negative for what was given back.
type TenderAmount struct {
	Kind   string
	Amount decimal.Decimal
}

// CodeUnknownTender refuses a tender kind without an account.
const CodeUnknownTender = "unknown_tender_kind"

// PostConsumption returns the lines of a paid or refunded order: its tenders are debited, one line per account, and
// customer_consumption credited with their sum. Errors: unknown_tender_kind.
func PostConsumption(tenders []TenderAmount) ([]Posting, error) {
	var lines []Posting
	sum := decimal.Zero
	for _, tender := range tenders {
		account, known := tenderAccounts[tender.Kind]
		if !known {
			return nil, refuse(CodeUnknownTender, "post tender kind %q: there is no account for it", tender.Kind)
		}
		sum = sum.Add(tender.Amount)
		at := slices.IndexFunc(lines, func(l Posting) bool { return l.Account == account })
		if at < 0 {
			lines = append(lines, Posting{account, tender.Amount})
			continue
		}
		lines[at].Amount = lines[at].Amount.Add(tender.Amount)
	}
	return withoutZeros(append(lines, Posting{AccountConsumption, sum.Neg()})), nil
}

// PostRepayment returns the lines of money received for credit.
func PostRepayment(amount decimal.Decimal) []Posting {
	return withoutZeros([]Posting{{AccountRepayments, amount}, {AccountCreditRepaid, amount.Neg()}})
}

// PostOrderAdjustment returns the lines of a fee adjustment of an order: no tender paid it, the statement charges it.
func PostOrderAdjustment(amount decimal.Decimal) []Posting {
	return withoutZeros([]Posting{{AccountAdjustments, amount}, {AccountConsumption, amount.Neg()}})
}

func withoutZeros(lines []Posting) []Posting {
	return slices.DeleteFunc(lines, func(l Posting) bool { return l.Amount.IsZero() })
}

// Balanced returns a Refusal with code postings_unbalanced unless the lines of a fact sum to zero.
func Balanced(lines []Posting) error {
	sum := decimal.Zero
	for _, line := range lines {
		sum = sum.Add(line.Amount)
	}
	if !sum.IsZero() {
		return refuse(CodeUnbalanced, "post a fact of %d lines: they sum to %s, not zero", len(lines), sum)
	}
	return nil
}
