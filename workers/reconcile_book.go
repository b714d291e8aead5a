package workers

import (
	"context"
	"fmt"
	"hash/maphash"
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/incentive"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/reconciliation"
	"github.com/accruald/accruald/workers/settlement"
)

// book is what the rows of one partner come to together, summed while they are
// read: by bill, hold, order on credit, coupon and request. It grows with
// those and with the open lines of orders, not with the ledger.
type book struct {
	*comparing
	billRows  map[string]*decision.Bill
	named     map[string]string // bills, by what they are of
	billSums  map[string]*billSum
	coverings map[string]decimal.Decimal // by hold
	credit    map[string]creditSum       // by order
	spent     map[string]decimal.Decimal // by coupon, what orders were paid with
	issued    map[string]decimal.Decimal // by quota, face of its coupons
	givenBack map[string]decimal.Decimal // by quota, what its coupons gave back
	lines     map[[2]string]bool         // of paid orders, that no detail was seen of
	seed      maphash.Seed
	facts     map[uint64]string     // what details are of, by its hash: the detail
	taken     map[string]*billTaken // by bill, what requests take
	asked     map[string]*decision.Request
	coverOf   map[string][]settlement.CoverInvoice // by request
	offsets   map[[2]string]decimal.Decimal        // by association and currency
	repaid    *repayments
	judged    *judgements
	late      *lateness // nil where no reference data is newer than the oldest decision
}

type billSum struct {
	amount, frozen decimal.Decimal
	details        int
}

type billTaken struct{ requested, paidOut decimal.Decimal }

type creditSum struct {
	credit, refunded decimal.Decimal
	currency         money.Currency
}

func newBook(c *comparing) *book {
	return &book{comparing: c, repaid: newRepayments(), judged: c.effects.judged, billRows: map[string]*decision.Bill{},
		named: map[string]string{}, billSums: map[string]*billSum{}, coverings: map[string]decimal.Decimal{},
		credit: map[string]creditSum{}, spent: map[string]decimal.Decimal{}, issued: map[string]decimal.Decimal{}, givenBack: map[string]decimal.Decimal{}, lines: map[[2]string]bool{},
		seed: maphash.MakeSeed(), facts: map[uint64]string{}, taken: map[string]*billTaken{}, asked: map[string]*decision.Request{},
		coverOf: map[string][]settlement.CoverInvoice{}, offsets: map[[2]string]decimal.Decimal{}}
}

func (b *book) bill(id string, row *decision.Bill) {
	named := row.Named(b.partnerID)
	b.billRows[id], b.named[id] = row, named
	key := [2]string{row.Association, string(row.Currency)}
	b.offsets[key] = b.offsets[key].Add(row.Amounts.Offset)
	count := b.count(reconciliation.PairDetailsBills, row.Currency)
	count.compared++
	count.amount = count.amount.Add(row.Amounts.Total.Abs())
	if err := row.Amounts.Check(); err != nil {
		b.say(reconciliation.PairLedgerBalances, string(row.Cycle), reconciliation.Says(reconciliation.BillIdentity, b.partnerID, []string{id}, "the identity of a bill", err.Error()))
	}
	if named != id || !endsIn(row.Cycle, row.Period) {
		b.say(reconciliation.PairDetailsBills, string(row.Cycle), reconciliation.Says(reconciliation.BillKey, b.partnerID, []string{id},
			fmt.Sprintf("bill %s, and the last month of its period", named), fmt.Sprintf("bill %s of period %s, cycle %s", id, row.Period, row.Cycle)))
	}
}

// endsIn tells whether a cycle is the last month of a period's name: a month
// itself, or a quarter or year that begins with the year of the month.
func endsIn(cycle calendar.Cycle, period string) bool {
	const year = len("2006")
	if len(period) < year || len(cycle) < year { // whatever somebody wrote into the row
		return false
	}
	if len(period) == len(cycle) && !strings.HasPrefix(period[year:], "-Q") {
		return period == string(cycle)
	}
	return period[:year] == string(cycle)[:year]
}

func (b *book) say(pair reconciliation.Pair, cycle string, f reconciliation.Finding) {
	f.Cycle = cycle
	b.found(pair, f)
}

// amounts takes a finding of amounts, if there is one.
func (b *book) amounts(pair reconciliation.Pair, cycle string, f *reconciliation.Finding) {
	if f != nil {
		b.say(pair, cycle, *f)
	}
}

func (b *book) order(id string, row *decision.Order) {
	b.effects.order(row)
	if b.whole {
		b.judged.order(row)
	}
	if b.late != nil {
		b.late.order(b.effects, row)
	}
	if row.Payment == nil || row.Quote == nil {
		return
	}
	paid, tenders := decimal.Decimal{}, decimal.Decimal{}
	for _, s := range row.Payment.Slices {
		paid = paid.Add(s.Amount)
	}
	for _, t := range row.Payment.Tenders {
		tenders = tenders.Add(t.Amount)
	}
	count := b.count(reconciliation.PairDebtsOrders, row.Quote.Currency)
	count.compared++
	count.amount = count.amount.Add(paid)
	b.within("customer_order", id, "", &reconciliation.Amount{What: "paid by lines and tenders", Expected: tenders, Found: paid, Currency: row.Quote.Currency},
		func() []reconciliation.Row { return orderParts(row) })
	if !b.whole {
		return
	}
	for _, line := range row.Quote.Lines {
		b.lines[[2]string{id, line.LineID}] = true
	}
	for _, t := range decision.CouponsPaid(row) {
		b.spent[t.Reference] = b.spent[t.Reference].Add(t.Amount)
	}
	if credit, refunded := decision.CreditOf(row); !credit.IsZero() {
		b.credit[id] = creditSum{credit, refunded, row.Quote.Currency}
	}
}

func (b *book) detail(id string, row *decision.Detail) {
	covered, shares := decimal.Decimal{}, decimal.Decimal{}
	for _, h := range row.Holds {
		covered = covered.Add(h.Amount)
		if b.whole {
			b.coverings[h.HoldID] = b.coverings[h.HoldID].Add(h.Amount)
		}
	}
	for _, s := range row.Slices {
		shares = shares.Add(s.Share)
	}
	cycle := string(row.Cycle)
	b.amounts(reconciliation.PairHoldsDetails, cycle, reconciliation.Amounts(reconciliation.DetailFrozen, b.partnerID, []string{id},
		reconciliation.Amount{What: "frozen", Expected: covered, Found: row.Frozen, Currency: row.Currency}))
	if len(row.Slices) > 0 && row.BillID != "" {
		b.within("incentive_detail", id, cycle, &reconciliation.Amount{What: "amount", Expected: shares, Found: row.Amount, Currency: row.Currency},
			func() []reconciliation.Row { return detailParts(row) })
	}
	delete(b.lines, [2]string{row.OrderID, row.LineID})
	if row.BillID == "" {
		return
	}
	b.inItsBill(id, row)
	if !b.whole {
		return
	}
	fact := maphash.Comparable(b.seed, [...]string{row.OrderID, row.LineID, row.PolicyID, row.Event.Source, row.Event.ID, row.Reverses, row.LateOf, row.AdjustmentID, row.BillID})
	if first, twice := b.facts[fact]; twice {
		f := reconciliation.Says(reconciliation.DetailDuplicate, b.partnerID,
			[]string{row.OrderID, row.LineID, row.PolicyID, row.Event.ID}, "one detail", fmt.Sprintf("details %s and %s", min(first, id), max(first, id)))
		f.Evidence = []reconciliation.Row{{Source: "incentive_detail", ID: min(first, id)}, {Source: "incentive_detail", ID: max(first, id)}}
		b.say(reconciliation.PairDetailsBills, cycle, f)
	}
	b.facts[fact] = id
	sum := b.billSums[row.BillID]
	if sum == nil {
		sum = &billSum{}
		b.billSums[row.BillID] = sum
	}
	sum.amount, sum.frozen, sum.details = sum.amount.Add(row.Amount), sum.frozen.Add(row.Frozen), sum.details+1
}

// inItsBill compares a detail with the bill it stands in.
func (b *book) inItsBill(id string, row *decision.Detail) {
	bill := b.billRows[row.BillID]
	values := []string{id}
	if bill == nil {
		b.say(reconciliation.PairDetailsBills, string(row.Cycle), reconciliation.Says(reconciliation.DetailWithoutBill, b.partnerID, values, "bill "+row.BillID, "no such bill"))
		return
	}
	same := bill.Cycle == row.Cycle && bill.Period == row.Period && bill.PolicyID == row.PolicyID && bill.Association == row.Association && bill.Currency == row.Currency
	if same && b.named[row.BillID] == row.BillID {
		return
	}
	if !same && bill.Named(b.partnerID) == bill.ID && endsIn(bill.Cycle, bill.Period) || row.Named(b.partnerID) != row.BillID {
		of := func(cycle calendar.Cycle, period, policy, association string, currency money.Currency) string {
			return fmt.Sprintf("cycle %s, period %s, policy %s, association %s, currency %s", cycle, period, policy, association, currency)
		}
		b.say(reconciliation.PairDetailsBills, string(bill.Cycle), reconciliation.Says(reconciliation.DetailWrongBill, b.partnerID, values,
			"as bill "+row.BillID+": "+of(bill.Cycle, bill.Period, bill.PolicyID, bill.Association, bill.Currency),
			of(row.Cycle, row.Period, row.PolicyID, row.Association, row.Currency)))
	}
}

func (b *book) request(id string, row *decision.Request) {
	b.asked[id] = row
	sum := decimal.Decimal{}
	for _, part := range row.Bills {
		sum = sum.Add(part.Amount)
		t := b.taken[part.BillID]
		if t == nil {
			t = &billTaken{}
			b.taken[part.BillID] = t
		}
		switch row.State {
		case settlement.RequestCancelled:
		case settlement.RequestPaid:
			t.paidOut = t.paidOut.Add(part.Amount)
		default:
			t.requested = t.requested.Add(part.Amount)
		}
	}
	count := b.count(reconciliation.PairRequestsInvoices, row.Currency)
	count.compared++
	count.amount = count.amount.Add(row.Amount)
	b.within("payment_request", id, "", &reconciliation.Amount{What: "amount", Expected: sum, Found: row.Amount, Currency: row.Currency},
		func() []reconciliation.Row { return requestParts(row) })
	b.effects.stands("payment_request", id, false) // the clock submits them too
	b.effects.request(row)
}

func (b *book) repayment(_ string, row *decision.Repayment) {
	b.repaid.receive(row.Currency, row.Amount)
	b.effects.row("repayment", row.ID, row.Event)
}

func (b *book) adjustment(_ string, row *decision.Adjustment) {
	b.effects.row("adjustment", row.ID, row.Event)
	if row.Corrects != "" {
		b.corrected[row.Corrects] = true
	}
}

func (b *book) hold(id string, row *decision.Hold) {
	b.effects.stands("hold", id, row.Actor != "")
	if row.Reason == incentive.HoldCreditNotRepaid { // only these keep what they freeze
		b.amounts(reconciliation.PairHoldsDetails, string(row.Cycle), reconciliation.Amounts(reconciliation.HoldAmount, b.partnerID, []string{id},
			reconciliation.Amount{What: "frozen by the hold", Expected: b.coverings[id], Found: row.Amount, Currency: row.Currency}))
	}
	b.count(reconciliation.PairHoldsDetails, row.Currency).compared++
	if !row.Open && !b.coverings[id].IsZero() {
		b.say(reconciliation.PairHoldsDetails, string(row.Cycle), reconciliation.Says(reconciliation.HoldMissing, b.partnerID, []string{id}, "an open hold", "a closed one that covers "+b.coverings[id].String()))
	}
	delete(b.coverings, id)
}

func (b *book) debt(id string, row *decision.Debt) {
	b.repaid.debt(row)
	of := b.credit[id]
	delete(b.credit, id)
	b.amounts(reconciliation.PairDebtsOrders, string(row.Cycle), reconciliation.Amounts(reconciliation.DebtDiffers, b.partnerID, []string{id},
		reconciliation.Amount{What: "credit", Expected: of.credit, Found: row.Credit, Currency: row.Currency},
		reconciliation.Amount{What: "refunded", Expected: of.refunded, Found: row.Refunded, Currency: row.Currency}))
}

func (b *book) invoice(id string, row *decision.Invoice) {
	b.effects.stands("invoice", id, true)
	count := b.count(reconciliation.PairRequestsInvoices, row.Currency)
	count.compared++
	count.amount = count.amount.Add(row.Amount)
	if row.RequestID == "" {
		return
	}
	b.coverOf[row.RequestID] = append(b.coverOf[row.RequestID], settlement.CoverInvoice{State: row.State, Direction: settlement.Direction(row.Direction), Amount: row.Amount})
	if b.asked[row.RequestID] == nil {
		b.say(reconciliation.PairRequestsInvoices, "", reconciliation.Says(reconciliation.InvoiceWithoutRequest, b.partnerID, []string{id}, "request "+row.RequestID, "no such request"))
	}
}

func (b *book) coupon(id string, row *decision.Coupon) {
	b.effects.stands("coupon", id, true)
	count := b.count(reconciliation.PairCoupons, row.Currency)
	count.compared++
	count.amount = count.amount.Add(row.FaceValue)
	b.issued[row.QuotaID] = b.issued[row.QuotaID].Add(row.FaceValue)
	if row.Balance().IsNegative() {
		b.amounts(reconciliation.PairCoupons, "", reconciliation.Amounts(reconciliation.CouponOverdrawn, b.partnerID, []string{id},
			reconciliation.Amount{What: "balance", Found: row.Balance(), Currency: row.Currency}))
	}
	b.givenBack[row.QuotaID] = b.givenBack[row.QuotaID].Add(row.GivenBack)
	paid, returned := decimal.Decimal{}, decimal.Decimal{}
	for _, e := range row.Entries {
		if e.Of == "" {
			paid = paid.Add(e.Amount)
		} else {
			returned = returned.Add(e.Amount)
		}
	}
	b.amounts(reconciliation.PairCoupons, "", reconciliation.Amounts(reconciliation.CouponFace, b.partnerID, []string{id},
		reconciliation.Amount{What: "face value", Expected: row.FaceValue, Found: row.Balance().Add(paid).Sub(returned).Add(row.Forfeited).Add(row.GivenBack), Currency: row.Currency}))
	b.amounts(reconciliation.PairCoupons, "", reconciliation.Amounts(reconciliation.CouponSpent, b.partnerID, []string{id},
		reconciliation.Amount{What: "paid by orders", Expected: b.spent[id], Found: paid, Currency: row.Currency}))
}

func (b *book) quota(id string, row *decision.Quota) {
	b.effects.stands("coupon_quota", id, true)
	b.count(reconciliation.PairCoupons, row.Currency).compared++
	if row.Balance().IsNegative() {
		b.amounts(reconciliation.PairCoupons, "", reconciliation.Amounts(reconciliation.QuotaOverdrawn, b.partnerID, []string{id},
			reconciliation.Amount{What: "balance", Found: row.Balance(), Currency: row.Currency}))
	}
	b.amounts(reconciliation.PairCoupons, "", reconciliation.Amounts(reconciliation.QuotaFace, b.partnerID, []string{id},
		reconciliation.Amount{What: "amount", Expected: row.Amount, Found: row.Balance().Add(row.Issued).Sub(b.givenBack[id]), Currency: row.Currency}))
	b.amounts(reconciliation.PairCoupons, "", reconciliation.Amounts(reconciliation.QuotaCoupons, b.partnerID, []string{id},
		reconciliation.Amount{What: "face of its coupons", Expected: b.issued[id], Found: row.Issued, Currency: row.Currency}))
}

// end compares what is only known once everything is read.
func (b *book) end(ctx context.Context) error {
	if err := b.billBalances(ctx); err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(b.billRows)) {
		b.billTotals(b.billRows[id])
	}
	if b.late != nil {
		b.found(reconciliation.PairReferences, b.late.late.Findings()...)
	}
	if b.whole {
		b.leftOver()
		b.requestCovers()
		if err := b.repaidOfReceived(ctx); err != nil {
			return err
		}
		return b.compareJudged(ctx)
	}
	return nil
}

// billBalances compares the partner accounts of every bill with its columns:
// the sums up to the last time, and what was posted since.
func (b *book) billBalances(ctx context.Context) error {
	if !b.whole {
		var ids []string
		for key := range b.balances {
			ids = append(ids, key.bill)
		}
		slices.Sort(ids)
		before, err := b.queries.ReconciledBills(ctx, b.partnerID, slices.Compact(ids))
		if err != nil {
			return fmt.Errorf("read the sums of the bills: %w", err)
		}
		for _, row := range before {
			key := billAccount{row.BillID, row.Account, row.Currency}
			b.balances[key] = b.balances[key].Add(row.Amount)
		}
	}
	sums := map[string][]reconciliation.Line{}
	for key, amount := range b.balances {
		if !amount.IsZero() {
			sums[key.bill] = append(sums[key.bill], reconciliation.Line{Account: key.account, Bill: key.bill, Currency: moneyOf(key.currency), Amount: amount})
		}
	}
	ids := slices.Collect(maps.Keys(sums))
	if b.whole {
		ids = slices.AppendSeq(ids, maps.Keys(b.billRows))
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		view := reconciliation.BillView{PartnerID: b.partnerID, BillID: id, Sum: sums[id]}
		if row := b.billRows[id]; row != nil {
			view.Cycle = string(row.Cycle)
			for _, l := range decision.BillAccounts(row.Amounts) {
				view.Columns = append(view.Columns, reconciliation.Line{Account: l.Account, Bill: id, Currency: row.Currency, Amount: l.Amount})
			}
		}
		b.count(reconciliation.PairLedgerBalances, "").compared++
		if f := reconciliation.BillBalances(&view); f != nil {
			b.found(reconciliation.PairLedgerBalances, *f)
		}
	}
	b.covers(reconciliation.BillBalance, reconciliation.BillIdentity)
	return nil
}
