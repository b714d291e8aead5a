package decision_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
)

// A policy by year estimates at its first band while the year runs; its close,
// and no close before it, brings each detail to its final amount by one true-up
// event, and what was told of a detail sums to what it comes to.
func TestTrueUpsAtTheCloseOfAYear(t *testing.T) {
	t.Parallel()
	s := newProgramme(t, rebate("Y", "0", func(p *events.IncentivePolicyPublished) {
		p.Basis, p.Period = "period", "year"
		p.Bands = []events.RateBand{{UpTo: ptr(dec("600.00")), Rate: dec("0.05")}, {Rate: dec("0.10")}}
	}))
	s.on(3, 5, 9).cashOrder("O1")
	s.on(6, 5, 9).cashOrder("O2")
	s.on(11, 5, 9).cashOrder("O3")
	for month := time.April; month <= time.December; month++ {
		s.on(month, 1, 1).run(decision.JobCloseCycle)
	}
	expect(t, "estimated", s.totals(), "2026 63.45") // 3 x 423.00 at 5 percent
	s.day("2027-01-01").run(decision.JobCloseCycle)
	expect(t, "final", s.totals(), "2026 96.9") // 600.00 at 5 percent, 669.00 at 10
	trueUps := map[string]string{}
	for _, a := range told[*events.IncentiveAccrued](s) {
		if a.Provisional {
			t.Errorf("detail of %s is still provisional", a.OrderID)
		}
		trueUps[a.OrderID] += a.Amount.Decimal.String()
	}
	for order, want := range map[string]string{"O1": "0", "O2": "12.3", "O3": "21.15"} {
		expect(t, "true-up of "+order, trueUps[order], want)
	}
	sums := map[string]decimal.Decimal{}
	for _, o := range s.all {
		if a, ok := o.Data.(*events.IncentiveAccrued); ok {
			sums[a.DetailID] = sums[a.DetailID].Add(a.Amount.Decimal)
		}
	}
	for _, d := range s.partner().Details.All() {
		expect(t, "told of "+d.OrderID, sums[d.ID].String(), d.Amount.String())
	}
}
