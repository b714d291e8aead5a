package workers

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/accruald/accruald/schema"
	"github.com/accruald/accruald/schema/dbtest"
	"github.com/accruald/accruald/schema/pgserver"
)

// troubled is a database whose answers get lost, and that is now and then in
// the way of itself.
type troubled struct {
	frame
	calls atomic.Int64
}

func (f *troubled) Process(ctx context.Context, batch []Delivery, position Position, before ...func(context.Context) error) (Committed, error) {
	switch f.calls.Add(1) % 7 {
	case 2, 3:
		return Committed{}, fmt.Errorf("process: %w", &pgconn.PgError{Code: "40001"})
	case 5:
		if _, err := f.frame.Process(ctx, batch, position, before...); err != nil {
			return Committed{}, err
		}
		return Committed{}, fmt.Errorf("%w: made for the test", ErrCommitUnknown)
	default:
		return f.frame.Process(ctx, batch, position, before...)
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

// TestStopWithoutServers: a worker that has lost everything still ends in time.
func TestStopWithoutServers(t *testing.T) {
	t.Parallel()
	server := dbtest.Server(t)
	r := newRigOn(t, server.URL(schema.Name))
	w := r.work(func(c *Config) { c.DrainTimeout = 4 * time.Second }, nil)
	r.publish(r.load(151, 60, "P100"))
	if err := server.Kill(pgserver.KillModeHard); err != nil {
		t.Fatal(err)
	}
	r.server.Shutdown()
	began := time.Now()
	w.halt()
	if took := time.Since(began); took > w.config.DrainTimeout+leaveWaitMax+time.Second {
		t.Errorf("the end took %s", took)
	}
}
