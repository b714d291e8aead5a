package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/accruald/accruald/cmd/accruald/internal/feed"
	"github.com/accruald/accruald/cmd/accruald/internal/records"
	"github.com/accruald/accruald/cmd/accruald/internal/summary"
	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/site"
)

// A session is one run of `accruald dev`.
type session struct {
	c          *console
	servers    *privateServers
	connection bus.Config
	sources    []feed.Source
	counts     feed.Counts
	folder     string
	address    string
	exit       bool
}

// process publishes from skip on, shows how far the worker is, and returns when everything is decided and published.
func (s *session) process(ctx context.Context, b *bus.Bus, worker *workers.Worker, skip int) error {
	bar := newProgress(s.c, "processing", s.counts.Lines)
	group, groupCtx := errgroup.WithContext(ctx)
	watching, stop := context.WithCancel(groupCtx)
	defer stop()
	group.Go(func() error { return watch(watching, worker, bar) })
	group.Go(func() error {
		defer stop()
		stored, err := feed.NewPublisher(b, nil).Publish(groupCtx, feed.Played(s.sources, site.Default()), skip)
		if err != nil {
			return fmt.Errorf("published %d of %d events: %w", stored, s.counts.Lines, err)
		}
		if err := feed.Finish(s.folder, s.counts); err != nil {
			return err
		}
		return worker.Drained(groupCtx)
	})
	err := group.Wait()
	if err == nil {
		bar.finish()
	}
	return err
}

// sumUp prints the summary and returns what is left over.
func (s *session) sumUp(ctx context.Context, events int, took time.Duration) (records.Left, error) {
	pool, err := databaseFlags{URL: s.servers.databaseURL()}.connect(ctx)
	if err != nil {
		return records.Left{}, err
	}
	defer pool.Close()
	result, err := records.Summary(ctx, pool)
	if err != nil {
		return records.Left{}, err
	}
	left, err := records.LeftOver(ctx, pool)
	if err != nil {
		return left, err
	}
	result.Input = &summary.Input{Sent: s.counts.Lines, Duplicates: s.counts.Duplicates}
	if millis := took.Milliseconds(); events > 0 && millis > 0 {
		result.Run = &summary.Run{Events: events, Millis: millis, EventsPerSecond: int64(events) * 1000 / millis}
	}
	out := bufio.NewWriter(s.c.out)
	return left, errors.Join(result.WriteText(out), out.Flush())
}

// freeAddress replaces port 0 of an address by a port that is free now, so that it can be told to people.
func freeAddress(ctx context.Context, address string) (string, error) {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", fmt.Errorf("listen on %q: %w: write host:port", address, err)
	}
	if port != "0" {
		return address, nil
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return "", fmt.Errorf("find a free port for %q: %w", address, err)
	}
	return listener.Addr().String(), listener.Close()
}
