package workers

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/inquiry/charges"
	"github.com/accruald/accruald/workers/site"
)

// TestChargesAreReadAsMemoryHasThem (F58): what is loaded for a cycle, of all
// customers or of one, comes to the charges that memory tells of it: also where
// orders, usage and adjustments came behind the statement of their cycle.
func TestChargesAreReadAsMemoryHasThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h := newHistory(t, 11, "P1")
	h.settles = true
	w.process(w.deliver(h.reference("immediate", "credit", "monthly"))...)
	var held []*events.Event
	month := func(n int) {
		for i, ev := range h.facts(n, 3) {
			if _, usage := ev.Data.(*events.UsageMetered); strings.HasPrefix(ev.Type, "order.placed") && i%3 == 0 || usage && i%2 == 0 {
				held = append(held, ev) // with what waits for it
				continue
			}
			w.process(w.deliver([]*events.Event{ev})...)
		}
	}
	statement := func(at time.Time) {
		h.at = at
		h.add(events.AllPartners, "settle/"+at.String(), decision.JobSettleUsage, &events.ScheduleFired{Job: decision.JobSettleUsage, Site: "cn", ScheduledFor: at})
		h.fire(decision.JobStatement, at)
		w.process(w.deliver(h.take())...)
		w.process(w.deliver(held)...)
		held = nil
		for _, o := range w.memory.Partners["P1"].Orders.All() {
			if o.Payment != nil && len(h.events) < 3 {
				id := h.id("ADJ")
				h.add("P1", id, id, &events.AdjustmentPosted{AdjustmentID: id, PartnerID: "P1", OrderID: o.ID, Amount: dec("-1.50"), Currency: "CNY", Reason: "goodwill"})
			}
		}
		w.process(w.deliver(h.take())...)
	}
	month(60)
	statement(time.Date(2026, 4, 5, 10, 0, 0, 0, shanghai))
	month(40)
	statement(time.Date(2026, 5, 5, 10, 0, 0, 0, shanghai))
	w.sameAsMemory()

	memory := w.memory.Partners["P1"]
	profile, err := site.Default().Get("cn")
	if err != nil {
		t.Fatal(err)
	}
	told := func(p *decision.Partner, telling *decision.Telling, cycle calendar.Cycle, customers []string) (lines []string, late int) {
		t.Helper()
		book := &charges.Book{Partner: p, Prices: w.common.Prices(), Site: profile, Telling: telling}
		all, err := book.OfCustomers(cycle, func(o *decision.Order) bool { return customers == nil || slices.Contains(customers, o.CustomerID) })
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range all {
			if c.Late() {
				late++
			}
			lines = append(lines, fmt.Sprint(c.CustomerID, c.Kind, c.OrderID, c.LineID, c.Original, c.By, c.Cycle, c.Told, c.Issued, c.Amount, c.List, c.Tenders))
		}
		return lines, late
	}
	lateOnes := 0
	for _, cycle := range []calendar.Cycle{"2026-02", "2026-03", "2026-04", "2026-05"} {
		for _, customers := range [][]string{nil, {"C0"}, {"C1", "C2"}, {}} {
			s, err := OpenSnapshot(t.Context(), w.pool, site.Default())
			if err != nil {
				t.Fatal(err)
			}
			p, err := s.Partner(t.Context(), "P1")
			if err != nil {
				t.Fatal(err)
			}
			telling, err := s.LoadCharges(t.Context(), p, cycle, profile.Zone(), customers)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Load(t.Context(), p, decision.Scope{Kind: decision.ScopeStatements}); err != nil {
				t.Fatal(err)
			}
			s.Close(t.Context())
			got, _ := told(p, telling, cycle, customers)
			want, late := told(memory, memory.Telling(profile.Zone()), cycle, customers)
			if lateOnes += late; !slices.Equal(got, want) {
				t.Errorf("%s of %v:\n got %s\nwant %s", cycle, customers, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
	}
	if lateOnes < 10 {
		t.Errorf("only %d charges were told late: the test shows little", lateOnes)
	}
}
