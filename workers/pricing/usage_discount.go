package pricing

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/site"
)

// chooseUsageDiscount lists what the discounts make of a use, says why each lost, and returns the one that is taken,
// nil for none: the best commercial one, else the best of the partner's (Pricing rules, sections 2 and 3).
func (b *Book) chooseUsageDiscount(m *meteredUse, p *usePrice, who customer, at time.Time) (*Discount, error) {
	var active []offered
	var unavailable []Candidate
	for i := range b.Discounts {
		d := &b.Discounts[i]
		reason, err := m.outOfReach(d, who, at)
		if err != nil {
			return nil, err
		}
		if reason == "" {
			active = append(active, offered{discount: d, covered: []bool{true}})
		} else if b.Explain {
			unavailable = append(unavailable, Candidate{DiscountID: d.ID, Name: d.Name, DiscountType: d.Type, Amount: p.official, Lost: reason})
		}
	}
	slices.SortFunc(active, func(x, y offered) int { return x.discount.order(y.discount) })
	removePartnerDiscounts(active)
	for i := range active {
		p.candidates = append(p.candidates, p.candidate(active, i))
	}
	markBestOffer(p.candidates)
	explainChoice(p.candidates, site.PreferCommercial)
	chosen := choose(p.candidates, site.PreferCommercial)
	for i := range p.candidates {
		amount, err := p.cut(active[i].discount, m.product.Currency)
		if err != nil {
			return nil, err
		}
		p.candidates[i].Discount, p.candidates[i].Amount = p.official.Sub(amount), amount
	}
	p.candidates = append(p.candidates, unavailable...)
	if chosen < 0 {
		return nil, nil
	}
	return active[chosen].discount, nil
}

// outOfReach says why a discount cannot be had for a use, "" when it can.
func (m *meteredUse) outOfReach(d *Discount, who customer, at time.Time) (string, error) {
	switch d.Mode {
	case ModeRatio, ModeFixedPrice, ModeAmountOff:
	default:
		return "", unknownMode(d)
	}
	if reason := d.outOfForce(who, at, m.product.Currency); reason != "" {
		return reason, nil
	}
	line := QuoteLine{
		ServiceType: m.product.ServiceType, ResourceType: m.product.ResourceType, Region: m.product.Region,
		SpecState: SpecState{ProductID: m.product.ID},
	}
	switch {
	case len(d.Scope.PeriodTypes) > 0 || len(d.Scope.PeriodNums) > 0:
		return "it is for orders of a period", nil
	case !d.covers(&line, calendar.Period{}):
		return "the product is not in its scope", nil
	case d.Type == DiscountPartner && !m.partnerDiscount:
		return "the service type allows no discount set by the partner", nil
	case promotional(d.Type):
		return "no past order of the resource used this promotion", nil
	case d.Mode == ModeAmountOff:
		return "an amount off is taken off one order", nil
	default:
		return "", nil
	}
}

// candidate weighs discount i by what it takes off the total with the use, or took off before it, uncut: so the choice
// depends neither on where amounts are cut nor on a total that has just become cheaper than a fixed price. A specific
// discount goes before a general one of its type.
func (p *usePrice) candidate(active []offered, i int) Candidate {
	d := active[i].discount
	out := Candidate{DiscountID: d.ID, Name: d.Name, DiscountType: d.Type, Discount: decimal.Max(p.totalAt.off(d), p.totalUpTo.off(d))}
	special := slices.IndexFunc(active, func(o offered) bool {
		return o.discount.Type == d.Type && o.discount.specific() && !o.discount.removesPartner() && o.removed == ""
	})
	switch {
	case d.removesPartner():
		out.Lost = "a pay ratio of 1 removes the partner's discount"
	case active[i].removed != "":
		out.Lost = "discount " + active[i].removed + " with a pay ratio of 1 removed it"
	case !d.specific() && special >= 0:
		out.Lost = "discount " + active[special].discount.ID + " of its type is for this product and goes first"
	default:
		out.Selectable = true
	}
	return out
}

// off returns what a discount takes off a total.
func (t tally) off(d *Discount) decimal.Decimal { return t.official.Sub(t.under(d)) }
