package decision_test

import (
	"fmt"
	"testing"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
)

// A renewal of three machines makes one chain of three, under the smallest
// name, with every key of them and every fact counted; facts of any of the
// three fold in it from then on.
func TestChainsJoin(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	for i, id := range []string{"O1", "O2", "O3"} {
		s.on(3, 3+i, 9).place(id, "C1", fmt.Sprintf("vm-%d", i+1))
		s.paid(id)
	}
	if n := len(s.partner().Chains.IDs()); n != 3 {
		t.Fatalf("%d chains, want three", n)
	}
	s.on(3, 10, 9).add("renewed/R1", "R1", &events.OrderRenewed{OrderID: "R1", PartnerID: "P100", CustomerID: "C1", AutoPay: true,
		ResourceIDs: []string{"vm-1", "vm-2", "vm-3"}, PeriodType: 2, PeriodNum: 1})
	s.tell()
	chains := s.partner().Chains.All()
	if len(chains) != 1 || chains[0].ID != "o/O1" || len(chains[0].Keys) != 7 || chains[0].Size != 7 {
		t.Fatalf("joined to %+v", chains)
	}
	for _, k := range chains[0].Keys {
		if of := s.partner().ChainOf.Get(k); of == nil || of.ChainID != "o/O1" {
			t.Errorf("key %s is of chain %v", k, of)
		}
	}
	s.on(3, 11, 9).paid("R1")
	in := digestOf(t, s.m)

	late := newStory(t)
	late.on(3, 10, 9).add("renewed/R1", "R1", &events.OrderRenewed{OrderID: "R1", PartnerID: "P100", CustomerID: "C1", AutoPay: true,
		ResourceIDs: []string{"vm-1", "vm-2", "vm-3"}, PeriodType: 2, PeriodNum: 1})
	late.tell()
	late.on(3, 11, 9).n = 3 // the same event ids as above
	late.paid("R1")
	late.n = 0
	for i, id := range []string{"O1", "O2", "O3"} {
		late.on(3, 3+i, 9).place(id, "C1", fmt.Sprintf("vm-%d", i+1))
		late.paid(id)
	}
	if digestOf(t, late.m) != in {
		t.Errorf("the renewal first ends otherwise:\n%s", difference(t, s.m, late.m))
	}
}

// An earlier fact that makes a rejected one good, and one that makes an
// accepted one wrong: what the later facts come to is decided again.
func TestEarlierFactDecidesLaterOnesAgain(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.on(3, 3, 9).place("O1", "C1", "vm-1")
	s.on(3, 3, 11).paid("O1", tender("cash", "", "415.99"))
	if r := s.rejected(); r == nil {
		t.Fatal("a payment that does not sum is accepted")
	}
	s.on(3, 3, 10).add("adjusted", "O1", &events.OrderPriceAdjusted{OrderID: "O1", PartnerID: "P100", DiscountID: "A1", AmountOff: ptr(dec("54.01"))})
	s.tell()
	if in := s.input("paid/O1/1"); in.Status != decision.StatusAccepted || in.Rejection != nil {
		t.Fatalf("after the adjustment the payment is %s: %v", in.Status, in.Rejection)
	}
	s.on(3, 3, 10).add("cancelled", "O1", &events.OrderCancelled{OrderID: "O1", PartnerID: "P100"})
	s.tell()
	in := s.input("paid/O1/1")
	if in.Status != decision.StatusRejected || in.Rejection.Code != decision.CodeOrderCancelled {
		t.Fatalf("after the cancellation the payment is %s: %v", in.Status, in.Rejection)
	}
	if r := s.rejected(); r == nil || r.ID != "paid/O1/1" {
		t.Errorf("the rejection is not told: %+v", r)
	}
	if n := len(s.partner().Bills.IDs()); n != 0 {
		t.Errorf("%d bills are left of an order nobody paid", n)
	}
}
