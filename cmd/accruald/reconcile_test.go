package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// How long a run took, how much it compared, and how wide that made the columns.
var (
	tookText     = regexp.MustCompile(`(finished[ ,]+)[0-9.]+m?s\b`)
	comparedText = regexp.MustCompile(`"compared": [0-9]+`)
	wideText     = regexp.MustCompile(`   +`)
)

// TestReconcileCommands: what a statement says and the books do not is found by a run, listed in every form, shown with
// the line it rests on, updated by the next run, and closed when the line is gone.
func TestReconcileCommands(t *testing.T) {
	t.Parallel()
	books := statementBooks(t)
	const head = "客户ID,账期,账单类型,计费模式,产品类型编码,订单号/交易号,原订单号,客户消费金额(CNY)\n"
	first := file(t, "bill_202601.csv", head+"C1,2026-01,消费,包年/包月,hws.service.type.ec2,CS1,,\"1,234.50\"\nC2,2026-01,退款,包年/包月,hws.service.type.ec2,CS3,CS2,-10\n")
	second := file(t, "bill_202601_again.csv", head+"C2,2026-01,退款,包年/包月,hws.service.type.ec2,CS3,CS2,-10\n")
	var told strings.Builder
	tell := func(args ...string) result {
		t.Helper()
		got := call(t, "", slices.Concat(args, books)...)
		text := comparedText.ReplaceAllString(clockText.ReplaceAllString(got.out+got.err, "TIME"), `"compared": 0`)
		if tookText.MatchString(text) {
			text = wideText.ReplaceAllString(tookText.ReplaceAllString(text, "${1}TOOK"), "  ")
		}
		told.WriteString("$ accruald " + strings.Join(args, " ") + "\n" + strings.ReplaceAll(text, "\r", "") + "\n")
		return got
	}
	imported := func(path string) {
		t.Helper()
		if got := call(t, "", slices.Concat([]string{"statement", "import", path, "--partner", "P1", "--cycle", "2026-01"}, books)...); got.status != statusDone {
			t.Fatalf("import: %+v", got)
		}
	}
	tell("reconciliations")
	tell("findings")
	imported(first)
	if got := tell("reconcile", "--full"); got.status != statusRefused {
		t.Errorf("open errors are no exit status: %+v", got)
	}
	tell("reconcile", "--json")
	tell("findings")
	tell("findings", "--json")
	tell("findings", "--csv")
	tell("findings", "--partner", "P1", "--kind", "missing_in_books", "--cycle", "2026-01", "--severity", "error", "--limit", "1")
	tell("findings", "--partner", "P2")
	tell("findings", "--cycle", "2026-02")
	tell("findings", "--state", "closed", "--csv")
	tell("findings", "--state", "closed", "--json")
	for _, wrong := range [][]string{{"--kind", "none"}, {"--severity", "bad"}, {"--cycle", "2026"}} {
		if got := tell(append([]string{"findings"}, wrong...)...); got.status != statusRefused {
			t.Errorf("findings %q: %+v", wrong, got)
		}
	}
	listed := call(t, "", slices.Concat([]string{"findings", "--kind", "missing_in_books", "--json"}, books)...).out
	_, id, _ := strings.Cut(listed, `"finding_id": "`)
	id, _, _ = strings.Cut(id, `"`)
	tell("finding", "show", id)
	tell("finding", "show", id[:6], "--json")
	tell("finding", "show", "none")
	imported(second)
	tell("reconcile", "--partner", "P1", "--cycle", "2026-01")
	tell("findings", "--state", "all")
	tell("finding", "show", id)
	tell("reconciliations")
	tell("reconciliations", "--json", "--limit", "1")
	tell("reconciliations", "--csv")
	golden(t, "reconcile.txt", told.String())
	if got := call(t, "", slices.Concat([]string{"reconcile", "--partner", "P999"}, books)...); got.status != statusRefused || !strings.Contains(got.err, `compare partner "P999"`) {
		t.Errorf("a partner nobody heard of: %+v", got)
	}
}
