package bus

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/accruald/accruald/events/bus/embedded"
)

const testWait = 15 * time.Second

// quiet keeps expected warnings out of the test output.
var quiet = slog.New(slog.DiscardHandler)

func startServer(t testing.TB, options embedded.Options) *embedded.Server {
	t.Helper()
	if options.StoreDir == "" {
		options.StoreDir = t.TempDir()
	}
	options.Logger = quiet
	server, err := embedded.Start(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Shutdown)
	return server
}

func connectTo(t testing.TB, server *embedded.Server) *Bus {
	t.Helper()
	b, err := Connect(t.Context(), Config{URL: server.URL(), Name: t.Name(), Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// newBus is a bus with its streams on a server of its own.
func newBus(t testing.TB) *Bus {
	t.Helper()
	b := connectTo(t, startServer(t, embedded.Options{}))
	if err := b.EnsureStreams(t.Context()); err != nil {
		t.Fatal(err)
	}
	return b
}

// publishInput publishes count numbered events of a partner.
func publishInput(t testing.TB, b *Bus, partner string, from, count int) {
	t.Helper()
	messages := make([]Outgoing, count)
	for i := range messages {
		messages[i] = Outgoing{Subject: "billing.in." + partner + ".order.placed", Data: fmt.Appendf(nil, "%d", from+i)}
	}
	if err := b.PublishBatch(t.Context(), messages); err != nil {
		t.Fatal(err)
	}
}

func openPartition(t testing.TB, b *Bus, partition int, after uint64) (*PartitionReader, chan struct{}) {
	t.Helper()
	notify := make(chan struct{}, 1)
	r, err := b.OpenPartition(t.Context(), partition, after, notify)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r, notify
}

// take waits for exactly count messages.
func take(t testing.TB, r *PartitionReader, notify <-chan struct{}, count int) []Message {
	t.Helper()
	var got []Message
	deadline := time.After(testWait)
	for {
		got = append(got, r.Take(count-len(got))...)
		if len(got) == count {
			return got
		}
		select {
		case <-notify:
			if err := r.Err(); err != nil {
				t.Fatal(err)
			}
		case <-deadline:
			t.Fatalf("got %d of %d messages, reader %+v", len(got), count, r.Stats())
		}
	}
}

// eventually waits for a condition that a server or a goroutine brings about.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), testWait)
	defer cancel()
	for !holds() {
		if !pause(ctx, 2*time.Millisecond) {
			t.Fatalf("did not happen in %s: %s", testWait, what)
		}
	}
}

func checkNumbers(t testing.TB, got []Message, from int) {
	t.Helper()
	for i, m := range got {
		if want := fmt.Appendf(nil, "%d", from+i); !bytes.Equal(m.Data, want) {
			t.Fatalf("message %d: got %q, want %q", i, m.Data, want)
		}
		if i > 0 && m.Sequence <= got[i-1].Sequence {
			t.Fatalf("sequence %d after %d", m.Sequence, got[i-1].Sequence)
		}
	}
}

func partitionInfo(t testing.TB, b *Bus, partition int) *jetstream.ConsumerInfo {
	t.Helper()
	consumer, err := b.js.Consumer(t.Context(), InputStream, consumerName(partition))
	if err != nil {
		t.Fatal(err)
	}
	return consumer.CachedInfo()
}
