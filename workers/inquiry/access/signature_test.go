package access

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

// sdkSigned is a request as the published SDK signed and sent it: other
// letters and a blank in the path, a query key without a value, one that
// stands twice, a body.
func sdkSigned() *Message {
	return &Message{Method: http.MethodPost, Host: "127.0.0.1", Path: "/v2/%E8%AE%A2%E5%8D%95/a%20b",
		Query: "n=%E4%BA%91%20%2B%26&time&x=b&x=a", Body: []byte(`{"a":1}`), Header: http.Header{
			"User-Agent": {"test/1"}, "X-Domain-Id": {"domain"}, "X-Sdk-Date": {"20260318T092000Z"}, "Content-Type": {"application/json"},
			"Authorization": {"SDK-HMAC-SHA256 Access=AKEXAMPLE, SignedHeaders=user-agent;x-domain-id;x-sdk-date, " +
				"Signature=a2ee1d7890834c433fb24444f2a3bbe89f6279e1005ca78bbdbfa5bb90e4d91f"}}}
}

var (
	sdkSecret = []byte("secret-of-the-example")
	sdkTime   = time.Date(2026, 3, 18, 9, 20, 0, 0, time.UTC)
)

func verify(m *Message) error {
	s, err := ParseSignature(m.Header.Get("Authorization"))
	if err != nil {
		return err
	}
	return s.Verify(m, sdkSecret, sdkTime, SkewDefault)
}

// TestSignatureOfTheSDK: what the SDK signed is taken, and nothing else. The
// module sdktest tries the same over HTTP with the SDK's own signer.
func TestSignatureOfTheSDK(t *testing.T) {
	t.Parallel()
	if err := verify(sdkSigned()); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Message){
		"method":        func(m *Message) { m.Method = http.MethodPut },
		"path":          func(m *Message) { m.Path += "c" },
		"query":         func(m *Message) { m.Query = strings.Replace(m.Query, "x=a", "x=c", 1) },
		"query added":   func(m *Message) { m.Query += "&y=1" },
		"query escaped": func(m *Message) { m.Query += "&%zz" },
		"path escaped":  func(m *Message) { m.Path = "/v2/%zz" },
		"body":          func(m *Message) { m.Body = []byte(`{"a":2}`) },
		"no body":       func(m *Message) { m.Body = nil },
		"header":        func(m *Message) { m.Header.Set("X-Domain-Id", "other") },
		"header twice":  func(m *Message) { m.Header.Add("X-Domain-Id", "domain") },
		"no header":     func(m *Message) { m.Header.Del("User-Agent") },
		"date":          func(m *Message) { m.Header.Set("X-Sdk-Date", "20260318T092001Z") },
		"dates":         func(m *Message) { m.Header.Add("X-Sdk-Date", "20260318T092000Z") },
		"date's form":   func(m *Message) { m.Header.Set("X-Sdk-Date", "2026-03-18T09:20:00Z") },
		"hash of body":  func(m *Message) { m.Header.Set("X-Sdk-Content-Sha256", "UNSIGNED-PAYLOAD") },
	} {
		m := sdkSigned()
		change(m)
		if err := verify(m); !errors.Is(err, ErrUnauthenticated) {
			t.Errorf("%s changed: %v", name, err)
		} else if strings.Contains(err.Error(), string(sdkSecret)) {
			t.Errorf("%s changed: the error tells the secret", name)
		}
	}
	s, err := ParseSignature(sdkSigned().Header.Get("Authorization"))
	if err != nil {
		t.Fatal(err)
	}
	for _, away := range []time.Duration{-SkewDefault, SkewDefault} {
		if err := s.Verify(sdkSigned(), sdkSecret, sdkTime.Add(away), SkewDefault); err != nil {
			t.Errorf("%s away: %v", away, err)
		}
		if err := s.Verify(sdkSigned(), sdkSecret, sdkTime.Add(away+away/900), SkewDefault); !errors.Is(err, ErrUnauthenticated) {
			t.Errorf("a second more than %s away: %v", away, err)
		}
	}
}

func TestSignaturesThatAreNotRead(t *testing.T) {
	t.Parallel()
	whole := sdkSigned().Header.Get("Authorization")
	for _, header := range []string{
		"", "SDK-HMAC-SHA256", "Basic YTpi", strings.Replace(whole, "SDK-HMAC-SHA256", "SDK-HMAC-SM3", 1),
		strings.Replace(whole, "SDK-HMAC-SHA256", "sdk-hmac-sha256", 1), strings.Replace(whole, "Access=AKEXAMPLE, ", "", 1),
		strings.Replace(whole, "Access=AKEXAMPLE", "Access=", 1), strings.Replace(whole, "x-sdk-date", "x-other", 1),
		strings.Replace(whole, "user-agent;", "User-Agent;", 1), strings.Replace(whole, "user-agent;", "x-domain-id;", 1),
		strings.Replace(whole, "user-agent;", ";", 1), whole[:len(whole)-2], whole + "00", whole + ", Access=OTHER", whole + ", More=1",
		whole + strings.Repeat(" ", authorizationBytesMax),
	} {
		if _, err := ParseSignature(header); !errors.Is(err, ErrUnauthenticated) {
			t.Errorf("%.80q: %v", header, err)
		}
	}
}

// FuzzParseSignature: whatever a header says, it is refused or has all parts.
func FuzzParseSignature(f *testing.F) {
	f.Add(sdkSigned().Header.Get("Authorization"))
	f.Add("SDK-HMAC-SHA256 Access=a, SignedHeaders=x-sdk-date, Signature=")
	f.Add("SDK-HMAC-SHA256 ,,,=")
	f.Fuzz(func(t *testing.T, header string) {
		s, err := ParseSignature(header)
		if err != nil {
			if !errors.Is(err, ErrUnauthenticated) {
				t.Errorf("%v", err)
			}
			return
		}
		if s.KeyID == "" || len(s.KeyID) > keyIDBytesMax || len(s.Headers) == 0 || len(s.Headers) > signedHeaderCountMax {
			t.Errorf("%q is read as %+v", header, s)
		}
	})
}

// FuzzCanonical: a request that was signed is verified, and one whose body
// differs is not, whatever path and query are.
func FuzzCanonical(f *testing.F) {
	f.Add("/v2/%E8%AE%A2/a", "b=%20&a&b=1", "{}")
	f.Add("", "&&=&%", "")
	f.Add("/a//b/", "x=1;y=2+3", "\x00")
	f.Fuzz(func(t *testing.T, path, query, body string) {
		m := &Message{Method: http.MethodPost, Path: path, Query: query, Body: []byte(body), Header: http.Header{"X-Sdk-Date": {"20260318T092000Z"}}}
		authorization, err := Sign(m, "AK", sdkSecret, "x-sdk-date")
		if err != nil {
			if !errors.Is(err, ErrUnauthenticated) {
				t.Errorf("%v", err)
			}
			return
		}
		m.Header.Set("Authorization", authorization)
		if err := verify(m); err != nil {
			t.Errorf("what was signed is refused: %v", err)
		}
		m.Body = append(m.Body, '!')
		if verify(m) == nil {
			t.Error("another body is taken")
		}
	})
}
