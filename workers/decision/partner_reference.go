package decision

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/pricing"
)

// PartnerReference is the partner's own reference data: the fold of its
// accepted reference events, each under the decision number that brought it.
type PartnerReference struct {
	log  []versioned[*events.Event]
	kept int // events of the log that stand whatever becomes of the batch

	enrolments []versioned[*events.PartnerEnrolled]
	left       []versioned[*events.PartnerLeft]
	customers  map[string][]versioned[*events.CustomerAssociated]
	gone       map[string][]versioned[*events.CustomerDisassociated]
	discounts  []versioned[pricing.Discount]
	revoked    []versioned[*events.DiscountRevoked]
	coupons    map[string]*issuedCoupon
	quotas     map[string]*grantedQuota
	known      map[string]versioned[*events.Opportunity]       // opportunities, as they first came
	closed     map[string]versioned[*events.OpportunityClosed] // those that were closed

	latest []pricing.Discount // as of the last version, shared by fast decisions
}

type versioned[T any] struct {
	version int64
	value   T
}

// NewPartnerReference returns the reference data of a partner nobody enrolled.
func NewPartnerReference() *PartnerReference {
	r := &PartnerReference{}
	r.clear()
	return r
}

func (r *PartnerReference) clear() {
	*r = PartnerReference{
		customers: map[string][]versioned[*events.CustomerAssociated]{},
		gone:      map[string][]versioned[*events.CustomerDisassociated]{},
		coupons:   map[string]*issuedCoupon{},
		quotas:    map[string]*grantedQuota{},
		known:     map[string]versioned[*events.Opportunity]{},
		closed:    map[string]versioned[*events.OpportunityClosed]{},
	}
}

// Load folds a stored reference event; events come in version order.
func (r *PartnerReference) Load(version int64, ev *events.Event) {
	r.fold(version, ev)
	r.kept = len(r.log)
}

// Version is the decision number of the last event folded, 0 before the first.
func (r *PartnerReference) Version() int64 {
	if len(r.log) == 0 {
		return 0
	}
	return r.log[len(r.log)-1].version
}

// Added lists the events folded since the last Load or keep.
func (r *PartnerReference) Added() []*events.Event {
	var out []*events.Event
	for _, l := range r.log[r.kept:] {
		out = append(out, l.value)
	}
	return out
}

func (r *PartnerReference) keep() { r.kept = len(r.log) }

func (r *PartnerReference) reset() { r.truncate(r.kept) }

// truncate forgets the events after the first n, by folding those again.
func (r *PartnerReference) truncate(n int) {
	if len(r.log) == n {
		return
	}
	log, kept := r.log[:n], r.kept
	r.clear()
	for _, l := range log {
		r.add(l.version, l.value)
	}
	r.kept, r.latest = min(kept, n), r.discountsAt(r.Version())
}

// With returns reference data that has folded more events besides, and leaves
// this one as it is, for who still reads it. Versions go with the events.
func (r *PartnerReference) With(versions []int64, more []*events.Event) *PartnerReference {
	next := NewPartnerReference()
	for _, l := range r.log {
		next.add(l.version, l.value)
	}
	for i, ev := range more {
		next.add(versions[i], ev)
	}
	next.kept = len(next.log)
	next.latest = next.discountsAt(next.Version())
	return next
}

func (r *PartnerReference) fold(version int64, ev *events.Event) {
	r.add(version, ev)
	switch ev.Data.(type) {
	case *events.DiscountGranted, *events.DiscountRevoked:
		r.latest = r.discountsAt(version)
	}
}

// add folds an event but for the discounts as of the last version.
func (r *PartnerReference) add(version int64, ev *events.Event) {
	r.log = append(r.log, versioned[*events.Event]{version, ev})
	switch data := ev.Data.(type) {
	case *events.PartnerEnrolled:
		if data.IndirectPartnerID == "" {
			r.enrolments = append(r.enrolments, versioned[*events.PartnerEnrolled]{version, data})
		}
	case *events.PartnerLeft:
		if data.IndirectPartnerID == "" {
			r.left = append(r.left, versioned[*events.PartnerLeft]{version, data})
		}
	case *events.CustomerAssociated:
		r.customers[data.CustomerID] = append(r.customers[data.CustomerID], versioned[*events.CustomerAssociated]{version, data})
	case *events.CustomerDisassociated:
		r.gone[data.CustomerID] = append(r.gone[data.CustomerID], versioned[*events.CustomerDisassociated]{version, data})
	case *events.DiscountGranted:
		r.discounts = append(r.discounts, versioned[pricing.Discount]{version, discount(data)})
	case *events.DiscountRevoked:
		r.revoked = append(r.revoked, versioned[*events.DiscountRevoked]{version, data})
	case *events.OpportunityRegistered, *events.OpportunityShared, *events.OpportunityClosed:
		r.foldOpportunity(version, data)
	default:
		r.foldCoupon(version, ev)
	}
}

// Site is that of the first enrolment, "" for a partner nobody enrolled: a
// partner's site never changes.
func (r *PartnerReference) Site() string {
	if len(r.enrolments) == 0 {
		return ""
	}
	return r.enrolments[0].value.Site
}

// enrolment returns what the partner is at a time: the last enrolment in force.
func (r *PartnerReference) enrolment(version int64, at time.Time) *events.PartnerEnrolled {
	var found *events.PartnerEnrolled
	for _, e := range r.enrolments {
		if e.version <= version && !e.value.EffectiveTime.After(at) && (found == nil || !e.value.EffectiveTime.Before(found.EffectiveTime)) {
			found = e.value
		}
	}
	return found
}

// leftAt returns when the partner left the programme, nil while it is in it: a
// partner that is enrolled again after it left is in the programme again.
func (r *PartnerReference) leftAt(version int64, at time.Time) *time.Time {
	var found *time.Time
	for _, l := range r.left {
		if t := l.value.EffectiveTime; l.version <= version && !t.After(at) && (found == nil || t.After(*found)) {
			found = &t
		}
	}
	if found == nil {
		return nil
	}
	if e := r.enrolment(version, at); e != nil && e.EffectiveTime.After(*found) {
		return nil
	}
	return found
}

// customer returns the association of a customer at a time, nil for a customer
// that is not the partner's then.
func (r *PartnerReference) customer(version int64, id string, at time.Time) *events.CustomerAssociated {
	var found *events.CustomerAssociated
	for _, c := range r.customers[id] {
		if c.version <= version && !c.value.EffectiveTime.After(at) && (found == nil || !c.value.EffectiveTime.Before(found.EffectiveTime)) {
			found = c.value
		}
	}
	if found == nil {
		return nil
	}
	for _, g := range r.gone[id] {
		if t := g.value.EffectiveTime; g.version <= version && !t.After(at) && !t.Before(found.EffectiveTime) {
			return nil
		}
	}
	return found
}

// Customers returns the customers that the partner has at a time, by id.
func (r *PartnerReference) Customers(at time.Time) []*events.CustomerAssociated {
	var out []*events.CustomerAssociated
	for _, id := range slices.Sorted(maps.Keys(r.customers)) {
		if c := r.customer(r.Version(), id, at); c != nil {
			out = append(out, c)
		}
	}
	return out
}

// Customer returns one of them, nil where the partner does not have it.
func (r *PartnerReference) Customer(id string, at time.Time) *events.CustomerAssociated {
	return r.customer(r.Version(), id, at)
}

// movedAt returns when the customer last came from another partner, nil if it
// never did.
func (r *PartnerReference) movedAt(version int64, id string, at time.Time) *time.Time {
	var last *time.Time
	for _, c := range r.customers[id] {
		t := c.value.EffectiveTime
		if c.value.PreviousPartnerID != "" && c.version <= version && !t.After(at) && (last == nil || t.After(*last)) {
			last = &t
		}
	}
	return last
}

// discountsFor returns every discount granted under the version, with its
// revocation.
func (r *PartnerReference) discountsFor(version int64) []pricing.Discount {
	if version >= r.Version() {
		return r.latest
	}
	return r.discountsAt(version)
}

func (r *PartnerReference) discountsAt(version int64) []pricing.Discount {
	var out []pricing.Discount
	for _, d := range r.discounts {
		if d.version > version {
			continue
		}
		granted := d.value
		for _, rev := range r.revoked {
			if rev.version <= version && rev.value.DiscountID == granted.ID {
				granted.RevokedAt = &rev.value.RevokedAt
			}
		}
		out = slices.DeleteFunc(out, func(o pricing.Discount) bool { return o.ID == granted.ID })
		out = append(out, granted)
	}
	return out
}

func discount(d *events.DiscountGranted) pricing.Discount {
	out := pricing.Discount{
		ID: d.DiscountID, Name: d.DiscountName, Type: d.DiscountType, GrantedBy: d.GrantedBy, IndirectPartnerID: d.IndirectPartnerID,
		Mode: pricing.DiscountMode(d.Mode), Value: d.Value, Currency: money.Currency(d.Currency), EffectiveTime: d.EffectiveTime,
		Scope: pricing.Scope{CustomerIDs: d.Scope.CustomerIDs, ServiceTypes: d.Scope.CloudServiceTypes, ResourceTypes: d.Scope.ResourceTypes,
			ProductIDs: d.Scope.ProductIDs, Regions: d.Scope.Regions, PeriodNums: d.Scope.PeriodNums},
	}
	for _, t := range d.Scope.PeriodTypes {
		out.Scope.PeriodTypes = append(out.Scope.PeriodTypes, calendar.PeriodType(t))
	}
	if !d.ExpireTime.IsZero() {
		out.ExpireTime = &d.ExpireTime
	}
	return out
}

// applyReference checks and folds one of the partner's reference events.
func (d *decider) applyReference() error {
	if err := d.checkReference(); err != nil {
		return err
	}
	d.keepReference()
	switch data := d.in.Event.Data.(type) {
	case *events.CustomerAssociated:
		d.leavePrevious(data)
		return d.associated(data)
	case *events.CustomerDisassociated:
		return d.moveAway(data)
	}
	return d.bookCouponEvent()
}

func (d *decider) checkReference() error {
	enrolled, isEnrolment := d.in.Event.Data.(*events.PartnerEnrolled)
	if isEnrolment {
		if _, err := d.common.Sites.Get(enrolled.Site); err != nil {
			return &events.Rejection{Code: CodeUnknownSite, Pointer: "/data/site", Message: fmt.Sprintf(
				"site %q has no profile; load one or mend the site", enrolled.Site)}
		}
		if site := d.Reference.Site(); site != "" && site != enrolled.Site {
			return &events.Rejection{Code: CodeSiteChanged, Pointer: "/data/site", Message: fmt.Sprintf(
				"partner %q belongs to site %q; enrol it under a new id for site %q", d.ID, site, enrolled.Site)}
		}
		return nil
	}
	if d.Reference.Site() == "" {
		return d.unknownPartner()
	}
	switch data := d.in.Event.Data.(type) {
	case *events.DiscountGranted:
		return pricing.ValidateDiscount(discount(data))
	case *events.DiscountRevoked:
		known := slices.ContainsFunc(d.Reference.discounts, func(g versioned[pricing.Discount]) bool { return g.value.ID == data.DiscountID })
		if !known {
			return &events.Rejection{Code: CodeUnknownDiscount, Pointer: "/data/discount_id", Retryable: true, Message: fmt.Sprintf(
				"discount %q was not granted to partner %q; publish discount.granted.v1 first", data.DiscountID, d.ID)}
		}
	default:
		return d.checkCouponEvent()
	}
	return nil
}

func (d *decider) unknownPartner() error {
	return &events.Rejection{Code: CodeUnknownPartner, Pointer: "/data/partner_id", Retryable: true, Message: fmt.Sprintf(
		"partner %q is not enrolled; publish partner.enrolled.v1 first", d.ID)}
}
