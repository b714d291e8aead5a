package pricing

import (
	"fmt"
	"testing"

	"github.com/accruald/accruald/workers/calendar"
)

// family is a server with a disk, and a related address with its bandwidth.
func family(s *shop) []*Resource {
	vm, disk := s.server("vm", monthly("100")), s.disk("disk", monthly("1"))
	lines := []LineInput{lineFor(1, vm, months(1)), lineFor(2, disk, months(1)), lineFor(3, vm, months(1)), lineFor(4, disk, months(1))}
	lines[1].ParentID, lines[3].ParentID = "r-1", "r-3"
	lines[2].RelatedID = "r-1"
	return s.buy("O1", "2026-01-31 10:00", "", nil, lines...)
}

func TestRenewalTakesAttachedAlong(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	resources := family(s)
	quote := s.renewQuote("2026-02-10", months(2), resources, "r-1")
	if len(quote.Lines) != 2 || quote.Lines[1].LineID != "r-2" || quote.Lines[1].PrimaryID != "r-1" {
		t.Fatalf("lines = %+v, want the server and its disk", quote.Lines)
	}
	wantAmount(t, "server and disk, two months", quote.Official, "280")
	quote, err := Renew(s.book(), Renewal{CustomerID: customer1, At: at("2026-02-10"), ResourceIDs: []string{"r-1", "r-3"}, Period: months(1), IncludeRelated: true}, resources)
	s.must(err)
	wantAmount(t, "with what is related, once", quote.Official, "280")
	if quote.Lines[2].PrimaryID != "r-1" || quote.Lines[3].PrimaryID != "r-1" {
		t.Errorf("related resources stand under %q and %q", quote.Lines[2].PrimaryID, quote.Lines[3].PrimaryID)
	}
}

// 31 January, 28 February, 31 March: the anchor is the day of purchase (F20, F26, F27, F28, F29).
func TestRenewalKeepsItsAnchor(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	r := family(s)[0]
	for i, want := range []string{"2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"} {
		if got := r.Expiry.Format("2006-01-02 15:04:05"); got != want+" 23:59:59" {
			t.Errorf("expiry %d = %s, want %s", i, got, want)
		}
		last := r.Intervals[len(r.Intervals)-1]
		if !last.End.Equal(at(want).AddDate(0, 0, 1)) {
			t.Errorf("interval %d ends %s", i, last.End)
		}
		if i > 0 && !last.Start.Equal(r.Intervals[i-1].End) {
			t.Errorf("interval %d starts %s, the one before ended %s", i, last.Start, r.Intervals[i-1].End)
		}
		r = s.renew(r, fmt.Sprintf("R%d", i), "2026-02-10", months(1))
	}
}

func TestUnifiedExpiry(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.discounts = []Discount{ratio("ratio", 605, "0.9"), mode(ratio("fixed", 606, "1"), ModeFixedPrice, "80")}
	for _, test := range []struct {
		name           string
		row            PriceRow
		bought, renew  string
		term, period   calendar.Period
		day            int
		price, expiry  string
		fixed, reduced string
	}{
		{"100 x (1 + 3/31 + 15/30)", monthly("100"), "2020-03-28", "2020-04-01", months(1), months(1), 15, "159.68", "2020-06-15", "127.74", "143.71"},
		{"already there", monthly("100"), "2020-03-28", "2020-04-01", months(1), months(1), 28, "100", "2020-05-28", "80", "90"},
		{"last day of the month", monthly("100"), "2020-03-28", "2020-04-01", months(1), months(1), -1, "109.68", "2020-05-31", "87.74", "98.71"},
		{"yearly: 365 x (1 + 14/365)", yearly("365"), "2022-12-19", "2023-01-05", years(1), years(1), 2, "379", "2025-01-02", "83.07", "341.1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			own := *s
			own.TB = t
			product := Product{ID: test.name, ServiceType: serviceECS, ResourceType: typeVM, Spec: test.name, Region: region, Currency: cny, Prices: []PriceRow{test.row}, Renewable: true, Refundable: true}
			own.catalogue = NewCatalogue()
			own.serviceType(ServiceType{Code: serviceECS, AllowDiscount: true, UnsubscribeLevel: UnsubscribeByResource})
			own.publish(product)
			r := own.buy("O1", test.bought, "", nil, lineFor(1, product, test.term))[0]
			quote, err := Renew(own.book(), Renewal{CustomerID: customer1, At: at(test.renew), ResourceIDs: []string{r.ID}, Period: test.period, UnifiedDay: &test.day}, []*Resource{r})
			own.must(err)
			wantAmount(t, quote.Lines[0].Steps[0].Formula, quote.Official, test.price)
			for id, want := range map[string]string{"ratio": test.reduced, "fixed": test.fixed} {
				charge, _ := own.pay(quote, id)
				wantAmount(t, id, charge.Amount, want)
			}
			charge, slices := own.pay(quote, "")
			renewed, err := ApplyRenewal(own.site, r, quote, charge, slices, "O2", at(test.renew))
			own.must(err)
			if got := renewed.Expiry.Format("2006-01-02"); got != test.expiry || renewed.AnchorDay != test.day {
				t.Errorf("expiry %s with anchor %d, want %s with %d", got, renewed.AnchorDay, test.expiry, test.day)
			}
		})
	}
}

// In grace or retention a renewal still starts at the old expiry; afterwards there is nothing to renew.
func TestRenewalAfterExpiry(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	r := family(s)[0]
	renewed := s.renew(r, "R1", "2026-03-30 23:00", months(1))
	if !renewed.Intervals[1].Start.Equal(at("2026-03-01")) || !renewed.Expiry.Equal(at("2026-03-31 23:59:59")) {
		t.Errorf("interval = %+v", renewed.Intervals[1])
	}
	_, err := Renew(s.book(), Renewal{CustomerID: customer1, At: at("2026-03-31"), ResourceIDs: []string{"r-1"}, Period: months(1)}, []*Resource{r})
	wantRefusal(t, err, CodeResourceExpired, "/resource_ids/0")
}

func TestRenewalRefusals(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	resources := family(s)
	kept := s.server("kept", monthly("5"))
	kept.ID, kept.Spec, kept.Renewable = "once", "once", false
	s.publish(kept)
	add := func(id string, edit func(*Resource)) {
		r := *resources[0]
		r.ID = id
		edit(&r)
		resources = append(resources, &r)
	}
	add("gone", func(r *Resource) { r.State = StateUnsubscribed })
	add("blocked", func(r *Resource) { r.PendingOrderID = "O9" })
	add("metered", func(r *Resource) { r.Intervals = nil })
	add("once", func(r *Resource) { r.ProductID = "once" })
	add("withdrawn", func(r *Resource) { r.ProductID = "kept" })
	s.version++
	s.must(s.catalogue.AddWithdrawal(s.version, "kept", at("2026-02-01")))
	one := func(ids ...string) Renewal { return Renewal{ResourceIDs: ids, Period: months(1)} }
	for _, test := range []struct {
		name, code, pointer string
		in                  Renewal
	}{
		{"12 months", CodeRenewalMonths, "/period_num", Renewal{ResourceIDs: []string{"r-1"}, Period: months(12)}},
		{"4 years", CodeRenewalYears, "/period_num", Renewal{ResourceIDs: []string{"r-1"}, Period: years(4)}},
		{"10 days", CodeRenewalUnit, "/period_type", Renewal{ResourceIDs: []string{"r-1"}, Period: calendar.Period{Type: calendar.Day, Num: 10}}},
		{"a year without a row", CodePeriodNotOffered, "/resource_ids/0", Renewal{ResourceIDs: []string{"r-1"}, Period: years(1)}},
		{"unified day 29", CodeInvalidUnifiedDay, "/unified_day", Renewal{ResourceIDs: []string{"r-1"}, Period: months(1), UnifiedDay: ptr(29)}},
		{"none", CodeNoLines, "/resource_ids", one()},
		{"11 resources", CodeTooManyResources, "/resource_ids", one("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11")},
		{"twice", CodeDuplicateResource, "/resource_ids/1", one("r-1", "r-1")},
		{"unknown", CodeResourceNotFound, "/resource_ids/1", one("r-1", "r-9")},
		{"a disk", CodeNotPrimary, "/resource_ids/0", one("r-2")},
		{"unsubscribed", CodeResourceUnsubscribed, "/resource_ids/0", one("gone")},
		{"in an unpaid order", CodeResourceBlocked, "/resource_ids/0", one("blocked")},
		{"pay-per-use", CodePayPerUseResource, "/resource_ids/0", one("metered")},
		{"not renewable", CodeNotRenewable, "/resource_ids/0", one("once")},
		{"off sale", CodeNotRenewable, "/resource_ids/0", one("withdrawn")},
		{"another customer's", CodeResourceForeign, "/resource_ids/0", Renewal{CustomerID: "C1", ResourceIDs: []string{"r-1"}, Period: months(1)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.in.At = at("2026-02-10")
			if test.in.CustomerID == "" {
				test.in.CustomerID = customer1
			}
			_, err := Renew(s.book(), test.in, resources)
			wantRefusal(t, err, test.code, test.pointer)
		})
	}
}
