package decision_test

import (
	"fmt"
	"testing"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/settlement"
)

// chance is what all events about an opportunity of customer C1 say.
func chance(id string) events.Opportunity {
	return events.Opportunity{OpportunityID: id, PartnerID: "P100", CustomerID: "C1", Origin: "vendor"}
}

// about publishes an event of an opportunity or a registration and returns the
// code of its refusal.
func (s *story) about(id string, data events.Data) string {
	s.t.Helper()
	event := s.id("about/")
	s.add(event, id, data)
	s.tell()
	for _, r := range told[*events.EventRejected](s) {
		if r.ID == event { // others may be decided again
			return r.Code
		}
	}
	return ""
}

// special publishes the policy of opportunities: 5 percent of a category.
func (s *story) special(category string) {
	s.t.Helper()
	p := s.policy(s.at.AddDate(-1, 0, 0))
	p.PolicyID, p.Kind, p.Bands = "OPP", "special", []events.RateBand{{Rate: dec("0.05")}}
	p.Categories = []string{category}
	s.add("policy/OPP", "OPP", p)
	s.tell()
}

// yearly publishes a price of 5,000 a year.
func (s *story) yearly() {
	s.t.Helper()
	s.add("product/yearly", "PR9", &events.ProductPublished{ProductID: "PR9", Names: events.Names{EnUS: "PR9"}, CloudServiceType: "ec2", ResourceType: "vm",
		ResourceSpec: "sPR9", Region: "r1", Currency: "CNY", Renewable: true, Refundable: true, Channel: "vendor", EffectiveTime: s.at.AddDate(-1, 0, 0),
		Prices: []events.PriceRow{{ChargingMode: "period", PeriodType: ptr(3), PeriodNum: 1, Amount: ptr(dec("5555.56"))}}})
	s.tell()
}

func (s *story) closed(id, projectEnd string) string {
	s.t.Helper()
	data := &events.OpportunityClosed{Opportunity: chance(id), Outcome: "won", PolicyID: "OPP"}
	if projectEnd != "" {
		at := s.at
		data.ProjectEnd = s.day(projectEnd).at
		s.at = at
	}
	return s.about(id, data)
}

// placeUnder places and pays an order of C1 under an opportunity.
func (s *story) placeUnder(id, opportunity string) string {
	s.t.Helper()
	s.add(s.id("placed/"), id, &events.OrderPlaced{OrderID: id, PartnerID: "P100", CustomerID: "C1", AutoPay: true, OrderType: 1, OpportunityID: opportunity,
		Lines: []events.OrderLine{{LineID: "1", ResourceID: "vm-" + id, CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "sPR9", Region: "r1", PeriodType: 3, PeriodNum: 1, SubscriptionNum: 1}}})
	s.tell()
	return s.code()
}

func (s *story) opportunity(id string) string {
	o := s.partner().Opportunities.Get(id)
	if o == nil {
		return "none"
	}
	return string(o.State)
}

// An opportunity goes along its machine; each step is told with its deadline,
// an impossible one is refused by name and changes nothing.
func TestOpportunitySteps(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.special("0")
	s.day("2026-03-02")
	expect(t, "accepted, not known", s.about("OP1", &events.OpportunityAccepted{Opportunity: chance("OP1")}), decision.CodeUnknownOpportunity)
	if r := s.rejected(); r == nil || !r.Retryable {
		t.Errorf("an opportunity that may yet come: %+v", r)
	}
	expect(t, "shared", s.about("OP2", &events.OpportunityShared{Opportunity: chance("OP2")}), "")
	moved := told[*events.OpportunityStateChanged](s)
	if len(moved) != 1 || moved[0].From != "" || moved[0].To != "shared" || moved[0].Deadline.In(shanghai).Format("2006-01-02") != "2026-03-05" || moved[0].Version != 1 {
		t.Fatalf("told %+v", moved)
	}
	expect(t, "shared twice", s.about("OP2", &events.OpportunityShared{Opportunity: chance("OP2")}), settlement.CodeOpportunityNotShareable)
	expect(t, "closed before it is accepted", s.closed("OP2", ""), settlement.CodeOpportunityNotOpen)
	other := chance("OP2")
	other.CustomerID = "C2"
	expect(t, "of another customer", s.about("OP2", &events.OpportunityAccepted{Opportunity: other}), decision.CodeOpportunityForeign)
	s.day("2026-03-05")
	expect(t, "accepted on the last day", s.about("OP2", &events.OpportunityAccepted{Opportunity: chance("OP2")}), "")
	expect(t, "closed", s.closed("OP2", "2026-06-30"), "")
	expect(t, "closed twice", s.closed("OP2", ""), settlement.CodeOpportunityNotOpen)
	expect(t, "state", s.opportunity("OP2"), "closed")

	expect(t, "registered", s.about("OP3", &events.OpportunityRegistered{Opportunity: chance("OP3")}), "")
	base := &events.OpportunityClosed{Opportunity: chance("OP3"), Outcome: "won", PolicyID: "POL"}
	expect(t, "closed with a base policy", s.about("OP3", base), decision.CodePolicyNotSpecial)
	unknown := &events.OpportunityClosed{Opportunity: chance("OP3"), Outcome: "won", PolicyID: "NONE"}
	expect(t, "closed with an unknown policy", s.about("OP3", unknown), decision.CodeUnknownPolicy)
	lost := &events.OpportunityClosed{Opportunity: chance("OP3"), Outcome: "lost"}
	expect(t, "lost", s.about("OP3", lost), "")
}

// Events of an opportunity that come before it are decided again when it comes.
func TestOpportunityHeals(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.day("2026-03-03")
	expect(t, "accepted", s.about("OP1", &events.OpportunityAccepted{Opportunity: chance("OP1")}), decision.CodeUnknownOpportunity)
	s.day("2026-03-02").about("OP1", &events.OpportunityShared{Opportunity: chance("OP1")})
	expect(t, "state", s.opportunity("OP1"), "accepted")
}

// A shared opportunity that nobody accepts in three working days is rejected by
// the run after the last of them; an acceptance after it is refused whether or
// not the run came first (OPP-01).
func TestSharedOpportunityLapses(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.day("2026-03-02").about("OP1", &events.OpportunityShared{Opportunity: chance("OP1")})
	s.day("2026-03-06").about("OP2", &events.OpportunityShared{Opportunity: chance("OP2")}) // a Friday
	s.day("2026-03-05").run(decision.JobOpportunityWindows)
	expect(t, "on the last day", s.opportunity("OP1"), "shared")
	s.day("2026-03-06")
	expect(t, "accepted too late", s.about("OP1", &events.OpportunityAccepted{Opportunity: chance("OP1")}), decision.CodeAcceptanceMissed)
	s.run(decision.JobOpportunityWindows)
	expect(t, "the day after", s.opportunity("OP1"), "rejected")
	if moved := told[*events.OpportunityStateChanged](s); len(moved) != 1 || moved[0].Trigger != "lapse" || moved[0].Actor != decision.JobOpportunityWindows {
		t.Errorf("told %+v", moved)
	}
	expect(t, "accepted after it", s.about("OP1", &events.OpportunityAccepted{Opportunity: chance("OP1")}), settlement.CodeOpportunityNotShared)
	s.day("2026-03-11").run(decision.JobOpportunityWindows)
	expect(t, "a weekend between", s.opportunity("OP2"), "shared")
	s.day("2026-03-12").run(decision.JobOpportunityWindows)
	expect(t, "over the weekend", s.opportunity("OP2"), "rejected")
}

// earned shows what an order earned: policy and amount, refunds of it included.
func (s *story) earned(orders ...string) string {
	sums := map[string]string{}
	for _, d := range s.partner().Details.All() {
		for _, id := range orders {
			if d.OrderID == id {
				sums[d.PolicyID] += " " + d.Amount.String()
			}
		}
	}
	return fmt.Sprint(sums)
}

// An order under an opportunity that was closed with a policy earns by it, and
// no other order does, although the policy's category fits it; an opportunity
// that is not known, or not closed yet, is no reason to refuse an order.
func TestOpportunityIncentive(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.yearly()
	s.special("0")
	s.day("2026-03-02").about("OP1", &events.OpportunityRegistered{Opportunity: chance("OP1")})
	s.placeUnder("early", "OP1")
	s.placeUnder("unknown", "NEVER")
	s.closed("OP1", "2026-09-30")
	s.placeUnder("linked", "OP1")
	s.placeUnder("plain", "")
	for _, id := range []string{"early", "unknown", "linked", "plain"} {
		s.paid(id)
	}
	for id, want := range map[string]string{"early": "map[OPP: 250 POL: 400]", "unknown": "map[POL: 400]", "linked": "map[OPP: 250 POL: 400]", "plain": "map[POL: 400]"} {
		expect(t, id, s.earned(id), want)
	}
	s.add("foreign", "OX", &events.OrderPlaced{OrderID: "OX", PartnerID: "P100", CustomerID: "C2", AutoPay: true, OrderType: 1, OpportunityID: "OP1",
		Lines: []events.OrderLine{{LineID: "1", ResourceID: "vm-x", CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "sPR9", Region: "r1", PeriodType: 3, PeriodNum: 1, SubscriptionNum: 1}}})
	s.tell()
	expect(t, "another customer's", s.code(), decision.CodeOpportunityForeign)
	expect(t, "pointer", s.rejected().Pointer, "/data/opportunity_id")
}

// A closing that comes after the payment changes nothing that was earned, also
// when the chain folds again.
func TestLateClosing(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.yearly()
	s.special("opportunity")
	s.day("2026-03-02").about("OP1", &events.OpportunityRegistered{Opportunity: chance("OP1")})
	s.day("2026-03-03").placeUnder("O1", "OP1")
	s.day("2026-03-05").paid("O1")
	want := s.earned("O1")
	s.day("2026-03-06").closed("OP1", "2026-09-30")
	s.day("2026-03-04").add("adjusted", "O1", &events.OrderPriceAdjusted{OrderID: "O1", PartnerID: "P100", DiscountID: "A1", AmountOff: ptr(dec("1000.00"))})
	s.tell()
	expect(t, "before", want, "map[POL: 400]")
	expect(t, "folded again", s.earned("O1"), "map[POL: 364.44]")
}

// Until six months after the project's end, that day included, a refund takes
// the opportunity's incentive back pro rata, after it no more; the base
// incentive is taken back always (CLW-01, F47, F54).
func TestOpportunityIncentiveIsRecovered(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, projectEnd, refund string
		recovered                bool
	}{
		{"while the project runs", "2026-09-30", "2026-05-10", true},
		{"on the last day", "2025-11-10", "2026-05-10", true},
		{"the day after it", "2025-11-09", "2026-05-10", false},
		{"without an end", "", "2026-05-10", true},
		{"within the period of the original", "2025-09-01", "2026-03-28", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStory(t)
			s.yearly()
			s.special("0")
			s.day("2026-03-02").about("OP1", &events.OpportunityRegistered{Opportunity: chance("OP1")})
			s.closed("OP1", c.projectEnd)
			s.placeUnder("O1", "OP1")
			s.paid("O1")
			s.day(c.refund).add("unsub", "U1", &events.OrderUnsubscribed{OrderID: "U1", PartnerID: "P100", CustomerID: "C1", ResourceIDs: []string{"vm-O1"}, UnsubscribeType: 1})
			s.tell()
			base, special := dec("0"), dec("0")
			for _, d := range s.partner().Details.All() {
				if d.PolicyID == "OPP" {
					special = special.Add(d.Amount)
				} else {
					base = base.Add(d.Amount)
				}
			}
			if !base.LessThan(dec("400")) || special.LessThan(dec("250")) != c.recovered {
				t.Fatalf("%s of 400 and %s of 250 are left", base, special)
			}
			// 8 and 5 percent of the same performance.
			if c.recovered && !special.Sub(base.Mul(dec("0.625"))).Abs().LessThanOrEqual(dec("0.01")) {
				t.Errorf("%s against %s is not pro rata", special, base)
			}
		})
	}
}
