package bus

import (
	"errors"
	"strings"
	"testing"

	"github.com/nats-io/nats.go/jetstream"
	"pgregory.net/rapid"
)

func TestCheckPosition(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		facts StreamFacts
		after uint64
		want  error
	}{
		"new stream":                   {StreamFacts{}, 0, nil},
		"beginning":                    {StreamFacts{First: 1, Last: 9}, 0, nil},
		"end":                          {StreamFacts{First: 1, Last: 9}, 9, nil},
		"all before expired":           {StreamFacts{First: 6, Last: 9}, 5, nil},
		"emptied, all read":            {StreamFacts{First: 10, Last: 9}, 9, nil},
		"one expired unread":           {StreamFacts{First: 6, Last: 9}, 4, ErrPositionLost},
		"emptied, one unread":          {StreamFacts{First: 10, Last: 9}, 8, ErrPositionLost},
		"new database, old stream":     {StreamFacts{First: 6, Last: 9}, 0, ErrPositionLost},
		"stream restored or made anew": {StreamFacts{First: 1, Last: 9}, 10, ErrPositionAhead},
		"stream new, database not":     {StreamFacts{}, 1, ErrPositionAhead},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := test.facts.CheckPosition("S", test.after); !errors.Is(err, test.want) {
				t.Fatalf("got %v, want %v", err, test.want)
			}
		})
	}
}

func TestPositionLostIsRefusedWithASentence(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	publishInput(t, b, "P100", 0, 10)
	purge(t, b, InputStream, 6) // 1 to 5 expired
	_, err := b.OpenPartition(t.Context(), PartitionOf("P100"), 3, make(chan struct{}, 1))
	if !errors.Is(err, ErrPositionLost) || !strings.Contains(err.Error(), "set the position to 5") {
		t.Fatalf("got %v", err)
	}
	if _, err := b.OpenPartition(t.Context(), PartitionOf("P100"), 11, make(chan struct{}, 1)); !errors.Is(err, ErrPositionAhead) {
		t.Fatalf("position behind the end: got %v", err)
	}
	r, notify := openPartition(t, b, PartitionOf("P100"), 5)
	checkNumbers(t, take(t, r, notify, 5), 5)
}

func TestReaderStopsWhenItsStreamIsReplaced(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	publishInput(t, b, "P100", 0, 2)
	r, notify := openPartition(t, b, PartitionOf("P100"), 0)
	take(t, r, notify, 2)
	if err := b.js.DeleteStream(t.Context(), InputStream); err != nil {
		t.Fatal(err)
	}
	// The server may still be removing the files of the old one.
	eventually(t, "streams made anew", func() bool { return b.EnsureStreams(t.Context()) == nil })
	eventually(t, "reader gives up", func() bool { return r.Err() != nil })
	if err := r.Err(); !errors.Is(err, ErrStreamReplaced) {
		t.Fatalf("got %v", err)
	}
}

func TestHorizon(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	idle, busy := "P100", "P200"
	publishInput(t, b, idle, 0, 1)  // 1
	publishInput(t, b, busy, 0, 20) // 2 to 21
	publishInput(t, b, idle, 1, 1)  // 22
	publishInput(t, b, busy, 20, 3) // 23 to 25
	tests := map[uint64]uint64{0: 0, 1: 21, 10: 21, 22: 25, 25: 25}
	for after, want := range tests {
		got, err := b.Horizon(t.Context(), PartitionOf(idle), after)
		if err != nil || got != want {
			t.Errorf("horizon after %d: got %d (%v), want %d", after, got, err, want)
		}
	}
}

func TestLags(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	publishInput(t, b, "P100", 0, 10)
	r, notify := openPartition(t, b, PartitionOf("P100"), 0)
	got := take(t, r, notify, 10)
	r.Ack(got[3].Sequence)
	want := Lag{Partition: r.Partition(), Acknowledged: got[3].Sequence, Pending: 6}
	eventually(t, "lag of the one partition that was opened", func() bool {
		lags, err := b.Lags(t.Context())
		return err == nil && len(lags) == 1 && lags[0] == want
	})
}

func TestPartnerOfSubjects(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"billing.part.3.P100.order.placed": "P100",
		"billing.in.P100.order.placed":     "P100",
		"billing.out.P100.bill.issued":     "P100",
		"billing.ref.product.changed":      "",
	}
	for subject, want := range tests {
		if got := (Message{Subject: subject}).Partner(); got != want {
			t.Errorf("%s: got %q, want %q", subject, got, want)
		}
	}
}

func TestPartitionOfIsTheServersFunction(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	rapid.Check(t, func(t *rapid.T) {
		partner := rapid.StringMatching(`[A-Za-z0-9_-]{1,64}`).Draw(t, "partner")
		sequence, err := b.Publish(t.Context(), "billing.in."+partner+".x", nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		next, err := b.nextStored(t.Context(), InputStream, partitionFilter(PartitionOf(partner)), sequence-1)
		if err != nil || next != sequence {
			t.Fatalf("partner %q is not in partition %d (%v)", partner, PartitionOf(partner), err)
		}
	})
}

func purge(t testing.TB, b *Bus, name string, below uint64) {
	t.Helper()
	stream, err := b.js.Stream(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.Purge(t.Context(), jetstream.WithPurgeSequence(below)); err != nil {
		t.Fatal(err)
	}
}
