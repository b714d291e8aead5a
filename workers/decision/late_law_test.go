//go:build slow

package decision_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/accruald/accruald/events"
)

// TestLawOfLateFacts is the contract's law for facts of a month that is closed
// already: they may come in any order, mixed with those of the month that
// runs, and every corrective detail ends the same.
func TestLawOfLateFacts(t *testing.T) {
	t.Parallel()
	corrected := make([]int, scenesMax)
	t.Run("seeds", func(t *testing.T) {
		for seed := range uint64(scenesMax) {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				s := newScene(t, seed)
				rng := rand.New(rand.NewPCG(seed, 17))
				var inTime, late []*events.Event
				for _, ev := range s.month {
					if rng.IntN(3) == 0 {
						late = append(late, ev)
					} else {
						inTime = append(inTime, ev)
					}
				}
				after := slices.Concat(late, s.after)
				base, want := fold(t, s.list(inTime, after))
				for _, detail := range base.Partners["P100"].Details.All() {
					if detail.LateOf != "" {
						corrected[seed]++
					}
				}
				for i := range 6 {
					m, got := fold(t, s.list(shuffled(rng, inTime), shuffled(rng, after)))
					if got != want {
						t.Fatalf("permutation %d ends otherwise:\n%s", i, difference(t, base, m))
					}
				}
			})
		}
	})
	total := 0
	for _, n := range corrected {
		total += n
	}
	if total < scenesMax {
		t.Errorf("the histories came to %d corrective details; they show little", total)
	}
}
