package pricing

import (
	"cmp"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/money"
)

// offered is one discount in force with what it makes of each line.
type offered struct {
	discount *Discount
	value    string // the discount's, as formulas have it
	covered  []bool // by line: its scope includes it
	removed  string // the pay ratio of 1 that took it away, "" when none did
	prices   []offeredPrice
}

// offeredPrice is a line under a discount; taken says that the discount priced it.
type offeredPrice struct {
	taken   bool
	amount  decimal.Decimal
	formula string
}

// offer lists what every discount makes of the quote, and chooses (Pricing rules, section 3).
func (b *Book) offer(q *Quote, who customer, lines []pricedLine) error {
	var active []offered
	for i := range b.Discounts {
		d := &b.Discounts[i]
		reason := d.outOfForce(who, q.At, q.Currency)
		covered := []bool(nil)
		if reason == "" {
			if covered = coverage(d, lines); covered == nil {
				reason = "no line of the order is in its scope"
			}
		}
		if covered != nil {
			active = append(active, offered{discount: d, value: d.Value.String(), covered: covered})
		} else if b.Explain {
			q.Candidates = append(q.Candidates, q.unavailable(d, reason))
		}
	}
	slices.SortFunc(active, func(x, y offered) int { return x.discount.order(y.discount) })
	removePartnerDiscounts(active)
	if err := priceOffers(active, lines, q.Currency); err != nil {
		return err
	}
	candidates := make([]Candidate, 0, len(active)+len(q.Candidates))
	prices := make([]LinePrice, len(active)*len(lines)) // one block for all candidates
	for i := range active {
		own := prices[i*len(lines) : (i+1)*len(lines) : (i+1)*len(lines)]
		candidates = append(candidates, candidate(active, i, lines, own))
	}
	q.Candidates = append(candidates, q.Candidates...)
	markBestOffer(q.Candidates)
	explainChoice(q.Candidates, b.Site.AutomaticPayment)
	return nil
}

// coverage returns which lines a discount covers, nil when none.
func coverage(d *Discount, lines []pricedLine) []bool {
	var covered []bool
	for i := range lines {
		if d.coversAny(&lines[i]) {
			if covered == nil {
				covered = make([]bool, len(lines))
			}
			covered[i] = true
		}
	}
	return covered
}

// order sorts discounts by type as ties are decided, then by id.
func (d *Discount) order(other *Discount) int {
	return cmp.Or(cmp.Compare(tieRank(d.Type), tieRank(other.Type)), cmp.Compare(d.ID, other.ID))
}

// removePartnerDiscounts takes lines from partner discounts where a later pay ratio of 1 of the same reseller covers them.
func removePartnerDiscounts(active []offered) {
	for i := range active {
		remover := &active[i]
		if !remover.discount.removesPartner() {
			continue
		}
		for k := range active {
			d := active[k].discount
			if d.Type != DiscountPartner || d.removesPartner() || d.IndirectPartnerID != remover.discount.IndirectPartnerID ||
				d.EffectiveTime.After(remover.discount.EffectiveTime) {
				continue
			}
			for line, covered := range remover.covered {
				active[k].covered[line] = active[k].covered[line] && !covered
			}
			if !slices.Contains(active[k].covered, true) {
				active[k].removed = remover.discount.ID
			}
		}
	}
}

// priceOffers prices what each discount takes itself: the specific ones all lines they cover, then the general ones
// the covered lines that no specific one of their type takes.
func priceOffers(active []offered, lines []pricedLine, c money.Currency) error {
	prices := make([]offeredPrice, len(active)*len(lines))
	for i := range active {
		active[i].prices = prices[i*len(lines) : (i+1)*len(lines)]
	}
	for i := range active {
		for line, covered := range active[i].covered {
			active[i].prices[line].taken = covered && (active[i].discount.specific() || specificOn(active, i, line) < 0)
		}
	}
	for i := range active {
		if err := active[i].price(lines, c); err != nil {
			return err
		}
	}
	return nil
}

// specificOn returns the specific discount of the same type that a line takes in the candidate of discount i, -1 for
// none. Among several the cheapest for the line counts, on a tie the smaller id.
func specificOn(active []offered, i, line int) int {
	best := -1
	for k := range active {
		d := active[k].discount
		if k == i || d.Type != active[i].discount.Type || !d.specific() || d.removesPartner() || !active[k].covered[line] {
			continue
		}
		if best < 0 || active[k].prices[line].amount.LessThan(active[best].prices[line].amount) {
			best = k
		}
	}
	return best
}

func (o *offered) price(lines []pricedLine, c money.Currency) error {
	switch o.discount.Mode {
	case ModeAmountOff:
		return o.priceAmountOff(lines, c)
	case ModeRatio, ModeFixedPrice:
	default:
		return unknownMode(o.discount)
	}
	for i := range lines {
		if !o.prices[i].taken {
			continue
		}
		amount, formula, err := o.discounted(&lines[i], c)
		if err != nil {
			return err
		}
		o.prices[i].amount = amount
		o.prices[i].formula = formula[0] + formula[1] + formula[2] + " = " + money.Fixed(amount, c)
	}
	return nil
}

// priceAmountOff takes one sum off the order, capped at the official amount in scope and apportioned by it.
func (o *offered) priceAmountOff(lines []pricedLine, c money.Currency) error {
	weights := make([]decimal.Decimal, len(lines))
	inScope := decimal.Zero
	for i := range lines {
		if o.prices[i].taken {
			weights[i] = lines[i].line.Official
			inScope = inScope.Add(weights[i])
		}
	}
	off := decimal.Min(o.discount.Value, inScope)
	shares, err := money.Apportion(off, weights, c)
	if err != nil {
		return err
	}
	for i := range lines {
		if o.prices[i].taken {
			o.prices[i].amount = weights[i].Sub(shares[i])
			o.prices[i].formula = weights[i].String() + " - " + off.String() + " x " + weights[i].String() + " / " + inScope.String() + " = " + money.Fixed(o.prices[i].amount, c)
		}
	}
	return nil
}

// candidate puts together what choosing discount i makes of the whole order.
func candidate(active []offered, i int, lines []pricedLine, prices []LinePrice) Candidate {
	d := active[i].discount
	out := Candidate{DiscountID: d.ID, Name: d.Name, DiscountType: d.Type, Lines: prices, UsedBefore: true}
	steps := make([]Step, len(lines)) // one block: a line has at most one step here
	for k := range lines {
		official := lines[k].line.Official
		price := LinePrice{LineID: lines[k].line.LineID, Official: official, Amount: official}
		by := &active[i]
		if special := specificOn(active, i, k); special >= 0 && !d.specific() {
			by = &active[special]
		}
		if taken := &by.prices[k]; taken.taken {
			price.Amount = taken.amount
			price.Discount = official.Sub(taken.amount)
			steps[k] = Step{
				Rule: string(by.discount.Mode), Reference: by.discount.ID, Before: official, After: taken.amount,
				Formula: taken.formula,
			}
			price.Steps = steps[k : k+1 : k+1]
			out.UsedBefore = out.UsedBefore && (price.Discount.IsZero() || slices.Contains(lines[k].usedDiscounts, by.discount.ID))
		}
		prices[k] = price
		if k == 0 {
			out.Discount, out.Amount = price.Discount, price.Amount
			continue
		}
		out.Discount = out.Discount.Add(price.Discount)
		out.Amount = out.Amount.Add(price.Amount)
	}
	switch {
	case d.removesPartner():
		out.Lost = "a pay ratio of 1 removes the partner's discount"
	case active[i].removed != "":
		out.Lost = "discount " + active[i].removed + " with a pay ratio of 1 removed it"
	default:
		out.Selectable = true
	}
	return out
}

// unavailable is a discount that is only listed to say why it is none.
func (q *Quote) unavailable(d *Discount, reason string) Candidate {
	return Candidate{DiscountID: d.ID, Name: d.Name, DiscountType: d.Type, Amount: q.Official, Lost: reason}
}
