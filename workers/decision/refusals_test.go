package decision_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/pricing"
)

func tender(kind, coupon, amount string) events.Tender {
	return events.Tender{Kind: kind, CouponID: coupon, Amount: dec(amount)}
}

// coupons issues one coupon of every kind that a payment may not carry.
func (s *story) coupons() {
	from, to := s.at.AddDate(0, -1, 0), s.at.AddDate(1, 0, 0)
	for _, c := range []events.CouponIssued{
		{CouponID: "good", CustomerID: "C1", CouponType: 1, ValidTime: from, ExpireTime: to},
		{CouponID: "good2", CustomerID: "C1", CouponType: 1, ValidTime: from, ExpireTime: to},
		{CouponID: "flexi", CustomerID: "C1", CouponType: 4, ValidTime: from, ExpireTime: to},
		{CouponID: "discount", CustomerID: "C1", CouponType: 2, ValidTime: from, ExpireTime: to},
		{CouponID: "foreign", CustomerID: "C2", CouponType: 1, ValidTime: from, ExpireTime: to},
		{CouponID: "expired", CustomerID: "C1", CouponType: 1, ValidTime: from, ExpireTime: from.AddDate(0, 0, 1)},
		{CouponID: "future", CustomerID: "C1", CouponType: 1, ValidTime: to, ExpireTime: to.AddDate(1, 0, 0)},
		{CouponID: "locked", CustomerID: "C1", CouponType: 1, ValidTime: from, ExpireTime: to, LockOrderID: "OTHER"},
		{CouponID: "dollars", CustomerID: "C1", CouponType: 1, ValidTime: from, ExpireTime: to, Currency: "USD"},
	} {
		c.PartnerID, c.CouponVersion, c.FaceValue = "P100", 1, ptr(dec("20.00"))
		if c.Currency == "" {
			c.Currency = "CNY"
		}
		if c.CouponType == events.CouponDiscount {
			c.FaceValue, c.Ratio = nil, ptr(dec("0.9"))
		}
		s.add("coupon/"+c.CouponID, c.CouponID, &c)
	}
	s.tell()
}

func TestPaymentsRefused(t *testing.T) {
	t.Parallel()
	pair := func(kind, coupon string) []events.Tender {
		return []events.Tender{tender(kind, coupon, "20.00"), tender("cash", "", "403.00")}
	}
	for _, c := range []struct {
		name          string
		tenders       []events.Tender
		code, pointer string
		says          []string
	}{
		{"a discount coupon", pair("coupon", "discount"), pricing.CodeCouponNotPayable, "/data/tenders/0/coupon_id", nil},
		{"another customer's", pair("coupon", "foreign"), pricing.CodeCouponForeign, "/data/tenders/0/coupon_id", nil},
		{"an expired one", pair("coupon", "expired"), pricing.CodeCouponExpired, "/data/tenders/0/coupon_id", nil},
		{"not yet valid", pair("coupon", "future"), pricing.CodeCouponNotYetValid, "/data/tenders/0/coupon_id", nil},
		{"locked to another order", pair("coupon", "locked"), pricing.CodeCouponLocked, "/data/tenders/0/coupon_id", []string{"OTHER"}},
		{"in another currency", pair("coupon", "dollars"), pricing.CodeCouponCurrencyMismatch, "/data/tenders/0/coupon_id", nil},
		{"a flexi coupon as a cash coupon", pair("coupon", "flexi"), pricing.CodeCouponKindMismatch, "/data/tenders/0/kind", nil},
		{"a cash coupon as a flexi coupon", pair("flexi_coupon", "good"), pricing.CodeCouponKindMismatch, "/data/tenders/0/kind", nil},
		{"tenders short of the price", []events.Tender{tender("cash", "", "422.99")}, "", "", []string{"422.99", "423"}},
		{"tenders above the price", pair("coupon", "good")[:1], "", "", []string{"20", "423"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStory(t)
			s.coupons()
			s.on(3, 3, 9).place("O1", "C1", "vm-1")
			before := digestOf(t, s.m)
			s.on(3, 3, 10).paid("O1", c.tenders...)
			r := s.rejected()
			if r == nil || c.code != "" && r.Code != c.code || c.pointer != "" && r.Pointer != c.pointer || r.Retryable {
				t.Fatalf("rejected %+v, want %s at %s", r, c.code, c.pointer)
			}
			for _, word := range c.says {
				if !strings.Contains(r.Message, word) {
					t.Errorf("%q does not say %q", r.Message, word)
				}
			}
			if digestOf(t, s.m) != before {
				t.Error("a rejected payment left something behind")
			}
			s.paid("O1")
			if r := s.rejected(); r != nil {
				t.Errorf("the right payment after it: %s", r.Message)
			}
		})
	}
}

func digestOf(t *testing.T, m *decision.Memory) string {
	t.Helper()
	digest, err := m.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return digest
}

// Facts that an order or resource refuses, told one after the other.
func TestFactsRefused(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	refused := func(what, code string) {
		t.Helper()
		if r := s.rejected(); r == nil || r.Code != code {
			t.Errorf("%s: rejected %+v, want %s", what, r, code)
		}
	}
	s.on(3, 3, 8).place("O1", "C1", "vm-1")
	s.on(3, 3, 9).add("again", "O1", &events.OrderPlaced{OrderID: "O1", PartnerID: "P100", CustomerID: "C1", OrderType: 1, Lines: []events.OrderLine{
		{LineID: "1", ResourceID: "vm-9", CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "sPR0", Region: "r1", PeriodType: 2, PeriodNum: 1, SubscriptionNum: 1}}})
	s.tell()
	refused("a second placement", decision.CodeOrderExists)
	s.on(3, 3, 10).paid("O1")
	s.on(3, 3, 11).paid("O1")
	refused("a second payment", decision.CodeOrderPaid)
	s.on(3, 3, 12).place("O2", "C1", "vm-1")
	refused("a resource in use", decision.CodeResourceExists)

	s.add("renew", "R1", &events.OrderRenewed{OrderID: "R1", PartnerID: "P100", CustomerID: "C2", ResourceIDs: []string{"vm-1"}, PeriodType: 2, PeriodNum: 1})
	s.tell()
	refused("a renewal by another customer", decision.CodeResourceForeign)
	s.add("attach", "O3", &events.OrderPlaced{OrderID: "O3", PartnerID: "P100", CustomerID: "C2", OrderType: 1, Lines: []events.OrderLine{
		{LineID: "1", ResourceID: "disk-1", ParentResourceID: "vm-1", CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "sPR2", Region: "r1", PeriodType: 2, PeriodNum: 1, SubscriptionNum: 1}}})
	s.tell()
	refused("an attachment to another customer's", decision.CodeResourceForeign)
	s.add("reseller", "O4", &events.OrderPlaced{OrderID: "O4", PartnerID: "P100", CustomerID: "C2", IndirectPartnerID: "P7", OrderType: 1, Lines: []events.OrderLine{
		{LineID: "1", ResourceID: "vm-4", CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "sPR2", Region: "r1", PeriodType: 2, PeriodNum: 1, SubscriptionNum: 1}}})
	s.tell()
	refused("a reseller that the customer is not of", decision.CodeResellerForeign)

	s.on(3, 4, 9).place("O5", "C1", "vm-5")
	s.add("cancel", "O5", &events.OrderCancelled{OrderID: "O5", PartnerID: "P100"})
	s.tell()
	s.on(3, 4, 10).paid("O5")
	refused("a payment of a cancelled order", decision.CodeOrderCancelled)
	s.on(3, 5, 9).place("O6", "C1", "vm-6")
	s.on(3, 20, 9).paid("O6")
	refused("a payment after the order's validity", decision.CodeOrderExpired)

	s.repaid("RP1", "C0", "1.00", "O1")
	refused("a repayment for another customer's order", decision.CodeOrderForeign)
	s.add("repaid/usd", "RP2", &events.RepaymentReceived{RepaymentID: "RP2", PartnerID: "P100", OrderIDs: []string{"O1"}, Amount: dec("1.00"), Currency: "USD"})
	s.tell()
	refused("a repayment in another currency", decision.CodeCurrencyMix)
	s.repaid("RP3", "nobody", "1.00")
	refused("a repayment of an unknown customer", decision.CodeUnknownCustomer)
	s.repaid("RP4", "C1", "1.00")
	s.add("repaid/again", "RP4", &events.RepaymentReceived{RepaymentID: "RP4", PartnerID: "P100", Amount: decimal.New(1, 0), Currency: "CNY"})
	s.tell()
	refused("a second repayment of one id", decision.CodeRepaymentExists)
}

// A disk for a machine that nobody paid for yet waits for it, and a payment by
// an unknown coupon for the coupon.
func TestPredecessorsAreWaitedFor(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.on(3, 3, 9).place("O1", "C1", "vm-1")
	s.add("disk", "O2", &events.OrderPlaced{OrderID: "O2", PartnerID: "P100", CustomerID: "C1", AutoPay: true, OrderType: 1, Lines: []events.OrderLine{
		{LineID: "1", ResourceID: "disk-1", ParentResourceID: "vm-1", CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "sPR2", Region: "r1", PeriodType: 2, PeriodNum: 1, SubscriptionNum: 1}}})
	s.tell()
	if in := s.input("disk"); in.Status != decision.StatusWaiting || s.partner().Counters.Waiting != 1 {
		t.Fatalf("the disk is %s", in.Status)
	}
	s.on(3, 3, 10).paid("O1", tender("coupon", "late", "5.00"), tender("cash", "", "418.00"))
	if n := s.partner().Counters.Waiting; n != 2 {
		t.Fatalf("%d wait, want the disk and the payment", n)
	}
	s.add("coupon/late", "late", &events.CouponIssued{CouponID: "late", PartnerID: "P100", CustomerID: "C1", CouponType: 1, CouponVersion: 1, FaceValue: ptr(dec("5.00")),
		Currency: "CNY", ValidTime: s.at.AddDate(0, -1, 0), ExpireTime: s.at.AddDate(1, 0, 0)})
	s.tell()
	for _, id := range []string{"disk", "paid/O1/1"} {
		if in := s.input(id); in.Status != decision.StatusAccepted {
			t.Errorf("%s is %s: %v", id, in.Status, in.Rejection)
		}
	}
	if c := s.partner().Counters; c.Waiting != 0 || !c.WaitingSince.IsZero() {
		t.Errorf("still counts %d that wait since %s", c.Waiting, c.WaitingSince)
	}
}

// What waits longer than three days by arrival is rejected, what came later
// goes on waiting.
func TestWaitingEnds(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.m.Arrival = s.at
	s.paid("NEVER")
	s.m.Arrival = s.at.Add(48 * time.Hour)
	s.paid("LATER")
	s.m.Arrival = s.at.Add(72*time.Hour + time.Second)
	s.repaid("RP", "C0", "1.00")
	if r := s.rejected(); r == nil || r.Code != decision.CodePredecessorMissing || !strings.Contains(r.Message, "NEVER") {
		t.Fatalf("after three days: %+v", r)
	}
	c := s.partner().Counters
	if c.Waiting != 1 || !c.WaitingSince.Equal(s.at.Add(48*time.Hour)) {
		t.Errorf("%d wait since %s", c.Waiting, c.WaitingSince)
	}
}

// Rejections that reference data heals are decided again when it comes: the
// common one and the partner's; after three days they stay.
func TestRejectionsHeal(t *testing.T) {
	t.Parallel()
	for _, days := range []int{1, 4} {
		t.Run(fmt.Sprint(days), func(t *testing.T) {
			t.Parallel()
			s := newStory(t)
			s.m.Arrival = s.at
			s.on(3, 3, 9).place("O1", "C9", "vm-1")
			if r := s.rejected(); r == nil || r.Code != decision.CodeUnknownCustomer || !r.Retryable {
				t.Fatalf("unknown customer: %+v", r)
			}
			s.m.Arrival = s.m.Arrival.AddDate(0, 0, days)
			s.add("C9", "C9", &events.CustomerAssociated{CustomerID: "C9", PartnerID: "P100", Association: "resale", Settlement: "immediate", EffectiveTime: s.at.AddDate(-1, 0, 0)})
			s.tell()
			want := map[int]string{1: decision.StatusAccepted, 4: decision.StatusRejected}[days]
			if in := s.input("placed/O1"); in.Status != want || s.partner().Counters.Retryable != 0 {
				t.Errorf("the order is %s, want %s; %d may be retried", in.Status, want, s.partner().Counters.Retryable)
			}
		})
	}
}

// Operations have a rejection decided again, or give it up.
func TestOperationsOnRejections(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.on(3, 3, 9).place("O1", "C9", "vm-1")
	s.on(3, 3, 10).place("O2", "C9", "vm-2")
	s.add("discard", "O2", &events.RejectionDiscarded{RejectionAction: events.RejectionAction{Source: "/test", ID: "placed/O2", Actor: "test"}})
	s.add("retry", "O1", &events.RejectionRetried{RejectionAction: events.RejectionAction{Source: "/test", ID: "placed/O1", Actor: "test"}})
	s.tell()
	if r := s.rejected(); r == nil || r.ID != "placed/O1" || r.Version != 2 {
		t.Fatalf("decided again: %+v", r)
	}
	s.add("C9", "C9", &events.CustomerAssociated{CustomerID: "C9", PartnerID: "P100", Association: "resale", Settlement: "immediate", EffectiveTime: s.at.AddDate(-1, 0, 0)})
	s.tell()
	if a, b := s.input("placed/O1").Status, s.input("placed/O2").Status; a != decision.StatusAccepted || b != decision.StatusDiscarded {
		t.Errorf("the first is %s, the discarded one %s", a, b)
	}
	s.add("retry/2", "O1", &events.RejectionRetried{RejectionAction: events.RejectionAction{Source: "/test", ID: "placed/O1", Actor: "test"}})
	s.tell()
	if r := s.rejected(); r == nil || r.Code != decision.CodeRejectionUnknown {
		t.Errorf("retried what is accepted: %+v", r)
	}
}

// An event that comes again with other content is refused once for each
// content, and changes nothing.
func TestConflict(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.on(3, 3, 9).place("O1", "C1", "vm-1")
	before := digestOf(t, s.m)
	for i, customer := range []string{"C2", "C2", "C3"} {
		s.place("O1", customer, "vm-1")
		r := s.rejected()
		if again := i == 1; again != (r == nil) || r != nil && r.Code != decision.CodeConflict {
			t.Errorf("content %d: rejected %+v", i, r)
		}
	}
	if c := s.m.Counts; c.Conflicts != 2 || c.Duplicates != 1 {
		t.Errorf("counted %+v", c)
	}
	if digestOf(t, s.m) != before {
		t.Error("a conflict left something behind")
	}
}
