package workers

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/reconciliation"
)

// usageWalk reads usage resource by resource.
type usageWalk struct {
	*book
	of      string // the resource at hand
	windows []usedWindow
}

// usedWindow is what of a usage is compared with the others of its resource.
type usedWindow struct {
	id, customer, factor string
	from, to             time.Time
}

func (w *usageWalk) take(id string, row *decision.Usage) {
	w.effects.usage(row)
	w.resource(row.Use.ResourceID)
	if !row.Refused {
		w.windows = append(w.windows, usedWindow{id, row.Use.CustomerID, row.Use.UsageFactor, row.Use.Window.From, row.Use.Window.To})
	}
}

// resource begins another resource, and compares what the last one had.
func (w *usageWalk) resource(id string) {
	if id == w.of && id != "" {
		return
	}
	slices.SortFunc(w.windows, func(a, b usedWindow) int {
		return cmp.Or(cmp.Compare(a.factor, b.factor), a.from.Compare(b.from), cmp.Compare(a.id, b.id))
	})
	for i, last := 1, 0; i < len(w.windows); i++ {
		before, now := w.windows[last], w.windows[i] // before is the one that runs longest of its factor so far
		w.count(reconciliation.PairReferences, "").compared++
		if before.factor != now.factor || now.to.After(before.to) {
			last = i
		}
		if before.factor == now.factor && now.from.Before(before.to) {
			f := reconciliation.Says(reconciliation.UsageOverlap, w.partnerID, []string{now.id},
				"usage behind "+before.to.Format(time.RFC3339), fmt.Sprintf("usage from %s on, while %s runs until %s", now.from.Format(time.RFC3339), before.id, before.to.Format(time.RFC3339)))
			f.Evidence = []reconciliation.Row{{Source: "usage", ID: before.id}}
			w.say(reconciliation.PairReferences, "", f)
		}
	}
	if at := slices.IndexFunc(w.windows, func(u usedWindow) bool { return u.customer != w.windows[0].customer }); at > 0 {
		w.say(reconciliation.PairReferences, "", reconciliation.Says(reconciliation.UsageTwoCustomers, w.partnerID, []string{w.of},
			"usage of customer "+w.windows[0].customer, fmt.Sprintf("usage %s of customer %s", w.windows[at].id, w.windows[at].customer)))
	}
	w.of, w.windows = id, w.windows[:0]
}
