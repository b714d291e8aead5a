package bus

import (
	"hash/fnv"
	"strings"
	"time"
)

// Partitions is the number of partitions of the input stream, for life: to
// change it, stop the producers, drain, and make a new stream. Changing it on
// the living stream splits partners over two partitions.
const Partitions = 64

// Subjects of the three streams, as published.
const (
	// InputSubjects: `billing.in.<partner>.<type without version>`. A subject
	// with fewer tokens is in no stream, so its publisher gets an error.
	InputSubjects = "billing.in.*.>"
	// ReferenceSubjects: `billing.ref.<type without version>`.
	ReferenceSubjects = "billing.ref.>"
	// OutputSubjects: `billing.out.<partner>.<type without version>`.
	OutputSubjects = "billing.out.>"
)

const (
	inputPrefix     = "billing.in."
	referencePrefix = "billing.ref."
	outputPrefix    = "billing.out."
	partitionPrefix = "billing.part."

	// partitionedSubjects is what the input stream stores: the partition, a
	// hash of the partner, then what was published after `billing.in.`.
	partitionedSubjects = "billing.part.{{partition(64,1)}}.{{wildcard(1)}}.>"
)

// Message is one stored message, whole and as the broker has it.
type Message struct {
	// Sequence is the message's number in its stream, from 1, with gaps.
	Sequence uint64
	// Subject as stored: `billing.part.<n>.<partner>.<type>` on input.
	Subject string
	// Header has the names as they were sent; names are case-sensitive.
	Header map[string][]string
	Data   []byte
	// Time is the broker's, of storing.
	Time time.Time
}

// Partner is the partner token of the subject, on input (as published and as
// stored) and output; empty on reference subjects, which belong to nobody.
func (m Message) Partner() string {
	rest, ok := strings.CutPrefix(m.Subject, partitionPrefix)
	if ok {
		_, rest, _ = strings.Cut(rest, ".")
	} else if rest, ok = strings.CutPrefix(m.Subject, inputPrefix); !ok {
		rest, _ = strings.CutPrefix(m.Subject, outputPrefix)
		if rest == m.Subject {
			return ""
		}
	}
	partner, _, _ := strings.Cut(rest, ".")
	return partner
}

// PartitionOf is the partition of a partner: the server's own function
// (FNV-1a of 32 bits, modulo), so that both sides agree.
func PartitionOf(partner string) int {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(partner)) // never fails, by its contract
	return int(hash.Sum32() % Partitions)
}
