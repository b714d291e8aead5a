package workers

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

// handWall is a clock that a test turns.
type handWall struct {
	mu      sync.Mutex
	now     time.Time
	waiting []chan time.Time
}

func (w *handWall) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// After rings when the clock is turned, and at every look of the test at what became of it.
func (w *handWall) After(wait time.Duration) (<-chan time.Time, func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	rings := make(chan time.Time, 1)
	if wait <= 0 {
		rings <- w.now
	} else {
		w.waiting = append(w.waiting, rings)
	}
	return rings, func() {}
}

func (w *handWall) turn(to time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = to
	for _, rings := range w.waiting {
		rings <- to
	}
	w.waiting = nil
}

// sitesWith are the program's profiles with jobs of sites put into them.
func sitesWith(t testing.TB, jobs map[string]string) site.Profiles {
	t.Helper()
	text, err := os.ReadFile("site/profiles.json")
	if err != nil {
		t.Fatal(err)
	}
	document := string(text)
	for code, list := range jobs {
		document = strings.Replace(document, `"site": "`+code+`",`, `"site": "`+code+`", "jobs": [`+list+`],`, 1)
	}
	profiles, err := site.Load([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	return profiles
}

// off switches jobs off, and the reconciliation with them.
func off(names ...string) string {
	var list []string
	for _, name := range append(names, decision.JobReconcile) {
		list = append(list, fmt.Sprintf(`{"name": %q, "off": true}`, name))
	}
	return strings.Join(list, ", ")
}

// scheduled starts a worker that fires jobs by a clock.
func (r *rig) scheduled(wall Wall, sites site.Profiles) *running {
	return r.work(func(c *Config) { c.Clock, c.Wall, c.Sites, c.BatchMax = ClockWall, wall, sites, 64 }, nil)
}

// foldFired folds the runs in the order in which they were recorded.
func (r *rig) foldFired() (ids []string) {
	r.t.Helper()
	rows, err := r.pool().Query(r.t.Context(), `select event_id, source, subject, time, time_offset, payload from input
		where partner_id = '_all' and type = 'schedule.fired.v1' order by input_no`)
	if err != nil {
		r.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		envelope := events.Envelope{Type: events.TypeScheduleFired, PartitionKey: events.AllPartners}
		var offset int32
		var payload []byte
		if err := rows.Scan(&envelope.ID, &envelope.Source, &envelope.Subject, &envelope.Time, &offset, &payload); err != nil {
			r.t.Fatal(err)
		}
		envelope.Time = atOffset(envelope.Time, offset)
		ev, err := events.Restore(envelope, payload)
		if err != nil {
			r.t.Fatal(err)
		}
		ids = append(ids, ev.ID)
		r.foldOne(ev, nil)
	}
	if rows.Err() != nil {
		r.t.Fatal(rows.Err())
	}
	return ids
}

func (r *rig) count(query string, args ...any) (n int) {
	r.t.Helper()
	if err := r.pool().QueryRow(r.t.Context(), query, args...).Scan(&n); err != nil {
		r.t.Fatalf("%s: %v", query, err)
	}
	return n
}

// finished waits until every run up to the clock's time is finished, and that there are so many.
func (r *rig) finished(wall *handWall, want int) {
	r.t.Helper()
	pool := r.pool()
	eventually(r.t, fmt.Sprintf("%d runs are finished", want), func() bool {
		wall.turn(wall.Now())
		var n, open int
		err := pool.QueryRow(r.t.Context(), "select count(*), count(*) filter (where state <> 'finished') from job_run").Scan(&n, &open)
		if err != nil {
			r.t.Fatal(err)
		}
		return n >= want && open == 0
	})
}

// yearOfRuns lists what a year has, date by date in the zone of each site, without the library that the scheduler uses.
func yearOfRuns(t *testing.T, sites site.Profiles) map[string]time.Time {
	t.Helper()
	want := map[string]time.Time{}
	for code, daily := range map[string][]string{"cn": {"auto_confirm 01:00", "settle_usage 00:03"}, "eu": {"auto_renew 01:30"}} {
		profile, err := sites.Get(code)
		if err != nil {
			t.Fatal(err)
		}
		add := func(job string, day time.Time, clock string) {
			at, err := time.ParseInLocation("2006-01-02 15:04", day.Format(time.DateOnly)+" "+clock, time.UTC)
			if err != nil {
				t.Fatal(err)
			}
			local := time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), 0, 0, profile.Zone())
			switch day.Format(time.DateOnly) + " " + clock {
			case "2026-03-29 01:30": // Dublin goes from 01:00 to 02:00
				local = time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC).In(profile.Zone())
			case "2026-10-25 01:30": // Dublin has it twice: the first is still summer time
				if code == "eu" {
					local = time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC).In(profile.Zone())
				}
			}
			if !local.After(time.Date(2025, 12, 31, 20, 0, 0, 0, time.UTC)) || local.After(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)) {
				return
			}
			key := local.Format("2006-01-02T15:04")
			if job == "settle_usage" {
				key = local.UTC().Format("2006-01-02T15:04Z")
			}
			want["schedule.fired/"+job+"/"+code+"/"+key] = local
		}
		for day := time.Date(2025, 12, 31, 0, 0, 0, 0, time.UTC); day.Year() < 2027 || day.YearDay() < 3; day = day.AddDate(0, 0, 1) {
			for _, job := range daily {
				name, clock, _ := strings.Cut(job, " ")
				add(name, day, clock)
			}
			if day.Day() == 1 {
				add("close_cycle", day, "00:10")
				if code == "cn" {
					add("settle_usage", day, "00:05")
				}
			}
			if day.Day() == 5 {
				add("statement", day, "10:00")
			}
			if code == "eu" && day.Weekday() == time.Sunday {
				add("auto_confirm", day, "02:00")
			}
		}
	}
	return want
}
