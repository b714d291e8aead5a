package schedule_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/schedule"
	"github.com/accruald/accruald/workers/site"
)

// Hourly runs are injected while there is usage that none has settled yet, and
// else not: the first one behind the usage and its hour is the last.
func TestClockSettlesUsageByTheHour(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		events []string // times; with "to" behind it usage until then
		want   []string // hourly runs
	}{
		{"no usage, no runs", []string{"2026-03-10T09:00", "2026-03-10T20:00"}, nil},
		{"the hour after", []string{"2026-03-10T09:00", "2026-03-10T10:00 to 2026-03-10T10:00", "2026-03-10T20:00"}, []string{"2026-03-10T02:02Z"}},
		{"told after its run", []string{"2026-03-10T09:00", "2026-03-10T10:05 to 2026-03-10T10:00", "2026-03-10T20:00"}, []string{"2026-03-10T03:02Z"}},
		{"an hour that has not ended", []string{"2026-03-10T09:00", "2026-03-10T10:01 to 2026-03-10T10:30", "2026-03-10T10:30", "2026-03-10T20:00"},
			[]string{"2026-03-10T02:02Z", "2026-03-10T03:02Z"}},
		{"late usage", []string{"2026-03-10T09:00", "2026-03-08T10:05 to 2026-03-08T10:00", "2026-03-10T20:00", "2026-03-10T23:00"}, []string{"2026-03-10T01:02Z"}},
		{"each event on its own", []string{"2026-03-10T09:00", "2026-03-10T10:05 to 2026-03-10T10:00", "2026-03-10T10:30", "2026-03-10T11:10", "2026-03-10T13:00"},
			[]string{"2026-03-10T03:02Z"}},
		{"usage of the far future", []string{"2026-03-10T09:00", "2026-03-10T10:00 to 2031-01-01T00:00", "2026-03-10T11:10"}, []string{"2026-03-10T02:02Z", "2026-03-10T03:02Z"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			clock := schedule.NewClock(site.Default())
			enrolled := &events.Event{Type: events.TypePartnerEnrolled, Data: &events.PartnerEnrolled{Site: "cn"}}
			var got []string
			see := func(ev *events.Event) {
				fired, err := clock.Before(ev)
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range fired {
					if strings.HasSuffix(f.ID, ":02Z") {
						got = append(got, strings.TrimPrefix(f.ID, "schedule.fired/settle_usage/cn/"))
					}
				}
			}
			see(enrolled)
			for _, text := range c.events {
				when, until, isUsage := strings.Cut(text, " to ")
				ev := &events.Event{Type: events.TypeOrderCancelled, Time: at(t, when+":00+08:00"), Data: &events.OrderCancelled{}}
				if isUsage {
					ev.Type, ev.Data = events.TypeUsageMetered, &events.UsageMetered{Window: events.Window{To: at(t, until+":00+08:00")}}
				}
				see(ev)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("hourly runs %v, want %v", got, c.want)
			}
		})
	}
}

// F36: an hour that the wall clock shows twice is settled twice, each run under
// its own name.
func TestHourlyRunsAreKeyedInUTC(t *testing.T) {
	t.Parallel()
	profile, err := site.Default().Get("eu")
	if err != nil {
		t.Fatal(err)
	}
	job := schedule.Jobs()[slices.IndexFunc(schedule.Jobs(), func(j schedule.Job) bool { return j.Hourly })]
	for _, day := range []string{"2026-03-29T00:00:00Z", "2026-10-25T00:00:00Z"} {
		due, err := job.Due(at(t, day), at(t, day).Add(24*time.Hour), profile.Zone())
		if err != nil || len(due) != 24 {
			t.Fatalf("%s: %d runs in 24 hours: %v", day, len(due), err)
		}
		ids := map[string]bool{}
		for _, when := range due {
			fired, err := schedule.Fired(job.Name, profile, when)
			if err != nil {
				t.Fatal(err)
			}
			ids[fired.ID] = true
		}
		if len(ids) != 24 {
			t.Errorf("%s: %d names for 24 runs", day, len(ids))
		}
	}
}

// A job that a profile has run several times a day is injected whether anybody is metered or not: only the settlement of
// usage has nothing to do without usage.
func TestClockRunsOtherJobsByTheHour(t *testing.T) {
	t.Parallel()
	profiles := profilesWith(t, "cn", `"jobs": [{"name": "auto_confirm", "times": ["*/30 * * * *"]}], `)
	clock := schedule.NewClock(profiles)
	var got []string
	for _, ev := range []*events.Event{
		{Type: events.TypePartnerEnrolled, Data: &events.PartnerEnrolled{Site: "cn"}},
		{Type: events.TypeOrderCancelled, Time: at(t, "2026-03-10T09:00:00+08:00"), Data: &events.OrderCancelled{}},
		{Type: events.TypeOrderCancelled, Time: at(t, "2026-03-10T10:00:00+08:00"), Data: &events.OrderCancelled{}},
	} {
		fired, err := clock.Before(ev)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range fired {
			got = append(got, strings.TrimPrefix(f.ID, "schedule.fired/"))
		}
	}
	if want := []string{"auto_confirm/cn/2026-03-10T01:30Z", "auto_confirm/cn/2026-03-10T02:00Z"}; !slices.Equal(got, want) {
		t.Errorf("runs %q, want %q", got, want)
	}
}
