package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/accruald/accruald/workers"
)

// roundTrips counts how often the worker waits for the database, by what goes back and forth on its connections.
func (b *bench) roundTrips(ctx context.Context, round *Round) error {
	if err := b.preload(ctx, min(countedOrders, b.Orders)); err != nil {
		return err
	}
	between, err := listenBetween(ctx, b.Servers.DatabaseURL)
	if err != nil {
		return err
	}
	defer between.close()
	way := Way{Batch: min(b.Way.Batch, countedBatchMax), Concurrency: b.Way.Concurrency}
	var trips int64
	registry, err := b.work(ctx, between.url, way, func(ctx context.Context, worker *workers.Worker) error {
		select {
		case <-worker.Started():
		case <-ctx.Done():
			return ctx.Err()
		}
		before := between.trips.Load()
		err := worker.Drained(ctx)
		trips = between.trips.Load() - before
		return err
	})
	if err != nil {
		return err
	}
	batches, taken, err := batchesOf(registry)
	if err != nil || batches == 0 || taken == 0 {
		return errors.Join(err, fmt.Errorf("count round trips: %d batches with %d events", batches, taken))
	}
	round.RoundTripsPerBatch = trips * 1000 / batches
	round.RoundTripsPerEvent = round.RoundTripsPerBatch * 1000 / max(round.EventsPerTransaction, 1)
	return nil
}

// A between passes connections on and counts how often the client speaks after the server did.
type between struct {
	url      string
	listener net.Listener
	trips    atomic.Int64
	passing  sync.WaitGroup
	mu       sync.Mutex
	open     []net.Conn
	closed   bool
}

func listenBetween(ctx context.Context, databaseURL string) (*between, error) {
	address, err := url.Parse(databaseURL)
	if err != nil {
		return nil, fmt.Errorf("count round trips: %w", err)
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("count round trips: %w", err)
	}
	server := address.Host
	address.Host = listener.Addr().String()
	b := &between{url: address.String(), listener: listener}
	b.passing.Go(func() { b.accept(ctx, server) })
	return b, nil
}

func (b *between) accept(ctx context.Context, server string) {
	for {
		client, err := b.listener.Accept()
		if err != nil {
			return // closed
		}
		dialer := net.Dialer{Timeout: time.Second}
		upstream, err := dialer.DialContext(ctx, "tcp", server)
		if err != nil {
			_ = client.Close() // the worker tries again
			continue
		}
		if !b.keep(client, upstream) {
			return
		}
		var spoke atomic.Bool // the server did, after the client
		spoke.Store(true)
		b.passing.Go(func() {
			pass(upstream, client, func() {
				if spoke.Swap(false) {
					b.trips.Add(1)
				}
			})
		})
		b.passing.Go(func() { pass(client, upstream, func() { spoke.Store(true) }) })
	}
}

// keep notes connections for close, or closes them where that is over.
func (b *between) keep(conns ...net.Conn) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		for _, conn := range conns {
			_ = conn.Close() // nothing went over it
		}
		return false
	}
	b.open = append(b.open, conns...)
	return true
}

// pass copies until one side closes, then closes the other.
func pass(to, from net.Conn, each func()) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			each()
			if _, err := to.Write(buffer[:n]); err != nil {
				break
			}
		}
		if err != nil {
			break
		}
	}
	_ = to.Close() // a connection that is closed already is what was wanted
}

// close ends all connections and waits for them.
func (b *between) close() {
	closers := []io.Closer{b.listener}
	b.mu.Lock()
	b.closed = true
	for _, conn := range b.open {
		closers = append(closers, conn)
	}
	b.mu.Unlock()
	for _, c := range closers {
		_ = c.Close() // likewise
	}
	b.passing.Wait()
}
