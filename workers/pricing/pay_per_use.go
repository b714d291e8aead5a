package pricing

import (
	"time"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/site"
)

// Operations of a change to pay-per-use at expiry.
const (
	ConversionSetUp  = "SET_UP"
	ConversionCancel = "CANCEL"
)

// PayPerUseChange asks to bill primary resources, and what is attached to them, by use from their expiry on, or takes that
// back (order type 10).
type PayPerUseChange struct {
	CustomerID  string
	At          time.Time
	ResourceIDs []string
	Operation   string
}

// PayPerUse reports whether a resource is billed by use at a time: it never had a term, or was to change at its expiry
// and that is over.
func (r *Resource) PayPerUse(at time.Time) bool {
	return len(r.Intervals) == 0 || r.ToPayPerUse != "" && at.After(r.Expiry)
}

// Endless reports whether a resource was paid once and for all, and has no expiry.
func (r *Resource) Endless() bool { return r.Term.Type == calendar.OneOff }

// Kept reports whether a yearly/monthly resource is there at a time, be it in grace or retention.
func (r *Resource) Kept(p *site.Profile, at time.Time) bool {
	return r.State == StateActive && !r.PayPerUse(at) && (r.Endless() || !at.After(p.KeptUntil(r.Expiry)))
}

// ConvertAtExpiry prices a conversion at 0, one line a resource: what is attached to a primary goes with it. resources are all
// resources of the chain. Refusals point at /resource_ids/i: not_primary, resource_blocked, resource_unsubscribed,
// resource_expired, pay_per_use_resource, already_converting, no_conversion_to_cancel; operation_unknown.
func ConvertAtExpiry(in PayPerUseChange, resources []*Resource) (*Quote, error) {
	switch {
	case in.Operation != ConversionSetUp && in.Operation != ConversionCancel:
		return nil, refuse(CodeOperationUnknown, "/operation", "convert with operation %q: use %s or %s", in.Operation, ConversionSetUp, ConversionCancel)
	case len(in.ResourceIDs) == 0:
		return nil, refuse(CodeNoLines, "/resource_ids", "convert no resources: name at least one")
	}
	if err := checkRepeated(in.ResourceIDs); err != nil {
		return nil, err
	}
	quote := &Quote{OrderType: OrderToPayPerUse, Kind: KindConvert, At: in.At, Operation: in.Operation}
	for i, id := range in.ResourceIDs {
		group, err := in.group(id, resources)
		if err != nil {
			return nil, refuseAt(err, resourcePointer(i), "")
		}
		for _, r := range group {
			if quote.Currency == "" {
				quote.Currency = r.Currency
			}
			if r.Currency != quote.Currency {
				return nil, refuse(CodeCurrencyMix, resourcePointer(i), "resource %q was paid in %s and another in %s: convert them apart", r.ID, r.Currency, quote.Currency)
			}
			quote.Lines = append(quote.Lines, in.line(r, id))
		}
	}
	return quote, nil
}

// group returns a primary resource with what is attached to it and can go along, and refuses what cannot be converted.
func (in *PayPerUseChange) group(id string, resources []*Resource) ([]*Resource, error) {
	primary := find(resources, id)
	switch {
	case primary == nil:
		return nil, resourceNotFound(id)
	case primary.ParentID != "":
		return nil, refuse(CodeNotPrimary, "", "resource %q is attached to %q: convert %q, it goes with it", id, primary.ParentID, primary.ParentID)
	}
	if err := ownedBy(primary, in.CustomerID); err != nil {
		return nil, err
	}
	var group []*Resource
	for _, r := range withAttached(primary, resources) {
		err := in.refuses(r)
		if err == nil {
			group = append(group, r)
			continue
		}
		if r == primary || err.Code == CodeResourceBlocked {
			return nil, err // an attached one that ended, or is there already, does not keep its server
		}
	}
	return group, nil
}

// refuses says why the operation cannot be done to a resource.
func (in *PayPerUseChange) refuses(r *Resource) *Refusal {
	switch {
	case r.State == StateUnsubscribed:
		return unsubscribed(r)
	case r.PayPerUse(in.At):
		return refuse(CodePayPerUseResource, "", "resource %q is billed pay-per-use already: there is nothing to convert", r.ID)
	case r.Term.Type == calendar.OneOff:
		return refuse(CodeNotRenewable, "", "resource %q was bought once and for all: it has no expiry to convert at", r.ID)
	case r.Blocked(in.At):
		return blockedBy(r)
	case in.At.After(r.Expiry):
		return expired(r)
	case in.Operation == ConversionSetUp && r.ToPayPerUse != "":
		return refuse(CodeAlreadyConverting, "", "resource %q changes to pay-per-use at its expiry by order %q already", r.ID, r.ToPayPerUse)
	case in.Operation == ConversionCancel && r.ToPayPerUse == "":
		return refuse(CodeNoConversionToCancel, "", "resource %q is not to change to pay-per-use: there is nothing to cancel", r.ID)
	}
	return nil
}

func (in *PayPerUseChange) line(r *Resource, primaryID string) QuoteLine {
	return QuoteLine{
		LineID: r.ID, ResourceID: r.ID, ServiceType: r.ServiceType, ResourceType: r.ResourceType, Region: r.Region, Zone: r.Zone,
		SpecState: r.SpecAt(in.At), ParentID: r.ParentID, RelatedID: r.RelatedID, PrimaryID: primaryID, Quantity: r.Quantity,
		Period: r.Term, NotRefundable: r.NotRefundable, OrderLevelUnsubscribe: r.OrderLevelUnsubscribe,
		Steps: []Step{{Rule: "to_pay_per_use", Reference: r.ID, Formula: "0: usage is billed from the expiry on"}},
	}
}

// ApplyConversion returns a copy of a resource whose conversion was paid, at price 0. Refusals: line_not_found and
// those of ConvertAtExpiry: what ended or was converted while the order waited is refused when it is paid.
func ApplyConversion(r *Resource, q *Quote, orderID string, paidAt time.Time) (*Resource, error) {
	if _, err := q.lineOf(r); err != nil {
		return nil, err
	}
	converted := Unblock(r, orderID)
	in := PayPerUseChange{At: paidAt, Operation: q.Operation}
	if err := in.refuses(converted); err != nil {
		return nil, err
	}
	if q.Operation == ConversionSetUp {
		converted.ToPayPerUse = orderID
	} else {
		converted.ToPayPerUse = ""
	}
	return converted, nil
}

// TakesPlace refuses a line of a new order that cannot take the place of the resource that is there; one that was never
// seen, ended, or is known by its usage alone is no obstacle. Type 11 is for a resource billed pay-per-use, 14 for a trial, the others for a new one
// (Pricing rules, sections 1 and 8). Refusals: resource_exists, resource_foreign, resource_blocked.
func TakesPlace(p *site.Profile, orderType int, customerID, orderID string, old *Resource, at time.Time) error {
	if old == nil || old.State != StateActive || old.MeteredOnly() {
		return nil
	}
	switch by := old.PayPerUse(at); {
	case orderType != OrderPayPerUseToPeriod && orderType != OrderTrialToCommercial:
		return refuse(CodeResourceExists, "", "resource %q is in use by order %q: renew or change it, or order a new resource id", old.ID, old.OrderID)
	case !by && !old.Kept(p, at):
		return nil // released after retention
	case old.CustomerID != customerID:
		return ownedBy(old, customerID)
	case orderType == OrderPayPerUseToPeriod && !by:
		return refuse(CodeResourceExists, "", "resource %q is yearly/monthly by order %q: renew it; type 11 is for a resource billed pay-per-use", old.ID, old.OrderID)
	case orderType == OrderTrialToCommercial && (by || !old.Trial):
		return refuse(CodeResourceExists, "", "resource %q of order %q is no trial: renew or change it; type 14 is for a trial", old.ID, old.OrderID)
	case old.Blocked(at) && old.PendingOrderID != orderID:
		return blockedBy(old)
	}
	return nil
}

func converting(r *Resource) *Refusal {
	return refuse(CodeResourceConverting, "", "resource %q changes to pay-per-use at its expiry by order %q: cancel that first", r.ID, r.ToPayPerUse)
}
