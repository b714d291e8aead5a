package calendar

import (
	"testing"
	"time"
)

func TestWorkingDays(t *testing.T) {
	t.Parallel()
	shanghai := zoneOf(t, "Asia/Shanghai")
	holidays, err := NewWorkingDays(
		[]string{"2026-10-01", "2026-10-02", "2026-10-05", "2026-10-06", "2026-10-07"}, []string{"2026-10-10"})
	if err != nil {
		t.Fatal(err)
	}
	plain := (*WorkingDays)(nil)
	for _, c := range []struct {
		name string
		days *WorkingDays
		from string
		n    int
		want string
	}{
		{"deadline: 5th working day after the 5th", plain, "2026-03-05T12:00:00", 5, "2026-03-12T00:00:00"},
		{"over a weekend", plain, "2026-04-03T10:00:00", 1, "2026-04-06T00:00:00"},
		{"from a Saturday", plain, "2026-04-04T10:00:00", 3, "2026-04-08T00:00:00"},
		{"OPP-01: three working days", plain, "2026-03-02T10:00:00", 3, "2026-03-05T00:00:00"},
		{"a year's worth", plain, "2026-01-01T10:00:00", 260, "2026-12-31T00:00:00"},
		{"none", plain, "2026-04-04T10:00:00", 0, "2026-04-04T00:00:00"},
		{"over holidays", holidays, "2026-09-30T10:00:00", 1, "2026-10-08T00:00:00"},
		{"a Saturday made up", holidays, "2026-09-30T10:00:00", 3, "2026-10-10T00:00:00"},
		{"zero value", new(WorkingDays), "2026-09-30T10:00:00", 1, "2026-10-01T00:00:00"},
	} {
		got, err := c.days.AddWorkingDays(at(t, shanghai, c.from), c.n, shanghai)
		if err != nil || show(got, shanghai) != c.want {
			t.Errorf("%s: got %s, %v, want %s", c.name, show(got, shanghai), err, c.want)
		}
	}
	if holidays.IsWorkingDay(at(t, shanghai, "2026-10-01"), shanghai) || !holidays.IsWorkingDay(at(t, shanghai, "2026-10-10"), shanghai) ||
		plain.IsWorkingDay(at(t, shanghai, "2026-10-10"), shanghai) {
		t.Error("holidays and make-up days are mixed up")
	}
}

func TestWorkingDaysRefuse(t *testing.T) {
	t.Parallel()
	for name, lists := range map[string][2][]string{
		"not a date":     {{"2026-02-30"}, nil},
		"no date at all": {nil, {"soon"}},
		"both":           {{"2026-10-01"}, {"2026-10-01"}},
	} {
		if _, err := NewWorkingDays(lists[0], lists[1]); codeOf(err) != CodeInvalidDate {
			t.Errorf("%s: got error %v", name, err)
		}
	}
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var always []string
	for day := range 100 {
		always = append(always, start.AddDate(0, 0, day).Format(dateLayout))
	}
	off, err := NewWorkingDays(always, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		days *WorkingDays
		n    int
	}{"negative": {nil, -1}, "too many": {nil, workingDayCountMax + 1}, "nothing but holidays": {off, 1}} {
		if got, err := c.days.AddWorkingDays(start, c.n, time.UTC); codeOf(err) != CodeInvalidDayCount {
			t.Errorf("%s: got %s, %v", name, got, err)
		}
	}
}
