//go:build slow

package workers

import (
	"testing"
)

// TestLostEpochBeginsAnew: when the lease was taken anew behind the worker's
// back, its batches store nothing until it has read who owns what. Then it goes
// on under that epoch: it does not take its own partitions again and again,
// each time publishing what was not noted as published yet.
func TestLostEpochBeginsAnew(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	w := r.work(func(c *Config) { c.BatchMax = 8 }, nil)
	facts := r.load(141, 300, partnersNamed(6)...)
	r.publish(facts)
	w.decidedAtLeast(50)
	if _, err := r.pool().Exec(t.Context(), "update stream_position set epoch = epoch + 1"); err != nil {
		t.Fatal(err)
	}
	w.drained()
	w.halt()
	r.sound()
	var taken int
	if err := r.pool().QueryRow(t.Context(), "select max(epoch) from stream_position where partition < 64").Scan(&taken); err != nil {
		t.Fatal(err)
	}
	if taken != 2 {
		t.Errorf("the partitions are in epoch %d, want 2: taken once, and once behind the worker's back", taken)
	}
}

// TestUnknownCommitsAndConflicts: a batch whose commit was not answered is
// neither lost nor decided or published twice.
func TestUnknownCommitsAndConflicts(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	faulty := &troubled{}
	w := r.work(func(c *Config) { c.BatchMax = 16 }, func(w *Worker) { faulty.frame, w.frame = w.frame, faulty })
	r.publish(r.load(131, 200, partnersNamed(4)...))
	w.drained()
	w.halt()
	r.sound()
	if faulty.calls.Load() < 20 {
		t.Errorf("only %d batches were tried", faulty.calls.Load())
	}
}
