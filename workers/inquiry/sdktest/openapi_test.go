package sdktest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// checker stands between the tests and accruald, and judges every answer by
// what the OpenAPI document says of it.
type checker struct {
	server   *httptest.Server
	compiler *jsonschema.Compiler
	paths    object
	patterns *http.ServeMux

	mu       sync.Mutex
	schemas  map[string]*jsonschema.Schema
	answers  int
	findings []string
}

const documentURL = "urn:openapi"

// checked puts a checker before accruald.
func checked(target string) (*checker, error) {
	response, err := http.Get(target + "/openapi.json")
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	document, err := jsonschema.UnmarshalJSON(response.Body)
	if err != nil {
		return nil, err
	}
	c := &checker{compiler: jsonschema.NewCompiler(), paths: document.(object)["paths"].(object), patterns: http.NewServeMux(), schemas: map[string]*jsonschema.Schema{}}
	if err := c.compiler.AddResource(documentURL, document); err != nil {
		return nil, err
	}
	for path, item := range c.paths {
		for method := range item.(object) {
			c.patterns.HandleFunc(strings.ToUpper(method)+" "+path, func(http.ResponseWriter, *http.Request) {})
		}
	}
	to, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	c.server = httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Host = r.In.Host
			r.Out.URL.RawQuery = r.In.URL.RawQuery
		},
		ModifyResponse: c.judge,
	})
	return c, nil
}

func (c *checker) judge(response *http.Response) error {
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	if response.Request.Method == http.MethodHead {
		return nil // an answer to it has no body
	}
	_, pattern := c.patterns.Handler(response.Request)
	method, path, known := strings.Cut(pattern, " ")
	if !known {
		return nil // no operation
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answers++
	if err := c.judgeOf(method, path, response.StatusCode, body); err != nil {
		finding := fmt.Sprintf("%s, status %d: %v", pattern, response.StatusCode, err)
		if !slices.Contains(c.findings, finding) {
			c.findings = append(c.findings, finding)
		}
	}
	return nil
}

func (c *checker) judgeOf(method, path string, status int, body []byte) error {
	method = strings.ToLower(method)
	responses := c.paths[path].(object)[method].(object)["responses"].(object)
	described, is := responses[strconv.Itoa(status)].(object)
	if !is {
		return fmt.Errorf("the document has no such status: %s", body)
	}
	pointer := "#/paths/" + strings.NewReplacer("/", "~1", "{", "%7B", "}", "%7D").Replace(path) + "/" + method + "/responses/" + strconv.Itoa(status)
	if ref, is := described["$ref"].(string); is {
		pointer = ref
	} else if described["content"] == nil {
		if len(body) > 0 {
			return fmt.Errorf("nothing is described, and it answers %s", body)
		}
		return nil
	}
	schema := c.schemas[pointer]
	if schema == nil {
		var err error
		if schema, err = c.compiler.Compile(documentURL + pointer + "/content/application~1json/schema"); err != nil {
			return err
		}
		c.schemas[pointer] = schema
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

// end tells what was not as described.
func (c *checker) end() (status int) {
	c.server.Close()
	for _, finding := range c.findings {
		fmt.Fprintln(os.Stderr, "not as the OpenAPI document says:", finding)
		status = 1
	}
	return status
}

// TestCheckerCanFail: another shape, status or member is told.
func TestCheckerCanFail(t *testing.T) {
	t.Parallel()
	c := ofMain(t).checker
	for _, test := range []struct {
		status int
		body   string
	}{{http.StatusOK, `{"findings":[]}`}, {http.StatusOK, `{"findings":[],"total_count":"1"}`}, {http.StatusOK, `{"findings":[],"total_count":1,"more":1}`},
		{http.StatusForbidden, `{"error_code":"CBC.0151"}`}, {http.StatusTeapot, `{}`}} {
		c.mu.Lock()
		err := c.judgeOf("GET", "/v2/partners/findings", test.status, []byte(test.body))
		c.mu.Unlock()
		if err == nil {
			t.Errorf("%d %s is taken for an answer", test.status, test.body)
		}
	}
}
