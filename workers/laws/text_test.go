package laws

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The patterns are written so that they do not match themselves.
var (
	// openMark is work that was left open: finish it. Three X are a mark only in a comment; elsewhere they are the ISO 4217
	// code for no currency.
	openMark = regexp.MustCompile(`\b(TOD[O]|FIXM[E]|HAC[K])\b|(//|--|#)\s*XX[X]\b`)
	// foreign are paths of one machine and words of one workplace; the project speaks of itself alone.
	foreign = regexp.MustCompile(`(^|[^A-Za-z])(/wo[r]k/|/fa[r]m/|/home/[a-z]+/|su[b]-?agents?|fa[r]m-[a-z]+|\.libra[r]y|DEVELOPER[S]\.md|COMPAS[S])`)
	// numbered are references that only those who planned the work can follow.
	numbered = regexp.MustCompile(`(?i)\b(issue|task|ticket|brie[f]) #?[0-9]+\b`)
	// statement is an SQL statement; messages such as "update position 7: %w" begin with the same verbs and are not.
	statement = regexp.MustCompile(`(?is)^\s*(select\s+(\*|distinct\b|[0-9$]|[a-z_.]+\s*\(|[^%]*\bfrom\s)` +
		`|insert\s+into\s|update\s+(only\s+)?[a-z_."]+\s+(as\s+)?([a-z_]+\s+)?set\s|delete\s+from\s|merge\s+into\s|with\s+[a-z_]+\s+as\s)`)
)

// spoken are the kinds of files whose text is checked; samples and sums of modules hold foreign text.
var spoken = []string{".go", ".sql", ".sh", ".yaml", ".yml", ".md", ".conf", ".service", ".tpl", ".toml", ""}

// checkText looks at the lines of one file.
func checkText(filePath string, content []byte) []string {
	if !slices.Contains(spoken, path.Ext(filePath)) || bytes.IndexByte(content, 0) >= 0 {
		return nil
	}
	var findings []string
	for i, line := range strings.Split(string(content), "\n") {
		for _, law := range []struct {
			pattern *regexp.Regexp
			say     string
		}{
			{openMark, "left open: finish it"},
			{foreign, "a path of one machine or a word of one workplace"},
			{numbered, "a number that a reader of the code cannot follow: say the reason itself"},
		} {
			if found := law.pattern.FindString(line); found != "" {
				findings = append(findings, fmt.Sprintf("%s:%d: %q: %s", filePath, i+1, found, law.say))
			}
		}
	}
	return findings
}

// checkStatements finds SQL in Go code. Statements live in .sql files, where the generator checks them against the tables.
func checkStatements(file goFile) []string {
	if file.isTest() || strings.HasPrefix(file.path, "schema/") {
		return nil
	}
	var findings []string
	ast.Inspect(file.tree, func(node ast.Node) bool {
		literal, ok := node.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			return true
		}
		text, err := strconv.Unquote(literal.Value)
		if err == nil && !strings.Contains(text, "%w") && statement.MatchString(text) {
			findings = append(findings, fmt.Sprintf("%s:%d: SQL in Go code: move it to schema/queries", file.path, file.line(literal.Pos())))
		}
		return true
	})
	return findings
}

func TestText(t *testing.T) {
	t.Parallel()
	var findings []string
	walk(t, func(filePath string, content []byte) { findings = append(findings, checkText(filePath, content)...) })
	for _, file := range goFiles(t) {
		findings = append(findings, checkStatements(file)...)
	}
	report(t, findings)
}

func TestTextCanFail(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, path, text string
		want             []string
	}{
		{"an open mark", "a.go", "// TO" + "DO: later", []string{"left open"}},
		{"an open mark in SQL", "a/b.sql", "select 1; -- FIX" + "ME", []string{"left open"}},
		{"an open mark in a file without an ending", "Makefile", "\n# XX" + "X\n", []string{"Makefile:2"}},
		{"no currency", "a_test.go", `Currency: "XX` + `X"`, nil},
		{"a longer word", "a.sh", "mktemp /tmp/a.XXXX" + "XX", nil},
		{"a path of a machine", "a.md", "see /wo" + "rk/x", []string{"one machine"}},
		{"a person's folder", "a.yaml", "path: /home/" + "ann/x", []string{"one machine"}},
		{"a workplace", "a.go", "// the su" + "bagent wrote it", []string{"one workplace"}},
		{"a number", "a.go", "// see issue" + " #7", []string{"cannot follow"}},
		{"a path inside the project", "a.go", "// see schema/work/x and workers/laws", nil},
		{"a module's sums", "go.sum", "XX" + "X", nil},
		{"a binary file", "a", "\x00 TO" + "DO", nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			mustFind(t, checkText(c.path, []byte(c.text)), c.want...)
		})
	}
}

func TestStatementLawCanFail(t *testing.T) {
	t.Parallel()
	cases := []struct {
		path, text string
		found      bool
	}{
		{"workers/a.go", "select id from orders", true},
		{"workers/a.go", "\n\t SELECT count(*)\nFROM orders", true},
		{"workers/a.go", "select pg_advisory_xact_lock($1)", true},
		{"workers/a.go", "select 1", true},
		{"workers/a.go", "insert into postings values ($1)", true},
		{"workers/a.go", "update partitions set owner = $1", true},
		{"workers/a.go", "update partitions p set owner = $1", true},
		{"workers/a.go", "delete from outbox", true},
		{"workers/a.go", "with due as (select 1) select * from due", true},
		{"workers/a.go", "select partition %d: %w", false},
		{"workers/a.go", "insert the event again: %w", false},
		{"workers/a.go", "update the position of partition %d", false},
		{"workers/a.go", "deleted", false},
		{"schema/a.go", "select 1", false},
		{"workers/a_test.go", "select 1", false},
	}
	for _, c := range cases {
		t.Run(c.path+" "+c.text, func(t *testing.T) {
			t.Parallel()
			file, err := parse(c.path, []byte("package a\nvar q = "+strconv.Quote(c.text)))
			if err != nil {
				t.Fatal(err)
			}
			if found := len(checkStatements(file)) > 0; found != c.found {
				t.Errorf("found %v, want %v", found, c.found)
			}
		})
	}
}
