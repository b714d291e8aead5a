package bus

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/accruald/accruald/events/bus/embedded"
)

func outgoing(from, count int) []Outgoing {
	out := make([]Outgoing, count)
	for i := range out {
		out[i] = Outgoing{
			Subject: "billing.out.P100.bill.issued", MsgID: fmt.Sprintf("id-%d", from+i),
			Header: map[string][]string{"ce-id": {fmt.Sprintf("id-%d", from+i)}},
			Data:   fmt.Appendf(nil, "%d", from+i),
		}
	}
	return out
}

// storedNumbers reads a whole stream's data through a throw-away consumer.
func storedNumbers(t *testing.T, b *Bus, name string) []Message {
	t.Helper()
	consumer, err := b.js.CreateConsumer(t.Context(), name, jetstream.ConsumerConfig{AckPolicy: jetstream.AckNonePolicy})
	if err != nil {
		t.Fatal(err)
	}
	messages, err := b.readExactly(t.Context(), consumer, int(consumer.CachedInfo().NumPending))
	if err != nil {
		t.Fatal(err)
	}
	return messages
}

func TestBatchIsStoredInOrderInAtomicBatches(t *testing.T) { // F64
	t.Parallel()
	b := newBus(t)
	const count = 2*batchCountMax + 500
	if err := b.PublishBatch(t.Context(), outgoing(0, count)); err != nil {
		t.Fatal(err)
	}
	got := storedNumbers(t, b, OutputStream)
	if len(got) != count {
		t.Fatalf("stored %d, want %d", len(got), count)
	}
	checkNumbers(t, got, 0)
	batches := map[string]int{}
	for _, m := range got {
		batches[m.Header[headerBatchID][0]]++
		if m.Header["ce-id"] == nil {
			t.Fatal("header lost")
		}
	}
	if len(batches) != 3 {
		t.Fatalf("%d atomic batches, want 3", len(batches))
	}
}

func TestRepeatedBatchIsCompletedWithoutDoubles(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	if err := b.PublishBatch(t.Context(), outgoing(0, 5)); err != nil { // the crash came before the position was saved
		t.Fatal(err)
	}
	for range 2 {
		if err := b.PublishBatch(t.Context(), outgoing(0, 8)); err != nil {
			t.Fatal(err)
		}
	}
	got := storedNumbers(t, b, OutputStream)
	if len(got) != 8 {
		t.Fatalf("stored %d, want 8", len(got))
	}
	checkNumbers(t, got, 0)
}

func TestServerRefusesABatchWithAStoredID(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	if err := b.PublishBatch(t.Context(), outgoing(0, 1)); err != nil {
		t.Fatal(err)
	}
	err := b.publishAtomic(t.Context(), outgoing(0, 3))
	api, ok := errors.AsType[*jetstream.APIError](err)
	if !ok || api.ErrorCode != 10201 {
		t.Fatalf("got %v, want error 10201", err)
	}
	if got := storedNumbers(t, b, OutputStream); len(got) != 1 {
		t.Fatalf("stored %d, want nothing of the refused batch", len(got))
	}
}

func TestStreamWithoutAtomicBatchesGetsOneByOne(t *testing.T) {
	t.Parallel()
	b := connectTo(t, startServer(t, embedded.Options{}))
	config := b.streamConfigs()[2]
	config.AllowAtomicPublish = false
	if _, err := b.js.CreateStream(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	if err := b.PublishBatch(t.Context(), outgoing(0, 20)); err != nil {
		t.Fatal(err)
	}
	got := storedNumbers(t, b, OutputStream)
	if len(got) != 20 {
		t.Fatalf("stored %d, want 20", len(got))
	}
	checkNumbers(t, got, 0)
}

func TestFalseDuplicateAfterPurgeIsNotBelieved(t *testing.T) {
	t.Parallel()
	tests := map[string]func(t *testing.T, b *Bus) uint64{ // returns the number of messages stored meanwhile
		"nothing there": func(t *testing.T, b *Bus) uint64 { return 0 },
		"another there": func(t *testing.T, b *Bus) uint64 {
			if err := b.PublishBatch(t.Context(), outgoing(100, 2)); err != nil {
				t.Fatal(err)
			}
			return 2
		},
	}
	for name, meanwhile := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBus(t)
			if err := b.PublishBatch(t.Context(), outgoing(0, 3)); err != nil {
				t.Fatal(err)
			}
			purge(t, b, OutputStream, 0)
			others := int(meanwhile(t, b))
			for range 2 { // the second time they are found under their other id
				if err := b.PublishBatch(t.Context(), outgoing(0, 3)); err != nil {
					t.Fatal(err)
				}
			}
			got := storedNumbers(t, b, OutputStream)
			if len(got) != 3+others {
				t.Fatalf("stored %d, want %d", len(got), 3+others)
			}
			checkNumbers(t, got[others:], 0)
		})
	}
}

func TestRunsOfSeveralStreamsKeepTheirOrder(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	subjects := []string{"billing.out.P100.x", "billing.out.P200.x", "billing.in.P100.x", "billing.ref.x", "billing.in.P200.x", "billing.out.P100.x"}
	messages := make([]Outgoing, len(subjects))
	for i, subject := range subjects {
		messages[i] = Outgoing{Subject: subject, Data: fmt.Appendf(nil, "%d", i)}
	}
	if err := b.PublishBatch(t.Context(), messages); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{OutputStream: "015", InputStream: "24", ReferenceStream: "3"}
	times := map[string]time.Time{}
	for name, numbers := range want {
		got := ""
		for _, m := range storedNumbers(t, b, name) {
			got += string(m.Data)
			times[string(m.Data)] = m.Time
		}
		if got != numbers {
			t.Errorf("%s: got %s, want %s", name, got, numbers)
		}
	}
	for i := range len(subjects) - 1 {
		if times[fmt.Sprint(i+1)].Before(times[fmt.Sprint(i)]) {
			t.Errorf("message %d stored before %d", i+1, i)
		}
	}
}

func TestBatchesStayWithinTheirBytes(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	messages := outgoing(0, 20)
	for i := range messages {
		messages[i].Data = make([]byte, DocumentBytesMax)
	}
	if n, err := nextRun(messages); err != nil || n != batchBytesMax/DocumentBytesMax {
		t.Fatalf("first batch has %d messages (%v)", n, err)
	}
	if err := b.PublishBatch(t.Context(), messages); err != nil {
		t.Fatal(err)
	}
	if got := storedNumbers(t, b, OutputStream); len(got) != len(messages) {
		t.Fatalf("stored %d", len(got))
	}
}

func TestPublishManyCountsWhatIsStored(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	broken := errors.New("line 1500 is not JSON")
	stored, err := b.PublishMany(t.Context(), func(yield func(Outgoing, error) bool) {
		for i := range 1_500 {
			if !yield(Outgoing{Subject: "billing.in.P100.x", Data: fmt.Appendf(nil, "%d", i)}, nil) {
				return
			}
		}
		yield(Outgoing{}, broken)
	})
	if !errors.Is(err, broken) || stored != 1_500 {
		t.Fatalf("stored %d, err %v", stored, err)
	}
	checkNumbers(t, storedNumbers(t, b, InputStream), 0)
}

func TestSubjectsThatCannotBePublishedAreRefused(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	for _, subject := range []string{
		"", "billing.in.P100", "billing.in..x", "billing.in.P100.", "billing.in.P 1.x", "billing.in.*.x",
		"billing.out.>", "billing.other.x", "billing.part.1.P100.x",
	} {
		if _, err := b.Publish(t.Context(), subject, nil, nil); !errors.Is(err, ErrSubject) {
			t.Errorf("%q: got %v", subject, err)
		}
		if err := b.PublishBatch(t.Context(), []Outgoing{{Subject: subject}}); !errors.Is(err, ErrSubject) {
			t.Errorf("%q in a batch: got %v", subject, err)
		}
	}
}

func TestTemporary(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		err  error
		want bool
	}{
		"none":             {nil, false},
		"no responders":    {fmt.Errorf("publish: %w", nats.ErrNoResponders), true},
		"no stream":        {jetstream.ErrNoStreamResponse, true},
		"time limit":       {context.DeadlineExceeded, true},
		"closed":           {nats.ErrConnectionClosed, true},
		"leader":           {jetstream.ErrConsumerLeadershipChanged, true},
		"network":          {&net.OpError{Op: "dial", Err: io.ErrClosedPipe}, true},
		"server full":      {fmt.Errorf("nats: %w", &jetstream.APIError{Code: 503, ErrorCode: 10077}), true},
		"too many batches": {&jetstream.APIError{Code: 429, ErrorCode: 10210}, true},
		"cancelled":        {context.Canceled, false},
		"no jetstream":     {jetstream.ErrJetStreamNotEnabled, false},
		"bad request":      {&jetstream.APIError{Code: 400, ErrorCode: 10003}, false},
		"too large":        {nats.ErrMaxPayload, false},
		"authorization":    {nats.ErrAuthorization, false},
		"position lost":    {ErrPositionLost, false},
		"wrong stream":     {ErrStreamConfig, false},
	}
	for name, test := range tests {
		if got := Temporary(test.err); got != test.want {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
	}
}

func TestTooLargeMessageIsPermanent(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	messages := outgoing(0, 3)
	messages[1].Data = make([]byte, embedded.MaxPayloadBytesDefault+1)
	err := b.PublishBatch(t.Context(), messages)
	if !errors.Is(err, nats.ErrMaxPayload) || Temporary(err) {
		t.Fatalf("got %v", err)
	}
	if got := storedNumbers(t, b, OutputStream); len(got) != 0 {
		t.Fatalf("stored %d of a batch that was broken off", len(got))
	}
}
