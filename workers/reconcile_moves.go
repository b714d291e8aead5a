package workers

import (
	"context"
	"fmt"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/reconciliation"
)

// movesMax bounds how many partners a customer is followed through.
const movesMax = 32

// moves looks whether customers that left the partner for another one are with
// some partner now.
func (b *book) moves(ctx context.Context) error {
	if !b.whole {
		return nil
	}
	b.covers(reconciliation.CustomerWithoutPartner)
	gone, err := b.queries.CustomersMovedOn(ctx, b.partnerID)
	if err != nil {
		return fmt.Errorf("look for customers that moved on: %w", err)
	}
	if len(gone) == 0 {
		return nil
	}
	told := make(map[string]map[string][]reconciliation.Move, len(gone)) // by customer and partner
	for _, id := range gone {
		told[id] = map[string][]reconciliation.Move{}
	}
	b.count(reconciliation.PairReferences, "").compared += int64(len(gone))
	asked := map[string][]string{b.partnerID: gone} // customers, by partner
	for range movesMax {
		if err := b.readMoves(ctx, asked, told); err != nil {
			return err
		}
		next := map[string][]string{}
		for _, id := range gone {
			if told[id] == nil {
				continue
			}
			f, missing := reconciliation.WithoutPartner(b.partnerID, id, told[id])
			if missing != "" {
				next[missing] = append(next[missing], id)
				continue
			}
			if f != nil {
				b.found(reconciliation.PairReferences, *f)
			}
			delete(told, id)
		}
		if asked = next; len(asked) == 0 {
			return nil
		}
	}
	return fmt.Errorf("follow customers that moved on: %d are not with one of %d partners", len(told), movesMax)
}

// readMoves adds what partners were told of customers.
func (b *book) readMoves(ctx context.Context, asked map[string][]string, told map[string]map[string][]reconciliation.Move) error {
	for partner, customers := range asked {
		for _, id := range customers {
			told[id][partner] = nil // also where nothing is told
		}
		rows, err := b.queries.CustomerMoves(ctx, []string{partner}, customers)
		if err != nil {
			return fmt.Errorf("read the moves of %d customers of partner %q: %w", len(customers), partner, err)
		}
		for _, row := range rows {
			at, err := time.Parse(time.RFC3339Nano, row.EffectiveTime)
			if err != nil {
				return fmt.Errorf("read the moves of customer %q of partner %q: %w", row.CustomerID, partner, err)
			}
			if row.Type == events.TypeCustomerDisassociated && row.NextPartnerID == "" {
				continue // it ended, and went nowhere
			}
			told[row.CustomerID][partner] = append(told[row.CustomerID][partner], reconciliation.Move{PartnerID: partner, CustomerID: row.CustomerID,
				Version: row.Version, EventID: row.EventID, At: at, Next: row.NextPartnerID})
		}
	}
	return nil
}
