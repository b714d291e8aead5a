package decision_test

import (
	"testing"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/settlement"
)

func (s *story) invoiced(id, channel string, orders ...string) {
	s.t.Helper()
	s.add("apply/"+id, id, &events.InvoiceTriggered{InvoiceID: id, Trigger: "apply", Actor: "test", Amount: ptr(dec("423.00")), Direction: "to_customer",
		Channel: channel, Medium: "electronic", Currency: "CNY", TaxRate: ptr(dec("0.06")), OrderIDs: orders})
	s.tell()
}

func (s *story) stepInvoice(id string, triggers ...string) {
	s.t.Helper()
	for _, trigger := range triggers {
		s.add(s.id("step/"), id, &events.InvoiceTriggered{InvoiceID: id, Trigger: trigger, Actor: "test"})
		s.tell()
		s.accepted(trigger)
	}
}

// A marketplace order with an unreturned invoice to the customer cannot be
// given back; after the return it can, by a new unsubscription.
func TestMarketplaceOrderWithInvoice(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, channel string
		steps         []string
		refused       bool
	}{
		{"applied for", "marketplace_other", nil, true},
		{"issued", "marketplace_other", []string{"approve", "issue"}, true},
		{"curated", "marketplace_curated", []string{"approve", "issue"}, true},
		{"its return refused", "marketplace_other", []string{"approve", "issue", "return_request", "return_refuse"}, true},
		{"rejected", "marketplace_other", []string{"reject"}, false},
		{"returned", "marketplace_other", []string{"approve", "issue", "return_request", "return_done"}, false},
		{"of the vendor", "vendor", []string{"approve", "issue"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := bought(t)
			s.on(3, 10, 9).invoiced("I1", c.channel, "O1")
			s.stepInvoice("I1", c.steps...)
			s.on(3, 11, 9).unsubscribe("U1", "C1", "vm-1")
			if !c.refused {
				s.accepted("the unsubscription")
				return
			}
			s.refused("the unsubscription", settlement.CodeInvoiceUnreturned)
		})
	}
}

// The verdict is given once, in decision order: invoices decided later do not
// change it when the chain folds again.
func TestMarketplaceVerdictStands(t *testing.T) {
	t.Parallel()
	again := func(s *story) { // a late fact of the order
		s.on(3, 3, 9).add("adjusted", "O1", &events.OrderPriceAdjusted{OrderID: "O1", PartnerID: "P100", DiscountID: "A1", AmountOff: ptr(dec("1.00"))})
		s.tell()
	}
	t.Run("accepted", func(t *testing.T) {
		t.Parallel()
		s := bought(t)
		s.on(3, 11, 9).unsubscribe("U1", "C1", "vm-1")
		s.on(3, 12, 9).invoiced("I1", "marketplace_other", "O1")
		s.accepted("an invoice after it")
		again(s)
		if in := s.input("unsubscribed/U1"); in.Status != decision.StatusAccepted {
			t.Errorf("it is %s: %+v", in.Status, in.Rejection)
		}
	})
	t.Run("refused", func(t *testing.T) {
		t.Parallel()
		s := bought(t)
		s.on(3, 10, 9).invoiced("I1", "marketplace_other", "O1")
		s.on(3, 11, 9).unsubscribe("U1", "C1", "vm-1")
		s.stepInvoice("I1", "reject")
		again(s)
		if in := s.input("unsubscribed/U1"); in.Status != decision.StatusRejected || in.Rejection.Code != settlement.CodeInvoiceUnreturned {
			t.Errorf("it is %s", in.Status)
		}
		s.on(3, 13, 9).unsubscribe("U2", "C1", "vm-1")
		s.accepted("a new one after the invoice went")
	})
}

// An unsubscription is pending only while it waits for its resource; an
// invoice of that order is refused meanwhile.
func TestInvoiceWhileUnsubscriptionWaits(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	s.on(3, 3, 9).place("O1", "C1", "vm-1")
	s.on(3, 5, 9).unsubscribe("U1", "C1", "vm-1")
	s.on(3, 6, 9).invoiced("I1", "marketplace_other", "O1")
	s.refused("an invoice meanwhile", settlement.CodeUnsubscribePending)
	s.on(3, 4, 9).paid("O1")
	s.on(3, 6, 10).invoiced("I2", "marketplace_other", "O1")
	s.accepted("an invoice after it")
}
