package inquiry

import (
	"fmt"
	"testing"
	"time"

	"github.com/accruald/accruald/workers/pricing"
)

// Resources that cannot be renewed do not fail the others, and say why by the published code.
func TestRenewNamesWhatFails(t *testing.T) {
	t.Parallel()
	s := newShop(t, "cn", "CNY")
	s.server("s", "100", "1", nil)
	s.server("once", "100", "1", func(p *pricing.Product) { p.Renewable = false })
	s.ratio("D", pricing.DiscountCommercial, "0.9")
	disk := s.resource("disk", "s", func(r *pricing.Resource) { r.ParentID = "ok" })
	resources := []*pricing.Resource{
		s.resource("ok", "s", nil), disk,
		s.resource("late", "s", func(r *pricing.Resource) { r.Expiry = noon.AddDate(0, -2, 0) }),
		s.resource("unpaid", "s", func(r *pricing.Resource) { r.PendingOrderID = "X" }),
		s.resource("gone", "s", func(r *pricing.Resource) { r.State = pricing.StateUnsubscribed }),
		s.resource("once", "once", nil),
		s.resource("usage", "s", func(r *pricing.Resource) { r.Intervals = nil }),
		s.resource("other", "s", func(r *pricing.Resource) { r.CustomerID = "C2" }),
	}
	request := &RenewRequest{ResourceIDs: []string{"disk", "ok", "late", "unpaid", "gone", "once", "usage", "other", "none"}, PeriodType: 2, PeriodNum: 1}
	response, err := Renew(s.book(), asker, resources, request)
	s.must(err)
	got := map[string]string{}
	for _, f := range response.FailResourceInfos {
		got[f.ResourceID] = f.Code
	}
	want := map[string]string{"disk": "30050007", "late": "30050009", "unpaid": "30050010", "gone": "30050011", "once": "30050013", "usage": "30050013",
		"other": "30050009", "none": "30050009"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("failed are %v, want %v", got, want)
	}
	for _, f := range response.FailResourceInfos {
		if (f.ResourceID == "other" || f.ResourceID == "none") && f.Message != fmt.Sprintf("resource %q is unknown: correct the id", f.ResourceID) {
			t.Errorf("%q tells one from the other: %s", f.ResourceID, f.Message)
		}
	}
	holds(t, "", written(t, response), map[string]any{ // the disk goes with its server; amounts are text
		"currency": "CNY", "renew_inquiry_results": []any{map[string]any{"resource_id": "ok", "amount": "180.00"}},
		"official_website_rating_result": map[string]any{"official_website_amount": "200.00"},
		"optional_discount_rating_results": []any{map[string]any{"discount_id": "D", "best_offer": number("1"), "discount_type": number("605"),
			"amount": "180.00", "official_website_amount": "200.00", "discount_amount": "20.00"}}})
}

func TestRenewRefusals(t *testing.T) {
	t.Parallel()
	s := newShop(t, "cn", "CNY")
	s.server("s", "100", "1", nil)
	resources := []*pricing.Resource{s.resource("a", "s", nil)}
	eleven := make([]string, 11)
	for i := range eleven {
		eleven[i] = fmt.Sprint(i)
	}
	for name, c := range map[string]struct {
		request RenewRequest
		words   string
	}{
		"12 months":    {RenewRequest{ResourceIDs: []string{"a"}, PeriodType: 2, PeriodNum: 12}, "11 months"},
		"4 years":      {RenewRequest{ResourceIDs: []string{"a"}, PeriodType: 3, PeriodNum: 4}, "3 years"},
		"days":         {RenewRequest{ResourceIDs: []string{"a"}, PeriodType: 0, PeriodNum: 1}, "11 months"},
		"nothing":      {RenewRequest{PeriodType: 2, PeriodNum: 1}, "1 to 10"},
		"11 resources": {RenewRequest{ResourceIDs: eleven, PeriodType: 2, PeriodNum: 1}, "at most 10"},
		"one twice":    {RenewRequest{ResourceIDs: []string{"a", "a"}, PeriodType: 2, PeriodNum: 1}, "twice"},
	} {
		_, err := Renew(s.book(), asker, resources, &c.request)
		refused(t, err, CodeParameter, c.words)
		t.Log(name)
	}
	response, err := Renew(s.book(), asker, resources, &RenewRequest{ResourceIDs: []string{"a"}, PeriodType: 3, PeriodNum: 1})
	s.must(err)
	if len(response.FailResourceInfos) != 1 || response.FailResourceInfos[0].Code != "30050008" || response.OfficialWebsiteRatingResult != nil {
		t.Errorf("a year that is not offered: %+v", response)
	}
}

func TestChangeOfSpecification(t *testing.T) {
	t.Parallel()
	s := newShop(t, "cn", "CNY")
	s.server("small", "100", "1", nil)
	s.server("large", "300", "3", nil)
	s.ratio("D", pricing.DiscountCommercial, "0.9")
	resources := []*pricing.Resource{s.resource("a", "small", nil), s.resource("b", "large", nil), s.resource("other", "small", func(r *pricing.Resource) { r.CustomerID = "C2" })}
	ask := func(id, spec string) *ChangeRequest {
		return &ChangeRequest{ResourceID: id, ProductInfo: &ChangeProduct{CloudServiceType: ec2, ResourceType: vm, ResourceSpecCode: spec}}
	}
	up := ask("a", "large")
	up.InquiryTime = ptr(noon.AddDate(0, 0, 10).UTC().Format(inquiryTimeLayout)) // 13 days of March, 8 of April are left
	response, err := Change(s.book(), asker, resources, up)
	s.must(err)
	holds(t, "", written(t, response), map[string]any{"error_code": "CBC.0000", "error_msg": "Success", "ratingResult": map[string]any{
		"productId": "large", "amount": number("123.48"), "discountAmount": number("13.72"), "originalAmount": number("137.2"),
		"measureId": number("1"), "currency": "CNY", "extendParams": nil}})
	_, err = Change(s.book(), asker, resources, ask("b", "small"))
	refused(t, err, CodeParameter, "smaller")
	for _, id := range []string{"other", "none"} {
		_, err = Change(s.book(), asker, resources, ask(id, "large"))
		refused(t, err, CodeAccessDenied, "Access denied.")
	}
	_, err = Change(s.book(), asker, resources, ask("a", "small"))
	refused(t, err, CodeParameter, "already")
	blocked := pricing.Block(resources[0], "X", noon.AddDate(0, 0, 7))
	_, err = Change(s.book(), asker, []*pricing.Resource{blocked}, ask("a", "large"))
	refused(t, err, CodeParameter, "unpaid order")
	other := ask("a", "large")
	other.ProductInfo.ResourceType = vol
	_, err = Change(s.book(), asker, resources, other)
	refused(t, err, CodeParameter, vol)
	up.InquiryTime = ptr("tomorrow")
	_, err = Change(s.book(), asker, resources, up)
	refused(t, err, CodeParameter, "tomorrow")
}

func TestPriceBySpecification(t *testing.T) {
	t.Parallel()
	s := newShop(t, "cn", "CNY")
	s.server("s", "100", "1.5", nil)
	s.server("reserved", "50", "1", func(p *pricing.Product) { p.ReservedInstance = true })
	s.ratio("D", pricing.DiscountCommercial, "0.9")
	ask := func(spec string, mode int) *SpecRequest {
		return &SpecRequest{RegionID: "r1", ChargingMode: &mode, PeriodType: ptr(2), PeriodNum: ptr(3), SubscriptionNum: ptr(2), ProductInfos: []SpecProduct{
			{ID: "1", CloudServiceType: ec2, ResourceType: vm, ResourceSpecCode: spec, UsageFactor: ptr("Duration"), UsageValue: ptr(dec("2")), UsageMeasureID: ptr(4)}}}
	}
	for mode, amount := range map[int]string{chargingPeriod: "600", chargingOnDemand: "6"} { // list price, whatever discounts there are
		response, err := Spec(s.book(), noon, ask("s", mode))
		s.must(err)
		holds(t, "", written(t, response), map[string]any{"error_code": "CBC.0000", "ratingResult": map[string]any{"amount": number(amount),
			"originalAmount": number(amount), "discountAmount": number("0"), "measureId": number("1"), "currency": "CNY",
			"productRatingResult": []any{map[string]any{"id": "1", "productId": "s", "amount": number(amount)}}}})
		_, err = Spec(s.book(), noon, ask("reserved", mode))
		refused(t, err, CodeParameter, "reserved instance")
	}
	_, err := Spec(s.book(), noon, ask("s", 7))
	refused(t, err, CodeParameter, "chargingMode 7")
	week := ask("s", chargingPeriod)
	week.PeriodType = ptr(1)
	_, err = Spec(s.book(), noon, week)
	refused(t, err, CodeParameter, "periodType 1")
}

func TestRefund(t *testing.T) {
	t.Parallel()
	s := newShop(t, "cn", "CNY")
	s.server("s", "100", "1", nil)
	resources := []*pricing.Resource{s.resource("a", "s", nil), s.resource("other", "s", func(r *pricing.Resource) { r.CustomerID = "C2" })}
	never := func(pricing.Unsubscription) bool { return false }
	every := func(r *pricing.Refund) (*pricing.Refund, error) { return r, nil }
	who := Asker{CustomerID: "C1", At: noon.Add(24 * time.Hour)}
	response, err := Refund(s.site, who, resources, never, every, &RefundRequest{ResourceIDs: []string{"a"}, UnsubscribeType: 1})
	s.must(err)
	holds(t, "", written(t, response), map[string]any{"currency": "CNY", "refund_amount": number("-86.83"), "consumed_amount": number("3.17"),
		"commission_amount": number("10"), "refund_infos": []any{map[string]any{"base_order_id": "O-a", "resource_id": "a", "paid_amount": number("100"),
			"refund_amount": number("-86.83")}}, "coupons_returned": []any{}})
	whole, err := Refund(s.site, who, resources, func(pricing.Unsubscription) bool { return true }, every, &RefundRequest{ResourceIDs: []string{"a"}, UnsubscribeType: 1})
	s.must(err)
	holds(t, "", written(t, whole), map[string]any{"refund_amount": number("-100"), "commission_amount": number("0")})
	for _, id := range []string{"other", "none"} {
		_, err = Refund(s.site, who, resources, never, every, &RefundRequest{ResourceIDs: []string{id}, UnsubscribeType: 1})
		refused(t, err, CodeAccessDenied)
	}
	_, err = Refund(s.site, who, resources, never, every, &RefundRequest{ResourceIDs: make([]string, 11), UnsubscribeType: 1})
	refused(t, err, CodeParameter, "11")
	_, err = Refund(s.site, who, resources, never, every, &RefundRequest{ResourceIDs: []string{"a"}, UnsubscribeType: 3})
	refused(t, err, CodeParameter, "type 3")
}
