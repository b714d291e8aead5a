package access

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"

	"github.com/go-json-experiment/json"
)

const (
	keySetBytesMax   = 1 << 20
	redirectCountMax = 3
	rsaKeyBitsMin    = 2048
	publicExponent   = 65537
	octetsOfEd25519  = ed25519.PublicKeySize
)

// verifyingKey is a public key and what it may verify; the private half is
// somebody else's.
type verifyingKey struct {
	id        string
	algorithm string // "" for whatever its type can
	public    crypto.PublicKey
}

// jwk is a JSON Web Key, as far as public ones go.
type jwk struct {
	Type      string `json:"kty"`
	ID        string `json:"kid"`
	Use       string `json:"use"`
	Algorithm string `json:"alg"`
	Curve     string `json:"crv"`
	N         string `json:"n"`
	E         string `json:"e"`
	X         string `json:"x"`
	Y         string `json:"y"`
}

// parseKeySet reads a set of JSON Web Keys, or one public key as PEM. Keys of
// other uses and types are passed over; shared secrets are not taken at all,
// because who could verify by one could sign as well.
func parseKeySet(text []byte) ([]verifyingKey, error) {
	if block, _ := pem.Decode(text); block != nil {
		public, err := x509.ParsePKIXPublicKey(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("read the public key: %w: write it as `openssl pkey -pubout` does", err)
		}
		if err := strong(public); err != nil {
			return nil, err
		}
		return []verifyingKey{{public: public}}, nil
	}
	var set struct {
		Keys []jwk `json:"keys"`
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, fmt.Errorf("read the keys of tokens: %w: give a JSON Web Key Set or a public key as PEM", err)
	}
	var keys []verifyingKey
	for i, k := range set.Keys {
		if k.Use != "" && k.Use != "sig" {
			continue
		}
		public, err := k.public()
		if err == nil && public != nil {
			err = strong(public)
		}
		if err != nil {
			return nil, fmt.Errorf("read key %d (%q) of the set: %w", i+1, k.ID, err)
		}
		if public != nil {
			keys = append(keys, verifyingKey{id: k.ID, algorithm: k.Algorithm, public: public})
		}
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("the set has no public key that verifies signatures: give one of type RSA, EC or OKP")
	}
	return keys, nil
}

func (k *jwk) public() (crypto.PublicKey, error) {
	var failed error
	bytes := func(text string) []byte {
		out, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil || len(out) == 0 {
			failed = fmt.Errorf("a number of it is not base64url")
		}
		return out
	}
	switch k.Type {
	case "RSA":
		n, e := new(big.Int).SetBytes(bytes(k.N)), new(big.Int).SetBytes(bytes(k.E))
		if failed == nil && (!e.IsInt64() || e.Int64() != publicExponent) {
			failed = fmt.Errorf("its exponent is not %d", publicExponent)
		}
		return &rsa.PublicKey{N: n, E: publicExponent}, failed
	case "EC":
		curve := map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()}[k.Curve]
		if curve == nil {
			return nil, fmt.Errorf("curve %q is not offered", k.Curve)
		}
		point := append(append([]byte{4}, bytes(k.X)...), bytes(k.Y)...) // uncompressed
		if failed != nil {
			return nil, failed
		}
		return ecdsa.ParseUncompressedPublicKey(curve, point)
	case "OKP":
		x := bytes(k.X)
		if failed == nil && (k.Curve != "Ed25519" || len(x) != octetsOfEd25519) {
			failed = fmt.Errorf("curve %q is not offered", k.Curve)
		}
		return ed25519.PublicKey(x), failed
	default:
		return nil, nil
	}
}

func strong(public crypto.PublicKey) error {
	if k, is := public.(*rsa.PublicKey); is && k.N.BitLen() < rsaKeyBitsMin {
		return fmt.Errorf("an RSA key of %d bits is too short: use %d or more", k.N.BitLen(), rsaKeyBitsMin)
	}
	return nil
}

// checkSource refuses addresses over which anybody could put in keys.
func checkSource(source string) error {
	if !strings.Contains(source, "://") {
		return nil
	}
	u, err := url.Parse(source)
	if err != nil {
		return fmt.Errorf("keys of tokens from %q: %w", source, err)
	}
	address, err := netip.ParseAddr(u.Hostname())
	loopback := u.Hostname() == "localhost" || err == nil && address.IsLoopback()
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback) {
		return fmt.Errorf("keys of tokens from %q: use a file, https, or http on this machine", source)
	}
	return nil
}

// stayChecked follows redirects to where keys may be taken from, and no other.
func stayChecked(next *http.Request, before []*http.Request) error {
	if len(before) > redirectCountMax {
		return fmt.Errorf("keys of tokens are redirected more than %d times", redirectCountMax)
	}
	return checkSource(next.URL.String())
}

// readSource reads a file or an address.
func readSource(ctx context.Context, source string) ([]byte, error) {
	if !strings.Contains(source, "://") {
		return os.ReadFile(source)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, source, nil)
	if err != nil {
		return nil, err
	}
	client := http.Client{CheckRedirect: stayChecked}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%q answers %s", source, response.Status)
	}
	return io.ReadAll(io.LimitReader(response.Body, keySetBytesMax))
}
