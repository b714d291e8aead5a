package inquiry_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/inquiry"
	"github.com/accruald/accruald/workers/site"
)

// issue gives customer C1 coupons of every version and length of validity, and returns their face values.
func (e *engine) issue() map[string]decimal.Decimal {
	faces := map[string]decimal.Decimal{}
	for i := range 4 {
		id := fmt.Sprint("CP", i)
		faces[id] = amounts(1, 90_000).Draw(e.T, "face value")
		e.add("coupon/"+id, id, &events.CouponIssued{CouponID: id, PartnerID: "P100", CustomerID: "C1", CouponType: events.CouponCash,
			CouponVersion: rapid.IntRange(1, 2).Draw(e.T, "version"), FaceValue: ptr(faces[id]), Currency: "CNY",
			ValidTime: e.at.AddDate(-1, 0, 0), ExpireTime: e.at.AddDate(0, 0, rapid.IntRange(2, 40).Draw(e.T, "valid days"))})
	}
	return faces
}

// payWithCoupons pays an order under the discount of an automatic payment with some of the coupons, credit and cash.
func (e *engine) payWithCoupons(partner *decision.Partner, id string, faces map[string]decimal.Decimal, coupons ...string) {
	quote := partner.Orders.Get(id).Quote
	standing, err := partner.Standing(e.Common, "C1", e.at)
	if err != nil {
		e.Fatal(err)
	}
	charge, err := quote.Charge(quote.AutomaticChoice(standing.Book.Site))
	if err != nil {
		e.Fatal(err)
	}
	left := charge.Amount
	var tenders []events.Tender
	take := func(kind, coupon string, most decimal.Decimal) {
		most = decimal.Min(most, left)
		if !most.IsPositive() {
			return
		}
		amount := decimal.New(int64(rapid.IntRange(1, int(most.Shift(2).IntPart())).Draw(e.T, kind)), -2)
		tenders, left = append(tenders, events.Tender{Kind: kind, CouponID: coupon, Amount: amount}), left.Sub(amount)
	}
	for _, coupon := range coupons {
		if rapid.Bool().Draw(e.T, "use "+coupon) {
			take("coupon", coupon, faces[coupon])
		}
	}
	if rapid.Bool().Draw(e.T, "credit") {
		take("credit", "", left)
	}
	if left.IsPositive() {
		tenders = append(tenders, events.Tender{Kind: "cash", Amount: left})
	}
	e.add("paid/"+id, id, &events.OrderPaid{OrderID: id, PartnerID: "P100", PaidBy: "customer", DiscountID: charge.DiscountID, Tenders: tenders})
}

// shown is what a return gives back, as the inquiry and as the order have it.
func shown(refund, consumed, fee decimal.Decimal, coupons []string) string {
	slices.Sort(coupons)
	return fmt.Sprintf("refund %s, consumed %s, fee %s, coupons %q", refund, consumed, fee, coupons)
}

// TestRefundOfCouponsIsQuotedAsDecided: orders and renewals that coupons, credit and cash paid give back what the inquiry
// says, to the money and to each coupon; coupons that are over by then get nothing.
func TestRefundOfCouponsIsQuotedAsDecided(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		e := &engine{T: rt, Memory: decision.NewMemory(site.Default()), at: begin}
		e.publish()
		faces := e.issue()
		partner := e.Partners["P100"]
		order, _ := e.lines()
		e.at = begin.Add(time.Hour)
		e.add("placed", "O1", &events.OrderPlaced{OrderID: "O1", PartnerID: "P100", CustomerID: "C1", OrderType: 1, Lines: order})
		e.payWithCoupons(partner, "O1", faces, "CP0", "CP1")
		e.at = e.at.Add(time.Hour)
		e.add("renewed", "R1", &events.OrderRenewed{OrderID: "R1", PartnerID: "P100", CustomerID: "C1", ResourceIDs: []string{"r-0"}, PeriodType: 2, PeriodNum: 1})
		e.payWithCoupons(partner, "R1", faces, "CP2", "CP3")

		e.at = e.at.Add(time.Duration(rapid.IntRange(1, 25*24).Draw(rt, "hours")) * time.Hour)
		standing, err := partner.Standing(e.Common, "C1", e.at)
		if err != nil {
			rt.Fatal(err)
		}
		kind, profile, family := rapid.IntRange(1, 2).Draw(rt, "unsubscribe"), standing.Book.Site, partner.Family("r-0")
		quoted, err := inquiry.Refund(profile, inquiry.Asker{CustomerID: "C1", At: e.at}, family, partner.FiveDayQuota(profile, family), partner.ValidReturns,
			&inquiry.RefundRequest{ResourceIDs: []string{"r-0"}, UnsubscribeType: kind})
		if err != nil {
			rt.Fatal(err)
		}
		e.add("unsubscribed", "U1", &events.OrderUnsubscribed{OrderID: "U1", PartnerID: "P100", CustomerID: "C1", ResourceIDs: []string{"r-0"}, UnsubscribeType: kind})
		refund := partner.Orders.Get("U1").Refund
		var said, done []string
		for _, c := range quoted.CouponsReturned {
			said = append(said, c.CouponID+" "+c.Amount.String())
		}
		for _, c := range refund.CouponsReturned {
			done = append(done, c.Reference+" "+c.Amount.String())
		}
		want := shown(quoted.RefundAmount.Neg(), quoted.ConsumedAmount.Decimal, quoted.CommissionAmount.Decimal, said)
		if got := shown(refund.Amount, refund.Consumed, refund.Fee, done); got != want {
			rt.Fatalf("quoted %s\ndecided %s", want, got)
		}
	})
}
