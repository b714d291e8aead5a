package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/inquiry"
	"github.com/accruald/accruald/workers/inquiry/access"
	"github.com/accruald/accruald/workers/pricing"
)

// quotas are the lists of what coupons are issued from. A quota is the
// partner's: no event gives a part of one to a reseller, so the lists of those
// are empty.
func quotas() []Operation {
	return []Operation{
		{
			ID: "ListQuotaCoupons", Method: http.MethodPost, Path: "/v2/partners/coupon-quotas/query",
			Summary: "The quotas that the partner issues coupons from.",
			Right:   access.Coupons, Handle: with(listQuotas),
		},
		{
			ID: "ListIssuedCouponQuotas", Method: http.MethodGet, Path: "/v2/partners/issued-coupon-quotas",
			Summary: "Quotas that the partner handed on to resellers: none are.",
			Right:   access.Coupons, Handle: with(listIssuedQuotas),
		},
		{
			ID: "ListCouponQuotasRecords", Method: http.MethodGet, Path: "/v2/partners/coupon-quotas/records",
			Summary: "How quotas were handed on to resellers and taken back: none are.",
			Right:   access.Coupons, Handle: with(listQuotaRecords),
		},
	}
}

// The published states of a quota.
const (
	quotaNormal    = 0
	quotaEnded     = 3 // expired or closed
	quotaAdjusting = 4
	quotaFrozen    = 5
)

func quotaStatus(q *decision.Quota, at time.Time) int {
	switch {
	case q.State == pricing.QuotaClosed || !at.Before(q.ExpireTime):
		return quotaEnded
	case q.State == pricing.QuotaAdjusting:
		return quotaAdjusting
	case q.State == pricing.QuotaFrozen:
		return quotaFrozen
	default:
		return quotaNormal
	}
}

// quotaLimitMax is the published bound of a page of quotas.
const quotaLimitMax = 100

type listQuotasRequest struct {
	Body quotaQuery `body:""`
}

type quotaQuery struct {
	IDs           []string   `json:"quota_ids"`
	Statuses      []int      `json:"quota_status_list"`
	Type          *int       `json:"quota_type"`
	CreatedFrom   *time.Time `json:"create_time_begin"`
	CreatedTo     *time.Time `json:"create_time_end"`
	EffectiveFrom *time.Time `json:"effective_time_begin"`
	EffectiveTo   *time.Time `json:"effective_time_end"`
	ExpiresFrom   *time.Time `json:"expire_time_begin"`
	ExpiresTo     *time.Time `json:"expire_time_end"`
	Offset        *int       `json:"offset"`
	Limit         *int       `json:"limit"`
	ResellerID    string     `json:"indirect_partner_id"`
}

type listQuotasResponse struct {
	TotalCount int     `json:"total_count"`
	Quotas     []quota `json:"quotas"`
}

type quota struct {
	ID             string         `json:"quota_id"`
	Type           int            `json:"quota_type"`
	CreateTime     *string        `json:"create_time"`
	LastUpdateTime *string        `json:"last_update_time"`
	Value          inquiry.Number `json:"quota_value"`
	Status         int            `json:"quota_status"`
	Balance        inquiry.Number `json:"balance"`
	MeasureID      int            `json:"measure_id"`
	Currency       string         `json:"currency"`
	EffectiveTime  *string        `json:"effective_time"`
	ExpireTime     *string        `json:"expire_time"`
	Limits         []quotaLimit   `json:"limit_infos"`

	created time.Time
	row     *decision.Quota
}

type quotaLimit struct {
	Key    string       `json:"limit_key"`
	Values []limitValue `json:"limit_values"`
}

type limitValue struct {
	Value string `json:"value1"`
}

func listQuotas(ctx context.Context, call *Call, request *listQuotasRequest) (*listQuotasResponse, error) {
	q := &request.Body
	offset, limit, err := q.page()
	if err != nil {
		return nil, err
	}
	out := &listQuotasResponse{Quotas: []quota{}}
	err = call.Read(ctx, func(s *workers.Snapshot, p *decision.Partner) error {
		within, err := call.scope(p, "", q.ResellerID)
		if err != nil {
			return err
		}
		if within.reseller == nil || *within.reseller != "" {
			return nil // resellers have none
		}
		if err := s.LoadRows(ctx, p, workers.QuotaRows); err != nil {
			return err
		}
		rows := slices.DeleteFunc(quotasOf(p, call.At), func(one quota) bool { return !q.wants(&one) })
		out.TotalCount, out.Quotas = len(rows), window(rows, offset, limit)
		return nil
	})
	return out, err
}

func (q *quotaQuery) page() (offset, limit int, err error) {
	limit = 10
	if q.Offset != nil {
		offset = *q.Offset
	}
	if q.Limit != nil {
		limit = *q.Limit
	}
	switch {
	case offset < 0:
		return 0, 0, parameterError("offset is %d: use at least 0", offset)
	case limit < 1 || limit > quotaLimitMax:
		return 0, 0, parameterError("limit is %d: use 1 to %d", limit, quotaLimitMax)
	}
	return offset, limit, nil
}

func (q *quotaQuery) wants(one *quota) bool {
	return (len(q.IDs) == 0 || slices.Contains(q.IDs, one.ID)) && (len(q.Statuses) == 0 || slices.Contains(q.Statuses, one.Status)) &&
		(q.Type == nil || *q.Type == one.Type) && spanOf(q.CreatedFrom, q.CreatedTo).has(one.created) &&
		spanOf(q.EffectiveFrom, q.EffectiveTo).has(one.row.EffectiveTime) && spanOf(q.ExpiresFrom, q.ExpiresTo).has(one.row.ExpireTime)
}

// quotasOf lists the quotas, the one that was granted last first.
func quotasOf(p *decision.Partner, at time.Time) []quota {
	first, last := map[string]time.Time{}, map[string]time.Time{}
	for _, ev := range p.Reference.Accepted(events.TypeCouponQuotaGranted, events.TypeCouponQuotaStateChanged) {
		if known, found := first[ev.Subject]; !found || ev.Time.Before(known) {
			first[ev.Subject] = ev.Time
		}
		if ev.Time.After(last[ev.Subject]) {
			last[ev.Subject] = ev.Time
		}
	}
	var out []quota
	for _, row := range p.Quotas.All() {
		one := quota{ID: row.ID, Type: row.Type, CreateTime: utc(first[row.ID]), LastUpdateTime: utc(last[row.ID]), Value: *number(row.Amount),
			Status: quotaStatus(row, at), Balance: *number(row.Balance()), MeasureID: measureMainUnit, Currency: string(row.Currency),
			EffectiveTime: utc(row.EffectiveTime), ExpireTime: utc(row.ExpireTime), Limits: []quotaLimit{}, created: first[row.ID], row: row}
		for _, l := range useLimits(&row.Limits) {
			one.Limits = append(one.Limits, quotaLimit{Key: l.Key, Values: []limitValue{{Value: l.Value}}})
		}
		out = append(out, one)
	}
	slices.SortFunc(out, func(a, b quota) int { return cmp.Or(b.created.Compare(a.created), cmp.Compare(a.ID, b.ID)) })
	return out
}

type listIssuedQuotasRequest struct {
	Page
	QuotaID       string `query:"quota_id" max:"64" doc:"A reseller's quota."`
	ParentQuotaID string `query:"parent_quota_id" max:"64" doc:"The quota that it is a part of."`
	ResellerID    string `query:"indirect_partner_id" max:"64" doc:"Reseller whose quotas are meant."`
}

type listIssuedQuotasResponse struct {
	TotalCount int     `json:"total_count"`
	Quotas     []quota `json:"quotas"`
}

func listIssuedQuotas(ctx context.Context, call *Call, request *listIssuedQuotasRequest) (*listIssuedQuotasResponse, error) {
	return &listIssuedQuotasResponse{Quotas: []quota{}}, call.mayAskOf(ctx, request.ResellerID)
}

type listQuotaRecordsRequest struct {
	Page
	QuotaID       string     `query:"quota_id" max:"64" doc:"A reseller's quota."`
	ParentQuotaID string     `query:"parent_quota_id" max:"64" doc:"The quota that it is a part of."`
	ResellerID    string     `query:"indirect_partner_id" max:"64" doc:"Reseller whose quotas are meant."`
	Operation     string     `query:"operation_type" enum:"10,11" doc:"10 handed on, 11 taken back."`
	From          *time.Time `query:"operation_time_begin" format:"date-time" doc:"At or after it."`
	To            *time.Time `query:"operation_time_end" format:"date-time" doc:"At or before it."`
}

type listQuotaRecordsResponse struct {
	TotalCount int           `json:"total_count"`
	Records    []quotaRecord `json:"records"`
}

// A quotaRecord would be one step of handing a quota on.
type quotaRecord struct {
	ID            string         `json:"id"`
	Operation     string         `json:"operation_type"`
	QuotaID       string         `json:"quota_id"`
	ParentQuotaID string         `json:"parent_quota_id"`
	Amount        inquiry.Number `json:"amount"`
	Time          string         `json:"operation_time"`
	Result        string         `json:"result"`
	ResellerID    string         `json:"indirect_partner_id"`
}

func listQuotaRecords(ctx context.Context, call *Call, request *listQuotaRecordsRequest) (*listQuotaRecordsResponse, error) {
	return &listQuotaRecordsResponse{Records: []quotaRecord{}}, call.mayAskOf(ctx, request.ResellerID)
}

// mayAskOf refuses a question about another reseller than the caller.
func (c *Call) mayAskOf(ctx context.Context, resellerID string) error {
	p, err := c.Partner(ctx)
	if err != nil {
		return err
	}
	_, err = c.scope(p, "", resellerID)
	return err
}
