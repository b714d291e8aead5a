package access

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

type issuer struct {
	*testing.T
	key *ecdsa.PrivateKey
	id  string
}

func newIssuer(t *testing.T, id string) *issuer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &issuer{t, key, id}
}

// set is the issuer's public key as a JSON Web Key Set, beside one that is no
// key for signatures.
func (i *issuer) set() string {
	i.Helper()
	point, err := i.key.PublicKey.Bytes()
	if err != nil {
		i.Fatal(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	return fmt.Sprintf(`{"keys":[{"kty":"oct","k":"c2VjcmV0"},{"kty":"EC","use":"sig","alg":"ES256","kid":%q,"crv":"P-256","x":%q,"y":%q}]}`,
		i.id, encode(point[1:33]), encode(point[33:]))
}

func (i *issuer) token(method jwt.SigningMethod, key any, changes map[string]any) string {
	i.Helper()
	now := time.Now()
	said := jwt.MapClaims{"iss": "https://issuer", "aud": "accruald", "sub": "alice", "exp": now.Add(time.Hour).Unix(), "nbf": now.Unix(),
		"partner_id": "P100", "roles": []string{"finance"}}
	maps.Copy(said, changes)
	for name, value := range changes {
		if value == nil {
			delete(said, name)
		}
	}
	token := jwt.NewWithClaims(method, said)
	token.Header["kid"] = i.id
	text, err := token.SignedString(key)
	if err != nil {
		i.Fatal(err)
	}
	return text
}

// TestTokensOfAnIssuer: what is valid is taken with its claims; other
// algorithms, keys, times and addressees are not.
func TestTokensOfAnIssuer(t *testing.T) {
	t.Parallel()
	i, other := newIssuer(t, "k1"), newIssuer(t, "k1")
	file := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(file, []byte(i.set()), 0o600); err != nil {
		t.Fatal(err)
	}
	tokens, err := NewTokens(t.Context(), TokenConfig{Keys: file, Issuer: "https://issuer", Audience: "accruald"}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	c, err := tokens.caller(t.Context(), i.token(jwt.SigningMethodES256, i.key, nil), now)
	if err != nil || c.PartnerID != "P100" || !c.May(Settlement) || c.May(Prices) || c.KeyID != "token/alice" {
		t.Fatalf("%+v, %v", c, err)
	}
	public, err := x509.MarshalPKIXPublicKey(&i.key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	asPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
	es := func(changes map[string]any) string { return i.token(jwt.SigningMethodES256, i.key, changes) }
	for name, token := range map[string]string{
		"none":                      i.token(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil),
		"HMAC by the public key":    i.token(jwt.SigningMethodHS256, asPEM, nil),
		"HMAC by the shared secret": i.token(jwt.SigningMethodHS256, []byte("secret"), nil),
		"another key":               other.token(jwt.SigningMethodES256, other.key, nil),
		"expired":                   es(map[string]any{"exp": now.Add(-2 * tokenLeeway).Unix()}),
		"without an end":            es(map[string]any{"exp": nil}),
		"not yet valid":             es(map[string]any{"nbf": now.Add(time.Hour).Unix()}),
		"for another":               es(map[string]any{"aud": "other"}),
		"for nobody":                es(map[string]any{"aud": nil}),
		"of another":                es(map[string]any{"iss": "https://other"}),
		"without a partner":         es(map[string]any{"partner_id": nil}),
		"without roles":             es(map[string]any{"roles": nil}),
		"unknown role":              es(map[string]any{"roles": []string{"king"}}),
		"customer without its role": es(map[string]any{"customer_id": "C1"}),
		"customer of two lines":     es(map[string]any{"customer_id": "C1\nR1", "roles": []string{"customer"}}),
		"cut short":                 es(nil)[:80],
		"nothing":                   "",
	} {
		if c, err := tokens.caller(t.Context(), token, now); err == nil {
			t.Errorf("%s: taken as %+v", name, c)
		}
	}
	// Rotation: a token of an unknown key has the set read again, but not at every token.
	next := newIssuer(t, "k2")
	if err := os.WriteFile(file, []byte(next.set()), 0o600); err != nil {
		t.Fatal(err)
	}
	fresh := next.token(jwt.SigningMethodES256, next.key, nil)
	if _, err := tokens.caller(t.Context(), fresh, now); err == nil {
		t.Error("the keys were read again at once")
	}
	if _, err := tokens.caller(t.Context(), fresh, now.Add(2*keySetRetry)); err != nil {
		t.Errorf("a rotated key: %v", err)
	}
	if _, err := tokens.caller(t.Context(), es(nil), now.Add(2*keySetRetry)); err == nil {
		t.Error("a key that is gone is taken")
	}
	if _, err := (*Tokens)(nil).caller(t.Context(), es(nil), now); err == nil {
		t.Error("tokens are taken without keys")
	}
}

// TestRepetitionsUnderTokens: an Idempotency-Key names a request of one customer, also where one subject asks for
// several: the answer of one is never another's.
func TestRepetitionsUnderTokens(t *testing.T) {
	t.Parallel()
	i := newIssuer(t, "k1")
	file := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(file, []byte(i.set()), 0o600); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	tokens, err := NewTokens(t.Context(), TokenConfig{Keys: file, Issuer: "https://issuer", Audience: "accruald"}, log)
	if err != nil {
		t.Fatal(err)
	}
	ring := NewRing(nil, tokens, SkewDefault, log)
	ring.keys.Store(&keys{})
	ring.polled.Store(1)
	request := func(customer, reseller, idempotency string) string {
		t.Helper()
		bound := map[string]any{"customer_id": customer, "roles": []string{"customer"}}
		if reseller != "" {
			bound = map[string]any{"reseller_id": reseller, "roles": []string{"reseller"}}
		}
		m := &Message{Method: http.MethodPost, Path: "/", Header: http.Header{"Authorization": {"Bearer " + i.token(jwt.SigningMethodES256, i.key, bound)}}}
		if idempotency != "" {
			m.Header.Set(headerIdempotency, idempotency)
		}
		proof, err := ring.Authenticate(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%x", proof.Request)
	}
	first := request("C1", "", "one")
	if again := request("C1", "", "one"); again != first {
		t.Error("a repetition is not known as one")
	}
	for name, other := range map[string]string{"another customer": request("C2", "", "one"), "a reseller of that name": request("", "C1", "one"),
		"another key": request("C1", "", "two"), "no key": request("C1", "", "")} {
		if other == first {
			t.Errorf("%s has the same request", name)
		}
	}
	if unnamed := request("C1", "", ""); unnamed == request("C1", "", "") {
		t.Error("requests without a key are repetitions of each other")
	}
}

// TestSourcesOfKeys: a file, or an address that nobody else can speak for.
func TestSourcesOfKeys(t *testing.T) {
	t.Parallel()
	i := newIssuer(t, "k1")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(i.set())) }))
	t.Cleanup(server.Close)
	log := slog.New(slog.DiscardHandler)
	tokens, err := NewTokens(t.Context(), TokenConfig{Keys: server.URL, Issuer: "https://issuer", Audience: "accruald"}, log)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tokens.caller(t.Context(), i.token(jwt.SigningMethodES256, i.key, nil), time.Now()); err != nil {
		t.Error(err)
	}
	for _, config := range []TokenConfig{
		{Keys: server.URL}, {Keys: server.URL, Issuer: "i"}, {Keys: "http://203.0.113.1/keys", Issuer: "i", Audience: "a"},
		{Keys: "/no/such/file", Issuer: "i", Audience: "a"}, {Keys: "ftp://localhost/keys", Issuer: "i", Audience: "a"},
	} {
		if _, err := NewTokens(t.Context(), config, log); err == nil {
			t.Errorf("%+v is taken", config)
		}
	}
	for _, text := range []string{`{"keys":[]}`, `{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}`, `{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}`, `{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]}`, ``} {
		if _, err := parseKeySet([]byte(text)); err == nil {
			t.Errorf("%s is read", text)
		}
	}
}
