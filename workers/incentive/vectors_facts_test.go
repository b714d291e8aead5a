package incentive

import (
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
)

func checkPerformance(t *testing.T, v vector) {
	var in struct {
		Payments []struct {
			Kind   string          `json:"kind"`
			Amount decimal.Decimal `json:"amount"`
		} `json:"payments"`
	}
	var want struct {
		Performance string `json:"performance"`
	}
	v.decode(t, &in, &want)
	kinds := map[string]string{
		"cash": TenderCash, "huawei_voucher": TenderCoupon, "test_voucher": TenderCoupon,
		"cash_coupon_not_counting": TenderFlexiCoupon, "stored_value_card": TenderStoredCard,
	}
	var tenders []Tender
	for _, payment := range in.Payments {
		tenders = append(tenders, Tender{Kind: kinds[payment.Kind], Amount: payment.Amount})
	}
	expect(t, "performance", sum(must[[]decimal.Decimal](t)(Performance(tenders))), want.Performance)
}

func checkResale(t *testing.T, v vector) {
	var in struct {
		List     decimal.Decimal `json:"list_price"`
		Discount decimal.Decimal `json:"settlement_discount"`
		Coupon   decimal.Decimal `json:"coupon_paid"`
	}
	var want struct {
		Performance string `json:"performance"`
	}
	v.decode(t, &in, &want)
	tenders := []Tender{{Kind: TenderCoupon, Amount: in.Coupon}, {Kind: TenderCash, Amount: in.List.Sub(in.Coupon)}}
	counting := must[[]decimal.Decimal](t)(ResalePerformance(in.List, in.Discount, tenders, "USD"))
	expect(t, "performance", sum(counting), want.Performance)
	expect(t, "coupon's part", counting[0], "0")
}

func checkRebind(t *testing.T, v vector) {
	var in struct {
		Segment string `json:"segment"`
		Rebound string `json:"rebound_at"`
		Order   string `json:"order_at"`
		Cash    string `json:"cash"`
	}
	var want struct {
		Base string `json:"performance_incentive_base"`
	}
	v.decode(t, &in, &want)
	set := New()
	if err := set.Add(1, *flat("0.1")); err != nil {
		t.Fatal(err)
	}
	f := fact(t)
	f.Segment, f.MovedAt, f.At = in.Segment, ptr(at(t, in.Rebound)), at(t, in.Order)
	base := "0"
	if set.View(1).Select(f).Base != nil {
		base = in.Cash
	}
	expect(t, "base", dec(base), want.Base)
}

func checkClawback(t *testing.T, v vector) {
	var in struct {
		End      string          `json:"project_end"`
		RefundAt string          `json:"refund_at"`
		Order    decimal.Decimal `json:"order_amount"`
		Refund   decimal.Decimal `json:"refund_amount"`
		Paid     decimal.Decimal `json:"incentive_paid"`
	}
	var want struct {
		Clawback decimal.Decimal `json:"clawback"`
	}
	v.decode(t, &in, &want)
	if !Recoverable(china(t), at(t, in.End), at(t, in.RefundAt)) {
		t.Fatal("the refund lies in the recovery window")
	}
	taken := must[decimal.Decimal](t)(Clawback(in.Paid, in.Order, decimal.Zero, in.Refund, cny))
	expect(t, "clawback", taken, want.Clawback.Neg().String())
}

func checkFreeze(t *testing.T, v vector) {
	var in struct {
		PaidWith  string          `json:"paid_with"`
		Incentive decimal.Decimal `json:"incentive"`
		Repaid    bool            `json:"customer_repaid"`
		Delivered bool            `json:"milestone_delivered"`
	}
	var want struct {
		Frozen string `json:"frozen"`
		Reason string `json:"reason"`
	}
	v.decode(t, &in, &want)
	slice := Slice{OrderID: "O1", Currency: cny, Tender: TenderCredit}
	hold := Hold{Reason: HoldCreditNotRepaid, Scope: Scope{OrderID: "O1"}, Open: !in.Repaid, Credit: dec("600")}
	if in.PaidWith == "milestone_contract" {
		slice.Tender = TenderCash
		hold = Hold{Reason: HoldMilestoneUndelivered, Scope: Scope{OrderID: "O1"}, Open: !in.Delivered}
	}
	frozen, covering, err := Frozen(in.Incentive, slice, []Hold{hold})
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "frozen", frozen, want.Frozen)
	if want.Reason != "" && (len(covering) != 1 || covering[0].Reason != want.Reason) {
		t.Errorf("covered by %v, want %q", covering, want.Reason)
	}
}

func checkCycleFreeze(t *testing.T, v vector) {
	var in struct {
		Cycle     calendar.Cycle  `json:"cycle"`
		Due       decimal.Decimal `json:"cycle_due"`
		Paid      decimal.Decimal `json:"paid"`
		Incentive decimal.Decimal `json:"incentive"`
	}
	var want struct {
		Frozen string `json:"frozen"`
		Reason string `json:"reason"`
	}
	v.decode(t, &in, &want)
	hold := Hold{Reason: HoldCycleUnpaid, Scope: Scope{Cycle: in.Cycle, Currency: cny}, Open: in.Paid.LessThan(in.Due)}
	frozen, covering, err := Frozen(in.Incentive, Slice{Cycle: in.Cycle, Currency: cny, Tender: TenderCash}, []Hold{hold})
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "frozen", frozen, want.Frozen)
	if len(covering) != 1 || covering[0].Reason != want.Reason {
		t.Errorf("covered by %v, want %q", covering, want.Reason)
	}
}

func checkCycle(t *testing.T, v vector) {
	var in struct {
		Orders []string `json:"orders_between"`
	}
	var want struct {
		Cycle string `json:"cycle_id"`
	}
	v.decode(t, &in, &want)
	for _, day := range in.Orders {
		id, _, _, err := flat("0.1").PeriodOf(at(t, day), china(t).Zone())
		if compact := strings.ReplaceAll(id, "-", ""); err != nil || compact != want.Cycle {
			t.Errorf("an order of %s is in cycle %q (%v), want %q", day, compact, err, want.Cycle)
		}
	}
}

func checkRenewalCycle(t *testing.T, v vector) {
	var in struct {
		Paid      string `json:"renewal_paid_on"`
		Effective string `json:"renewal_effective_on"`
	}
	var want struct {
		Cycle string `json:"cycle"`
	}
	v.decode(t, &in, &want)
	p := flat("0.1", func(p *Policy) { p.CycleBy = CycleByEffective })
	id, _, _, err := p.PeriodOf(p.PeriodTime(OrderKindRenew, at(t, in.Paid), at(t, in.Effective)), china(t).Zone())
	if compact := strings.ReplaceAll(id, "-", ""); err != nil || compact != want.Cycle {
		t.Errorf("the renewal is in cycle %q (%v), want %q", compact, err, want.Cycle)
	}
	if !p.PeriodTime(OrderKindNew, at(t, in.Paid), at(t, in.Effective)).Equal(at(t, in.Paid)) {
		t.Error("a new order counts by its payment time")
	}
}

func checkAcceptance(t *testing.T, v vector) {
	var in struct {
		Shared   string `json:"shared_on"`
		Now      string `json:"now"`
		Accepted bool   `json:"accepted"`
	}
	var want struct {
		State string `json:"state"`
	}
	v.decode(t, &in, &want)
	if missed := must[bool](t)(AcceptanceMissed(china(t), at(t, in.Shared), at(t, in.Now))); !missed || want.State != "rejected_automatically" {
		t.Errorf("missed %v, want state %q", missed, want.State)
	}
	if must[bool](t)(AcceptanceMissed(china(t), at(t, in.Shared), at(t, "2026-03-05 23:59"))) {
		t.Error("the third working day is still in time")
	}
}

func checkRegistration(t *testing.T, v vector) {
	var in struct {
		Approved   string `json:"approved_on"`
		Associated string `json:"customer_associated_on"`
	}
	var want struct {
		Protected bool `json:"protected"`
	}
	v.decode(t, &in, &want)
	if got := RegistrationProtects(china(t), at(t, in.Approved), at(t, in.Associated)); got != want.Protected {
		t.Errorf("protected %v, want %v", got, want.Protected)
	}
	last := []bool{
		RegistrationProtects(china(t), at(t, in.Approved), at(t, "2026-03-16 23:59")),
		RegistrationProtects(china(t), at(t, in.Approved), at(t, "2026-03-17 00:00")),
	}
	if !slices.Equal(last, []bool{true, false}) {
		t.Errorf("15 days end on the 16th, got %v", last)
	}
}

func checkRegistrationLimit(t *testing.T, v vector) {
	var in struct {
		Pending    int `json:"pending"`
		Registered int `json:"registered"`
	}
	var want struct {
		May bool `json:"may_register"`
	}
	v.decode(t, &in, &want)
	if got := MayRegister(china(t), in.Pending, in.Registered); got != want.May {
		t.Errorf("may register %v, want %v", got, want.May)
	}
	if !MayRegister(china(t), in.Pending-1, in.Registered) {
		t.Error("the hundredth may still be registered")
	}
}
