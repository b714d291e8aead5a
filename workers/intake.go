package workers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
)

const (
	// IntakeWaitMax is how long an intake waits for a decision.
	IntakeWaitMax = 5 * time.Second
	// Between two looks at the inbox: a batch takes some milliseconds, a queue
	// longer.
	intakePollMin = 5 * time.Millisecond
	intakePollMax = 200 * time.Millisecond
	// intakeLookMax bounds one look, which goes on when who asked has gone.
	intakeLookMax = 5 * time.Second
)

// An Intake hands a partner's events in and waits for what is decided of them.
//
// It looks at the inbox, by the hash of source and id, and not at what goes
// out: the inbox knows every event at the moment of the commit, also one that
// was handed in by another process before, and no answer is given that a
// reading at once would contradict.
type Intake struct {
	config  bus.Config
	bus     atomic.Pointer[bus.Bus] // nil while there is no connection
	queries *db.Queries
	log     *slog.Logger
	waitMax time.Duration
	lookMax time.Duration
}

// ErrNoBroker says that the broker was not reached since the start.
var ErrNoBroker = errors.New("the broker is not reached: actions cannot be taken in")

// NewIntake makes an intake. Run connects it.
func NewIntake(config bus.Config, pool *pgxpool.Pool, log *slog.Logger) *Intake {
	return &Intake{config: config, queries: db.New(pool), log: log, waitMax: IntakeWaitMax, lookMax: intakeLookMax}
}

// Run connects, and holds the connection until ctx ends. It waits for a broker
// that is away.
func (i *Intake) Run(ctx context.Context) error {
	var wait backoff
	for {
		connected, err := bus.Connect(ctx, i.config)
		if err == nil {
			i.bus.Store(connected)
			<-ctx.Done()
			i.bus.Store(nil)
			connected.Close()
			return nil
		}
		if ctx.Err() != nil {
			return nil //nolint:nilerr // it ends as it was asked to, whatever the last try came to
		}
		next := wait.next()
		i.log.Warn("actions cannot be taken in", "err", err, "next_try_in", next)
		if !pause(ctx, next) {
			return nil
		}
	}
}

// Ready says why nothing is taken in, nil if it is.
func (i *Intake) Ready() error {
	if i.bus.Load() == nil {
		return ErrNoBroker
	}
	return nil
}

// A Verdict is what became of an event.
type Verdict struct {
	Status    string // of decision; "" for not decided in time
	Rejection *events.Rejection
}

// Accepted tells whether the event's effects stand.
func (o Verdict) Accepted() bool { return o.Status == decision.StatusAccepted }

// Pending tells whether it is not decided yet.
func (o Verdict) Pending() bool { return o.Status == "" || o.Status == decision.StatusWaiting }

// Known returns what became of events that may have been handed in before.
func (i *Intake) Known(ctx context.Context, evs ...*events.Event) ([]Verdict, error) {
	out := make([]Verdict, len(evs))
	if len(evs) == 0 {
		return out, nil
	}
	at := make(map[keyHash]int, len(evs))
	hashes := make([][]byte, len(evs))
	for n, ev := range evs {
		key := inputKey(ev.Source, ev.ID)
		at[key], hashes[n] = n, key[:]
	}
	rows, err := i.queries.Decided(ctx, evs[0].PartitionKey, hashes)
	if err != nil {
		return nil, fmt.Errorf("look for the decisions of %d events: %w", len(evs), err)
	}
	for _, row := range rows {
		n := at[keyHash(row.KeyHash)]
		out[n].Status = row.Status
		if row.Code != "" {
			out[n].Rejection = &events.Rejection{Code: row.Code, Message: row.Message, Pointer: row.Pointer}
		}
	}
	return out, nil
}

// HandIn publishes events of one partner, in order, but for those that were
// received before, and waits for their decisions, at most IntakeWaitMax.
//
// What is refused is given up (rejection.discarded.v1): whoever handed it in is
// told so, and nothing that comes later may change it.
func (i *Intake) HandIn(ctx context.Context, evs ...*events.Event) ([]Verdict, error) {
	known, err := i.Known(ctx, evs...)
	if err != nil {
		return nil, err
	}
	var news []*events.Event
	for n, outcome := range known {
		if outcome.Status == "" {
			news = append(news, evs[n])
		}
	}
	if err := i.publish(ctx, news); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, i.waitMax)
	defer cancel()
	outcomes, err := i.await(ctx, evs)
	if err != nil {
		return nil, err
	}
	given, err := i.giveUp(ctx, evs, outcomes)
	if err != nil || !given {
		return outcomes, err
	}
	return i.await(ctx, evs) // one may have been decided again before it was given up
}

// await returns the decisions, once all are known or the time is over.
func (i *Intake) await(ctx context.Context, evs []*events.Event) ([]Verdict, error) {
	for interval := intakePollMin; ; interval = min(2*interval, intakePollMax) {
		looking, cancel := context.WithTimeout(context.WithoutCancel(ctx), i.lookMax)
		outcomes, err := i.Known(looking, evs...)
		cancel()
		if err != nil {
			return nil, err
		}
		open := false
		for _, outcome := range outcomes {
			open = open || outcome.Pending()
		}
		if !open || !pause(ctx, interval) {
			return outcomes, nil
		}
	}
}

// giveUp discards what was refused, and waits for it.
func (i *Intake) giveUp(ctx context.Context, evs []*events.Event, outcomes []Verdict) (bool, error) {
	var discards []*events.Event
	for n, outcome := range outcomes {
		if outcome.Status != decision.StatusRejected {
			continue
		}
		ev := evs[n]
		discard, err := events.New(events.Envelope{ID: "given-up/" + events.DeriveID(ev.Source, ev.ID), Source: ev.Source, Subject: ev.ID,
			PartitionKey: ev.PartitionKey, Time: ev.Time},
			&events.RejectionDiscarded{RejectionAction: events.RejectionAction{Source: ev.Source, ID: ev.ID, Actor: "partner-api"}})
		if err != nil {
			return false, fmt.Errorf("give the refused event %q up: %w", ev.ID, err)
		}
		discards = append(discards, discard)
	}
	if len(discards) == 0 {
		return false, nil
	}
	if err := i.publish(ctx, discards); err != nil {
		return false, err
	}
	_, err := i.await(ctx, discards)
	return true, err
}

func (i *Intake) publish(ctx context.Context, evs []*events.Event) error {
	if len(evs) == 0 {
		return nil
	}
	connected := i.bus.Load()
	if connected == nil {
		return ErrNoBroker
	}
	messages := make([]bus.Outgoing, len(evs))
	for n, ev := range evs {
		header, data := ev.Message()
		messages[n] = bus.Outgoing{Subject: events.InSubject(ev), Header: header, Data: data}
	}
	if err := connected.PublishBatch(ctx, messages); err != nil {
		return fmt.Errorf("hand in %d events: %w", len(evs), err)
	}
	return nil
}
