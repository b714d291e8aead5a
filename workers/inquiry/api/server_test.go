package api

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/accruald/accruald/workers/inquiry/access"
)

// anybody takes every message for one of a caller.
type anybody struct{ caller access.Caller }

func (a *anybody) Authenticate(context.Context, *access.Message) (*access.Proof, error) {
	return &access.Proof{Caller: &a.caller}, nil
}

func testService(t *testing.T, who *access.Caller) *Service {
	t.Helper()
	config := Config{Registry: prometheus.NewRegistry(), Logger: slog.New(slog.DiscardHandler), RatePerSecond: 2}
	if who != nil {
		config.Access = &anybody{*who}
	}
	s, err := NewService(config)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestTheWayOfARequest: rights before what was sent, panics for their request
// alone, the rate limit with the time to wait.
func TestTheWayOfARequest(t *testing.T) {
	t.Parallel()
	s := newServer(testService(t, &access.Caller{PartnerID: "P", KeyID: "K", Roles: []access.Role{access.RoleFinance}}))
	type request struct {
		N int `query:"n" min:"1"`
	}
	s.service.Operations = []Operation{
		{ID: "Allowed", Method: http.MethodGet, Path: "/allowed", Right: access.Incentives,
			Handle: with(func(_ context.Context, c *Call, r *request) (map[string]any, error) {
				if r.N == 2 {
					panic("of the function")
				}
				return map[string]any{"partner": c.Caller.PartnerID, "n": r.N}, nil
			})},
		{ID: "Forbidden", Method: http.MethodGet, Path: "/forbidden", Right: access.Coupons, Handle: with(func(context.Context, *Call, *request) (string, error) {
			t.Error("asked without the right")
			return "", nil
		})},
	}
	handler := routesOf(t, s)
	ask := func(path string) (int, string, http.Header) {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		return w.Code, w.Body.String(), w.Header()
	}
	if status, body, header := ask("/allowed?n=1"); status != http.StatusOK || !strings.Contains(body, `"partner":"P"`) || header.Get(headerRequestID) == "" {
		t.Errorf("%d %s", status, body)
	}
	if status, body, _ := ask("/allowed?n=2"); status != http.StatusInternalServerError || strings.Contains(body, "function") {
		t.Errorf("a panic: %d %s", status, body)
	}
	if status, body, header := ask("/allowed?n=1"); status != http.StatusTooManyRequests || header.Get("Retry-After") != "1" {
		t.Errorf("the third at once: %d %s", status, body)
	}
	if status, body, _ := ask("/forbidden?n=0"); status != http.StatusForbidden || !strings.Contains(body, "CBC.0151") {
		t.Errorf("without the right: %d %s", status, body)
	}
	if status, body, _ := ask("/unheard"); status != http.StatusNotFound || !strings.Contains(body, "error_code") {
		t.Errorf("unknown: %d %s", status, body)
	}
}

// TestGivenUpRequestsAreNoDefects: who goes before the answer wakes nobody up.
func TestGivenUpRequestsAreNoDefects(t *testing.T) {
	t.Parallel()
	var logged bytes.Buffer
	registry := prometheus.NewRegistry()
	s, err := NewService(Config{Registry: registry, Logger: slog.New(slog.NewTextHandler(&logged, nil)), Access: &anybody{*mainCaller}})
	if err != nil {
		t.Fatal(err)
	}
	op := made("Slow", func(ctx context.Context, _ *Call, _ *Page) (string, error) {
		<-ctx.Done()
		return "", fmt.Errorf("read the rows: %w", ctx.Err())
	})
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	late, end := context.WithTimeout(t.Context(), time.Millisecond)
	defer end()
	for _, test := range []struct {
		ctx         context.Context
		label, says string
	}{{gone, "given_up", "level=INFO"}, {late, "CBC.0999", "level=ERROR"}} {
		logged.Reset()
		if answer := s.Answer(test.ctx, &op, &access.Message{}, Input{}); answer.code != "CBC.0999" || !strings.Contains(logged.String(), test.says) {
			t.Errorf("%s: %s, logged %s", test.label, answer.Body, logged.String())
		}
		families, err := registry.Gather()
		if err != nil || !strings.Contains(fmt.Sprint(families), fmt.Sprintf("value:%q", test.label)) {
			t.Errorf("%s is not counted: %v, %v", test.label, families, err)
		}
	}
}

// TestCertificatesAreReadAgain: a pair that was replaced is served, one that
// is half written is not.
func TestCertificatesAreReadAgain(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	certFile, keyFile := filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	writePair(t, certFile, keyFile, 1)
	c, err := newCertificate(certFile, keyFile, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	serial := func() int64 {
		t.Helper()
		pair, err := c.get(nil)
		if err != nil {
			t.Fatal(err)
		}
		return pair.Leaf.SerialNumber.Int64()
	}
	if got := serial(); got != 1 {
		t.Errorf("serial %d", got)
	}
	writePair(t, certFile, keyFile, 2)
	newer := time.Now().Add(time.Minute)
	if err := os.Chtimes(certFile, newer, newer); err != nil {
		t.Fatal(err)
	}
	if got := serial(); got != 1 {
		t.Errorf("serial %d before the next look", got)
	}
	c.checked = time.Time{}
	if got := serial(); got != 2 {
		t.Errorf("serial %d after it", got)
	}
	if err := os.WriteFile(certFile, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	c.checked = time.Time{}
	if got := serial(); got != 2 {
		t.Errorf("serial %d while a file is written", got)
	}
	if _, err := newCertificate(keyFile, certFile, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a pair that is none is served from the start")
	}
}

func writePair(t *testing.T, certFile, keyFile string, serial int64) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"}}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: certificate}, keyFile: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestServerOverTLS: only TLS 1.2 and later, the answer of a table, a body
// that is too large, and time to write what was answered at the last moment.
func TestServerOverTLS(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	certFile, keyFile := filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	writePair(t, certFile, keyFile, 1)
	config := Config{Address: "127.0.0.1:0", CertFile: certFile, KeyFile: keyFile, Registry: prometheus.NewRegistry(), Logger: slog.New(slog.DiscardHandler),
		Access: &anybody{access.Caller{PartnerID: "P", KeyID: "K", Roles: []access.Role{access.RoleMain}}}}
	s, err := Listen(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	if least := requestWaitMax + answerWaitMax; s.server.WriteTimeout <= least { // it counts from the end of the headers
		t.Errorf("answers are written for %s after the headers, which may be given %s after them", s.server.WriteTimeout, least)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	roots := x509.NewCertPool()
	text, err := os.ReadFile(certFile)
	if err != nil || !roots.AppendCertsFromPEM(text) {
		t.Fatal(err)
	}
	client := tlsClient(roots)
	defer client.CloseIdleConnections()
	post := func(size int) string {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/v2/bills/ratings/period-resources/subscribe-rate",
			strings.NewReader(strings.Repeat(" ", size)))
		if err != nil {
			t.Fatal(err)
		}
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		if response.ProtoMajor != 1 {
			t.Errorf("%s lets many requests be under way on one connection", response.Proto)
		}
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(response.StatusCode, " ", string(body))
	}
	if got := post(10); !strings.Contains(got, "400") || !strings.Contains(got, "CBC.0100") {
		t.Errorf("an empty body: %s", got)
	}
	if got := post(bodyBytesMax + 1); !strings.Contains(got, "at most") {
		t.Errorf("a body that is too large: %s", got)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	config.CertFile = ""
	if _, err := Listen(t.Context(), config); err == nil {
		t.Error("a key without a certificate is served")
	}
}

func tlsClient(roots *x509.CertPool) *http.Client {
	return &http.Client{Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "localhost", MinVersion: tls.VersionTLS12}}}
}
