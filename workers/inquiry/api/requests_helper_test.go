package api

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/events/bus/embedded"
)

const requestWait = 20 * time.Second

// A replica is one server of requests, at work.
type replica struct {
	*RequestServer
	t    *testing.T
	stop context.CancelFunc
	end  chan struct{}
	err  error
}

func brokerOf(t *testing.T) *embedded.Server {
	t.Helper()
	broker, err := embedded.Start(embedded.Options{StoreDir: t.TempDir(), RelaxedSync: true, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(broker.Shutdown)
	return broker
}

// replicate starts a server over a service; it is halted with the test.
func replicate(t *testing.T, service *Service, url string, change func(*RequestServer)) *replica {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	s, err := NewRequestServer(service, RequestConfig{Bus: bus.Config{URL: url, Name: "replica", Logger: quiet}, Registry: prometheus.NewRegistry(), Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(s)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	r := &replica{RequestServer: s, t: t, stop: cancel, end: make(chan struct{})}
	go func() {
		defer close(r.end)
		r.err = s.Run(ctx)
	}()
	t.Cleanup(func() { r.halt() })
	for until := time.Now().Add(requestWait); !s.connected(); time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("the server does not offer its operations")
		}
	}
	return r
}

// halt has the replica drain, and waits.
func (r *replica) halt() {
	r.t.Helper()
	r.stop()
	<-r.end
	if r.err != nil {
		r.t.Errorf("the server ended with: %v", r.err)
	}
}

// A user asks over a connection of its own.
type user struct {
	*nats.Conn
	t *testing.T
}

func userOf(t *testing.T, url string) *user {
	t.Helper()
	conn, err := nats.Connect(url, nats.MaxReconnects(-1), nats.ReconnectWait(10*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	return &user{conn, t}
}

// told is an answer, or why there was none.
type told struct {
	status, code, body string
	header             nats.Header
	err                error
}

// ask asks for an operation; headers are pairs of name and value.
func (u *user) ask(operation, payload string, headers ...string) told {
	m := &nats.Msg{Subject: RequestPrefix + "." + operation, Data: []byte(payload), Header: nats.Header{}}
	for i := 0; i < len(headers); i += 2 {
		m.Header[headers[i]] = append(m.Header[headers[i]], headers[i+1])
	}
	ctx, cancel := context.WithTimeout(u.t.Context(), requestWait)
	defer cancel()
	out, err := u.RequestMsgWithContext(ctx, m)
	if err != nil {
		return told{err: err}
	}
	return told{status: out.Header.Get(headerStatus), code: out.Header.Get(micro.ErrorHeader), body: string(out.Data), header: out.Header}
}

// replicaStats is what is looked at of a replica's statistics.
type replicaStats struct {
	ID        string `json:"id"`
	Endpoints []struct {
		NumRequests int       `json:"num_requests"`
		NumErrors   int       `json:"num_errors"`
		LastError   string    `json:"last_error"`
		Data        toldStats `json:"data"`
	} `json:"endpoints"`
}

// statistics asks all replicas for theirs.
func (u *user) statistics(replicas int) (out []replicaStats) {
	u.t.Helper()
	gather(u, micro.StatsVerb, replicas, &out)
	return out
}

// gather asks every replica for one document of its own.
func gather[D any](u *user, verb micro.Verb, replicas int, out *[]D) {
	u.t.Helper()
	subject, err := micro.ControlSubject(verb, RequestService, "")
	if err != nil {
		u.t.Fatal(err)
	}
	inbox := u.NewInbox()
	sub, err := u.SubscribeSync(inbox)
	if err != nil {
		u.t.Fatal(err)
	}
	defer func() { _ = sub.Unsubscribe() }()
	if err := u.PublishRequest(subject, inbox, nil); err != nil {
		u.t.Fatal(err)
	}
	for range replicas {
		m, err := sub.NextMsg(requestWait)
		if err != nil {
			u.t.Fatalf("%d of %d answered: %v", len(*out), replicas, err)
		}
		var one D
		if err := json.Unmarshal(m.Data, &one); err != nil {
			u.t.Fatal(err)
		}
		*out = append(*out, one)
	}
}

// madeService is a service of made operations, that everybody may ask.
func madeService(t *testing.T, ops ...Operation) *Service {
	t.Helper()
	s := testService(t, mainCaller)
	s.Operations, s.limiter = ops, noLimit
	return s
}

func made[Q, R any](id string, f func(context.Context, *Call, *Q) (R, error)) Operation {
	return Operation{ID: id, Method: http.MethodPost, Path: "/v2/" + id + "/{id}", Summary: id + ".", Right: mainRight, Handle: with(f)}
}

// restarted starts a broker on a port that another has left.
func restarted(t *testing.T, port string) {
	t.Helper()
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	broker, err := embedded.Start(embedded.Options{StoreDir: t.TempDir(), Port: n, RelaxedSync: true, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(broker.Shutdown)
}
