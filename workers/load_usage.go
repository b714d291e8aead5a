package workers

import (
	"time"

	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
)

// usageWants are what queries of metered usage are asked for.
type usageWants struct {
	usages, ofWindows, ofTiers, windows, open, tiers want
	since                                            want // ids: resource and time
}

// of returns the want of a scope, nil for one of another kind.
func (w *usageWants) of(kind decision.ScopeKind) *want {
	switch kind {
	case decision.ScopeUsage:
		return &w.usages
	case decision.ScopeUsages:
		return &w.ofWindows
	case decision.ScopeTierUsages:
		return &w.ofTiers
	case decision.ScopeUsageWindow:
		return &w.windows
	case decision.ScopeUsageDue:
		return &w.open
	case decision.ScopeUsageTier:
		return &w.tiers
	case decision.ScopeUsagesSince:
		return &w.since
	default:
		return nil
	}
}

// wantAlone asks for what a chain key names where no chain has the key: settled
// usage is an order, and what was used a resource, that no order fact named.
func (l *loader) wantAlone() {
	for i, key := range l.chains.ids {
		w := l.partners[l.chains.partnerIDs[i]]
		if w.stored.Usages == 0 || w.ChainOf.Get(key) != nil {
			continue
		}
		if order, resource := decision.CutChainKey(key); order != "" {
			l.orders.add(w.ID, order)
			l.detailsOfOrders.add(w.ID, order)
		} else {
			l.resources.add(w.ID, resource)
		}
	}
}

// queueUsage queues the queries of usage that are wanted.
func (l *loader) queueUsage() error {
	usages := reader(l, func(w *working) *decision.Table[decision.Usage] { return w.Usages })
	windows := reader(l, func(w *working) *decision.Table[decision.UsageWindow] { return w.UsageWindows })
	tiers := reader(l, func(w *working) *decision.Table[decision.UsageTier] { return w.UsageTiers })
	l.pairs(db.LoadUsages, &l.usage.usages, usages)
	l.pairs(db.LoadUsagesOfWindows, &l.usage.ofWindows, usages)
	l.pairs(db.LoadUsagesOfTiers, &l.usage.ofTiers, usages)
	l.pairs(db.LoadUsageWindows, &l.usage.windows, windows)
	l.pairs(db.LoadUsageTiers, &l.usage.tiers, tiers)
	l.ofPartners(db.LoadUsageWindowsOpen, &l.usage.open, windows)
	if since := &l.usage.since; len(since.ids) > 0 {
		resources, times := make([]string, len(since.ids)), make([]time.Time, len(since.ids))
		for i, id := range since.ids {
			var err error
			if resources[i], times[i], err = decision.CutSince(id); err != nil {
				return err
			}
		}
		l.batch.Queue(db.LoadUsagesSince, since.partnerIDs, resources, times).Query(usages)
	}
	return nil
}
