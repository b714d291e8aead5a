package pricing

import (
	"testing"

	"github.com/accruald/accruald/workers/calendar"
)

func TestFiveDayRule(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, site, when string
		allowed          bool
		refund, coupon   string
		instances        int
	}{
		{"within 120 hours", "cn", "2026-03-13 10:00:00", true, "60", "40", 1},
		{"a second later", "cn", "2026-03-13 10:00:01", true, "44.50", "0", 0},
		{"quota used up", "cn", "2026-03-09 10:00:00", false, "52.10", "0", 0},
		{"a site without the rule", "intl", "2026-03-09 10:00:00", true, "52.10", "0", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			s.site = profile(t, test.site)
			tenders := []Tender{{TenderCoupon, "CP", dec("40")}, {TenderCredit, "", dec("60")}}
			r := s.buy("O1", "2026-03-08 10:00", "", tenders, lineFor(1, s.server("vm", monthly("100")), months(1)))[0]
			in := Unsubscription{CustomerID: customer1, At: at(test.when), ResourceIDs: []string{r.ID}, Type: UnsubscribeAll, FiveDayAllowed: test.allowed}
			refund, err := Unsubscribe(s.site, in, []*Resource{r})
			s.must(err)
			wantAmount(t, "refund", refund.Amount, test.refund)
			coupon := dec("0")
			for _, returned := range refund.CouponsReturned {
				coupon = coupon.Add(returned.Amount)
			}
			wantAmount(t, "coupon", coupon, test.coupon)
			if refund.FiveDayInstances != test.instances {
				t.Errorf("instances = %d, want %d", refund.FiveDayInstances, test.instances)
			}
			gone, err := ApplyRefund(s.site, r, refund)
			s.must(err)
			if gone.State != StateUnsubscribed || r.State != StateActive {
				t.Errorf("states: %q, before %q", gone.State, r.State)
			}
		})
	}
}

// Within five days a downgraded resource brings back all that was paid, what was consumed before the downgrade too.
func TestFiveDayRuleAfterDowngrade(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	large, small := s.server("large", monthly("100")), s.server("small", monthly("50"))
	r := s.buy("O1", "2026-03-08 10:00", "", nil, lineFor(1, large, months(1)))[0]
	quote := s.change(r, SpecChange{At: at("2026-03-10 10:00"), NewSpec: small.Spec})
	r, err := ApplyDowngrade(s.site, r, quote)
	s.must(err)
	in := Unsubscription{CustomerID: customer1, At: at("2026-03-12"), ResourceIDs: []string{r.ID}, Type: UnsubscribeAll, FiveDayAllowed: true}
	refund, err := Unsubscribe(s.site, in, []*Resource{r})
	s.must(err)
	wantAmount(t, "both refunds", quote.Refund.Amount.Add(refund.Amount), "100")
}

func TestAttachedGoWithTheirPrimary(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	resources := family(s)
	refund := s.unsubscribe("2026-02-10", UnsubscribeAll, resources...)
	if got := refund.ResourceIDs; len(got) != 2 || got[0] != "r-1" || got[1] != "r-2" {
		t.Errorf("returned %q, want the server and its disk", got)
	}
	_, err := Unsubscribe(s.site, Unsubscription{CustomerID: customer1, At: at("2026-02-10"), ResourceIDs: []string{"r-2"}, Type: UnsubscribeAll}, resources)
	s.must(err)
}

// The share of the fee follows the term and its calendar years; the anniversary belongs to the earlier one.
func TestFeeShares(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		term calendar.Period
		when string
		want string // of 10000 paid
	}{
		{"a year", years(1), "2024-06-01 10:00", "1000"},
		{"two years, first", years(2), "2025-03-08 10:00", "1500"},
		{"two years, second", years(2), "2025-03-08 10:01", "1000"},
		{"three years, third", years(3), "2026-03-08 11:00", "500"},
		{"eleven months", months(11), "2024-06-01 10:00", "1000"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			vm := s.server("vm", flat(test.term.Type, test.term.Num, "10000"))
			r := s.buy("O1", "2024-03-08 10:00", "", nil, lineFor(1, vm, test.term))[0]
			wantAmount(t, "fee", s.unsubscribe(test.when, UnsubscribeAll, r).Fee, test.want)
		})
	}
}

// A refund goes back over the tenders in proportion to what was paid with each, and each tender adds up (F38).
func TestRefundOverTenders(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	tenders := []Tender{{TenderCredit, "", dec("0.01")}, {TenderCash, "", dec("0.01")}, {TenderStoredCard, "SC", dec("0.01")}}
	r := s.buy("O1", "2026-03-08 10:00", "", tenders, lineFor(1, s.server("vm", monthly("0.03")), months(1)))[0]
	order := s.unsubscribe("2026-03-18", UnsubscribeAll, r).Orders[0]
	for _, tender := range order.Tenders {
		if !tender.Paid.Equal(tender.Consumed.Add(tender.Fee).Add(tender.Amount)) {
			t.Errorf("%s: %s of it consumed, %s fee, %s back, paid %s", tender.Kind, tender.Consumed, tender.Fee, tender.Amount, tender.Paid)
		}
	}
	wantAmount(t, "consumed", order.Consumed, "0.01")
	wantAmount(t, "refund", order.Amount, "0.02")
}

// Hours are of the wall clock: a term over the start of summer time has 24 hours every day (F21, F22, F23).
func TestRefundOverSummerTime(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.site = profile(t, "eu")
	zone := s.site.Zone()
	start := calendar.ExactInstant(at("2026-03-20 00:00:00"), zone)
	vm := s.server("vm", monthly("32"))
	quote, err := Subscribe(s.book(), Subscription{CustomerID: customer1, At: start, Lines: []LineInput{lineFor(1, vm, months(1))}})
	s.must(err)
	charge, slices := s.pay(quote, "")
	resources, err := Provision(s.site, quote, charge, slices, customer1, "O1", start)
	s.must(err)
	in := Unsubscription{CustomerID: customer1, At: calendar.ExactInstant(at("2026-04-05 00:00:00"), zone), ResourceIDs: []string{"r-1"}, Type: UnsubscribeAll}
	refund, err := Unsubscribe(s.site, in, resources)
	s.must(err)
	wantAmount(t, "16 of 32 days", refund.Consumed, "16")
}

func TestUnsubscribeRefusals(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	resources := family(s)
	add := func(id string, edit func(*Resource)) {
		r := *resources[0]
		r.ID = id
		edit(&r)
		resources = append(resources, &r)
	}
	add("gone", func(r *Resource) { r.State = StateUnsubscribed })
	add("final", func(r *Resource) { r.NotRefundable = true })
	add("metered", func(r *Resource) { r.Intervals = nil })
	add("dollar", func(r *Resource) { r.Currency = "USD" })
	add("century", func(r *Resource) {
		r.Intervals = []Interval{r.Intervals[0]}
		r.Intervals[0].Term, r.Intervals[0].End = years(100), at("2126-01-01")
	})
	for _, test := range []struct {
		code, pointer string
		kind          int
		ids           []string
	}{
		{CodeUnsubscribeTypeInvalid, "/unsubscribe_type", 3, []string{"r-1"}},
		{CodeNoRenewalToReturn, "/unsubscribe_type", UnsubscribeRenewals, []string{"r-1"}},
		{CodeNoLines, "/resource_ids", UnsubscribeAll, nil},
		{CodeResourceNotFound, "/resource_ids/0", UnsubscribeAll, []string{"r-9"}},
		{CodeDuplicateResource, "/resource_ids/1", UnsubscribeAll, []string{"r-1", "r-1"}},
		{CodeResourceUnsubscribed, "/resource_ids/1", UnsubscribeAll, []string{"r-1", "gone"}},
		{CodeNotRefundable, "/resource_ids/0", UnsubscribeAll, []string{"final"}},
		{CodePayPerUseResource, "/resource_ids/0", UnsubscribeAll, []string{"metered"}},
		{CodeCurrencyMix, "/resource_ids/1", UnsubscribeAll, []string{"r-1", "dollar"}},
		{"no_cancellation_fee", "/resource_ids/0", UnsubscribeAll, []string{"century"}},
	} {
		t.Run(test.code, func(t *testing.T) {
			t.Parallel()
			_, err := Unsubscribe(s.site, Unsubscription{CustomerID: customer1, At: at("2026-02-10"), ResourceIDs: test.ids, Type: test.kind}, resources)
			wantRefusal(t, err, test.code, test.pointer)
		})
	}
}

func TestAutomaticTenders(t *testing.T) {
	t.Parallel()
	coupons := []Tender{{TenderCoupon, "B", dec("30")}, {TenderCoupon, "A", dec("30")}, {TenderCoupon, "C", dec("5")}}
	tenders, err := AutomaticTenders(dec("20"), Balances{Coupons: coupons, Cash: dec("50")}, cny)
	if err != nil || len(tenders) != 1 || tenders[0].Reference != "A" || !tenders[0].Amount.Equal(dec("20")) {
		t.Errorf("tenders = %v, %v; want 20 of coupon A", tenders, err)
	}
	tenders, err = AutomaticTenders(dec("20"), Balances{Coupons: coupons, MonthlySettlement: true}, cny)
	if err != nil || len(tenders) != 1 || tenders[0].Kind != TenderMonthlySettlement {
		t.Errorf("tenders = %v, %v; want monthly settlement", tenders, err)
	}
	_, err = AutomaticTenders(dec("20"), Balances{Cash: dec("10")}, cny)
	wantRefusal(t, err, CodeBalanceInsufficient, "")
}
