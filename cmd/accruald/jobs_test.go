package main

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestJobsOfAnOperator: the worker fires what is due by its clock, and an operator lists, runs, pauses and resumes jobs. Of
// the months since the example only the closes and the statements are left.
func TestJobsOfAnOperator(t *testing.T) {
	t.Parallel()
	var others []string
	for _, name := range []string{"settle_usage", "expire", "release_holds", "opportunity_windows", "auto_confirm", "auto_request", "auto_renew", "reconcile"} {
		others = append(others, `{"name": "`+name+`", "off": true}`)
	}
	sites := []string{"--sites", profilesWith(t, `"site": "cn",`, `"site": "cn", "jobs": [`+strings.Join(others, ", ")+`],`)}
	o := operate(t, sites...)
	example, err := os.ReadFile("../../events/samples/worked-example.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	if got := call(t, "", append([]string{"publish", file(t, "example.jsonl", string(example))}, o.nats...)...); got.status != statusDone {
		t.Fatalf("publish: status %d: %s", got.status, got.err)
	}
	jobs := slices.Concat([]string{"jobs"}, sites, o.database)
	runs := slices.Concat(jobs, []string{"--runs"})
	o.until("2026-05-05 10:00 +08:00  finished  done", append(runs, "--job", "statement")...)
	listed := call(t, "", jobs...)
	for _, want := range []string{"close_cycle", "10 0 1 * *", "Asia/Shanghai", "scheduled", "off"} {
		if !strings.Contains(listed.out, want) {
			t.Errorf("jobs do not say %q: %s%s", want, listed.out, listed.err)
		}
	}
	if got := call(t, "", append(runs, "--job", "close_cycle", "--csv")...); !strings.Contains(got.out, "2026-04-01T00:10:00+08:00") || !strings.HasPrefix(got.out, "job,site,scheduled_for,") {
		t.Errorf("runs: %s%s", got.out, got.err)
	}

	run := slices.Concat([]string{"run-job", "close_cycle", "--actor", "ops"}, sites, o.nats, o.database)
	if got := call(t, "", append(run, "--for", "2026-04-01T00:10")...); got.status != statusDone || !strings.Contains(got.out, "has happened, nothing is done: it is finished (done)") {
		t.Errorf("a run that happened: %+v", got)
	}
	if got := call(t, "", append(run, "--for", "2026-04-02T08:00:00+08:00")...); got.status != statusDone || !strings.Contains(got.out, "run 2026-04-02T08:00 of job close_cycle at site cn is fired") {
		t.Errorf("a run by hand: %+v", got)
	}
	o.until(`"actor": "ops"`, append(runs, "--job", "close_cycle", "--json")...)
	o.until("2026-04-02 08:00 +08:00  finished  done", append(runs, "--job", "close_cycle")...)

	who := slices.Concat([]string{"statement", "--actor", "ops"}, sites, o.database)
	pause, resume := slices.Concat([]string{"jobs", "pause", "--reason", "a holiday"}, who), slices.Concat([]string{"jobs", "resume"}, who)
	if got := call(t, "", pause...); got.status != statusDone || !strings.Contains(got.out, "job statement is not fired at any site") {
		t.Errorf("pause: %+v", got)
	}
	if got := call(t, "", append(jobs, "--json")...); !strings.Contains(got.out, `"status": "paused"`) || !strings.Contains(got.out, `"reason": "a holiday"`) {
		t.Errorf("a paused job is listed as %s%s", got.out, got.err)
	}
	if got := call(t, "", append(resume, "--skip-missed")...); got.status != statusDone || !strings.Contains(got.out, "fired again at any site; 0 runs are left out") {
		t.Errorf("resume: %+v", got)
	}
	for want, args := range map[string][]string{
		`there is no job "tidy_up"`:     slices.Concat([]string{"jobs", "pause", "tidy_up", "--actor", "a", "--reason", "r"}, sites, o.database),
		"is not paused so":              resume,
		`site "mars" has no profile`:    append(slices.Clone(run), "--for", "2026-04-01T00:10", "--site", "mars"),
		`run a job for "soon"`:          append(slices.Clone(run), "--for", "soon"),
		`there is no job "close_cicle"`: append(slices.Clone(runs), "--job", "close_cicle"),
		`there is no job "exspire"`:     append(slices.Clone(jobs), "--job", "exspire"),
		"use --limit with at least 1":   append(slices.Clone(jobs), "--limit", "0"),
	} {
		if got := call(t, "", args...); got.status != statusRefused || !strings.Contains(got.err, want) {
			t.Errorf("%q: %+v, want %q", args, got, want)
		}
	}
	o.finish()
}
