package main

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/schema/dbtest"
	"github.com/accruald/accruald/workers/inquiry/access"
	"github.com/accruald/accruald/workers/site"
)

// TestKeysAreKnownBesideQuestions: questions that take all connections keep no key from being known, and by that nobody
// from being let in.
func TestKeysAreKnownBesideQuestions(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	quiet := slog.New(slog.DiscardHandler)
	flags := apiFlags{Listen: "127.0.0.1:0", Skew: access.SkewDefault, Masters: masterFlags{Key: strings.Replace(access.NewMaster("m"), " ", ":", 1)}}
	partner, err := newPartnerAPI(ctx, flags, dbtest.URL(t), bus.Config{URL: "nats://127.0.0.1:1", Logger: quiet}, site.Default(), prometheus.NewRegistry(), quiet)
	if err != nil {
		t.Fatal(err)
	}
	taken := partner.pool.AcquireAllIdle(ctx)
	for len(taken) < int(partner.pool.Config().MaxConns) {
		connection, err := partner.pool.Acquire(ctx)
		if err != nil {
			t.Fatal(err)
		}
		taken = append(taken, connection)
	}
	ended := make(chan error, 1)
	go func() { ended <- partner.run(ctx) }()
	key, err := partner.store.Create(ctx, access.Grant{Kind: access.KindSignature, Caller: access.Caller{PartnerID: "P", Roles: []access.Role{access.RoleMain}}}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := partner.knows(ctx, key.ID); err != nil {
		t.Error(err)
	}
	for _, connection := range taken {
		connection.Release()
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
