package decision

import (
	"github.com/accruald/accruald/events"
)

// settledUsage tells what a settlement of usage is made of. It is priced when
// it is settled, so one event tells both.
func (d *decider) settledUsage(o *Order) *events.SettledUsage {
	c, charge := o.Quote.Currency, o.Payment.Charge
	return &events.SettledUsage{
		CustomerID: o.CustomerID, ResourceID: o.ResourceIDs[0], UsageFactor: o.Usage.UsageFactor, Window: events.Window(o.Usage.Window),
		OfficialWebsiteAmount: exact(charge.Official, c), DiscountAmount: exact(charge.Discount, c), ConsumedAmount: in(c, charge.Amount),
		Provisional: o.Usage.Tiers > d.Counters.ClosedCycle, Steps: steps(o.Quote.Lines[0].Steps, c)}
}
