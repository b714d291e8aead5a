package decision_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/incentive"
	"github.com/accruald/accruald/workers/pricing"
)

// Month ends stay anchored to the day first bought on, through renewals by hand
// and by itself; a renewal starts at the old expiry, from grace and retention
// too (F20, F27).
func TestRenewalDays(t *testing.T) {
	t.Parallel()
	t.Run("anchored to the 31st", func(t *testing.T) {
		t.Parallel()
		s := newStory(t)
		s.on(1, 31, 9).place("O1", "C1", "vm-1")
		s.on(1, 31, 10).paid("O1")
		s.expires("bought", "vm-1", "2026-02-28")
		s.configure(events.ResourceRenewalConfigured{AutoRenew: true}, "vm-1")
		for i, want := range []string{"2026-03-31", "2026-04-30", "2026-05-31"} {
			s.on(time.Month(2+i), 27, 3).run(decision.JobAutoRenew)
			s.expires(fmt.Sprint("renewal ", i), "vm-1", want)
		}
	})
	for _, c := range []struct {
		name  string
		day   int // of the renewal, counted from 1 April; it expires on the 3rd
		data  events.OrderRenewed
		code  string
		until string
	}{
		{"in time", 1, events.OrderRenewed{}, "", "2026-05-03"},
		{"in grace", 10, events.OrderRenewed{}, "", "2026-05-03"},
		{"in retention", 30, events.OrderRenewed{}, "", "2026-05-03"},
		{"on the last kept day", 33, events.OrderRenewed{}, "", "2026-05-03"},
		{"after it", 34, events.OrderRenewed{}, pricing.CodeResourceExpired, ""},
		{"to a unified day", 1, events.OrderRenewed{UnifiedDay: 15}, "", "2026-05-15"},
		{"to the last of the month", 1, events.OrderRenewed{UnifiedDay: -1}, "", "2026-05-31"},
		{"eleven months", 1, events.OrderRenewed{PeriodType: 2, PeriodNum: 11}, "", "2027-03-03"},
		{"twelve months", 1, events.OrderRenewed{PeriodType: 2, PeriodNum: 12}, pricing.CodeRenewalMonths, ""},
		{"four years", 1, events.OrderRenewed{PeriodType: 3, PeriodNum: 4}, pricing.CodeRenewalYears, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := bought(t)
			c.data.ResourceIDs, c.data.AutoPay = []string{"vm-1"}, true
			s.on(4, c.day, 9).renew("R1", "C1", c.data)
			if c.code != "" {
				s.refused(c.name, c.code)
				return
			}
			s.paid("R1")
			s.accepted(c.name)
			s.expires(c.name, "vm-1", c.until)
			if at := s.partner().Orders.Get("R1").Effective[0].EffectiveTime.In(shanghai).Format(time.DateTime); at != "2026-04-04 00:00:00" {
				t.Errorf("it starts %s, want the day after the old expiry", at)
			}
		})
	}
}

// Up to ten primaries go into one renewal.
func TestRenewalOfTenPrimaries(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	var ids []string
	for i := range 11 {
		ids = append(ids, fmt.Sprintf("vm-%d", i))
		s.on(3, 3, 9).place(fmt.Sprintf("O%d", i), "C1", ids[i])
		s.paid(fmt.Sprintf("O%d", i))
	}
	s.on(3, 20, 9).renew("R1", "C1", events.OrderRenewed{AutoPay: true, ResourceIDs: ids})
	s.refused("eleven", pricing.CodeTooManyResources)
	s.renew("R2", "C1", events.OrderRenewed{AutoPay: true, ResourceIDs: ids[:10]})
	s.paid("R2")
	s.accepted("ten")
	s.expires("the tenth", "vm-9", "2026-05-03")
	s.expires("the eleventh", "vm-10", "2026-04-03")
}

// A long-tail customer that came from another partner earns the new one
// nothing for six months from the change.
func TestMovedCustomerEarnsNothingForSixMonths(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.on(3, 3, 0).add("moved", "C7", &events.CustomerAssociated{CustomerID: "C7", PartnerID: "P100", Association: "resale", Segment: incentive.SegmentLongTail,
		PreviousPartnerID: "P200", Settlement: "immediate", EffectiveTime: s.at})
	s.tell()
	for i, c := range []struct {
		month time.Month
		day   int
		want  string
	}{{3, 3, incentive.ZeroTransferred}, {9, 3, incentive.ZeroTransferred}, {9, 4, ""}} {
		id := fmt.Sprint("O", i)
		s.on(c.month, c.day, 9).place(id, "C7", "vm-"+id)
		s.paid(id)
		d := s.partner().DetailsOf(id)[0]
		if d.ZeroReason != c.want || d.Amount.IsZero() != (c.want != "") {
			t.Errorf("on %d %s it earns %s for %q, want %q", c.day, c.month, d.Amount, d.ZeroReason, c.want)
		}
	}
}
