package laws

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// row says what one package may import besides the standard library: packages of this module by their whole path, other
// modules by the beginning of theirs.
type row struct {
	pure   bool
	own    []string
	others []string
}

const (
	jsonModule    = "github.com/go-json-experiment/json"
	decimalModule = "github.com/shopspring/decimal"
	pgxModule     = "github.com/jackc/pgx/v5"
	natsModule    = "github.com/nats-io/nats.go"
)

// leaves and rules are the pure packages that decisions and the shell build on.
var (
	leaves = []string{"workers/money", "workers/calendar", "workers/site"}
	rules  = []string{"workers/pricing", "workers/incentive", "workers/settlement"}
)

// commands are the packages that only the commands use.
var commands = []string{
	"cmd/accruald/internal/bench", "cmd/accruald/internal/feed", "cmd/accruald/internal/records",
	"cmd/accruald/internal/sample", "cmd/accruald/internal/summary", "cmd/accruald/internal/books",
	"cmd/accruald/internal/explanation", "cmd/accruald/internal/table", "cmd/accruald/internal/listing",
	"cmd/accruald/internal/whatif",
	"cmd/accruald/internal/sheet", "cmd/accruald/internal/report", "cmd/accruald/internal/focus",
}

// ofValues are modules that only compute: exact numbers, and JSON, because a state row is the document of a Go struct and
// a type knows how it is written.
var ofValues = []string{decimalModule, jsonModule}

// importTable is the architecture: imports never go up or sideways.
var importTable = map[string]row{
	"workers/money":      {pure: true, others: ofValues},
	"workers/calendar":   {pure: true, own: leaves[:1], others: append(ofValues[:2:2], "github.com/rickar/cal/v2")},
	"workers/site":       {pure: true, own: leaves[:2], others: ofValues},
	"workers/pricing":    {pure: true, own: leaves, others: ofValues},
	"workers/incentive":  {pure: true, own: leaves, others: ofValues},
	"workers/settlement": {pure: true, own: leaves, others: ofValues},
	"workers/decision": {
		pure: true, own: slices.Concat([]string{"events"}, leaves, rules),
		others: ofValues,
	},
	"workers/reconciliation": {pure: true, own: leaves, others: ofValues},
	// It reads what it is given; excelize opens spreadsheets by their path, because a zip archive is read from its end.
	"workers/upstream": {pure: true, own: leaves, others: append(ofValues[:2:2], "github.com/xuri/excelize/v2", "golang.org/x/text")},
	"workers/schedule": {
		pure: true, own: slices.Concat([]string{"events"}, leaves),
		others: []string{"github.com/robfig/cron/v3"},
	},
	"workers/inquiry": {
		own: slices.Concat([]string{"events", "workers/decision"}, leaves, rules), others: ofValues,
	},
	"workers": {
		own: slices.Concat([]string{"events", "events/bus", "schema", "schema/db", "workers/decision", "workers/schedule", "workers/reconciliation", "workers/upstream"}, leaves, rules),
		others: []string{
			decimalModule, jsonModule, pgxModule, natsModule, "github.com/prometheus/", "github.com/robfig/cron/v3",
			"github.com/sethvargo/go-retry", "github.com/google/uuid", "golang.org/x/sync", "golang.org/x/time",
		},
	},
	"workers/inquiry/account": {
		pure: true, own: slices.Concat([]string{"events", "workers/decision"}, leaves, rules), others: ofValues,
	},
	"workers/inquiry/charges": {pure: true, own: slices.Concat([]string{"workers/decision"}, leaves, rules), others: ofValues},
	// The query side: who asks, what can be asked, and how it is sent.
	"workers/inquiry/access": {own: []string{"schema/db"}, others: []string{pgxModule, jsonModule, "golang.org/x/time", "github.com/golang-jwt/jwt/v5"}},
	"workers/inquiry/api": {
		own: slices.Concat([]string{"events", "events/bus", "workers", "workers/decision", "workers/inquiry", "workers/inquiry/access", "workers/inquiry/account", "workers/inquiry/charges"},
			leaves, rules),
		others: append(ofValues[:2:2], "github.com/prometheus/", "golang.org/x/sync", natsModule),
	},
	"workers/laws": {},
	"deploy":       {},

	"events": {
		pure: true, others: []string{decimalModule, jsonModule, "github.com/cloudevents/sdk-go/v2", "golang.org/x/text"},
	},
	"events/bus": {
		own:    []string{"events"},
		others: []string{natsModule, jsonModule, "github.com/cloudevents/sdk-go/v2", "github.com/sethvargo/go-retry"},
	},
	"events/bus/embedded": {
		own:    []string{"events", "events/bus"},
		others: []string{natsModule, "github.com/nats-io/nats-server/v2"},
	},

	"schema":          {others: []string{pgxModule, "github.com/pressly/goose/v3"}},
	"schema/db":       {others: []string{pgxModule, decimalModule}},
	"schema/pgserver": {others: []string{pgxModule}},
	"schema/dbtest":   {own: []string{"schema", "schema/db", "schema/pgserver"}, others: []string{pgxModule}},

	"cmd/accruald": {
		own: slices.Concat(commands, []string{
			"events", "events/bus", "events/bus/embedded", "schema", "schema/pgserver", "workers", "workers/calendar", "workers/decision",
			"workers/inquiry", "workers/inquiry/access", "workers/inquiry/account", "workers/inquiry/charges", "workers/inquiry/api", "workers/money", "workers/reconciliation", "workers/schedule", "workers/site",
			"workers/upstream",
		}),
		others: []string{
			"github.com/alecthomas/kong", "github.com/schollz/progressbar/v3", "github.com/prometheus/",
			pgxModule, natsModule, jsonModule, decimalModule, "golang.org/x/sync", "golang.org/x/term",
		},
	},
	// What commands share: reading and publishing files, the sample, what people are shown, measuring.
	"cmd/accruald/internal/feed": {
		own:    []string{"events", "events/bus", "workers/schedule", "workers/site"},
		others: []string{natsModule, jsonModule},
	},
	"cmd/accruald/internal/books": {
		own:    []string{"cmd/accruald/internal/feed", "events", "workers", "workers/decision", "workers/site"},
		others: []string{pgxModule, decimalModule},
	},
	"cmd/accruald/internal/explanation": {pure: true, own: []string{commands[7], "workers/inquiry/account", "workers/pricing"}},
	"cmd/accruald/internal/table":       {pure: true, own: []string{"events", "workers/money"}, others: append(ofValues[:2:2], "golang.org/x/text")},
	"cmd/accruald/internal/listing": {
		pure: true, own: slices.Concat([]string{commands[7], "events", "workers/decision", "workers/inquiry/account", "workers/inquiry/charges", "workers/reconciliation"}, leaves, rules), others: ofValues,
	},
	"cmd/accruald/internal/sheet": {others: []string{decimalModule, "github.com/xuri/excelize/v2"}},
	"cmd/accruald/internal/report": {
		own:    slices.Concat([]string{commands[7], "workers/inquiry/charges", "cmd/accruald/internal/sheet", "events", "workers/decision", "workers/reconciliation"}, leaves, rules),
		others: ofValues,
	},
	"cmd/accruald/internal/focus": {
		pure: true, own: slices.Concat([]string{"workers/inquiry/charges", "workers/decision"}, leaves, rules), others: ofValues,
	},
	"cmd/accruald/internal/sample": {
		own: slices.Concat([]string{"events", "workers/decision"}, leaves, rules), others: ofValues,
	},
	"cmd/accruald/internal/whatif": {
		pure: true, own: slices.Concat([]string{commands[7], "events", "workers/decision"}, leaves), others: ofValues,
	},
	"cmd/accruald/internal/summary": {
		pure: true, own: slices.Concat([]string{commands[7], "events", "workers/decision"}, leaves, rules), others: ofValues,
	},
	"cmd/accruald/internal/records": {
		own: []string{commands[4], commands[7], commands[8], "cmd/accruald/internal/report", "schema/db", "workers", "workers/decision",
			"workers/site"},
		others: []string{pgxModule, jsonModule},
	},
	"cmd/accruald/internal/bench": {
		own:    []string{commands[3], "events", "events/bus", "schema", "schema/db", "workers", "workers/inquiry/access"},
		others: []string{pgxModule, natsModule, jsonModule, "github.com/prometheus/", "golang.org/x/sync", "golang.org/x/time"},
	},
}

// impure are the parts of the standard library that do I/O, read the clock of a context, or give what differs from run
// to run. A rule package that needs one of them is not a rule package.
var impure = []string{
	"context", "crypto/rand", "database", "expvar", "log", "math/rand", "net", "os", "plugin", "runtime", "syscall",
	"testing",
}

// harmless are the exceptions to impure: they only take text apart.
var harmless = []string{"net/mail", "net/netip", "net/url"}

// never are imports that no code of the tree may have, with what to use instead.
var never = map[string]string{
	"encoding/json":             "use " + jsonModule + ": it refuses duplicate names and keeps numbers as they were written",
	"github.com/lib/pq":         "use " + pgxModule,
	"github.com/pkg/errors":     "use errors and fmt.Errorf with %w",
	"github.com/stretchr/":      "plain Go tests say what they compare",
	"pgregory.net/rapid":        "test dependencies never reach the binary",
	"github.com/google/go-cmp/": "test dependencies never reach the binary",
}

// beneath tells whether path is the package of that name or lies below it; a prefix that ends with "/" is taken as written.
func beneath(path, prefix string) bool {
	return path == prefix || strings.HasPrefix(path, strings.TrimSuffix(prefix, "/")+"/")
}

func beneathAny(path string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(prefix string) bool { return beneath(path, prefix) })
}

// standard tells whether an import path is of the standard library: its first part has no dot.
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

// checkImports compares the direct imports of one package with its row.
func checkImports(table map[string]row, name string, imports []string) []string {
	allowed, known := table[name]
	if !known {
		return []string{fmt.Sprintf("package %q has no row in the import table: decide where it stands and add it", name)}
	}
	var findings []string
	for _, path := range imports {
		for prefix, instead := range never {
			if beneath(path, prefix) {
				findings = append(findings, fmt.Sprintf("package %q imports %q: %s", name, path, instead))
			}
		}
		switch {
		case beneath(path, modulePath):
			if !slices.Contains(allowed.own, inside(path)) {
				findings = append(findings, fmt.Sprintf("package %q imports %q: imports never go up or sideways", name, inside(path)))
			}
		case standard(path):
			if allowed.pure && beneathAny(path, impure) && !slices.Contains(harmless, path) {
				findings = append(findings, fmt.Sprintf("pure package %q imports %q: pass what it needs as an argument", name, path))
			}
		case !beneathAny(path, allowed.others):
			findings = append(findings, fmt.Sprintf("package %q imports %q: a new dependency of a package is a decision; add it to its row", name, path))
		}
	}
	return findings
}

func TestImportLaw(t *testing.T) {
	t.Parallel()
	var findings []string
	for _, one := range own(t) {
		findings = append(findings, checkImports(importTable, inside(one.ImportPath), one.Imports)...)
	}
	report(t, findings)
}

func TestImportLawCanFail(t *testing.T) {
	t.Parallel()
	own := func(name string) string { return modulePath + "/" + name }
	cases := []struct {
		name, pkg string
		imports   []string
		want      []string
	}{
		{"sideways between rules", "workers/pricing", []string{own("workers/incentive")}, []string{"up or sideways"}},
		{"up from a leaf", "workers/money", []string{own("workers/calendar")}, []string{"up or sideways"}},
		{"a rule knows the wire", "workers/settlement", []string{own("events")}, []string{"up or sideways"}},
		{"a rule knows the database", "workers/decision", []string{own("schema/db")}, []string{"up or sideways"}},
		{"the wire is a leaf", "events", []string{own("workers/money")}, []string{"up or sideways"}},
		{"production code starts no test server", "workers", []string{own("schema/dbtest")}, []string{"up or sideways"}},
		{"the table of a path is not of what lies below", "cmd/accruald", []string{own("schema/db")}, []string{"up or sideways"}},
		{"context", "workers/money", []string{"context"}, []string{"as an argument"}},
		{"input and output below os", "workers/site", []string{"os/exec"}, []string{"as an argument"}},
		{"network", "events", []string{"net/http"}, []string{"as an argument"}},
		{"randomness", "workers/decision", []string{"math/rand/v2"}, []string{"as an argument"}},
		{"driver in a rule", "workers/pricing", []string{pgxModule + "/pgtype"}, []string{"is a decision"}},
		{"standard JSON", "workers", []string{"encoding/json"}, []string{"encoding/json"}},
		{"test dependency", "schema", []string{"pgregory.net/rapid"}, []string{"never reach", "is a decision"}},
		{"unknown package", "workers/helpers", []string{"fmt"}, []string{"no row"}},
		{"a longer name is another module", "workers/money", []string{decimalModule + "x"}, []string{"is a decision"}},
		{"taking a URL apart is pure", "events", []string{"net/url", "time", "io", jsonModule + "/jsontext"}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			mustFind(t, checkImports(importTable, c.pkg, c.imports), c.want...)
		})
	}
}

// TestImportTableIsClosed keeps the table honest: what a row allows has a row itself, and nothing reaches itself.
func TestImportTableIsClosed(t *testing.T) {
	t.Parallel()
	var reaches func(from, to string, depth int) bool
	reaches = func(from, to string, depth int) bool {
		return depth <= len(importTable) && slices.ContainsFunc(importTable[from].own, func(next string) bool {
			return next == to || reaches(next, to, depth+1)
		})
	}
	for name, allowed := range importTable {
		if reaches(name, name, 0) {
			t.Errorf("the import table lets %q reach itself", name)
		}
		for _, path := range allowed.own {
			next, known := importTable[path]
			if !known {
				t.Errorf("the import table lets %q import %q, which has no row", name, path)
			}
			if allowed.pure && !next.pure {
				t.Errorf("the import table lets pure %q import %q, which is not pure", name, path)
			}
		}
	}
}
