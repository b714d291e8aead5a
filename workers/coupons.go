package workers

import (
	"context"

	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
)

func couponsOf(p *decision.Partner) *decision.Table[decision.Coupon] { return p.Coupons }
func quotasOf(p *decision.Partner) *decision.Table[decision.Quota]   { return p.Quotas }

// queueCoupons adds the queries for coupons and their quotas.
func (l *loader) queueCoupons() {
	coupons := reader(l, func(w *working) *decision.Table[decision.Coupon] { return couponsOf(w.Partner) })
	l.pairs(db.LoadCoupons, &l.coupons, coupons)
	l.pairs(db.LoadCouponsDue, &l.couponsDue, coupons)
	l.pairs(db.LoadCouponQuotas, &l.quotas, reader(l, func(w *working) *decision.Table[decision.Quota] { return quotasOf(w.Partner) }))
}

func (s *saver) coupons(ctx context.Context) error {
	var p db.SaveCouponsParams
	d, _, err := changes(s.run, couponsOf, func(_ string, row *decision.Coupon) {
		p.QuotaIds = append(p.QuotaIds, row.QuotaID)
		p.CustomerIds = append(p.CustomerIds, row.CustomerID)
		p.Currencies = append(p.Currencies, string(row.Currency))
		p.States = append(p.States, string(row.State))
		p.ExpireTimes = append(p.ExpireTimes, row.ExpireTime)
		p.FaceValues = append(p.FaceValues, row.FaceValue.String())
		p.Balances = append(p.Balances, row.Balance().String())
		p.Spent = append(p.Spent, row.Spent.String())
		p.Forfeited = append(p.Forfeited, row.Forfeited.String())
		p.GivenBack = append(p.GivenBack, row.GivenBack.String())
	})
	if err != nil || !d.any() {
		return err
	}
	p.PartnerIds, p.Ids, p.Versions, p.Documents = d.partnerIDs, d.ids, d.versions, d.documents
	return s.queries.SaveCoupons(ctx, p)
}

func (s *saver) quotas(ctx context.Context) error {
	var p db.SaveCouponQuotasParams
	d, _, err := changes(s.run, quotasOf, func(_ string, row *decision.Quota) {
		p.Currencies = append(p.Currencies, string(row.Currency))
		p.States = append(p.States, string(row.State))
		p.Amounts = append(p.Amounts, row.Amount.String())
		p.Balances = append(p.Balances, row.Balance().String())
		p.Issued = append(p.Issued, row.Issued.String())
		p.GivenBack = append(p.GivenBack, row.GivenBack.String())
	})
	if err != nil || !d.any() {
		return err
	}
	p.PartnerIds, p.Ids, p.Versions, p.Documents = d.partnerIDs, d.ids, d.versions, d.documents
	return s.queries.SaveCouponQuotas(ctx, p)
}
