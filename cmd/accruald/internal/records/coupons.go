package records

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accruald/accruald/cmd/accruald/internal/summary"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
)

// Coupons lists the coupons that a filter lets through.
func Coupons(ctx context.Context, pool *pgxpool.Pool, filter summary.CouponFilter) (*summary.CouponList, error) {
	q := db.New(pool)
	list := summary.NewCouponList(filter)
	read := reading(func(ctx context.Context, partner string) ([]db.CouponDocumentsRow, error) {
		return q.CouponDocuments(ctx, partner, filter.CustomerID)
	}, func(r db.CouponDocumentsRow) document { return document{r.ID, r.Document} })
	err := eachPartner(ctx, q, filter.PartnerID, func(id string) error {
		return each(ctx, read, id, func(c *decision.Coupon) { list.Add(id, c) })
	})
	if err != nil {
		return nil, fmt.Errorf("list coupons: %w", err)
	}
	return list.Sorted(), nil
}

// Quotas lists the coupon quotas of a partner, or with "" of all.
func Quotas(ctx context.Context, pool *pgxpool.Pool, partnerID string) (*summary.QuotaList, error) {
	q := db.New(pool)
	list := summary.NewQuotaList(partnerID)
	read := reading(q.CouponQuotaDocuments, func(r db.CouponQuotaDocumentsRow) document { return document{r.ID, r.Document} })
	err := eachPartner(ctx, q, partnerID, func(id string) error {
		return each(ctx, read, id, func(row *decision.Quota) { list.Add(id, row) })
	})
	if err != nil {
		return nil, fmt.Errorf("list coupon quotas: %w", err)
	}
	return list.Sorted(), nil
}

// eachPartner calls take with the partner, or with every one when none is named.
func eachPartner(ctx context.Context, q *db.Queries, partnerID string, take func(string) error) error {
	partners := []string{partnerID}
	if partnerID == "" {
		var err error
		if partners, err = q.SummaryPartners(ctx); err != nil {
			return fmt.Errorf("list the partners: %w", err)
		}
	}
	for _, id := range partners {
		if err := take(id); err != nil {
			return fmt.Errorf("partner %q: %w", id, err)
		}
	}
	return nil
}
