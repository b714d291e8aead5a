package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

const (
	// readerMessagesMax and readerBytesMax bound what one reader holds for
	// Take; as much again can be on its way from the server.
	readerMessagesMax = 256
	readerBytesMax    = 4 << 20
)

// PartitionReader gives out the messages of one partition of the input stream
// in stream order, each once, from a position on. Take, Ack and Close belong
// to one goroutine; Stats and Err may be called from any.
//
// The position is the caller's: what was taken and not acknowledged is given
// out again by the next reader that is opened at the same position.
type PartitionReader struct {
	bus       *Bus
	partition int
	notify    chan<- struct{}
	log       *slog.Logger
	created   time.Time // of the stream, as first seen

	mu          sync.Mutex
	buffer      []Message
	bufferBytes int
	seen        uint64     // last sequence put into the buffer
	acked       uint64     // last sequence the caller acknowledged
	unacked     []delivery // of the present consumer, ascending
	pull        *pull
	reopened    uint64
	lastErr     error
	err         error

	room   chan struct{} // 1: Take made room
	wake   chan struct{} // 1: try again at once
	cancel context.CancelFunc
	done   chan struct{}
}

// delivery is where the server wants a message acknowledged.
type delivery struct {
	sequence uint64
	reply    string
}

// ReaderStats are a reader's state, for metrics and health.
type ReaderStats struct {
	// Buffered messages wait for Take.
	Buffered int
	// Seen and Acknowledged are stream sequences.
	Seen, Acknowledged uint64
	// Reopened counts how often the consumer had to be opened again.
	Reopened uint64
	// LastErr is why it was opened again the last time, nil if never.
	LastErr error
}

// OpenPartition opens the reader of one partition (0 to Partitions-1) behind
// the position `after` (0: from the beginning). The context bounds the
// opening only; the reader lives until Close. Whenever something arrives the
// notify channel gets a signal that is dropped if nobody is waiting and the
// channel is full, so give it a capacity of 1; all readers may share it.
//
// Errors wrap ErrPositionLost or ErrPositionAhead if the stream does not hold
// what comes after the position.
func (b *Bus) OpenPartition(ctx context.Context, partition int, after uint64, notify chan<- struct{}) (*PartitionReader, error) {
	if partition < 0 || partition >= Partitions {
		return nil, fmt.Errorf("open partition %d: there are %d, counted from 0", partition, Partitions)
	}
	facts, err := b.Stream(ctx, InputStream)
	if err != nil {
		return nil, err
	}
	r := &PartitionReader{
		bus: b, partition: partition, notify: notify, created: facts.Created,
		log:  b.log.With("partition", partition),
		seen: after, acked: after,
		room: make(chan struct{}, 1), wake: make(chan struct{}, 1), done: make(chan struct{}),
	}
	first, err := r.open(ctx, facts)
	if err != nil {
		return nil, err
	}
	var life context.Context
	life, r.cancel = context.WithCancel(context.WithoutCancel(ctx)) // Close ends it
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		r.cancel()
		first.Stop()
		return nil, fmt.Errorf("open partition %d: %w", partition, nats.ErrConnectionClosed)
	}
	b.readers[r] = struct{}{}
	b.mu.Unlock()
	go r.run(life, first)
	return r, nil
}

// Partition is the number the reader was opened for.
func (r *PartitionReader) Partition() int { return r.partition }

// Take returns at most limit messages that have arrived, in stream order,
// without waiting; none if there are none. They are the caller's.
func (r *PartitionReader) Take(limit int) []Message {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := min(limit, len(r.buffer))
	if n <= 0 {
		return nil
	}
	taken := r.buffer[:n:n]
	for i := range taken {
		r.bufferBytes -= len(taken[i].Data)
	}
	r.buffer = r.buffer[n:]
	if len(r.buffer) == 0 {
		r.buffer = nil // the caller has the array now
	}
	signal(r.room)
	return taken
}

// Ack acknowledges everything up to a sequence, after it has been committed.
// Nothing is awaited: an acknowledgement that gets lost is covered by the
// next, and the position in the database is what counts.
func (r *PartitionReader) Ack(sequence uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if sequence <= r.acked {
		return
	}
	r.acked = sequence
	n := 0
	for n < len(r.unacked) && r.unacked[n].sequence <= sequence {
		n++
	}
	if n == 0 {
		return
	}
	r.publishAck(r.unacked[n-1].reply)
	r.unacked = r.unacked[n:]
}

func (r *PartitionReader) publishAck(reply string) {
	if err := r.bus.conn.Publish(reply, acknowledgement); err != nil {
		r.log.Debug("acknowledgement not sent, the next covers it", "err", err)
	}
}

var acknowledgement = []byte("+ACK")

// Stats returns the present state.
func (r *PartitionReader) Stats() ReaderStats {
	r.mu.Lock()
	defer r.mu.Unlock()
	return ReaderStats{
		Buffered: len(r.buffer), Seen: r.seen, Acknowledged: r.acked, Reopened: r.reopened, LastErr: r.lastErr,
	}
}

// Err is nil while the reader reads or tries to. It is set, and the notify
// channel signalled, when reading on would pass over events: the errors of
// OpenPartition and ErrStreamReplaced. The owner must stop then.
func (r *PartitionReader) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// Close stops reading and waits until the reader has stopped. What was taken
// can no longer be acknowledged. A second call does nothing.
func (r *PartitionReader) Close() {
	r.cancel()
	r.interrupt()
	<-r.done
	r.bus.mu.Lock()
	delete(r.bus.readers, r)
	r.bus.mu.Unlock()
}

// interrupt ends the present session, so that the consumer is opened again.
func (r *PartitionReader) interrupt() {
	r.mu.Lock()
	if r.pull != nil {
		r.pull.Stop()
	}
	r.mu.Unlock()
	signal(r.wake)
}

// offer takes one delivery in. Sequences already seen are dropped, but their
// place of acknowledgement is kept: after reopening it is the only valid one.
func (r *PartitionReader) offer(message Message, reply string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if message.Sequence <= r.acked {
		r.publishAck(reply) // acknowledged while the consumer was being opened again
	} else if n := len(r.unacked); n == 0 || r.unacked[n-1].sequence < message.Sequence {
		r.unacked = append(r.unacked, delivery{message.Sequence, reply})
	}
	if message.Sequence <= r.seen {
		return
	}
	r.seen = message.Sequence
	r.buffer = append(r.buffer, message)
	r.bufferBytes += len(message.Data)
	signal(r.notify)
}

// full reports whether the buffer has reached a bound.
func (r *PartitionReader) full() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.buffer) >= readerMessagesMax || r.bufferBytes >= readerBytesMax
}

// fail ends the reader for good with an error the owner must look at.
func (r *PartitionReader) fail(err error) {
	r.mu.Lock()
	r.err = err
	r.mu.Unlock()
	r.log.Error("partition cannot be read on", "err", err)
	signal(r.notify)
}

// signal never blocks: a signal that is already there says the same.
func signal(channel chan<- struct{}) {
	select {
	case channel <- struct{}{}:
	default:
	}
}

// passesOver reports whether reading on after err would skip events.
func passesOver(err error) bool {
	return errors.Is(err, ErrPositionLost) || errors.Is(err, ErrPositionAhead) || errors.Is(err, ErrStreamReplaced)
}
