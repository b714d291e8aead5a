package workers

import (
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/site"
)

// A run that has happened reaches the partners that were enrolled since when it is fired again, by hand or from elsewhere,
// and repeats nothing for the others, in the database as in memory.
func TestRunsReachPartnersEnrolledSince(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	w := r.work(nil, func(w *Worker) { w.reference.page = 2 })
	ctx, jobs := t.Context(), NewJobs(r.pool(), site.Default())
	closing := time.Date(2026, 4, 1, 0, 10, 0, 0, shanghai)
	come := func(seed uint64, partners ...string) *history {
		h := newHistory(t, seed, partners...)
		list := h.reference("credit")
		if seed != 391 { // the catalogue stands
			list = slices.DeleteFunc(list, func(ev *events.Event) bool { return ev.PartitionKey == events.AllPartners })
		}
		r.publish(list)
		r.publish(h.facts(12*len(partners), 1))
		w.drained()
		return h
	}
	reached := func(want, runs int) {
		t.Helper()
		w.drained()
		r.finished(&handWall{}, runs)
		if parts, partners := r.count("select count(*) from input where type = 'schedule.applied.v1'"), r.count("select partners from job_run where job = 'close_cycle'"); parts != want || partners != want {
			t.Errorf("%d parts came in, the run counts %d, want %d", parts, partners, want)
		}
	}
	first := come(391, "P100", "P101")
	r.publish([]*events.Event{first.fire("close_cycle", closing)})
	reached(2, 1)
	before := r.count("select count(*) from outbox")
	if again, err := jobs.Fire(ctx, r.bus, "close_cycle", "cn", closing, "ops"); err != nil || again.Published || again.LeftOut != 0 {
		t.Errorf("a run that reached everybody: %+v, %v", again, err)
	}
	first.take()
	first.add(events.AllPartners, "elsewhere/1", "close_cycle", &events.ScheduleFired{Job: "close_cycle", Site: "cn", ScheduledFor: closing.UTC()})
	r.publish(first.take())
	reached(2, 1)
	if after := r.count("select count(*) from outbox"); after != before {
		t.Errorf("what reached everybody told %d things more", after-before)
	}

	come(392, "P099", "P102", "P103")
	again, err := jobs.Fire(ctx, r.bus, "close_cycle", "cn", closing, "ops")
	if err != nil || again.Published || again.LeftOut != 3 {
		t.Errorf("with three partners more: %+v, %v", again, err)
	}
	reached(5, 1)
	first.add(events.AllPartners, "by hand", "close_cycle", &events.ScheduleFired{Job: "close_cycle", Site: "cn", ScheduledFor: closing})
	r.fold(first.take()) // what was fired has another id
	late := come(393, "P104")
	late.add(events.AllPartners, "elsewhere/2", "close_cycle", &events.ScheduleFired{Job: "close_cycle", Site: "cn", ScheduledFor: closing.UTC()})
	r.publish(late.take())
	reached(6, 1)

	// Also when nothing is left of it but what came in.
	if _, err := r.pool().Exec(ctx, "delete from job_run"); err != nil {
		t.Fatal(err)
	}
	if again, err := jobs.Fire(ctx, r.bus, "close_cycle", "cn", closing, "ops"); err != nil || again.Published || again.LeftOut != 0 || again.Run.State != "finished" {
		t.Errorf("a run of long ago that reached everybody: %+v, %v", again, err)
	}
	come(394, "P105")
	if again, err = jobs.Fire(ctx, r.bus, "close_cycle", "cn", closing, "ops"); err != nil || again.Published || again.LeftOut != 1 {
		t.Errorf("a run of long ago, with one partner more: %+v, %v", again, err)
	}
	reached(7, 1)
	first.add(events.AllPartners, "by hand/2", "close_cycle", &events.ScheduleFired{Job: "close_cycle", Site: "cn", ScheduledFor: closing})
	r.fold(first.take())
	if n := r.count("select count(*) from incentive_bill where cycle = '2026-03' and state = 'estimated'"); n != 0 {
		t.Errorf("%d bills of the cycle are not closed", n)
	}
	if n := r.count("select count(*) from input where status = 'rejected' and code = 'content_conflict'"); n != 0 {
		t.Errorf("%d parts came again with other content", n)
	}
	w.halt()
	r.sound()
}

// Runs that finished long ago are pruned batch by batch; the last one of each job and site stays, and so does what its
// schedule has not come to, what is not finished, and what finished lately.
func TestOldRunsArePruned(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	w := r.work(nil, nil)
	for _, insert := range []string{
		`insert into job_schedule (job, site, since, fired_until) values ('statement', 'cn', now() - interval '9 years', now() - interval '30 months')`,
		`insert into job_run (job, site, run_key, scheduled_for, origin, state, input_no, finished_at, outcome)
		 select 'settle_usage', 'cn', i::text, now() - interval '500 days' - i * interval '1 hour', 'schedule', 'finished', i, now() - interval '500 days' - i * interval '1 hour', 'done'
		 from generate_series(1, 2500) i`,
		`insert into job_run (job, site, run_key, scheduled_for, origin, state, input_no, finished_at, outcome)
		 select 'statement', 'cn', 'y' || i, now() - i * interval '1 year', 'schedule', 'finished', 3000 + i, now() - i * interval '1 year', 'done' from generate_series(1, 6) i`,
		`insert into job_run (job, site, run_key, scheduled_for, origin, state, input_no, finished_at, outcome)
		 values ('settle_usage', 'cn', 'late', now() - interval '501 days', 'hand', 'finished', 4000, now(), 'done')`,
		`insert into job_run (job, site, run_key, scheduled_for, origin, state) values ('settle_usage', 'cn', 'open', now() - interval '9 years', 'hand', 'due')`,
	} {
		if _, err := r.pool().Exec(t.Context(), insert); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := w.pruneRuns(t.Context()); err != nil {
			t.Fatal(err)
		}
		rows, err := r.pool().Query(t.Context(), "select run_key from job_run order by scheduled_for desc, run_key")
		if err != nil {
			t.Fatal(err)
		}
		if left, err := pgx.CollectRows(rows, pgx.RowTo[string]); err != nil || !slices.Equal(left, []string{"y1", "1", "late", "y2", "open"}) {
			t.Errorf("left are %q, %v", left, err)
		}
	}
	w.halt()
}
