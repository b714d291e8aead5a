package pricing

import (
	"slices"
	"time"

	"github.com/accruald/accruald/workers/money"
)

// Metered is what usage makes of a resource that nobody ordered: pay-per-use from the product keys of its first usage
// in the order of facts. A resource that was ordered as well keeps it, for when the orders turn out otherwise.
type Metered struct {
	UsageKey
	CustomerID, ServiceType, ResourceType, Region, Zone string
	SpecState
	Currency money.Currency
	Since    time.Time // the beginning of that usage
}

// Metered returns what a usage makes of its resource.
func (u *Usage) Metered(cost *UsageCost) *Metered {
	return &Metered{UsageKey: u.UsageKey, CustomerID: u.CustomerID, ServiceType: u.Key.ServiceType, ResourceType: u.Key.ResourceType,
		Region: u.Key.Region, Zone: u.Key.Zone, SpecState: cost.SpecState, Currency: cost.Currency, Since: u.Window.From}
}

// Before tells whether the usage stands before another in the order of facts.
func (k UsageKey) Before(other UsageKey) bool { return k.compare(other) < 0 }

// Resource returns the pay-per-use resource.
func (m *Metered) Resource(id string) *Resource {
	return &Resource{ID: id, CustomerID: m.CustomerID, ServiceType: m.ServiceType, ResourceType: m.ResourceType, Region: m.Region,
		Zone: m.Zone, SpecState: m.SpecState, Quantity: 1, State: StateActive, Currency: m.Currency, ProvisionedAt: m.Since, Metered: m}
}

// MeteredOnly tells whether nobody ever paid for a time of the resource: it is billed by its usage alone.
func (r *Resource) MeteredOnly() bool { return len(r.Intervals) == 0 }

// SpecChanges returns when the resource's specification or size changed, a change at renewal regarded, in order.
func (r *Resource) SpecChanges() []time.Time {
	changes := r.Changes
	if r.Next != nil && r.Next.From != nil {
		changes = slices.Concat(changes, []time.Time{*r.Next.From})
	}
	return slices.SortedFunc(slices.Values(changes), time.Time.Compare)
}

// changed notes that the resource changed at a time.
func (r *Resource) changed(at time.Time) { r.Changes = slices.Concat(r.Changes, []time.Time{at}) }

// CheckSpecChanges refuses a window in which the resource changes. Refusals: split_window.
func CheckSpecChanges(w Window, changes []time.Time) error {
	for _, change := range changes {
		if w.contains(change) {
			return splitWindow(w, change, "the resource changes")
		}
	}
	return nil
}

// RefusePayPerUse refuses an order about a resource that is billed by its usage alone.
func RefusePayPerUse(r *Resource, pointer string) error {
	return refuse(CodePayPerUseResource, pointer, "resource %q is billed pay-per-use: there is no period to change, renew or return; order it for a period first", r.ID)
}
