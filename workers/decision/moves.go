package decision

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/pricing"
)

// Moves.
//
// A move (customer.associated with previous_partner_id) is told to the previous
// partner as customer.disassociated with next_partner_id; that one sends the
// live resources on as resources.moved, which the new one folds as facts. Both
// go through the outbox onto the input. What was paid and earned stays where it
// was, so a return gives back only what the new partner was paid; unpaid
// orders, and changes at renewal that have not begun, are not carried.

// movedResourcesMax is how many resources one event carries; more follow in
// others.
const movedResourcesMax = 100

// send has an event put onto the input of another partner.
func (d *decider) send(partnerID, thing string, n int, at time.Time, data events.Data) {
	cause := d.in.Event
	d.sends = append(d.sends, events.Out{
		ID:   events.DeriveID(d.ID, cause.Source, cause.ID, data.EventType(), thing, strconv.Itoa(n)),
		Type: data.EventType(), PartnerID: partnerID, Subject: thing, Time: at, Data: data})
}

// leavePrevious tells the partner that a customer came from that it left: only
// that partner knows its resources.
func (d *decider) leavePrevious(data *events.CustomerAssociated) {
	if previous := data.PreviousPartnerID; previous != "" && previous != d.ID {
		d.send(previous, data.CustomerID, 0, d.in.Event.Time, &events.CustomerDisassociated{CustomerID: data.CustomerID, PartnerID: previous, NextPartnerID: d.ID,
			EffectiveTime: data.EffectiveTime})
	}
}

// movedAway tells whether a customer has gone on to another partner, by what is
// known under a version, and not come back since.
func (r *PartnerReference) movedAway(version int64, customerID string) bool {
	var came time.Time
	for _, c := range r.customers[customerID] {
		if c.version <= version && c.value.EffectiveTime.After(came) {
			came = c.value.EffectiveTime
		}
	}
	return slices.ContainsFunc(r.gone[customerID], func(g versioned[*events.CustomerDisassociated]) bool {
		return g.version <= version && g.value.NextPartnerID != "" && !g.value.EffectiveTime.Before(came)
	})
}

// moveAway sends the live resources of a customer after it, a primary with
// what is attached to it in one event. Nothing here changes: what was paid and
// earned stays.
func (d *decider) moveAway(data *events.CustomerDisassociated) error {
	if data.NextPartnerID == "" || data.NextPartnerID == d.ID {
		return nil
	}
	if d.Reference.movedAway(d.Counters.DecisionNo, data.CustomerID) {
		return nil // to another partner before: what it had would live at two
	}
	profile, err := d.profile()
	if err != nil {
		return err
	}
	d.need(ScopeCustomer, data.CustomerID)
	groups := map[string][]*Resource{}
	for _, r := range d.Resources.All() {
		live := r.State == pricing.StateActive && (r.PayPerUse(data.EffectiveTime) || r.Kept(profile, data.EffectiveTime))
		if live && r.CustomerID == data.CustomerID {
			root := d.rootOf(r)
			groups[root] = append(groups[root], r)
		}
	}
	for _, root := range sortedKeys(groups) {
		for n, chunk := range slices.Collect(slices.Chunk(groups[root], movedResourcesMax)) {
			moved := &events.ResourcesMoved{PartnerID: data.NextPartnerID, PreviousPartnerID: d.ID, CustomerID: data.CustomerID, EffectiveTime: data.EffectiveTime}
			for _, r := range chunk {
				moved.ResourceIDs = append(moved.ResourceIDs, r.ID)
				moved.Resources = append(moved.Resources, carried(r, data.EffectiveTime))
			}
			d.send(data.NextPartnerID, root, n, data.EffectiveTime, moved)
		}
	}
	return nil
}

// attachedDepthMax bounds how deep resources may be attached to one another.
const attachedDepthMax = 8

// rootOf is the primary that a resource is attached to, itself where it is
// attached to none.
func (d *decider) rootOf(r *Resource) string {
	for range attachedDepthMax {
		parent := d.Resources.Get(r.ParentID)
		if r.ParentID == "" || parent == nil {
			break
		}
		r = parent
	}
	return r.ID
}

// carried is what a resource is at a time, without what paid for it. Of its
// paid times those go along that are not over, or else the last.
func carried(r *Resource, at time.Time) events.MovedResource {
	spec := r.SpecAt(at)
	out := events.MovedResource{ResourceID: r.ID, ParentResourceID: r.ParentID, RelatedResourceID: r.RelatedID, OrderID: r.OrderID,
		CloudServiceType: r.ServiceType, ResourceType: r.ResourceType, ResourceSpec: spec.Spec, ProductID: spec.ProductID, Region: r.Region,
		AvailableZone: r.Zone, ResourceSize: spec.Size, SizeMeasureID: spec.SizeMeasure, SubscriptionNum: max(r.Quantity, 1), Currency: string(r.Currency),
		ProvisionedTime: r.ProvisionedAt, Refundable: !r.NotRefundable, UnsubscribeByOrder: r.OrderLevelUnsubscribe, Trial: r.Trial,
		ToPayPerUse: r.ToPayPerUse, Intervals: []events.MovedInterval{}}
	if len(r.Intervals) == 0 {
		return out
	}
	unit := int(r.Term.Type)
	out.ExpireTime, out.AnchorDay, out.PeriodType, out.PeriodNum = r.Expiry, r.AnchorDay, &unit, r.Term.Num
	for i, interval := range r.Intervals {
		if interval.Returned || !interval.End.After(at) && i < len(r.Intervals)-1 {
			continue
		}
		out.Intervals = append(out.Intervals, events.MovedInterval{OrderID: interval.OrderID, Kind: interval.Kind, Start: interval.Start, End: interval.End,
			PeriodType: int(interval.Term.Type), PeriodNum: interval.Term.Num, AnchorDay: interval.AnchorDay})
	}
	if a := r.AutoRenewal; a != nil && r.AutoRenews() {
		renewal := &events.MovedRenewal{DeductionDay: a.DeductionDay, ExpireDay: a.UnifiedDay}
		if a.Times > 0 {
			renewal.Times = a.Times - a.Done
		}
		if a.Period != nil {
			unit := int(a.Period.Type)
			renewal.PeriodType, renewal.PeriodNum = &unit, a.Period.Num
		}
		out.AutoRenewal = renewal
	}
	return out
}

// moved makes the live resources of a customer that came from another partner,
// a fact of their chain: they can be renewed, changed and given back from now
// on. What was paid for them before stays with the previous partner, so that
// giving them back returns what was paid here. One that is here stays as it is.
func (f *fact) moved(data *events.ResourcesMoved) error {
	if _, err := f.customer(data.CustomerID); err != nil {
		return err
	}
	for i, id := range data.ResourceIDs {
		pointer := fmt.Sprintf("/data/resource_ids/%d", i)
		at := slices.IndexFunc(data.Resources, func(m events.MovedResource) bool { return m.ResourceID == id })
		if at < 0 {
			return &events.Rejection{Code: CodeResourceNotCarried, Pointer: pointer, Message: fmt.Sprintf(
				"resource %q moved from partner %q without saying what it is; state it in resources", id, data.PreviousPartnerID)}
		}
		old := f.Resources.Get(id)
		if old == nil || old.State != pricing.StateActive {
			f.Resources.Put(id, received(data.CustomerID, &data.Resources[at]))
			continue
		}
		if old.CustomerID != data.CustomerID {
			return &events.Rejection{Code: CodeResourceForeign, Pointer: pointer, Message: fmt.Sprintf(
				"resource %q belongs to another customer than %q here; correct the move", id, data.CustomerID)}
		}
	}
	return nil
}

func received(customerID string, m *events.MovedResource) *Resource {
	r := &Resource{ID: m.ResourceID, ParentID: m.ParentResourceID, RelatedID: m.RelatedResourceID, CustomerID: customerID, OrderID: m.OrderID,
		ServiceType: m.CloudServiceType, ResourceType: m.ResourceType, Region: m.Region, Zone: m.AvailableZone,
		SpecState: pricing.SpecState{ProductID: m.ProductID, Spec: m.ResourceSpec, Size: m.ResourceSize, SizeMeasure: m.SizeMeasureID},
		Quantity:  m.SubscriptionNum, State: pricing.StateActive, Currency: money.Currency(m.Currency), ProvisionedAt: m.ProvisionedTime,
		Expiry: m.ExpireTime, AnchorDay: m.AnchorDay, NotRefundable: !m.Refundable, OrderLevelUnsubscribe: m.UnsubscribeByOrder, Trial: m.Trial,
		ToPayPerUse: m.ToPayPerUse}
	if m.PeriodType != nil {
		r.Term = calendar.Period{Type: calendar.PeriodType(*m.PeriodType), Num: m.PeriodNum}
	}
	for _, i := range m.Intervals {
		r.Intervals = append(r.Intervals, pricing.Interval{OrderID: i.OrderID, Kind: i.Kind, Start: i.Start, End: i.End, AnchorDay: i.AnchorDay,
			Term: calendar.Period{Type: calendar.PeriodType(i.PeriodType), Num: i.PeriodNum}})
	}
	if a := m.AutoRenewal; a != nil {
		r.AutoRenewal = &pricing.AutoRenewal{On: true, Times: a.Times, DeductionDay: a.DeductionDay, UnifiedDay: a.ExpireDay}
		if a.PeriodType != nil {
			r.AutoRenewal.Period = &calendar.Period{Type: calendar.PeriodType(*a.PeriodType), Num: a.PeriodNum}
		}
	}
	return r
}

// movedKeys are the resources that a move connects: those it carries and what
// they are attached or related to.
func movedKeys(data *events.ResourcesMoved) []string {
	keys := resourceKeys(data.ResourceIDs)
	for i := range data.Resources {
		for _, id := range []string{data.Resources[i].ParentResourceID, data.Resources[i].RelatedResourceID} {
			if id != "" {
				keys = append(keys, resourceKey(id))
			}
		}
	}
	return keys
}
