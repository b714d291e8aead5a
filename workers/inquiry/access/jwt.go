package access

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	// tokenLeeway is how far the clock of who issues tokens may be away.
	tokenLeeway = 30 * time.Second
	// keySetRefresh is how often the keys are read again, keySetRetry how soon
	// for a token whose key is not known, so that rotation needs no restart.
	keySetRefresh = 5 * time.Minute
	keySetRetry   = 10 * time.Second
	keySetWaitMax = 5 * time.Second
	// claimBytesMax is how long names in tokens may be, as OpenID Connect has it.
	claimBytesMax = 255
	// keySetAgeMax is how long keys are used that could not be read again.
	keySetAgeMax = time.Hour
)

// algorithms of tokens: signatures by key pairs only. A shared secret is not
// taken, and neither is "none".
var algorithms = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}

// TokenConfig says whose tokens are taken.
type TokenConfig struct {
	Keys     string // file or URL of a JSON Web Key Set, or a public key as PEM
	Issuer   string
	Audience string
}

// Tokens verify JSON Web Tokens of one issuer.
type Tokens struct {
	source string
	parser *jwt.Parser
	log    *slog.Logger

	mu   sync.Mutex
	keys []verifyingKey
	read time.Time // when they were
	look time.Time // when they were last asked for
}

// NewTokens makes a verifier and reads its keys. Without keys it takes none.
func NewTokens(ctx context.Context, config TokenConfig, log *slog.Logger) (*Tokens, error) {
	if config.Keys == "" {
		return nil, nil
	}
	if config.Issuer == "" || config.Audience == "" {
		return nil, errors.New("tokens with keys but without an issuer and an audience: name both, or tokens for others would be taken")
	}
	if err := checkSource(config.Keys); err != nil {
		return nil, err
	}
	t := &Tokens{source: config.Keys, log: log, parser: jwt.NewParser(jwt.WithValidMethods(algorithms), jwt.WithIssuer(config.Issuer),
		jwt.WithAudience(config.Audience), jwt.WithExpirationRequired(), jwt.WithLeeway(tokenLeeway))}
	return t, t.load(ctx, time.Now())
}

func (t *Tokens) load(ctx context.Context, now time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, keySetWaitMax)
	defer cancel()
	t.look = now
	text, err := readSource(ctx, t.source)
	if err != nil {
		return fmt.Errorf("read the keys of tokens: %w", err)
	}
	keys, err := parseKeySet(text)
	if err != nil {
		return err
	}
	t.keys, t.read = keys, now
	return nil
}

// claims are what a token says beside the registered names.
type claims struct {
	jwt.RegisteredClaims
	Partner  string   `json:"partner_id"`
	Customer string   `json:"customer_id"`
	Reseller string   `json:"reseller_id"`
	Managers []string `json:"managers"`
	Roles    []string `json:"roles"`
}

// caller of a token. No part of the token is in its errors.
func (t *Tokens) caller(ctx context.Context, token string, now time.Time) (*Caller, error) {
	if t == nil {
		return nil, unproved("tokens of others are not taken")
	}
	said := &claims{}
	_, err := t.parser.ParseWithClaims(token, said, func(parsed *jwt.Token) (any, error) { return t.key(ctx, parsed, now) })
	if err != nil {
		return nil, unproved("the token is not valid: %w", err)
	}
	if !nameable(said.Subject) || !nameable(said.Partner) {
		return nil, unproved("the token names no subject or no partner, or by more than %d printable characters", claimBytesMax)
	}
	for _, bound := range []string{said.Customer, said.Reseller} {
		if bound != "" && !nameable(bound) {
			return nil, unproved("the token names a customer or reseller by more than %d printable characters", claimBytesMax)
		}
	}
	roles, err := ParseRoles(said.Roles)
	if err != nil {
		return nil, unproved("the token names roles that there are not")
	}
	c := &Caller{KeyID: "token/" + said.Subject, PartnerID: said.Partner, CustomerID: said.Customer, ResellerID: said.Reseller, Managers: said.Managers, Roles: roles}
	if err := c.Check(); err != nil {
		return nil, unproved("the token is %w", err)
	}
	return c, nil
}

// key finds the keys that may have signed a token: that of its id, or, where
// the set has none with an id, all. The library refuses a key whose type is
// not the algorithm's.
func (t *Tokens) key(ctx context.Context, parsed *jwt.Token, now time.Time) (any, error) {
	id, _ := parsed.Header["kid"].(string)
	t.mu.Lock()
	defer t.mu.Unlock()
	if now.Sub(t.read) > keySetRefresh && now.Sub(t.look) > keySetRetry {
		t.again(ctx, now)
	}
	found := t.named(id, parsed.Method.Alg())
	if len(found.Keys) == 0 && now.Sub(t.look) > keySetRetry {
		t.again(ctx, now)
		found = t.named(id, parsed.Method.Alg())
	}
	switch {
	case now.Sub(t.read) > keySetAgeMax:
		return nil, fmt.Errorf("the keys of tokens were not read for %s", keySetAgeMax)
	case len(found.Keys) == 0:
		return nil, errors.New("its key is not of the set")
	default:
		return found, nil
	}
}

// nameable tells whether a claim can name somebody: callers without a name would
// share one rate limit and each other's answers.
func nameable(claim string) bool {
	return claim != "" && len(claim) <= claimBytesMax && !strings.ContainsFunc(claim, func(c rune) bool { return c <= ' ' || c > '~' })
}

func (t *Tokens) again(ctx context.Context, now time.Time) {
	// Whoever sent the token may go: others wait for the same keys.
	if err := t.load(context.WithoutCancel(ctx), now); err != nil {
		t.log.Warn("the keys of tokens are not up to date", "err", err)
	}
}

func (t *Tokens) named(id, algorithm string) jwt.VerificationKeySet {
	var set jwt.VerificationKeySet
	for _, k := range t.keys {
		if (k.id == id || k.id == "") && (k.algorithm == "" || k.algorithm == algorithm) {
			set.Keys = append(set.Keys, k.public)
		}
	}
	return set
}
