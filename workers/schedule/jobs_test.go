package schedule_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/accruald/accruald/workers/schedule"
	"github.com/accruald/accruald/workers/site"
)

// profilesWith are the profiles of the program with something put at the beginning of one site's.
func profilesWith(t *testing.T, code, member string) site.Profiles {
	t.Helper()
	text, err := os.ReadFile("../site/profiles.json")
	if err != nil {
		t.Fatal(err)
	}
	document := string(text)
	at := strings.Index(document, `"site": "`+code+`"`)
	profiles, err := site.Load([]byte(document[:at] + member + document[at:]))
	if err != nil {
		t.Fatal(err)
	}
	return profiles
}

func profileWith(t *testing.T, code, member string) *site.Profile {
	t.Helper()
	profile, err := profilesWith(t, code, member).Get(code)
	if err != nil {
		t.Fatal(err)
	}
	return profile
}

// Jobs are data: a profile gives them other times, or switches them off; the others keep theirs and their order.
func TestJobsOfAProfile(t *testing.T) {
	t.Parallel()
	profile := profileWith(t, "eu", `"jobs": [{"name": "auto_request", "off": true}, {"name": "expire", "times": ["5 6 * * *", "5 18 * * 1"]},
		{"name": "auto_confirm", "times": ["*/30 * * * *"]}], `)
	jobs, err := schedule.JobsOf(profile)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, j := range jobs {
		text := j.Name + " " + j.Spec
		if j.Hourly {
			text += " UTC"
		}
		got = append(got, text)
	}
	want := []string{
		"settle_usage 2 * * * * UTC", "settle_usage 3 0 * * *", "settle_usage 5 0 1 * *", "close_cycle 10 0 1 * *", "statement 0 10 5 * *",
		"expire 5 6 * * *", "expire 5 18 * * 1", "release_holds 30 0 * * *", "opportunity_windows 40 0 * * *", "auto_confirm */30 * * * * UTC",
		"auto_renew 0 3 * * *", "reconcile 0 4 * * *", "reconcile 0 4 6 * *",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("jobs:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	fired, err := schedule.Fired("auto_confirm", profile, at(t, "2026-10-25T00:30:00Z"))
	if err != nil || fired.ID != "schedule.fired/auto_confirm/eu/2026-10-25T00:30Z" {
		t.Errorf("a job of every half hour is known as %q, %v", fired.ID, err)
	}
}

func TestJobsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for member, want := range map[string]string{
		`"jobs": [{"name": "tidy_up", "off": true}], `:                                 `there is no job "tidy_up": use one of settle_usage`,
		`"jobs": [{"name": "expire"}], `:                                               "give it times, or say that it is off",
		`"jobs": [{"name": "expire", "off": true, "times": ["5 6 * * *"]}], `:          "give it times, or say that it is off",
		`"jobs": [{"name": "expire", "off": true}, {"name": "expire", "off": true}], `: "given twice",
		`"jobs": [{"name": "expire", "times": ["61 6 * * *"]}], `:                      `read the time "61 6 * * *" of job "expire"`,
		`"jobs": [{"name": "expire", "times": ["@every 1h"]}], `:                       "no list of five fields",
		`"jobs": [{"name": "expire", "times": ["CRON_TZ=Asia/Tokyo 5 6 * * *"]}], `:    "no list of five fields",
		`"jobs": [{"name": "expire", "times": ["5 6 * * *", "5 6 * *"]}], `:            `read the time "5 6 * *"`,
	} {
		if _, err := schedule.JobsOf(profileWith(t, "cn", member)); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), `site "cn"`) {
			t.Errorf("%s: %v, want %q", member, err, want)
		}
	}
	if err := schedule.Check(site.Default()); err != nil {
		t.Errorf("the program's own profiles: %v", err)
	}
}

// A run that somebody fires at the second of two equal readings, or not at a full minute, has a key of its own.
func TestKeysOfRuns(t *testing.T) {
	t.Parallel()
	eu, err := site.Default().Get("eu")
	if err != nil {
		t.Fatal(err)
	}
	for when, want := range map[string]string{
		"2026-10-25T00:30:00Z":        "2026-10-25T01:30",
		"2026-10-25T01:30:00Z":        "2026-10-25T01:30+00:00",
		"2026-10-25T02:30:00Z":        "2026-10-25T02:30",
		"2026-07-01T23:10:05.250000Z": "2026-07-02T00:10:05.25",
	} {
		if key, local, err := schedule.Key("expire", eu, at(t, when)); err != nil || key != want || !local.Equal(at(t, when)) {
			t.Errorf("%s: key %q at %s, %v, want %q", when, key, local, err, want)
		}
	}
}

func TestNextRun(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	from := at(t, "2026-03-31T16:10:00Z") // the run of this very instant is past
	for spec, want := range map[string]string{"10 0 1 * *": "2026-05-01T00:10:00+08:00", "0 3 * * *": "2026-04-01T03:00:00+08:00", "0 0 30 2 *": "0001-01-01T00:00:00Z"} {
		next, err := schedule.Job{Name: "job", Spec: spec}.Next(from, zone)
		if err != nil || next.Format(time.RFC3339) != want {
			t.Errorf("%s: next %s, %v, want %s", spec, next.Format(time.RFC3339), err, want)
		}
	}
}
