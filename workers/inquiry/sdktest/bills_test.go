package sdktest

import (
	"cmp"
	"net/http"
	"slices"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/bss/v2/model"
	intl "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/bssintl/v2/model"
	"github.com/shopspring/decimal"
)

// charge is a line, or a sum, of `accruald charges`.
type charge struct {
	CustomerID string `json:"customer_id"`
	Kind       string
	OrderID    string `json:"order_id"`
	LineID     string `json:"line_id"`
	Original   string `json:"original_order_id"`
	Resource   string `json:"resource_id"`
	Service    string `json:"cloud_service_type"`
	Type       string `json:"resource_type"`
	Product    string `json:"product_id"`
	Mode       string
	Currency   string
	List       decimal.Decimal `json:"list_amount"`
	Discount   decimal.Decimal `json:"discount_amount"`
	Erased     decimal.Decimal `json:"erased_amount"`
	Amount     decimal.Decimal
	Cash       decimal.Decimal
	Credit     decimal.Decimal
	Monthly    decimal.Decimal `json:"monthly_settlement"`
	Coupon     decimal.Decimal
	Flexi      decimal.Decimal `json:"flexi_coupon"`
	Card       decimal.Decimal `json:"stored_card"`
	Adjusted   decimal.Decimal
}

func chargesOf(t *testing.T, d *daemon, args ...string) []charge {
	t.Helper()
	return decoded[struct{ Rows []charge }](t, d.command(t, "", append([]string{"charges", "--json", "--limit", "100000"}, args...)...)).Rows
}

func (c *charge) mode() int32 {
	return map[string]int32{"period": 1, "on_demand": 3, "reserved": 10}[c.Mode]
}

// plain is a response without the digits that decimals were written with.
func plain[R any](t *testing.T, response *R) *R { return decoded[R](t, encoded(t, response)) }

// nameOf are the Chinese names of service and resource types.
func nameOf(t *testing.T) (service, resource func(service, code string) *string) {
	t.Helper()
	catalogue := publishedTypes(t)
	orNil := func(text string) *string {
		if text == "" {
			return nil
		}
		return &text
	}
	return func(service, _ string) *string {
			return orNil(cmp.Or(catalogue[service].Names.ZhCN, catalogue[service].Names.EnUS))
		},
		func(service, code string) *string {
			for _, r := range catalogue[service].ResourceTypes {
				if r.Code == code {
					return orNil(cmp.Or(r.Names.ZhCN, r.Names.EnUS))
				}
			}
			return nil
		}
}

func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// TestMonthlyBillsOfCustomers: what `accruald charges --sum` says of a partner
// and of one customer, by mode, and their sum is that of the statement.
func TestMonthlyBillsOfCustomers(t *testing.T) {
	t.Parallel()
	c := callerOf(t, "--partner", partner, "--role", "finance").patient()
	service, resource := nameOf(t)
	for _, test := range []struct{ cycle, customer string }{{"2026-01", ""}, {"2026-02", ""}, {"2026-03", "C103"}, {"2026-01", customer}} {
		args := []string{"--partner", partner, "--cycle", test.cycle, "--sum"}
		if test.customer != "" {
			args = append(args, "--customer", test.customer)
		}
		told := chargesOf(t, c.daemon, args...)
		if len(told) == 0 {
			t.Fatalf("nothing was charged: %v", test)
		}
		total := decimal.Zero
		for mode, name := range map[int32]string{1: "1", 3: "3"} {
			want := &model.ListSubcustomerMonthlyBillsResponse{BillSums: &[]model.BillSumInfoV2{}, Count: ptr(int32(0)), Currency: &told[0].Currency}
			for _, row := range told {
				if row.mode() == mode {
					*want.BillSums = append(*want.BillSums, row.monthlyBill(t, service, resource))
					*want.Count++
				}
			}
			request := &model.ListSubcustomerMonthlyBillsRequest{Cycle: test.cycle, ChargeMode: name, CustomerId: text(test.customer), Limit: ptr(int32(100))}
			got, err := c.BSS.ListSubcustomerMonthlyBills(request)
			if err != nil {
				t.Fatal(err)
			}
			same(t, test.cycle+" "+test.customer+" by mode "+name, plain(t, got), plain(t, want))
			for _, row := range *got.BillSums {
				total = total.Add(*row.Amount)
			}
			request.Limit, request.Offset = ptr(int32(1)), ptr(int32(1))
			page, err := c.BSS.ListSubcustomerMonthlyBills(request)
			if err != nil {
				t.Fatal(err)
			}
			want.BillSums = ptr(append([]model.BillSumInfoV2{}, (*want.BillSums)[min(1, len(*want.BillSums)):min(2, len(*want.BillSums))]...))
			same(t, "the second row", plain(t, page), plain(t, want))
		}
		if test.customer == "" {
			if lines := statementOf(t, c.daemon, partner, test.cycle).lines(); !total.Equal(lines) {
				t.Errorf("%s: the bills sum to %s, the lines of the statement to %s", test.cycle, total, lines)
			}
		}
	}
	refunds, err := c.BSS.ListSubcustomerMonthlyBills(&model.ListSubcustomerMonthlyBillsRequest{Cycle: "2026-01", ChargeMode: "1", BillType: ptr("1"), CustomerId: ptr(customer),
		CloudServiceType: ptr("hws.service.type.ec2")})
	if err != nil || *refunds.Count != 1 || !(*refunds.BillSums)[0].Amount.IsNegative() || (*refunds.BillSums)[0].DiscountAmount != nil {
		t.Errorf("refunds of one service type: %v, %v", refunds, err)
	}
	none, err := c.BSS.ListSubcustomerMonthlyBills(&model.ListSubcustomerMonthlyBillsRequest{Cycle: "2025-11", ChargeMode: "11"})
	if err != nil || *none.Count != 0 || len(*none.BillSums) != 0 || none.Currency != nil {
		t.Errorf("before everything: %v, %v", none, err)
	}
}

func (c *charge) monthlyBill(t *testing.T, service, resource func(service, code string) *string) model.BillSumInfoV2 {
	t.Helper()
	kind := map[string]string{"consumption": "0", "refund": "1"}[c.Kind]
	if kind == "" {
		t.Fatalf("the quarter adjusts no orders: %v", c)
	}
	row := model.BillSumInfoV2{CustomerId: &c.CustomerID, CloudServiceType: &c.Service, CloudServiceTypeName: service(c.Service, ""), BillType: &kind,
		ChargeMode: text(map[int32]string{1: "1", 3: "3"}[c.mode()]), Amount: &c.Amount, MeasureId: ptr(int32(1)), AccountDetails: &[]model.BalanceTypeDeductSumV2{},
		ResourceTypeCode: &c.Type, ResourceTypeName: resource(c.Service, c.Type)}
	if kind == "0" {
		row.DebtAmount, row.AdjustmentAmount, row.DiscountAmount = &c.Monthly, &c.Adjusted, &c.Discount
	}
	for _, part := range []struct {
		name   string
		amount decimal.Decimal
	}{{"BALANCE_TYPE_DEBIT", c.Cash}, {"BALANCE_TYPE_CREDIT", c.Credit}, {"BALANCE_TYPE_COUPON", c.Coupon}, {"BALANCE_TYPE_RCASH_COUPON", c.Flexi},
		{"BALANCE_TYPE_STORED_VALUE_CARD", c.Card}} {
		if !part.amount.IsZero() {
			*row.AccountDetails = append(*row.AccountDetails, model.BalanceTypeDeductSumV2{BalanceType: &part.name, Amount: &part.amount, BillType: &kind})
		}
	}
	return row
}

// statement is what `accruald report statement` says of a cycle.
type statement struct {
	Statements []struct {
		Currency    string
		Consumption decimal.Decimal `json:"consume_amount"`
		Refunds     decimal.Decimal
		Adjustments decimal.Decimal
		Tax         decimal.Decimal `json:"tax_amount"`
		AmountDue   decimal.Decimal `json:"amount_due"`
	}
	Charges []struct {
		Change bool
		Amount decimal.Decimal
	}
}

func statementOf(t *testing.T, d *daemon, partner, cycle string) *statement {
	t.Helper()
	return decoded[statement](t, d.command(t, "", "report", "statement", "--partner", partner, "--cycle", cycle, "--format", "json"))
}

// lines sums what is a customer's.
func (s *statement) lines() (sum decimal.Decimal) {
	for _, c := range s.Charges {
		if !c.Change {
			sum = sum.Add(c.Amount)
		}
	}
	return sum
}

// TestPostpaidBillSum: the statement as it was issued.
func TestPostpaidBillSum(t *testing.T) {
	t.Parallel()
	for _, of := range []string{"P110", "P130"} {
		c := callerOf(t, "--partner", of, "--role", "main")
		for _, cycle := range []string{"2026-01", "2026-02", "2026-03"} {
			s := statementOf(t, c.daemon, of, cycle).Statements
			if len(s) != 1 {
				t.Fatalf("%s %s: %v", of, cycle, s)
			}
			got, err := c.Intl.ListPostpaidBillSum(&intl.ListPostpaidBillSumRequest{BillCycle: cycle})
			if err != nil {
				t.Fatal(err)
			}
			same(t, of+" "+cycle, plain(t, got), plain(t, &intl.ListPostpaidBillSumResponse{BillCycle: &cycle, InitialAmountDue: &s[0].AmountDue,
				ConsumeAmount: &s[0].Consumption, Refunds: &s[0].Refunds, Adjustments: &s[0].Adjustments, TaxAmount: &s[0].Tax, Currency: &s[0].Currency}))
		}
		_, err := c.Intl.ListPostpaidBillSum(&intl.ListPostpaidBillSumRequest{BillCycle: "2031-01"})
		refused(t, "a statement that is not issued", err, http.StatusForbidden, "CBC.0155")
		_, err = c.Intl.ListPostpaidBillSum(&intl.ListPostpaidBillSumRequest{BillCycle: "2026-13"})
		refused(t, "no month", err, http.StatusBadRequest, "CBC.0100")
		_, err = c.Intl.ListPostpaidBillSum(&intl.ListPostpaidBillSumRequest{})
		refused(t, "no cycle", err, http.StatusBadRequest, "CBC.0101")
	}
}

// TestBillsAreSeenByWhomTheyConcern: partners see those of their customers,
// resellers of theirs, customers their own; all else is refused in one way.
func TestBillsAreSeenByWhomTheyConcern(t *testing.T) {
	t.Parallel()
	of := func(c *caller, customer, reseller string) error {
		_, err := c.BSS.ListSubcustomerMonthlyBills(&model.ListSubcustomerMonthlyBillsRequest{Cycle: "2026-01", ChargeMode: "1", CustomerId: text(customer), IndirectPartnerId: text(reseller)})
		return err
	}
	finance, reseller := inNetwork(t, "--role", "finance").patient(), inNetwork(t, "--reseller", "R501", "--role", "reseller").patient()
	manager, own := inNetwork(t, "--manager", "AM-1", "--role", "account_manager"), inNetwork(t, "--customer", "S501", "--role", "customer")
	for name, err := range map[string]error{"its own": of(finance, "S503", ""), "a reseller's": of(finance, "S501", "R501"), "all": of(finance, "", ""),
		"of a reseller": of(finance, "", "R502"), "the reseller's own": of(reseller, "S501", ""), "all of the reseller's": of(reseller, "", "R501")} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, err := range map[string]error{"somebody else's": of(finance, customer, ""), "nobody's": of(finance, "nobody", ""), "a reseller's without the reseller": of(finance, "S501", ""),
		"another reseller's": of(reseller, "S502", ""), "another reseller": of(reseller, "", "R502"), "the distributor's": of(reseller, "S503", ""),
		"an account manager's": of(manager, "S503", ""), "a customer's": of(own, "S501", "")} {
		refused(t, name, err, http.StatusForbidden, "CBC.0151")
		if words(err) != "CBC.0151 Access denied." {
			t.Errorf("%s: %s", name, words(err))
		}
	}
	for name, c := range map[string]*caller{"a reseller": reseller, "an account manager": manager, "a customer": own} {
		_, err := c.Intl.ListPostpaidBillSum(&intl.ListPostpaidBillSumRequest{BillCycle: "2026-01"})
		refused(t, "the statement for "+name, err, http.StatusForbidden, "CBC.0151")
	}
	for name, c := range map[string]*caller{"a reseller": reseller, "finance": finance} {
		_, err := c.BSS.ShowCustomerMonthlySum(&model.ShowCustomerMonthlySumRequest{BillCycle: "2026-01"})
		refused(t, "a customer's bill for "+name, err, http.StatusForbidden, "CBC.0151")
	}
	_, err := own.BSS.ShowCustomerMonthlySum(&model.ShowCustomerMonthlySumRequest{BillCycle: "2026-01", Method: ptr("sub_customer"), SubCustomerId: ptr("S502")})
	refused(t, "a member of no enterprise", err, http.StatusForbidden, "CBC.0151")
	_, err = own.BSS.ShowCustomerMonthlySum(&model.ShowCustomerMonthlySumRequest{BillCycle: "2026-01", Method: ptr("sub_customer")})
	refused(t, "no member", err, http.StatusBadRequest, "CBC.0101")
}

// owners are customers of every kind: that pay at once, on credit and by the
// month, and of a referral.
var owners = []struct{ partner, customer string }{{partner, customer}, {partner, "C103"}, {partner, "C101"}, {"P130", "C301"}, {partner, "C107"}}

// TestOwnMonthlySum: what `accruald charges` says of the caller, by service
// type, and by resource type of one; the sum is that of its lines.
func TestOwnMonthlySum(t *testing.T) {
	t.Parallel()
	service, resource := nameOf(t)
	for _, owner := range owners {
		c := callerOf(t, "--partner", owner.partner, "--customer", owner.customer, "--role", "customer").patient()
		for _, cycle := range []string{"2026-01", "2026-02"} {
			told := chargesOf(t, c.daemon, "--partner", owner.partner, "--customer", owner.customer, "--cycle", cycle)
			if len(told) == 0 {
				t.Fatalf("%v: nothing was charged in %s", owner, cycle)
			}
			want := monthlySum(told, cycle, func(c *charge) string { return "" }, service, resource)
			got, err := c.BSS.ShowCustomerMonthlySum(&model.ShowCustomerMonthlySumRequest{BillCycle: cycle, Limit: ptr(int32(1000))})
			if err != nil {
				t.Fatal(err)
			}
			same(t, owner.customer+" "+cycle, plain(t, got), plain(t, want))
			abroad, err := c.Intl.ShowCustomerMonthlySum(&intl.ShowCustomerMonthlySumRequest{BillCycle: cycle, Limit: ptr(int32(1000)), Method: ptr("oneself"), EnterpriseProjectId: ptr("-1")})
			if err != nil {
				t.Fatal(err)
			}
			same(t, owner.customer+" "+cycle+", international", plain(t, abroad), decoded[intl.ShowCustomerMonthlySumResponse](t, encoded(t, want)))
			one := told[0].Service
			of := slices.DeleteFunc(slices.Clone(told), func(c charge) bool { return c.Service != one })
			want = monthlySum(of, cycle, func(c *charge) string { return c.Type }, service, resource)
			want.BillSums = ptr((*want.BillSums)[:1])
			got, err = c.BSS.ShowCustomerMonthlySum(&model.ShowCustomerMonthlySumRequest{BillCycle: cycle, ServiceTypeCode: &one, Limit: ptr(int32(1))})
			if err != nil {
				t.Fatal(err)
			}
			same(t, owner.customer+" "+cycle+" "+one, plain(t, got), plain(t, want))
		}
	}
	c := ofCustomer(t)
	none, err := c.BSS.ShowCustomerMonthlySum(&model.ShowCustomerMonthlySumRequest{BillCycle: "2026-01", EnterpriseProjectId: ptr("0")})
	if err != nil || *none.TotalCount != 0 || !none.ConsumeAmount.IsZero() {
		t.Errorf("of a project: %v, %v", none, err)
	}
}

// monthlySum sums lines as the published answer does.
func monthlySum(told []charge, cycle string, kindOf func(*charge) string, service, resource func(service, code string) *string) *model.ShowCustomerMonthlySumResponse {
	rows := map[[4]string]*model.BillSumRecordInfoV2{}
	out := &model.ShowCustomerMonthlySumResponse{BillSums: &[]model.BillSumRecordInfoV2{}, MeasureId: ptr(int32(1)), Currency: &told[0].Currency}
	add := func(to **decimal.Decimal, amount decimal.Decimal) {
		if *to == nil {
			*to = &decimal.Decimal{}
		}
		**to = (*to).Add(amount)
	}
	for i := range told {
		c := &told[i]
		key := [4]string{c.Service, kindOf(c), c.Mode, c.Kind}
		row := rows[key]
		if row == nil {
			row = &model.BillSumRecordInfoV2{BillCycle: &cycle, ResourceTypeCode: text(key[1]), ServiceTypeCode: &c.Service, ServiceTypeName: service(c.Service, ""),
				ResourceTypeName: resource(c.Service, key[1]), ChargingMode: ptr(c.mode()), MeasureId: ptr(int32(1)), CustomerId: &c.CustomerID,
				BillType: ptr(map[string]int32{"consumption": 1, "refund": 2, "adjustment": 3}[c.Kind])}
			rows[key] = row
		}
		for _, part := range []struct {
			of     **decimal.Decimal
			amount decimal.Decimal
		}{{&row.OfficialAmount, c.List}, {&row.OfficialDiscountAmount, c.Discount}, {&row.TruncatedAmount, c.Erased}, {&row.ConsumeAmount, c.Amount},
			{&row.CouponAmount, c.Coupon}, {&row.FlexipurchaseCouponAmount, c.Flexi}, {&row.StoredValueCardAmount, c.Card}, {&row.DebtAmount, c.Monthly},
			{&row.WriteoffAmount, c.Adjusted}, {&row.CashAmount, c.Cash}, {&row.CreditAmount, c.Credit},
			{&out.ConsumeAmount, c.Amount}, {&out.DebtAmount, c.Monthly}, {&out.CouponAmount, c.Coupon}, {&out.FlexipurchaseCouponAmount, c.Flexi},
			{&out.StoredValueCardAmount, c.Card}, {&out.CashAmount, c.Cash}, {&out.CreditAmount, c.Credit}, {&out.WriteoffAmount, c.Adjusted}} {
			add(part.of, part.amount)
		}
	}
	for _, row := range rows {
		*out.BillSums = append(*out.BillSums, *row)
	}
	of := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	slices.SortFunc(*out.BillSums, func(a, b model.BillSumRecordInfoV2) int {
		return cmp.Or(cmp.Compare(*a.ServiceTypeCode, *b.ServiceTypeCode), cmp.Compare(of(a.ResourceTypeCode), of(b.ResourceTypeCode)),
			cmp.Compare(*a.ChargingMode, *b.ChargingMode), cmp.Compare(*a.BillType, *b.BillType))
	})
	out.TotalCount = ptr(int32(len(*out.BillSums)))
	return out
}
