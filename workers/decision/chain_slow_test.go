//go:build slow

package decision_test

import (
	"testing"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
)

// A chain that is full refuses what would make it longer, and stays as it is.
func TestChainTooLong(t *testing.T) {
	t.Parallel()
	const factsMax = 1000
	s := newStory(t)
	s.on(3, 3, 9).place("O1", "C1", "vm-1")
	s.on(3, 3, 10)
	for range factsMax - 1 {
		s.add(s.id("wrong"), "O1", &events.OrderPaid{OrderID: "O1", PartnerID: "P100", PaidBy: "customer", Tenders: []events.Tender{{Kind: "cash", Amount: dec("1.00")}}})
	}
	for _, ev := range s.events {
		mustFold(t, s.m, ev)
	}
	s.events = nil
	for range 2 {
		s.paid("O1")
		if r := s.rejected(); r == nil || r.Code != decision.CodeChainTooLong || r.Retryable {
			t.Fatalf("fact %d: %+v", factsMax+1, r)
		}
	}
	if size := s.partner().Chains.All()[0].Size; size != factsMax {
		t.Errorf("the chain counts %d facts, want %d", size, factsMax)
	}
}
