package decision_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

// A story tells a few events by hand: partner P100, customers C0 (credit), C1
// (immediate), C2 (monthly) and C3 (referral), products at 470, 869 and 33.33 a
// month, a policy of 8 percent on every order.
type story struct {
	*history
	m    *decision.Memory
	last []events.Out // of the last event
	all  []events.Out
}

func newStory(t *testing.T) *story {
	t.Helper()
	return newStoryAt(t, "cn")
}

func newStoryAt(t *testing.T, code string) *story {
	t.Helper()
	s := &story{history: newHistory(t, 0, time.Date(2026, 3, 2, 9, 0, 0, 0, shanghai)), m: decision.NewMemory(site.Default())}
	s.flat, s.site = true, code
	s.reference()
	s.tell()
	return s
}

// tell folds what was added since, holding every law after each event.
func (s *story) tell() {
	s.t.Helper()
	for _, ev := range s.events {
		s.last = mustFold(s.t, s.m, ev)
		s.all = append(s.all, s.last...)
		check(s.t, s.m, ev)
	}
	s.events = nil
}

func (s *story) on(month time.Month, day, hour int) *story {
	s.at = time.Date(2026, month, day, hour, 0, 0, 0, shanghai)
	return s
}

func (s *story) place(id, customer, resource string) {
	s.t.Helper()
	s.add("placed/"+id, id, &events.OrderPlaced{OrderID: id, PartnerID: "P100", CustomerID: customer, AutoPay: true, OrderType: 1, Lines: []events.OrderLine{
		{LineID: "1", ResourceID: resource, CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "sPR0", Region: "r1", PeriodType: 2, PeriodNum: 1, SubscriptionNum: 1}}})
	s.tell()
}

func (s *story) paid(id string, tenders ...events.Tender) {
	s.t.Helper()
	s.add(s.id("paid/"+id+"/"), id, &events.OrderPaid{OrderID: id, PartnerID: "P100", PaidBy: "customer", Tenders: tenders})
	s.tell()
}

func (s *story) repaid(id, customer, amount string, orders ...string) {
	s.t.Helper()
	s.add("repaid/"+id, id, &events.RepaymentReceived{RepaymentID: id, PartnerID: "P100", CustomerID: customer, OrderIDs: orders, Amount: dec(amount), Currency: "CNY"})
	s.tell()
}

func (s *story) run(job string) {
	s.t.Helper()
	s.fire(job, s.at)
	s.tell()
}

func (s *story) partner() *decision.Partner { return s.m.Partners["P100"] }

// input returns an input by its id.
func (s *story) input(id string) *decision.Input {
	s.t.Helper()
	in := s.partner().Inputs.Get(decision.InputID("/test", id))
	if in == nil {
		s.t.Fatalf("no input %s", id)
	}
	return in
}

// rejected returns what the last event was rejected for.
func (s *story) rejected() *events.EventRejected {
	for _, o := range s.last {
		if r, ok := o.Data.(*events.EventRejected); ok {
			return r
		}
	}
	return nil
}

// bill returns the only bill of a cycle and association.
func (s *story) bill(cycle, association string) *decision.Bill {
	s.t.Helper()
	var found *decision.Bill
	for _, b := range s.partner().Bills.All() {
		if string(b.Cycle) == cycle && b.Association == association {
			if found != nil {
				s.t.Fatalf("two bills of %s", cycle)
			}
			found = b
		}
	}
	if found == nil {
		s.t.Fatalf("no bill of %s", cycle)
	}
	return found
}

// amounts shows a bill's amounts on one line.
func amounts(b *decision.Bill) string {
	a := b.Amounts
	return fmt.Sprintf("total %s frozen %s payable %s requested %s paid %s, uncovered %s", a.Total, a.Frozen, a.Payable, a.Requested, a.PaidOut, b.Uncovered)
}

func (s *story) issue(b *decision.Bill) {
	s.t.Helper()
	act := events.BillAction{BillID: b.ID, Actor: "test"}
	s.add(s.id("confirm"), b.ID, &events.BillConfirmed{BillAction: act})
	s.add(s.id("approve"), b.ID, &events.BillApproved{BillAction: act})
	s.tell()
}

func (s *story) submit(id string, bill *decision.Bill) {
	s.t.Helper()
	s.add("submit/"+id, id, &events.PaymentRequestSubmitted{PaymentRequestID: id, BillIDs: []string{bill.ID}, Method: events.MethodCouponQuota, Actor: "test"})
	s.tell()
}
