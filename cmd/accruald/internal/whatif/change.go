package whatif

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/accruald/accruald/events"
)

// source is who publishes what a change comes to.
const source = events.Source + "/whatif"

// A Window is the time for which a change holds; a zero end is open.
type Window struct{ From, To time.Time }

// begin is when something that is effective at a time begins to hold, false if it never does.
func (w Window) begin(effective time.Time) (time.Time, bool) {
	if effective.Before(w.From) {
		effective = w.From
	}
	return effective, w.To.IsZero() || effective.Before(w.To)
}

func (w Window) has(t time.Time) bool { return !t.Before(w.From) && (w.To.IsZero() || t.Before(w.To)) }

// A Change is what holds instead of the history's policies and products.
type Change struct {
	window   Window
	policies map[string][]*events.IncentivePolicyPublished
	products map[string][]*events.ProductPublished
	before   struct { // of the history, by id
		policies map[string][]*events.IncentivePolicyPublished
		products map[string][]*events.ProductPublished
	}
}

// NewChange takes the events of a change.
func NewChange(window Window, list []*events.Event) (*Change, error) {
	if !window.To.IsZero() && !window.From.Before(window.To) {
		return nil, fmt.Errorf("change policies from %s to %s: name a later end", window.From.Format(time.RFC3339), window.To.Format(time.RFC3339))
	}
	c := &Change{window: window, policies: map[string][]*events.IncentivePolicyPublished{}, products: map[string][]*events.ProductPublished{}}
	c.before.policies, c.before.products = map[string][]*events.IncentivePolicyPublished{}, map[string][]*events.ProductPublished{}
	for _, ev := range list {
		var effective time.Time
		switch data := ev.Data.(type) {
		case *events.IncentivePolicyPublished:
			effective = data.EffectiveTime
			c.policies[data.PolicyID] = append(c.policies[data.PolicyID], data)
		case *events.ProductPublished:
			effective = data.EffectiveTime
			c.products[data.ProductID] = append(c.products[data.ProductID], data)
		default:
			return nil, fmt.Errorf("change event %q: a change has %s and %s events only, not %s", ev.ID, events.TypeIncentivePolicyPublished, events.TypeProductPublished, ev.Type)
		}
		if _, holds := window.begin(effective); !holds {
			return nil, fmt.Errorf("change event %q: it takes effect at %s, after the window; change its effective_time or --to", ev.ID, effective.Format(time.RFC3339))
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("change nothing: the file has no events")
	}
	return c, nil
}

// Note takes an event of the history before anything is decided.
func (c *Change) Note(ev *events.Event) {
	switch data := ev.Data.(type) {
	case *events.IncentivePolicyPublished:
		if c.policies[data.PolicyID] != nil {
			c.before.policies[data.PolicyID] = append(c.before.policies[data.PolicyID], data)
		}
	case *events.ProductPublished:
		if c.products[data.ProductID] != nil {
			c.before.products[data.ProductID] = append(c.before.products[data.ProductID], data)
		}
	}
}

// Replaces tells whether an event of the history does not hold under the change.
func (c *Change) Replaces(ev *events.Event) bool {
	switch data := ev.Data.(type) {
	case *events.IncentivePolicyPublished:
		return c.policies[data.PolicyID] != nil && !c.unchanged(data.PolicyID)
	case *events.ProductPublished:
		return c.products[data.ProductID] != nil && c.window.has(data.EffectiveTime)
	default:
		return false
	}
}

// Events are what is published under the change before all of the history, once all of it is noted.
func (c *Change) Events() ([]*events.Event, error) {
	var list []*events.Event
	add := func(subject string, data events.Data, at time.Time) error {
		ev, err := events.New(events.Envelope{ID: subject + "/" + strconv.Itoa(len(list)), Source: source, Type: data.EventType(), Subject: subject,
			PartitionKey: events.AllPartners, Time: at}, data)
		list = append(list, ev)
		return err
	}
	for _, id := range sortedKeys(c.policies) {
		if c.unchanged(id) {
			continue
		}
		for i, p := range c.timeline(id) {
			p.Version = i + 1
			if err := add(id, p, p.EffectiveTime); err != nil {
				return nil, fmt.Errorf("change policy %q: %w", id, err)
			}
		}
	}
	for _, id := range sortedKeys(c.products) {
		for _, p := range c.prices(id) {
			if err := add(id, p, p.EffectiveTime); err != nil {
				return nil, fmt.Errorf("change product %q: %w", id, err)
			}
		}
	}
	return list, nil
}

// inForce is the version of the history that holds at a time, nil for none: the highest that has become effective.
func (c *Change) inForce(id string, at time.Time) (found *events.IncentivePolicyPublished) {
	for _, p := range c.before.policies[id] {
		if !p.EffectiveTime.After(at) && (found == nil || p.Version > found.Version) {
			found = p
		}
	}
	return found
}

// timeline lists the versions of a policy under the change, in the order of their times.
func (c *Change) timeline(id string) []*events.IncentivePolicyPublished {
	var list []*events.IncentivePolicyPublished
	holds := func(p *events.IncentivePolicyPublished, at time.Time) {
		if p == nil || len(list) > 0 && list[len(list)-1].EffectiveTime.Equal(at) {
			return
		}
		again := *p
		again.EffectiveTime = at
		list = append(list, &again)
	}
	times := make([]time.Time, 0, len(c.before.policies[id]))
	for _, p := range c.before.policies[id] {
		times = append(times, p.EffectiveTime)
	}
	slices.SortFunc(times, time.Time.Compare)
	changed := slices.Clone(c.policies[id])
	slices.SortStableFunc(changed, func(a, b *events.IncentivePolicyPublished) int {
		return cmp.Or(a.EffectiveTime.Compare(b.EffectiveTime), cmp.Compare(a.Version, b.Version))
	})
	begin, _ := c.window.begin(changed[0].EffectiveTime)
	for _, at := range times {
		if at.Before(begin) {
			holds(c.inForce(id, at), at)
		}
	}
	back := c.window.To
	for i, p := range changed {
		at, _ := c.window.begin(p.EffectiveTime)
		if i+1 < len(changed) {
			if next, _ := c.window.begin(changed[i+1].EffectiveTime); next.Equal(at) {
				continue // the last of those that hold from then on
			}
		}
		again := *p
		if !back.IsZero() && (again.ExpireTime.IsZero() || again.ExpireTime.After(back)) {
			again.ExpireTime = back
		}
		holds(&again, at)
	}
	if back.IsZero() {
		return list
	}
	holds(c.inForce(id, back), back)
	for _, at := range times {
		if at.After(back) {
			holds(c.inForce(id, at), at)
		}
	}
	return list
}

// prices lists what of a product is published under the change: its prices in the window, and behind it that which the
// history has then.
func (c *Change) prices(id string) []*events.ProductPublished {
	var list []*events.ProductPublished
	for _, p := range c.products[id] {
		again := *p
		again.EffectiveTime, _ = c.window.begin(p.EffectiveTime)
		list = append(list, &again)
	}
	var back *events.ProductPublished
	for _, p := range c.before.products[id] {
		if !p.EffectiveTime.After(c.window.To) && (back == nil || !p.EffectiveTime.Before(back.EffectiveTime)) {
			back = p
		}
	}
	if back != nil && back.EffectiveTime.Before(c.window.To) {
		again := *back
		again.EffectiveTime = c.window.To
		list = append(list, &again)
	}
	return list
}

// unchanged tells whether a policy is in force in the whole window as the change has it.
func (c *Change) unchanged(id string) bool {
	if len(c.policies[id]) != 1 {
		return false
	}
	p := c.policies[id][0]
	begin, _ := c.window.begin(p.EffectiveTime)
	if now := c.inForce(id, begin); now == nil || !samePolicy(now, p) {
		return false
	}
	for _, other := range c.before.policies[id] {
		if other.EffectiveTime.After(begin) && c.window.has(other.EffectiveTime) && !samePolicy(other, p) {
			return false
		}
	}
	return true
}

// samePolicy compares what two versions say, whenever they take effect.
func samePolicy(a, b *events.IncentivePolicyPublished) bool {
	text := func(p *events.IncentivePolicyPublished) string {
		again := *p
		again.Version, again.EffectiveTime, again.Name = 0, time.Time{}, ""
		document, err := json.Marshal(&again)
		if err != nil {
			return p.PolicyID + err.Error()
		}
		return string(document)
	}
	return text(a) == text(b)
}
