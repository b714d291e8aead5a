package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/accruald/accruald/cmd/accruald/internal/feed"
	"github.com/accruald/accruald/cmd/accruald/internal/whatif"
	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/site"
)

var errNoFiles = errors.New("simulate nothing: name files of events; the database is simulated with --policy only")

// whatIfFlags ask what the same history comes to under other policies and prices.
type whatIfFlags struct {
	Policy  string        `placeholder:"FILE" help:"Compare with what the same events come to under the policies (incentive_policy.published) and prices (product.published) of this file (default: none, print what comes out)."`
	From    time.Time     `placeholder:"TIME" help:"From when on those of --policy hold, as 2026-02-01T00:00:00+08:00 (default: their effective_time)."`
	To      time.Time     `placeholder:"TIME" help:"Until when they hold, exclusive (default: for ever)."`
	Partner string        `help:"With --policy: only of this partner (default: all)."`
	CSV     bool          `name:"csv" help:"With --policy: for spreadsheets, as comma-separated values."`
	Data    databaseFlags `embed:""`
}

func (f *whatIfFlags) given() bool {
	return f.Policy != "" || !f.From.IsZero() || !f.To.IsZero() || f.Partner != "" || f.CSV
}

// whatIf prints what changes for each partner.
func (s *simulateCommand) whatIf(ctx context.Context, c *console) error {
	if s.WhatIf.Policy == "" {
		return errors.New("--from, --to, --partner and --csv are for a comparison: name the file of policies by --policy")
	}
	change, err := s.WhatIf.change(c)
	if err != nil {
		return err
	}
	sites, err := s.Sites.load()
	if err != nil {
		return err
	}
	var result *whatif.Table
	if len(s.Files) > 0 {
		result, err = s.compareFiles(ctx, c, change, sites)
	} else {
		result, err = s.compareRecorded(ctx, c, change, sites)
	}
	if err != nil {
		return err
	}
	return formFlags{JSON: s.JSON, CSV: s.WhatIf.CSV}.write(c, result)
}

func (f *whatIfFlags) change(c *console) (*whatif.Change, error) {
	sources, err := feed.Sources([]string{f.Policy}, c.in)
	if err != nil {
		return nil, err
	}
	var list []*events.Event
	for line, err := range feed.Lines(sources) {
		if err != nil {
			return nil, err
		}
		list = append(list, line.Event)
	}
	return whatif.NewChange(whatif.Window{From: f.From, To: f.To}, list)
}

// compareFiles decides files on both sides.
func (s *simulateCommand) compareFiles(ctx context.Context, c *console, change *whatif.Change, sites site.Profiles) (*whatif.Table, error) {
	sources, err := feed.Sources(s.Files, c.in)
	if err != nil {
		return nil, err
	}
	for line, err := range feed.Lines(sources) {
		if err != nil {
			return nil, err
		}
		change.Note(line.Event)
	}
	run, err := whatif.NewRun(change, sites)
	if err != nil {
		return nil, err
	}
	for line, err := range feed.Played(sources, sites) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		if err := run.Fold(line.Event); err != nil {
			return nil, fmt.Errorf("decide %s:%d: %w", line.File, line.Number, err)
		}
	}
	return run.Table(s.WhatIf.Partner, sites)
}

// compareRecorded decides what the database has recorded on both sides, partner by partner. Nothing is stored.
func (s *simulateCommand) compareRecorded(ctx context.Context, c *console, change *whatif.Change, sites site.Profiles) (*whatif.Table, error) {
	pool, err := s.WhatIf.Data.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	snapshot, err := workers.OpenSnapshot(ctx, pool, sites)
	if err != nil {
		return nil, err
	}
	defer snapshot.Close(ctx)
	var reference []*events.Event
	if err := snapshot.EachReference(ctx, func(ev *events.Event) error {
		reference = append(reference, ev)
		change.Note(ev)
		return nil
	}); err != nil {
		return nil, err
	}
	partners, err := snapshot.Partners(ctx)
	if err != nil {
		return nil, err
	}
	if s.WhatIf.Partner != "" {
		partners = []string{s.WhatIf.Partner}
	}
	result := &whatif.Table{Rows: []whatif.Row{}, Refused: map[string]int{}}
	bar := newPartnerProgress(c, "deciding", len(partners))
	defer bar.close()
	for n, id := range partners {
		run, err := whatif.NewRun(change, sites)
		if err != nil {
			return nil, err
		}
		for _, ev := range reference {
			if err := run.Fold(ev); err != nil {
				return nil, err
			}
		}
		if err := snapshot.EachInput(ctx, id, func(ev *events.Event, arrived time.Time) error {
			run.Arrive(arrived)
			return run.Fold(ev)
		}); err != nil {
			return nil, err
		}
		one, err := run.Table(s.WhatIf.Partner, sites) // without one asked for, who had nothing decided has no row
		if err != nil {
			return nil, err
		}
		result.Join(one)
		bar.set(n + 1)
	}
	return result, nil
}

// Help is shown below the flags.
func (s *simulateCommand) Help() string {
	return `With --policy the events are decided twice, as they are and with the policies and prices of that file from --from until --to, and what each partner and currency comes to is compared: charged, performance, incentive, frozen, payable. Nothing is changed. A policy or product with an id of the history replaces it in that time, another is added. Where a price changes, coupons and cards pay what they paid, at most the new price, and the other tenders share the rest in proportion; what somebody decided (repayments, requests, confirmations) stays as recorded. Bands that run over a period are counted by version: begin and end with periods. Without files, what the database has recorded is decided, partner by partner, with all reference data known from the beginning.

Examples:
  accruald simulate --summary events/samples/quarter.jsonl
  accruald simulate --policy events/samples/what-if.jsonl --from 2026-02-01T00:00:00+08:00 --to 2026-03-01T00:00:00+08:00 events/samples/quarter.jsonl
  accruald simulate --policy next-year.jsonl --from 2026-01-01T00:00:00+08:00 --csv > what-if.csv`
}
