package incentive

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
)

// Kind says how a policy combines with others: exactly one base policy
// applies to a fact, every matching special one adds to it.
type Kind string

// The kinds of a policy.
const (
	KindBase    Kind = "base"
	KindSpecial Kind = "special"
)

// Associations between a customer and its partner. AssociationNone is for
// policies only: they do not look at the association, and their bills carry it.
const (
	AssociationResale   = "resale"
	AssociationReferral = "referral"
	AssociationNone     = "none"
)

// Order kinds a policy may be limited to.
const (
	OrderKindNew    = "new"
	OrderKindRenew  = "renew"
	OrderKindChange = "change"
	OrderKindUsage  = "usage"
)

// Basis is the group over which bands, threshold and caps are taken.
type Basis string

// The bases of a policy.
const (
	BasisOrder  Basis = "order"
	BasisPeriod Basis = "period"
)

// Period is the length of a bill of the policy.
type Period = calendar.PeriodKind

// The periods of a policy.
const (
	PeriodMonth   = calendar.PeriodMonth
	PeriodQuarter = calendar.PeriodQuarter
	PeriodYear    = calendar.PeriodYear
)

// Mode says how bands are read.
type Mode string

// The modes of a policy: ModeMarginal gives each band its own rate, ModeWhole
// gives the whole amount the rate of the band it reaches.
const (
	ModeMarginal Mode = "marginal"
	ModeWhole    Mode = "whole"
)

// CycleBy is the time that decides a renewal's period. Every other order kind
// counts by its payment time.
type CycleBy string

// The times a renewal's period may follow.
const (
	CycleByPayment   CycleBy = "payment"
	CycleByEffective CycleBy = "effective"
)

const (
	bandsMax      = 100
	categoriesMax = 1000
	levelsMax     = 100
	windowsMax    = 1000

	newnessMonthsMax = 1200
)

// Band is one rate band. UpTo is nil in the last band, which has no end;
// UpToInclusive says whether a performance of exactly UpTo still belongs here
// (the wire's default, true, is set by the decoder).
type Band struct {
	UpTo          *decimal.Decimal
	UpToInclusive bool
	Rate          decimal.Decimal
}

// Threshold is the performance below which the group earns nothing. With
// Inclusive, exactly Amount earns; without, it must be exceeded.
type Threshold struct {
	Amount    decimal.Decimal
	Inclusive bool
}

// Window is the half-open time [From, To).
type Window struct {
	From time.Time
	To   time.Time
}

// Newness limits a policy to customers without a paid order in the months
// before the fact.
type Newness struct {
	MonthsWithoutPaidOrder int
}

// Policy is one version of an incentive policy. Percentages are data: a rate
// of 8 percent is 0.08.
//
// Categories are incentive policy codes ("0", "1") or service type codes;
// Categories, Levels and OrderKinds do not restrict when empty. BaseCap limits
// the performance of a group, RewardCap its reward. A special policy stays
// within the reward cap of the base policy it adds to (see Within) unless
// OutsideCap lets it stand outside. MinPayment is the sum of payable amounts
// under which nothing may be applied for.
type Policy struct {
	ID               string
	Version          int
	Name             string
	Kind             Kind
	Association      string
	Categories       []string
	Levels           []string
	OrderKinds       []string
	Newness          *Newness
	Basis            Basis
	Period           Period
	Currency         money.Currency
	Mode             Mode
	Bands            []Band
	Threshold        *Threshold
	BaseCap          *decimal.Decimal
	RewardCap        *decimal.Decimal
	OutsideCap       bool
	MinPayment       *decimal.Decimal
	ExclusionWindows []Window
	CycleBy          CycleBy
	EffectiveTime    time.Time
	ExpireTime       *time.Time
}

// Validate reports everything that makes the policy unusable, as one error with code invalid_policy; a policy that
// passes can be evaluated for any performance. Every enum value must be known.
func (p *Policy) Validate() error {
	var problems []string
	find := func(bad bool, format string, args ...any) {
		if bad {
			problems = append(problems, fmt.Sprintf(format, args...))
		}
	}
	find(p.ID == "", "policy id is empty")
	find(p.Version < 1, "version %d is below 1", p.Version)
	find(p.Kind != KindBase && p.Kind != KindSpecial, "kind %q is not base or special", p.Kind)
	find(!slices.Contains([]string{AssociationResale, AssociationReferral, AssociationNone}, p.Association),
		"association %q is not resale, referral or none", p.Association)
	find(p.Basis != BasisOrder && p.Basis != BasisPeriod, "basis %q is not order or period", p.Basis)
	find(!slices.Contains([]Period{PeriodMonth, PeriodQuarter, PeriodYear}, p.Period),
		"period %q is not month, quarter or year", p.Period)
	find(p.Mode != ModeMarginal && p.Mode != ModeWhole, "mode %q is not marginal or whole", p.Mode)
	find(p.CycleBy != CycleByPayment && p.CycleBy != CycleByEffective, "cycle_by %q is not payment or effective", p.CycleBy)
	for _, kind := range p.OrderKinds {
		find(!slices.Contains(orderKinds, kind), "order kind %q is not new, renew, change or usage", kind)
	}
	find(len(p.Categories) > categoriesMax, "%d categories are more than %d", len(p.Categories), categoriesMax)
	find(len(p.Levels) > levelsMax, "%d levels are more than %d", len(p.Levels), levelsMax)
	find(slices.Contains(p.Categories, ""), "a category is empty")
	find(p.Newness != nil && (p.Newness.MonthsWithoutPaidOrder < 1 || p.Newness.MonthsWithoutPaidOrder > newnessMonthsMax),
		"newness is not 1 to %d months", newnessMonthsMax)
	if _, err := p.Currency.Digits(); err != nil {
		problems = append(problems, err.Error())
	}
	problems = append(problems, p.bandProblems()...)
	problems = append(problems, p.limitProblems()...)
	if problems == nil {
		return nil
	}
	return refuse(CodeInvalidPolicy, "use policy %q version %d: %s", p.ID, p.Version, strings.Join(problems, "; "))
}

var orderKinds = []string{OrderKindNew, OrderKindRenew, OrderKindChange, OrderKindUsage}

// bandProblems checks that bands rise, that only the last one has no end, and that no rate is negative.
func (p *Policy) bandProblems() (problems []string) {
	if len(p.Bands) == 0 || len(p.Bands) > bandsMax {
		return []string{fmt.Sprintf("%d bands are not 1 to %d", len(p.Bands), bandsMax)}
	}
	from := decimal.Zero
	for i, band := range p.Bands {
		if band.Rate.IsNegative() {
			problems = append(problems, fmt.Sprintf("rate %s of band %d is negative", band.Rate, i))
		}
		switch last := i == len(p.Bands)-1; {
		case last && band.UpTo != nil:
			problems = append(problems, fmt.Sprintf("last band ends at %s: leave up_to out", band.UpTo))
		case !last && band.UpTo == nil:
			problems = append(problems, fmt.Sprintf("band %d has no up_to: only the last one may", i))
		case !last && !band.UpTo.GreaterThan(from):
			problems = append(problems, fmt.Sprintf("band %d ends at %s, not above %s", i, band.UpTo, from))
		case !last:
			from = *band.UpTo
		}
	}
	return problems
}

func (p *Policy) limitProblems() (problems []string) {
	limits := []struct {
		name  string
		value *decimal.Decimal
	}{
		{"base_cap", p.BaseCap}, {"reward_cap", p.RewardCap}, {"min_payment", p.MinPayment},
	}
	if p.Threshold != nil {
		limits = append(limits, struct {
			name  string
			value *decimal.Decimal
		}{"threshold", &p.Threshold.Amount})
	}
	for _, limit := range limits {
		if limit.value != nil && limit.value.IsNegative() {
			problems = append(problems, fmt.Sprintf("%s %s is negative", limit.name, limit.value))
		}
	}
	if len(p.ExclusionWindows) > windowsMax {
		problems = append(problems, fmt.Sprintf("%d exclusion windows are more than %d", len(p.ExclusionWindows), windowsMax))
	}
	for _, window := range p.ExclusionWindows {
		if !window.From.Before(window.To) {
			problems = append(problems, fmt.Sprintf("exclusion window from %s does not end after it begins", window.From.Format(time.RFC3339)))
		}
	}
	if p.ExpireTime != nil && !p.EffectiveTime.Before(*p.ExpireTime) {
		problems = append(problems, "expire_time is not after effective_time")
	}
	return problems
}
