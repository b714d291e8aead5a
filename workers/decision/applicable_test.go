package decision_test

import (
	"slices"
	"testing"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

// TestApplicableIsWhatWasTold: who asks after an event hears what that event told of the bill.
func TestApplicableIsWhatWasTold(t *testing.T) {
	t.Parallel()
	m := decision.NewMemory(site.Default())
	told, possible := 0, 0
	for _, ev := range workedExample(t) {
		outs, err := m.Fold(ev, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range outs {
			changed, ok := o.Data.(*events.PayableChanged)
			if !ok {
				continue
			}
			p := m.Partners["P100"]
			amount, blockedBy, err := p.Applicable(m.Common, p.Bills.Get(changed.BillID), ev.Time)
			if err != nil || !amount.Equal(changed.Applicable.Decimal) || !slices.Equal(blockedBy, changed.BlockedBy) {
				t.Errorf("after %s: %s, %v, %v; told %+v", ev.ID, amount, blockedBy, err, changed)
			}
			told++
			if amount.IsPositive() {
				possible++
			}
		}
	}
	if told < 5 || possible == 0 {
		t.Errorf("%d bills were told of, %d with something applicable: too few to show it", told, possible)
	}
	p := m.Partners["P100"]
	for _, b := range p.Bills.All() {
		if _, blockedBy, err := p.Applicable(m.Common, b, time.Date(2016, 3, 1, 0, 0, 0, 0, shanghai)); err != nil || !slices.Contains(blockedBy, "not_authenticated") {
			t.Errorf("before the partner was enrolled: %v, %v", blockedBy, err)
		}
	}
}
