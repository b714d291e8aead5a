package site

import (
	_ "embed"
	"slices"
	"sync"
	"time"
	_ "time/tzdata" // zones must resolve on hosts without a zone database

	"github.com/go-json-experiment/json"
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
)

//go:embed profiles.json
var defaultProfiles []byte

// Schema is the JSON Schema of a profiles document.
//
//go:embed profiles.schema.json
var Schema []byte

// Profiles are the profiles of all sites, in one version. The value is read-only and may be shared.
type Profiles struct {
	Version string
	digest  string
	sites   map[string]*Profile
}

// String names the profiles in logs, "1 (6f0c3a...)": the version they say, and a digest of what they hold, which differs
// where two documents with one version would decide differently. Spaces and the order of members do not count.
func (p Profiles) String() string { return p.Version + " (" + p.digest + ")" }

// Default returns the profiles that come with the program.
func Default() Profiles { return loadDefault() }

var loadDefault = sync.OnceValue(func() Profiles {
	profiles, err := Load(defaultProfiles)
	if err != nil {
		panic(err) // the embedded file is part of the code
	}
	return profiles
})

// Load reads a profiles document, the whole of it strictly: an unknown, doubled or missing member, an unknown
// zone, a value out of range or a site given twice is an error with code invalid_site_profile that names site and member.
func Load(data []byte) (Profiles, error) {
	var document document
	if err := json.Unmarshal(data, &document, json.RejectUnknownMembers(true)); err != nil {
		return Profiles{}, refuseBecause(err, "read the site profiles")
	}
	if document.Version == "" || len(document.Profiles) == 0 {
		return Profiles{}, refuse(CodeInvalidProfile, "read the site profiles: a version and at least one profile are needed")
	}
	if err := checkMembers(data, &document); err != nil {
		return Profiles{}, err
	}
	digest, err := digestOf(&document)
	if err != nil {
		return Profiles{}, err
	}
	sites := make(map[string]*Profile, len(document.Profiles))
	for _, profile := range document.Profiles {
		if profile == nil || profile.Site == "" || sites[profile.Site] != nil {
			return Profiles{}, refuse(CodeInvalidProfile, "read the site profiles: every profile needs a site code of its own")
		}
		if err := profile.complete(); err != nil {
			return Profiles{}, err
		}
		sites[profile.Site] = profile
	}
	return Profiles{Version: document.Version, digest: digest, sites: sites}, nil
}

// document is the form of the profiles.
type document struct {
	Version  string     `json:"version"`
	Profiles []*Profile `json:"profiles"`
}

func (p Profiles) document() *document {
	d := &document{Version: p.Version}
	for _, code := range p.Sites() {
		d.Profiles = append(d.Profiles, p.sites[code])
	}
	return d
}

// Get returns the profile of a site. A site without one is an error with code unknown_site.
func (p Profiles) Get(code string) (*Profile, error) {
	profile, known := p.sites[code]
	if !known {
		return nil, refuse(CodeUnknownSite, "site %q has no profile: use one of %q or add it to the site profiles", code, p.Sites())
	}
	return profile, nil
}

// Sites returns the site codes, sorted.
func (p Profiles) Sites() []string {
	codes := make([]string, 0, len(p.sites))
	for code := range p.sites {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	return codes
}

// complete checks a decoded profile and loads its zone and working days.
func (p *Profile) complete() error {
	zone, err := time.LoadLocation(p.ZoneName)
	if err != nil || p.ZoneName == "" || p.ZoneName == "Local" {
		return refuse(CodeInvalidProfile, "site %q: zone %q is not an IANA time zone such as \"Asia/Shanghai\"", p.Site, p.ZoneName)
	}
	p.zone = zone
	if p.workingDays, err = calendar.NewWorkingDays(p.Holidays, p.MakeUpWorkingDays); err != nil {
		return refuseBecause(err, "site %q: holidays", p.Site)
	}
	if err := p.checkHolidayYears(); err != nil {
		return err
	}
	if err := p.checkNumbers(); err != nil {
		return err
	}
	if err := p.checkFees(); err != nil {
		return err
	}
	return p.checkChoices()
}

func (p *Profile) checkNumbers() error {
	attempt, deadlines := p.RenewalAttempt, p.Deadlines
	for _, check := range []struct {
		member         string
		value, low, to int
	}{
		{"order_validity_days", p.OrderValidityDays, 1, 365},
		{"grace_days", p.GraceDays, 0, 365},
		{"retention_days", p.RetentionDays, 0, 365},
		{"five_day_rule.hours", p.FiveDayRule.Hours, 1, 8760},
		{"five_day_rule.instances_max", p.FiveDayRule.InstancesMax, 1, 1_000_000},
		{"renewal_attempt.days_before_min", attempt.DaysBeforeMin, 1, 31},
		{"renewal_attempt.days_before", attempt.DaysBefore, attempt.DaysBeforeMin, attempt.DaysBeforeMax},
		{"renewal_attempt.days_before_max", attempt.DaysBeforeMax, attempt.DaysBeforeMin, 31},
		{"renewal_attempt.hour", attempt.Hour, 0, 23},
		{"deadlines.close_day", deadlines.CloseDay, 1, 28},
		{"deadlines.statement_day", deadlines.StatementDay, deadlines.CloseDay, 28},
		{"deadlines.statement_hour", deadlines.StatementHour, 0, 23},
		{"deadlines.confirmation_working_days", deadlines.ConfirmationWorkingDays, 1, 60},
		{"deadlines.dispute_working_days", deadlines.DisputeWorkingDays, 1, 60},
		{"deadlines.paying_start_working_days", deadlines.PayingStartWorkingDays, 0, 60},
		{"deadlines.payment_days", deadlines.PaymentDays, 1, 365},
		{"deadlines.incentive_validity_years", deadlines.IncentiveValidityYears, 0, 100},
		{"registration.validity_days", p.Registration.ValidityDays, 1, 365},
		{"registration.open_max", p.Registration.OpenMax, 1, 1_000_000},
		{"opportunity.accept_working_days", p.Opportunity.AcceptWorkingDays, 1, 60},
		{"opportunity.recovery_months", p.Opportunity.RecoveryMonths, 0, 120},
		{"customer_transfer.exclusion_months", p.CustomerTransfer.ExclusionMonths, 0, 120},
	} {
		if check.value < check.low || check.value > check.to {
			return refuse(CodeInvalidProfile, "site %q: %s is %d: use %d to %d", p.Site, check.member, check.value, check.low, check.to)
		}
	}
	if _, err := time.Parse(time.DateOnly, p.CustomerTransfer.ChangesFrom); err != nil {
		return refuse(CodeInvalidProfile, "site %q: customer_transfer.changes_from %q is not a date such as \"2026-01-01\"", p.Site, p.CustomerTransfer.ChangesFrom)
	}
	return nil
}

func (p *Profile) checkFees() error {
	if len(p.CancellationFees) == 0 {
		return refuse(CodeInvalidProfile, "site %q: cancellation_fees are missing: list at least one term", p.Site)
	}
	seen := map[int]bool{}
	for _, fee := range p.CancellationFees {
		if fee.TermYears < 0 || seen[fee.TermYears] || len(fee.Shares) == 0 {
			return refuse(CodeInvalidProfile, "site %q: cancellation_fees of term %d: each term once, with at least one share", p.Site, fee.TermYears)
		}
		seen[fee.TermYears] = true
		for _, share := range fee.Shares {
			if !isShare(share) {
				return refuse(CodeInvalidProfile, "site %q: cancellation_fees share %s of term %d: use 0 to 1", p.Site, share, fee.TermYears)
			}
		}
	}
	if invoice := p.IncentiveInvoice; !isShare(invoice.OutputVATRate) || !isShare(invoice.ServiceFeeRate) {
		return refuse(CodeInvalidProfile, "site %q: incentive_invoice rates %s and %s: use 0 to 1", p.Site, invoice.OutputVATRate, invoice.ServiceFeeRate)
	}
	return nil
}

func isShare(d decimal.Decimal) bool {
	return !d.IsNegative() && d.Cmp(decimal.NewFromInt(1)) <= 0
}

var associations = []string{"resale", "referral", "none"}

func (p *Profile) checkChoices() error {
	if p.AutomaticPayment != PreferCommercial && p.AutomaticPayment != BestPrice {
		return refuse(CodeInvalidProfile, "site %q: automatic_payment %q: use %q or %q", p.Site, p.AutomaticPayment, PreferCommercial, BestPrice)
	}
	if p.UsageDeduction != DeductTruncate && p.UsageDeduction != DeductHalfUp {
		return refuse(CodeInvalidProfile, "site %q: usage_deduction %q: use %q or %q", p.Site, p.UsageDeduction, DeductTruncate, DeductHalfUp)
	}
	if len(p.PaymentMethods) == 0 {
		return refuse(CodeInvalidProfile, "site %q: payment_methods are missing: list at least one row", p.Site)
	}
	for _, row := range p.PaymentMethods {
		for _, association := range row.Associations {
			if !slices.Contains(associations, association) {
				return refuse(CodeInvalidProfile, "site %q: payment_methods association %q: use one of %q", p.Site, association, associations)
			}
		}
		for _, method := range row.Methods {
			if !method.Known() {
				return refuse(CodeInvalidProfile, "site %q: payment_methods method %q: use one of %q", p.Site, string(method), paymentMethods)
			}
		}
	}
	return nil
}
