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

// jetStream is what an operator has, beside the worker's own connection.
func (r *rig) jetStream() jetstream.JetStream {
	r.t.Helper()
	conn, err := nats.Connect(r.server.URL())
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(conn.Close)
	js, err := jetstream.New(conn)
	if err != nil {
		r.t.Fatal(err)
	}
	return js
}

func (r *rig) deleteLastReference() {
	r.t.Helper()
	last, err := r.bus.ReferenceLast(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	stream, err := r.jetStream().Stream(r.t.Context(), bus.ReferenceStream)
	if err == nil {
		err = stream.DeleteMsg(r.t.Context(), last)
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

// output reads the whole output stream.
func (r *rig) output() []outputMessage {
	r.t.Helper()
	js := r.jetStream()
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
