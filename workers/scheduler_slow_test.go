//go:build slow

package workers

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/events/bus"
)

// Two schedulers, a real database and a real broker, and a year: every run happens exactly once at each site, on the days
// when clocks change as on any other, although one of the two is stopped or comes back at random points. The job of half
// past one falls into the gap of March and the hour that October has twice.
//
// F5: runs put down twice. F22: a loop on the day of a clock change. F23, F25: days counted in another zone than the
// site's. F24: other results before and behind a change. F35, F36: runs skipped and doubled. F86: runs lost with the
// process that knew of them.
func TestTwoSchedulersForAYear(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	sites := sitesWith(t, map[string]string{
		"cn": off("expire", "release_holds", "opportunity_windows", "auto_request", "auto_renew") + `, {"name": "auto_confirm", "times": ["0 1 * * *"]}`,
		"eu": off("expire", "release_holds", "opportunity_windows", "auto_request", "settle_usage") + `, {"name": "auto_renew", "times": ["30 1 * * *"]},
			{"name": "auto_confirm", "times": ["0 2 * * 0"]}`,
	})
	wall := &handWall{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	h := newHistory(t, 301, "P100", "P101")
	h.at = time.Date(2025, 12, 31, 20, 0, 0, 0, time.UTC)
	first := r.scheduled(wall, sites)
	r.publish(h.reference("credit", "monthly"))
	h.add("E1", "enrol/E1", "E1", &events.PartnerEnrolled{PartnerID: "E1", Site: "eu", Level: "gold", Tier: 1, EffectiveTime: h.at.AddDate(-1, 0, 0)})
	h.add("E1", "overdue/E1", "E1", &events.AccountOverdue{OverdueID: "E1", PartnerID: "E1", Amount: dec("1"), Currency: "EUR", Since: h.at})
	for range 6 {
		h.at = h.at.Add(time.Minute)
		h.pay("P100", h.order("P100", 0))
		h.pay("P101", h.order("P101", 1))
	}
	r.publish(h.take())
	first.drained()

	want := yearOfRuns(t, sites)
	second := r.scheduled(wall, sites)
	pair := []*running{first, second}
	rng := rand.New(rand.NewPCG(302, 7))
	end := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	for step := 0; wall.Now().Before(end); step++ {
		to := wall.Now().Add(time.Duration(1+rng.IntN(45*24*60)) * time.Minute)
		if to.After(end) {
			to = end
		}
		wall.turn(to)
		if who := rng.IntN(2); step%2 == 1 { // in the middle of its turn
			time.Sleep(time.Duration(rng.IntN(20)) * time.Millisecond)
			pair[who].halt()
			pair[who] = r.scheduled(wall, sites)
		}
		due := 0
		for _, at := range want {
			if !at.After(to) {
				due++
			}
		}
		r.finished(wall, due)
	}
	for _, w := range pair {
		w.drained()
		w.halt()
	}
	ids := r.foldFired()
	r.sound()
	if slices.Sort(ids); len(ids) != len(slices.Compact(slices.Clone(ids))) || len(ids) != len(want) {
		t.Errorf("%d runs of a year, want %d, each once", len(ids), len(want))
	}
	for _, id := range ids {
		if _, expected := want[id]; !expected {
			t.Errorf("run %s was not due", id)
		}
	}
	parts := r.count("select count(*) from input where type = 'schedule.applied.v1'")
	sent := r.count("select sum(partners) from job_run")
	if refused := r.count("select count(*) from job_run where outcome <> 'done' or refused > 0"); parts != sent || refused != 0 {
		t.Errorf("%d parts came in of %d sent, %d runs have refused parts", parts, sent, refused)
	}
	if left := r.count("select sum(left_out) from job_schedule"); left != 0 {
		t.Errorf("%d runs are left out", left)
	}
}

// F71: without its servers the schedule does not stand still in silence. Turns of the scheduler that fail on the way are made again, and put nothing down twice.
func TestSchedulerOutlivesItsServers(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	sites := sitesWith(t, map[string]string{"cn": off("expire", "release_holds", "opportunity_windows", "auto_request", "settle_usage", "auto_renew")})
	h := newHistory(t, 351, "P100")
	wall := &handWall{now: h.at.AddDate(0, 0, 2)}
	w := r.scheduled(wall, sites)
	r.publish(h.reference("credit"))
	r.publish(h.facts(5, 1))
	w.drained()
	r.server.Shutdown()
	wall.turn(wall.Now().AddDate(0, 0, 7))
	eventually(t, "runs are put down without a broker", func() bool { return r.count("select count(*) from job_run where state = 'due'") > 0 })
	r.startBroker()
	ctx, cancel := context.WithTimeout(t.Context(), testWaitMax)
	defer cancel()
	connected, err := bus.Connect(ctx, bus.Config{URL: r.server.URL(), Name: "producer", Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(connected.Close)
	r.finished(wall, 8)
	w.drained()
	w.halt()
	if ids := r.foldFired(); len(slices.Compact(slices.Sorted(slices.Values(ids)))) != len(ids) {
		t.Errorf("runs are recorded twice: %q", ids)
	}
	r.sound()
}
