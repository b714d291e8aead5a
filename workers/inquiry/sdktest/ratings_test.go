package sdktest

import (
	"net/http"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/bss/v2/model"
	intl "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/bssintl/v2/model"
)

// TestSubscribeRate: the SDK gets what `accruald quote` says.
func TestSubscribeRate(t *testing.T) {
	t.Parallel()
	c := ofCustomer(t)
	disk, size, measure := "hws.resource.type.volume", int32(40), int32(17)
	request := &model.RateOnPeriodReq{ProjectId: "p", ProductInfos: []model.PeriodProductInfo{
		{Id: "1", CloudServiceType: "hws.service.type.ec2", ResourceType: "hws.resource.type.vm", ResourceSpec: "s6.small.1.linux",
			Region: "cn-east-3", PeriodType: 2, PeriodNum: 1, SubscriptionNum: 1},
		{Id: "2", CloudServiceType: "hws.service.type.ebs", ResourceType: disk, ResourceSpec: "SSD", Region: "cn-east-3", ResourceSize: &size,
			SizeMeasureId: &measure, PeriodType: 2, PeriodNum: 3, SubscriptionNum: 2},
	}}
	got, err := c.BSS.ListRateOnPeriodDetail(&model.ListRateOnPeriodDetailRequest{Body: request})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "subscribe-rate", got, quote[model.ListRateOnPeriodDetailResponse](t, c.daemon, "subscribe", request, "--partner", partner, "--customer", customer))
	abroad := decoded[intl.RateOnPeriodReq](t, encoded(t, request))
	gotIntl, err := c.Intl.ListRateOnPeriodDetail(&intl.ListRateOnPeriodDetailRequest{Body: abroad})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "subscribe-rate, international", gotIntl,
		quote[intl.ListRateOnPeriodDetailResponse](t, c.daemon, "subscribe", request, "--partner", partner, "--customer", customer))
	request.ProductInfos[1].ResourceSpec = "NVMe"
	_, err = c.BSS.ListRateOnPeriodDetail(&model.ListRateOnPeriodDetailRequest{Body: request})
	refused(t, "an unknown product", err, http.StatusBadRequest, "CBC.99006006")
}
