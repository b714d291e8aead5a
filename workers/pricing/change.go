package pricing

import (
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/money"
)

// changing is one change while it is priced.
type changing struct {
	book     *Book
	in       *SpecChange
	resource *Resource // as it is at the change
	from, to *Product
	old, new SpecState
	live     []int // the paid intervals that are not over
}

// Change prices another specification or size of a yearly/monthly resource: an upgrade or expansion by the fee per
// paid interval that is not over, a downgrade as a refund with price 0, a change at renewal at price 0
// (Pricing rules, section 5). Refusals: no_change, resource_blocked, resource_unsubscribed, resource_expired,
// pay_per_use_resource, scale_down_inquiry, those of sizes and products.
func Change(b Book, in SpecChange, r *Resource) (*Quote, error) {
	c := &changing{book: &b, in: &in, resource: r.at(in.At)}
	if err := c.check(); err != nil {
		return nil, err
	}
	if err := c.target(); err != nil {
		return nil, err
	}
	quote := &Quote{OrderType: OrderChange, Kind: KindChange, Currency: c.to.Currency, At: in.At, Lines: []QuoteLine{c.line()}}
	line := &quote.Lines[0]
	if in.AtRenewal {
		line.AtRenewal = true
		line.Steps = []Step{{Rule: "at_renewal", Reference: c.to.ID, Formula: "0: the new specification starts with the next period"}}
		return quote, nil
	}
	serviceType, err := b.Prices.ServiceType(r.ServiceType, in.At)
	if err != nil {
		return nil, err
	}
	parts, sum, down, err := c.parts()
	if err != nil {
		return nil, err
	}
	if down {
		if in.Inquiry {
			return nil, refuse(CodeScaleDownInquiry, "/new", "resource %q would become smaller: only a larger specification is priced here; order the change to get its refund", r.ID)
		}
		if quote.Refund, err = c.downgrade(parts); err != nil {
			return nil, err
		}
		line.Steps = quote.Refund.Steps
		return quote, nil
	}
	priced := pricedLine{line: line, parts: parts, partnerDiscount: serviceType.AllowDiscount, usedDiscounts: r.usedDiscounts()}
	if err := c.fee(line, parts, sum); err != nil {
		return nil, err
	}
	quote.sumLines()
	return quote, b.offer(quote, customer{in.CustomerID, in.IndirectPartnerID}, []pricedLine{priced})
}

func (c *changing) check() error {
	r := c.resource
	if err := ownedBy(r, c.in.CustomerID); err != nil {
		return refuseAt(err, "/resource_id", "")
	}
	c.live = r.live(c.in.At)
	var err *Refusal
	switch {
	case r.State == StateUnsubscribed:
		err = unsubscribed(r)
	case r.PayPerUse(c.in.At):
		err = refuse(CodePayPerUseResource, "", "resource %q is billed pay-per-use: its usage is priced by the new specification from the change on, there is nothing to order", r.ID)
	case r.Blocked(c.in.At):
		err = blockedBy(r)
	case r.ToPayPerUse != "" && c.in.AtRenewal:
		err = converting(r)
	case len(c.live) == 0 && !c.in.AtRenewal:
		err = expired(r)
	default:
		return nil
	}
	return refuseAt(err, "/resource_id", "")
}

// target finds the new product and size and refuses what would change nothing.
func (c *changing) target() error {
	r, prices := c.resource, c.book.Prices
	from, err := prices.ProductByID(r.ProductID, c.in.At)
	if err != nil {
		return refuseAt(err, "/resource_id", "")
	}
	c.from, c.to, c.old = from, from, r.SpecState
	if c.in.NewSpec != "" && c.in.NewSpec != r.Spec {
		key := ProductKey{ServiceType: r.ServiceType, ResourceType: r.ResourceType, Spec: c.in.NewSpec, Region: r.Region, Zone: r.Zone}
		if c.to, err = prices.Product(key, c.in.At); err != nil {
			return refuseAt(err, "/new/resource_spec", "")
		}
	}
	size, measure := c.in.NewSize, r.SizeMeasure
	if size == nil && c.to.Linear {
		size = r.Size
	}
	if measure == 0 {
		measure = c.to.SizeMeasure
	}
	sized, _, err := prices.sizeOf(c.to, size, measure)
	if err != nil {
		return refuseAt(err, "/new/resource_size", "")
	}
	c.new = SpecState{ProductID: c.to.ID, Spec: c.to.Spec, Size: sized.size, SizeMeasure: sized.measure}
	if c.from.Currency != c.to.Currency {
		return refuse(CodeCurrencyMix, "/new/resource_spec", "product %q is priced in %s, product %q in %s: choose one in the same currency", c.to.ID, c.to.Currency, c.from.ID, c.from.Currency)
	}
	if c.new.same(c.old) {
		return refuse(CodeNoChange, "/new", "resource %q already has this specification and size: name another", r.ID)
	}
	return nil
}

func (s SpecState) same(other SpecState) bool {
	return s.ProductID == other.ProductID && (s.Size == nil) == (other.Size == nil) && (s.Size == nil || s.Size.Equal(*other.Size))
}

func (c *changing) line() QuoteLine {
	r := c.resource
	return QuoteLine{
		LineID: r.ID, ResourceID: r.ID, ServiceType: r.ServiceType, ResourceType: r.ResourceType, Region: r.Region, Zone: r.Zone,
		Channel: c.to.Channel, SpecState: c.new, ParentID: r.ParentID, RelatedID: r.RelatedID, PrimaryID: r.ID,
		Quantity: r.Quantity, Period: r.Term, NotRefundable: !c.to.Refundable, OrderLevelUnsubscribe: r.OrderLevelUnsubscribe,
	}
}

// parts returns what the change is worth at list price in each interval, with the sum. It is a downgrade when the sum
// is negative; where nothing remains, the list prices themselves are compared.
func (c *changing) parts() (parts []pricedPart, sum money.Fraction, down bool, err error) {
	zone := c.book.Site.Zone()
	for i, interval := range c.live {
		left, err := c.resource.Intervals[interval].remaining(c.in.At, zone)
		if err != nil {
			return nil, sum, false, err
		}
		was, from := c.resource.specIn(interval), c.from
		if was.ProductID != from.ID {
			if from, err = c.book.Prices.ProductByID(was.ProductID, c.in.At); err != nil {
				return nil, sum, false, err
			}
		}
		old, err := left.price(from, was, c.resource.Quantity)
		if err != nil {
			return nil, sum, false, refuseAt(err, "/resource_id", "")
		}
		renewed, err := left.price(c.to, c.new, c.resource.Quantity)
		if err != nil {
			return nil, sum, false, refuseAt(err, "/new/resource_spec", "")
		}
		worth := renewed.amount.Sub(old.amount).Mul(left.share)
		units, err := unitsOf(worth, renewed.amount, renewed.units)
		if err != nil {
			return nil, sum, false, err
		}
		sum = sum.Add(worth)
		if i == 0 {
			down = renewed.amount.Cmp(old.amount) < 0
		}
		text := "(" + renewed.text + " - " + old.text + ") x (" + left.text + ")"
		if worth.Sign() < 0 {
			text = "-(" + old.text + " - " + renewed.text + ") x (" + left.text + ")"
		}
		parts = append(parts, pricedPart{official: worth, units: units, period: left.lookup, row: renewed.row, text: text})
	}
	if sum.Sign() != 0 {
		down = sum.Sign() < 0
	}
	return parts, sum, down, nil
}

// fee rounds the exact sum once and says which share of it falls on which interval.
func (c *changing) fee(line *QuoteLine, parts []pricedPart, sum money.Fraction) error {
	official, err := money.Round(sum, money.StageOrderLine, c.to.Currency)
	if err != nil {
		return err
	}
	line.Official = official
	formula := ""
	weights := make([]money.Fraction, len(parts))
	for i, part := range parts {
		weights[i] = part.official
		if i > 0 {
			formula += " + "
		}
		formula += part.text
	}
	line.Steps = []Step{{Rule: "spec_change", Reference: c.to.ID, Formula: formula + " = " + money.Fixed(official, c.to.Currency), After: official}}
	shares, err := spread(official, weights, c.to.Currency)
	if err != nil {
		return err
	}
	for i, interval := range c.live {
		line.Parts = append(line.Parts, ChangePart{Interval: interval, Lookup: parts[i].period, Official: shares[i]})
		if len(parts) > 1 {
			line.Steps = append(line.Steps, c.intervalStep(interval, official, shares[i], parts[i].text))
		}
	}
	return nil
}

// intervalStep says how much of a fee or refund falls on one of several paid intervals, by the order that paid for it.
func (c *changing) intervalStep(interval int, whole, share decimal.Decimal, text string) Step {
	currency := c.to.Currency
	return Step{Rule: "interval_share", Reference: c.resource.Intervals[interval].OrderID, Before: whole, After: share,
		Formula: text + ": " + money.Fixed(share, currency) + " of " + money.Fixed(whole, currency)}
}

// spread apportions an amount by exact weights; negative ones count as 0, and where every weight is below the minor
// unit the first takes all.
func spread(amount decimal.Decimal, weights []money.Fraction, c money.Currency) ([]decimal.Decimal, error) {
	rounded := make([]decimal.Decimal, len(weights))
	sum := decimal.Zero
	for i, weight := range weights {
		if weight.Sign() < 0 {
			continue
		}
		var err error
		if rounded[i], err = money.Round(weight, money.StageOrderLine, c); err != nil {
			return nil, err
		}
		sum = sum.Add(rounded[i])
	}
	if sum.IsZero() && len(rounded) > 0 {
		rounded[0] = one
	}
	return money.Apportion(amount, rounded, c)
}
