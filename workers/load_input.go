package workers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/decision"
)

// countersOf are a partner's numbers as stored. A time of the year 1 is none.
func countersOf(p db.Partner) decision.Counters {
	return decision.Counters{
		InputNo: p.InputNo, DecisionNo: p.DecisionNo, PostingNo: p.PostingNo, ReferenceNo: p.ReferenceNo,
		Waiting: p.Waiting, Retryable: p.Retryable, RetriedReference: p.RetriedReference, RetriedPartner: p.RetriedPartner,
		Highest: p.Highest.UTC(), WaitingSince: p.WaitingSince.UTC(), ClosedCycle: calendar.Cycle(p.ClosedCycle),
		CutOffs: p.CutOffs, CutOffDecision: p.CutOffDecision, PostingHash: decision.PostingHash(p.PostingHash), Overdue: p.Overdue,
		Usages: p.Usages, UsageSettledUntil: p.UsageSettledUntil.UTC(),
	}
}

// offsetOf is what timestamptz does not keep: seconds east of UTC.
func offsetOf(t time.Time) int32 {
	_, seconds := t.Zone()
	return int32(seconds)
}

// atOffset gives a stored time the offset it was sent with.
func atOffset(t time.Time, seconds int32) time.Time {
	if seconds == 0 {
		return t.UTC()
	}
	return t.In(time.FixedZone("", int(seconds)))
}

func (l *loader) readInputs(rows pgx.Rows) error {
	stored, err := pgx.CollectRows(rows, pgx.RowToAddrOfStructByPos[db.Input])
	if err != nil {
		return err
	}
	for _, s := range stored {
		w := l.partners[s.PartnerID]
		in, err := restoreInput(s)
		if err != nil {
			return err
		}
		w.Inputs.Load(decision.InputID(s.Source, s.EventID), in, s.Version)
	}
	return nil
}

func restoreInput(s *db.Input) (*decision.Input, error) {
	ev, err := events.Restore(events.Envelope{ID: s.EventID, Source: s.Source, Type: s.Type, Subject: s.Subject,
		PartitionKey: s.PartitionKey, Time: atOffset(s.Time, s.TimeOffset)}, s.Payload)
	if ev == nil || err != nil && s.Status != decision.StatusRejected && s.Status != decision.StatusDiscarded {
		return nil, fmt.Errorf("restore input %d of partner %q: %w", s.InputNo, s.PartnerID, err)
	}
	ev.ContentHash = [32]byte(s.ContentHash)
	in := &decision.Input{
		No: s.InputNo, Event: ev, ArrivedAt: s.ArrivedAt.UTC(), Status: s.Status, ReferenceVersion: s.ReferenceVersion,
		PartnerVersion: s.PartnerVersion, Attempts: int(s.Attempts), FiveDay: s.FiveDay, Invoiced: s.Invoiced, FirstOrder: s.FirstOrder,
		ReceivedVersion: s.ReceivedVersion, Refusal: s.Refusal, DecisionNo: deref(s.DecisionNo), ChainKey: deref(s.ChainKey), WaitsFor: deref(s.WaitsFor),
	}
	if s.Code != "" {
		in.Rejection = &events.Rejection{Code: s.Code, Message: s.Message, Pointer: s.Pointer, Retryable: s.Retryable}
	}
	return in, nil
}

func deref[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// loadReferences folds what is new in the log of the partners' own reference
// data.
func (r *run) loadReferences(ctx context.Context, references map[string]*decision.PartnerReference, partnerIDs []string, after []int64) error {
	stored, err := db.New(r.tx).LoadPartnerReferences(ctx, partnerIDs, after)
	if err != nil {
		return fmt.Errorf("load the reference data of %d partners: %w", len(partnerIDs), err)
	}
	for _, s := range stored {
		ev, err := restoreReference(s)
		if err != nil {
			return err
		}
		references[s.Scope].Load(s.Version, ev)
	}
	for _, id := range partnerIDs {
		if have, want := references[id].Version(), r.partners[id].stored.ReferenceNo; have != want {
			return fmt.Errorf("load the reference data of partner %q: the log ends at %d and not at %d: %w", id, have, want, errLogBroken)
		}
	}
	return nil
}

// restoreReference returns an event of a partner's part of the reference log.
func restoreReference(s db.ReferenceLog) (*events.Event, error) {
	ev, err := events.Restore(events.Envelope{ID: s.EventID, Source: s.Source, Type: s.Type, Subject: s.Subject,
		PartitionKey: s.Scope, Time: atOffset(s.Time, s.TimeOffset)}, s.Payload)
	if err != nil {
		return nil, fmt.Errorf("restore reference event %d of partner %q: %w", s.Version, s.Scope, err)
	}
	ev.ContentHash = [32]byte(s.ContentHash)
	return ev, nil
}

// errLogBroken says that rows of the reference log are missing, which nothing
// of the product removes.
var errLogBroken = errors.New("the reference log is incomplete; restore the database from a backup")
