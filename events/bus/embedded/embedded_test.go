package embedded_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/accruald/accruald/events/bus/embedded"
)

func TestServerKeepsStreamsOverRestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := "KEPT"

	first := start(t, embedded.Options{StoreDir: dir})
	js := connect(t, first)
	if _, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: name, Subjects: []string{"kept"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := js.Publish(t.Context(), "kept", []byte("x")); err != nil {
		t.Fatal(err)
	}
	first.Shutdown()
	first.Shutdown()

	stream, err := connect(t, start(t, embedded.Options{StoreDir: dir})).Stream(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	if got := stream.CachedInfo().State.Msgs; got != 1 {
		t.Fatalf("messages after restart: got %d, want 1", got)
	}
}

func TestServerListensOnLoopbackWithItsPayloadLimit(t *testing.T) {
	t.Parallel()
	server := start(t, embedded.Options{StoreDir: t.TempDir()})
	address, err := url.Parse(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	if got := address.Hostname(); got != "127.0.0.1" {
		t.Errorf("host: got %q, want the loopback address", got)
	}
	if got := connect(t, server).Conn().MaxPayload(); got != embedded.MaxPayloadBytesDefault {
		t.Errorf("max payload: got %d, want %d", got, embedded.MaxPayloadBytesDefault)
	}
}

func TestStartWithoutFolderIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := embedded.Start(embedded.Options{}); err == nil {
		t.Fatal("started without a store folder")
	}
}

func start(t *testing.T, options embedded.Options) *embedded.Server {
	t.Helper()
	server, err := embedded.Start(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Shutdown)
	return server
}

func connect(t *testing.T, server *embedded.Server) jetstream.JetStream {
	t.Helper()
	conn, err := nats.Connect(server.URL(), nats.Timeout(5*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	return js
}
