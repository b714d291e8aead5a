package decision

import (
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/pricing"
)

// settleUntil settles every window of usage that ended by a time, whatever its
// product is settled by. It is no cut-off: only the highest time counts, and
// usage that comes later to a settled window is settled when it comes.
func (d *decider) settleUntil(at time.Time) {
	if !at.After(d.Counters.UsageSettledUntil) {
		return
	}
	d.Counters.UsageSettledUntil = at.UTC()
	d.need(ScopeUsageDue, "")
	for _, w := range d.UsageWindows.By(windowsOpen, open) {
		if !w.Window.To.After(at) {
			settled := *w
			settled.Settled = true
			d.UsageWindows.Put(w.ID, &settled)
		}
	}
}

// settleUsage brings every settlement up to date with the usage that is in it
// and the totals that its tiers run over.
func (d *decider) settleUsage() error {
	d.judgeAgain()
	windows := d.windowsToSettle()
	if len(windows) == 0 {
		return nil
	}
	d.need(ScopeUsages, sortedKeys(windows)...)
	tiers := map[string]bool{}
	for id := range windows {
		for _, u := range d.Usages.By(usageByWindow, id) {
			if u.TierID != "" && u.Counted == u.Refused {
				tiers[u.TierID] = true
			}
		}
	}
	d.need(ScopeUsageTier, sortedKeys(tiers)...)
	for _, id := range sortedKeys(tiers) {
		if err := d.total(id, windows); err != nil {
			return err
		}
	}
	d.need(ScopeUsages, sortedKeys(windows)...)
	keys := make([]string, 0, len(windows))
	for id := range windows {
		keys = append(keys, orderKey(id))
	}
	slices.Sort(keys)
	d.need(ScopeChain, keys...)
	for _, id := range sortedKeys(windows) {
		if err := d.foldWindow(id); err != nil {
			return err
		}
	}
	return nil
}

// windowsToSettle lists the settled windows that the event settles or whose
// usage it changed.
func (d *decider) windowsToSettle() map[string]bool {
	ids := map[string]bool{}
	for _, diff := range d.UsageWindows.differences() {
		if now := diff.after; now != nil && now.Settled && (diff.before == nil || !diff.before.Settled) {
			ids[diff.id] = true
		}
	}
	for _, diff := range d.Usages.differences() {
		d.need(ScopeUsageWindow, diff.after.WindowID)
		if d.UsageWindows.Get(diff.after.WindowID).Settled {
			ids[diff.after.WindowID] = true
		}
	}
	return ids
}

// total brings the total of a group of tiers up to date, and notes the windows
// of what costs otherwise than before. What stands behind all that is in it
// goes on from there; else the group is rated again in key order.
func (d *decider) total(id string, windows map[string]bool) error {
	tier := *d.UsageTiers.Get(id)
	until := d.Counters.UsageSettledUntil
	var list []*Usage
	onward := true
	for _, u := range d.Usages.By(usageByTier, id) {
		switch {
		case u.Counted && u.Refused:
			onward = false
		case u.settledBy(until) && !u.Counted:
			list = append(list, u)
			onward = onward && (tier.Last.ID == "" || compareRefs(tier.Last, u.Event) < 0)
		}
	}
	if !onward {
		d.need(ScopeTierUsages, id)
		tier.Total, tier.Last, list = decimal.Zero, EventRef{}, nil
		for _, u := range d.Usages.By(usageByTier, id) {
			if u.settledBy(until) {
				list = append(list, u)
			} else if u.Counted {
				left := *u
				left.Counted = false
				d.Usages.Put(u.ID, &left)
			}
		}
	}
	slices.SortFunc(list, func(a, b *Usage) int { return compareRefs(a.Event, b.Event) })
	for _, u := range list {
		cost, err := pricing.RateUsage(d.bookOf(u), u.Use, tier.Total)
		if err != nil {
			return err
		}
		tier.Total, tier.Last = tier.Total.Add(cost.Usage), u.Event
		if u.Counted && sameDocument(cost, &u.Cost) {
			continue
		}
		counted := *u
		counted.Counted, counted.Cost = true, *cost
		d.Usages.Put(u.ID, &counted)
		windows[u.WindowID] = true
	}
	d.UsageTiers.Put(id, &tier)
	return nil
}

// bookOf is what the price of a usage rests on, as of its first decision.
func (d *decider) bookOf(u *Usage) pricing.Book {
	profile, err := d.common.Sites.Get(d.Reference.Site())
	if err != nil {
		profile = nil // the usage was priced for this site before
	}
	return pricing.Book{Prices: d.common.catalogue.View(u.ReferenceVersion), Discounts: d.Reference.discountsFor(u.PartnerVersion), Site: profile}
}

// inWindow returns the usage that a settlement is made of, by its beginning
// and then in the order of facts.
func (d *decider) inWindow(id string) []*Usage {
	list := slices.DeleteFunc(d.Usages.By(usageByWindow, id), func(u *Usage) bool { return u.Refused })
	slices.SortFunc(list, func(a, b *Usage) int {
		if c := a.Use.Window.From.Compare(b.Use.Window.From); c != 0 {
			return c
		}
		if c := compareRefs(a.Event, b.Event); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return list
}
