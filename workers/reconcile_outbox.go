package workers

import (
	"context"
	"fmt"
	"time"

	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/reconciliation"
)

const (
	// outboxAgeMax is how long an outgoing event may wait to be published: the
	// relay takes seconds, a broker that is restarted minutes.
	outboxAgeMax = 15 * time.Minute
	// outboxGapsMax bounds the gaps that one run reports; outboxStuckMax the
	// partners and partitions with events that wait for too long.
	outboxGapsMax  = 1_000
	outboxStuckMax = 100_000
)

// stuckOutbox are the outgoing events that wait for too long, by partner, as
// the run found them when it began: the outbox is no partner's table, and is
// read once for all.
type stuckOutbox struct {
	of    map[string][]reconciliation.StuckOutbox
	whole bool // these are all
}

func (r *Reconciler) stuckOutbox(ctx context.Context) (*stuckOutbox, error) {
	rows, err := r.queries.OutboxStuck(ctx, int32(outboxAgeMax/time.Second), outboxStuckMax)
	if err != nil {
		return nil, fmt.Errorf("look for outgoing events that wait for more than %s: %w", outboxAgeMax, err)
	}
	s := &stuckOutbox{of: map[string][]reconciliation.StuckOutbox{}, whole: len(rows) < outboxStuckMax}
	for _, row := range rows {
		s.of[row.PartnerID] = append(s.of[row.PartnerID], reconciliation.StuckOutbox{Events: row.Events, Oldest: row.Oldest, OutboxRange: reconciliation.OutboxRange{
			Partition: int(row.Partition), Published: row.RelayedNo, Last: row.OutboxNo, From: row.First, To: row.First}})
	}
	return s, nil
}

// waiting takes over what waits of the partner, also where nothing was decided.
func (c *comparing) waiting(stuck *stuckOutbox) {
	for _, s := range stuck.of[c.partnerID] {
		c.count(reconciliation.PairOutbox, "").compared += s.Events
		c.found(reconciliation.PairOutbox, s.Stuck(c.partnerID, outboxAgeMax))
	}
	if stuck.whole {
		c.covers(reconciliation.OutboxStuck)
	}
}

// outbox compares the rows of the outbox with the numbers given out. A number
// that is missing was some partner's, and nothing tells whose: what is found is
// kept with all partners.
func (c *comparing) outbox(ctx context.Context) error {
	gaps, err := c.queries.OutboxGaps(ctx, outboxGapsMax)
	if err != nil {
		return fmt.Errorf("compare the outbox with its numbers: %w", err)
	}
	for _, row := range gaps {
		c.found(reconciliation.PairOutbox, outboxRange(row).Missing(c.partnerID))
	}
	beyond, err := c.queries.OutboxBeyond(ctx)
	if err != nil {
		return fmt.Errorf("compare the outbox with its numbers: %w", err)
	}
	for _, row := range beyond {
		c.found(reconciliation.PairOutbox, outboxRange(db.OutboxGapsRow(row)).Beyond(c.partnerID))
	}
	c.count(reconciliation.PairOutbox, "").compared += bus.Partitions + 1
	if len(gaps) < outboxGapsMax {
		c.covers(reconciliation.OutboxGap)
	}
	c.covers(reconciliation.OutboxUnknown)
	return nil
}

func outboxRange(row db.OutboxGapsRow) *reconciliation.OutboxRange {
	return &reconciliation.OutboxRange{Partition: int(row.Partition), Published: row.RelayedNo, Last: row.OutboxNo, From: row.First, To: row.Last}
}
