package main

import (
	"context"
	"fmt"
	"time"

	"github.com/accruald/accruald/workers"
)

// workerCommand runs the daemons. SIGTERM drains: stop fetching, finish, commit, publish, acknowledge, leave.
type workerCommand struct {
	Nats     natsFlags     `embed:""`
	Database databaseFlags `embed:""`
	Sites    siteFlags     `embed:""`
	Tuning   tuningFlags   `embed:""`
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
	sites, err := w.Sites.load()
	if err != nil {
		return err
	}
	log, err := w.Log.logger(c)
	if err != nil {
		return err
	}
	worker, err := workers.New(workers.Config{ //nolint:contextcheck // it connects to nothing; Run takes the context
		DatabaseURL: w.Database.URL, Sites: sites, Bus: w.Nats.config("accruald worker", log), BatchMax: w.Tuning.Batch, Lanes: w.Tuning.Concurrency,
		Linger: w.Tuning.Linger, OutboxLagMax: w.Tuning.OutboxLag, DrainTimeout: w.Drain, HTTPAddress: w.Listen, ReplicaName: w.Replica, Logger: log,
	})
	if err != nil {
		return err
	}
	return worker.Run(ctx)
}
