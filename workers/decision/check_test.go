package decision_test

import (
	"testing"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/settlement"
)

func mustFold(t testing.TB, m *decision.Memory, ev *events.Event) []events.Out {
	t.Helper()
	outs, err := m.Fold(ev, nil)
	if err != nil {
		t.Fatalf("fold %s: %v", ev.ID, err)
	}
	return outs
}

// check holds a partner's rows to the laws that hold after every event: the
// identity of each bill, details that sum to their bill, holds that sum to what
// is frozen, and balances that are the bills' columns.
func check(t testing.TB, m *decision.Memory, ev *events.Event) {
	t.Helper()
	for id, p := range m.Partners {
		checkBills(t, p, ev)
		checkDetails(t, p, ev)
		checkClawbacks(t, p, ev)
		checkBalances(t, m, id, ev)
		checkCoupons(t, p, ev)
	}
}

func checkBills(t testing.TB, p *decision.Partner, ev *events.Event) {
	t.Helper()
	amount, frozen := map[string]decimal.Decimal{}, map[string]decimal.Decimal{}
	count := map[string]int{}
	for _, d := range p.Details.All() {
		amount[d.BillID], count[d.BillID] = amount[d.BillID].Add(d.Amount), count[d.BillID]+1
		frozen[d.BillID] = frozen[d.BillID].Add(d.Frozen)
	}
	offset := map[string]decimal.Decimal{}
	for _, b := range p.Bills.All() {
		if err := b.Amounts.Check(); err != nil {
			t.Fatalf("after %s: bill %s: %v", ev.ID, b.ID, err)
		}
		if !amount[b.ID].Equal(b.Amounts.Total) || count[b.ID] != b.Details {
			t.Fatalf("after %s: %d details of bill %s sum to %s, the bill has %d and %s", ev.ID, count[b.ID], b.ID, amount[b.ID], b.Details, b.Amounts.Total)
		}
		if !frozen[b.ID].Equal(b.Amounts.Frozen.Add(b.Uncovered)) {
			t.Fatalf("after %s: holds cover %s of bill %s, it freezes %s and cannot %s", ev.ID, frozen[b.ID], b.ID, b.Amounts.Frozen, b.Uncovered)
		}
		key := b.Association + string(b.Currency)
		offset[key] = offset[key].Add(b.Amounts.Offset)
	}
	for key, sum := range offset {
		if !sum.IsZero() {
			t.Fatalf("after %s: offset of %s sums to %s", ev.ID, key, sum)
		}
	}
}

func checkDetails(t testing.TB, p *decision.Partner, ev *events.Event) {
	t.Helper()
	for _, d := range p.Details.All() {
		var holds, shares decimal.Decimal
		for _, h := range d.Holds {
			holds = holds.Add(h.Amount)
		}
		for _, s := range d.Slices {
			shares = shares.Add(s.Share)
		}
		if !holds.Equal(d.Frozen) {
			t.Fatalf("after %s: holds of detail %s freeze %s, the detail %s", ev.ID, d.ID, holds, d.Frozen)
		}
		if d.BillID != "" && !shares.Equal(d.Amount) {
			t.Fatalf("after %s: slices of detail %s (%s) share %s, its amount is %s", ev.ID, d.ID, d.OrderID, shares, d.Amount)
		}
		if d.BillID != "" && p.Bills.Get(d.BillID) == nil {
			t.Fatalf("after %s: detail %s stands in no bill", ev.ID, d.ID)
		}
	}
}

// checkBalances compares the ledger with the bills: every account of the
// partner is the sum of its column, and every fact sums to zero.
func checkBalances(t testing.TB, m *decision.Memory, id string, ev *events.Event) {
	t.Helper()
	facts, accounts := map[string]decimal.Decimal{}, map[string]decimal.Decimal{}
	for k, sum := range m.Balances(id) {
		facts[k.Fact+k.Currency] = facts[k.Fact+k.Currency].Add(sum)
		accounts[k.Account] = accounts[k.Account].Add(sum)
	}
	for fact, sum := range facts {
		if !sum.IsZero() {
			t.Fatalf("after %s: postings of %s sum to %s", ev.ID, fact, sum)
		}
	}
	var want settlement.Amounts
	for _, b := range m.Partners[id].Bills.All() {
		a := b.Amounts
		want.Total, want.Frozen, want.Payable = want.Total.Add(a.Total), want.Frozen.Add(a.Frozen), want.Payable.Add(a.Payable)
		want.Requested, want.PaidOut = want.Requested.Add(a.Requested), want.PaidOut.Add(a.PaidOut)
		want.Expired, want.Offset = want.Expired.Add(a.Expired), want.Offset.Add(a.Offset)
	}
	for account, amount := range map[string]decimal.Decimal{
		settlement.AccountIncentiveExpense: want.Total, settlement.AccountPartnerFrozen: want.Frozen.Neg(),
		settlement.AccountPartnerPayable: want.Payable.Neg(), settlement.AccountPartnerRequested: want.Requested.Neg(),
		settlement.AccountPartnerPaidOut: want.PaidOut.Neg(), settlement.AccountPartnerExpired: want.Expired.Neg(),
		settlement.AccountPartnerOffset: want.Offset.Neg(),
	} {
		if !accounts[account].Equal(amount) {
			t.Fatalf("after %s: account %s stands at %s, the bills at %s", ev.ID, account, accounts[account], amount)
		}
	}
}
