package incentive

import "testing"

func TestTransferred(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, segment, moved, at string
		want                     bool
	}{
		{"at the change", SegmentLongTail, "2026-02-15 10:00", "2026-02-15 10:00", true},
		{"before the change", SegmentLongTail, "2026-02-15 10:00", "2026-02-15 09:59", false},
		{"the last day", SegmentLongTail, "2026-02-15 10:00", "2026-08-15 23:59", true},
		{"the day after", SegmentLongTail, "2026-02-15 10:00", "2026-08-16 00:00", false},
		{"the end of a longer month", SegmentLongTail, "2026-08-31", "2027-02-28 23:59", true},
		{"a change before the rule", SegmentLongTail, "2025-12-31 23:59", "2026-02-01", false},
		{"the first change under the rule", SegmentLongTail, "2026-01-01 00:00", "2026-02-01", true},
		{"another segment", "key_account", "2026-02-15", "2026-03-01", false},
	} {
		moved := at(t, c.moved)
		if got := Transferred(china(t), c.segment, &moved, at(t, c.at)); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	if Transferred(china(t), SegmentLongTail, nil, at(t, "2026-03-01")) {
		t.Error("a customer that never moved is excluded")
	}
}

func TestNewness(t *testing.T) {
	t.Parallel()
	p := flat("0.1", func(p *Policy) { p.Newness = &Newness{MonthsWithoutPaidOrder: 3} })
	f := fact(t) // 2026-03-08
	for _, c := range []struct {
		previous string
		want     bool
	}{{"", true}, {"2025-12-07", true}, {"2025-12-08", false}, {"2026-03-08", false}} {
		f.PreviousPaidAt = nil
		if c.previous != "" {
			f.PreviousPaidAt = ptr(at(t, c.previous))
		}
		if got := p.covers(f); got != c.want {
			t.Errorf("last paid order %q: covered %v, want %v", c.previous, got, c.want)
		}
	}
}

func TestWindows(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		got  bool
		want bool
	}{
		{"recovered until six months after the end, inclusive", Recoverable(china(t), at(t, "2026-01-31"), at(t, "2026-07-31 23:59")), true},
		{"not the day after", Recoverable(china(t), at(t, "2026-01-31"), at(t, "2026-08-01 00:00")), false},
		{"recovered while the project runs", Recoverable(china(t), at(t, "2026-01-31"), at(t, "2025-06-01")), true},
		{"a registration protects no customer from before it", RegistrationProtects(china(t), at(t, "2026-03-01"), at(t, "2026-02-28")), false},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v", c.name, c.got)
		}
	}
}
