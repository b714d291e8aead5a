package workers

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/site"
	"github.com/accruald/accruald/workers/upstream"
)

// Whose line it is.
//
// With a partner named, every customer of the file has to have been that
// partner's before the cycle ended: what is billed late is billed to whom it
// belonged. Without one the customer tells: the line is of the partner that it
// was associated with in the cycle. One that moved within the cycle had several,
// and then the partner that has the line's order is asked for; a customer that
// was nobody's in the cycle is its last partner's before it.

// An association is a time in which a customer was a partner's.
type association struct {
	partnerID string
	from, to  time.Time // to is zero while it lasts
}

// owners know which customer was whose.
type owners struct {
	named      string // the only partner, "" for all
	start, end map[string]time.Time
	customers  map[string][]association
	partners   []db.PartnerCyclesRow
}

func loadOwners(ctx context.Context, q *db.Queries, sites site.Profiles, partnerID string, cycle calendar.Cycle) (*owners, error) {
	o := &owners{named: partnerID, start: map[string]time.Time{}, end: map[string]time.Time{}, customers: map[string][]association{}}
	var err error
	if o.partners, err = q.PartnerCycles(ctx, partnerID); err != nil {
		return nil, fmt.Errorf("list the partners: %w", err)
	}
	for _, p := range o.partners {
		profile, err := sites.Get(p.Site)
		if err != nil {
			continue // never enrolled: it has no customers
		}
		o.start[p.PartnerID], o.end[p.PartnerID] = cycle.Start(profile.Zone()), cycle.End(profile.Zone())
	}
	told, err := q.CustomerAssociations(ctx, partnerID)
	if err != nil {
		return nil, fmt.Errorf("list the customers: %w", err)
	}
	for _, row := range told {
		at, err := time.Parse(time.RFC3339Nano, row.EffectiveTime)
		if err != nil {
			return nil, fmt.Errorf("list the customers: customer %q of partner %q: %w", row.CustomerID, row.PartnerID, err)
		}
		o.note(row.PartnerID, row.CustomerID, at, row.Type == events.TypeCustomerAssociated)
	}
	for _, list := range o.customers {
		endWhereMoved(list)
	}
	return o, nil
}

// endWhereMoved ends what a customer was to a partner where another took it
// over: a move is told to the new partner alone.
func endWhereMoved(list []association) {
	slices.SortStableFunc(list, func(a, b association) int { return a.from.Compare(b.from) })
	for i := range list {
		for _, next := range list[i+1:] {
			if next.partnerID != list[i].partnerID && (list[i].to.IsZero() || list[i].to.After(next.from)) {
				list[i].to = next.from
			}
		}
	}
}

func (o *owners) note(partnerID, customerID string, at time.Time, associated bool) {
	list := o.customers[customerID]
	for i := range list {
		if list[i].partnerID == partnerID && list[i].to.IsZero() && !list[i].from.After(at) && !associated {
			list[i].to = at
		}
	}
	if associated {
		list = append(list, association{partnerID: partnerID, from: at})
	}
	o.customers[customerID] = list
}

// of returns the partners that a line may be of: one, or with the order's to be
// asked several; none comes with a code and a sentence.
func (o *owners) of(line *upstream.Line) (partners []string, code, message string) {
	if line.CustomerID == "" { // F56: not the end of an import
		if o.named != "" {
			return []string{o.named}, "", ""
		}
		return nil, upstream.CodeAmbiguousPartner, "has no customer that would tell its partner: name the partner by --partner"
	}
	var within, before []association
	for _, a := range o.customers[line.CustomerID] {
		switch {
		case !a.from.Before(o.end[a.partnerID]):
		case a.to.IsZero() || a.to.After(o.start[a.partnerID]):
			within = append(within, a)
		default:
			before = append(before, a)
		}
	}
	if len(within) == 0 && len(before) > 0 {
		within = []association{slices.MaxFunc(before, func(a, b association) int { return a.to.Compare(b.to) })}
	}
	for _, a := range within {
		if !slices.Contains(partners, a.partnerID) {
			partners = append(partners, a.partnerID)
		}
	}
	if len(partners) > 0 {
		return partners, "", ""
	}
	whose := "any partner's"
	if o.named != "" {
		whose = fmt.Sprintf("partner %q's", o.named)
	}
	return nil, upstream.CodeUnknownCustomer, fmt.Sprintf("customer %q was not %s before the cycle ended: correct the id or the partner, or publish its customer.associated.v1", line.CustomerID, whose)
}

// closed says why a partner can have no statement of a cycle yet.
func (o *owners) closed(partnerID string, cycle calendar.Cycle) (code, message string) {
	i, known := slices.BinarySearchFunc(o.partners, partnerID, func(p db.PartnerCyclesRow, id string) int {
		switch {
		case p.PartnerID < id:
			return -1
		case p.PartnerID > id:
			return 1
		default:
			return 0
		}
	})
	if !known {
		return upstream.CodeUnknownPartner, fmt.Sprintf("nothing of partner %q was received: correct the id", partnerID)
	}
	if closed := o.partners[i].ClosedCycle; closed < string(cycle) {
		last := "none is"
		if closed != "" {
			last = "the last that is closed is " + closed
		}
		return upstream.CodeOpenCycle, fmt.Sprintf("cycle %s of partner %q is open (%s): import its statement when close_cycle has run", cycle, partnerID, last)
	}
	return "", ""
}
