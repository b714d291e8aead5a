package workers

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

// On a fresh database no run exists before the first accepted fact, whatever the clock says, and downtime that is longer
// than what is caught up leaves the oldest runs out, which is on record (F71).
func TestDowntimeIsCaughtUpWithinItsLimit(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	sites := sitesWith(t, map[string]string{"cn": off("expire", "release_holds", "opportunity_windows", "auto_request", "auto_renew", "settle_usage", "close_cycle", "statement")})
	h := newHistory(t, 311, "P100")
	wall := &handWall{now: h.at.AddDate(2, 0, 0)}
	w := r.scheduled(wall, sites)
	r.publish(h.reference("credit"))
	w.drained()
	wall.turn(wall.Now().Add(time.Hour))
	if n := r.count("select count(*) from job_run"); n != 0 {
		t.Fatalf("%d runs before anything was accepted", n)
	}
	r.publish(h.facts(4, 1))
	w.drained()
	wall.turn(wall.Now().Add(time.Minute))
	eventually(t, "what was missed is put down", func() bool { return r.count("select count(*) from job_run") == CatchUpRunsMax })
	days := int(wall.Now().Sub(h.at).Hours()/24) + 1
	if n := r.count("select left_out from job_schedule where job = 'auto_confirm'"); n < days-CatchUpRunsMax-1 || n > days-CatchUpRunsMax+1 {
		t.Errorf("%d runs are left out of %d days", n, days)
	}
	if newest := r.count("select count(*) from job_run where scheduled_for > $1", wall.Now().AddDate(0, 0, -CatchUpRunsMax-1)); newest != CatchUpRunsMax {
		t.Errorf("%d of the runs are the newest", newest)
	}
	w.halt()
}

// A run happens once whoever fires it, by hand, by the clock or from elsewhere under another id, and one that is fired
// while its job is paused happens; what was missed meanwhile is caught up or left out as the operator says.
func TestRunsByHandAndPauses(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	sites := sitesWith(t, map[string]string{"cn": off("expire", "release_holds", "opportunity_windows", "auto_request", "auto_renew", "settle_usage", "statement")})
	h := newHistory(t, 321, "P100", "P101")
	wall := &handWall{now: h.at.AddDate(0, 0, 1)}
	w := r.scheduled(wall, sites)
	r.publish(h.reference("credit", "monthly"))
	r.publish(h.facts(20, 2))
	w.drained()
	r.finished(wall, 1)
	pool := r.pool()
	jobs := NewJobs(pool, sites)
	ctx := t.Context()
	if err := jobs.Pause(ctx, "auto_confirm", "cn", "ops", "looking into it"); err != nil {
		t.Fatal(err)
	}
	if err := jobs.Pause(ctx, "auto_confirm", "cn", "ops", "again"); err == nil || !strings.Contains(err.Error(), "paused already") {
		t.Errorf("paused twice: %v", err)
	}
	before := r.count("select count(*) from job_run where job = 'auto_confirm'")
	wall.turn(wall.Now().AddDate(0, 0, 3))
	byHand := time.Date(2026, 4, 1, 0, 10, 0, 0, shanghai)
	fired, err := jobs.Fire(ctx, r.bus, "close_cycle", "cn", byHand, "ops")
	if err != nil || !fired.Published || fired.Run.Run != "2026-04-01T00:10" || fired.Run.Origin != "hand" {
		t.Errorf("by hand: %+v, %v", fired, err)
	}
	if again, err := jobs.Fire(ctx, r.bus, "close_cycle", "cn", byHand, "ops"); err != nil || again.Published || again.LeftOut != 0 || again.Run.Run != fired.Run.Run {
		t.Errorf("by hand again: %+v, %v", again, err)
	}
	h.fire("close_cycle", byHand) // from elsewhere, under another id
	r.send(h.take())
	if _, err := pool.Exec(ctx, `insert into job_run (job, site, run_key, scheduled_for, origin, state)
		values ('auto_confirm', 'cn', '2026-03-03T01:00', '2026-03-03T01:00+08:00', 'schedule', 'due')`); err != nil { // put down, and held back by the pause
		t.Fatal(err)
	}
	paused, err := jobs.Fire(ctx, r.bus, "auto_confirm", "cn", time.Date(2026, 3, 3, 1, 0, 0, 0, shanghai), "ops")
	if err != nil || !paused.Published || paused.Run.State == "due" {
		t.Errorf("by hand while it is held back: %+v, %v", paused, err)
	}
	w.drained()
	r.finished(wall, before+2)
	if n := r.count("select count(*) from job_run where job = 'auto_confirm'"); n != before+1 {
		t.Errorf("%d runs while paused, want %d and %s", n, before, paused.Run.Run)
	}
	if n := r.count("select count(*) from input where type = 'schedule.applied.v1' and subject = 'close_cycle'"); n != 2 {
		t.Errorf("%d parts of a run of two partners that was fired three times", n)
	}
	states, _, err := jobs.List(ctx, "", "", wall.Now())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(states, func(s JobState) bool { return s.Job == "auto_confirm" })
	if states[i].Status != JobPaused || states[i].Reason != "looking into it" || states[i].PausedBy != "ops" {
		t.Errorf("listed as %+v", states[i])
	}
	skipped, err := jobs.Resume(ctx, "auto_confirm", "cn", "ops", true, wall.Now())
	if err != nil || skipped != 3 {
		t.Errorf("resumed with %d runs skipped, %v", skipped, err)
	}
	if _, err := jobs.Resume(ctx, "auto_confirm", "cn", "ops", false, wall.Now()); err == nil {
		t.Error("resumed twice")
	}
	wall.turn(wall.Now().AddDate(0, 0, 1))
	r.finished(wall, before+3)
	w.drained()
	w.halt()
	r.foldFired()
	r.sound()
}

// F67, F69: a run over many partners is sent and counted page by page, and goes on behind the page where it was stopped.
// F66, F87: a part that is refused does not keep it from finishing, and shows.
func TestRunsGoByPagesAndTellWhatWasRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	h := newHistory(t, 331, partnersNamed(11)...)
	first := r.work(nil, nil)
	r.publish(h.reference("credit"))
	r.publish(h.facts(12, 1))
	first.drained()
	first.halt()
	h.fire("close_cycle", time.Date(2026, 4, 1, 0, 10, 0, 0, shanghai))
	run := h.take()[0]
	small := func(w *Worker) {
		w.frame = &refusing{frame: w.frame, id: decision.PartID("close_cycle", "cn", time.Date(2026, 4, 1, 0, 10, 0, 0, shanghai), "P104")}
		w.reference.page = 3
	}
	r.sendAll([]*events.Event{run})
	stopped := r.work(nil, small)
	eventually(t, "the first page is sent", func() bool { return r.count("select count(*) from job_run where sent_after <> ''") == 1 })
	stopped.halt() // wherever it is
	w := r.work(nil, small)
	w.drained()
	r.finished(&handWall{}, 1)
	w.halt()
	if partners, refused := r.count("select partners from job_run"), r.count("select refused from job_run where outcome = 'partly_refused'"); partners != 11 || refused != 1 {
		t.Errorf("a run for %d partners with %d refused parts, want 11 and 1", partners, refused)
	}
	if n := r.count("select count(*) from input where type = 'schedule.applied.v1'"); n != 11 {
		t.Errorf("%d parts came in, want 11", n)
	}
}

// F72: runs that are not finished in time are counted, and those that an operator holds back are not.
func TestOverdueRunsAreCounted(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	h := newHistory(t, 341, "P100")
	w := r.work(nil, nil)
	r.publish(h.reference("credit"))
	w.drained()
	pool := r.pool()
	_, err := pool.Exec(t.Context(), `insert into job_run (job, site, run_key, scheduled_for, origin, state, due_at)
		values ('expire', 'cn', 'a', now(), 'schedule', 'due', now() - interval '1 hour'), ('statement', 'cn', 'b', now(), 'schedule', 'due', now() - interval '2 hours')`)
	if err != nil {
		t.Fatal(err)
	}
	if err := NewJobs(pool, site.Default()).Pause(t.Context(), "statement", "", "ops", "a reason"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "one run is overdue", func() bool {
		overdue, age := gaugeOf(t, w.config.Registry, "accruald_job_runs_overdue"), gaugeOf(t, w.config.Registry, "accruald_job_run_oldest_age_seconds")
		return overdue == 1 && age > 3500 && age < 7000
	})
	w.halt()
}
