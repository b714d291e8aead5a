package settlement

import (
	"testing"

	"pgregory.net/rapid"
)

// What is frozen may come and go in any order: the end depends on what is
// frozen in the end alone, in a bill that has expired as in any other.
func TestFreezeToDependsOnTheEndAlone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		state := rapid.SampledFrom([]BillState{BillIssued, BillExpired}).Draw(t, "state")
		frozen := cents(-5_000, 5_000).Draw(t, "frozen")
		start := Amounts{}.Accrue(cents(-5_000, 5_000).Draw(t, "payable").Add(frozen), frozen)
		if state == BillExpired {
			start = start.Expire()
		}
		a := start
		for range rapid.IntRange(1, 6).Draw(t, "steps") {
			a = a.FreezeTo(cents(-5_000, 5_000).Draw(t, "to"), state)
		}
		end := cents(-5_000, 5_000).Draw(t, "end")
		if got, want := a.FreezeTo(end, state), start.FreezeTo(end, state); !got.Equal(want) || !got.Frozen.Equal(end) {
			t.Fatalf("by detours %+v, directly %+v", got, want)
		}
		if again := a.FreezeTo(frozen, state); !again.Equal(start) {
			t.Fatalf("back to %+v, not %+v", again, start)
		}
	})
}
