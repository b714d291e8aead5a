package schema

import (
	"context"
	"fmt"
	"io/fs"
	"path"

	"github.com/jackc/pgx/v5"
	"github.com/pressly/goose/v3"
)

// Querier is a connection, a pool or a transaction of pgx.
type Querier interface {
	QueryRow(ctx context.Context, sql string, arguments ...any) pgx.Row
}

// Codes of VersionError.
const (
	CodeSchemaNotMigrated = "schema_not_migrated"
	CodeSchemaOlder       = "schema_older"
	CodeSchemaNewer       = "schema_newer"
)

// VersionError says that program and database do not fit.
type VersionError struct {
	Code string
	Have int64 // version of the database, 0 for none
	Want int64 // version of the program
}

func (e *VersionError) Error() string {
	switch e.Code {
	case CodeSchemaNotMigrated:
		return fmt.Sprintf("the database has no schema of accruald, this program needs version %d: "+
			"run accruald migrate", e.Want)
	case CodeSchemaOlder:
		return fmt.Sprintf("the schema has version %d, this program needs version %d: run accruald migrate",
			e.Have, e.Want)
	case CodeSchemaNewer:
		return fmt.Sprintf("the schema has version %d, this program knows up to version %d: "+
			"run a newer accruald", e.Have, e.Want)
	default:
		return fmt.Sprintf("the schema has version %d, this program needs version %d (%s)", e.Have, e.Want, e.Code)
	}
}

// compare returns nil or a *VersionError.
func compare(have, want int64) error {
	switch {
	case have == want:
		return nil
	case have == 0:
		return &VersionError{Code: CodeSchemaNotMigrated, Have: have, Want: want}
	case have < want:
		return &VersionError{Code: CodeSchemaOlder, Have: have, Want: want}
	default:
		return &VersionError{Code: CodeSchemaNewer, Have: have, Want: want}
	}
}

// Version returns the version of the database's schema; 0 when it was never migrated.
func Version(ctx context.Context, conn Querier) (int64, error) {
	var exists bool
	if err := conn.QueryRow(ctx, "select to_regclass($1) is not null", versionTable).Scan(&exists); err != nil {
		return 0, fmt.Errorf("look for the schema's version table %q: %w", versionTable, err)
	}
	if !exists {
		return 0, nil
	}
	var version int64
	err := conn.QueryRow(ctx, "select coalesce(max(version_id), 0) from "+versionTable+" where is_applied").Scan(&version)
	if err != nil {
		return 0, fmt.Errorf("read the schema's version table %q: %w", versionTable, err)
	}
	return version, nil
}

// Latest is the version this program was built with: the highest number among its
// migrations.
func Latest() int64 {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		panic(err) // the pattern is constant
	}
	var latest int64
	for _, name := range names {
		version, err := goose.NumericComponent(path.Base(name))
		if err != nil {
			panic(err) // embedded at build; a test reads every name
		}
		latest = max(latest, version)
	}
	return latest
}

// Check returns nil when the database has exactly the version of this program, else a
// *VersionError that says what to do.
func Check(ctx context.Context, conn Querier) error {
	have, err := Version(ctx, conn)
	if err != nil {
		return err
	}
	return compare(have, Latest())
}
