package api

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/accruald/accruald/workers/inquiry/access"
)

func parsed(t *testing.T, text []byte) any {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("read %s: %v", text, err)
	}
	return value
}

// compiled is a schema of the document, or with "" the document's own.
func compiled(t *testing.T, url string, text []byte, pointer string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	if err := c.AddResource(url, parsed(t, text)); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile(url + pointer)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// TestOpenAPIValidates: the document is one by the meta-schema, every schema
// of it is one of JSON Schema, and every operation of the table stands in it.
func TestOpenAPIValidates(t *testing.T) {
	t.Parallel()
	meta, err := os.ReadFile("testdata/openapi/openapi-3.1.json")
	if err != nil {
		t.Fatal(err)
	}
	text, err := OpenAPI(Operations())
	if err != nil {
		t.Fatal(err)
	}
	schema := compiled(t, "https://spec.openapis.org/oas/3.1/schema", meta, "")
	document := parsed(t, text).(object)
	if err := schema.Validate(document); err != nil {
		t.Error(err)
	}
	paths := document["paths"].(object)
	for _, op := range Operations() {
		item, _ := paths[op.Path].(object)
		described, _ := item[strings.ToLower(op.Method)].(object)
		if described["operationId"] != op.ID {
			t.Errorf("%s is described as %v", op.ID, described["operationId"])
			continue
		}
		place := "#/paths/" + strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(op.Path) + "/" + strings.ToLower(op.Method)
		compiled(t, "urn:openapi", text, place+"/responses/200/content/application~1json/schema")
		if op.Handle.Body != nil {
			compiled(t, "urn:openapi", text, place+"/requestBody/content/application~1json/schema")
		}
	}
	delete(document, "info")
	if schema.Validate(document) == nil {
		t.Error("the meta-schema accepts a document without info")
	}
}

// TestOpenAPISaysWhatIsJudged: bounds, enums, defaults and the types of
// answers come from the handler's types.
func TestOpenAPISaysWhatIsJudged(t *testing.T) {
	t.Parallel()
	op := Operation{ID: "X", Method: http.MethodPost, Path: "/x/{id}", Summary: "X.", Right: access.Prices, Handle: everythingHandler()}
	text, err := OpenAPI([]Operation{op})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"maximum": 1000`, `"default": 10`, `"maxLength": 4`, `"zh_CN"`, `"in": "header"`, `"CBC`, `"signature"`, `"bearer"`} {
		if !bytes.Contains(text, []byte(want)) {
			t.Errorf("the document does not say %s", want)
		}
	}
	failed := testService(t, nil).refusal(&op, context.DeadlineExceeded, "corr")
	if err := compiled(t, "urn:openapi", text, "#/components/schemas/Error").Validate(parsed(t, failed.Body)); err != nil {
		t.Errorf("the body of an error: %v", err)
	}
}

// TestDescriptionIsServed: to everybody, and without anything from elsewhere.
func TestDescriptionIsServed(t *testing.T) {
	t.Parallel()
	about, err := describe(Operations())
	if err != nil {
		t.Fatal(err)
	}
	server := newServer(testService(t, nil))
	server.about = about
	handler := routesOf(t, server)
	for path, kind := range map[string]string{"/openapi.json": "application/json", "/docs": "text/html"} {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		body := w.Body.String()
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), kind) || !strings.Contains(body, "ListIncentiveBills") {
			t.Errorf("%s: status %d, %s", path, w.Code, w.Header())
		}
		if kind == "text/html" && (strings.Contains(body, "src=") || strings.Contains(body, "http://") || strings.Contains(body, "https://")) {
			t.Error("the page needs something from elsewhere")
		}
	}
}
