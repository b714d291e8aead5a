package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/reconciliation"
)

//go:embed run.html
var runPage string

// runTemplate escapes whatever stands in it: ids, names and reasons are chosen by others. Links go to places that are
// counted, not named.
var runTemplate = template.Must(template.New("run").Funcs(template.FuncMap{
	"number": table.Number, "amount": table.Amount, "words": func(name string) string { return strings.ReplaceAll(name, "_", " ") },
	"time": func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.Format("2006-01-02 15:04:05 -07:00")
	},
	"add": func(a, b int) int { return a + b },
}).Parse(runPage))

// page is what the template shows.
type page struct {
	*Run
	Title    string
	Facts    []shownFact
	Counts   *chart
	Amounts  []*chart
	Kinds    *chart
	ByKind   []kindOf
	Verdict  string
	Severity string // of the verdict, for its colour
}

type shownFact struct{ Name, Value string }

// kindOf is the findings of a kind with the place of each in the page.
type kindOf struct {
	*Tally
	Place          int
	List           []placed
	Compared, Mend string // what the kind compares, and what to do
}

type placed struct {
	*Finding
	Place int
	About []string
}

// WriteHTML writes the report as a page of its own: it loads nothing, and runs nothing.
func (r *Run) WriteHTML(w io.Writer) error {
	p := page{Run: r, Title: "Reconciliation " + r.RunID}
	for _, f := range r.facts() {
		p.Facts = append(p.Facts, shownFact{f.Name, shownValue(f.Value)})
	}
	p.Counts = countsChart(r.Comparisons)
	p.Amounts = amountCharts(r.Comparisons)
	tallies := r.tallies()
	p.Kinds = kindsChart(tallies)
	place := 0
	for i, t := range tallies {
		k := kindOf{Tally: t, Place: i + 1}
		if info, known := reconciliation.Info(reconciliation.Kind(t.Kind)); known {
			k.Compared, k.Mend = info.Compared, info.Mend
		}
		for _, f := range t.Findings {
			place++
			k.List = append(k.List, placed{f, place, f.keyText()})
		}
		p.ByKind = append(p.ByKind, k)
	}
	p.Verdict, p.Severity = r.verdict()
	if err := runTemplate.Execute(w, p); err != nil {
		return fmt.Errorf("write the page of run %q: %w", r.RunID, err)
	}
	return nil
}

func shownValue(value any) string {
	switch v := value.(type) {
	case time.Time:
		if v.IsZero() {
			return "not yet"
		}
		return v.Format("2006-01-02 15:04:05 -07:00")
	case int:
		return table.Number(v)
	default:
		return fmt.Sprint(v)
	}
}

// verdict is the sentence at the top.
func (r *Run) verdict() (sentence, severity string) {
	unmatched := 0
	for i := range r.Comparisons {
		unmatched += r.Comparisons[i].Unmatched
	}
	switch {
	case r.State != "finished":
		return "This run is not finished: the figures are those of the partners that it has compared so far.", "warning"
	case unmatched == 0 && r.Open == 0:
		return "Everything that was compared agrees, and no finding is open.", "good"
	case unmatched == 0:
		return fmt.Sprintf("Everything that was compared agrees; %s findings are open from before.", table.Number(r.Open)), "warning"
	default:
		return fmt.Sprintf("%s of %s compared rows do not agree; %s findings are open, %s of them errors.", table.Number(unmatched), table.Number(r.Compared),
			table.Number(r.Open), table.Number(r.OpenErrors)), "error"
	}
}

// chart is horizontal bars. Widths and places are whole units of the drawing.
type chart struct {
	ID, Title, Description string
	Legend                 []legend
	Rows                   []chartRow
	Height                 int
}

type legend struct{ Class, Text string }

type chartRow struct {
	Label, Value, Href string
	Y                  int
	Bars               []bar
}

type bar struct {
	Class    string
	X, Width int
}

// The measures of a chart.
const (
	chartLabel = 190 // what labels take
	chartBars  = 260 // what bars take
	chartStep  = 26  // from row to row
	chartTop   = 6
	barLeast   = 2 // so that one in a million is seen
)

// stacked adds a row of parts of a whole, of which the largest row fills the width.
func (c *chart) stacked(label, value, href string, most decimal.Decimal, parts ...piece) {
	row := chartRow{Label: label, Value: value, Href: href, Y: chartTop + len(c.Rows)*chartStep}
	x := chartLabel
	for _, p := range parts {
		if !p.size.IsPositive() {
			continue
		}
		width := max(share(p.size, most), barLeast)
		row.Bars = append(row.Bars, bar{p.class, x, width})
		x += width
	}
	c.Rows = append(c.Rows, row)
	c.Height = chartTop + len(c.Rows)*chartStep
}

// piece is a part of a bar.
type piece struct {
	class string
	size  decimal.Decimal
}

// share is how much of the width a size takes.
func share(size, most decimal.Decimal) int {
	if !most.IsPositive() {
		return 0
	}
	of, err := money.FromDecimal(size.Mul(decimal.New(chartBars, 0))).Quo(money.FromDecimal(most))
	if err != nil {
		return 0
	}
	width, err := decimal.NewFromString(of.Text(0))
	if err != nil {
		return 0
	}
	return int(width.IntPart())
}

func whole(n int) decimal.Decimal { return decimal.New(int64(n), 0) }

// countsChart shows how many rows of each pair match.
func countsChart(list []Comparison) *chart {
	c := &chart{ID: "counts", Title: "Rows compared, by pair", Description: "How many rows of each pair of views agree, and how many do not.",
		Legend: []legend{{"matched", "agree"}, {"unmatched", "do not agree"}}}
	most := 0
	for i := range list {
		most = max(most, list[i].Matched+list[i].Unmatched)
	}
	for i := range list {
		one := &list[i]
		value := table.Number(one.Matched) + " / " + table.Number(one.Unmatched)
		c.stacked(labelOf(one.Pair, one.Currency), value, "", whole(most), piece{"matched", whole(one.Matched)}, piece{"unmatched", whole(one.Unmatched)})
	}
	return c
}

// amountCharts show by how much the pairs of each currency differ.
func amountCharts(list []Comparison) (charts []*chart) {
	byCurrency := map[string]*chart{}
	most := map[string]decimal.Decimal{}
	for i := range list {
		most[list[i].Currency] = decimal.Max(most[list[i].Currency], list[i].Difference.Decimal)
	}
	for i := range list {
		one := &list[i]
		if one.Currency == "" || one.Difference.Decimal.IsZero() {
			continue
		}
		c := byCurrency[one.Currency]
		if c == nil {
			c = &chart{ID: fmt.Sprintf("amounts-%d", len(charts)+1), Title: "Differences in " + one.Currency + ", by pair",
				Description: "By how much the rows of each pair that do not agree differ, without signs.", Legend: []legend{{"unmatched", "difference"}}}
			byCurrency[one.Currency] = c
			charts = append(charts, c)
		}
		c.stacked(labelOf(one.Pair, ""), table.Amount(one.Difference), "", most[one.Currency], piece{"unmatched", one.Difference.Decimal})
	}
	return charts
}

// kindsChart shows the findings of each kind.
func kindsChart(tallies []*Tally) *chart {
	c := &chart{ID: "kinds", Title: "Findings, by kind", Description: "How many findings of each kind the run opened, saw again and closed.",
		Legend: []legend{{"unmatched", "new"}, {"known", "still there"}, {"matched", "closed"}}}
	most := 0
	for _, t := range tallies {
		most = max(most, t.New+t.Still+t.Shut)
	}
	for i, t := range tallies {
		value := fmt.Sprintf("%s / %s / %s", table.Number(t.New), table.Number(t.Still), table.Number(t.Shut))
		c.stacked(labelOf(t.Kind, t.Currency), value, fmt.Sprintf("#kind-%d", i+1), whole(most),
			piece{"unmatched", whole(t.New)}, piece{"known", whole(t.Still)}, piece{"matched", whole(t.Shut)})
	}
	return c
}

// labelMax is how much of a label a chart has room for; the tables have the whole.
const labelMax = 30

func labelOf(name, currency string) string {
	label := []rune(strings.TrimSpace(strings.ReplaceAll(name, "_", " ") + " " + currency))
	if len(label) > labelMax {
		return string(label[:labelMax-1]) + "…"
	}
	return string(label)
}

// HasDifference tells whether the finding differs by an amount.
func (f *Finding) HasDifference() bool { return f.Currency != "" || !f.Difference.Decimal.IsZero() }
