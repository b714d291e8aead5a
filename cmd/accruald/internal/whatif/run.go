package whatif

import (
	"fmt"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

// A Run decides a history as it is and under a change, event by event.
type Run struct {
	change        *Change
	before, after *decision.Memory
	early         map[[2]string][]*events.Event // payments whose order has not come, by partner and order
}

// NewRun begins with what the change publishes; all of the history has to be noted.
func NewRun(change *Change, sites site.Profiles) (*Run, error) {
	r := &Run{change: change, before: decision.NewMemory(sites), after: decision.NewMemory(sites), early: map[[2]string][]*events.Event{}}
	published, err := change.Events()
	if err != nil {
		return nil, err
	}
	for _, ev := range published {
		if err := publish(r.after, ev); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// publish applies reference data of a change, which nobody would be told of if it was refused.
func publish(m *decision.Memory, ev *events.Event) error {
	if err := m.Common.Apply(m.Common.Version()+1, ev); err != nil {
		return fmt.Errorf("change %q: %w", ev.Subject, err)
	}
	return nil
}

// Arrive says when the next events arrive.
func (r *Run) Arrive(at time.Time) { r.before.Arrival, r.after.Arrival = at, at }

// Fold decides one event on both sides.
func (r *Run) Fold(ev *events.Event) error {
	if _, err := r.before.Fold(ev, nil); err != nil {
		return err
	}
	if r.change.Replaces(ev) {
		return nil
	}
	if err := r.foldAfter(ev); err != nil {
		return err
	}
	key := [2]string{ev.PartitionKey, orderOf(ev)}
	waiting := r.early[key]
	if len(waiting) == 0 || order(r.after, key) == nil {
		return nil
	}
	delete(r.early, key)
	for _, paid := range waiting {
		if err := r.foldAfter(paid); err != nil {
			return err
		}
	}
	return nil
}

// foldAfter decides an event under the change. Where prices change, a payment that comes before its order is kept back
// until what that costs is known; between cut-offs that comes to the same.
func (r *Run) foldAfter(ev *events.Event) error {
	if paid, isPayment := ev.Data.(*events.OrderPaid); isPayment {
		key := [2]string{ev.PartitionKey, paid.OrderID}
		is := order(r.after, key)
		if len(r.change.products) > 0 && is == nil && order(r.before, key) == nil {
			r.early[key] = append(r.early[key], ev)
			return nil
		}
		profile, err := r.profile(ev.PartitionKey)
		if err != nil {
			return err
		}
		if ev, err = payment(ev, order(r.before, key), is, profile); err != nil {
			return err
		}
	}
	_, err := r.after.Fold(ev, nil)
	return err
}

func (r *Run) profile(partnerID string) (*site.Profile, error) {
	p := r.after.Partners[partnerID]
	if p == nil || p.Reference.Site() == "" {
		return nil, nil //nolint:nilnil // an order of a partner that nobody enrolled has no price
	}
	return r.after.Common.Sites.Get(p.Reference.Site())
}

func order(m *decision.Memory, key [2]string) *decision.Order {
	if p := m.Partners[key[0]]; p != nil {
		return p.Orders.Get(key[1])
	}
	return nil
}

// orderOf is the order that an event brings.
func orderOf(ev *events.Event) string {
	switch data := ev.Data.(type) {
	case *events.OrderPlaced:
		return data.OrderID
	case *events.OrderSpecChanged:
		return data.OrderID
	case *events.OrderRenewed:
		return data.OrderID
	case *events.OrderConverted:
		return data.OrderID
	default:
		return ""
	}
}

// Table compares what both sides came to, of one partner or of all.
func (r *Run) Table(partnerID string, sites site.Profiles) (*Table, error) {
	t := &Table{Rows: []Row{}, Refused: map[string]int{}}
	for _, waiting := range r.early { // their order never came
		for _, ev := range waiting {
			if _, err := r.after.Fold(ev, nil); err != nil {
				return nil, err
			}
		}
	}
	for _, id := range sortedKeys(r.before.Partners) {
		if partnerID != "" && id != partnerID {
			continue
		}
		after := r.after.Partners[id]
		if after == nil {
			after = decision.NewPartner(id, sites, decision.NewPartnerReference(), true)
		}
		t.add(id, r.before.Partners[id], after)
	}
	if len(t.Rows) == 0 && partnerID != "" {
		return nil, fmt.Errorf("compare partner %q: the history has nothing of it: name another", partnerID)
	}
	return t, nil
}
