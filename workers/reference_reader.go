package workers

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
)

const (
	referenceChunkMax = 1_000
	// referencePollInterval is how soon reference data is applied when no batch
	// asks for it, by the replica that reads the stream.
	referencePollInterval = 50 * time.Millisecond
	// referenceFollowWait is how soon another replica looks again for what a
	// batch needs and the reading replica has not stored yet.
	referenceFollowWait = 10 * time.Millisecond
	// referenceCatchUpMax bounds the waiting of one batch: a takeover of the
	// reading replica's lease fits into it.
	referenceCatchUpMax  = 30 * time.Second
	referenceStepWaitMax = 60 * time.Second
	// referenceAnswerMax bounds the question for the end of the stream. A
	// request that a dying broker took along would otherwise hold everything
	// up long after the broker is back.
	referenceAnswerMax = 2 * time.Second
)

// referenceReader keeps the reference data in memory up to date with the
// reference log. The replica with the lease of partition 64 makes that log
// from the reference stream; all others read it from the database. Memory is
// the fold of the log and nothing else.
type referenceReader struct {
	*Worker
	kick    chan struct{} // somebody waits
	changes broadcast
	newest  newestReference
	page    int32 // how many partners one transaction sends a job to

	mu      sync.Mutex
	applied uint64 // sequence up to which memory holds the stream
	failed  error  // of the last step

	// Of the replica that makes the log; its loop's alone.
	epoch    int64               // of the lease these are of, 0 for none
	position uint64              // stored
	outcomes map[uint64]*outcome // folded into memory and not known to be stored
	runs     []scheduledRun      // recorded, and not yet fanned out
	decided  uint64              // up to where the input was seen to be decided
	relay    *relay
	acked    uint64
	// following says that there may be runs that are sent and not finished.
	following bool
}

func newReferenceReader(w *Worker) *referenceReader {
	return &referenceReader{Worker: w, kick: make(chan struct{}, 1), outcomes: map[uint64]*outcome{}, page: fanOutPartnersMax}
}

// run applies reference data until ctx ends. It returns an error only if
// reading on would pass over events.
func (r *referenceReader) run(ctx context.Context) error {
	var wait backoff
	for {
		err := r.step(ctx)
		r.mu.Lock()
		r.failed = err
		r.mu.Unlock()
		r.health.beat(loopReference)
		if err == nil {
			wait.reset()
			if !pauseOr(ctx, referencePollInterval, r.kick) {
				return nil
			}
			continue
		}
		if classify(ctx, err) == classPassesOver {
			return err
		}
		r.epoch = 0 // read again what is stored
		next := wait.next()
		if ctx.Err() == nil {
			r.log.Warn("reference data not applied yet", "err", err, "next_try_in", next)
		}
		if !pause(ctx, next) {
			return nil
		}
	}
}

// step brings memory up to date, by reading the stream if this replica has
// the lease, by reading the log if not.
func (r *referenceReader) step(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, referenceStepWaitMax)
	defer cancel()
	lease, leading := r.keeper.reference()
	if leading {
		return r.lead(ctx, lease)
	}
	r.epoch = 0
	if r.keeper.leavingReference() {
		if err := r.keeper.release(ctx, []int{referencePartition}); err != nil {
			return err
		}
	}
	position, err := r.storedPosition(ctx)
	if err != nil {
		return err
	}
	if err := r.loadLog(ctx); err != nil { // it holds at least what the position says
		return err
	}
	r.advance(position)
	return nil
}

// catchUp returns when everything that the reference stream held at the call
// is applied.
func (r *referenceReader) catchUp(ctx context.Context) error {
	to, err := r.newest.after(ctx, r.streamEnd)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, referenceCatchUpMax)
	defer cancel()
	for {
		changed := r.changes.next()
		r.mu.Lock()
		applied, failed := r.applied, r.failed
		r.mu.Unlock()
		if applied >= to {
			return nil
		}
		signal(r.kick)
		select {
		case <-changed:
		case <-time.After(referenceFollowWait):
		case <-ctx.Done():
			return fmt.Errorf("wait for reference events up to %d, applied up to %d: %w", to, applied, errors.Join(ctx.Err(), failed))
		}
	}
}

func (r *referenceReader) streamEnd(ctx context.Context) (uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, referenceAnswerMax)
	defer cancel()
	return r.bus.ReferenceLast(ctx)
}

func (r *referenceReader) advance(position uint64) {
	r.mu.Lock()
	changed := r.applied != position
	r.applied = position
	r.mu.Unlock()
	if changed {
		r.changes.announce()
	}
}

// storedPosition is how far the reference stream is in the log.
func (r *referenceReader) storedPosition(ctx context.Context) (uint64, error) {
	position, err := r.queries.ReferencePositionOf(ctx, r.references.name, r.references.created)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the position in the reference stream: %w", err)
	}
	return uint64(position), nil // never negative
}

// loadLog folds what the log holds beyond memory.
func (r *referenceReader) loadLog(ctx context.Context) error {
	count, err := foldReferenceLog(ctx, r.queries, r.common)
	r.metrics.references.Add(float64(count))
	if err == nil {
		r.metrics.referenceNo.Set(float64(r.common.Version()))
	}
	return err
}

// foldReferenceLog folds what is new in the log, and returns how much it was.
func foldReferenceLog(ctx context.Context, queries *db.Queries, common *decision.Reference) (count int, err error) {
	for {
		rows, err := queries.ReferenceLogAfter(ctx, common.Version(), referenceChunkMax)
		if err != nil {
			return count, fmt.Errorf("read the reference log after version %d: %w", common.Version(), err)
		}
		for _, row := range rows {
			event, err := events.Restore(events.Envelope{ID: row.EventID, Source: row.Source, Type: row.Type, Subject: row.Subject,
				PartitionKey: events.AllPartners, Time: atOffset(row.Time, row.TimeOffset)}, row.Payload)
			if err == nil {
				err = common.Apply(row.Version, event)
			}
			if err != nil {
				return count, fmt.Errorf("fold version %d of the reference log, event %q of source %q: %w", row.Version, row.EventID, row.Source, err)
			}
			count++
		}
		if len(rows) < referenceChunkMax {
			return count, nil
		}
	}
}

// newestReference shares one request for the end of the reference stream
// among the lanes: a request that was sent after a call began answers it.
type newestReference struct {
	mu      sync.Mutex
	waiting *newestRequest // not sent yet
	sending sync.Mutex
}

type newestRequest struct {
	once sync.Once
	last uint64
	err  error
}

func (n *newestReference) after(ctx context.Context, ask func(context.Context) (uint64, error)) (uint64, error) {
	n.mu.Lock()
	if n.waiting == nil {
		n.waiting = &newestRequest{}
	}
	request := n.waiting
	n.mu.Unlock()
	n.sending.Lock()
	defer n.sending.Unlock()
	request.once.Do(func() {
		n.mu.Lock()
		n.waiting = nil // who comes from here on needs a later answer
		n.mu.Unlock()
		request.last, request.err = ask(ctx)
	})
	return request.last, request.err
}

// streamID tells two streams of one name apart.
type streamID struct {
	name    string
	created time.Time
}

func identify(name string, facts bus.StreamFacts) streamID {
	return streamID{name: name, created: facts.Created.UTC().Truncate(time.Microsecond)} // as the database keeps it
}

// check refuses a position that was counted in another stream.
func (id streamID) check(row db.StreamPosition) error {
	if row.Created == nil || row.Stream == id.name && row.Created.Equal(id.created) {
		return nil
	}
	return fmt.Errorf("%w: partition %d was read up to %d in stream %q of %s, the present stream is %q of %s: its positions begin again; "+
		"restore that stream, or start with a new database", bus.ErrStreamReplaced, row.Partition, row.Position, row.Stream,
		row.Created.UTC().Format(time.RFC3339), id.name, id.created.Format(time.RFC3339))
}
