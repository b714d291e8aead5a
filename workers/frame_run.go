package workers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
)

// A verdict is what the inbox says of a delivery.
type verdict int

const (
	isNew verdict = iota
	isDuplicate
	isConflict
)

// A task is one delivery, or one look after a partner.
type task struct {
	delivery  Delivery
	partnerID string
	partition int
	tick      time.Time // zero for a delivery
	replayed  bool      // it was decided before, under a version of the common reference data
	version   int64

	verdict verdict
	issued  bool    // a decision of the same batch put it into the inbox before
	key     keyHash // in the inbox
	inputNo int64
	outs    []events.Out
}

// working is one partner of the batch.
type working struct {
	*decision.Partner
	stored db.Partner
	needs  map[decision.Scope]bool // of this round
	tasks  []*task                 // in order, without duplicates
}

// A run is one batch on its way through its transaction.
type run struct {
	frame     *Frame
	tx        pgx.Tx
	tasks     []*task
	partners  map[string]*working
	ids       []string // of the partners, sorted
	committed Committed
}

// lock locks the partners in sorted order and asks the inbox, in one round
// trip, then makes the working sets.
func (r *run) lock(ctx context.Context) error {
	for _, t := range r.tasks {
		if _, known := r.partners[t.partnerID]; !known {
			r.partners[t.partnerID] = nil
			r.ids = append(r.ids, t.partnerID)
		}
	}
	slices.Sort(r.ids)
	if len(r.ids) == 0 {
		return nil
	}
	inbox := r.inbox()
	var batch pgx.Batch
	batch.Queue(db.PlanForKeys)
	batch.Queue(db.AddPartners, r.ids)
	batch.Queue(db.LockPartners, r.ids).Query(func(rows pgx.Rows) error {
		stored, err := pgx.CollectRows(rows, pgx.RowToStructByPos[db.Partner])
		for _, s := range stored {
			r.partners[s.PartnerID] = &working{stored: s, needs: map[decision.Scope]bool{}}
		}
		return err
	})
	batch.Queue(db.FindKeys, inbox.partnerIDs, inbox.hashes).Query(inbox.read)
	if err := r.tx.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("lock %d partners: %w", len(r.ids), err)
	}
	if err := r.judge(ctx, inbox); err != nil {
		return err
	}
	return r.open(ctx)
}

// open makes the working set of every partner, with its reference data.
func (r *run) open(ctx context.Context) error {
	var missing []string
	var after []int64
	references := make(map[string]*decision.PartnerReference, len(r.ids))
	for _, id := range r.ids {
		w := r.partners[id]
		reference := r.frame.references.take(id, w.stored.ReferenceNo)
		references[id] = reference
		if reference.Version() < w.stored.ReferenceNo {
			missing, after = append(missing, id), append(after, reference.Version())
		}
	}
	if len(missing) > 0 {
		if err := r.loadReferences(ctx, references, missing, after); err != nil {
			return err
		}
	}
	for _, id := range r.ids {
		w := r.partners[id]
		w.Partner = decision.NewPartner(id, r.frame.sites, references[id], false)
		w.SetCounters(countersOf(w.stored))
	}
	for _, t := range r.tasks {
		if w := r.partners[t.partnerID]; t.verdict != isDuplicate {
			w.tasks = append(w.tasks, t)
		}
	}
	return nil
}

// decide decides every partner's tasks, loads what decisions ask for, and
// decides those partners again, until nothing is missing.
func (r *run) decide(ctx context.Context) error {
	pending := slices.Clone(r.ids)
	r.foresee()
	for round := range needRoundsMax {
		if err := r.load(ctx, pending); err != nil {
			return err
		}
		var again []string
		r.frame.common.Read(func() {
			for _, id := range pending {
				if w := r.partners[id]; !w.decide(r.frame.common) {
					w.widen(round)
					again = append(again, id)
				}
			}
		})
		r.committed.Rounds = round + 1
		if pending = again; len(pending) == 0 {
			return nil
		}
	}
	return fmt.Errorf("decide for partner %q: more than %d rounds of loading, report it with the events at hand", pending[0], needRoundsMax)
}

// foresee notes what the decisions will most likely look at.
func (r *run) foresee() {
	version := r.frame.common.Version()
	r.frame.common.Read(func() {
		for _, id := range r.ids {
			w := r.partners[id]
			heals := w.stored.Retryable > 0 && (version > w.stored.RetriedReference || w.stored.ReferenceNo > w.stored.RetriedPartner)
			for _, t := range w.tasks {
				if heals || !t.tick.IsZero() {
					w.needs[decision.Scope{Kind: decision.ScopeRetryable}] = true
				}
				if !t.tick.IsZero() || t.verdict != isNew || t.delivery.Rejection != nil {
					continue
				}
				for _, s := range w.Foresee(r.frame.common, t.delivery.Event) {
					w.needs[s] = true
				}
			}
		}
	})
}

// decide decides the partner's tasks in order and tells whether all stand. As
// soon as one lacks something, nothing stands; the rest is then decided only
// to learn what it lacks, so that one round brings it for all of them.
func (w *working) decide(common *decision.Reference) bool {
	clear(w.needs)
	for _, t := range w.tasks {
		outs, err := w.attempt(common, t)
		var needs *decision.ErrNeeds
		if errors.As(err, &needs) {
			for _, s := range needs.Scopes {
				w.needs[s] = true
			}
		}
		t.outs = outs
	}
	if len(w.needs) == 0 {
		return true
	}
	w.Reset()
	return false
}

// attempt decides one task. After something was lacking, rows are as an
// aborted decision left them, so that rules may stumble; that says nothing.
func (w *working) attempt(common *decision.Reference, t *task) (outs []events.Out, err error) {
	if len(w.needs) > 0 {
		defer func() {
			if recover() != nil {
				outs, err = nil, nil
			}
		}()
	}
	if t.replayed {
		common = common.At(t.version)
	}
	d := t.delivery
	if t.issued = w.hasIssued(t); t.issued {
		return nil, nil
	}
	switch {
	case !t.tick.IsZero():
		return w.Tick(common, t.tick)
	case t.verdict == isConflict:
		outs = w.Refuse(common, d.Event, w.arrival(d))
	case d.Rejection != nil:
		outs = w.Reject(common, d.Event, w.arrival(d), d.Rejection)
	default:
		outs, err = w.Receive(common, d.Event, d.Arrived)
	}
	t.inputNo = w.firstInput(t)
	return outs, err
}

// hasIssued tells whether a job of the batch made the event itself: a replay
// has both, the job first.
func (w *working) hasIssued(t *task) bool {
	return t.tick.IsZero() && t.verdict == isNew && slices.ContainsFunc(w.Issued, func(own *decision.Input) bool {
		return own.Event.Source == t.delivery.Event.Source && own.Event.ID == t.delivery.Event.ID
	})
}

// duplicate tells whether the task was received before.
func (t *task) duplicate() bool { return t.verdict == isDuplicate || t.issued }

func (w *working) arrival(d Delivery) time.Time {
	if d.Arrived.IsZero() {
		return w.Counters.Highest
	}
	return d.Arrived
}

// firstInput is the number that the task's input got.
func (w *working) firstInput(t *task) int64 {
	if in := w.Inputs.Get(t.inputID()); in != nil {
		return in.No
	}
	return 0
}

// inputID names the task's input within its partner.
func (t *task) inputID() string {
	if t.verdict == isConflict {
		return decision.ConflictID(t.delivery.Event)
	}
	return decision.InputID(t.delivery.Event.Source, t.delivery.Event.ID)
}

// Rounds from which on a partner that still asks for more of a kind gets all
// of it: calculating a period asks bill by bill and order by order.
const (
	widenBillsRound  = 1
	widenChainsRound = 2
)

// widen adds to what the decisions asked for what they will ask for next.
func (w *working) widen(round int) {
	var bills, chains bool
	for s := range w.needs {
		bills = bills || s.Kind == decision.ScopeBillDetails
		chains = chains || s.Kind == decision.ScopeChain
	}
	if bills && round >= widenBillsRound {
		for _, b := range w.Bills.All() {
			if b.State.Open() {
				w.needs[decision.Scope{Kind: decision.ScopeBillDetails, ID: b.ID}] = true
			}
		}
	}
	if chains && round >= widenChainsRound {
		for _, detail := range w.Details.All() {
			w.needs[decision.ScopeOfOrder(detail.OrderID)] = true
		}
	}
}

// giveBack returns the reference data to the cache: with what the batch added
// once it is stored, without if it is not.
func (r *run) giveBack(stored, unknown bool) {
	for _, id := range r.ids {
		w := r.partners[id]
		if w == nil || w.Partner == nil || unknown {
			continue
		}
		if stored {
			w.Keep()
		} else {
			w.Reset()
		}
		r.frame.references.put(id, w.Reference)
	}
}
