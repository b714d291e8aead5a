package dbtest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accruald/accruald/schema"
	"github.com/accruald/accruald/schema/pgserver"
)

const (
	// startWaitMax includes building the template or waiting for another's.
	startWaitMax = 3 * time.Minute
	// databaseWaitMax bounds the making and the dropping of one database.
	databaseWaitMax = 30 * time.Second
	// adminConnectionCountMax bounds how many databases are made at the same time.
	adminConnectionCountMax = 4
	// parallelPerProcessor is how many tests of a package run side by side.
	parallelPerProcessor = 3
)

// sharedSettings trade durability for speed. Autovacuum is off because a worker of it
// inside the template makes CREATE DATABASE wait.
var sharedSettings = map[string]string{
	"fsync":              "off",
	"full_page_writes":   "off",
	"synchronous_commit": "off",
	"autovacuum":         "off",
	"max_connections":    "300",
}

// sharedServer is the one server of this test binary.
type sharedServer struct {
	once   sync.Once
	err    error
	server *pgserver.Server
	admin  *pgxpool.Pool
}

var (
	shared        sharedServer
	mainCalled    atomic.Bool
	databaseCount atomic.Int64
)

// Main runs the tests of a package and stops the server they used. When TestMain returns
// after it, the test binary exits with the tests' result.
func Main(m *testing.M) {
	mainCalled.Store(true)
	// Tests over servers wait more than they compute; go test -parallel still decides.
	if err := flag.Set("test.parallel", strconv.Itoa(parallelPerProcessor*runtime.GOMAXPROCS(0))); err != nil {
		panic(fmt.Errorf("set how many tests run side by side: %w", err))
	}
	m.Run()
	if err := shared.stop(); err != nil {
		panic(fmt.Errorf("stop the server of the tests: %w", err)) // fails the binary
	}
}

// New returns a pool on a migrated database that no other test uses. Pool and
// database end with the test.
func New(t testing.TB) *pgxpool.Pool {
	t.Helper()
	return open(t, URL(t))
}

// URL makes a migrated database that no other test uses and returns its address. The
// database ends with the test, together with connections still open.
func URL(t testing.TB) string {
	t.Helper()
	if !mainCalled.Load() {
		t.Fatal("use a test database: the package needs func TestMain(m *testing.M) { dbtest.Main(m) }")
	}
	shared.once.Do(func() { shared.err = shared.start() })
	if shared.err != nil {
		t.Fatalf("use a test database: %v", shared.err)
	}
	name := fmt.Sprintf("test_%d", databaseCount.Add(1))
	if err := shared.exec(copyStatement(name) + copyStrategy); err != nil {
		t.Fatalf("make database %q for the test: %v", name, err)
	}
	t.Cleanup(func() {
		if err := shared.exec("drop database " + pgx.Identifier{name}.Sanitize() + " with (force)"); err != nil {
			t.Errorf("drop database %q of the test: %v", name, err)
		}
	})
	return shared.server.URL(name)
}

// Server starts a durable server for one test, which may kill and restart it. Its
// database "accruald" is migrated.
func Server(t testing.TB) *pgserver.Server {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startWaitMax)
	defer cancel()
	template, err := templateFolder(ctx)
	if err != nil {
		t.Fatalf("start a server for the test: %v", err)
	}
	server, err := pgserver.Start(ctx, pgserver.Options{CopyFrom: template, Notify: func(text string) { t.Log(text) }})
	if err != nil {
		t.Fatalf("start a server for the test: %v", err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Errorf("stop the server of the test: %v", err)
		}
	})
	conn, err := pgx.Connect(ctx, server.URL("postgres"))
	if err != nil {
		t.Fatalf("reach the server of the test: %v", err)
	}
	_, err = conn.Exec(ctx, copyStatement(schema.Name))
	if err := errors.Join(err, conn.Close(ctx)); err != nil {
		t.Fatalf("make database %q on the server of the test: %v", schema.Name, err)
	}
	return server
}

func open(t testing.TB, databaseURL string) *pgxpool.Pool {
	t.Helper()
	config, err := schema.ParseConfig(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatalf("open the test database: %v", err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// copyStrategy copies files instead of writing every page to the WAL: two to three times
// as fast where nothing is synced.
const copyStrategy = " strategy file_copy"

func copyStatement(name string) string {
	return "create database " + pgx.Identifier{name}.Sanitize() + " template " + templateDatabase
}

func (s *sharedServer) start() error {
	ctx, cancel := context.WithTimeout(context.Background(), startWaitMax)
	defer cancel()
	template, err := templateFolder(ctx)
	if err != nil {
		return err
	}
	if s.server, err = pgserver.Start(ctx, pgserver.Options{CopyFrom: template, Settings: sharedSettings}); err != nil {
		return err
	}
	config, err := pgxpool.ParseConfig(s.server.URL("postgres"))
	if err != nil {
		return errors.Join(err, s.server.Stop())
	}
	config.MaxConns = adminConnectionCountMax
	if s.admin, err = pgxpool.NewWithConfig(context.Background(), config); err != nil {
		return errors.Join(err, s.server.Stop())
	}
	return nil
}

// exec uses no test's context: the database is dropped after that context ended.
func (s *sharedServer) exec(statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), databaseWaitMax)
	defer cancel()
	_, err := s.admin.Exec(ctx, statement)
	return err
}

func (s *sharedServer) stop() error {
	if s.admin != nil {
		s.admin.Close()
	}
	if s.server == nil {
		return nil
	}
	return s.server.Stop()
}
