package access

import (
	"context"
	"sync"
	"time"
)

// A Key is an access key with its secret in the clear, which is never
// written anywhere.
type Key struct {
	ID        string
	Secret    []byte
	Caller    Caller
	ExpiresAt time.Time // zero for never
}

// A Ring holds the keys that are valid now.
type Ring struct {
	now  func() time.Time
	skew time.Duration

	mu   sync.RWMutex
	keys map[string]*Key
}

// NewRing makes a ring without keys.
func NewRing(now func() time.Time, skew time.Duration) *Ring {
	return &Ring{now: now, skew: skew, keys: map[string]*Key{}}
}

// Set replaces all keys.
func (r *Ring) Set(keys []*Key) {
	byID := make(map[string]*Key, len(keys))
	for _, key := range keys {
		byID[key.ID] = key
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys = byID
}

// Authenticate tells who signed a message.
func (r *Ring) Authenticate(_ context.Context, m *Message) (*Caller, error) {
	signature, err := ParseSignature(m.Header.Get(headerAuthorization))
	if err != nil {
		return nil, err
	}
	r.mu.RLock()
	key := r.keys[signature.KeyID]
	r.mu.RUnlock()
	now := r.now()
	// An unknown key takes as long as a known one: which ids exist is nobody's business.
	known := key != nil && (key.ExpiresAt.IsZero() || now.Before(key.ExpiresAt))
	if !known {
		key = &Key{Secret: []byte("no such key")}
	}
	err = signature.Verify(m, key.Secret, now, r.skew)
	if !known {
		return nil, unproved("key %q is not valid: it was never made, is revoked or has expired", signature.KeyID)
	}
	if err != nil {
		return nil, err
	}
	return &key.Caller, nil
}
