package workers

import (
	"fmt"
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/reconciliation"
	"github.com/accruald/accruald/workers/settlement"
)

// billTotals compares a bill with all of its details and requests.
func (b *book) billTotals(row *decision.Bill) {
	if !b.whole {
		return
	}
	sum, taken := b.billSums[row.ID], b.taken[row.ID]
	if sum == nil {
		sum = &billSum{}
	}
	if taken == nil {
		taken = &billTaken{}
	}
	values, cycle := []string{row.ID}, string(row.Cycle)
	amount := func(what string, expected, found decimal.Decimal) reconciliation.Amount {
		return reconciliation.Amount{What: what, Expected: expected, Found: found, Currency: row.Currency}
	}
	total := reconciliation.Amounts(reconciliation.BillTotal, b.partnerID, values, amount("total", sum.amount, row.Amounts.Total))
	if total == nil && sum.details != row.Details {
		f := reconciliation.Says(reconciliation.BillTotal, b.partnerID, values, fmt.Sprintf("%d details", sum.details), fmt.Sprintf("%d details", row.Details))
		total = &f
	}
	b.amounts(reconciliation.PairDetailsBills, cycle, total)
	b.amounts(reconciliation.PairHoldsDetails, cycle, reconciliation.Amounts(reconciliation.BillFrozen, b.partnerID, values,
		amount("frozen and uncovered", sum.frozen, row.Amounts.Frozen.Add(row.Uncovered))))
	b.amounts(reconciliation.PairRequestsInvoices, cycle, reconciliation.Amounts(reconciliation.RequestBills, b.partnerID, values,
		amount("requested", taken.requested, row.Amounts.Requested), amount("paid out", taken.paidOut, row.Amounts.PaidOut)))
}

// leftOver is what one side has and the other has not.
func (b *book) leftOver() {
	for _, line := range slices.SortedFunc(maps.Keys(b.lines), func(x, y [2]string) int { return slices.Compare(x[:], y[:]) }) {
		b.say(reconciliation.PairDetailsBills, "", reconciliation.Says(reconciliation.DetailMissing, b.partnerID, line[:], "a detail of the line", "none"))
	}
	for _, id := range slices.Sorted(maps.Keys(b.coverings)) {
		if !b.coverings[id].IsZero() {
			b.say(reconciliation.PairHoldsDetails, "", reconciliation.Says(reconciliation.HoldMissing, b.partnerID, []string{id}, "a hold that covers "+b.coverings[id].String(), "no such hold"))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(b.credit)) {
		of := b.credit[id]
		b.amounts(reconciliation.PairDebtsOrders, "", reconciliation.Amounts(reconciliation.DebtDiffers, b.partnerID, []string{id},
			reconciliation.Amount{What: "credit", Expected: of.credit, Currency: of.currency}))
	}
	for _, key := range slices.SortedFunc(maps.Keys(b.offsets), func(x, y [2]string) int { return slices.Compare(x[:], y[:]) }) {
		b.amounts(reconciliation.PairLedgerBalances, "", reconciliation.Amounts(reconciliation.OffsetUnbalanced, b.partnerID, key[:],
			reconciliation.Amount{What: "offset", Found: b.offsets[key], Currency: moneyOf(key[1])}))
	}
	b.covers(reconciliation.DetailMissing, reconciliation.DetailWithoutBill, reconciliation.DetailWrongBill, reconciliation.BillKey, reconciliation.DetailDuplicate,
		reconciliation.BillTotal, reconciliation.DetailFrozen, reconciliation.HoldAmount, reconciliation.HoldMissing, reconciliation.BillFrozen,
		reconciliation.DebtDiffers, reconciliation.OffsetUnbalanced, reconciliation.CouponOverdrawn, reconciliation.QuotaOverdrawn,
		reconciliation.CouponFace, reconciliation.CouponSpent, reconciliation.QuotaFace, reconciliation.QuotaCoupons)
}

// requestCovers compares requests with the invoices that cover them: one under
// review or paying needs its cover, a paid one had it.
func (b *book) requestCovers() {
	for _, id := range slices.Sorted(maps.Keys(b.asked)) {
		row, invoices := b.asked[id], b.coverOf[id]
		cover := settlement.Cover(invoices)
		differs := reconciliation.Amount{What: "covered by invoices", Expected: row.Payout, Found: cover, Currency: row.Currency}
		switch row.State {
		case settlement.RequestInvoiceReview, settlement.RequestPaying:
			b.amounts(reconciliation.PairRequestsInvoices, "", reconciliation.Amounts(reconciliation.RequestCover, b.partnerID, []string{id}, differs))
		case settlement.RequestProcessing, settlement.RequestAwaitingInvoice, settlement.RequestCancelled: // need no cover yet, or none any more
		case settlement.RequestPaid:
			b.count(reconciliation.PairInvoicesPayments, row.Currency).compared++
			if len(invoices) > 0 && cover.LessThan(row.Payout) {
				b.amounts(reconciliation.PairInvoicesPayments, "", reconciliation.Amounts(reconciliation.PaidInvoiceReturned, b.partnerID, []string{id}, differs))
			}
		}
	}
	b.covers(reconciliation.RequestBills, reconciliation.RequestCover, reconciliation.PaidInvoiceReturned, reconciliation.InvoiceWithoutRequest)
}
