package decision

import (
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/money"
)

// paidQuotaID names the coupon quota that a partner's incentives of a currency
// are paid into: one, whatever the number of requests.
func paidQuotaID(partner string, c money.Currency) string {
	return events.DeriveID("coupon_quota", partner, string(c))
}

// grantQuota pays a request into the partner's coupon quota of its currency.
// The grant stands on the request.
func (d *decider) grantQuota(request *Request) {
	request.QuotaID = paidQuotaID(d.ID, request.Currency)
}

// reportQuota tells what a payment made of the quota: the sum of the grants
// before and with it. The version counts the grants.
func (d *decider) reportQuota(diff difference[Request]) {
	paid := diff.after
	if paid.QuotaID == "" || diff.before != nil && diff.before.QuotaID != "" {
		return
	}
	d.need(ScopeQuotaGrants, "")
	var before decimal.Decimal
	var grants int64 = 1
	for _, r := range d.Requests.All() {
		if r.QuotaID == paid.QuotaID && r.ID != paid.ID {
			before, grants = before.Add(r.Payout), grants+1
		}
	}
	c := paid.Currency
	d.emit(events.TypeCouponQuotaChanged, paid.QuotaID, &events.CouponQuotaChanged{Origin: origin(grants), QuotaID: paid.QuotaID,
		Currency: string(c), Before: in(c, before), After: in(c, before.Add(paid.Payout))})
}
