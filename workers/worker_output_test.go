package workers

import (
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/accruald/accruald/events/bus"
)

type outputMessage struct {
	subject, partner, id string
	data                 []byte
}

// output reads the whole output stream.
func (r *rig) output() []outputMessage {
	r.t.Helper()
	conn, err := nats.Connect(r.server.URL())
	if err != nil {
		r.t.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		r.t.Fatal(err)
	}
	consumer, err := js.CreateConsumer(r.t.Context(), bus.OutputStream, jetstream.ConsumerConfig{
		AckPolicy: jetstream.AckNonePolicy, MemoryStorage: true, DeliverPolicy: jetstream.DeliverAllPolicy})
	if err != nil {
		r.t.Fatal(err)
	}
	left := int(consumer.CachedInfo().NumPending)
	var out []outputMessage
	for left > 0 {
		batch, err := consumer.Fetch(min(left, 500), jetstream.FetchMaxWait(5*time.Second))
		if err != nil {
			r.t.Fatal(err)
		}
		for m := range batch.Messages() {
			out = append(out, outputMessage{subject: m.Subject(), partner: m.Headers()["ce-partitionkey"][0], id: m.Headers().Get(jetstream.MsgIDHeader), data: m.Data()})
			left--
		}
		if err := batch.Error(); err != nil {
			r.t.Fatal(err)
		}
	}
	return out
}
