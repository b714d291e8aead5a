package access

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Names of a signed request, as the SDK of the published API writes them.
const (
	Algorithm           = "SDK-HMAC-SHA256"
	headerAuthorization = "Authorization"
	HeaderDate          = "X-Sdk-Date" // signed, in DateLayout
	headerContentHash   = "X-Sdk-Content-Sha256"
	headerHost          = "host" // stands apart from the other headers
	DateLayout          = "20060102T150405Z"
)

// Limits of a signature, above what the SDK writes.
const (
	authorizationBytesMax = 4 << 10
	signedHeaderCountMax  = 64
	queryPairCountMax     = 256
	keyIDBytesMax         = 64

	// SkewDefault is how far the date of a signed request may be from our
	// clock, either way.
	SkewDefault = 15 * time.Minute
)

// ErrUnauthenticated says that a request does not prove who sent it. What it
// wraps is for the log.
var ErrUnauthenticated = errors.New("the request is not authenticated")

func unproved(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrUnauthenticated, fmt.Errorf(format, args...))
}

// A Message is what of a request is signed.
type Message struct {
	Method string
	Host   string
	Path   string // as sent, with its escapes
	Query  string // as sent
	Header http.Header
	Body   []byte
}

// A Signature is a parsed Authorization header.
type Signature struct {
	KeyID   string
	Headers []string // names of the signed headers, in lower case
	Sum     [sha256.Size]byte
}

// ParseSignature reads an Authorization header. Other algorithms of the SDK
// are refused by name.
func ParseSignature(header string) (Signature, error) {
	var s Signature
	if len(header) > authorizationBytesMax {
		return s, unproved("the Authorization header has %d bytes, at most %d are read", len(header), authorizationBytesMax)
	}
	algorithm, rest, _ := strings.Cut(header, " ")
	if algorithm != Algorithm { // what stands there may be a token, which no log gets
		return s, unproved("the Authorization header begins neither with %s nor with Bearer", Algorithm)
	}
	parts := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, found := strings.Cut(strings.TrimSpace(part), "=")
		if _, twice := parts[name]; !found || twice {
			return s, unproved("the Authorization header is not of the form Access=..., SignedHeaders=..., Signature=...")
		}
		parts[name] = value
	}
	s.KeyID = parts["Access"]
	s.Headers = strings.Split(parts["SignedHeaders"], ";")
	sum, err := hex.DecodeString(parts["Signature"])
	switch {
	case len(parts) != 3 || s.KeyID == "" || len(s.KeyID) > keyIDBytesMax:
		return s, unproved("the Authorization header is not of the form Access=..., SignedHeaders=..., Signature=...")
	case err != nil || len(sum) != sha256.Size:
		return s, unproved("the signature is not %d bytes in hexadecimal", sha256.Size)
	case len(s.Headers) > signedHeaderCountMax:
		return s, unproved("%d headers are signed, at most %d are read", len(s.Headers), signedHeaderCountMax)
	case !slices.Contains(s.Headers, strings.ToLower(HeaderDate)):
		return s, unproved("the header %s is not signed", HeaderDate)
	}
	for i, name := range s.Headers {
		if name == "" || name != strings.ToLower(name) || slices.Contains(s.Headers[:i], name) {
			return s, unproved("the signed headers are not distinct names in lower case")
		}
	}
	s.Sum = [sha256.Size]byte(sum)
	return s, nil
}

// shownKey is the key's id for the log. What is not as long as one may be a
// secret that was sent in its place.
func (s Signature) shownKey() string {
	if len(s.KeyID) != keyIDLength {
		return fmt.Sprintf("of %d bytes", len(s.KeyID))
	}
	return strconv.Quote(s.KeyID)
}

// Verify checks that who has the secret signed the message at about a time.
func (s Signature) Verify(m *Message, secret []byte, now time.Time, skew time.Duration) error {
	dates := m.Header.Values(HeaderDate)
	if len(dates) != 1 {
		return unproved("the header %s stands %d times, not once", HeaderDate, len(dates))
	}
	date, err := time.Parse(DateLayout, strings.TrimSpace(dates[0]))
	if err != nil {
		return unproved("the header %s is not of the form %s", HeaderDate, DateLayout)
	}
	if away := now.Sub(date).Abs(); away > skew {
		return unproved("it was signed %s away from now, at most %s are allowed: set the clock", away.Round(time.Second), skew)
	}
	canonical, err := s.canonical(m)
	if err != nil {
		return err
	}
	if !hmac.Equal(sumOf(canonical, date.Format(DateLayout), secret), s.Sum[:]) {
		return unproved("the signature is not of this request under the secret of key %s", s.shownKey())
	}
	return nil
}

// canonical writes a request as both sides hash it.
func (s Signature) canonical(m *Message) ([]byte, error) {
	body := sha256.Sum256(m.Body)
	hash := hex.EncodeToString(body[:])
	if sent := m.Header.Values(headerContentHash); len(sent) > 0 && (len(sent) > 1 || !strings.EqualFold(sent[0], hash)) {
		return nil, unproved("the header %s is not the hash of the body: bodies are signed", headerContentHash)
	}
	out := make([]byte, 0, 512)
	out = append(append(out, m.Method...), '\n')
	out, err := appendPath(out, m.Path)
	if err != nil {
		return nil, err
	}
	if out, err = appendQuery(append(out, '\n'), m.Query); err != nil {
		return nil, err
	}
	out = append(out, '\n')
	for _, name := range s.Headers {
		values := m.Header.Values(name)
		if name == headerHost {
			values = []string{m.Host}
		}
		if len(values) == 0 {
			return nil, unproved("the signed header %q was not sent", name)
		}
		for _, value := range slices.Sorted(slices.Values(values)) {
			out = append(append(append(append(out, name...), ':'), strings.TrimSpace(value)...), '\n')
		}
	}
	out = append(out, '\n')
	out = append(append(out, strings.Join(s.Headers, ";")...), '\n')
	return append(out, hash...), nil
}

// appendPath writes each part of a path escaped anew, with "/" at the end.
func appendPath(out []byte, path string) ([]byte, error) {
	for i, part := range strings.Split(path, "/") {
		plain, err := url.PathUnescape(part)
		if err != nil {
			return nil, unproved("the path is not escaped properly")
		}
		if i > 0 {
			out = append(out, '/')
		}
		out = appendEscaped(out, plain)
	}
	if len(out) == 0 || out[len(out)-1] != '/' {
		out = append(out, '/')
	}
	return out, nil
}

// A pair is one parameter of a query; one without "=" has the empty value.
type pair struct{ name, value string }

// parseQuery splits a query. Unlike url.ParseQuery it takes ";" for a
// character like others, as the SDK does.
func parseQuery(query string) ([]pair, error) {
	var pairs []pair
	for part := range strings.SplitSeq(query, "&") {
		if part == "" {
			continue
		}
		if len(pairs) == queryPairCountMax {
			return nil, unproved("the query has more than %d parameters", queryPairCountMax)
		}
		name, value, _ := strings.Cut(part, "=")
		plainName, err := url.QueryUnescape(name)
		plainValue, err2 := url.QueryUnescape(value)
		if errors.Join(err, err2) != nil {
			return nil, unproved("the query is not escaped properly")
		}
		pairs = append(pairs, pair{plainName, plainValue})
	}
	return pairs, nil
}

// appendQuery writes the parameters sorted by name and value, each with "=".
func appendQuery(out []byte, query string) ([]byte, error) {
	pairs, err := parseQuery(query)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		if a.name != b.name {
			return strings.Compare(a.name, b.name)
		}
		return strings.Compare(a.value, b.value)
	})
	for i, p := range pairs {
		if i > 0 {
			out = append(out, '&')
		}
		out = appendEscaped(append(appendEscaped(out, p.name), '='), p.value)
	}
	return out, nil
}

const upperHex = "0123456789ABCDEF"

// appendEscaped escapes every byte but letters, digits and "_-~.".
func appendEscaped(out []byte, plain string) []byte {
	for i := range len(plain) {
		switch c := plain[i]; {
		case 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '_', c == '-', c == '~', c == '.':
			out = append(out, c)
		default:
			out = append(out, '%', upperHex[c>>4], upperHex[c&15])
		}
	}
	return out
}

// Sign writes the Authorization header of a message by a key, over the
// headers of those names in lower case; the date has to be among them. Our own
// clients use it: benchmarks and tests.
func Sign(m *Message, keyID string, secret []byte, headers ...string) (string, error) {
	s := Signature{KeyID: keyID, Headers: headers}
	canonical, err := s.canonical(m)
	if err != nil {
		return "", err
	}
	return Algorithm + " Access=" + keyID + ", SignedHeaders=" + strings.Join(headers, ";") + ", Signature=" +
		hex.EncodeToString(sumOf(canonical, m.Header.Get(HeaderDate), secret)), nil
}

// sumOf is the signature of a canonical request.
func sumOf(canonical []byte, date string, secret []byte) []byte {
	hash := sha256.Sum256(canonical)
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(Algorithm + "\n" + date + "\n" + hex.EncodeToString(hash[:])))
	return mac.Sum(nil)
}
