package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"strings"
	"time"
)

const (
	headerToken       = "X-Auth-Token" // as the published API takes tokens
	headerIdempotency = "Idempotency-Key"
	// tokenBytesMax bounds what is looked at.
	tokenBytesMax = 8 << 10
	// tokenRepetitionMax is how long a repetition of a request under a token
	// is known by its Idempotency-Key.
	tokenRepetitionMax = 24 * time.Hour
)

// A Proof is what was found out of a message: who sent it, and which request
// it is, so that a repetition is known as one.
type Proof struct {
	Caller  *Caller
	Request [sha256.Size]byte // the signature, or a hash of the key that the caller gave the request
	Content [sha256.Size]byte // hash of what is asked for, under a token: a repetition has the same; a signature is of it
	Until   time.Time         // no repetition is taken after it
}

// bearer tells whose token was sent.
func (r *Ring) bearer(ctx context.Context, token string, m *Message) (*Proof, error) {
	if len(token) > tokenBytesMax {
		return nil, unproved("the token has %d bytes, at most %d are read", len(token), tokenBytesMax)
	}
	now := r.now()
	caller, err := r.bearing(ctx, token, now)
	if err != nil {
		return nil, err
	}
	return &Proof{Caller: caller, Request: repetition(m, caller), Content: contentOf(m), Until: now.Add(tokenRepetitionMax)}, nil
}

// bearing is the caller of a token, ours or an issuer's.
func (r *Ring) bearing(ctx context.Context, token string, now time.Time) (*Caller, error) {
	if !strings.HasPrefix(token, tokenPrefix) {
		return r.tokens.caller(ctx, token, now)
	}
	key := r.keys.Load().tokens[sha256.Sum256([]byte(token))]
	if key == nil || !key.validAt(now) {
		return nil, unproved("the token is not valid: it was never made, is revoked, or has expired")
	}
	return &key.Caller, nil
}

// repetition names a request under a token: by what the caller says, else it
// is like no other. One subject of an issuer may ask for several customers,
// each of whom has requests of its own.
func repetition(m *Message, c *Caller) [sha256.Size]byte {
	id := m.Header.Get(headerIdempotency)
	if id == "" {
		id = rand.Text()
	}
	return sha256.Sum256([]byte(m.Method + "\n" + m.Path + "\n" + c.CustomerID + "\n" + c.ResellerID + "\n" + id))
}

// contentOf hashes what a message asks for.
func contentOf(m *Message) [sha256.Size]byte {
	body := sha256.Sum256(m.Body)
	return sha256.Sum256(append([]byte(m.Method+"\n"+m.Path+"\n"+m.Query+"\n"), body[:]...))
}
