package inquiry_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/inquiry"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/site"
)

// meters adds a product that is billed by use, at one price or in bands.
func (e *engine) meters(unit string) {
	row := events.PriceRow{ChargingMode: "on_demand", UsageFactor: "Duration", UsageMeasureID: 4, Amount: ptr(decimal.New(int64(rapid.IntRange(1, 99_999).Draw(e.T, "price")), -5))}
	if rapid.Bool().Draw(e.T, "tiers") {
		row.Mode = rapid.SampledFrom([]string{"graduated", "volume"}).Draw(e.T, "tier mode")
		row.Bands = []events.PriceBand{{UpTo: ptr(decimal.New(3, 0)), Amount: *row.Amount}, {Amount: decimal.New(int64(rapid.IntRange(0, 999).Draw(e.T, "upper price")), -4)}}
		row.Amount = nil
	}
	e.add("product/USE", "USE", &events.ProductPublished{ProductID: "USE", Names: events.Names{EnUS: "by use"}, CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "use", Region: "r1",
		Currency: "CNY", Channel: "vendor", EffectiveTime: e.at.AddDate(-1, 0, 0), Prices: []events.PriceRow{row}, Metering: &events.Metering{Unit: unit, Settle: "hour", Accumulate: "none"}})
}

// TestUsageQuotedIsCharged: what an inquiry says of a usage is what its settlement comes to, before what is erased of it.
func TestUsageQuotedIsCharged(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		e := &engine{T: rt, Memory: decision.NewMemory(site.Default()), at: begin}
		e.publish()
		e.meters(rapid.SampledFrom([]string{"second", "hour"}).Draw(rt, "unit"))
		minutes := rapid.IntRange(1, 59).Draw(rt, "minutes")
		used := decimal.New(int64(rapid.IntRange(0, 900_000).Draw(rt, "used")), -5)
		from := begin.Add(time.Hour)
		partner := e.Partners["P100"]
		standing, err := partner.Standing(e.Common, "C1", from)
		if err != nil {
			rt.Fatal(err)
		}
		quoted, err := inquiry.OnDemand(standing.Book, inquiry.Asker{CustomerID: "C1", At: from}, &inquiry.OnDemandRequest{InquiryPrecision: ptr(1), ProductInfos: []inquiry.OnDemandProduct{{ID: "1",
			CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "use", Region: "r1", UsageFactor: "Duration", UsageValue: &used, UsageMeasureID: 4, SubscriptionNum: 1}}})
		if err != nil {
			rt.Fatal(err)
		}
		e.at = from.Add(time.Duration(minutes) * time.Minute)
		e.add("use", "u-0", &events.UsageMetered{PartnerID: "P100", CustomerID: "C1", ResourceID: "u-0", CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "use", Region: "r1",
			UsageFactor: "Duration", UsageValue: used, UsageMeasureID: 4, Window: events.Window{From: from, To: e.at}})
		e.at = from.Add(time.Hour + 2*time.Minute)
		e.add("run", "settle_usage", &events.ScheduleFired{Job: "settle_usage", Site: "cn", ScheduledFor: e.at})
		var bill *decision.Order
		for _, o := range partner.Orders.All() {
			if o.Kind == decision.KindUsage {
				bill = o
			}
		}
		if bill == nil {
			rt.Fatal("nothing is settled")
		}
		charge := bill.Payment.Charge
		for name, pair := range map[string][2]decimal.Decimal{
			"official": {quoted.OfficialWebsiteAmount.Decimal, charge.Official},
			"amount":   {quoted.Amount.Decimal, charge.Amount.Add(bill.Usage.Erase)},
		} {
			kept, err := money.RoundProduct(pair[0], decimal.New(1, 0), decimal.New(1, 0), money.StageUsageCost, "CNY")
			if err != nil {
				rt.Fatal(err)
			}
			if !kept.Equal(pair[1]) {
				rt.Fatalf("%s: quoted %s, settled %s", name, pair[0], pair[1])
			}
		}
		discountID := ""
		for _, d := range quoted.ProductRatingResults[0].DiscountRatingResults {
			discountID = d.DiscountID
		}
		if charge.DiscountID != discountID && !charge.Discount.IsZero() {
			rt.Fatalf("quoted under %q, settled under %q", discountID, charge.DiscountID)
		}
	})
}
