package incentive

import (
	"testing"
	"time"
)

// The policy that an order's opportunity was closed with applies by that link,
// whatever its categories, levels and order kinds; to other orders it does not
// apply although it fits them.
func TestSelectByOpportunity(t *testing.T) {
	t.Parallel()
	special := func(change func(*Policy)) *Policy {
		return flat("0.05", func(p *Policy) { p.ID, p.Kind = "OPP", KindSpecial }, change)
	}
	asIs := func(*Policy) {}
	for _, c := range []struct {
		name   string
		policy *Policy
		change func(*Fact)
		want   bool
	}{
		{"linked", special(asIs), func(f *Fact) { f.Opportunity, f.OpportunityPolicies = "OPP", []string{"OPP"} }, true},
		{"linked, of other categories, levels and kinds", special(func(p *Policy) {
			p.Categories, p.Levels, p.OrderKinds = []string{"opportunity"}, []string{"silver"}, []string{OrderKindRenew}
		}), func(f *Fact) { f.Opportunity, f.OpportunityPolicies = "OPP", []string{"OPP"} }, true},
		{"not linked", special(asIs), func(f *Fact) { f.OpportunityPolicies = []string{"OPP"} }, false},
		{"linked to another", special(asIs), func(f *Fact) { f.Opportunity, f.OpportunityPolicies = "OPP2", []string{"OPP", "OPP2"} }, false},
		{"of no opportunity", special(asIs), func(*Fact) {}, true},
		{"linked, in another currency", special(func(p *Policy) { p.Currency = "USD" }), func(f *Fact) { f.Opportunity, f.OpportunityPolicies = "OPP", []string{"OPP"} }, false},
		{"linked, of another association", special(func(p *Policy) { p.Association = AssociationReferral }), func(f *Fact) { f.Opportunity, f.OpportunityPolicies = "OPP", []string{"OPP"} }, false},
		{"linked, in an exclusion window", special(func(p *Policy) {
			p.ExclusionWindows = []Window{{From: at(t, "2026-03-01 00:00"), To: at(t, "2026-04-01 00:00")}}
		}), func(f *Fact) { f.Opportunity, f.OpportunityPolicies = "OPP", []string{"OPP"} }, false},
		{"linked, out of the programme", special(asIs), func(f *Fact) {
			f.Opportunity, f.OpportunityPolicies, f.InProgramme = "OPP", []string{"OPP"}, false
		}, false},
	} {
		f := fact(t)
		c.change(&f)
		got := view(t, flat("0.08"), c.policy).Select(f)
		if (len(got.Special) == 1) != c.want || f.InProgramme && got.Base == nil {
			t.Errorf("%s: base %v and %d special ones", c.name, got.Base, len(got.Special))
		}
	}
}

// What a bill asks of its policy is the version that had become effective, also
// when it has expired since.
func TestPolicyAt(t *testing.T) {
	t.Parallel()
	version := func(n int, from string) *Policy {
		return flat("0.08", func(p *Policy) { p.ID, p.Version, p.EffectiveTime = "P", n, at(t, from) })
	}
	old, next := version(1, "2026-01-01 00:00"), version(2, "2027-01-01 00:00")
	end := at(t, "2026-02-01 00:00")
	old.ExpireTime = &end
	v := view(t, old, next)
	for when, want := range map[string]int{"2025-12-31 23:59": 0, "2026-01-15 00:00": 1, "2026-06-01 00:00": 1, "2027-01-01 00:00": 2} {
		got, known := v.At("P", at(t, when))
		if known != (want > 0) || known && got.Version != want {
			t.Errorf("at %s: %v %v, want version %d", when, got, known, want)
		}
	}
	if _, known := v.At("Q", time.Time{}); known {
		t.Error("a policy that nobody published is known")
	}
}
