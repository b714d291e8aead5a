package decision

import (
	"slices"

	"github.com/accruald/accruald/events"
)

// foldOpportunity keeps what orders ask of opportunities: whose they are, and
// what they were closed with.
func (r *PartnerReference) foldOpportunity(version int64, data any) {
	var about *events.Opportunity
	switch data := data.(type) {
	case *events.OpportunityRegistered:
		about = &data.Opportunity
	case *events.OpportunityShared:
		about = &data.Opportunity
	case *events.OpportunityClosed:
		r.closed[data.OpportunityID] = versioned[*events.OpportunityClosed]{version, data}
		return
	default:
		return
	}
	if _, again := r.known[about.OpportunityID]; !again {
		r.known[about.OpportunityID] = versioned[*events.Opportunity]{version, about}
	}
}

// opportunity returns an opportunity that was known under the version, nil for
// one that was not.
func (r *PartnerReference) opportunity(version int64, id string) *events.Opportunity {
	if o, known := r.known[id]; known && o.version <= version {
		return o.value
	}
	return nil
}

// closing returns what an opportunity had been closed with under the version,
// nil for one that was not.
func (r *PartnerReference) closing(version int64, id string) *events.OpportunityClosed {
	if c, closed := r.closed[id]; closed && c.version <= version {
		return c.value
	}
	return nil
}

// opportunityPolicies lists the policies that opportunities had been closed
// with under the version.
func (r *PartnerReference) opportunityPolicies(version int64) []string {
	var out []string
	for _, id := range sortedKeys(r.closed) {
		if c := r.closed[id]; c.version <= version && c.value.PolicyID != "" && !slices.Contains(out, c.value.PolicyID) {
			out = append(out, c.value.PolicyID)
		}
	}
	return out
}
