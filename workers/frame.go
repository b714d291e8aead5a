package workers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

const (
	// needRoundsMax bounds how often a batch is decided because a decision
	// asked for state that was not foreseen.
	needRoundsMax = 16
	// rollbackSecondsMax is how long a transaction may take to be given up.
	rollbackSecondsMax = 5
)

// A Frame decides batches, each in one transaction. Batches may be processed
// at the same time; those that share partners wait for one another.
type Frame struct {
	pool       *pgxpool.Pool
	common     *decision.Reference
	sites      site.Profiles
	references *referenceCache
}

// NewFrame returns a frame over a migrated database. The common reference data
// is kept up to date by the caller.
func NewFrame(pool *pgxpool.Pool, common *decision.Reference, sites site.Profiles) *Frame {
	return &Frame{pool: pool, common: common, sites: sites, references: newReferenceCache(referenceEventCountMax)}
}

// Process decides a batch, in its order, and stores all that comes of it in
// one transaction, or nothing. Deliveries that were received before have no
// effect; the position moves all the same. Its errors are ErrNotOwner,
// ErrCommitUnknown, and those of the database. Before, where it is given, is
// called once the locks are held and nothing is decided yet, outside the
// transaction: what it notes stands even if deciding ends the process.
func (f *Frame) Process(ctx context.Context, batch []Delivery, position Position, before ...func(context.Context) error) (Committed, error) {
	tasks := make([]*task, len(batch))
	for i, d := range batch {
		// The database keeps microseconds, and memory must not know more.
		d.Arrived = d.Arrived.Truncate(time.Microsecond)
		if why := d.Rejection; why != nil { // may quote what a sender wrote
			d.Rejection = &events.Rejection{Code: why.Code, Message: storable(why.Message), Pointer: storable(why.Pointer), Retryable: why.Retryable}
		}
		tasks[i] = &task{delivery: d, partnerID: d.Event.PartitionKey, partition: d.Partition}
	}
	committed, err := f.run(ctx, tasks, position, before...)
	if err != nil {
		return Committed{}, fmt.Errorf("process a batch of %d: %w", len(batch), err)
	}
	return committed, nil
}

// Tick rejects what waited too long by now, and decides again what may have
// healed, for partners of one partition that receive nothing else.
func (f *Frame) Tick(ctx context.Context, partition int, partnerIDs []string, now time.Time, position Position) (Committed, error) {
	tasks := make([]*task, len(partnerIDs))
	for i, id := range partnerIDs {
		tasks[i] = &task{partnerID: id, partition: partition, tick: now.Truncate(time.Microsecond)}
	}
	committed, err := f.run(ctx, tasks, position)
	if err != nil {
		return Committed{}, fmt.Errorf("look after %d partners of partition %d: %w", len(partnerIDs), partition, err)
	}
	return committed, nil
}

// replay decides turns of one partner again, each under the reference data of
// then, in one transaction. Nothing goes out.
func (f *Frame) replay(ctx context.Context, partnerID string, turns []decision.Turn) error {
	tasks := make([]*task, len(turns))
	for i, turn := range turns {
		t := &task{partnerID: partnerID, replayed: true, version: turn.Version}
		if turn.Event == nil {
			t.tick = turn.At
		} else {
			t.delivery = Delivery{Event: turn.Event, Rejection: turn.Refusal, Arrived: turn.At}
		}
		tasks[i] = t
	}
	if _, err := f.run(ctx, tasks, Position{}); err != nil {
		return fmt.Errorf("replay %d turns of partner %q: %w", len(turns), partnerID, err)
	}
	return nil
}

// run is the transaction: lock, look who was received, load, decide, save.
// READ COMMITTED is stated because everything rests on it: what is loaded
// after the lock was waited for is what the one before has committed.
func (f *Frame) run(ctx context.Context, tasks []*task, position Position, before ...func(context.Context) error) (committed Committed, err error) {
	if len(tasks) == 0 && len(position.Moves) == 0 {
		return Committed{}, nil
	}
	tx, err := f.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
	if err != nil {
		return Committed{}, fmt.Errorf("begin: %w", err)
	}
	r := &run{frame: f, tx: tx, tasks: tasks, partners: map[string]*working{}}
	defer func() {
		if err != nil {
			rollback(ctx, tx)
		}
		// What an unknown commit has added to the reference data is not known.
		r.giveBack(err == nil, errors.Is(err, ErrCommitUnknown))
	}()
	if err := r.lock(ctx); err != nil {
		return Committed{}, err
	}
	for _, note := range before {
		if err := note(ctx); err != nil {
			return Committed{}, err
		}
	}
	if err := r.decide(ctx); err != nil {
		return Committed{}, err
	}
	if err := r.save(ctx, position); err != nil {
		return Committed{}, err
	}
	if err := commit(ctx, tx); err != nil {
		return Committed{}, err
	}
	return r.committed, nil
}

// commit tells a refused commit from one whose answer was lost.
func commit(ctx context.Context, tx pgx.Tx) error {
	err := tx.Commit(ctx)
	if err == nil {
		return nil
	}
	var refused *pgconn.PgError
	if errors.As(err, &refused) || errors.Is(err, pgx.ErrTxCommitRollback) || pgconn.SafeToRetry(err) {
		return fmt.Errorf("commit: %w", err)
	}
	return fmt.Errorf("%w: %w", ErrCommitUnknown, err)
}

// rollback needs no answer: a connection that is broken has rolled back.
func rollback(ctx context.Context, tx pgx.Tx) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackSecondsMax*time.Second)
	defer cancel()
	_ = tx.Rollback(ctx)
}
