package decision_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

// record lists what an engine was given and made itself, in the order of
// decisions (contract section 1), what still waits behind it.
func record(m *decision.Memory, common []*events.Event) []*events.Event {
	out := slices.Clone(common)
	for _, id := range m.Enrolled("cn") {
		inputs := m.Partners[id].Inputs.All()
		slices.SortStableFunc(inputs, func(a, b *decision.Input) int {
			if (a.DecisionNo == 0) != (b.DecisionNo == 0) {
				return cmp.Compare(b.DecisionNo, a.DecisionNo)
			}
			return cmp.Or(cmp.Compare(a.DecisionNo, b.DecisionNo), cmp.Compare(a.No, b.No))
		})
		for _, in := range inputs {
			out = append(out, in.Event)
		}
	}
	return out
}

// replayInDecisionOrder folds the record of an engine into an empty one, which
// ends in the same rows: what runs and payouts put into the inbox themselves
// they make again, and the recorded ones are duplicates.
func replayInDecisionOrder(t *testing.T, m *decision.Memory, common []*events.Event) {
	t.Helper()
	again := decision.NewMemory(site.Default())
	again.Arrival = m.Arrival
	own := 0
	for _, ev := range record(m, common) {
		if ev.Source == decision.SourceAutoRenew || ev.Source == decision.SourceQuotaPayout {
			own++
		}
		mustFold(t, again, ev)
	}
	if got, want := digestOf(t, again), digestOf(t, m); got != want {
		t.Errorf("the replay ends otherwise:\n%s", difference(t, m, again))
	}
	if again.Counts.Duplicates != own {
		t.Errorf("%d of %d own inputs are duplicates", again.Counts.Duplicates, own)
	}
}

// referenceOf lists the reference data of no partner.
func referenceOf(list []*events.Event) []*events.Event {
	return slices.DeleteFunc(slices.Clone(list), func(ev *events.Event) bool {
		return ev.PartitionKey != events.AllPartners || ev.Type == events.TypeScheduleFired
	})
}

// A replay in the order of decisions ends in the same rows as the original,
// though what waited comes at another place then.
func TestReplayInDecisionOrder(t *testing.T) {
	t.Parallel()
	for seed := range uint64(scenesMax) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s := newScene(t, seed)
			s.cut = append(s.cut, s.renewals...)
			rng := rand.New(rand.NewPCG(seed, 23))
			month, after := shuffled(rng, s.month), shuffled(rng, s.after)
			at := len(month) * 3 / 4 // what comes late, and what it lets go on
			m, _ := fold(t, s.list(month[:at], slices.Concat(after, month[at:])))
			replayInDecisionOrder(t, m, referenceOf(s.reference))
		})
	}
}
