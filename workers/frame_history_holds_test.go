package workers

import (
	"fmt"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
)

// standing makes n random facts that freeze and release, or shut and open the
// gate of requests.
func (h *history) standing(n int) []*events.Event {
	for range n {
		h.at = h.at.Add(time.Duration(1+h.rng.IntN(20)) * time.Minute)
		p := h.partners[h.rng.IntN(len(h.partners))]
		switch h.rng.IntN(4) {
		case 0:
			id := fmt.Sprintf("MS%d", h.rng.IntN(3))
			h.add(p, h.id("delivered/"), id, &events.MilestoneDelivered{MilestoneID: id, PartnerID: p})
		case 1:
			h.add(p, h.id("settled/"), p, &events.CycleSettled{PartnerID: p, Cycle: "2026-03", Currency: "CNY", SettledAt: h.at})
		case 2:
			h.milestones = true
			h.pay(p, h.order(p, 0))
			h.milestones = false
		default:
			id := h.id("OD")
			h.add(p, "overdue/"+id, id, &events.AccountOverdue{OverdueID: id, PartnerID: p, CustomerID: "C0", Amount: dec("10.00"), Currency: "CNY", Since: h.at})
			if h.rng.IntN(2) == 0 {
				h.add(p, "cleared/"+id, id, &events.AccountCleared{OverdueID: id, PartnerID: p, At: h.at})
			}
		}
	}
	return h.take()
}

// payment pays an order, by a milestone contract where the history says so.
func (h *history) payment(p, id string) *events.OrderPaid {
	paid := &events.OrderPaid{OrderID: id, PartnerID: p, PaidBy: "customer"}
	if h.milestones {
		paid.MilestoneID = fmt.Sprintf("MS%d", h.rng.IntN(3))
	}
	return paid
}

// cutOffs has operations hold and adjust in every scope, around the close of
// March, and release some of it; then the statement of the month is issued.
func (h *history) cutOffs() []*events.Event {
	held := map[string][]string{}
	hold := func(p string, scope events.HoldPlaced) {
		id := h.id("H")
		scope.HoldID, scope.Reason, scope.Actor = id, "compliance", "test"
		h.add(p, "hold/"+id, id, &scope)
		held[p] = append(held[p], id)
	}
	adjust := func(p string, a events.AdjustmentPosted) {
		a.AdjustmentID, a.Amount, a.Currency, a.Reason = h.id("AD"), dec("-1.25"), "CNY", "test"
		h.add(p, "adjustment/"+a.AdjustmentID, a.AdjustmentID, &a)
	}
	for _, p := range h.partners {
		bill := events.DeriveID("bill", p, "2026-03", "POL", "resale", "CNY")
		hold(p, events.HoldPlaced{OrderID: h.placed[p][0]})
		hold(p, events.HoldPlaced{BillID: bill})
		hold(p, events.HoldPlaced{DetailID: events.DeriveID("detail", p, h.placed[p][1], "1", "POL")})
		adjust(p, events.AdjustmentPosted{BillID: bill})
		adjust(p, events.AdjustmentPosted{OrderID: h.placed[p][0]})
	}
	h.fire(decision.JobCloseCycle, time.Date(2026, 4, 1, 0, 10, 0, 0, shanghai))
	for _, p := range h.partners {
		hold(p, events.HoldPlaced{Cycle: "2026-03"})
		hold(p, events.HoldPlaced{})
		adjust(p, events.AdjustmentPosted{BillID: events.DeriveID("bill", p, "2026-03", "POL", "resale", "CNY")})
		for _, id := range held[p] {
			if h.rng.IntN(4) > 0 {
				h.add(p, "release/"+id, id, &events.HoldReleased{HoldID: id, Actor: "test"})
			}
		}
	}
	h.fire(decision.JobStatement, time.Date(2026, 4, 5, 10, 0, 0, 0, shanghai))
	return h.take()
}

// sameStanding compares the rows beside the digest with those in memory, and
// holds the history to having come to some of each kind.
func (w *world) sameStanding() {
	w.t.Helper()
	rows := map[string]int{}
	for id, p := range w.memory.Partners {
		rows["milestone"] += sameRows(w, id, "milestone", "milestone_id", p.Milestones)
		rows["cycle_settlement"] += sameRows(w, id, "cycle_settlement", "settlement_id", p.CycleSettlements)
		rows["overdue"] += sameRows(w, id, "overdue", "overdue_id", p.Overdues)
		rows["adjustment"] += sameRows(w, id, "adjustment", "adjustment_id", p.Adjustments)
		rows["turnover"] += sameRows(w, id, "turnover", "turnover_id", p.Turnovers)
		rows["statement"] += sameRows(w, id, "statement", "statement_id", p.Statements)
		if n := w.count("select overdue from partner where partner_id = $1", id); int64(n) != p.Counters.Overdue {
			w.t.Errorf("partner %s has %d overdues open in the database, %d in memory", id, n, p.Counters.Overdue)
		}
		for _, h := range p.Holds.All() {
			rows[h.Reason]++
		}
	}
	for _, kind := range []string{"milestone", "cycle_settlement", "overdue", "adjustment", "turnover", "statement", "compliance", "milestone_undelivered"} {
		if rows[kind] == 0 {
			w.t.Errorf("the history came to no %s", kind)
		}
	}
}

// sameRows compares the rows of one kind and returns how many there are.
func sameRows[R any](w *world, partnerID, table, column string, rows *decision.Table[R]) int {
	w.t.Helper()
	ids := rows.IDs()
	for _, id := range ids {
		if !w.compare(table, column, partnerID, id, rows.Get(id)) {
			w.t.Errorf("%s %s of %s is another in the database", table, id, partnerID)
		}
	}
	if n := w.count("select count(*) from "+table+" where partner_id = $1", partnerID); n != len(ids) {
		w.t.Errorf("partner %s has %d rows of %s in the database, %d in memory", partnerID, n, table, len(ids))
	}
	return len(ids)
}
