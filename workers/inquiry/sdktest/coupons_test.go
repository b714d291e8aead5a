package sdktest

import (
	"net/http"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/bss/v2/model"
	intl "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/bssintl/v2/model"
	"github.com/shopspring/decimal"
)

type listedCoupon struct {
	ID         string `json:"coupon_id"`
	CustomerID string `json:"customer_id"`
	Version    int    `json:"coupon_version"`
	State      string
	FaceValue  decimal.Decimal `json:"face_value"`
	Balance    decimal.Decimal
	GivenBack  decimal.Decimal `json:"given_back"`
}

type listedQuota struct {
	ID      string `json:"quota_id"`
	Partner string `json:"partner_id"`
	Granted decimal.Decimal
	Balance decimal.Decimal
}

func listed[R any](t *testing.T, d *daemon, args ...string) []R {
	t.Helper()
	return decoded[struct{ Rows []R }](t, d.command(t, "", append(args, "--json")...)).Rows
}

var couponStates = map[string]int32{"normal": 2, "frozen": 2, "used_up": 3, "expired": 4, "reclaimed": 5}

// TestCoupons: a customer's own list is what `accruald coupons` says.
func TestCoupons(t *testing.T) {
	t.Parallel()
	c := ofCustomer(t)
	got, err := c.BSS.ListSubCustomerCoupons(&model.ListSubCustomerCouponsRequest{Limit: ptr(int32(1000))})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]listedCoupon{}
	for _, row := range listed[listedCoupon](t, c.daemon, "coupons", "--customer", customer) {
		want[row.ID] = row
	}
	if len(want) < 2 || int(*got.Count) != len(want) || len(*got.UserCoupons) != len(want) {
		t.Fatalf("%d of %d coupons, want %d", len(*got.UserCoupons), *got.Count, len(want))
	}
	used := 0
	for _, coupon := range *got.UserCoupons {
		row := want[*coupon.CouponId]
		if *coupon.CustomerId != customer || money(coupon.FaceValue) != row.FaceValue.String() || *coupon.Status != couponStates[row.State] ||
			int(*coupon.CouponVersion) != row.Version || *coupon.SourceId != partner || (coupon.Balance == nil) != (row.Version == 1) ||
			coupon.Balance != nil && money(coupon.Balance) != row.Balance.String() {
			t.Errorf("%v, listed as %v", coupon, row)
		}
		if *coupon.Status == 3 {
			used++
		}
	}
	abroad, err := c.Intl.ListSubCustomerCoupons(&intl.ListSubCustomerCouponsRequest{Status: ptr(int32(3)), Limit: ptr(int32(1))})
	if err != nil || used == 0 || int(*abroad.Count) != used || len(*abroad.UserCoupons) != 1 {
		t.Errorf("international: %d used, %v, %v", used, abroad, err)
	}
	_, err = c.BSS.ListIssuedPartnerCoupons(&model.ListIssuedPartnerCouponsRequest{})
	refused(t, "the partner's list", err, http.StatusForbidden, "CBC.0151")
}

// TestIssuedCouponsAndQuotas: the partner's lists are what `accruald coupons`
// and `accruald quotas` say.
func TestIssuedCouponsAndQuotas(t *testing.T) {
	t.Parallel()
	const other = "P120"
	c := callerOf(t, "--partner", other, "--role", "main")
	rows := listed[listedCoupon](t, c.daemon, "coupons", "--partner", other)
	got, err := c.BSS.ListIssuedPartnerCoupons(&model.ListIssuedPartnerCouponsRequest{Limit: ptr(int32(1000))})
	if err != nil {
		t.Fatal(err)
	}
	direct := map[string]listedCoupon{}
	for _, coupon := range *got.UserCoupons {
		direct[*coupon.CouponId] = listedCoupon{ID: *coupon.CouponId, CustomerID: *coupon.CustomerId, FaceValue: *coupon.FaceValue}
	}
	for _, row := range rows { // of resellers' customers another question is asked
		if shown, found := direct[row.ID]; found && (shown.CustomerID != row.CustomerID || !shown.FaceValue.Equal(row.FaceValue)) {
			t.Errorf("%v, listed as %v", shown, row)
		}
	}
	if len(direct) == 0 || int(*got.TotalCount) != len(direct) {
		t.Errorf("%d of %d coupons are shown", len(direct), *got.TotalCount)
	}
	records, err := c.BSS.ListPartnerCouponsRecord(&model.ListPartnerCouponsRecordRequest{Limit: ptr(int32(1000)), OperationTypes: &[]string{"1"}, Result: ptr("0")})
	if err != nil || int(*records.TotalCount) != len(direct) {
		t.Errorf("records %v, %v; want %d", records, err, len(direct))
	}
	for _, quota := range listed[listedQuota](t, c.daemon, "quotas", "--partner", other) {
		one, err := c.BSS.ListQuotaCoupons(&model.ListQuotaCouponsRequest{Body: &model.QueryCouponQuotasReqExt{QuotaIds: &[]string{quota.ID}}})
		if err != nil || *one.TotalCount != 1 || !(*one.Quotas)[0].QuotaValue.Equal(quota.Granted) || !(*one.Quotas)[0].Balance.Equal(quota.Balance) {
			t.Errorf("quota %v: %v, %v", quota, one, err)
		}
	}
	handedOn, err := c.BSS.ListIssuedCouponQuotas(&model.ListIssuedCouponQuotasRequest{})
	if err != nil || *handedOn.TotalCount != 0 {
		t.Errorf("quotas of resellers: %v, %v", handedOn, err)
	}
	steps, err := c.BSS.ListCouponQuotasRecords(&model.ListCouponQuotasRecordsRequest{OperationType: ptr("10")})
	if err != nil || *steps.TotalCount != 0 {
		t.Errorf("steps of them: %v, %v", steps, err)
	}
	_, err = c.BSS.ListQuotaCoupons(&model.ListQuotaCouponsRequest{Body: &model.QueryCouponQuotasReqExt{Limit: ptr(int32(101))}})
	refused(t, "a page of 101", err, http.StatusBadRequest, "CBC.0100")
	manager := callerOf(t, "--partner", other, "--role", "finance")
	_, err = manager.BSS.ListQuotaCoupons(&model.ListQuotaCouponsRequest{Body: &model.QueryCouponQuotasReqExt{}})
	refused(t, "finance", err, http.StatusForbidden, "CBC.0151")
}
