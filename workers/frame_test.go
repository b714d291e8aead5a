package workers

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/schema/dbtest"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// TestWorkedExample takes a customer's month through the database, one event a
// batch and all in one, with a new process after each batch.
func TestWorkedExample(t *testing.T) {
	t.Parallel()
	list := sample(t, "worked-example.jsonl")
	for _, size := range []int{1, 4, len(list)} {
		w := newWorld(t)
		batch := w.deliver(list)
		for len(batch) > 0 {
			n := min(size, len(batch))
			w.process(batch[:n]...)
			batch = batch[n:]
			w.restart()
		}
		w.sameAsMemory()
		w.sameOutput()
	}
}

// scenesMax is how many random histories are compared with memory.
const scenesMax = 12

// TestSameAsInMemory decides random histories of several partners, in random
// order between two cut-offs, in batches of random size, now and then by a new
// process: rows and events are those of the same events folded in memory.
func TestSameAsInMemory(t *testing.T) {
	t.Parallel()
	for seed := range uint64(scenesMax) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			h := newHistory(t, seed, "P100", "P200", "P300")
			h.oracle = decision.NewMemory(site.Default())
			h.settles = true
			w, rng := newWorld(t), rand.New(rand.NewPCG(seed, 1))
			list := h.reference("credit", "immediate", "monthly")
			inTime, late := heldBack(rng, append(h.facts(60, 3), h.standing(20)...))
			list = append(list, shuffled(rng, inTime)...)
			list = append(list, h.cutOffs()...)
			h.fire(decision.JobExpire, time.Date(2026, 4, 1, 0, 20, 0, 0, shanghai))
			h.fire(decision.JobAutoRenew, time.Date(2026, 4, 1, 3, 0, 0, 0, shanghai))
			list = append(list, h.take()...)
			h.at = h.at.Add(time.Hour)
			list = append(list, shuffled(rng, slices.Concat(late, h.facts(20, 3), h.standing(10)))...)
			batch := w.deliver(list)
			for len(batch) > 0 {
				n := min(1+rng.IntN(60), len(batch))
				w.process(batch[:n]...)
				batch = batch[n:]
				if rng.IntN(3) == 0 {
					w.restart()
				}
			}
			w.sameAsMemory()
			w.sameCoupons()
			w.sameOutputOfPartners()
			w.sameLedger()
			w.sameStanding()
			w.soundBooks()
		})
	}
}

// heldBack splits events into those that come in time and some that come late.
func heldBack(rng *rand.Rand, list []*events.Event) (inTime, late []*events.Event) {
	for _, ev := range list {
		if rng.IntN(6) == 0 {
			late = append(late, ev)
		} else {
			inTime = append(inTime, ev)
		}
	}
	return inTime, late
}

// shuffled returns the events in another order, some of them twice.
func shuffled(rng *rand.Rand, list []*events.Event) []*events.Event {
	out := slices.Clone(list)
	for range len(list) / 4 {
		out = append(out, list[rng.IntN(len(list))])
	}
	// Not far: what waits more than a little is the exception.
	for i := range out {
		j := min(i+rng.IntN(12), len(out)-1)
		out[i], out[j] = out[j], out[i]
	}
	return out
}

// TestClosingAPeriodStaysWithinRounds: the final calculation looks at every
// bill, detail and order of a period, of which a new process knows none.
func TestClosingAPeriodStaysWithinRounds(t *testing.T) {
	t.Parallel()
	h := newHistory(t, 3, "P100", "P200")
	h.settles = true
	w := newWorld(t)
	w.process(w.deliver(h.reference("credit", "immediate"))...)
	w.process(w.deliver(h.facts(150, 2))...)
	w.restart()
	h.fire(decision.JobCloseCycle, time.Date(2026, 4, 1, 0, 10, 0, 0, shanghai))
	if committed := w.process(w.deliver(h.take())...); committed.Count(OutcomeAccepted) != 2 || committed.Rounds > closeRoundsMax {
		t.Errorf("closing the cycle: %+v", committed)
	}
	w.sameAsMemory()
	w.soundBooks()
}

// closeRoundsMax leaves half of the rounds to what was not thought of.
const closeRoundsMax = needRoundsMax / 2
