package workers

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

// A Snapshot is the database at one moment, for inquiries and explanations
// beside the workers. It locks nothing and changes nothing.
type Snapshot struct {
	Common *decision.Reference // the fold of the reference log

	tx     pgx.Tx
	sites  site.Profiles
	model  *ReadModel // where reference data is in memory; nil for a fold of its own
	opened int64      // nanoseconds after the model began
}

// ErrUnknownPartner says that a partner was never heard of.
var ErrUnknownPartner = errors.New("no reference data of this partner was received; correct the id or publish its partner.enrolled.v1")

// OpenSnapshot reads the common reference data. Close ends it.
func OpenSnapshot(ctx context.Context, pool *pgxpool.Pool, sites site.Profiles) (*Snapshot, error) {
	tx, err := pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return nil, fmt.Errorf("read the database: %w", err)
	}
	s := &Snapshot{Common: decision.NewReference(sites), tx: tx, sites: sites}
	if _, err := foldReferenceLog(ctx, db.New(tx), s.Common); err != nil {
		s.Close(ctx)
		return nil, err
	}
	return s, nil
}

// Close ends the snapshot.
func (s *Snapshot) Close(ctx context.Context) { rollback(ctx, s.tx) }

// Partner returns a partner with its numbers and its reference data, and no rows.
func (s *Snapshot) Partner(ctx context.Context, id string) (*decision.Partner, error) {
	reference, err := s.reference(ctx, id)
	if err != nil {
		return nil, err
	}
	row, err := db.New(s.tx).FindPartner(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("load the numbers of partner %q: %w", id, err)
	}
	if s.model != nil && reference.Version() < row.ReferenceNo { // what was decided just now is read whole
		if reference, err = s.model.within(ctx, db.New(s.tx), s.opened, id, row.ReferenceNo); err != nil {
			return nil, err
		}
	}
	p := decision.NewPartner(id, s.sites, reference, false)
	p.SetCounters(countersOf(row))
	return p, nil
}

func (s *Snapshot) reference(ctx context.Context, id string) (*decision.PartnerReference, error) {
	if s.model != nil {
		return s.model.within(ctx, db.New(s.tx), s.opened, id, 0)
	}
	stored, err := db.New(s.tx).LoadPartnerReferences(ctx, []string{id}, []int64{0})
	if err != nil {
		return nil, fmt.Errorf("load the reference data of partner %q: %w", id, err)
	}
	if len(stored) == 0 {
		return nil, fmt.Errorf("load partner %q: %w", id, ErrUnknownPartner)
	}
	reference := decision.NewPartnerReference()
	for _, row := range stored {
		ev, err := restoreReference(row)
		if err != nil {
			return nil, err
		}
		reference.Load(row.Version, ev)
	}
	return reference, nil
}

// Load brings scopes of a partner, as they bring them to a decision.
func (s *Snapshot) Load(ctx context.Context, p *decision.Partner, scopes ...decision.Scope) error {
	w := &working{Partner: p, needs: map[decision.Scope]bool{}}
	for _, scope := range scopes {
		w.needs[scope] = true
	}
	r := run{tx: s.tx, partners: map[string]*working{p.ID: w}}
	return r.load(ctx, []string{p.ID})
}

// PartnersOfOrder lists the partners that have an order of this id, by id.
func (s *Snapshot) PartnersOfOrder(ctx context.Context, orderID string) ([]string, error) {
	return s.partnersWith(ctx, db.LoadOrders, "order", orderID)
}

// PartnersOfBill lists the partners that have a bill of this id, by id.
func (s *Snapshot) PartnersOfBill(ctx context.Context, billID string) ([]string, error) {
	return s.partnersWith(ctx, db.LoadBills, "bill", billID)
}

// partnersWith asks a query of pairs of partner and id for one id of every
// partner.
func (s *Snapshot) partnersWith(ctx context.Context, query, what, id string) ([]string, error) {
	partners, err := s.Partners(ctx)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(partners))
	for i := range ids {
		ids[i] = id
	}
	rows, err := s.tx.Query(ctx, query, partners, ids)
	if err != nil {
		return nil, fmt.Errorf("look for %s %q: %w", what, id, err)
	}
	var found []string
	err = scanRows(rows, func(row storedRow) error {
		if row.document != nil {
			found = append(found, row.partnerID)
		}
		return nil
	})
	slices.Sort(found)
	return found, err
}
