package books

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accruald/accruald/cmd/accruald/internal/feed"
	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

// Books are the rows of one moment; memory or snapshot has them.
type Books struct {
	Common   *decision.Reference
	memory   *decision.Memory
	snapshot *workers.Snapshot
	close    func()
}

// Events folds files. Facts from until on are left out, unless it is zero: what is asked for the time of an order is what
// that order was priced with.
func Events(ctx context.Context, sources []feed.Source, sites site.Profiles, until time.Time) (*Books, error) {
	m := decision.NewMemory(sites)
	for line, err := range feed.Lines(sources) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		reference := events.IsReference(line.Event.Type) || events.IsPartnerReference(line.Event.Type)
		if !reference && !until.IsZero() && !line.Event.Time.Before(until) {
			continue
		}
		if _, err := m.Fold(line.Event, nil); err != nil {
			return nil, fmt.Errorf("decide %s:%d: %w", line.File, line.Number, err)
		}
	}
	return Memory(m), nil
}

// Memory are the books of an engine.
func Memory(m *decision.Memory) *Books { return &Books{Common: m.Common, memory: m, close: func() {}} }

// Database opens a snapshot of the database. The pool is closed with it, or when there is none.
func Database(ctx context.Context, pool *pgxpool.Pool, sites site.Profiles) (*Books, error) {
	snapshot, err := workers.OpenSnapshot(ctx, pool, sites)
	if err != nil {
		pool.Close()
		return nil, err
	}
	return &Books{Common: snapshot.Common, snapshot: snapshot, close: func() { snapshot.Close(ctx); pool.Close() }}, nil
}

// Close lets go of the database.
func (b *Books) Close() { b.close() }

// Partner returns a partner's reference data, and in memory its rows. An empty id is for files of one partner only.
func (b *Books) Partner(ctx context.Context, id string) (*decision.Partner, error) {
	switch {
	case b.snapshot != nil && id == "":
		return nil, fmt.Errorf("the database may have many partners: name one by --partner")
	case b.snapshot != nil:
		return b.snapshot.Partner(ctx, id)
	case id == "" && len(b.memory.Partners) != 1:
		return nil, fmt.Errorf("the files have %d partners: name one by --partner", len(b.memory.Partners))
	}
	for known, p := range b.memory.Partners {
		if known == id || id == "" {
			return p, nil
		}
	}
	return nil, fmt.Errorf("the files have no event of partner %q: name another or add its files", id)
}

// Load brings scopes of a partner; memory has all of them.
func (b *Books) Load(ctx context.Context, p *decision.Partner, scopes ...decision.Scope) error {
	if b.snapshot == nil {
		return nil
	}
	return b.snapshot.Load(ctx, p, scopes...)
}

// Current refuses a time at which a resource was not yet what the rows say.
func (b *Books) Current(p *decision.Partner, at time.Time, resourceIDs []string) error {
	if b.snapshot == nil {
		return nil
	}
	for _, id := range resourceIDs {
		if last := p.LastFact(id).Time; !last.Before(at) {
			return fmt.Errorf("the database has resource %q as it is since %s: ask for a later time, or take the facts from files with --events",
				id, last.Format(time.RFC3339))
		}
	}
	return nil
}

// PartnerOfOrder returns the partner of an order with the order's chain. An empty id looks through all partners.
func (b *Books) PartnerOfOrder(ctx context.Context, id, orderID string) (*decision.Partner, error) {
	if id == "" {
		found, err := b.partnersOf(ctx, orderID)
		if err != nil {
			return nil, err
		}
		if id, err = only(found, "order", orderID, "correct the id, or look it up in `accruald waiting` and `accruald rejections`"); err != nil {
			return nil, err
		}
	}
	p, err := b.Partner(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := b.Load(ctx, p, decision.ScopeOfOrder(orderID)); err != nil {
		return nil, err
	}
	if p.Orders.Get(orderID) == nil {
		return nil, fmt.Errorf("partner %q has no order %q: correct the id, or look it up in `accruald waiting` and `accruald rejections`", id, orderID)
	}
	return p, nil
}

func (b *Books) partnersOf(ctx context.Context, orderID string) ([]string, error) {
	if b.snapshot != nil {
		return b.snapshot.PartnersOfOrder(ctx, orderID)
	}
	var found []string
	for id, p := range b.memory.Partners {
		if p.Orders.Get(orderID) != nil {
			found = append(found, id)
		}
	}
	slices.Sort(found)
	return found, nil
}
