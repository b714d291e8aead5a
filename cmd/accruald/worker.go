package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/accruald/accruald/workers"
)

// workerCommand runs the daemons. SIGTERM drains: stop fetching, finish, commit, publish, acknowledge, leave.
type workerCommand struct {
	Nats     natsFlags     `embed:""`
	Database databaseFlags `embed:""`
	Sites    siteFlags     `embed:""`
	Roles    []string      `env:"ACCRUALD_ROLES" default:"decide,inquiry" help:"What this process does, separated by commas: decide events, answer inquiry (the partner API)."`
	API      apiFlags      `embed:""`
	Tuning   tuningFlags   `embed:""`
	Schedule bool          `env:"ACCRUALD_SCHEDULE" default:"true" negatable:"" help:"Fire jobs when they are due; with --no-schedule others do."`
	Listen   string        `env:"ACCRUALD_LISTEN" default:"127.0.0.1:8080" help:"Address of /healthz, /readyz and /metrics; empty serves nothing."`
	Replica  string        `env:"ACCRUALD_REPLICA" help:"Name in the table of replicas; a random end is added (default: the host's name)."`
	Drain    time.Duration `name:"drain-timeout" env:"ACCRUALD_DRAIN_TIMEOUT" default:"20s" help:"Longest time to finish after SIGTERM."`
	Log      logFlags      `embed:""`
}

// tuningFlags say how events are taken together.
type tuningFlags struct {
	Batch       int           `env:"ACCRUALD_BATCH" default:"256" help:"Most events in one transaction."`
	Concurrency int           `env:"ACCRUALD_CONCURRENCY" default:"1" help:"Transactions side by side in this process, each over partitions of its own."`
	Linger      time.Duration `env:"ACCRUALD_LINGER" default:"0s" help:"How long a batch that is not full waits for more, at most 10 ms."`
	OutboxLag   int           `name:"outbox-lag" env:"ACCRUALD_OUTBOX_LAG" default:"20000" help:"Decided and unpublished events at which fetching pauses."`
}

// Run is called by kong.
func (w *workerCommand) Run(ctx context.Context, c *console) error {
	if w.Tuning.Batch < 1 || w.Tuning.Concurrency < 1 {
		return fmt.Errorf("work with batches of %d and concurrency %d: use at least 1 of each", w.Tuning.Batch, w.Tuning.Concurrency)
	}
	if err := w.checkRoles(); err != nil {
		return err
	}
	sites, err := w.Sites.load()
	if err != nil {
		return err
	}
	log, err := w.Log.logger(c)
	if err != nil {
		return err
	}
	registry := prometheus.NewRegistry()
	var parts []func(context.Context) error
	beside := map[string]func() error{}
	if w.does(roleInquiry) {
		partner, err := newPartnerAPI(ctx, w.API, w.Database.URL, w.Nats.config("accruald partner API", log), sites, registry, log)
		if err != nil {
			return err
		}
		parts, beside = append(parts, partner.run), partner.ready()
	}
	if !w.does(roleDecide) {
		if w.Listen != "" {
			parts = append(parts, func(ctx context.Context) error { return workers.ServeHealth(ctx, w.Listen, registry, beside) })
		}
		return together(ctx, parts...)
	}
	worker, err := workers.New(workers.Config{ //nolint:contextcheck // it connects to nothing; Run takes the context
		DatabaseURL: w.Database.URL, Sites: sites, Bus: w.Nats.config("accruald worker", log), BatchMax: w.Tuning.Batch, Lanes: w.Tuning.Concurrency,
		Linger: w.Tuning.Linger, OutboxLagMax: w.Tuning.OutboxLag, DrainTimeout: w.Drain, HTTPAddress: w.Listen, ReplicaName: w.Replica, Logger: log,
		Registry: registry, Beside: beside,
		NoSchedule: !w.Schedule,
	})
	if err != nil {
		return err
	}
	return together(ctx, append(parts, worker.Run)...)
}

// What a process may do.
const (
	roleDecide  = "decide"  // take events and publish what comes of them
	roleInquiry = "inquiry" // serve the partner API
)

var roles = []string{roleDecide, roleInquiry}

func (w *workerCommand) does(role string) bool { return slices.Contains(w.Roles, role) }

func (w *workerCommand) checkRoles() error {
	for _, role := range w.Roles {
		if !slices.Contains(roles, role) {
			return fmt.Errorf("work in role %q: use some of %s", role, strings.Join(roles, ", "))
		}
	}
	if len(w.Roles) == 0 {
		return fmt.Errorf("work without any role: use some of %s", strings.Join(roles, ", "))
	}
	return nil
}
