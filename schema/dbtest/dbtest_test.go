package dbtest_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accruald/accruald/schema"
	"github.com/accruald/accruald/schema/dbtest"
	"github.com/accruald/accruald/schema/pgserver"
)

// withoutMainVariable makes the test binary behave as a package that forgot dbtest.Main.
const withoutMainVariable = "ACCRUALD_TEST_WITHOUT_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(withoutMainVariable) != "" {
		m.Run()
		return
	}
	dbtest.Main(m)
}

func TestDatabaseIsMigrated(t *testing.T) {
	t.Parallel()
	if err := schema.Check(t.Context(), dbtest.New(t)); err != nil {
		t.Fatal(err)
	}
}

func TestDatabasesAreSeparate(t *testing.T) {
	t.Parallel()
	const databaseCount = 8
	var group sync.WaitGroup
	for range databaseCount {
		pool := dbtest.New(t)
		group.Go(func() {
			if _, err := pool.Exec(t.Context(), "create table one_each (n int)"); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

func TestDatabaseEndsWithItsTest(t *testing.T) {
	t.Parallel()
	var url string
	t.Run("user", func(t *testing.T) {
		url = dbtest.URL(t)
		// Left open on purpose: a forgotten connection must not keep the database.
		if _, err := pgx.Connect(t.Context(), url); err != nil {
			t.Fatal(err)
		}
	})
	_, err := pgx.Connect(t.Context(), url)
	if err == nil || !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("connect to the database of an ended test: %v", err)
	}
}

// The plain URL serves programs that know nothing of ParseConfig, such as psql: the
// role's name leads to the schema.
func TestURLFindsTheSchemaByItself(t *testing.T) {
	t.Parallel()
	pool, err := pgxpool.New(t.Context(), dbtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	var found string
	if err := pool.QueryRow(t.Context(), "select current_schema()").Scan(&found); err != nil || found != schema.Name {
		t.Errorf("current schema %q, %v; want %q", found, err, schema.Name)
	}
}

func TestServerIsMigratedAndDurable(t *testing.T) {
	t.Parallel()
	server := dbtest.Server(t)
	ctx := t.Context()
	execute := func(statement string) {
		conn, err := pgx.Connect(ctx, server.URL(schema.Name))
		if err != nil {
			t.Fatal(err)
		}
		_, err = conn.Exec(ctx, statement)
		if err := errors.Join(err, schema.Check(ctx, conn), conn.Close(ctx)); err != nil {
			t.Fatal(err)
		}
	}
	execute("create table kept (n int)")
	if err := server.Kill(pgserver.KillModeHard); err != nil {
		t.Fatal(err)
	}
	if err := server.Restart(ctx); err != nil {
		t.Fatal(err)
	}
	execute("insert into kept values (1)")
	var fsync string
	conn, err := pgx.Connect(ctx, server.URL(schema.Name))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if err := conn.QueryRow(ctx, "show fsync").Scan(&fsync); err != nil || fsync != "on" {
		t.Errorf("fsync is %q, %v; want on", fsync, err)
	}
}

func TestForgottenMainFails(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(os.Args[0], "-test.run=^TestDatabaseIsMigrated$")
	cmd.Env = append(os.Environ(), withoutMainVariable+"=1")
	output, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || !strings.Contains(string(output), "dbtest.Main(m)") {
		t.Errorf("package without dbtest.Main: %v\n%s", err, output)
	}
}

// Test binaries of other packages start at the same time.
func TestOtherBinariesAtTheSameTime(t *testing.T) {
	t.Parallel()
	const binaryCount = 3
	var group sync.WaitGroup
	for range binaryCount {
		group.Go(func() {
			output, err := exec.Command(os.Args[0], "-test.run=^TestDatabaseIsMigrated$").CombinedOutput()
			if err != nil {
				t.Errorf("other test binary: %v\n%s", err, output)
			}
		})
	}
	group.Wait()
}

// A test that needs the server neither passes nor is skipped without it.
func TestServerThatCannotStartFails(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(os.Args[0], "-test.run=^TestDatabaseIsMigrated$", "-test.v")
	cmd.Env = append(os.Environ(), "TMPDIR=/nonexistent")
	output, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || !strings.Contains(string(output), "use a test database: ") {
		t.Errorf("package without a server: %v\n%s", err, output)
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		dbtest.URL(b)
	}
}
