package pricing

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/accruald/accruald/workers/money"
)

// issueRecipientsMax is how many customers one call issues coupons to, as published.
const issueRecipientsMax = 100

// The associations of a customer with its partner.
const (
	associationResale   = "resale"
	associationReferral = "referral"
)

// Recipient is who a coupon is issued to. Association is "" for someone who is not the partner's customer.
type Recipient struct {
	CouponID, CustomerID, Association, IndirectPartnerID string
}

// IssueCoupon returns copies of a quota and of the coupon issued from it, which has taken over the quota's limits
// (Pricing rules, section 4). It books a fact, so the balance is not judged: see Overdrawn, and IssueCoupons for
// issues that are only asked for. Refusals: those of ValidateCoupon, customer_not_of_partner, customer_not_resale,
// quota_not_found, quota_state, quota_not_in_force, coupon_quota_mismatch, coupon_limits_weaker,
// coupon_order_kinds_weaker.
func IssueCoupon(q *CouponQuota, c *Coupon, to Recipient, at time.Time) (*CouponQuota, *Coupon, error) {
	if err := ValidateCoupon(c); err != nil {
		return nil, nil, err
	}
	if err := to.check(c); err != nil {
		return nil, nil, err
	}
	if q == nil {
		return nil, nil, refuse(CodeQuotaNotFound, "/quota_id", "issue coupon %q from quota %q: it is unknown; correct the id", c.ID, c.QuotaID)
	}
	if err := q.issuesAt(at); err != nil {
		return nil, nil, err
	}
	if c.QuotaID != q.ID || c.Currency != q.Currency {
		return nil, nil, refuse(CodeCouponQuotaMismatch, "/quota_id", "issue coupon %q in %s from quota %q: quota %q is in %s; let both agree", c.ID, c.Currency, c.QuotaID, q.ID, q.Currency)
	}
	limits, err := c.Limits.Within(q.Limits)
	if err != nil {
		return nil, nil, err
	}
	issued := *c
	issued.ID, issued.CustomerID = to.CouponID, to.CustomerID
	issued.State, issued.Limits = CouponNormal, limits
	if c.Type == CouponDiscount {
		untouched := *q
		return &untouched, &issued, nil // it has no face value to draw
	}
	drawn, err := DrawQuota(q, c.FaceValue)
	if err != nil {
		return nil, nil, err
	}
	return drawn, &issued, nil
}

// check refuses customers to whom the partner issues no coupons.
func (r *Recipient) check(c *Coupon) error {
	switch {
	case r.Association == "" || c.IndirectPartnerID != "" && r.IndirectPartnerID != c.IndirectPartnerID:
		return refuse(CodeCustomerNotOfPartner, "/customer_id", "issue a coupon to customer %q: it is not a customer of this partner or reseller; correct the id", r.CustomerID)
	case r.Association == associationReferral:
		return refuse(CodeCustomerNotResale, "/customer_id", "issue a coupon to customer %q, which is a referral: coupons go to resale customers only", r.CustomerID)
	case r.Association != associationResale:
		return refuse(CodeCustomerNotOfPartner, "/customer_id", "issue a coupon to customer %q of unknown association %q: use %q or %q", r.CustomerID, r.Association, associationResale, associationReferral)
	}
	return nil
}

// Issued is the outcome of issuing to several customers: who got none stands among the failures.
type Issued struct {
	Quota   *CouponQuota // after the coupons; nil when there was none
	Coupons []Coupon
	Failed  []IssueFailure
}

// IssueFailure says why one customer got no coupon: PublishedCode is the code of the published API.
type IssueFailure struct {
	CustomerID, Code, PublishedCode, Message string
}

// IssueCoupons issues a coupon like the template to each recipient in turn, as long as the quota's balance lasts. One
// customer's failure does not stop the others. Refusals of the whole call: issue_recipients_invalid.
func IssueCoupons(q *CouponQuota, template *Coupon, recipients []Recipient, at time.Time) (*Issued, error) {
	if err := checkRecipients(recipients); err != nil {
		return nil, err
	}
	out := &Issued{Quota: q}
	for _, to := range recipients {
		drawn, issued, err := IssueCoupon(out.Quota, template, to, at)
		if err == nil && drawn.Balance().IsNegative() {
			err = refuse(CodeQuotaExhausted, "/quota_id", "issue %s to customer %q from quota %q: its balance is %s; issue less, or ask for more quota",
				money.Fixed(template.FaceValue, template.Currency), to.CustomerID, q.ID, money.Fixed(out.Quota.Balance(), q.Currency))
		}
		var refusal *Refusal
		switch {
		case err == nil:
			out.Quota, out.Coupons = drawn, append(out.Coupons, *issued)
		case errors.As(err, &refusal):
			out.Failed = append(out.Failed, IssueFailure{to.CustomerID, refusal.Code, PublishedCode(refusal.Code), refusal.Message})
		default:
			return nil, err
		}
	}
	return out, nil
}

func checkRecipients(recipients []Recipient) error {
	if len(recipients) == 0 || len(recipients) > issueRecipientsMax {
		return refuse(CodeIssueRecipientsInvalid, "/customer_ids", "issue coupons to %d customers: name 1 to %d", len(recipients), issueRecipientsMax)
	}
	for i, to := range recipients {
		same := func(other Recipient) bool { return other.CustomerID == to.CustomerID || other.CouponID == to.CouponID }
		if slices.ContainsFunc(recipients[:i], same) {
			return refuse(CodeIssueRecipientsInvalid, "/customer_ids/"+strconv.Itoa(i), "customer %q or coupon %q is named twice: name each once", to.CustomerID, to.CouponID)
		}
	}
	return nil
}
