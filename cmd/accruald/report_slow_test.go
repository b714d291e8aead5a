//go:build slow

package main

import (
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/accruald/accruald/cmd/accruald/internal/report"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/site"
)

// TestReportsOfTheDatabase: what is told from the database is what is told from the events.
func TestReportsOfTheDatabase(t *testing.T) {
	t.Parallel()
	path := withLateFacts(t)
	o := operate(t)
	if got := call(t, "", append([]string{"publish", path}, o.nats...)...); got.status != statusDone {
		t.Fatalf("publish: status %d: %s", got.status, got.err)
	}
	reports := [][]string{}
	for _, cycle := range []string{"2026-03", "2026-04", "2026-05"} {
		reports = append(reports, []string{"report", "statement", "--format", "json", "--partner", "P100", "--cycle", cycle})
	}
	// The last event of the file is decided when its refund is told.
	o.until(`"order_id": "O7"`, append(slices.Clone(reports[2]), o.database...)...)
	reports = append(reports, []string{"export", "focus", "--cycle", "2026-04"})
	for _, args := range reports {
		want, got := call(t, "", append(slices.Clone(args), "--events", path)...), call(t, "", append(slices.Clone(args), o.database...)...)
		if got != want || got.status != statusDone {
			t.Errorf("%q from the database:\n%s%s\nfrom the events:\n%s%s", args, got.out, got.err, want.out, want.err)
		}
	}
	reportRuns(t, o)
	o.finish()
}

// reportRuns reconciles what the worker decided, with one posting that somebody changed around it, and reports it.
func reportRuns(t *testing.T, o *operated) {
	t.Helper()
	args := func(more ...string) []string { return slices.Concat([]string{"report", "run"}, more, o.database) }
	if got := call(t, "", args()...); got.status != statusRefused || !strings.Contains(got.err, "nothing was reconciled yet") {
		t.Errorf("before any run: %+v", got)
	}
	pool, err := (databaseFlags{URL: o.database[1]}).connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	for _, statement := range []string{"alter table posting disable trigger posting_append_only", "update posting set account = account || '<b>' where posting_no = 2"} {
		if _, err := pool.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	request := workers.ReconcileByHand(workers.ReconcileFull, "", "", time.Now())
	reconciler := workers.NewReconciler(pool, site.Default(), "test", slog.New(slog.DiscardHandler))
	run, err := reconciler.Begin(t.Context(), request)
	if err == nil {
		run, err = reconciler.Work(t.Context(), run)
	}
	if err != nil || run.Opened == 0 {
		t.Fatalf("%d findings, %v", run.Opened, err)
	}
	page, again := call(t, "", args()...), call(t, "", args(request.ID, "--format", "html")...)
	if page.status != statusDone || page != again || !strings.Contains(page.out, "posting altered") || !strings.Contains(page.out, "account") ||
		strings.Contains(page.out, "<b>") || !strings.Contains(page.out, "&lt;b&gt;") {
		t.Errorf("the page of the last run: status %d %s\n%s", page.status, page.err, page.out)
	}
	var told report.Run
	got := call(t, "", args("--format", "json")...)
	if err := json.Unmarshal([]byte(got.out), &told); err != nil || told.RunID != request.ID || told.Compared == 0 || len(told.Comparisons) == 0 ||
		len(told.Findings) != int(run.Opened) || len(told.Findings[0].Evidence) == 0 {
		t.Errorf("told: %v, %+v", err, told)
	}
	unmatched := 0
	for _, c := range told.Comparisons {
		unmatched += c.Unmatched
		if c.Matched+c.Unmatched != c.Compared {
			t.Errorf("%+v", c)
		}
	}
	if unmatched == 0 {
		t.Errorf("everything matched: %+v", told.Comparisons)
	}
	for _, part := range []string{"findings", "evidence", "comparisons"} {
		got := call(t, "", args("--format", "csv", "--part", part)...)
		checkCSV(t, []string{part}, got.out)
		if got.status != statusDone || strings.Count(got.out, "\n") < 2 {
			t.Errorf("%s: %+v", part, got)
		}
	}
	if got := call(t, "", args("--format", "xlsx")...); got.status != statusDone || !strings.Contains(dump(t, []byte(got.out)), "posting_altered") {
		t.Errorf("the workbook: status %d %s", got.status, got.err)
	}
	for _, c := range [][]string{{"nobody"}, {"--limit", "0"}} {
		if got := call(t, "", args(c...)...); got.status != statusRefused || !strings.Contains(got.err, c[0]) {
			t.Errorf("%q: %+v", c, got)
		}
	}
}
