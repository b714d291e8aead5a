package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/accruald/accruald/cmd/accruald/internal/feed"
	"github.com/accruald/accruald/cmd/accruald/internal/summary"
	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

// simulateCommand folds files in memory. It prints what goes out, one structured CloudEvent a line, always the same for
// the same files.
type simulateCommand struct {
	Files   []string `arg:"" optional:"" help:"Files of events, one structured CloudEvent a line; .gz is read as such, - is standard input. With --policy none stands for what the database has recorded."`
	Summary bool     `help:"Print a summary for people instead of the outgoing events."`
	JSON    bool     `help:"Print the summary as JSON instead; --summary is not needed." name:"json"`

	WhatIf whatIfFlags `embed:""`
	Sites  siteFlags   `embed:""`
}

// Validate is called by kong: files may be left out where --policy asks about the database.
func (s *simulateCommand) Validate() error {
	if len(s.Files) == 0 && !s.WhatIf.given() {
		return errNoFiles
	}
	return nil
}

// Run is called by kong.
func (s *simulateCommand) Run(ctx context.Context, c *console) error {
	if s.WhatIf.given() {
		return s.whatIf(ctx, c)
	}
	sources, err := feed.Sources(s.Files, c.in)
	if err != nil {
		return err
	}
	sites, err := s.Sites.load()
	if err != nil {
		return err
	}
	out := bufio.NewWriter(c.out)
	each := func(o events.Out) error { return writeOut(out, o) }
	if s.Summary || s.JSON {
		each = func(events.Out) error { return nil }
	}
	m, err := fold(ctx, sources, sites, each)
	if err != nil {
		return errors.Join(err, out.Flush())
	}
	if !s.Summary && !s.JSON {
		return out.Flush()
	}
	counts, err := feed.Count(feed.Played(sources, sites))
	if err != nil {
		return err
	}
	result, err := summary.Memory(m)
	if err != nil {
		return err
	}
	result.Input = &summary.Input{Sent: counts.Lines, Duplicates: counts.Duplicates, Shared: counts.Shared}
	return errors.Join(writeSummary(out, result, s.JSON), out.Flush())
}

// fold decides all events of the sources and hands on what comes out.
func fold(ctx context.Context, sources []feed.Source, sites site.Profiles, each func(events.Out) error) (*decision.Memory, error) {
	m := decision.NewMemory(sites)
	for line, err := range feed.Played(sources, sites) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		outs, err := m.Fold(line.Event, nil)
		if err != nil {
			return nil, fmt.Errorf("decide %s:%d: %w", line.File, line.Number, err)
		}
		for _, o := range outs {
			if err := each(o); err != nil {
				return nil, err
			}
		}
	}
	return m, nil
}

func writeOut(w *bufio.Writer, o events.Out) error {
	line, err := o.Structured()
	if err != nil {
		return err
	}
	_, err = w.Write(append(line, '\n'))
	return err
}

func writeSummary(w *bufio.Writer, s *summary.Summary, asJSON bool) error {
	if !asJSON {
		return s.WriteText(w)
	}
	if err := json.MarshalWrite(w, s, jsontext.WithIndent("  ")); err != nil {
		return fmt.Errorf("encode the summary: %w", err)
	}
	return w.WriteByte('\n')
}
