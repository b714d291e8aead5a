package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"

	"github.com/accruald/accruald/events/bus/embedded"
	"github.com/accruald/accruald/schema"
	"github.com/accruald/accruald/schema/pgserver"
)

// privateDatabase is the name of the database on a private server.
const privateDatabase = "accruald"

// privateServers are a NATS in this process and a PostgreSQL of its own.
type privateServers struct {
	nats     *embedded.Server
	postgres *pgserver.Server
}

// privateOptions say where they live.
type privateOptions struct {
	folder     string
	persistent bool // else PostgreSQL removes its folder at the end
	reset      bool // begin with nothing
	natsPort   int
	settings   map[string]string // of PostgreSQL
	relaxed    bool              // the broker may lose what it took when the machine fails
	notify     func(string)
	log        *slog.Logger
}

// startPrivate starts both and brings the database to this version's schema.
func startPrivate(ctx context.Context, o privateOptions) (_ *privateServers, err error) {
	p := &privateServers{}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.stop())
		}
	}()
	// PostgreSQL first: its folder is locked, so a second start ends here.
	p.postgres, err = pgserver.Start(ctx, pgserver.Options{Dir: filepath.Join(o.folder, "postgres"), Persistent: o.persistent, Settings: o.settings, Notify: o.notify})
	if err != nil {
		return nil, err
	}
	streams := filepath.Join(o.folder, "nats")
	if o.reset {
		if err := errors.Join(p.dropDatabase(ctx), os.RemoveAll(streams)); err != nil {
			return nil, fmt.Errorf("begin with nothing: %w", err)
		}
	}
	if err := p.postgres.CreateDatabase(ctx, privateDatabase); err != nil {
		return nil, err
	}
	if err := schema.Migrate(ctx, p.databaseURL(), nil); err != nil {
		return nil, err
	}
	p.nats, err = embedded.Start(embedded.Options{StoreDir: streams, Port: o.natsPort, RelaxedSync: o.relaxed, Logger: o.log})
	return p, err
}

func (p *privateServers) databaseURL() string { return p.postgres.URL(privateDatabase) }

func (p *privateServers) dropDatabase(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, p.postgres.URL("postgres"))
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "drop database if exists "+privateDatabase+" with (force)")
	return errors.Join(err, conn.Close(ctx))
}

// stop ends both, the broker first: what it still holds is on the disk.
func (p *privateServers) stop() error {
	if p.nats != nil {
		p.nats.Shutdown()
	}
	if p.postgres != nil {
		return p.postgres.Stop()
	}
	return nil
}
