package pricing

import (
	"strings"
	"testing"
	"time"

	"github.com/accruald/accruald/workers/calendar"
)

// remainders are stories whose remaining period is a printed factor, for vectors that print the factor only.
var remainders = map[string]struct{ purchase, change string }{
	"0.65806452": {"2023-04-08", "2023-04-18"},
	"0.50000000": {"2023-03-30", "2023-04-15"},
}

func vectorRemaining(t *testing.T, v vector) {
	var in struct {
		Change    string `json:"change_date"`
		Expire    string `json:"expire_date"`
		Unit      string `json:"unit"`
		Remaining int    `json:"remaining_days"`
	}
	var want struct {
		Factor8 string `json:"factor_8dp"`
		Factor  string `json:"factor"`
	}
	v.read(t, &in, &want)
	unit := map[string]calendar.PeriodType{"month": calendar.Month, "year": calendar.Year}[in.Unit]
	if in.Remaining > 0 { // June is the month the example is about
		end := at("2023-06-30")
		in.Expire, in.Change = "2023-06-30", end.AddDate(0, 0, -in.Remaining).Format(time.DateOnly)
	}
	interval := Interval{Start: at("2023-01-01"), End: at(in.Expire).AddDate(0, 0, 1), Term: calendar.Period{Type: unit, Num: 1}}
	left, err := interval.remaining(at(in.Change), chinaZone)
	if err != nil {
		t.Fatal(err)
	}
	factor := want.Factor8 + want.Factor
	if got := left.share.Text(8); !dec(got).Equal(dec(factor)) {
		t.Errorf("factor = %s (%s), want %s", got, left.text, factor)
	}
}

func vectorUpgrade(t *testing.T, v vector) {
	var in struct {
		OldPrice string `json:"old_price"`
		NewPrice string `json:"new_price"`
		Quantity int    `json:"quantity"`
		Factor8  string `json:"factor_8dp"`
		Factor   string `json:"factor"`
		Ratio    string `json:"discount_ratio"`
		Fixed    string `json:"fixed_price_new"`
	}
	var want struct {
		Exact   string `json:"fee_8dp_exact_factor"`
		Fee8    string `json:"fee_8dp"`
		Rounded string `json:"fee_2dp_half_up"`
	}
	v.read(t, &in, &want)
	story, known := remainders[in.Factor8+in.Factor]
	if !known {
		t.Fatalf("no story for factor %q", in.Factor8+in.Factor)
	}
	s := newShop(t)
	from, to := s.server("old", monthly(in.OldPrice)), s.server("new", monthly(in.NewPrice))
	line := lineFor(1, from, months(1))
	line.Quantity = max(1, in.Quantity)
	chosen := ""
	if in.Ratio != "" {
		s.discounts, chosen = []Discount{ratio("D", DiscountCommercial, in.Ratio)}, "D"
	}
	if in.Fixed != "" {
		fixed := ratio("D", DiscountCommercial, in.Fixed)
		fixed.Mode, fixed.Currency = ModeFixedPrice, cny
		s.discounts, chosen = []Discount{fixed}, "D"
	}
	r := s.buy("O1", story.purchase, "", nil, line)[0]
	quote := s.change(r, SpecChange{At: at(story.change), NewSpec: to.Spec})
	charge, err := quote.Charge(chosen)
	s.must(err)
	if exact := want.Exact + want.Fee8; want.Rounded == "" {
		want.Rounded = dec(exact).StringFixed(2)
	}
	wantAmount(t, "fee", charge.Amount, want.Rounded)
}

func vectorUnsubscribe(t *testing.T, v vector) {
	var in struct {
		Paid  string `json:"paid_amount_excl_cash_coupons"`
		Used  int64  `json:"used"`
		Total int64  `json:"total"`
		Rate  string `json:"fee_rate"`
		Term  string `json:"term"`
	}
	var want struct {
		Consumed8  string `json:"consumed_8dp"`
		Refund8    string `json:"refund_8dp"`
		Consumed   string `json:"consumed_amount"`
		Commission string `json:"commission_amount"`
		Refund     string `json:"refund_amount"`
	}
	v.read(t, &in, &want)
	term := map[string]calendar.Period{"monthly": months(1), "1 year": years(1), "2 years": years(2), "3 years": years(3)}[in.Term]
	share, err := profile(t, "cn").FeeShare(term, 1+int(in.Used-1)/366)
	if err != nil {
		t.Fatal(err)
	}
	wantAmount(t, "fee share", share, in.Rate)
	order := RefundOrder{Paid: dec(in.Paid)}
	if err := order.settle(in.Used, in.Total, share, cny); err != nil {
		t.Fatal(err)
	}
	if want.Consumed == "" {
		want.Consumed, want.Refund = dec(want.Consumed8).StringFixed(2), dec(want.Refund8).StringFixed(2)
	}
	wantAmount(t, "consumed", order.Consumed, want.Consumed)
	wantAmount(t, "refund", order.Amount, want.Refund)
	if want.Commission != "" {
		wantAmount(t, "commission", order.Fee, want.Commission)
	}
}

func vectorRenewalReturned(t *testing.T, v vector) {
	var in struct {
		Purchase, Renewed string
		Due               string `json:"renew_amount_due"`
		Coupon            string `json:"cash_coupon"`
		Cash              string `json:"cash"`
		Unsubscribe       string `json:"unsubscribe_not_yet_effective_renewal"`
	}
	var want struct {
		Total  string `json:"refund_total"`
		Cash   string `json:"refund_cash"`
		Coupon string `json:"refund_coupon"`
		Fee    string `json:"handling_fee"`
	}
	v.read(t, &in, &want)
	s := newShop(t)
	r := s.buy("O1", "2024-01-01 10:00", "", nil, lineFor(1, s.server("vm", monthly(in.Due)), months(1)))[0]
	r = s.renew(r, "O2", "2024-01-05 10:00", months(1),
		Tender{Kind: TenderCoupon, Reference: "CP", Amount: dec(in.Coupon)}, Tender{Kind: TenderCash, Amount: dec(in.Cash)})
	refund := s.unsubscribe(in.Unsubscribe, UnsubscribeRenewals, r)
	wantAmount(t, "cash", refund.Amount, want.Cash)
	wantAmount(t, "fee", refund.Fee, want.Fee)
	wantAmount(t, "coupon", refund.CouponsReturned[0].Amount, strings.Fields(want.Coupon)[0])
	wantAmount(t, "total", refund.Amount.Add(refund.CouponsReturned[0].Amount), want.Total)
}

func vectorCouponInUse(t *testing.T, v vector) {
	var in struct {
		Coupon string `json:"paid_by_cash_coupon"`
		Cash   string `json:"paid_by_cash"`
	}
	var want struct {
		Coupon string `json:"coupon_refund"`
	}
	v.read(t, &in, &want)
	s := newShop(t)
	tenders := []Tender{{Kind: TenderCoupon, Reference: "CP", Amount: dec(in.Coupon)}, {Kind: TenderCash, Amount: dec(in.Cash)}}
	vm := s.server("vm", monthly(dec(in.Coupon).Add(dec(in.Cash)).String()))
	r := s.buy("O1", "2024-01-01 10:00", "", tenders, lineFor(1, vm, months(1)))[0]
	refund := s.unsubscribe("2024-01-20 10:00", UnsubscribeAll, r)
	returned := dec("0")
	for _, coupon := range refund.CouponsReturned {
		returned = returned.Add(coupon.Amount)
	}
	wantAmount(t, "coupon", returned, want.Coupon)
	wantAmount(t, "paid", refund.Paid, in.Cash)
}

func vectorFiveDayCount(t *testing.T, v vector) {
	var in struct {
		Order string `json:"order"`
	}
	var want struct {
		Count int `json:"count"`
	}
	v.read(t, &in, &want)
	s := newShop(t)
	vm, disk := s.server("vm", monthly("10")), s.disk("disk", monthly("1"))
	var lines []LineInput
	switch {
	case strings.HasPrefix(in.Order, "10 EVS"):
		for n := range 10 {
			lines = append(lines, lineFor(n, disk, months(1)))
		}
	case strings.HasPrefix(in.Order, "1 monthly ECS + 2 EVS bound + VPC"):
		lines = []LineInput{lineFor(0, vm, months(1)), lineFor(1, disk, months(1)), lineFor(2, disk, months(1)), lineFor(3, vm, months(1))}
		lines[1].ParentID, lines[2].ParentID = lines[0].ResourceID, lines[0].ResourceID
	default:
		t.Fatalf("no story for %q", in.Order)
	}
	resources := s.buy("O1", "2024-01-01 10:00", "", nil, lines...)
	unsubscription := Unsubscription{CustomerID: customer1, At: at("2024-01-04 10:00"), Type: UnsubscribeAll}
	for _, r := range resources {
		unsubscription.ResourceIDs = append(unsubscription.ResourceIDs, r.ID)
	}
	if got := FiveDayInstances(s.site, unsubscription, resources); got != want.Count {
		t.Errorf("instances = %d, want %d", got, want.Count)
	}
}
