package workers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/nats-io/nats.go"

	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/schema"
)

func TestClassify(t *testing.T) {
	t.Parallel()
	state := func(code string) error { return fmt.Errorf("process: %w", &pgconn.PgError{Code: code}) }
	for _, c := range []struct {
		name string
		err  error
		want failureClass
	}{
		{"serialization failure", state("40001"), classLater},
		{"deadlock", state("40P01"), classLater},
		{"a value out of range", state("22003"), classPermanent},
		{"a check that fails", state("23514"), classPermanent},
		{"a raised exception", state("P0001"), classPermanent},
		{"a row too large", state("54000"), classPermanent},
		// What is wrong with the installation must not refuse one event after the other.
		{"a missing grant", state("42501"), classLost},
		{"a missing table", state("42P01"), classLost},
		{"a full disk", state("53100"), classLost},
		{"too many connections", state("53300"), classLost},
		{"the server shuts down", state("57P01"), classLost},
		{"a standby after a failover", state("25006"), classLost},
		{"a password that was changed", state("28P01"), classLost},
		{"the connection broke", fmt.Errorf("process: %w", io.ErrUnexpectedEOF), classLost},
		{"a time limit", context.DeadlineExceeded, classLost},
		{"the broker does not answer", nats.ErrTimeout, classLost},
		{"a request inside was cancelled", context.Canceled, classLost},
		{"unknown commit", fmt.Errorf("%w: %w", ErrCommitUnknown, io.EOF), classUnknownCommit},
		{"another owner", fmt.Errorf("process: %w", ErrNotOwner), classNotOwner},
		{"a position that is gone", fmt.Errorf("open: %w", bus.ErrPositionLost), classPassesOver},
		{"a stream made anew", fmt.Errorf("open: %w", bus.ErrStreamReplaced), classPassesOver},
		{"a row that cannot be read", errors.New("decode"), classPermanent},
	} {
		if got := classify(t.Context(), c.err); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if got := classify(ended, state("22003")); got != classStopping {
		t.Errorf("while stopping: %q", got)
	}
}

func TestHeals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		err  error
		want bool
	}{
		{"a schema to be migrated", &schema.VersionError{Code: schema.CodeSchemaNotMigrated}, true},
		{"an older schema", &schema.VersionError{Code: schema.CodeSchemaOlder}, true},
		{"a newer schema", &schema.VersionError{Code: schema.CodeSchemaNewer}, false},
		{"a server that starts", &pgconn.PgError{Code: "57P03"}, true},
		{"a broker that is not there", nats.ErrNoServers, true},
		{"a stream that is not as needed", bus.ErrStreamConfig, false},
		{"a stream made anew", bus.ErrStreamReplaced, false},
	} {
		if got := heals(fmt.Errorf("start: %w", c.err)); got != c.want {
			t.Errorf("%s: %t", c.name, got)
		}
	}
}

func TestBackoffIsBounded(t *testing.T) {
	t.Parallel()
	var wait backoff
	for range 100 {
		if next := wait.next(); next < backoffMillisMin*time.Millisecond/2 || next > backoffMillisMax*time.Millisecond {
			t.Fatalf("wait of %s after %d attempts", next, wait.attempts)
		}
	}
	if next := wait.next(); next < backoffMillisMax*time.Millisecond/2 {
		t.Errorf("wait of %s after 100 attempts", next)
	}
	wait.reset()
	if next := wait.next(); next > backoffMillisMin*time.Millisecond {
		t.Errorf("wait of %s after a success", next)
	}
}

func TestAfterwardsOutlivesByItsGrace(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	late, end := afterwards(ctx, time.Millisecond)
	defer end()
	if late.Err() != nil {
		t.Fatal("ended before its context")
	}
	cancel()
	select {
	case <-late.Done():
	case <-time.After(testWaitMax):
		t.Fatal("does not end")
	}
	ended, stop := afterwards(ctx, time.Hour)
	if ended.Err() != nil {
		t.Fatal("has no grace")
	}
	stop()
	if ended.Err() == nil {
		t.Fatal("does not end when it is told to")
	}
}
