package reconciliation

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// LateReference: reference data came after an order that it would have changed.
const LateReference Kind = "late_reference"

// lateOrdersMax bounds the orders that one finding names and shows; it says how many more there are.
const lateOrdersMax = 20

// A Reference is one version of reference data: what it says of a thing, and from when on.
type Reference struct {
	Common        bool  // of all partners, else of the one at hand: each counts its own versions
	Version       int64 // when it came
	Type, EventID string
	Thing         string    // two of one thing replace each other, the one that is in force later wins
	Says          string    // without its time: what says the same changes nothing
	From, Until   time.Time // Until is zero where it does not end by itself
	OnPayment     bool      // payments rest on it, else what was quoted
	// Of are what a decision has to be about: one of each group.
	Of [][]string
}

// A Decided is an order as it was quoted or paid, and the versions that it was decided under.
type Decided struct {
	OrderID     string
	At          time.Time
	Paid        bool
	Common, Own int64
	About       []string
}

func (d *Decided) under(common bool) int64 {
	if common {
		return d.Common
	}
	return d.Own
}

// A Late compares decisions with the reference data that came after them.
type Late struct {
	partnerID string
	all       []Reference
	things    map[string][]int // by thing, in all
	late      []int            // newer than the oldest decision
	orders    map[int][]Decided
}

// NewLate takes all reference data, and the versions of the oldest decision: what is not newer was there for all.
func NewLate(partnerID string, all []Reference, common, own int64) *Late {
	l := &Late{partnerID: partnerID, all: all, things: map[string][]int{}, orders: map[int][]Decided{}}
	for i := range all {
		r := &all[i]
		l.things[r.Thing] = append(l.things[r.Thing], i)
		if r.Common && r.Version > common || !r.Common && r.Version > own {
			l.late = append(l.late, i)
		}
	}
	return l
}

// Take compares one decision with what came after it.
func (l *Late) Take(d *Decided) {
	for _, i := range l.late {
		r := &l.all[i]
		if r.OnPayment != d.Paid || r.Version <= d.under(r.Common) || d.At.Before(r.From) || !r.Until.IsZero() && !d.At.Before(r.Until) || !concerns(r, d) {
			continue
		}
		if now := l.inForce(r.Thing, d, true); now != i {
			continue // replaced by another that was in force by then
		}
		if then := l.inForce(r.Thing, d, false); then >= 0 && l.all[then].Says == r.Says {
			continue
		}
		l.orders[i] = append(l.orders[i], *d)
	}
}

// inForce returns what was in force of a thing when something happened, by all that is known or by what was known when it
// was decided; -1 for nothing.
func (l *Late) inForce(thing string, d *Decided, all bool) int {
	best := -1
	for _, i := range l.things[thing] {
		r := &l.all[i]
		if d.At.Before(r.From) || !all && r.Version > d.under(r.Common) {
			continue
		}
		if best < 0 || l.all[best].From.Before(r.From) || l.all[best].From.Equal(r.From) && l.all[best].Version < r.Version {
			best = i
		}
	}
	return best
}

func concerns(r *Reference, d *Decided) bool {
	for _, group := range r.Of {
		if !slices.ContainsFunc(group, func(of string) bool { return slices.Contains(d.About, of) }) {
			return false
		}
	}
	return true
}

// Findings are one for each late version, with the orders that were decided without it.
func (l *Late) Findings() (found []Finding) {
	for _, i := range l.late {
		orders := l.orders[i]
		if len(orders) == 0 {
			continue
		}
		r := &l.all[i]
		slices.SortFunc(orders, func(a, b Decided) int { return strings.Compare(a.OrderID, b.OrderID) })
		f := newFinding(LateReference, l.partnerID, r.Type, r.EventID, strconv.FormatInt(r.Version, 10))
		f.Expected = fmt.Sprintf("orders from %s on decided with %s", r.From.Format(time.RFC3339), r.Thing)
		names := make([]string, 0, lateOrdersMax)
		f.Evidence = append(f.Evidence, Row{Source: "reference_log", ID: strconv.FormatInt(r.Version, 10), Text: r.Type + " " + r.EventID + ": " + r.Says})
		for n := range orders[:min(len(orders), lateOrdersMax)] {
			d := &orders[n]
			names = append(names, d.OrderID)
			f.Evidence = append(f.Evidence, Row{Source: "customer_order", ID: d.OrderID,
				Text: fmt.Sprintf("of %s, decided under version %d of the common reference data and %d of the partner's", d.At.Format(time.RFC3339), d.Common, d.Own)})
		}
		f.Found = fmt.Sprintf("%d decided before it came: %s", len(orders), strings.Join(names, ", "))
		if more := len(orders) - len(names); more > 0 {
			f.Found += fmt.Sprintf(" and %d more", more)
		}
		found = append(found, f)
	}
	return found
}
