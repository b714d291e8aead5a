package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/inquiry"
	"github.com/accruald/accruald/workers/inquiry/access"
	"github.com/accruald/accruald/workers/pricing"
)

// coupons are the lists of coupons, and what is done with them.
func coupons() []Operation {
	return []Operation{
		{
			ID: "ListSubCustomerCoupons", Method: http.MethodGet, Path: "/v2/promotions/benefits/coupons",
			Summary: "Coupons of the caller, or of the customers that it sees.",
			Right:   access.CustomerCoupons, Handle: with(listCoupons),
		},
		{
			ID: "ListIssuedPartnerCoupons", Method: http.MethodGet, Path: "/v2/promotions/benefits/partner-coupons",
			Summary: "Coupons that the partner issued from its quotas.",
			Right:   access.Coupons, Handle: with(listIssuedCoupons),
		},
		{
			ID: "ListPartnerCouponsRecord", Method: http.MethodGet, Path: "/v2/promotions/benefits/partner-coupons/records/query",
			Summary: "How coupons were issued and taken back, refused attempts among it.",
			Right:   access.Coupons, Handle: with(listCouponRecords),
		},
		{
			ID: "CreatePartnerCoupons", Method: http.MethodPost, Path: "/v2/promotions/benefits/partner-coupons",
			Summary: "Issues a coupon from a quota to each of some customers.",
			Right:   access.CouponActions, Writes: true, Handle: with(issueCoupons),
		},
		{
			ID: "ReclaimPartnerCoupons", Method: http.MethodPost, Path: "/v2/promotions/benefits/partner-coupons/reclaim",
			Summary: "Takes what is left of a coupon back into its quota.",
			Right:   access.CouponActions, Writes: true, Handle: with(reclaimCoupon),
		},
	}
}

// The published states of a coupon. One that is frozen, or not valid yet, is
// to be used; its members say so.
const (
	couponToUse     = 2
	couponUsed      = 3
	couponExpired   = 4
	couponReclaimed = 5
)

func couponStatus(c *pricing.Coupon, at time.Time) int {
	switch c.StateAt(at) {
	case pricing.CouponUsedUp:
		return couponUsed
	case pricing.CouponExpired:
		return couponExpired
	case pricing.CouponReclaimed:
		return couponReclaimed
	default:
		return couponToUse
	}
}

// A coupon is a row with what the published lists say beside it.
type coupon struct {
	*decision.Coupon
	status             int
	issued             *events.Event
	lastUse, lastOrder string
	usedBy             []string // orders that it paid for
}

// couponsOf lists the coupons in a scope as of the call, by the time of issue,
// the latest first. Their rows are loaded.
func (c *Call) couponsOf(p *decision.Partner, s scope) []*coupon {
	issued := map[string]*events.Event{}
	for _, ev := range p.Reference.Accepted(events.TypeCouponIssued) {
		issued[ev.Subject] = ev
	}
	var out []*coupon
	for _, row := range p.Coupons.All() {
		reseller := row.IndirectPartnerID
		if a := p.Reference.Association(row.CustomerID); reseller == "" && a != nil {
			reseller = a.IndirectPartnerID
		}
		if !s.has(row.CustomerID, reseller) || issued[row.ID] == nil || !c.knows(p, row.CustomerID) {
			continue
		}
		one := &coupon{Coupon: row, status: couponStatus(&row.Coupon, c.At), issued: issued[row.ID]}
		var last time.Time
		for _, e := range row.Entries {
			if e.Of != "" {
				continue
			}
			one.usedBy = append(one.usedBy, e.OrderID)
			if !e.Event.Time.Before(last) {
				last, one.lastOrder = e.Event.Time, e.OrderID
			}
		}
		if at := utc(last); at != nil {
			one.lastUse = *at
		}
		out = append(out, one)
	}
	slices.SortFunc(out, func(a, b *coupon) int {
		return cmp.Or(b.issued.Time.Compare(a.issued.Time), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// balance is null for a coupon that is used once.
func (c *coupon) balance() *inquiry.Number {
	if c.Version == pricing.CouponOnce {
		return nil
	}
	return number(c.Balance())
}

func (c *coupon) frozen() string {
	if c.State == pricing.CouponFrozen {
		return "1"
	}
	return "0"
}

// A useLimit is one restriction of a coupon: its key is the contract's name.
type useLimit struct {
	Key   string `json:"limit_key"`
	Value string `json:"value1"`
}

func useLimits(l *pricing.Limits) []useLimit {
	out := []useLimit{}
	add := func(key, value string) {
		if value != "" {
			out = append(out, useLimit{Key: key, Value: value})
		}
	}
	add("cloud_service_types", strings.Join(l.ServiceTypes, ","))
	add("product_ids", strings.Join(l.ProductIDs, ","))
	add("order_kinds", strings.Join(l.OrderKinds, ","))
	var nums []string
	for _, n := range l.PeriodNums {
		nums = append(nums, strconv.Itoa(n))
	}
	add("period_nums", strings.Join(nums, ","))
	if l.FirstOrder {
		add("first_order", "true")
	}
	if l.MinAmount != nil {
		add("min_amount", l.MinAmount.String())
	}
	if l.MaxUses > 0 {
		add("max_uses", strconv.Itoa(l.MaxUses))
	}
	for _, together := range []struct {
		key  string
		said *bool
	}{
		{"simultaneousUseWithEmpowerDiscount", l.WithPartnerDiscount}, {"simultaneousUseWithContractDiscount", l.WithContractDiscount},
		{"simultaneousUseWithPromotionDiscount", l.WithPromotionDiscount},
	} {
		if together.said != nil {
			add(together.key, map[bool]string{true: "1", false: "0"}[*together.said])
		}
	}
	if l.MinPayRatio != nil {
		add("minConsumeDiscount", l.MinPayRatio.String())
	}
	return out
}

type listCouponsRequest struct {
	Page
	CouponID   string     `query:"coupon_id" max:"64" doc:"One coupon."`
	OrderID    string     `query:"order_id" max:"64" doc:"Coupons that this order was paid with."`
	PlanID     string     `query:"promotion_plan_id" max:"64" doc:"Promotion plan; no coupon here has one."`
	Type       int        `query:"coupon_type" enum:"1,2,3,4" doc:"1 cash coupon, 2 discount coupon, 3 product coupon, 4 flexi-purchase coupon."`
	Status     int        `query:"status" enum:"1,2,3,4,5" doc:"1 not activated, 2 to be used, 3 used, 4 expired, 5 reclaimed."`
	From       *time.Time `query:"active_start_time" format:"date-time" doc:"Issued at or after it."`
	To         *time.Time `query:"active_end_time" format:"date-time" doc:"Issued at or before it."`
	SourceID   string     `query:"source_id" max:"64" doc:"Who issued it: a partner's id."`
	ResellerID string     `query:"indirect_partner_id" max:"64" doc:"Reseller whose customers are meant."`
}

type listCouponsResponse struct {
	Count   int              `json:"count"`
	Coupons []customerCoupon `json:"user_coupons"`
}

// A customerCoupon is a coupon as its holder's list shows it.
type customerCoupon struct {
	ID           string          `json:"coupon_id"`
	Status       int             `json:"status"`
	CustomerID   string          `json:"customer_id"`
	Type         int             `json:"coupon_type"`
	MeasureID    int             `json:"measure_id"`
	FaceValue    inquiry.Number  `json:"face_value"`
	ValidTime    *string         `json:"valid_time"`
	ExpireTime   *string         `json:"expire_time"`
	OrderID      *string         `json:"order_id"`
	UseLimits    []useLimit      `json:"use_limits"`
	ActiveTime   *string         `json:"active_time"`
	LastUsedTime *string         `json:"reserve_time"`
	CreateTime   *string         `json:"create_time"`
	Version      int             `json:"coupon_version"`
	Balance      *inquiry.Number `json:"balance"`
	LockOrderID  *string         `json:"lock_order_id"`
	Frozen       string          `json:"is_frozen"`
	Currency     string          `json:"currency"`
	SourceID     *string         `json:"source_id"`
}

func listCoupons(ctx context.Context, call *Call, request *listCouponsRequest) (*listCouponsResponse, error) {
	out := &listCouponsResponse{}
	err := call.Read(ctx, func(s *workers.Snapshot, p *decision.Partner) error {
		within, err := call.scope(p, "", request.ResellerID)
		if err != nil {
			return err
		}
		if err := s.LoadCoupons(ctx, p, call.Caller.CustomerID); err != nil {
			return err
		}
		rows := slices.DeleteFunc(call.couponsOf(p, within), func(c *coupon) bool { return !request.wants(p.ID, c) })
		out.Count = len(rows)
		for _, c := range window(rows, request.Offset, request.Limit) {
			out.Coupons = append(out.Coupons, customerCouponOf(p.ID, c))
		}
		return nil
	})
	out.Coupons = append([]customerCoupon{}, out.Coupons...)
	return out, err
}

func (q *listCouponsRequest) wants(partnerID string, c *coupon) bool {
	return (q.CouponID == "" || q.CouponID == c.ID) && (q.OrderID == "" || slices.Contains(c.usedBy, q.OrderID)) && q.PlanID == "" &&
		(q.Type == 0 || q.Type == c.Type) && (q.Status == 0 || q.Status == c.status) && spanOf(q.From, q.To).has(c.issued.Time) &&
		(q.SourceID == "" || c.source(partnerID) == q.SourceID)
}

// source is the partner that issued the coupon; of the vendor's nothing is
// known.
func (c *coupon) source(partnerID string) string {
	if c.QuotaID == "" {
		return ""
	}
	return partnerID
}

func customerCouponOf(partnerID string, c *coupon) customerCoupon {
	return customerCoupon{
		ID: c.ID, Status: c.status, CustomerID: c.CustomerID, Type: c.Type, MeasureID: measureMainUnit, FaceValue: *number(c.FaceValue),
		ValidTime: utc(c.ValidTime), ExpireTime: utc(c.ExpireTime), OrderID: orNull(c.lastOrder), UseLimits: useLimits(&c.Limits),
		ActiveTime: utc(c.issued.Time), LastUsedTime: orNull(c.lastUse), CreateTime: utc(c.issued.Time), Version: c.Version, Balance: c.balance(),
		LockOrderID: orNull(c.LockOrderID), Frozen: c.frozen(), Currency: string(c.Currency), SourceID: orNull(c.source(partnerID)),
	}
}
