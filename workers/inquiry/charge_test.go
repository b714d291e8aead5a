package inquiry_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/inquiry"
	"github.com/accruald/accruald/workers/site"
)

var begin = time.Date(2026, 3, 2, 9, 0, 0, 0, time.FixedZone("", 8*3600))

// engine folds events of one partner at one time after the other.
type engine struct {
	*rapid.T
	*decision.Memory
	at time.Time
}

func (e *engine) add(id, subject string, data events.Data) {
	key := "P100"
	if events.IsForAll(data.EventType()) {
		key = events.AllPartners
	}
	ev, err := events.New(events.Envelope{ID: id, Source: "/test", Type: data.EventType(), Subject: subject, PartitionKey: key, Time: e.at}, data)
	if err != nil {
		e.Fatalf("make %s: %v", id, err)
	}
	outs, err := e.Fold(ev, nil)
	if err != nil {
		e.Fatalf("fold %s: %v", id, err)
	}
	for _, out := range outs {
		if r, ok := out.Data.(*events.EventRejected); ok {
			e.Fatalf("%s is rejected: %s: %s", id, r.Code, r.Message)
		}
	}
}

func ptr[T any](v T) *T { return &v }

func amounts(low, high int) *rapid.Generator[decimal.Decimal] {
	return rapid.Custom(func(t *rapid.T) decimal.Decimal {
		return decimal.New(int64(rapid.IntRange(low, high).Draw(t, "cents")), -2)
	})
}

// publish draws a catalogue of servers and disks, and discounts of every kind and mode.
func (e *engine) publish() {
	from := e.at.AddDate(-1, 0, 0)
	for _, code := range []string{"ec2", "ebs"} {
		e.add("st/"+code, code, &events.ServiceTypePublished{ServiceTypeCode: code, Names: events.Names{EnUS: code}, IncentivePolicy: "0",
			AllowDiscount: rapid.SampledFrom([]string{"YES", "NO"}).Draw(e.T, "allow_discount"), ResourceTypes: []events.ResourceType{},
			UsageTypes: []events.UsageType{}, UnsubscribeLevel: "resource", EffectiveTime: from})
	}
	for i := range 4 {
		id := fmt.Sprintf("PR%d", i)
		p := &events.ProductPublished{ProductID: id, Names: events.Names{EnUS: id}, CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: id, Region: "r1",
			Currency: "CNY", Renewable: true, Refundable: true, Channel: "vendor", EffectiveTime: from}
		if i == 3 {
			p.CloudServiceType, p.ResourceType, p.Linear, p.SizeMeasureID = "ebs", "volume", true, 17
		}
		for _, unit := range []int{2, 3} {
			p.Prices = append(p.Prices, events.PriceRow{ChargingMode: "period", PeriodType: &unit, PeriodNum: 1, Amount: ptr(amounts(1, 100_000).Draw(e.T, "price"))})
		}
		e.add("product/"+id, id, p)
	}
	e.add("enrol", "P100", &events.PartnerEnrolled{PartnerID: "P100", Site: "cn", Level: "gold", Tier: 1, BusinessInfoAuthenticated: true, Certified: true, EffectiveTime: from})
	e.add("customer", "C1", &events.CustomerAssociated{CustomerID: "C1", PartnerID: "P100", Association: "resale", Settlement: "immediate", EffectiveTime: from})
	for i := range rapid.IntRange(0, 6).Draw(e.T, "discounts") {
		id := fmt.Sprintf("D%d", i)
		d := &events.DiscountGranted{DiscountID: id, PartnerID: "P100", GrantedBy: "vendor", DiscountName: id,
			DiscountType: rapid.SampledFrom([]int{605, 606, 607, 200}).Draw(e.T, "type"), EffectiveTime: from,
			Mode: rapid.SampledFrom([]string{"ratio", "fixed_price", "amount_off"}).Draw(e.T, "mode")}
		if d.DiscountType == 607 {
			d.GrantedBy, d.Mode, d.Value = "partner", "ratio", decimal.New(int64(rapid.IntRange(80, 100).Draw(e.T, "ratio")), -2)
		} else if d.Mode == "ratio" {
			d.Value = decimal.New(int64(rapid.IntRange(1, 9999).Draw(e.T, "ratio")), -4)
		} else {
			d.Value, d.Currency = amounts(1, 90_000).Draw(e.T, "value"), "CNY"
		}
		switch rapid.IntRange(0, 3).Draw(e.T, "scope") {
		case 0:
			d.Scope.ProductIDs = []string{fmt.Sprintf("PR%d", rapid.IntRange(0, 3).Draw(e.T, "product"))}
		case 1:
			d.Scope.CloudServiceTypes = []string{"ec2"}
		case 2:
			d.Scope.CustomerIDs = []string{"C1"}
		}
		e.add("discount/"+id, id, d)
	}
}

// lines draws an order and the inquiry for the same.
func (e *engine) lines() (order []events.OrderLine, asked []inquiry.PeriodProduct) {
	for i := range rapid.IntRange(1, 4).Draw(e.T, "lines") {
		spec := rapid.IntRange(0, 3).Draw(e.T, "spec")
		l := events.OrderLine{LineID: fmt.Sprint(i), ResourceID: fmt.Sprintf("r-%d", i), CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: fmt.Sprintf("PR%d", spec), Region: "r1",
			PeriodType: rapid.IntRange(2, 3).Draw(e.T, "unit"), PeriodNum: rapid.IntRange(1, 5).Draw(e.T, "periods"), SubscriptionNum: rapid.IntRange(1, 30).Draw(e.T, "quantity")}
		p := inquiry.PeriodProduct{ID: l.LineID, CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: l.ResourceSpec, Region: "r1",
			PeriodType: l.PeriodType, PeriodNum: l.PeriodNum, SubscriptionNum: l.SubscriptionNum}
		if spec == 3 {
			size := rapid.IntRange(1, 5000).Draw(e.T, "size")
			l.CloudServiceType, l.ResourceType, l.ResourceSize, l.SizeMeasureID = "ebs", "volume", size, 17
			p.CloudServiceType, p.ResourceType, p.ResourceSize, p.SizeMeasureID = "ebs", "volume", &size, ptr(17)
		}
		order, asked = append(order, l), append(asked, p)
	}
	return order, asked
}

// TestWhatIsQuotedIsCharged: an order with the lines of an inquiry, paid with any discount that the inquiry offered or
// with none, is charged what the inquiry said of it, in sum and by line. So are its renewal and what it gives back.
func TestWhatIsQuotedIsCharged(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		e := &engine{T: rt, Memory: decision.NewMemory(site.Default()), at: begin}
		e.publish()
		order, asked := e.lines()
		e.at = begin.Add(time.Hour)
		partner := e.Partners["P100"]
		standing, err := partner.Standing(e.Common, "C1", e.at)
		if err != nil {
			rt.Fatal(err)
		}
		quoted, err := inquiry.Subscribe(standing.Book, inquiry.Asker{CustomerID: "C1", At: e.at}, &inquiry.SubscribeRequest{ProductInfos: asked})
		if err != nil {
			rt.Fatal(err)
		}
		want := quoted.OfficialWebsiteRatingResult.OfficialWebsiteAmount
		discountID, byLine := "", map[string]decimal.Decimal{}
		for _, l := range quoted.OfficialWebsiteRatingResult.ProductRatingResults {
			byLine[l.ID] = l.OfficialWebsiteAmount.Decimal
		}
		if n := rapid.IntRange(-1, len(quoted.OptionalDiscountRatingResults)-1).Draw(rt, "chosen"); n >= 0 {
			group := &quoted.OptionalDiscountRatingResults[n]
			discountID, want = group.DiscountID, group.Amount
			for _, l := range group.ProductRatingResults {
				byLine[l.ID] = l.Amount.Decimal
				if !l.Amount.Equal(l.OfficialWebsiteAmount.Sub(l.DiscountAmount.Decimal)) {
					rt.Fatalf("line %s: %s is not %s - %s", l.ID, l.Amount, l.OfficialWebsiteAmount, l.DiscountAmount)
				}
			}
		}
		e.add("placed", "O1", &events.OrderPlaced{OrderID: "O1", PartnerID: "P100", CustomerID: "C1", OrderType: 1, Lines: order})
		e.at = e.at.Add(time.Hour)
		e.add("paid", "O1", &events.OrderPaid{OrderID: "O1", PartnerID: "P100", PaidBy: "customer", DiscountID: discountID})
		o := partner.Orders.Get("O1")
		if charged := o.Payment.Charge.Amount; !charged.Equal(want.Decimal) {
			rt.Fatalf("discount %q: quoted %s, charged %s", discountID, want, charged)
		}
		for _, slice := range o.Payment.Slices {
			byLine[slice.LineID] = byLine[slice.LineID].Sub(slice.Amount)
		}
		for id, left := range byLine {
			if !left.IsZero() {
				rt.Fatalf("line %s was paid for %s less than quoted", id, left)
			}
		}
		e.renew(partner)
		e.unsubscribe(partner)
	})
}

// renew asks what a renewal costs and then renews by automatic payment.
func (e *engine) renew(partner *decision.Partner) {
	e.at = e.at.AddDate(0, 0, rapid.IntRange(0, 20).Draw(e.T, "days"))
	standing, err := partner.Standing(e.Common, "C1", e.at)
	if err != nil {
		e.Fatal(err)
	}
	months := rapid.IntRange(1, 11).Draw(e.T, "months")
	who := inquiry.Asker{CustomerID: "C1", At: e.at}
	quoted, err := inquiry.Renew(standing.Book, who, partner.Family("r-0"), &inquiry.RenewRequest{ResourceIDs: []string{"r-0"}, PeriodType: 2, PeriodNum: months})
	if err != nil || len(quoted.RenewInquiryResults) != 1 {
		e.Fatalf("%v: %+v", err, quoted)
	}
	e.add("renewed", "O2", &events.OrderRenewed{OrderID: "O2", PartnerID: "P100", CustomerID: "C1", AutoPay: true, ResourceIDs: []string{"r-0"}, PeriodType: 2, PeriodNum: months})
	e.at = e.at.Add(time.Hour)
	e.add("renewal paid", "O2", &events.OrderPaid{OrderID: "O2", PartnerID: "P100", PaidBy: "customer"})
	if charged := partner.Orders.Get("O2").Payment.Charge.Amount.StringFixed(2); charged != quoted.RenewInquiryResults[0].Amount {
		e.Fatalf("renewal: quoted %s, charged %s", quoted.RenewInquiryResults[0].Amount, charged)
	}
}

// unsubscribe asks what an unsubscription gives back, and then unsubscribes.
func (e *engine) unsubscribe(partner *decision.Partner) {
	e.at = e.at.AddDate(0, 0, rapid.IntRange(0, 9).Draw(e.T, "days"))
	standing, err := partner.Standing(e.Common, "C1", e.at)
	if err != nil {
		e.Fatal(err)
	}
	kind, profile, family := rapid.IntRange(1, 2).Draw(e.T, "unsubscribe"), standing.Book.Site, partner.Family("r-0")
	quoted, err := inquiry.Refund(profile, inquiry.Asker{CustomerID: "C1", At: e.at}, family, partner.FiveDayQuota(profile, family), partner.ValidReturns,
		&inquiry.RefundRequest{ResourceIDs: []string{"r-0"}, UnsubscribeType: kind})
	if err != nil {
		e.Fatal(err)
	}
	e.add("unsubscribed", "O3", &events.OrderUnsubscribed{OrderID: "O3", PartnerID: "P100", CustomerID: "C1", ResourceIDs: []string{"r-0"}, UnsubscribeType: kind})
	refund := partner.Orders.Get("O3").Refund
	if !refund.Amount.Equal(quoted.RefundAmount.Neg()) || !refund.Fee.Equal(quoted.CommissionAmount.Decimal) || !refund.Consumed.Equal(quoted.ConsumedAmount.Decimal) {
		e.Fatalf("refund: quoted %+v, decided %s, fee %s, consumed %s", quoted, refund.Amount, refund.Fee, refund.Consumed)
	}
}
