package decision

import (
	"cmp"
	"slices"

	"github.com/accruald/accruald/workers/incentive"
)

// A base policy's reward cap bounds what it and the special policies next to it
// earn together (Settlement rules, section 2). So base bills are calculated
// before special ones, those by id, and a special bill again after its base.

// inCapOrder sorts bills in the order in which they are calculated: by cycle,
// base policies before special ones, by policy.
func (d *decider) inCapOrder(bills []*Bill) { slices.SortFunc(bills, d.compareCaps) }

func (d *decider) compareCaps(a, b *Bill) int {
	return cmp.Or(cmp.Compare(a.Cycle, b.Cycle), cmp.Compare(d.capRank(a), d.capRank(b)), cmp.Compare(a.PolicyID, b.PolicyID), cmp.Compare(a.ID, b.ID))
}

func (d *decider) capRank(b *Bill) int {
	policy, known := d.common.policies.View(d.in.ReferenceVersion).Latest(b.PolicyID)
	if known && policy.Kind == incentive.KindSpecial {
		return 1
	}
	return 0
}

// within returns the policy as it stands for a group of details next to what
// their lines earn under the base policy and the special ones before it.
func (d *decider) within(policy *incentive.Policy, group []*Detail) *incentive.Policy {
	policies := d.common.policies.View(d.in.ReferenceVersion)
	if policy.Kind != incentive.KindSpecial || policy.OutsideCap || !policies.CapsReward() {
		return policy
	}
	var base *incentive.Policy
	earned := noAmount
	for _, detail := range group {
		for _, beside := range d.beside(detail) {
			p, known := policies.Find(beside.PolicyID, beside.PolicyVersion)
			switch {
			case !known:
			case p.Kind == incentive.KindBase:
				base, earned = cmp.Or(base, p), earned.Add(beside.Ideal)
			case !p.OutsideCap && p.ID < policy.ID:
				earned = earned.Add(beside.Ideal)
			}
		}
	}
	return policy.Within(base, earned)
}

// beside lists what the line of a detail earns under other policies.
func (d *decider) beside(detail *Detail) []*Detail {
	d.need(ScopeChain, orderKey(detail.OrderID))
	return slices.DeleteFunc(d.Details.By(detailsByOrder, detail.OrderID), func(other *Detail) bool {
		return other.LineID != detail.LineID || other.PolicyID == detail.PolicyID || other.BillID == "" ||
			other.Reverses != "" || other.LateOf != "" || other.Void
	})
}

// restateBeside has the special bills calculated again that stand next to
// details which a correction changed.
func (d *decider) restateBeside(bill *Bill) {
	if !d.common.policies.View(d.in.ReferenceVersion).CapsReward() {
		return
	}
	for _, diff := range d.Details.differences() {
		if diff.after == nil || diff.after.BillID != bill.ID || diff.after.LateOf != "" {
			continue
		}
		for _, beside := range d.beside(diff.after) {
			put(&d.restated, beside.BillID, beside)
		}
	}
}
