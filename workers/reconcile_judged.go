package workers

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/pricing"
	"github.com/accruald/accruald/workers/reconciliation"
	"github.com/accruald/accruald/workers/site"
)

// judgements are what was judged once, in the order of arrival: returns by the
// five-day quota, and payments by coupons for first orders. It is small: of
// most orders nothing is kept.
type judgements struct {
	profile  *site.Profile // nil where the site has no five-day rule
	payments []reconciliation.FirstOrderPayment
	orders   map[string]string // that these are for, to their customers
	// first are the first payments of each customer, of two orders.
	first   map[string][2]*reconciliation.CustomerPayment
	returns map[string][]reconciliation.FiveDayReturn // by customer and year
	unknown map[string][]string                       // returns that were not admitted: their resources
}

func (c *comparing) newJudged() *judgements {
	j := &judgements{orders: map[string]string{}, first: map[string][2]*reconciliation.CustomerPayment{},
		returns: map[string][]reconciliation.FiveDayReturn{}, unknown: map[string][]string{}}
	if profile, err := c.sites.Get(c.counters.Site); err == nil && profile.FiveDayRule.Enabled {
		j.profile = profile
	}
	return j
}

// input notes a payment by a coupon for first orders.
func (j *judgements) input(in *storedInput) {
	refused := in.code == pricing.CodeCouponFirstOrderOnly
	if in.typ != events.TypeOrderPaid || in.firstOrder == nil && !refused {
		return
	}
	var of struct {
		ID string `json:"order_id"`
	}
	if json.Unmarshal(in.payload, &of) != nil {
		return // told as altered
	}
	j.orders[of.ID] = ""
	j.payments = append(j.payments, reconciliation.FirstOrderPayment{First: !refused && *in.firstOrder, Status: in.status,
		CustomerPayment: reconciliation.CustomerPayment{OrderID: of.ID, Moment: reconciliation.Moment{At: in.time, Source: in.source, ID: in.id}}})
}

func momentOf(ref decision.EventRef) reconciliation.Moment {
	return reconciliation.Moment{At: ref.Time, Source: ref.Source, ID: ref.ID}
}

func (j *judgements) order(o *decision.Order) {
	if _, asked := j.orders[o.ID]; asked {
		j.orders[o.ID] = o.CustomerID
	}
	if o.Refund != nil && o.Refund.Kind == pricing.RefundUnsubscribe && j.profile != nil {
		j.returned(o)
	}
	if len(j.payments) == 0 || o.Payment == nil || o.Kind == decision.KindUsage || o.State != decision.OrderSettled || !o.Payment.Charge.Amount.IsPositive() {
		return
	}
	paid := &reconciliation.CustomerPayment{Moment: momentOf(o.Payment.Event), OrderID: o.ID}
	two := j.first[o.CustomerID]
	switch {
	case two[0] == nil || paid.Before(two[0]):
		two = [2]*reconciliation.CustomerPayment{paid, two[0]}
	case two[1] == nil || paid.Before(two[1]):
		two[1] = paid
	}
	j.first[o.CustomerID] = two
}

// returned notes a return that the five-day rule reaches.
func (j *judgements) returned(o *decision.Order) {
	at, hours := o.Event.Time, time.Duration(j.profile.FiveDayRule.Hours)*time.Hour
	if !slices.ContainsFunc(o.Effective, func(r decision.ResourcePeriod) bool { return at.Sub(r.EffectiveTime) <= hours }) {
		return
	}
	key := o.CustomerID + "/" + strconv.Itoa(at.In(j.profile.Zone()).Year())
	n := o.Refund.FiveDayInstances
	j.returns[key] = append(j.returns[key], reconciliation.FiveDayReturn{Moment: momentOf(o.Event), OrderID: o.ID, Instances: n, Admitted: n > 0})
	if n == 0 {
		j.unknown[o.ID] = o.ResourceIDs
	}
}

// compareJudged compares what was judged in the order of arrival with the order
// of events.
func (b *book) compareJudged(ctx context.Context) error {
	j := b.judged
	b.covers(reconciliation.FiveDayOrder, reconciliation.FirstOrderOrder)
	for i := range j.payments {
		p := &j.payments[i]
		two := j.first[j.orders[p.OrderID]]
		other := two[0]
		if other != nil && other.OrderID == p.OrderID {
			other = two[1]
		}
		b.count(reconciliation.PairReferences, "").compared++
		if f := reconciliation.FirstOrder(b.partnerID, p, other); f != nil {
			b.found(reconciliation.PairReferences, *f)
		}
	}
	if len(j.unknown) == 0 {
		return nil // whoever is admitted in one order is admitted in every
	}
	for _, key := range slices.Sorted(maps.Keys(j.returns)) {
		list := j.returns[key]
		b.count(reconciliation.PairReferences, "").compared += int64(len(list))
		if !slices.ContainsFunc(list, func(r reconciliation.FiveDayReturn) bool { return !r.Admitted }) {
			continue
		}
		if err := b.countInstances(ctx, key, list); err != nil {
			return err
		}
		b.found(reconciliation.PairReferences, reconciliation.FiveDayReturns(b.partnerID, j.profile.FiveDayRule.InstancesMax, list)...)
	}
	return nil
}

// countInstances counts what returns would have taken from the quota that were
// not admitted: of the resources that they gave back, as they were before.
func (b *book) countInstances(ctx context.Context, key string, list []reconciliation.FiveDayReturn) error {
	for i := range list {
		r := &list[i]
		ids := b.judged.unknown[r.OrderID]
		if r.Admitted {
			continue
		}
		rows, err := b.queries.ReconcileFamilies(ctx, b.partnerID, ids)
		if err != nil {
			return fmt.Errorf("read the resources of return %q: %w", r.OrderID, err)
		}
		family := make([]*decision.Resource, 0, len(rows))
		for _, row := range rows {
			resource, err := decision.Restore[decision.Resource](row.Document)
			if err != nil {
				continue // told as a row that cannot be read
			}
			if slices.Contains(ids, resource.ID) {
				resource.State = pricing.StateActive
			}
			family = append(family, resource)
		}
		customer := key[:len(key)-len("/2006")]
		r.Instances = pricing.FiveDayInstances(b.judged.profile, pricing.Unsubscription{CustomerID: customer, At: r.At, ResourceIDs: ids, Type: pricing.UnsubscribeAll}, family)
	}
	return nil
}
