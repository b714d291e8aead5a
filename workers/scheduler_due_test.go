package workers

import (
	"testing"
	"time"

	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/schedule"
	"github.com/accruald/accruald/workers/site"
)

// What is due of a job in a stretch of time: hourly runs where somebody is metered, each hour of UTC once also on the days
// when clocks change (F36); the newest within the limit; of a job that looks at everything the last one alone.
func TestDueOfAJob(t *testing.T) {
	t.Parallel()
	profile, err := site.Default().Get("eu")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := plannedJobs(profile)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, job, after, upTo string
		metered                bool
		runs                   int
		leftOut                int64
	}{
		{"the day with 25 hours", decision.JobSettleUsage, "2026-10-24T23:01:00Z", "2026-10-26T00:01:00Z", true, 25 + 1, 0},
		{"the day with 23 hours", decision.JobSettleUsage, "2026-03-29T00:01:00Z", "2026-03-29T23:01:00Z", true, 23 + 1, 0},
		{"nobody is metered", decision.JobSettleUsage, "2026-10-24T23:01:00Z", "2026-10-26T00:01:00Z", false, 1, 0},
		{"by hour, date and month", decision.JobSettleUsage, "2026-10-31T23:01:00Z", "2026-11-01T01:01:00Z", true, 2 + 1 + 1, 0},
		{"more hours than are caught up", decision.JobSettleUsage, "2026-06-01T00:01:00Z", "2026-06-30T00:01:00Z", true, CatchUpRunsMax + 29, 29*24 - CatchUpRunsMax},
		{"a date of the far past", decision.JobExpire, "1990-01-01T00:00:00Z", "2026-06-30T00:01:00Z", true, CatchUpRunsMax, 13_330 - CatchUpRunsMax},
		{"a comparison", decision.JobReconcile, "2026-06-07T12:00:00Z", "2026-06-20T12:00:00Z", true, 1, 12},
		{"a comparison of the sixth", decision.JobReconcile, "2026-06-01T12:00:00Z", "2026-06-06T12:00:00Z", true, 1, 4},
		{"nothing", decision.JobCloseCycle, "2026-06-01T12:00:00Z", "2026-06-30T12:00:00Z", true, 0, 0},
	} {
		after, err := time.Parse(time.RFC3339, c.after)
		if err != nil {
			t.Fatal(err)
		}
		upTo, err := time.Parse(time.RFC3339, c.upTo)
		if err != nil {
			t.Fatal(err)
		}
		plan.metered = c.metered
		m, err := plan.due(c.job, after, upTo)
		if err != nil || len(m.runs) != c.runs || m.leftOut != c.leftOut {
			t.Errorf("%s: %d runs and %d left out, %v, want %d and %d", c.name, len(m.runs), m.leftOut, err, c.runs, c.leftOut)
		}
		keys := map[string]bool{}
		for i, at := range m.runs {
			key, _, err := schedule.Key(c.job, profile, at)
			if err != nil || keys[key] || i > 0 && !m.runs[i-1].Before(at) {
				t.Errorf("%s: run %s has the key %q, %v", c.name, at, key, err)
			}
			keys[key] = true
		}
	}
	for metered, want := range map[bool]string{true: "2026-06-01T01:02:00Z", false: "2026-06-01T23:03:00Z"} { // 00:03 on the site's clock
		plan.metered = metered
		if next, err := plan.next(decision.JobSettleUsage, time.Date(2026, 6, 1, 0, 30, 0, 0, time.UTC)); err != nil || next.UTC().Format(time.RFC3339) != want {
			t.Errorf("metered %t: the next run is that of %s, %v, want %s", metered, next, err, want)
		}
	}
}
