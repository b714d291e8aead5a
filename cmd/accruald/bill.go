package main

import (
	"context"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/cmd/accruald/internal/books"
	"github.com/accruald/accruald/cmd/accruald/internal/listing"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/decision"
)

// noTime is no time.
var noTime time.Time

// atFlag is the time for which it is judged what may be applied for.
type atFlag struct {
	At time.Time `placeholder:"TIME" help:"Time for which it is judged what may be applied for, as 2026-04-08T10:00:00+08:00 (default: now)."`
}

// judge asks what a request would be judged by.
func (f atFlag) judge(ctx context.Context, b *books.Books, p *decision.Partner) listing.Judge {
	at := f.At
	if at.IsZero() {
		at = time.Now()
	}
	return func(bill *decision.Bill) (decimal.Decimal, []string, error) { return b.Applicable(ctx, p, bill, at) }
}

// billCommand looks at one bill.
type billCommand struct {
	Show billShowCommand `cmd:"" help:"Show a bill: its amounts, what stands against applying for it, its details and the holds over them."`
}

type billShowCommand struct {
	ID      string    `arg:"" help:"Bill id, as bills --csv has it."`
	Partner string    `help:"Partner of the bill (default: the one that has it)."`
	At      atFlag    `embed:""`
	Form    formFlags `embed:""`
	Rows    rowFlags  `embed:""`
}

// Run is called by kong.
func (s *billShowCommand) Run(ctx context.Context, c *console) error {
	b, err := s.Rows.open(ctx, c)
	if err != nil {
		return err
	}
	defer b.Close()
	p, err := b.PartnerOfBill(ctx, s.Partner, s.ID)
	if err != nil {
		return err
	}
	bill, err := listing.BillOf(p, s.ID, s.At.judge(ctx, b, p))
	if err != nil {
		return err
	}
	return s.Form.write(c, bill)
}

// Help is shown below the flags.
func (s *billShowCommand) Help() string {
	return `A detail that takes back of another says so under reverses, the other under reversed by; late of is the event that came after the close and made a difference. --csv lists the details. An id that begins with - goes behind --, at the end.

Examples:
  accruald bill show yc03d3UbxE0_RGOMIAvFag
  accruald bill show yc03d3UbxE0_RGOMIAvFag --csv > details.csv`
}

// payableCommand lists what a partner may apply for.
type payableCommand struct {
	Partner string    `arg:"" help:"Partner id."`
	At      atFlag    `embed:""`
	Form    formFlags `embed:""`
	Rows    rowFlags  `embed:""`
}

// Run is called by kong.
func (l *payableCommand) Run(ctx context.Context, c *console) error {
	b, err := l.Rows.open(ctx, c)
	if err != nil {
		return err
	}
	defer b.Close()
	p, err := b.Partner(ctx, l.Partner)
	if err != nil {
		return err
	}
	if err := b.LoadRows(ctx, p, workers.BillRows); err != nil {
		return err
	}
	payable, err := listing.PayableOf(p, l.At.judge(ctx, b, p))
	if err != nil {
		return err
	}
	return l.Form.write(c, payable)
}

// Help is shown below the flags.
func (l *payableCommand) Help() string {
	return `Bills with nothing payable are left out. A request is of one association and currency and nets the negative ones among issued bills.

Examples:
  accruald payable P100
  accruald payable P100 --at 2026-04-08T10:00:00+08:00 --json`
}
