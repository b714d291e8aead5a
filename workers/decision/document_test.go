package decision_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

// Every row that random histories come to reads back as what was stored, to
// the byte; all kinds of rows are among them.
func TestDocumentsReadBack(t *testing.T) {
	t.Parallel()
	kinds := map[string]int{}
	for seed := range uint64(scenesMax) {
		m := decision.NewMemory(site.Default())
		o := &operator{history: newHistory(t, seed, time.Date(2026, 1, 2, 9, 0, 0, 0, shanghai)), m: m}
		o.run(250, func(*events.Event, []events.Out) {})
		p := m.Partners["P100"]
		kinds["chain"] += readBack(t, p.Chains)
		kinds["order"] += readBack(t, p.Orders)
		kinds["resource"] += readBack(t, p.Resources)
		kinds["detail"] += readBack(t, p.Details)
		kinds["bill"] += readBack(t, p.Bills)
		kinds["hold"] += readBack(t, p.Holds)
		kinds["debt"] += readBack(t, p.Debts)
		kinds["repayment"] += readBack(t, p.Repayments)
		kinds["request"] += readBack(t, p.Requests)
		kinds["invoice"] += readBack(t, p.Invoices)
		kinds["coupon"] += readBack(t, p.Coupons)
		kinds["quota"] += readBack(t, p.Quotas)
		kinds["allowance"] += readBack(t, p.Allowances)
		kinds["milestone"] += readBack(t, p.Milestones)
		kinds["cycle settlement"] += readBack(t, p.CycleSettlements)
		kinds["overdue"] += readBack(t, p.Overdues)
		kinds["adjustment"] += readBack(t, p.Adjustments)
		kinds["turnover"] += readBack(t, p.Turnovers)
		kinds["statement"] += readBack(t, p.Statements)
		kinds["usage"] += readBack(t, p.Usages)
		kinds["usage window"] += readBack(t, p.UsageWindows)
		kinds["usage tier"] += readBack(t, p.UsageTiers)
	}
	for kind, n := range kinds {
		if n == 0 {
			t.Errorf("no history has a row of kind %s", kind)
		}
	}
}

func readBack[R any](t *testing.T, table *decision.Table[R]) int {
	t.Helper()
	for _, id := range table.IDs() {
		doc, err := decision.Document(table.Get(id))
		if err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		row, err := decision.Restore[R](doc)
		if err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		again, err := decision.Document(row)
		if err != nil || !bytes.Equal(doc, again) {
			t.Fatalf("%s reads back as\n%s\n%s (%v)", id, again, doc, err)
		}
	}
	return len(table.IDs())
}

func TestRestoreRefusesAnotherVersion(t *testing.T) {
	t.Parallel()
	for _, doc := range []string{`{"Used":1,"Colour":"red"}`, `{"Used":"many"}`, `{`} {
		if _, err := decision.Restore[decision.Allowance]([]byte(doc)); err == nil || !strings.Contains(err.Error(), "decode") {
			t.Errorf("%s: %v", doc, err)
		}
	}
}
