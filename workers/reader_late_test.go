package workers

import (
	"testing"
	"time"

	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

// TestLateDetailsAreRead: what late events changed is read from the database as memory has it, with the events.
func TestLateDetailsAreRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h := newHistory(t, 3, "P1")
	w.process(w.deliver(h.reference("immediate"))...)
	w.process(w.deliver(h.facts(20, 1))...)
	late := h.order("P1", 0)
	h.pay("P1", late)
	held := h.take()
	h.fire(decision.JobCloseCycle, time.Date(2026, 4, 1, 0, 10, 0, 0, shanghai))
	w.process(w.deliver(h.take())...)
	w.process(w.deliver(held)...)
	s, err := OpenSnapshot(t.Context(), w.pool, site.Default())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(t.Context())
	p, err := s.Rows(t.Context(), "P1", LateRows)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, want := range w.memory.Partners["P1"].Details.All() {
		if want.LateOf == "" {
			continue
		}
		found++
		got := p.Details.Get(want.ID)
		if got == nil || !got.Amount.Equal(want.Amount) || got.BillID != want.BillID || p.Inputs.Get(decision.InputID(want.Event.Source, want.LateOf)) == nil {
			t.Errorf("detail %s is read as %+v", want.ID, got)
		}
	}
	if all, err := db.New(w.pool).DetailDocuments(t.Context(), "P1"); err != nil || found == 0 || len(p.Details.All()) != found || len(all) <= found {
		t.Errorf("%d details of late events, %d read of %d: %v", found, len(p.Details.All()), len(all), err)
	}
}
