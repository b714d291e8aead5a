package bus

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// StreamFacts are what a stored position is judged by.
type StreamFacts struct {
	// Created tells two streams of one name apart.
	Created time.Time
	// First is the sequence of the oldest message still held, Last that of
	// the newest; an emptied stream has First = Last+1, a new one 0 and 0.
	First, Last uint64
	// Messages held.
	Messages uint64
}

// CheckPosition judges whether reading can go on after the given sequence: it
// returns ErrPositionLost if messages after it are gone, ErrPositionAhead if
// the stream never got there (it was restored or made anew), each with a
// sentence. Whether Created is the one stored with the position is for the
// caller to compare first.
func (f StreamFacts) CheckPosition(stream string, after uint64) error {
	if after > f.Last {
		return fmt.Errorf("%w: the position %d lies behind the end %d of stream %q, so new events would be passed over: "+
			"the stream was restored or made anew; restore the database and the stream of the same day, or start with a new database",
			ErrPositionAhead, after, f.Last, stream)
	}
	if f.First > after+1 {
		return fmt.Errorf("%w: stream %q begins at %d, the position is %d: the events between have expired or were purged unread; "+
			"restore a newer database backup, or have the sources send again what is missing and set the position to %d",
			ErrPositionLost, stream, f.First, after, f.First-1)
	}
	return nil
}

// Stream returns the facts of InputStream, ReferenceStream or OutputStream.
func (b *Bus) Stream(ctx context.Context, name string) (StreamFacts, error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	stream, err := b.js.Stream(ctx, b.config.StreamPrefix+name)
	if err != nil {
		return StreamFacts{}, fmt.Errorf("read stream %q: %w", b.config.StreamPrefix+name, err)
	}
	info := stream.CachedInfo()
	return StreamFacts{
		Created: info.Created, First: info.State.FirstSeq, Last: info.State.LastSeq, Messages: info.State.Msgs,
	}, nil
}

// Horizon returns the sequence the position of a partition may be moved to
// because the partition holds nothing between: the stream's end if nothing
// is left to read, else the sequence before the partition's next message. An
// idle partition's position must be moved this way now and then, or it falls
// out of the stream while other partitions go on, and reads as lost.
func (b *Bus) Horizon(ctx context.Context, partition int, after uint64) (uint64, error) {
	facts, err := b.Stream(ctx, InputStream) // before the look: what comes later is not covered
	if err != nil {
		return 0, err
	}
	next, err := b.nextStored(ctx, InputStream, partitionFilter(partition), after)
	if err != nil {
		return 0, err
	}
	if next == 0 || next > facts.Last {
		return max(after, facts.Last), nil
	}
	return next - 1, nil
}

// NextTime is when the broker stored the first message of a partition after a
// position, the zero time if there is none.
func (b *Bus) NextTime(ctx context.Context, partition int, after uint64) (time.Time, error) {
	message, err := b.firstStored(ctx, InputStream, partitionFilter(partition), after)
	if message == nil {
		return time.Time{}, err
	}
	return message.Time, nil
}

// nextStored is the sequence of a stream's first message after the given one
// under a filter of subjects, 0 if there is none.
func (b *Bus) nextStored(ctx context.Context, name, filter string, after uint64) (uint64, error) {
	message, err := b.firstStored(ctx, name, filter, after)
	if message == nil {
		return 0, err
	}
	return message.Sequence, nil
}

// firstStored is the first message after a sequence, nil if there is none. It
// asks the stream and not a consumer, whose own count of what is pending has
// been wrong on followers (F84, F85).
func (b *Bus) firstStored(ctx context.Context, name, filter string, after uint64) (*jetstream.RawStreamMsg, error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	stream, err := b.js.Stream(ctx, b.config.StreamPrefix+name)
	if err != nil {
		return nil, fmt.Errorf("read stream %q: %w", name, err)
	}
	message, err := stream.GetMsg(ctx, after+1, jetstream.WithGetMsgSubject(filter))
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for messages %q after %d: %w", filter, after, err)
	}
	return message, nil
}

// Lag is how far the acknowledgements of one partition are behind.
type Lag struct {
	Partition int
	// Acknowledged is the stream sequence up to which all is acknowledged.
	Acknowledged uint64
	// Pending counts stored messages that are not acknowledged.
	Pending uint64
}

// Lags returns the lag of every partition that has a consumer, for metrics:
// one request per 256 consumers. A partition nobody ever opened is absent,
// not zero (F84).
func (b *Bus) Lags(ctx context.Context) ([]Lag, error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	stream, err := b.js.Stream(ctx, b.config.StreamPrefix+InputStream)
	if err != nil {
		return nil, fmt.Errorf("read stream %q: %w", InputStream, err)
	}
	lags := make([]Lag, 0, Partitions)
	lister := stream.ListConsumers(ctx)
	for info := range lister.Info() {
		number, isPartition := strings.CutPrefix(info.Name, consumerPrefix)
		partition, err := strconv.Atoi(number)
		if !isPartition || err != nil {
			continue // somebody else's consumer
		}
		lags = append(lags, Lag{
			Partition: partition, Acknowledged: info.AckFloor.Stream,
			Pending: info.NumPending + uint64(info.NumAckPending),
		})
	}
	if err := lister.Err(); err != nil {
		return nil, fmt.Errorf("list consumers of stream %q: %w", InputStream, err)
	}
	return lags, nil
}

// WaitInputDecided waits until the workers have acknowledged everything that
// the input stream holds, so that what is published next is decided behind it.
// Partitions that nobody reads are not decided. It ends with ctx.
func (b *Bus) WaitInputDecided(ctx context.Context) error {
	var pending uint64
	for wait := referencePollMillisMin; ; wait = min(2*wait, referencePollMillisMax) {
		left, decided, err := b.inputPending(ctx)
		switch {
		case err == nil && decided:
			return nil
		case err == nil:
			pending = left
		case !Temporary(err) && ctx.Err() == nil:
			return fmt.Errorf("wait for the input to be decided: %w", err)
		}
		if !pause(ctx, time.Duration(wait)*time.Millisecond) {
			return fmt.Errorf("wait for the input to be decided, %d messages are left: %w: check that a worker is running", pending, ctx.Err())
		}
	}
}

// inputPending counts what is not acknowledged; decided says that nothing is,
// and that all partitions are read.
func (b *Bus) inputPending(ctx context.Context) (pending uint64, decided bool, err error) {
	facts, err := b.Stream(ctx, InputStream)
	if err != nil || facts.Messages == 0 {
		return 0, err == nil, err
	}
	lags, err := b.Lags(ctx)
	if err != nil {
		return 0, false, err
	}
	for _, lag := range lags {
		pending += lag.Pending
	}
	return pending, pending == 0 && len(lags) == Partitions, nil
}
