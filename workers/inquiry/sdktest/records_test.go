package sdktest

import (
	"net/http"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/bss/v2/model"
	intl "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/bssintl/v2/model"
	"github.com/shopspring/decimal"
)

// TestOwnRecords: line by line what `accruald charges` says of the caller.
func TestOwnRecords(t *testing.T) {
	t.Parallel()
	service, resource := nameOf(t)
	for _, owner := range owners {
		c := callerOf(t, "--partner", owner.partner, "--customer", owner.customer, "--role", "customer").patient()
		told := chargesOf(t, c.daemon, "--partner", owner.partner, "--customer", owner.customer, "--cycle", "2026-02")
		got, err := c.BSS.ListCustomerselfResourceRecords(&model.ListCustomerselfResourceRecordsRequest{Cycle: "2026-02", Limit: ptr(int32(1000))})
		if err != nil {
			t.Fatal(err)
		}
		if int(*got.TotalCount) != len(told) || len(*got.FeeRecords) != len(told) || *got.Currency != told[0].Currency {
			t.Fatalf("%s: %d records, %d listed; charged %d", owner.customer, *got.TotalCount, len(*got.FeeRecords), len(told))
		}
		ids := map[string]bool{}
		for i, row := range *got.FeeRecords {
			want := &told[i]
			if ids[*row.Id] {
				t.Errorf("id %s is there twice", *row.Id)
			}
			ids[*row.Id] = true
			have := &charge{CustomerID: *row.CustomerId, Service: *row.CloudServiceType, Type: *row.ResourceType, Resource: *row.ResourceId, Product: *row.ProductId,
				OrderID: *row.TradeId, List: *row.OfficialAmount, Discount: *row.DiscountAmount, Amount: *row.Amount, Cash: *row.CashAmount, Credit: *row.CreditAmount,
				Monthly: *row.DebtAmount, Coupon: *row.CouponAmount, Flexi: *row.FlexipurchaseCouponAmount, Card: *row.StoredCardAmount, Adjusted: *row.AdjustmentAmount}
			compared := *want
			compared.Kind, compared.LineID, compared.Original, compared.Mode, compared.Currency, compared.Erased = "", "", "", "", "", decimal.Decimal{}
			same(t, owner.customer+" "+*row.Id, plain(t, have), plain(t, &compared))
			if parts := decimal.Sum(have.Cash, have.Credit, have.Monthly, have.Coupon, have.Flexi, have.Card, have.Adjusted); !parts.Equal(have.Amount) {
				t.Errorf("%s: the parts sum to %s of %s", *row.Id, parts, have.Amount)
			}
			metered, refund := want.Mode == "on_demand", want.Kind == "refund"
			if *row.ChargeMode != map[bool]string{true: "3", false: "1"}[metered] || (*row.BillType == 4 || *row.BillType == 20) != refund || (*row.BillType == 5) != metered ||
				(row.OrderId == nil) != metered || (row.EffectiveTime != nil) != metered || *row.BillDate < "2026-02-01" || *row.BillDate > "2026-02-28" {
				t.Errorf("%v, charged as %v", row, want)
			}
			same(t, "service", row.CloudServiceTypeName, service(want.Service, ""))
			same(t, "type of resource", row.ResourceTypeName, resource(want.Service, want.Type))
		}
		abroad, err := c.Intl.ListCustomerselfResourceRecords(&intl.ListCustomerselfResourceRecordsRequest{Cycle: "2026-02", Limit: ptr(int32(1000)), Method: ptr("all")})
		if err != nil {
			t.Fatal(err)
		}
		same(t, owner.customer+", international", plain(t, abroad), decoded[intl.ListCustomerselfResourceRecordsResponse](t, encoded(t, got)))
	}
}

// TestOwnRecordsPicked: filters, pages, and records by resource.
func TestOwnRecordsPicked(t *testing.T) {
	t.Parallel()
	c := callerOf(t, "--partner", partner, "--customer", "C101", "--role", "customer").patient()
	ask := func(r model.ListCustomerselfResourceRecordsRequest) []model.ResFeeRecordV2 {
		t.Helper()
		if r.Cycle, r.Limit = "2026-02", ptr(int32(1000)); r.StatisticType == nil {
			r.StatisticType = ptr(int32(3))
		}
		got, err := c.BSS.ListCustomerselfResourceRecords(&r)
		if err != nil {
			t.Fatal(err)
		}
		return *got.FeeRecords
	}
	all := ask(model.ListCustomerselfResourceRecordsRequest{})
	picked := func(name string, r model.ListCustomerselfResourceRecordsRequest, is func(*model.ResFeeRecordV2) bool) {
		t.Helper()
		want := []model.ResFeeRecordV2{}
		for i := range all {
			if is(&all[i]) {
				want = append(want, all[i])
			}
		}
		if len(want) == 0 || len(want) == len(all) && name != "with what came to nothing" {
			t.Fatalf("%s picks %d of %d: choose what tells more", name, len(want), len(all))
		}
		got := ask(r)
		same(t, name, plain(t, &got), plain(t, &want))
	}
	first := &all[0]
	picked("by use", model.ListCustomerselfResourceRecordsRequest{ChargeMode: ptr("3")}, func(r *model.ResFeeRecordV2) bool { return *r.ChargeMode == "3" })
	picked("usage", model.ListCustomerselfResourceRecordsRequest{BillType: ptr(int32(5))}, func(r *model.ResFeeRecordV2) bool { return *r.BillType == 5 })
	picked("a service type", model.ListCustomerselfResourceRecordsRequest{CloudServiceType: first.CloudServiceType}, func(r *model.ResFeeRecordV2) bool { return *r.CloudServiceType == *first.CloudServiceType })
	picked("a resource", model.ListCustomerselfResourceRecordsRequest{ResourceId: first.ResourceId}, func(r *model.ResFeeRecordV2) bool { return *r.ResourceId == *first.ResourceId })
	picked("an order", model.ListCustomerselfResourceRecordsRequest{TradeId: first.TradeId}, func(r *model.ResFeeRecordV2) bool { return *r.TradeId == *first.TradeId })
	picked("some dates", model.ListCustomerselfResourceRecordsRequest{BillDateBegin: ptr("2026-02-05"), BillDateEnd: ptr("2026-02-12")},
		func(r *model.ResFeeRecordV2) bool { return *r.BillDate >= "2026-02-05" && *r.BillDate <= "2026-02-12" })
	picked("with what came to nothing", model.ListCustomerselfResourceRecordsRequest{IncludeZeroRecord: ptr(true)}, func(*model.ResFeeRecordV2) bool { return true })
	if got := ask(model.ListCustomerselfResourceRecordsRequest{BillDateBegin: ptr("2026-02-05")}); len(got) != len(all) {
		t.Errorf("one date alone picks %d of %d", len(got), len(all))
	}
	for _, row := range ask(model.ListCustomerselfResourceRecordsRequest{IncludeZeroRecord: ptr(false)}) {
		if row.Amount.IsZero() {
			t.Errorf("%v came to nothing", row)
		}
	}
	sums, lines := map[string]decimal.Decimal{}, map[string]decimal.Decimal{}
	key := func(r *model.ResFeeRecordV2) string {
		return *r.ResourceId + " " + *r.ProductId + " " + string(encoded(t, r.BillType))
	}
	for i := range all {
		lines[key(&all[i])] = lines[key(&all[i])].Add(*all[i].Amount)
	}
	for _, row := range ask(model.ListCustomerselfResourceRecordsRequest{StatisticType: ptr(int32(1))}) {
		if _, twice := sums[key(&row)]; twice || row.Id != nil || row.TradeId != nil || row.BillDate != nil {
			t.Errorf("by resource: %v", row)
		}
		sums[key(&row)] = *row.Amount
	}
	same(t, "by resource", plain(t, &sums), plain(t, &lines))
	for name, r := range map[string]*model.ListCustomerselfResourceRecordsRequest{
		"dates of another month": {Cycle: "2026-01", BillDateBegin: ptr("2026-02-01"), BillDateEnd: ptr("2026-02-02")},
		"dates that end first":   {Cycle: "2026-01", BillDateBegin: ptr("2026-01-03"), BillDateEnd: ptr("2026-01-02")},
		"a date that is none":    {Cycle: "2026-01", BillDateBegin: ptr("2026-01-32"), BillDateEnd: ptr("2026-01-02")},
		"a limit of 1001":        {Cycle: "2026-01", Limit: ptr(int32(1001))},
		"a mode that is none":    {Cycle: "2026-01", ChargeMode: ptr("2")},
		"a statistic":            {Cycle: "2026-01", StatisticType: ptr(int32(2))},
	} {
		_, err := c.BSS.ListCustomerselfResourceRecords(r)
		refused(t, name, err, http.StatusBadRequest, "CBC.0100")
	}
	_, err := ofMain(t).BSS.ListCustomerselfResourceRecords(&model.ListCustomerselfResourceRecordsRequest{Cycle: "2026-01"})
	refused(t, "for a partner", err, http.StatusForbidden, "CBC.0151")
}
