package incentive

import (
	"slices"
	"time"
)

// Select chooses the policies of a fact, in the versions in force at its time: exactly one base policy (the most
// specific category, then the highest version, then the smaller id) and all matching special ones. A policy in one of
// its exclusion windows is still the one that applies, and earns nothing. A policy that opportunities were closed with is
// for the orders of these alone, whatever its categories, levels and order kinds. (Settlement rules, section 2.)
func (v PolicyView) Select(f Fact) Selection {
	if reason := f.barred(); reason != "" {
		return Selection{ZeroReason: reason}
	}
	inForce := v.inForce(f.At)
	if len(inForce) == 0 {
		return Selection{ZeroReason: ZeroNoPolicyInForce}
	}
	var base *Policy
	var special []*Policy
	for _, p := range inForce {
		switch {
		case slices.Contains(f.OpportunityPolicies, p.ID):
			if p.ID == f.Opportunity && p.applies(f) && !p.excludes(f.At) {
				special = append(special, p)
			}
		case !p.covers(f):
		case p.Kind == KindSpecial && !p.excludes(f.At):
			special = append(special, p)
		case p.Kind == KindBase && (base == nil || p.outranks(base, f)):
			base = p
		}
	}
	switch {
	case base == nil:
		return Selection{Special: special, ZeroReason: ZeroOutsidePolicy}
	case base.excludes(f.At):
		return Selection{Special: special, ZeroReason: ZeroExcludedWindow}
	}
	return Selection{Base: base, Special: special}
}

// barred returns why the fact earns nothing under any policy, or "".
func (f Fact) barred() string {
	switch {
	case !f.InProgramme:
		return ZeroNotInProgramme
	case !f.Certified:
		return ZeroCertificationExpired
	case Transferred(f.Site, f.Segment, f.MovedAt, f.At):
		return ZeroTransferred
	case f.ServicePolicy != ServicePolicyOrdinary && f.ServicePolicy != ServicePolicySpecific:
		return ZeroOutsidePolicy
	}
	return ""
}

// Specificity of a category match, ascending.
const (
	matchNone = iota
	matchAny
	matchServicePolicy
	matchServiceType
)

// match says how closely the policy's categories name the fact's service type.
func (p *Policy) match(f Fact) int {
	switch {
	case slices.Contains(p.Categories, f.ServiceType):
		return matchServiceType
	case slices.Contains(p.Categories, f.ServicePolicy):
		return matchServicePolicy
	case len(p.Categories) == 0:
		return matchAny
	}
	return matchNone
}

// covers reports whether everything but the exclusion windows fits.
func (p *Policy) covers(f Fact) bool {
	return p.match(f) != matchNone && p.applies(f) &&
		(len(p.OrderKinds) == 0 || slices.Contains(p.OrderKinds, f.OrderKind)) &&
		(len(p.Levels) == 0 || slices.Contains(p.Levels, f.Level)) &&
		(p.Newness == nil || f.isNew(p.Newness.MonthsWithoutPaidOrder))
}

// applies reports whether the policy is of the fact's currency and association.
func (p *Policy) applies(f Fact) bool {
	return p.Currency == f.Currency && (p.Association == AssociationNone || p.Association == f.Association)
}

// outranks reports whether p is chosen before q for the fact; both cover it.
func (p *Policy) outranks(q *Policy, f Fact) bool {
	if a, b := p.match(f), q.match(f); a != b {
		return a > b
	}
	if p.Version != q.Version {
		return p.Version > q.Version
	}
	return p.ID < q.ID
}

func (p *Policy) excludes(at time.Time) bool {
	return slices.ContainsFunc(p.ExclusionWindows, func(w Window) bool {
		return !at.Before(w.From) && at.Before(w.To)
	})
}
