package workers

import (
	"errors"
	"time"

	"github.com/accruald/accruald/events"
)

// ErrNotOwner says that a partition belongs to another owner by now, or was
// leased anew: nothing of the batch was stored, and its partitions are to be
// given up.
var ErrNotOwner = errors.New("the partition has another owner")

// ErrCommitUnknown says that the connection broke while the batch was
// committed: it is stored as a whole or not at all. Process the same batch
// again; the inbox knows what stands. What it had put into the outbox is then
// in the table and not in Committed.
var ErrCommitUnknown = errors.New("the outcome of the commit is unknown")

// A Delivery is one message of a partition, or one line of a file.
type Delivery struct {
	Partition int
	Sequence  uint64 // in the input stream, 0 for what comes from no stream
	// Event is what was readable, never nil. An unreadable envelope has the
	// source "nats:<stream>", the hash of the message as id, and the partner of
	// the subject.
	Event     *events.Event
	Rejection *events.Rejection // why it could not be decoded, nil if it could
	Arrived   time.Time         // broker time; zero: the highest event time so far
}

// A Position is how far the input stream has been read once a batch is
// stored. The zero Position moves nothing.
type Position struct {
	Stream  string    // name of the input stream
	Created time.Time // tells two streams of one name apart
	Moves   []Move    // at most one for each partition
}

// A Move puts the position of one partition forward, under the owner's epoch.
type Move struct {
	Partition int
	Sequence  uint64
	Epoch     int64
}

// An OutboxRow is one outgoing message in its place in the order of its
// partition. Header holds Nats-Msg-Id.
type OutboxRow struct {
	Partition int
	No        int64
	Subject   string
	MsgID     string
	Header    map[string][]string
	Data      []byte
}

// An Outcome is what became of a delivery in its batch. What heals or expires
// later is told by what goes out.
type Outcome string

// Outcomes; they are the values of the label outcome, too.
const (
	OutcomeAccepted  Outcome = "accepted"
	OutcomeRejected  Outcome = "rejected"  // conflicts among them
	OutcomeWaiting   Outcome = "waiting"   // for a predecessor
	OutcomeDuplicate Outcome = "duplicate" // received before, without effect
)

// Committed is what a stored batch came to.
type Committed struct {
	Outbox   []OutboxRow // in order, by partition
	Outcomes []Outcome   // one for each delivery, in order
	Rounds   int         // times the batch was decided; above 1 when a need was not foreseen
}

// Count is the number of deliveries with an outcome.
func (c Committed) Count(outcome Outcome) (n int) {
	for _, o := range c.Outcomes {
		if o == outcome {
			n++
		}
	}
	return n
}
