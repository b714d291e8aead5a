package reconciliation

import (
	"fmt"
	"strconv"
	"time"
)

// Numbers of outgoing events have no gaps within a partition, and rows stay until they are published: what is numbered and
// not published has to be there. Rows that were published tell nothing any more; what came of them is the consumers' to say.

// An OutboxRange is a run of numbers of one partition that is not as it has to be.
type OutboxRange struct {
	Partition       int
	Published, Last int64 // the last number published, and the last given out
	From, To        int64
}

func (r *OutboxRange) position() Row {
	return Row{Source: "stream_position", ID: strconv.Itoa(r.Partition), Text: fmt.Sprintf("outbox_no %d, relayed_no %d", r.Last, r.Published)}
}

func (r *OutboxRange) numbers() string {
	if r.From == r.To {
		return fmt.Sprintf("event %d", r.From)
	}
	return fmt.Sprintf("events %d to %d", r.From, r.To)
}

// Missing makes the finding of numbers that nothing stands under; partnerID is whom they are kept with.
func (r *OutboxRange) Missing(partnerID string) Finding {
	f := newFinding(OutboxGap, partnerID, strconv.Itoa(r.Partition), strconv.FormatInt(r.From, 10))
	f.Expected = fmt.Sprintf("all events from %d to %d, which are not published", r.Published+1, r.Last)
	f.Found, f.Evidence = "no "+r.numbers(), []Row{r.position()}
	return f
}

// Beyond makes the finding of rows whose numbers were never given out.
func (r *OutboxRange) Beyond(partnerID string) Finding {
	f := newFinding(OutboxUnknown, partnerID, strconv.Itoa(r.Partition), strconv.FormatInt(r.From, 10))
	f.Expected, f.Found, f.Evidence = fmt.Sprintf("event %d as the last", r.Last), r.numbers(), []Row{r.position()}
	return f
}

// A StuckOutbox is what of one partner waits in one partition to be published.
type StuckOutbox struct {
	OutboxRange // From is the oldest
	Events      int64
	Oldest      time.Time
}

// Stuck makes the finding of events that wait for longer than a limit.
func (s *StuckOutbox) Stuck(partnerID string, limit time.Duration) Finding {
	f := newFinding(OutboxStuck, partnerID, strconv.Itoa(s.Partition))
	f.Expected = fmt.Sprintf("no event that waits for more than %s", limit)
	f.Found = fmt.Sprintf("%d, the first is %d of %s", s.Events, s.From, s.Oldest.UTC().Format(time.RFC3339))
	f.Evidence = []Row{s.position()}
	return f
}
