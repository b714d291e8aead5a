package decision

import (
	"maps"
	"slices"
	"time"

	"github.com/accruald/accruald/events"
)

// A Reseller is a tier-2 partner below this one.
type Reseller struct {
	ID    string
	Since time.Time // zero for one that only its customers tell of
}

// Resellers returns those that the partner has at a time, by id: they are
// enrolled below it and did not leave since, or were never enrolled and have
// customers.
func (r *PartnerReference) Resellers(at time.Time) []Reseller {
	enrolled, left := map[string][]time.Time{}, map[string]time.Time{}
	for _, l := range r.log {
		switch data := l.value.Data.(type) {
		case *events.PartnerEnrolled:
			if id := data.IndirectPartnerID; id != "" && !data.EffectiveTime.After(at) {
				enrolled[id] = append(enrolled[id], data.EffectiveTime)
			}
		case *events.PartnerLeft:
			if id := data.IndirectPartnerID; id != "" && !data.EffectiveTime.After(at) && data.EffectiveTime.After(left[id]) {
				left[id] = data.EffectiveTime
			}
		}
	}
	found := map[string]Reseller{}
	for id, times := range enrolled {
		if end, gone := left[id]; gone { // one that is enrolled again after it left is there again
			times = slices.DeleteFunc(times, func(t time.Time) bool { return !t.After(end) })
		}
		if len(times) > 0 {
			found[id] = Reseller{ID: id, Since: slices.MinFunc(times, time.Time.Compare)}
		}
	}
	for _, c := range r.Customers(at) {
		if id := c.IndirectPartnerID; id != "" && len(enrolled[id]) == 0 && left[id].IsZero() {
			found[id] = Reseller{ID: id}
		}
	}
	out := make([]Reseller, 0, len(found))
	for _, id := range slices.Sorted(maps.Keys(found)) {
		out = append(out, found[id])
	}
	return out
}
