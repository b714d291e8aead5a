//go:build slow

package decision_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/accruald/accruald/workers/settlement"
)

// Whatever comes after the expiry, in whatever order: what holds release of an
// expired bill and freeze again ends in the same amounts, and nothing is lost.
func TestLawOfArrivalAfterExpiry(t *testing.T) {
	t.Parallel()
	moved := 0
	for seed := range uint64(scenesMax) {
		before, after := expiredScene(t, seed)
		start, _ := fold(t, before)
		base, _ := fold(t, slices.Concat(before, after))
		rng := rand.New(rand.NewPCG(seed, 17))
		for _, b := range base.Partners["P100"].Bills.All() {
			if b.State == settlement.BillExpired && !b.Amounts.Equal(start.Partners["P100"].Bills.Get(b.ID).Amounts) {
				moved++
			}
		}
		for i := range 6 {
			m, _ := fold(t, slices.Concat(before, shuffled(rng, after)))
			if want, got := totals(base), totals(m); !want.Equal(got) {
				t.Fatalf("seed %d permutation %d: totals come to %s, not %s", seed, i, got, want)
			}
			for _, b := range base.Partners["P100"].Bills.All() {
				if now := m.Partners["P100"].Bills.Get(b.ID); b.State == settlement.BillExpired && short(now) != short(b) {
					t.Fatalf("seed %d permutation %d: bill %s ends with %s, not %s", seed, i, b.ID, short(now), short(b))
				}
			}
		}
	}
	if moved < scenesMax/8 {
		t.Errorf("facts moved amounts of %d expired bills only; it shows little", moved)
	}
}
