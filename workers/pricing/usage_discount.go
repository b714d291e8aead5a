package pricing

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
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
		candidate, err := p.candidate(active, i, m.product.Currency)
		if err != nil {
			return nil, err
		}
		p.candidates = append(p.candidates, candidate)
	}
	markBestOffer(p.candidates)
	explainChoice(p.candidates, site.PreferCommercial)
	chosen := choose(p.candidates, site.PreferCommercial)
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
	line := QuoteLine{ServiceType: m.product.ServiceType, ResourceType: m.product.ResourceType, ProductID: m.product.ID, Region: m.product.Region}
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

// candidate is what discount i makes of the total up to and with the use; a specific one of its type goes first.
func (p *usePrice) candidate(active []offered, i int, c money.Currency) (Candidate, error) {
	d := active[i].discount
	amount, err := money.RoundProduct(p.totalAt.under(d), one, one, p.stage, c)
	if err != nil {
		return Candidate{}, err
	}
	official, err := money.RoundProduct(p.totalAt.official, one, one, p.stage, c)
	if err != nil {
		return Candidate{}, err
	}
	out := Candidate{DiscountID: d.ID, Name: d.Name, DiscountType: d.Type, Discount: official.Sub(amount), Amount: amount}
	special := slices.IndexFunc(active, func(o offered) bool {
		return o.discount.Type == d.Type && o.discount.specific() && !o.discount.removesPartner() && o.removed == ""
	})
	switch {
	case d.removesPartner():
		out.Discount, out.Amount = decimal.Zero, official
		out.Lost = "a pay ratio of 1 removes the partner's discount"
	case active[i].removed != "":
		out.Lost = "discount " + active[i].removed + " with a pay ratio of 1 removed it"
	case !d.specific() && special >= 0:
		out.Lost = "discount " + active[special].discount.ID + " of its type is for this product and goes first"
	default:
		out.Selectable = true
	}
	return out, nil
}
