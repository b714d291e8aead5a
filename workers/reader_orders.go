package workers

import (
	"context"
	"fmt"
	"time"

	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
)

// refusedCountMax is how many refused events of a partner are looked through.
const refusedCountMax = 10_000

// The published states of an order.
const (
	OrderStatusCancelled = 4 // or not payable any more
	OrderStatusCompleted = 5
	OrderStatusToBePaid  = 6
)

// OrderStatus is the published state of an order at a time.
func OrderStatus(o *decision.Order, now time.Time) int {
	switch {
	case o.State == decision.OrderSettled:
		return OrderStatusCompleted
	case o.State == decision.OrderCancelled || o.ValidUntil.Before(now):
		return OrderStatusCancelled
	default:
		return OrderStatusToBePaid
	}
}

// Beginning and EndOfTime stand where a span of times is open.
var (
	Beginning = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	EndOfTime = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
)

// An OrderFilter picks orders; the zero value of a member picks all.
type OrderFilter struct {
	CustomerIDs        []string // nil for every customer
	ResellerID         *string  // "" for the partner's own customers
	OrderID            string   // in any case of letters
	ServiceType        string   // likewise
	Type, Status       int
	PlacedFrom, PaidTo *time.Time
	PlacedTo, PaidFrom *time.Time
	OldestFirst        bool
}

// Orders returns one page of a partner's orders and how many there are. What
// settles usage is none of them.
func (s *Snapshot) Orders(ctx context.Context, partnerID string, f OrderFilter, now time.Time, offset, limit int) ([]*decision.Order, int, error) {
	arg := db.OrderPageParams{
		PartnerID: partnerID, EveryCustomer: f.CustomerIDs == nil, CustomerIds: f.CustomerIDs, EveryReseller: f.ResellerID == nil,
		OrderID: f.OrderID, ServiceType: f.ServiceType, OrderType: int32(f.Type), Status: int32(f.Status), Now: now, //nolint:gosec // published codes
		PlacedFrom: orTime(f.PlacedFrom, Beginning), PlacedTo: orTime(f.PlacedTo, EndOfTime), ByPayment: f.PaidFrom != nil || f.PaidTo != nil,
		PaidFrom: orTime(f.PaidFrom, Beginning), PaidTo: orTime(f.PaidTo, EndOfTime), OldestFirst: f.OldestFirst,
		PassedOver: int32(offset), Page: int32(limit), //nolint:gosec // within the bounds of a page
	}
	if f.ResellerID != nil {
		arg.ResellerID = *f.ResellerID
	}
	rows, err := db.New(s.tx).OrderPage(ctx, arg)
	if err == nil && len(rows) == 0 && offset > 0 { // behind the last: how many there are is on the first page
		arg.PassedOver, arg.Page = 0, 1
		var first []db.OrderPageRow
		if first, err = db.New(s.tx).OrderPage(ctx, arg); err == nil && len(first) > 0 {
			return nil, int(first[0].Total), nil
		}
	}
	if err != nil {
		return nil, 0, fmt.Errorf("list the orders of partner %q: %w", partnerID, err)
	}
	out, total := make([]*decision.Order, len(rows)), 0
	for i, row := range rows {
		if out[i], err = decision.Restore[decision.Order](row.Document); err != nil {
			return nil, 0, fmt.Errorf("order %q: %w", row.ID, err)
		}
		total = int(row.Total)
	}
	return out, total, nil
}

func orTime(t *time.Time, other time.Time) time.Time {
	if t == nil {
		return other
	}
	return *t
}

// LoadCoupons brings a customer's coupons, or with "" all of the partner's.
func (s *Snapshot) LoadCoupons(ctx context.Context, p *decision.Partner, customerID string) error {
	if err := fill(ctx, s.tx, p.Coupons, db.CouponDocuments, p.ID, customerID); err != nil {
		return fmt.Errorf("load the coupons of customer %q of partner %q: %w", customerID, p.ID, err)
	}
	return nil
}

// LoadResources brings resources by their ids.
func (s *Snapshot) LoadResources(ctx context.Context, p *decision.Partner, ids []string) error {
	if err := fill(ctx, s.tx, p.Resources, db.ResourcesByID, p.ID, ids); err != nil {
		return fmt.Errorf("load %d resources of partner %q: %w", len(ids), p.ID, err)
	}
	return nil
}

// LoadResourcesOf brings a customer's resources that are in use.
func (s *Snapshot) LoadResourcesOf(ctx context.Context, p *decision.Partner, customerID string) error {
	if err := fill(ctx, s.tx, p.Resources, db.RenewableDocuments, p.ID, customerID); err != nil {
		return fmt.Errorf("load the resources of customer %q of partner %q: %w", customerID, p.ID, err)
	}
	return nil
}

// A RefusedInput is an event that was refused.
type RefusedInput struct {
	ID      string
	Time    time.Time
	Payload []byte
	Message string
}

// Refused lists the events of a type that were refused, the latest first.
func (s *Snapshot) Refused(ctx context.Context, partnerID, typ string) ([]RefusedInput, error) {
	rows, err := db.New(s.tx).RejectedOfTypes(ctx, partnerID, []string{typ}, refusedCountMax)
	if err != nil {
		return nil, fmt.Errorf("list the refused events %s of partner %q: %w", typ, partnerID, err)
	}
	out := make([]RefusedInput, len(rows))
	for i, row := range rows {
		out[i] = RefusedInput{ID: row.EventID, Time: row.Time, Payload: row.Payload, Message: row.Message}
	}
	return out, nil
}
