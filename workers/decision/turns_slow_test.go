//go:build slow

package decision_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/accruald/accruald/events"
)

// A replay of the turns makes every decision again: the same numbers, rows and
// postings with the same hashes, whatever waited, expired, was healed, was
// taken back and stood again (F60).
func TestReplayOfTurns(t *testing.T) {
	t.Parallel()
	counts := make([]map[string]int, scenesMax)
	t.Run("seeds", func(t *testing.T) {
		for seed := range uint64(scenesMax) {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				s := newScene(t, seed)
				s.cut = append(s.cut, s.renewals...)
				rng := rand.New(rand.NewPCG(seed, 23))
				month, after := shuffled(rng, s.month), shuffled(rng, s.after)
				at := len(month) * 3 / 4 // what comes late, and what it lets go on
				r := newRecorder(t, time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC))
				counts[seed] = disturb(r, rng, s.list(month[:at], slices.Concat(after, month[at:])))
				r.sameReplay()
			})
		}
	})
	for _, what := range []string{"late", "unread", "conflict", "looks", events.TypeRejectionRetried, events.TypeRejectionDiscarded} {
		total := 0
		for _, c := range counts {
			total += c[what]
		}
		if total < scenesMax/2 {
			t.Errorf("%d of %s in %d histories; they show nothing of it", total, what, scenesMax)
		}
	}
}
