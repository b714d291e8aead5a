package pricing

import (
	"slices"
	"strconv"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
)

// Limits of a renewal (Pricing rules, section 2).
const (
	renewalResourceCountMax = 10
	renewalMonthsMax        = 11
	renewalYearsMax         = 3
)

// Renew prices the renewal of primary resources. What is attached to one goes with it; IncludeRelated adds what is
// related. There is one line per resource, its id the resource's; PrimaryID groups the lines. resources are all
// resources of the chain. Refusals point at /resource_ids/i: not_primary, resource_blocked, not_renewable, ...
func Renew(b Book, in Renewal, resources []*Resource) (*Quote, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	quote := &Quote{OrderType: OrderRenew, Kind: KindRenew, At: in.At}
	var priced []pricedLine
	for i, id := range in.ResourceIDs {
		group, err := in.group(id, resources)
		if err != nil {
			return nil, refuseAt(err, resourcePointer(i), "")
		}
		for _, r := range group {
			if slices.ContainsFunc(quote.Lines, func(l QuoteLine) bool { return l.LineID == r.ID }) {
				continue // related to one primary and listed itself, or related to two
			}
			line, list, err := b.renewLine(&in, r.at(in.At), quote)
			if err != nil {
				return nil, refuseAt(err, resourcePointer(i), "")
			}
			line.PrimaryID = id
			quote.Lines = append(quote.Lines, line)
			priced = append(priced, list)
		}
	}
	for i := range priced {
		priced[i].line = &quote.Lines[i]
	}
	quote.sumLines()
	return quote, b.offer(quote, customer{in.CustomerID, in.IndirectPartnerID}, priced)
}

func (in *Renewal) check() error {
	num := in.Period.Num
	switch in.Period.Type {
	case calendar.Month:
		if num < 1 || num > renewalMonthsMax {
			return refuse(CodeRenewalMonths, "/period_num", "renew for %d months: use 1 to %d months, or 1 to %d years", num, renewalMonthsMax, renewalYearsMax)
		}
	case calendar.Year:
		if num < 1 || num > renewalYearsMax {
			return refuse(CodeRenewalYears, "/period_num", "renew for %d years: use 1 to %d years, and renew again when they run out", num, renewalYearsMax)
		}
	default:
		return refuse(CodeRenewalUnit, "/period_type", "renew for %s: use 1 to %d months or 1 to %d years", in.Period, renewalMonthsMax, renewalYearsMax)
	}
	switch {
	case len(in.ResourceIDs) == 0:
		return refuse(CodeNoLines, "/resource_ids", "renew no resources: name 1 to %d", renewalResourceCountMax)
	case len(in.ResourceIDs) > renewalResourceCountMax:
		return refuse(CodeTooManyResources, "/resource_ids", "renew %d resources: name at most %d primary ones, the rest in another order", len(in.ResourceIDs), renewalResourceCountMax)
	case in.UnifiedDay != nil && !calendar.ValidUnifiedDay(*in.UnifiedDay):
		return refuse(CodeInvalidUnifiedDay, "/unified_day", "renew to unified day %d: use 1 to 28, or -1 for the last day of the month", *in.UnifiedDay)
	}
	return checkRepeated(in.ResourceIDs)
}

func checkRepeated(ids []string) error {
	for i, id := range ids {
		if slices.Contains(ids[:i], id) {
			return refuse(CodeDuplicateResource, resourcePointer(i), "resource %q is named twice: name it once", id)
		}
	}
	return nil
}

// group returns what is renewed with a primary resource: what is attached to it, and on request what is related.
func (in *Renewal) group(id string, resources []*Resource) ([]*Resource, error) {
	primary := find(resources, id)
	if primary == nil {
		return nil, resourceNotFound(id)
	}
	if primary.ParentID != "" {
		return nil, refuse(CodeNotPrimary, "", "resource %q is attached to %q: renew %q, it goes with it", id, primary.ParentID, primary.ParentID)
	}
	if err := ownedBy(primary, in.CustomerID); err != nil {
		return nil, err
	}
	roots := []*Resource{primary}
	for _, r := range resources {
		if in.IncludeRelated && r.RelatedID == id && r.ID != id {
			roots = append(roots, r)
		}
	}
	var group []*Resource
	for _, root := range roots {
		for _, r := range withAttached(root, resources) {
			ends := r.State == StateUnsubscribed || r.PayPerUse(in.At)
			if r != primary && (ends || slices.Contains(group, r)) {
				continue // a returned or pay-per-use disk does not keep its server from being renewed
			}
			group = append(group, r)
		}
	}
	return group, nil
}

// renewable refuses a resource that cannot be renewed (Pricing rules, section 6).
func (b *Book) renewable(in *Renewal, r *Resource, product *Product) error {
	switch {
	case r.State == StateUnsubscribed:
		return unsubscribed(r)
	case r.PayPerUse(in.At):
		return refuse(CodePayPerUseResource, "", "resource %q is billed pay-per-use: it has no term to renew", r.ID)
	case r.Term.Type == calendar.OneOff:
		return refuse(CodeNotRenewable, "", "resource %q was bought once and for all: it has no term to renew", r.ID)
	case r.Blocked(in.At):
		return blockedBy(r)
	case r.ToPayPerUse != "":
		return converting(r)
	case in.At.After(b.Site.KeptUntil(r.Expiry)):
		return expired(r)
	case !product.Renewable:
		return refuse(CodeNotRenewable, "", "product %q of resource %q cannot be renewed: change it to one that can", product.ID, r.ID)
	case b.Prices.Withdrawn(product.ID, in.At):
		return refuse(CodeNotRenewable, "", "product %q of resource %q is off sale: change it to one on sale", product.ID, r.ID)
	}
	return nil
}

// renewLine prices one resource; a change at renewal is what the next period is priced with.
func (b *Book) renewLine(in *Renewal, r *Resource, quote *Quote) (QuoteLine, pricedLine, error) {
	fail := func(err error) (QuoteLine, pricedLine, error) { return QuoteLine{}, pricedLine{}, err }
	spec := r.SpecState
	if r.Next != nil {
		spec = r.Next.Spec
	}
	product, err := b.Prices.ProductByID(spec.ProductID, in.At)
	if err != nil {
		return fail(err)
	}
	if err := b.renewable(in, r, product); err != nil {
		return fail(err)
	}
	serviceType, err := b.Prices.ServiceType(r.ServiceType, in.At)
	if err != nil {
		return fail(err)
	}
	row, times, offered := product.row(in.Period)
	if !offered {
		return fail(periodNotOffered(product, in.Period))
	}
	if quote.Currency == "" {
		quote.Currency = product.Currency
	}
	if product.Currency != quote.Currency {
		return fail(refuse(CodeCurrencyMix, "", "resource %q is priced in %s and the one before in %s: renew them apart", r.ID, product.Currency, quote.Currency))
	}
	list := row.price(product.Linear, spec.value(), r.Quantity).times(times)
	priced := pricedLine{plain: list, period: in.Period, partnerDiscount: serviceType.AllowDiscount, usedDiscounts: r.usedDiscounts()}
	exact, text := money.FromDecimal(list.amount), list.text
	if in.UnifiedDay != nil {
		part, err := b.supplement(in, r, product, spec, list)
		if err != nil {
			return fail(err)
		}
		priced.parts = []pricedPart{part}
		exact, text = part.official, part.text
	}
	official, err := money.Round(exact, money.StageOrderLine, product.Currency)
	if err != nil {
		return fail(err)
	}
	line := QuoteLine{
		LineID: r.ID, ResourceID: r.ID, ServiceType: r.ServiceType, ResourceType: r.ResourceType, Region: r.Region, Zone: r.Zone,
		Channel: product.Channel, SpecState: spec, ParentID: r.ParentID, RelatedID: r.RelatedID, Quantity: r.Quantity,
		Period: in.Period, UnifiedDay: in.UnifiedDay, Official: official, NotRefundable: r.NotRefundable,
		OrderLevelUnsubscribe: r.OrderLevelUnsubscribe,
		Steps:                 []Step{listStep(product.ID, text, official, product.Currency)},
	}
	return line, priced, nil
}

// supplement adds the days up to the unified expiry to a renewal's price: by the month where there is a monthly row,
// else by the day of the yearly row (Pricing rules, section 6). Discounts take the renewal and its supplement alike.
func (b *Book) supplement(in *Renewal, r *Resource, product *Product, spec SpecState, list listPrice) (pricedPart, error) {
	zone := b.Site.Zone()
	unified, err := calendar.Unify(r.Expiry, in.Period, r.AnchorDay, *in.UnifiedDay, zone)
	if err != nil {
		return pricedPart{}, err
	}
	more, moreText, err := product.supplement(unified.Renewed, unified.Expiry, spec, r.Quantity, zone)
	if err != nil {
		return pricedPart{}, err
	}
	sum, text := money.FromDecimal(list.amount).Add(more), list.text
	if moreText != "" {
		text = "(" + text + moreText + ")"
	}
	units, err := unitsOf(sum, money.FromDecimal(list.amount), money.FromDecimal(list.units))
	return pricedPart{official: sum, units: units, period: in.Period, row: list, text: text}, err
}

func resourcePointer(i int) string { return "/resource_ids/" + strconv.Itoa(i) }
