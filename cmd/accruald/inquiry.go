package main

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/inquiry/access"
	"github.com/accruald/accruald/workers/inquiry/api"
	"github.com/accruald/accruald/workers/site"
)

// apiFlags say how inquiries are served.
type apiFlags struct {
	Listen string `name:"api-listen" env:"ACCRUALD_API_LISTEN" default:"127.0.0.1:8443" help:"Address of the partner API."`
}

// partnerAPI serves the partner API beside the workers, or alone.
type partnerAPI struct {
	pool   *pgxpool.Pool
	books  *workers.ReadModel
	ring   *access.Ring
	server *api.Server
}

// newPartnerAPI takes the address; run serves. It waits for a database that is not there yet.
func newPartnerAPI(ctx context.Context, address, databaseURL string, sites site.Profiles, log *slog.Logger) (*partnerAPI, error) {
	pool, err := databaseFlags{URL: databaseURL}.pool(ctx)
	if err != nil {
		return nil, err
	}
	q := &partnerAPI{pool: pool, books: workers.NewReadModel(pool, sites, log), ring: access.NewRing(time.Now, access.SkewDefault)}
	q.server, err = api.Listen(ctx, api.Config{Address: address, Books: q.books, Access: q.ring, Logger: log})
	if err != nil {
		pool.Close()
		return nil, err
	}
	log.Info("inquiries served", "url", q.server.URL())
	return q, nil
}

// ready are the conditions of /readyz.
func (q *partnerAPI) ready() map[string]func() error {
	return map[string]func() error{"inquiry_data": q.books.Ready}
}

// run serves until ctx ends.
func (q *partnerAPI) run(ctx context.Context) error {
	defer q.pool.Close()
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() error { return q.books.Run(groupCtx) })
	group.Go(func() error { return q.server.Run(groupCtx) })
	return group.Wait()
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

// sampleKey makes a key of a customer of the shipped sample, valid until the process ends.
func (q *partnerAPI) sampleKey() *access.Key {
	key := &access.Key{ID: rand.Text()[:20], Secret: []byte(rand.Text()), Caller: access.Caller{
		PartnerID: "P110", CustomerID: "C105", Roles: []access.Role{access.RoleCustomer}}}
	key.Caller.KeyID = key.ID
	q.ring.Set([]*access.Key{key})
	return key
}
