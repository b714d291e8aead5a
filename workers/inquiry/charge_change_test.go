package inquiry_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/inquiry"
	"github.com/accruald/accruald/workers/site"
)

// TestChangeQuotedIsCharged: what an inquiry says of a larger specification is what its order costs by automatic payment,
// whatever discounts there are and over how many intervals; a smaller one is refused by the inquiry and refunded as an order
// (F32, F33).
func TestChangeQuotedIsCharged(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		e := &engine{T: rt, Memory: decision.NewMemory(site.Default()), at: begin}
		e.publish()
		e.at = begin.Add(time.Hour)
		e.add("placed", "O1", &events.OrderPlaced{OrderID: "O1", PartnerID: "P100", CustomerID: "C1", OrderType: 1, Lines: []events.OrderLine{{LineID: "1", ResourceID: "r-0",
			CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "PR0", Region: "r1", PeriodType: rapid.IntRange(2, 3).Draw(rt, "unit"),
			PeriodNum: rapid.IntRange(1, 3).Draw(rt, "periods"), SubscriptionNum: rapid.IntRange(1, 30).Draw(rt, "quantity")}}})
		e.add("paid", "O1", &events.OrderPaid{OrderID: "O1", PartnerID: "P100", PaidBy: "customer"})
		if rapid.Bool().Draw(rt, "renewed") {
			e.renew(e.Partners["P100"])
		}
		e.at = e.at.Add(time.Duration(rapid.IntRange(1, 10*24*60).Draw(rt, "minutes")) * time.Minute)
		partner := e.Partners["P100"]
		standing, err := partner.Standing(e.Common, "C1", e.at)
		if err != nil {
			rt.Fatal(err)
		}
		spec := rapid.SampledFrom([]string{"PR1", "PR2"}).Draw(rt, "spec")
		quoted, refusal := inquiry.Change(standing.Book, inquiry.Asker{CustomerID: "C1", At: e.at}, partner.Family("r-0"), &inquiry.ChangeRequest{ResourceID: "r-0",
			ProductInfo: &inquiry.ChangeProduct{CloudServiceType: "ec2", ResourceType: "vm", ResourceSpecCode: spec}})
		e.add("changed", "O9", &events.OrderSpecChanged{OrderID: "O9", PartnerID: "P100", CustomerID: "C1", AutoPay: true, ResourceID: "r-0",
			New: events.NewSpec{ResourceSpec: spec}, Apply: "now"})
		if order := partner.Orders.Get("O9"); order.Refund != nil {
			if err := inquiry.ErrorOf(refusal); refusal == nil || err.Reason != "scale_down_inquiry" {
				rt.Fatalf("a smaller specification is answered with %+v, %v", quoted, refusal)
			}
			return
		}
		if refusal != nil {
			rt.Fatal(refusal)
		}
		e.add("change paid", "O9", &events.OrderPaid{OrderID: "O9", PartnerID: "P100", PaidBy: "customer"})
		charge, want := partner.Orders.Get("O9").Payment.Charge, quoted.RatingResult
		for _, pair := range [][2]decimal.Decimal{{charge.Amount, want.Amount.Decimal}, {charge.Official, want.OriginalAmount.Decimal}, {charge.Discount, want.DiscountAmount.Decimal}} {
			if !pair[0].Equal(pair[1]) {
				rt.Fatalf("charged %s - %s = %s, quoted %+v", charge.Official, charge.Discount, charge.Amount, want)
			}
		}
	})
}
