package books

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/decision"
)

// Each hands on the partner of that id, or with "" every partner by id, with its rows of those kinds. Of the database one
// partner is in memory at a time, without its reference data.
func (b *Books) Each(ctx context.Context, partnerID string, kinds []workers.RowKind, take func(*decision.Partner) error) error {
	ids, err := b.Partners(ctx)
	if err != nil {
		return err
	}
	if partnerID != "" {
		if !slices.Contains(ids, partnerID) {
			return fmt.Errorf("there is no partner %q: nothing of it was received; correct the id", partnerID)
		}
		ids = []string{partnerID}
	}
	for _, id := range ids {
		p, err := b.rows(ctx, id, kinds)
		if err == nil {
			err = take(p)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Partners lists the ids of all partners.
func (b *Books) Partners(ctx context.Context) ([]string, error) {
	if b.snapshot != nil {
		return b.snapshot.Partners(ctx)
	}
	ids := make([]string, 0, len(b.memory.Partners))
	for id := range b.memory.Partners {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids, nil
}

func (b *Books) rows(ctx context.Context, id string, kinds []workers.RowKind) (*decision.Partner, error) {
	if b.snapshot != nil {
		return b.snapshot.Rows(ctx, id, kinds...)
	}
	return b.memory.Partners[id], nil
}

// LoadRows brings rows of a partner; memory has all of them.
func (b *Books) LoadRows(ctx context.Context, p *decision.Partner, kinds ...workers.RowKind) error {
	if b.snapshot == nil {
		return nil
	}
	return b.snapshot.LoadRows(ctx, p, kinds...)
}

// Telling finds out which statement told what of a partner.
func (b *Books) Telling(ctx context.Context, p *decision.Partner, zone *time.Location) (*decision.Telling, error) {
	if b.snapshot == nil {
		return p.Telling(zone), nil
	}
	return b.snapshot.Telling(ctx, p.ID, zone)
}

// PartnerOfBill returns the partner of a bill, with its bills and holds, the bill's details, and those of later bills that
// take back of them. An empty id looks through all partners.
func (b *Books) PartnerOfBill(ctx context.Context, id, billID string) (*decision.Partner, error) {
	if id == "" {
		found, err := b.partnersOfBill(ctx, billID)
		if err != nil {
			return nil, err
		}
		if id, err = only(found, "bill", billID, "take the id from `accruald bills --csv`"); err != nil {
			return nil, err
		}
	}
	p, err := b.Partner(ctx, id)
	if err != nil {
		return nil, err
	}
	if b.snapshot != nil {
		if err := errors.Join(b.snapshot.LoadRows(ctx, p, workers.BillRows), b.snapshot.LoadHolds(ctx, p), b.snapshot.LoadDetails(ctx, p, billID)); err != nil {
			return nil, err
		}
	}
	if p.Bills.Get(billID) == nil {
		return nil, fmt.Errorf("partner %q has no bill %q: take the id from `accruald bills --csv`", id, billID)
	}
	return p, nil
}

func (b *Books) partnersOfBill(ctx context.Context, billID string) ([]string, error) {
	if b.snapshot != nil {
		return b.snapshot.PartnersOfBill(ctx, billID)
	}
	var found []string
	for id, p := range b.memory.Partners {
		if p.Bills.Get(billID) != nil {
			found = append(found, id)
		}
	}
	slices.Sort(found)
	return found, nil
}

// only returns the one partner that has something.
func only(found []string, what, id, advice string) (string, error) {
	switch len(found) {
	case 0:
		return "", fmt.Errorf("no partner has %s %q: %s", what, id, advice)
	case 1:
		return found[0], nil
	default:
		return "", fmt.Errorf("partners %s have %s %q each: name one by --partner", strings.Join(found, ", "), what, id)
	}
}

// Applicable returns what of a partner's bill may be applied for at a time, and what stands against it.
func (b *Books) Applicable(ctx context.Context, p *decision.Partner, bill *decision.Bill, at time.Time) (decimal.Decimal, []string, error) {
	if b.snapshot == nil {
		return p.Applicable(b.Common, bill, at) // memory lacks nothing
	}
	return b.snapshot.Applicable(ctx, p, bill, at)
}
