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
