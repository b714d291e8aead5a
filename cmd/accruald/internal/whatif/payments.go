package whatif

import (
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/site"
)

// payment returns the payment that an order has under the change: was is the order as the history paid it, is the one
// that waits for its payment, or nil where there is none.
func payment(ev *events.Event, was, is *decision.Order, profile *site.Profile) (*events.Event, error) {
	data, ok := ev.Data.(*events.OrderPaid)
	if !ok || len(data.Tenders) == 0 || was == nil || was.Payment == nil || was.Payment.Event.ID != ev.ID || is == nil || is.State != decision.OrderPending || is.Quote == nil {
		return ev, nil
	}
	chosen := data.DiscountID
	if chosen == "" && is.AutoPay {
		chosen = is.Quote.AutomaticChoice(profile)
	}
	charge, err := is.Quote.Charge(chosen)
	if err != nil || charge.Amount.Equal(was.Payment.Charge.Amount) {
		return ev, nil //nolint:nilerr // a discount that does not hold any more is refused as it stands
	}
	tenders, err := share(data.Tenders, charge.Amount, charge.Currency)
	if err != nil {
		return nil, fmt.Errorf("pay order %q: %w", data.OrderID, err)
	}
	again := *data
	again.Tenders = tenders
	return events.New(events.Envelope{ID: ev.ID, Source: ev.Source, Type: ev.Type, Subject: ev.Subject, PartitionKey: ev.PartitionKey, Time: ev.Time}, &again)
}

// share pays a price with the tenders that paid another.
func share(tenders []events.Tender, price decimal.Decimal, currency money.Currency) ([]events.Tender, error) {
	var out, rest []events.Tender
	var weights []decimal.Decimal
	left := price
	for _, t := range tenders {
		if t.CouponID == "" && t.CardID == "" {
			rest, weights = append(rest, t), append(weights, t.Amount)
			continue
		}
		t.Amount = decimal.Min(t.Amount, left)
		left = left.Sub(t.Amount)
		if t.Amount.IsPositive() {
			out = append(out, t)
		}
	}
	if !left.IsPositive() {
		return out, nil
	}
	if len(rest) == 0 {
		return append(out, events.Tender{Kind: "cash", Amount: left}), nil
	}
	parts, err := money.Apportion(left, weights, currency)
	if err != nil {
		return nil, err
	}
	for i, t := range rest {
		if t.Amount = parts[i]; t.Amount.IsPositive() {
			out = append(out, t)
		}
	}
	return out, nil
}
