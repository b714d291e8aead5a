package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/schema"
)

// natsFlags say where the broker is and how to be let in.
type natsFlags struct {
	URL         string `name:"nats-url" env:"ACCRUALD_NATS_URL" default:"nats://127.0.0.1:4222" help:"Servers of NATS, separated by commas."`
	Credentials string `name:"nats-credentials" env:"ACCRUALD_NATS_CREDENTIALS" placeholder:"FILE" help:"File with a NATS JWT and its seed (default: none)."`
	User        string `name:"nats-user" env:"ACCRUALD_NATS_USER" help:"User at NATS, where there are no credentials (default: none)."`
	Password    string `name:"nats-password" env:"ACCRUALD_NATS_PASSWORD" help:"Its password; better given by the environment (default: none)."`
	CA          string `name:"nats-ca" env:"ACCRUALD_NATS_CA" placeholder:"FILE" help:"Certificates that NATS is trusted by; switches TLS on (default: none)."`
	Cert        string `name:"nats-cert" env:"ACCRUALD_NATS_CERT" placeholder:"FILE" help:"Our certificate (default: none)."`
	Key         string `name:"nats-key" env:"ACCRUALD_NATS_KEY" placeholder:"FILE" help:"Its key (default: none)."`
	Prefix      string `name:"stream-prefix" env:"ACCRUALD_STREAM_PREFIX" help:"Put before the names of the streams (default: none)."`
	Replicas    int    `name:"stream-replicas" env:"ACCRUALD_STREAM_REPLICAS" default:"1" help:"Replicas of streams that are created; 3 in a cluster."`
}

func (f natsFlags) config(name string, log *slog.Logger) bus.Config {
	return bus.Config{URL: f.URL, Name: name, CredentialsFile: f.Credentials, User: f.User, Password: f.Password,
		CAFile: f.CA, CertFile: f.Cert, KeyFile: f.Key, StreamPrefix: f.Prefix, Replicas: f.Replicas, Logger: log}
}

// connect connects and creates or verifies the streams.
func (f natsFlags) connect(ctx context.Context, name string, log *slog.Logger) (*bus.Bus, error) {
	b, err := bus.Connect(ctx, f.config(name, log))
	if err != nil {
		return nil, err
	}
	if err := b.EnsureStreams(ctx); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// databaseFlags say where the database is.
type databaseFlags struct {
	URL string `name:"database-url" env:"ACCRUALD_DATABASE_URL" default:"postgres://accruald@127.0.0.1:5432/accruald" help:"URL of the PostgreSQL database; passwords are better given by the environment."`
}

// pool makes a pool, which connects when it is used.
func (f databaseFlags) pool(ctx context.Context) (*pgxpool.Pool, error) {
	config, err := schema.ParseConfig(f.URL)
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	return pool, nil
}

// connect opens a pool on a database of this program's version.
func (f databaseFlags) connect(ctx context.Context) (*pgxpool.Pool, error) {
	pool, err := f.pool(ctx)
	if err != nil {
		return nil, err
	}
	if err := schema.Check(ctx, pool); err != nil {
		pool.Close()
		return nil, err
	}
	return pool, nil
}

// logFlags say how the daemons log, to standard error.
type logFlags struct {
	Level  string `name:"log-level" env:"ACCRUALD_LOG_LEVEL" default:"info" enum:"debug,info,warn,error" help:"Least level that is logged: debug (one line a batch), info, warn, error."`
	Format string `name:"log-format" env:"ACCRUALD_LOG_FORMAT" default:"text" enum:"text,json" help:"Form of the lines: text or json."`
}

func (f logFlags) logger(c *console) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.Level)); err != nil {
		return nil, fmt.Errorf("log at level %q: %w", f.Level, err)
	}
	options := &slog.HandlerOptions{Level: level}
	if f.Format == "json" {
		return slog.New(slog.NewJSONHandler(c.err, options)), nil
	}
	return slog.New(slog.NewTextHandler(c.err, options)), nil
}
