package api

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// describedURL is where the compiler finds the document.
const describedURL = "urn:openapi"

// answersAsDescribed judges answers by the OpenAPI document of their operations.
type answersAsDescribed struct {
	compiler *jsonschema.Compiler
	paths    object

	mu      sync.Mutex
	schemas map[string]*jsonschema.Schema
}

func describedAnswers(t *testing.T, operations []Operation) *answersAsDescribed {
	t.Helper()
	text, err := OpenAPI(operations)
	if err != nil {
		t.Fatal(err)
	}
	document := parsed(t, text)
	d := &answersAsDescribed{compiler: jsonschema.NewCompiler(), paths: document.(object)["paths"].(object), schemas: map[string]*jsonschema.Schema{}}
	if err := d.compiler.AddResource(describedURL, document); err != nil {
		t.Fatal(err)
	}
	return d
}

// judge compares an answer with what is described; of no operation ("") it is an error that the table has no such path.
func (d *answersAsDescribed) judge(method, path string, status int, body []byte) error {
	place := "#/components/schemas/Error"
	if path != "" {
		place = "#/paths/" + strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(path) + "/" + strings.ToLower(method) + "/responses/" + strconv.Itoa(status)
		described, is := d.paths[path].(object)[strings.ToLower(method)].(object)["responses"].(object)[strconv.Itoa(status)].(object)
		switch ref, shared := described["$ref"].(string); {
		case !is:
			return fmt.Errorf("the document has no status %d of it: %s", status, body)
		case shared:
			place = ref + "/content/application~1json/schema"
		case described["content"] == nil && len(body) == 0:
			return nil
		case described["content"] == nil:
			return fmt.Errorf("nothing is described, and it answers %s", body)
		default:
			place += "/content/application~1json/schema"
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	schema := d.schemas[place]
	if schema == nil {
		var err error
		if schema, err = d.compiler.Compile(describedURL + place); err != nil {
			return err
		}
		d.schemas[place] = schema
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

// routesOf is the way of every request of the tests: the server's own, with each answer judged by what is described.
func routesOf(t *testing.T, s *Server) http.Handler {
	t.Helper()
	described, routes, patterns := describedAnswers(t, s.service.Operations), s.routes(), http.NewServeMux()
	for _, op := range s.service.Operations {
		patterns.HandleFunc(op.Method+" "+op.Path, func(http.ResponseWriter, *http.Request) {})
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorded := httptest.NewRecorder()
		routes.ServeHTTP(recorded, r)
		_, pattern := patterns.Handler(r)
		method, path, _ := strings.Cut(pattern, " ")
		if kind := recorded.Header().Get("Content-Type"); kind == "application/json" && r.URL.Path != "/openapi.json" || recorded.Code == http.StatusNoContent {
			if err := described.judge(method, path, recorded.Code, recorded.Body.Bytes()); err != nil {
				t.Errorf("%s %s, status %d, is not as described: %v", r.Method, r.URL, recorded.Code, err)
			}
		}
		for name, values := range recorded.Header() {
			w.Header()[name] = slices.Clone(values)
		}
		w.WriteHeader(recorded.Code)
		_, _ = w.Write(recorded.Body.Bytes()) // to a recorder
	})
}

// TestDescribedAnswersCanFail: another status, type or member is found.
func TestDescribedAnswersCanFail(t *testing.T) {
	t.Parallel()
	d := describedAnswers(t, Operations())
	const path = "/v2/partners/findings"
	for _, test := range []struct {
		path   string
		status int
		body   string
	}{{path, http.StatusOK, `{"findings":[]}`}, {path, http.StatusOK, `{"findings":[],"total_count":"1"}`}, {path, http.StatusOK, `{"findings":[],"total_count":1,"more":1}`},
		{path, http.StatusForbidden, `{"error_code":"CBC.0151"}`}, {path, http.StatusTeapot, `{}`}, {path, http.StatusOK, ``}, {"", http.StatusNotFound, `{}`}} {
		if d.judge(http.MethodGet, test.path, test.status, []byte(test.body)) == nil {
			t.Errorf("%d %s is taken for an answer of %q", test.status, test.body, test.path)
		}
	}
	if err := d.judge(http.MethodGet, path, http.StatusOK, []byte(`{"findings":[],"total_count":0}`)); err != nil {
		t.Error(err)
	}
}
