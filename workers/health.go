package workers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Conditions of /readyz.
const (
	conditionDatabase  = "database"
	conditionSchema    = "schema"
	conditionBroker    = "broker"
	conditionStreams   = "streams"
	conditionLeases    = "leases"
	conditionReference = "reference_data"
)

// Loops that have to beat; lanes add their own.
const (
	loopLeases    = "leases"
	loopReference = "reference_data"
	loopObserver  = "observer"
	loopSchedule  = "schedule"
)

const (
	// loopSilenceMax is after which silence a loop is taken for stuck: longer
	// than every time limit inside a loop.
	loopSilenceMax = 3 * time.Minute

	httpHeaderWaitMax  = 5 * time.Second
	httpRequestWaitMax = 15 * time.Second
	httpIdleWaitMax    = 60 * time.Second
	httpHeaderBytesMax = 16 << 10
)

var errNotYet = errors.New("not looked at yet")

// health is what the process knows of itself: conditions for being ready, and
// the last beat of each loop for being alive.
type health struct {
	now func() time.Time

	beside     map[string]func() error // conditions of what else runs in the process
	mu         sync.Mutex
	conditions map[string]error
	beats      map[string]time.Time
}

func newHealth(now func() time.Time) *health {
	h := &health{now: now, conditions: map[string]error{}, beats: map[string]time.Time{}}
	for _, condition := range []string{
		conditionDatabase, conditionSchema, conditionBroker, conditionStreams, conditionLeases, conditionReference,
	} {
		h.conditions[condition] = errNotYet
	}
	return h
}

func (h *health) set(condition string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.conditions[condition] = err
}

func (h *health) beat(loop string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.beats[loop] = h.now()
}

// healthReport is the body of both checks.
type healthReport struct {
	Status string `json:"status"`
	// Missing names what is not there, with the reason and what to do.
	Missing map[string]string `json:"missing,omitzero"`
}

func (h *health) ready() healthReport {
	h.mu.Lock()
	defer h.mu.Unlock()
	missing := map[string]string{}
	for condition, err := range h.conditions {
		if err != nil {
			missing[condition] = err.Error()
		}
	}
	for condition, check := range h.beside {
		if err := check(); err != nil {
			missing[condition] = err.Error()
		}
	}
	return reportOf("ready", "not ready", missing)
}

func (h *health) alive() healthReport {
	h.mu.Lock()
	defer h.mu.Unlock()
	missing := map[string]string{}
	for loop, last := range h.beats {
		if silence := h.now().Sub(last); silence > loopSilenceMax {
			missing[loop] = fmt.Sprintf("no sign of life for %s: end the process, nothing is lost by it", silence.Round(time.Second))
		}
	}
	return reportOf("alive", "stuck", missing)
}

func reportOf(good, bad string, missing map[string]string) healthReport {
	if len(missing) == 0 {
		return healthReport{Status: good}
	}
	return healthReport{Status: bad, Missing: missing}
}

func answer(report func() healthReport) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		current := report()
		body, err := json.Marshal(current, json.Deterministic(true))
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		if len(current.Missing) > 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_, _ = w.Write(append(body, '\n')) // whoever asked is gone
	}
}

// handler answers /healthz, /readyz and /metrics.
func (h *health) handler(gatherer prometheus.Gatherer) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /healthz", answer(h.alive))
	mux.Handle("GET /readyz", answer(h.ready))
	mux.Handle("GET /metrics", promhttp.HandlerFor(gatherer, promhttp.HandlerOpts{}))
	return mux
}

// ServeHealth answers /healthz, /readyz and /metrics until ctx ends, for a
// process without a Worker. Ready has what has to be there.
func ServeHealth(ctx context.Context, address string, gatherer prometheus.Gatherer, ready map[string]func() error) error {
	h := &health{now: time.Now, beside: ready}
	e, err := newEndpoint(ctx, address, h.handler(gatherer))
	if err != nil {
		return err
	}
	return e.run(ctx)
}

// endpoint is the HTTP server of the checks.
type endpoint struct {
	listener net.Listener
	server   *http.Server
}

func newEndpoint(ctx context.Context, address string, handler http.Handler) (*endpoint, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %q for health and metrics: %w: choose another address, or end what uses it", address, err)
	}
	return &endpoint{listener: listener, server: &http.Server{
		Handler: handler, ReadHeaderTimeout: httpHeaderWaitMax, ReadTimeout: httpRequestWaitMax, WriteTimeout: httpRequestWaitMax,
		IdleTimeout: httpIdleWaitMax, MaxHeaderBytes: httpHeaderBytesMax,
	}}, nil
}

// run serves until ctx ends.
func (e *endpoint) run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { _ = e.server.Close() }) // checks are short; nobody waits for their end
	defer stop()
	if err := e.server.Serve(e.listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve health and metrics on %q: %w", e.listener.Addr(), err)
	}
	return nil
}
