package site

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/accruald/accruald/workers/calendar"
)

// China's days off as they were announced, and the weekend days that are worked for them. 2027 has the days of the
// regulation alone, and says so.
func TestHolidaysOfChina(t *testing.T) {
	t.Parallel()
	cn := get(t, "cn")
	workedOn := func(date string) bool {
		day, err := time.ParseInLocation(time.DateOnly, date, cn.Zone())
		if err != nil {
			t.Fatal(err)
		}
		return cn.WorkingDays().IsWorkingDay(day, cn.Zone())
	}
	for _, span := range []string{
		"2025-01-01 2025-01-01", "2025-01-28 2025-02-04", "2025-04-04 2025-04-06", "2025-05-01 2025-05-05", "2025-05-31 2025-06-02", "2025-10-01 2025-10-08",
		"2026-01-01 2026-01-03", "2026-02-15 2026-02-23", "2026-04-04 2026-04-06", "2026-05-01 2026-05-05", "2026-06-19 2026-06-21", "2026-09-25 2026-09-27",
		"2026-10-01 2026-10-07", "2027-01-01 2027-01-01", "2027-02-05 2027-02-08", "2027-04-05 2027-04-05", "2027-05-01 2027-05-02", "2027-06-09 2027-06-09",
		"2027-09-15 2027-09-15", "2027-10-01 2027-10-03",
	} {
		from, to, _ := strings.Cut(span, " ")
		for day, _ := time.Parse(time.DateOnly, from); day.Format(time.DateOnly) <= to; day = day.AddDate(0, 0, 1) {
			if workedOn(day.Format(time.DateOnly)) {
				t.Errorf("%s is worked, it lies in %s", day.Format(time.DateOnly), span)
			}
		}
	}
	for _, date := range []string{
		"2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11",
		"2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
	} {
		if !workedOn(date) {
			t.Errorf("%s is worked to make up, and is not", date)
		}
	}
	// Days off by year, the weekends among them: 28 announced of 2025, 33 of 2026, 13 fixed for 2027.
	counts := map[string]int{}
	for _, date := range cn.Holidays {
		counts[date[:4]]++
	}
	if got := fmt.Sprint(counts); got != "map[2025:28 2026:33 2027:13]" {
		t.Errorf("holidays by year: %s", got)
	}
	if got := fmt.Sprint(cn.HolidayYears[0].Basis, cn.HolidayYears[1].Basis, cn.HolidayYears[2].Basis); got != "announcedannouncedstatutory" {
		t.Errorf("known by: %s", got)
	}
}

func TestHolidayGaps(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ site, at, want string }{
		{"cn", "2026-07-01", ""},
		{"cn", "2026-12-01", "site \"cn\" has only the statutory holidays of 2027"},
		{"cn", "2028-03-01", "site \"cn\" has no holidays of 2028"},
		{"eu", "2026-07-01", "site \"eu\" has no holidays of 2026"},
	} {
		at, err := time.Parse(time.DateOnly, c.at)
		if err != nil {
			t.Fatal(err)
		}
		gaps := get(t, c.site).HolidayGaps(at)
		if c.want == "" && len(gaps) > 0 || c.want != "" && (len(gaps) != 1 || !strings.HasPrefix(gaps[0], c.want)) {
			t.Errorf("%s at %s: %q, want %q", c.site, c.at, gaps, c.want)
		}
	}
}

const announced2027 = `{"version": "notice", "calendars": [
	{"site": "cn", "year": 2027, "basis": "announced", "source": "a notice", "holidays": ["2027-01-01", "2027-04-05", "2027-04-06"], "make_up_working_days": ["2027-04-10"]},
	{"site": "eu", "year": 2026, "basis": "announced", "source": "none", "holidays": [], "make_up_working_days": []}]}`

// TestWithHolidays: a document takes the place of one site's year and leaves everything else.
func TestWithHolidays(t *testing.T) {
	t.Parallel()
	got, err := Default().WithHolidays([]byte(announced2027))
	if err != nil {
		t.Fatal(err)
	}
	cn, err := got.Get("cn")
	if err != nil {
		t.Fatal(err)
	}
	deadline, err := cn.ConfirmationDeadline(calendar.Cycle("2027-03"))
	if err != nil || deadline.Format(time.DateOnly) != "2027-04-12" { // 7, 8, 9, Saturday the 10th, 12
		t.Errorf("deadline of March 2027: %s, %v", deadline, err)
	}
	if slices.Contains(cn.Holidays, "2027-02-05") || !slices.Contains(cn.Holidays, "2026-10-01") {
		t.Errorf("holidays are %q", cn.Holidays)
	}
	eu, err := got.Get("eu")
	if err != nil || len(eu.HolidayGaps(deadline.AddDate(-1, 0, 0))) != 0 {
		t.Errorf("a year that is said to have none is asked for: %v", err)
	}
	if got.String() == Default().String() || len(get(t, "eu").HolidayYears) != 0 || !slices.Contains(get(t, "cn").Holidays, "2027-02-05") {
		t.Errorf("the profiles are called %s, and the program's own have changed", got)
	}
}

func TestWithHolidaysRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, from, to string }{
		{"not JSON", `{"version"`, `["version"`},
		{"no version", `"notice"`, `""`},
		{"unknown member", `"year": 2027,`, `"year": 2027, "yeer": 1,`},
		{"missing member", `"source": "a notice",`, ``},
		{"unknown site", `"site": "eu"`, `"site": "us"`},
		{"another year's date", `"2027-04-06"`, `"2026-04-06"`},
		{"no date", `"2027-04-06"`, `"2027-04-31"`},
		{"both", `["2027-04-10"]`, `["2027-04-06"]`},
		{"unknown basis", `"basis": "announced", "source": "a notice"`, `"basis": "guessed", "source": "a notice"`},
		{"year out of range", `"year": 2026`, `"year": 1999`},
		{"twice", `"site": "eu", "year": 2026`, `"site": "cn", "year": 2027`},
	} {
		if !strings.Contains(announced2027, c.from) {
			t.Fatalf("%s: the document does not contain %q", c.name, c.from)
		}
		_, err := Default().WithHolidays([]byte(strings.Replace(announced2027, c.from, c.to, 1)))
		if code := codeOf(err); code != CodeInvalidProfile && code != CodeUnknownSite {
			t.Errorf("%s: got error %v", c.name, err)
		}
	}
	if _, err := Load(edited(t, `"2027-01-01",`, `"2028-01-03",`)); codeOf(err) != CodeInvalidProfile {
		t.Errorf("a date of a year that nobody vouches for: got error %v", err)
	}
}
