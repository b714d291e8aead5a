package decision

import (
	"fmt"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/incentive"
	"github.com/accruald/accruald/workers/pricing"
	"github.com/accruald/accruald/workers/site"
)

// A fact is one order fact on its way into the chain, with what it may look
// at: the reference data of its first decision.
type fact struct {
	*decider
	in       *Input
	at       time.Time
	site     *site.Profile
	enrolled *events.PartnerEnrolled
	book     pricing.Book
	policies incentive.PolicyView
}

// chainKeys are the orders and resources that an order fact connects; the
// first one is its own.
func chainKeys(ev *events.Event) []string {
	switch data := ev.Data.(type) {
	case *events.OrderPlaced:
		keys := []string{orderKey(data.OrderID)}
		for _, l := range data.Lines {
			keys = append(keys, resourceKey(l.ResourceID))
			if l.ParentResourceID != "" {
				keys = append(keys, resourceKey(l.ParentResourceID))
			}
			if l.RelatedResourceID != "" {
				keys = append(keys, resourceKey(l.RelatedResourceID))
			}
		}
		return keys
	case *events.OrderSpecChanged:
		return []string{orderKey(data.OrderID), resourceKey(data.ResourceID)}
	case *events.OrderRenewed:
		return append([]string{orderKey(data.OrderID)}, resourceKeys(data.ResourceIDs)...)
	case *events.OrderUnsubscribed:
		return append([]string{orderKey(data.OrderID)}, resourceKeys(data.ResourceIDs)...)
	case *events.OrderConverted:
		return append([]string{orderKey(data.OrderID)}, resourceKeys(data.ResourceIDs)...)
	case *events.ResourceRenewalConfigured:
		return resourceKeys(data.ResourceIDs)
	case *events.ResourcesMoved:
		return movedKeys(data)
	case *events.OrderPaid:
		return []string{orderKey(data.OrderID)}
	case *events.OrderCancelled:
		return []string{orderKey(data.OrderID)}
	case *events.OrderPriceAdjusted:
		return []string{orderKey(data.OrderID)}
	default:
		return nil
	}
}

func resourceKeys(ids []string) []string {
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = resourceKey(id)
	}
	return keys
}

// applyFact applies one order fact to the chain's rows as they stand.
func (d *decider) applyFact(in *Input) error {
	f, err := d.fact(in)
	if err != nil {
		return err
	}
	switch data := in.Event.Data.(type) {
	case *events.OrderPlaced:
		return f.placed(data)
	case *events.OrderSpecChanged:
		return f.specChanged(data)
	case *events.OrderRenewed:
		return f.renewed(data)
	case *events.OrderUnsubscribed:
		return f.unsubscribed(data)
	case *events.OrderConverted:
		return f.converted(data)
	case *events.ResourceRenewalConfigured:
		return f.configured(data)
	case *events.ResourcesMoved:
		return f.moved(data)
	case *events.OrderPriceAdjusted:
		return f.priceAdjusted(data)
	case *events.OrderPaid:
		return f.paid(data)
	case *events.OrderCancelled:
		return f.cancelled(data)
	default:
		return notSupported(in.Event)
	}
}

func (d *decider) fact(in *Input) (*fact, error) {
	at := in.Event.Time
	enrolled := d.Reference.enrolment(in.PartnerVersion, at)
	if enrolled == nil && d.Reference.Site() != "" {
		return nil, &events.Rejection{Code: CodeUnknownPartner, Pointer: "/time", Retryable: true, Message: fmt.Sprintf(
			"partner %q is not enrolled at %s; publish partner.enrolled.v1 for that time", d.ID, at.Format(time.RFC3339))}
	}
	if enrolled == nil {
		return nil, d.unknownPartner()
	}
	profile, err := d.common.Sites.Get(enrolled.Site)
	if err != nil {
		return nil, fmt.Errorf("decide event %q: %w", in.Event.ID, err)
	}
	return &fact{
		decider: d, in: in, at: at, site: profile, enrolled: enrolled,
		book: pricing.Book{Prices: d.common.catalogue.View(in.ReferenceVersion),
			Discounts: d.Reference.discountsFor(in.PartnerVersion), Site: profile},
		policies: d.common.policies.View(in.ReferenceVersion),
	}, nil
}

// customer returns the customer's association at the time of the fact.
func (f *fact) customer(id string) (*events.CustomerAssociated, error) {
	c := f.Reference.customer(f.in.PartnerVersion, id, f.at)
	if c == nil {
		return nil, f.unknownCustomer(id, f.at)
	}
	return c, nil
}

func (d *decider) unknownCustomer(id string, at time.Time) error {
	return &events.Rejection{Code: CodeUnknownCustomer, Pointer: "/data/customer_id", Retryable: true, Message: fmt.Sprintf(
		"customer %q is not associated with partner %q at %s; publish customer.associated.v1 for that time", id, d.ID, at.Format(time.RFC3339))}
}

// ref names the fact, which is not the current event while a chain folds again.
func (f *fact) ref() EventRef {
	return EventRef{Time: f.in.Event.Time, Source: f.in.Event.Source, ID: f.in.Event.ID}
}

func notSupported(ev *events.Event) error {
	return &events.Rejection{Code: CodeNotSupported, Pointer: "/type", Message: fmt.Sprintf(
		"events of type %s are part of the contract but this version does not decide them yet; after an upgrade have it decided with accruald rejections retry", ev.Type)}
}
