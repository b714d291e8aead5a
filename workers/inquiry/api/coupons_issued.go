package api

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/inquiry"
	"github.com/accruald/accruald/workers/pricing"
)

type listIssuedCouponsRequest struct {
	Page
	CouponID      string     `query:"coupon_id" max:"64" doc:"One coupon."`
	CustomerID    string     `query:"customer_id" max:"64" doc:"Coupons of one customer."`
	OrderID       string     `query:"order_id" max:"64" doc:"Coupons that this order was paid with."`
	Type          int        `query:"coupon_type" enum:"1,4" doc:"1 cash coupon, 4 flexi-purchase coupon."`
	Status        int        `query:"status" enum:"1,2,3,4,5" doc:"1 not activated, 2 to be used, 3 used, 4 expired, 5 reclaimed."`
	CreatedFrom   *time.Time `query:"create_time_begin" format:"date-time" doc:"Issued at or after it."`
	CreatedTo     *time.Time `query:"create_time_end" format:"date-time" doc:"Issued at or before it."`
	EffectiveFrom *time.Time `query:"effective_time_begin" format:"date-time" doc:"Valid from it or later."`
	EffectiveTo   *time.Time `query:"effective_time_end" format:"date-time" doc:"Valid from it or earlier."`
	ExpiresFrom   *time.Time `query:"expire_time_begin" format:"date-time" doc:"Expires at or after it."`
	ExpiresTo     *time.Time `query:"expire_time_end" format:"date-time" doc:"Expires at or before it."`
	ResellerID    string     `query:"indirect_partner_id" max:"64" doc:"Reseller whose customers are meant."`
}

type listIssuedCouponsResponse struct {
	TotalCount int            `json:"total_count"`
	Coupons    []issuedCoupon `json:"user_coupons"`
}

// An issuedCoupon is a coupon as the partner's list shows it.
type issuedCoupon struct {
	ID            string          `json:"coupon_id"`
	Status        int             `json:"status"`
	CustomerID    string          `json:"customer_id"`
	Type          int             `json:"coupon_type"`
	MeasureID     int             `json:"measure_id"`
	FaceValue     inquiry.Number  `json:"face_value"`
	EffectiveTime *string         `json:"effective_time"`
	ExpireTime    *string         `json:"expire_time"`
	OrderID       *string         `json:"order_id"`
	UseLimits     []useLimit      `json:"use_limits"`
	ActiveTime    *string         `json:"active_time"`
	LastUsedTime  *string         `json:"last_used_time"`
	CreateTime    *string         `json:"create_time"`
	Balance       *inquiry.Number `json:"balance"`
	LockOrderID   *string         `json:"lock_order_id"`
	Frozen        string          `json:"is_frozen"`
}

func listIssuedCoupons(ctx context.Context, call *Call, request *listIssuedCouponsRequest) (*listIssuedCouponsResponse, error) {
	out := &listIssuedCouponsResponse{Coupons: []issuedCoupon{}}
	err := call.Read(ctx, func(s *workers.Snapshot, p *decision.Partner) error {
		within, err := call.scope(p, request.CustomerID, request.ResellerID)
		if err != nil {
			return err
		}
		if err := s.LoadCoupons(ctx, p, request.CustomerID); err != nil {
			return err
		}
		rows := slices.DeleteFunc(call.couponsOf(p, within), func(c *coupon) bool { return c.QuotaID == "" || !request.wants(c) })
		out.TotalCount = len(rows)
		for _, c := range window(rows, request.Offset, request.Limit) {
			out.Coupons = append(out.Coupons, issuedCoupon{
				ID: c.ID, Status: c.status, CustomerID: c.CustomerID, Type: c.Type, MeasureID: measureMainUnit, FaceValue: *number(c.FaceValue),
				EffectiveTime: utc(c.ValidTime), ExpireTime: utc(c.ExpireTime), OrderID: orNull(c.lastOrder), UseLimits: useLimits(&c.Limits),
				ActiveTime: utc(c.issued.Time), LastUsedTime: orNull(c.lastUse), CreateTime: utc(c.issued.Time), Balance: c.balance(),
				LockOrderID: orNull(c.LockOrderID), Frozen: c.frozen(),
			})
		}
		return nil
	})
	return out, err
}

func (q *listIssuedCouponsRequest) wants(c *coupon) bool {
	return (q.CouponID == "" || q.CouponID == c.ID) && (q.OrderID == "" || slices.Contains(c.usedBy, q.OrderID)) &&
		(q.Type == 0 || q.Type == c.Type) && (q.Status == 0 || q.Status == c.status) && spanOf(q.CreatedFrom, q.CreatedTo).has(c.issued.Time) &&
		spanOf(q.EffectiveFrom, q.EffectiveTo).has(c.ValidTime) && spanOf(q.ExpiresFrom, q.ExpiresTo).has(c.ExpireTime)
}

// What is done with coupons, as published.
const (
	recordIssued    = "1"
	recordReclaimed = "2"
	recordExpired   = "4"

	resultDone    = "0"
	resultRefused = "-1"
)

type listCouponRecordsRequest struct {
	Page
	Operations []string   `query:"operation_types" max:"2" doc:"1 issued, 2 reclaimed, 4 expired; others do not happen here."`
	QuotaID    string     `query:"quota_id" max:"64" doc:"Of one quota."`
	QuotaType  *int       `query:"quota_type" enum:"0,1" doc:"0 of cash coupons, 1 of flexi-purchase coupons."`
	CouponIDs  []string   `query:"coupon_ids" max:"64" doc:"Of these coupons."`
	CustomerID string     `query:"customer_id" max:"64" doc:"Of one customer."`
	From       *time.Time `query:"operation_time_begin" format:"date-time" doc:"At or after it."`
	To         *time.Time `query:"operation_time_end" format:"date-time" doc:"At or before it."`
	Result     string     `query:"result" doc:"0 done, -1 refused; another value picks all."`
	ResellerID string     `query:"indirect_partner_id" max:"64" doc:"Reseller whose customers are meant."`
}

type listCouponRecordsResponse struct {
	TotalCount int            `json:"total_count"`
	Records    []couponRecord `json:"records"`
}

type couponRecord struct {
	ID         string         `json:"id"`
	Operation  string         `json:"operation_type"`
	QuotaID    *string        `json:"quota_id"`
	QuotaType  *int           `json:"quota_type"`
	CouponID   string         `json:"coupon_id"`
	CustomerID string         `json:"customer_id"`
	Amount     inquiry.Number `json:"operation_amount"`
	Time       *string        `json:"operation_time"`
	Result     string         `json:"result"`
	Remark     *string        `json:"remark"`

	at time.Time
}

func listCouponRecords(ctx context.Context, call *Call, request *listCouponRecordsRequest) (*listCouponRecordsResponse, error) {
	out := &listCouponRecordsResponse{}
	err := call.Read(ctx, func(s *workers.Snapshot, p *decision.Partner) error {
		within, err := call.scope(p, request.CustomerID, request.ResellerID)
		if err != nil {
			return err
		}
		if err := s.LoadCoupons(ctx, p, request.CustomerID); err != nil {
			return err
		}
		if err := s.LoadRows(ctx, p, workers.QuotaRows); err != nil {
			return err
		}
		records := recordsOf(p, call.couponsOf(p, within))
		if request.Result != resultDone {
			refused, err := call.refusedIssues(ctx, s, p, within)
			if err != nil {
				return err
			}
			records = append(records, refused...)
		}
		records = slices.DeleteFunc(records, func(r couponRecord) bool { return !request.wants(&r) })
		slices.SortFunc(records, func(a, b couponRecord) int { return cmp.Or(b.at.Compare(a.at), cmp.Compare(a.ID, b.ID)) })
		out.TotalCount, out.Records = len(records), window(records, request.Offset, request.Limit)
		return nil
	})
	return out, err
}

func (q *listCouponRecordsRequest) wants(r *couponRecord) bool {
	return (len(q.Operations) == 0 || slices.Contains(q.Operations, r.Operation)) && (q.QuotaID == "" || r.QuotaID != nil && *r.QuotaID == q.QuotaID) &&
		(q.QuotaType == nil || r.QuotaType != nil && *r.QuotaType == *q.QuotaType) &&
		(len(q.CouponIDs) == 0 || slices.Contains(q.CouponIDs, r.CouponID)) && spanOf(q.From, q.To).has(r.at) &&
		(q.Result != resultDone && q.Result != resultRefused || r.Result == q.Result)
}

// recordsOf says how coupons were issued, and how they ended.
func recordsOf(p *decision.Partner, rows []*coupon) []couponRecord {
	var out []couponRecord
	for _, c := range rows {
		if c.QuotaID == "" {
			continue
		}
		issued := couponRecord{ID: c.issued.ID, Operation: recordIssued, QuotaID: orNull(c.QuotaID), QuotaType: quotaType(p, c.QuotaID), CouponID: c.ID,
			CustomerID: c.CustomerID, Amount: *number(c.FaceValue), Time: utc(c.issued.Time), Result: resultDone, at: c.issued.Time}
		out = append(out, issued)
		if c.Closed == nil {
			continue
		}
		ended := issued
		ended.ID, ended.Amount, ended.Time, ended.at = c.Closed.Event.ID+"/"+c.ID, *number(c.GivenBack), utc(c.Closed.Event.Time), c.Closed.Event.Time
		ended.Operation = recordReclaimed
		if c.Closed.State == pricing.CouponExpired {
			ended.Operation = recordExpired
		}
		out = append(out, ended)
	}
	return out
}

func quotaType(p *decision.Partner, id string) *int {
	if quota := p.Quotas.Get(id); quota != nil {
		return &quota.Type
	}
	return nil
}

// refusedIssues are the attempts to issue coupons that were refused, with the
// reason as remark.
func (c *Call) refusedIssues(ctx context.Context, s *workers.Snapshot, p *decision.Partner, within scope) ([]couponRecord, error) {
	inputs, err := s.Refused(ctx, p.ID, events.TypeCouponIssued)
	if err != nil {
		return nil, err
	}
	var out []couponRecord
	for i, in := range inputs {
		var data events.CouponIssued
		if json.Unmarshal(in.Payload, &data) != nil || data.FaceValue == nil {
			continue // it was refused for that it could not be read
		}
		a := p.Reference.Association(data.CustomerID)
		if a == nil || !within.has(data.CustomerID, a.IndirectPartnerID) || !c.knows(p, data.CustomerID) {
			continue
		}
		out = append(out, couponRecord{ID: in.ID + "/" + strconv.Itoa(len(inputs)-i), Operation: recordIssued, QuotaID: orNull(data.QuotaID),
			QuotaType: quotaType(p, data.QuotaID), CouponID: data.CouponID, CustomerID: data.CustomerID, Amount: *number(*data.FaceValue),
			Time: utc(in.Time), Result: resultRefused, Remark: orNull(in.Message), at: in.Time})
	}
	return out, nil
}
