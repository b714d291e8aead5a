package workers

import (
	"strings"
	"sync/atomic"

	"github.com/go-json-experiment/json"

	"github.com/accruald/accruald/events"
)

// counts are what a worker did since it was made.
type counts struct {
	decided, accepted, rejected, waiting, duplicates, relayed, references atomic.Int64
}

func (c *counts) add(outcome Outcome) {
	c.decided.Add(1)
	switch outcome {
	case OutcomeAccepted:
		c.accepted.Add(1)
	case OutcomeRejected:
		c.rejected.Add(1)
	case OutcomeWaiting:
		c.waiting.Add(1)
	case OutcomeDuplicate:
		c.duplicates.Add(1)
	}
}

// account counts and logs what became of a batch, or of a look after partners,
// which has no deliveries.
func (w *Worker) account(batch []Delivery, committed Committed) {
	w.metrics.rounds.Add(float64(committed.Rounds))
	for _, row := range committed.Outbox {
		w.noteRejected(row)
	}
	for i, outcome := range committed.Outcomes {
		w.counts.add(outcome)
		w.metrics.processed.WithLabelValues(knownType(batch[i].Event.Type), string(outcome)).Inc()
	}
	if len(batch) > 0 {
		w.metrics.batchSize.Observe(float64(len(batch)))
	}
}

// knownType keeps what a sender made up out of the labels.
func knownType(typ string) string {
	if events.SectionOf(typ) == 0 {
		return "unknown"
	}
	return typ
}

var rejectedSuffix = "." + unversioned(events.TypeEventRejected)

// noteRejected counts and logs a refusal by what is sent out about it.
func (w *Worker) noteRejected(row OutboxRow) {
	if !strings.HasSuffix(row.Subject, rejectedSuffix) {
		return
	}
	var data events.EventRejected
	if err := json.Unmarshal(row.Data, &data); err != nil {
		w.log.Warn("outgoing event not understood", "subject", row.Subject, "msg_id", row.MsgID, "err", err)
		return
	}
	w.metrics.rejected.WithLabelValues(data.Code).Inc()
	w.log.Warn("event rejected", "source", data.Source, "id", data.ID, "type", data.Type, "code", data.Code,
		"pointer", data.Pointer, "retryable", data.Retryable)
}
