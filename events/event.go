package events

import (
	"cmp"
	"strings"
	"time"
)

// Data is the payload of an inbound event: a pointer to one of this package's payload structs.
type Data interface {
	// EventType is the wire type, one of the Type constants.
	EventType() string
}

// Envelope holds the CloudEvents attributes of an event.
type Envelope struct {
	ID           string
	Source       string
	Type         string
	Subject      string
	PartitionKey string
	// Time is when it happened, with the offset it was sent with and microsecond resolution.
	Time time.Time
}

// Event is one decoded CloudEvent. Payload is its data as received; ContentHash identifies its content (hash.go).
type Event struct {
	ID           string
	Source       string
	Type         string
	Subject      string
	PartitionKey string
	Time         time.Time
	Data         Data
	Payload      []byte
	ContentHash  [32]byte
}

// Envelope returns the attributes that, with Payload, restore the event.
func (e *Event) Envelope() Envelope {
	return Envelope{
		ID: e.ID, Source: e.Source, Type: e.Type, Subject: e.Subject, PartitionKey: e.PartitionKey, Time: e.Time,
	}
}

// Key orders events: when it happened, then who speaks, then which.
type Key struct {
	Time   time.Time
	Source string
	ID     string
}

// Key returns the ordering key of the event.
func (e *Event) Key() Key { return Key{Time: e.Time, Source: e.Source, ID: e.ID} }

// Compare is negative, zero or positive as k stands before, at or after other; times compare as instants.
func (k Key) Compare(other Key) int {
	return cmp.Or(k.Time.Compare(other.Time), strings.Compare(k.Source, other.Source), strings.Compare(k.ID, other.ID))
}
