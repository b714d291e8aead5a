package workers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/events/bus/embedded"
	"github.com/accruald/accruald/schema"
	"github.com/accruald/accruald/schema/dbtest"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

const testWaitMax = 40 * time.Second

// rig is a broker and a database with workers on them, beside the same events
// folded in memory.
type rig struct {
	t        testing.TB
	server   *embedded.Server
	store    string
	port     int
	database string // URL
	bus      *bus.Bus
	memory   *decision.Memory
	outs     map[string][]string // of the memory: ids by partner, in order
}

func newRig(t testing.TB) *rig {
	t.Helper()
	return newRigOn(t, dbtest.URL(t))
}

func newRigOn(t testing.TB, database string) *rig {
	t.Helper()
	r := &rig{t: t, store: t.TempDir(), database: database, memory: decision.NewMemory(site.Default()), outs: map[string][]string{}}
	r.startBroker()
	t.Cleanup(func() { r.server.Shutdown() })
	connected, err := bus.Connect(t.Context(), bus.Config{URL: r.server.URL(), Name: "producer", Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(connected.Close)
	r.bus = connected
	if err := r.bus.EnsureStreams(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
}

// quiet keeps expected warnings out of the test output.
var quiet = slog.New(slog.DiscardHandler)

// startBroker starts the broker, or starts it again on its folder and port.
func (r *rig) startBroker() {
	r.t.Helper()
	server, err := embedded.Start(embedded.Options{StoreDir: r.store, Port: r.port, RelaxedSync: true, Logger: quiet})
	if err != nil {
		r.t.Fatal(err)
	}
	address, err := url.Parse(server.URL())
	if err != nil {
		r.t.Fatal(err)
	}
	if r.port, err = strconv.Atoi(address.Port()); err != nil {
		r.t.Fatal(err)
	}
	r.server = server
}

// running is a worker at work.
type running struct {
	*Worker
	t    testing.TB
	stop context.CancelFunc
	once sync.Once
	err  error
	end  chan struct{}
}

// work starts a worker; change may alter its configuration, and between may
// put something between lanes and frame.
func (r *rig) work(change func(*Config), between func(*Worker)) *running {
	r.t.Helper()
	config := Config{DatabaseURL: r.database, Bus: bus.Config{URL: r.server.URL(), Logger: quiet}, Clock: ClockInput, Logger: quiet}
	if testing.Verbose() {
		config.Logger = slog.New(slog.NewTextHandler(testWriter{r.t}, &slog.HandlerOptions{Level: slog.LevelInfo}))
	}
	if change != nil {
		change(&config)
	}
	worker, err := New(config)
	if err != nil {
		r.t.Fatal(err)
	}
	if between != nil {
		between(worker)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.t.Context()))
	w := &running{Worker: worker, t: r.t, stop: cancel, end: make(chan struct{})}
	go func() {
		defer close(w.end)
		w.err = worker.Run(ctx)
	}()
	r.t.Cleanup(func() { w.halt() })
	return w
}

type testWriter struct{ t testing.TB }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Logf("%s", p)
	return len(p), nil
}

// halt tells the worker to stop, as SIGTERM does, and waits.
func (w *running) halt() {
	w.t.Helper()
	w.once.Do(func() {
		w.stop()
		select {
		case <-w.end:
			if w.err != nil {
				w.t.Errorf("the worker ended with: %v", w.err)
			}
		case <-time.After(testWaitMax):
			w.t.Error("the worker does not stop")
		}
	})
}

func (w *running) drained() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), testWaitMax)
	defer cancel()
	if err := w.Drained(ctx); err != nil {
		w.t.Fatalf("not drained: %v; %+v", err, w.Progress())
	}
}

// publish sends events in order, as a source does that waits until reference
// data and jobs are applied, and folds them in memory.
func (r *rig) publish(list []*events.Event) {
	r.t.Helper()
	r.send(list)
	r.fold(list)
}

func (r *rig) send(list []*events.Event) {
	r.t.Helper()
	for len(list) > 0 {
		n := 1
		isReference := list[0].PartitionKey == events.AllPartners
		// A job goes alone, as it does when its time comes.
		for n < len(list) && isReference == (list[n].PartitionKey == events.AllPartners) && list[n].Type != events.TypeScheduleFired {
			n++
		}
		r.sendAll(list[:n])
		if isReference {
			ctx, cancel := context.WithTimeout(r.t.Context(), testWaitMax)
			last, err := r.bus.ReferenceLast(ctx)
			err = errors.Join(err, r.bus.WaitReferenceApplied(ctx, last))
			cancel()
			if err != nil {
				r.t.Fatal(err)
			}
		}
		list = list[n:]
	}
}

// sendAll sends events without waiting for anything but the broker.
func (r *rig) sendAll(list []*events.Event) {
	r.t.Helper()
	messages := make([]bus.Outgoing, len(list))
	for i, ev := range list {
		header, data := ev.Message()
		messages[i] = bus.Outgoing{Subject: events.InSubject(ev), Header: header, Data: data}
	}
	if err := r.bus.PublishBatch(r.t.Context(), messages); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) fold(list []*events.Event) {
	r.t.Helper()
	for _, ev := range list {
		r.foldOne(ev, nil)
	}
}

func (r *rig) foldOne(ev *events.Event, why *events.Rejection) {
	r.t.Helper()
	outs, err := r.memory.Fold(ev, why)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, out := range outs {
		r.outs[out.PartnerID] = append(r.outs[out.PartnerID], out.ID)
	}
}

func (r *rig) pool() *pgxpool.Pool {
	r.t.Helper()
	config, err := schema.ParseConfig(r.database)
	if err != nil {
		r.t.Fatal(err)
	}
	pool, err := pgxpool.NewWithConfig(r.t.Context(), config)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(pool.Close)
	return pool
}

// sound compares the final rows with those in memory and checks what went out.
func (r *rig) sound() {
	r.t.Helper()
	want, err := r.memory.Digest()
	if err != nil {
		r.t.Fatal(err)
	}
	got, err := DatabaseDigest(r.t.Context(), r.pool())
	if err != nil {
		r.t.Fatal(err)
	}
	if got != want {
		r.t.Errorf("digest of the database %s, of the memory %s", got, want)
	}
	r.outputSound()
}

// outputSound checks that the output stream holds what memory sent, each once
// and in the order of its partner.
func (r *rig) outputSound() {
	r.t.Helper()
	got := map[string][]string{}
	for _, m := range r.output() {
		got[m.partner] = append(got[m.partner], m.id)
	}
	for partner, want := range r.outs {
		for i := range max(len(want), len(got[partner])) {
			if i >= len(want) || i >= len(got[partner]) || got[partner][i] != want[i] {
				r.t.Errorf("output of partner %s: %d events, in memory %d, different from number %d on", partner, len(got[partner]), len(want), i)
				break
			}
		}
		delete(got, partner)
	}
	for partner, ids := range got {
		r.t.Errorf("output of partner %s: %d events, in memory none", partner, len(ids))
	}
}

func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), testWaitMax)
	defer cancel()
	for !holds() {
		if !pause(ctx, 5*time.Millisecond) {
			t.Fatalf("did not happen in %s: %s", testWaitMax, what)
		}
	}
}

// load publishes the reference data of some partners, which takes a worker,
// and returns facts to be sent, enough to be interrupted.
func (r *rig) load(seed uint64, facts int, partners ...string) []*events.Event {
	r.t.Helper()
	h := newHistory(r.t, seed, partners...)
	r.publish(h.reference("credit", "immediate", "monthly"))
	return h.facts(facts, 3)
}

func partnersNamed(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("P%d", 100+i)
	}
	return names
}

// decidedAtLeast waits until a worker is well within its load.
func (w *running) decidedAtLeast(n int64) {
	w.t.Helper()
	eventually(w.t, fmt.Sprintf("%d events decided", n), func() bool { return w.Progress().Decided >= n })
}

// addressHandler is a log that tells where health and metrics are served.
type addressHandler struct{ address chan<- string }

func (h addressHandler) Enabled(context.Context, slog.Level) bool { return true }
func (h addressHandler) WithAttrs([]slog.Attr) slog.Handler       { return h }
func (h addressHandler) WithGroup(string) slog.Handler            { return h }
func (h addressHandler) Handle(_ context.Context, record slog.Record) error {
	record.Attrs(func(a slog.Attr) bool {
		if a.Key == "address" {
			h.address <- a.Value.String()
		}
		return true
	})
	return nil
}
