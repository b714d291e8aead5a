package listing

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
)

// remarkOverdrawn says that more was paid with a coupon, or issued from a quota, than there was.
const remarkOverdrawn = "overdrawn"

// couponTypes are what coupons are called, quotaTypes what those of a quota are, by its type.
var (
	couponTypes = map[int]string{events.CouponCash: "cash", events.CouponDiscount: "discount", events.CouponFlexi: "flexi"}
	quotaTypes  = map[int]string{0: "cash", 1: "flexi"}
)

// Coupon is one coupon: face value = balance + spent + forfeited + given back to its quota. State is the stored one, or
// used_up where nothing is left.
type Coupon struct {
	PartnerID  string        `json:"partner_id"`
	CouponID   string        `json:"coupon_id"`
	CustomerID string        `json:"customer_id"`
	QuotaID    string        `json:"quota_id"`
	Type       string        `json:"type"`
	Version    int           `json:"coupon_version"`
	Currency   string        `json:"currency"`
	State      string        `json:"state"`
	FaceValue  events.Amount `json:"face_value"`
	Balance    events.Amount `json:"balance"`
	Spent      events.Amount `json:"spent"`
	Forfeited  events.Amount `json:"forfeited"`
	GivenBack  events.Amount `json:"given_back"`
	Uses       int           `json:"uses"`
	ValidTime  time.Time     `json:"valid_time"`
	ExpireTime time.Time     `json:"expire_time"`
	Remark     string        `json:"remark"`
}

var couponColumns = []table.Column[Coupon]{
	{Name: "partner_id", Of: func(c *Coupon) any { return c.PartnerID }},
	{Name: "coupon_id", Of: func(c *Coupon) any { return c.CouponID }},
	{Name: "customer_id", Of: func(c *Coupon) any { return c.CustomerID }},
	{Name: "quota_id", Of: func(c *Coupon) any { return c.QuotaID }},
	{Name: "type", Of: func(c *Coupon) any { return c.Type }},
	{Name: "coupon_version", Of: func(c *Coupon) any { return c.Version }},
	{Name: "currency", Of: func(c *Coupon) any { return c.Currency }},
	{Name: "state", Of: func(c *Coupon) any { return c.State }},
	{Name: "face_value", Of: func(c *Coupon) any { return c.FaceValue }},
	{Name: "balance", Of: func(c *Coupon) any { return c.Balance }},
	{Name: "spent", Of: func(c *Coupon) any { return c.Spent }},
	{Name: "forfeited", Of: func(c *Coupon) any { return c.Forfeited }},
	{Name: "given_back", Of: func(c *Coupon) any { return c.GivenBack }},
	{Name: "uses", Of: func(c *Coupon) any { return c.Uses }},
	{Name: "valid_time", Of: func(c *Coupon) any { return c.ValidTime }, Only: table.ForMachines},
	{Name: "expire_time", Of: func(c *Coupon) any { return c.ExpireTime }},
	{Name: "remark", Of: func(c *Coupon) any { return c.Remark }},
}

// Coupons lists coupons, of a customer or with "" of all. It needs coupons.
func Coupons(customerID string, limit int) *List[Coupon] {
	return newList(limit, couponColumns, func(p *decision.Partner) (rows []Coupon) {
		for _, c := range p.Coupons.All() {
			if customerID == "" || customerID == c.CustomerID {
				rows = append(rows, coupon(p.ID, c))
			}
		}
		return rows
	})
}

func coupon(partnerID string, c *decision.Coupon) Coupon {
	of := func(d decimal.Decimal) events.Amount { return table.AmountIn(d, string(c.Currency)) }
	return Coupon{PartnerID: partnerID, CouponID: c.ID, CustomerID: c.CustomerID, QuotaID: c.QuotaID, Type: couponTypes[c.Type], Version: c.Version,
		Currency: string(c.Currency), State: string(c.Standing()), FaceValue: of(c.FaceValue), Balance: of(c.Balance()), Spent: of(c.Spent),
		Forfeited: of(c.Forfeited), GivenBack: of(c.GivenBack), Uses: c.Uses, ValidTime: c.ValidTime, ExpireTime: c.ExpireTime,
		Remark: overdrawn(c.Overdrawn())}
}

func overdrawn(by decimal.Decimal) string {
	if by.IsPositive() {
		return remarkOverdrawn
	}
	return ""
}

// Quota is one coupon quota: granted = balance + issued - given back.
type Quota struct {
	PartnerID     string        `json:"partner_id"`
	QuotaID       string        `json:"quota_id"`
	Type          string        `json:"type"`
	Currency      string        `json:"currency"`
	State         string        `json:"state"`
	Granted       events.Amount `json:"granted"`
	Issued        events.Amount `json:"issued"`
	GivenBack     events.Amount `json:"given_back"`
	Balance       events.Amount `json:"balance"`
	EffectiveTime time.Time     `json:"effective_time"`
	ExpireTime    time.Time     `json:"expire_time"`
	Remark        string        `json:"remark"`
}

var quotaColumns = []table.Column[Quota]{
	{Name: "partner_id", Of: func(q *Quota) any { return q.PartnerID }},
	{Name: "quota_id", Of: func(q *Quota) any { return q.QuotaID }},
	{Name: "type", Of: func(q *Quota) any { return q.Type }},
	{Name: "currency", Of: func(q *Quota) any { return q.Currency }},
	{Name: "state", Of: func(q *Quota) any { return q.State }},
	{Name: "granted", Of: func(q *Quota) any { return q.Granted }},
	{Name: "issued", Of: func(q *Quota) any { return q.Issued }},
	{Name: "given_back", Of: func(q *Quota) any { return q.GivenBack }},
	{Name: "balance", Of: func(q *Quota) any { return q.Balance }},
	{Name: "effective_time", Of: func(q *Quota) any { return q.EffectiveTime }, Only: table.ForMachines},
	{Name: "expire_time", Of: func(q *Quota) any { return q.ExpireTime }},
	{Name: "remark", Of: func(q *Quota) any { return q.Remark }},
}

// Quotas lists the quotas that coupons are issued from. It needs quotas.
func Quotas(limit int) *List[Quota] {
	return newList(limit, quotaColumns, func(p *decision.Partner) (rows []Quota) {
		for _, q := range p.Quotas.All() {
			of := func(d decimal.Decimal) events.Amount { return table.AmountIn(d, string(q.Currency)) }
			rows = append(rows, Quota{PartnerID: p.ID, QuotaID: q.ID, Type: quotaTypes[q.Type], Currency: string(q.Currency), State: string(q.State),
				Granted: of(q.Amount), Issued: of(q.Issued), GivenBack: of(q.GivenBack), Balance: of(q.Balance()), EffectiveTime: q.EffectiveTime,
				ExpireTime: q.ExpireTime, Remark: overdrawn(q.Overdrawn())})
		}
		return rows
	})
}
