package workers

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/reconciliation"
)

// Reference data that comes after orders that it would have changed is told
// with the orders (contract, section 1); what came in time, what says the same
// and what begins later is not.
func TestReconcileNamesTheOrdersOfLateReferenceData(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h := newHistory(t, 31, "P1", "P2")
	first := h.reference("immediate", "credit")
	facts := h.facts(40, 2)
	end := h.at

	price := func(id string, from time.Time, amount string) *events.Event {
		return h.add(events.AllPartners, "product/PR0/"+id, "PR0", &events.ProductPublished{ProductID: "PR0", Names: events.Names{EnUS: "PR0"}, CloudServiceType: "ec2",
			ResourceType: "vm", ResourceSpec: "sPR0", Region: "r1", Currency: "CNY", Renewable: true, Refundable: true, Channel: "vendor", EffectiveTime: from,
			Metering: &events.Metering{Unit: "hour", Settle: "hour", Accumulate: "none"},
			Prices: []events.PriceRow{{ChargingMode: "period", PeriodType: ptr(2), PeriodNum: 1, Amount: ptr(dec(amount))},
				{ChargingMode: "on_demand", UsageFactor: "Duration", UsageMeasureID: hourMeasure, Amount: ptr(dec("0.7123"))}}})
	}
	discount := func(partner, id string, from time.Time) *events.Event {
		return h.add(partner, "discount/"+id, id, &events.DiscountGranted{DiscountID: id, PartnerID: partner, GrantedBy: "vendor", DiscountType: 605, DiscountName: "late",
			Mode: "ratio", Value: dec("0.5"), Scope: events.DiscountScope{CustomerIDs: []string{"C1"}}, EffectiveTime: from})
	}
	late := []*events.Event{
		price("same", monthBegin.AddDate(-1, 0, 0), "470.00"), // as it is
		price("late", monthBegin, "480.00"),
		price("next", end.AddDate(0, 1, 0), "500.00"),
		discount("P1", "LATE", monthBegin),
		discount("P2", "NEXT", end.AddDate(0, 1, 0)),
	}
	h.take()
	for _, part := range [][]*events.Event{first, facts, late} {
		w.process(w.deliver(part)...)
	}
	w.logReference(append(first, late...))
	w.reconciled(ReconcileFull)

	got := map[string]string{} // by partner and event
	for _, f := range w.open() {
		if f.Kind == string(reconciliation.LateReference) {
			for _, id := range []string{"product/PR0/same", "product/PR0/late", "product/PR0/next", "discount/LATE", "discount/NEXT", "discount/P"} {
				if strings.Contains(string(f.Keys), `"`+id+`"`) {
					got[f.PartnerID+" "+id] = f.Found
				}
			}
			if f.Severity != string(reconciliation.SeverityWarning) || !strings.Contains(string(f.Evidence), "customer_order") {
				t.Errorf("finding %s: severity %s, evidence %s", f.Keys, f.Severity, f.Evidence)
			}
		}
	}
	for _, want := range []struct{ partner, about, orders string }{
		{"P1", "product/PR0/late", `document::jsonb->'Quote'->'Lines' @> '[{"ProductID": "PR0"}]'`},
		{"P2", "product/PR0/late", `document::jsonb->'Quote'->'Lines' @> '[{"ProductID": "PR0"}]'`},
		{"P1", "discount/LATE", `document::jsonb->'Quote' is not null and customer_id = 'C1'`},
	} {
		found := got[want.partner+" "+want.about]
		delete(got, want.partner+" "+want.about)
		rows, err := w.pool.Query(t.Context(), "select order_id from customer_order where partner_id = $1 and document->>'Kind' <> 'usage' and "+want.orders, want.partner)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for rows.Next() {
			var id string
			if err := rows.Scan(&id); err != nil {
				t.Fatal(err)
			}
			if n++; !strings.Contains(found, id) {
				t.Errorf("%s of %s does not name order %s: %q", want.about, want.partner, id, found)
			}
		}
		if n == 0 || rows.Err() != nil {
			t.Fatalf("%s of %s: the history has no such order (%v)", want.about, want.partner, rows.Err())
		}
	}
	if len(got) != 0 {
		t.Errorf("reported as well: %v", got)
	}
}

// What is open, and how long ago everything was compared, is measured: what
// nobody looks for is told all the same (F71). A look at one partner or cycle is
// no look at everything.
func TestReconciliationIsMeasured(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	h := newHistory(t, 37, "P100")
	w := r.work(nil, nil)
	r.publish(h.reference("credit"))
	w.drained()
	pool := r.pool()
	_, err := pool.Exec(t.Context(), `insert into reconciliation_run (run_id, mode, site, partner_id, cycle, scheduled_for, source, event_id, state, finished_at)
		values ('r', 'full', '', '', '', now(), 's', 'e', 'finished', now() - interval '1 hour'),
			('p', 'full', '', 'P100', '', now(), 's', 'e', 'finished', now()), ('c', 'full', '', '', '2026-03', now(), 's', 'e', 'finished', now())`)
	if err == nil {
		_, err = pool.Exec(t.Context(), `insert into finding (partner_id, finding_id, version, kind, severity, state, keys, cycle, currency, expected, found, difference, evidence,
			opened_run, opened_at, seen_run, seen_at, seen_count, closed_run)
			select 'P100', 'f' || n, 1, 'event_lost', 'error', 'open', '[]', '', '', '', '', 0, '[]', 'r', now(), 'r', now(), 1, '' from generate_series(1, 3) n`)
	}
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "findings and age are measured", func() bool {
		open, age := gathered(t, w.config.Registry, "accruald_findings_open"), gathered(t, w.config.Registry, "accruald_reconciliation_age_seconds")
		return open == 3 && age > 3500 && age < 7000
	})
	w.halt()
}

// gathered is the first value of a metric, 0 as long as it has none.
func gathered(t *testing.T, registry *prometheus.Registry, name string) float64 {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() == name {
			return family.GetMetric()[0].GetGauge().GetValue()
		}
	}
	return 0
}
