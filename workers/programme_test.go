package workers

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
)

// A programme tells the life of one partner in it, over the database and in
// memory, in batches of random size and now and then by a new process.
type programme struct {
	*history
	w   *world
	rng *rand.Rand
	n   int
}

const programmePartner = "P100"

func (p *programme) tell(data events.Data, subject string) {
	p.t.Helper()
	p.n++
	p.add(programmePartner, fmt.Sprintf("told/%d", p.n), subject, data)
}

// flush has everything decided that was told since.
func (p *programme) flush() {
	p.t.Helper()
	batch := p.w.deliver(p.take())
	for len(batch) > 0 {
		n := min(1+p.rng.IntN(7), len(batch))
		p.w.process(batch[:n]...)
		batch = batch[n:]
		if p.rng.IntN(3) == 0 {
			p.w.restart()
		}
	}
}

func (p *programme) job(name string, month time.Month, year, day int) {
	p.t.Helper()
	p.fire(name, time.Date(year, month, day, 2, 0, 0, 0, shanghai))
	p.flush()
}

// issue has every bill that can be confirmed issued.
func (p *programme) issue() {
	p.t.Helper()
	for _, id := range p.w.memory.Partners[programmePartner].Bills.IDs() {
		act := events.BillAction{BillID: id, Actor: "test"}
		p.tell(&events.BillConfirmed{BillAction: act}, id)
		p.tell(&events.BillApproved{BillAction: act}, id)
	}
	p.flush()
}

// request applies for everything by a method and approves it.
func (p *programme) request(id, method string) {
	p.t.Helper()
	p.tell(&events.PaymentRequestSubmitted{PaymentRequestID: id, All: true, Currency: "CNY", Association: "resale", Method: method, Actor: "test"}, id)
	p.tell(&events.PaymentRequestApproved{PaymentRequestAction: events.PaymentRequestAction{PaymentRequestID: id, Actor: "test"}}, id)
	p.flush()
}

func (p *programme) chances() {
	p.t.Helper()
	chance := func(id string) events.Opportunity {
		return events.Opportunity{OpportunityID: id, PartnerID: programmePartner, CustomerID: "C1", Origin: "vendor"}
	}
	announced := func(id string) events.CustomerRegistration {
		return events.CustomerRegistration{RegistrationID: id, PartnerID: programmePartner, CustomerName: "a customer", CustomerID: "N" + id}
	}
	for _, id := range []string{"OP1", "OP2"} {
		p.tell(&events.OpportunityAccepted{Opportunity: chance(id)}, id) // before it is known
		p.tell(&events.OpportunityShared{Opportunity: chance(id)}, id)
		p.tell(&events.CustomerRegistrationRequested{CustomerRegistration: announced(id)}, id)
		p.tell(&events.CustomerRegistrationApproved{CustomerRegistration: announced(id)}, id)
	}
	p.tell(&events.OpportunityShared{Opportunity: chance("OP3")}, "OP3")
	p.tell(&events.OpportunityClosed{Opportunity: chance("OP1"), Outcome: "won", PolicyID: "OPP", ProjectEnd: p.at.AddDate(0, 1, 0)}, "OP1")
	p.tell(&events.CustomerAssociated{CustomerID: "NOP1", PartnerID: programmePartner, Association: "resale", Settlement: "immediate", EffectiveTime: p.at}, "NOP1")
	p.flush()
	line := events.OrderLine{LineID: "1", ResourceID: "vm-op-1", CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "sPR0", Region: "r1", PeriodType: 2, PeriodNum: 1, SubscriptionNum: 1}
	p.tell(&events.OrderPlaced{OrderID: "OP", PartnerID: programmePartner, CustomerID: "C1", AutoPay: true, OrderType: 1, OpportunityID: "OP1", Lines: []events.OrderLine{line}}, "OP")
	p.tell(&events.OrderPaid{OrderID: "OP", PartnerID: programmePartner, PaidBy: "customer"}, "OP")
	p.flush()
}

// TestProgramme: opportunities, announced customers, automatic application,
// owed invoices, coupon quotas and expiry are over the database what they are
// in memory, rows and events.
func TestProgramme(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			p := &programme{history: newHistory(t, seed, programmePartner), w: newWorld(t), rng: rand.New(rand.NewPCG(seed, 23))}
			p.w.process(p.w.deliver(p.reference("immediate", "immediate"))...)
			special := &events.IncentivePolicyPublished{PolicyID: "OPP", Version: 1, Name: "opportunities", Kind: "special", Association: "resale",
				Categories: []string{"opportunity"}, OrderKinds: []string{"new"}, Basis: "order", Period: "month", Currency: "CNY", Mode: "marginal",
				Bands: []events.RateBand{{Rate: dec("0.05")}}, CycleBy: "payment", EffectiveTime: p.at.AddDate(-1, 0, 0), MinPayment: ptr(dec("1.00"))}
			p.add(events.AllPartners, "policy/OPP", "OPP", special)
			p.chances()
			p.events = append(p.events, p.facts(40, 2)...)
			p.flush()
			p.job(decision.JobOpportunityWindows, time.March, 2026, 25)
			p.job(decision.JobCloseCycle, time.April, 2026, 1)
			p.issue()
			p.request("PR1", events.MethodAccountOwedInvoice)
			p.tell(&events.InvoiceTriggered{InvoiceID: "IV1", Trigger: "apply", Actor: "test", Direction: "to_customer", Channel: "marketplace_other", Medium: "paper",
				Amount: ptr(dec("90000.00")), Currency: "CNY", TaxRate: ptr(dec("0.06")), OrderIDs: []string{"OP"}}, "IV1")
			p.tell(&events.OrderUnsubscribed{OrderID: "U1", PartnerID: programmePartner, CustomerID: "C1", ResourceIDs: []string{"vm-op-1"}, UnsubscribeType: 1}, "U1")
			p.tell(&events.InvoiceTriggered{InvoiceID: "IV1", Trigger: "reject", Actor: "test"}, "IV1")
			p.tell(&events.PartnerEnrolled{PartnerID: programmePartner, Site: "cn", Level: "gold", Tier: 1, BusinessInfoAuthenticated: true, Certified: true,
				AutoRequest: true, AutoRequestMethod: events.MethodCouponQuota, EffectiveTime: p.at}, programmePartner)
			p.events = append(p.events, p.facts(30, 2)...)
			p.flush()
			p.job(decision.JobCloseCycle, time.May, 2026, 1)
			p.issue()
			p.job(decision.JobAutoRequest, time.May, 2026, 10)
			for _, r := range p.w.memory.Partners[programmePartner].Requests.IDs() {
				p.tell(&events.PaymentRequestApproved{PaymentRequestAction: events.PaymentRequestAction{PaymentRequestID: r, Actor: "test"}}, r)
			}
			p.events = append(p.events, p.facts(20, 2)...)
			p.flush()
			p.job(decision.JobCloseCycle, time.June, 2026, 1)
			p.issue()
			p.tell(&events.PartnerLeft{PartnerID: programmePartner, EffectiveTime: p.at}, programmePartner)
			p.job(decision.JobExpire, time.June, 2027, 5)
			p.assert()
		})
	}
}

func (p *programme) assert() {
	p.t.Helper()
	p.w.sameAsMemory()
	p.w.sameOutput()
	p.w.soundBooks()
	for what, query := range map[string]string{
		"lapsed opportunities":        `select count(*) from opportunity where state = 'rejected' and opportunity_id = 'OP3'`,
		"closed opportunities":        `select count(*) from opportunity where state = 'closed' and opportunity_id = 'OP1'`,
		"completed registrations":     `select count(*) from customer_registration where state = 'associated' and registration_id = 'OP1'`,
		"lapsed registrations":        `select count(*) from customer_registration where state = 'expired' and registration_id = 'OP2'`,
		"amounts owed":                `select count(*) from owed_invoice where amount > 0`,
		"automatic requests":          `select count(*) from payment_request where state = 'paid' and request_id <> 'PR1'`,
		"refused marketplace returns": `select count(*) from input where event_id like 'told/%' and type = 'order.unsubscribed.v1' and code = 'invoice_unreturned'`,
	} {
		if n := p.w.count(query); n != 1 {
			p.t.Errorf("%d %s, want one", n, what)
		}
	}
	if n := p.w.count(`select count(*) from incentive_bill where state = 'expired'`); n == 0 {
		p.t.Error("no bill expired")
	}
}
