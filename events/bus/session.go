package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	consumerPrefix = "p-"

	// unackedCountMax stops the server from sending on to a reader whose
	// owner does not commit.
	unackedCountMax = 4_096
	// ackWait is long because nothing depends on redelivery: a reader that
	// misses something opens its consumer again.
	ackWait = time.Hour

	// stallCheckInterval: an idle reader asks the stream itself whether there
	// is something it was not sent (F79).
	stallCheckInterval = 20 * time.Second
	// healthySessionLife resets the backoff of reopening.
	healthySessionLife = 10 * time.Second
)

// session is one life of the reader's durable consumer.
type session struct {
	*pull
	// suspect is a stored message that had not arrived at the last check.
	suspect uint64
}

func partitionFilter(partition int) string {
	return fmt.Sprintf("%s%d.>", partitionPrefix, partition)
}

func consumerName(partition int) string {
	return fmt.Sprintf("%s%d", consumerPrefix, partition)
}

func partitionConsumer(partition int, start uint64) jetstream.ConsumerConfig {
	return jetstream.ConsumerConfig{
		Durable: consumerName(partition), FilterSubject: partitionFilter(partition),
		DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: start,
		AckPolicy: jetstream.AckAllPolicy, AckWait: ackWait, MaxDeliver: -1, MaxAckPending: unackedCountMax,
		MemoryStorage: true, // the position is in the database; see doc.go
	}
}

// open makes the durable consumer stand behind what is acknowledged and
// starts pulling. What was seen beyond that is sent again and dropped, so
// that the acknowledged position of the consumer never runs ahead of the
// database.
func (r *PartitionReader) open(ctx context.Context, facts StreamFacts) (*session, error) {
	r.mu.Lock()
	seen, acked := r.seen, r.acked
	r.unacked = nil // acknowledgements of another consumer must not count for this one (F76)
	r.mu.Unlock()
	if !facts.Created.Equal(r.created) {
		return nil, fmt.Errorf("%w: stream %q was made anew at %s while it was being read: its positions begin again; "+
			"start with a new database, or restore the stream", ErrStreamReplaced, InputStream, facts.Created.Format(time.RFC3339))
	}
	if err := facts.CheckPosition(r.bus.config.StreamPrefix+InputStream, seen); err != nil {
		return nil, err
	}
	consumer, err := r.bus.standAt(ctx, r.partition, max(acked+1, facts.First))
	if err != nil {
		return nil, fmt.Errorf("open partition %d after %d: %w", r.partition, acked, err)
	}
	started, err := r.bus.startPull(consumer)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	r.pull = started
	r.mu.Unlock()
	return &session{pull: started}, nil
}

// standAt returns the partition's durable consumer, sending from a sequence
// on. One that stands anywhere else is deleted and made anew: an existing
// durable does not send again what it has sent. So is one with deliveries
// open or somebody pulling (F78).
func (b *Bus) standAt(ctx context.Context, partition int, start uint64) (jetstream.Consumer, error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	stream, want := b.config.StreamPrefix+InputStream, partitionConsumer(partition, start)
	consumer, err := b.js.Consumer(ctx, stream, want.Durable)
	if err == nil {
		info := consumer.CachedInfo()
		got := info.Config
		sameRules := got.FilterSubject == want.FilterSubject && got.AckPolicy == want.AckPolicy && got.AckWait == want.AckWait &&
			got.MaxDeliver == want.MaxDeliver && got.MaxAckPending == want.MaxAckPending && got.MemoryStorage == want.MemoryStorage
		idle := info.NumAckPending == 0 && info.NumWaiting == 0 && !info.Paused
		if sameRules && idle && info.AckFloor.Stream+1 == start {
			return consumer, nil
		}
		err = b.js.DeleteConsumer(ctx, stream, want.Durable)
	}
	if err != nil && !errors.Is(err, jetstream.ErrConsumerNotFound) {
		return nil, err
	}
	return b.js.CreateConsumer(ctx, stream, want)
}

// run owns the sessions: it reads until something is wrong and opens again,
// with backoff, for ever, unless reading on would pass over events.
func (r *PartitionReader) run(life context.Context, current *session) {
	defer close(r.done)
	for attempt := 0; ; attempt++ {
		if current != nil && life.Err() != nil {
			current.Stop() // Close came while this session was being opened
			return
		}
		if current != nil {
			opened := time.Now()
			err := r.read(life, current)
			current.Stop()
			if life.Err() != nil {
				return
			}
			if time.Since(opened) > healthySessionLife {
				attempt = 0
			}
			r.noteReopening(err)
		}
		if !r.waitBeforeReopening(life, reconnectDelay(attempt)) {
			return
		}
		var err error
		if current, err = r.reopen(life); err == nil {
			continue
		}
		if life.Err() != nil {
			return
		}
		if passesOver(err) {
			r.fail(err)
			return
		}
		r.noteReopening(err)
	}
}

func (r *PartitionReader) reopen(life context.Context) (*session, error) {
	facts, err := r.bus.Stream(life, InputStream)
	if err != nil {
		return nil, err
	}
	return r.open(life, facts)
}

func (r *PartitionReader) noteReopening(err error) {
	r.mu.Lock()
	r.reopened++
	r.lastErr = err
	after := r.seen
	r.mu.Unlock()
	r.log.Warn("partition is opened again", "after", after, "err", err)
}

// waitBeforeReopening is cut short by a new connection.
func (r *PartitionReader) waitBeforeReopening(life context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-life.Done():
		return false
	case <-r.wake:
	case <-timer.C:
	}
	return true
}

// read moves messages from the session into the buffer until the session
// ends or proves incomplete; the error is never nil.
func (r *PartitionReader) read(life context.Context, s *session) error {
	for {
		for r.full() {
			select {
			case <-life.Done():
				return life.Err()
			case <-r.room:
			}
		}
		message, reply, err := s.next(stallCheckInterval)
		switch {
		case err == nil:
			r.offer(message, reply)
		case errors.Is(err, nats.ErrTimeout):
			if err := r.checkStalled(life, s); err != nil {
				return err
			}
		default:
			return err
		}
	}
}

// checkStalled returns an error if the partition holds a message that had not
// been sent at two checks in a row, though the connection stands.
func (r *PartitionReader) checkStalled(ctx context.Context, s *session) error {
	r.mu.Lock()
	seen, waiting := r.seen, len(r.unacked)
	r.mu.Unlock()
	if waiting >= unackedCountMax {
		return nil // the server waits for the owner to commit
	}
	next, err := r.bus.nextStored(ctx, InputStream, partitionFilter(r.partition), seen)
	if err != nil {
		return err
	}
	if next != 0 && next == s.suspect {
		return fmt.Errorf("%w: message %d of partition %d is stored and not sent", errStalled, next, r.partition)
	}
	s.suspect = next
	return nil
}
