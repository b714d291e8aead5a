package settlement

import (
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/site"
)

func checkInvoiceAmount(t *testing.T, v vector) {
	var in struct {
		Incentive decimal.Decimal `json:"incentive_incl_output_vat"`
		VAT       decimal.Decimal `json:"output_vat_rate"`
		Fee       decimal.Decimal `json:"service_fee_rate"`
		Method    string          `json:"issue_method"`
	}
	var want struct {
		Invoice    *decimal.Decimal `json:"invoice_amount"`
		Settlement decimal.Decimal  `json:"settlement_amount"`
	}
	v.decode(t, &in, &want)
	p := *profile(t, "cn")
	p.IncentiveInvoice = site.IncentiveInvoice{OutputVATRate: in.VAT, ServiceFeeRate: in.Fee}
	for method := range strings.SplitSeq(strings.Replace(in.Method, "topup_with_invoice", string(site.AccountTopUp), 1), "|") {
		needed, err := InvoiceRequired(site.PaymentMethod(method))
		if err != nil || needed != (want.Invoice != nil) {
			t.Errorf("%s: invoice needed %v (%v)", method, needed, err)
		}
		got, err := Payout(&p, in.Incentive, site.PaymentMethod(method), "CNY")
		if err != nil {
			t.Fatal(err)
		}
		expect(t, method, got, want.Settlement.String())
	}
}

func checkExpiryOffset(t *testing.T, v vector) {
	var in struct {
		Positive decimal.Decimal  `json:"positive_expiring"`
		Negative decimal.Decimal  `json:"negative_outstanding"`
		Later    *decimal.Decimal `json:"negative_arriving_after_expiry"`
	}
	var want struct {
		Offset      *decimal.Decimal `json:"offset"`
		After       *decimal.Decimal `json:"outstanding_after"`
		NewNegative *decimal.Decimal `json:"new_negative"`
		Lost        *decimal.Decimal `json:"unused_positive_lost"`
	}
	v.decode(t, &in, &want)
	negative := Amounts{}.Accrue(in.Negative, decimal.Zero)
	plan := OffsetOnExpiry(RequestBill{ID: "P", Payable: in.Positive}, []RequestBill{{ID: "N", Payable: negative.Payable}})
	offset := decimal.Zero
	for _, line := range plan.Lines {
		if line.BillID == "N" {
			negative = negative.Net(line.Offset)
		} else {
			offset = offset.Add(line.Offset)
		}
	}
	if in.Later != nil {
		negative = negative.Accrue(*in.Later, decimal.Zero)
	}
	for _, c := range []struct {
		what string
		got  decimal.Decimal
		want *decimal.Decimal
	}{
		{"offset", offset, want.Offset}, {"outstanding", negative.Payable, want.After},
		{"new negative", negative.Payable, want.NewNegative}, {"lost", plan.Amount, want.Lost},
	} {
		if c.want != nil {
			expect(t, c.what, c.got, c.want.String())
		}
	}
}

func checkMinimum(t *testing.T, v vector) {
	var in struct {
		Balances  []decimal.Decimal `json:"balances_by_month"`
		Threshold decimal.Decimal   `json:"threshold"`
	}
	var want struct {
		First  string `json:"paid_month1"`
		Second string `json:"paid_month2"`
	}
	v.decode(t, &in, &want)
	issued := decimal.Zero
	for month, expected := range []string{want.First, want.Second} {
		issued = issued.Add(in.Balances[month])
		applicable := decimal.Zero
		for _, balance := range in.Balances[:month+1] {
			amount, _ := Applicable(BillView{BillIssued, balance}, Gates{Authenticated: true, MinPayment: &in.Threshold, IssuedPayable: issued})
			applicable = applicable.Add(amount)
		}
		expect(t, "applicable", applicable, expected)
	}
}

func checkWithdrawable(t *testing.T, v vector) {
	var in struct {
		Cash decimal.Decimal `json:"cash_balance"`
		Owed decimal.Decimal `json:"owed_invoice"`
	}
	var want struct {
		Withdrawable string `json:"withdrawable"`
	}
	v.decode(t, &in, &want)
	expect(t, "withdrawable", Withdrawable(in.Cash, []Owed{{Amount: in.Owed}}), want.Withdrawable)
}

func checkOwed(t *testing.T, v vector) {
	var in struct {
		Chosen decimal.Decimal `json:"selected_consumption"`
		Owed   decimal.Decimal `json:"owed_invoice"`
		Same   bool            `json:"same_tax_rate"`
	}
	var want struct {
		Accepted *bool            `json:"accepted"`
		Invoice  *decimal.Decimal `json:"invoice_amount"`
		After    *decimal.Decimal `json:"owed_after"`
	}
	v.decode(t, &in, &want)
	rate := dec("0.06")
	owed := []Owed{{TaxRate: dec("0.060"), Amount: in.Owed}}
	if !in.Same {
		owed[0].TaxRate = dec("0.13")
	}
	invoice, after, err := DeductOwed(in.Chosen, rate, owed)
	if want.Accepted != nil && !*want.Accepted {
		if codeOf(err) != CodeOwedAtOtherRate {
			t.Errorf("got %v", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "invoice", invoice, want.Invoice.String())
	expect(t, "owed after", after, want.After.String())
}

func checkMerge(t *testing.T, v vector) {
	var in struct {
		Bills []struct {
			Cycle   string          `json:"cycle"`
			Payable decimal.Decimal `json:"payable"`
		} `json:"bills"`
	}
	var want struct {
		Included []string `json:"bills_included"`
		Amount   string   `json:"amount"`
	}
	v.decode(t, &in, &want)
	var bills []RequestBill
	for _, b := range in.Bills {
		cycle, err := calendar.ParseCycle(b.Cycle[:4] + "-" + b.Cycle[4:])
		if err != nil {
			t.Fatal(err)
		}
		bills = append(bills, RequestBill{ID: b.Cycle, Cycle: cycle, Payable: b.Payable, Named: b.Payable.IsPositive()})
	}
	plan, err := NetRequest(bills)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "amount", plan.Amount, want.Amount)
	var included []string
	for _, line := range plan.Lines {
		included = append(included, line.BillID)
	}
	if !slices.Equal(included, want.Included) {
		t.Errorf("included %v, want %v", included, want.Included)
	}
}

func checkRequestInvoices(t *testing.T, v vector) {
	var in struct {
		Amount   decimal.Decimal `json:"amount"`
		Invoices []struct {
			Amount decimal.Decimal `json:"amount"`
		} `json:"invoices"`
	}
	var want struct {
		Accepted bool `json:"accepted"`
	}
	v.decode(t, &in, &want)
	var invoices []CoverInvoice
	for _, invoice := range in.Invoices {
		invoices = append(invoices, CoverInvoice{InvoiceIssued, ToVendor, invoice.Amount})
	}
	by, moves := CoverTrigger(RequestAwaitingInvoice, Cover(invoices), in.Amount)
	if moves != want.Accepted || by != RequestCovered {
		t.Errorf("cover %s of %s: %q, %v", Cover(invoices), in.Amount, by, moves)
	}
	if _, moves := CoverTrigger(RequestAwaitingInvoice, Cover(invoices[1:]), in.Amount); moves {
		t.Error("a part covers nothing")
	}
}

func checkMethodChange(t *testing.T, v vector) {
	var in struct {
		To site.PaymentMethod `json:"change_method_to"`
	}
	var want struct {
		Accepted bool `json:"accepted"`
	}
	v.decode(t, &in, &want)
	if err := MethodFinal(site.CouponQuota, in.To); (err == nil) != want.Accepted || codeOf(err) != CodeMethodFinal {
		t.Errorf("got %v", err)
	}
	if err := MethodFinal(in.To, in.To); err != nil {
		t.Errorf("the same method again: %v", err)
	}
}

func checkMethod(t *testing.T, v vector) {
	var in struct {
		Association string         `json:"association"`
		Cycle       calendar.Cycle `json:"incentive_generated"`
		Method      string         `json:"method"`
	}
	var want struct {
		Allowed bool `json:"allowed"`
		Invoice bool `json:"invoice_required"`
	}
	v.decode(t, &in, &want)
	if name, known := names[in.Method]; known {
		in.Method = name
	}
	method := site.PaymentMethod(in.Method)
	if err := MethodAllowed(profile(t, "cn"), names[in.Association], in.Cycle, method); (err == nil) != want.Allowed {
		t.Errorf("got %v", err)
	}
	if needed, err := InvoiceRequired(method); err != nil || needed != want.Invoice {
		t.Errorf("invoice needed %v (%v), want %v", needed, err, want.Invoice)
	}
}

func checkValidity(t *testing.T, v vector) {
	var in struct {
		Left string `json:"plan_exit"`
	}
	var want struct {
		On string `json:"expires_on"`
	}
	v.decode(t, &in, &want)
	last, err := ValidUntil(profile(t, "cn"), at(t, in.Left+" 09:00"))
	if err != nil {
		t.Fatal(err)
	}
	zone := profile(t, "cn").Zone()
	if got := last.In(zone).Format("2006-01-02 15:04:05"); got != want.On+" 23:59:59" {
		t.Errorf("valid until %s, want the end of %s", got, want.On)
	}
	if DayPassed(last, at(t, want.On+" 23:59"), zone) || !DayPassed(last, at(t, "2026-04-01 00:20"), zone) {
		t.Error("expiry runs the day after")
	}
	expired := amounts("0", "100", "0", "0", "0", "0").Expire()
	if _, err := expired.Request(dec("100")); codeOf(err) != CodeInvalidAmount {
		t.Errorf("what expired is not restorable: %v", err)
	}
}

func checkMinorUnits(t *testing.T, v vector) {
	var in struct {
		Amount  int64           `json:"Amt"`
		Month   decimal.Decimal `json:"MonthSales"`
		Quarter decimal.Decimal `json:"QuarterSales"`
	}
	var want struct {
		Amount  string `json:"amount_yuan"`
		Month   string `json:"month_sales_yuan"`
		Quarter string `json:"quarter_sales_yuan"`
		Payable bool   `json:"payable"`
	}
	v.decode(t, &in, &want)
	digits, err := money.Currency("CNY").Digits()
	if err != nil {
		t.Fatal(err)
	}
	amount := decimal.New(in.Amount, -digits)
	expect(t, "amount", amount, want.Amount)
	expect(t, "month", in.Month.Shift(-digits), want.Month)
	expect(t, "quarter", in.Quarter.Shift(-digits), want.Quarter)
	if _, blocked := Applicable(BillView{BillIssued, amount}, open); (blocked == nil) != want.Payable {
		t.Errorf("blocked by %v", blocked)
	}
}
