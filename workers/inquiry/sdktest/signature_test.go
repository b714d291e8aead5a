package sdktest

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/signer"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/request"

	"github.com/accruald/accruald/workers/inquiry/access"
)

const (
	listPath = "/v2/products/service-types"
	ratePath = "/v2/bills/ratings/period-resources/subscribe-rate"
)

// signed makes a request as the SDK sends it, signed by the SDK's signer.
func signed(t *testing.T, c *caller, method, path string, query map[string]any, body any, at time.Time) *http.Request {
	t.Helper()
	builder := request.NewHttpRequestBuilder().WithEndpoint(c.URL).WithMethod(method).WithPath(path).
		AddHeaderParam("User-Agent", "test/1").AddHeaderParam("X-Domain-Id", "domain").AddHeaderParam("Content-Type", "application/json").
		AddHeaderParam("X-Sdk-Date", at.UTC().Format("20060102T150405Z"))
	if body != nil {
		builder.WithBody("body", body)
	}
	for name, value := range query {
		builder.AddQueryParam(name, reflected(value))
	}
	unsigned := builder.Build()
	headers, err := signer.Sign(unsigned, c.Key, c.Secret)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range headers {
		unsigned.AddHeaderParam(name, value)
	}
	out, err := unsigned.ConvertRequest()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// send returns the status of an answer and its published code.
func send(t *testing.T, r *http.Request) (int, string) {
	t.Helper()
	response, err := http.DefaultClient.Do(r.WithContext(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	answer := decoded[struct {
		Code string `json:"error_code"`
	}](t, body)
	return response.StatusCode, answer.Code
}

// TestSignatures: what the SDK's signer signs is taken, whatever it looks like
// on the wire, and nothing that differs from it.
func TestSignatures(t *testing.T) {
	t.Parallel()
	c := callerOf(t, "--partner", partner, "--role", "main")
	lines := `{"project_id":"p","product_infos":[]}`
	now := time.Now()
	get := func(query map[string]any) func() *http.Request {
		return func() *http.Request { return signed(t, c, http.MethodGet, listPath, query, nil, now) }
	}
	post := func() *http.Request { return signed(t, c, http.MethodPost, ratePath, nil, lines, now) }
	dated := func(away time.Duration) func() *http.Request {
		return func() *http.Request { return signed(t, c, http.MethodGet, listPath, nil, nil, now.Add(away)) }
	}
	same := func(*http.Request) {}
	header := func(name string, values ...string) func(*http.Request) {
		return func(r *http.Request) { r.Header[name] = values }
	}
	authorization := func(old, new string) func(*http.Request) {
		return func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), old, new, 1))
		}
	}
	const taken, refusedAs = "", "CBC.0154"
	for _, test := range []struct {
		name   string
		make   func() *http.Request
		change func(*http.Request)
		code   string
	}{
		{"as signed", get(nil), same, taken},
		{"without a body", get(nil), func(r *http.Request) { r.Body = http.NoBody; r.ContentLength = 0 }, taken},
		{"a body", post, same, "CBC.0100"}, // no lines, so it was read
		{"another body", post, func(r *http.Request) {
			text := strings.Replace(lines, `"p"`, `"q"`, 1)
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
		}, refusedAs},
		{"no body where one was signed", post, func(r *http.Request) { r.Body, r.ContentLength = http.NoBody, 0 }, refusedAs},
		{"a body where none was signed", get(nil), func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader([]byte("{}"))), 2
		}, refusedAs},
		{"query in another order", get(map[string]any{"limit": "5", "offset": "1", "service_type_name": "s"}), func(r *http.Request) {
			r.URL.RawQuery = "service_type_name=s&offset=1&limit=5"
		}, taken},
		{"another query", get(map[string]any{"limit": "5"}), func(r *http.Request) { r.URL.RawQuery = "limit=6" }, refusedAs},
		{"a query more", get(map[string]any{"limit": "5"}), func(r *http.Request) { r.URL.RawQuery += "&offset=1" }, refusedAs},
		{"a query key without a value", get(map[string]any{"time": ""}), func(r *http.Request) { r.URL.RawQuery = "time" }, taken},
		{"a query key with the empty value", get(map[string]any{"time": ""}), func(r *http.Request) { r.URL.RawQuery = "time=" }, taken},
		{"duplicated query keys", get(map[string]any{"x": []string{"b", "a"}}), same, taken},
		{"duplicated query keys in another order", get(map[string]any{"x": []string{"b", "a"}}), func(r *http.Request) { r.URL.RawQuery = "x=a&x=b" }, taken},
		{"one of them left out", get(map[string]any{"x": []string{"b", "a"}}), func(r *http.Request) { r.URL.RawQuery = "x=a" }, refusedAs},
		{"blanks, signs and other letters", get(map[string]any{"service_type_name": "云 +&=/;~*'()%41é"}), same, taken},
		{"blanks as plus", get(map[string]any{"service_type_name": "a b"}), func(r *http.Request) { r.URL.RawQuery = "service_type_name=a+b" }, taken},
		{"another method", get(nil), func(r *http.Request) { r.Method = http.MethodHead }, "404"},
		{"another path", get(nil), func(r *http.Request) { r.URL.Path = ratePath; r.Method = http.MethodPost }, refusedAs},
		{"a signed header that differs", get(nil), header("X-Domain-Id", "other"), refusedAs},
		{"a signed header that is not sent", get(nil), func(r *http.Request) { r.Header.Del("X-Domain-Id") }, refusedAs},
		{"a signed header with blanks around", get(nil), header("X-Domain-Id", "  domain "), taken},
		{"a signed header twice", get(nil), header("X-Domain-Id", "domain", "domain"), refusedAs},
		{"a header that is not signed", get(nil), header("X-Other", "y"), taken},
		{"names in another case", get(nil), func(r *http.Request) {
			r.Header["x-DOMAIN-id"] = r.Header["X-Domain-Id"]
			delete(r.Header, "X-Domain-Id")
		}, taken},
		{"another host", get(nil), func(r *http.Request) { r.Host = "other.example" }, taken}, // the SDK does not sign it
		{"14 minutes ago", dated(-14 * time.Minute), same, taken},
		{"14 minutes ahead", dated(14 * time.Minute), same, taken},
		{"expired", dated(-16 * time.Minute), same, refusedAs},
		{"of the future", dated(16 * time.Minute), same, refusedAs},
		{"another date", get(nil), header("X-Sdk-Date", now.Add(time.Second).UTC().Format("20060102T150405Z")), refusedAs},
		{"no date", get(nil), func(r *http.Request) { r.Header.Del("X-Sdk-Date") }, refusedAs},
		{"not signed", get(nil), func(r *http.Request) { r.Header.Del("Authorization") }, refusedAs},
		{"another algorithm", get(nil), authorization("SDK-HMAC-SHA256", "SDK-HMAC-SM3"), refusedAs},
		{"a derived key", get(nil), authorization("SDK-HMAC-SHA256", "V11-HMAC-SHA256"), refusedAs},
		{"another key", get(nil), authorization("Access="+c.Key, "Access=AAAAAAAAAAAAAAAAAAAA"), refusedAs},
		{"a date that is not signed", get(nil), authorization("x-sdk-date", "x-domain-id"), refusedAs},
		{"an unsigned payload", post, header("X-Sdk-Content-Sha256", "UNSIGNED-PAYLOAD"), refusedAs},
	} {
		time.Sleep(120 * time.Millisecond) // below the rate limit
		r := test.make()
		test.change(r)
		if test.code == "404" {
			if status := statusOf(t, r); status != http.StatusUnauthorized && status != http.StatusNotFound && status != http.StatusMethodNotAllowed {
				t.Errorf("%s: status %d", test.name, status)
			}
			continue
		}
		if status, code := send(t, r); code != test.code {
			t.Errorf("%s: status %d, code %q, want %q", test.name, status, code, test.code)
		}
	}
}

func statusOf(t *testing.T, r *http.Request) int {
	t.Helper()
	response, err := http.DefaultClient.Do(r.WithContext(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	return response.StatusCode
}

// TestUnicodePaths: the SDK signs each part of a path escaped; no path of the
// published API has such parts, so the signature is judged without a server.
func TestUnicodePaths(t *testing.T) {
	t.Parallel()
	c := &caller{daemon: &daemon{URL: "http://127.0.0.1"}, Key: "AK", Secret: "secret"}
	now := time.Now()
	for _, path := range []string{"/v2/订单/1", "/v2/a b/c", "/v2/a+b", "/v2/a%b", "/v2/a~b.c_d-e", "/v2/x/", "/", "/v2/é:@!$&'()*,;=", "/v2//b"} {
		r := signed(t, c, http.MethodGet, path, nil, nil, now)
		parsed, err := access.ParseSignature(r.Header.Get("Authorization"))
		if err != nil {
			t.Fatal(err)
		}
		wire, err := url.ParseRequestURI(r.URL.RequestURI())
		if err != nil {
			t.Fatal(err)
		}
		message := &access.Message{Method: r.Method, Path: wire.EscapedPath(), Query: wire.RawQuery, Header: r.Header}
		if err := parsed.Verify(message, []byte("secret"), now, time.Minute); err != nil {
			t.Errorf("%s, sent as %s: %v", path, wire.EscapedPath(), err)
		}
		message.Path += "x"
		if err := parsed.Verify(message, []byte("secret"), now, time.Minute); err == nil {
			t.Errorf("%s: another path is taken", path)
		}
	}
}
