package decision

import (
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/pricing"
)

// Usage.
//
// A metered usage is a fact of its own and belongs to no chain: a month of hours
// alone would fill one. It is priced when it comes, so that it is refused at
// once, and waits in its settlement window: all usage of a customer, resource
// and factor within the hour, date or month that its product is settled by,
// under one association and one way to settle, since an order has one of each.
// settle_usage is no cut-off: what a window comes to follows from the set of its
// usage, and only the highest time that was settled counts. A settled window is
// an order of one line without an order type, priced and settled in one
// order.settled; it stands at the beginning of its first usage, earns as any
// order, and is folded again when usage comes late. Two events of one window are
// two facts of their producer, and both count.
//
// Tiers that run over a month keep a total: what stands behind its last usage
// goes on from it, anything else has the group rated again in key order. They
// are provisional until the month is closed, which the order tells by naming the
// month; the close finds nothing left to correct. A total that becomes cheaper
// gives back, by the customer's own tender; on credit it repays the customer's
// oldest debt. Under a policy by order such a settlement earns nothing.
//
// What a resource contradicts (a change of its specification within the window,
// another owner) is refused, and judged again whenever the resource's changes or
// owner come out otherwise, in both directions. A resource that nobody ordered
// is made of the usage with the lowest key, refused or not, and orders see it by
// that it is there alone; so usage rests on orders, and never orders on what
// became of usage. An order about a pay-per-use resource is refused by name and
// keeps its place in the chain, and is good once the resource is ordered.

// Limits of usage: what one late usage folds again.
const (
	usagesPerWindowMax = 50_000
	usagesPerTierMax   = 200_000
)

// metered takes in one usage. It is priced at once, so that what is wrong with
// it is told at once; it counts when its window is settled.
func (d *decider) metered(data *events.UsageMetered) error {
	u, err := d.usageOf(data)
	if err != nil {
		return err
	}
	if err := d.place(u); err != nil {
		return err
	}
	if err := d.judge(u); err != nil {
		d.refused = u
		return err
	}
	return nil
}

// usageOf prices a usage as if nothing had been used before. One that was
// decided before keeps the reference data of then.
func (d *decider) usageOf(data *events.UsageMetered) (*Usage, error) {
	ref := d.ref()
	id := events.DeriveID("usage", d.ID, ref.Source, ref.ID)
	if d.in.Attempts > 0 {
		d.need(ScopeUsage, id)
		if known := d.Usages.Get(id); known != nil {
			again := *known
			again.Refused = false
			return &again, nil
		}
	}
	f, err := d.factAt(data.Window.From, d.in.ReferenceVersion, d.in.PartnerVersion, ref)
	if err != nil {
		return nil, pointAt(err, "/data/window/from")
	}
	customer, err := f.customer(data.CustomerID)
	if err != nil {
		return nil, err
	}
	reseller, err := resellerOf(customer, data.IndirectPartnerID)
	if err != nil {
		return nil, err
	}
	u := &Usage{ID: id, Event: ref, DecisionNo: d.Counters.DecisionNo + 1, ReferenceVersion: d.in.ReferenceVersion, PartnerVersion: d.in.PartnerVersion, Use: pricing.Usage{
		UsageKey: pricing.UsageKey(ref), CustomerID: data.CustomerID, IndirectPartnerID: reseller, ResourceID: data.ResourceID,
		Consumption: consumption(data), Window: pricing.Window(data.Window)}}
	cost, err := pricing.RateUsage(f.book, u.Use, decimal.Zero)
	if err != nil {
		return nil, err
	}
	if cost.Provisional {
		g := cost.Group
		u.TierID = events.DeriveID("tier", d.ID, g.CustomerID, g.ProductID, g.UsageFactor, fmt.Sprint(g.Measure), string(g.Cycle))
	}
	u.WindowID = usageOrderPrefix + events.DeriveID(KindUsage, d.ID, data.CustomerID, reseller, customer.Association, customer.Settlement, data.ResourceID,
		data.UsageFactor, cost.Settle, string(cost.Currency), cost.Settlement.From.UTC().Format(time.RFC3339Nano))
	u.Cost = *cost
	return u, nil
}

func consumption(data *events.UsageMetered) pricing.Consumption {
	return pricing.Consumption{
		Key: pricing.ProductKey{ServiceType: data.CloudServiceType, ResourceType: data.ResourceType, Spec: data.ResourceSpec,
			Region: data.Region, Zone: data.AvailableZone},
		Size: size(data.ResourceSize), SizeMeasure: data.SizeMeasureID,
		UsageFactor: data.UsageFactor, UsageValue: data.UsageValue, UsageMeasure: data.UsageMeasureID}
}

// factAt is a fact that is not an event of its own: what holds at a time under
// versions of the reference data.
func (d *decider) factAt(at time.Time, reference, partner int64, ref EventRef) (*fact, error) {
	return d.fact(&Input{ReferenceVersion: reference, PartnerVersion: partner, Event: &events.Event{Time: at, Source: ref.Source, ID: ref.ID}})
}

// pointAt gives a rejection the field that it is about.
func pointAt(err error, pointer string) error {
	why := *rejection(err)
	why.Pointer = pointer
	return &why
}

// place puts a usage where it is found again: into its window, its total, and
// on its resource, which is made of the usage with the lowest key.
func (d *decider) place(u *Usage) error {
	scopes := []Scope{{ScopeUsageWindow, u.WindowID}, {ScopeChain, resourceKey(u.Use.ResourceID)}}
	if u.TierID != "" {
		scopes = append(scopes, Scope{ScopeUsageTier, u.TierID})
	}
	d.needAll(scopes...)
	if d.Usages.Get(u.ID) == nil {
		if err := d.count(u); err != nil {
			return err
		}
	}
	d.Usages.Put(u.ID, u)

	made := u.Use.Metered(&u.Cost)
	r := d.Resources.Get(u.Use.ResourceID)
	switch {
	case r == nil:
		d.Resources.Put(u.Use.ResourceID, made.Resource(u.Use.ResourceID))
	case r.Metered != nil && !made.Before(r.Metered.UsageKey):
	case r.MeteredOnly():
		d.Resources.Put(r.ID, made.Resource(r.ID))
	default:
		noted := *r
		noted.Metered = made
		d.Resources.Put(r.ID, &noted)
	}
	return nil
}

// count counts a new usage in its window and its total.
func (d *decider) count(u *Usage) error {
	window := UsageWindow{ID: u.WindowID, ResourceID: u.Use.ResourceID, Window: u.Cost.Settlement,
		Settled: !u.Cost.Settlement.To.After(d.Counters.UsageSettledUntil)}
	if known := d.UsageWindows.Get(u.WindowID); known != nil {
		window = *known
	}
	if window.Usages++; window.Usages > usagesPerWindowMax {
		return tooMuchUsage(u, "are settled together", usagesPerWindowMax)
	}
	d.UsageWindows.Put(window.ID, &window)
	if u.TierID != "" {
		tier := UsageTier{ID: u.TierID}
		if known := d.UsageTiers.Get(u.TierID); known != nil {
			tier = *known
		}
		if tier.Usages++; tier.Usages > usagesPerTierMax {
			return tooMuchUsage(u, "count towards the same tiers", usagesPerTierMax)
		}
		d.UsageTiers.Put(tier.ID, &tier)
	}
	d.Counters.Usages++
	return nil
}

func tooMuchUsage(u *Usage, what string, most int) error {
	return &events.Rejection{Code: CodeTooMuchUsage, Pointer: "/data/window", Message: fmt.Sprintf(
		"over %d usages of resource %q %s; meter it in longer windows", most, u.Use.ResourceID, what)}
}

// judge refuses usage that its resource contradicts: across a change of the
// specification, or of another customer than has ordered it.
func (d *decider) judge(u *Usage) error {
	r := d.Resources.Get(u.Use.ResourceID)
	if r == nil || r.MeteredOnly() {
		return nil
	}
	if owner, since := ownerOf(r); owner != "" && owner != u.Use.CustomerID && !u.Use.Window.From.Before(since) {
		return &events.Rejection{Code: CodeResourceForeign, Pointer: "/data/customer_id", Message: fmt.Sprintf(
			"resource %q belongs to another customer than %q since %s; name the customer who has it", r.ID, u.Use.CustomerID, since.Format(time.RFC3339))}
	}
	return pricing.CheckSpecChanges(u.Use.Window, r.SpecChanges())
}

// ownerOf returns who has ordered a resource that is in use, and since when it
// has it; "" for one that nobody has.
func ownerOf(r *Resource) (customerID string, since time.Time) {
	if !inUse(r) {
		return "", noTime
	}
	return r.CustomerID, r.ProvisionedAt
}

// judgeAgain judges the usage of resources whose owner or changes came out
// otherwise (contract section 1: a rejection that rested on other facts).
func (d *decider) judgeAgain() {
	for _, diff := range d.Resources.differences() {
		since, differs := judgedOtherwise(diff.before, diff.after)
		if !differs {
			continue
		}
		d.need(ScopeUsagesSince, usagesSince(diff.id, since))
		for _, u := range d.Usages.By(usageByResource, diff.id) {
			if !u.Use.Window.To.After(since) {
				continue
			}
			if err := d.judge(u); err != nil || u.Refused {
				d.decideAgain(u, err)
			}
		}
	}
}

// decideAgain notes the word on a usage that was judged before.
func (d *decider) decideAgain(u *Usage, why error) {
	d.need(ScopeInput, u.inputID())
	in := d.Inputs.Get(u.inputID())
	if in.Status == StatusDiscarded {
		return
	}
	d.redecide(in, why)
	if u.Refused != (why != nil) {
		judged := *u
		judged.Refused = why != nil
		d.Usages.Put(u.ID, &judged)
	}
}

// judgedOtherwise tells whether usage may be judged otherwise by a resource
// that changed, and which: that of windows that end after a time.
func judgedOtherwise(before, after *Resource) (since time.Time, differs bool) {
	metered := before != nil && before.Metered != nil || after != nil && after.Metered != nil
	if !metered {
		return noTime, false
	}
	note := func(t time.Time) {
		if !differs || t.Before(since) {
			since = t
		}
		differs = true
	}
	owner, from := ownerOf(before)
	ownerNow, fromNow := ownerOf(after)
	if owner != ownerNow || !from.Equal(fromNow) {
		for _, t := range []time.Time{from, fromNow} {
			if !t.IsZero() {
				note(t)
			}
		}
	}
	changes, changesNow := specChanges(before), specChanges(after)
	for _, t := range slices.Concat(changes, changesNow) {
		if slices.ContainsFunc(changes, t.Equal) != slices.ContainsFunc(changesNow, t.Equal) {
			note(t)
		}
	}
	return since, differs
}

func specChanges(r *Resource) []time.Time {
	if r == nil {
		return nil
	}
	return r.SpecChanges()
}

// asMetered is what a resource is without its orders.
func (d *decider) asMetered(id string) *Resource {
	if r := d.Resources.Get(id); r != nil && r.Metered != nil {
		return r.Metered.Resource(id)
	}
	return nil
}

// keepRefused has a usage that its resource refuses take its place all the
// same, after every effect of it was taken back.
func (d *decider) keepRefused() {
	refused := *d.refused
	refused.Refused = true
	if err := d.place(&refused); err != nil {
		return // it is refused; only an impossible count keeps it from its place
	}
}
