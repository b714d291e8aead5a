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

	inputs []*decision.Input
	log    db.AddReferencesParams
	outs   []events.Out
}

// add puts one decided event into the inbox, and into the log or the outbox.
func (w *referenceWriter) add(o *outcome, version int64) {
	w.counters.InputNo++
	in := &decision.Input{No: w.counters.InputNo, Event: o.event, ArrivedAt: o.event.Time, Status: decision.StatusAccepted,
		ReferenceVersion: version, ReceivedVersion: version, Attempts: 1}
	if w.arrived {
		in.ArrivedAt = o.message.Time.UTC().Truncate(time.Microsecond)
	}
	switch {
	case o.why != nil:
		in.Status, in.Refusal = decision.StatusRejected, o.why.Code
		in.Rejection = &events.Rejection{Code: o.why.Code, Message: o.why.Message, Pointer: o.why.Pointer} // nobody tries it again
		w.outs = append(w.outs, events.NewRejectedOut(o.event, o.why, 1))
	case o.fired:
		in.Status = decision.StatusWaiting
		w.counters.Waiting++
	default:
		w.logged(o)
	}
	if in.Status != decision.StatusWaiting {
		w.counters.DecisionNo++
		in.DecisionNo = w.counters.DecisionNo
	}
	w.inputs = append(w.inputs, in)
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

// jobs are the inputs of this transaction that wait to be fanned out.
func (w *referenceWriter) jobs() (jobs []*decision.Input) {
	for _, in := range w.inputs {
		if in.Status == decision.StatusWaiting {
			jobs = append(jobs, in)
		}
	}
	return jobs
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
		if err := w.storeInputs(ctx, queries); err != nil {
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

func (w *referenceWriter) storeInputs(ctx context.Context, queries *db.Queries) error {
	keys := db.AddKeysParams{KeyHashes: w.keys}
	var inputs db.SaveInputsParams
	for _, in := range w.inputs {
		keys.PartnerIds, keys.InputNos = append(keys.PartnerIds, events.AllPartners), append(keys.InputNos, in.No)
		keys.ContentHashes = append(keys.ContentHashes, in.Event.ContentHash[:])
		addInput(&inputs, events.AllPartners, in, 1)
	}
	if err := queries.AddKeys(ctx, keys); err != nil {
		return err
	}
	return queries.SaveInputs(ctx, inputs)
}

// sendOut puts outgoing events into the outbox of the reference log. Numbering
// proves the lease, also when there is nothing to number.
func sendOut(ctx context.Context, queries *db.Queries, epoch int64, outs []events.Out) error {
	if _, err := queries.NumberReferenceOutbox(ctx, int64(len(outs)), epoch); err != nil {
		return notOwner(err, "number the outbox of the reference log")
	}
	return addNumbered(ctx, queries, outs)
}

// announce puts events that are of nobody's stream there, which its owner
// publishes. Last of all in a transaction, because it takes the outbox's number.
func announce(ctx context.Context, queries *db.Queries, outs ...events.Out) error {
	if len(outs) == 0 {
		return nil
	}
	if _, err := queries.NumberReconciliationOutbox(ctx, int64(len(outs))); err != nil {
		return fmt.Errorf("number %d outgoing events: %w", len(outs), err)
	}
	return addNumbered(ctx, queries, outs)
}

// addNumbered adds as many events as numbers of the outbox of the reference log
// were given out last.
func addNumbered(ctx context.Context, queries *db.Queries, outs []events.Out) error {
	if len(outs) == 0 {
		return nil
	}
	var p db.AddOutboxParams
	for i, out := range outs {
		payload, err := out.Payload()
		if err != nil {
			return err
		}
		addOutbox(&p, referencePartition, out, payload)
		p.Behind = append(p.Behind, int64(len(outs)-1-i))
	}
	if err := queries.AddOutbox(ctx, p); err != nil {
		return fmt.Errorf("put %d events into the outbox of the reference log: %w", len(outs), err)
	}
	return nil
}
