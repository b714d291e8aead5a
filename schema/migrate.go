package schema

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// Name is the PostgreSQL schema that holds everything of the product.
const Name = "accruald"

const (
	versionTableName = "goose_db_version"
	versionTable     = Name + "." + versionTableName

	// lockID marks the migration lock among the advisory locks of a database.
	lockID = 0x6163637275616c64 // "accruald"
	// lockRetrySeconds times lockRetryCountMax: how long a replica waits for another's
	// migrations.
	lockRetrySeconds  = 1
	lockRetryCountMax = 600
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// ParseConfig reads a database URL (or key=value string) and lets its connections
// find the tables. A search_path in the URL is kept.
func ParseConfig(databaseURL string) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(databaseURL)
	if err != nil {
		return nil, fmt.Errorf("read the database URL: %w", err)
	}
	if _, given := config.ConnConfig.RuntimeParams["search_path"]; !given {
		config.ConnConfig.RuntimeParams["search_path"] = Name
	}
	return config, nil
}

// Migrate brings the database to this program's version. Progress, if not nil, is
// told in whole sentences. Replicas may call it at the same time. A newer schema is
// refused with a *VersionError.
func Migrate(ctx context.Context, databaseURL string, progress func(string)) error {
	return migrateInto(ctx, databaseURL, Name, progress)
}

// migrateInto brings one schema of the database to this program's version.
func migrateInto(ctx context.Context, databaseURL, name string, progress func(string)) (err error) {
	if progress == nil {
		progress = func(string) {}
	}
	config, err := ParseConfig(databaseURL)
	if err != nil {
		return err
	}
	config.ConnConfig.RuntimeParams["search_path"] = name
	database := stdlib.OpenDB(*config.ConnConfig)
	defer func() { err = errors.Join(err, database.Close()) }()
	if err := ensureSchema(ctx, database, name); err != nil {
		return fmt.Errorf("make schema %q: %w", name, err)
	}
	provider, err := newProvider(database, name+"."+versionTableName)
	if err != nil {
		return err
	}
	current, target, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the version of the schema: %w", err)
	}
	if current > target {
		return compare(current, target)
	}
	return applyPending(ctx, provider, progress)
}

func newProvider(database *sql.DB, table string) (*goose.Provider, error) {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return nil, fmt.Errorf("open the embedded migrations: %w", err)
	}
	locker, err := lock.NewPostgresSessionLocker(
		lock.WithLockID(lockID), lock.WithLockTimeout(lockRetrySeconds, lockRetryCountMax))
	if err != nil {
		return nil, fmt.Errorf("prepare the migration lock: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, database, files,
		goose.WithTableName(table), goose.WithSessionLocker(locker),
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return nil, fmt.Errorf("read the embedded migrations: %w", err)
	}
	return provider, nil
}

// applyPending goes one by one, each under the lock, so that progress is told while
// it happens.
func applyPending(ctx context.Context, provider *goose.Provider, progress func(string)) error {
	for range len(provider.ListSources()) + 1 {
		result, err := provider.UpByOne(ctx)
		if errors.Is(err, goose.ErrNoNextVersion) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("migrate the schema: %w", err)
		}
		progress(fmt.Sprintf("applied migration %s in %s",
			result.Source.Path, result.Duration.Round(time.Millisecond)))
	}
	return nil
}

// Codes of PostgreSQL for an object that another session made first.
const (
	uniqueViolation = "23505"
	duplicateSchema = "42P06"
)

// ensureSchema asks before it creates, because "create schema if not exists" needs the
// right to create even when there is nothing to do.
func ensureSchema(ctx context.Context, database *sql.DB, name string) error {
	var exists bool
	if err := database.QueryRowContext(ctx, "select to_regnamespace($1) is not null", name).Scan(&exists); err != nil {
		return err
	}
	if exists {
		return nil
	}
	_, err := database.ExecContext(ctx, "create schema if not exists "+name)
	var refused *pgconn.PgError
	if errors.As(err, &refused) && (refused.Code == uniqueViolation || refused.Code == duplicateSchema) {
		return nil // a replica was quicker
	}
	return err
}

// Fingerprint identifies the embedded migrations: any change of a name or a byte
// changes it.
func Fingerprint() string {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		panic(err) // the pattern is constant
	}
	sum := sha256.New()
	for _, name := range names {
		content, err := migrationFiles.ReadFile(name)
		if err != nil {
			panic(err) // embedded files are in memory
		}
		fmt.Fprintf(sum, "%s %d\n", name, len(content))
		sum.Write(content)
	}
	return hex.EncodeToString(sum.Sum(nil))
}
