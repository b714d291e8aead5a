package decision_test

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/settlement"
	"github.com/accruald/accruald/workers/site"
)

// workedExample reads the shipped events of one customer's month: reference
// data, then the numbered steps.
func workedExample(t *testing.T) []*events.Event {
	t.Helper()
	data, err := events.Contract.ReadFile("samples/worked-example.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var out []*events.Event
	for s := bufio.NewScanner(bytes.NewReader(data)); s.Scan(); {
		ev, err := events.DecodeStructured(s.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, ev)
	}
	return out
}

// tell says in one line what an outgoing event says.
func tell(o events.Out, bills map[string]string) string {
	text := func(a events.Amount) string {
		s, err := a.Text()
		if err != nil {
			return err.Error()
		}
		return s
	}
	day := func(at time.Time) string { return at.In(shanghai).Format("01-02 15:04:05") }
	switch d := o.Data.(type) {
	case *events.OrderPriced:
		return fmt.Sprintf("priced %s: official %s, %s takes %s, amount %s", d.OrderID, text(d.OfficialWebsiteAmount), d.Discount.DiscountID,
			text(d.Discount.DiscountAmount), text(d.Amount))
	case *events.OrderSettled:
		return tellSettled(d, text, day)
	case *events.IncentiveAccrued:
		line := fmt.Sprintf("accrued %s: performance %s x %s = %s in %s", d.OrderID, text(d.Performance), d.Rate.Decimal, text(d.Amount), bills[d.BillID])
		if d.Provisional {
			line += ", provisional"
		}
		if d.Reverses != "" {
			line += ", reverses another"
		}
		return line
	case *events.IncentiveFrozen:
		return fmt.Sprintf("frozen %s: %s %s", text(d.Amount), d.Reason, d.Reference)
	case *events.IncentiveReleased:
		return fmt.Sprintf("released %s: %s %s", text(d.Amount), d.Reason, d.Reference)
	case *events.PayableChanged:
		return fmt.Sprintf("bill %s: total %s = frozen %s + payable %s + requested %s + paid out %s; applicable %s, blocked by %s", d.Cycle, text(d.Total),
			text(d.Frozen), text(d.Payable), text(d.Requested), text(d.PaidOut), text(d.Applicable), strings.Join(d.BlockedBy, " "))
	case *events.BillStateChanged:
		return fmt.Sprintf("bill %s: %s -> %s by %s", bills[d.BillID], d.From, d.To, d.Trigger)
	case *events.PaymentRequestStateChanged:
		return fmt.Sprintf("request %s: %s -> %s by %s, %s", d.PaymentRequestID, d.From, d.To, d.Trigger, text(d.Amount))
	case *events.CouponQuotaChanged:
		return fmt.Sprintf("coupon quota: %s -> %s", text(d.Before), text(d.After))
	case *events.EventRejected:
		return fmt.Sprintf("rejected %s: %s", d.ID, d.Code)
	default:
		return o.Type
	}
}

func tellSettled(d *events.OrderSettled, text func(events.Amount) string, day func(time.Time) string) string {
	line := "settled " + d.OrderID + ":"
	for _, t := range d.Tenders {
		line += fmt.Sprintf(" %s %s", t.Kind, text(t.Amount))
	}
	for _, r := range d.Resources {
		line += fmt.Sprintf(", %s until %s", r.ResourceID, day(r.ExpireTime))
	}
	if d.Refund == nil {
		return line
	}
	line += fmt.Sprintf("; refund %s, coupons returned %d", text(d.Refund.RefundAmount), len(d.Refund.CouponsReturned))
	for _, o := range d.Refund.Orders {
		line += fmt.Sprintf("; %s consumed %s fee %s refund %s", o.BaseOrderID, text(o.ConsumedAmount), text(o.CommissionAmount), text(o.RefundAmount))
		for _, t := range o.Tenders {
			line += fmt.Sprintf(" (%s %s)", t.Kind, text(t.Amount))
		}
	}
	return line
}

// The steps of the worked example, to the cent: the event's id begins with the
// key, and what comes out of it is the list.
var workedSteps = []struct {
	step, event string
	out         []string
}{
	{"1", "order.placed/O1", []string{
		"priced O1: official 470.00, D1 takes 47.00, amount 423.00"}},
	{"2", "order.paid/O1", []string{
		"settled O1: coupon 23.00 credit 400.00, vm-1 until 04-08 23:59:59",
		"accrued O1: performance 400.00 x 0.08 = 32.00 in 2026-03, provisional",
		"frozen 32.00: credit_not_repaid O1",
		"bill 2026-03:  -> estimated by first_detail",
		"bill 2026-03: total 32.00 = frozen 32.00 + payable 0.00 + requested 0.00 + paid out 0.00; applicable 0.00, blocked by not_confirmed nothing_payable"}},
	{"3", "order.spec_changed/O2", []string{
		"priced O2: official 273.72, D1 takes 27.37, amount 246.35"}},
	{"4", "order.paid/O2", []string{
		"settled O2: cash 246.35, vm-1 until 04-08 23:59:59",
		"accrued O2: performance 246.35 x 0.08 = 19.71 in 2026-03, provisional",
		"bill 2026-03: total 51.71 = frozen 32.00 + payable 19.71 + requested 0.00 + paid out 0.00; applicable 0.00, blocked by not_confirmed"}},
	{"5", "repayment.received/RP1", []string{
		"released 8.00: credit_not_repaid O1",
		"bill 2026-03: total 51.71 = frozen 24.00 + payable 27.71 + requested 0.00 + paid out 0.00; applicable 0.00, blocked by not_confirmed"}},
	{"6", "schedule.fired/close_cycle", []string{
		"accrued O1: performance 400.00 x 0.08 = 0.00 in 2026-03",
		"accrued O2: performance 246.35 x 0.08 = 0.00 in 2026-03",
		"frozen 8.00: cycle_unpaid 2026-03",
		"frozen 19.71: cycle_unpaid 2026-03",
		"bill 2026-03: estimated -> pending_confirmation by period_closed",
		"bill 2026-03: total 51.71 = frozen 51.71 + payable 0.00 + requested 0.00 + paid out 0.00; applicable 0.00, blocked by not_confirmed nothing_payable"}},
	{"7", "repayment.received/RP2", []string{
		"released 24.00: credit_not_repaid O1",
		"frozen 24.00: cycle_unpaid 2026-03"}},
	{"8", "schedule.fired/release_holds", []string{
		"released 32.00: cycle_unpaid 2026-03",
		"released 19.71: cycle_unpaid 2026-03",
		"bill 2026-03: total 51.71 = frozen 0.00 + payable 51.71 + requested 0.00 + paid out 0.00; applicable 0.00, blocked by not_confirmed"}},
	{"9", "order.unsubscribed/O3", []string{
		"settled O3:, vm-1 until 04-08 23:59:59; refund -2.42, coupons returned 0" +
			"; O1 consumed 369.92 fee 30.08 refund 0.00 (credit 0.00); O2 consumed 219.29 fee 24.64 refund -2.42 (cash -2.42)",
		"accrued O3: performance -2.42 x 0.08 = -0.19 in 2026-04, reverses another",
		"bill 2026-04:  -> estimated by first_detail",
		"bill 2026-04: total -0.19 = frozen 0.00 + payable -0.19 + requested 0.00 + paid out 0.00; applicable 0.00, blocked by not_confirmed nothing_payable"}},
	{"10 confirmed", "bill.confirmed", []string{
		"bill 2026-03: pending_confirmation -> issuing by confirm",
		"bill 2026-03: total 51.71 = frozen 0.00 + payable 51.71 + requested 0.00 + paid out 0.00; applicable 0.00, blocked by not_confirmed"}},
	{"10 approved", "bill.approved", []string{
		"bill 2026-03: issuing -> issued by approve",
		"bill 2026-03: total 51.71 = frozen 0.00 + payable 51.71 + requested 0.00 + paid out 0.00; applicable 51.71, blocked by "}},
	{"11 submitted", "payment_request.submitted/PR1", []string{
		"request PR1:  -> processing by submit, 51.71",
		"bill 2026-03: total 51.71 = frozen 0.00 + payable 0.00 + requested 51.71 + paid out 0.00; applicable 0.00, blocked by nothing_payable"}},
	{"11 approved", "payment_request.approved/PR1", []string{
		"request PR1: processing -> paid by approve, 51.71",
		"coupon quota: 0.00 -> 51.71",
		"bill 2026-03: total 51.71 = frozen 0.00 + payable 0.00 + requested 0.00 + paid out 51.71; applicable 0.00, blocked by nothing_payable"}},
}

// referenceCount is how many events of the worked example come before step 1.
const referenceCount = 8

func TestWorkedExampleOffline(t *testing.T) {
	t.Parallel()
	m := decision.NewMemory(site.Default())
	list := workedExample(t)
	if len(list) != referenceCount+len(workedSteps) {
		t.Fatalf("the sample has %d events, the table %d", len(list), referenceCount+len(workedSteps))
	}
	for _, ev := range list[:referenceCount] {
		if outs := mustFold(t, m, ev); len(outs) > 0 {
			t.Fatalf("%s: %s", ev.ID, tell(outs[0], nil))
		}
	}
	for i, want := range workedSteps {
		ev := list[referenceCount+i]
		if !strings.HasPrefix(ev.ID, want.event) {
			t.Fatalf("step %s: the sample goes on with %s", want.step, ev.ID)
		}
		outs := mustFold(t, m, ev)
		bills := map[string]string{}
		for _, b := range m.Partners["P100"].Bills.All() {
			bills[b.ID] = string(b.Cycle)
		}
		got := make([]string, len(outs))
		for k, o := range outs {
			got[k] = tell(o, bills)
		}
		slices.Sort(got)
		sorted := slices.Sorted(slices.Values(want.out))
		if !slices.Equal(got, sorted) {
			t.Errorf("step %s:\n  %s\nwant\n  %s", want.step, strings.Join(got, "\n  "), strings.Join(sorted, "\n  "))
		}
		check(t, m, ev)
	}
	assertEnd(t, m)
}

// assertEnd looks at the rows that the month ends in.
func assertEnd(t *testing.T, m *decision.Memory) {
	t.Helper()
	p := m.Partners["P100"]
	for _, b := range p.Bills.All() {
		want := map[string]settlement.BillState{"2026-03": settlement.BillIssued, "2026-04": settlement.BillEstimated}[string(b.Cycle)]
		if b.State != want {
			t.Errorf("bill %s is %s, want %s", b.Cycle, b.State, want)
		}
	}
	for _, h := range p.Holds.All() {
		if h.Open {
			t.Errorf("hold %s is open", h.Reason)
		}
	}
	paid := decision.PostingKey{Fact: "request/PR1", Account: settlement.AccountCouponQuota, Currency: "CNY"}
	if got := m.Balances("P100")[paid].Neg(); !got.Equal(dec("51.71")) {
		t.Errorf("the coupon quota was given %s, want 51.71", got)
	}
	if r := p.Requests.Get("PR1"); r.State != settlement.RequestPaid || !r.Payout.Equal(dec("51.71")) {
		t.Errorf("request: %+v", r)
	}
	if n := len(p.Invoices.IDs()); n != 0 {
		t.Errorf("%d invoices, want none", n)
	}
}

// Steps 1 to 5 in any order, each twice, give the same bill: an event that
// comes before its order waits for it.
func TestWorkedExampleInAnyOrder(t *testing.T) {
	t.Parallel()
	const orders = 100
	list := workedExample(t)
	reference, steps := list[:referenceCount], list[referenceCount:referenceCount+5]
	rng := rand.New(rand.NewPCG(1, 2))
	var want string
	for i := range orders {
		m := decision.NewMemory(site.Default())
		m.Arrival = time.Date(2026, 3, 26, 0, 0, 0, 0, shanghai)
		twice := slices.Concat(steps, steps)
		rng.Shuffle(len(twice), func(i, j int) { twice[i], twice[j] = twice[j], twice[i] })
		for _, ev := range slices.Concat(reference, twice) {
			mustFold(t, m, ev)
			check(t, m, ev)
		}
		bills := m.Partners["P100"].Bills.All()
		if len(bills) != 1 {
			t.Fatalf("order %d: %d bills", i, len(bills))
		}
		a := bills[0].Amounts
		if got := fmt.Sprintf("%s %s %s %s", bills[0].Cycle, a.Total, a.Frozen, a.Payable); got != "2026-03 51.71 24 27.71" {
			t.Fatalf("order %d: the bill comes to %s", i, got)
		}
		digest, err := m.Digest()
		if err != nil {
			t.Fatal(err)
		}
		if want == "" {
			want = digest
		}
		if digest != want {
			t.Fatalf("order %d ends with other rows", i)
		}
	}
}
