package workers

import (
	"context"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/reconciliation"
)

const severityError = reconciliation.SeverityError

// FindingsKept is what became of a partner's findings.
type FindingsKept struct{ Opened, Updated, Closed int64 }

// A FindingRun is what findings are told to be of.
type FindingRun struct {
	ID    string
	Cycle string // where it compared a cycle alone: findings of others stay as they are
	Cause *events.Event
}

// causeOf is the event that a run's outgoing events follow from.
func causeOf(run *db.ReconciliationRun, partnerID string) *events.Event {
	return &events.Event{Source: run.Source, ID: run.EventID, PartitionKey: partnerID, Time: run.ScheduledFor.UTC()}
}

// KeepFindings brings the findings of one partner up to date, within the
// caller's transaction: what was found is opened or updated, and what stands
// open of the kinds that were compared and was not found is closed. It returns
// the events that tell so.
func KeepFindings(ctx context.Context, tx pgx.Tx, run FindingRun, partnerID string, compared []reconciliation.Kind, found []reconciliation.Finding) (FindingsKept, []events.Out, error) {
	queries := db.New(tx)
	k := keeping{run: run, partnerID: partnerID, found: map[string]bool{}, save: db.SaveFindingsParams{PartnerID: partnerID, RunID: run.ID}}
	if err := queries.LockFindings(ctx, partnerID); err != nil {
		return k.kept, nil, fmt.Errorf("lock its findings: %w", err)
	}
	open, err := queries.OpenFindings(ctx, partnerID)
	if err != nil {
		return k.kept, nil, fmt.Errorf("read the open findings: %w", err)
	}
	known := map[string]db.Finding{}
	for _, row := range open {
		known[row.FindingID] = row
	}
	ids := make([]string, len(found))
	for i := range found {
		ids[i] = found[i].ID()
	}
	before, err := queries.FindingsByID(ctx, partnerID, ids)
	if err != nil {
		return k.kept, nil, fmt.Errorf("read %d findings: %w", len(ids), err)
	}
	for _, row := range before {
		known[row.FindingID] = row
	}
	for i := range found {
		if err := k.see(ids[i], &found[i], known); err != nil {
			return k.kept, nil, err
		}
	}
	if len(k.save.Ids) > 0 {
		if err := queries.SaveFindings(ctx, k.save); err != nil {
			return k.kept, nil, fmt.Errorf("save %d findings: %w", len(k.save.Ids), err)
		}
	}
	if gone := k.close(open, compared); len(gone) > 0 {
		if err := queries.CloseFindings(ctx, run.ID, partnerID, gone); err != nil {
			return k.kept, nil, fmt.Errorf("close %d findings: %w", len(gone), err)
		}
	}
	return k.kept, k.outs, nil
}

// keeping is one partner's findings on their way into the table.
type keeping struct {
	run       FindingRun
	partnerID string
	kept      FindingsKept
	outs      []events.Out
	found     map[string]bool // ids
	save      db.SaveFindingsParams
}

// see takes a finding once, whoever else found it in the same run.
func (k *keeping) see(id string, f *reconciliation.Finding, known map[string]db.Finding) error {
	if k.run.Cycle != "" && f.Cycle != k.run.Cycle || k.found[id] {
		return nil
	}
	k.found[id] = true
	f = readable(f)
	keys, err := json.Marshal(f.Keys)
	if err != nil {
		return fmt.Errorf("encode the keys of finding %q: %w", id, err)
	}
	evidence, err := json.Marshal(f.Evidence)
	if err != nil {
		return fmt.Errorf("encode the evidence of finding %q: %w", id, err)
	}
	row, seen := known[id]
	version := row.Version + 1
	switch {
	case !seen || row.State != "open":
		k.kept.Opened++
		k.outs = append(k.outs, events.NewOut(k.run.Cause, events.TypeFindingOpened, id, 0,
			&events.FindingOpened{Origin: events.Origin{Version: int(version)}, Run: k.run.ID, Finding: findingEvent(id, f)}))
	default:
		k.kept.Updated++
		if row.Expected == f.Expected && row.Found == f.Found && row.Difference.Equal(f.Difference) {
			version = row.Version
		}
	}
	s := &k.save
	s.Ids, s.Versions = append(s.Ids, id), append(s.Versions, version)
	s.Kinds, s.Severities = append(s.Kinds, string(f.Kind)), append(s.Severities, string(f.Severity))
	s.Keys, s.Evidence = append(s.Keys, string(keys)), append(s.Evidence, string(evidence))
	s.Cycles, s.Currencies = append(s.Cycles, f.Cycle), append(s.Currencies, string(f.Currency))
	s.Expected, s.Found = append(s.Expected, f.Expected), append(s.Found, f.Found)
	s.Differences = append(s.Differences, f.Difference)
	return nil
}

// readable is a finding as it can be stored and told: what somebody wrote into
// a row or a payload need not be text.
func readable(f *reconciliation.Finding) *reconciliation.Finding {
	out := *f
	out.Expected, out.Found = storable(f.Expected), storable(f.Found)
	out.Keys, out.Evidence = slices.Clone(f.Keys), slices.Clone(f.Evidence)
	for i := range out.Keys {
		out.Keys[i].Value = storable(out.Keys[i].Value)
	}
	for i := range out.Evidence {
		out.Evidence[i].ID, out.Evidence[i].Text = storable(out.Evidence[i].ID), storable(out.Evidence[i].Text)
	}
	return &out
}

// close lists what stands open of what was compared, and was not found.
func (k *keeping) close(open []db.Finding, compared []reconciliation.Kind) (gone []string) {
	for i := range open {
		row := &open[i]
		if k.found[row.FindingID] || !slices.Contains(compared, reconciliation.Kind(row.Kind)) || k.run.Cycle != "" && row.Cycle != k.run.Cycle {
			continue
		}
		gone = append(gone, row.FindingID)
		k.kept.Closed++
		f := reconciliation.Finding{Kind: reconciliation.Kind(row.Kind), Severity: reconciliation.Severity(row.Severity), PartnerID: row.PartnerID}
		if json.Unmarshal(row.Keys, &f.Keys) != nil {
			f.Keys = nil // somebody wrote into the row: it is closed under its id
		}
		// Both sides say the same now; what it was about is told by its keys.
		f.Expected, f.Found, f.Currency = row.Expected, row.Expected, moneyOf(row.Currency)
		k.outs = append(k.outs, events.NewOut(k.run.Cause, events.TypeFindingClosed, row.FindingID, 0,
			&events.FindingClosed{Origin: events.Origin{Version: int(row.Version + 1)}, Run: k.run.ID, Finding: findingEvent(row.FindingID, &f)}))
	}
	return gone
}

func findingEvent(id string, f *reconciliation.Finding) events.Finding {
	out := events.Finding{FindingID: id, Kind: string(f.Kind), Severity: string(f.Severity), Keys: make([]events.FindingKey, len(f.Keys)),
		Currency: string(f.Currency), Expected: f.Expected, Found: f.Found, Difference: f.Difference.String()}
	for i, key := range f.Keys {
		out.Keys[i] = events.FindingKey(key)
	}
	return out
}

// finishedOut tells of a run as a whole.
func finishedOut(run *db.ReconciliationRun) events.Out {
	partnerID := run.PartnerID
	if partnerID == "" {
		partnerID = events.AllPartners
	}
	return events.NewOut(causeOf(run, partnerID), events.TypeReconciliationFinished, run.RunID, 0, &events.ReconciliationFinished{
		Origin: events.Origin{Version: 1}, Run: run.RunID, ComparedCount: int(run.Compared), OpenedCount: int(run.Opened),
		UpdatedCount: int(run.Updated), ClosedCount: int(run.Closed), OpenCount: int(run.Open)})
}

// store keeps what a partner came to: findings, sums, how far it is compared,
// and the run's cursor, or nothing.
func (r *Reconciler) store(ctx context.Context, run *db.ReconciliationRun, behind string, c *comparing) (err error) {
	tx, err := r.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() {
		if err != nil {
			rollback(ctx, tx)
		}
	}()
	queries := r.queries.WithTx(tx)
	if err := c.mark(ctx, queries, run); err != nil {
		return err
	}
	kept, outs, err := KeepFindings(ctx, tx, FindingRun{ID: run.RunID, Cycle: run.Cycle, Cause: causeOf(run, c.partnerID)}, c.partnerID, c.closable(), c.findings)
	if err != nil {
		return err
	}
	advance := db.AdvanceReconciliationRunParams{PartnerID: c.partnerID, RunID: run.RunID, Behind: behind, Owner: r.owner, Partners: 1,
		Compared: c.compared(), Opened: kept.Opened, Updated: kept.Updated, Closed: kept.Closed}
	switch {
	case c.partnerID == events.AllPartners:
		advance.Partners = 0
	case c.unchanged:
		advance.Partners, advance.Skipped = 0, 1
	}
	moved, err := queries.AdvanceReconciliationRun(ctx, advance)
	if err != nil {
		return fmt.Errorf("move the cursor: %w", err)
	}
	if moved == 0 {
		return errReconcileLost
	}
	if err := c.save(ctx, queries); err != nil {
		return err
	}
	if err := announce(ctx, queries, outs...); err != nil {
		return err
	}
	return commit(ctx, tx)
}

// A countKey is what comparisons are counted by.
type countKey struct {
	pair     reconciliation.Pair
	currency string
}

// A pairCount is how much of a pair was compared, and how much differed.
type pairCount struct {
	compared, differing int64
	amount, difference  decimal.Decimal
}
