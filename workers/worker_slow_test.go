//go:build slow

package workers

import (
	"testing"
	"time"
)

// TestDrainLosesNothing stops a worker in the middle of its load, as SIGTERM
// does; another goes on where it stood.
func TestDrainLosesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	small := func(c *Config) { c.BatchMax = 16 }
	first := r.work(small, nil)
	facts := r.load(21, 400, partnersNamed(6)...)
	r.publish(facts)
	first.decidedAtLeast(100)
	began := time.Now()
	first.halt()
	if took := time.Since(began); took > DrainTimeoutDefault {
		t.Errorf("stopping took %s", took)
	}
	var owners, unpublished int
	err := r.pool().QueryRow(t.Context(), "select count(owner), sum(outbox_no - relayed_no) from stream_position").Scan(&owners, &unpublished)
	if err != nil || owners != 0 || unpublished != 0 {
		t.Errorf("after the drain %d partitions are owned and %d events unpublished, %v", owners, unpublished, err)
	}
	second := r.work(small, nil)
	second.drained()
	second.halt()
	r.sound()
}

// TestReplicasShare has two workers share the partitions, one join in the
// middle and one leave in order.
func TestReplicasShare(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	small := func(c *Config) { c.BatchMax, c.Lanes = 8, 2 }
	first := r.work(small, nil)
	facts := r.load(31, 600, partnersNamed(12)...)
	r.publish(facts[:len(facts)/3])
	second := r.work(small, nil)
	eventually(t, "both own partitions", func() bool {
		return first.keeper.count() > 0 && second.keeper.count() > 0 &&
			first.keeper.count()+second.keeper.count() == 64
	})
	r.publish(facts[len(facts)/3 : len(facts)*2/3])
	first.drained()
	if first.Progress().Decided == 0 || second.Progress().Decided == 0 {
		t.Errorf("decided by the first %d, by the second %d: they do not share", first.Progress().Decided, second.Progress().Decided)
	}
	r.publish(facts[len(facts)*2/3:])
	first.halt()
	second.drained()
	second.halt()
	r.sound()
}
