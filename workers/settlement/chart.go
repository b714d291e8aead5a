package settlement

// Side is the side of an account on which its balance normally stands.
type Side string

// The sides of an account: a debit is a positive line, a credit a negative one.
const (
	Debit  Side = "debit"
	Credit Side = "credit"
)

// Account is one account of the chart: what its balance says, and on which side that normally stands. A balance on the
// other side is no error: what was earned and is taken back in a later period stands there.
type Account struct {
	Name    string
	Meaning string
	Normal  Side
}

// chart has every account, grouped by what they belong to.
var chart = []Account{
	{AccountIncentiveExpense, "what partners have earned: the bills' totals", Debit},
	{AccountPartnerFrozen, "owed to the partner, frozen by holds", Credit},
	{AccountPartnerPayable, "owed to the partner, not applied for yet", Credit},
	{AccountPartnerRequested, "owed to the partner, applied for", Credit},
	{AccountPartnerPaidOut, "earned and paid out; met by incentive_discharged", Credit},
	{AccountPartnerExpired, "earned and lapsed", Credit},
	{AccountPartnerOffset, "netted between bills; zero per association", Credit},

	{AccountDischarged, "paid-out incentives, by what they were met with", Debit},
	{AccountBank, "given by bank transfer", Credit},
	{AccountPartnerAccount, "given by top-up of the partner's account", Credit},
	{AccountPartnerOwed, "given to the account, an invoice still owed", Credit},
	{AccountCouponQuota, "given as coupon quota", Credit},
	{AccountTaxDifference, "incentive less what was given for it", Credit},

	{AccountConsumption, "what customers have consumed", Credit},
	{AccountTenderCash, "consumption paid with cash", Debit},
	{AccountTenderCredit, "consumption paid on credit", Debit},
	{AccountTenderMonthly, "consumption to be settled monthly", Debit},
	{AccountTenderCoupon, "consumption paid with cash coupons", Debit},
	{AccountTenderFlexiCoupon, "consumption paid with flexi coupons", Debit},
	{AccountTenderStoredCard, "consumption paid with stored-value cards", Debit},

	{AccountAdjustments, "fee adjustments of orders, which the statement charges", Debit},

	{AccountRepayments, "money received for credit", Debit},
	{AccountCreditRepaid, "what that money is for: tender_credit and tender_monthly_settlement", Credit},
}

// Chart returns the chart of accounts, in the order in which a trial balance lists them.
func Chart() []Account { return append([]Account(nil), chart...) }
