package schema_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accruald/accruald/schema"
	"github.com/accruald/accruald/schema/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// emptyDatabase is a database without the schema, and its URL.
func emptyDatabase(t *testing.T) (*pgxpool.Pool, string) {
	t.Helper()
	url := dbtest.URL(t)
	config, err := schema.ParseConfig(url)
	require(t, err)
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	require(t, err)
	t.Cleanup(pool.Close)
	_, err = pool.Exec(t.Context(), "drop schema "+schema.Name+" cascade")
	require(t, err)
	return pool, url
}

func TestMigrateFromNothing(t *testing.T) {
	t.Parallel()
	pool, url := emptyDatabase(t)
	requireCode(t, schema.Check(t.Context(), pool), schema.CodeSchemaNotMigrated)
	var told []string
	require(t, schema.Migrate(t.Context(), url, func(text string) { told = append(told, text) }))
	require(t, schema.Check(t.Context(), pool))
	if len(told) != len(migrationNames(t)) || !strings.HasPrefix(told[0], "applied migration 00001_") {
		t.Errorf("told %q, want one sentence for each migration", told)
	}
	require(t, schema.Migrate(t.Context(), url, func(text string) { t.Errorf("second time: %s", text) }))
	outside := 0
	require(t, pool.QueryRow(t.Context(), `select count(*) from pg_class
		where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace`).Scan(&outside))
	if outside != 0 {
		t.Errorf("%d tables lie outside the schema %q", outside, schema.Name)
	}
}

func TestMigrateByConcurrentReplicas(t *testing.T) {
	t.Parallel()
	pool, url := emptyDatabase(t)
	const replicaCount = 4
	var mu sync.Mutex
	told := map[string]int{}
	var group sync.WaitGroup
	for range replicaCount {
		group.Go(func() {
			err := schema.Migrate(t.Context(), url, func(text string) {
				name, _, _ := strings.Cut(text, " in ")
				mu.Lock()
				defer mu.Unlock()
				told[name]++
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	require(t, schema.Check(t.Context(), pool))
	if len(told) != len(migrationNames(t)) {
		t.Errorf("applied %v, want %d migrations", told, len(migrationNames(t)))
	}
	for name, count := range told {
		if count != 1 {
			t.Errorf("%s %d times, want once", name, count)
		}
	}
}

func TestMigrateWaitsForTheLock(t *testing.T) {
	t.Parallel()
	pool, url := emptyDatabase(t)
	// The lock's number is "accruald" in ASCII; another program version must use the same.
	holder, err := pgx.ConnectConfig(t.Context(), pool.Config().ConnConfig)
	require(t, err)
	defer func() { _ = holder.Close(context.Background()) }()
	_, err = holder.Exec(t.Context(), "select pg_advisory_lock(7017561987620105316)")
	require(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
	defer cancel()
	if err := schema.Migrate(ctx, url, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("migrate while another replica does: %v", err)
	}
	requireCode(t, schema.Check(t.Context(), pool), schema.CodeSchemaNotMigrated)
}

func TestCheckOlderAndNewer(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		statement string
		code      string
		say       string
	}{
		{"newer", "insert into goose_db_version (version_id, is_applied) values (%d, true)", schema.CodeSchemaNewer, "run a newer accruald"},
		{"without versions", "delete from goose_db_version where version_id > 0 and %d > 0", schema.CodeSchemaNotMigrated, "run accruald migrate"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			pool := dbtest.New(t)
			_, err := pool.Exec(t.Context(), fmt.Sprintf(test.statement, schema.Latest()+1))
			require(t, err)
			err = schema.Check(t.Context(), pool)
			requireCode(t, err, test.code)
			if !strings.Contains(err.Error(), test.say) {
				t.Errorf("error %q does not say %q", err, test.say)
			}
		})
	}
}

func TestMigrateRefusesNewer(t *testing.T) {
	t.Parallel()
	url := dbtest.URL(t)
	config, err := schema.ParseConfig(url)
	require(t, err)
	conn, err := pgx.ConnectConfig(t.Context(), config.ConnConfig)
	require(t, err)
	defer func() { _ = conn.Close(context.Background()) }()
	_, err = conn.Exec(t.Context(), "insert into goose_db_version (version_id, is_applied) values ($1, true)", schema.Latest()+1)
	require(t, err)
	requireCode(t, schema.Migrate(t.Context(), url, nil), schema.CodeSchemaNewer)
}

func TestVersionErrorSentences(t *testing.T) {
	t.Parallel()
	older := &schema.VersionError{Code: schema.CodeSchemaOlder, Have: 2, Want: 3}
	want := "the schema has version 2, this program needs version 3: run accruald migrate"
	if older.Error() != want {
		t.Errorf("got %q, want %q", older, want)
	}
}

// Dense numbers: a gap is a migration that was forgotten, or will be out of order.
func TestMigrationNumbersAreDense(t *testing.T) {
	t.Parallel()
	for i, name := range migrationNames(t) {
		if prefix := fmt.Sprintf("%05d_", i+1); !strings.HasPrefix(name, prefix) {
			t.Errorf("migration %q: want the number %q", name, prefix)
		}
	}
	if got := schema.Latest(); got != int64(len(migrationNames(t))) {
		t.Errorf("latest version %d, want %d", got, len(migrationNames(t)))
	}
}

func TestParseConfigSearchPath(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"postgres://u@h/d":                   schema.Name,
		"postgres://u@h/d?search_path=other": "other",
	} {
		config, err := schema.ParseConfig(url)
		require(t, err)
		if got := config.ConnConfig.RuntimeParams["search_path"]; got != want {
			t.Errorf("search path of %q is %q, want %q", url, got, want)
		}
	}
	if _, err := schema.ParseConfig("postgres://u@h:port/d"); err == nil {
		t.Error("a URL with a wrong port is accepted")
	}
}

func migrationNames(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("migrations", "*.sql"))
	require(t, err)
	names := make([]string, len(paths))
	for i, path := range paths {
		names[i] = filepath.Base(path)
	}
	return names
}

func require(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func requireCode(t *testing.T, err error, code string) {
	t.Helper()
	var version *schema.VersionError
	if !errors.As(err, &version) || version.Code != code {
		t.Fatalf("got %v, want an error of code %q", err, code)
	}
}
