package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/workers/inquiry/access"
)

// The service on NATS. All replicas have the same queue group: a server in
// another one would answer, and act, besides them.
const (
	RequestService = "accruald-api"
	RequestPrefix  = "accruald.api.v1"
	requestVersion = "1.0.0" // of subjects and payloads
	requestGroup   = "accruald-api"
)

// Limits of requests over NATS, of one process.
const (
	requestBytesMax     = bodyBytesMax + 64<<10 // a body and its parameters
	requestsBytesMax    = bodiesBytesMax        // of all that are under way or wait
	requestWorkerCount  = 64                    // answered side by side
	requestQueueMax     = 256                   // wait for a worker
	requestQueueWaitMax = 5 * time.Second       // as long as callers wait by default
	requestDrainWaitMax = 10 * time.Second
	requestPendingMax   = 1_024 // of one endpoint, before they are looked at
	requestPendingBytes = 16 << 20
	requestConnectWait  = 2 * time.Second
	requestFlushWait    = 2 * time.Second
	drainPollInterval   = 10 * time.Millisecond
)

// RequestConfig says where requests come from.
type RequestConfig struct {
	Bus      bus.Config
	Registry prometheus.Registerer
	Logger   *slog.Logger
}

// A RequestServer answers all operations over NATS request and reply.
type RequestServer struct {
	service   *Service
	config    RequestConfig
	log       *slog.Logger
	metrics   *requestMetrics
	endpoints map[string]*endpointStats // by name
	bytes     *semaphore.Weighted
	queue     chan *request
	answerMax time.Duration

	conn   atomic.Pointer[nats.Conn] // nil while nothing is offered
	mu     sync.RWMutex
	closed bool // nothing is queued any more
}

// A request is a message that was taken in.
type request struct {
	op      *Operation
	stats   *endpointStats
	message micro.Request
	at      time.Time
	bytes   int64
}

// NewRequestServer makes a server over the same service as HTTP, whose limits
// count both. Run connects it.
func NewRequestServer(service *Service, config RequestConfig) (*RequestServer, error) {
	s := &RequestServer{service: service, config: config, log: config.Logger, endpoints: map[string]*endpointStats{},
		bytes: semaphore.NewWeighted(requestsBytesMax), queue: make(chan *request, requestQueueMax), answerMax: answerWaitMax}
	var err error
	if s.metrics, err = newRequestMetrics(config.Registry, s.connected); err != nil {
		return nil, fmt.Errorf("register the metrics of requests: %w: give each server a registry of its own", err)
	}
	for _, op := range service.Operations {
		s.endpoints[op.ID] = &endpointStats{}
	}
	return s, nil
}

// Run connects, waiting for a broker that is away, and answers until ctx ends.
// What was taken in by then is answered; what comes goes to other replicas.
func (s *RequestServer) Run(ctx context.Context) error {
	conn := s.connect(ctx)
	if conn == nil {
		return nil // it was asked to end before there was a broker
	}
	defer conn.Close()
	closed := conn.StatusChanged(nats.CLOSED)
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var workers errgroup.Group
	for range requestWorkerCount {
		workers.Go(func() error {
			for r := range s.queue {
				s.serve(working, conn, r)
			}
			return nil
		})
	}
	service, err := s.offer(conn)
	if err == nil {
		s.conn.Store(conn)
		s.log.Info("inquiries served over NATS", "subjects", RequestPrefix+".>", "id", service.Info().ID)
		select {
		case <-ctx.Done():
			err = s.withdraw(conn, service)
		case <-closed: // reconnecting has no end, so this is not expected
			err = errors.New("inquiries over NATS are not taken any more: the connection is closed")
		}
		s.conn.Store(nil)
	}
	s.close()
	late := time.AfterFunc(requestDrainWaitMax, stop) // who is not answered by now asks again
	defer late.Stop()
	_ = workers.Wait() // they return none
	if flush := conn.FlushTimeout(requestFlushWait); flush != nil {
		s.log.Warn("the last answers may not have been sent", "err", flush)
	}
	return err
}

// connected tells whether requests can arrive.
func (s *RequestServer) connected() bool {
	conn := s.conn.Load()
	return conn != nil && conn.IsConnected()
}

// connect tries until there is a broker; it returns nil when ctx ends.
func (s *RequestServer) connect(ctx context.Context) *nats.Conn {
	for waiting := false; ; waiting = true {
		conn, err := bus.Dial(ctx, s.config.Bus)
		if err == nil {
			return conn
		}
		if ctx.Err() != nil {
			return nil
		}
		if !waiting {
			s.log.Warn("inquiries over NATS are not taken yet", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(requestConnectWait):
		}
	}
}

// offer subscribes to the subject of every operation.
func (s *RequestServer) offer(conn *nats.Conn) (micro.Service, error) {
	service, err := micro.AddService(conn, micro.Config{
		Name: RequestService, Version: requestVersion, QueueGroup: requestGroup,
		Description:  "The inquiries and actions of the partner API; /openapi.json of its HTTP side describes bodies and answers.",
		StatsHandler: func(e *micro.Endpoint) any { return s.endpoints[e.Name].told() },
		ErrorHandler: func(_ micro.Service, err *micro.NATSError) {
			s.log.Warn("requests over NATS are disturbed", "subject", err.Subject, "err", err.Description)
		},
	})
	if err != nil {
		return nil, fmt.Errorf("offer inquiries over NATS: %w", err)
	}
	group := service.AddGroup(RequestPrefix)
	for i := range s.service.Operations {
		op := &s.service.Operations[i]
		err := group.AddEndpoint(op.ID, micro.HandlerFunc(func(m micro.Request) { s.take(op, m) }),
			micro.WithEndpointMetadata(map[string]string{
				"method": op.Method, "path": op.Path, "summary": op.Summary, "right": string(op.Right), "writes": strconv.FormatBool(op.Writes),
			}), micro.WithEndpointPendingLimits(requestPendingMax, requestPendingBytes))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("offer %s over NATS: %w", op.ID, err), service.Stop())
		}
	}
	if err := conn.FlushTimeout(requestFlushWait); err != nil {
		s.log.Warn("the broker has not confirmed the subjects of inquiries yet", "err", err)
	}
	return service, nil
}

// withdraw unsubscribes, and waits until what the broker had sent by then is
// queued: stopping the service only begins that.
func (s *RequestServer) withdraw(conn *nats.Conn, service micro.Service) error {
	if err := service.Stop(); err != nil {
		return fmt.Errorf("withdraw inquiries from NATS: %w", err)
	}
	for until := time.Now().Add(requestDrainWaitMax); conn.NumSubscriptions() > 0; time.Sleep(drainPollInterval) {
		if time.Now().After(until) || !conn.IsConnected() {
			s.log.Warn("the broker has not confirmed the withdrawal of inquiries", "subscriptions", conn.NumSubscriptions())
			break
		}
	}
	return nil
}

func (s *RequestServer) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	close(s.queue)
}

// take is called by the client library, one message of an endpoint after the
// other: it queues, or refuses, and never waits.
func (s *RequestServer) take(op *Operation, m micro.Request) {
	stats := s.endpoints[op.ID]
	r := &request{op: op, stats: stats, message: m, at: time.Now(), bytes: sizeOf(m)}
	switch {
	case !answerable(m.Reply()):
		s.metrics.outcome(outcomeNoReply)
		s.log.Info("a request over NATS cannot be answered and is not looked at: its reply subject is no inbox", "operation", op.ID)
	case len(m.Data()) > requestBytesMax || r.bytes-int64(len(m.Data())) > headerBytesMax:
		s.metrics.outcome(outcomeTooLarge)
		s.refuse(r, parameterError("the request is too large: send at most %d bytes with at most %d bytes of headers", requestBytesMax, headerBytesMax))
	case !s.bytes.TryAcquire(r.bytes):
		s.metrics.outcome(outcomeBusy)
		s.refuse(r, tooMany())
	case !s.enqueue(r):
		s.bytes.Release(r.bytes)
		s.metrics.outcome(outcomeBusy)
		s.refuse(r, tooMany())
	}
}

// refuse answers at the door, where the service's own counts are still open.
func (s *RequestServer) refuse(r *request, err error) {
	r.stats.refused.Add(1)
	out := replyOf(s.refusal(r, err))
	if err := r.message.Error(out.Header.Get(micro.ErrorCodeHeader), out.Header.Get(micro.ErrorHeader), out.Data, micro.WithHeaders(micro.Headers(out.Header))); err != nil {
		s.log.Info("a refusal could not be sent", "operation", r.op.ID, "err", err)
	}
}

// refusal is an answer that the operation was not asked for.
func (s *RequestServer) refusal(r *request, err error) Answer {
	correlation := correlate(headerOf(r.message))
	answer := s.service.refusal(r.op, err, correlation)
	answer.Header = http.Header{headerRequestID: {correlation}}
	if answer.Status == http.StatusTooManyRequests {
		answer.Header.Set("Retry-After", "1")
	}
	return answer
}

func (s *RequestServer) enqueue(r *request) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return false
	}
	select {
	case s.queue <- r:
		return true
	default:
		return false
	}
}

// serve answers one request, by a worker. It publishes by itself: the client
// library's answers set a count that is read when take returns.
func (s *RequestServer) serve(ctx context.Context, conn *nats.Conn, r *request) {
	defer s.bytes.Release(r.bytes)
	s.metrics.underWay.Inc()
	defer s.metrics.underWay.Dec()
	began := time.Now()
	ctx, cancel := context.WithDeadline(ctx, r.at.Add(s.answerMax))
	defer cancel()
	answer, outcome := s.answer(ctx, r)
	r.stats.answered(answer, time.Since(began))
	send := func(a Answer) error {
		out := replyOf(a)
		out.Subject = r.message.Reply()
		return conn.PublishMsg(out)
	}
	err := send(answer)
	if errors.Is(err, nats.ErrMaxPayload) {
		err = send(s.refusal(r, parameterError("the answer has %d bytes, the broker takes %d: ask for fewer rows, by limit", len(answer.Body), conn.MaxPayload())))
	}
	if err != nil { // the broker is away for too long; a repetition is answered
		outcome = outcomeLost
		s.log.Warn("an answer could not be sent", "operation", r.op.ID, "err", err)
	}
	s.metrics.outcome(outcome)
}

// answer asks the service; a panic on the way concerns this request alone.
func (s *RequestServer) answer(ctx context.Context, r *request) (answer Answer, outcome string) {
	defer func() {
		if panicked := recover(); panicked != nil {
			answer, outcome = s.refusal(r, fmt.Errorf("panic: %v\n%s", panicked, debug.Stack())), outcomeAnswered
		}
	}()
	if time.Since(r.at) > requestQueueWaitMax { // who asked has given up
		return s.refusal(r, tooMany()), outcomeLate
	}
	header, data := headerOf(r.message), r.message.Data()
	message := &access.Message{Method: requestMethod, Path: "/" + r.message.Subject(), Header: header, Body: data}
	return s.service.Answer(ctx, r.op, message, inputOf(r.op, header, data)), outcomeAnswered
}

// replyOf writes an answer as a message.
func replyOf(a Answer) *nats.Msg {
	out := &nats.Msg{Header: nats.Header{}, Data: a.Body}
	for name, values := range a.Header {
		out.Header[name] = values
	}
	out.Header.Set(headerStatus, strconv.Itoa(a.Status))
	if a.Status != http.StatusNoContent {
		out.Header.Set("Content-Type", "application/json")
	}
	if a.code != "" && a.Status >= http.StatusBadRequest {
		out.Header.Set(micro.ErrorHeader, a.code)
		out.Header.Set(micro.ErrorCodeHeader, strconv.Itoa(a.Status))
	}
	return out
}
