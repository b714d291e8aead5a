package sdktest

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/bss/v2/model"
	intl "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/bssintl/v2/model"
)

// TestCouponsWithDiscounts: a coupon that does not go with a discount, or asks
// for a higher pay ratio, is refused with the published code, and pays without
// the discount.
func TestCouponsWithDiscounts(t *testing.T) {
	t.Parallel()
	main, c := ofMain(t), ofBuyer(t)
	for _, one := range []struct{ id, limits, code string }{
		{"exclusive", `{"simultaneousUseWithEmpowerDiscount":"0"}`, "CBC.99003116"},
		{"ratio", `{"minConsumeDiscount":"0.99"}`, "CBC.99003117"},
	} {
		orderID, _ := c.place(t, "limits-"+one.id)
		couponID := "CP-limits-" + one.id
		main.command(t, event("coupon.issued", couponID, partner, fmt.Sprintf(`{"coupon_id":%q,"quota_id":"Q-P110","partner_id":%q,"customer_id":%q,"coupon_type":1,"coupon_version":2,`+
			`"face_value":"2.00","currency":"CNY","valid_time":"2026-01-01T00:00:00+08:00","expire_time":"2099-01-01T00:00:00+08:00","on_credit":false,"counts_for_performance":false,"limits":%s}`,
			couponID, partner, buyer, one.limits)), "publish", "-")
		c.waitCoupon(t, couponID)
		pay := &model.PayCustomerOrderV3Req{OrderId: orderID, UseCoupon: "YES", UseDiscount: "YES", CouponInfos: &[]model.CouponSimpleInfoOrderPayV3{{Id: couponID, Type: 301}},
			DiscountInfos: &[]model.DiscountSimpleInfoV3{{Id: "D-607-1", Type: 2}}}
		discounts, err := c.BSS.ListOrderDiscounts(&model.ListOrderDiscountsRequest{OrderId: orderID})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range *discounts.Discounts {
			if d.DiscountId == "D-607-1" {
				(*pay.DiscountInfos)[0].Type = d.DiscountType
			}
		}
		_, err = c.BSS.PayOrders(&model.PayOrdersRequest{Body: pay})
		refused(t, one.id, err, http.StatusBadRequest, one.code)
		if status := c.status(t, orderID); status != 6 {
			t.Errorf("%s: the order has the status %d", one.id, status)
		}
		pay.UseDiscount, pay.DiscountInfos = "NO", nil
		if _, err := c.BSS.PayOrders(&model.PayOrdersRequest{Body: pay}); err != nil || c.status(t, orderID) != 5 {
			t.Errorf("%s without a discount: %v", one.id, err)
		}
	}
}

// waitCoupon polls until the caller has a coupon.
func (c *caller) waitCoupon(t *testing.T, couponID string) {
	t.Helper()
	for range 100 {
		coupons, err := c.BSS.ListSubCustomerCoupons(&model.ListSubCustomerCouponsRequest{CouponId: &couponID})
		if err == nil && *coupons.Count == 1 {
			return
		}
		time.Sleep(150 * time.Millisecond)
	}
	t.Fatalf("coupon %s does not come", couponID)
}

// TestActionsOfTheOtherPackage: set, converted and given back by the SDK's
// package for other sites.
func TestActionsOfTheOtherPackage(t *testing.T) {
	t.Parallel()
	c := ofBuyer(t)
	orderID, vm := c.place(t, "intl-1")
	if _, err := c.Intl.PayOrders(&intl.PayOrdersRequest{Body: &intl.PayCustomerOrderV3Req{OrderId: orderID, UseCoupon: "NO", UseDiscount: "NO"}}); err != nil {
		t.Fatal(err)
	}
	name := new(intl.RenewResourceConfigReqConfigName)
	if err := name.UnmarshalJSON([]byte(`"DEDUCTION_DATE"`)); err != nil {
		t.Fatal(err)
	}
	if set, err := c.Intl.AutoRenewalResources(&intl.AutoRenewalResourcesRequest{ResourceId: vm, Body: &intl.AutoRenewalResourcesReq{}}); err != nil || set.HttpStatusCode != http.StatusNoContent {
		t.Errorf("renew by itself: %v, %v", set, err)
	}
	config, err := c.Intl.SetResourcesRenewConfig(&intl.SetResourcesRenewConfigRequest{Body: &intl.RenewResourceConfigReq{ConfigName: *name, ConfigValue: "5"}})
	if err != nil || *config.ErrorCode != "CBC.0000" {
		t.Errorf("the day of deduction: %v, %v", config, err)
	}
	if unset, err := c.Intl.CancelAutoRenewalResources(&intl.CancelAutoRenewalResourcesRequest{ResourceId: vm}); err != nil || unset.HttpStatusCode != http.StatusNoContent {
		t.Errorf("not by itself any more: %v, %v", unset, err)
	}
	for _, operation := range []string{"SET_UP", "CANCEL"} {
		converted, err := c.Intl.UpdatePeriodToOnDemand(&intl.UpdatePeriodToOnDemandRequest{Body: &intl.PeriodToOnDemandReq{Operation: operation, ResourceIds: []string{vm, "vm-none"}}})
		if err != nil || len(*converted.ErrorDetails) != 1 || *(*converted.ErrorDetails)[0].Id != "vm-none" {
			t.Errorf("%s: %v, %v", operation, converted, err)
		}
	}
	back, err := c.Intl.CancelResourcesSubscription(&intl.CancelResourcesSubscriptionRequest{Body: &intl.UnsubscribeResourcesReq{ResourceIds: []string{vm, "vm-none"}, UnsubscribeType: 1}})
	if err != nil || len(*back.OrderIds) != 1 || len(*back.FailResourceInfos) != 1 {
		t.Errorf("unsubscribe: %v, %v", back, err)
	}
}
