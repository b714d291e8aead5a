package decision

import (
	"time"

	"github.com/accruald/accruald/workers/calendar"
)

// ChargedAt is when an order was paid or gave something back, as it is stored,
// "" where neither happened.
func ChargedAt(o *Order) string {
	if o.Payment == nil && o.Refund == nil {
		return ""
	}
	at, _ := o.Turnover()
	return at.UTC().Format(time.RFC3339Nano)
}

// ChargedBy is the fact that charged an order, or gave back by it.
func (o *Order) ChargedBy() EventRef {
	if o.Payment != nil {
		return o.Payment.Event
	}
	return o.Event
}

// Between returns the decisions between which everything was made that the
// statement of a cycle tells of earlier ones, and may be more: behind the first,
// up to the second.
func (t *Telling) Between(cycle calendar.Cycle) (after, until int64) {
	until = maxDecision
	for _, run := range t.Runs {
		if run.Cycle == cycle {
			return after, run.DecisionNo
		}
		if run.Cycle >= cycle.Prev() {
			after = max(after, run.DecisionNo)
		}
	}
	return after, until
}

// maxDecision is behind every decision.
const maxDecision = 1<<63 - 1

// Note adds when an input that happened at a time was decided, if that was
// after a run that told until there.
func (t *Telling) Note(source, id string, at time.Time, decisionNo int64, zone *time.Location) {
	for _, run := range t.Runs {
		if at.Before(run.Cycle.End(zone)) && decisionNo > run.DecisionNo {
			t.Late[InputID(source, id)] = max(t.Late[InputID(source, id)], decisionNo)
		}
	}
}
