package decision_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
)

// checkClawbacks holds that what refunds took back of a detail is no more than
// what it earned, and never of the other sign (F46, F47).
func checkClawbacks(t testing.TB, p *decision.Partner, ev *events.Event) {
	t.Helper()
	for _, d := range p.Details.All() {
		var taken decimal.Decimal
		for _, negative := range p.Reversals(d.ID) {
			if negative.LateOf == "" && !negative.Void {
				taken = taken.Sub(negative.Ideal)
			}
		}
		if earned := d.Ideal; taken.Abs().GreaterThan(earned.Abs()) || taken.Mul(earned).IsNegative() {
			t.Fatalf("after %s: %s was taken back of detail %s, which earned %s", ev.ID, taken, d.ID, earned)
		}
	}
}

// months places an order of some months of the larger server, 782.10 each, and pays it.
func (s *story) months(id string, n int) {
	s.t.Helper()
	s.add("placed/"+id, id, &events.OrderPlaced{OrderID: id, PartnerID: "P100", CustomerID: "C1", AutoPay: true, OrderType: 1, Lines: []events.OrderLine{
		{LineID: "1", ResourceID: "vm-" + id, CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "sPR1", Region: "r1", PeriodType: 2, PeriodNum: n, SubscriptionNum: 1}}})
	s.tell()
	s.paid(id)
}

// totals shows the totals of all bills by period.
func (s *story) totals() string {
	var out []string
	for _, b := range s.partner().Bills.All() {
		out = append(out, fmt.Sprintf("%s %s", b.Period, b.Amounts.Total))
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

// rateOf is what a refund told took back, as a part of what it refunded.
func (s *story) takenBack() (performance, amount decimal.Decimal, original string) {
	s.t.Helper()
	accrued := told[*events.IncentiveAccrued](s)
	if len(accrued) != 1 || accrued[0].Reverses == "" {
		s.t.Fatalf("told %+v, refused %+v", accrued, s.rejected())
	}
	return accrued[0].Performance.Decimal, accrued[0].Amount.Decimal, accrued[0].Reverses
}

// A downgrade and then an unsubscription in later months take back, each in its
// own month, at the rate of the original and linked to it, whatever became of
// the original's bill, and not more than it earned (F47, F49, F54).
func TestRefundsOfLaterPeriodsTakeBack(t *testing.T) {
	t.Parallel()
	for name, settled := range map[string]func(*story){
		"before the bill is issued": func(*story) {},
		"after it is issued":        func(s *story) { s.issue(s.bill("2026-03", "resale")) },
		"after it is paid out": func(s *story) {
			s.issue(s.bill("2026-03", "resale"))
			s.applyAll("PR1", events.MethodCouponQuota)
			s.step("PR1", "approve", "")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStory(t)
			s.on(3, 5, 9).months("O1", 3)
			s.on(4, 1, 1).run(decision.JobCloseCycle)
			settled(s)
			issued := short(s.bill("2026-03", "resale"))
			original := s.partner().DetailsOf("O1")[0].ID

			s.on(4, 10, 9).changed("X1", "vm-O1", "sPR0", "now")
			down, first, of := s.takenBack()
			expect(t, "the downgrade is of", of, original)
			s.on(5, 1, 1).run(decision.JobCloseCycle)
			s.on(5, 6, 9).unsubscribe("U1", "C1", "vm-O1")
			back, second, of := s.takenBack()
			expect(t, "the unsubscription is of", of, original)

			earned := s.bill("2026-03", "resale").Amounts.Total
			if !down.IsNegative() || !back.IsNegative() || !first.Sub(down.Mul(dec("0.08"))).Abs().LessThanOrEqual(dec("0.01")) ||
				!second.Sub(back.Mul(dec("0.08"))).Abs().LessThanOrEqual(dec("0.01")) || first.Add(second).Neg().GreaterThan(earned) {
				t.Errorf("%s and %s were taken back of %s for refunds of %s and %s", first, second, earned, down, back)
			}
			expect(t, "bills", s.totals(), fmt.Sprintf("2026-03 %s, 2026-04 %s, 2026-05 %s", earned, first, second))
			expect(t, "what was issued", short(s.bill("2026-03", "resale")), issued)
		})
	}
}

// Within the period refunds reduce what the order counts for, and no negative
// detail arises; in a policy by quarter that is until the quarter ends.
func TestRefundsWithinAQuarterReducePerformance(t *testing.T) {
	t.Parallel()
	quarter := func(p *events.IncentivePolicyPublished) { p.Period = "quarter" }
	s := newProgramme(t, rebate("Q", "0.08", quarter))
	s.on(3, 5, 9).months("JOIN", 3) // the first quarter's
	s.on(4, 5, 9).months("O1", 6)
	s.on(5, 1, 1).run(decision.JobCloseCycle)
	expect(t, "the second quarter runs", s.totals(), "2026-Q1 187.7, 2026-Q2 375.41")
	s.on(5, 10, 9).changed("X1", "vm-O1", "sPR0", "now")
	if accrued := told[*events.IncentiveAccrued](s); len(accrued) != 1 || accrued[0].Reverses != "" || !accrued[0].Provisional || !accrued[0].Amount.Decimal.IsNegative() {
		t.Fatalf("told %+v, refused %+v", s.last, s.rejected())
	}
	s.on(5, 20, 9).unsubscribe("U0", "C1", "vm-JOIN")
	if _, amount, _ := s.takenBack(); !amount.IsNegative() {
		t.Errorf("of the first quarter %s was taken back", amount)
	}
	q2 := s.partner().Bills.Get(billOf("2026-Q2", "Q", "resale")).Amounts.Total
	s.on(7, 1, 1).run(decision.JobCloseCycle)
	expect(t, "final", s.partner().Bills.Get(billOf("2026-Q2", "Q", "resale")).Amounts.Total.String(), q2.String())
	s.on(7, 1, 9).unsubscribe("U1", "C1", "vm-O1")
	if _, amount, _ := s.takenBack(); !amount.IsNegative() {
		t.Errorf("in the third quarter %s was taken back", amount)
	}
}

// A whole return takes back the whole incentive, once, at the final rate of its
// period: bands reached later in the period count (F48, F52, F54).
func TestAWholeReturnTakesBackTheFinalIncentive(t *testing.T) {
	t.Parallel()
	bands := func(p *events.IncentivePolicyPublished) {
		p.Basis, p.Mode = "period", "whole"
		p.Bands = []events.RateBand{{UpTo: ptr(dec("1000.00")), Rate: dec("0.05")}, {Rate: dec("0.10")}}
	}
	s := newProgramme(t, rebate("W", "0", bands))
	s.on(3, 29, 9).months("O1", 1)
	expect(t, "estimated", s.totals(), "2026-03 39.11") // 782.10 at the first band
	s.on(3, 30, 9).months("O2", 1)
	s.on(4, 1, 1).run(decision.JobCloseCycle)
	expect(t, "final", s.totals(), "2026-03 156.42")
	s.on(4, 2, 9).unsubscribe("U1", "C1", "vm-O1") // within five days: the whole price comes back
	performance, amount, _ := s.takenBack()
	expect(t, "refunded", performance.String(), "-782.1")
	expect(t, "taken back", amount.String(), "-78.21")
	s.on(4, 3, 9).unsubscribe("U2", "C1", "vm-O1")
	if s.code() == "" {
		t.Error("it was returned twice")
	}
	expect(t, "once", s.totals(), "2026-03 156.42, 2026-04 -78.21")
}
