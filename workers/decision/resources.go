package decision

import (
	"fmt"
	"slices"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/pricing"
)

// attached checks what the lines of a new order are attached or related to: a
// resource of the order itself, or one that the customer has. One that nobody
// paid for yet is waited for.
func (f *fact) attached(data *events.OrderPlaced) error {
	own := func(id string) bool {
		return slices.ContainsFunc(data.Lines, func(l events.OrderLine) bool { return l.ResourceID == id })
	}
	var others []string
	for _, l := range data.Lines {
		for _, id := range []string{l.ParentResourceID, l.RelatedResourceID} {
			if id != "" && !own(id) {
				others = append(others, id)
			}
		}
	}
	if err := f.missing(others); err != nil {
		return err
	}
	for i, l := range data.Lines {
		for _, to := range []struct{ id, field string }{{l.ParentResourceID, "parent_resource_id"}, {l.RelatedResourceID, "related_resource_id"}} {
			if to.id == "" || own(to.id) {
				continue
			}
			if r := f.Resources.Get(to.id); r.CustomerID != data.CustomerID && !r.MeteredOnly() {
				return &events.Rejection{Code: CodeResourceForeign, Pointer: fmt.Sprintf("/data/lines/%d/%s", i, to.field), Message: fmt.Sprintf(
					"resource %q belongs to another customer than %q; attach to one of the customer's own", to.id, data.CustomerID)}
			}
		}
	}
	return nil
}

// inUse tells whether somebody pays for a time of the resource.
func inUse(r *Resource) bool {
	return r != nil && r.State == pricing.StateActive && !r.MeteredOnly()
}

// meteredOnly tells whether usage alone is known of a resource of the keys.
func (d *decider) meteredOnly(keys []string) bool {
	return slices.ContainsFunc(keys, func(key string) bool {
		id, isResource := cutKey(key, resourceKey(""))
		r := d.Resources.Get(id)
		return isResource && r != nil && r.MeteredOnly()
	})
}

// missing waits for the first of the resources that is not there. It comes
// before any refusal: a fact that has to wait is refused by nothing that stands
// behind it in key order.
func (f *fact) missing(ids []string) error {
	for _, id := range ids {
		if f.Resources.Get(id) == nil {
			return waits{resourceKey(id)}
		}
	}
	return nil
}

// resources returns the named resources of the customer; one that nobody paid
// for yet is waited for.
func (f *fact) resources(customerID string, ids []string) ([]*Resource, error) {
	if err := f.missing(ids); err != nil {
		return nil, err
	}
	out := make([]*Resource, len(ids))
	for i, id := range ids {
		r := f.Resources.Get(id)
		if r.MeteredOnly() {
			return nil, pricing.RefusePayPerUse(r, fmt.Sprintf("/resource_ids/%d", i))
		}
		if r.CustomerID != customerID {
			return nil, &events.Rejection{Code: CodeResourceForeign, Pointer: fmt.Sprintf("/data/resource_ids/%d", i), Message: fmt.Sprintf(
				"resource %q belongs to another customer than %q; name the customer who owns it", id, customerID)}
		}
		out[i] = r
	}
	return out, nil
}

// family returns every resource of the chains of the given ones: what is
// attached or related to them is among these.
func (f *fact) family(named []*Resource) []*Resource {
	var out []*Resource
	seen := map[string]bool{}
	for _, r := range named {
		chain := f.chain(resourceKey(r.ID))
		for _, k := range chain.Keys {
			if id, ok := cutKey(k, "r/"); ok && !seen[id] {
				seen[id] = true
				if r := f.Resources.Get(id); r != nil {
					out = append(out, r)
				}
			}
		}
	}
	return out
}
