package decision_test

import (
	"testing"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
)

// Late usage folds its settlement again and posts the difference; within the
// period the detail moves with it.
func TestLateUsageWithinThePeriod(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.meter("u1", "C2", "u1", "sPR0", "6000", "03-08 09:00 to 03-08 10:00")
	s.settled("03-08 10:02")
	s.comesTo("71.23 = 0 + 0 + 71.23")
	postings := len(s.m.Balances("P100"))
	s.meter("u2", "C2", "u1", "sPR0", "6000", "03-08 09:30 to 03-08 10:00")
	s.comesTo("142.46 = 0 + 0 + 142.46")
	if now := len(s.m.Balances("P100")); now != postings {
		t.Errorf("%d sums of postings, before the late usage %d: it is the same fact", now, postings)
	}
	if got := s.bill("2026-03", "resale").Amounts.Total.String(); got != "11.4" {
		t.Errorf("the bill comes to %s", got)
	}
	settled := outsOf[*events.OrderSettled](s)
	if len(settled) != 1 || settled[0].Supersedes == "" || settled[0].Version != 2 {
		t.Errorf("told as %+v", settled)
	}
	accrued := outsOf[*events.IncentiveAccrued](s)
	if len(accrued) != 1 || accrued[0].Amount.Decimal.String() != "5.7" || accrued[0].Supersedes == "" {
		t.Errorf("accrued %+v", accrued)
	}
}

// After the close the issued detail stays, and the difference goes to the open
// period as one corrective detail.
func TestLateUsageAfterTheClose(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.meter("u1", "C1", "u1", "sPR0", "6000", "03-08 09:00 to 03-08 10:00")
	s.settled("04-01 00:05")
	s.on(4, 1, 0).run(decision.JobCloseCycle)
	march := s.bill("2026-03", "resale").Amounts.Total
	s.meter("u2", "C1", "u1", "sPR0", "6000", "03-08 09:30 to 03-08 10:00")
	s.meter("u3", "C1", "u2", "sPR0", "60000", "03-20 09:30 to 03-20 10:00")
	if now := s.bill("2026-03", "resale").Amounts.Total; !now.Equal(march) || march.String() != "5.13" {
		t.Errorf("March came to %s, now to %s", march, now)
	}
	if got := s.bill("2026-04", "resale").Amounts.Total.String(); got != "56.42" {
		t.Errorf("April comes to %s", got)
	}
	var late int
	for _, d := range s.partner().Details.All() {
		if d.LateOf == "u2" || d.LateOf == "u3" {
			late++
		}
	}
	if late != 2 {
		t.Errorf("%d corrective details, want one for each late usage", late)
	}
}

// A run that comes only after the close finds its usage late.
func TestUsageSettledAfterTheClose(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.meter("u1", "C1", "u1", "sPR0", "6000", "03-08 09:00 to 03-08 10:00")
	s.on(4, 1, 0).run(decision.JobCloseCycle)
	s.settled("04-01 00:15")
	if got := s.bill("2026-04", "resale").Amounts.Total.String(); got != "5.13" {
		t.Errorf("April comes to %s", got)
	}
	s.comesTo("71.23 = 7.123 + 0.007 + 64.1")
}
