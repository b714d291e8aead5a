package workers

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/schema/db"
)

const (
	// relaySaveInterval is how often, and after which idle time, the relay's
	// position is saved. What was published since is published again after a
	// crash, under the same ids.
	relaySaveInterval = 200 * time.Millisecond
	relayChunkRowsMax = 1_000
	relayPublishMax   = 4_000
	relayReadWaitMax  = 10 * time.Second
	relaySaveWaitMax  = 10 * time.Second
	// relayCleanRowsMax bounds the deleting of one partition's rows in one go.
	relayCleanRowsMax = 10_000
)

// relay publishes what batches put into the outbox: of each partition in the
// order of its numbers, one batch after the other. At its beginning it reads
// from the table what the one before it left.
//
// A relay whose lease is over may publish what its successor publishes too:
// the broker drops the second by its id, within two minutes.
type relay struct {
	*Worker
	starts map[int]start
	notify chan<- struct{} // told when there is room again

	lag atomic.Int64 // rows known and not published

	// Partition -> last number; of the goroutine that runs the relay.
	published, saved map[int]int64
}

func newRelay(w *Worker, starts map[int]start, notify chan<- struct{}) *relay {
	r := &relay{Worker: w, starts: starts, notify: notify, published: map[int]int64{}, saved: map[int]int64{}}
	for partition, at := range starts {
		r.published[partition], r.saved[partition] = at.relayedNo, at.relayedNo
	}
	return r
}

// expect counts rows that are on their way to the relay.
func (r *relay) expect(rows int) { r.lag.Add(int64(rows)) }

// overloaded tells the lane to stop fetching until some of it is published.
func (r *relay) overloaded() bool { return r.lag.Load() > int64(r.config.OutboxLagMax) }

// run publishes what is left from before, then what comes, until the queue is
// closed; then it saves its position.
func (r *relay) run(ctx context.Context, queue <-chan []OutboxRow) error {
	for _, partition := range slices.Sorted(maps.Keys(r.starts)) {
		if err := r.catchUp(ctx, partition); err != nil {
			return err
		}
	}
	ticker := time.NewTicker(relaySaveInterval)
	defer ticker.Stop()
	for {
		select {
		case rows, more := <-queue:
			if !more {
				return r.save(ctx)
			}
			rows, taken := r.gather(rows, queue)
			began := time.Now()
			if err := r.publish(ctx, rows); err != nil {
				return err
			}
			r.metrics.stage("publish", began)
			r.lag.Add(int64(-taken))
			signal(r.notify)
		case <-ticker.C:
			if err := r.save(ctx); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// gather adds what is in the queue already, so that a slow broker gets fuller
// batches.
func (r *relay) gather(rows []OutboxRow, queue <-chan []OutboxRow) (all []OutboxRow, taken int) {
	for len(rows) < relayPublishMax {
		select {
		case more, open := <-queue:
			if !open {
				return rows, len(rows) // the end of the queue is seen again by run
			}
			rows = append(rows, more...)
		default:
			return rows, len(rows)
		}
	}
	return rows, len(rows)
}

// catchUp publishes the rows of a partition that were stored before this
// relay began.
func (r *relay) catchUp(ctx context.Context, partition int) error {
	for {
		rows, err := r.stored(ctx, partition)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return nil
		}
		out := make([]OutboxRow, len(rows))
		for i, row := range rows {
			if out[i], err = restoreOutbox(partition, row); err != nil {
				return err
			}
		}
		if err := r.send(ctx, out); err != nil {
			return err
		}
	}
}

func (r *relay) stored(ctx context.Context, partition int) ([]db.OutboxAfterRow, error) {
	ctx, cancel := context.WithTimeout(ctx, relayReadWaitMax)
	defer cancel()
	rows, err := r.queries.OutboxAfter(ctx, int32(partition), r.published[partition], relayChunkRowsMax)
	if err != nil {
		return nil, fmt.Errorf("read the outbox of partition %d after %d: %w", partition, r.published[partition], err)
	}
	return rows, nil
}

// publish publishes what a batch put into the outbox. Numbers have no gaps, so
// one that leaves some out tells that rows were stored after this relay looked
// into the table: by a commit whose answer was lost and that was still under
// way when the session began again. They go first.
func (r *relay) publish(ctx context.Context, rows []OutboxRow) error {
	next := map[int]int64{}
	for _, row := range rows {
		expected, seen := next[row.Partition]
		if !seen {
			expected = r.published[row.Partition] + 1
		}
		if row.No > expected {
			if err := r.catchUp(ctx, row.Partition); err != nil {
				return err
			}
		}
		next[row.Partition] = row.No + 1
	}
	return r.send(ctx, rows)
}

// send publishes rows in order, for as long as it takes: what is decided goes
// out, and nothing overtakes it.
func (r *relay) send(ctx context.Context, rows []OutboxRow) error {
	messages := make([]bus.Outgoing, 0, len(rows))
	last := map[int]int64{}
	for _, row := range rows {
		if row.No <= r.published[row.Partition] {
			continue // it was in the table already when this relay began
		}
		messages = append(messages, bus.Outgoing{Subject: row.Subject, MsgID: row.MsgID, Header: row.Header, Data: row.Data})
		last[row.Partition] = row.No
	}
	var wait backoff
	for {
		err := r.bus.PublishBatch(ctx, messages)
		if err == nil {
			break
		}
		if ctx.Err() != nil {
			return fmt.Errorf("publish %d outgoing events: %w", len(messages), ctx.Err())
		}
		next := wait.next()
		r.log.Warn("outgoing events not published yet", "events", len(messages), "err", err, "next_try_in", next)
		if !pause(ctx, next) {
			return fmt.Errorf("publish %d outgoing events: %w", len(messages), err)
		}
	}
	r.metrics.relayed.Add(float64(len(messages)))
	r.counts.relayed.Add(int64(len(messages)))
	maps.Copy(r.published, last)
	return nil
}

// save stores how far each partition is published, under its epoch, and
// deletes rows that nobody reads again.
func (r *relay) save(ctx context.Context) error {
	var partitions []int
	var epochs, numbers []int64
	for _, partition := range slices.Sorted(maps.Keys(r.published)) {
		if no := r.published[partition]; no > r.saved[partition] {
			partitions, epochs, numbers = append(partitions, partition), append(epochs, r.starts[partition].epoch), append(numbers, no)
		}
	}
	if len(partitions) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, relaySaveWaitMax)
	defer cancel()
	saved, err := r.queries.SaveRelayed(ctx, numbers32(partitions), epochs, numbers)
	if err != nil {
		return fmt.Errorf("save the relay's position of %d partitions: %w", len(partitions), err)
	}
	if int(saved) != len(partitions) {
		return fmt.Errorf("save the relay's position of %d partitions: %w", len(partitions), ErrNotOwner)
	}
	for i, partition := range partitions {
		r.saved[partition] = numbers[i]
	}
	return r.clean(ctx, partitions, numbers)
}

// clean deletes published rows. Each save deletes more than batches add
// between two of them, so that the rest shrinks.
func (r *relay) clean(ctx context.Context, partitions []int, numbers []int64) error {
	if _, err := r.queries.CleanOutbox(ctx, relayCleanRowsMax, numbers32(partitions), numbers); err != nil {
		return fmt.Errorf("delete published rows of %d partitions: %w", len(partitions), err)
	}
	return nil
}

// restoreOutbox makes a stored row the message that it was when it was
// decided. What this system sends to itself goes on the input's subject.
func restoreOutbox(partition int, row db.OutboxAfterRow) (OutboxRow, error) {
	out := events.Out{ID: row.MsgID, Type: row.Type, PartnerID: row.PartnerID, Subject: row.Subject,
		Time: atOffset(row.Time, row.TimeOffset), Data: jsontext.Value(row.Data)}
	header, data, err := out.Message()
	if err != nil {
		return OutboxRow{}, fmt.Errorf("read row %d of the outbox of partition %d: %w", row.No, partition, err)
	}
	return OutboxRow{Partition: partition, No: row.No, Subject: subjectOf(out), MsgID: row.MsgID, Header: header, Data: data}, nil
}

// subjectOf is where an event goes: to the output, or to the input of a
// partner.
func subjectOf(out events.Out) string {
	if events.SectionOf(out.Type) != 0 {
		return events.InSubject(&events.Event{Type: out.Type, PartitionKey: out.PartnerID})
	}
	return events.OutSubject(out)
}
