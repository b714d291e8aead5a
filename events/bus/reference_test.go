package bus

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

func publishReference(t *testing.T, b *Bus, from, count int) {
	t.Helper()
	messages := make([]Outgoing, count)
	for i := range messages {
		messages[i] = Outgoing{Subject: "billing.ref.product.changed", Data: fmt.Appendf(nil, "%d", from+i)}
	}
	if err := b.PublishBatch(t.Context(), messages); err != nil {
		t.Fatal(err)
	}
}

func referenceFloor(t *testing.T, b *Bus) uint64 {
	t.Helper()
	consumer, err := b.js.Consumer(t.Context(), ReferenceStream, referenceConsumer)
	if err != nil {
		t.Fatal(err)
	}
	return consumer.CachedInfo().AckFloor.Stream
}

func TestReferenceIsReadInOrderFromAPosition(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	if got, err := b.ReadReference(t.Context(), 0, 10); err != nil || len(got) != 0 {
		t.Fatalf("new stream: %d messages, %v", len(got), err)
	}
	publishReference(t, b, 0, 1_000)
	last, err := b.ReferenceLast(t.Context())
	if err != nil || last != 1_000 {
		t.Fatalf("last: %d, %v", last, err)
	}
	after, total := uint64(0), 0
	for {
		got, err := b.ReadReference(t.Context(), after, 300)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) == 0 {
			break
		}
		checkNumbers(t, got, total)
		total += len(got)
		after = got[len(got)-1].Sequence
	}
	if total != 1_000 || after != last {
		t.Fatalf("read %d up to %d", total, after)
	}
	if _, err := b.ReadReference(t.Context(), 1_001, 1); !errors.Is(err, ErrPositionAhead) {
		t.Fatalf("behind the end: got %v", err)
	}
	purge(t, b, ReferenceStream, 10)
	if _, err := b.ReadReference(t.Context(), 3, 1); !errors.Is(err, ErrPositionLost) {
		t.Fatalf("before the beginning: got %v", err)
	}
}

func TestReadReferenceLeavesNoConsumerBehind(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	publishReference(t, b, 0, 3)
	if _, err := b.ReadReference(t.Context(), 0, 3); err != nil {
		t.Fatal(err)
	}
	stream, err := b.js.Stream(t.Context(), ReferenceStream)
	if err != nil {
		t.Fatal(err)
	}
	if n := stream.CachedInfo().State.Consumers; n != 1 {
		t.Fatalf("%d consumers, want the durable one", n)
	}
}

func TestReferencePositionOnlyMovesForward(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	publishReference(t, b, 0, 2_500)
	for _, step := range []struct{ ack, want uint64 }{{7, 7}, {3, 7}, {7, 7}, {2_400, 2_400}, {0, 2_400}, {2_500, 2_500}} {
		if err := b.AckReference(t.Context(), step.ack); err != nil {
			t.Fatal(err)
		}
		if got := referenceFloor(t, b); got != step.want {
			t.Fatalf("after acknowledging %d: at %d, want %d", step.ack, got, step.want)
		}
	}
}

func TestReferencePositionOverDeletedMessages(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	publishReference(t, b, 0, 9)
	stream, err := b.js.Stream(t.Context(), ReferenceStream)
	if err != nil {
		t.Fatal(err)
	}
	for _, sequence := range []uint64{4, 5, 9} {
		if err := stream.DeleteMsg(t.Context(), sequence); err != nil {
			t.Fatal(err)
		}
	}
	for _, sequence := range []uint64{5, 9, 5} {
		if err := b.AckReference(t.Context(), sequence); err != nil {
			t.Fatal(err)
		}
		if err := b.WaitReferenceApplied(t.Context(), sequence); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFetchedButNotAcknowledgedReferenceIsMadeUp(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	publishReference(t, b, 0, 10)
	consumer, err := b.js.Consumer(t.Context(), ReferenceStream, referenceConsumer)
	if err != nil {
		t.Fatal(err)
	}
	batch, err := consumer.Fetch(10, jetstream.FetchMaxWait(time.Second)) // a process that died here
	if err != nil {
		t.Fatal(err)
	}
	for range batch.Messages() {
	}
	if err := b.AckReference(t.Context(), 6); err != nil {
		t.Fatal(err)
	}
	if got := referenceFloor(t, b); got != 6 {
		t.Fatalf("at %d, want 6", got)
	}
}

func TestWaitReferenceApplied(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	publishReference(t, b, 0, 5)
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err := b.WaitReferenceApplied(short, 5)
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "worker") {
		t.Fatalf("nobody applies: got %v", err)
	}

	waited := make(chan error, 1)
	go func() { waited <- b.WaitReferenceApplied(t.Context(), 5) }()
	if err := b.AckReference(t.Context(), 4); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-waited:
		t.Fatalf("returned at 4 of 5: %v", err)
	default:
	}
	if err := b.AckReference(t.Context(), 5); err != nil {
		t.Fatal(err)
	}
	if err := <-waited; err != nil {
		t.Fatal(err)
	}
}
