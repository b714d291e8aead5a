package summary

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
)

// remarkOverdrawn says that more was paid with a coupon, or issued from a quota, than there was.
const remarkOverdrawn = "overdrawn"

var couponTypes = map[int]string{events.CouponCash: "cash", events.CouponDiscount: "discount", events.CouponFlexi: "flexi"}

// A CouponFilter says which coupons are listed; what is empty keeps none out.
type CouponFilter struct{ PartnerID, CustomerID string }

// CouponList is what `accruald coupons` shows: coupons by partner and id, and their sums by currency.
type CouponList struct {
	Coupons []CouponRow `json:"coupons"`
	Sums    []CouponSum `json:"sums"`

	filter CouponFilter
	sums   map[string]*couponSums
}

// CouponRow is one coupon: face value = balance + spent + forfeited + given back to its quota. State is the stored one,
// or used_up where nothing is left.
type CouponRow struct {
	PartnerID  string        `json:"partner_id"`
	CouponID   string        `json:"coupon_id"`
	CustomerID string        `json:"customer_id"`
	QuotaID    string        `json:"quota_id,omitzero"`
	Type       string        `json:"type"`
	Version    int           `json:"coupon_version"`
	Currency   string        `json:"currency"`
	FaceValue  events.Amount `json:"face_value"`
	Balance    events.Amount `json:"balance"`
	Spent      events.Amount `json:"spent"`
	Forfeited  events.Amount `json:"forfeited"`
	GivenBack  events.Amount `json:"given_back"`
	Uses       int           `json:"uses"`
	State      string        `json:"state"`
	ValidTime  time.Time     `json:"valid_time"`
	ExpireTime time.Time     `json:"expire_time"`
	Remark     string        `json:"remark,omitzero"`
}

// CouponSum sums the listed coupons of one currency.
type CouponSum struct {
	Currency  string        `json:"currency"`
	Coupons   int           `json:"coupons"`
	FaceValue events.Amount `json:"face_value"`
	Balance   events.Amount `json:"balance"`
	Spent     events.Amount `json:"spent"`
	Forfeited events.Amount `json:"forfeited"`
	GivenBack events.Amount `json:"given_back"`
}

type couponSums struct {
	count                                  int
	face, balance, spent, forfeited, given decimal.Decimal
}

// NewCouponList returns a list of nothing.
func NewCouponList(f CouponFilter) *CouponList {
	return &CouponList{Coupons: []CouponRow{}, Sums: []CouponSum{}, filter: f, sums: map[string]*couponSums{}}
}

// MemoryCoupons lists what an engine holds.
func MemoryCoupons(m *decision.Memory, f CouponFilter) *CouponList {
	l := NewCouponList(f)
	for id, p := range m.Partners {
		for _, c := range p.Coupons.All() {
			l.Add(id, c)
		}
	}
	return l.Sorted()
}

// Add lists a coupon if the filter lets it through.
func (l *CouponList) Add(partnerID string, c *decision.Coupon) {
	f, currency := l.filter, string(c.Currency)
	if f.PartnerID != "" && f.PartnerID != partnerID || f.CustomerID != "" && f.CustomerID != c.CustomerID {
		return
	}
	of := func(d decimal.Decimal) events.Amount { return table.AmountIn(d, currency) }
	row := CouponRow{PartnerID: partnerID, CouponID: c.ID, CustomerID: c.CustomerID, QuotaID: c.QuotaID, Type: couponTypes[c.Type], Version: c.Version,
		Currency: currency, FaceValue: of(c.FaceValue), Balance: of(c.Balance()), Spent: of(c.Spent), Forfeited: of(c.Forfeited), GivenBack: of(c.GivenBack),
		Uses: c.Uses, State: string(c.Standing()), ValidTime: c.ValidTime, ExpireTime: c.ExpireTime}
	if c.Overdrawn().IsPositive() {
		row.Remark = remarkOverdrawn
	}
	l.Coupons = append(l.Coupons, row)
	s := l.sums[currency]
	if s == nil {
		s = &couponSums{}
		l.sums[currency] = s
	}
	s.count++
	s.face, s.balance, s.spent = s.face.Add(c.FaceValue), s.balance.Add(c.Balance()), s.spent.Add(c.Spent)
	s.forfeited, s.given = s.forfeited.Add(c.Forfeited), s.given.Add(c.GivenBack)
}

// Sorted brings the list into its order and sums it up.
func (l *CouponList) Sorted() *CouponList {
	slices.SortFunc(l.Coupons, func(a, b CouponRow) int {
		return cmp.Or(cmp.Compare(a.PartnerID, b.PartnerID), cmp.Compare(a.CouponID, b.CouponID))
	})
	l.Sums = l.Sums[:0]
	for _, currency := range slices.Sorted(maps.Keys(l.sums)) {
		s, of := l.sums[currency], func(d decimal.Decimal) events.Amount { return table.AmountIn(d, currency) }
		l.Sums = append(l.Sums, CouponSum{Currency: currency, Coupons: s.count, FaceValue: of(s.face), Balance: of(s.balance), Spent: of(s.spent),
			Forfeited: of(s.forfeited), GivenBack: of(s.given)})
	}
	return l
}

// WriteText writes the list as a person reads it.
func (l *CouponList) WriteText(w io.Writer) error {
	var t text
	rows := [][]string{{"partner", "coupon", "customer", "quota", "type", "currency", "state", "face value", "balance", "spent", "forfeited", "given back", "uses", "valid until", "remark"}}
	for _, c := range l.Coupons {
		rows = append(rows, []string{c.PartnerID, c.CouponID, c.CustomerID, c.QuotaID, fmt.Sprintf("%s, version %d", c.Type, c.Version), c.Currency, c.State,
			table.Amount(c.FaceValue), table.Amount(c.Balance), table.Amount(c.Spent), table.Amount(c.Forfeited), table.Amount(c.GivenBack), table.Number(c.Uses), c.ExpireTime.Format(time.RFC3339), c.Remark})
	}
	for _, s := range l.Sums {
		rows = append(rows, []string{"sum of " + table.Number(s.Coupons), "", "", "", "", s.Currency, "", table.Amount(s.FaceValue), table.Amount(s.Balance), table.Amount(s.Spent),
			table.Amount(s.Forfeited), table.Amount(s.GivenBack), "", "", ""})
	}
	t.Rows(rows, "lllllllrrrrrrll")
	t.Line("\nFace value = balance + spent + forfeited + given back.")
	return t.Write(w)
}
