package pricing

import (
	"testing"
	"time"

	"github.com/accruald/accruald/workers/calendar"
)

// dublin reads a local time of the European site.
func dublin(t *testing.T, text string) time.Time {
	t.Helper()
	local, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		t.Fatal(err)
	}
	return calendar.ExactInstant(local, profile(t, "eu").Zone())
}

// A month in Dublin over the night that clocks go forward has 24 hours a date all the same. Bought 10 March 09:30 until 10
// April: 15 hours and 31 days are 759. Used until 2 April 12:45: 22 days and 15 hours from 9:00 to 12:00 are 555.
// 100 x 555 / 759 = 73.12, the fee 10.00, the rest 16.88. The same from 10 October, when clocks go back.
func TestRefundInDublin(t *testing.T) {
	t.Parallel()
	for _, months := range [][2]string{{"2026-03-10 09:30", "2026-04-02 12:45"}, {"2026-10-10 09:30", "2026-11-02 12:45"}} {
		s := newShop(t)
		s.site = profile(t, "eu")
		vm := s.server("vm", monthly("100"))
		bought := dublin(t, months[0])
		quote, err := Subscribe(s.book(), Subscription{CustomerID: customer1, At: bought, Lines: []LineInput{lineFor(1, vm, calendar.Period{Type: calendar.Month, Num: 1})}})
		s.must(err)
		charge, slices := s.pay(quote, "")
		resources, err := Provision(s.site, quote, charge, slices, customer1, "O1", bought)
		s.must(err)
		refund, err := Unsubscribe(s.site, Unsubscription{CustomerID: customer1, At: dublin(t, months[1]), ResourceIDs: []string{"r-1"}, Type: UnsubscribeAll, FiveDayAllowed: true}, resources)
		s.must(err)
		wantAmount(t, "consumed", refund.Consumed, "73.12")
		wantAmount(t, "fee", refund.Fee, "10")
		wantAmount(t, "refund", refund.Amount, "16.88")
	}
}

// An upgrade in Dublin on the date that clocks go forward: the change day is out, the expiry day in, as dates. 29 March to
// 10 April leaves 2/31 + 10/30; (250 - 100) x 37/93 = 59.677.
func TestChangeInDublin(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.site = profile(t, "eu")
	vm, large := s.server("vm", monthly("100")), s.server("large", monthly("250"))
	bought := dublin(t, "2026-03-10 09:30")
	quote, err := Subscribe(s.book(), Subscription{CustomerID: customer1, At: bought, Lines: []LineInput{lineFor(1, vm, months(1))}})
	s.must(err)
	charge, slices := s.pay(quote, "")
	resources, err := Provision(s.site, quote, charge, slices, customer1, "O1", bought)
	s.must(err)
	for _, instant := range []string{"2026-03-29 00:00", "2026-03-29 01:30", "2026-03-29 23:59"} {
		wantAmount(t, instant, s.change(resources[0], SpecChange{At: dublin(t, instant), NewSpec: large.Spec}).Official, "59.68")
	}
}

// A term of hours ends to the instant, and what is left counts in whole hours: of 48 hours bought at 10:20, 30 are left 17
// hours and 5 minutes later. (9.60 - 4.80) x 48 / 48 of the term: 48 x 0.10 = 4.80 and 48 x 0.20 = 9.60; 4.80 x 30/48 = 3.00.
func TestChangeOfATermInHours(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	hours := calendar.Period{Type: calendar.Hour, Num: 48}
	small, large := s.server("small", flat(calendar.Hour, 1, "0.10")), s.server("large", flat(calendar.Hour, 1, "0.20"))
	r := s.buy("O1", "2026-03-08 10:20", "", nil, lineFor(1, small, hours))[0]
	wantAmount(t, "fee", s.change(r, SpecChange{At: at("2026-03-09 03:25"), NewSpec: large.Spec}).Official, "3.00")
	if got := r.Expiry; !got.Equal(at("2026-03-10 10:20")) {
		t.Errorf("expires at %s", got)
	}
}

// The account's quota of the five-day rule: a server with two disks counts once, two servers of one order of a service
// that is unsubscribed by order count once, and one that is out of its five days does not count.
func TestFiveDayInstancesByGroupAndOrder(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	vm, disk := s.server("vm", monthly("100")), s.disk("disk", monthly("1"))
	disk1, disk2 := lineFor(2, disk, months(1)), lineFor(3, disk, months(1))
	disk1.ParentID, disk2.ParentID = "r-1", "r-1"
	bound := s.buy("O1", "2026-03-08 10:00", "", nil, lineFor(1, vm, months(1)), disk1, disk2)
	s.serviceType(ServiceType{Code: serviceECS, AllowDiscount: true, UnsubscribeLevel: UnsubscribeByOrder})
	one, two, late := lineFor(4, vm, months(1)), lineFor(5, vm, months(1)), lineFor(6, vm, months(1))
	byOrder := s.buy("O2", "2026-03-08 10:00", "", nil, one, two)
	old := s.buy("O3", "2026-03-01 10:00", "", nil, late)
	all := append(append(bound, byOrder...), old...)
	for _, c := range []struct {
		ids  []string
		want int
	}{
		{[]string{"r-1"}, 1}, {[]string{"r-2"}, 1}, {[]string{"r-1", "r-2", "r-3"}, 1}, {[]string{"r-4"}, 1},
		{[]string{"r-4", "r-5"}, 1}, {[]string{"r-1", "r-4", "r-5", "r-6"}, 2}, {[]string{"r-6"}, 0},
	} {
		in := Unsubscription{CustomerID: customer1, At: at("2026-03-10 10:00"), ResourceIDs: c.ids, Type: UnsubscribeAll}
		if got := FiveDayInstances(s.site, in, all); got != c.want {
			t.Errorf("%q take %d of the quota, want %d", c.ids, got, c.want)
		}
	}
}

// A unified day's supplement without a monthly row counts days of 365 of the yearly one, 29 February out, also at the last
// day of the month: from 8 February 2028 to the 29th are 21 dates, 20 count. 1000 + 1000 x 20/365 = 1054.79.
func TestUnifiedDayByTheYearlyRow(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	r := s.buy("O1", "2026-02-08 10:00", "", nil, lineFor(1, s.server("vm", yearly("1000")), years(1)))[0]
	quote, err := Renew(s.book(), Renewal{CustomerID: customer1, At: at("2027-01-09"), ResourceIDs: []string{r.ID}, Period: years(1), UnifiedDay: ptr(-1)}, []*Resource{r})
	s.must(err)
	wantAmount(t, "renewal", quote.Official, "1054.79")
}
