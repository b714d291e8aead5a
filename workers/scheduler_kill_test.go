//go:build slow

package workers

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/accruald/accruald/workers/site"
)

// closingSites are profiles under which a cycle is closed, confirmed, told of in statements, and little else happens.
func closingSites(t testing.TB) site.Profiles {
	t.Helper()
	return sitesWith(t, map[string]string{"cn": off("expire", "opportunity_windows", "auto_request", "auto_renew", "settle_usage") +
		`, {"name": "auto_confirm", "times": ["0 1 20 * *"]}, {"name": "release_holds", "times": ["30 0 * * 1"]}`})
}

// Processes that fire and decide the close of a cycle, its statements and what follows are killed with kill -9 at random
// points: before runs are put down, while they are published, sent and decided. The last one comes to the end state of the
// same events in memory, with every run once.
func TestKilledWhileJobsRun(t *testing.T) {
	t.Parallel()
	const silence = 1
	r := newRig(t)
	h := newHistory(t, 361, partnersNamed(8)...)
	first := r.work(nil, nil)
	r.publish(h.reference("credit", "immediate", "monthly"))
	r.publish(h.facts(120, 3))
	first.drained()
	first.halt()
	end := time.Date(2026, 5, 21, 0, 0, 0, 0, shanghai)
	rng := rand.New(rand.NewPCG(362, uint64(time.Now().UnixNano())))
	pool := r.pool()
	points := 0
	reached := func() (n int) {
		err := pool.QueryRow(t.Context(), `select (select count(*) from job_run where fired_at is not null) + (select count(*) from job_run where state = 'finished')
			+ (select count(*) from input where type = 'schedule.applied.v1')`).Scan(&n)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	var killed []int
	for range 4 {
		victim := r.child(childSilenceVariable+"="+strconv.Itoa(silence), childWallVariable+"="+end.Format(time.RFC3339))
		points += 1 + rng.IntN(30)
		eventually(t, fmt.Sprintf("%d steps are made", points), func() bool { return reached() >= points })
		if err := victim.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = victim.Wait()
		killed = append(killed, reached())
		points = killed[len(killed)-1]
	}
	wall := &handWall{now: end}
	w := r.work(func(c *Config) { c.Clock, c.Wall, c.Sites = ClockWall, wall, closingSites(t) }, func(w *Worker) { w.keeper.silence = silence })
	// Two closes, three statements, every Monday from 2 March to 18 May, the 20th of three months.
	const runs = 2 + 3 + 12 + 3
	r.finished(wall, runs)
	w.drained()
	w.halt()
	if ids := r.foldFired(); len(ids) != runs {
		t.Errorf("killed after %d steps: %d runs, want %d: %q", killed, len(ids), runs, ids)
	}
	r.sound()
	if n := r.count("select count(*) from input where type = 'schedule.applied.v1'"); n != runs*len(h.partners) {
		t.Errorf("killed after %d steps: %d parts, want %d", killed, n, runs*len(h.partners))
	}
	if closed := r.count("select count(*) from incentive_bill where state <> $1", "estimated"); closed == 0 {
		t.Error("no bill left the state it began in: the jobs did nothing")
	}
}
