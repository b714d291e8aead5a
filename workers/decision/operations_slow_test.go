//go:build slow

package decision_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/settlement"
	"github.com/accruald/accruald/workers/site"
)

// After every event of a random history all laws of the rows hold, a bill's
// payable is told at most once, no id goes out twice, and the same events in
// the same order give the same bytes (F3).
func TestLawsOfEveryEvent(t *testing.T) {
	t.Parallel()
	reached := map[string]int{}
	for seed := range uint64(max(scenesMax, operatedScenesMin)) {
		var inputs []*events.Event
		var published [][]byte
		ids, frozen := map[string]string{}, map[string]decimal.Decimal{}
		m := decision.NewMemory(site.Default())
		o := &operator{history: newHistory(t, seed, time.Date(2026, 1, 2, 9, 0, 0, 0, shanghai)), m: m}
		see := func(ev *events.Event, outs []events.Out) {
			inputs = append(inputs, ev)
			check(t, m, ev)
			checkApplicable(t, reached, outs)
			reached["uncovered"] += checkFrozen(t, m, frozen, outs)
			told := map[[2]string]bool{}
			for _, out := range outs {
				reached[out.Type]++
				line := structured(t, out)
				if first, twice := ids[out.ID]; twice {
					t.Fatalf("seed %d: %s of %s goes out twice:\n%s\n%s", seed, out.Type, ev.ID, first, line)
				}
				ids[out.ID] = string(line)
				published = append(published, line)
				changed, ok := out.Data.(*events.PayableChanged)
				if !ok {
					continue
				}
				if key := [2]string{changed.CausationID, changed.BillID}; told[key] {
					t.Fatalf("seed %d: %s tells payable of bill %s twice", seed, ev.ID, changed.BillID)
				} else {
					told[key] = true
				}
			}
		}
		o.run(100, see)
		for _, c := range m.Partners["P100"].Coupons.All() {
			reached["coupon "+string(c.State)]++
		}
		o.wind(see)
		for _, r := range m.Partners["P100"].Requests.All() {
			reached["request "+string(r.State)]++
		}
		for _, b := range m.Partners["P100"].Bills.All() {
			reached["bill "+string(b.State)]++
		}
		reasonsOf(m.Partners["P100"], reached)
		for _, c := range m.Partners["P100"].Coupons.All() {
			if c.Overdrawn().IsPositive() {
				reached["overdrawn"]++
			}
		}
		replay(t, inputs, published)
	}
	t.Log(reached)
	for _, what := range []string{"request " + string(settlement.RequestPaid), "request " + string(settlement.RequestCancelled), events.TypeInvoiceStateChanged,
		events.TypeIncentiveFrozen, events.TypeIncentiveReleased, events.TypePayableChanged, events.TypeEventRejected, events.TypeStatementIssued, "hold milestone_undelivered", "hold flexi_coupon_not_repaid",
		"frozen milestone_undelivered", "frozen flexi_coupon_not_repaid", "frozen compliance", "frozen credit_not_repaid", "bill " + string(settlement.BillIssued),
		events.TypeCouponQuotaChanged, "coupon reclaimed", "coupon expired", "coupon frozen", "overdrawn",
		"bill " + string(settlement.BillExpired), events.TypeOwedInvoiceChanged, events.TypeOpportunityStateChanged} {
		if reached[what] == 0 {
			t.Errorf("no history came to %q: %v", what, reached)
		}
	}
}
