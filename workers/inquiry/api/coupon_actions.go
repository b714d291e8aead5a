package api

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/inquiry"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/pricing"
)

// Limits of issuing coupons.
const (
	recipientsMax   = 100
	couponLimitsMax = 10

	quotaOfFlexi = 1 // the type of a quota of flexi-purchase coupons
)

type issueCouponsRequest struct {
	Body struct {
		QuotaID      string           `json:"quota_id"`
		CustomerIDs  []string         `json:"customer_ids"`
		FaceValue    *decimal.Decimal `json:"face_value"`
		ValidTime    *time.Time       `json:"valid_time"`
		ExpireTime   *time.Time       `json:"expire_time"`
		ServiceTypes []string         `json:"cloud_service_types"`
		ProductIDs   []string         `json:"product_ids"`
		Memo         string           `json:"memo"`
		ResellerID   string           `json:"indirect_partner_id"`
	} `body:""`
}

type issueCouponsResponse struct {
	Errors  []errorDetail  `json:"error_details"`
	Coupons []issuedSimply `json:"coupon_infos"`
}

type issuedSimply struct {
	CustomerID string `json:"id"`
	CouponID   string `json:"coupon_id"`
}

func (q *issueCouponsRequest) check() error {
	b := &q.Body
	b.ServiceTypes, b.ProductIDs = separated(b.ServiceTypes), separated(b.ProductIDs)
	switch {
	case b.QuotaID == "":
		return missingError("quota_id is mandatory: name the quota to issue from")
	case b.FaceValue == nil:
		return missingError("face_value is mandatory")
	case !b.FaceValue.IsPositive():
		return parameterError("face_value is %s: use more than 0", b.FaceValue)
	case len(b.ServiceTypes) > couponLimitsMax:
		return parameterError("cloud_service_types names %d: name at most %d", len(b.ServiceTypes), couponLimitsMax)
	case len(b.ProductIDs) > couponLimitsMax:
		return parameterError("product_ids names %d: name at most %d", len(b.ProductIDs), couponLimitsMax)
	}
	return distinct("customer_ids", b.CustomerIDs, recipientsMax)
}

// separated splits what clients send as one text with commas.
func separated(list []string) []string {
	var out []string
	for _, text := range list {
		for one := range strings.SplitSeq(text, ",") {
			if one = strings.TrimSpace(one); one != "" {
				out = append(out, one)
			}
		}
	}
	return out
}

// issueCoupons issues a coupon to each customer by an event of its own, so
// that one that may not have it does not keep the others from theirs. Events
// book facts and may overdraw a quota; who only asks gets what it has.
func issueCoupons(ctx context.Context, call *Call, q *issueCouponsRequest) (*issueCouponsResponse, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	quota, recipients, err := call.recipients(ctx, q)
	if err != nil {
		return nil, err
	}
	out := &issueCouponsResponse{Errors: []errorDetail{}, Coupons: []issuedSimply{}}
	evs := make([]*events.Event, len(recipients))
	for i, to := range recipients {
		if evs[i], err = call.issue(q, quota, to); err != nil {
			return nil, err
		}
	}
	known, err := call.intake.Known(ctx, evs...)
	if err != nil {
		return nil, err
	}
	var handed []*events.Event
	var news []pricing.Recipient
	for i, verdict := range known {
		if verdict.Status != "" { // a repetition: what was decided stands
			handed = append(handed, evs[i])
		} else {
			news = append(news, recipients[i])
		}
	}
	if len(news) > 0 {
		template := decision.CouponOf(evs[0].Data.(*events.CouponIssued)) //nolint:forcetypeassert // made above
		planned, err := pricing.IssueCoupons(quota, &template, news, call.At)
		if err != nil {
			return nil, err
		}
		for _, f := range planned.Failed {
			out.Errors = append(out.Errors, errorDetail{Code: f.PublishedCode, Message: f.Message, ID: f.CustomerID})
		}
		for _, c := range planned.Coupons {
			i := slices.IndexFunc(recipients, func(to pricing.Recipient) bool { return to.CouponID == c.ID })
			handed = append(handed, evs[i])
		}
	}
	return out, call.issued(ctx, handed, out)
}

// issued hands the issues in and adds what became of them.
func (c *Call) issued(ctx context.Context, evs []*events.Event, out *issueCouponsResponse) error {
	if len(evs) == 0 {
		return nil
	}
	verdicts, err := c.handIn(ctx, evs...)
	if err != nil {
		return err
	}
	for i, v := range verdicts {
		customerID := evs[i].Data.(*events.CouponIssued).CustomerID //nolint:forcetypeassert // made by issue
		if v.Pending() || v.Accepted() {
			out.Coupons = append(out.Coupons, issuedSimply{CustomerID: customerID, CouponID: evs[i].Subject})
		} else {
			out.Errors = append(out.Errors, detail(customerID, refusedBy(v.Rejection)))
		}
	}
	return nil
}

// recipients returns the quota and who is to get a coupon from it; customers
// that the caller does not have, or may not know of, are without association.
func (c *Call) recipients(ctx context.Context, q *issueCouponsRequest) (quota *decision.Quota, out []pricing.Recipient, err error) {
	return quota, out, c.Read(ctx, func(s *workers.Snapshot, p *decision.Partner) error {
		if err := s.LoadRows(ctx, p, workers.QuotaRows); err != nil {
			return err
		}
		if quota = p.Quotas.Get(q.Body.QuotaID); quota == nil {
			return &inquiry.Error{Code: pricing.PublishedCode(pricing.CodeQuotaNotFound), Message: "quota_id " + quoted(q.Body.QuotaID) + " is no quota of yours: name one that the list of quotas shows"}
		}
		if err := money.Valid(*q.Body.FaceValue, quota.Currency); err != nil {
			return parameterError("face_value: %s", err)
		}
		for _, id := range q.Body.CustomerIDs {
			to := pricing.Recipient{CouponID: c.derive("coupon", id), CustomerID: id, IndirectPartnerID: q.Body.ResellerID}
			a := p.Reference.Customer(id, c.At)
			if _, err := c.scope(p, id, q.Body.ResellerID); err == nil && a != nil {
				to.Association = a.Association
			}
			out = append(out, to)
		}
		return nil
	})
}

// issue makes the event of one coupon. It keeps a balance, as partners'
// coupons do by now, and what is left out is the quota's.
func (c *Call) issue(q *issueCouponsRequest, quota *decision.Quota, to pricing.Recipient) (*events.Event, error) {
	data := &events.CouponIssued{CouponID: to.CouponID, QuotaID: quota.ID, PartnerID: c.Caller.PartnerID, CustomerID: to.CustomerID,
		CouponType: events.CouponCash, IndirectPartnerID: q.Body.ResellerID, CouponVersion: pricing.CouponBalance, FaceValue: q.Body.FaceValue,
		Currency: string(quota.Currency), ValidTime: quota.EffectiveTime, ExpireTime: quota.ExpireTime}
	if quota.Type == quotaOfFlexi {
		data.CouponType, data.CountsForPerformance = events.CouponFlexi, true
	}
	if q.Body.ValidTime != nil {
		data.ValidTime = *q.Body.ValidTime
	}
	if q.Body.ExpireTime != nil {
		data.ExpireTime = *q.Body.ExpireTime
	}
	if len(q.Body.ServiceTypes) > 0 || len(q.Body.ProductIDs) > 0 {
		data.Limits = &events.Limits{CloudServiceTypes: q.Body.ServiceTypes, ProductIDs: q.Body.ProductIDs}
	}
	return c.event("issue", data.CouponID, c.At, data)
}

type reclaimCouponRequest struct {
	Body struct {
		CouponID   string `json:"coupon_id"`
		ResellerID string `json:"indirect_partner_id"`
	} `body:""`
}

func reclaimCoupon(ctx context.Context, call *Call, q *reclaimCouponRequest) (*acknowledged, error) {
	if q.Body.CouponID == "" {
		return nil, missingError("coupon_id is mandatory: name the coupon")
	}
	if !events.ValidID(q.Body.CouponID) {
		return nil, Denied()
	}
	at := call.At
	err := call.Read(ctx, func(s *workers.Snapshot, p *decision.Partner) error {
		if err := s.Load(ctx, p, decision.ScopeOfCoupon(q.Body.CouponID)); err != nil {
			return err
		}
		row := p.Coupons.Get(q.Body.CouponID)
		if row == nil {
			return Denied()
		}
		for _, e := range row.Entries {
			if t := call.behind(e.Event.Time); t.After(at) {
				at = t
			}
		}
		_, err := call.scope(p, row.CustomerID, q.Body.ResellerID)
		return err
	})
	if err != nil {
		return nil, err
	}
	ev, err := call.event("reclaim", q.Body.CouponID, at, &events.CouponReclaimed{CouponID: q.Body.CouponID, PartnerID: call.Caller.PartnerID})
	if err != nil {
		return nil, err
	}
	return call.do(ctx, ev)
}
