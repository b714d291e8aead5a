package access

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestRefusalsTellNoSecret: a secret in the wrong place, as people paste them,
// is in no reason that is logged.
func TestRefusalsTellNoSecret(t *testing.T) {
	t.Parallel()
	ring := NewRing(nil, nil, SkewDefault, slog.New(slog.DiscardHandler))
	ring.keys.Store(&keys{})
	ring.polled.Store(1)
	secret := tokenPrefix + strings.Repeat("S", 44)
	for name, header := range map[string]http.Header{
		"a token without its scheme":     {"Authorization": {secret}},
		"a token under another scheme":   {"Authorization": {"Token " + secret}},
		"a token that is none":           {"Authorization": {"Bearer " + secret}},
		"a token of others":              {"Authorization": {"Bearer ey." + secret + ".x"}},
		"a secret for the key":           {"Authorization": {Algorithm + " Access=" + secret + ", SignedHeaders=x-sdk-date, Signature=" + strings.Repeat("0", 64)}},
		"a secret for the signature":     {"Authorization": {Algorithm + " Access=K, SignedHeaders=x-sdk-date, Signature=" + secret}},
		"two proofs":                     {"Authorization": {"Bearer " + secret, "Bearer x"}},
		"a secret for a key and no date": {"Authorization": {Algorithm + " Access=" + secret + ", SignedHeaders=" + secret + ", Signature="}},
	} {
		_, err := ring.Authenticate(t.Context(), &Message{Method: http.MethodGet, Path: "/", Header: header})
		if err == nil || strings.Contains(err.Error(), "SSSS") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestKeysOfTokensAreNotRedirectedAnywhere: a redirect does not lead around
// the check of the address.
func TestKeysOfTokensAreNotRedirectedAnywhere(t *testing.T) {
	t.Parallel()
	for name, to := range map[string]string{"an open address": "http://keys.example/set", "itself": "/"} {
		server := httptest.NewServer(http.RedirectHandler(to, http.StatusFound))
		if text, err := readSource(t.Context(), server.URL+"/"); err == nil {
			t.Errorf("%s: %s", name, text)
		}
		server.Close()
	}
}

// TestKeysOfTokensAreReadForOthers: who asks with an unknown key and goes away
// does not keep new keys from everybody.
func TestKeysOfTokensAreReadForOthers(t *testing.T) {
	t.Parallel()
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		_, _ = w.Write([]byte(`{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`))
	}))
	defer server.Close()
	tokens := &Tokens{source: server.URL, log: slog.New(slog.DiscardHandler)}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	tokens.again(gone, time.Now())
	if asked != 1 || len(tokens.keys) != 1 {
		t.Errorf("asked %d times, %d keys", asked, len(tokens.keys))
	}
}

// TestNamesInTokens: a token without a name is of nobody.
func TestNamesInTokens(t *testing.T) {
	t.Parallel()
	for claim, want := range map[string]bool{"u-1|a@b": true, "": false, "a\nb": false, "a\x00": false, "a b": false, strings.Repeat("a", claimBytesMax+1): false} {
		if nameable(claim) != want {
			t.Errorf("%q: %t", claim, !want)
		}
	}
}
