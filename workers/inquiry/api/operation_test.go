package api

import (
	"context"
	"errors"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/accruald/accruald/workers/inquiry"
	"github.com/accruald/accruald/workers/inquiry/access"
)

// TestTable: ids and places are given once, every parameter of a path is read,
// and every right and type is one.
func TestTable(t *testing.T) {
	t.Parallel()
	ids, places := map[string]bool{}, map[string]bool{}
	inPath := regexp.MustCompile(`\{(\w+)\}`)
	for _, op := range Operations() {
		place := op.Method + " " + op.Path
		if ids[op.ID] || places[place] {
			t.Errorf("%s at %s is there twice", op.ID, place)
		}
		ids[op.ID], places[place] = true, true
		if op.ID == "" || op.Summary == "" || !strings.HasSuffix(op.Summary, ".") || !slices.Contains(access.Rights, op.Right) {
			t.Errorf("%s at %s: summary %q, right %q", op.ID, place, op.Summary, op.Right)
		}
		if op.Writes && op.Method == http.MethodGet {
			t.Errorf("%s changes something by %s", op.ID, op.Method)
		}
		var declared, read []string
		for _, m := range inPath.FindAllStringSubmatch(op.Path, -1) {
			declared = append(declared, m[1])
		}
		for _, p := range op.Handle.Parameters {
			if p.In == InPath {
				read = append(read, p.Name)
			}
			if slices.Contains([]string{"offset", "limit"}, p.Name) && (p.Min == nil || *p.Min < 0 || p.Max == nil || *p.Max > math.MaxInt32) {
				t.Errorf("%s: %s is not within what the database counts", op.ID, p.Name)
			}
		}
		slices.Sort(declared)
		slices.Sort(read)
		if !slices.Equal(declared, read) {
			t.Errorf("%s: the path %s has %q, %q are read", op.ID, op.Path, declared, read)
		}
		if r := op.Handle.Response; r.Kind() == reflect.Pointer && r.Elem().Kind() != reflect.Struct {
			t.Errorf("%s answers with %s", op.ID, r)
		}
	}
}

type everything struct {
	Page
	ID     string    `path:"id" max:"4"`
	Status *int      `query:"status" enum:"1,2"`
	Names  []string  `query:"names" max:"3"`
	From   time.Time `query:"from" format:"date-time"`
	Cycle  string    `query:"cycle" format:"cycle" required:"true"`
	Flag   *bool     `query:"flag"`
	Tongue string    `header:"X-Language" default:"zh_CN" enum:"zh_CN,en_US"`
	Body   struct {
		N int `json:"n"`
	} `body:""`
}

func everythingHandler() Handler {
	return with(func(_ context.Context, _ *Call, r *everything) (*everything, error) { return r, nil })
}

func input(id, query, body string) Input {
	values, _ := url.ParseQuery(query) // of tests that are about parameters
	return Input{Path: func(string) string { return id }, Query: values, Header: http.Header{}, Body: []byte(body)}
}

func TestParametersAreRead(t *testing.T) {
	t.Parallel()
	h := everythingHandler()
	in := input("o-1", "status=2&names=a,b&names=c&from=2026-03-18T09:20:00Z&cycle=2026-03&flag=true&limit=1000&offset=7", `{"n":3}`)
	in.Header.Set("x-language", "en_US")
	got, err := h.Decode(in)
	if err != nil {
		t.Fatal(err)
	}
	r := got.(*everything)
	if r.ID != "o-1" || *r.Status != 2 || !slices.Equal(r.Names, []string{"a", "b", "c"}) || !r.From.Equal(time.Date(2026, 3, 18, 9, 20, 0, 0, time.UTC)) ||
		r.Cycle != "2026-03" || !*r.Flag || r.Limit != 1000 || r.Offset != 7 || r.Tongue != "en_US" || r.Body.N != 3 {
		t.Errorf("%+v", r)
	}
	if got, err = h.Decode(input("o", "cycle=2026-03&status=&limit=", `{}`)); err != nil {
		t.Fatal(err)
	}
	if r = got.(*everything); r.Status != nil || r.Flag != nil || r.Limit != 10 || r.Offset != 0 || r.Tongue != "zh_CN" || r.Names != nil {
		t.Errorf("defaults: %+v", r)
	}
}

// TestParametersAreRefused: the code says missing or wrong, the sentence names
// the parameter and what is offered.
func TestParametersAreRefused(t *testing.T) {
	t.Parallel()
	h := everythingHandler()
	for _, c := range []struct{ id, query, body, code, words string }{
		{"o", "", "{}", codeMissing, "cycle is mandatory"},
		{"", "cycle=2026-03", "{}", codeMissing, "id is mandatory"},
		{"o-123", "cycle=2026-03", "{}", inquiry.CodeParameter, "id has 5 characters"},
		{"o", "cycle=2026-13", "{}", inquiry.CodeParameter, "cycle \"2026-13\""},
		{"o", "cycle=9999-12", "{}", inquiry.CodeParameter, "cycle \"9999-12\" is too far away"},
		{"o", "cycle=0000-01", "{}", inquiry.CodeParameter, "too far away"},
		{"o", "cycle=2026-03&status=3", "{}", inquiry.CodeParameter, "use one of 1, 2"},
		{"o", "cycle=2026-03&limit=0", "{}", inquiry.CodeParameter, "limit has 0: use at least 1"},
		{"o", "cycle=2026-03&limit=1001", "{}", inquiry.CodeParameter, "use at most 1000"},
		{"o", "cycle=2026-03&limit=99999999999999999999", "{}", inquiry.CodeParameter, "no whole number"},
		{"o", "cycle=2026-03&limit=1&limit=2", "{}", inquiry.CodeParameter, "sent 2 times"},
		{"o", "cycle=2026-03&offset=-1", "{}", inquiry.CodeParameter, "offset has -1"},
		{"o", "cycle=2026-03&flag=yes", "{}", inquiry.CodeParameter, "neither true nor false"},
		{"o", "cycle=2026-03&from=yesterday", "{}", inquiry.CodeParameter, "from \"yesterday\""},
		{"o", "cycle=2026-03&names=abcd", "{}", inquiry.CodeParameter, "names has 4 characters"},
		{"o", "cycle=2026-03&names=" + strings.Repeat("a,", 100), "{}", inquiry.CodeParameter, "at most 100"},
		{"o", "cycle=2026-03", "{", inquiry.CodeParameter, "not one JSON object"},
		{"o", "cycle=2026-03", `{"n":"x"}`, inquiry.CodeParameter, "/n"},
	} {
		_, err := h.Decode(input(c.id, c.query, c.body))
		refusal, is := errors.AsType[*inquiry.Error](err)
		if !is || refusal.Code != c.code || !strings.Contains(refusal.Message, c.words) {
			t.Errorf("%s %s: %v, want %s with %q", c.query, c.body, err, c.code, c.words)
		}
	}
}

// FuzzParameters: whatever is sent is read within its bounds or refused by a
// published code.
func FuzzParameters(f *testing.F) {
	h := everythingHandler()
	f.Add("o-1", "status=2&names=a,b&from=2026-03-18T09:20:00Z&cycle=2026-03&limit=10", `{"n":3}`)
	f.Add("", "limit=%00&&=&cycle=", "[")
	f.Add("é", "offset=+1&cycle=0000-00&flag=TRUE", `{"n":1e400}`)
	f.Fuzz(func(t *testing.T, id, query, body string) {
		got, err := h.Decode(input(id, query, body))
		if err != nil {
			refusal, is := errors.AsType[*inquiry.Error](err)
			if !is || refusal.Code != inquiry.CodeParameter && refusal.Code != codeMissing {
				t.Errorf("%v", err)
			}
			return
		}
		r := got.(*everything)
		if r.ID == "" || len([]rune(r.ID)) > 4 || r.Limit < 1 || r.Limit > 1000 || r.Offset < 0 || len(r.Cycle) != len("2026-03") ||
			r.Status != nil && *r.Status != 1 && *r.Status != 2 || len(r.Names) > listCountMax {
			t.Errorf("%+v", r)
		}
	})
}

func TestPages(t *testing.T) {
	t.Parallel()
	all := []int{1, 2, 3, 4, 5}
	for _, c := range []struct {
		offset, limit int
		want          []int
	}{{0, 2, []int{1, 2}}, {3, 10, []int{4, 5}}, {5, 1, []int{}}, {9, 9, []int{}}} {
		if got := window(all, c.offset, c.limit); got == nil || !slices.Equal(got, c.want) {
			t.Errorf("%d from %d: %v", c.limit, c.offset, got)
		}
	}
}

// TestErrorsAsPublished: each published code has its status; a defect tells a
// correlation id and nothing of itself.
func TestErrorsAsPublished(t *testing.T) {
	t.Parallel()
	s := testService(t, nil)
	op := &Operation{ID: "X"}
	for _, c := range []struct {
		err    error
		status int
		code   string
	}{
		{parameterError("p"), http.StatusBadRequest, "CBC.0100"},
		{missingError("p"), http.StatusBadRequest, "CBC.0101"},
		{access.ErrUnauthenticated, http.StatusUnauthorized, "CBC.0154"},
		{Denied(), http.StatusForbidden, "CBC.0151"},
		{NotAllowed("n"), http.StatusForbidden, "CBC.0155"},
		{tooMany(), http.StatusTooManyRequests, "CBC.0250"},
		{errors.New("dial tcp 10.0.0.1: secret"), http.StatusInternalServerError, "CBC.0999"},
	} {
		a := s.refusal(op, c.err, "corr-1")
		body := string(a.Body)
		if a.Status != c.status || !strings.Contains(body, `"error_code":"`+c.code+`"`) {
			t.Errorf("%v: %d %s", c.err, a.Status, body)
		}
		if strings.Contains(body, "corr-1") != (c.status == http.StatusInternalServerError) || strings.Contains(body, "secret") {
			t.Errorf("%v tells %s", c.err, body)
		}
	}
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	for id, kept := range map[string]bool{"my-id": true, "": false, "two words": false, "\x7f": false, strings.Repeat("x", correlationBytesMax+1): false} {
		request.Header.Set(headerRequestID, id)
		if got := correlate(request.Header); (got == id) != kept || got == "" {
			t.Errorf("%q becomes %q", id, got)
		}
	}
}
