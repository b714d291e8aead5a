package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/workers"
)

// adjustCommand answers a finding of a reconciliation by an adjustment, which is an event as any other.
type adjustCommand struct {
	Finding  string        `arg:"" help:"Finding id, or the beginning of it."`
	Amount   string        `help:"By how much; what lessens what is owed is negative (default: the finding's difference)."`
	Order    string        `xor:"what" help:"Order to adjust, on the statement alone (default: the finding's)."`
	Bill     string        `xor:"what" help:"Incentive bill to adjust; a closed one through the open period (default: the finding's)."`
	Reason   string        `help:"Why, for the record (default: what the finding says)."`
	Actor    string        `required:"" help:"Who decides this, for the record."`
	DryRun   bool          `help:"Print the event and publish nothing."`
	Nats     natsFlags     `embed:""`
	Log      logFlags      `embed:""`
	Database databaseFlags `embed:""`
}

// Run is called by kong.
func (a *adjustCommand) Run(ctx context.Context, c *console) error {
	wish := workers.AdjustmentWish{FindingID: a.Finding, OrderID: a.Order, BillID: a.Bill, Reason: a.Reason, Actor: a.Actor}
	if a.Amount != "" {
		amount, err := decimal.NewFromString(a.Amount)
		if err != nil {
			return fmt.Errorf("adjust by %q: write an amount as -12.50", a.Amount)
		}
		wish.Amount = &amount
	}
	pool, err := a.Database.connect(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	data, err := workers.DraftAdjustment(ctx, pool, wish)
	if errors.Is(err, workers.ErrAdjusted) {
		_, err = fmt.Fprintln(c.out, err)
		return err
	}
	if err != nil {
		return err
	}
	ev, err := events.New(events.Envelope{ID: "adjustment.posted/" + data.AdjustmentID, Source: "/accruald/operations", Subject: data.AdjustmentID,
		PartitionKey: data.PartnerID, Time: time.Now().Truncate(time.Microsecond)}, data)
	if err != nil {
		return err
	}
	if a.DryRun {
		text, err := ev.Structured()
		if err != nil {
			return fmt.Errorf("write the event: %w", err)
		}
		_, err = fmt.Fprintln(c.out, string(text))
		return err
	}
	return a.publish(ctx, c, ev, data)
}

func (a *adjustCommand) publish(ctx context.Context, c *console, ev *events.Event, data *events.AdjustmentPosted) error {
	log, err := a.Log.logger(c)
	if err != nil {
		return err
	}
	b, err := bus.Connect(ctx, a.Nats.config("accruald adjust", log))
	if err != nil {
		return err
	}
	defer b.Close()
	header, payload := ev.Message()
	if _, err := b.Publish(ctx, events.InSubject(ev), header, payload); err != nil {
		return fmt.Errorf("publish %s of finding %q: %w", ev.Type, data.Corrects, err)
	}
	what := "order " + data.OrderID
	if data.BillID != "" {
		what = "bill " + data.BillID
	}
	_, err = fmt.Fprintf(c.out, "published adjustment %s of %s by %s %s; the next reconciliation closes finding %s\n", data.AdjustmentID, what, table.Amount(table.AmountIn(data.Amount, data.Currency)), data.Currency, data.Corrects)
	return err
}

// Help is shown below the flags.
func (a *adjustCommand) Help() string {
	return `The same adjustment again does nothing. What differs by something else than an amount, rows that were changed and events that were lost are not adjusted: the refusal says what mends them. An id that begins with - goes behind --, at the end.

Examples:
  accruald adjust 5Yq2 --actor finance --dry-run
  accruald adjust 5Yq2 --amount -12.50 --reason "as agreed with the vendor" --actor finance`
}
