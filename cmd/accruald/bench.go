package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/accruald/accruald/cmd/accruald/internal/bench"
)

// benchCommand measures. It ends by itself and leaves nothing behind.
type benchCommand struct {
	Orders      int    `default:"20000" help:"Orders of a round; each is placed and paid, which are two events."`
	Partners    int    `default:"1000" help:"Partners they are spread over."`
	Batch       int    `default:"256" help:"Most events in one transaction."`
	Concurrency int    `default:"1" help:"Transactions side by side."`
	Rounds      int    `default:"1" help:"Rounds of each way; medians are printed."`
	Compare     bool   `help:"Alternate with --batch 1 --concurrency 16, one event per transaction over the same code, and print the ratio."`
	Folder      string `placeholder:"DIR" help:"Where the temporary folders are made (default: the system's temporary folder)."`
	JSON        bool   `name:"json" help:"Print all rounds and medians as JSON."`

	Inquiry bool          `help:"Measure signed price inquiries over loopback instead of events: 400 keys, 2 lines as fast as it goes and at 1,000 a second, then 100 lines."`
	Period  time.Duration `default:"5s" help:"How long each kind of inquiry is measured."`

	Reconcile bool `help:"Measure a full reconciliation instead: time and memory of accruald reconcile --full over a database of so many postings."`
	Postings  int  `default:"1000000" help:"Postings that are reconciled, at least."`
}

// Limits of a benchmark, so that it ends.
const (
	benchOrdersMax = 1_000_000
	benchRoundsMax = 20
)

// oneByOne is the way the batch is compared with.
var oneByOne = bench.Way{Batch: 1, Concurrency: 16}

// benchSettings are those of deploy/compose.yaml; fsync and synchronous_commit are on by default and stay on.
var benchSettings = map[string]string{"shared_buffers": "512MB", "max_wal_size": "4GB", "wal_compression": "on"}

// Run is called by kong.
func (b *benchCommand) Run(ctx context.Context, c *console) error {
	if b.Inquiry {
		return b.inquiries(ctx, c)
	}
	if b.Reconcile {
		return b.reconciliation(ctx, c)
	}
	if b.Orders < 1 || b.Orders > benchOrdersMax || b.Partners < 1 || b.Partners > b.Orders || b.Rounds < 1 || b.Rounds > benchRoundsMax {
		return fmt.Errorf("measure %d orders of %d partners in %d rounds: use 1 to %d orders, at most as many partners, 1 to %d rounds",
			b.Orders, b.Partners, b.Rounds, benchOrdersMax, benchRoundsMax)
	}
	if b.Batch < 1 || b.Concurrency < 1 {
		return fmt.Errorf("measure batches of %d with concurrency %d: use at least 1 of each", b.Batch, b.Concurrency)
	}
	ways := []bench.Way{{Batch: b.Batch, Concurrency: b.Concurrency}}
	if b.Compare {
		ways = append(ways, oneByOne)
	}
	report := &bench.Report{Orders: b.Orders, Partners: b.Partners}
	out := bufio.NewWriter(c.out)
	for n := range b.Rounds {
		for _, way := range ways {
			title := fmt.Sprintf("round %d of %d", n+1, b.Rounds)
			fmt.Fprintf(c.err, "%s: %s\n", title, way)
			round, err := b.round(ctx, c, way)
			if err != nil {
				return errors.Join(fmt.Errorf("%s: %w", title, err), out.Flush())
			}
			report.Rounds = append(report.Rounds, round)
			if b.JSON {
				continue
			}
			if err := errors.Join(round.WriteText(out, title), out.Flush()); err != nil {
				return err
			}
		}
	}
	report.Finish()
	if !b.JSON {
		return errors.Join(report.WriteText(out), out.Flush())
	}
	if err := json.MarshalWrite(out, report, jsontext.WithIndent("  ")); err != nil {
		return fmt.Errorf("encode the report: %w", err)
	}
	return errors.Join(out.WriteByte('\n'), out.Flush())
}

// temporary makes a folder for servers of one measurement; who asks for it removes it.
func (b *benchCommand) temporary() (string, error) {
	folder, err := os.MkdirTemp(b.Folder, "accruald-bench-")
	if err != nil {
		return "", fmt.Errorf("make a temporary folder: %w", err)
	}
	if err := os.Chmod(folder, 0o711); err != nil { // the database's user goes through it
		return "", errors.Join(fmt.Errorf("open the temporary folder to the database: %w", err), os.RemoveAll(folder))
	}
	return folder, nil
}

// round runs on servers of its own in a folder of its own.
func (b *benchCommand) round(ctx context.Context, c *console, way bench.Way) (_ bench.Round, err error) {
	folder, err := b.temporary()
	if err != nil {
		return bench.Round{}, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	log := slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: slog.LevelError}))
	servers, err := startPrivate(ctx, privateOptions{folder: folder, settings: benchSettings, log: log})
	if err != nil {
		return bench.Round{}, err
	}
	defer func() { err = errors.Join(err, servers.stop()) }()
	return bench.Run(ctx, bench.Config{Orders: b.Orders, Partners: b.Partners, Way: way, Log: log, Servers: bench.Servers{
		NatsURL: servers.nats.URL(), DatabaseURL: servers.databaseURL(), PostgresPID: servers.postgres.PID()}})
}
