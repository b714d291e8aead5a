package events

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
)

// Source is who speaks in what this system publishes.
const Source = "/accruald"

// Out is one outgoing event. Data is an outbound struct of this package, or its JSON (jsontext.Value) when it was
// stored before.
type Out struct {
	ID        string
	Type      string
	PartnerID string
	Subject   string
	Time      time.Time
	Data      any
}

// NewOut returns the outgoing event of the given type about a thing, the count-th of that type and thing that cause
// leads to. Its id derives from these alone, so that a replay emits the same; its time and partner are the cause's. The
// partition key is part of the cause: source and id name an event within it only, and the broker drops what it takes for
// a repetition.
func NewOut(cause *Event, typ, thing string, count int, data OutData) Out {
	data.stamp(cause.ID)
	return Out{
		ID:   DeriveID(cause.PartitionKey, cause.Source, cause.ID, typ, thing, strconv.Itoa(count)),
		Type: typ, PartnerID: cause.PartitionKey, Subject: thing, Time: cause.Time, Data: data,
	}
}

// NewRejectedOut returns the event.rejected of the attempt-th refusal of cause. Its id also derives from the content
// and the code, since another content under the same id is another refusal.
func NewRejectedOut(cause *Event, why *Rejection, attempt int) Out {
	data := &EventRejected{
		Origin: Origin{Version: attempt}, Source: cause.Source, ID: cause.ID, Type: cause.Type,
		Code: why.Code, Message: why.Message, Pointer: why.Pointer, Retryable: why.Retryable,
	}
	out := NewOut(cause, TypeEventRejected, cause.ID, 0, data)
	out.ID = DeriveID(cause.PartitionKey, cause.Source, cause.ID, TypeEventRejected, cause.ID, "0",
		hex.EncodeToString(cause.ContentHash[:]), why.Code, strconv.Itoa(attempt))
	return out
}

// Payload returns the event's data as JSON.
func (o Out) Payload() ([]byte, error) {
	payload, err := json.Marshal(o.Data, json.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("encode data of %s %q: %w", o.Type, o.ID, err)
	}
	return payload, nil
}

func (o Out) envelope() Envelope {
	return Envelope{
		ID: o.ID, Source: Source, Type: o.Type, Subject: o.Subject, PartitionKey: o.PartnerID, Time: o.Time,
	}
}

// Structured returns the event as one structured CloudEvent on one line, without a line end.
func (o Out) Structured() ([]byte, error) {
	payload, err := o.Payload()
	if err != nil {
		return nil, err
	}
	return appendStructured(o.envelope(), payload)
}

// Message returns the event in binary mode: headers and data of a NATS message. Nats-Msg-Id is the event's id, which
// differs wherever the content does.
func (o Out) Message() (map[string][]string, []byte, error) {
	payload, err := o.Payload()
	if err != nil {
		return nil, nil, err
	}
	header := binaryHeader(o.envelope())
	header["Nats-Msg-Id"] = []string{o.ID}
	return header, payload, nil
}
