package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
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
	sites      site.Profiles
	counts     feed.Counts
	folder     string
	address    string
	exit       bool
	api        *partnerAPI
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
		stored, err := feed.NewPublisher(b, nil).Publish(groupCtx, feed.Played(s.sources, s.sites), skip)
		if err != nil {
			return fmt.Errorf("published %d of %d events: %w", stored, s.counts.Lines, err)
		}
		if err := feed.Finish(s.folder, s.counts); err != nil {
			return err
		}
		return worker.Drained(groupCtx)
	})
	err := group.Wait()
	bar.close()
	if err == nil && skip < s.counts.Lines {
		bar.done()
	}
	return err
}

// waitingShownMax is how many of the waiting events are told when some are left over.
const waitingShownMax = 10

// leftOver says what is left over. The servers end with this process, so it lists what `accruald waiting` would.
func (s *session) leftOver(ctx context.Context, left records.Left) error {
	pool, err := databaseFlags{URL: s.servers.databaseURL()}.connect(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	var list strings.Builder
	shown, enough := 0, errors.New("enough is shown")
	err = records.EachWaiting(ctx, pool, "", func(w records.Waiting) error {
		if shown == waitingShownMax {
			return enough
		}
		shown++
		fmt.Fprintf(&list, "\n  partner %s: %s %s of %s waits for %s", w.PartnerID, w.Type, w.EventID, w.Source, waitsFor(w.WaitsFor))
		return nil
	})
	if err != nil && !errors.Is(err, enough) {
		return err
	}
	if left.Waiting > shown && shown > 0 {
		fmt.Fprintf(&list, "\n  and %d more", left.Waiting-shown)
	}
	return fmt.Errorf("left over: %d events wait for a predecessor that is not in the input, %d decided ones are not published%s",
		left.Waiting, left.Unpublished, list.String())
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
	result.Input = &summary.Input{Sent: s.counts.Lines, Duplicates: s.counts.Duplicates, Shared: s.counts.Shared}
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
