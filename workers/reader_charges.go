package workers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/decision"
)

// chargedMax bounds the orders and adjustments that one question is answered
// from.
const chargedMax = 100_000

// ErrTooManyCharges says that a cycle has more charges than one question is
// answered from.
var ErrTooManyCharges = fmt.Errorf("more than %d orders were charged", chargedMax)

// LoadCharges brings what customers were charged in a cycle, nil for every
// customer: the orders that its statement may tell of, those that they give
// back of, adjustments, and which statement told of them. It may be more, which
// the Telling sorts out.
func (s *Snapshot) LoadCharges(ctx context.Context, p *decision.Partner, cycle calendar.Cycle, zone *time.Location, customerIDs []string) (*decision.Telling, error) {
	telling, err := s.loadCharges(ctx, p, cycle, zone, customerIDs)
	if err != nil && !errors.Is(err, ErrTooManyCharges) {
		err = fmt.Errorf("load the charges of partner %q in %s: %w", p.ID, cycle, err)
	}
	return telling, err
}

func (s *Snapshot) loadCharges(ctx context.Context, p *decision.Partner, cycle calendar.Cycle, zone *time.Location, customerIDs []string) (*decision.Telling, error) {
	telling, err := s.StatementRuns(ctx, p.ID, zone)
	if err != nil {
		return nil, err
	}
	start, end, every := cycle.Start(zone), cycle.End(zone), customerIDs == nil
	after, until := telling.Between(cycle)
	if err := fill(ctx, s.tx, p.Orders, db.ChargedBetween, p.ID, start, end, every, customerIDs, chargedMax+1); err != nil {
		return nil, err
	}
	if err := fill(ctx, s.tx, p.Orders, db.ChargedLate, p.ID, start, every, customerIDs, chargedMax+1, after, until); err != nil {
		return nil, err
	}
	if err := fill(ctx, s.tx, p.Adjustments, db.AdjustmentsOfCustomers, p.ID, every, customerIDs, chargedMax+1); err != nil {
		return nil, err
	}
	if len(p.Orders.All()) > chargedMax || len(p.Adjustments.All()) > chargedMax {
		return nil, ErrTooManyCharges
	}
	if err := s.loadOriginals(ctx, p); err != nil {
		return nil, err
	}
	return telling, s.tell(ctx, p, telling, zone)
}

// loadOriginals brings the orders that refunds and adjustments are about.
func (s *Snapshot) loadOriginals(ctx context.Context, p *decision.Partner) error {
	wanted := map[string]bool{}
	for _, o := range p.Orders.All() {
		if o.Refund == nil {
			continue
		}
		for i := range o.Refund.Orders {
			wanted[o.Refund.Orders[i].OrderID] = true
		}
		for _, c := range o.Refund.CouponsReturned {
			wanted[c.OrderID] = true
		}
	}
	for _, a := range p.Adjustments.All() {
		wanted[a.OrderID] = true
	}
	var ids []string
	for id := range wanted {
		if p.Orders.Get(id) == nil {
			ids = append(ids, id)
		}
	}
	return fill(ctx, s.tx, p.Orders, db.OrdersByID, p.ID, ids)
}

// tell finds out when the facts of the loaded charges were decided.
func (s *Snapshot) tell(ctx context.Context, p *decision.Partner, telling *decision.Telling, zone *time.Location) error {
	var keys [][]byte
	var windows []string
	fact := func(f decision.EventRef) {
		key := inputKey(f.Source, f.ID)
		keys = append(keys, key[:])
	}
	for _, o := range p.Orders.All() {
		fact(o.ChargedBy())
		if o.Usage != nil {
			windows = append(windows, o.ID)
		}
	}
	for _, a := range p.Adjustments.All() {
		fact(a.Event)
	}
	queries := db.New(s.tx)
	decided, err := queries.DecisionsOf(ctx, keys, p.ID)
	if err != nil {
		return err
	}
	for _, row := range decided {
		telling.Note(row.Source, row.EventID, row.Time, row.DecisionNo, zone)
	}
	first, err := queries.FirstUsageDecisionsOf(ctx, p.ID, windows)
	if err != nil {
		return err
	}
	for _, row := range first {
		telling.Usage[row.WindowID] = row.DecisionNo
	}
	return nil
}
