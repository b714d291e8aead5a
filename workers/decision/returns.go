package decision

import (
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/incentive"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/pricing"
)

// A giveBack is what a refund returns of one slice of a paying order.
type giveBack struct {
	orderID, lineID string
	kind            pricing.TenderKind
	reference       string
	amount          decimal.Decimal
}

// returnsOf sums a refund by slice; a line that paid for several intervals is
// refunded in as many parts.
func returnsOf(refund *pricing.Refund) []giveBack {
	var out []giveBack
	add := func(b giveBack) {
		if b.amount.IsZero() {
			return
		}
		for i := range out {
			o := &out[i]
			if o.orderID == b.orderID && o.lineID == b.lineID && o.kind == b.kind && o.reference == b.reference {
				o.amount = o.amount.Add(b.amount)
				return
			}
		}
		out = append(out, b)
	}
	for _, o := range refund.Orders {
		for _, t := range o.Tenders {
			add(giveBack{o.OrderID, o.LineID, t.Kind, t.Reference, t.Amount})
		}
	}
	for _, c := range refund.CouponsReturned {
		add(giveBack{c.OrderID, c.LineID, pricing.TenderCoupon, c.Reference, c.Amount})
	}
	return out
}

// takeBack notes on the paying order what was refunded of a slice.
func (f *fact) takeBack(b giveBack) error {
	order := f.Orders.Get(b.orderID)
	if order == nil || order.Payment == nil {
		return fmt.Errorf("refund order %q: it was not paid", b.orderID)
	}
	changed, payment := *order, *order.Payment
	payment.Slices = append([]PaidSlice(nil), payment.Slices...)
	left := b.amount
	for i := range payment.Slices {
		s := &payment.Slices[i]
		if s.LineID != b.lineID || s.Kind != b.kind || s.Reference != b.reference {
			continue
		}
		part := decimal.Min(left, s.Amount.Sub(s.Refunded))
		s.Refunded, left = s.Refunded.Add(part), left.Sub(part)
	}
	if !left.IsZero() {
		return fmt.Errorf("refund order %q line %q: %s %s more than was paid by %s", b.orderID, b.lineID, left, order.Quote.Currency, b.kind)
	}
	changed.Payment = &payment
	f.Orders.Put(changed.ID, &changed)
	return nil
}

// recover takes back what the refunded lines earned: within the period of the
// original the performance shrinks, later a negative detail stands in the
// period of the refund (Settlement rules, section 2).
func (f *fact) recover(order *Order, back []giveBack) error {
	done := map[string]bool{}
	for _, b := range back {
		line := b.orderID + " " + b.lineID
		if done[line] {
			continue
		}
		done[line] = true
		for _, base := range f.Details.By(detailsByOrder, b.orderID) {
			if base.LineID != b.lineID || base.Reverses != "" || base.LateOf != "" || base.Void || !f.recoverable(base) {
				continue
			}
			if err := f.recoverFrom(order, base, back); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *fact) recoverFrom(order *Order, base *Detail, back []giveBack) error {
	if base.BillID == "" {
		changed := *base
		changed.Slices = slicesAfter(base, back, inPeriod)
		if err := f.shrink(&changed); err != nil {
			return err
		}
		changed.Performance = performance(changed.Slices)
		changed.ShapedBy = new(f.ref())
		f.Details.Put(base.ID, &changed)
		return nil
	}
	p, ok := f.policies.Find(base.PolicyID, base.PolicyVersion)
	if !ok {
		return fmt.Errorf("recover from detail %q: policy %q version %d is not in the reference data", base.ID, base.PolicyID, base.PolicyVersion)
	}
	period, _, last, err := calendar.PeriodOf(p.Period, f.at, f.site.Zone())
	if err != nil {
		return err
	}
	if last <= base.Cycle {
		changed := *base
		changed.Slices = slicesAfter(base, back, inPeriod)
		if err := f.shrink(&changed); err != nil {
			return err
		}
		if err := f.estimate(p, &changed); err != nil {
			return err
		}
		changed.ShapedBy = new(f.ref())
		f.Details.Put(base.ID, &changed)
		return nil
	}
	return f.clawBack(order, base, back, period, last)
}

// clawBack writes the negative detail of a refund in a later period.
func (f *fact) clawBack(order *Order, base *Detail, back []giveBack, period string, cycle calendar.Cycle) error {
	changed := *base
	changed.Slices = slicesAfter(base, back, later)
	negative := Detail{
		ID:      events.DeriveID("clawback", f.ID, order.ID, base.ID),
		BillID:  billID(f.ID, period, base.PolicyID, base.Association, base.Currency),
		OrderID: order.ID, LineID: base.LineID, CustomerID: base.CustomerID, Association: base.Association, ServiceType: base.ServiceType,
		OrderKind: base.OrderKind, PolicyID: base.PolicyID, PolicyVersion: base.PolicyVersion, Currency: base.Currency, Event: f.ref(),
		Period: period, Cycle: cycle, Rate: base.Rate, Reverses: base.ID,
	}
	for i, s := range base.Slices {
		now := changed.Slices[i].Returned.Sub(s.Returned)
		counted, err := countedPart(s, now, base.Currency)
		if err != nil {
			return err
		}
		negative.Slices = append(negative.Slices, DetailSlice{OrderID: s.OrderID, Cycle: s.Cycle, Kind: s.Kind, Reference: s.Reference,
			Paid: now.Neg(), Counted: counted.Neg(), Eligible: counted.Neg(), OnCredit: s.OnCredit, DetailID: base.ID, BillID: base.BillID})
	}
	negative.Performance = performance(negative.Slices)
	f.Details.Put(changed.ID, &changed)
	if err := f.reverse(&changed, &negative); err != nil {
		return err
	}
	f.Details.Put(negative.ID, &negative)
	return nil
}

// reverse sets the amount of a negative detail from what its original finally
// earned and from the refunds before it.
func (d *decider) reverse(base, negative *Detail) error {
	var before decimal.Decimal
	for _, earlier := range d.Details.By(detailsByReversed, base.ID) {
		if earlier.LateOf == "" && compareRefs(earlier.Event, negative.Event) < 0 {
			before = before.Sub(earlier.Performance)
		}
	}
	amount, err := incentive.Clawback(base.Ideal, base.Performance, before, negative.Performance.Neg(), base.Currency)
	if err != nil {
		return err
	}
	negative.Ideal, negative.Rate = amount, base.Rate
	return nil
}

func compareRefs(a, b EventRef) int {
	return events.Key{Time: a.Time, Source: a.Source, ID: a.ID}.Compare(events.Key{Time: b.Time, Source: b.Source, ID: b.ID})
}

// shrink sets what still counts after refunds within the period.
func (f *fact) shrink(detail *Detail) error {
	for i := range detail.Slices {
		s := &detail.Slices[i]
		part, err := countedPart(*s, s.Refunded, detail.Currency)
		if err != nil {
			return err
		}
		s.Eligible = s.Counted.Sub(part)
	}
	return nil
}

// countedPart is the part of what a slice counts for that falls on an amount
// given back.
func countedPart(s DetailSlice, back decimal.Decimal, c money.Currency) (decimal.Decimal, error) {
	if s.Paid.IsZero() || back.IsZero() {
		return decimal.Decimal{}, nil
	}
	return money.RoundProduct(s.Counted, back, s.Paid, money.StageIncentive, c)
}

func inPeriod(s *DetailSlice, amount decimal.Decimal) { s.Refunded = s.Refunded.Add(amount) }
func later(s *DetailSlice, amount decimal.Decimal)    { s.Returned = s.Returned.Add(amount) }

// slicesAfter returns the detail's slices with the refund noted on them.
func slicesAfter(base *Detail, back []giveBack, note func(*DetailSlice, decimal.Decimal)) []DetailSlice {
	slices := append([]DetailSlice(nil), base.Slices...)
	for _, b := range back {
		if b.orderID != base.OrderID || b.lineID != base.LineID {
			continue
		}
		left := b.amount
		for i := range slices {
			s := &slices[i]
			if s.Kind != b.kind || s.Reference != b.reference {
				continue
			}
			part := decimal.Min(left, s.Paid.Sub(s.Refunded).Sub(s.Returned))
			note(s, part)
			left = left.Sub(part)
		}
	}
	return slices
}

// fiveDayAdmits tells whether the customer's quota of the five-day rule still
// admits the return, and counts it. It is judged once, at the first decision
// (Pricing rules, section 7).
func (f *fact) fiveDayAdmits(in pricing.Unsubscription, family []*Resource) bool {
	if f.in.FiveDay != nil {
		return *f.in.FiveDay
	}
	booked, admitted := f.fiveDay(f.site, in, family)
	if admitted {
		f.Allowances.Put(allowanceKey(in, f.site), booked)
	}
	f.in.FiveDay = &admitted
	return admitted
}
