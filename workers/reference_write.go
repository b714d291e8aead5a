package workers

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
)

// referenceWriter collects the rows of one transaction of the reference log.
type referenceWriter struct {
	counters db.LockReferenceRow
	arrived  bool // the broker's time is the time of arrival, else the event's
	keys     [][]byte

	hashes  [][]byte
	numbers []int64
	inputs  []db.InsertReferenceInputParams
	runs    []int // indexes of inputs
	log     db.AddReferencesParams
	outs    []events.Out
}

// add puts one decided event into the inbox, and into the log or the outbox.
func (w *referenceWriter) add(o *outcome, version int64) {
	w.counters.InputNo++
	row := db.InsertReferenceInputParams{
		InputNo: w.counters.InputNo, Source: o.event.Source, EventID: o.event.ID, Type: storable(o.event.Type), Subject: storable(o.event.Subject),
		Time: o.event.Time, TimeOffset: offsetOf(o.event.Time), ArrivedAt: o.event.Time,
		Payload: orEmpty(o.event.Payload), ContentHash: o.event.ContentHash[:], Status: decision.StatusAccepted, ReferenceVersion: version,
	}
	if w.arrived {
		row.ArrivedAt = o.message.Time.UTC().Truncate(time.Microsecond)
	}
	switch {
	case o.why != nil:
		row.Status, row.Code, row.Message, row.Pointer = decision.StatusRejected, o.why.Code, storable(o.why.Message), storable(o.why.Pointer)
		w.outs = append(w.outs, events.NewRejectedOut(o.event, o.why, 1))
	case o.fired:
		row.Status = decision.StatusWaiting
		w.runs = append(w.runs, len(w.inputs))
		w.counters.Waiting++
	default:
		w.logged(o)
	}
	if row.Status != decision.StatusWaiting {
		w.counters.DecisionNo++
		row.DecisionNo = new(w.counters.DecisionNo)
	}
	w.hashes, w.numbers = append(w.hashes, row.ContentHash), append(w.numbers, row.InputNo)
	w.inputs = append(w.inputs, row)
}

func (w *referenceWriter) logged(o *outcome) {
	w.log.Scopes = append(w.log.Scopes, events.AllPartners)
	w.log.Versions = append(w.log.Versions, o.version)
	w.log.Sources = append(w.log.Sources, o.event.Source)
	w.log.EventIds = append(w.log.EventIds, o.event.ID)
	w.log.Types = append(w.log.Types, o.event.Type)
	w.log.Subjects = append(w.log.Subjects, o.event.Subject)
	w.log.Times = append(w.log.Times, o.event.Time)
	w.log.TimeOffsets = append(w.log.TimeOffsets, offsetOf(o.event.Time))
	w.log.Payloads = append(w.log.Payloads, o.event.Payload)
	w.log.ContentHashes = append(w.log.ContentHashes, o.event.ContentHash[:])
}

// waitFor makes the jobs of this transaction wait until the input is decided
// up to a sequence.
func (w *referenceWriter) waitFor(barrier uint64) {
	for _, i := range w.runs {
		w.inputs[i].WaitsFor = new(barrierKey(barrier))
	}
}

// barrierPrefix begins the key of a run that waits: how far the input has to
// be decided before it is fanned out.
const barrierPrefix = "input/"

func barrierKey(sequence uint64) string { return barrierPrefix + strconv.FormatUint(sequence, 10) }

func barrierOf(key string) (uint64, error) {
	digits, ok := strings.CutPrefix(key, barrierPrefix)
	if !ok {
		return 0, fmt.Errorf("read what a job waits for: %q does not begin with %q", key, barrierPrefix)
	}
	return strconv.ParseUint(digits, 10, 64)
}

func (w *referenceWriter) store(ctx context.Context, queries *db.Queries, epoch int64) error {
	if len(w.inputs) > 0 {
		partners := make([]string, len(w.inputs))
		for i := range partners {
			partners[i] = events.AllPartners
		}
		err := queries.AddKeys(ctx, db.AddKeysParams{PartnerIds: partners, KeyHashes: w.keys, ContentHashes: w.hashes, InputNos: w.numbers})
		if err != nil {
			return fmt.Errorf("put %d reference events into the inbox: %w", len(w.inputs), err)
		}
		if err := executed(queries.InsertReferenceInput(ctx, w.inputs).Exec); err != nil {
			return fmt.Errorf("store %d reference events: %w", len(w.inputs), err)
		}
	}
	if len(w.log.Versions) > 0 {
		if err := queries.AddReferences(ctx, w.log); err != nil {
			return fmt.Errorf("append %d events to the reference log: %w", len(w.log.Versions), err)
		}
	}
	if err := sendOut(ctx, queries, epoch, w.outs); err != nil {
		return err
	}
	err := queries.SaveReferenceCounters(ctx, w.counters.InputNo, w.counters.DecisionNo, w.counters.Waiting)
	if err != nil {
		return fmt.Errorf("count the reference events: %w", err)
	}
	return nil
}

// sendOut puts outgoing events into the outbox of the reference log. Numbering
// proves the lease, also when there is nothing to number.
func sendOut(ctx context.Context, queries *db.Queries, epoch int64, outs []events.Out) error {
	last, err := queries.NumberReferenceOutbox(ctx, int64(len(outs)), epoch)
	if err != nil {
		return notOwner(err, "number the outbox of the reference log")
	}
	rows := make([]db.InsertOutboxParams, len(outs))
	for i, out := range outs {
		payload, err := out.Payload()
		if err != nil {
			return err
		}
		rows[i] = db.InsertOutboxParams{
			Partition: referencePartition, No: last - int64(len(outs)-1-i), MsgID: out.ID, Type: out.Type, PartnerID: out.PartnerID,
			Subject: storable(out.Subject), Time: out.Time, TimeOffset: offsetOf(out.Time), Data: payload,
		}
	}
	if len(rows) == 0 {
		return nil
	}
	if err := executed(queries.InsertOutbox(ctx, rows).Exec); err != nil {
		return fmt.Errorf("put %d events into the outbox of the reference log: %w", len(rows), err)
	}
	return nil
}

// executed runs a batch of statements and returns the first error.
func executed(exec func(func(int, error))) error {
	var first error
	exec(func(_ int, err error) {
		if first == nil {
			first = err
		}
	})
	return first
}
