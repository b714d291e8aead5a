package account

import (
	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
)

// Usage is what a settlement of usage is of. Its price is list price = discount
// + erased + amount.
type Usage struct {
	UsageFactor string        `json:"usage_factor"`
	Settle      string        `json:"settle"`
	Window      events.Window `json:"window"`
	Erased      events.Amount `json:"erase_amount"`
	Tiers       string        `json:"tiers,omitzero"` // month whose total its tiers run over
}

// usage tells what usage came to: it is priced when it is settled, and nothing
// was offered.
func (e *Explanation) usage(s scale, o *decision.Order) {
	charge, line := o.Payment.Charge, &o.Quote.Lines[0]
	e.Usage = &Usage{UsageFactor: o.Usage.UsageFactor, Settle: o.Usage.Settle, Window: events.Window(o.Usage.Window), Erased: s.of(o.Usage.Erase), Tiers: string(o.Usage.Tiers)}
	e.Price = &Price{DiscountID: charge.DiscountID, DiscountType: charge.DiscountType, Official: s.of(charge.Official), Discount: s.of(charge.Discount),
		Amount: s.of(charge.Amount), Lines: []Line{{LineID: line.LineID, ResourceID: line.ResourceID, ProductID: line.ProductID, Official: s.of(charge.Official),
			Discount: s.of(charge.Discount), Amount: s.of(charge.Amount), Steps: s.steps(line.Steps)}}}
}
