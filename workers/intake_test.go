package workers

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/schema/dbtest"
)

// TestIntakeLooksAreBounded: a database that does not answer holds nobody for ever, also when who asked has gone, and
// what is not decided by then is said to be so.
func TestIntakeLooksAreBounded(t *testing.T) {
	t.Parallel()
	pool := dbtest.New(t)
	i := NewIntake(bus.Config{}, pool, slog.New(slog.DiscardHandler))
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	ev := &events.Event{ID: "e", Source: "/s", PartitionKey: "P"}
	if verdicts, err := i.await(gone, []*events.Event{ev}); err != nil || len(verdicts) != 1 || !verdicts[0].Pending() {
		t.Errorf("while it answers: %+v, %v", verdicts, err)
	}
	tx, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }()
	if _, err := tx.Exec(t.Context(), "lock table input in access exclusive mode"); err != nil {
		t.Fatal(err)
	}
	i.lookMax = 50 * time.Millisecond // of the database that is kept from answering, only: a busy machine needs longer
	if verdicts, err := i.await(gone, []*events.Event{ev}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("while it does not: %+v, %v", verdicts, err)
	}
}
