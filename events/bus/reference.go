package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

const (
	// referenceConsumer is a durable consumer that nobody reads data from: its
	// acknowledged position says up to where reference events are applied.
	referenceConsumer = "reference"

	// referenceAckWait brings back soon what a process fetched and did not
	// live to acknowledge.
	referenceAckWait       = time.Second
	referenceFetchCountMax = 1_000
	referenceFetchWait     = 2 * time.Second
	referencePollMillisMin = 5
	referencePollMillisMax = 250
)

// ReadReference returns at most limit messages of the reference stream after
// a position, in order; none if there are none. What it returns has no gap:
// a delivery that got lost is an error (Temporary). Errors wrap
// ErrPositionLost or ErrPositionAhead as those of OpenPartition do.
func (b *Bus) ReadReference(ctx context.Context, after uint64, limit int) ([]Message, error) {
	name := b.config.StreamPrefix + ReferenceStream
	facts, err := b.Stream(ctx, ReferenceStream)
	if err != nil {
		return nil, err
	}
	if err := facts.CheckPosition(name, after); err != nil {
		return nil, err
	}
	if facts.Last == after || limit <= 0 {
		return nil, nil
	}
	created, cancel := bounded(ctx)
	defer cancel()
	consumer, err := b.js.CreateConsumer(created, name, jetstream.ConsumerConfig{
		AckPolicy: jetstream.AckNonePolicy, DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: after + 1,
		MemoryStorage: true, Replicas: 1, InactiveThreshold: scratchConsumerLife,
	})
	if err != nil {
		return nil, fmt.Errorf("read stream %q after %d: %w", name, after, err)
	}
	info := consumer.CachedInfo()
	defer b.dropScratchConsumer(ctx, name, info.Name)
	return b.readExactly(ctx, consumer, int(min(uint64(limit), info.NumPending)))
}

// ReferenceLast is the sequence of the newest reference message, 0 if there
// never was one: one request.
func (b *Bus) ReferenceLast(ctx context.Context) (uint64, error) {
	facts, err := b.Stream(ctx, ReferenceStream)
	return facts.Last, err
}

func (b *Bus) ensureReferenceConsumer(ctx context.Context) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	stream := b.config.StreamPrefix + ReferenceStream
	_, err := b.js.CreateConsumer(ctx, stream, jetstream.ConsumerConfig{
		Durable: referenceConsumer, Description: "its acknowledged position is what is applied",
		DeliverPolicy: jetstream.DeliverAllPolicy, HeadersOnly: true,
		AckPolicy: jetstream.AckAllPolicy, AckWait: referenceAckWait, MaxDeliver: -1, MaxAckPending: unackedCountMax,
	})
	if errors.Is(err, jetstream.ErrConsumerExists) {
		return fmt.Errorf("%w: consumer %q of stream %q exists and is not as needed: delete it with `nats consumer rm`, its position is found again",
			ErrStreamConfig, referenceConsumer, stream)
	}
	if err != nil {
		return fmt.Errorf("create consumer %q of stream %q: %w", referenceConsumer, stream, err)
	}
	return nil
}

// AckReference says that the reference events up to a sequence are applied
// and what they caused is relayed. The position only ever moves forward,
// whoever calls and in whatever order: the consumer is fetched (headers only)
// up to the sequence and the last of it acknowledged with all before. Calling
// again with an old sequence costs two requests; do so at start, since a
// server that crashed may have forgotten the last step.
func (b *Bus) AckReference(ctx context.Context, sequence uint64) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	consumer, err := b.js.Consumer(ctx, b.config.StreamPrefix+ReferenceStream, referenceConsumer)
	if err != nil {
		return fmt.Errorf("acknowledge reference events up to %d: %w", sequence, err)
	}
	for { // each round acknowledges something or waits for redelivery, within ctx
		applied, floor, err := b.appliedUpTo(ctx, consumer, sequence)
		if err == nil && applied {
			return nil
		}
		if err == nil {
			err = ackFetched(ctx, consumer, floor, sequence)
		}
		if err != nil {
			return fmt.Errorf("acknowledge reference events up to %d: %w", sequence, err)
		}
	}
}

// appliedUpTo compares the acknowledged position with the next message that
// is really there: the message of the sequence itself may be deleted.
func (b *Bus) appliedUpTo(ctx context.Context, consumer jetstream.Consumer, sequence uint64) (applied bool, floor uint64, err error) {
	info, err := consumer.Info(ctx)
	if err != nil {
		return false, 0, err
	}
	floor = info.AckFloor.Stream
	if floor >= sequence {
		return true, floor, nil
	}
	next, err := b.nextStored(ctx, ReferenceStream, ReferenceSubjects, floor)
	return next == 0 || next > sequence, floor, err
}

// ackFetched fetches once and acknowledges the last message that is not
// beyond the sequence; one beyond is sent again after referenceAckWait.
func ackFetched(ctx context.Context, consumer jetstream.Consumer, floor, sequence uint64) error {
	batch, err := consumer.Fetch(int(min(sequence-floor, referenceFetchCountMax)), jetstream.FetchMaxWait(referenceFetchWait))
	if err != nil {
		return err
	}
	var last jetstream.Msg
	highest := floor
	for message := range batch.Messages() {
		facts, err := message.Metadata()
		if err != nil {
			return err
		}
		if at := facts.Sequence.Stream; at > highest && at <= sequence {
			highest, last = at, message
		}
	}
	if err := batch.Error(); err != nil && !errors.Is(err, jetstream.ErrNoMessages) {
		return err
	}
	if last == nil {
		return nil
	}
	return last.DoubleAck(ctx)
}

// WaitReferenceApplied returns when the reference events up to a sequence are
// applied and relayed, or with an error when ctx ends.
func (b *Bus) WaitReferenceApplied(ctx context.Context, sequence uint64) error {
	var floor uint64
	for wait := referencePollMillisMin; ; wait = min(2*wait, referencePollMillisMax) {
		applied, at, err := b.referenceApplied(ctx, sequence)
		switch {
		case err == nil && applied:
			return nil
		case err == nil:
			floor = at
		case !Temporary(err) && !errors.Is(err, jetstream.ErrConsumerNotFound) && ctx.Err() == nil:
			return fmt.Errorf("wait for reference events up to %d: %w", sequence, err)
		}
		if !pause(ctx, time.Duration(wait)*time.Millisecond) {
			return fmt.Errorf("wait for reference events up to %d, applied up to %d: %w: check that a worker is running",
				sequence, floor, ctx.Err())
		}
	}
}

func (b *Bus) referenceApplied(ctx context.Context, sequence uint64) (bool, uint64, error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	consumer, err := b.js.Consumer(ctx, b.config.StreamPrefix+ReferenceStream, referenceConsumer)
	if err != nil {
		return false, 0, err
	}
	return b.appliedUpTo(ctx, consumer, sequence)
}
