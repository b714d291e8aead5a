package decision_test

import (
	"fmt"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/settlement"
)

// enrol enrols the partner anew from now on, otherwise than before.
func (s *story) enrol(change func(*events.PartnerEnrolled)) {
	s.t.Helper()
	data := &events.PartnerEnrolled{PartnerID: "P100", Site: "cn", Level: "gold", Tier: 1, BusinessInfoAuthenticated: true, Certified: true, EffectiveTime: s.at}
	change(data)
	s.add(s.id("enrol"), "P100", data)
	s.tell()
}

func (s *story) leave() {
	s.t.Helper()
	s.add(s.id("left"), "P100", &events.PartnerLeft{PartnerID: "P100", EffectiveTime: s.at})
	s.tell()
}

// day goes to a day of any year.
func (s *story) day(date string) *story {
	s.t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", date+" 09:00", shanghai)
	if err != nil {
		s.t.Fatal(err)
	}
	s.at = at
	return s
}

// earn brings a month's resale bill of some cash orders (33.84 each for 423.00)
// to issued. The month is the one of the story's time.
func (s *story) earn(orders int) *decision.Bill {
	s.t.Helper()
	start := s.at
	for range orders {
		id := s.id("O")
		s.place(id, "C1", "vm-"+id)
		s.paid(id)
	}
	s.at = time.Date(start.Year(), start.Month()+1, 1, 1, 0, 0, 0, shanghai)
	s.run(decision.JobCloseCycle)
	bill := s.bill(start.Format("2006-01"), "resale")
	s.issue(bill)
	return s.bill(start.Format("2006-01"), "resale")
}

// short shows what became of a bill.
func short(b *decision.Bill) string {
	a := b.Amounts
	return fmt.Sprintf("%s frozen %s payable %s requested %s paid %s expired %s offset %s", b.State, a.Frozen, a.Payable, a.Requested, a.PaidOut, a.Expired, a.Offset)
}

// request submits and returns the code of its refusal, "" if it stands.
func (s *story) request(data *events.PaymentRequestSubmitted) string {
	s.t.Helper()
	data.Actor = "test"
	s.add(s.id("submit/"), data.PaymentRequestID, data)
	s.tell()
	return s.code()
}

// applyAll applies for everything of resale in CNY.
func (s *story) applyAll(id, method string) string {
	s.t.Helper()
	return s.request(&events.PaymentRequestSubmitted{PaymentRequestID: id, All: true, Currency: "CNY", Association: "resale", Method: method})
}

// code is that of the last event's refusal, "" if it was accepted.
func (s *story) code() string {
	if r := s.rejected(); r != nil {
		return r.Code
	}
	return ""
}

// step takes a payment request along.
func (s *story) step(id string, by settlement.RequestTrigger, reason string) string {
	s.t.Helper()
	act := events.PaymentRequestAction{PaymentRequestID: id, Actor: "test", Reason: reason}
	var data events.Data
	switch by {
	case settlement.RequestApprove:
		data = &events.PaymentRequestApproved{PaymentRequestAction: act}
	case settlement.RequestReject:
		data = &events.PaymentRequestRejected{PaymentRequestAction: act}
	case settlement.RequestCancel:
		data = &events.PaymentRequestCancelled{PaymentRequestAction: act}
	case settlement.RequestTransfer:
		data = &events.PaymentRequestPaid{PaymentRequestAction: act}
	case settlement.RequestFail:
		data = &events.PaymentRequestFailed{PaymentRequestAction: act}
	default:
		s.t.Fatalf("no event has the trigger %s", by)
	}
	s.add(s.id("step/"), id, data)
	s.tell()
	return s.code()
}

// told returns the last event's outgoing events of one kind.
func told[D events.OutData](s *story) []D {
	var out []D
	for _, o := range s.last {
		if d, ok := o.Data.(D); ok {
			out = append(out, d)
		}
	}
	return out
}

// referral brings March's referral bill of one cash order to issued.
func (s *story) referral() *decision.Bill {
	s.t.Helper()
	s.on(3, 5, 9).place("R1", "C3", "vm-r")
	s.paid("R1")
	s.on(4, 1, 1).run(decision.JobCloseCycle)
	s.issue(s.bill("2026-03", "referral"))
	return s.bill("2026-03", "referral")
}

// invoice takes an invoice along, or applies for one with the particulars given.
func (s *story) invoice(id, trigger string, change func(*events.InvoiceTriggered)) string {
	s.t.Helper()
	data := &events.InvoiceTriggered{InvoiceID: id, Trigger: trigger, Actor: "test"}
	if trigger == events.InvoiceApply {
		data.Direction, data.Channel, data.Medium, data.Currency = "to_customer", "vendor", "electronic", "CNY"
		data.TaxRate = ptr(dec("0.06"))
	}
	if change != nil {
		change(data)
	}
	s.add(s.id("invoice/"), id, data)
	s.tell()
	return s.code()
}

// cover covers a payment request with an issued invoice to the vendor.
func (s *story) cover(request, id, amount string) {
	s.t.Helper()
	s.invoice(id, "apply", func(i *events.InvoiceTriggered) {
		i.Direction, i.PaymentRequestID, i.Amount = "to_vendor", request, ptr(dec(amount))
	})
	s.invoice(id, "approve", nil)
	s.invoice(id, "issue", nil)
}
