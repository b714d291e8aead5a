package workers

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/schema"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/schedule"
	"github.com/accruald/accruald/workers/site"
)

// Defaults and limits of Config.
const (
	BatchMaxDefault     = 256
	BatchMaxLimit       = 1_024
	LanesDefault        = 1
	LanesLimit          = bus.Partitions
	LingerMax           = 10 * time.Millisecond
	DrainTimeoutDefault = 20 * time.Second
	OutboxLagMaxDefault = 20_000
	HTTPAddressDefault  = "127.0.0.1:8080"

	// Shares of the time to drain: lanes finish and publish in the first, what
	// is left is for giving up leases and closing.
	drainShares         = 4
	drainShareOfSession = 3

	// poolConnectionsBeside those of the lanes: leases, reference data, relays,
	// observation, reconciliation, the scheduler.
	poolConnectionsBeside = 10
	connectWaitMax        = 5 * time.Second
)

// Config says what a worker works on. DatabaseURL and Bus.URL are required;
// everything else has a default.
type Config struct {
	// DatabaseURL is a PostgreSQL URL or key=value string.
	DatabaseURL string
	// Bus says where the broker is.
	Bus bus.Config
	// Sites are the site profiles; default site.Default().
	Sites site.Profiles
	// Clock tells when an event arrived; default ClockWall. Under ClockInput
	// nothing is expired or retried by time.
	Clock Clock
	// NoSchedule leaves it to others to fire jobs when they are due. Under
	// ClockInput nobody looks at a clock.
	NoSchedule bool
	// Wall is the clock that jobs are due by; default this machine's.
	Wall Wall
	// BatchMax is the largest number of events in one transaction; default 256.
	BatchMax int
	// Lanes is how many transactions run side by side in this process, each
	// over partitions of its own; default 1.
	Lanes int
	// Linger is how long a batch that is not full waits for more; default 0, at
	// most 10 ms.
	Linger time.Duration
	// OutboxLagMax is how many decided and unpublished events make a lane stop
	// fetching; default 20,000.
	OutboxLagMax int
	// DrainTimeout bounds the end: finish the batch, commit, publish, give up
	// leases; default 20 s.
	DrainTimeout time.Duration
	// HTTPAddress is where /healthz, /readyz and /metrics are served; "" serves
	// nothing, HTTPAddressDefault is the loopback address.
	HTTPAddress string
	// Beside are conditions of /readyz for what else runs in the process.
	Beside map[string]func() error
	// ReplicaName shows up in the table replica, with a random end; default the
	// host's name.
	ReplicaName string
	// Registry takes the metrics; default a new one.
	Registry *prometheus.Registry
	// Logger; default slog.Default().
	Logger *slog.Logger
}

func (c Config) withDefaults() Config {
	if len(c.Sites.Sites()) == 0 {
		c.Sites = site.Default()
	}
	if c.Clock == "" {
		c.Clock = ClockWall
	}
	if c.Wall == nil {
		c.Wall = systemWall{}
	}
	if c.BatchMax == 0 {
		c.BatchMax = BatchMaxDefault
	}
	if c.Lanes == 0 {
		c.Lanes = LanesDefault
	}
	if c.OutboxLagMax == 0 {
		c.OutboxLagMax = OutboxLagMaxDefault
	}
	if c.DrainTimeout == 0 {
		c.DrainTimeout = DrainTimeoutDefault
	}
	if c.ReplicaName == "" {
		c.ReplicaName, _ = os.Hostname() // without a name the random end does
	}
	if c.Registry == nil {
		c.Registry = prometheus.NewRegistry()
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return c
}

// Validate reports everything that is wrong with the values given.
func (c Config) Validate() error {
	var problems []error
	refuse := func(wrong bool, format string, args ...any) {
		if wrong {
			problems = append(problems, fmt.Errorf(format, args...))
		}
	}
	refuse(c.DatabaseURL == "", "no database given: set its URL, for example postgres://accruald@127.0.0.1/accruald")
	refuse(c.Bus.URL == "", "no broker given: set its URL, for example nats://127.0.0.1:4222")
	refuse(c.Clock != ClockWall && c.Clock != ClockInput, "clock %q: use %q or %q", c.Clock, ClockWall, ClockInput)
	refuse(c.BatchMax < 1 || c.BatchMax > BatchMaxLimit, "batches of %d events: use 1 to %d", c.BatchMax, BatchMaxLimit)
	refuse(c.Lanes < 1 || c.Lanes > LanesLimit, "%d lanes: use 1 to %d", c.Lanes, LanesLimit)
	refuse(c.Linger < 0 || c.Linger > LingerMax, "linger of %s: use 0 to %s", c.Linger, LingerMax)
	refuse(c.OutboxLagMax < 1, "outbox lag of %d: use 1 or more", c.OutboxLagMax)
	refuse(c.DrainTimeout <= 0, "drain timeout of %s: use a positive one", c.DrainTimeout)
	if err := schedule.Check(c.Sites); err != nil {
		problems = append(problems, err)
	}
	return errors.Join(problems...)
}

// A Worker takes events from the broker, decides them, and publishes what
// comes of it. It runs once.
type Worker struct {
	config     Config
	log        *slog.Logger
	metrics    *metrics
	health     *health
	pool       *pgxpool.Pool
	queries    *db.Queries
	common     *decision.Reference
	frame      frame
	keeper     *keeper
	reference  *referenceReader
	lanes      []*lane
	bus        *bus.Bus // from connect on
	input      streamID
	references streamID
	counts     counts
	started    chan struct{} // closed when the loops run
	done       chan struct{} // closed when Run returned
}

// frame is what lanes need of Frame; tests put faults in between.
type frame interface {
	Process(ctx context.Context, batch []Delivery, position Position, before ...func(context.Context) error) (Committed, error)
	Tick(ctx context.Context, partition int, partnerIDs []string, now time.Time, position Position) (Committed, error)
}

// New checks the configuration and makes a worker. It connects to nothing:
// Run waits for what is not there yet.
func New(config Config) (*Worker, error) {
	config = config.withDefaults()
	if err := config.Validate(); err != nil {
		return nil, err
	}
	poolConfig, err := schema.ParseConfig(config.DatabaseURL)
	if err != nil {
		return nil, err
	}
	poolConfig.MaxConns = max(poolConfig.MaxConns, int32(2*config.Lanes+poolConnectionsBeside)) // at most 138; a batch may count a try beside its transaction
	poolConfig.ConnConfig.ConnectTimeout = connectWaitMax
	poolConfig.ConnConfig.RuntimeParams["application_name"] = schema.Name
	registered, err := newMetrics(config.Registry)
	if err != nil {
		return nil, fmt.Errorf("register metrics: %w: give each worker a registry of its own", err)
	}
	pool, err := pgxpool.NewWithConfig(context.Background(), poolConfig) // connects when it is used
	if err != nil {
		return nil, fmt.Errorf("make the pool of database connections: %w", err)
	}
	replica := fmt.Sprintf("%s-%s", config.ReplicaName, rand.Text()[:8]) // two processes never share a lease
	w := &Worker{
		config: config, log: config.Logger.With("replica", replica), metrics: registered, health: newHealth(time.Now),
		pool: pool, queries: db.New(pool), common: decision.NewReference(config.Sites),
		started: make(chan struct{}), done: make(chan struct{}),
	}
	w.health.beside = config.Beside
	w.frame = NewFrame(pool, w.common, config.Sites)
	w.keeper = newKeeper(w.queries, replica, config.Lanes, w.log, w.health)
	w.reference = newReferenceReader(w)
	for number := range config.Lanes {
		w.lanes = append(w.lanes, newLane(w, number))
	}
	return w, nil
}
