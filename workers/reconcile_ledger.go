package workers

import (
	"context"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/reconciliation"
)

// billAccount is what postings of bills are summed by.
type billAccount struct{ bill, account, currency string }

// changedFacts are the facts that were posted to since the partner was compared
// last; nil where all of it is compared.
type changedFacts map[string]struct{}

// ledger follows the postings once, in their order: the chain of hashes, the
// balance of each input's lines, and the sums of the bills come of one reading.
func (c *comparing) ledger(ctx context.Context) error {
	after := int64(0)
	w := ledgerWalk{comparing: c, check: decision.LedgerCheck{PartnerID: c.partnerID}}
	c.sums = factSums{}
	if !c.whole {
		after, c.changed = c.since.PostingNo, changedFacts{}
		w.check.No, w.check.Hash = after, decision.PostingHash(c.since.PostingHash)
	}
	rows, err := c.tx.Query(ctx, db.PostingsAfter, c.partnerID, after)
	if err != nil {
		return fmt.Errorf("read the postings: %w", err)
	}
	if err := w.follow(rows); err != nil {
		return fmt.Errorf("read the postings: %w", err)
	}
	w.end()
	c.count(reconciliation.PairLedgerChain, "").compared += w.lines
	c.covers(reconciliation.PostingLost, reconciliation.PostingAltered, reconciliation.PostingUnbalanced)
	return nil
}

// ledgerWalk is one reading of the postings.
type ledgerWalk struct {
	*comparing
	check   decision.LedgerCheck
	lines   int64
	group   []groupSum // of the input at hand, by fact and currency
	inputNo int64
	broken  bool // a line of it is not what was posted, which says more than its balance
	altered int64
}

type groupSum struct {
	fact     string
	currency money.Currency
	sum      decimal.Decimal
}

func (w *ledgerWalk) follow(rows pgx.Rows) error {
	defer rows.Close()
	var line decision.Posting
	var fact, account, bill, currency repeatedText
	var amount, hash rawText
	for rows.Next() {
		err := rows.Scan(&line.No, &line.InputNo, &fact, &account, &bill, &currency, &amount, &hash)
		if err != nil {
			return err
		}
		line.Fact, line.Account, line.BillID, line.Currency = fact.last, account.last, bill.last, moneyOf(currency.last)
		if line.Amount, err = decimal.NewFromString(string(amount)); err != nil {
			return fmt.Errorf("posting %d: amount %q: %w", line.No, amount, err)
		}
		line.Hash = decision.PostingHash(hash)
		w.take(&line)
	}
	return rows.Err()
}

func (w *ledgerWalk) take(line *decision.Posting) {
	w.lines++
	before := w.check.No
	gap := line.No > before+1
	if gap {
		w.broken = true // of the input before as well: its last lines may be missing
	}
	if line.InputNo != w.inputNo || w.lines == 1 {
		w.balance()
		w.inputNo = line.InputNo
		w.posted[line.InputNo] = struct{}{}
	}
	if bad := w.check.Next(line); bad != nil {
		w.broken = true
		b := reconciliation.Broken{PartnerID: w.partnerID, No: bad.No, Because: bad.Because, Expected: bad.Expected, Found: bad.Found, Evidence: postingRows(line)}
		switch {
		case line.No > w.counters.PostingNo:
			b.No, b.Expected = line.No, fmt.Sprintf("number %d as the last", w.counters.PostingNo)
		case gap:
			b.Lost, b.UpTo = true, line.No-1
		}
		w.found(reconciliation.PairLedgerChain, reconciliation.Posting(&b))
		w.check.Resume(line)
		w.altered = line.No
	}
	w.sum(line)
	if line.BillID != "" {
		key := billAccount{line.BillID, line.Account, string(line.Currency)}
		w.balances[key] = w.balances[key].Add(line.Amount)
	}
	if w.changed == nil {
		w.sums.add(line.Fact, reconciliation.Line{Account: line.Account, Bill: line.BillID, Currency: line.Currency, Amount: line.Amount})
		return
	}
	w.changed[line.Fact] = struct{}{}
	if line.BillID != "" { // its balances moved, and what stands in it is compared with it
		w.changed[decision.FactBill+line.BillID] = struct{}{}
	}
}

// sum adds a line to its fact's; an input posts to few facts.
func (w *ledgerWalk) sum(line *decision.Posting) {
	for i := range w.group {
		if g := &w.group[i]; g.fact == line.Fact && g.currency == line.Currency {
			g.sum = g.sum.Add(line.Amount)
			return
		}
	}
	w.group = append(w.group, groupSum{line.Fact, line.Currency, line.Amount})
}

// balance looks whether the lines of the input at hand sum to zero.
func (w *ledgerWalk) balance() {
	for _, g := range w.group {
		if !g.sum.IsZero() && !w.broken {
			w.found(reconciliation.PairLedgerBalances, reconciliation.Unbalanced(w.partnerID, w.inputNo, g.fact, g.currency, g.sum, nil))
		}
	}
	w.group, w.broken = w.group[:0], false
}

// end compares the end of the chain with what the partner's row says.
func (w *ledgerWalk) end() {
	lost := w.check.No < w.counters.PostingNo
	w.broken = w.broken || lost
	w.balance()
	last := decision.PostingHash(w.counters.PostingHash)
	bad := w.check.End(w.counters.PostingNo, last)
	if bad == nil || !lost && w.check.No-1 <= w.altered && w.altered > 0 && w.altered >= w.counters.PostingNo {
		return
	}
	b := reconciliation.Broken{PartnerID: w.partnerID, No: bad.No, Because: bad.Because, Expected: bad.Expected, Found: bad.Found,
		Evidence: []reconciliation.Row{{Source: "partner", ID: w.partnerID, Text: fmt.Sprintf("posting_no %d, posting_hash %s", w.counters.PostingNo, last)}}}
	if lost {
		b.Lost, b.UpTo = true, w.counters.PostingNo
	}
	w.found(reconciliation.PairLedgerChain, reconciliation.Posting(&b))
}

func postingRows(line *decision.Posting) []reconciliation.Row {
	return []reconciliation.Row{{Source: "posting", ID: fmt.Sprint(line.No), Text: fmt.Sprintf("input %d, fact %s, account %s, bill %s, %s %s, hash %s",
		line.InputNo, line.Fact, line.Account, line.BillID, line.Amount, line.Currency, hex.EncodeToString(line.Hash[:]))}}
}

// readSums sums the postings of the facts that changed; those of all were summed
// on the way through the ledger.
func (c *comparing) readSums(ctx context.Context) error {
	if c.whole {
		return nil
	}
	rows, err := c.queries.SumsOfFacts(ctx, c.partnerID, slices.Sorted(maps.Keys(c.changed)))
	if err != nil {
		return fmt.Errorf("sum the postings of %d facts: %w", len(c.changed), err)
	}
	for _, row := range rows {
		c.sums.add(row.Fact, reconciliation.Line{Account: row.Account, Bill: row.BillID, Currency: moneyOf(row.Currency), Amount: row.Amount})
	}
	return nil
}

// ids lists the rows of one kind of facts that were posted to, in order.
func (f changedFacts) ids(kind string) []string {
	var out []string
	for fact := range f {
		if len(fact) > len(kind) && fact[:len(kind)] == kind {
			out = append(out, fact[len(kind):])
		}
	}
	slices.Sort(out)
	return out
}

// saveBalances keeps the sums of the bills, for the next incremental run to go
// on from.
func (c *comparing) saveBalances(ctx context.Context, queries *db.Queries) error {
	if c.whole {
		if err := queries.ForgetReconciledBills(ctx, c.partnerID); err != nil {
			return fmt.Errorf("forget the sums of the bills: %w", err)
		}
	}
	p := db.SaveReconciledBillsParams{PartnerID: c.partnerID}
	for key, amount := range c.balances {
		p.BillIds, p.Accounts = append(p.BillIds, key.bill), append(p.Accounts, key.account)
		p.Currencies, p.Amounts = append(p.Currencies, key.currency), append(p.Amounts, amount)
	}
	if len(p.BillIds) == 0 {
		return nil
	}
	if err := queries.SaveReconciledBills(ctx, p); err != nil {
		return fmt.Errorf("store the sums of the bills: %w", err)
	}
	return nil
}
