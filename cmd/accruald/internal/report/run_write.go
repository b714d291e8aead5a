package report

import (
	"fmt"
	"io"

	"github.com/accruald/accruald/cmd/accruald/internal/sheet"
	"github.com/accruald/accruald/cmd/accruald/internal/table"
)

// Parts of a run that comma-separated values have one of.
const (
	PartFindings    = "findings"
	PartEvidence    = "evidence"
	PartComparisons = "comparisons"
)

var comparisonPart = part[Comparison]{name: "Comparisons", currency: func(c *Comparison) string { return c.Currency },
	summed: []string{"amount", "difference"},
	columns: []table.Column[Comparison]{
		{Name: "pair", Of: func(c *Comparison) any { return c.Pair }},
		{Name: currencyColumn, Of: func(c *Comparison) any { return c.Currency }},
		{Name: "compared", Of: func(c *Comparison) any { return c.Compared }},
		{Name: "matched", Of: func(c *Comparison) any { return c.Matched }},
		{Name: "unmatched", Of: func(c *Comparison) any { return c.Unmatched }},
		{Name: "amount", Of: func(c *Comparison) any { return c.Amount }},
		{Name: "difference", Of: func(c *Comparison) any { return c.Difference }},
	}}

var findingPart = part[Finding]{name: "Findings", currency: func(f *Finding) string { return f.Currency }, summed: []string{"difference"},
	columns: []table.Column[Finding]{
		{Name: "finding_id", Of: func(f *Finding) any { return f.FindingID }},
		{Name: "partner_id", Of: func(f *Finding) any { return f.PartnerID }},
		{Name: "kind", Of: func(f *Finding) any { return f.Kind }},
		{Name: "severity", Of: func(f *Finding) any { return f.Severity }},
		{Name: "change", Of: func(f *Finding) any { return f.Change }},
		{Name: "state", Of: func(f *Finding) any { return f.State }},
		{Name: "about", Of: func(f *Finding) any { return f.keyText() }},
		{Name: "cycle", Of: func(f *Finding) any { return f.Cycle }},
		{Name: "expected", Of: func(f *Finding) any { return f.Expected }},
		{Name: "found", Of: func(f *Finding) any { return f.Found }},
		{Name: currencyColumn, Of: func(f *Finding) any { return f.Currency }},
		{Name: "difference", Of: func(f *Finding) any { return f.Difference }},
		{Name: "opened_at", Of: func(f *Finding) any { return f.OpenedAt }},
		{Name: "seen_at", Of: func(f *Finding) any { return f.SeenAt }},
		{Name: "closed_at", Of: func(f *Finding) any { return f.ClosedAt }},
		{Name: "seen_count", Of: func(f *Finding) any { return f.SeenCount }},
	}}

// evidence is a row that a finding rests on.
type evidence struct{ findingID, source, id, text string }

var evidencePart = part[evidence]{name: "Evidence", currency: func(*evidence) string { return "" },
	columns: []table.Column[evidence]{
		{Name: "finding_id", Of: func(e *evidence) any { return e.findingID }},
		{Name: "source", Of: func(e *evidence) any { return e.source }},
		{Name: "id", Of: func(e *evidence) any { return e.id }},
		{Name: "text", Of: func(e *evidence) any { return e.text }},
	}}

func (r *Run) evidence() (rows []evidence) {
	for i := range r.Findings {
		for _, e := range r.Findings[i].Evidence {
			rows = append(rows, evidence{r.Findings[i].FindingID, e.Source, e.ID, e.Text})
		}
	}
	return rows
}

// WriteCSV writes one part of the report.
func (r *Run) WriteCSV(w io.Writer, part string) error {
	switch part {
	case PartFindings:
		return table.WriteCSV(w, findingPart.columns, r.Findings)
	case PartEvidence:
		return table.WriteCSV(w, evidencePart.columns, r.evidence())
	case PartComparisons:
		return table.WriteCSV(w, comparisonPart.columns, r.Comparisons)
	default:
		return fmt.Errorf("write the part %q of a run: there is no such part", part)
	}
}

// WriteXLSX writes the report as a workbook.
func (r *Run) WriteXLSX(w io.Writer) error {
	book, err := sheet.New("Reconciliation " + r.RunID)
	if err != nil {
		return err
	}
	steps := []func() error{
		func() error { return book.Form("Run", []float64{28, 44}, r.form()) },
		func() error { return comparisonPart.sheet(book, r.Comparisons) },
		func() error { return findingPart.sheet(book, r.Findings) },
		func() error { return evidencePart.sheet(book, r.evidence()) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return book.Write(w)
}

// form is the first sheet.
func (r *Run) form() (rows [][]any) {
	for _, f := range r.facts() {
		rows = append(rows, []any{sheet.Label(f.Name), f.Value})
	}
	return rows
}

// fact is a line of what the run was.
type fact struct {
	Name  string
	Value any // string, int or time.Time
}

// facts tell what the run was and what it came to.
func (r *Run) facts() []fact {
	all := func(text string) string {
		if text == "" {
			return "all"
		}
		return text
	}
	facts := []fact{{"Run", r.RunID}, {"Mode", r.Mode}, {"State", r.State}, {"Site", all(r.Site)}, {"Partner", all(r.PartnerID)}, {"Cycle", all(r.Cycle)},
		{"Scheduled for", r.ScheduledFor}, {"Started", r.StartedAt}, {"Finished", r.FinishedAt}, {"Partners compared", r.Partners},
		{"Partners without news", r.Unchanged}, {"Rows compared", r.Compared}, {"Findings opened", r.Opened}, {"Findings seen again", r.Updated},
		{"Findings closed", r.Closed}, {"Open when it finished", r.Open}, {"Of these errors", r.OpenErrors}}
	if r.LeftOut > 0 {
		facts = append(facts, fact{"Findings left out here", r.LeftOut})
	}
	if r.Error != "" {
		facts = append(facts, fact{"Last attempt failed", r.Error})
	}
	return facts
}
