package inquiry

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/pricing"
)

// badShop has what the bad input is about: servers, a disk by size, a reserved server, and resources of customer C1.
func badShop(t *testing.T) (*shop, []*pricing.Resource) {
	t.Helper()
	s := newShop(t, "cn", "CNY")
	s.server("small", "100", "1", nil)
	s.server("large", "300", "3", nil)
	s.server("reserved", "50", "1", func(p *pricing.Product) { p.ReservedInstance = true })
	s.disk()
	return s, []*pricing.Resource{
		s.resource("server", "large", nil),
		s.resource("disk", "small", func(r *pricing.Resource) { r.ParentID = "server" }),
		s.resource("unpaid", "small", func(r *pricing.Resource) { r.PendingOrderID = "O9" }),
		s.resource("metered", "small", func(r *pricing.Resource) { r.Intervals = nil }),
	}
}

// badCoupon is judged in the payment of a server of 100.00 under a partner's discount.
func badCoupon(s *shop, change func(*pricing.Coupon)) error {
	s.ratio("P", pricing.DiscountPartner, "0.9")
	quote, err := pricing.Subscribe(s.book(), pricing.Subscription{CustomerID: "C1", At: noon, Lines: []pricing.LineInput{{LineID: "1", ResourceID: "r", Quantity: 1,
		Key: pricing.ProductKey{ServiceType: ec2, ResourceType: vm, Spec: "small", Region: "r1"}, Period: calendar.Period{Type: calendar.Month, Num: 1}}}})
	s.must(err)
	charge, err := quote.Charge("P")
	s.must(err)
	c := pricing.Coupon{ID: "CP", CustomerID: "C1", Type: pricing.CouponCash, Version: 2, FaceValue: dec("50"), Currency: "CNY", State: pricing.CouponNormal,
		ValidTime: noon.AddDate(0, -1, 0), ExpireTime: noon.AddDate(0, 1, 0)}
	change(&c)
	return pricing.JudgeCoupons([]pricing.Coupon{c}, []pricing.Tender{{Kind: pricing.TenderCoupon, Reference: "CP", Amount: dec("20")}},
		pricing.CouponUse{CustomerID: "C1", OrderID: "O1", At: noon, Quote: quote, Charge: charge})
}

func badRenewal(unit, num int, ids ...string) func(*shop, []*pricing.Resource) error {
	return func(s *shop, resources []*pricing.Resource) error {
		response, err := Renew(s.book(), asker, resources, &RenewRequest{ResourceIDs: ids, PeriodType: unit, PeriodNum: num})
		if err == nil && len(response.FailResourceInfos) == 1 {
			failed := response.FailResourceInfos[0]
			return &Error{Code: failed.Code, Message: failed.Message}
		}
		return err
	}
}

func badLines(lines ...PeriodProduct) func(*shop, []*pricing.Resource) error {
	return func(s *shop, _ []*pricing.Resource) error {
		_, err := Subscribe(s.book(), asker, &SubscribeRequest{ProductInfos: lines})
		return err
	}
}

func badChange(id, spec string) func(*shop, []*pricing.Resource) error {
	return func(s *shop, resources []*pricing.Resource) error {
		_, err := Change(s.book(), asker, resources, &ChangeRequest{ResourceID: id,
			ProductInfo: &ChangeProduct{CloudServiceType: ec2, ResourceType: vm, ResourceSpecCode: spec}})
		return err
	}
}

// TestBadInput lists what inquiries and payments are refused for: the published code, the rule's own code where the
// inquiry as a whole is refused, and words of the sentence. No two share code and sentence.
func TestBadInput(t *testing.T) {
	t.Parallel()
	diskWithoutSize := line("1", "SSD")
	diskWithoutSize.CloudServiceType, diskWithoutSize.ResourceType = ebs, vol
	many := make([]PeriodProduct, 101)
	eleven := make([]string, 11)
	for i := range many {
		many[i] = line(fmt.Sprint(i), "small")
		eleven[i%11] = fmt.Sprint(i % 11)
	}
	cases := []struct {
		name, published, reason, words string
		refused                        func(*shop, []*pricing.Resource) error
	}{
		{"reserved instance in a spec query", CodeParameter, pricing.CodeReservedInstance, `"reserved" is a reserved instance`, func(s *shop, _ []*pricing.Resource) error {
			_, err := Spec(s.book(), noon, &SpecRequest{RegionID: "r1", ChargingMode: ptr(chargingPeriod), PeriodType: ptr(2), PeriodNum: ptr(1), ProductInfos: []SpecProduct{
				{ID: "1", CloudServiceType: ec2, ResourceType: vm, ResourceSpecCode: "reserved"}}})
			return err
		}},
		{"scale-down inquiry", CodeParameter, pricing.CodeScaleDownInquiry, `"server" would become smaller`, badChange("server", "small")},
		{"12 months", CodeParameter, pricing.CodeRenewalMonths, "12 months: use 1 to 11 months", badRenewal(2, 12, "server")},
		{"4 years", CodeParameter, pricing.CodeRenewalYears, "4 years: use 1 to 3 years", badRenewal(3, 4, "server")},
		{"11 resources", CodeParameter, pricing.CodeTooManyResources, "11 resources: name at most 10", badRenewal(2, 1, eleven...)},
		{"a non-primary resource", "30050007", "", `"disk" is attached to "server"`, badRenewal(2, 1, "disk")},
		{"duplicate line ids", CodeParameter, pricing.CodeDuplicateLine, `"1" stands twice`, badLines(line("1", "small"), line("1", "large"))},
		{"101 lines", CodeParameter, pricing.CodeTooManyLines, "101 lines: send at most 100", badLines(many...)},
		{"size missing on a linear product", CodeParameter, pricing.CodeSizeMissing, "send resource_size and size_measure_id", badLines(diskWithoutSize)},
		{"unknown usage factor", CodeParameter, pricing.CodeUsageFactorUnknown, `usage factor "upflow"`, func(s *shop, _ []*pricing.Resource) error {
			_, err := OnDemand(s.book(), asker, &OnDemandRequest{ProductInfos: []OnDemandProduct{{ID: "1", CloudServiceType: ec2, ResourceType: vm, ResourceSpec: "small",
				Region: "r1", UsageFactor: "upflow", UsageValue: ptr(dec("1")), UsageMeasureID: 4, SubscriptionNum: 1}}})
			return err
		}},
		{"expired coupon", CodeParameter, pricing.CodeCouponExpired, `"CP" expired`, func(s *shop, _ []*pricing.Resource) error {
			return badCoupon(s, func(c *pricing.Coupon) { c.ExpireTime = noon.Add(-time.Hour) })
		}},
		{"foreign coupon", CodeParameter, pricing.CodeCouponForeign, `not issued to customer "C1"`, func(s *shop, _ []*pricing.Resource) error {
			return badCoupon(s, func(c *pricing.Coupon) { c.CustomerID = "C2" })
		}},
		{"coupon with a forbidden discount", "CBC.99003116", pricing.CodeCouponExcludesDiscount, "not used together with a discount set by the partner", func(s *shop, _ []*pricing.Resource) error {
			return badCoupon(s, func(c *pricing.Coupon) { c.Limits.WithPartnerDiscount = ptr(false) })
		}},
		{"ratio 0.79", CodeParameter, pricing.CodeDiscountRatioOutOfRange, "pay ratio 0.79: use 0.80 to 1", func(*shop, []*pricing.Resource) error {
			return pricing.ValidateDiscount(pricing.Discount{ID: "D", Type: pricing.DiscountPartner, Mode: pricing.ModeRatio, Value: dec("0.79")})
		}},
		{"a 609 with another discount", CodeParameter, pricing.CodeAdjustmentExcludes, `adjusted by "A", which must be used alone`, func(s *shop, _ []*pricing.Resource) error {
			s.ratio("D", pricing.DiscountCommercial, "0.9")
			quote, err := pricing.Subscribe(s.book(), pricing.Subscription{CustomerID: "C1", At: noon, Lines: []pricing.LineInput{{LineID: "1", Quantity: 1,
				Key: pricing.ProductKey{ServiceType: ec2, ResourceType: vm, Spec: "small", Region: "r1"}, Period: calendar.Period{Type: calendar.Month, Num: 1}}}})
			s.must(err)
			adjusted, err := quote.Adjust(pricing.Adjustment{DiscountID: "A", AmountOff: ptr(dec("5"))})
			s.must(err)
			_, err = adjusted.Charge("D")
			return err
		}},
		{"change while unpaid", CodeParameter, pricing.CodeResourceBlocked, `unpaid order "O9"`, badChange("unpaid", "large")},
		{"renewal while unpaid", "30050010", "", `unpaid order "O9"`, badRenewal(2, 1, "unpaid")},
		{"renewal of pay-per-use", "30050013", "", `"metered" is billed pay-per-use`, badRenewal(2, 1, "metered")},
	}
	seen := map[string]string{}
	for _, c := range cases {
		own := c.published + " " + c.reason
		if other, twice := seen[own]; twice {
			t.Errorf("%q and %q are refused with the same code %s", c.name, other, own)
		}
		seen[own] = c.name
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, resources := badShop(t)
			err := c.refused(s, resources)
			if err == nil {
				t.Fatal("it is not refused")
			}
			refused(t, ErrorOf(err), c.published, c.words)
			if got := ErrorOf(err); got.Reason != c.reason {
				t.Errorf("the rule's code is %q, want %q", got.Reason, c.reason)
			}
			var refusal *pricing.Refusal
			if errors.As(err, &refusal) && refusal.Retryable {
				t.Error("waiting would not heal it")
			}
		})
	}
}
