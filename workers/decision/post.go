package decision

import (
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/settlement"
	"github.com/accruald/accruald/workers/site"
)

// A Posting is one line of the double-entry ledger, debit positive. The lines
// of one input and fact sum to zero. Every posting is the difference between
// what a fact came to before and after the input, so the sum over a fact and
// account is what the fact comes to, in whatever order the inputs came.
type Posting struct {
	No       int64 // gap-free per partner
	InputNo  int64 // the input that caused it
	Fact     string
	Account  string
	BillID   string
	Currency money.Currency
	Amount   decimal.Decimal
	Hash     PostingHash // of this one and all before it
}

// post writes the ledger lines of the current event.
func (d *decider) post() error {
	for _, diff := range d.Orders.differences() {
		if err := d.postOrder(diff); err != nil {
			return err
		}
	}
	for _, diff := range d.Repayments.differences() {
		if diff.before == nil {
			d.lines("repayment/"+diff.id, "", diff.after.Currency, settlement.PostRepayment(diff.after.Amount))
		} else if diff.after == nil {
			d.lines("repayment/"+diff.id, "", diff.before.Currency, settlement.PostRepayment(diff.before.Amount.Neg()))
		}
	}
	for _, diff := range d.Details.differences() {
		d.postDetail(diff)
	}
	for _, diff := range d.Adjustments.differences() {
		if a := diff.after; a.OrderID != "" {
			d.lines("adjustment/"+diff.id, "", a.Currency, settlement.PostOrderAdjustment(a.Amount))
		}
	}
	return d.postRequests()
}

// postOrder posts what an order's tenders paid, less what went back to them.
func (d *decider) postOrder(diff difference[Order]) error {
	var tenders []settlement.TenderAmount
	var currency money.Currency
	add := func(o *Order, sign int64) {
		if !paid(o) {
			return
		}
		currency = o.Quote.Currency
		for _, s := range o.Payment.Slices {
			tenders = append(tenders, settlement.TenderAmount{Kind: string(s.Kind), Amount: s.Amount.Sub(s.Refunded).Mul(decimal.NewFromInt(sign))})
		}
	}
	add(diff.before, -1)
	add(diff.after, +1)
	lines, err := settlement.PostConsumption(tenders)
	if err != nil {
		return err
	}
	d.lines("order/"+diff.id, "", currency, lines)
	return nil
}

// postDetail posts what a detail stands at in its bill, frozen and payable.
func (d *decider) postDetail(diff difference[Detail]) {
	stands := func(detail *Detail) settlement.Amounts {
		if detail == nil || detail.BillID == "" {
			return settlement.Amounts{}
		}
		return settlement.Amounts{}.Accrue(detail.Amount, detail.Frozen)
	}
	detail := diff.after
	if detail == nil {
		detail = diff.before
	}
	d.lines("detail/"+diff.id, detail.BillID, detail.Currency, settlement.PostBillChange(stands(diff.before), stands(diff.after)))
}

// postRequests posts what requests take from the bills, and what was paid.
func (d *decider) postRequests() error {
	for _, diff := range d.Bills.differences() {
		var before, after settlement.Amounts
		if diff.before != nil {
			before = taken(diff.before)
		}
		if diff.after != nil {
			after = taken(diff.after)
			d.lines("bill/"+diff.id, diff.id, diff.after.Currency, settlement.PostBillChange(before, after))
		}
	}
	for _, diff := range d.Requests.differences() {
		if diff.after.State != settlement.RequestPaid || diff.before != nil && diff.before.State == settlement.RequestPaid {
			continue
		}
		lines, err := settlement.PostPayout(diff.after.Amount, diff.after.Payout, site.PaymentMethod(diff.after.Method))
		if err != nil {
			return err
		}
		d.lines("request/"+diff.id, "", diff.after.Currency, lines)
	}
	return nil
}

// taken is what became of a bill beside its details: requested, paid out,
// expired and offset, out of what was payable, and for that not frozen.
func taken(b *Bill) settlement.Amounts {
	a := b.Amounts
	a.Total, a.Frozen = decimal.Decimal{}, b.Uncovered.Neg()
	a.Payable = decimal.Sum(a.Frozen, a.Requested, a.PaidOut, a.Expired, a.Offset).Neg()
	return a
}

func (d *decider) lines(fact, bill string, c money.Currency, lines []settlement.Posting) {
	for _, l := range lines {
		d.Counters.PostingNo++
		line := Posting{No: d.Counters.PostingNo, InputNo: d.in.No, Fact: fact, Account: l.Account, BillID: bill, Currency: c, Amount: l.Amount}
		d.Counters.PostingHash = line.chain(d.ID, d.Counters.PostingHash)
		line.Hash = d.Counters.PostingHash
		d.Postings = append(d.Postings, line)
	}
}
