package decision

import (
	"fmt"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/pricing"
)

// checkCouponEvent judges an event about coupons or quotas in decision order
// (Pricing rules, section 4).
func (d *decider) checkCouponEvent() error {
	switch data := d.in.Event.Data.(type) {
	case *events.CouponQuotaGranted:
		return d.checkGrant(data)
	case *events.CouponQuotaStateChanged:
		if d.Reference.quotas[data.QuotaID] == nil {
			return waits{quotaKey(data.QuotaID)}
		}
	case *events.CouponIssued:
		return d.checkIssue(data)
	case *events.CouponReclaimed:
		return d.checkReclaim(data)
	case *events.CouponStateChanged:
		if d.Reference.coupons[data.CouponID] == nil {
			return waits{couponKey(data.CouponID)}
		}
		row, err := d.couponRow(data.CouponID)
		if err != nil {
			return err
		}
		_, err = pricing.SetCouponState(&row.Coupon, pricing.CouponState(data.Status))
		return err
	}
	return nil
}

// checkGrant refuses a grant that changes what a quota is. A quota may be
// granted again: more, and validity and limits for what is issued from then on.
func (d *decider) checkGrant(data *events.CouponQuotaGranted) error {
	if old := d.Reference.quota(data.QuotaID); old != nil && (old.Type != data.QuotaType || string(old.Currency) != data.Currency) {
		return &events.Rejection{Code: CodeQuotaMismatch, Pointer: "/data/quota_id", Message: fmt.Sprintf(
			"quota %q was granted with type %d in %s; grant more of the same, or another quota under an id of its own", old.ID, old.Type, old.Currency)}
	}
	return wholeCents(data.Amount, money.Currency(data.Currency), "/data/amount")
}

func (d *decider) checkIssue(data *events.CouponIssued) error {
	if d.Reference.coupons[data.CouponID] != nil {
		return &events.Rejection{Code: CodeCouponExists, Pointer: "/data/coupon_id", Message: fmt.Sprintf(
			"coupon %q was issued before by another event; give each coupon its own id", data.CouponID)}
	}
	at, coupon := d.in.Event.Time, CouponOf(data)
	if err := pricing.ValidateCoupon(&coupon); err != nil {
		return err
	}
	customer := d.Reference.customer(d.Reference.Version(), data.CustomerID, at)
	if customer == nil {
		return d.unknownCustomer(data.CustomerID, at)
	}
	if data.QuotaID == "" { // the vendor's, to whom it likes; a reseller's only to its customers
		if _, err := resellerOf(customer, data.IndirectPartnerID); err != nil {
			return err
		}
		return nil
	}
	if d.Reference.quotas[data.QuotaID] == nil {
		return waits{quotaKey(data.QuotaID)}
	}
	quota, err := d.quotaRow(data.QuotaID)
	if err != nil {
		return err
	}
	quota.State = d.Reference.quotaState(data.QuotaID, at)
	_, _, err = pricing.IssueCoupon(quota, &coupon, pricing.Recipient{CouponID: coupon.ID, CustomerID: data.CustomerID,
		Association: customer.Association, IndirectPartnerID: customer.IndirectPartnerID}, at)
	return err
}

// checkReclaim refuses to take back a coupon that was not usable at the time,
// by what stands before it in key order.
func (d *decider) checkReclaim(data *events.CouponReclaimed) error {
	if d.Reference.coupons[data.CouponID] == nil {
		return waits{couponKey(data.CouponID)}
	}
	row, err := d.couponRow(data.CouponID)
	if err != nil {
		return err
	}
	if row.QuotaID == "" {
		return &events.Rejection{Code: CodeCouponWithoutQuota, Pointer: "/data/coupon_id", Message: fmt.Sprintf(
			"coupon %q was issued without a quota, so that nothing takes it back; freeze it instead", row.ID)}
	}
	var before []CouponEntry
	for _, step := range entriesInKeyOrder(row.Entries) {
		if compareRefs(step.at, d.ref()) < 0 {
			before = append(before, step.CouponEntry)
		}
	}
	at := d.in.Event.Time
	coupon := row.Coupon
	coupon.State = pricing.CouponNormal
	folded, err := foldEntries(coupon, before, nil)
	if err != nil {
		return err
	}
	folded.State = d.Reference.coupon(d.Reference.Version(), row.ID, at).State
	if row.Closed != nil {
		folded.State = row.Closed.State
	}
	// Of the quota only this coupon's part is looked at; the rows follow when it is booked.
	quota := &Quota{ID: row.QuotaID, Currency: row.Currency, Issued: row.FaceValue}
	_, _, err = pricing.ReclaimCoupon(quota, folded, at)
	return err
}

// bookCouponEvent brings the rows up to date with an event that was folded into
// the reference data.
func (d *decider) bookCouponEvent() error {
	switch data := d.in.Event.Data.(type) {
	case *events.CouponQuotaGranted:
		d.created = append(d.created, quotaKey(data.QuotaID))
		return d.bookQuota(data.QuotaID)
	case *events.CouponQuotaStateChanged:
		return d.bookQuota(data.QuotaID)
	case *events.CouponIssued:
		d.created = append(d.created, couponKey(data.CouponID))
		return d.bookCoupon(data.CouponID, nil)
	case *events.CouponStateChanged:
		return d.bookCoupon(data.CouponID, nil)
	case *events.CouponReclaimed:
		return d.bookCoupon(data.CouponID, &CouponClosing{Event: d.ref(), State: pricing.CouponReclaimed})
	}
	return nil
}

// bookQuota takes over what was granted and the last state.
func (d *decider) bookQuota(id string) error {
	row, err := d.quotaRow(id)
	if err != nil {
		return err
	}
	granted := d.Reference.quota(id)
	granted.Issued, granted.GivenBack = row.Issued, row.GivenBack
	d.Quotas.Put(id, granted)
	return nil
}

// bookCoupon stores a coupon in its last state, closed if it is now.
func (d *decider) bookCoupon(id string, closed *CouponClosing) error {
	row, err := d.couponRow(id)
	if err != nil {
		return err
	}
	if closed != nil {
		row.Closed = closed
	}
	return d.putCoupon(row)
}
