package settlement

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/site"
)

type vector struct {
	ID       string         `json:"id"`
	Kind     string         `json:"kind"`
	Assert   string         `json:"assert"`
	Input    jsontext.Value `json:"input"`
	Expected jsontext.Value `json:"expected"`
}

// checks are the vector kinds this package answers.
var checks = map[string]func(*testing.T, vector){
	"auto_confirm":              checkAutoConfirm,
	"apply_before_confirm":      checkMayApply,
	"payable_vs_total":          checkMayApply,
	"exception_flag":            checkOverdue,
	"benefit_freeze_overdue":    checkOverdue,
	"billing_cycle_freeze":      checkCycleDue,
	"billing_cycle_unfreeze":    checkRelease,
	"partner_bill_due":          checkStatement,
	"incentive_invoice_amount":  checkInvoiceAmount,
	"negative_offset_on_expiry": checkExpiryOffset,
	"min_payment":               checkMinimum,
	"withdrawable":              checkWithdrawable,
	"invoice_offset":            checkOwed,
	"payment_request_merge":     checkMerge,
	"payment_request_invoices":  checkRequestInvoices,
	"issue_method_change":       checkMethodChange,
	"issue_method_allowed":      checkMethod,
	"incentive_expiry":          checkValidity,
	"invoice_return":            checkInvoiceStep,
	"invoice_cancel":            checkInvoiceStep,
	"invoice_sign":              checkInvoiceStep,
	"minor_units":               checkMinorUnits,
}

// elsewhere are the kinds that packages incentive and pricing answer.
var elsewhere = []string{
	"base_cap", "whole_amount_band", "tier_marginal", "rev_share_band", "monthly_cap", "rate_by_order_kind",
	"referral_reward", "quarterly_threshold", "eligible_performance", "eligible_performance_reseller_intl",
	"rebind_exclusion", "clawback_pro_rata", "credit_purchase_freeze", "seller_bill_cycle",
	"renewal_cycle_by_effective_date", "ho_auto_reject", "customer_registration_window", "customer_registration_limit",
	"cash_coupon_on_downgrade",
}

func TestVectors(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../testdata/vectors/settlement.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []vector
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, v := range vectors {
		check, ours := checks[v.Kind]
		switch {
		case v.Assert != "must":
			continue
		case !ours && !slices.Contains(elsewhere, v.Kind):
			t.Errorf("nobody answers %s of kind %q", v.ID, v.Kind)
			continue
		case !ours:
			continue
		}
		seen[v.Kind] = true
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			check(t, v)
		})
	}
	if len(seen) != len(checks) {
		t.Errorf("the vectors cover %d of %d kinds", len(seen), len(checks))
	}
}

func (v vector) decode(t *testing.T, input, expected any) {
	t.Helper()
	if err := json.Unmarshal(v.Input, input); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(v.Expected, expected); err != nil {
		t.Fatal(err)
	}
}

// names translates the states of the sources.
var names = map[string]string{
	"待确认": string(BillPendingConfirmation), "申请处理中": string(RequestProcessing),
	"待审核": string(InvoicePendingReview), "开票中": string(InvoiceIssuing), "待签收": string(InvoiceToSign),
	"已开票": string(InvoiceIssued), "已撤销": string(InvoiceCancelled), "撤销中": string(InvoiceCancelling),
	"已开票(退票中)": string(InvoiceReturning), "已开票(退票驳回)": string(InvoiceReturnRefused),
	"代售": "resale", "顾问销售": "referral", "topup": string(site.AccountTopUp),
}

// open is what stands in nobody's way.
var open = Gates{Authenticated: true}

func checkAutoConfirm(t *testing.T, v vector) {
	var in struct {
		State    string `json:"state"`
		Deadline string `json:"deadline"`
		Now      string `json:"now"`
	}
	var want struct {
		State string `json:"state"`
	}
	v.decode(t, &in, &want)
	state := BillState(names[in.State])
	if DayPassed(at(t, in.Deadline), at(t, in.Now+" 23:59"), profile(t, "cn").Zone()) {
		t.Error("the deadline's own day is still in time")
	}
	if string(state) != names[want.State] {
		t.Errorf("state %q, want %q", state, names[want.State])
	}
	if !DayPassed(at(t, in.Deadline), at(t, "2026-04-16 01:00"), profile(t, "cn").Zone()) {
		t.Error("the day after, silence is confirmation")
	}
}

func checkMayApply(t *testing.T, v vector) {
	var in struct {
		State   string           `json:"state"`
		Payable *decimal.Decimal `json:"payable"`
		Total   decimal.Decimal  `json:"incentive_total"`
		Frozen  decimal.Decimal  `json:"frozen"`
	}
	var want struct {
		Payable *decimal.Decimal `json:"payable"`
		May     bool             `json:"may_apply"`
	}
	v.decode(t, &in, &want)
	state := BillIssued
	if in.State != "" {
		state = BillState(names[in.State])
	}
	if in.Payable != nil {
		in.Total = *in.Payable
	}
	a := Amounts{}.Accrue(in.Total, in.Frozen)
	if want.Payable != nil {
		expect(t, "payable", a.Payable, want.Payable.String())
	}
	amount, blocked := Applicable(BillView{state, a.Payable}, open)
	if amount.IsPositive() != want.May || (blocked == nil) != want.May {
		t.Errorf("applicable %s, blocked by %v; may apply %v", amount, blocked, want.May)
	}
}

func checkOverdue(t *testing.T, v vector) {
	var in struct {
		Bills   int             `json:"overdue_bills_at_request"`
		Benefit decimal.Decimal `json:"benefit"`
		Flag    string          `json:"ExceptionFlag"`
		Amount  int64           `json:"Amt"`
	}
	var want struct {
		BlockedBy []string `json:"blocked_by"`
	}
	v.decode(t, &in, &want)
	gates := Gates{Authenticated: true, Overdue: in.Bills > 0 || in.Flag == "HAS_OVERDUE_BILL"}
	amount, blocked := Applicable(BillView{BillIssued, in.Benefit.Add(decimal.New(in.Amount, -2))}, gates)
	expect(t, "applicable", amount, "0")
	if !slices.Equal(blocked, want.BlockedBy) {
		t.Errorf("blocked by %v, want %v", blocked, want.BlockedBy)
	}
}

func checkCycleDue(t *testing.T, v vector) {
	var in struct {
		Cycle     calendar.Cycle  `json:"cycle"`
		Due       decimal.Decimal `json:"cycle_due"`
		Paid      decimal.Decimal `json:"paid"`
		Incentive decimal.Decimal `json:"incentive"`
	}
	var want struct {
		Frozen     decimal.Decimal `json:"frozen"`
		Applicable string          `json:"applicable"`
	}
	v.decode(t, &in, &want)
	debts := []Debt{{OrderID: "O1", Cycle: in.Cycle, PaidAt: at(t, "2026-03-01"), Credit: in.Due}}
	settled, _ := AllocateRepayments(debts, []Repayment{{ID: "R1", At: at(t, "2026-04-03"), Cycle: in.Cycle, Amount: in.Paid}})
	expect(t, "one cent is unpaid", CycleDue(debts, settled, in.Cycle), "0.01")
	a := Amounts{}.Accrue(in.Incentive, want.Frozen)
	amount, _ := Applicable(BillView{BillIssued, a.Payable}, open)
	expect(t, "applicable", amount, want.Applicable)
}

func checkRelease(t *testing.T, v vector) {
	var in struct {
		Cycle calendar.Cycle  `json:"cycle"`
		Due   decimal.Decimal `json:"cycle_due"`
		Last  string          `json:"last_payment_at"`
		Paid  decimal.Decimal `json:"paid"`
	}
	var want struct {
		On string `json:"unfreeze_on"`
	}
	v.decode(t, &in, &want)
	debts := []Debt{{OrderID: "O1", Cycle: in.Cycle, PaidAt: at(t, "2026-03-01"), Credit: in.Due}}
	repayments := []Repayment{
		{ID: "R1", At: at(t, "2026-04-02"), Cycle: in.Cycle, Amount: dec("1")},
		{ID: "R2", At: at(t, in.Last+" 11:00"), Cycle: in.Cycle, Amount: in.Paid},
		{ID: "R3", At: at(t, "2026-04-20"), Cycle: in.Cycle, Amount: dec("1")},
	}
	last, found := LastPayment(debts, repayments, in.Cycle)
	zone := profile(t, "cn").Zone()
	if !found || DayPassed(last, at(t, in.Last+" 23:59"), zone) || !DayPassed(last, at(t, want.On+" 00:30"), zone) {
		t.Errorf("last payment %s (%v), released on %s", last, found, want.On)
	}
}

func checkStatement(t *testing.T, v vector) {
	var in struct {
		Consumption decimal.Decimal `json:"consume_amount"`
		Refunds     decimal.Decimal `json:"refunds"`
		Adjustments decimal.Decimal `json:"adjustments"`
	}
	var want struct {
		Initial *decimal.Decimal `json:"initial_amount_due"`
		Bill    *decimal.Decimal `json:"bill_amount"`
		Due     decimal.Decimal  `json:"amount_due"`
	}
	v.decode(t, &in, &want)
	if want.Initial != nil {
		want.Bill, want.Due = want.Initial, *want.Initial
	}
	bill, due := StatementDue(in.Consumption, in.Refunds, in.Adjustments)
	expect(t, "bill amount", bill, want.Bill.String())
	expect(t, "amount due", due, want.Due.String())
}

func checkInvoiceStep(t *testing.T, v vector) {
	var in struct {
		State        string           `json:"state"`
		Medium       Medium           `json:"medium"`
		Event        string           `json:"event"`
		Amount       decimal.Decimal  `json:"amount"`
		ReturnAmount *decimal.Decimal `json:"return_amount"`
	}
	var want struct {
		Accepted *bool  `json:"accepted"`
		Error    string `json:"error"`
		Next     string `json:"next_state"`
		Again    bool   `json:"may_return_again"`
	}
	v.decode(t, &in, &want)
	triggers := map[string]InvoiceTrigger{
		"": InvoiceReturnRequest, "withdraw_return": InvoiceCancel, "huawei_reject": InvoiceReturnRefuse,
		"cancel": InvoiceCancel, "sign": InvoiceSign,
	}
	if in.Medium == "" {
		in.Medium = MediumElectronic
	}
	from, by := InvoiceState(names[in.State]), triggers[in.Event]
	to, err := NextInvoice(from, by, in.Medium)
	if err == nil && by == InvoiceReturnRequest {
		err = CheckReturn(Return{Medium: in.Medium, Amount: in.ReturnAmount, Whole: in.Amount})
	}
	if want.Accepted != nil && *want.Accepted == (err != nil) || !strings.Contains(codeOf(err), want.Error) {
		t.Errorf("%q by %q: %v, accepted should be %v", from, by, err, *want.Accepted)
	}
	if want.Next != "" && string(to) != names[want.Next] {
		t.Errorf("%q by %q leads to %q, want %q", from, by, to, names[want.Next])
	}
	if _, err := NextInvoice(to, InvoiceReturnRequest, in.Medium); want.Again && err != nil {
		t.Errorf("%q cannot be returned again: %v", to, err)
	}
}
