package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/accruald/accruald/cmd/accruald/internal/feed"
	"github.com/accruald/accruald/cmd/accruald/internal/records"
	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/inquiry/access"
	"github.com/accruald/accruald/workers/inquiry/api"
)

// devCommand runs everything on this machine. What it has published and decided it keeps: started again it goes on.
type devCommand struct {
	Exit   bool     `help:"End when everything is decided and published; status 0 only if nothing is left over."`
	Events []string `placeholder:"FILE" help:"Publish these files instead of the shipped sample; - is standard input."`
	Data   string   `env:"ACCRUALD_DATA" default:".accruald" placeholder:"DIR" help:"Folder of the servers' data (default: ${default})."`
	Reset  bool     `help:"Forget what the folder holds and begin anew."`
	Listen string   `env:"ACCRUALD_LISTEN" default:"127.0.0.1:0" help:"Address of /healthz, /readyz and /metrics; port 0 is a free one."`
	API    string   `name:"api-listen" env:"ACCRUALD_API_LISTEN" default:"127.0.0.1:0" help:"Address of the partner API; port 0 is a free one."`
	Nats   int      `name:"nats-port" default:"0" help:"Port of NATS on the loopback address; 0 is a free one."`
	Log    devLog   `embed:""`

	Sites siteFlags `embed:""`
}

// devLog is logFlags with a quieter default: the screen belongs to the summary.
type devLog struct {
	Level string `name:"log-level" env:"ACCRUALD_LOG_LEVEL" default:"error" enum:"debug,info,warn,error" help:"Least level that is logged: debug (one line a batch), info, warn, error."`
}

// shippedSample is the name of the sample in the binary.
const shippedSample = "samples/quarter.jsonl"

// Run is called by kong.
func (d *devCommand) Run(ctx context.Context, c *console) error {
	sources, err := d.sources(c)
	if err != nil {
		return err
	}
	sites, err := d.Sites.load()
	if err != nil {
		return err
	}
	counts, err := feed.Count(feed.Played(sources, sites))
	if err != nil {
		return fmt.Errorf("nothing was started:\n%w", err)
	}
	log, err := logFlags{Level: d.Log.Level, Format: "text"}.logger(c)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(d.Data, 0o755); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	if d.Reset {
		if err := feed.Forget(d.Data); err != nil {
			return err
		}
	}
	folder, err := filepath.Abs(d.Data)
	if err != nil {
		return fmt.Errorf("find the data folder: %w", err)
	}
	fmt.Fprintf(c.err, "starting NATS and PostgreSQL in %s\n", folder)
	servers, err := startPrivate(ctx, privateOptions{folder: folder, persistent: true, reset: d.Reset, natsPort: d.Nats, log: log,
		notify: func(text string) { fmt.Fprintln(c.err, text) }})
	if err != nil {
		return err
	}
	address, err := freeAddress(ctx, d.Listen)
	if err != nil {
		return errors.Join(err, servers.stop())
	}
	connection := bus.Config{URL: servers.nats.URL(), Name: "accruald dev", Logger: log}
	masters, err := devMasters(d.Data)
	if err != nil {
		return errors.Join(err, servers.stop())
	}
	registry := prometheus.NewRegistry()
	partner, err := newPartnerAPI(ctx, apiFlags{Listen: d.API, NATS: true, Skew: access.SkewDefault, Rate: access.RateDefault, Masters: masters},
		servers.databaseURL(), connection, sites, registry, log)
	if err != nil {
		return errors.Join(err, servers.stop())
	}
	worker, err := workers.New(workers.Config{DatabaseURL: servers.databaseURL(), Sites: sites, Bus: connection, Clock: workers.ClockInput, HTTPAddress: address, Logger: log, Registry: registry, Beside: partner.ready()}) //nolint:contextcheck // it connects to nothing; Run takes the context
	if err != nil {
		return errors.Join(err, servers.stop())
	}
	s := &session{c: c, servers: servers, connection: connection, sources: sources, sites: sites, counts: counts, folder: folder, address: address, exit: d.Exit, api: partner}
	err = errors.Join(s.run(ctx, worker), servers.stop())
	if ctx.Err() != nil {
		again := "the same command goes on from there"
		if d.Reset {
			again = "without --reset " + again
		}
		fmt.Fprintf(c.err, "stopped; data is in %s, %s\n", folder, again)
	}
	return err
}

func (d *devCommand) sources(c *console) ([]feed.Source, error) {
	if len(d.Events) > 0 {
		return feed.Sources(d.Events, c.in)
	}
	text, err := events.Contract.ReadFile(shippedSample)
	if err != nil {
		return nil, fmt.Errorf("read the shipped sample: %w", err)
	}
	return []feed.Source{feed.Text(shippedSample, text)}, nil
}

// run has the worker work beside the story: publish, watch, sum up, stay.
func (s *session) run(ctx context.Context, worker *workers.Worker) error {
	working, stop := context.WithCancel(ctx)
	defer stop()
	group, groupCtx := errgroup.WithContext(working)
	group.Go(func() error {
		err := together(working, worker.Run, s.api.run)
		stop() // without a worker there is nothing to wait for
		return err
	})
	err := s.story(groupCtx, worker)
	if err == nil && !s.exit {
		err = s.announce(groupCtx)
	}
	if err == nil && !s.exit {
		<-groupCtx.Done()
	}
	interrupted := ctx.Err() != nil
	stop()
	failure := group.Wait()
	switch {
	case failure != nil:
		return failure
	case interrupted && s.exit && err != nil:
		return errStopped
	case interrupted:
		return nil
	default:
		return err
	}
}

// story publishes what is not published yet, waits until all of it is decided, and prints what became of it.
func (s *session) story(ctx context.Context, worker *workers.Worker) error {
	b, err := bus.Connect(ctx, s.connection)
	if err != nil {
		return err
	}
	defer b.Close()
	if err := b.EnsureStreams(ctx); err != nil {
		return err
	}
	skip, err := feed.Resume(ctx, s.folder, s.connection.URL, s.counts)
	if err != nil {
		return err
	}
	switch {
	case skip == s.counts.Lines:
		fmt.Fprintf(s.c.err, "all %d events were published before\n", skip)
	case skip > 0:
		fmt.Fprintf(s.c.err, "%d of %d events were published before\n", skip, s.counts.Lines)
	}
	began := time.Now()
	if err := s.process(ctx, b, worker, skip); err != nil {
		return err
	}
	left, err := s.sumUp(ctx, s.counts.Lines-skip, time.Since(began))
	if err != nil {
		return err
	}
	if s.exit && left != (records.Left{}) {
		return s.leftOver(ctx, left)
	}
	return nil
}

func (s *session) announce(ctx context.Context) error {
	keys, err := s.api.devKeys(ctx)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(s.c.out)
	fmt.Fprintf(out, "\naccruald is up and takes events; Ctrl-C ends it and keeps everything.\n")
	fmt.Fprintf(out, "  health    http://%s/readyz\n  metrics   http://%s/metrics\n", s.address, s.address)
	fmt.Fprintf(out, "  inquiries %s\n", s.api.server.URL())
	for _, key := range keys {
		of := "partner " + key.Caller.PartnerID
		if key.Caller.CustomerID != "" {
			of = fmt.Sprintf("customer %s of %s", key.Caller.CustomerID, of)
		}
		fmt.Fprintf(out, "            access key %s, secret %s: %s\n", key.ID, key.Secret, of)
	}
	fmt.Fprintf(out, "            others by accruald keys create --master-keys %s\n", filepath.Join(s.folder, masterFile))
	fmt.Fprintf(out, "            and over NATS on %s.OPERATION\n", api.RequestPrefix)
	fmt.Fprintf(out, "  NATS      %s\n  database  %s\n", s.servers.nats.URL(), s.servers.databaseURL())
	_ = out.Flush() // whoever read it is gone
	return nil
}
