package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accruald/accruald/cmd/accruald/internal/feed"
	"github.com/accruald/accruald/cmd/accruald/internal/records"
	"github.com/accruald/accruald/workers"
)

// inboxCommand compares files with the inbox.
type inboxCommand struct {
	Missing inboxMissingCommand `cmd:"" help:"List the events of files that were never received."`
}

// inboxMissingCommand lists what never came, one line each: file:line, partner, source, id. Publishing the file again
// sends it, and what came before has no effect.
type inboxMissingCommand struct {
	Files    []string      `arg:"" help:"Files of events, one structured CloudEvent a line; .gz is read as such, - is standard input."`
	Database databaseFlags `embed:""`
}

// lookupCountMax is how many events are looked up in one statement.
const lookupCountMax = 1000

// Run is called by kong.
func (i *inboxMissingCommand) Run(ctx context.Context, c *console) error {
	sources, err := feed.Sources(i.Files, c.in)
	if err != nil {
		return err
	}
	pool, err := i.Database.connect(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	out := bufio.NewWriter(c.out)
	lookup := missing{pool: pool, out: out, pending: map[string][]feed.Line{}}
	for line, err := range feed.Lines(sources) {
		if err == nil {
			err = lookup.add(ctx, line)
		}
		if err != nil {
			return errors.Join(err, out.Flush())
		}
	}
	if err := lookup.flush(ctx); err != nil {
		return err
	}
	fmt.Fprintf(c.err, "%d of %d events were never received\n", lookup.absent, lookup.lines)
	return out.Flush()
}

// missing gathers lines by partner and looks them up together.
type missing struct {
	pool          *pgxpool.Pool
	out           *bufio.Writer
	pending       map[string][]feed.Line
	held          int
	lines, absent int
}

func (m *missing) add(ctx context.Context, line feed.Line) error {
	m.lines++
	partner := line.Event.PartitionKey
	m.pending[partner] = append(m.pending[partner], line)
	if m.held++; m.held < lookupCountMax {
		return nil
	}
	return m.flush(ctx)
}

func (m *missing) flush(ctx context.Context) error {
	for partner, lines := range m.pending {
		hashes := make([][]byte, len(lines))
		for i, line := range lines {
			hashes[i] = workers.KeyHash(line.Event.Source, line.Event.ID)
		}
		found, err := records.Received(ctx, m.pool, partner, hashes)
		if err != nil {
			return err
		}
		for i, line := range lines {
			if found[string(hashes[i])] {
				continue
			}
			m.absent++
			fmt.Fprintf(m.out, "%s:%d\t%s\t%s\t%s\n", line.File, line.Number, partner, line.Event.Source, line.Event.ID)
		}
	}
	clear(m.pending)
	m.held = 0
	return nil
}
