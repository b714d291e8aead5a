package deploy

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	readyWaitMax  = 20 * time.Second
	answerWaitMax = 10 * time.Second
	// refusedWaitMax is short: a refused request gets no answer, so its test waits this long.
	refusedWaitMax = time.Second
)

// startShipped starts the broker with the shipped configuration; only the ports and the folder are the test's.
func startShipped(t *testing.T) *server.Server {
	t.Helper()
	for _, user := range []string{"WORKER", "PRODUCER", "CONSUMER", "CLIENT"} {
		t.Setenv("NATS_"+user+"_PASSWORD", "from-the-test")
	}
	options, err := server.ProcessConfigFile("nats/nats.conf")
	if err != nil {
		t.Fatalf("the broker refuses nats.conf: %v", err)
	}
	if !options.SyncAlways {
		t.Error("nats.conf does not sync every write: acknowledged events are lost at a power cut (F73)")
	}
	options.Host, options.Port, options.HTTPPort = "127.0.0.1", server.RANDOM_PORT, 0
	options.StoreDir, options.NoSigs, options.NoLog = t.TempDir(), true, true
	broker, err := server.NewServer(options)
	if err != nil {
		t.Fatalf("make the broker: %v", err)
	}
	broker.Start()
	t.Cleanup(func() {
		broker.Shutdown()
		broker.WaitForShutdown()
	})
	if !broker.ReadyForConnections(readyWaitMax) {
		t.Fatalf("the broker is not ready within %s", readyWaitMax)
	}
	return broker
}

// as connects with the user's password and inbox prefix.
func as(t *testing.T, broker *server.Server, user, inbox string) jetstream.JetStream {
	t.Helper()
	options := []nats.Option{
		nats.UserInfo(user, "from-the-test"),
		nats.CustomInboxPrefix(inbox),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}), // refusals are looked at where they are returned
	}
	conn, err := nats.Connect(broker.ClientURL(), options...)
	if err != nil {
		t.Fatalf("connect as %q: %v", user, err)
	}
	t.Cleanup(conn.Close)
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	return js
}

// TestBrokerGrants: everybody can do their work and cannot do each other's.
func TestBrokerGrants(t *testing.T) {
	broker := startShipped(t)
	worker := as(t, broker, "worker", "_INBOX")
	producer := as(t, broker, "producer", "_INBOX_producer")
	consumer := as(t, broker, "consumer", "_INBOX_consumer")

	streams := map[string]string{"BILLING_IN": "billing.in.*.>", "BILLING_REF": "billing.ref.>", "BILLING_OUT": "billing.out.*.>"}
	for name, subjects := range streams {
		if _, err := worker.CreateStream(t.Context(), jetstream.StreamConfig{Name: name, Subjects: []string{subjects}}); err != nil {
			t.Fatalf("the worker creates %q: %v", name, err)
		}
	}

	cases := []struct {
		who     string
		js      jetstream.JetStream
		subject string
		allowed bool
	}{
		{"worker", worker, "billing.in.P100.schedule.applied", true},
		{"worker", worker, "billing.out.P100.order.priced", true},
		{"worker", worker, "other.subject", false},
		{"producer", producer, "billing.in.P100.order.placed", true},
		{"producer", producer, "billing.ref.product.published", true},
		{"producer", producer, "billing.in.P100.schedule.applied", false},
		{"producer", producer, "billing.in.P100.resources.moved", false},
		{"producer", producer, "billing.out.P100.payable.changed", false},
		{"consumer", consumer, "billing.in.P100.order.placed", false},
		{"consumer", consumer, "billing.out.P100.payable.changed", false},
	}
	for _, c := range cases {
		wait := refusedWaitMax
		if c.allowed {
			wait = answerWaitMax
		}
		ctx, cancel := context.WithTimeout(t.Context(), wait)
		_, err := c.js.Publish(ctx, c.subject, []byte("{}"), jetstream.WithRetryAttempts(0))
		cancel()
		if (err == nil) != c.allowed {
			t.Errorf("%s publishes to %q: got %v, want allowed %v", c.who, c.subject, err, c.allowed)
		}
	}

	reads(t, consumer)
	ctx, cancel := context.WithTimeout(t.Context(), refusedWaitMax)
	defer cancel()
	if err := consumer.DeleteStream(ctx, "BILLING_OUT"); err == nil {
		t.Error("a consumer deletes the stream of results")
	}
	if _, err := producer.Conn().Subscribe("_INBOX.>", func(*nats.Msg) {}); err != nil {
		t.Fatal(err)
	}
	if err := producer.Conn().FlushTimeout(answerWaitMax); err != nil {
		t.Fatal(err)
	}
	if err := producer.Conn().LastError(); !errors.Is(err, nats.ErrPermissionViolation) {
		t.Errorf("a producer listens to what the worker fetches: got %v, want %v", err, nats.ErrPermissionViolation)
	}
}

// reads fetches the one result through a durable consumer and acknowledges it.
func reads(t *testing.T, js jetstream.JetStream) {
	t.Helper()
	durable, err := js.CreateConsumer(t.Context(), "BILLING_OUT", jetstream.ConsumerConfig{
		Durable: "accounting", FilterSubject: "billing.out.P100.>", AckPolicy: jetstream.AckExplicitPolicy,
	})
	if err != nil {
		t.Fatalf("a consumer makes its durable consumer: %v", err)
	}
	message, err := durable.Next(jetstream.FetchMaxWait(answerWaitMax))
	if err != nil {
		t.Fatalf("a consumer fetches a result: %v", err)
	}
	if err := message.DoubleAck(t.Context()); err != nil {
		t.Errorf("a consumer acknowledges a result: %v", err)
	}
}

// TestRequestGrants: a client asks the partner API and is answered; nobody else listens to what it asks, or asks.
func TestRequestGrants(t *testing.T) {
	broker := startShipped(t)
	const subject = "accruald.api.v1.ListServiceTypes"
	conn := func(user, inbox string) *nats.Conn { return as(t, broker, user, inbox).Conn() }
	worker, client := conn("worker", "_INBOX"), conn("client", "_INBOX_client")
	if _, err := worker.QueueSubscribe(subject, "accruald-api", func(m *nats.Msg) { _ = m.Respond([]byte("{}")) }); err != nil {
		t.Fatal(err)
	}
	if err := worker.FlushTimeout(answerWaitMax); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Request(subject, nil, answerWaitMax); err != nil {
		t.Errorf("a client asks: %v", err)
	}
	for _, user := range []string{"producer", "consumer", "client"} {
		c := conn(user, "_INBOX_"+user)
		for _, listened := range []string{"accruald.api.v1.>", "$SRV.>", "_INBOX.>"} {
			if _, err := c.SubscribeSync(listened); err != nil {
				t.Fatal(err)
			}
			if err := c.FlushTimeout(answerWaitMax); err != nil {
				t.Fatal(err)
			}
			if err := c.LastError(); !errors.Is(err, nats.ErrPermissionViolation) {
				t.Errorf("%s listens to %q: %v", user, listened, err)
			}
		}
	}
	for user, subject := range map[string]string{"producer": subject, "consumer": subject, "client": "billing.in.P100.order.placed"} {
		c := conn(user, "_INBOX_"+user)
		if err := c.Publish(subject, nil); err != nil {
			t.Fatal(err)
		}
		if err := c.FlushTimeout(answerWaitMax); err != nil {
			t.Fatal(err)
		}
		if err := c.LastError(); !errors.Is(err, nats.ErrPermissionViolation) {
			t.Errorf("%s publishes to %q: %v", user, subject, err)
		}
	}
}
