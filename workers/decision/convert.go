package decision

import (
	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/pricing"
)

// Conversions and trials.
//
// A conversion to pay-per-use (order type 10) is an order at price 0: it takes
// along what is attached, and has details without a bill, outside every policy.
// From the expiry on the resource counts as pay-per-use by the time of whoever
// asks. Orders of type 11 and 14 block the resource whose place they take, and
// replace its row when they are paid.

// converted orders that resources change to pay-per-use at their expiry, or
// takes that back. Like every order it settles by its payment, at price 0, and
// keeps its resources from other changes until then.
func (f *fact) converted(data *events.OrderConverted) error {
	order, err := f.open(data.OrderID, data.CustomerID, data.IndirectPartnerID, false)
	if err != nil {
		return err
	}
	named, err := f.resources(data.CustomerID, data.ResourceIDs)
	if err != nil {
		return err
	}
	in := pricing.PayPerUseChange{CustomerID: data.CustomerID, At: f.at, ResourceIDs: data.ResourceIDs, Operation: data.Operation}
	if order.Quote, err = pricing.ConvertAtExpiry(in, f.family(named)); err != nil {
		return err
	}
	order.Type, order.Kind = order.Quote.OrderType, order.Quote.Kind
	f.block(order)
	f.Orders.Put(order.ID, order)
	return nil
}

// convert marks the resources of a paid conversion. The time they have does
// not change.
func (f *fact) convert(order *Order) error {
	for _, l := range order.Quote.Lines {
		after, err := pricing.ApplyConversion(f.Resources.Get(l.ResourceID), order.Quote, order.ID, f.at)
		if err != nil {
			return err
		}
		f.Resources.Put(after.ID, after)
		order.Effective = append(order.Effective, ResourcePeriod{ResourceID: after.ID, EffectiveTime: after.ProvisionedAt, ExpireTime: after.Expiry})
	}
	return nil
}

// configured sets how resources renew by themselves. It is a fact of their
// chain: the automatic renewals after it follow it, those before do not.
func (f *fact) configured(data *events.ResourceRenewalConfigured) error {
	in := pricing.RenewalSetting{On: data.AutoRenew, Times: data.Times, DeductionDay: data.DeductionDay, UnifiedDay: data.ExpireDay}
	if data.PeriodType != nil {
		in.Period = &calendar.Period{Type: calendar.PeriodType(*data.PeriodType), Num: data.PeriodNum}
	}
	if err := f.missing(data.ResourceIDs); err != nil {
		return err
	}
	for i, id := range data.ResourceIDs {
		after, err := pricing.Configure(f.site, f.Resources.Get(id), in, f.at)
		if err != nil {
			return pricing.AtResource(err, i)
		}
		f.Resources.Put(id, after)
	}
	return nil
}

// takesPlace refuses the lines of a new order that cannot take the place of
// the resources that are there.
func (f *fact) takesPlace(order *Order) error {
	for i, l := range order.Quote.Lines {
		if err := pricing.TakesPlace(f.site, order.Type, order.CustomerID, order.ID, f.Resources.Get(l.ResourceID), f.at); err != nil {
			return pricing.AtLine(err, i)
		}
	}
	return nil
}

// blockKnown keeps the resources that a new order of type 11 or 14 is to take
// the place of from changes until it is paid.
func (f *fact) blockKnown(order *Order) {
	if order.Type != pricing.OrderPayPerUseToPeriod && order.Type != pricing.OrderTrialToCommercial {
		return
	}
	for _, id := range order.ResourceIDs {
		if r := f.Resources.Get(id); inUse(r) {
			f.Resources.Put(id, pricing.Block(r, order.ID, order.ValidUntil))
		}
	}
}
