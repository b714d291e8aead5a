package schema

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"github.com/jackc/pgx/v5/pgxpool"
)

// scratchPrefix begins the names of schemas beside the product's, which hold a
// ledger that is built again to be compared.
const scratchPrefix = Name + "_replay_"

var scratchNames = regexp.MustCompile("^" + scratchPrefix + "[a-z0-9]{1,32}$")

// ScratchName names a schema by an id of small letters and digits.
func ScratchName(id string) string { return scratchPrefix + id }

// OpenScratch makes a schema of this program's version beside the product's,
// in the same database, and returns a pool whose connections see nothing else.
// The user needs the right to create schemas there, which the worker's role
// does not have. What is stored in it is given up by a crash of the server.
func OpenScratch(ctx context.Context, databaseURL, name string) (*pgxpool.Pool, error) {
	if !scratchNames.MatchString(name) {
		return nil, fmt.Errorf("make schema %q: its name has to be %s and an id of small letters and digits", name, scratchPrefix)
	}
	if err := migrateInto(ctx, databaseURL, name, nil); err != nil {
		return nil, fmt.Errorf("make scratch schema %q, for which the user needs the right to create schemas in the database: %w", name, err)
	}
	config, err := ParseConfig(databaseURL)
	if err != nil {
		return nil, err
	}
	config.ConnConfig.RuntimeParams["search_path"] = name
	config.ConnConfig.RuntimeParams["synchronous_commit"] = "off" // nothing in it outlives its use
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("connect to scratch schema %q: %w", name, err)
	}
	return pool, nil
}

// DropScratch ends the pool and takes the schema away.
func DropScratch(ctx context.Context, pool *pgxpool.Pool, name string) error {
	if !scratchNames.MatchString(name) {
		return fmt.Errorf("drop schema %q: it is no scratch schema", name)
	}
	_, err := pool.Exec(ctx, "drop schema "+name+" cascade")
	pool.Close()
	if err != nil {
		return errors.Join(fmt.Errorf("drop scratch schema %q: drop it by hand", name), err)
	}
	return nil
}
