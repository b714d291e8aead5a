package inquiry

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/accruald/accruald/workers/pricing"
)

// refused is the published code of an error and the words that have to stand in its sentence.
func refused(t *testing.T, err error, code string, words ...string) {
	t.Helper()
	var published *Error
	if !errors.As(err, &published) || published.Code != code {
		t.Fatalf("got %v, want code %s", err, code)
	}
	for _, word := range words {
		if !strings.Contains(published.Message, word) {
			t.Errorf("%q does not say %q", published.Message, word)
		}
	}
}

func TestSubscribeRefusals(t *testing.T) {
	t.Parallel()
	s := newShop(t, "cn", "CNY")
	s.server("s", "100", "1", nil)
	s.disk()
	with := func(change func(*PeriodProduct)) []PeriodProduct {
		one := line("7", "s")
		change(&one)
		return []PeriodProduct{one}
	}
	many := func(n int) []PeriodProduct {
		var out []PeriodProduct
		for i := range n {
			out = append(out, line(fmt.Sprint(i), "s"))
		}
		return out
	}
	disk := func(change func(*PeriodProduct)) []PeriodProduct {
		return with(func(p *PeriodProduct) {
			p.CloudServiceType, p.ResourceType, p.ResourceSpec = ebs, vol, "SSD"
			change(p)
		})
	}
	for _, c := range []struct {
		name  string
		lines []PeriodProduct
		code  string
		words []string
	}{
		{"no lines", nil, CodeParameter, []string{"1 to 100"}},
		{"101 lines", many(101), CodeParameter, []string{"101"}},
		{"an id twice", append(many(1), many(1)...), CodeParameter, []string{"twice"}},
		{"no id", with(func(p *PeriodProduct) { p.ID = "" }), CodeParameter, []string{"product_infos[0]", "id"}},
		{"no region", with(func(p *PeriodProduct) { p.Region = "" }), CodeParameter, []string{"region"}},
		{"an unknown product", with(func(p *PeriodProduct) { p.ResourceSpec = "none" }), "CBC.99006006", []string{`line "7"`, "none"}},
		{"a week", with(func(p *PeriodProduct) { p.PeriodType = 1 }), CodeParameter, []string{`line "7"`, "period_type 1"}},
		{"an unknown period type", with(func(p *PeriodProduct) { p.PeriodType = 9 }), CodeParameter, []string{"period_type 9"}},
		{"no quantity", with(func(p *PeriodProduct) { p.SubscriptionNum = 0 }), CodeParameter, []string{"10000"}},
		{"10001 pieces", with(func(p *PeriodProduct) { p.SubscriptionNum = 10_001 }), CodeParameter, []string{"10000"}},
		{"no periods", with(func(p *PeriodProduct) { p.PeriodNum = 0 }), CodeParameter, []string{"period number 0"}},
		{"no size", disk(func(*PeriodProduct) {}), CodeParameter, []string{"resource_size", "size_measure_id"}},
		{"no measure", disk(func(p *PeriodProduct) { p.ResourceSize = ptr(40) }), CodeParameter, []string{"size_measure_id 17"}},
		{"another measure", disk(func(p *PeriodProduct) { p.ResourceSize, p.SizeMeasureID = ptr(40), ptr(15) }), CodeParameter, []string{"17"}},
		{"a size of 0", disk(func(p *PeriodProduct) { p.ResourceSize, p.SizeMeasureID = ptr(0), ptr(17) }), CodeParameter, []string{"size 0"}},
		{"a size of no use", with(func(p *PeriodProduct) { p.ResourceSize = ptr(40) }), CodeParameter, []string{"not priced by size"}},
		{"paid in parts", with(func(p *PeriodProduct) { p.FeeInstallmentMode = ptr("HALF_PAY") }), CodeParameter, []string{"HALF_PAY"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := Subscribe(s.book(), asker, &SubscribeRequest{ProductInfos: c.lines})
			refused(t, err, c.code, c.words...)
		})
	}
	if _, err := Subscribe(s.book(), asker, &SubscribeRequest{ProductInfos: many(100)}); err != nil {
		t.Errorf("100 lines: %v", err)
	}
}

func TestOnDemandRefusals(t *testing.T) {
	t.Parallel()
	s := newShop(t, "cn", "CNY")
	s.server("s", "100", "1", nil)
	good := OnDemandProduct{ID: "1", CloudServiceType: ec2, ResourceType: vm, ResourceSpec: "s", Region: "r1", UsageFactor: "Duration",
		UsageValue: ptr(dec("1")), UsageMeasureID: 4, SubscriptionNum: 1}
	for name, c := range map[string]struct {
		change func(*OnDemandProduct)
		words  string
	}{
		"an unknown factor": {func(p *OnDemandProduct) { p.UsageFactor = "upflow" }, "upflow"},
		"no value":          {func(p *OnDemandProduct) { p.UsageValue = nil }, "usage_value"},
		"less than nothing": {func(p *OnDemandProduct) { p.UsageValue = ptr(dec("-1")) }, "-1"},
		"another measure":   {func(p *OnDemandProduct) { p.UsageMeasureID = 99 }, "99"},
	} {
		one := good
		c.change(&one)
		_, err := OnDemand(s.book(), asker, &OnDemandRequest{ProductInfos: []OnDemandProduct{one}})
		refused(t, err, CodeParameter, c.words)
		t.Log(name)
	}
	_, err := OnDemand(s.book(), asker, &OnDemandRequest{InquiryPrecision: ptr(2), ProductInfos: []OnDemandProduct{good}})
	refused(t, err, CodeParameter, "precision 2")
}

func TestMalformedRequests(t *testing.T) {
	t.Parallel()
	for body, word := range map[string]string{
		``: "byte 0", `{`: "not one JSON object", `[]`: "wrong kind", `{"product_infos":[{"id":7}]}`: "/product_infos/0/id",
		`{"product_infos":[{"period_num":1.5}]}`: "/product_infos/0/period_num", `{"project_id":"a","project_id":"b"}`: "duplicate",
		`{"project_id":"a"} x`: "byte",
	} {
		_, err := Decode[SubscribeRequest]([]byte(body))
		refused(t, err, CodeParameter, word)
	}
}

// What is no refusal is a defect: it tells nothing of itself, and keeps its cause for the log.
func TestDefectsTellNothing(t *testing.T) {
	t.Parallel()
	cause := errors.New("the disk is on fire")
	err := ErrorOf(fmt.Errorf("price: %w", cause))
	if err.Code != CodeInternal || strings.Contains(err.Message, "fire") || !errors.Is(err, cause) {
		t.Errorf("%v", err)
	}
	for _, code := range []string{pricing.CodeResourceForeign, pricing.CodeResourceNotFound} {
		if got := ErrorOf(&pricing.Refusal{Code: code, Message: "of customer X"}); got.Code != CodeAccessDenied || got.Message != messageDenied {
			t.Errorf("%s is answered by %v", code, got)
		}
	}
}
