package workers

import (
	"testing"
	"time"

	"github.com/accruald/accruald/events"
)

// TestMoveInTheDatabase: the rows of a moved customer are found by the old
// partner's process, go through the outbox to the new partner's input, and end
// as they do in memory.
func TestMoveInTheDatabase(t *testing.T) {
	t.Parallel()
	h := newHistory(t, 5, "P100", "P200")
	w := newWorld(t)
	w.process(w.deliver(h.reference("credit", "immediate"))...)
	w.process(w.deliver(h.fleet(4))...)
	w.restart()
	h.at = time.Date(2026, 3, 20, 9, 0, 0, 0, shanghai)
	h.add("P200", "moved/C1", "C1", &events.CustomerAssociated{CustomerID: "C1", PartnerID: "P200", PreviousPartnerID: "P100", Association: "resale",
		Settlement: "immediate", EffectiveTime: h.at})
	pending := w.process(w.deliver(h.take())...).Outbox
	internal := 0
	for range 3 { // to the old partner, back to the new one, and nothing more
		var batch []Delivery
		for _, row := range pending {
			if row.Subject[:len("billing.in.")] == "billing.in." {
				ev, err := events.DecodeMessage(row.Header, row.Data)
				if err != nil {
					t.Fatal(err)
				}
				batch = append(batch, delivery(ev))
				internal++
			}
		}
		w.restart()
		pending = w.process(batch...).Outbox
	}
	if n := w.count("select count(*) from resource where partner_id = 'P200' and renewal_day is not null"); n != 3 || internal != 5 {
		t.Errorf("%d resources that renew by themselves moved by %d events, want 3 by one and four", n, internal)
	}
	w.sameAsMemory()
	w.soundBooks()
}
