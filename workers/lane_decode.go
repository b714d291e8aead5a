package workers

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/events/bus"
)

// Clock says which clock tells when an event arrived.
type Clock string

const (
	// ClockWall: the broker's time of storing; expiry and retries follow it.
	ClockWall Clock = "wall"
	// ClockInput: the highest event time so far, so that a file is decided the
	// same whenever it is run.
	ClockInput Clock = "input"
)

// decode turns a message of the input stream into a delivery. It has no
// error: what cannot be read is delivered as rejected.
func decode(stream string, partition int, message bus.Message, clock Clock) Delivery {
	delivery := Delivery{Partition: partition, Sequence: message.Sequence}
	if clock == ClockWall {
		delivery.Arrived = message.Time.UTC().Truncate(time.Microsecond)
	}
	partner := message.Partner()
	if !events.ValidID(partner) {
		// Nobody has such an id: the message is recorded under one of its own, that any database can store.
		delivery.Event = unreadable(stream, strangerID(partner), message)
		delivery.Rejection = mismatch("the message came on a subject whose partner %q is not an id", partner)
		return delivery
	}
	delivery.Event, delivery.Rejection = read(stream, partner, message)
	if delivery.Event.PartitionKey != partner {
		// The partition is the subject's; whoever else is named in the envelope
		// may be decided by another owner at this moment.
		delivery.Event, delivery.Rejection = unreadable(stream, partner, message), mismatch(
			"the message came on the subject of partner %q, its partition key is %q", partner, delivery.Event.PartitionKey)
	} else if token := typeToken(message.Subject); delivery.Rejection == nil && token != unversioned(delivery.Event.Type) {
		delivery.Rejection = mismatch("the message came on a subject for %q, its type is %q", token, delivery.Event.Type)
	}
	return delivery
}

// read decodes a message; the event is never nil.
func read(stream, partner string, message bus.Message) (*events.Event, *events.Rejection) {
	event, err := events.DecodeMessage(message.Header, message.Data)
	if err == nil {
		return event, nil
	}
	why, ok := errors.AsType[*events.Rejection](err)
	if !ok {
		why = &events.Rejection{Code: events.CodeEnvelopeInvalid, Message: err.Error()}
	}
	if event == nil {
		event = unreadable(stream, partner, message)
	}
	return event, why
}

// unreadable stands for a message whose envelope cannot be read: recorded
// under the stream and the hash of the message, at the time it was stored.
func unreadable(stream, partner string, message bus.Message) *events.Event {
	sum := messageHash(message)
	return &events.Event{
		ID: hex.EncodeToString(sum[:]), Source: "nats:" + stream, PartitionKey: partner, Time: message.Time.UTC().Truncate(time.Microsecond),
		Payload: message.Data, ContentHash: sum,
	}
}

// strangerID stands for a partner token that is not an id: the same token always by the same name.
func strangerID(token string) string { return "invalid-" + events.DeriveID("partner", token) }

func mismatch(format string, args ...any) *events.Rejection {
	return &events.Rejection{Code: events.CodeSubject, Message: fmt.Sprintf(format, args...) + "; publish it on its own subject"}
}

// messageHash covers what makes the message: its data, and the headers that
// carry the envelope in binary mode.
func messageHash(message bus.Message) [sha256.Size]byte {
	hash := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(message.Header)) {
		lower := strings.ToLower(name)
		if strings.HasPrefix(lower, "ce-") || lower == "content-type" {
			fmt.Fprintf(hash, "%q: %q\n", lower, message.Header[name])
		}
	}
	hash.Write(message.Data)
	return [sha256.Size]byte(hash.Sum(nil))
}

// storedSubjectTokens: billing, part, its number, the partner, the rest.
const storedSubjectTokens = 5

// typeToken is the rest of a stored subject, behind its partner: the type
// without its version.
func typeToken(subject string) string {
	tokens := strings.SplitN(subject, ".", storedSubjectTokens)
	return tokens[len(tokens)-1]
}

// unversioned cuts the last part of a type, its version.
func unversioned(typ string) string {
	if end := strings.LastIndexByte(typ, '.'); end >= 0 {
		return typ[:end]
	}
	return typ
}
