package decision_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/accruald/accruald/workers/decision"
)

// Tiers run over what a customer uses of a product in a month, whichever
// resource used it: 100 GB at 1.0003, what is above at 0.8017, or all of it.
func TestTiersRunOverTheMonth(t *testing.T) {
	t.Parallel()
	cases := []struct {
		spec string
		want []string // by hour or day and resource
	}{
		{"graduated", []string{"60.018 = 0 + 0.008 + 60.01", "56.046 = 0 + 0.006 + 56.04", "8.017 = 0 + 0.007 + 8.01"}},
		{"volume", []string{"60.018 = 0 + 0.008 + 60.01", "36.186 = 0 + 0.006 + 36.18", "8.017 = 0 + 0.007 + 8.01"}},
	}
	for _, c := range cases {
		t.Run(c.spec, func(t *testing.T) {
			t.Parallel()
			uses := [][4]string{{"u1", "eip-1", "60", "03-08 09:00 to 03-08 10:00"}, {"u2", "eip-2", "60", "03-09 09:00 to 03-09 10:00"},
				{"u3", "eip-1", "10", "03-10 09:00 to 03-10 10:00"}, {"u4", "eip-2", "100", "04-01 09:00 to 04-01 10:00"}}
			for _, order := range [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 3, 0, 2}} {
				for _, runs := range []string{"at the end", "each time"} {
					s := newStory(t)
					for _, i := range order {
						u := uses[i]
						s.meter(u[0], "C2", u[1], c.spec, u[2], u[3])
						if runs == "each time" {
							s.settled("04-02 00:03")
						}
					}
					s.settled("04-02 00:03")
					s.comesTo(append(slices.Clone(c.want), "100.03 = 0 + 0 + 100.03")...)
				}
			}
		})
	}
}

// Tiers are provisional until their month is closed, and then leave nothing to
// correct.
func TestTiersAreFinalAtTheClose(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.meter("u1", "C2", "eip-1", "graduated", "60", "03-08 09:00 to 03-08 10:00")
	s.settled("03-08 10:02")
	o := s.settlements()[0]
	if o.Usage.Tiers != "2026-03" || !settledUsage(s).Provisional {
		t.Errorf("before the close: %+v", o.Usage)
	}
	s.settled("04-01 00:05")
	s.on(4, 1, 0).run(decision.JobCloseCycle)
	s.comesTo("60.018 = 0 + 0.008 + 60.01")
	s.meter("u2", "C2", "eip-1", "graduated", "60", "03-08 08:00 to 03-08 09:00")
	s.comesTo("60.018 = 0 + 0.008 + 60.01", "56.046 = 0 + 0.006 + 56.04")
	if settledUsage(s).Provisional {
		t.Error("after the close it is provisional")
	}
}

// Usage that makes the whole month cheaper gives back: by the tender of its
// customer, off the incentive, and off the customer's debt.
func TestVolumePricesGiveBack(t *testing.T) {
	t.Parallel()
	for i, owed := range []string{"89.03", "", "89.03"} {
		for _, site := range []string{"cn", "intl"} {
			s := newStoryAt(t, site)
			customer := fmt.Sprintf("C%d", i)
			s.meter("u1", customer, "eip-1", "volume", "100", "03-08 09:00 to 03-08 10:00")
			s.meter("u2", customer, "eip-1", "volume", "1", "03-09 09:00 to 03-09 10:00")
			s.settled("03-10 00:03")
			got := shown(t, s.settlements()[1])
			want := map[string]string{"C0": "-19.0583 = -1.90583 + 0.00753 + -17.16", "C1": "-19.0583 = -1.90583 + 0.00753 + -17.16", "C2": "-19.0583 = 0 + 0.0017 + -19.06"}[customer]
			if site == "intl" {
				want = map[string]string{"C0": "-19.0583 = -1.90583 + -0.00247 + -17.15", "C1": "-19.0583 = -1.90583 + -0.00247 + -17.15", "C2": "-19.0583 = 0 + 0.0017 + -19.06"}[customer]
			}
			if got != want {
				t.Errorf("%s of %s gives back %s, want %s", customer, site, got, want)
			}
			if owed == "" || site == "intl" {
				continue
			}
			s.repaid("RP", customer, map[string]string{"C0": "72.86", "C2": "80.97"}[customer])
			if b := s.bill("2026-03", "resale"); !b.Amounts.Frozen.IsZero() {
				t.Errorf("%s has repaid what it owes and is frozen: %s", customer, amounts(b))
			}
		}
	}
}
