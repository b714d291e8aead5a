package decision_test

import (
	"bufio"
	"bytes"
	"testing"

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

// billOf finds the partner's only bill of a cycle.
func billOf(t *testing.T, m *decision.Memory, cycle string) *decision.Bill {
	t.Helper()
	if m.Partners["P100"] == nil {
		return nil
	}
	for _, b := range m.Partners["P100"].Bills.All() {
		if string(b.Cycle) == cycle {
			return b
		}
	}
	return nil
}

func TestWorkedExampleOffline(t *testing.T) {
	t.Parallel()
	m := decision.NewMemory(site.Default())
	for _, ev := range workedExample(t) {
		outs, err := m.Fold(ev, nil)
		if err != nil {
			t.Fatalf("%s: %v", ev.ID, err)
		}
		for _, o := range outs {
			line, err := o.Structured()
			if err != nil {
				t.Fatalf("%s: %v", ev.ID, err)
			}
			t.Logf("%s -> %s", ev.ID, line)
		}
		for _, cycle := range []string{"2026-03", "2026-04"} {
			if b := billOf(t, m, cycle); b != nil {
				t.Logf("   %s %s %+v", cycle, b.State, b.Amounts)
			}
		}
	}
	if b := billOf(t, m, "2026-03"); b.State != settlement.BillIssued {
		t.Errorf("March bill is %s", b.State)
	}
}
