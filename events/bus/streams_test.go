package bus

import (
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/accruald/accruald/events/bus/embedded"
)

func TestInputIsStoredByPartition(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	sequence, err := b.Publish(t.Context(), "billing.in.P100.order.placed", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("billing.part.%d.P100.order.placed", PartitionOf("P100"))
	if got := storedMessage(t, b, InputStream, sequence).Subject; got != want {
		t.Fatalf("stored as %q, want %q", got, want)
	}
	if err := b.EnsureStreams(t.Context()); err != nil {
		t.Fatalf("second start: %v", err)
	}
}

func TestSubjectWithTooFewTokensIsInNoStream(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	if _, err := b.js.Publish(t.Context(), "billing.in.P100", nil); err == nil {
		t.Fatal("stored, and in no partition")
	}
}

func TestWrongStreamIsRefusedByName(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		stream int
		change func(*jetstream.StreamConfig)
		named  string
	}{
		"no transform": {0, func(c *jetstream.StreamConfig) { c.SubjectTransform = nil }, "subject_transform is none"},
		"other partitions": {0, func(c *jetstream.StreamConfig) {
			c.SubjectTransform.Destination = "billing.part.{{partition(8,1)}}.{{wildcard(1)}}.>"
		}, "partition(8,1)"},
		"wider subjects":    {0, func(c *jetstream.StreamConfig) { c.Subjects = []string{"billing.in.>"} }, "subjects is [billing.in.>]"},
		"short age":         {0, func(c *jetstream.StreamConfig) { c.MaxAge = time.Hour }, "max_age is 1h0m0s"},
		"work queue":        {0, func(c *jetstream.StreamConfig) { c.Retention = jetstream.WorkQueuePolicy }, "retention is WorkQueue"},
		"drops old":         {0, func(c *jetstream.StreamConfig) { c.Discard = jetstream.DiscardOld }, "discard is DiscardOld"},
		"one per subject":   {1, func(c *jetstream.StreamConfig) { c.MaxMsgsPerSubject = 1 }, "max_msgs_per_subject is 1"},
		"reference expires": {1, func(c *jetstream.StreamConfig) { c.MaxAge = 24 * time.Hour }, "max_age is 24h0m0s, want unlimited"},
		"in memory":         {1, func(c *jetstream.StreamConfig) { c.Storage = jetstream.MemoryStorage }, "storage is Memory"},
		"no atomic batches": {2, func(c *jetstream.StreamConfig) { c.AllowAtomicPublish = false }, "allow_atomic is false"},
		"short window":      {2, func(c *jetstream.StreamConfig) { c.Duplicates = time.Second }, "duplicate_window is 1s"},
		"small messages":    {2, func(c *jetstream.StreamConfig) { c.MaxMsgSize = 1000 }, "max_msg_size is 1000"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := connectTo(t, startServer(t, embedded.Options{}))
			config := b.streamConfigs()[test.stream]
			test.change(&config)
			stream, err := b.js.CreateStream(t.Context(), config)
			if err != nil {
				t.Fatal(err)
			}
			before := stream.CachedInfo().Config
			err = b.EnsureStreams(t.Context())
			if !errors.Is(err, ErrStreamConfig) || !strings.Contains(err.Error(), test.named) || !strings.Contains(err.Error(), config.Name) {
				t.Errorf("got %v, want the difference %q of %q", err, test.named, config.Name)
			}
			info, err := stream.Info(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(info.Config, before) {
				t.Errorf("the stream was altered: got %+v, was %+v", info.Config, before)
			}
		})
	}
}

func TestWrongReferenceConsumerIsRefused(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	if err := b.js.DeleteConsumer(t.Context(), ReferenceStream, referenceConsumer); err != nil {
		t.Fatal(err)
	}
	_, err := b.js.CreateConsumer(t.Context(), ReferenceStream, jetstream.ConsumerConfig{
		Durable: referenceConsumer, AckPolicy: jetstream.AckExplicitPolicy,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.EnsureStreams(t.Context()); !errors.Is(err, ErrStreamConfig) {
		t.Fatalf("got %v", err)
	}
}

func TestOperatorsChoicesAreAccepted(t *testing.T) {
	t.Parallel()
	b := connectTo(t, startServer(t, embedded.Options{}))
	config := b.streamConfigs()[0]
	config.MaxAge = 90 * 24 * time.Hour
	config.MaxBytes = 1 << 30
	config.Compression = jetstream.S2Compression
	config.Metadata = map[string]string{"owner": "ops"}
	if _, err := b.js.CreateStream(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	if err := b.EnsureStreams(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestStraySubjectsAreFound(t *testing.T) {
	t.Parallel()
	tests := map[string]string{ // what the transform once was
		"not partitioned": "",
		"more partitions": "billing.part.{{partition(100000,1)}}.{{wildcard(1)}}.>",
	}
	for name, destination := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := connectTo(t, startServer(t, embedded.Options{}))
			now := b.streamConfigs()[0]
			once := now
			once.SubjectTransform = nil
			if destination != "" {
				once.SubjectTransform = &jetstream.SubjectTransformConfig{Source: InputSubjects, Destination: destination}
			}
			if _, err := b.js.CreateStream(t.Context(), once); err != nil {
				t.Fatal(err)
			}
			publishInput(t, b, "P100", 0, 3)
			if _, err := b.js.UpdateStream(t.Context(), now); err != nil {
				t.Fatal(err)
			}
			publishInput(t, b, "P100", 3, 3)
			if err := b.EnsureStreams(t.Context()); !errors.Is(err, ErrStraySubject) {
				t.Fatalf("got %v", err)
			}
		})
	}
}

func TestPrefixNamesTheStreams(t *testing.T) {
	t.Parallel()
	server := startServer(t, embedded.Options{})
	b, err := Connect(t.Context(), Config{URL: server.URL(), StreamPrefix: "EU_", Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	if err := b.EnsureStreams(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.js.Stream(t.Context(), "EU_BILLING_IN"); err != nil {
		t.Fatal(err)
	}
	publishInput(t, b, "P100", 0, 2)
	r, notify := openPartition(t, b, PartitionOf("P100"), 0)
	checkNumbers(t, take(t, r, notify, 2), 0)
}

func TestConnectSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	small := startServer(t, embedded.Options{MaxPayload: 1 << 20})
	_, err := Connect(t.Context(), Config{URL: small.URL(), Logger: quiet})
	if err == nil || !strings.Contains(err.Error(), "max_payload") {
		t.Errorf("small payload: got %v", err)
	}
	_, err = Connect(t.Context(), Config{URL: "nats://127.0.0.1:1", ConnectWait: 100 * time.Millisecond, Logger: quiet})
	if err == nil || !strings.Contains(err.Error(), "check the address") {
		t.Errorf("no server: got %v", err)
	}
	if _, err := Connect(t.Context(), Config{}); err == nil {
		t.Error("no address: connected")
	}
}

func serverPort(t testing.TB, server *embedded.Server) int {
	t.Helper()
	address, err := url.Parse(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(address.Port())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func storedMessage(t testing.TB, b *Bus, name string, sequence uint64) *jetstream.RawStreamMsg {
	t.Helper()
	stream, err := b.js.Stream(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	message, err := stream.GetMsg(t.Context(), sequence)
	if err != nil {
		t.Fatal(err)
	}
	return message
}
