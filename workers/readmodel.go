package workers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accruald/accruald/schema"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

const (
	// ReadModelStaleMax bounds how old the reference data is that a question
	// is answered from; one that finds older data waits.
	ReadModelStaleMax = 500 * time.Millisecond
	// readModelPollInterval leaves room for a poll and a hiccup within that.
	readModelPollInterval = 150 * time.Millisecond
	// readModelWaitMax is how long a question waits for fresh data.
	readModelWaitMax = 5 * time.Second
	// readModelIdleMax is how long a partner is followed after the last
	// question; then one round trip brings it up to date again.
	readModelIdleMax = time.Minute
)

// ErrStale says that the database was not reached for longer than answers may
// be old.
var ErrStale = errors.New("the reference data could not be brought up to date")

// A ReadModel keeps reference data in memory for questions beside the workers:
// the common part, and that of the partners that were asked about last. What
// it returns is never older than ReadModelStaleMax. Rows are read from the
// database by a Snapshot. It locks nothing and changes nothing.
type ReadModel struct {
	pool     *pgxpool.Pool
	queries  *db.Queries
	sites    site.Profiles
	common   *decision.Reference
	log      *slog.Logger
	partners followedPartners
	began    time.Time    // what ages are counted from
	read     atomic.Int64 // nanoseconds after began at which the last complete poll was begun; -1 before the first
	polled   broadcast
}

// NewReadModel makes a read model. Run keeps it current.
func NewReadModel(pool *pgxpool.Pool, sites site.Profiles, log *slog.Logger) *ReadModel {
	m := &ReadModel{pool: pool, queries: db.New(pool), sites: sites, common: decision.NewReference(sites), log: log, began: time.Now()}
	m.partners.events = referenceEventCountMax
	m.read.Store(-1)
	return m
}

// Run follows the reference data until ctx ends. It waits for a database that
// cannot be reached, and ends with an error for one of another version.
func (m *ReadModel) Run(ctx context.Context) error {
	var wait backoff
	checked := false
	for {
		err := m.poll(ctx, &checked)
		switch {
		case ctx.Err() != nil:
			return nil //nolint:nilerr // it ends as it was asked to, whatever the last poll came to
		case err == nil:
			wait.reset()
			if !pause(ctx, readModelPollInterval) {
				return nil
			}
			continue
		case !checked && !heals(err):
			return fmt.Errorf("follow the reference data: %w", err)
		}
		next := wait.next()
		m.log.Warn("reference data for inquiries is not up to date", "err", err, "next_try_in", next)
		if !pause(ctx, next) {
			return nil
		}
	}
}

func (m *ReadModel) poll(ctx context.Context, checked *bool) error {
	ctx, cancel := context.WithTimeout(ctx, referenceStepWaitMax)
	defer cancel()
	if !*checked {
		if err := schema.Check(ctx, m.pool); err != nil {
			return err
		}
		*checked = true
	}
	now := time.Since(m.began)
	if _, err := foldReferenceLog(ctx, m.queries, m.common); err != nil {
		return err
	}
	if err := m.follow(ctx, now); err != nil {
		return err
	}
	m.read.Store(int64(now))
	m.polled.announce()
	return nil
}

// Ready says why questions cannot be answered, nil if they can.
func (m *ReadModel) Ready() error {
	if read := m.read.Load(); read < 0 || time.Since(m.began)-time.Duration(read) > readModelWaitMax {
		return ErrStale
	}
	return nil
}

// fresh waits until the common reference data is young enough.
func (m *ReadModel) fresh(ctx context.Context) error {
	if m.young(m.read.Load()) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, readModelWaitMax)
	defer cancel()
	for {
		changed := m.polled.next()
		if m.young(m.read.Load()) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%w within %s: %w", ErrStale, readModelWaitMax, ctx.Err())
		}
	}
}

func (m *ReadModel) young(read int64) bool {
	return read >= 0 && time.Since(m.began)-time.Duration(read) <= ReadModelStaleMax
}

// Common returns the reference data of nobody in particular.
func (m *ReadModel) Common(ctx context.Context) (*decision.Reference, error) {
	return m.common, m.fresh(ctx)
}

// Partner returns a partner with its reference data and no rows or numbers,
// without a round trip if it was asked about before.
func (m *ReadModel) Partner(ctx context.Context, id string) (*decision.Partner, error) {
	if err := m.fresh(ctx); err != nil {
		return nil, err
	}
	reference, err := m.reference(ctx, id)
	if err != nil {
		return nil, err
	}
	return decision.NewPartner(id, m.sites, reference, false), nil
}

// Open returns the rows of this moment, for one question; Close ends it. Its
// reference data may be younger by ReadModelStaleMax, or older.
func (m *ReadModel) Open(ctx context.Context) (*Snapshot, error) {
	if err := m.fresh(ctx); err != nil {
		return nil, err
	}
	tx, err := m.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return nil, fmt.Errorf("read the database: %w", err)
	}
	return &Snapshot{Common: m.common, tx: tx, sites: m.sites, model: m, opened: int64(time.Since(m.began))}, nil
}

// AnyCustomer returns a partner that is enrolled and a customer of it now,
// the first by id of the first; "" where there is none.
func (m *ReadModel) AnyCustomer(ctx context.Context) (partnerID, customerID string, err error) {
	ids, err := m.queries.SummaryPartners(ctx)
	if err != nil {
		return "", "", fmt.Errorf("list the partners: %w", err)
	}
	for _, id := range ids {
		reference, err := m.reference(ctx, id)
		if errors.Is(err, ErrUnknownPartner) {
			continue
		}
		if err != nil {
			return "", "", err
		}
		if customers := reference.Customers(time.Now()); len(customers) > 0 {
			return id, customers[0].CustomerID, nil
		}
	}
	return "", "", nil
}

// followedPartners are the partners that were asked about last.
type followedPartners struct {
	mu     sync.Mutex
	byID   map[string]*followedPartner
	events int // most reference events that are kept
}
