package main

import (
	"context"
	"fmt"
	"io"

	"github.com/accruald/accruald/cmd/accruald/internal/records"
)

type reportRunCommand struct {
	ID       string        `arg:"" name:"run" optional:"" help:"Id of the run (default: the last one)."`
	Format   string        `default:"html" enum:"html,csv,xlsx,json" help:"Form: html (a page of its own with charts), xlsx (all parts, a sheet each), csv (one part) or json."`
	Part     string        `default:"findings" enum:"findings,evidence,comparisons" help:"Part that --format csv writes: findings, evidence or comparisons."`
	Limit    int           `default:"1000" help:"Most findings that are told; a note says how many more there are."`
	Out      outFlag       `embed:""`
	Database databaseFlags `embed:""`
}

// runFindingsMax bounds what --limit may ask for: a page of them is some hundred megabytes.
const runFindingsMax = 100_000

// Run is called by kong.
func (r *reportRunCommand) Run(ctx context.Context, c *console) error {
	if r.Limit < 1 || r.Limit > runFindingsMax {
		return fmt.Errorf("report %d findings: use --limit from 1 to %d", r.Limit, runFindingsMax)
	}
	pool, err := r.Database.connect(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	run, err := records.Run(ctx, pool, r.ID, r.Limit)
	if err != nil {
		return err
	}
	if run.LeftOut > 0 {
		fmt.Fprintf(c.err, "%d findings more than --limit %d are left out: raise it\n", run.LeftOut, r.Limit)
	}
	return r.Out.write(c, func(w io.Writer) error {
		switch r.Format {
		case "csv":
			return run.WriteCSV(w, r.Part)
		case "xlsx":
			return run.WriteXLSX(w)
		case "json":
			return writeJSON(w, run)
		default:
			return run.WriteHTML(w)
		}
	})
}

// Help is shown below the flags.
func (r *reportRunCommand) Help() string {
	return `The page loads nothing and runs nothing: it can be filed, sent and printed. It has what was compared by pair of views, how much of it agrees, and every finding that the run opened, saw again or closed, with the rows of both sides.

Examples:
  accruald report run --out reconciliation.html
  accruald report run reconcile/cn/2026-04-06T04:00 --format xlsx --out reconciliation.xlsx`
}
