package workers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/pricing"
)

// outcome is what became of one reference event.
type outcome struct {
	message bus.Message
	event   *events.Event
	why     *events.Rejection // nil if it was accepted
	version int64             // in the log, 0 for what is no reference data
	fired   bool              // a job to be fanned out
	known   bool              // received before, without effect
}

// lead brings the log up to the end of the stream, then fans out the jobs
// whose time in the order has come, relays, and acknowledges.
func (r *referenceReader) lead(ctx context.Context, lease lease) error {
	if r.epoch != lease.epoch {
		if err := r.takeOver(ctx, lease); err != nil {
			return err
		}
	}
	last, err := r.newest.after(ctx, r.streamEnd)
	if err != nil {
		return err
	}
	for r.position != last {
		messages, err := r.bus.ReadReference(ctx, r.position, referenceChunkMax)
		if err != nil {
			return err
		}
		upTo := last
		if len(messages) > 0 {
			upTo = messages[len(messages)-1].Sequence
		} // else the last ones were deleted, and nobody is to wait for them
		if err := r.appendChunk(ctx, messages, upTo); err != nil {
			return err
		}
		r.advance(r.position)
		if r.position > last {
			break
		}
	}
	r.advance(r.position)
	if err := r.fanOut(ctx); err != nil {
		return err
	}
	if err := r.relay.catchUp(ctx, referencePartition); err != nil {
		return err
	}
	if err := r.relay.save(ctx); err != nil {
		return err
	}
	if err := r.followRuns(ctx); err != nil {
		return err
	}
	if len(r.runs) > 0 {
		return nil // a publisher that waits for a job goes on behind what it sends
	}
	if r.acked < r.position {
		if err := r.bus.AckReference(ctx, r.position); err != nil {
			return err
		}
		r.acked = r.position
	}
	return nil
}

// takeOver reads what is stored under a new lease, or after a step failed.
func (r *referenceReader) takeOver(ctx context.Context, lease lease) error {
	rows, err := r.queries.Positions(ctx)
	if err != nil {
		return fmt.Errorf("read positions: %w", err)
	}
	own := rows[referencePartition]
	if own.Epoch != lease.epoch {
		return fmt.Errorf("read the reference stream: %w", ErrNotOwner)
	}
	if r.position, err = r.storedPosition(ctx); err != nil {
		return err
	}
	if err := r.loadLog(ctx); err != nil {
		return err
	}
	for sequence := range r.outcomes {
		if sequence <= r.position {
			delete(r.outcomes, sequence) // the commit whose answer was lost
		}
	}
	if err := r.loadRuns(ctx); err != nil {
		return err
	}
	r.relay = newRelay(r.Worker, map[int]start{referencePartition: {epoch: own.Epoch, relayedNo: own.RelayedNo}}, make(chan struct{}, 1))
	r.epoch, r.acked, r.decided, r.following = lease.epoch, 0, 0, true
	return nil
}

// appendChunk decides the messages up to a sequence and stores the outcome in
// one transaction, under the lock of the partner `_all`.
func (r *referenceReader) appendChunk(ctx context.Context, messages []bus.Message, upTo uint64) error {
	tx, err := r.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	err = r.appendIn(ctx, tx, messages, upTo)
	if err == nil {
		err = commit(ctx, tx)
	}
	if err != nil {
		rollback(ctx, tx)
		return fmt.Errorf("store %d reference events: %w", len(messages), err)
	}
	r.accountFor(messages)
	r.position = upTo
	r.counts.references.Add(int64(len(messages)))
	r.metrics.referenceNo.Set(float64(r.common.Version()))
	return r.loadRuns(ctx)
}

func (r *referenceReader) appendIn(ctx context.Context, tx pgx.Tx, messages []bus.Message, upTo uint64) error {
	queries := r.queries.WithTx(tx)
	counters, err := queries.LockReference(ctx)
	if err != nil {
		return fmt.Errorf("lock the reference log: %w", err)
	}
	stored, err := queries.ReferencePositionOf(ctx, r.references.name, r.references.created)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("read the position in the reference stream: %w", err)
	}
	if uint64(stored) != r.position {
		return fmt.Errorf("the reference stream is stored up to %d, not %d: %w", stored, r.position, ErrNotOwner)
	}
	w := referenceWriter{counters: counters, arrived: r.config.Clock == ClockWall}
	fresh, err := r.judge(ctx, tx, messages, &w)
	if err != nil {
		return err
	}
	for _, f := range fresh {
		if err := r.claimRun(ctx, queries, f, w.counters.InputNo+1); err != nil {
			return err
		}
		w.add(f, r.common.Version())
	}
	if jobs := w.jobs(); len(jobs) > 0 {
		input, err := r.bus.Stream(ctx, bus.InputStream)
		if err != nil {
			return err
		}
		for _, job := range jobs {
			job.WaitsFor = barrierKey(input.Last)
		}
	}
	if err := w.store(ctx, queries, r.epoch); err != nil {
		return err
	}
	return queries.SaveReferencePosition(ctx, r.references.name, r.references.created, int64(upTo)) // below 2^63
}

// claimRun ties a run to the event that fires it first. Another one goes, when its
// turn comes, to the partners that were not reached.
func (r *referenceReader) claimRun(ctx context.Context, queries *db.Queries, o *outcome, inputNo int64) error {
	fired, ok := o.event.Data.(*events.ScheduleFired)
	if !o.fired || !ok {
		return nil
	}
	_, err := r.recordRun(ctx, queries, fired, inputNo)
	return err
}

// judge asks the inbox who was received before and decides the rest, each
// message once: what a try that failed has folded into memory stands.
func (r *referenceReader) judge(ctx context.Context, tx pgx.Tx, messages []bus.Message, w *referenceWriter) ([]*outcome, error) {
	tasks := make([]*task, len(messages))
	for i, message := range messages {
		delivery := decodeReference(r.references.name, message)
		tasks[i] = &task{delivery: delivery, partnerID: events.AllPartners}
	}
	received := run{tx: tx, tasks: tasks}
	inbox := received.inbox()
	rows, err := tx.Query(ctx, db.FindKeys, inbox.partnerIDs, inbox.hashes)
	if err == nil {
		err = inbox.read(rows)
	}
	if err == nil {
		err = received.judge(ctx, inbox)
	}
	if err != nil {
		return nil, fmt.Errorf("look for %d reference events in the inbox: %w", len(messages), err)
	}
	var fresh []*outcome
	for i, t := range tasks {
		o := r.outcomes[messages[i].Sequence]
		if o == nil {
			o = r.decide(messages[i], t)
			r.outcomes[messages[i].Sequence] = o
		}
		if !o.known {
			w.keys = append(w.keys, t.key[:])
			fresh = append(fresh, o)
		}
	}
	return fresh, nil
}

// accountFor counts and logs what became of stored messages.
func (r *referenceReader) accountFor(messages []bus.Message) {
	for _, message := range messages {
		o := r.outcomes[message.Sequence]
		delete(r.outcomes, message.Sequence)
		became := OutcomeAccepted
		switch {
		case o.known:
			became = OutcomeDuplicate
		case o.why != nil:
			became = OutcomeRejected
			r.metrics.rejected.WithLabelValues(o.why.Code).Inc()
			r.log.Warn("event rejected", "source", o.event.Source, "id", o.event.ID, "type", o.event.Type, "code", o.why.Code,
				"pointer", o.why.Pointer, "retryable", false)
		}
		r.metrics.processed.WithLabelValues(knownType(o.event.Type), string(became)).Inc()
	}
}

// decide folds one event into memory, or says why not.
func (r *referenceReader) decide(message bus.Message, t *task) *outcome {
	o := &outcome{message: message, event: t.delivery.Event, why: t.delivery.Rejection}
	switch {
	case t.verdict == isDuplicate:
		o.known = true
	case t.verdict == isConflict:
		o.why = decision.Conflict(o.event)
	case o.why != nil:
	case o.event.Type == events.TypeScheduleFired:
		o.fired = true
	default:
		version := r.common.Version() + 1
		if err := r.common.Apply(version, o.event); err != nil {
			o.why = referenceRefusal(err)
		} else {
			o.version = version
		}
	}
	return o
}

// referenceRefusal gives the error of a rule the form in which it is
// reported.
func referenceRefusal(err error) *events.Rejection {
	if why, ok := errors.AsType[*events.Rejection](err); ok {
		return why
	}
	if refusal, ok := errors.AsType[*pricing.Refusal](err); ok {
		return &events.Rejection{Code: refusal.Code, Message: refusal.Message, Pointer: "/data" + refusal.Pointer}
	}
	var coded interface{ Code() string }
	if errors.As(err, &coded) {
		return &events.Rejection{Code: coded.Code(), Message: err.Error()}
	}
	return &events.Rejection{Code: events.CodeFieldInvalid, Message: err.Error()}
}

// decodeReference is decode for the reference stream, whose subjects name a
// type and no partner.
func decodeReference(stream string, message bus.Message) Delivery {
	event, why := read(stream, events.AllPartners, message)
	if event.PartitionKey != events.AllPartners {
		event, why = unreadable(stream, events.AllPartners, message), mismatch(
			"the message came on a subject for all partners, its partition key is %q", event.PartitionKey)
	} else if want := events.InSubject(event); why == nil && message.Subject != want {
		why = mismatch("the message came on the subject %q, its type is %q", message.Subject, event.Type)
	}
	return Delivery{Partition: referencePartition, Sequence: message.Sequence, Event: event, Rejection: why,
		Arrived: message.Time.UTC().Truncate(time.Microsecond)}
}
