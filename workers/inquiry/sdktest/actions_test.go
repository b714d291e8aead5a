package sdktest

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/bss/v2/model"
	intl "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/bssintl/v2/model"
	"github.com/shopspring/decimal"
)

// buyer is a customer of the quarter whose orders and coupons these tests
// make; it settles immediately.
const buyer = "C104"

func ofBuyer(t *testing.T) *caller {
	t.Helper()
	return callerOf(t, "--partner", partner, "--customer", buyer, "--role", "customer")
}

// place places an order of one server by an event, as a source of orders
// does, and waits until it is seen.
func (c *caller) place(t *testing.T, id string) (orderID, resourceID string) {
	t.Helper()
	orderID, resourceID = "CS-"+id, "vm-"+id
	event := fmt.Sprintf(`{"specversion":"1.0","id":"order.placed/%[1]s","source":"/orders/cn","type":"order.placed.v1","time":%[2]q,"subject":%[1]q,"partitionkey":%[3]q,`+
		`"data":{"order_id":%[1]q,"partner_id":%[3]q,"customer_id":%[4]q,"auto_pay":false,"lines":[{"line_id":"1","resource_id":%[5]q,`+
		`"cloud_service_type":"hws.service.type.ec2","resource_type":"hws.resource.type.vm","resource_spec":"s6.small.1.linux","region":"cn-east-3",`+
		`"period_type":2,"period_num":1,"subscription_num":1}]}}`, orderID, time.Now().Format("2006-01-02T15:04:05.999999Z07:00"), partner, buyer, resourceID)
	c.command(t, event+"\n", "publish", "-")
	c.wait(t, orderID)
	return orderID, resourceID
}

// wait polls until an order is there.
func (c *caller) wait(t *testing.T, orderID string) {
	t.Helper()
	var err error
	for range 300 {
		if _, err = c.BSS.ShowCustomerOrderDetails(&model.ShowCustomerOrderDetailsRequest{OrderId: orderID}); err == nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("order %s does not come: %v", orderID, err)
}

func (c *caller) status(t *testing.T, orderID string) int32 {
	t.Helper()
	got, err := c.BSS.ShowCustomerOrderDetails(&model.ShowCustomerOrderDetailsRequest{OrderId: orderID})
	if err != nil {
		t.Fatal(err)
	}
	return *got.OrderInfo.Status
}

// TestPayWithCouponAndDiscount: a coupon is issued by the partner, offered for
// the order, and pays it together with the chosen discount and the account.
func TestPayWithCouponAndDiscount(t *testing.T) {
	t.Parallel()
	main, c := ofMain(t), ofBuyer(t)
	orderID, _ := c.place(t, "pay-1")
	issued, err := main.BSS.CreatePartnerCoupons(&model.CreatePartnerCouponsRequest{Body: &model.CreatePartnerCouponsReq{QuotaId: "Q-" + partner,
		CustomerIds: []string{buyer, "C203", "nobody"}, FaceValue: ptr(decimal.RequireFromString("5.50"))}})
	if err != nil || issued.HttpStatusCode != http.StatusOK || len(*issued.CouponInfos) != 1 || (*issued.CouponInfos)[0].Id != buyer {
		t.Fatalf("issue: %v, %v", issued, err)
	}
	for i, stranger := range []string{"C203", "nobody"} { // one has another partner, one none: the same is said
		failure, first := (*issued.ErrorDetails)[i], (*issued.ErrorDetails)[0]
		if *failure.Id != stranger || *failure.ErrorCode != "CBC.99000035" || *failure.ErrorMsg != strings.ReplaceAll(*first.ErrorMsg, *first.Id, stranger) {
			t.Errorf("to %s: %v", stranger, failure)
		}
	}
	couponID := (*issued.CouponInfos)[0].CouponId
	coupons, err := c.BSS.ListOrderCouponsByOrderId(&model.ListOrderCouponsByOrderIdRequest{OrderId: orderID})
	if err != nil {
		t.Fatal(err)
	}
	offered := false
	for _, coupon := range *coupons.UserCoupons {
		offered = offered || *coupon.CouponId == couponID && *coupon.Balance == 5.5
	}
	if !offered {
		t.Errorf("coupon %s is not offered: %v", couponID, coupons)
	}
	discounts, err := c.BSS.ListOrderDiscounts(&model.ListOrderDiscountsRequest{OrderId: orderID})
	if err != nil || len(*discounts.Discounts) != 2 {
		t.Fatalf("%v, %v", discounts, err)
	}
	abroad, err := c.Intl.ListOrderDiscounts(&intl.ListOrderDiscountsRequest{OrderId: orderID})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "discounts, international", abroad, decoded[intl.ListOrderDiscountsResponse](t, encoded(t, discounts)))
	explained := explain(t, c.daemon, orderID)
	for _, d := range *discounts.Discounts {
		for _, candidate := range explained.Candidates {
			if candidate.DiscountID == d.DiscountId && !d.Orders[0].OrderLineItems[0].DiscountAmount.Equal(candidate.Discount) {
				t.Errorf("%v, explained as %v", d, candidate)
			}
		}
	}
	chosen := (*discounts.Discounts)[0]
	pay := &model.PayOrdersRequest{Body: &model.PayCustomerOrderV3Req{OrderId: orderID, UseCoupon: "YES", UseDiscount: "YES",
		CouponInfos:   &[]model.CouponSimpleInfoOrderPayV3{{Id: couponID, Type: 301}},
		DiscountInfos: &[]model.DiscountSimpleInfoV3{{Id: chosen.DiscountId, Type: chosen.DiscountType}}}}
	paid, err := c.BSS.PayOrders(pay)
	if err != nil || paid.HttpStatusCode != http.StatusNoContent {
		t.Fatalf("pay: %v, %v", paid, err)
	}
	got, err := c.BSS.ShowCustomerOrderDetails(&model.ShowCustomerOrderDetailsRequest{OrderId: orderID})
	if err != nil || *got.OrderInfo.Status != 5 || *got.OrderInfo.AmountInfo.CouponAmount != 5.5 || got.OrderInfo.PaymentTime == nil {
		t.Fatalf("paid: %v, %v", got, err)
	}
	if want := explain(t, c.daemon, orderID).Price.Amount; money(got.OrderInfo.AmountAfterDiscount) != want.String() {
		t.Errorf("amount %v, explained %s", *got.OrderInfo.AmountAfterDiscount, want)
	}
	time.Sleep(time.Second) // the SDK's date has seconds: a later request has another signature
	_, err = c.BSS.PayOrders(pay)
	refused(t, "paid twice", err, http.StatusForbidden, "CBC.0155")
}

// TestPaymentsRefused: what is wrong with a payment is said with the published
// code, and nothing comes of it.
func TestPaymentsRefused(t *testing.T) {
	t.Parallel()
	c, other := ofBuyer(t), ofCustomer(t)
	orderID, _ := c.place(t, "pay-2")
	plain := func(change func(*model.PayCustomerOrderV3Req)) *model.PayOrdersRequest {
		body := &model.PayCustomerOrderV3Req{OrderId: orderID, UseCoupon: "NO", UseDiscount: "NO"}
		change(body)
		return &model.PayOrdersRequest{Body: body}
	}
	for _, one := range []struct {
		name   string
		by     *caller
		change func(*model.PayCustomerOrderV3Req)
		status int
		code   string
	}{
		{"neither yes nor no", c, func(b *model.PayCustomerOrderV3Req) { b.UseCoupon = "MAYBE" }, http.StatusBadRequest, "CBC.0100"},
		{"no coupon named", c, func(b *model.PayCustomerOrderV3Req) { b.UseCoupon = "YES" }, http.StatusBadRequest, "CBC.0101"},
		{"a discount of another kind", c, func(b *model.PayCustomerOrderV3Req) {
			b.UseDiscount, b.DiscountInfos = "YES", &[]model.DiscountSimpleInfoV3{{Id: "D-605-1", Type: 3}}
		}, http.StatusBadRequest, "CBC.0100"},
		{"somebody else's coupon", c, func(b *model.PayCustomerOrderV3Req) {
			b.UseCoupon, b.CouponInfos = "YES", &[]model.CouponSimpleInfoOrderPayV3{{Id: "CP-C105-3", Type: 301}}
		}, http.StatusForbidden, "CBC.0151"},
		{"a coupon that nobody has", c, func(b *model.PayCustomerOrderV3Req) {
			b.UseCoupon, b.CouponInfos = "YES", &[]model.CouponSimpleInfoOrderPayV3{{Id: "CP-none", Type: 301}}
		}, http.StatusForbidden, "CBC.0151"},
		{"somebody else's order", other, func(*model.PayCustomerOrderV3Req) {}, http.StatusForbidden, "CBC.0151"},
		{"no such order", c, func(b *model.PayCustomerOrderV3Req) { b.OrderId = "CS-none" }, http.StatusForbidden, "CBC.0151"},
	} {
		_, err := one.by.BSS.PayOrders(plain(one.change))
		refused(t, one.name, err, one.status, one.code)
	}
	if status := c.status(t, orderID); status != 6 {
		t.Errorf("the order has the status %d", status)
	}
	cancelled, err := c.Intl.CancelCustomerOrder(&intl.CancelCustomerOrderRequest{Body: &intl.CancelCustomerOrderReq{OrderId: orderID}})
	if err != nil || cancelled.HttpStatusCode != http.StatusNoContent || c.status(t, orderID) != 4 {
		t.Errorf("cancel: %v, %v", cancelled, err)
	}
	_, err = c.BSS.PayOrders(plain(func(*model.PayCustomerOrderV3Req) {}))
	refused(t, "a cancelled order", err, http.StatusForbidden, "CBC.0155")
	_, err = c.BSS.ListOrderCouponsByOrderId(&model.ListOrderCouponsByOrderIdRequest{OrderId: orderID})
	refused(t, "coupons for a cancelled order", err, http.StatusForbidden, "CBC.0155")
}

// TestLifeOfAResource: bought, renewed with and without payment, set to renew
// by itself, set to be billed pay-per-use, and given back, each by the SDK.
func TestLifeOfAResource(t *testing.T) {
	t.Parallel()
	c := ofBuyer(t)
	orderID, vm := c.place(t, "life-1")
	if _, err := c.Intl.PayOrders(&intl.PayOrdersRequest{Body: &intl.PayCustomerOrderV3Req{OrderId: orderID, UseCoupon: "NO", UseDiscount: "NO"}}); err != nil {
		t.Fatal(err)
	}
	renewed, err := c.BSS.RenewalResources(&model.RenewalResourcesRequest{Body: &model.RenewalResourcesReq{ResourceIds: []string{vm, "vm-none"}, PeriodType: 2,
		PeriodNum: 1, IsAutoPay: ptr(int32(1))}})
	if err != nil || len(*renewed.OrderIds) != 1 || len(*renewed.FailResourceInfos) != 1 || *(*renewed.FailResourceInfos)[0].ErrorCode != "30050009" {
		t.Fatalf("renew: %v, %v", renewed, err)
	}
	if renewal := (*renewed.OrderIds)[0]; c.status(t, renewal) != 5 || explain(t, c.daemon, renewal).OrderType != 2 {
		t.Errorf("the renewal %s is not paid", renewal)
	}
	unpaid, err := c.Intl.RenewalResources(&intl.RenewalResourcesRequest{Body: &intl.RenewalResourcesReq{ResourceIds: []string{vm}, PeriodType: 2, PeriodNum: 2}})
	if err != nil || len(*unpaid.OrderIds) != 1 || c.status(t, (*unpaid.OrderIds)[0]) != 6 {
		t.Fatalf("renew without payment: %v, %v", unpaid, err)
	}
	blocked, err := c.BSS.RenewalResources(&model.RenewalResourcesRequest{Body: &model.RenewalResourcesReq{ResourceIds: []string{vm}, PeriodType: 2, PeriodNum: 3}})
	if err != nil || len(*blocked.OrderIds) != 0 || *(*blocked.FailResourceInfos)[0].ErrorCode != "30050010" {
		t.Errorf("renew what an unpaid order blocks: %v, %v", blocked, err)
	}
	if _, err := c.BSS.CancelCustomerOrder(&model.CancelCustomerOrderRequest{Body: &model.CancelCustomerOrderReq{OrderId: (*unpaid.OrderIds)[0]}}); err != nil {
		t.Error(err)
	}
	set, err := c.BSS.AutoRenewalResources(&model.AutoRenewalResourcesRequest{ResourceId: vm, Body: &model.AutoRenewalResourcesReq{AutoRenewTimes: ptr(int32(3))}})
	if err != nil || set.HttpStatusCode != http.StatusNoContent {
		t.Errorf("renew by itself: %v, %v", set, err)
	}
	name := new(model.RenewResourceConfigReqConfigName)
	if err := name.UnmarshalJSON([]byte(`"DEDUCTION_DATE"`)); err != nil {
		t.Fatal(err)
	}
	config, err := c.BSS.SetResourcesRenewConfig(&model.SetResourcesRenewConfigRequest{Body: &model.RenewResourceConfigReq{ConfigName: *name, ConfigValue: "3"}})
	if err != nil || *config.ErrorCode != "CBC.0000" {
		t.Errorf("the day of deduction: %v, %v", config, err)
	}
	if renewals := string(c.command(t, "", "renewals", "--partner", partner, "--json")); !strings.Contains(renewals, vm) {
		t.Errorf("%s is not among the renewals", vm)
	}
	if _, err := c.BSS.CancelAutoRenewalResources(&model.CancelAutoRenewalResourcesRequest{ResourceId: vm}); err != nil {
		t.Error(err)
	}
	if renewals := c.command(t, "", "renewals", "--partner", partner, "--json"); bytes.Contains(renewals, []byte(vm)) {
		t.Errorf("%s is still among the renewals", vm)
	}
	for _, operation := range []string{"SET_UP", "CANCEL"} {
		converted, err := c.BSS.UpdatePeriodToOnDemand(&model.UpdatePeriodToOnDemandRequest{Body: &model.PeriodToOnDemandReq{Operation: operation, ResourceIds: []string{vm, "vm-none"}}})
		if err != nil || len(*converted.ErrorDetails) != 1 || *(*converted.ErrorDetails)[0].Id != "vm-none" || *(*converted.ErrorDetails)[0].ErrorCode != "CBC.0151" {
			t.Errorf("%s: %v, %v", operation, converted, err)
		}
	}
	back, err := c.BSS.CancelResourcesSubscription(&model.CancelResourcesSubscriptionRequest{Body: &model.UnsubscribeResourcesReq{ResourceIds: []string{vm}, UnsubscribeType: 1}})
	if err != nil || len(*back.OrderIds) != 1 || len(*back.FailResourceInfos) != 0 {
		t.Fatalf("unsubscribe: %v, %v", back, err)
	}
	refund, err := c.BSS.ShowRefundOrderDetails(&model.ShowRefundOrderDetailsRequest{OrderId: (*back.OrderIds)[0]})
	if err != nil || *refund.TotalCount == 0 {
		t.Errorf("refund: %v, %v", refund, err)
	}
	_, err = c.BSS.AutoRenewalResources(&model.AutoRenewalResourcesRequest{ResourceId: vm, Body: &model.AutoRenewalResourcesReq{}})
	refused(t, "what was given back", err, http.StatusForbidden, "CBC.0155")
}

// TestReclaim: what is left of a coupon goes back, once, and the records say
// so, refused issues among them.
func TestReclaim(t *testing.T) {
	t.Parallel()
	main := ofMain(t)
	request := func(face, quota string) *model.CreatePartnerCouponsRequest {
		return &model.CreatePartnerCouponsRequest{Body: &model.CreatePartnerCouponsReq{QuotaId: quota, CustomerIds: []string{"C101"}, FaceValue: ptr(decimal.RequireFromString(face))}}
	}
	issued, err := main.BSS.CreatePartnerCoupons(request("7", "Q-"+partner))
	if err != nil || len(*issued.CouponInfos) != 1 {
		t.Fatalf("issue: %v, %v", issued, err)
	}
	couponID := (*issued.CouponInfos)[0].CouponId
	reclaim := &model.ReclaimPartnerCouponsRequest{Body: &model.ReclaimPartnerCouponsReq{CouponId: couponID}}
	back, err := main.BSS.ReclaimPartnerCoupons(reclaim)
	if err != nil || back.HttpStatusCode != http.StatusNoContent {
		t.Fatalf("reclaim: %v, %v", back, err)
	}
	records, err := main.BSS.ListPartnerCouponsRecord(&model.ListPartnerCouponsRecordRequest{CouponIds: &[]string{couponID}})
	if err != nil || *records.TotalCount != 2 || *(*records.Records)[0].OperationType != "2" || !(*records.Records)[0].OperationAmount.Equal(decimal.NewFromInt(7)) {
		t.Errorf("records: %v, %v", records, err)
	}
	time.Sleep(time.Second)
	_, err = main.BSS.ReclaimPartnerCoupons(reclaim)
	refused(t, "reclaimed twice", err, http.StatusForbidden, "CBC.0155")
	_, err = main.BSS.ReclaimPartnerCoupons(&model.ReclaimPartnerCouponsRequest{Body: &model.ReclaimPartnerCouponsReq{CouponId: "CP-none"}})
	refused(t, "no such coupon", err, http.StatusForbidden, "CBC.0151")
	_, err = main.BSS.CreatePartnerCoupons(request("7", "Q-none"))
	refused(t, "no such quota", err, http.StatusBadRequest, "CBC.99000012")
	_, err = main.BSS.CreatePartnerCoupons(request("0.001", "Q-"+partner))
	refused(t, "a tenth of a cent", err, http.StatusBadRequest, "CBC.0100")
	over, err := main.BSS.CreatePartnerCoupons(request("999999", "Q-"+partner))
	if err != nil || len(*over.CouponInfos) != 0 || *(*over.ErrorDetails)[0].ErrorCode != "CBC.99000013" || *(*over.ErrorDetails)[0].Id != "C101" {
		t.Fatalf("more than the quota has: %v, %v", over, err)
	}
	referral := fmt.Sprintf(`{"specversion":"1.0","id":"coupon.issued/CP-referral","source":"/partners/cn","type":"coupon.issued.v1","time":%q,"subject":"CP-referral","partitionkey":%q,`+
		`"data":{"coupon_id":"CP-referral","quota_id":"Q-P110","partner_id":"P110","customer_id":"C106","coupon_type":1,"coupon_version":2,"face_value":"3.00","currency":"CNY",`+
		`"valid_time":"2026-01-01T00:00:00+08:00","expire_time":"2027-01-01T00:00:00+08:00","on_credit":false,"counts_for_performance":false}}`, time.Now().Format(time.RFC3339), partner)
	main.command(t, referral+"\n", "publish", "-")
	for range 100 {
		failures, err := main.BSS.ListPartnerCouponsRecord(&model.ListPartnerCouponsRecordRequest{CustomerId: ptr("C106"), Result: ptr("-1"), OperationTypes: &[]string{"1"}})
		if err != nil {
			t.Fatal(err)
		}
		if *failures.TotalCount == 1 && (*failures.Records)[0].Remark != nil && *(*failures.Records)[0].CouponId == "CP-referral" {
			return
		}
		time.Sleep(150 * time.Millisecond)
	}
	t.Error("the refused issue is not among the records")
}
