package api

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/accruald/accruald/workers/inquiry/access"
)

// brokenRing is an authenticator with a defect.
type brokenRing struct{}

func (brokenRing) Authenticate(context.Context, *access.Message) (*access.Proof, error) {
	panic("of the ring")
}

// TestHostileRequests: what nobody sends by mistake is refused as a parameter,
// or found nowhere, and never becomes a defect.
func TestHostileRequests(t *testing.T) {
	t.Parallel()
	s := newServer(testService(t, &access.Caller{PartnerID: "P", KeyID: "K", Roles: []access.Role{access.RoleMain}}))
	s.service.limiter = access.NewLimiter(0)
	type body struct {
		ID    string           `json:"id"`
		More  []map[string]any `json:"more"`
		Count *int             `json:"count" min:"1"`
	}
	type request struct {
		ID   string   `path:"id"`
		IDs  []string `query:"ids" max:"64"`
		Body body     `body:""`
		Page
	}
	reached := ""
	s.service.Operations = []Operation{{ID: "Act", Method: http.MethodPost, Path: "/v2/acts/{id}", Right: access.Orders,
		Handle: with(func(ctx context.Context, _ *Call, r *request) (string, error) {
			if _, bounded := ctx.Deadline(); !bounded {
				return "", errors.New("a request without a deadline")
			}
			reached = r.ID
			return "taken", nil
		})}}
	handler := routesOf(t, s)
	for _, test := range []struct {
		name, path, body string
		status           int
		id               string
	}{
		{"as meant", "/v2/acts/a", `{}`, 200, "a"},
		{"a slash within an id", "/v2/acts/a%2F..%2Fb", `{}`, 200, "a/../b"},
		{"dots", "/v2/acts/../acts/a", `{}`, 307, ""},
		{"escaped dots", "/v2/acts/%2e%2e/acts/a", `{}`, 404, ""},
		{"another host in the path", "//other.example/v2/acts/a", `{}`, 307, ""},
		{"zero in a path", "/v2/acts/a%00", `{}`, 400, ""},
		{"zero in a list", "/v2/acts/a?ids=a,%00", `{}`, 400, ""},
		{"no UTF-8 in a list", "/v2/acts/a?ids=%ff", `{}`, 400, ""},
		{"a huge list", "/v2/acts/a?ids=" + strings.Repeat(",", 100_000), `{}`, 400, ""},
		{"zero in a body", "/v2/acts/a", `{"id":"\u0000"}`, 400, ""},
		{"no UTF-8 in a body", "/v2/acts/a", "{\"id\":\"\xff\"}", 400, ""},
		{"half a surrogate", "/v2/acts/a", `{"id":"\ud800"}`, 400, ""},
		{"a name twice", "/v2/acts/a", `{"id":"a","id":"b"}`, 400, ""},
		{"two documents", "/v2/acts/a", `{}{}`, 400, ""},
		{"no document", "/v2/acts/a", ``, 400, ""},
		{"nesting", "/v2/acts/a", strings.Repeat("[", 500_000), 400, ""},
		{"nesting where nothing is looked for", "/v2/acts/a", `{"other":` + strings.Repeat("[", 500_000), 400, ""},
		{"a number that overflows", "/v2/acts/a", `{"count":99999999999999999999}`, 400, ""},
		{"a page that overflows", "/v2/acts/a?offset=9223372036854775808", `{}`, 400, ""},
		{"a page at the end", "/v2/acts/a?offset=2147483647&limit=1000", `{}`, 200, "a"},
		{"a page beyond what the database counts", "/v2/acts/a?offset=2147483648", `{}`, 400, ""},
		{"a page before the start", "/v2/acts/a?offset=-1", `{}`, 400, ""},
		{"a parameter twice", "/v2/acts/a?limit=1&limit=2", `{}`, 400, ""},
		{"a separator of old", "/v2/acts/a?limit=1;offset=2", `{}`, 400, ""},
		{"quotes", "/v2/acts/a'%3B%20drop%20table%20x--", `{}`, 200, "a'; drop table x--"},
	} {
		reached = ""
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, test.path, strings.NewReader(test.body)))
		if w.Code != test.status || reached != test.id || strings.Contains(w.Header().Get("Location"), "other.example/") && !strings.HasPrefix(w.Header().Get("Location"), "/other") {
			t.Errorf("%s: status %d, id %q, want %d, %q: %.200s", test.name, w.Code, reached, test.status, test.id, w.Body)
		}
	}
	if got := window([]int{1, 2, 3}, 1<<63-1, 1000); len(got) != 0 {
		t.Errorf("a page behind the end: %v", got)
	}
}

// TestPanicsBeforeTheFunction: a defect anywhere on the way is answered with
// the id under which it is logged.
func TestPanicsBeforeTheFunction(t *testing.T) {
	t.Parallel()
	s := testService(t, nil)
	s.access = brokenRing{}
	header := http.Header{headerRequestID: {"mine-1"}}
	op := &s.Operations[0]
	answer := s.Answer(t.Context(), op, &access.Message{Header: header}, Input{Header: header})
	if err := describedAnswers(t, s.Operations).judge(op.Method, op.Path, answer.Status, answer.Body); err != nil {
		t.Error(err)
	}
	if answer.Status != http.StatusInternalServerError || !strings.Contains(string(answer.Body), `"correlation_id":"mine-1"`) || strings.Contains(string(answer.Body), "ring") {
		t.Errorf("%d %s", answer.Status, answer.Body)
	}
}

// TestBodiesTakeTurns: what is read at once is bounded; a request that finds
// no room in time is told to come again.
func TestBodiesTakeTurns(t *testing.T) {
	t.Parallel()
	s := newServer(testService(t, &access.Caller{PartnerID: "P", KeyID: "K", Roles: []access.Role{access.RoleMain}}))
	op := &s.service.Operations[0]
	if !s.bodies.TryAcquire(bodiesBytesMax) {
		t.Fatal("there is no room at the start")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	w := httptest.NewRecorder()
	s.serve(w, httptest.NewRequestWithContext(ctx, op.Method, op.Path, strings.NewReader(strings.Repeat(" ", bodySmallBytes+1))), op)
	if w.Code != http.StatusTooManyRequests || !strings.Contains(w.Body.String(), codeTooMany) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
