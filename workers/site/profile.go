package site

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
)

// Profile is everything that differs between sites and is a number, a day or a list. Rates and shares are exact
// decimals, days count dates of the site's zone. Profiles are made by Load and never change afterwards.
type Profile struct {
	Site              string            `json:"site"`                // "cn", "intl", "eu"
	ZoneName          string            `json:"zone"`                // IANA name; Zone is the loaded one
	OrderValidityDays int               `json:"order_validity_days"` // an unpaid order expires this many days after it was placed
	GraceDays         int               `json:"grace_days"`          // kept and usable after expiry
	RetentionDays     int               `json:"retention_days"`      // kept and unusable after grace
	CancellationFees  []CancellationFee `json:"cancellation_fees"`
	FiveDayRule       FiveDayRule       `json:"five_day_rule"`
	AutomaticPayment  PaymentPreference `json:"automatic_payment"`
	RenewalAttempt    RenewalAttempt    `json:"renewal_attempt"`
	UsageDeduction    UsageDeduction    `json:"usage_deduction"`
	IncentiveInvoice  IncentiveInvoice  `json:"incentive_invoice"`
	Deadlines         Deadlines         `json:"deadlines"`
	PaymentMethods    []PaymentMethods  `json:"payment_methods"`
	Registration      Registration      `json:"registration"`
	Opportunity       Opportunity       `json:"opportunity"`
	CustomerTransfer  CustomerTransfer  `json:"customer_transfer"`
	Holidays          []string          `json:"holidays"`             // "2026-10-01"
	MakeUpWorkingDays []string          `json:"make_up_working_days"` // weekend days that are worked
	HolidayYears      []HolidayYear     `json:"holiday_years,omitzero"`
	Jobs              []Job             `json:"jobs,omitzero"` // what runs at another time than by default, or not at all

	zone        *time.Location
	workingDays *calendar.WorkingDays
}

// CancellationFee is the fee share of an unsubscription by year of use, for terms of TermYears years; 0 stands for
// every term that is counted in months or less. After the last share the last one holds.
type CancellationFee struct {
	TermYears int               `json:"term_years"`
	Shares    []decimal.Decimal `json:"shares"` // 0..1, the first for the first year
}

// FiveDayRule returns everything within Hours of provisioning, up to InstancesMax instances per account and
// calendar year.
type FiveDayRule struct {
	Enabled      bool `json:"enabled"`
	Hours        int  `json:"hours"`
	InstancesMax int  `json:"instances_max"`
}

// PaymentPreference says which discount an automatic payment takes (Pricing rules, section 3).
type PaymentPreference string

// The preferences of automatic payment.
const (
	PreferCommercial PaymentPreference = "prefer_commercial"
	BestPrice        PaymentPreference = "best_price"
)

// RenewalAttempt is when automatic renewal is first tried: Hour o'clock, DaysBefore days before the expiry date;
// a resource may choose DaysBeforeMin..DaysBeforeMax.
type RenewalAttempt struct {
	DaysBefore    int `json:"days_before"`
	DaysBeforeMin int `json:"days_before_min"`
	DaysBeforeMax int `json:"days_before_max"`
	Hour          int `json:"hour"`
}

// UsageDeduction says how the cost of usage becomes an amount.
type UsageDeduction string

// The ways of deducting usage (Pricing rules, section 8).
const (
	DeductTruncate UsageDeduction = "truncate"
	DeductHalfUp   UsageDeduction = "half_up"
)

// IncentiveInvoice holds the rates of the invoice amount: incentive / (1 + output VAT) x (1 + service fee).
type IncentiveInvoice struct {
	OutputVATRate  decimal.Decimal `json:"output_vat_rate"`
	ServiceFeeRate decimal.Decimal `json:"service_fee_rate"`
}

// Deadlines are the days of settlement, in the month after the period (Settlement rules, sections 3 and 6).
type Deadlines struct {
	CloseDay                int `json:"close_day"`
	StatementDay            int `json:"statement_day"`
	StatementHour           int `json:"statement_hour"`
	ConfirmationWorkingDays int `json:"confirmation_working_days"` // counted from StatementDay
	DisputeWorkingDays      int `json:"dispute_working_days"`      // counted from the resolution
	PayingStartWorkingDays  int `json:"paying_start_working_days"` // counted from the approval
	PaymentDays             int `json:"payment_days"`              // counted from the valid invoice
	IncentiveValidityYears  int `json:"incentive_validity_years"`  // counted from leaving the programme
}

// PaymentMethod is a way of taking an incentive.
type PaymentMethod string

// The payment methods (Settlement rules, section 6).
const (
	BankTransfer       PaymentMethod = "bank_transfer"
	AccountTopUp       PaymentMethod = "account_top_up"
	AccountOwedInvoice PaymentMethod = "account_owed_invoice"
	CouponQuota        PaymentMethod = "coupon_quota"
)

// PaymentMethods are the methods allowed for bills of these associations and cycles; an empty cycle is no bound.
type PaymentMethods struct {
	Associations []string        `json:"associations"` // "resale", "referral", "none"
	FirstCycle   calendar.Cycle  `json:"first_cycle,omitzero"`
	LastCycle    calendar.Cycle  `json:"last_cycle,omitzero"`
	Methods      []PaymentMethod `json:"methods"`
}

// Registration bounds customer registrations: their validity and how many may be pending or registered at once.
type Registration struct {
	ValidityDays int `json:"validity_days"`
	OpenMax      int `json:"open_max"`
}

// Opportunity bounds opportunities: the time to accept a shared one, and the months after the project's end in
// which its incentive is recovered.
type Opportunity struct {
	AcceptWorkingDays int `json:"accept_working_days"`
	RecoveryMonths    int `json:"recovery_months"`
}

// CustomerTransfer excludes a long-tail customer's consumption for the new partner for ExclusionMonths, for changes
// from ChangesFrom ("2026-01-01", local date) on.
type CustomerTransfer struct {
	ExclusionMonths int    `json:"exclusion_months"`
	ChangesFrom     string `json:"changes_from"`
}

// A Job is a scheduled job with its times in the zone of the site, each in the five fields of cron, or one that does not
// run at the site. (Package schedule knows the names and reads the times.)
type Job struct {
	Name  string   `json:"name"`
	Times []string `json:"times,omitzero"`
	Off   bool     `json:"off,omitzero"`
}

// Zone returns the site's time zone.
func (p *Profile) Zone() *time.Location { return p.zone }

// WorkingDays returns the site's working-day calendar.
func (p *Profile) WorkingDays() *calendar.WorkingDays { return p.workingDays }

// UsageDeductionStage returns the rounding stage at which the cost of usage becomes an amount.
func (p *Profile) UsageDeductionStage() money.Stage {
	if p.UsageDeduction == DeductTruncate {
		return money.StageUsageDeductTruncate
	}
	return money.StageUsageDeductHalfUp // Load lets nothing else through
}
