package deploy

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/accruald/accruald/schema/dbtest"
)

const (
	psqlWaitMax      = time.Minute
	permissionDenied = "42501"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// grant runs grants.sql as the owner, as an operator does, and gives what psql said.
func grant(t *testing.T, ownerURL string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), psqlWaitMax)
	defer cancel()
	command := exec.CommandContext(ctx, "psql", "--no-psqlrc", "--quiet", "--file=grants.sql", ownerURL)
	command.Env = append(os.Environ(), "WORKER_PASSWORD=from-the-test", "PGCONNECT_TIMEOUT=10")
	output, err := command.CombinedOutput()
	return string(output), err
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatalf("connect to the test database: %v", err)
	}
	t.Cleanup(func() {
		if err := conn.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("close the connection: %v", err)
		}
	})
	return conn
}

func mustExec(t *testing.T, conn *pgx.Conn, statement string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// TestGrants makes one table of each kind in place of the product's and tries what the worker may and may not.
// It also covers the order in which an operator works: absent tables are refused, and a second run changes nothing.
func TestGrants(t *testing.T) {
	url := dbtest.URL(t)
	conn := connect(t, url)
	mustExec(t, conn, `drop schema accruald cascade`)
	mustExec(t, conn, `create schema accruald`)
	mustExec(t, conn, `create table accruald.goose_db_version (version_id bigint)`)

	said, err := grant(t, url)
	if err == nil || !strings.Contains(said, "append-only tables are missing: inbox_key, posting, reference_log") {
		t.Fatalf("grants over a database without postings: got %v, %q; want a refusal that names the table", err, said)
	}

	for _, table := range []string{"inbox_key", "reference_log", "look", "adjustment", "statement", "upstream_line"} {
		mustExec(t, conn, `create table accruald.`+table+` (id int)`)
	}
	mustExec(t, conn, `create table accruald.posting (id int, month int) partition by range (month)`)
	mustExec(t, conn, `create table accruald.posting_1 partition of accruald.posting for values from (1) to (2)`)
	mustExec(t, conn, `create table accruald.bills (id int)`)
	for range 2 {
		if said, err := grant(t, url); err != nil {
			t.Fatalf("run grants.sql: %v: %s", err, said)
		}
	}

	mustExec(t, conn, `set role accruald_worker`)
	cases := []struct {
		name, statement string
		allowed         bool
	}{
		{"postings are read", `select * from accruald.posting`, true},
		{"postings are added", `insert into accruald.posting values (1, 1)`, true},
		{"postings are not changed", `update accruald.posting set id = 2`, false},
		{"postings are not deleted", `delete from accruald.posting`, false},
		{"postings are not emptied", `truncate accruald.posting`, false},
		{"postings are not changed through a partition", `update accruald.posting_1 set id = 2`, false},
		{"a partition is not emptied", `truncate accruald.posting_1`, false},
		{"state is added", `insert into accruald.bills values (1)`, true},
		{"state is changed", `update accruald.bills set id = 2`, true},
		{"state is deleted", `delete from accruald.bills`, true},
		{"state is not emptied", `truncate accruald.bills`, false},
		{"the version is read", `select * from accruald.goose_db_version`, true},
		{"the version is not changed", `delete from accruald.goose_db_version`, false},
		{"no table is made", `create table accruald.mine (id int)`, false},
		{"no table is made elsewhere", `create table public.mine (id int)`, false},
		{"no table is dropped", `drop table accruald.bills`, false},
	}
	for _, c := range cases {
		_, err := conn.Exec(t.Context(), c.statement)
		var refused *pgconn.PgError
		denied := errors.As(err, &refused) && refused.Code == permissionDenied
		if (c.allowed && err != nil) || (!c.allowed && !denied) {
			t.Errorf("%s: %q: got %v, want allowed %v", c.name, c.statement, err, c.allowed)
		}
	}
}

// TestGrantsOfTheProduct runs grants.sql over the real schema, so that a table that is renamed is renamed here too: the
// worker may edit every table but those that a trigger keeps from being edited.
func TestGrantsOfTheProduct(t *testing.T) {
	url := dbtest.URL(t)
	if said, err := grant(t, url); err != nil {
		t.Fatalf("run grants.sql: %v: %s", err, said)
	}
	conn := connect(t, url)
	rows, err := conn.Query(t.Context(), `
		select c.relname,
			has_table_privilege('accruald_worker', c.oid, 'update, delete') as editable,
			has_table_privilege('accruald_worker', c.oid, 'truncate') as emptied,
			exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgfoid = 'accruald.refuse_change'::regproc) as kept
		from pg_class c
		where c.relnamespace = 'accruald'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'goose_db_version'`)
	if err != nil {
		t.Fatal(err)
	}
	reads := connect(t, url)
	var name string
	var editable, emptied, kept bool
	keptCount := 0
	if _, err := pgx.ForEachRow(rows, []any{&name, &editable, &emptied, &kept}, func() error {
		if editable == kept || emptied {
			t.Errorf("table %q: editable %v, emptied %v, append-only by a trigger %v", name, editable, emptied, kept)
		}
		if kept {
			keptCount++
		}
		var read, written bool
		err := reads.QueryRow(t.Context(), `select has_table_privilege('accruald_inquiry', $1, 'select'),
			has_table_privilege('accruald_inquiry', $1, 'insert, update, delete, truncate')`, "accruald."+name).Scan(&read, &written)
		if err != nil || !read || written != (name == "api_answer") {
			t.Errorf("table %q: the role of inquiries reads %v, writes %v: %v", name, read, written, err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if keptCount < 6 {
		t.Errorf("%d append-only tables, want posting, inbox_key, reference_log, adjustment, statement and upstream_line at least", keptCount)
	}
}
