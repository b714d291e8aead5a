package sample

import (
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/settlement"
)

// methods are how the partners that apply by hand are paid for their bills of each association.
var methods = []struct{ partner, association, method string }{
	{partnerShanghai, "resale", events.MethodCouponQuota},
	{partnerShanghai, "referral", events.MethodBankTransfer},
	{partnerShanghai, "none", events.MethodAccountTopUp},
	{partnerHangzhou, "resale", events.MethodAccountOwedInvoice},
	{partnerHangzhou, "referral", events.MethodAccountTopUp},
}

// request applies for all that can be applied for. In the first round everything is paid; in the second, requests stop
// at different places.
func (q *quarter) request(at time.Time) {
	for i, m := range methods {
		if !q.applicable(m.partner, m.association) {
			continue
		}
		id := fmt.Sprintf("PR-%s-%s-%s", m.partner, m.association, at.Format("0102"))
		q.ask(m.partner, id, "partners", at, &events.PaymentRequestSubmitted{PaymentRequestID: id, All: true,
			Currency: currencyOf(m.partner), Association: m.association, Method: m.method, Actor: actorFinance})
		first := at.Month() == time.February
		if !first && i == len(methods)-1 {
			continue // nobody has looked at it yet
		}
		q.later(at.Add(time.Duration(30+i)*time.Minute), func(at time.Time) { q.review(m.partner, id, first, i, at) })
	}
}

// reviewOwn answers the applications that were made by themselves.
func (q *quarter) reviewOwn(at time.Time) {
	for i, request := range q.engine.Partners[partnerSingapore].Requests.All() {
		if request.State == settlement.RequestProcessing {
			q.later(at.Add(time.Duration(30+i)*time.Minute), func(at time.Time) {
				q.review(partnerSingapore, request.ID, at.Month() == time.February, i, at)
			})
		}
	}
}

// applicable says whether some issued bill of an association has something left to apply for.
func (q *quarter) applicable(partner, association string) bool {
	sum := decimal.Zero
	for _, bill := range q.inState(partner, settlement.BillIssued) {
		if bill.Association == association {
			sum = sum.Add(bill.Amounts.Payable)
		}
	}
	return sum.GreaterThan(decimal.NewFromInt(100))
}

func (q *quarter) ask(partner, id, who string, at time.Time, data events.Data) {
	q.emit(fact{source: "/" + who + "/" + siteOf(partner), id: id + "/" + at.Format("0102T1504"), subject: id, partner: partner, at: at, data: data})
}

func action(id, reason string) events.PaymentRequestAction {
	return events.PaymentRequestAction{PaymentRequestID: id, Actor: actorOperations, Reason: reason}
}

// review approves a request, or cancels one of the second round, and has it invoiced where the method needs that.
func (q *quarter) review(partner, id string, first bool, place int, at time.Time) {
	if !first && place == 3 {
		q.ask(partner, id, "operations", at, &events.PaymentRequestRejected{PaymentRequestAction: action(id, "the account has changed")})
		return
	}
	q.ask(partner, id, "operations", at, &events.PaymentRequestApproved{PaymentRequestAction: action(id, "")})
	request := q.engine.Partners[partner].Requests.Get(id)
	if request == nil || request.State != settlement.RequestAwaitingInvoice || !first && place == 5 {
		return
	}
	invoice := "INV-" + strings.TrimPrefix(id, "PR-")
	rate := decimal.RequireFromString("0.06")
	apply := &events.InvoiceTriggered{InvoiceID: invoice, Trigger: events.InvoiceApply, Actor: actorFinance, Amount: &request.Payout,
		Direction: "to_vendor", Channel: "vendor", Medium: "electronic", Currency: currencyOf(partner), TaxRate: &rate, PaymentRequestID: id}
	q.invoice(partner, at.Add(time.Hour), apply)
	q.later(at.Add(26*time.Hour), func(at time.Time) {
		q.invoice(partner, at, &events.InvoiceTriggered{InvoiceID: invoice, Trigger: "approve", Actor: actorOperations})
		q.invoice(partner, at.Add(time.Hour), &events.InvoiceTriggered{InvoiceID: invoice, Trigger: "issue", Actor: actorOperations})
		if first {
			q.later(at.Add(2*time.Hour), func(at time.Time) {
				q.ask(partner, id, "operations", at, &events.PaymentRequestApproved{PaymentRequestAction: action(id, "")})
			})
			q.later(at.Add(3*time.Hour), func(at time.Time) {
				q.ask(partner, id, "operations", at, &events.PaymentRequestPaid{PaymentRequestAction: action(id, "")})
			})
		}
	})
}

func (q *quarter) invoice(partner string, at time.Time, data *events.InvoiceTriggered) {
	q.later(at, func(at time.Time) {
		q.emit(fact{source: "/invoices/" + siteOf(partner), id: data.InvoiceID + "/" + data.Trigger, subject: data.InvoiceID, partner: partner, at: at, data: data})
	})
}

// paths are what becomes of the customers' invoices, in turn; one path for each medium that has it.
var paths = []struct {
	medium   string
	triggers []string
}{
	{"electronic", []string{"approve", "issue"}},
	{"electronic", nil},
	{"electronic", []string{"reject"}},
	{"paper", []string{"approve", "issue"}},
	{"paper", []string{"approve", "issue", "sign"}},
	{"digital", []string{"approve", "issue", "return_request", "return_done"}},
	{"paper", []string{"approve", "cancel", "cancel_refuse"}},
	{"electronic", []string{"approve"}},
	{"digital", []string{"approve", "issue", "return_request"}},
	{"electronic", []string{"cancel"}},
}

// invoicesEach is how many invoices each partner's customers ask for in a month.
const invoicesEach = 5

// invoiceCustomers has some of the month's settled orders invoiced to the customers. A partner that owes invoices chooses
// orders for more than that.
func (q *quarter) invoiceCustomers(at time.Time) {
	for _, partner := range partners {
		owed, chosen, made := q.owedInvoices(partner), choice{}, 0
		for _, order := range q.engine.Partners[partner].Orders.All() {
			if made == invoicesEach || order.Payment == nil || q.billed[order.ID] || order.Kind != "new" ||
				!order.Payment.Charge.Amount.IsPositive() || !owed.IsPositive() && q.chance(80) {
				continue
			}
			q.billed[order.ID] = true
			chosen.orders, chosen.amount = append(chosen.orders, order.ID), chosen.amount.Add(order.Payment.Charge.Amount)
			if chosen.amount.GreaterThan(owed) {
				q.invoiceCustomer(partner, chosen, at)
				owed, chosen, made = decimal.Zero, choice{}, made+1
			}
		}
	}
}

// A choice is the orders of one invoice.
type choice struct {
	orders []string
	amount decimal.Decimal
}

// owedInvoices is what a partner owes in invoices for what was paid into its account.
func (q *quarter) owedInvoices(partner string) (sum decimal.Decimal) {
	for _, owed := range q.engine.Partners[partner].OwedInvoices.All() {
		sum = sum.Add(owed.Amount)
	}
	return sum
}

// invoiceCustomer applies for an invoice, and takes it along one of the paths.
func (q *quarter) invoiceCustomer(partner string, chosen choice, at time.Time) {
	rate := decimal.RequireFromString("0.06")
	q.invoices++
	id, path := "INV-"+chosen.orders[0], paths[q.invoices%len(paths)]
	q.invoice(partner, at, &events.InvoiceTriggered{InvoiceID: id, Trigger: events.InvoiceApply, Actor: actorFinance,
		Amount: &chosen.amount, Direction: "to_customer", Channel: "vendor", Medium: path.medium,
		Currency: currencyOf(partner), TaxRate: &rate, OrderIDs: chosen.orders})
	for n, trigger := range path.triggers {
		q.invoice(partner, at.Add(time.Duration(n+1)*3*time.Hour), &events.InvoiceTriggered{InvoiceID: id, Trigger: trigger, Actor: actorOperations})
	}
}
