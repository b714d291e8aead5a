package pricing

import (
	"testing"

	"github.com/accruald/accruald/workers/calendar"
)

// 2.5 years that remain use the 3-year row, and discounts are matched by 3 years.
func TestPricePeriodIsRoundedUp(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	from := s.server("from", yearly("1200"), flat(calendar.Year, 3, "3000"))
	to := s.server("to", yearly("2400"), flat(calendar.Year, 3, "6000"))
	three, single := ratio("three", 605, "0.9"), ratio("single", 605, "0.1")
	three.Scope.PeriodNums, single.Scope.PeriodNums = []int{3}, []int{1}
	r := s.buy("O1", "2023-11-01", "", nil, lineFor(1, from, years(3)))[0]
	s.discounts = []Discount{three, single}
	quote := s.change(r, SpecChange{At: at("2024-05-01"), NewSpec: to.Spec})
	wantAmount(t, "1000 x 914/365", quote.Official, "2504.11")
	charge, _ := s.pay(quote, "three")
	wantAmount(t, "with the 3-year discount", charge.Amount, "2253.70")
	_, err := quote.Charge("single")
	wantRefusal(t, err, CodeDiscountNotSelectable, "/discount_id")
}

func TestChangeFees(t *testing.T) {
	t.Parallel()
	days := func(n int) calendar.Period { return calendar.Period{Type: calendar.Day, Num: n} }
	hours := func(n int) calendar.Period { return calendar.Period{Type: calendar.Hour, Num: n} }
	for _, test := range []struct {
		name            string
		old, new        PriceRow
		term            calendar.Period
		bought, changed string
		discount        Discount
		want            string
	}{
		{"month: 13/31 + 8/30", monthly("470"), monthly("869"), months(1), "2026-03-08 10:00", "2026-03-18 09:20", ratio("D", 605, "1"), "273.72"},
		{"amount off", monthly("470"), monthly("869"), months(1), "2026-03-08 10:00", "2026-03-18 09:20", mode(ratio("D", 605, "1"), ModeAmountOff, "6.35"), "267.37"},
		{"amount off, never below 0 (F41)", monthly("470"), monthly("869"), months(1), "2026-03-08 10:00", "2026-03-18 09:20", mode(ratio("D", 605, "1"), ModeAmountOff, "900"), "0"},
		{"fixed price 800 of 869", monthly("470"), monthly("869"), months(1), "2026-03-08 10:00", "2026-03-18 09:20", mode(ratio("D", 605, "1"), ModeFixedPrice, "800"), "251.99"},
		{"10 days, 5 left", flat(calendar.Day, 10, "100"), flat(calendar.Day, 10, "200"), days(10), "2026-03-01 10:00", "2026-03-06 09:00", ratio("D", 605, "1"), "50"},
		{"24 hours, 18 whole ones left", flat(calendar.Hour, 1, "1"), flat(calendar.Hour, 1, "2"), hours(24), "2026-03-01 10:00", "2026-03-01 15:30", ratio("D", 605, "1"), "18"},
		{"expiry day: nothing is left", monthly("470"), monthly("869"), months(1), "2026-03-08 10:00", "2026-04-08 09:20", ratio("D", 605, "1"), "0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			from, to := s.server("from", test.old), s.server("to", test.new)
			r := s.buy("O1", test.bought, "", nil, lineFor(1, from, test.term))[0]
			s.discounts = []Discount{test.discount}
			charge, _ := s.pay(s.change(r, SpecChange{At: at(test.changed), NewSpec: to.Spec}), "D")
			wantAmount(t, charge.Lines[0].Steps[0].Formula, charge.Amount, test.want)
		})
	}
}

func TestExpansion(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	r := s.buy("O1", "2026-03-08 10:00", "", nil, lineFor(1, s.disk("disk", monthly("0.7")), months(1)))[0]
	quote := s.change(r, SpecChange{At: at("2026-03-18 09:20"), NewSize: ptr(dec("100"))})
	wantAmount(t, "60 GB more", quote.Official, "28.81")
	charge, slices := s.pay(quote, "")
	larger, err := ApplyChange(s.site, r, quote, charge, slices, "O2", at("2026-03-18 09:30"))
	s.must(err)
	if !larger.Size.Equal(dec("100")) || !r.Size.Equal(dec("40")) {
		t.Errorf("size = %s, the one before = %s", larger.Size, r.Size)
	}
}

// An upgrade over a running and a coming interval is the sum of both, and the coming one comes back whole (F31).
func TestChangeOverTwoIntervals(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	from, to := s.server("from", monthly("470")), s.server("to", monthly("869"))
	r := s.buy("O1", "2026-03-08 10:00", "", nil, lineFor(1, from, months(1)))[0]
	r = s.renew(r, "O2", "2026-03-10", months(1))
	r = s.upgrade(r, "O3", "", SpecChange{At: at("2026-03-18 09:20"), NewSpec: to.Spec})
	wantAmount(t, "first interval", r.Payments[2].Official, "273.72")
	wantAmount(t, "second interval", r.Payments[3].Official, "395.57")
	refund := s.unsubscribe("2026-03-20", UnsubscribeRenewals, r)
	wantAmount(t, "renewal and its upgrade", refund.Amount, "865.57")
	kept, err := ApplyRefund(s.site, r, refund)
	s.must(err)
	if !kept.Expiry.Equal(at("2026-04-08 23:59:59")) || kept.State != StateActive {
		t.Errorf("expiry = %s, state %q", kept.Expiry, kept.State)
	}
	refund = s.unsubscribe("2026-03-20", UnsubscribeAll, r)
	if len(refund.Orders) != 4 {
		t.Errorf("%d payments return with type 1, want 4", len(refund.Orders))
	}
}

func TestDowngrade(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	a, half, free := s.server("A", monthly("470")), s.server("half", monthly("235")), s.server("free", monthly("0"))
	s.discounts = []Discount{ratio("D", 605, "0.9")}
	tenders := []Tender{{TenderCoupon, "CP", dec("23")}, {TenderCash, "", dec("100")}, {TenderCredit, "", dec("300")}}
	r := s.buy("O1", "2026-03-08 10:05", "D", tenders, lineFor(1, a, months(1)))[0]

	quote := s.change(r, SpecChange{At: at("2026-03-18 09:20"), NewSpec: half.Spec})
	wantAmount(t, "price", quote.Official, "0")
	wantAmount(t, "235 x r x 400/470", quote.Refund.Amount, "137.20")
	wantAmount(t, "consumed", quote.Refund.Consumed, "126.12")
	wantAmount(t, "cash", quote.Refund.Orders[0].Tenders[0].Amount, "34.30")
	wantAmount(t, "credit", quote.Refund.Orders[0].Tenders[1].Amount, "102.90")
	smaller, err := ApplyDowngrade(s.site, r, quote)
	s.must(err)
	refund := s.unsubscribe("2026-04-06 15:20", UnsubscribeAll, smaller)
	wantAmount(t, "counts as paid", refund.Paid, "136.68")
	wantAmount(t, "consumed since", refund.Consumed, "121.67")
	wantAmount(t, "fee", refund.Fee, "13.67")
	wantAmount(t, "refund", refund.Amount, "1.34")

	late := s.change(r, SpecChange{At: at("2026-04-07 23:00"), NewSpec: free.Spec})
	wantAmount(t, "not above what is unconsumed", late.Refund.Amount, "13.19")

	again := s.change(smaller, SpecChange{At: at("2026-03-18 09:20"), NewSpec: free.Spec})
	wantAmount(t, "the other half", again.Refund.Amount, "136.68") // 137.20, but not above what is left (F30)
}

func TestChangeAtRenewal(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	a, b := s.server("A", monthly("470")), s.server("B", monthly("869"))
	r := s.buy("O1", "2026-03-08 10:00", "", nil, lineFor(1, a, months(1)))[0]
	quote := s.change(r, SpecChange{At: at("2026-03-18"), NewSpec: b.Spec, AtRenewal: true})
	wantAmount(t, "price", quote.Official, "0")
	r, err := ApplyChange(s.site, r, quote, nil, nil, "O2", at("2026-03-18"))
	s.must(err)
	if r.SpecAt(at("2027-01-01")).Spec != "A" {
		t.Error("the new specification began without a renewal")
	}
	r = s.renew(r, "O3", "2026-03-20", months(1))
	wantAmount(t, "renewal", r.Payments[1].Official, "869")
	for when, want := range map[string]string{"2026-04-08 23:59:59": "A", "2026-04-09": "B"} {
		if got := r.SpecAt(at(when)).Spec; got != want {
			t.Errorf("specification at %s = %q, want %q", when, got, want)
		}
	}
	// Going to B now pays for the running period only: the coming one is B already.
	wantAmount(t, "upgrade now", s.change(r, SpecChange{At: at("2026-03-20"), NewSpec: b.Spec}).Official, "247.98")
	refund := s.unsubscribe("2026-03-25", UnsubscribeRenewals, r)
	back, err := ApplyRefund(s.site, r, refund)
	s.must(err)
	if back.Next == nil || back.Next.From != nil {
		t.Errorf("after the renewal's return: next = %+v, want it to wait for another", back.Next)
	}
}

func TestChangeRefusals(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	a, b := s.server("A", monthly("470")), s.server("B", monthly("869"))
	s.server("yearly", yearly("100"))
	r := s.buy("O1", "2026-03-08 10:00", "", nil, lineFor(1, b, months(1)))[0]
	gone, metered := *r, *r
	gone.State, metered.Intervals = StateUnsubscribed, nil
	blocked := Block(r, "O2", at("2026-03-25"))
	for _, test := range []struct {
		code, pointer string
		r             *Resource
		in            SpecChange
	}{
		{CodeNoChange, "/new", r, SpecChange{NewSpec: b.Spec}},
		{CodeNoChange, "/new", r, SpecChange{}},
		{CodeProductNotFound, "/new/resource_spec", r, SpecChange{NewSpec: "C"}},
		{CodeSizeNotAllowed, "/new/resource_size", r, SpecChange{NewSize: ptr(dec("10"))}},
		{CodePeriodNotOffered, "/new/resource_spec", r, SpecChange{NewSpec: "yearly"}},
		{CodeScaleDownInquiry, "/new", r, SpecChange{NewSpec: a.Spec, Inquiry: true}},
		{CodeResourceBlocked, "/resource_id", blocked, SpecChange{NewSpec: a.Spec}},
		{CodeResourceUnsubscribed, "/resource_id", &gone, SpecChange{NewSpec: a.Spec}},
		{CodePayPerUseResource, "/resource_id", &metered, SpecChange{NewSpec: a.Spec}},
		{CodeResourceExpired, "/resource_id", r, SpecChange{NewSpec: a.Spec, At: at("2026-04-09")}},
		{CodeResourceForeign, "/resource_id", r, SpecChange{NewSpec: a.Spec, CustomerID: "C1"}},
	} {
		t.Run(test.code, func(t *testing.T) {
			t.Parallel()
			if test.in.At.IsZero() {
				test.in.At = at("2026-03-18")
			}
			if test.in.CustomerID == "" {
				test.in.CustomerID = customer1
			}
			_, err := Change(s.book(), test.in, test.r)
			wantRefusal(t, err, test.code, test.pointer)
		})
	}
	if _, err := Change(s.book(), SpecChange{CustomerID: customer1, At: at("2026-03-25"), NewSpec: a.Spec}, blocked); err != nil {
		t.Errorf("once the unpaid order is over: %v", err)
	}
	if Unblock(blocked, "O3").PendingOrderID != "O2" || Unblock(blocked, "O2").PendingOrderID != "" {
		t.Error("an order unblocks what it blocked itself, nothing else")
	}
}
