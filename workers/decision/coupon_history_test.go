package decision_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/pricing"
	"github.com/accruald/accruald/workers/site"
)

// couponReference grants a quota and issues coupons from it to the resale
// customers: one that is used once, one that keeps a balance, a flexi coupon,
// and one that is over when March is.
func (h *history) couponReference(from time.Time) {
	year, march := from.AddDate(2, 0, 0), time.Date(2026, 4, 1, 0, 0, 0, 0, shanghai)
	h.add("quota/Q", "Q", &events.CouponQuotaGranted{QuotaID: "Q", PartnerID: "P100", Amount: dec("1000.00"), Currency: "CNY", EffectiveTime: from, ExpireTime: year})
	for i := range 3 {
		for _, c := range []events.CouponIssued{
			{CouponID: "once", CouponType: 1, CouponVersion: 1, FaceValue: ptr(dec("20.00")), ExpireTime: year},
			{CouponID: "keeps", CouponType: 1, CouponVersion: 2, FaceValue: ptr(dec("60.00")), ExpireTime: year, Limits: &events.Limits{MaxUses: 4}},
			{CouponID: "flexi", CouponType: 4, CouponVersion: 2, FaceValue: ptr(dec("300.00")), ExpireTime: year, CountsForPerformance: i == 0},
			{CouponID: "short", CouponType: 1, CouponVersion: 2, FaceValue: ptr(dec("35.01")), ExpireTime: march},
		} {
			c.CouponID = fmt.Sprintf("%s-C%d", c.CouponID, i)
			c.QuotaID, c.PartnerID, c.CustomerID, c.Currency, c.ValidTime = "Q", "P100", fmt.Sprintf("C%d", i), "CNY", from
			h.add("coupon/"+c.CouponID, c.CouponID, &c)
		}
	}
}

// couponTenders pays every other order of a customer of the quota with one to
// three coupons and cash, as much as they may bear or too much.
func (h *history) couponTenders(orderID string) []events.Tender {
	p := h.oracle.Partners["P100"]
	if p == nil || h.flat {
		return nil
	}
	o := p.Orders.Get(orderID)
	if o == nil || o.State != decision.OrderPending || o.CustomerID == "C3" || h.rng.IntN(2) == 0 {
		return nil
	}
	profile, err := site.Default().Get("cn")
	if err != nil {
		h.t.Fatal(err)
	}
	charge, err := o.Quote.Charge(o.Quote.AutomaticChoice(profile))
	if err != nil {
		h.t.Fatal(err)
	}
	left := charge.Amount
	var out []events.Tender
	kinds := []string{"once", "keeps", "short", "flexi"}
	h.rng.Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
	for _, kind := range kinds[:1+h.rng.IntN(3)] {
		id := kind + "-" + o.CustomerID
		amount := decimal.Min(left, p.Coupons.Get(id).FaceValue)
		if h.rng.IntN(3) > 0 { // a part
			amount = decimal.Min(amount, decimal.New(int64(1+h.rng.IntN(2500)), -2))
		}
		if !amount.IsPositive() {
			break
		}
		tender := events.Tender{Kind: "coupon", CouponID: id, Amount: amount}
		if kind == "flexi" {
			tender.Kind = "flexi_coupon"
		}
		left = left.Sub(amount)
		out = append(out, tender)
	}
	if left.IsPositive() {
		rest := []string{"cash", "credit"}[h.rng.IntN(2)]
		out = append(out, events.Tender{Kind: rest, Amount: left})
	}
	return out
}

// couponRows shows the rows that are no part of the digest but of the law.
func couponRows(t testing.TB, m *decision.Memory) (out string) {
	t.Helper()
	for _, p := range m.Partners {
		for _, c := range p.Coupons.All() {
			doc, err := decision.Document(c)
			if err != nil {
				t.Fatal(err)
			}
			out += string(doc)
		}
		for _, q := range p.Quotas.All() {
			doc, err := decision.Document(q)
			if err != nil {
				t.Fatal(err)
			}
			out += string(doc)
		}
	}
	return out
}

// checkCoupons holds coupons to what their orders paid with them, and quotas
// to their coupons.
func checkCoupons(t testing.TB, p *decision.Partner, ev *events.Event) {
	t.Helper()
	spent := map[string]decimal.Decimal{}
	for _, o := range p.Orders.All() {
		if o.Payment == nil {
			continue
		}
		for _, s := range o.Payment.Slices {
			if s.Kind == pricing.TenderCoupon || s.Kind == pricing.TenderFlexiCoupon {
				spent[s.Reference] = spent[s.Reference].Add(s.Amount).Sub(s.Refunded)
			}
		}
	}
	issued, back := map[string]decimal.Decimal{}, map[string]decimal.Decimal{}
	for _, c := range p.Coupons.All() {
		if !c.Spent.Equal(spent[c.ID]) || c.Forfeited.IsNegative() || c.GivenBack.IsNegative() || c.Uses < 0 {
			t.Fatalf("after %s: orders paid %s with coupon %s, it is %+v", ev.ID, spent[c.ID], c.ID, c)
		}
		if c.Closed != nil && c.Balance().IsPositive() && c.QuotaID != "" {
			t.Fatalf("after %s: coupon %s is %s and keeps %s", ev.ID, c.ID, c.State, c.Balance())
		}
		issued[c.QuotaID], back[c.QuotaID] = issued[c.QuotaID].Add(c.FaceValue), back[c.QuotaID].Add(c.GivenBack)
	}
	for _, q := range p.Quotas.All() {
		if !q.Issued.Equal(issued[q.ID]) || !q.GivenBack.Equal(back[q.ID]) {
			t.Fatalf("after %s: coupons of quota %s come to %s, %s came back; it is %+v", ev.ID, q.ID, issued[q.ID], back[q.ID], q)
		}
	}
}

// couponStep freezes, releases or reclaims a coupon, changes the quota's state,
// grants more of it, or issues from it.
func (o *operator) couponStep() {
	c := pickOf(o.history, o.m.Partners["P100"].Coupons.All())
	switch id := o.id("coupon-step"); o.rng.IntN(7) {
	case 0:
		o.add(id, c.ID, &events.CouponReclaimed{CouponID: c.ID})
	case 1:
		o.add(id, c.ID, &events.CouponStateChanged{CouponID: c.ID, Status: "frozen"})
	case 2:
		o.add(id, c.ID, &events.CouponStateChanged{CouponID: c.ID, Status: "normal"})
	case 3:
		o.add(id, "Q", &events.CouponQuotaStateChanged{QuotaID: "Q", Status: pickOf(o.history, []string{"normal", "frozen", "adjusting"})})
	case 4:
		o.add(id, "Q", &events.CouponQuotaGranted{QuotaID: "Q", PartnerID: "P100", Amount: dec("100.00"), Currency: "CNY", EffectiveTime: o.at.AddDate(-1, 0, 0), ExpireTime: o.at.AddDate(1, 0, 0)})
	default:
		o.add(id, id, &events.CouponIssued{CouponID: id, QuotaID: "Q", PartnerID: "P100", CustomerID: fmt.Sprintf("C%d", o.rng.IntN(4)), CouponType: 1, CouponVersion: 2,
			FaceValue: ptr(dec("15.00")), Currency: "CNY", ValidTime: o.at, ExpireTime: o.at.AddDate(0, 1, 0)})
	}
}
