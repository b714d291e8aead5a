package decision

import (
	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/money"
)

// SourceQuotaPayout names us as who grants what incentives are paid into.
const SourceQuotaPayout = "/accruald/quota_payout"

// quotaPayoutYears is how long a quota lasts that incentives were paid into:
// they are the partner's money, which does not lapse.
const quotaPayoutYears = 100

// quotaOfCashCoupons is the quota type that incentives are paid into.
const quotaOfCashCoupons = 0

// paidQuotaID names the coupon quota that a partner's incentives of a currency
// are paid into: one, whatever the number of requests.
func paidQuotaID(partner string, c money.Currency) string {
	return events.DeriveID("coupon_quota", partner, string(c))
}

// grantQuota pays a request into the partner's coupon quota of its currency:
// it grants as much, as the vendor grants a quota, by an event of our own.
func (d *decider) grantQuota(request *Request) error {
	request.QuotaID = paidQuotaID(d.ID, request.Currency)
	at := d.in.Event.Time
	granted, err := events.New(events.Envelope{ID: "quota_payout/" + request.ID, Source: SourceQuotaPayout, Subject: request.QuotaID,
		PartitionKey: d.ID, Time: at}, &events.CouponQuotaGranted{QuotaID: request.QuotaID, PartnerID: d.ID, QuotaType: quotaOfCashCoupons,
		Amount: request.Payout, Currency: string(request.Currency), EffectiveTime: at, ExpireTime: at.AddDate(quotaPayoutYears, 0, 0)})
	if err != nil {
		return err
	}
	d.issued = append(d.issued, granted)
	return nil
}
