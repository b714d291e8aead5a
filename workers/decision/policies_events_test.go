package decision_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/incentive"
	"github.com/accruald/accruald/workers/site"
)

// newProgramme is a story with other policies than a story's own.
func newProgramme(t *testing.T, policies ...*events.IncentivePolicyPublished) *story {
	t.Helper()
	s := &story{history: newHistory(t, 0, time.Date(2026, 3, 2, 9, 0, 0, 0, shanghai)), m: decision.NewMemory(site.Default())}
	s.flat = true
	s.reference()
	s.events = slices.DeleteFunc(s.events, func(ev *events.Event) bool { return ev.Type == events.TypeIncentivePolicyPublished })
	for _, p := range policies {
		s.add(fmt.Sprintf("policy/%s/%d", p.PolicyID, p.Version), p.PolicyID, p)
	}
	s.tell()
	return s
}

// rebate is a base policy of resale: all order kinds, by order, month, from a
// year before the story, changed as the test wants.
func rebate(id, rate string, changes ...func(*events.IncentivePolicyPublished)) *events.IncentivePolicyPublished {
	p := &events.IncentivePolicyPublished{PolicyID: id, Version: 1, Name: id, Kind: "base", Association: "resale", Categories: []string{"0"},
		OrderKinds: []string{"new", "renew", "change", "usage"}, Basis: "order", Period: "month", Currency: "CNY", Mode: "marginal",
		Bands: []events.RateBand{{Rate: dec(rate)}}, CycleBy: "payment", EffectiveTime: time.Date(2025, 3, 2, 0, 0, 0, 0, shanghai)}
	for _, change := range changes {
		change(p)
	}
	return p
}

func march(day int) time.Time { return time.Date(2026, 3, day, 0, 0, 0, 0, shanghai) }

// earnings shows the details of an order: policy, version and amount, or the
// reason for nothing.
func (s *story) earnings(order string) string {
	var out []string
	for _, d := range s.partner().DetailsOf(order) {
		text := "none"
		if d.PolicyID != "" {
			text = fmt.Sprintf("%s/%d %s", d.PolicyID, d.PolicyVersion, d.Amount)
		}
		if d.ZeroReason != "" {
			text += " " + d.ZeroReason
		}
		out = append(out, text)
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

// Which policies an order of 423.00 on 5 March earns by, told by the published
// policies (Settlement rules, section 2). Every order that earns nothing says
// why, and one that earns something says nothing.
func TestPoliciesChooseByWhatTheySay(t *testing.T) {
	t.Parallel()
	type change = func(*events.IncentivePolicyPublished)
	id := func(version int) change { return func(p *events.IncentivePolicyPublished) { p.Version = version } }
	special := func(p *events.IncentivePolicyPublished) { p.Kind = "special" }
	from := func(day int) change { return func(p *events.IncentivePolicyPublished) { p.EffectiveTime = march(day) } }
	until := func(day int) change { return func(p *events.IncentivePolicyPublished) { p.ExpireTime = march(day) } }
	category := func(c ...string) change { return func(p *events.IncentivePolicyPublished) { p.Categories = c } }
	kinds := func(k ...string) change { return func(p *events.IncentivePolicyPublished) { p.OrderKinds = k } }
	levels := func(l ...string) change { return func(p *events.IncentivePolicyPublished) { p.Levels = l } }
	association := func(a string) change { return func(p *events.IncentivePolicyPublished) { p.Association = a } }
	window := func(from, to int) change {
		return func(p *events.IncentivePolicyPublished) {
			p.ExclusionWindows = []events.ExclusionWindow{{From: march(from), To: march(to)}}
		}
	}
	threshold := func(amount string, inclusive bool) change {
		return func(p *events.IncentivePolicyPublished) {
			p.Threshold = &events.Threshold{Amount: dec(amount), Inclusive: inclusive}
		}
	}
	for name, c := range map[string]struct {
		policies []*events.IncentivePolicyPublished
		want     string
	}{
		"one base policy":                    {[]*events.IncentivePolicyPublished{rebate("A", "0.08")}, "A/1 33.84"},
		"a base and two special ones":        {[]*events.IncentivePolicyPublished{rebate("A", "0.08"), rebate("B", "0.02", special), rebate("C", "0.01", special)}, "A/1 33.84, B/1 8.46, C/1 4.23"},
		"the closer category":                {[]*events.IncentivePolicyPublished{rebate("A", "0.08"), rebate("B", "0.05", category("ec2"))}, "B/1 21.15"},
		"the higher version":                 {[]*events.IncentivePolicyPublished{rebate("A", "0.08"), rebate("B", "0.05", id(3))}, "B/3 21.15"},
		"the smaller id":                     {[]*events.IncentivePolicyPublished{rebate("B", "0.08"), rebate("A", "0.05")}, "A/1 21.15"},
		"the version in force":               {[]*events.IncentivePolicyPublished{rebate("A", "0.08"), rebate("A", "0.05", id(2), from(5)), rebate("A", "0.01", id(3), from(6))}, "A/2 21.15"},
		"an expired version ends its policy": {[]*events.IncentivePolicyPublished{rebate("A", "0.08"), rebate("A", "0.05", id(2), until(5))}, "none no_policy_in_force"},
		"its last moment":                    {[]*events.IncentivePolicyPublished{rebate("A", "0.08", until(6))}, "A/1 33.84"},
		"before it begins":                   {[]*events.IncentivePolicyPublished{rebate("A", "0.08", from(6))}, "none no_policy_in_force"},
		"no policy at all":                   {nil, "none no_policy_in_force"},
		"another level":                      {[]*events.IncentivePolicyPublished{rebate("A", "0.08", levels("silver"))}, "none outside_policy"},
		"its level":                          {[]*events.IncentivePolicyPublished{rebate("A", "0.08", levels("silver", "gold"))}, "A/1 33.84"},
		"another association":                {[]*events.IncentivePolicyPublished{rebate("A", "0.08", association("referral"))}, "none outside_policy"},
		"any association":                    {[]*events.IncentivePolicyPublished{rebate("A", "0.08", association("none"))}, "A/1 33.84"},
		"another category":                   {[]*events.IncentivePolicyPublished{rebate("A", "0.08", category("1"))}, "none outside_policy"},
		"another order kind":                 {[]*events.IncentivePolicyPublished{rebate("A", "0.08", kinds("renew"))}, "none outside_policy"},
		"an excluded window":                 {[]*events.IncentivePolicyPublished{rebate("A", "0.08", window(5, 6))}, "none excluded_window"},
		"a window that ends as it begins":    {[]*events.IncentivePolicyPublished{rebate("A", "0.08", window(4, 5))}, "A/1 33.84"},
		"a special one in the base's window": {[]*events.IncentivePolicyPublished{rebate("A", "0.08", window(5, 6)), rebate("B", "0.02", special)}, "B/1 8.46, none excluded_window"},
		"a special one alone":                {[]*events.IncentivePolicyPublished{rebate("B", "0.02", special)}, "B/1 8.46, none outside_policy"},
		"below the threshold":                {[]*events.IncentivePolicyPublished{rebate("A", "0.08", threshold("423.01", true))}, "A/1 0 below_threshold"},
		"on the threshold":                   {[]*events.IncentivePolicyPublished{rebate("A", "0.08", threshold("423.00", true))}, "A/1 33.84"},
		"on one to be exceeded":              {[]*events.IncentivePolicyPublished{rebate("A", "0.08", threshold("423.00", false))}, "A/1 0 below_threshold"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newProgramme(t, c.policies...)
			s.on(3, 5, 0).place("O1", "C1", "vm-1")
			s.paid("O1")
			expect(t, "it earns", s.earnings("O1"), c.want)
			told := told[*events.IncentiveAccrued](s)
			if len(told) != len(s.partner().DetailsOf("O1")) {
				t.Errorf("%d details, %d told", len(s.partner().DetailsOf("O1")), len(told))
			}
			for _, a := range told {
				if a.Amount.Decimal.IsZero() != (a.ZeroReason != "") {
					t.Errorf("%s is told as %s for %q", a.PolicyID, a.Amount.Decimal, a.ZeroReason)
				}
			}
		})
	}
}

// The version in force is that of the order's time, however late it comes.
func TestLatePaymentsEarnByThePolicyOfTheirTime(t *testing.T) {
	t.Parallel()
	s := newProgramme(t, rebate("A", "0.08"), rebate("A", "0.05", func(p *events.IncentivePolicyPublished) { p.Version, p.EffectiveTime = 2, march(10) }))
	s.on(3, 12, 9).place("O2", "C1", "vm-2")
	s.paid("O2")
	s.on(3, 9, 9).place("O1", "C1", "vm-1")
	s.paid("O1")
	expect(t, "of the first", s.earnings("O1"), "A/1 33.84")
	expect(t, "of the second", s.earnings("O2"), "A/2 21.15")
	s.on(4, 1, 1).run(decision.JobCloseCycle)
	expect(t, "both at the close", s.bill("2026-03", "resale").Amounts.Total.String(), "54.99")
}

// Why an order earns nothing when it is not the policy that says so.
func TestZeroIncentiveSaysWhy(t *testing.T) {
	t.Parallel()
	for want, before := range map[string]func(*story){
		incentive.ZeroCertificationExpired: func(s *story) { s.enrol(func(e *events.PartnerEnrolled) { e.Certified = false }) },
		incentive.ZeroNotInProgramme:       func(s *story) { s.leave() },
		incentive.ZeroCouponPaid: func(s *story) {
			s.add("coupon/whole", "whole", &events.CouponIssued{CouponID: "whole", PartnerID: "P100", CustomerID: "C1", CouponType: 1, CouponVersion: 2,
				FaceValue: ptr(dec("423.00")), Currency: "CNY", ValidTime: s.at.AddDate(-1, 0, 0), ExpireTime: s.at.AddDate(1, 0, 0)})
			s.tell()
		},
		incentive.ZeroTransferred: func(s *story) {
			s.add("moved", "C1", &events.CustomerAssociated{CustomerID: "C1", PartnerID: "P100", Association: "resale", Segment: incentive.SegmentLongTail,
				PreviousPartnerID: "P200", Settlement: "immediate", EffectiveTime: s.at})
			s.tell()
		},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			s := newStory(t)
			before(s.on(3, 4, 9))
			s.on(3, 5, 9).place("O1", "C1", "vm-1")
			if want == incentive.ZeroCouponPaid {
				s.paid("O1", tender("coupon", "whole", "423.00"))
			} else {
				s.paid("O1")
			}
			accrued := told[*events.IncentiveAccrued](s)
			if len(accrued) != 1 || accrued[0].ZeroReason != want || !accrued[0].Amount.Decimal.IsZero() {
				t.Fatalf("told %+v", accrued)
			}
			if bills := len(s.partner().Bills.All()); want != incentive.ZeroCouponPaid && (bills != 0 || accrued[0].BillID != "") {
				t.Errorf("%d bills, the detail stands in %q", bills, accrued[0].BillID)
			}
		})
	}
}
