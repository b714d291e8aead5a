package decision_test

import (
	"testing"

	"github.com/accruald/accruald/events"
)

func (s *story) unsubscribe(id, customer, resource string) {
	s.t.Helper()
	s.add("unsubscribed/"+id, id, &events.OrderUnsubscribed{OrderID: id, PartnerID: "P100", CustomerID: customer, ResourceIDs: []string{resource}, UnsubscribeType: 1})
	s.tell()
}

// The quota of the five-day rule is judged once, when the return is decided:
// not while it waits for the resource, not again when the chain folds again,
// and not by a return that is refused.
func TestFiveDayQuota(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	used := func(what string, want int) {
		t.Helper()
		got := 0
		if a := s.partner().Allowances.Get("C1/2026"); a != nil {
			got = a.Used
		}
		if got != want {
			t.Errorf("%s: %d of the quota are used, want %d", what, got, want)
		}
	}
	s.on(3, 4, 9).unsubscribe("U1", "C1", "vm-1")
	if in := s.input("unsubscribed/U1"); in.FiveDay != nil {
		t.Errorf("judged while it waits: %v", *in.FiveDay)
	}
	used("while it waits", 0)
	s.on(3, 3, 9).place("O1", "C1", "vm-1")
	s.on(3, 3, 10).paid("O1")
	used("returned", 1)
	if in := s.input("unsubscribed/U1"); in.FiveDay == nil || !*in.FiveDay {
		t.Errorf("the return is judged %v", in.FiveDay)
	}
	if got := s.partner().Orders.Get("U1").Refund.Amount; !got.Equal(dec("423")) {
		t.Errorf("refund %s, want everything", got)
	}
	s.on(3, 4, 10).unsubscribe("U2", "C1", "vm-1")
	if s.rejected() == nil {
		t.Error("returned twice")
	}
	used("a refused return", 1)
	s.on(3, 3, 11).add("adjusted", "O1", &events.OrderPriceAdjusted{OrderID: "O1", PartnerID: "P100", DiscountID: "A1", AmountOff: ptr(dec("1.00"))})
	s.tell()
	used("folded again", 1)
}
