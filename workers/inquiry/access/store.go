package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accruald/accruald/schema/db"
)

// A Kind says how a key is used.
type Kind string

// The kinds.
const (
	KindSignature Kind = "signature" // signs requests with a secret
	KindToken     Kind = "token"     // is the secret, sent as a bearer token
)

// keyIDLength is that of the published access keys.
const keyIDLength = 20

// tokenPrefix begins our tokens, so that a scanner of leaked secrets knows them.
const tokenPrefix = "accruald_"

// keyCountMax bounds how many keys are listed at once.
const keyCountMax = 100_000

// ErrUnknownKey says that there is no key of an id that could be changed so.
var ErrUnknownKey = errors.New("there is no such key that is valid")

// A Grant is what a new key is for.
type Grant struct {
	Caller    Caller
	Kind      Kind
	Note      string
	ExpiresAt time.Time // zero for never
}

// A Stored key is what of a key may be shown.
type Stored struct {
	ID                              string
	Kind                            Kind
	Caller                          Caller
	Note                            string
	MasterID                        string // of the master key that sealed its secret
	RotatedTo                       string
	CreatedAt, ExpiresAt, RevokedAt time.Time // zero for never
}

// State is what a key is at a time.
func (s *Stored) State(now time.Time) string {
	switch {
	case !s.RevokedAt.IsZero():
		return "revoked"
	case !s.ExpiresAt.IsZero() && !now.Before(s.ExpiresAt):
		return "expired"
	case s.RotatedTo != "":
		return "rotated"
	default:
		return "valid"
	}
}

// A Store has the keys in the database.
type Store struct {
	pool    *pgxpool.Pool
	queries *db.Queries
	masters Masters
}

// NewStore makes a store; masters seal and open secrets.
func NewStore(pool *pgxpool.Pool, masters Masters) *Store {
	return &Store{pool: pool, queries: db.New(pool), masters: masters}
}

// Create makes a key and returns it with its secret, which is shown nowhere
// again.
func (s *Store) Create(ctx context.Context, g Grant, now time.Time) (*Key, error) {
	return s.create(ctx, s.queries, g, now)
}

func (s *Store) create(ctx context.Context, queries *db.Queries, g Grant, now time.Time) (*Key, error) {
	if err := g.Caller.Check(); err != nil {
		return nil, fmt.Errorf("create a key: %w", err)
	}
	if !g.ExpiresAt.IsZero() && !g.ExpiresAt.After(now) {
		return nil, fmt.Errorf("create a key that expires at %s: name a time to come", g.ExpiresAt.Format(time.RFC3339))
	}
	key := &Key{ID: rand.Text()[:keyIDLength], Caller: g.Caller, ExpiresAt: g.ExpiresAt}
	key.Caller.KeyID = key.ID
	row := db.AddKeyParams{PartnerID: g.Caller.PartnerID, KeyID: key.ID, Kind: string(g.Kind), CustomerID: g.Caller.CustomerID,
		ResellerID: g.Caller.ResellerID, Managers: orEmpty(g.Caller.Managers), Roles: texts(g.Caller.Roles), Note: g.Note, CreatedAt: now}
	if !g.ExpiresAt.IsZero() {
		row.ExpiresAt = &g.ExpiresAt
	}
	switch g.Kind {
	case KindSignature:
		key.Secret = []byte(rand.Text() + rand.Text())
		sealed, err := s.masters.seal(row.PartnerID, key.ID, key.Secret)
		if err != nil {
			return nil, err
		}
		row.MasterID, row.Sealed = s.masters.Sealing(), sealed
	case KindToken:
		key.Secret = []byte(tokenPrefix + rand.Text() + rand.Text())
		hash := sha256.Sum256(key.Secret)
		row.Sealed = hash[:]
	default:
		return nil, fmt.Errorf("create a key of kind %q: use %s or %s", g.Kind, KindSignature, KindToken)
	}
	if err := queries.AddKey(ctx, row); err != nil {
		return nil, fmt.Errorf("store key %q: %w", key.ID, err)
	}
	return key, nil
}

// List returns the keys of a partner, or with "" all, without their secrets.
func (s *Store) List(ctx context.Context, partnerID string) ([]Stored, error) {
	rows, err := s.queries.ListKeys(ctx, partnerID, keyCountMax)
	if err != nil {
		return nil, fmt.Errorf("list the keys: %w", err)
	}
	out := make([]Stored, len(rows))
	for i, row := range rows {
		out[i] = storedOf(row)
	}
	return out, nil
}

// Revoke ends a key now: within the staleness of the rings nobody takes it.
func (s *Store) Revoke(ctx context.Context, keyID string, now time.Time) error {
	key, err := s.find(ctx, s.queries, keyID)
	if err != nil {
		return err
	}
	n, err := s.queries.RevokeKey(ctx, &now, key.Caller.PartnerID, keyID)
	if err != nil {
		return fmt.Errorf("revoke key %q: %w", keyID, err)
	}
	if n == 0 {
		return fmt.Errorf("revoke key %q: %w: it is revoked already", keyID, ErrUnknownKey)
	}
	return nil
}

// Rotate makes a key that is for the same and lasts as long as the old one was
// made for, which stays valid for an overlap, or until it would have ended.
func (s *Store) Rotate(ctx context.Context, keyID string, overlap time.Duration, now time.Time) (key *Key, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		queries := s.queries.WithTx(tx)
		old, err := s.find(ctx, queries, keyID)
		if err != nil {
			return err
		}
		grant := Grant{Caller: old.Caller, Kind: old.Kind, Note: old.Note}
		if !old.ExpiresAt.IsZero() && !now.Before(old.ExpiresAt) {
			return fmt.Errorf("%w: it has expired; create a new one", ErrUnknownKey)
		}
		if !old.ExpiresAt.IsZero() {
			grant.ExpiresAt = now.Add(old.ExpiresAt.Sub(old.CreatedAt))
		}
		if key, err = s.create(ctx, queries, grant, now); err != nil {
			return err
		}
		end := now.Add(overlap)
		n, err := queries.RotateKey(ctx, db.RotateKeyParams{RotatedTo: &key.ID, ExpiresAt: &end, PartnerID: old.Caller.PartnerID, KeyID: keyID})
		if err == nil && n == 0 {
			err = fmt.Errorf("%w: it is revoked, or rotated already", ErrUnknownKey)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("rotate key %q: %w", keyID, err)
	}
	return key, nil
}

// Reseal seals every secret by the first master key, so that the others can
// be taken away. It returns how many were sealed by another.
func (s *Store) Reseal(ctx context.Context) (count int, err error) {
	keys, err := s.List(ctx, "")
	if err != nil {
		return 0, err
	}
	for _, key := range keys {
		if key.Kind != KindSignature || key.MasterID == s.masters.Sealing() {
			continue
		}
		rows, err := s.queries.FindKey(ctx, key.ID)
		if err != nil || len(rows) != 1 {
			return count, errors.Join(fmt.Errorf("seal key %q anew: %d rows", key.ID, len(rows)), err)
		}
		secret, err := s.masters.open(rows[0].MasterID, rows[0].PartnerID, key.ID, rows[0].Sealed)
		if err != nil {
			return count, err
		}
		sealed, err := s.masters.seal(rows[0].PartnerID, key.ID, secret)
		if err != nil {
			return count, err
		}
		if err := s.queries.ResealKey(ctx, db.ResealKeyParams{MasterID: s.masters.Sealing(), Sealed: sealed, PartnerID: rows[0].PartnerID, KeyID: key.ID}); err != nil {
			return count, fmt.Errorf("seal key %q anew: %w", key.ID, err)
		}
		count++
	}
	return count, nil
}

func (s *Store) find(ctx context.Context, queries *db.Queries, keyID string) (*Stored, error) {
	rows, err := queries.FindKey(ctx, keyID)
	if err != nil {
		return nil, fmt.Errorf("look for key %q: %w", keyID, err)
	}
	if len(rows) != 1 {
		return nil, fmt.Errorf("key %q: %w: take the id from `accruald keys list`", keyID, ErrUnknownKey)
	}
	stored := storedOf(rows[0])
	return &stored, nil
}
