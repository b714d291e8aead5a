package workers

import (
	"context"
	"fmt"

	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
)

// save writes everything that the batch changed, one statement a table, and
// the position, in one round trip.
func (r *run) save(ctx context.Context, position Position) error {
	var p pipeline
	s := saver{run: r, queries: db.New(&p)}
	moved, err := s.sendOut(&p, position)
	if err != nil {
		return fmt.Errorf("save the outbox: %w", err)
	}
	for _, queue := range []func(context.Context) error{
		s.keys, s.inputs, s.chains, s.orders, s.resources, s.details, s.bills, s.holds, s.debts, s.repayments,
		s.requests, s.invoices, s.allowances, s.attempts, s.coupons, s.quotas, s.holdRows, s.usage, s.usageWindows, s.usageTiers,
		s.opportunities, s.registrations, s.owedInvoices, s.postings, s.references, s.looks, s.partnerRows,
	} {
		if err := queue(ctx); err != nil {
			return err
		}
	}
	err = p.send(ctx, r.tx)
	if moved.refused() { // whatever became of the statements behind it
		return ErrNotOwner
	}
	if err != nil {
		return fmt.Errorf("save: %w", err)
	}
	moved.number(r.committed.Outbox)
	r.tell()
	return nil
}

// A saver queues the statements of one batch.
type saver struct {
	*run
	queries *db.Queries
}

// tell says what became of each delivery.
func (r *run) tell() {
	for _, t := range r.tasks {
		if t.tick.IsZero() {
			r.committed.Outcomes = append(r.committed.Outcomes, r.outcomeOf(t))
		}
	}
}

func (r *run) outcomeOf(t *task) Outcome {
	if t.duplicate() {
		return OutcomeDuplicate
	}
	switch r.partners[t.partnerID].Inputs.Get(t.inputID()).Status {
	case decision.StatusAccepted:
		return OutcomeAccepted
	case decision.StatusWaiting:
		return OutcomeWaiting
	default: // discarded in the same batch: it was refused before
		return OutcomeRejected
	}
}

// documents are the columns that every table of documents has.
type documents struct {
	partnerIDs, ids []string
	versions        []int64
	documents       [][]byte
}

// gone are the rows that a batch took away.
type gone struct {
	partnerIDs, ids []string
	versions        []int64
}

// changes collects what changed in one table over all partners. Each changed
// row is handed to column, which takes the table's own columns from it.
func changes[R any](r *run, table func(*decision.Partner) *decision.Table[R], column func(id string, row *R)) (d documents, g gone, err error) {
	for _, partnerID := range r.ids {
		for _, c := range table(r.partners[partnerID].Partner).Changed() {
			if c.Row == nil {
				g.partnerIDs, g.ids, g.versions = append(g.partnerIDs, partnerID), append(g.ids, c.ID), append(g.versions, c.Version)
				continue
			}
			document, err := decision.Document(c.Row)
			if err != nil {
				return d, g, fmt.Errorf("partner %q row %q: %w", partnerID, c.ID, err)
			}
			d.partnerIDs, d.ids = append(d.partnerIDs, partnerID), append(d.ids, c.ID)
			d.versions, d.documents = append(d.versions, c.Version), append(d.documents, document)
			column(c.ID, c.Row)
		}
	}
	return d, g, nil
}

// any tells whether there is something to send.
func (d documents) any() bool { return len(d.ids) > 0 }
func (g gone) any() bool      { return len(g.ids) > 0 }
