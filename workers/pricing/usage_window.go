package pricing

import (
	"errors"
	"slices"
	"time"

	"github.com/accruald/accruald/workers/calendar"
)

// Window is the half-open span [From, To).
type Window struct{ From, To time.Time }

// contains reports whether an instant lies inside the window and is not its beginning.
func (w Window) contains(t time.Time) bool { return t.After(w.From) && t.Before(w.To) }

// SettlementWindow returns the local hour, date or month of the zone that an instant is settled in. The windows follow
// each other without a gap; an hour that clocks repeat is two of them. Refusals: product_invalid (unknown settle).
func SettlementWindow(settle string, t time.Time, zone *time.Location) (Window, error) {
	switch settle {
	case SettleHourly:
		return localHour(t.In(zone)), nil
	case SettleDaily:
		return Window{calendar.StartOfDay(t, zone), calendar.AtHour(t, 1, 0, zone)}, nil
	case SettleMonthly:
		cycle := calendar.CycleOf(t, zone)
		return Window{cycle.Start(zone), cycle.End(zone)}, nil
	default:
		return Window{}, refuse(CodeProductInvalid, "", "settle usage by %q: use %q, %q or %q", settle, SettleHourly, SettleDaily, SettleMonthly)
	}
}

// localHour is the hour of the wall clock around t, cut short where clocks are put by less than an hour.
func localHour(t time.Time) Window {
	into := time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())
	hour := Window{t.Add(-into), t.Add(time.Hour - into)}
	put, next := t.ZoneBounds()
	if !put.IsZero() && put.After(hour.From) {
		hour.From = put
	}
	if !next.IsZero() && next.Before(hour.To) {
		hour.To = next
	}
	return hour
}

// checkWindow refuses a window that is not one price in one month of one pay-per-use resource.
// Refusals: window_invalid, split_window, usage_outside_life.
func (b *Book) checkWindow(u *Usage, m *meteredUse) error {
	w, zone := u.Window, b.Site.Zone()
	if month := calendar.CycleOf(w.From, zone).End(zone); w.contains(month) {
		return splitWindow(w, month, "the month ends")
	}
	if err := CheckSpecChanges(w, u.SpecChanges); err != nil {
		return err
	}
	for _, bound := range []*time.Time{u.Since, u.Until} {
		if bound != nil && w.contains(*bound) {
			return splitWindow(w, *bound, "pay-per-use of the resource begins or ends")
		}
	}
	if u.Since != nil && w.From.Before(*u.Since) || u.Until != nil && !w.From.Before(*u.Until) {
		return refuse(CodeUsageOutsideLife, "/window", "bill usage of resource %q from %s: it is not pay-per-use then; correct the window", u.ResourceID, w.From.Format(time.RFC3339))
	}
	if change, found := b.Prices.priceChange(u, m); found {
		return splitWindow(w, change, "the price changes")
	}
	return nil
}

func splitWindow(w Window, at time.Time, why string) *Refusal {
	at = at.In(w.From.Location())
	return refuse(CodeSplitWindow, "/window", "bill usage from %s to %s: %s at %s; send one usage up to then and one from then on",
		w.From.Format(time.RFC3339Nano), w.To.Format(time.RFC3339Nano), why, at.Format(time.RFC3339Nano))
}

// priceChange returns the first instant inside the window from which the usage would have another price.
func (v View) priceChange(u *Usage, m *meteredUse) (time.Time, bool) {
	for _, t := range v.publications(u.Key, u.Window) {
		product, err := v.usedProduct(u.Key, t)
		if err != nil || product.ID != m.product.ID {
			return t, true
		}
		if product == m.product {
			continue
		}
		row, _, err := v.onDemandRow(product, u.UsageFactor, u.UsageMeasure)
		metering, meteringErr := product.metering()
		if err != nil || meteringErr != nil || metering != m.metering || !row.samePrice(m.row) ||
			product.Currency != m.product.Currency || product.Linear != m.product.Linear || product.SizeMeasure != m.product.SizeMeasure {
			return t, true
		}
	}
	return time.Time{}, false
}

// publications returns the instants inside a window from which something published or withdrawn for a key counts, in
// their order.
func (v View) publications(key ProductKey, w Window) []time.Time {
	var times []time.Time
	ids := v.idsOf(key)
	if len(ids) == 0 {
		return nil
	}
	v.catalogue.mu.RLock()
	defer v.catalogue.mu.RUnlock()
	for _, id := range ids {
		rows := v.catalogue.products[id]
		for i := range rows {
			if rows[i].version <= v.version && w.contains(rows[i].at) {
				times = append(times, rows[i].at)
			}
		}
	}
	slices.SortFunc(times, time.Time.Compare)
	return times
}

// usedProduct returns the product whose price a running resource pays: the one on sale, else the last that was, which
// keeps its last price. Refusals: product_not_found (retryable), ambiguous_product.
func (v View) usedProduct(key ProductKey, at time.Time) (*Product, error) {
	onSale, err := v.Product(key, at)
	var refusal *Refusal
	if !errors.As(err, &refusal) || refusal.Code != CodeProductWithdrawn {
		return onSale, err
	}
	var last *Product
	for _, id := range v.idsOf(key) {
		product, _ := v.inForce(id, at)
		if product == nil || !product.matches(key) {
			continue
		}
		if last == nil || product.EffectiveTime.After(last.EffectiveTime) || product.EffectiveTime.Equal(last.EffectiveTime) && product.ID < last.ID {
			last = product
		}
	}
	return last, nil
}

// samePrice reports whether two on-demand rows price usage alike.
func (r *PriceRow) samePrice(other *PriceRow) bool {
	if r.UsageMeasure != other.UsageMeasure || r.Mode != other.Mode || (r.Amount == nil) != (other.Amount == nil) {
		return false
	}
	if r.Amount != nil && !r.Amount.Equal(*other.Amount) {
		return false
	}
	return slices.EqualFunc(r.Bands, other.Bands, func(x, y Band) bool {
		return x.Amount.Equal(y.Amount) && (x.UpTo == nil) == (y.UpTo == nil) && (x.UpTo == nil || x.UpTo.Equal(*y.UpTo))
	})
}
