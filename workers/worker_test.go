package workers

import (
	"testing"
)

// TestWorkedExampleThroughServers takes the shipped example through broker
// and database: the rows are those of the same file folded in memory.
func TestWorkedExampleThroughServers(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	w := r.work(nil, nil)
	r.publish(sample(t, "worked-example.jsonl"))
	w.drained()
	w.halt()
	r.sound()
	if got := w.Progress(); got.Decided == 0 || got.Waiting != 0 || got.Rejected != 0 || got.References != 6 {
		t.Errorf("progress %+v", got)
	}
}
