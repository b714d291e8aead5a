package main

import (
	"context"
	"fmt"
	"io"
	"os/user"
	"strings"
	"time"

	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/site"
)

// jobsCommand looks at the scheduled jobs, and holds them back.
type jobsCommand struct {
	List   jobsListCommand   `cmd:"" default:"withargs" help:"List the jobs of every site, or with --runs what ran."`
	Pause  jobsPauseCommand  `cmd:"" help:"Keep a job from being fired."`
	Resume jobsResumeCommand `cmd:"" help:"Let a paused job be fired again."`
}

type jobsListCommand struct {
	Runs     bool          `help:"List runs, the newest first (default: the jobs)."`
	Job      string        `help:"Only this job (default: all)."`
	Site     string        `help:"Only of this site (default: all)."`
	Limit    limitFlag     `embed:""`
	Form     formFlags     `embed:""`
	Database databaseFlags `embed:""`
	Sites    siteFlags     `embed:""`
}

// jobStore is the jobs of a database.
func jobStore(ctx context.Context, database databaseFlags, sites siteFlags) (*workers.Jobs, site.Profiles, func(), error) {
	profiles, err := sites.load()
	if err != nil {
		return nil, profiles, nil, err
	}
	pool, err := database.connect(ctx)
	if err != nil {
		return nil, profiles, nil, err
	}
	return workers.NewJobs(pool, profiles), profiles, pool.Close, nil
}

// Run is called by kong.
func (l *jobsListCommand) Run(ctx context.Context, c *console) error {
	if err := l.Limit.check(); err != nil {
		return err
	}
	jobs, _, end, err := jobStore(ctx, l.Database, l.Sites)
	if err != nil {
		return err
	}
	defer end()
	if l.Runs {
		rows, err := jobs.Runs(ctx, l.Job, l.Site, l.Limit.Limit)
		if err != nil {
			return err
		}
		return l.Form.write(c, &jobRuns{Runs: rows})
	}
	states, gaps, err := jobs.List(ctx, l.Job, l.Site, time.Now())
	if err != nil {
		return err
	}
	for _, gap := range gaps {
		fmt.Fprintln(c.err, "note:", gap)
	}
	return l.Form.write(c, &jobStates{Jobs: append([]workers.JobState{}, states...)})
}

// Help is shown below the flags.
func (l *jobsListCommand) Help() string {
	return `A run is due, then fired (published), waiting (for what stood before it in the input), running (its parts are sent to the partners of its site and decided), finished. Its duration counts from when it was put down. A job is not_started where no worker fires jobs, as in dev: its runs came with the file. What is left out was missed for so long that newer runs of the same job stand for it, or was skipped by an operator.

Examples:
  accruald jobs
  accruald jobs --runs --job close_cycle --json
  accruald jobs pause auto_request --actor ops --reason "bank holiday"
  accruald jobs resume auto_request --actor ops`
}

// jobStates are jobs with their schedules.
type jobStates struct {
	Jobs []workers.JobState `json:"jobs"`
}

// last is a member of the last run, where there is one.
func last[T any](of func(*workers.JobRun) T) func(*workers.JobState) any {
	return func(s *workers.JobState) any {
		if s.Last == nil {
			s = &workers.JobState{Last: &workers.JobRun{}}
		}
		return of(s.Last)
	}
}

var jobColumns = []table.Column[workers.JobState]{
	{Name: "job", Of: func(s *workers.JobState) any { return s.Job }},
	{Name: "site", Of: func(s *workers.JobState) any { return s.Site }},
	{Name: "times", Of: func(s *workers.JobState) any { return strings.Join(s.Times, "; ") }},
	{Name: "zone", Of: func(s *workers.JobState) any { return s.Zone }},
	{Name: "status", Of: func(s *workers.JobState) any { return s.Status }},
	{Name: "next_run", Of: func(s *workers.JobState) any { return s.Next }},
	{Name: "last_run", Of: last(func(r *workers.JobRun) time.Time { return r.ScheduledFor })},
	{Name: "state", Of: last(func(r *workers.JobRun) string { return r.State })},
	{Name: "outcome", Of: last(func(r *workers.JobRun) string { return r.Outcome })},
	{Name: "duration_ms", Of: last(func(r *workers.JobRun) int64 { return r.Millis })},
	{Name: "partners", Of: last(func(r *workers.JobRun) int64 { return r.Partners })},
	{Name: "refused", Of: last(func(r *workers.JobRun) int64 { return r.Refused })},
	{Name: "left_out", Of: func(s *workers.JobState) any { return s.LeftOut }},
	{Name: "left_out_until", Of: func(s *workers.JobState) any { return s.LeftOutUntil }, Only: table.ForMachines},
	{Name: "paused_by", Of: func(s *workers.JobState) any { return s.PausedBy }, Only: table.ForMachines},
	{Name: "reason", Of: func(s *workers.JobState) any { return s.Reason }},
}

// WriteText implements printed.
func (s *jobStates) WriteText(w io.Writer) error {
	var t table.Text
	t.Rows(table.Rows(jobColumns, s.Jobs))
	return t.Write(w)
}

// WriteCSV implements printed.
func (s *jobStates) WriteCSV(w io.Writer) error { return table.WriteCSV(w, jobColumns, s.Jobs) }

// jobRuns are runs of jobs.
type jobRuns struct {
	Runs []workers.JobRun `json:"runs"`
}

var runColumns = []table.Column[workers.JobRun]{
	{Name: "job", Of: func(r *workers.JobRun) any { return r.Job }},
	{Name: "site", Of: func(r *workers.JobRun) any { return r.Site }},
	{Name: "scheduled_for", Of: func(r *workers.JobRun) any { return r.ScheduledFor }},
	{Name: "run", Of: func(r *workers.JobRun) any { return r.Run }, Only: table.ForMachines},
	{Name: "state", Of: func(r *workers.JobRun) any { return r.State }},
	{Name: "outcome", Of: func(r *workers.JobRun) any { return r.Outcome }},
	{Name: "origin", Of: func(r *workers.JobRun) any { return r.Origin }},
	{Name: "actor", Of: func(r *workers.JobRun) any { return r.Actor }},
	{Name: "partners", Of: func(r *workers.JobRun) any { return r.Partners }},
	{Name: "refused", Of: func(r *workers.JobRun) any { return r.Refused }},
	{Name: "duration_ms", Of: func(r *workers.JobRun) any { return r.Millis }},
	{Name: "due_at", Of: func(r *workers.JobRun) any { return r.DueAt }, Only: table.ForMachines},
	{Name: "fired_at", Of: func(r *workers.JobRun) any { return r.FiredAt }, Only: table.ForMachines},
	{Name: "recorded_at", Of: func(r *workers.JobRun) any { return r.RecordedAt }, Only: table.ForMachines},
	{Name: "sent_at", Of: func(r *workers.JobRun) any { return r.SentAt }, Only: table.ForMachines},
	{Name: "finished_at", Of: func(r *workers.JobRun) any { return r.FinishedAt }},
}

// WriteText implements printed.
func (s *jobRuns) WriteText(w io.Writer) error {
	var t table.Text
	t.Rows(table.Rows(runColumns, s.Runs))
	return t.Write(w)
}

// WriteCSV implements printed.
func (s *jobRuns) WriteCSV(w io.Writer) error { return table.WriteCSV(w, runColumns, s.Runs) }

// jobFlags name a job, and who does something about it.
type jobFlags struct {
	Name     string        `arg:"" help:"Job, as close_cycle."`
	Site     string        `help:"Only at this site (default: all)."`
	Actor    string        `required:"" help:"Who does this."`
	Database databaseFlags `embed:""`
	Sites    siteFlags     `embed:""`
}

type jobsPauseCommand struct {
	Job    jobFlags `embed:""`
	Reason string   `required:"" help:"Why; shown by accruald jobs."`
}

// Run is called by kong.
func (p *jobsPauseCommand) Run(ctx context.Context, c *console) error {
	jobs, _, end, err := jobStore(ctx, p.Job.Database, p.Job.Sites)
	if err != nil {
		return err
	}
	defer end()
	if err := jobs.Pause(ctx, p.Job.Name, p.Job.Site, p.Job.Actor, p.Reason); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "job %s is not fired %s until accruald jobs resume\n", p.Job.Name, p.Job.where())
	return err
}

type jobsResumeCommand struct {
	Job  jobFlags `embed:""`
	Skip bool     `name:"skip-missed" help:"Leave out what was due meanwhile (default: it is caught up, in order)."`
}

// Run is called by kong.
func (r *jobsResumeCommand) Run(ctx context.Context, c *console) error {
	jobs, _, end, err := jobStore(ctx, r.Job.Database, r.Job.Sites)
	if err != nil {
		return err
	}
	defer end()
	skipped, err := jobs.Resume(ctx, r.Job.Name, r.Job.Site, r.Job.Actor, r.Skip, time.Now())
	if err != nil {
		return err
	}
	missed := "what was missed is caught up"
	if r.Skip {
		missed = fmt.Sprintf("%d runs are left out", skipped)
	}
	_, err = fmt.Fprintf(c.out, "job %s is fired again %s; %s\n", r.Job.Name, r.Job.where(), missed)
	return err
}

func (f jobFlags) where() string {
	if f.Site == "" {
		return "at any site"
	}
	return "at site " + f.Site
}

// runJobCommand runs a job by hand.
type runJobCommand struct {
	Name     string        `arg:"" help:"Job, as close_cycle."`
	For      string        `required:"" placeholder:"TIME" help:"Time that it runs for: as 2026-04-01T00:10 on the site's clock, or with an offset."`
	Site     string        `help:"Site (default: the only one with partners)."`
	Actor    string        `help:"Who does this (default: the user of this machine)."`
	Nats     natsFlags     `embed:""`
	Database databaseFlags `embed:""`
	Sites    siteFlags     `embed:""`
	Log      logFlags      `embed:""`
}

// Run is called by kong.
func (r *runJobCommand) Run(ctx context.Context, c *console) error {
	jobs, profiles, end, err := jobStore(ctx, r.Database, r.Sites)
	if err != nil {
		return err
	}
	defer end()
	profile, err := profiles.Get(r.Site)
	if r.Site == "" {
		profile, err = jobs.SiteFor(ctx)
	}
	if err != nil {
		return err
	}
	at, err := jobTime(r.For, profile.Zone())
	if err != nil {
		return err
	}
	log, err := r.Log.logger(c)
	if err != nil {
		return err
	}
	b, err := bus.Connect(ctx, r.Nats.config("accruald run-job", log))
	if err != nil {
		return err
	}
	defer b.Close()
	fired, err := jobs.Fire(ctx, b, r.Name, profile.Site, at, r.actor())
	if err != nil {
		return err
	}
	run := fired.Run
	named := fmt.Sprintf("run %s of job %s at site %s", run.Run, run.Job, run.Site)
	switch {
	case fired.Published:
		_, err = fmt.Fprintf(c.out, "%s is fired; accruald jobs --runs tells what becomes of it\n", named)
	case fired.LeftOut > 0:
		_, err = fmt.Fprintf(c.out, "%s has happened; it is fired again for %d partners that it had not reached\n", named, fired.LeftOut)
	case run.State != "finished":
		_, err = fmt.Fprintf(c.out, "%s is under way, nothing is done: it is %s\n", named, run.State)
	default:
		_, err = fmt.Fprintf(c.out, "%s has happened, nothing is done: it is %s\n", named, standing(run))
	}
	return err
}

func (r *runJobCommand) actor() string {
	if r.Actor != "" {
		return r.Actor
	}
	if me, err := user.Current(); err == nil {
		return me.Username
	}
	return "unknown"
}

// standing is how far a run is.
func standing(run workers.JobRun) string {
	if run.Outcome == "" {
		return run.State
	}
	return fmt.Sprintf("%s (%s) since %s", run.State, run.Outcome, run.FinishedAt.Format(time.RFC3339))
}

// jobTime reads a time on the site's clock, or one with its offset.
func jobTime(text string, zone *time.Location) (time.Time, error) {
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02"} {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			return at, nil
		}
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, fmt.Errorf("run a job for %q: it is no time: write 2026-04-01T00:10, or with an offset 2026-04-01T00:10:00+08:00", text)
	}
	return at, nil
}

// Help is shown below the flags.
func (r *runJobCommand) Help() string {
	return `The run goes the way of any other: it is decided behind everything that stands before it in the input, and it happens once for each partner, however often it is asked for and whether the clock comes to it or not: asked for again, it reaches the partners that were enrolled since. A paused job is run, too.

Examples:
  accruald run-job close_cycle --for 2026-04-01T00:10
  accruald run-job statement --site eu --for 2026-04-05T10:00 --actor ops`
}
