package workers

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/reconciliation"
)

// reconcileFindingsMax bounds what one run keeps of one partner. Where there is
// more, what was found is kept and nothing is closed: the rest was not told
// apart from what is gone.
const reconcileFindingsMax = 10_000

// comparing is one partner while it is compared: the database at one moment,
// what is compared since when, and what was found.
type comparing struct {
	*Reconciler
	partnerID string
	run       db.ReconciliationRun
	tx        pgx.Tx // repeatable read, read only
	queries   *db.Queries

	counters  db.Partner // as stored; without a row of its own all zero
	known     bool       // it has a row
	since     db.Reconciled
	whole     bool                  // all of it, else what was decided and posted since
	unchanged bool                  // nothing was, so nothing is compared
	open      []db.CountFindingsRow // findings, before the run

	upTo     db.SaveReconciledParams
	balances map[billAccount]decimal.Decimal // postings of bills, up to there
	changed  changedFacts
	posted   map[int64]struct{} // inputs that postings name, until they are read
	sums     factSums           // of all facts, or of those that changed, until they are compared
	effects  *effects
	// What adjustments refer to: findings that stand for good are settled by them.
	corrected map[string]bool

	findings  []reconciliation.Finding
	truncated bool
	kinds     []reconciliation.Kind // compared
	counts    map[countKey]*pairCount
}

// A comparison compares some pairs of one partner. It hands what it finds to
// found, counts what it compared, and says by covers which kinds of findings
// it would have found: those are closed when they are not found again.
type comparison func(c *comparing, ctx context.Context) error

// comparisons are all that a run does with a partner, in order. They see one
// moment of the database.
var comparisons = []comparison{
	(*comparing).ledger, (*comparing).events, (*comparing).rows, (*comparing).statements,
}

// compare compares one partner at one moment. Batches go on beside it: it locks
// nothing, and what they store meanwhile is seen by the next run.
func (r *Reconciler) compare(ctx context.Context, run db.ReconciliationRun, stuck *stuckOutbox, partnerID string) (*comparing, error) {
	tx, err := r.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	defer rollback(ctx, tx) // nothing was written
	c := &comparing{Reconciler: r, partnerID: partnerID, run: run, tx: tx, queries: db.New(tx),
		balances: map[billAccount]decimal.Decimal{}, counts: map[countKey]*pairCount{}, posted: map[int64]struct{}{}, corrected: map[string]bool{}}
	c.waiting(stuck)
	if partnerID == events.AllPartners {
		if err := c.outbox(ctx); err != nil {
			return nil, err
		}
		return c, c.evidence(ctx)
	}
	if err := c.begin(ctx); err != nil {
		return nil, err
	}
	if c.unchanged {
		return c, c.evidence(ctx)
	}
	for _, compare := range comparisons {
		if err := compare(c, ctx); err != nil {
			return nil, err
		}
	}
	c.findings = slices.DeleteFunc(c.findings, func(f reconciliation.Finding) bool {
		info, _ := reconciliation.Info(f.Kind)
		return info.Stands && c.corrected[f.ID()]
	})
	return c, c.evidence(ctx)
}

// begin reads where the partner stands and how far it is compared.
func (c *comparing) begin(ctx context.Context) error {
	if err := c.queries.PlanForReconciliation(ctx); err != nil {
		return fmt.Errorf("set up the transaction: %w", err)
	}
	rows, err := c.queries.PartnerRow(ctx, c.partnerID)
	if err != nil {
		return fmt.Errorf("read its numbers: %w", err)
	}
	if len(rows) > 0 {
		c.counters, c.known = rows[0], true
	} else {
		c.counters.PostingHash = make([]byte, 32)
	}
	marks, err := c.queries.ReconciledOf(ctx, c.partnerID)
	if err != nil {
		return fmt.Errorf("read how far it is compared: %w", err)
	}
	open, err := c.queries.CountFindings(ctx, c.partnerID)
	if err != nil {
		return fmt.Errorf("count its open findings: %w", err)
	}
	c.open = open
	c.whole = c.run.Mode == ReconcileFull || c.run.Cycle != "" || len(marks) == 0 || slices.ContainsFunc(open, asksForAll)
	if len(marks) > 0 {
		c.since = marks[0]
	}
	if !c.whole {
		if c.whole, err = c.answered(ctx); err != nil {
			return err
		}
	}
	statements, err := c.queries.CountUpstreamStatements(ctx, c.partnerID)
	if err != nil {
		return fmt.Errorf("count its statements: %w", err)
	}
	c.unchanged = !c.whole && c.since.Statements == statements && c.since.InputNo == c.counters.InputNo && c.since.DecisionNo == c.counters.DecisionNo &&
		c.since.PostingNo == c.counters.PostingNo
	c.upTo = db.SaveReconciledParams{Before: c.since.ComparedAt, PartnerID: c.partnerID, RunID: c.run.RunID, InputNo: c.counters.InputNo, DecisionNo: c.counters.DecisionNo,
		PostingNo: c.counters.PostingNo, PostingHash: c.counters.PostingHash, Statements: statements}
	if c.whole {
		c.upTo.FullRunID = c.run.RunID
	}
	return nil
}

// foundElsewhere are the pairs that no look at all rows of a partner finds.
var foundElsewhere = []reconciliation.Pair{reconciliation.PairStatements, reconciliation.PairReplay, reconciliation.PairOutbox}

// asksForAll tells whether open findings make the next run compare all of a
// partner: what mends them may be a row that nothing else touches. What stands
// for good, and what other comparisons found, does not.
func asksForAll(open db.CountFindingsRow) bool {
	info, known := reconciliation.Info(reconciliation.Kind(open.Kind))
	return known && !info.Stands && !slices.Contains(foundElsewhere, info.Pair)
}

// answered tells whether an adjustment refers to an open finding that stands for
// good. Only a look at everything finds those, so only that closes them.
func (c *comparing) answered(ctx context.Context) (bool, error) {
	var kinds []string
	for _, row := range c.open {
		if info, _ := reconciliation.Info(reconciliation.Kind(row.Kind)); info.Stands {
			kinds = append(kinds, row.Kind)
		}
	}
	if len(kinds) == 0 {
		return false, nil
	}
	answered, err := c.queries.FindingsAnswered(ctx, c.partnerID, kinds)
	if err != nil {
		return false, fmt.Errorf("look for adjustments that answer its findings: %w", err)
	}
	return answered, nil
}

// found takes a finding.
func (c *comparing) found(pair reconciliation.Pair, list ...reconciliation.Finding) {
	for i := range list {
		f := &list[i]
		count := c.count(pair, f.Currency)
		count.differing++
		count.difference = count.difference.Add(f.Difference.Abs())
		if len(c.findings) < reconcileFindingsMax {
			c.findings = append(c.findings, *f)
		} else {
			c.truncated = true
		}
	}
}

// count returns the counts of a pair, to be added to.
func (c *comparing) count(pair reconciliation.Pair, currency money.Currency) *pairCount {
	key := countKey{pair, string(currency)}
	if c.counts[key] == nil {
		c.counts[key] = &pairCount{}
	}
	return c.counts[key]
}

// covers says that findings of these kinds would have been found.
func (c *comparing) covers(kinds ...reconciliation.Kind) { c.kinds = append(c.kinds, kinds...) }

// closable lists the kinds of which findings are closed that were not found.
func (c *comparing) closable() []reconciliation.Kind {
	if c.truncated {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(c.kinds), func(kind reconciliation.Kind) bool {
		info, _ := reconciliation.Info(kind)
		return info.Stands && !c.whole // only a look at everything finds those
	})
}

func (c *comparing) compared() (rows int64) {
	for _, count := range c.counts {
		rows += count.compared
	}
	return rows
}

// mark stores how far the partner is compared, where the run looked at all
// cycles. First of all in a transaction: it holds up other runs that compared
// the partner beside this one, and refuses what is older than they stored.
func (c *comparing) mark(ctx context.Context, queries *db.Queries, run *db.ReconciliationRun) error {
	if c.unchanged || c.partnerID == events.AllPartners || run.Cycle != "" && c.since.ComparedAt.IsZero() {
		return nil
	}
	var stored int64
	var err error
	if run.Cycle != "" {
		stored, err = queries.TouchReconciled(ctx, c.partnerID, c.since.ComparedAt)
	} else {
		stored, err = queries.SaveReconciled(ctx, c.upTo)
	}
	switch {
	case err != nil:
		return fmt.Errorf("store how far it is compared: %w", err)
	case stored == 0:
		return errComparedElsewhere
	case run.Cycle != "":
		return nil
	default:
		return c.saveBalances(ctx, queries)
	}
}

// save stores the counts of the pairs.
func (c *comparing) save(ctx context.Context, queries *db.Queries) error {
	counted := db.CountReconciliationParams{RunID: c.run.RunID}
	for _, key := range sortedCounts(c.counts) {
		count := c.counts[key]
		counted.Pairs, counted.Currencies = append(counted.Pairs, string(key.pair)), append(counted.Currencies, key.currency)
		counted.Compared, counted.Differing = append(counted.Compared, count.compared), append(counted.Differing, count.differing)
		counted.Amounts, counted.Differences = append(counted.Amounts, count.amount), append(counted.Differences, count.difference)
	}
	if len(counted.Pairs) == 0 {
		return nil
	}
	if err := queries.CountReconciliation(ctx, counted); err != nil {
		return fmt.Errorf("count what was compared: %w", err)
	}
	return nil
}

func sortedCounts(counts map[countKey]*pairCount) []countKey {
	keys := make([]countKey, 0, len(counts))
	for key := range counts {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b countKey) int {
		return strings.Compare(string(a.pair)+"\x00"+a.currency, string(b.pair)+"\x00"+b.currency)
	})
	return keys
}

func moneyOf(currency string) money.Currency { return money.Currency(currency) }
