package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/inquiry/access"
	"github.com/accruald/accruald/workers/inquiry/api"
	"github.com/accruald/accruald/workers/site"
)

// apiFlags say how inquiries are served.
type apiFlags struct {
	Listen  string        `name:"api-listen" env:"ACCRUALD_API_LISTEN" default:"127.0.0.1:8443" help:"Address of the partner API."`
	Cert    string        `name:"api-cert" env:"ACCRUALD_API_CERT" placeholder:"FILE" help:"Certificate of the partner API; read again when it changes (default: none, plain HTTP)."`
	Key     string        `name:"api-key" env:"ACCRUALD_API_KEY" placeholder:"FILE" help:"Its key (default: none)."`
	NATS    bool          `name:"api-nats" env:"ACCRUALD_API_NATS" default:"true" negatable:"" help:"Answer the same over NATS request and reply; with --no-api-nats over HTTP alone."`
	Rate    int           `name:"api-rate" env:"ACCRUALD_API_RATE" default:"10" help:"Requests a second that one caller may send to one operation; 0 for no bound."`
	Skew    time.Duration `name:"api-clock-skew" env:"ACCRUALD_API_CLOCK_SKEW" default:"15m" help:"How far the date of a signed request may be away from our clock."`
	Masters masterFlags   `embed:""`
	Tokens  tokenFlags    `embed:""`
}

// tokenFlags say whose JSON Web Tokens are taken.
type tokenFlags struct {
	Keys     string `name:"jwt-keys" env:"ACCRUALD_JWT_KEYS" placeholder:"FILE|URL" help:"JSON Web Key Set, or a public key as PEM, that verifies bearer tokens (default: none are taken)."`
	Issuer   string `name:"jwt-issuer" env:"ACCRUALD_JWT_ISSUER" help:"Who has to have issued them (default: none)."`
	Audience string `name:"jwt-audience" env:"ACCRUALD_JWT_AUDIENCE" help:"Whom they have to be for (default: none)."`
}

// partnerAPI serves the partner API beside the workers, or alone.
type partnerAPI struct {
	pool     *pgxpool.Pool
	keys     *pgxpool.Pool // apart, so that questions that take all connections keep no key from being known
	books    *workers.ReadModel
	store    *access.Store
	answers  *access.Answers
	intake   *workers.Intake
	ring     *access.Ring
	server   *api.Server
	requests *api.RequestServer // nil for HTTP alone
}

// newPartnerAPI takes the address; run serves. It waits for a database that is not there yet.
func newPartnerAPI(ctx context.Context, flags apiFlags, databaseURL string, broker bus.Config, sites site.Profiles, registry prometheus.Registerer, log *slog.Logger) (*partnerAPI, error) {
	masters, err := flags.Masters.load()
	if err != nil {
		return nil, err
	}
	tokens, err := access.NewTokens(ctx, access.TokenConfig{Keys: flags.Tokens.Keys, Issuer: flags.Tokens.Issuer, Audience: flags.Tokens.Audience}, log)
	if err != nil {
		return nil, err
	}
	pool, err := databaseFlags{URL: databaseURL}.pool(ctx)
	if err != nil {
		return nil, err
	}
	keys, err := databaseFlags{URL: databaseURL}.pool(ctx)
	if err != nil {
		pool.Close()
		return nil, err
	}
	q := &partnerAPI{pool: pool, keys: keys, books: workers.NewReadModel(pool, sites, log), store: access.NewStore(keys, masters),
		answers: access.NewAnswers(pool, log), intake: workers.NewIntake(broker, pool, log)}
	q.ring = access.NewRing(q.store, tokens, flags.Skew, log)
	q.server, err = api.Listen(ctx, api.Config{Address: flags.Listen, CertFile: flags.Cert, KeyFile: flags.Key, Books: q.books, Access: q.ring,
		Answers: q.answers, Intake: q.intake, RatePerSecond: flags.Rate, Registry: registry, Logger: log})
	if err == nil && flags.NATS {
		broker.Name += ", requests"
		q.requests, err = api.NewRequestServer(q.server.Service(), api.RequestConfig{Bus: broker, Registry: registry, Logger: log})
	}
	if err != nil {
		pool.Close()
		keys.Close()
		return nil, err
	}
	log.Info("inquiries served", "url", q.server.URL())
	return q, nil
}

// knows waits until a key that was made is taken.
func (q *partnerAPI) knows(ctx context.Context, keyID string) error {
	ctx, cancel := context.WithTimeout(ctx, keyWaitMax)
	defer cancel()
	for !q.ring.Has(keyID) {
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait until key %q is taken: %w", keyID, ctx.Err())
		case <-time.After(keyPollInterval):
		}
	}
	return nil
}

// How long a new key is waited for, and how often it is looked for.
const (
	keyWaitMax      = 30 * time.Second
	keyPollInterval = 50 * time.Millisecond
)

// ready are the conditions of /readyz.
func (q *partnerAPI) ready() map[string]func() error {
	return map[string]func() error{"inquiry_data": q.books.Ready, "inquiry_keys": q.ring.Ready}
}

// run serves until ctx ends. What answers are made from lasts until the last one is given.
func (q *partnerAPI) run(ctx context.Context) error {
	defer q.pool.Close()
	defer q.keys.Close()
	behind, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	support, supportCtx := errgroup.WithContext(behind)
	for _, part := range []func(context.Context) error{q.books.Run, q.intake.Run, q.ring.Run, q.answers.Run} {
		support.Go(func() error { return part(supportCtx) })
	}
	serving, end := context.WithCancel(ctx)
	defer end()
	context.AfterFunc(supportCtx, end) // nothing is answered without it
	group, groupCtx := errgroup.WithContext(serving)
	group.Go(func() error { return q.server.Run(groupCtx) })
	if q.requests != nil {
		group.Go(func() error { return q.requests.Run(groupCtx) })
	}
	err := group.Wait()
	stop()
	return errors.Join(err, support.Wait())
}

// together runs parts of a process until ctx ends or one of them fails, which ends the others.
func together(ctx context.Context, parts ...func(context.Context) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var group errgroup.Group
	failures := make([]error, len(parts))
	for i, part := range parts {
		group.Go(func() error {
			defer stop() // no part is meant to end before the others
			failures[i] = part(ctx)
			return nil
		})
	}
	_ = group.Wait() // failures has all of them
	return errors.Join(failures...)
}

// masterFile is where dev keeps the master key of the data folder's secrets.
const masterFile = "master-keys"

// devMasters makes the master key of a data folder, once.
func devMasters(folder string) (masterFlags, error) {
	path := filepath.Join(folder, masterFile)
	_, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		err = os.WriteFile(path, []byte(access.NewMaster("dev")), 0o600)
	}
	if err != nil {
		return masterFlags{}, fmt.Errorf("keep a master key: %w", err)
	}
	return masterFlags{File: path}, nil
}

// devKeyValid is how long a key of dev is valid.
const devKeyValid = 24 * time.Hour

// devKeys makes a key of each kind for the first partner of the database that has a customer: for its main account, and
// for that customer. Without one it makes none.
func (q *partnerAPI) devKeys(ctx context.Context) ([]*access.Key, error) {
	partner, customer, err := q.books.AnyCustomer(ctx)
	if err != nil || partner == "" {
		return nil, err
	}
	now := time.Now()
	var keys []*access.Key
	for _, caller := range []access.Caller{
		{PartnerID: partner, Roles: []access.Role{access.RoleMain}},
		{PartnerID: partner, CustomerID: customer, Roles: []access.Role{access.RoleCustomer}},
	} {
		key, err := q.store.Create(ctx, access.Grant{Caller: caller, Kind: access.KindSignature, Note: "of dev", ExpiresAt: now.Add(devKeyValid)}, now)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, q.knows(ctx, keys[len(keys)-1].ID)
}
