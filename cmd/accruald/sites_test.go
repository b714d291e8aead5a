package main

import (
	"strings"
	"testing"
)

// profilesWith are the program's profiles with something replaced in them, as a file.
func profilesWith(t *testing.T, from, to string) string {
	t.Helper()
	text := read(t, "../../workers/site/profiles.json")
	if !strings.Contains(text, from) {
		t.Fatalf("the profiles do not contain %q", from)
	}
	return file(t, "sites.json", strings.ReplaceAll(text, from, to))
}

// TestSitesReplaceTheProfiles: what is quoted, explained and simulated follows the operator's profiles: here the fee of a
// monthly term is 5 % instead of 10 %.
func TestSitesReplaceTheProfiles(t *testing.T) {
	t.Parallel()
	sites := profilesWith(t, `{"term_years": 0, "shares": ["0.10"]}`, `{"term_years": 0, "shares": ["0.05"]}`)
	refund := inquiries[4]
	quoted := call(t, refund.request, "quote", refund.kind, "--events", examplePath, "--customer", "C200", "--at", refund.at, "--sites", sites)
	// 400.00 x 0.05 = 20.00 and 246.35 x 0.05 = 12.32 are the fees: 10.08 of O1 and 14.74 of O2 come back
	for _, want := range []string{`"refund_amount": -24.82`, `"commission_amount": 32.32`, `"refund_amount": -10.08`, `"refund_amount": -14.74`} {
		if !strings.Contains(quoted.out, want) {
			t.Errorf("the quote does not say %s:\n%s%s", want, quoted.out, quoted.err)
		}
	}
	explained := call(t, "", "explain", "O3", "--events", examplePath, "--sites", sites)
	if !strings.Contains(explained.out, "min(246.35 x 0.05, 27.06) = 12.32") {
		t.Errorf("the explanation does not follow the profiles:\n%s%s", explained.out, explained.err)
	}
	simulated := call(t, "", "simulate", examplePath, "--sites", sites)
	if simulated.status != statusDone || simulated == call(t, "", "simulate", examplePath) || !strings.Contains(simulated.out, `"refund_amount":"-24.82"`) {
		t.Errorf("the simulation does not follow the profiles: %s", simulated.err)
	}
	same := profilesWith(t, "Asia/Shanghai", "Asia/Shanghai")
	if got := call(t, "", "simulate", examplePath, "--sites", same); got != call(t, "", "simulate", examplePath) {
		t.Errorf("the program's own profiles from a file decide otherwise: %s", got.err)
	}
}

// TestSitesThatCannotBeLoaded: a wrong file ends every command before it does anything, with the file and the member.
func TestSitesThatCannotBeLoaded(t *testing.T) {
	t.Parallel()
	for _, bad := range []struct{ path, want string }{
		{"missing.json", "missing.json"},
		{profilesWith(t, "Asia/Shanghai", "Asia/Nowhere"), "Asia/Nowhere"},
		{profilesWith(t, `"grace_days": 15,`, ""), "grace_days is missing"},
		{profilesWith(t, `"grace_days": 15`, `"grace_days": 999`), "use 0 to 365"},
		{file(t, "big.json", strings.Repeat(" ", siteBytesMax+1)), "bytes"},
	} {
		for _, args := range [][]string{
			{"simulate", examplePath}, {"quote", "renew", "--customer", "C200", "--events", examplePath}, {"explain", "O1", "--events", examplePath},
			{"bills", "--events", examplePath}, {"worker"}, {"dev", "--data", t.TempDir()},
		} {
			got := call(t, inquiries[3].request, append(args, "--sites", bad.path)...)
			if got.status != statusRefused || got.out != "" || !strings.Contains(got.err, bad.want) || !strings.Contains(got.err, bad.path) {
				t.Errorf("%q with %s: status %d, out %q, complaints %q", args, bad.path, got.status, got.out, got.err)
			}
		}
	}
}

// TestHolidaysAreLoaded: a deadline moves over a holiday that a file names, and a wrong file is named.
func TestHolidaysAreLoaded(t *testing.T) {
	t.Parallel()
	year := `{"version": "t", "calendars": [{"site": "cn", "year": 2026, "basis": "announced", "source": "a test", "holidays": ["2026-04-07", "2026-04-08"], "make_up_working_days": []}]}`
	for holidays, want := range map[string]string{"": `"deadline":"2026-04-13T`, file(t, "holidays.json", year): `"deadline":"2026-04-14T`} {
		args := []string{"simulate", examplePath}
		if holidays != "" { // the 6th is worked now, the 7th and the 8th are not
			args = append(args, "--holidays", holidays)
		}
		if got := call(t, "", args...); got.status != statusDone || !strings.Contains(got.out, want) {
			t.Errorf("with %q: no %s: %s", holidays, want, got.err)
		}
	}
	bad := file(t, "bad.json", strings.Replace(year, "2026-04-07", "2027-04-07", 1))
	if got := call(t, "", "simulate", examplePath, "--holidays", bad); got.status != statusRefused || !strings.Contains(got.err, "not of 2026") || !strings.Contains(got.err, bad) {
		t.Errorf("status %d: %s", got.status, got.err)
	}
	off := profilesWith(t, `"site": "cn",`, `"site": "cn", "jobs": [{"name": "tidy_up", "off": true}],`)
	if got := call(t, "", "simulate", examplePath, "--sites", off); got.status != statusRefused || !strings.Contains(got.err, `no job "tidy_up"`) {
		t.Errorf("status %d: %s", got.status, got.err)
	}
}
