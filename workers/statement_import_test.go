package workers_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accruald/accruald/schema/dbtest"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/site"
	"github.com/accruald/accruald/workers/upstream"
)

const statementHeader = "Customer ID,Billing Cycle,Bill Type,Order ID,Original Order ID,Amount (CNY)\n"

// statements is a database with two partners whose books are closed up to 2026-02, and an importer over it. C1 and C2 are
// P1's, C3 is P2's, CM moved from P1 to P2 in the middle of January, and CF came to P1 in March.
type statements struct {
	t    *testing.T
	pool *pgxpool.Pool
}

func newStatements(t *testing.T) *statements {
	t.Helper()
	s := &statements{t: t, pool: dbtest.New(t)}
	s.exec(`insert into partner (partner_id, site, closed_cycle) values ('P1', 'cn', '2026-02'), ('P2', 'cn', '2026-02'), ('P3', 'cn', '')`)
	version := 0
	tell := func(partner, customer, typ, at string) {
		version++
		s.exec(`insert into reference_log (scope, version, source, event_id, type, subject, time, time_offset, payload, content_hash)
			values ($1, $2, 's', $3, $4, $5, now(), 0, $6, '')`, partner, version, fmt.Sprint(version), "customer."+typ+".v1", customer,
			[]byte(fmt.Sprintf(`{"customer_id":%q,"effective_time":%q}`, customer, at)))
	}
	tell("P1", "C1", "associated", "2025-01-01T00:00:00+08:00")
	tell("P1", "C2", "associated", "2025-01-01T00:00:00+08:00")
	tell("P1", "C2", "disassociated", "2025-06-01T00:00:00+08:00")
	tell("P2", "C3", "associated", "2025-01-01T00:00:00+08:00")
	tell("P1", "CM", "associated", "2025-01-01T00:00:00+08:00")
	tell("P2", "CM", "associated", "2026-01-15T00:00:00+08:00")
	tell("P1", "CF", "associated", "2026-03-01T00:00:00+08:00")
	s.exec(`insert into customer_order (partner_id, order_id, version, customer_id, state, document) values ('P2', 'OM', 1, 'CM', 'settled', '{}')`)
	return s
}

func (s *statements) exec(statement string, args ...any) {
	s.t.Helper()
	if _, err := s.pool.Exec(context.Background(), statement, args...); err != nil {
		s.t.Fatal(err)
	}
}

func (s *statements) importing(name, content string, with func(*workers.StatementFile)) (*workers.Imported, error) {
	s.t.Helper()
	path := filepath.Join(s.t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		s.t.Fatal(err)
	}
	file := workers.StatementFile{Path: path, PartnerID: "P1", Cycle: "2026-01"}
	if with != nil {
		with(&file)
	}
	return workers.ImportStatement(s.t.Context(), s.pool, site.Default(), file)
}

func (s *statements) must(content string, with func(*workers.StatementFile)) *workers.Imported {
	s.t.Helper()
	got, err := s.importing("bill.csv", content, with)
	if err != nil {
		s.t.Fatal(err)
	}
	return got
}

// stored counts statements, those in force, and lines.
func (s *statements) stored() (counts [3]int) {
	s.t.Helper()
	err := s.pool.QueryRow(s.t.Context(), `select (select count(*) from upstream_statement), (select count(*) from upstream_statement where superseded_by is null),
		(select count(*) from upstream_line)`).Scan(&counts[0], &counts[1], &counts[2])
	if err != nil {
		s.t.Fatal(err)
	}
	return counts
}

// TestImportOfStatements: whole or not at all, once, and the next file replaces the one before.
func TestImportOfStatements(t *testing.T) {
	t.Parallel()
	s := newStatements(t)
	content := statementHeader + "C1,2026-01,Expenditure,O1,,10.50\nC2,2026-01,Refund,O2,O1,0.25\n,2026-01,Adjustment,A1,O1,-1\nC1,2026-01,Expenditure,O1,,10.50\n"
	dry := s.must(content, func(f *workers.StatementFile) { f.DryRun = true })
	if len(dry.Statements) != 1 || dry.Statements[0].Lines != 4 || s.stored() != [3]int{} {
		t.Fatalf("a dry run came to %+v and stored %v", dry, s.stored())
	}
	var told int64
	first := s.must(content, func(f *workers.StatementFile) { f.Progress = func(done, size int64) { told = done } }).Statements[0]
	if first.Version != 1 || first.Lines != 4 || first.Duplicates != 1 || first.Expenditure.String() != "21" || first.Refunds.String() != "-0.25" ||
		first.Adjustments.String() != "-1" || first.Currency != "CNY" || first.Kind != "partner_bill" || told != int64(len(content)) { // F57
		t.Errorf("imported as %+v, told %d of %d bytes", first, told, len(content))
	}
	again := s.must(content, nil)
	if !again.Unchanged || again.Statements[0].StatementID != first.StatementID || s.stored() != [3]int{1, 1, 4} {
		t.Errorf("the same file again: %+v, stored %v", again, s.stored())
	}
	second := s.must(statementHeader+"C1,2026-01,Expenditure,O1,,11\n", nil)
	if second.Statements[0].Version != 2 || len(second.Superseded) != 1 || second.Superseded[0] != first.StatementID || s.stored() != [3]int{2, 1, 5} {
		t.Errorf("a corrected file: %+v, stored %v", second, s.stored())
	}
	if old := s.must(content, nil); !old.Unchanged || s.stored() != [3]int{2, 1, 5} {
		t.Errorf("a file that was replaced came to %+v", old)
	}
	if back := s.must(content, func(f *workers.StatementFile) { f.Again, f.DryRun = true, true }); back.Unchanged || back.Statements[0].Version != 3 {
		t.Errorf("brought back it came to %+v", back)
	}
	if other := s.must(statementHeader+"C1,2026-01,Expenditure,M1,,11\n", func(f *workers.StatementFile) { f.Kind = "marketplace" }); len(other.Superseded) != 0 {
		t.Errorf("a file of another kind replaced %q", other.Superseded)
	}
	found, lines, err := workers.FindUpstreamStatement(t.Context(), s.pool, first.StatementID, 10)
	if err != nil || found.SupersededBy == nil || *found.SupersededBy != second.Statements[0].StatementID || len(lines) != 4 || lines[2].MatchID != "O1" || lines[3].PartLine != 5 {
		t.Errorf("shown as %+v %+v: %v", found, lines, err)
	}
	if _, _, err := workers.FindUpstreamStatement(t.Context(), s.pool, "none", 1); !errors.Is(err, workers.ErrUnknownStatement) {
		t.Errorf("an unknown statement: %v", err)
	}
	if _, err := s.pool.Exec(t.Context(), `update upstream_line set amount = 0`); err == nil {
		t.Error("a line was edited")
	}
}

// TestCurrencyOfAFile: a file that does not say its currency and was read in the wrong one is read again in the right one,
// which replaces what was read before.
func TestCurrencyOfAFile(t *testing.T) {
	t.Parallel()
	s := newStatements(t)
	content := strings.Replace(statementHeader, " (CNY)", "", 1) + "C1,2026-01,Expenditure,O1,,10\n"
	in := func(currency money.Currency) *workers.Imported {
		t.Helper()
		return s.must(content, func(f *workers.StatementFile) { f.Currency = currency })
	}
	wrong := in("USD").Statements[0]
	right := in("CNY")
	if right.Unchanged || right.Statements[0].Currency != "CNY" || !slices.Equal(right.Superseded, []string{wrong.StatementID}) || s.stored() != [3]int{2, 1, 2} {
		t.Errorf("the right currency: %+v, stored %v", right, s.stored())
	}
	for _, again := range []money.Currency{"CNY", "USD", ""} {
		if got := in(again); !got.Unchanged || s.stored() != [3]int{2, 1, 2} {
			t.Errorf("again in %q: %+v, stored %v", again, got, s.stored())
		}
	}
}

// TestPartnersOfLines: with a partner named its customers, past ones too; else each line's customer tells, and of one that
// moved in the cycle the order.
func TestPartnersOfLines(t *testing.T) {
	t.Parallel()
	s := newStatements(t)
	all := func(f *workers.StatementFile) { f.PartnerID = "" }
	got := s.must(statementHeader+"C1,2026-01,Expenditure,O1,,10\nC3,2026-01,Expenditure,O3,,5\nCM,2026-01,Expenditure,OM,,7\nC2,2026-01,Refund,O2,,1\n", all)
	sums := map[string]string{}
	for _, statement := range got.Statements {
		sums[statement.PartnerID] = fmt.Sprint(statement.Lines, " ", statement.Expenditure, " ", statement.Refunds)
	}
	if sums["P1"] != "2 10 -1" || sums["P2"] != "2 12 0" {
		t.Errorf("statements are %v", sums)
	}
	before := s.stored()
	for name, c := range map[string]struct {
		line, code string
		with       func(*workers.StatementFile)
	}{
		"a customer nobody knows":            {"CX,2026-01,Refund,O2,,1", upstream.CodeUnknownCustomer, nil},
		"another partner's":                  {"C3,2026-01,Refund,O2,,1", upstream.CodeUnknownCustomer, nil},
		"one that came later":                {"CF,2026-01,Refund,O2,,1", upstream.CodeUnknownCustomer, nil},
		"nobody's, of no partner":            {",2026-01,Refund,O2,,1", upstream.CodeAmbiguousPartner, all},
		"one that moved, without the order":  {"CM,2026-01,Refund,O9,,1", upstream.CodeAmbiguousPartner, all},
		"an open cycle":                      {"C1,2026-03,Refund,O2,,1", upstream.CodeOpenCycle, func(f *workers.StatementFile) { f.Cycle = "2026-03" }},
		"an open cycle of the line's":        {"C1,2026-03,Refund,O2,,1", upstream.CodeOpenCycle, func(f *workers.StatementFile) { all(f); f.Cycle = "2026-03" }},
		"a partner that never closed":        {"C1,2026-01,Refund,O2,,1", upstream.CodeOpenCycle, func(f *workers.StatementFile) { f.PartnerID = "P3" }},
		"a partner nobody knows":             {"C1,2026-01,Refund,O2,,1", upstream.CodeUnknownPartner, func(f *workers.StatementFile) { f.PartnerID = "P9" }},
		"another currency than the caller's": {"C1,2026-01,Refund,O2,,1", upstream.CodeMixedCurrencies, func(f *workers.StatementFile) { f.Currency = "USD" }},
		"another month":                      {"C1,2025-12,Refund,O2,,1", upstream.CodeOtherCycle, nil}, // F58
	} {
		_, err := s.importing("other.csv", statementHeader+c.line+"\n", c.with)
		found, is := errors.AsType[*upstream.Problems](err)
		if !is || found.List[0].Code != c.code || found.List[0].File != "other.csv" {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	if s.stored() != before {
		t.Errorf("stored %v, before %v", s.stored(), before)
	}
}

// TestNothingIsHalfImported: an archive that breaks off behind thousands of lines, some of them copied already, leaves
// nothing and takes nothing out of force.
func TestNothingIsHalfImported(t *testing.T) {
	t.Parallel()
	s := newStatements(t)
	s.must(statementHeader+"C1,2026-01,Expenditure,O1,,10\n", nil)
	var packed bytes.Buffer
	zipped := gzip.NewWriter(&packed)
	archive := tar.NewWriter(zipped)
	for part := range 2 {
		var lines strings.Builder
		lines.WriteString(statementHeader)
		for n := range 6_000 {
			fmt.Fprintf(&lines, "C1,2026-01,Expenditure,O%d-%d,,%d.5\n", part, n, n)
		}
		if err := archive.WriteHeader(&tar.Header{Name: fmt.Sprintf("bill_%d.csv", part), Mode: 0o600, Size: int64(lines.Len()), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write([]byte(lines.String())); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(archive.Close(), zipped.Close()); err != nil {
		t.Fatal(err)
	}
	whole := packed.String()
	_, err := s.importing("bill.tar.gz", whole[:len(whole)-100], nil)
	if found, is := errors.AsType[*upstream.Problem](err); !is || found.Code != upstream.CodeTruncated || found.Part != "bill_1.csv" {
		t.Errorf("a truncated archive: %v", err)
	}
	if s.stored() != [3]int{1, 1, 1} {
		t.Errorf("stored %v", s.stored())
	}
	if got, err := s.importing("bill.tar.gz", whole, nil); err != nil || got.Statements[0].Lines != 12_000 || s.stored() != [3]int{2, 1, 12_001} {
		t.Errorf("the whole of it: %+v %v", got, err)
	}
}
