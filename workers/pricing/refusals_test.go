package pricing

import (
	"fmt"
	"strings"
	"testing"

	"github.com/accruald/accruald/workers/calendar"
)

func TestSubscriptionRefusals(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	vm, disk := s.server("vm", monthly("100")), s.disk("disk", monthly("1"))
	reserved := vm
	reserved.ID, reserved.Spec, reserved.ReservedInstance = "ri", "ri", true
	s.publish(reserved)
	dollar := vm
	dollar.ID, dollar.Spec, dollar.Currency = "dollar", "dollar", "USD"
	s.publish(dollar)
	line := func(n int, p Product, edit func(*LineInput)) LineInput {
		l := lineFor(n, p, months(1))
		edit(&l)
		return l
	}
	same := func(*LineInput) {}
	for _, test := range []struct {
		code, pointer string
		lines         []LineInput
		edit          func(*Subscription)
	}{
		{CodeNoLines, "/lines", nil, nil},
		{CodeTooManyLines, "/lines", make([]LineInput, 101), nil},
		{CodeDuplicateLine, "/lines/1/line_id", []LineInput{line(1, vm, same), line(1, vm, same)}, nil},
		{CodeDuplicateResource, "/lines/1/resource_id", []LineInput{line(1, vm, same), line(2, vm, func(l *LineInput) { l.ResourceID = "r-1" })}, nil},
		{CodeQuantityOutOfRange, "/lines/0/subscription_num", []LineInput{line(1, vm, func(l *LineInput) { l.Quantity = 0 })}, nil},
		{CodeQuantityOutOfRange, "/lines/0/subscription_num", []LineInput{line(1, vm, func(l *LineInput) { l.Quantity = 10_001 })}, nil},
		{CodeInvalidPeriod, "/lines/0/period_type", []LineInput{line(1, vm, func(l *LineInput) { l.Period.Type = 9 })}, nil},
		{CodeInvalidPeriod, "/lines/0/period_num", []LineInput{line(1, vm, func(l *LineInput) { l.Period.Num = -1 })}, nil},
		{CodeServiceTypeNotFound, "/lines/0/cloud_service_type", []LineInput{line(1, vm, func(l *LineInput) { l.Key.ServiceType = "x" })}, nil},
		{CodeProductNotFound, "/lines/1/resource_spec", []LineInput{line(1, vm, same), line(2, vm, func(l *LineInput) { l.Key.Spec = "x" })}, nil},
		{CodeSizeMissing, "/lines/0/resource_size", []LineInput{line(1, disk, func(l *LineInput) { l.Size = nil })}, nil},
		{CodeSizeMissing, "/lines/0/size_measure_id", []LineInput{line(1, disk, func(l *LineInput) { l.SizeMeasure = 0 })}, nil},
		{CodeSizeNotAllowed, "/lines/0/resource_size", []LineInput{line(1, vm, func(l *LineInput) { l.Size = ptr(dec("1")) })}, nil},
		{CodeSizeOutOfRange, "/lines/0/resource_size", []LineInput{line(1, disk, func(l *LineInput) { l.Size = ptr(dec("0")) })}, nil},
		{CodePeriodNotOffered, "/lines/0/period_num", []LineInput{line(1, vm, func(l *LineInput) { l.Period = years(1) })}, nil},
		{CodeCurrencyMix, "/lines/1/resource_spec", []LineInput{line(1, vm, same), line(2, dollar, same)}, nil},
		{CodeReservedInstance, "/lines/0/resource_spec", []LineInput{line(1, reserved, same)}, func(in *Subscription) { in.ListPriceOnly = true }},
		{CodeOrderTypeUnsupported, "/order_type", []LineInput{line(1, vm, same)}, func(in *Subscription) { in.OrderType = 3 }},
	} {
		t.Run(test.code+test.pointer, func(t *testing.T) {
			t.Parallel()
			in := Subscription{CustomerID: customer1, At: at("2026-03-08"), Lines: test.lines}
			if test.edit != nil {
				test.edit(&in)
			}
			_, err := Subscribe(s.book(), in)
			wantRefusal(t, err, test.code, test.pointer)
			if strings.HasPrefix(test.pointer, "/lines/1/") && !strings.Contains(err.Error(), `line "`) && test.code != CodeDuplicateLine {
				t.Errorf("%q does not name the line", err)
			}
		})
	}
}

func TestTenderRefusals(t *testing.T) {
	t.Parallel()
	charge := &Charge{Currency: cny, Amount: dec("10"), Lines: []LinePrice{{LineID: "1", Amount: dec("4")}, {LineID: "2", Amount: dec("6")}}}
	firstLine := func(_ Tender, lineID string) bool { return lineID == "1" }
	coupon := func(amount string) Tender { return Tender{TenderCoupon, "CP", dec(amount)} }
	cash := func(amount string) Tender { return Tender{TenderCash, "", dec(amount)} }
	for _, test := range []struct {
		code, pointer string
		tenders       []Tender
	}{
		{CodeTendersDoNotSum, "/tenders", []Tender{cash("9.99")}},
		{CodeTendersDoNotSum, "/tenders", nil},
		{CodeTenderInvalid, "/tenders/0/kind", []Tender{{"gold", "", dec("10")}}},
		{CodeTenderInvalid, "/tenders/1/amount", []Tender{cash("11"), cash("-1")}},
		{CodeTenderInvalid, "/tenders/0/amount", []Tender{cash("9.995"), cash("0.005")}},
		{CodeTooManyCoupons, "/tenders", []Tender{coupon("1"), coupon("1"), coupon("1"), coupon("1"), cash("6")}},
		{CodeCouponExceedsLines, "/tenders", []Tender{coupon("4.01"), cash("5.99")}},
	} {
		t.Run(test.code+fmt.Sprint(len(test.tenders)), func(t *testing.T) {
			t.Parallel()
			_, err := Allocate(charge, test.tenders, firstLine)
			wantRefusal(t, err, test.code, test.pointer)
		})
	}
	_, err := Allocate(charge, []Tender{cash("9.99")}, firstLine)
	if text := err.Error(); !strings.Contains(text, "9.99") || !strings.Contains(text, "10.00") {
		t.Errorf("%q does not give both figures", text)
	}
}

// Coupons go over their lines first, then the rest by kind, each over what is still unpaid.
func TestAllocationOrder(t *testing.T) {
	t.Parallel()
	charge := &Charge{Currency: cny, Amount: dec("10"), Lines: []LinePrice{{LineID: "1", Amount: dec("4")}, {LineID: "2", Amount: dec("6")}}}
	tenders := []Tender{{TenderCredit, "", dec("1")}, {TenderCash, "", dec("5")}, {TenderCoupon, "CP", dec("3")}, {TenderStoredCard, "SC", dec("1")}}
	slices, err := Allocate(charge, tenders, func(_ Tender, lineID string) bool { return lineID == "1" })
	if err != nil {
		t.Fatal(err)
	}
	want := []Slice{
		{"1", TenderCoupon, "CP", dec("3")}, {"1", TenderStoredCard, "SC", dec("0.14")}, {"1", TenderCash, "", dec("0.72")}, {"1", TenderCredit, "", dec("0.14")},
		{"2", TenderStoredCard, "SC", dec("0.86")}, {"2", TenderCash, "", dec("4.28")}, {"2", TenderCredit, "", dec("0.86")},
	}
	if len(slices) != len(want) {
		t.Fatalf("slices = %v", slices)
	}
	for i := range want {
		if got := slices[i]; got.LineID != want[i].LineID || got.Kind != want[i].Kind || got.Reference != want[i].Reference || !got.Amount.Equal(want[i].Amount) {
			t.Errorf("slice %d = %v, want %v", i, got, want[i])
		}
	}
}

func TestTrialIsFree(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.discounts = []Discount{ratio("D", 605, "0.9")}
	vm := s.server("vm", monthly("100"))
	quote, err := Subscribe(s.book(), Subscription{CustomerID: customer1, OrderType: OrderTrial, At: at("2026-03-08"), Lines: []LineInput{lineFor(1, vm, months(1))}})
	s.must(err)
	charge, slices := s.pay(quote, quote.AutomaticChoice(s.site))
	wantAmount(t, "trial", charge.Amount, "0")
	resources, err := Provision(s.site, quote, charge, slices, customer1, "O1", at("2026-03-08 10:00"))
	s.must(err)
	refund := s.unsubscribe("2026-03-20", UnsubscribeAll, resources[0])
	wantAmount(t, "refund of a trial", refund.Amount, "0")
}

// A service bought once and for all has no time to return, renew or change.
func TestOneOff(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	once := calendar.Period{Type: calendar.OneOff, Num: 1}
	r := s.buy("O1", "2026-03-08 10:00", "", nil, lineFor(1, s.server("setup", flat(calendar.OneOff, 1, "500")), once))[0]
	refund := s.unsubscribe("2026-03-20", UnsubscribeAll, r)
	wantAmount(t, "refund", refund.Amount, "0")
	_, err := Renew(s.book(), Renewal{CustomerID: customer1, At: at("2026-03-09"), ResourceIDs: []string{r.ID}, Period: months(1)}, []*Resource{r})
	wantRefusal(t, err, CodeNotRenewable, "/resource_ids/0")
	_, err = Change(s.book(), SpecChange{CustomerID: customer1, At: at("2026-03-09"), NewSpec: "x"}, r)
	wantRefusal(t, err, CodeResourceExpired, "/resource_id")
}
