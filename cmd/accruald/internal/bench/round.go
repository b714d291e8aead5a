package bench

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/accruald/accruald/cmd/accruald/internal/sample"
	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/schema"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers"
)

const (
	// phaseWaitMax bounds each phase of a round.
	phaseWaitMax = 10 * time.Minute
	// Latency is measured for so long, at so many events a second: a load that both ways carry.
	latencyRate    = 300
	latencySeconds = 5
	// Round trips are counted over so many orders, in batches of so many events at the most: they are the same for every
	// size of a batch, and many small batches hide what the worker asks beside them.
	countedOrders   = 1000
	countedBatchMax = 16
)

// Servers are the private servers of a round.
type Servers struct {
	NatsURL, DatabaseURL string
	PostgresPID          int
}

// Config says what a round does.
type Config struct {
	Orders, Partners int
	Way              Way
	Servers          Servers
	Log              *slog.Logger
}

// bench is a round while it runs.
type bench struct {
	Config
	load *sample.Load
	bus  *bus.Bus
	next int // number of the next order
}

// Run runs one round on servers that hold nothing yet.
func Run(ctx context.Context, config Config) (Round, error) {
	b := &bench{Config: config, load: &sample.Load{Partners: config.Partners}}
	connected, err := bus.Connect(ctx, b.connection())
	if err != nil {
		return Round{}, err
	}
	defer connected.Close()
	b.bus = connected
	if err := b.bus.EnsureStreams(ctx); err != nil {
		return Round{}, err
	}
	round := Round{Way: config.Way, Events: 2 * config.Orders}
	for _, phase := range []func(context.Context, *Round) error{b.setup, b.throughput, b.latency, b.roundTrips} {
		bounded, cancel := context.WithTimeout(ctx, phaseWaitMax)
		err := phase(bounded, &round)
		cancel()
		if err != nil {
			return round, err
		}
	}
	return round, nil
}

func (b *bench) connection() bus.Config {
	return bus.Config{URL: b.Servers.NatsURL, Name: "accruald bench", Logger: b.Log}
}

// work runs a worker beside something and stops it after that. It fires no jobs: none closes the periods that orders
// are still coming for, and no run falls into what is measured.
func (b *bench) work(ctx context.Context, databaseURL string, way Way, beside func(context.Context, *workers.Worker) error) (*prometheus.Registry, error) {
	registry := prometheus.NewRegistry()
	worker, err := workers.New(workers.Config{DatabaseURL: databaseURL, Bus: b.connection(), BatchMax: way.Batch, Lanes: way.Concurrency, //nolint:contextcheck // it connects to nothing; Run takes the context
		Registry: registry, NoSchedule: true, Logger: b.Log})
	if err != nil {
		return nil, err
	}
	working, stop := context.WithCancel(ctx)
	defer stop()
	group, groupCtx := errgroup.WithContext(working)
	group.Go(func() error { return worker.Run(working) })
	err = beside(groupCtx, worker)
	stop()
	return registry, errors.Join(group.Wait(), err)
}

func drained(ctx context.Context, worker *workers.Worker) error { return worker.Drained(ctx) }

// setup publishes the reference data and has it decided, so that what follows is orders alone.
func (b *bench) setup(ctx context.Context, _ *Round) error {
	list, err := b.load.Setup()
	if err != nil {
		return err
	}
	if _, err := b.bus.PublishMany(ctx, outgoing(func(yield func(*events.Event, error) bool) {
		for _, ev := range list {
			if !yield(ev, nil) {
				return
			}
		}
	})); err != nil {
		return err
	}
	_, err = b.work(ctx, b.Servers.DatabaseURL, Way{Batch: workers.BatchMaxDefault, Concurrency: 1}, drained)
	return err
}

// preload stores the next orders in the stream.
func (b *bench) preload(ctx context.Context, orders int) error {
	_, err := b.bus.PublishMany(ctx, outgoing(b.load.Orders(b.next, b.next+orders)))
	b.next += orders
	return err
}

func outgoing(list iter.Seq2[*events.Event, error]) iter.Seq2[bus.Outgoing, error] {
	return func(yield func(bus.Outgoing, error) bool) {
		for ev, err := range list {
			if err != nil {
				yield(bus.Outgoing{}, err)
				return
			}
			header, data := ev.Message()
			if !yield(bus.Outgoing{Subject: events.InSubject(ev), Header: header, Data: data}, nil) {
				return
			}
		}
	}
}

// throughput has the worker decide what the stream holds.
func (b *bench) throughput(ctx context.Context, round *Round) error {
	if err := b.preload(ctx, b.Orders); err != nil {
		return err
	}
	before, err := b.look(ctx)
	if err != nil {
		return err
	}
	began := time.Now()
	var took time.Duration
	registry, err := b.work(ctx, b.Servers.DatabaseURL, b.Way, func(ctx context.Context, worker *workers.Worker) error {
		err := worker.Drained(ctx)
		took = time.Since(began)
		return err
	})
	if err != nil {
		return err
	}
	after, err := b.look(ctx)
	if err != nil {
		return err
	}
	batches, taken, err := batchesOf(registry)
	if err != nil {
		return err
	}
	decided := int64(round.Events)
	if after.totals.Inputs-before.totals.Inputs != decided {
		return fmt.Errorf("measure throughput: %d of %d events are in the inbox", after.totals.Inputs-before.totals.Inputs, decided)
	}
	round.Millis = took.Milliseconds()
	round.EventsPerSecond = decided * int64(time.Second) / int64(took)
	round.WorkerCPUMillis = (after.own - before.own).Milliseconds()
	round.PostgresCPUMillis = (after.postgres - before.postgres).Milliseconds()
	round.WalBytesPerEvent = (after.wal - before.wal) / decided
	round.RowsPerEvent = (after.rows() - before.rows()) * 1000 / decided
	round.MessagesOutPerEvent = (after.totals.Outgoing - before.totals.Outgoing) * 1000 / decided
	round.Transactions = batches
	round.EventsPerTransaction = taken * 1000 / max(batches, 1)
	return nil
}

// A sight is what is counted before and after.
type sight struct {
	own, postgres time.Duration
	wal           int64
	totals        db.BenchTotalsRow
}

func (s sight) rows() int64 {
	t := s.totals
	return t.Inputs + t.Orders + t.Resources + t.Details + t.Postings + t.Outgoing
}

func (b *bench) look(ctx context.Context) (s sight, err error) {
	config, err := schema.ParseConfig(b.Servers.DatabaseURL)
	if err != nil {
		return s, err
	}
	conn, err := pgx.ConnectConfig(ctx, config.ConnConfig)
	if err != nil {
		return s, fmt.Errorf("look at the database: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	q := db.New(conn)
	if s.totals, err = q.BenchTotals(ctx); err != nil {
		return s, fmt.Errorf("count the rows: %w", err)
	}
	if s.wal, err = q.WalBytesBetween(ctx, s.totals.Wal, "0/0"); err != nil {
		return s, fmt.Errorf("read the end of the write-ahead log: %w", err)
	}
	if s.own, err = ownTime(); err != nil {
		return s, err
	}
	s.postgres, err = treeTime(b.Servers.PostgresPID)
	return s, err
}

// batchesOf reads from a worker's metrics how many transactions there were, and how many events in them.
func batchesOf(registry *prometheus.Registry) (batches, taken int64, err error) {
	families, err := registry.Gather()
	if err != nil {
		return 0, 0, fmt.Errorf("read the metrics: %w", err)
	}
	for _, family := range families {
		if family.GetName() == "accruald_batch_size_events" {
			histogram := family.GetMetric()[0].GetHistogram()
			return int64(histogram.GetSampleCount()), int64(histogram.GetSampleSum()), nil
		}
	}
	return 0, 0, errors.New("read the metrics: accruald_batch_size_events is not there")
}
