package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/accruald/accruald/cmd/accruald/internal/sample"
	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/workers"
)

const (
	// A database is filled with orders of several lines, by so many lanes, and looked at after so many orders.
	fillLines       = 5
	fillConcurrency = 2
	fillOrdersMax   = 5_000
	// fillStep spreads them over months, since bills are of a month: a million postings over somewhat more than two years.
	fillStep    = 15 * time.Minute
	fillWaitMax = time.Hour

	reconcileWaitMax = 10 * time.Minute
	// memoryInterval is how often the process's own high-water mark is read. What the kernel tells of it when it has ended
	// begins with the memory of the process that started it, which is the broker's.
	memoryInterval = 10 * time.Millisecond
)

// A ReconcileConfig says what is reconciled: at least so many postings, by a process of its own.
type ReconcileConfig struct {
	Postings, Partners int
	Program            string
	Servers            Servers
	Log                *slog.Logger
	Progress           func(postings int)
}

// A Reconciled is what a full reconciliation took.
type Reconciled struct {
	Partners          int   `json:"partners"`
	Inputs            int64 `json:"inputs"`
	Orders            int64 `json:"orders"`
	Details           int64 `json:"details"`
	Postings          int64 `json:"postings"`
	Millis            int64 `json:"millis"`             // from the start of the process to its end
	MaxResidentBytes  int64 `json:"max_resident_bytes"` // of the process
	OwnCPUMillis      int64 `json:"own_cpu_millis"`
	PostgresCPUMillis int64 `json:"postgres_cpu_millis"`
}

// WriteText writes the figures for people.
func (r *Reconciled) WriteText(w io.Writer) error {
	_, err := fmt.Fprintf(w, "%d postings, %d details, %d orders, %d inputs of %d partners\nfull reconciliation  %s\nlargest memory       %d MB\nprocessor time       %s own, %s PostgreSQL\n",
		r.Postings, r.Details, r.Orders, r.Inputs, r.Partners, time.Duration(r.Millis)*time.Millisecond, r.MaxResidentBytes/1_000_000,
		time.Duration(r.OwnCPUMillis)*time.Millisecond, time.Duration(r.PostgresCPUMillis)*time.Millisecond)
	return err
}

// Reconcile fills servers that hold nothing yet by deciding orders, and measures a full reconciliation, which has to
// find nothing.
func Reconcile(ctx context.Context, config ReconcileConfig) (*Reconciled, error) {
	b := &bench{Config: Config{Partners: config.Partners, Servers: config.Servers, Log: config.Log},
		load: &sample.Load{Partners: config.Partners, Lines: fillLines, Step: fillStep}}
	connected, err := bus.Connect(ctx, b.connection())
	if err != nil {
		return nil, err
	}
	defer connected.Close()
	b.bus = connected
	if err := b.bus.EnsureStreams(ctx); err != nil {
		return nil, err
	}
	filling, cancel := context.WithTimeout(ctx, fillWaitMax)
	defer cancel()
	if err := b.fill(filling, config); err != nil {
		return nil, fmt.Errorf("fill the database: %w", err)
	}
	before, err := b.look(ctx)
	if err != nil {
		return nil, err
	}
	r := &Reconciled{Partners: config.Partners, Inputs: before.totals.Inputs, Orders: before.totals.Orders, Details: before.totals.Details, Postings: before.totals.Postings}
	if err := r.run(ctx, config); err != nil {
		return nil, err
	}
	after, err := b.look(ctx)
	r.PostgresCPUMillis = (after.postgres - before.postgres).Milliseconds()
	return r, err
}

// fill has a worker decide orders until there are enough postings.
func (b *bench) fill(ctx context.Context, config ReconcileConfig) error {
	if err := b.setup(ctx, nil); err != nil {
		return err
	}
	_, err := b.work(ctx, b.Servers.DatabaseURL, Way{Batch: workers.BatchMaxDefault, Concurrency: fillConcurrency}, func(ctx context.Context, worker *workers.Worker) error {
		orders, chunk := int64(0), int64(config.Partners)
		for {
			if err := b.preload(ctx, int(chunk)); err != nil {
				return err
			}
			orders += chunk
			if err := worker.Drained(ctx); err != nil {
				return err
			}
			now, err := b.look(ctx)
			if err != nil {
				return err
			}
			have, want := now.totals.Postings, int64(config.Postings)
			config.Progress(int(have))
			if have >= want {
				return nil
			}
			if have == 0 {
				return errors.New("the orders were decided without postings; accruald rejections tells why")
			}
			chunk = min((want-have)*orders/have+1, fillOrdersMax)
		}
	})
	return err
}

// run measures the command, as a process of its own: what it uses is its own alone.
func (r *Reconciled) run(ctx context.Context, config ReconcileConfig) error {
	ctx, cancel := context.WithTimeout(ctx, reconcileWaitMax)
	defer cancel()
	command := exec.CommandContext(ctx, config.Program, "reconcile", "--full", "--json")
	command.Env = append(os.Environ(), "ACCRUALD_DATABASE_URL="+config.Servers.DatabaseURL)
	var said bytes.Buffer
	command.Stdout, command.Stderr = &said, &said
	began := time.Now()
	if err := command.Start(); err != nil {
		return fmt.Errorf("start %s: %w", config.Program, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	for running := true; running; {
		select {
		case err := <-ended:
			if err != nil {
				return fmt.Errorf("run %s: %w: %s", strings.Join(command.Args, " "), err, said.String())
			}
			running = false
		case <-time.After(memoryInterval):
			if peak, err := peakMemory(command.Process.Pid); err == nil { // else it has just ended
				r.MaxResidentBytes = peak
			}
		}
	}
	r.Millis = time.Since(began).Milliseconds()
	r.OwnCPUMillis = (command.ProcessState.UserTime() + command.ProcessState.SystemTime()).Milliseconds()
	return nil
}
