package workers

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

// ask lets the oracle decide what was made.
func (h *history) ask(ev *events.Event) {
	h.t.Helper()
	if h.oracle == nil {
		return
	}
	if _, err := h.oracle.Fold(ev, nil); err != nil {
		h.t.Fatalf("fold %s: %v", ev.ID, err)
	}
}

// couponReference grants a quota and issues coupons of several kinds from it to
// each customer: one of them is over when March is.
func (h *history) couponReference(partner string, customers int, from time.Time) {
	if h.oracle == nil {
		return
	}
	year, march := from.AddDate(2, 0, 0), time.Date(2026, 4, 1, 0, 0, 0, 0, shanghai)
	h.add(partner, "quota/"+partner, "Q", &events.CouponQuotaGranted{QuotaID: "Q", PartnerID: partner, Amount: dec("1000.00"), Currency: "CNY", EffectiveTime: from, ExpireTime: year})
	for i := range customers {
		for _, c := range []events.CouponIssued{
			{CouponID: "first", CouponVersion: 2, ExpireTime: year, Limits: &events.Limits{FirstOrder: true}},
			{CouponID: "once", CouponVersion: 1, ExpireTime: year},
			{CouponID: "keeps", CouponVersion: 2, ExpireTime: year},
			{CouponID: "short", CouponVersion: 2, ExpireTime: march},
		} {
			c.CouponID = fmt.Sprintf("%s-C%d", c.CouponID, i)
			c.QuotaID, c.PartnerID, c.CustomerID, c.Currency, c.ValidTime = "Q", partner, fmt.Sprintf("C%d", i), "CNY", from
			c.CouponType, c.FaceValue = 1, ptr(dec("50.00"))
			h.add(partner, "coupon/"+partner+c.CouponID, c.CouponID, &c)
		}
	}
}

// couponTenders pays most orders with a coupon and cash.
func (h *history) couponTenders(partner, orderID string) []events.Tender {
	h.t.Helper()
	if h.oracle == nil || h.rng.IntN(4) == 0 && len(h.placed[partner]) > 2 {
		return nil
	}
	o := h.oracle.Partners[partner].Orders.Get(orderID)
	profile, err := site.Default().Get("cn")
	if o == nil || o.State != decision.OrderPending || err != nil {
		return nil
	}
	charge, err := o.Quote.Charge(o.Quote.AutomaticChoice(profile))
	if err != nil {
		h.t.Fatal(err)
	}
	kind := []string{"first", "once", "keeps", "short"}[h.rng.IntN(4)]
	if len(h.placed[partner]) <= 2 {
		kind = "first"
	}
	amount := decimal.Min(charge.Amount, decimal.New(int64(100+h.rng.IntN(2500)), -2))
	if !amount.IsPositive() || amount.Equal(charge.Amount) {
		return nil
	}
	return []events.Tender{{Kind: "coupon", CouponID: kind + "-" + o.CustomerID, Amount: amount}, {Kind: "cash", Amount: charge.Amount.Sub(amount)}}
}

// sameCoupons compares coupons and quotas, which are no part of the digest,
// and the columns that they are summed by.
func (w *world) sameCoupons() {
	w.t.Helper()
	known, used, firsts := 0, 0, 0
	for id, p := range w.memory.Partners {
		for _, c := range p.Coupons.All() {
			w.compareStrictly("coupon", "coupon_id", id, c.ID, c)
			known++
			used += len(c.Entries)
		}
		for _, q := range p.Quotas.All() {
			w.compareStrictly("coupon_quota", "quota_id", id, q.ID, q)
		}
		for _, in := range p.Inputs.All() {
			if in.FirstOrder != nil {
				firsts++
			}
		}
	}
	var rows, judged int
	var balance decimal.Decimal
	if err := w.pool.QueryRow(w.t.Context(), "select (select count(*) from coupon), (select count(*) from input where first_order is not null), (select sum(q.balance + c.balance) from coupon_quota q join (select partner_id, sum(balance) as balance from coupon group by partner_id) c using (partner_id))").Scan(&rows, &judged, &balance); err != nil {
		w.t.Fatal(err)
	}
	if rows != known || judged != firsts || known == 0 || used == 0 || firsts == 0 {
		w.t.Errorf("%d coupons with %d uses, %d first-order verdicts in memory; %d and %d in the database", known, used, firsts, rows, judged)
	}
	if !balance.IsPositive() || !balance.LessThan(dec("3000")) {
		w.t.Errorf("quotas and coupons have %s left of 3000", balance)
	}
}

func (w *world) compareStrictly(table, column, partnerID, id string, row any) {
	w.t.Helper()
	want, err := decision.Document(row)
	if err != nil {
		w.t.Fatal(err)
	}
	var got string
	err = w.pool.QueryRow(w.t.Context(), fmt.Sprintf("select document::text from %s where partner_id = $1 and %s = $2", table, column), partnerID, id).Scan(&got)
	if err != nil || got != string(want) {
		w.t.Errorf("%s %s of %s: %v\n database %s\n memory   %s", table, id, partnerID, err, got, want)
	}
}
