package inquiry

import (
	"testing"

	"github.com/accruald/accruald/workers/pricing"
)

// A captured answer of the published API, member by member (API-02).
func TestSubscribeRateAsCaptured(t *testing.T) {
	t.Parallel()
	s := newShop(t, "intl", "USD")
	s.server("m6.3xlarge.8.linux", "356.36", "0.6", func(p *pricing.Product) { p.Region = "la-north-2" })
	request, err := Decode[SubscribeRequest]([]byte(`{"project_id":"p","product_infos":[{"id":"1","cloud_service_type":"` + ec2 +
		`","resource_type":"` + vm + `","resource_spec":"m6.3xlarge.8.linux","region":"la-north-2","available_zone":null,
		"period_type":2,"period_num":1,"subscription_num":1}]}`))
	s.must(err)
	response, err := Subscribe(s.book(), asker, request)
	s.must(err)
	holds(t, "", written(t, response), map[string]any{
		"official_website_rating_result": map[string]any{
			"official_website_amount": number("356.36"), "installment_official_website_amount": nil, "installment_period_type": nil,
			"measure_id": number("1"), "product_rating_results": []any{
				map[string]any{"id": "1", "official_website_amount": number("356.36"), "measure_id": number("1")}}},
		"optional_discount_rating_results": []any{}, "currency": "USD"})
}

// Lines of usage sum to the whole (API-04).
func TestOnDemandAsCaptured(t *testing.T) {
	t.Parallel()
	s := newShop(t, "cn", "CNY")
	request := &OnDemandRequest{}
	for id, hour := range map[string]string{"1": "3.5", "2": "7.41", "3": "13.03"} {
		s.server("s"+id, "1", hour, nil)
	}
	for _, id := range []string{"1", "2", "3"} {
		request.ProductInfos = append(request.ProductInfos, OnDemandProduct{ID: id, CloudServiceType: ec2, ResourceType: vm, ResourceSpec: "s" + id,
			Region: "r1", UsageFactor: "Duration", UsageValue: ptr(dec("1")), UsageMeasureID: 4, SubscriptionNum: 1})
	}
	response, err := OnDemand(s.book(), asker, request)
	s.must(err)
	holds(t, "", written(t, response), map[string]any{"amount": number("23.94"), "official_website_amount": number("23.94"), "discount_amount": number("0"),
		"measure_id": number("1"), "currency": "CNY", "product_rating_results": []any{
			map[string]any{"id": "1", "product_id": "s1", "amount": number("3.5"), "discount_rating_results": []any{}},
			map[string]any{"id": "2", "amount": number("7.41")}, map[string]any{"id": "3", "amount": number("13.03")}}})
}

// With several discounts the commercial one is the final price, and is named; precision cuts at 6 or 10 places.
func TestOnDemandTakesTheCommercialDiscount(t *testing.T) {
	t.Parallel()
	s := newShop(t, "cn", "CNY")
	s.server("s", "1", "0.123456789", nil)
	s.ratio("P", pricing.DiscountPartner, "0.8")
	s.ratio("D", pricing.DiscountCommercial, "0.9")
	for precision, want := range map[int][2]string{0: {"0.111111", "0.012345"}, 1: {"0.1111111101", "0.0123456789"}} {
		request := &OnDemandRequest{InquiryPrecision: &precision, ProductInfos: []OnDemandProduct{{ID: "1", CloudServiceType: ec2, ResourceType: vm,
			ResourceSpec: "s", Region: "r1", UsageFactor: "duration", UsageValue: ptr(dec("1")), UsageMeasureID: 4, SubscriptionNum: 1}}}
		response, err := OnDemand(s.book(), asker, request)
		s.must(err)
		holds(t, "", written(t, response), map[string]any{"amount": number(want[0]), "discount_amount": number(want[1]), "product_rating_results": []any{
			map[string]any{"discount_rating_results": []any{map[string]any{"discount_id": "D", "discount_type": number("605"),
				"amount": number(want[1]), "discount_name": "name of D", "measure_id": number("1")}}}}})
	}
}

// Equal discounts: the commercial one is the best offer, and each is a group of its own (DI-02).
func TestBestOfferIsMarked(t *testing.T) {
	t.Parallel()
	s := newShop(t, "cn", "CNY")
	s.server("s", "100", "1", nil)
	s.ratio("P", pricing.DiscountPartner, "0.9")
	s.ratio("D", pricing.DiscountCommercial, "0.9")
	s.ratio("promo", pricing.DiscountPromotion, "0.5")
	response, err := Subscribe(s.book(), asker, &SubscribeRequest{ProductInfos: []PeriodProduct{line("1", "s")}})
	s.must(err)
	group := func(id string, kind, best number, off, amount string) any {
		return map[string]any{"discount_id": id, "discount_type": kind, "best_offer": best, "discount_name": "name of " + id,
			"official_website_amount": number("100"), "discount_amount": number(off), "amount": number(amount), "measure_id": number("1"),
			"product_rating_results": []any{map[string]any{"id": "1", "product_id": "s", "official_website_amount": number("100"),
				"discount_amount": number(off), "amount": number(amount)}}}
	}
	holds(t, "", written(t, response), map[string]any{"optional_discount_rating_results": []any{
		group("D", "605", "1", "10", "90"), group("P", "607", "0", "10", "90"), group("promo", "200", "0", "50", "50")}})
}
