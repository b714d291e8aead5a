package workers_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/site"
)

// The environment of a process that imports a statement and is killed.
const (
	importChildVariable    = "ACCRUALD_TEST_CHILD_IMPORT"
	importChildURLVariable = "ACCRUALD_TEST_CHILD_IMPORT_DATABASE"
)

// TestImportingChild is what that process does; without it, it looks whether a file that is not there is refused.
func TestImportingChild(t *testing.T) {
	t.Parallel()
	path, url := os.Getenv(importChildVariable), os.Getenv(importChildURLVariable)
	if path == "" {
		_, err := workers.ImportStatement(t.Context(), nil, site.Default(), workers.StatementFile{Path: filepath.Join(t.TempDir(), "none.csv")})
		if !os.IsNotExist(err) && !strings.Contains(fmt.Sprint(err), "no such file") {
			t.Errorf("a file that is not there: %v", err)
		}
		return
	}
	pool, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err := workers.ImportStatement(t.Context(), pool, site.Default(), workers.StatementFile{Path: path, PartnerID: "P1", Cycle: "2026-01"}); err != nil {
		t.Error(err)
	}
}

// An import that is killed with kill -9 behind thousands of lines leaves nothing and takes nothing out of force; the same
// file comes to what it comes to where nobody died, and holds up no other import.
func TestKilledWhileImporting(t *testing.T) {
	t.Parallel()
	const lines = 9_000
	s := newStatements(t)
	s.must(statementHeader+"C1,2026-01,Expenditure,O1,,10\n", nil)
	var text strings.Builder
	text.WriteString(statementHeader)
	for n := range lines {
		fmt.Fprintf(&text, "C1,2026-01,Expenditure,O%d,,%d.5\n", n, n)
	}
	path := filepath.Join(t.TempDir(), "bill.csv")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	s.exec(`create function wait_there() returns trigger language plpgsql as 'begin perform pg_advisory_xact_lock(7); return new; end'`)
	s.exec(fmt.Sprintf(`create trigger wait_there before insert on upstream_line for each row when (new.line_no = %d) execute function wait_there()`, lines-100))
	stop, err := s.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stop.Exec(t.Context(), "select pg_advisory_xact_lock(7)"); err != nil {
		t.Fatal(err)
	}
	child := exec.Command(os.Args[0], "-test.run=^TestImportingChild$")
	child.Env = append(os.Environ(), importChildVariable+"="+path, importChildURLVariable+"="+s.pool.Config().ConnString())
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = child.Process.Kill() })
	s.until("it stores the last lines", "select count(*) = 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
	if err := stop.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s.stored() != [3]int{1, 1, 1} {
		t.Errorf("killed in the middle: stored %v", s.stored())
	}
	s.exec("drop trigger wait_there on upstream_line")
	for again := range 2 {
		got, err := workers.ImportStatement(t.Context(), s.pool, site.Default(), workers.StatementFile{Path: path, PartnerID: "P1", Cycle: "2026-01"})
		if err != nil || got.Unchanged != (again == 1) || s.stored() != [3]int{2, 1, lines + 1} {
			t.Errorf("the same file, time %d: %+v, %v, stored %v", again+1, got, err, s.stored())
		}
	}
}

// until waits for a condition of the database.
func (s *statements) until(what, condition string) {
	s.t.Helper()
	for end := time.Now().Add(time.Minute); ; {
		var holds bool
		if err := s.pool.QueryRow(context.Background(), condition).Scan(&holds); err != nil {
			s.t.Fatal(err)
		}
		if holds {
			return
		}
		if time.Now().After(end) {
			s.t.Fatalf("not within a minute: %s", what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
