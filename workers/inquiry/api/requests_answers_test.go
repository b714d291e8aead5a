package api

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/nats-io/nats.go"

	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/inquiry/access"
)

var correlationID = regexp.MustCompile(`"correlation_id":"[^"]*"`)

// TestRequestsAnswerAsHTTP: every operation that reads answers over NATS as it does over HTTP, to callers of several
// kinds; a write over NATS is decided once; who does not prove itself is refused.
func TestRequestsAnswerAsHTTP(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	masters, err := access.ParseMasters(access.NewMaster("test"))
	if err != nil {
		t.Fatal(err)
	}
	store := access.NewStore(b.pool, masters)
	ring := access.NewRing(store, nil, access.SkewDefault, b.quiet)
	intake := workers.NewIntake(bus.Config{URL: b.broker.URL(), Logger: b.quiet}, b.pool, b.quiet)
	var who []asker
	keys := map[string]*access.Key{}
	for _, a := range askers() {
		if !slices.Contains([]string{"main", "finance and operations", "customer", "reseller"}, a.name) {
			continue
		}
		for _, kind := range []access.Kind{access.KindToken, access.KindSignature} {
			key, err := store.Create(t.Context(), access.Grant{Caller: a.Caller, Kind: kind}, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			keys[a.name+" "+string(kind)] = key
		}
		who = append(who, a)
	}
	b.run(ring.Run, intake.Run)
	service := testService(t, nil)
	service.access, service.books, service.intake, service.answers, service.limiter = ring, b.model, intake, access.NewAnswers(b.pool, b.quiet), noLimit
	var later atomic.Int64 // seconds: payments of one moment would be folded by their ids
	service.now = func() time.Time { return booksNow.Add(time.Duration(later.Load()) * time.Second) }
	replicate(t, service, b.broker.URL(), nil)
	replicate(t, service, b.broker.URL(), nil)
	u, handler := userOf(t, b.broker.URL()), routesOf(t, newServer(service))
	for until := time.Now().Add(requestWait); ring.Ready() != nil || intake.Ready() != nil || !ring.Has(keys["reseller signature"].ID); time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("keys or the broker are not there")
		}
	}
	compared, answered := 0, map[string]bool{}
	for i := range service.Operations {
		op := &service.Operations[i]
		if op.Writes {
			continue
		}
		for _, a := range who {
			token := string(keys[a.name+" token"].Secret)
			compare := func(p *probe, o thing) {
				target, body := p.written(op, &a, o, a.shows(op, p, o), o.id)
				request := httptest.NewRequestWithContext(t.Context(), op.Method, target, strings.NewReader(body))
				request.Header.Set("Authorization", "Bearer "+token)
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, request)
				got := u.ask(op.ID, payloadOf(t, op, target, body), "Authorization", "Bearer "+token)
				mask := func(text string) string { return correlationID.ReplaceAllString(text, "") }
				if got.err != nil || got.status != fmt.Sprint(w.Code) || mask(got.body) != mask(w.Body.String()) {
					t.Errorf("%s by %s, %s %s: over HTTP %d %s, over NATS %+v", op.ID, a.name, target, body, w.Code, w.Body, got)
				}
				compared++
				answered[op.ID] = answered[op.ID] || got.status == "200"
			}
			row := isolation[op.ID]
			if row.plain != nil {
				compare(row.plain, thing{})
			}
			for i := range row.probes {
				compare(&row.probes[i], b.things(row.probes[i].kind)[0])
			}
		}
		if !answered[op.ID] {
			t.Errorf("%s was answered to nobody", op.ID)
		}
	}
	t.Logf("%d answers of %d operations are equal", compared, len(answered))
	b.writesOnce(t, u, &later, string(keys["main token"].Secret))
	provesItself(t, u, keys["main signature"], keys["main token"])
}

// payloadOf writes a request of HTTP as one over NATS.
func payloadOf(t *testing.T, op *Operation, target, body string) string {
	t.Helper()
	at, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	parameters := map[string]any{}
	for name, values := range at.Query() {
		parameters[name] = values
	}
	declared, sent := strings.Split(op.Path, "/"), strings.Split(at.Path, "/")
	for i, part := range declared {
		if name, is := strings.CutPrefix(part, "{"); is {
			parameters[strings.TrimSuffix(name, "}")] = sent[i]
		}
	}
	text, err := json.Marshal(parameters)
	if err != nil {
		t.Fatal(err)
	}
	if body == "" {
		return `{"parameters":` + string(text) + `}`
	}
	return `{"parameters":` + string(text) + `,"body":` + body + `}`
}

// writesOnce pays an order twice by one idempotency key: one event, two equal answers.
func (b *books) writesOnce(t *testing.T, u *user, later *atomic.Int64, token string) {
	t.Helper()
	pay := func(key string) told {
		return u.ask("PayOrders", `{"body":{"order_id":"isoAO1u","use_coupon":"NO","use_discount":"NO"}}`, "Authorization", "Bearer "+token, "Idempotency-Key", key)
	}
	first, again := pay("one"), pay("one")
	if first.err != nil || first.status != "204" || first.body != "" || again.status != "204" {
		t.Errorf("paid %+v, and again %+v", first, again)
	}
	later.Add(1)
	if other := pay("two"); other.status != "403" || other.code != codeNotAllowed {
		t.Errorf("paid by another request: %+v", other)
	}
	var count int
	if err := b.pool.QueryRow(t.Context(), "select count(*) from input where type = 'order.paid.v1' and subject = 'isoAO1u' and status = 'accepted'").Scan(&count); err != nil || count != 1 {
		t.Errorf("%d payments, %v", count, err)
	}
}

// provesItself tries what proves something and what does not.
func provesItself(t *testing.T, u *user, signing, token *access.Key) {
	t.Helper()
	const payload = `{"parameters":{"limit":1}}`
	now := time.Now()
	signed := func(operation, payload string, secret []byte) []string {
		m := &nats.Msg{Subject: RequestPrefix + "." + operation, Data: []byte(payload)}
		if err := SignRequest(m, signing.ID, secret, now); err != nil {
			t.Fatal(err)
		}
		return []string{access.HeaderDate, m.Header.Get(access.HeaderDate), "Authorization", m.Header.Get("Authorization")}
	}
	date := now.UTC().Format(access.DateLayout)
	overHTTP, err := access.Sign(&access.Message{Method: http.MethodGet, Path: "/v2/products/service-types", Header: http.Header{access.HeaderDate: {date}}, Body: []byte(payload)},
		signing.ID, signing.Secret, "x-sdk-date")
	if err != nil {
		t.Fatal(err)
	}
	right := signed("ListServiceTypes", payload, signing.Secret)
	for name, c := range map[string]struct {
		payload string
		headers []string
		status  string
	}{
		"a signature":                  {payload, right, "200"},
		"a token":                      {payload, []string{"X-Auth-Token", string(token.Secret)}, "200"},
		"a token in other letters":     {payload, []string{"authorization", "Bearer " + string(token.Secret)}, "200"},
		"nothing":                      {payload, nil, "401"},
		"another token":                {payload, []string{"Authorization", "Bearer act_nobodys"}, "401"},
		"two proofs":                   {payload, []string{"Authorization", "Bearer " + string(token.Secret), "authorization", "Bearer x"}, "401"},
		"another payload":              {`{"parameters":{"limit":2}}`, right, "401"},
		"a signature for HTTP":         {payload, []string{access.HeaderDate, date, "Authorization", overHTTP}, "401"},
		"one for another operation":    {payload, signed("ListUsageTypes", payload, signing.Secret), "401"},
		"one by another secret":        {payload, signed("ListServiceTypes", payload, []byte("another")), "401"},
		"nonsense, and nobody sent it": {`nonsense`, nil, "401"},
	} {
		got := u.ask("ListServiceTypes", c.payload, c.headers...)
		if got.err != nil || got.status != c.status || (c.status == "401") != (got.code == codeUnauthenticated) {
			t.Errorf("%s: %+v, want %s", name, got, c.status)
		}
	}
}
