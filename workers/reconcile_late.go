package workers

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/pricing"
	"github.com/accruald/accruald/workers/reconciliation"
)

// lateness compares orders with reference data that came after them: products,
// services and discounts with what was quoted, policies and enrolments with
// what was paid. It takes all of a partner's orders, so only a look at
// everything has it.
type lateness struct {
	late       *reconciliation.Late
	categories map[string]string // incentive policy by service type
	levels     []string
}

// lateReferences reads the reference data, where some of it is newer than the
// oldest decision.
func (b *book) lateReferences(ctx context.Context) error {
	if !b.whole {
		return nil
	}
	b.covers(reconciliation.LateReference)
	common, own := b.effects.oldest()
	queried := []string{events.AllPartners, b.partnerID}
	newer, err := b.queries.LoadPartnerReferences(ctx, queried, []int64{common, own})
	if err != nil {
		return fmt.Errorf("look for late reference data: %w", err)
	}
	if len(newer) == 0 {
		return nil
	}
	rows, err := b.queries.LoadPartnerReferences(ctx, queried, []int64{0, 0})
	if err != nil {
		return fmt.Errorf("read the reference data: %w", err)
	}
	l := &lateness{categories: map[string]string{}}
	var all []reconciliation.Reference
	for i := range rows {
		ev, err := restoreReference(rows[i])
		if err != nil {
			return err
		}
		r, ok, err := l.reference(ev)
		if err != nil {
			return fmt.Errorf("read reference event %q of %q: %w", ev.ID, rows[i].Scope, err)
		}
		if ok {
			r.Common, r.Version, r.Type, r.EventID = rows[i].Scope == events.AllPartners, rows[i].Version, ev.Type, ev.ID
			all = append(all, r)
		}
	}
	l.late = reconciliation.NewLate(b.partnerID, all, common, own)
	b.late = l
	return nil
}

// reference reads what a reference event says, and what decisions rest on it.
// Others than these govern nothing by a time, or are waited for.
func (l *lateness) reference(ev *events.Event) (r reconciliation.Reference, ok bool, err error) {
	var says any
	switch d := ev.Data.(type) {
	case *events.ProductPublished:
		of := *d
		of.EffectiveTime = time.Time{}
		r.Thing, r.From, says = "product/"+d.ProductID, d.EffectiveTime, &of
		r.Of = [][]string{{r.Thing}}
	case *events.ServiceTypePublished:
		of := *d
		of.EffectiveTime = time.Time{}
		l.categories[d.ServiceTypeCode] = d.IncentivePolicy
		r.Thing, r.From, says = "service/"+d.ServiceTypeCode, d.EffectiveTime, &of
		r.Of = [][]string{{r.Thing}}
	case *events.IncentivePolicyPublished:
		of := *d
		of.EffectiveTime, of.Version = time.Time{}, 0
		r.Thing, r.From, r.Until, r.OnPayment, says = "policy/"+d.PolicyID, d.EffectiveTime, d.ExpireTime, true, &of
		r.Of = [][]string{{"currency/" + d.Currency}, each("kind/", d.OrderKinds), append(each("category/", d.Categories), each("service/", d.Categories)...)}
		if d.Association != "none" {
			r.Of = append(r.Of, []string{"association/" + d.Association})
		}
		if len(d.Levels) > 0 {
			r.Of = append(r.Of, each("level/", d.Levels))
		}
	case *events.DiscountGranted:
		of := *d
		of.EffectiveTime = time.Time{}
		r.Thing, r.From, r.Until, says = "discount/"+d.DiscountID, d.EffectiveTime, d.ExpireTime, &of
		r.Of = scopeOf(d)
	case *events.DiscountRevoked:
		r.Thing, r.From, says = "discount/"+d.DiscountID, d.RevokedAt, "revoked"
		r.Of = [][]string{{r.Thing}}
	case *events.PartnerEnrolled:
		of := *d
		of.EffectiveTime = time.Time{}
		l.levels = append(l.levels, d.Level)
		r.Thing, r.From, r.OnPayment, says = "partner/"+d.IndirectPartnerID, d.EffectiveTime, true, &of
		r.Of = [][]string{{r.Thing}}
	case *events.PartnerLeft:
		r.Thing, r.From, r.OnPayment, says = "partner/"+d.IndirectPartnerID, d.EffectiveTime, true, "left"
		r.Of = [][]string{{r.Thing}}
	case *events.CustomerAssociated:
		of := *d
		of.EffectiveTime = time.Time{}
		r.Thing, r.From, says = "customer/"+d.CustomerID, d.EffectiveTime, &of
		r.Of = [][]string{{r.Thing}}
	case *events.CustomerDisassociated:
		r.Thing, r.From, says = "customer/"+d.CustomerID, d.EffectiveTime, "disassociated"
		r.Of = [][]string{{r.Thing}}
	default:
		return r, false, nil
	}
	text, err := json.Marshal(says, json.Deterministic(true))
	r.Says = string(text)
	return r, true, err
}

func each[V any](prefix string, values []V) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = fmt.Sprint(prefix, v)
	}
	return out
}

// scopeOf is what an order has to have so that a discount is one of its
// candidates.
func scopeOf(d *events.DiscountGranted) (groups [][]string) {
	add := func(group []string) {
		if len(group) > 0 {
			groups = append(groups, group)
		}
	}
	s := &d.Scope
	add(each("customer/", s.CustomerIDs))
	add(each("service/", s.CloudServiceTypes))
	add(each("resource_type/", s.ResourceTypes))
	add(each("product/", s.ProductIDs))
	add(each("region/", s.Regions))
	add(each("period_type/", s.PeriodTypes))
	add(each("period_num/", s.PeriodNums))
	if d.IndirectPartnerID != "" {
		add([]string{"partner/" + d.IndirectPartnerID})
	}
	return groups
}

// order compares an order's quote and payment with what came after each.
func (l *lateness) order(e *effects, o *decision.Order) {
	if o.Quote == nil {
		return
	}
	about := []string{"partner/", "customer/" + o.CustomerID, "currency/" + string(o.Quote.Currency), "kind/" + o.Kind, "association/" + o.Association}
	if o.IndirectPartnerID != "" {
		about = append(about, "partner/"+o.IndirectPartnerID)
	}
	for i := range o.Quote.Lines {
		about = append(about, l.line(&o.Quote.Lines[i])...)
	}
	for i := range o.Quote.Candidates {
		about = append(about, "discount/"+o.Quote.Candidates[i].DiscountID)
	}
	about = append(about, each("level/", l.levels)...)
	l.take(e, o.ID, o.Event, false, about)
	if o.Payment != nil {
		l.take(e, o.ID, o.Payment.Event, true, about)
	}
}

func (l *lateness) line(line *pricing.QuoteLine) []string {
	return []string{"product/" + line.ProductID, "service/" + line.ServiceType, "category/" + l.categories[line.ServiceType], "region/" + line.Region,
		"resource_type/" + line.ResourceType, fmt.Sprint("period_type/", int(line.Period.Type)), fmt.Sprint("period_num/", line.Period.Num)}
}

func (l *lateness) take(e *effects, id string, ref decision.EventRef, paid bool, about []string) {
	if of, known := e.accepted[e.key(ref.Source, ref.ID)]; known {
		l.late.Take(&reconciliation.Decided{OrderID: id, At: ref.Time, Paid: paid, Common: of.common, Own: of.own, About: about})
	}
}

// oldest are the versions under which the first of the orders was decided.
func (e *effects) oldest() (common, own int64) {
	common, own = math.MaxInt64, math.MaxInt64
	for _, of := range e.accepted {
		if of.makes == makesOrder || of.makes == makesPayment {
			common, own = min(common, of.common), min(own, of.own)
		}
	}
	return common, own
}
