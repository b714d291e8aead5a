package schedule_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/schedule"
	"github.com/accruald/accruald/workers/site"
)

func at(t *testing.T, text string) time.Time {
	t.Helper()
	out, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestDue(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, spec, zone, after, upTo string
		want                          []string
	}{
		{"close of the month", "10 0 1 * *", "Asia/Shanghai", "2026-03-15T00:00:00+08:00", "2026-05-01T00:10:00+08:00",
			[]string{"2026-04-01T00:10:00+08:00", "2026-05-01T00:10:00+08:00"}},
		{"the start is excluded", "0 1 * * *", "Asia/Shanghai", "2026-03-15T01:00:00+08:00", "2026-03-16T01:00:00+08:00",
			[]string{"2026-03-16T01:00:00+08:00"}},
		{"F35 a reading in the gap runs at the first instant after it", "30 1 * * *", "Europe/Dublin", "2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z",
			[]string{"2026-03-29T02:00:00+01:00", "2026-03-30T01:30:00+01:00"}},
		{"F36 a reading that comes twice runs at its first", "30 1 * * *", "Europe/Dublin", "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z",
			[]string{"2026-10-25T01:30:00+01:00", "2026-10-26T01:30:00Z"}},
		{"F35 a week over the gap of New York, each night once", "30 2 * * *", "America/New_York", "2026-03-06T12:00:00Z", "2026-03-10T12:00:00Z",
			[]string{"2026-03-07T02:30:00-05:00", "2026-03-08T03:00:00-04:00", "2026-03-09T02:30:00-04:00", "2026-03-10T02:30:00-04:00"}},
		{"F36 the hour that New York has twice", "30 1 * * *", "America/New_York", "2026-10-31T12:00:00Z", "2026-11-02T12:00:00Z",
			[]string{"2026-11-01T01:30:00-04:00", "2026-11-02T01:30:00-05:00"}},
		{"F23 a day that begins at one: Cairo", "10 0 * * *", "Africa/Cairo", "2026-04-22T12:00:00Z", "2026-04-25T12:00:00Z",
			[]string{"2026-04-23T00:10:00+02:00", "2026-04-24T01:00:00+03:00", "2026-04-25T00:10:00+03:00"}},
		{"F22 a day that begins twice: Cairo", "10 23 * * *", "Africa/Cairo", "2026-10-28T22:30:00Z", "2026-10-30T22:30:00Z",
			[]string{"2026-10-29T23:10:00+03:00", "2026-10-30T23:10:00+02:00"}},
		{"F35 half an hour is left out: Lord Howe", "15 2 * * *", "Australia/Lord_Howe", "2026-10-02T20:00:00Z", "2026-10-04T20:00:00Z",
			[]string{"2026-10-04T02:30:00+11:00", "2026-10-05T02:15:00+11:00"}},
		{"F36 half an hour comes twice: Lord Howe", "45 1 * * *", "Australia/Lord_Howe", "2026-04-03T20:00:00Z", "2026-04-05T20:00:00Z",
			[]string{"2026-04-05T01:45:00+11:00", "2026-04-06T01:45:00+10:30"}},
		{"F24 the first of the month on either side of the change of Dublin", "10 0 1 * *", "Europe/Dublin", "2026-02-20T00:00:00Z", "2026-05-10T00:00:00Z",
			[]string{"2026-03-01T00:10:00Z", "2026-04-01T00:10:00+01:00", "2026-05-01T00:10:00+01:00"}},
		{"nothing due", "10 0 1 * *", "Asia/Shanghai", "2026-03-02T00:00:00+08:00", "2026-03-31T00:00:00+08:00", nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			zone, err := time.LoadLocation(c.zone)
			if err != nil {
				t.Fatal(err)
			}
			due, err := schedule.Job{Name: "job", Spec: c.spec}.Due(at(t, c.after), at(t, c.upTo), zone)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range due {
				got = append(got, d.In(zone).Format(time.RFC3339))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("due %v, want %v", got, c.want)
			}
		})
	}
}

// TestDueEveryDayOnce counts a daily job over a year in zones with and without
// clock changes: each local date has its one run.
func TestDueEveryDayOnce(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Asia/Shanghai", "Europe/Dublin", "America/New_York", "Africa/Cairo", "Australia/Lord_Howe"} {
		for hour := range 24 {
			zone, err := time.LoadLocation(name)
			if err != nil {
				t.Fatal(err)
			}
			from := time.Date(2026, 1, 1, 0, 0, 0, 0, zone)
			due, err := schedule.Job{Name: "daily", Spec: fmt.Sprintf("30 %d * * *", hour)}.Due(from, from.AddDate(1, 0, 0), zone)
			if err != nil {
				t.Fatal(err)
			}
			days := map[string]bool{}
			for _, d := range due {
				days[d.In(zone).Format(time.DateOnly)] = true
			}
			if len(due) != 365 || len(days) != 365 {
				t.Errorf("%s at %d:30: %d runs on %d days, want 365 on 365", name, hour, len(due), len(days))
			}
		}
	}
}

// F25: a change of clocks moves no run to another date, and the newest of many runs are the last ones, whatever their
// number.
func TestNewestRuns(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Dublin")
	if err != nil {
		t.Fatal(err)
	}
	job := schedule.Job{Name: "daily", Spec: "30 1 * * *"}
	from, to := at(t, "2016-01-01T00:00:00Z"), at(t, "2026-03-29T12:00:00Z")
	for _, most := range []int{1, 5, 400, 100_000} {
		runs, older, last, err := job.Newest(from, to, zone, most)
		all := 3741 // days from 2016-01-01 to 2026-03-29, both with their run
		if err != nil || len(runs) != min(most, all) || older != all-len(runs) {
			t.Fatalf("at most %d: %d runs and %d older, %v", most, len(runs), older, err)
		}
		if got := runs[len(runs)-1].Format(time.RFC3339); got != "2026-03-29T02:00:00+01:00" {
			t.Errorf("at most %d: the last is %s", most, got)
		}
		if older > 0 && !last.Before(runs[0]) || older == 0 && !last.IsZero() || older > 0 && runs[0].Sub(last) > 25*time.Hour {
			t.Errorf("at most %d: the last older one is %s, the first newer one %s", most, last, runs[0])
		}
	}
}

func TestDueRefuses(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if _, err := (schedule.Job{Name: "job", Spec: "every day"}).Due(from, from, time.UTC); err == nil {
		t.Error("a schedule that cannot be read is accepted")
	}
	if _, err := (schedule.Job{Name: "job", Spec: "0 1 * * *"}).Due(from, from.AddDate(20, 0, 0), time.UTC); err == nil {
		t.Error("twenty years of days are accepted")
	}
}

func TestClockFiresWhatFellDue(t *testing.T) {
	t.Parallel()
	clock := schedule.NewClock(site.Default())
	event := func(data events.Data, when string) *events.Event {
		t.Helper()
		ev, err := events.New(events.Envelope{ID: "e/" + when, Source: "/t", Type: data.EventType(), Subject: "P1", PartitionKey: "P1", Time: at(t, when)}, data)
		if err != nil {
			t.Fatal(err)
		}
		return ev
	}
	cancelled := func(when string) *events.Event {
		ev := event(&events.PartnerLeft{PartnerID: "P1", EffectiveTime: at(t, when)}, when)
		ev.Type, ev.Data = events.TypeOrderCancelled, &events.OrderCancelled{OrderID: "O1", PartnerID: "P1"}
		return ev
	}
	steps := []struct {
		ev   *events.Event
		want []string
	}{
		{event(&events.PartnerEnrolled{PartnerID: "P1", Site: "cn", Level: "gold", Tier: 1, EffectiveTime: at(t, "2025-01-01T00:00:00+08:00")}, "2025-01-01T00:00:00+08:00"), nil},
		{cancelled("2026-03-30T23:00:00+08:00"), nil},
		{cancelled("2026-03-30T22:00:00+08:00"), nil},
		{cancelled("2026-04-01T00:20:00+08:00"), []string{
			"schedule.fired/settle_usage/cn/2026-03-30T16:03Z",
			"schedule.fired/expire/cn/2026-03-31T00:20", "schedule.fired/release_holds/cn/2026-03-31T00:30",
			"schedule.fired/opportunity_windows/cn/2026-03-31T00:40", "schedule.fired/auto_confirm/cn/2026-03-31T01:00",
			"schedule.fired/auto_request/cn/2026-03-31T02:00", "schedule.fired/auto_renew/cn/2026-03-31T03:00",
			"schedule.fired/settle_usage/cn/2026-03-31T16:03Z", "schedule.fired/settle_usage/cn/2026-03-31T16:05Z",
			"schedule.fired/close_cycle/cn/2026-04-01T00:10", "schedule.fired/expire/cn/2026-04-01T00:20"}},
		{cancelled("2026-04-01T00:20:00+08:00"), nil},
	}
	for i, s := range steps {
		fired, err := clock.Before(s.ev)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range fired {
			got = append(got, f.ID)
		}
		if !slices.Equal(got, s.want) {
			t.Errorf("step %d: fired %v, want %v", i, got, s.want)
		}
	}
}
