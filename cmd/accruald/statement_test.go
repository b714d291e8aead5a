package main

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/accruald/accruald/schema/dbtest"
)

// statementBooks is a database with partner P1, its customers C1 and C2, and January closed.
func statementBooks(t *testing.T) (flags []string) {
	t.Helper()
	url := dbtest.URL(t)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	for _, statement := range []string{
		`insert into accruald.partner (partner_id, site, closed_cycle) values ('P1', 'cn', '2026-01')`,
		`insert into accruald.reference_log (scope, version, source, event_id, type, subject, time, time_offset, payload, content_hash)
			select 'P1', n, 's', n::text, 'customer.associated.v1', 'C' || n, now(), 0,
				convert_to('{"customer_id":"C' || n || '","effective_time":"2025-01-01T00:00:00+08:00"}', 'UTF8'), '' from generate_series(1, 2) n`,
	} {
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	return []string{"--database-url", url}
}

var clockText = regexp.MustCompile(`20[0-9]{2}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+ ?([+-][0-9:]+|Z)`)

// TestStatementCommands: a file is judged, imported, known again and shown; what is wrong with one is a table.
func TestStatementCommands(t *testing.T) {
	t.Parallel()
	books := statementBooks(t)
	const head = "客户ID,账期,账单类型,计费模式,产品类型编码,订单号/交易号,原订单号,客户消费金额(CNY)\n"
	good := file(t, "bill_202601.csv", head+"C1,2026-01,消费,包年/包月,hws.service.type.ec2,CS1,,\"1,234.50\"\nC2,2026-01,退款,包年/包月,hws.service.type.ec2,CS3,CS2,-10\n,2026-01,调账,,,CS4,CS1,-1\n合计,,,,,,,1223.50\n")
	bad := file(t, "bad.csv", head+"C1,2026-01,消费,包年/包月,hws.service.type.ec2,CS1,,1.2.3\nC9,2026-01,消费,包年/包月,hws.service.type.ec2,CS1,,5\nC1,2026-02,赠送,,,CS1,,5\nC1,2026-01\n")
	var told strings.Builder
	tell := func(args ...string) result {
		got := call(t, "", slices.Concat(args[:2], books, args[2:])...)
		told.WriteString("$ accruald " + strings.Join(args[:2], " ") + "\n" + strings.ReplaceAll(clockText.ReplaceAllString(got.out+got.err, "TIME"), "\r", "") + "\n")
		return got
	}
	at := []string{"--partner", "P1", "--cycle", "2026-01"}
	tell(append([]string{"statement", "import", bad}, at...)...)
	tell(append([]string{"statement", "import", good, "--dry-run"}, at...)...)
	tell(append([]string{"statement", "import", good}, at...)...)
	tell(append([]string{"statement", "import", good}, at...)...)
	tell("statement", "list", "--csv")
	listed := call(t, "", append([]string{"statement", "list", "--json"}, books...)...).out
	_, id, _ := strings.Cut(listed, `"statement_id": "`)
	id, _, _ = strings.Cut(id, `"`)
	tell("statement", "show", "--limit", "2", "--", id)
	golden(t, "statements.txt", told.String())

	asJSON := call(t, "", append(append([]string{"statement", "import", bad, "--json"}, at...), books...)...)
	if asJSON.status != statusRefused || !strings.Contains(asJSON.out, `"code": "unknown_customer"`) || !strings.Contains(asJSON.err, "nothing was imported: 4 problems") {
		t.Errorf("problems for machines: %d %s %s", asJSON.status, asJSON.out, asJSON.err)
	}
	for name, args := range map[string][]string{
		"write YYYY-MM":          {"statement", "import", good, "--cycle", "January"},
		"no such file":           {"statement", "import", good + "x", "--cycle", "2026-01"},
		"use one of":             {"statement", "import", good, "--cycle", "2026-01", "--encoding", "latin-1"},
		"invalid_mapping":        {"statement", "import", good, "--cycle", "2026-01", "--mapping", good},
		"not an active ISO 4217": {"statement", "import", good, "--cycle", "2026-01", "--currency", "ABC"},
		"with at least 1":        {"statement", "import", good, "--cycle", "2026-01", "--problems-max", "0"},
		"no such statement":      {"statement", "show", "none"},
		"there is no finding":    {"adjust", "none", "--actor", "test"},
		"write an amount as":     {"adjust", "none", "--actor", "test", "--amount", "ten"},
		"list statements of":     {"statement", "list", "--cycle", "x"},
		"--limit with at least":  {"statement", "show", "none", "--limit", "0"},
		"missing flags: --actor": {"adjust", "none"},
	} {
		if got := call(t, "", append(args, books...)...); got.status == statusDone || !strings.Contains(got.err, name) {
			t.Errorf("%q: %d %s, want %q", args, got.status, got.err, name)
		}
	}
	for _, args := range [][]string{{"statement", "mapping"}, {"statement", "mapping", "--schema"}} {
		if got := call(t, "", args...); got.status != statusDone || !strings.Contains(got.out, "customer_id") {
			t.Errorf("%q: %s %s", args, got.out, got.err)
		}
	}
}
