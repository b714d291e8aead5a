package pricing

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
)

// customer is who orders.
type customer struct{ id, indirectPartnerID string }

// pricedLine is a line of a quote with its exact list price, as discounts need it.
type pricedLine struct {
	line            *QuoteLine
	plain           listPrice       // the price of a line without parts
	period          calendar.Period // what the price and the discounts are matched by
	parts           []pricedPart    // of changes and of supplements, whose prices are fractions
	partnerDiscount bool            // the service type allows a discount set by the partner
	usedDiscounts   []string        // discounts that paid orders of the resource used
}

// pricedPart is one fraction of a line's price.
type pricedPart struct {
	official money.Fraction
	units    money.Fraction // official / list price of one unit: what a fixed price is multiplied by
	period   calendar.Period
	row      listPrice // what a fixed price takes the place of
	text     string    // the formula of official
}

// outOfForce says why a discount cannot be had at all by a customer at a time, "" when it can.
func (d *Discount) outOfForce(who customer, at time.Time, c money.Currency) string {
	switch {
	case len(d.Scope.CustomerIDs) > 0 && !slices.Contains(d.Scope.CustomerIDs, who.id):
		return "it is not for this customer"
	case d.IndirectPartnerID != "" && d.IndirectPartnerID != who.indirectPartnerID:
		return "it is for another reseller's customers"
	case at.Before(d.EffectiveTime):
		return "it is not valid yet"
	case d.ExpireTime != nil && !at.Before(*d.ExpireTime):
		return "it has expired"
	case d.RevokedAt != nil && !at.Before(*d.RevokedAt):
		return "it was revoked"
	case d.Mode != ModeRatio && d.Currency != c:
		return "it is in another currency"
	}
	return ""
}

// covers reports whether the discount's scope includes a line at a period.
func (d *Discount) covers(line *QuoteLine, period calendar.Period) bool {
	s := &d.Scope
	return includes(s.ServiceTypes, line.ServiceType) && includes(s.ResourceTypes, line.ResourceType) &&
		includes(s.ProductIDs, line.ProductID) && includes(s.Regions, line.Region) &&
		includes(s.PeriodTypes, period.Type) && includes(s.PeriodNums, period.Num)
}

func includes[T comparable](scope []T, value T) bool {
	return len(scope) == 0 || slices.Contains(scope, value)
}

// coversAny reports whether any part of the line is in scope.
func (d *Discount) coversAny(l *pricedLine) bool {
	if d.Type == DiscountPartner && !l.partnerDiscount {
		return false
	}
	if len(l.parts) == 0 {
		return d.covers(l.line, l.period)
	}
	return slices.ContainsFunc(l.parts, func(part pricedPart) bool { return d.covers(l.line, part.period) })
}

// specific reports whether the discount names products; it then goes before a general one of its type.
func (d *Discount) specific() bool { return len(d.Scope.ProductIDs) > 0 }

// removesPartner reports whether the discount is a partner's pay ratio of 1, which takes the partner's discounts away.
func (d *Discount) removesPartner() bool {
	return d.Type == DiscountPartner && d.Mode == ModeRatio && d.Value.Equal(one)
}

// discounted returns the amount of a line under a ratio or a fixed price and the formula, in parts: most are put
// together once only. It never exceeds the official amount and is never below 0 (Pricing rules, section 3).
func (o *offered) discounted(l *pricedLine, c money.Currency) (amount decimal.Decimal, formula [3]string, err error) {
	d, official := o.discount, l.line.Official
	switch {
	case len(l.parts) > 0:
		amount, formula[0], err = d.discountedParts(l, c)
	case d.Mode == ModeRatio:
		amount, err = money.RoundProduct(l.plain.amount, d.Value, one, money.StageOrderLine, c)
		formula = [3]string{l.plain.text, " x ", o.value}
	default:
		amount, err = money.RoundProduct(l.plain.units, d.Value, one, money.StageOrderLine, c)
		formula = [3]string{o.value, " x ", l.plain.units.String()}
	}
	if err != nil {
		return decimal.Decimal{}, formula, err
	}
	if amount.GreaterThan(official) {
		formula[2] += ", not above the list price"
		return official, formula, nil
	}
	if amount.IsNegative() {
		formula[2] += ", not below 0"
		return decimal.Zero, formula, nil
	}
	return amount, formula, nil
}

// discountedParts sums the parts exactly, each with the discount where it is in scope, and rounds once.
func (d *Discount) discountedParts(l *pricedLine, c money.Currency) (decimal.Decimal, string, error) {
	value := money.FromDecimal(d.Value)
	var sum money.Fraction
	formula := ""
	for i, part := range l.parts {
		amount, text := part.official, part.text
		switch {
		case !d.covers(l.line, part.period):
		case d.Mode == ModeRatio:
			amount, text = part.official.Mul(value), text+" x "+d.Value.String()
		case part.units.Sign() > 0:
			amount = part.units.Mul(value)
			text += " x (" + d.Value.String() + " x " + part.row.units.String() + ") / (" + part.row.text + ")"
			if amount.Cmp(part.official) > 0 {
				amount, text = part.official, text+", not above the list price"
			}
		}
		sum = sum.Add(amount)
		if i > 0 {
			formula += " + "
		}
		formula += text
	}
	amount, err := money.Round(sum, money.StageOrderLine, c)
	return amount, formula, err
}
