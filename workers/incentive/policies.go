package incentive

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json"
)

// Policies holds every version of every policy ever published, so that a decision can be made again with the
// reference version of its first time. One goroutine adds; views may be taken and read by any number at the same
// time, and a view never changes.
type Policies struct {
	lines atomic.Pointer[[]line]
}

// line is one policy id with its versions, in the order they were added.
type line struct {
	id       string
	versions []published
}

type published struct {
	reference int64
	policy    *Policy
}

// New returns an empty set of policies.
func New() *Policies {
	p := &Policies{}
	p.lines.Store(&[]line{})
	return p
}

// Add puts one version of a policy into force under a reference version. The same version with the same content
// again is no change. Errors: invalid_policy; policy_version_conflict when the version exists with other content;
// reference_version_out_of_order when a later reference version of this policy was added before.
func (p *Policies) Add(reference int64, policy Policy) error {
	if err := policy.Validate(); err != nil {
		return err
	}
	lines := slices.Clone(*p.lines.Load())
	at, known := find(lines, policy.ID)
	if !known {
		lines = slices.Insert(lines, at, line{id: policy.ID})
	}
	for _, earlier := range lines[at].versions {
		if earlier.policy.Version == policy.Version {
			return sameVersion(*earlier.policy, policy)
		}
		if earlier.reference > reference {
			return refuse(CodeReferenceOrder, "add policy %q at reference version %d: version %d was added before; add in reference order",
				policy.ID, reference, earlier.reference)
		}
	}
	lines[at].versions = append(slices.Clip(lines[at].versions), published{reference, &policy})
	p.lines.Store(&lines)
	return nil
}

// sameVersion accepts a version that is published again unchanged.
func sameVersion(earlier, again Policy) error {
	before, err := json.Marshal(earlier)
	if err != nil {
		return fmt.Errorf("compare versions of policy %q: %w", earlier.ID, err)
	}
	after, err := json.Marshal(again)
	if err != nil {
		return fmt.Errorf("compare versions of policy %q: %w", earlier.ID, err)
	}
	if string(before) != string(after) {
		return refuse(CodePolicyConflict, "add policy %q version %d: it is in force with other content; publish a higher version",
			again.ID, again.Version)
	}
	return nil
}

// View returns the policies as they were known at a reference version, inclusive.
func (p *Policies) View(reference int64) PolicyView {
	return PolicyView{lines: *p.lines.Load(), reference: reference}
}

// PolicyView is the set of policies at one reference version.
type PolicyView struct {
	lines     []line
	reference int64
}

// versions returns every version of a policy, those of later reference versions included.
func (v PolicyView) versions(id string) []published {
	at, known := find(v.lines, id)
	if !known {
		return nil
	}
	return v.lines[at].versions
}

func find(lines []line, id string) (at int, known bool) {
	return slices.BinarySearchFunc(lines, id, func(l line, id string) int { return strings.Compare(l.id, id) })
}

// Find returns one version of a policy, or false.
func (v PolicyView) Find(id string, version int) (*Policy, bool) {
	for _, each := range v.versions(id) {
		if each.policy.Version == version && each.reference <= v.reference {
			return each.policy, true
		}
	}
	return nil, false
}

// At returns the highest version of a policy that had become effective at a time, expired or not, or false. It serves
// what bills ask of their policy, which may have seen several versions: the minimum payment.
func (v PolicyView) At(id string, at time.Time) (*Policy, bool) {
	var highest *Policy
	for _, each := range v.versions(id) {
		if each.reference <= v.reference && !each.policy.EffectiveTime.After(at) && (highest == nil || each.policy.Version > highest.Version) {
			highest = each.policy
		}
	}
	return highest, highest != nil
}

// Latest returns the highest version of a policy that is known, in force or not, or false.
func (v PolicyView) Latest(id string) (*Policy, bool) {
	var latest *Policy
	for _, each := range v.versions(id) {
		if each.reference <= v.reference && (latest == nil || each.policy.Version > latest.Version) {
			latest = each.policy
		}
	}
	return latest, latest != nil
}

// JudgesNewness reports whether any known policy is for new customers only.
func (v PolicyView) JudgesNewness() bool {
	for _, l := range v.lines {
		for _, each := range l.versions {
			if each.reference <= v.reference && each.policy.Newness != nil {
				return true
			}
		}
	}
	return false
}

// CapsReward reports whether any known base policy bounds what special ones add to it.
func (v PolicyView) CapsReward() bool {
	for _, l := range v.lines {
		for _, each := range l.versions {
			if each.reference <= v.reference && each.policy.Kind == KindBase && each.policy.RewardCap != nil {
				return true
			}
		}
	}
	return false
}

// Has reports whether any version of the policy is known.
func (v PolicyView) Has(id string) bool {
	_, known := v.Latest(id)
	return known
}

// inForce returns the version of each policy that is in force at a time: the highest one that has become effective,
// unless it has expired. An expired version does not bring an older one back.
func (v PolicyView) inForce(at time.Time) []*Policy {
	found := make([]*Policy, 0, len(v.lines))
	for _, l := range v.lines {
		var highest *Policy
		for _, each := range l.versions {
			if each.reference > v.reference || each.policy.EffectiveTime.After(at) {
				continue
			}
			if highest == nil || each.policy.Version > highest.Version {
				highest = each.policy
			}
		}
		if highest != nil && (highest.ExpireTime == nil || at.Before(*highest.ExpireTime)) {
			found = append(found, highest)
		}
	}
	return found
}
