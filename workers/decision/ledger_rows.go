package decision

import (
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/pricing"
	"github.com/accruald/accruald/workers/settlement"
	"github.com/accruald/accruald/workers/site"
)

// What the ledger has to show of a row: the sum, by account, of all postings
// of its fact, whatever they were made by. It is told from the row alone, so
// that a comparison needs nothing of how it came about.

// Kinds of facts; a fact's name is its kind and the id of its row.
const (
	FactOrder      = "order/"
	FactDetail     = "detail/"
	FactBill       = "bill/"
	FactRequest    = "request/"
	FactRepayment  = "repayment/"
	FactAdjustment = "adjustment/"
)

// A LedgerView is what the postings of one fact come to. No lines is nothing.
type LedgerView struct {
	BillID   string
	Currency money.Currency
	Lines    []settlement.Posting
}

// LedgerOfOrder is what stands of what the order was paid with.
func LedgerOfOrder(o *Order) (LedgerView, error) {
	if !paid(o) {
		return LedgerView{}, nil
	}
	view := LedgerView{}
	if o.Quote != nil {
		view.Currency = o.Quote.Currency
	}
	tenders := make([]settlement.TenderAmount, len(o.Payment.Slices))
	for i, s := range o.Payment.Slices {
		tenders[i] = settlement.TenderAmount{Kind: string(s.Kind), Amount: s.Amount.Sub(s.Refunded)}
	}
	var err error
	view.Lines, err = settlement.PostConsumption(tenders)
	return view, err
}

// LedgerOfDetail is what a detail earned, frozen and payable.
func LedgerOfDetail(d *Detail) LedgerView {
	if d.BillID == "" {
		return LedgerView{}
	}
	return LedgerView{BillID: d.BillID, Currency: d.Currency,
		Lines: settlement.PostBillChange(settlement.Amounts{}, settlement.Amounts{}.Accrue(d.Amount, d.Frozen))}
}

// LedgerOfBill is what was taken from a bill, beside its details.
func LedgerOfBill(b *Bill) LedgerView {
	return LedgerView{BillID: b.ID, Currency: b.Currency, Lines: settlement.PostBillChange(settlement.Amounts{}, taken(b))}
}

// LedgerOfRequest is what was paid out.
func LedgerOfRequest(r *Request) (LedgerView, error) {
	if r.State != settlement.RequestPaid {
		return LedgerView{}, nil
	}
	lines, err := settlement.PostPayout(r.Amount, r.Payout, site.PaymentMethod(r.Method))
	return LedgerView{Currency: r.Currency, Lines: lines}, err
}

// LedgerOfRepayment is what was received.
func LedgerOfRepayment(r *Repayment) LedgerView {
	return LedgerView{Currency: r.Currency, Lines: settlement.PostRepayment(r.Amount)}
}

// LedgerOfAdjustment is what an adjustment of an order charges; one of a bill
// has a detail of its own.
func LedgerOfAdjustment(a *Adjustment) LedgerView {
	if a.OrderID == "" {
		return LedgerView{}
	}
	return LedgerView{Currency: a.Currency, Lines: settlement.PostOrderAdjustment(a.Amount)}
}

// BillAccounts is what all postings of a bill come to, those of its details and
// what was taken from it.
func BillAccounts(a settlement.Amounts) []settlement.Posting {
	return settlement.PostBillChange(settlement.Amounts{}, a)
}

// Resume goes on behind a posting that is not what was posted, as if it were:
// so each that is wrong is told by itself.
func (c *LedgerCheck) Resume(line *Posting) { c.No, c.Hash = line.No, line.Hash }

// Named returns the id that a detail's bill has by period, policy, association
// and currency of the detail.
func (detail *Detail) Named(partnerID string) string {
	return billID(partnerID, detail.Period, detail.PolicyID, detail.Association, detail.Currency)
}

// Named returns the id that the bill has by what it is of.
func (b *Bill) Named(partnerID string) string {
	return billID(partnerID, b.Period, b.PolicyID, b.Association, b.Currency)
}

// CreditOf is what of an order was paid on credit, and what of that was given
// back: what its debt starts from. Without a payment it is nothing.
func CreditOf(o *Order) (credit, refunded decimal.Decimal) {
	if !hasCredit(o) {
		return credit, refunded
	}
	for _, s := range o.Payment.Slices {
		if isCredit(s.Kind) {
			credit, refunded = credit.Add(s.Amount), refunded.Add(s.Refunded)
		}
	}
	return credit, refunded
}

// CouponsPaid is what an order was paid with, by coupon.
func CouponsPaid(o *Order) (uses []pricing.Tender) {
	if o.Payment == nil {
		return nil
	}
	for _, t := range o.Payment.Tenders {
		if isCoupon(t.Kind) {
			uses = append(uses, t)
		}
	}
	return uses
}
