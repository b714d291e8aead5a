package report

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"golang.org/x/net/html"

	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/workers/reconciliation"
)

var update = flag.Bool("update", false, "write the files below testdata")

// hostile is what somebody may choose as an id, a name or a reason.
const hostile = `"><script>alert(1)</script><img src=x onerror=alert(2)>&{{.Title}}=1+1`

// sampleRun has everything: two currencies, all severities, a closed finding, and text that attacks the page.
func sampleRun() *Run {
	at := time.Date(2026, 4, 5, 20, 0, 0, 0, time.UTC)
	amount := decimal.RequireFromString
	finding := func(n int, kind, severity, change, currency, difference, expected, found string, keys ...reconciliation.Key) Finding {
		f := Finding{FindingID: fmt.Sprintf("finding-%02d-AbCdEfGhIjKl", n), PartnerID: "P110", Kind: kind, Severity: severity, Change: change, State: "open",
			Keys: keys, Cycle: "2026-03", Expected: expected, Found: found, Difference: table.AmountIn(amount(difference), currency), Currency: currency,
			OpenedAt: at.Add(time.Minute), SeenAt: at.Add(time.Minute), SeenCount: 1, Evidence: []reconciliation.Row{
				{Source: "customer_order", ID: keys[0].Value, Text: `{"ID":"` + keys[0].Value + `","State":"settled"}`},
				{Source: "statement.csv:1042", ID: "1042", Text: keys[0].Value + ",2026-03,expenditure,-1.00"}}}
		if change != findingNew {
			f.OpenedAt, f.SeenCount = at.AddDate(0, 0, -2), 3
		}
		if change == findingClosed {
			f.State, f.ClosedAt = "closed", at.Add(2*time.Minute)
		}
		return f
	}
	order := func(id string) reconciliation.Key { return reconciliation.Key{Name: "order_id", Value: id} }
	return &Run{RunID: "reconcile/cn/2026-04-06T04:00", Mode: "full", State: "finished", Site: "cn", ScheduledFor: at, StartedAt: at.Add(3 * time.Second),
		FinishedAt: at.Add(2 * time.Minute), Partners: 50, Unchanged: 3, Compared: 1_204_518, Opened: 4, Updated: 1, Closed: 1, Open: 7, OpenErrors: 5, LeftOut: 12,
		Comparisons: []Comparison{
			NewComparison("coupons", "CNY", 1_204, 0, amount("60200.00"), amount("0")),
			NewComparison("details_bills", "CNY", 41_230, 1, amount("657374.22"), amount("12.40")),
			NewComparison("events_ledger", "", 200_000, 2, amount("0"), amount("0")),
			NewComparison("ledger_balances", "CNY", 612_040, 0, amount("9051234.18"), amount("0")),
			NewComparison("ledger_balances", "USD", 98_213, 0, amount("551020.04"), amount("0")),
			NewComparison("ledger_chain", "", 210_004, 1, amount("0"), amount("0")),
			NewComparison("statements", "CNY", 38_712, 2, amount("5120443.90"), amount("1310.55")),
			NewComparison("statements", "USD", 3_115, 1, amount("99120.25"), amount("8.10")),
		},
		Findings: []Finding{
			finding(1, "bill_balance", "error", findingNew, "CNY", "-1.00", "423.00", "422.00", order("CS2603040001"), reconciliation.Key{Name: "line_id", Value: "1"}),
			finding(2, "detail_missing", "error", findingKnown, "CNY", "-1309.55", "1309.55", "no line", order("CS2603040777")),
			finding(3, "bill_balance", "error", findingNew, "USD", "8.10", "81.00", "89.10", order("CS2603040321")),
			finding(4, "bill_total", "warning", findingNew, "CNY", "12.40", "12.40", "0.00", reconciliation.Key{Name: "detail_id", Value: "2qLeiydF1LJr7ZEzGVq5mg"}),
			finding(5, "posting_altered", "error", findingNew, "", "0", "hash 9f2c", hostile, reconciliation.Key{Name: "posting_no", Value: hostile}),
			finding(6, "late_reference", "notice", findingClosed, "", "0", "none", "product_published/s6", order("CS2603040099")),
		}}
}

func golden(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("%s differs: run the tests with -update and look at the change\n got:\n%s", name, text)
	}
}

func pageOf(t *testing.T, r *Run) string {
	t.Helper()
	var out bytes.Buffer
	if err := r.WriteHTML(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestRunPage(t *testing.T) {
	t.Parallel()
	golden(t, "run.html", pageOf(t, sampleRun()))
}

// TestRunPageStandsAlone: the page is well-formed, loads and runs nothing whatever ids are chosen, its links lead somewhere,
// and what is no text has one beside it.
func TestRunPageStandsAlone(t *testing.T) {
	t.Parallel()
	text := pageOf(t, sampleRun())
	if strings.Contains(text, "<script>alert") || strings.Contains(text, "{{") && !strings.Contains(text, "&amp;{{.Title}}") {
		t.Error("what an id says became part of the page")
	}
	if loaded := regexp.MustCompile(`(?i)(src|srcset|action|data)\s*=|url\(|@import|<(script|link|iframe|object|embed|form)\b`).FindString(
		strings.ReplaceAll(text, "img-src data:", "")); loaded != "" && !strings.Contains(hostile, loaded) {
		t.Errorf("the page has %q", loaded)
	}
	tree, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	ids, links, elements := map[string]int{}, []string{}, map[string]int{}
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		attributes := map[string]string{}
		for _, a := range n.Attr {
			attributes[a.Key] = a.Val
			if strings.HasPrefix(a.Key, "on") {
				t.Errorf("<%s> has %s", n.Data, a.Key)
			}
		}
		if n.Type == html.ElementNode {
			elements[n.Data]++
			if id := attributes["id"]; id != "" {
				ids[id]++
			}
			if href, is := attributes["href"]; is {
				links = append(links, href)
			}
			if n.Data == "svg" && attributes["aria-hidden"] == "" && attributes["aria-labelledby"] == "" {
				t.Error("a chart says nothing to those who do not see it")
			}
			if n.Data == "th" && attributes["scope"] == "" {
				t.Error("a header is of no row or column")
			}
		}
		for child := n.FirstChild; child != nil; child = child.NextSibling {
			walk(child)
		}
	}
	walk(tree)
	for id, n := range ids {
		if n > 1 {
			t.Errorf("%d elements are %q", n, id)
		}
	}
	for _, href := range links {
		if name, local := strings.CutPrefix(href, "#"); !local || ids[name] != 1 {
			t.Errorf("the link %q leads nowhere", href)
		}
	}
	if elements["script"]+elements["img"] > 0 || elements["svg"] < 4 || elements["article"] != 6 || elements["caption"] != elements["table"] {
		t.Errorf("elements are %v", elements)
	}
}

// TestRunVerdicts: the sentence at the top says how it stands.
func TestRunVerdicts(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*Run){
		"7 of 1,204,518 compared rows do not agree; 7 findings are open, 5 of them errors.": func(*Run) {},
		"Everything that was compared agrees, and no finding is open.": func(r *Run) {
			r.Comparisons, r.Findings, r.Open, r.OpenErrors, r.LeftOut = r.Comparisons[:1], nil, 0, 0, 0
		},
		"Everything that was compared agrees; 7 findings are open from before.": func(r *Run) { r.Comparisons = r.Comparisons[:1] },
		"This run is not finished": func(r *Run) { r.State, r.FinishedAt = "running", time.Time{} },
	} {
		r := sampleRun()
		change(r)
		if text := pageOf(t, r); !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if text := pageOf(t, &Run{RunID: "R", State: "finished"}); !strings.Contains(text, "Nothing was compared") || !strings.Contains(text, "no finding") {
		t.Error("a page of nothing does not say so")
	}
}

// TestRunTables: comma-separated values have no formulas, the workbook is the same each time.
func TestRunTables(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	for _, part := range []string{PartComparisons, PartFindings, PartEvidence} {
		all.WriteString("# " + part + "\n")
		if err := sampleRun().WriteCSV(&all, part); err != nil {
			t.Fatal(err)
		}
	}
	golden(t, "run.csv", strings.ReplaceAll(all.String(), "\r\n", "\n"))
	if err := sampleRun().WriteCSV(&all, "everything"); err == nil || !strings.Contains(err.Error(), "everything") {
		t.Errorf("an unknown part: %v", err)
	}
	var first, second bytes.Buffer
	for _, out := range []*bytes.Buffer{&first, &second} {
		if err := sampleRun().WriteXLSX(out); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("the same run made another workbook")
	}
}
