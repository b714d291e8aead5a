package decision_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/settlement"
)

// refusalCode is the code of a machine's refusal, "" for an edge.
func refusalCode(t *testing.T, err error) string {
	t.Helper()
	var refusal *settlement.Refusal
	if err != nil && !errors.As(err, &refusal) {
		t.Fatal(err)
	}
	if refusal == nil {
		return ""
	}
	return refusal.Code
}

// A way brings a story's thing into one state of its machine.
type way struct {
	state string
	reach func(*story)
}

// totality tries triggers on every state of a machine through the decider. An
// edge leads where the table says; everything else is refused by name, with an
// event that says so, and leaves the digest as it was.
type totality struct {
	ways     []way
	triggers []string
	state    func(*story) string
	fire     func(s *story, trigger string) (code string)
	next     func(from, trigger string) (to string, err error)
}

func (c totality) run(t *testing.T) {
	t.Helper()
	for _, w := range c.ways {
		t.Run(w.state, func(t *testing.T) {
			t.Parallel()
			begin := func() *story {
				s := newStory(t)
				w.reach(s)
				expect(t, "reached", c.state(s), w.state)
				return s
			}
			s := begin()
			for _, trigger := range c.triggers {
				to, err := c.next(w.state, trigger)
				want := refusalCode(t, err)
				before := digestOf(t, s.m)
				expect(t, trigger, c.fire(s, trigger), want)
				if want == "" {
					expect(t, "state after "+trigger, c.state(s), to)
					s = begin()
					continue
				}
				expect(t, "state after the refusal of "+trigger, c.state(s), w.state)
				if r := s.rejected(); len(s.last) != 1 || r == nil || r.Message == "" || r.Pointer == "" || r.Retryable {
					t.Errorf("%s is told as %+v", trigger, s.last)
				}
				if digestOf(t, s.m) != before {
					t.Errorf("the refusal of %s left something behind", trigger)
				}
			}
		})
	}
}

// covers holds that the ways reach every state of a table.
func (c totality) covers(t *testing.T, table settlement.Table) {
	t.Helper()
	for _, state := range table.States {
		if !slices.ContainsFunc(c.ways, func(w way) bool { return w.state == state }) {
			t.Errorf("no story comes to state %s of %s", state, table.Name)
		}
	}
}

func (s *story) billAct(trigger string, act events.BillAction) string {
	s.t.Helper()
	act.Actor = "test"
	var data events.Data
	switch settlement.BillTrigger(trigger) {
	case settlement.BillConfirm:
		data = &events.BillConfirmed{BillAction: act}
	case settlement.BillDispute:
		data = &events.BillDisputed{BillAction: act}
	case settlement.BillResolve:
		data = &events.BillDisputeResolved{BillAction: act}
	case settlement.BillApprove:
		data = &events.BillApproved{BillAction: act}
	case settlement.BillReject:
		data = &events.BillRejected{BillAction: act}
	default:
		s.t.Fatalf("no event has the trigger %s", trigger)
	}
	s.add(s.id("bill/"), act.BillID, data)
	s.tell()
	return s.code()
}

// billWays bring March's resale bill of one cash order into every state.
func billWays() []way {
	march := billOf("2026-03", "POL", "resale")
	act := func(trigger settlement.BillTrigger) func(*story) {
		return func(s *story) { s.billAct(string(trigger), events.BillAction{BillID: march}) }
	}
	steps := []func(*story){
		func(s *story) { s.day("2026-03-05").cashOrder("O1") },
		func(s *story) { s.day("2026-04-01").run(decision.JobCloseCycle) },
		act(settlement.BillConfirm), act(settlement.BillApprove),
		func(s *story) { s.day("2026-04-10").leave(); s.day("2027-04-11").run(decision.JobExpire) },
	}
	upTo := func(n int, then ...func(*story)) func(*story) {
		return func(s *story) {
			for _, step := range slices.Concat(steps[:n], then) {
				step(s)
			}
		}
	}
	return []way{{"estimated", upTo(1)}, {"pending_confirmation", upTo(2)}, {"disputed", upTo(2, act(settlement.BillDispute))},
		{"issuing", upTo(3)}, {"issued", upTo(4)}, {"expired", upTo(5)}}
}

func TestEveryStepOfABillIsDecided(t *testing.T) {
	t.Parallel()
	march := billOf("2026-03", "POL", "resale")
	c := totality{
		ways: billWays(),
		triggers: []string{string(settlement.BillConfirm), string(settlement.BillDispute), string(settlement.BillResolve), string(settlement.BillApprove),
			string(settlement.BillReject)},
		state: func(s *story) string { return string(s.partner().Bills.Get(march).State) },
		fire: func(s *story, trigger string) string {
			s.t.Helper()
			return s.billAct(trigger, events.BillAction{BillID: march})
		},
		next: func(from, trigger string) (string, error) {
			to, err := settlement.NextBill(settlement.BillState(from), settlement.BillTrigger(trigger))
			return string(to), err
		},
	}
	c.covers(t, settlement.BillTable())
	c.run(t)
}

// Runs take along only the bills that are in the state they are for.
func TestRunsLeaveOtherBillsAlone(t *testing.T) {
	t.Parallel()
	march := billOf("2026-03", "POL", "resale")
	for _, w := range billWays() {
		for job, trigger := range map[string]settlement.BillTrigger{decision.JobCloseCycle: settlement.BillPeriodClosed,
			decision.JobAutoConfirm: settlement.BillDeadlinePassed, decision.JobExpire: settlement.BillExpire} {
			t.Run(w.state+" "+job, func(t *testing.T) {
				t.Parallel()
				s := newStory(t)
				w.reach(s)
				if job == decision.JobExpire && w.state != "expired" {
					s.day("2026-04-10").leave()
				}
				s.day("2028-04-01").run(job)
				want, err := settlement.NextBill(settlement.BillState(w.state), trigger)
				if err != nil {
					want = settlement.BillState(w.state)
				}
				expect(t, "state", string(s.partner().Bills.Get(march).State), string(want))
			})
		}
	}
}

// requestWays bring a request for a referral bill into every state; the method
// needs an invoice, except where it is paid at once.
func requestWays() []way {
	submit := func(method string) func(*story) {
		return func(s *story) {
			s.referral()
			s.request(&events.PaymentRequestSubmitted{PaymentRequestID: "PR1", All: true, Currency: "CNY", Association: "referral", Method: method})
		}
	}
	step := func(by settlement.RequestTrigger) func(*story) { return func(s *story) { s.step("PR1", by, "") } }
	invoiced := func(s *story) { s.cover("PR1", "IV1", s.partner().Requests.Get("PR1").Payout.String()) }
	all := []func(*story){submit(events.MethodBankTransfer), step(settlement.RequestApprove), invoiced, step(settlement.RequestApprove), step(settlement.RequestTransfer)}
	after := func(list ...func(*story)) func(*story) {
		return func(s *story) {
			for _, step := range list {
				step(s)
			}
		}
	}
	return []way{{"processing", after(all[:1]...)}, {"awaiting_invoice", after(all[:2]...)}, {"invoice_review", after(all[:3]...)},
		{"paying", after(all[:4]...)}, {"paid", after(all...)}, {"cancelled", after(all[0], step(settlement.RequestCancel))}}
}

func TestEveryStepOfARequestIsDecided(t *testing.T) {
	t.Parallel()
	c := totality{
		ways: requestWays(),
		triggers: []string{string(settlement.RequestSubmit), string(settlement.RequestApprove), string(settlement.RequestReject), string(settlement.RequestCancel),
			string(settlement.RequestTransfer), string(settlement.RequestFail)},
		state: func(s *story) string { return string(s.partner().Requests.Get("PR1").State) },
		fire: func(s *story, trigger string) string {
			s.t.Helper()
			if trigger == string(settlement.RequestSubmit) {
				return s.request(&events.PaymentRequestSubmitted{PaymentRequestID: "PR1", All: true, Currency: "CNY", Association: "referral", Method: events.MethodBankTransfer})
			}
			return s.step("PR1", settlement.RequestTrigger(trigger), "")
		},
		next: func(from, trigger string) (string, error) {
			to, err := settlement.NextRequest(settlement.RequestState(from), settlement.RequestTrigger(trigger), settlement.RequestFacts{InvoiceNeeded: true})
			return string(to), err
		},
	}
	c.covers(t, settlement.RequestTable())
	c.run(t)
}

// invoiceWays bring an invoice of a medium into the states that it can be in.
func invoiceWays(medium string) []way {
	by := func(triggers ...string) func(*story) {
		return func(s *story) {
			s.apply("IV", "100.00", func(i *events.InvoiceTriggered) { i.Medium = medium })
			for _, trigger := range triggers {
				s.invoice("IV", trigger, nil)
			}
		}
	}
	out := []string{"approve", "issue"}
	ways := []way{{"pending_review", by()}, {"rejected", by("reject")}, {"cancelled", by("cancel")}, {"issuing", by("approve")}}
	if medium == "paper" {
		ways = append(ways, way{"cancelling", by("approve", "cancel")}, way{"issuing_cancel_failed", by("approve", "cancel", "cancel_refuse")}, way{"to_sign", by(out...)})
		out = append(out, "sign")
	}
	after := func(triggers ...string) func(*story) { return by(slices.Concat(out, triggers)...) }
	return append(ways, way{"issued", after()}, way{"returning", after("return_request")}, way{"return_refused", after("return_request", "return_refuse")},
		way{"returned", after("return_request", "return_done")})
}

func TestEveryStepOfAnInvoiceIsDecided(t *testing.T) {
	t.Parallel()
	for _, medium := range []string{"electronic", "paper", "digital"} {
		t.Run(medium, func(t *testing.T) {
			t.Parallel()
			c := totality{
				ways:     invoiceWays(medium),
				triggers: settlement.InvoiceTable().Triggers,
				state:    func(s *story) string { return s.state("IV") },
				fire: func(s *story, trigger string) string {
					s.t.Helper()
					return s.invoice("IV", trigger, func(i *events.InvoiceTriggered) {
						i.Medium = medium
						if trigger == "apply" {
							i.Amount = ptr(dec("100.00"))
						}
					})
				},
				next: func(from, trigger string) (string, error) {
					to, err := settlement.NextInvoice(settlement.InvoiceState(from), settlement.InvoiceTrigger(trigger), settlement.Medium(medium))
					return string(to), err
				},
			}
			if medium == "paper" {
				c.covers(t, settlement.InvoiceTable())
			}
			c.run(t)
		})
	}
}
