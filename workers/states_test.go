package workers

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/pricing"
	"github.com/accruald/accruald/workers/settlement"
)

// TestTheDatabaseKnowsTheSameStates: the checks of the tables list exactly the
// states of the machines, so that neither gets one that the other refuses.
func TestTheDatabaseKnowsTheSameStates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	all := map[string][]string{
		"customer_order": {decision.OrderPending, decision.OrderSettled, decision.OrderCancelled},
		"resource":       {pricing.StateActive, pricing.StateUnsubscribed},
		"coupon":         {string(pricing.CouponNormal), string(pricing.CouponFrozen), string(pricing.CouponReclaimed), string(pricing.CouponExpired)}, // the others follow from amounts and times
		"coupon_quota":   {string(pricing.QuotaNormal), string(pricing.QuotaFrozen), string(pricing.QuotaAdjusting), string(pricing.QuotaClosed)},
		"input":          {decision.StatusWaiting, decision.StatusAccepted, decision.StatusRejected, decision.StatusDiscarded},
	}
	for _, machine := range settlement.Tables() {
		all[strings.Replace(machine.Name, "bill", "incentive_bill", 1)] = machine.States
	}
	for table, want := range all {
		if have := w.statesOf(table); !slices.Equal(have, slices.Sorted(slices.Values(want))) {
			t.Errorf("%s admits %q, the rules have %q", table, have, want)
		}
	}
}

var quotedState = regexp.MustCompile(`'([a-z_]+)'::text`)

// statesOf lists what the check over a table's state or status alone admits.
func (w *world) statesOf(table string) (states []string) {
	w.t.Helper()
	var definition string
	if err := w.pool.QueryRow(w.t.Context(), `select pg_get_constraintdef(oid) from pg_constraint
		where conrelid = $1::regclass and contype = 'c' and conname in ($1 || '_state_check', $1 || '_status_check')`, table).Scan(&definition); err != nil {
		w.t.Fatalf("the check over the states of %s: %v", table, err)
	}
	for _, found := range quotedState.FindAllStringSubmatch(definition, -1) {
		states = append(states, found[1])
	}
	slices.Sort(states)
	return states
}
