package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/workers"
)

const (
	// underWayMax bounds the messages whose storing is awaited.
	underWayMax = 256
	// silenceMax is how long the first event out of a message is waited for.
	silenceMax = 30 * time.Second
)

// latency sends orders at a steady rate and takes the time of each message.
func (b *bench) latency(ctx context.Context, round *Round) error {
	var samples []time.Duration
	_, err := b.work(ctx, b.Servers.DatabaseURL, b.Way, func(ctx context.Context, worker *workers.Worker) error {
		// Reading and waking up are over when one round of orders has gone through.
		if err := b.preload(ctx, b.Partners); err != nil {
			return err
		}
		if err := worker.Drained(ctx); err != nil {
			return err
		}
		var err error
		samples, err = b.sample(ctx)
		return err
	})
	if err != nil {
		return err
	}
	slices.Sort(samples)
	round.LatencyRate, round.LatencySamples = latencyRate, len(samples)
	round.LatencyP50Micros = quantile(samples, 50).Microseconds()
	round.LatencyP99Micros = quantile(samples, 99).Microseconds()
	return nil
}

// sample publishes at the rate and reads the output beside it.
func (b *bench) sample(ctx context.Context) ([]time.Duration, error) {
	output, err := b.bus.Stream(ctx, bus.OutputStream)
	if err != nil {
		return nil, err
	}
	count := min(latencyRate*latencySeconds, 2*b.Orders)
	t := &times{began: make(map[string]time.Time, count), left: count, done: make(chan struct{})}
	conn, err := nats.Connect(b.Servers.NatsURL)
	if err != nil {
		return nil, fmt.Errorf("connect to read the output: %w", err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		return nil, fmt.Errorf("read the output: %w", err)
	}
	consumer, err := js.OrderedConsumer(ctx, bus.OutputStream, jetstream.OrderedConsumerConfig{
		DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: output.Last + 1})
	if err != nil {
		return nil, fmt.Errorf("read the output: %w", err)
	}
	reading, err := consumer.Consume(t.arrived)
	if err != nil {
		return nil, fmt.Errorf("read the output: %w", err)
	}
	defer reading.Stop()
	if err := b.publishAtRate(ctx, t, count); err != nil {
		return nil, err
	}
	select {
	case <-t.done:
		return t.result()
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(silenceMax):
		return nil, fmt.Errorf("measure latency: %d of %d messages led to nothing within %s", t.missing(), count, silenceMax)
	}
}

// publishAtRate sends each message at its time, whether or not the ones before are stored.
func (b *bench) publishAtRate(ctx context.Context, t *times, count int) error {
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(underWayMax)
	first, began, n := b.next, time.Now(), 0
	b.next += (count + 1) / 2
	for ev, err := range b.load.Orders(first, b.next) {
		if err != nil {
			return errors.Join(err, group.Wait())
		}
		at := began.Add(time.Duration(n) * time.Second / latencyRate)
		n++
		select {
		case <-groupCtx.Done():
			return errors.Join(groupCtx.Err(), group.Wait())
		case <-time.After(time.Until(at)):
		}
		t.begin(ev.ID, at)
		group.Go(func() error {
			header, data := ev.Message()
			_, err := b.bus.Publish(groupCtx, events.InSubject(ev), header, data)
			return err
		})
	}
	return group.Wait()
}

// times are when messages were to be sent, and how long each took.
type times struct {
	mu      sync.Mutex
	began   map[string]time.Time
	samples []time.Duration
	left    int
	failure error
	done    chan struct{} // closed when every message has led to something
}

func (t *times) begin(id string, at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.began[id] = at
}

// arrived takes an event out: the first that names a message as its cause ends that one's time.
func (t *times) arrived(message jetstream.Msg) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var origin events.Origin
	facts, err := message.Metadata()
	if err == nil {
		err = json.Unmarshal(message.Data(), &origin)
	}
	if err != nil {
		t.failure = errors.Join(t.failure, err)
		return
	}
	at, known := t.began[origin.CausationID]
	if !known {
		return
	}
	delete(t.began, origin.CausationID)
	t.samples = append(t.samples, facts.Timestamp.Sub(at))
	if t.left--; t.left == 0 {
		close(t.done)
	}
}

func (t *times) result() ([]time.Duration, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.samples, t.failure
}

func (t *times) missing() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.left
}
