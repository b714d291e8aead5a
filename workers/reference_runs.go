package workers

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/jackc/pgx/v5"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/schedule"
	"github.com/accruald/accruald/workers/site"
)

// scheduledRun is a job that fired: recorded, and to be sent to each partner
// of its site once the input that stood before it is decided. Before that the
// partners are not known: one may be enrolled by what is still queued.
type scheduledRun struct {
	inputNo int64
	event   *events.Event
	barrier uint64
}

// waitingRunsMax is how many recorded jobs are held in memory; more follow
// when these are sent.
const waitingRunsMax = 1_000

const (
	// fanOutPartnersMax is how many partners one transaction sends a job to.
	fanOutPartnersMax = 500
	// fanOutStepPartnersMax is how many are sent to, or counted, before
	// reference data and what is to be published have their turn again.
	fanOutStepPartnersMax = 2_000
)

func (r *referenceReader) loadRuns(ctx context.Context) error {
	rows, err := r.queries.WaitingRuns(ctx, waitingRunsMax)
	if err != nil {
		return fmt.Errorf("read the jobs to be fanned out: %w", err)
	}
	r.runs = r.runs[:0]
	for _, row := range rows {
		if row.WaitsFor == nil {
			return fmt.Errorf("read the jobs to be fanned out: input %d waits for nothing", row.InputNo)
		}
		barrier, err := barrierOf(*row.WaitsFor)
		if err != nil {
			return err
		}
		event, err := events.Restore(events.Envelope{ID: row.EventID, Source: row.Source, Type: row.Type, Subject: row.Subject,
			PartitionKey: events.AllPartners, Time: atOffset(row.Time, row.TimeOffset)}, row.Payload)
		if err != nil {
			return fmt.Errorf("read the job of input %d: %w", row.InputNo, err)
		}
		r.runs = append(r.runs, scheduledRun{inputNo: row.InputNo, event: event, barrier: barrier})
	}
	return nil
}

// fanOut sends the jobs whose barrier is passed, in order and a page of
// partners after the other, up to a bound: what is published meanwhile, and
// reference data, does not wait for thousands of partners.
func (r *referenceReader) fanOut(ctx context.Context) error {
	if len(r.runs) == 0 {
		return nil
	}
	if first := r.runs[0].barrier; r.decided < first {
		decided, passed, err := r.decidedUpTo(ctx, first)
		if err != nil || !passed {
			signal(r.kick) // look again soon, not at the next poll
			pause(ctx, referenceFollowWait)
			return err
		}
		r.decided = decided
	}
	for sent := 0; len(r.runs) > 0 && r.runs[0].barrier <= r.decided; {
		if sent >= fanOutStepPartnersMax {
			signal(r.kick)
			return nil
		}
		count, complete, err := r.fanOutPage(ctx, r.runs[0])
		if err != nil {
			return err
		}
		sent += count
		if complete {
			r.runs, r.following = r.runs[1:], true
		}
	}
	if len(r.runs) == 0 {
		return r.loadRuns(ctx)
	}
	return nil
}

// fanOutPage sends a run to the next partners of its site, in one transaction
// that notes how far it came.
func (r *referenceReader) fanOutPage(ctx context.Context, run scheduledRun) (sent int, complete bool, err error) {
	tx, err := r.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
	if err != nil {
		return 0, false, fmt.Errorf("begin: %w", err)
	}
	sent, complete, err = r.fanOutIn(ctx, tx, run)
	if err == nil {
		err = commit(ctx, tx)
	}
	if err != nil {
		rollback(ctx, tx)
		return 0, false, fmt.Errorf("fan out job %q of source %q: %w", run.event.ID, run.event.Source, err)
	}
	r.log.Debug("job sent to partners of its site", "source", run.event.Source, "id", run.event.ID, "partners", sent, "complete", complete)
	return sent, complete, nil
}

func (r *referenceReader) fanOutIn(ctx context.Context, tx pgx.Tx, run scheduledRun) (sent int, complete bool, err error) {
	queries := r.queries.WithTx(tx)
	fired, ok := run.event.Data.(*events.ScheduleFired)
	if !ok {
		return 0, false, fmt.Errorf("type %q is not %s", run.event.Type, events.TypeScheduleFired)
	}
	counters, err := queries.LockReference(ctx)
	if err != nil {
		return 0, false, fmt.Errorf("lock the reference log: %w", err)
	}
	to, err := r.nextPage(ctx, queries, run, fired)
	if err != nil {
		return 0, false, err
	}
	outs := make([]events.Out, len(to.partners))
	for i, partner := range to.partners {
		applied, err := decision.FanOut(run.event, partner, r.config.Sites)
		if err != nil {
			return 0, false, err
		}
		outs[i] = events.Out{ID: applied.ID, Type: applied.Type, PartnerID: partner, Subject: applied.Subject, Time: applied.Time,
			Data: jsontext.Value(applied.Payload)}
	}
	if err := sendOut(ctx, queries, r.epoch, outs); err != nil {
		return 0, false, err
	}
	if err := queries.MarkSent(ctx, to.after, to.last, run.inputNo); err != nil {
		return 0, false, fmt.Errorf("note how far input %d is sent: %w", run.inputNo, err)
	}
	if !to.last {
		return len(to.partners), false, nil
	}
	counters.DecisionNo++
	finished, err := queries.FinishRun(ctx, &counters.DecisionNo, run.inputNo)
	if err != nil {
		return 0, false, fmt.Errorf("finish input %d: %w", run.inputNo, err)
	}
	if finished != 1 {
		return 0, false, fmt.Errorf("finish input %d: %w", run.inputNo, ErrNotOwner)
	}
	return len(to.partners), true, queries.SaveReferenceCounters(ctx, counters.InputNo, counters.DecisionNo, counters.Waiting-1)
}

// A fanPage is some partners that a run is sent to, up to which one, and
// whether they are the last.
type fanPage struct {
	partners []string
	after    string
	last     bool
}

// nextPage looks up whom a run is sent to next. A run that another event fired
// goes on with this one where partners were left out, and else stays as it is.
func (r *referenceReader) nextPage(ctx context.Context, queries *db.Queries, run scheduledRun, fired *events.ScheduleFired) (to fanPage, err error) {
	after, err := queries.SentAfter(ctx, run.inputNo)
	if err == nil {
		return r.pageAfter(ctx, queries, run.event, fired, after)
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return to, fmt.Errorf("read how far input %d is sent: %w", run.inputNo, err)
	}
	owner, err := r.recordRun(ctx, queries, fired, run.inputNo)
	switch {
	case err != nil:
		return to, err
	case owner == run.inputNo: // recorded by a version that kept no runs
		return r.pageAfter(ctx, queries, run.event, fired, "")
	case fired.Job == decision.JobReconcile:
		return fanPage{last: true}, nil
	}
	for !to.last && len(to.partners) == 0 {
		if to, err = r.pageAfter(ctx, queries, run.event, fired, to.after); err != nil {
			return to, err
		}
	}
	if len(to.partners) == 0 {
		return to, nil
	}
	key, err := runKey(r.config.Sites, fired)
	if err == nil {
		err = queries.TakeRun(ctx, db.TakeRunParams{InputNo: run.inputNo, Job: fired.Job, Site: fired.Site, RunKey: key})
	}
	if err != nil {
		return to, fmt.Errorf("go on with the run of input %d by input %d: %w", owner, run.inputNo, err)
	}
	return to, nil
}

// pageAfter lists the next partners of a site that a run has not reached. A
// reconciliation is sent to nobody: what it compares was decided, so its run is
// stored, for the replica that finds it first.
func (r *referenceReader) pageAfter(ctx context.Context, queries *db.Queries, ev *events.Event, fired *events.ScheduleFired, after string) (fanPage, error) {
	if fired.Job == decision.JobReconcile {
		return fanPage{last: true}, r.scheduleReconciliation(ctx, queries, ev, fired)
	}
	partners, err := queries.PartnersOfSite(ctx, fired.Site, after, r.page)
	if err != nil {
		return fanPage{}, fmt.Errorf("read the partners of site %q after %q: %w", fired.Site, after, err)
	}
	to := fanPage{after: after, last: len(partners) < int(r.page)}
	if len(partners) > 0 {
		to.after = partners[len(partners)-1]
	}
	to.partners, err = notReached(ctx, queries, fired.Job, fired.Site, fired.ScheduledFor, partners)
	return to, err
}

// notReached are those of some partners whose part of a run did not come in.
func notReached(ctx context.Context, queries *db.Queries, job, siteCode string, at time.Time, partners []string) ([]string, error) {
	reached, err := queries.ReachedPartners(ctx, partners, partKeys(job, siteCode, at, partners))
	if err != nil {
		return nil, fmt.Errorf("read which of %d partners a run has reached: %w", len(partners), err)
	}
	return slices.DeleteFunc(partners, func(id string) bool { return slices.Contains(reached, id) }), nil
}

// partKeys are what partners' inboxes know their parts of a run by.
func partKeys(job, siteCode string, at time.Time, partners []string) [][]byte {
	hashes := make([][]byte, len(partners))
	for i, partner := range partners {
		hashes[i] = KeyHash(events.Source, decision.PartID(job, siteCode, at, partner))
	}
	return hashes
}

// recordRun ties a run to the event of an input, and returns the input that it
// belongs to: another one where the run was fired before, under another id.
func (r *referenceReader) recordRun(ctx context.Context, queries *db.Queries, fired *events.ScheduleFired, inputNo int64) (int64, error) {
	key, err := runKey(r.config.Sites, fired)
	if err != nil {
		return 0, err
	}
	owner, err := queries.RecordRun(ctx, db.RecordRunParams{Job: fired.Job, Site: fired.Site, RunKey: key, ScheduledFor: fired.ScheduledFor, InputNo: &inputNo})
	if err != nil {
		return 0, fmt.Errorf("record the run %s of job %q at site %q: %w", key, fired.Job, fired.Site, err)
	}
	return owner, nil
}

// runKey names the run that an event fires. A site without a profile has no
// zone: its runs are known by UTC, and concern nobody.
func runKey(sites site.Profiles, fired *events.ScheduleFired) (string, error) {
	if !hasProfile(sites, fired.Site) {
		return fired.ScheduledFor.UTC().Format(time.RFC3339Nano), nil
	}
	profile, err := sites.Get(fired.Site)
	if err != nil {
		return "", err
	}
	key, _, err := schedule.Key(fired.Job, profile, fired.ScheduledFor)
	return key, err
}

func hasProfile(sites site.Profiles, code string) bool { return slices.Contains(sites.Sites(), code) }

// decidedUpTo reports whether everything in the input up to a sequence is
// decided, in all partitions, whoever owns them, and then how far it is.
func (w *Worker) decidedUpTo(ctx context.Context, sequence uint64) (decided uint64, passed bool, err error) {
	rows, err := w.queries.Positions(ctx)
	if err != nil {
		return 0, false, fmt.Errorf("read positions: %w", err)
	}
	return w.passed(ctx, rows, sequence)
}

func (w *Worker) passed(ctx context.Context, rows []db.StreamPosition, sequence uint64) (decided uint64, passed bool, err error) {
	decided = math.MaxUint64
	for _, row := range rows {
		partition, position := int(row.Partition), uint64(row.Position) // never negative, by a check
		if partition >= bus.Partitions {
			continue
		}
		if position < sequence {
			// The partition's last message may lie far before the end of the stream.
			if position, err = w.bus.Horizon(ctx, partition, position); err != nil {
				return 0, false, err
			}
			if position < sequence {
				return 0, false, nil
			}
		}
		decided = min(decided, position)
	}
	return decided, true, nil
}

// notOwner turns the absence of a row under an epoch into its meaning.
func notOwner(err error, what string) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("%s: %w", what, ErrNotOwner)
	}
	return fmt.Errorf("%s: %w", what, err)
}
