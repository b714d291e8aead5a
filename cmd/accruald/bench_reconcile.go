package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/schollz/progressbar/v3"

	"github.com/accruald/accruald/cmd/accruald/internal/bench"
)

const (
	benchPostingsMax       = 20_000_000
	benchReconcilePartners = 50
)

// fillSettings are those of servers whose folder is thrown away: what fills them need not survive the machine, and what
// is measured only reads.
var fillSettings = map[string]string{"shared_buffers": "512MB", "max_wal_size": "4GB", "wal_compression": "on", "fsync": "off",
	"synchronous_commit": "off", "full_page_writes": "off"}

// reconciliation fills a database by deciding orders, and has a process of its own reconcile all of it.
func (b *benchCommand) reconciliation(ctx context.Context, c *console) (err error) {
	if b.Postings < 1 || b.Postings > benchPostingsMax {
		return fmt.Errorf("reconcile %d postings: use 1 to %d", b.Postings, benchPostingsMax)
	}
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program, to start it again: %w", err)
	}
	folder, err := b.temporary()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	log := slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: slog.LevelError}))
	servers, err := startPrivate(ctx, privateOptions{folder: folder, settings: fillSettings, relaxed: true, log: log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, servers.stop()) }()
	bar := startProgress(c, "fill", b.Postings, "postings", progressbar.OptionShowCount())
	result, err := bench.Reconcile(ctx, bench.ReconcileConfig{Postings: b.Postings, Partners: benchReconcilePartners, Program: program, Log: log,
		Servers:  bench.Servers{NatsURL: servers.nats.URL(), DatabaseURL: servers.databaseURL(), PostgresPID: servers.postgres.PID()},
		Progress: func(postings int) { bar.set(postings) }})
	bar.close()
	if err != nil {
		return err
	}
	if b.JSON {
		return writeJSON(c.out, result)
	}
	out := bufio.NewWriter(c.out)
	return errors.Join(result.WriteText(out), out.Flush())
}
