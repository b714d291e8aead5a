package workers

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/incentive"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/reconciliation"
)

// repayments sum what was received, and what debts say is repaid of it: what
// money settles, it settles once (Settlement rules, section 4).
type repayments struct {
	received map[money.Currency]decimal.Decimal // with what debts gave back
	settled  map[dueOf]decimal.Decimal
}

// dueOf is a cycle's due, or with an empty cycle what is no part of one.
type dueOf struct {
	currency money.Currency
	cycle    calendar.Cycle
}

func newRepayments() *repayments {
	return &repayments{received: map[money.Currency]decimal.Decimal{}, settled: map[dueOf]decimal.Decimal{}}
}

func (r *repayments) receive(c money.Currency, amount decimal.Decimal) {
	r.received[c] = r.received[c].Add(amount)
}

func (r *repayments) debt(row *decision.Debt) {
	due := dueOf{currency: row.Currency}
	if row.Coupon != nil {
		r.settled[due] = r.settled[due].Add(row.Coupon.Repaid)
	}
	if row.Association == incentive.AssociationResale {
		due.cycle = row.Cycle
	}
	r.settled[due] = r.settled[due].Add(row.Repaid)
	if row.Credit.IsNegative() { // usage that became cheaper: it repays as money would
		r.receive(row.Currency, row.Credit.Neg())
	}
}

// repaidOfReceived compares what is repaid with what was received. The due of a
// cycle that was said to be settled is settled whatever was received.
func (b *book) repaidOfReceived(ctx context.Context) error {
	rows, err := b.queries.ReconcileCycleSettlements(ctx, b.partnerID)
	if err != nil {
		return fmt.Errorf("read the settlements of cycles: %w", err)
	}
	for _, stored := range rows {
		row, err := decision.Restore[decision.CycleSettlement](stored.Document)
		if err != nil {
			f := reconciliation.Unreadable(b.partnerID, "cycle_settlement", stored.ID, err.Error())
			f.Evidence = rowEvidence("cycle_settlement", &storedView{id: stored.ID, stored: true, document: stored.Document})
			b.found(reconciliation.PairRows, f)
			continue
		}
		delete(b.repaid.settled, dueOf{row.Currency, row.Cycle})
	}
	sums := map[money.Currency]decimal.Decimal{}
	for due, amount := range b.repaid.settled {
		sums[due.currency] = sums[due.currency].Add(amount)
	}
	for _, c := range slices.SortedFunc(maps.Keys(sums), cmp.Compare[money.Currency]) {
		count := b.count(reconciliation.PairDebtsOrders, c)
		count.compared++
		if received := b.repaid.received[c]; sums[c].GreaterThan(received) {
			b.amounts(reconciliation.PairDebtsOrders, "", reconciliation.Amounts(reconciliation.RepaymentOverused, b.partnerID, []string{string(c)},
				reconciliation.Amount{What: "repaid, of what was received at the most", Expected: received, Found: sums[c], Currency: c}))
		}
	}
	b.covers(reconciliation.RepaymentOverused)
	return nil
}
