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

func (c *counts) add(batch []Delivery, committed Committed) {
	c.decided.Add(int64(len(batch)))
	c.accepted.Add(int64(committed.Accepted))
	c.rejected.Add(int64(committed.Rejected))
	c.waiting.Add(int64(committed.Waiting))
	c.duplicates.Add(int64(committed.Duplicates))
}

// account counts and logs what became of a batch.
func (w *Worker) account(batch []Delivery, committed Committed) {
	w.counts.add(batch, committed)
	w.metrics.rounds.Add(float64(committed.Rounds))
	rejected := map[[2]string]bool{}
	for _, row := range committed.Outbox {
		if data, is := w.noteRejected(row); is {
			rejected[[2]string{data.Source, data.ID}] = true
		}
	}
	if len(batch) == 0 {
		return
	}
	w.metrics.batchSize.Observe(float64(len(batch)))
	count := func(typ, outcome string, n int) {
		if n > 0 {
			w.metrics.processed.WithLabelValues(typ, outcome).Add(float64(n))
		}
	}
	if committed.Waiting+committed.Duplicates > 0 {
		// Which of the batch they are is not told, so that no type is.
		count("", outcomeAccepted, committed.Accepted)
		count("", outcomeRejected, committed.Rejected)
		count("", outcomeWaiting, committed.Waiting)
		count("", outcomeDuplicate, committed.Duplicates)
		return
	}
	for i := range batch {
		outcome := outcomeAccepted
		if rejected[[2]string{batch[i].Event.Source, batch[i].Event.ID}] {
			outcome = outcomeRejected
		}
		count(knownType(batch[i].Event.Type), outcome, 1)
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
func (w *Worker) noteRejected(row OutboxRow) (events.EventRejected, bool) {
	var data events.EventRejected
	if !strings.HasSuffix(row.Subject, rejectedSuffix) {
		return data, false
	}
	if err := json.Unmarshal(row.Data, &data); err != nil {
		w.log.Warn("outgoing event not understood", "subject", row.Subject, "msg_id", row.MsgID, "err", err)
		return data, false
	}
	w.metrics.rejected.WithLabelValues(data.Code).Inc()
	w.log.Warn("event rejected", "source", data.Source, "id", data.ID, "type", data.Type, "code", data.Code,
		"pointer", data.Pointer, "retryable", data.Retryable)
	return data, true
}
