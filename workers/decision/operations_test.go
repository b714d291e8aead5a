package decision_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/settlement"
	"github.com/accruald/accruald/workers/site"
)

// An operator makes random steps of settlement on what stands in an engine:
// sensible ones most of the time.
type operator struct {
	*history
	m           *decision.Memory
	decideFirst func(*events.Event) // sees each event before it is folded
}

// fold folds what the history has gathered since.
func (o *operator) fold(see func(*events.Event, []events.Out)) {
	o.t.Helper()
	for _, ev := range o.events {
		if o.decideFirst != nil {
			o.decideFirst(ev)
		}
		outs := mustFold(o.t, o.m, ev)
		see(ev, outs)
	}
	o.events = nil
}

func pickOf[T any](h *history, list []T) (v T) {
	if len(list) == 0 {
		return v
	}
	return list[h.rng.IntN(len(list))]
}

func (o *operator) bill() string {
	b := pickOf(o.history, o.m.Partners["P100"].Bills.All())
	if b == nil {
		return "nobill"
	}
	return b.ID
}

func (o *operator) act() {
	act := events.BillAction{BillID: o.bill(), Actor: "test"}
	step := o.rng.IntN(14)
	if b := o.m.Partners["P100"].Bills.Get(act.BillID); b != nil && step < 5 {
		step = map[settlement.BillState]int{settlement.BillPendingConfirmation: 0, settlement.BillIssuing: 2}[b.State]
	}
	switch step {
	case 0, 1:
		o.add(o.id("confirm"), act.BillID, &events.BillConfirmed{BillAction: act})
	case 2, 3, 4:
		o.add(o.id("approve"), act.BillID, &events.BillApproved{BillAction: act})
	case 5:
		o.add(o.id("dispute"), act.BillID, &events.BillDisputed{BillAction: act})
	case 6:
		o.add(o.id("resolve"), act.BillID, &events.BillDisputeResolved{BillAction: act})
	case 7:
		o.add(o.id("reject"), act.BillID, &events.BillRejected{BillAction: act})
	default:
		o.fire(o.job(), o.at.Add(time.Hour))
	}
}

func (o *operator) job() string {
	return pickOf(o.history, []string{decision.JobCloseCycle, decision.JobAutoConfirm, decision.JobReleaseHolds, decision.JobAutoRenew, decision.JobSettleUsage, decision.JobExpire,
		decision.JobAutoRequest, decision.JobOpportunityWindows})
}

func (o *operator) request() {
	id := o.id("PR")
	data := &events.PaymentRequestSubmitted{PaymentRequestID: id, Actor: "test",
		Method: pickOf(o.history, []string{events.MethodCouponQuota, events.MethodAccountOwedInvoice, events.MethodBankTransfer})}
	if o.rng.IntN(2) == 0 {
		data.All, data.Currency, data.Association = true, "CNY", "resale"
	} else {
		data.BillIDs = []string{o.bill()}
		if data.Method == events.MethodBankTransfer {
			data.All, data.Currency, data.Association, data.BillIDs = true, "CNY", "referral", nil
		}
	}
	o.add("submit/"+id, id, data)
}

func (o *operator) requestStep() {
	r := pickOf(o.history, o.m.Partners["P100"].Requests.All())
	if r == nil {
		return
	}
	act := events.PaymentRequestAction{PaymentRequestID: r.ID, Actor: "test"}
	var data events.Data
	switch o.rng.IntN(7) {
	case 0, 1, 2:
		data = &events.PaymentRequestApproved{PaymentRequestAction: act}
	case 3:
		data = &events.PaymentRequestRejected{PaymentRequestAction: act}
	case 4:
		data = &events.PaymentRequestCancelled{PaymentRequestAction: act}
	case 5:
		data = &events.PaymentRequestPaid{PaymentRequestAction: act}
	default:
		data = &events.PaymentRequestFailed{PaymentRequestAction: act}
	}
	o.add(o.id("request-step"), r.ID, data)
}

func (o *operator) invoice() {
	p := o.m.Partners["P100"]
	invoice := pickOf(o.history, p.Invoices.All())
	if r := pickOf(o.history, p.Requests.All()); r != nil && (invoice == nil || o.rng.IntN(3) == 0) {
		id, rate := o.id("IV"), dec("0.06")
		o.add("invoice/"+id, id, &events.InvoiceTriggered{InvoiceID: id, Trigger: "apply", Actor: "test", Amount: &r.Payout, Direction: "to_vendor", Channel: "vendor",
			Medium: "electronic", Currency: "CNY", TaxRate: &rate, PaymentRequestID: r.ID})
		return
	}
	if invoice == nil {
		return
	}
	trigger := pickOf(o.history, []string{"approve", "approve", "issue", "issue", "cancel", "reject", "return_request", "return_done", "return_refuse"})
	o.add(o.id("invoice-step"), invoice.ID, &events.InvoiceTriggered{InvoiceID: invoice.ID, Trigger: trigger, Actor: "test"})
}

// run makes a quarter of facts, some of them late, with settlement between.
func (o *operator) run(steps int, see func(*events.Event, []events.Out)) {
	o.t.Helper()
	o.reference()
	o.fold(see)
	var late []*events.Event
	calm := func(i int) bool { return i%20 > 13 } // no new facts: what there is settles
	for i := range steps {
		do := o.rng.IntN(8)
		if calm(i) {
			do = 3 + o.rng.IntN(4)
		}
		switch do {
		case 0, 1, 2:
			o.facts(1 + o.rng.IntN(3))
			if o.rng.IntN(5) == 0 {
				late, o.events = append(late, o.events...), nil
			}
		case 3:
			o.act()
		case 4:
			o.request()
		case 5:
			o.requestStep()
		case 6:
			o.invoice()
		default:
			o.holding()
		}
		if i%9 == 4 {
			o.couponStep()
		}
		if o.rng.IntN(8) == 0 {
			o.programme()
		}
		if i%20 == 13 {
			id := o.id("RP")
			o.add("repayment/"+id, id, &events.RepaymentReceived{RepaymentID: id, PartnerID: "P100", Amount: dec("9000.00"), Currency: "CNY"})
			o.calm()
			o.fire(decision.JobCloseCycle, o.at.AddDate(0, 0, 31))
			o.fire(decision.JobReleaseHolds, o.at.AddDate(0, 0, 1))
		}
		if o.rng.IntN(8) == 0 {
			o.rng.Shuffle(len(late), func(i, j int) { late[i], late[j] = late[j], late[i] })
			o.events, late = append(o.events, late...), nil
		}
		o.fold(see)
	}
}

// checkFrozen adds what was told as frozen and released by bill, compares it
// with the bills, and counts those with money covered that is not there.
func checkFrozen(t *testing.T, m *decision.Memory, frozen map[string]decimal.Decimal, outs []events.Out) (uncovered int) {
	t.Helper()
	for _, out := range outs {
		switch d := out.Data.(type) {
		case *events.IncentiveFrozen:
			frozen[d.BillID] = frozen[d.BillID].Add(d.Amount.Decimal)
		case *events.IncentiveReleased:
			frozen[d.BillID] = frozen[d.BillID].Sub(d.Amount.Decimal)
		}
	}
	p := m.Partners["P100"]
	if p == nil {
		return 0
	}
	for _, b := range p.Bills.All() {
		if !b.Uncovered.IsZero() {
			uncovered++
		}
		if !frozen[b.ID].Equal(b.Amounts.Frozen) {
			t.Fatalf("events freeze %s of bill %s, the bill %s, uncovered %s", frozen[b.ID], b.ID, b.Amounts.Frozen, b.Uncovered)
		}
	}
	return uncovered
}

func structured(t *testing.T, out events.Out) []byte {
	t.Helper()
	line, err := out.Structured()
	if err != nil {
		t.Fatal(err)
	}
	return line
}

// replay folds the same events again and compares what goes out, byte by byte.
func replay(t *testing.T, inputs []*events.Event, published [][]byte) {
	t.Helper()
	m := decision.NewMemory(site.Default())
	i := 0
	for _, ev := range inputs {
		for _, out := range mustFold(t, m, ev) {
			if line := structured(t, out); i >= len(published) || !bytes.Equal(line, published[i]) {
				t.Fatalf("%s: a replay says otherwise: %s", ev.ID, line)
			}
			i++
		}
	}
	if i != len(published) {
		t.Fatalf("a replay says %d of %d", i, len(published))
	}
}
