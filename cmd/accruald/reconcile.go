package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"time"

	"github.com/accruald/accruald/cmd/accruald/internal/listing"
	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/reconciliation"
)

// reconcileHeapFloor is memory that counts as kept and is never touched, so it takes none. A run keeps little of all that
// it reads: without the floor a small heap is collected all the time, which takes a fifth of the processor time.
const reconcileHeapFloor = 64 << 20

// reconcileCommand compares everything with everything, now.
type reconcileCommand struct {
	Full     bool          `help:"Everything, and the hashes of all postings (default: what was decided since the last time)."`
	Partner  string        `help:"Only this partner (default: all)."`
	Cycle    string        `placeholder:"YYYY-MM" help:"Open and close only findings of this cycle (default: of all)."`
	Resume   string        `placeholder:"RUN" help:"Go on with this run, which was interrupted."`
	Parallel int           `default:"2" help:"Partners that are compared side by side."`
	JSON     bool          `name:"json" help:"For machines: one JSON object."`
	Database databaseFlags `embed:""`
	Sites    siteFlags     `embed:""`
}

// Run is called by kong. Open errors are the exit status.
func (r *reconcileCommand) Run(ctx context.Context, c *console) error {
	if err := listing.CheckCycle(r.Cycle); err != nil {
		return err
	}
	if r.Parallel < 1 || r.Parallel > workers.ReconcileParallelMax {
		return fmt.Errorf("compare %d partners side by side: use 1 to %d", r.Parallel, workers.ReconcileParallelMax)
	}
	sites, err := r.Sites.load()
	if err != nil {
		return err
	}
	pool, err := r.Database.connect(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	floor := make([]byte, reconcileHeapFloor)
	defer runtime.KeepAlive(floor)
	reconciler := workers.NewReconciler(pool, sites, "reconcile-"+rand.Text()[:8], slog.New(slog.DiscardHandler))
	reconciler.Parallel = r.Parallel
	var bar *progress
	reconciler.Progress = func(done, total int) {
		if bar == nil {
			bar = newPartnerProgress(c, "reconcile", total)
		}
		bar.set(done)
	}
	run, err := r.take(ctx, reconciler)
	if err != nil {
		return err
	}
	run, err = reconciler.Work(ctx, run)
	if bar != nil {
		bar.close()
	}
	if err != nil {
		return fmt.Errorf("%w; go on with accruald reconcile --resume %s", err, run.RunID)
	}
	list := listing.Reconciliations([]listing.Reconciliation{runRow(&run)}, 1)
	err = formFlags{JSON: r.JSON}.write(c, list)
	if run.OpenErrors > 0 {
		err = errors.Join(err, fmt.Errorf("%d findings of severity error are open: list them with accruald findings", run.OpenErrors))
	}
	return err
}

// take begins a run, or takes the one that is to go on.
func (r *reconcileCommand) take(ctx context.Context, reconciler *workers.Reconciler) (workers.ReconciliationRun, error) {
	if r.Resume != "" {
		return reconciler.Resume(ctx, r.Resume)
	}
	mode := workers.ReconcileIncremental
	if r.Full {
		mode = workers.ReconcileFull
	}
	return reconciler.Begin(ctx, workers.ReconcileByHand(mode, r.Partner, r.Cycle, time.Now()))
}

// Help is shown below the flags.
func (r *reconcileCommand) Help() string {
	return `Each partner is compared at one moment, without locks; workers go on beside it. The exit status is 1 while errors are open. What an interrupted run has done stays, and the workers go on with it where it stood, or --resume does.

Examples:
  accruald reconcile
  accruald reconcile --full --partner P100`
}

func runRow(r *workers.ReconciliationRun) listing.Reconciliation {
	return listing.Reconciliation{RunID: r.RunID, Mode: r.Mode, Site: r.Site, PartnerID: r.PartnerID, Cycle: r.Cycle, State: r.State, ScheduledFor: r.ScheduledFor,
		StartedAt: r.StartedAt, FinishedAt: r.FinishedAt, Attempts: int(r.Attempts), Partners: r.Partners, Unchanged: r.Skipped, Compared: r.Compared,
		Opened: r.Opened, Updated: r.Updated, Closed: r.Closed, Open: r.Open, OpenErrors: r.OpenErrors, Error: r.Error}
}

// reconciliationsCommand lists runs.
type reconciliationsCommand struct {
	Limit    limitFlag     `embed:""`
	Form     formFlags     `embed:""`
	Database databaseFlags `embed:""`
}

// Run is called by kong.
func (r *reconciliationsCommand) Run(ctx context.Context, c *console) error {
	if err := r.Limit.check(); err != nil {
		return err
	}
	pool, err := r.Database.connect(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	runs, err := workers.ReconciliationRuns(ctx, pool, r.Limit.Limit)
	if err != nil {
		return err
	}
	rows := make([]listing.Reconciliation, len(runs))
	for i := range runs {
		rows[i] = runRow(&runs[i])
	}
	list := listing.Reconciliations(rows, r.Limit.Limit)
	r.Limit.note(c, list)
	return r.Form.write(c, list)
}

// findingsCommand lists differences.
type findingsCommand struct {
	Partner  string        `help:"Only of this partner (default: all)."`
	Kind     string        `help:"Only of this kind (default: all)."`
	State    string        `default:"open" enum:"open,closed,all" help:"Open, closed or all."`
	Severity string        `help:"Only of this severity: error, warning, notice (default: all)."`
	Cycle    string        `placeholder:"YYYY-MM" help:"Only of this cycle (default: all)."`
	From     string        `name:"run" placeholder:"RUN" help:"Only what this run opened, saw last or closed (default: any)."`
	Kinds    bool          `help:"List the kinds instead, with what each compares."`
	Limit    limitFlag     `embed:""`
	Form     formFlags     `embed:""`
	Database databaseFlags `embed:""`
}

// Run is called by kong.
func (f *findingsCommand) Run(ctx context.Context, c *console) error {
	if f.Kinds {
		return f.Form.write(c, findingKinds())
	}
	if err := f.check(); err != nil {
		return err
	}
	pool, err := f.Database.connect(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	filter := workers.FindingFilter{PartnerID: f.Partner, Kind: f.Kind, State: f.State, Severity: f.Severity, Cycle: f.Cycle, RunID: f.From, Limit: f.Limit.Limit}
	if f.State == "all" {
		filter.State = ""
	}
	found, err := workers.ListFindings(ctx, pool, filter)
	if err != nil {
		return err
	}
	rows := make([]listing.Finding, len(found))
	for i := range found {
		rows[i] = findingRow(&found[i])
	}
	list := listing.Findings(rows, f.Limit.Limit)
	f.Limit.note(c, list)
	return f.Form.write(c, list)
}

func (f *findingsCommand) check() error {
	if err := errors.Join(f.Limit.check(), listing.CheckCycle(f.Cycle)); err != nil {
		return err
	}
	if _, known := reconciliation.Info(reconciliation.Kind(f.Kind)); f.Kind != "" && !known {
		return fmt.Errorf("list findings of kind %q: there is no such kind; accruald findings --kinds lists them", f.Kind)
	}
	switch reconciliation.Severity(f.Severity) {
	case "", reconciliation.SeverityError, reconciliation.SeverityWarning, reconciliation.SeverityNotice:
		return nil
	default:
		return fmt.Errorf("list findings of severity %q: use error, warning or notice", f.Severity)
	}
}

// Help is shown below the flags.
func (f *findingsCommand) Help() string {
	return `A finding is opened once, updated by each run that sees it again, and closed by the first that compares the same and does not see it.

Examples:
  accruald findings --severity error
  accruald findings --partner P100 --state all --csv > findings.csv
  accruald findings --kinds`
}

func findingKinds() *listing.Table[listing.FindingKind] {
	var rows []listing.FindingKind
	for _, k := range reconciliation.Kinds() {
		rows = append(rows, listing.FindingKind{Kind: string(k.Kind), Pair: string(k.Pair), Severity: string(k.Severity), Keys: k.Keys, Compared: k.Compared, Mend: k.Mend})
	}
	return listing.FindingKinds(rows)
}

func findingRow(f *workers.StoredFinding) listing.Finding {
	about := make([]string, len(f.About))
	for i, key := range f.About {
		about[i] = key.Name + " " + key.Value
	}
	out := listing.Finding{FindingID: f.FindingID, PartnerID: f.PartnerID, Kind: f.Kind, Severity: f.Severity, State: f.State, About: strings.Join(about, ", "),
		Cycle: f.Cycle, Expected: f.Expected, Found: f.Found, Currency: f.Currency, OpenedAt: f.OpenedAt, OpenedRun: f.OpenedRun, SeenRun: f.SeenRun,
		SeenCount: f.SeenCount, ClosedRun: f.ClosedRun}
	if f.Currency != "" {
		amount := table.AmountIn(f.Difference, f.Currency)
		out.Difference = &amount
	}
	return out
}

// findingCommand is about one finding.
type findingCommand struct {
	Show findingShowCommand `cmd:"" help:"Show one finding: what was compared, the rows of both sides, how it is mended."`
}

type findingShowCommand struct {
	ID       string        `arg:"" help:"Finding id, or how it begins."`
	Form     formFlags     `embed:""`
	Database databaseFlags `embed:""`
}

// Run is called by kong.
func (f *findingShowCommand) Run(ctx context.Context, c *console) error {
	pool, err := f.Database.connect(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	found, err := workers.FindFinding(ctx, pool, f.ID)
	if err != nil {
		return err
	}
	info, _ := reconciliation.Info(reconciliation.Kind(found.Kind))
	shown := &listing.FindingShown{Finding: findingRow(&found), Compared: info.Compared, Mend: info.Mend, Evidence: []listing.EvidenceRow{}}
	for _, row := range found.Evidence {
		shown.Evidence = append(shown.Evidence, listing.EvidenceRow(row))
	}
	return f.Form.write(c, shown)
}
