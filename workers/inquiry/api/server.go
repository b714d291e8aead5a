package api

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/semaphore"

	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/inquiry/access"
)

// Limits of the HTTP server.
const (
	bodyBytesMax   = 1 << 20
	bodySmallBytes = 64 << 10  // up to here a body is read at once
	bodiesBytesMax = 128 << 20 // of larger ones under way together
	bodyRoomWait   = 5 * time.Second
	headerBytesMax = 16 << 10
	headerWaitMax  = 5 * time.Second
	requestWaitMax = 15 * time.Second
	answerWaitMax  = 30 * time.Second
	writeWaitMax   = requestWaitMax + answerWaitMax + 5*time.Second // so that also an answer that comes last is heard
	idleWaitMax    = 2 * time.Minute
	drainWaitMax   = 5 * time.Second
)

const headerRequestID = "X-Request-Id"

// Config says what the server serves.
type Config struct {
	Address           string // host:port
	CertFile, KeyFile string // both for TLS, none for plain HTTP
	Books             *workers.ReadModel
	Access            Authenticator
	Answers           *access.Answers
	Intake            Intake
	RatePerSecond     int // requests of one caller to one operation; 0 for no bound
	Registry          prometheus.Registerer
	Logger            *slog.Logger
}

// A Server answers all operations over HTTP.
type Server struct {
	service  *Service
	about    *described
	listener net.Listener
	server   *http.Server
	secure   bool
	bodies   *semaphore.Weighted // room for large bodies
}

func newServer(service *Service) *Server {
	return &Server{service: service, about: &described{}, bodies: semaphore.NewWeighted(bodiesBytesMax)}
}

// Listen takes the address; Run serves.
func Listen(ctx context.Context, config Config) (*Server, error) {
	service, err := NewService(config)
	if err != nil {
		return nil, err
	}
	s := newServer(service)
	if s.about, err = describe(service.Operations); err != nil {
		return nil, err
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true) // one request at a time on a connection: what is under way is bounded by their number
	s.server = &http.Server{
		Handler: s.routes(), ReadHeaderTimeout: headerWaitMax, ReadTimeout: requestWaitMax, WriteTimeout: writeWaitMax,
		IdleTimeout: idleWaitMax, MaxHeaderBytes: headerBytesMax, Protocols: protocols, ErrorLog: slog.NewLogLogger(config.Logger.Handler(), slog.LevelDebug),
	}
	if (config.CertFile == "") != (config.KeyFile == "") {
		return nil, fmt.Errorf("serve inquiries with the certificate %q and the key %q: name both or none", config.CertFile, config.KeyFile)
	}
	if s.secure = config.CertFile != ""; s.secure {
		pair, err := newCertificate(config.CertFile, config.KeyFile, config.Logger)
		if err != nil {
			return nil, err
		}
		s.server.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: pair.get}
	}
	var listening net.ListenConfig
	listener, err := listening.Listen(ctx, "tcp", config.Address)
	if err != nil {
		return nil, fmt.Errorf("listen on %q for inquiries: %w: choose another address, or end what uses it", config.Address, err)
	}
	s.listener = bounded(listener, connectionCountMax)
	return s, nil
}

// URL is where the server answers.
func (s *Server) URL() string {
	scheme := "http"
	if s.secure {
		scheme = "https"
	}
	return scheme + "://" + s.listener.Addr().String()
}

// Service is what the server answers by, for other transports.
func (s *Server) Service() *Service { return s.service }

// Run serves until ctx ends; what was begun is answered.
func (s *Server) Run(ctx context.Context) error {
	drained := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(drained)
		draining, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainWaitMax)
		defer cancel()
		if s.server.Shutdown(draining) != nil {
			_ = s.server.Close() // who did not get through by now asks again
		}
	})
	serve := s.server.Serve
	if s.secure {
		serve = func(l net.Listener) error { return s.server.ServeTLS(l, "", "") }
	}
	err := serve(s.listener)
	if !errors.Is(err, http.ErrServerClosed) {
		stop()
		return fmt.Errorf("serve inquiries on %q: %w", s.listener.Addr(), err)
	}
	<-drained
	return nil
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	s.about.serve(mux)
	for i := range s.service.Operations {
		op := &s.service.Operations[i]
		mux.HandleFunc(op.Method+" "+op.Path, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, op) })
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { // the table has no such path, or not by this method
		answer := s.service.refusal(&Operation{ID: "unknown"}, parameterError("No operation is at %s %s: the page /docs lists all.", quoted(r.Method), quoted(r.URL.Path)), "")
		answer.Status = http.StatusNotFound
		write(w, answer)
	})
	return mux
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, op *Operation) {
	release, err := s.room(r)
	if err != nil {
		write(w, s.service.refusal(op, tooMany(), ""))
		return
	}
	defer release()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyBytesMax))
	if err != nil {
		write(w, s.service.refusal(op, parameterError("the body was not read: send at most %d bytes, within %s", bodyBytesMax, requestWaitMax), ""))
		return
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		write(w, s.service.refusal(op, parameterError("the query is not escaped properly"), ""))
		return
	}
	message := &access.Message{Method: r.Method, Host: r.Host, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery, Header: r.Header, Body: body}
	ctx, cancel := context.WithTimeout(r.Context(), answerWaitMax) // nobody hears what comes later
	defer cancel()
	write(w, s.service.Answer(ctx, op, message, Input{Path: r.PathValue, Query: query, Header: r.Header, Body: body}))
}

// room waits until there is memory for a large body. Small ones need not wait:
// the number of connections bounds them.
func (s *Server) room(r *http.Request) (release func(), err error) {
	if 0 <= r.ContentLength && r.ContentLength <= bodySmallBytes {
		return func() {}, nil
	}
	ctx, cancel := context.WithTimeout(r.Context(), bodyRoomWait)
	defer cancel()
	if err := s.bodies.Acquire(ctx, bodyBytesMax); err != nil {
		return nil, fmt.Errorf("find room for a body of %d bytes: %w", r.ContentLength, err)
	}
	return func() { s.bodies.Release(bodyBytesMax) }, nil
}

func write(w http.ResponseWriter, a Answer) {
	for name, values := range a.Header {
		w.Header()[name] = values
	}
	if a.Status != http.StatusNoContent {
		w.Header().Set("Content-Type", "application/json")
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body) // whoever asked is gone
}
