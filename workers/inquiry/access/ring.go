package access

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/accruald/accruald/schema/db"
)

const (
	// RingStaleMax bounds how long a key is still taken after it was revoked.
	// Where the database is not reached for so long, nobody is let in.
	RingStaleMax = 5 * time.Second
	// ringPollInterval is how soon a change counts while the database answers.
	ringPollInterval = 250 * time.Millisecond
	ringPollWaitMax  = 2 * time.Second
	// ringReloadInterval is how often keys are read without a change, so that
	// expired ones are forgotten.
	ringReloadInterval = 10 * time.Minute
)

// ErrStale says that it is not known which keys are valid.
var ErrStale = errors.New("the keys could not be brought up to date")

// A Key is an access key with its secret in the clear, which nothing writes.
type Key struct {
	ID        string
	Secret    []byte
	Caller    Caller
	ExpiresAt time.Time // zero for never
}

// LogValue keeps the secret out of logs.
func (k *Key) LogValue() slog.Value { return slog.StringValue(k.ID) }

// String keeps the secret out of formatted text.
func (k *Key) String() string { return "key " + k.ID }

// GoString keeps it out of %#v.
func (k *Key) GoString() string { return k.String() }

// keys are those that are valid, as of one poll.
type keys struct {
	signing map[string]*Key            // by id
	tokens  map[[sha256.Size]byte]*Key // by hash
}

// A Ring holds the valid keys in memory and follows the store.
type Ring struct {
	store  *Store
	tokens *Tokens // of others; nil for none
	skew   time.Duration
	now    func() time.Time
	log    *slog.Logger

	keys    atomic.Pointer[keys]
	version int64     // of the keys in memory; the follower's alone
	loaded  time.Time // when they were read; the follower's alone
	began   time.Time
	polled  atomic.Int64 // nanoseconds after began; 0 before the first poll
}

// NewRing makes a ring; Run keeps it current. Skew is how far the date of a
// signature may be away.
func NewRing(store *Store, tokens *Tokens, skew time.Duration, log *slog.Logger) *Ring {
	return &Ring{store: store, tokens: tokens, skew: skew, now: time.Now, log: log, version: -1, began: time.Now()}
}

// Run follows the store until ctx ends.
func (r *Ring) Run(ctx context.Context) error {
	failing := false
	for {
		err := r.poll(ctx)
		if err != nil && ctx.Err() == nil && !failing {
			r.log.Warn("the keys of the partner API are not up to date", "err", err)
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(ringPollInterval):
		}
	}
}

func (r *Ring) poll(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, ringPollWaitMax)
	defer cancel()
	at := time.Since(r.began)
	version, err := r.store.queries.KeyVersion(ctx)
	if err != nil {
		return fmt.Errorf("ask for changes of the keys: %w", err)
	}
	if version != r.version || time.Since(r.loaded) > ringReloadInterval {
		if err := r.load(ctx); err != nil {
			return err
		}
		r.version, r.loaded = version, time.Now() // what was changed since the question is read again
	}
	r.polled.Store(int64(at) + 1)
	return nil
}

func (r *Ring) load(ctx context.Context) error {
	now := r.now()
	rows, err := r.store.queries.LiveKeys(ctx, &now)
	if err != nil {
		return fmt.Errorf("read the keys: %w", err)
	}
	next := &keys{signing: map[string]*Key{}, tokens: map[[sha256.Size]byte]*Key{}}
	for _, row := range rows {
		key := &Key{ID: row.KeyID, Caller: callerOf(row), ExpiresAt: orZero(row.ExpiresAt)}
		if err := r.take(next, key, row); err != nil {
			r.log.Error("a key of the partner API is not taken", "key", row.KeyID, "partner", row.PartnerID, "err", err)
		}
	}
	r.keys.Store(next)
	return nil
}

func (r *Ring) take(next *keys, key *Key, row db.ApiKey) (err error) {
	if err := key.Caller.Check(); err != nil {
		return fmt.Errorf("it is %w", err)
	}
	if Kind(row.Kind) == KindToken {
		if len(row.Sealed) != sha256.Size {
			return fmt.Errorf("the hash of the token has %d bytes", len(row.Sealed))
		}
		next.tokens[[sha256.Size]byte(row.Sealed)] = key
		return nil
	}
	if key.Secret, err = r.store.masters.open(row.MasterID, row.PartnerID, row.KeyID, row.Sealed); err != nil {
		return err
	}
	next.signing[key.ID] = key
	return nil
}

// Ready says why nobody is let in, nil if keys are known.
func (r *Ring) Ready() error {
	if polled := r.polled.Load(); polled == 0 || time.Since(r.began)-time.Duration(polled) > RingStaleMax {
		return ErrStale
	}
	return nil
}

// Has reports whether a key that signs is taken by now.
func (r *Ring) Has(keyID string) bool {
	known := r.keys.Load()
	return known != nil && known.signing[keyID] != nil
}

// Authenticate tells who sent a message, by its signature or its token.
func (r *Ring) Authenticate(ctx context.Context, m *Message) (*Proof, error) {
	if err := r.Ready(); err != nil {
		return nil, err
	}
	if len(m.Header.Values(headerAuthorization)) > 1 || len(m.Header.Values(headerToken)) > 1 {
		return nil, unproved("a header that proves who sends it was sent twice")
	}
	header := m.Header.Get(headerAuthorization)
	scheme, rest, _ := strings.Cut(header, " ")
	switch {
	case strings.EqualFold(scheme, "bearer"):
		return r.bearer(ctx, strings.TrimSpace(rest), m)
	case header == "" && m.Header.Get(headerToken) != "":
		return r.bearer(ctx, m.Header.Get(headerToken), m)
	case header == "":
		return nil, unproved("neither the header Authorization nor %s was sent", headerToken)
	default:
		return r.signed(header, m)
	}
}

// nobody's secret makes the refusal of an unknown key take as long as that of
// a known one: which ids exist is told to nobody.
var nobody = &Key{Secret: []byte("the secret of no key, of the same length as theirs..")}

func (r *Ring) signed(header string, m *Message) (*Proof, error) {
	signature, err := ParseSignature(header)
	if err != nil {
		return nil, err
	}
	now := r.now()
	key := r.keys.Load().signing[signature.KeyID]
	known := key != nil && key.validAt(now)
	if !known {
		key = nobody
	}
	err = signature.Verify(m, key.Secret, now, r.skew)
	if !known {
		return nil, unproved("key %s is not valid: it was never made, is revoked, or has expired", signature.shownKey())
	}
	if err != nil {
		return nil, err
	}
	return &Proof{Caller: &key.Caller, Request: signature.Sum, Until: now.Add(2 * r.skew)}, nil
}

func (k *Key) validAt(now time.Time) bool { return k.ExpiresAt.IsZero() || now.Before(k.ExpiresAt) }
