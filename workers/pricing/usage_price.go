package pricing

import (
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/money"
)

// meteredUse is a consumption in the unit of its price.
type meteredUse struct {
	product         *Product
	metering        Metering
	row             *PriceRow
	size            resourceSize
	usage           decimal.Decimal
	partnerDiscount bool // the service type allows a discount set by the partner
	steps           []Step
}

// meter finds the product and price of a consumption at a time and brings it to the price's unit. Field names the
// field to blame.
func (b *Book) meter(c *Consumption, find func(ProductKey, time.Time) (*Product, error), at time.Time) (m *meteredUse, field string, err error) {
	serviceType, err := b.Prices.ServiceType(c.Key.ServiceType, at)
	if err != nil {
		return nil, "cloud_service_type", err
	}
	product, err := find(c.Key, at)
	if err != nil {
		return nil, "resource_spec", err
	}
	metering, err := product.metering()
	if err != nil {
		return nil, "resource_spec", err
	}
	size, field, err := b.Prices.sizeOf(product, c.Size, c.SizeMeasure)
	if err != nil {
		return nil, field, err
	}
	row, field, err := b.Prices.onDemandRow(product, c.UsageFactor, c.UsageMeasure)
	if err != nil {
		return nil, field, err
	}
	if c.UsageValue.IsNegative() {
		return nil, "usage_value", refuse(CodeUsageOutOfRange, "", "usage value %s of product %q is out of range: use 0 or more", c.UsageValue, product.ID)
	}
	usage, steps, err := b.Prices.usageIn(row, metering.Unit, c.UsageValue, c.UsageMeasure, product.Currency)
	if err != nil {
		return nil, "usage_value", err
	}
	return &meteredUse{product, metering, row, size, usage, serviceType.AllowDiscount, steps}, "", nil
}

// usePrice is how a use is priced, and its price at list and under the one discount it takes.
type usePrice struct {
	before             decimal.Decimal // of the total its tiers run over
	quantity           int
	stage              money.Stage
	official, amount   decimal.Decimal
	discountID         string
	discountType       int
	steps              []Step
	candidates         []Candidate
	totalUpTo, totalAt tally // of the total before the use, and with it
}

// priceUse prices a use at list and applies the one discount it takes.
func (b *Book) priceUse(m *meteredUse, p usePrice, who customer, at time.Time) (*usePrice, error) {
	var textUpTo, textAt string
	p.totalUpTo, textUpTo = m.tally(p.before, p.quantity)
	p.totalAt, textAt = m.tally(p.before.Add(m.usage), p.quantity)
	formula := textAt
	if p.before.IsPositive() {
		formula += " - " + textUpTo
	}
	official, err := p.cut(nil, m.product.Currency)
	if err != nil {
		return nil, err
	}
	p.official, p.amount = official, official
	p.steps = append(m.steps, listStep(m.product.ID, formula, official, m.product.Currency))
	chosen, err := b.chooseUsageDiscount(m, &p, who, at)
	if err != nil || chosen == nil {
		return &p, err
	}
	if p.amount, err = p.cut(chosen, m.product.Currency); err != nil {
		return nil, err
	}
	p.discountID, p.discountType = chosen.ID, chosen.Type
	p.steps = append(p.steps, Step{
		Rule: string(chosen.Mode), Reference: chosen.ID, Before: official, After: p.amount,
		Formula: p.discountText(chosen, formula) + " = " + money.Fixed(p.amount, m.product.Currency),
	})
	return &p, nil
}

// tally is what a usage total costs at list price, and what a fixed price is multiplied by to stand beside it.
type tally struct{ official, units decimal.Decimal }

// tally prices a usage total of m's row: price x usage x size x quantity, exactly. Tiers run over the usage; size and
// quantity multiply what they make.
func (m *meteredUse) tally(total decimal.Decimal, quantity int) (tally, string) {
	var official decimal.Decimal
	var text string
	if m.row.Amount != nil {
		official, text = m.row.Amount.Mul(total), m.row.Amount.String()+" x "+total.String()
	} else {
		official, text = m.row.tiered(total)
	}
	units := total
	if m.product.Linear {
		official, units, text = official.Mul(m.size.value()), units.Mul(m.size.value()), text+" x "+m.size.value().String()
	}
	if quantity != 1 {
		number := decimal.NewFromInt(int64(quantity))
		official, units, text = official.Mul(number), units.Mul(number), text+" x "+strconv.Itoa(quantity)
	}
	return tally{official, units}, text
}

// under returns what a total costs with a discount, nil for list price; never above it.
func (t tally) under(d *Discount) decimal.Decimal {
	switch {
	case d == nil:
		return t.official
	case d.Mode == ModeRatio:
		return t.official.Mul(d.Value)
	default:
		return decimal.Min(t.units.Mul(d.Value), t.official)
	}
}

// cut is the price of the use: what the total costs with it less what it cost before, each cut. So the prices of
// usages that follow each other sum to the price of their total, whatever tiers they cross.
func (p *usePrice) cut(d *Discount, c money.Currency) (decimal.Decimal, error) {
	at, err := money.RoundProduct(p.totalAt.under(d), one, one, p.stage, c)
	if err != nil {
		return decimal.Decimal{}, err
	}
	upTo, err := money.RoundProduct(p.totalUpTo.under(d), one, one, p.stage, c)
	if err != nil {
		return decimal.Decimal{}, err
	}
	return at.Sub(upTo), nil
}

func (p *usePrice) discountText(d *Discount, list string) string {
	if d.Mode == ModeRatio {
		if p.before.IsPositive() {
			list = "(" + list + ")"
		}
		return list + " x " + d.Value.String()
	}
	text := d.Value.String() + " x " + p.totalAt.units.String()
	if p.before.IsPositive() {
		text += " - " + d.Value.String() + " x " + p.totalUpTo.units.String()
	}
	return text + ", not above the list price"
}
