package listing

import (
	"io"
	"strings"
	"time"

	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/events"
)

// A Finding is one difference that a reconciliation found.
type Finding struct {
	FindingID  string         `json:"finding_id"`
	PartnerID  string         `json:"partner_id"`
	Kind       string         `json:"kind"`
	Severity   string         `json:"severity"`
	State      string         `json:"state"`
	About      string         `json:"about"` // its keys
	Cycle      string         `json:"cycle,omitzero"`
	Expected   string         `json:"expected"`
	Found      string         `json:"found"`
	Difference *events.Amount `json:"difference,omitzero"`
	Currency   string         `json:"currency,omitzero"`
	OpenedAt   time.Time      `json:"opened_at"`
	OpenedRun  string         `json:"opened_run"`
	SeenRun    string         `json:"seen_run"`
	SeenCount  int64          `json:"seen_count"`
	ClosedRun  string         `json:"closed_run,omitzero"`
}

func (f *Finding) difference() any {
	if f.Difference == nil {
		return ""
	}
	return *f.Difference
}

var reconciledColumns = []table.Column[Finding]{
	{Name: "finding_id", Of: func(f *Finding) any { return f.FindingID }},
	{Name: "partner_id", Of: func(f *Finding) any { return f.PartnerID }},
	{Name: "kind", Of: func(f *Finding) any { return f.Kind }},
	{Name: "severity", Of: func(f *Finding) any { return f.Severity }},
	{Name: "state", Of: func(f *Finding) any { return f.State }},
	{Name: "about", Of: func(f *Finding) any { return f.About }},
	{Name: "cycle", Of: func(f *Finding) any { return f.Cycle }},
	{Name: "expected", Of: func(f *Finding) any { return f.Expected }},
	{Name: "found", Of: func(f *Finding) any { return f.Found }},
	{Name: "difference", Of: func(f *Finding) any { return f.difference() }},
	{Name: "currency", Of: func(f *Finding) any { return f.Currency }},
	{Name: "opened_at", Of: func(f *Finding) any { return f.OpenedAt }},
	{Name: "opened_run", Only: table.ForMachines, Of: func(f *Finding) any { return f.OpenedRun }},
	{Name: "seen_run", Only: table.ForMachines, Of: func(f *Finding) any { return f.SeenRun }},
	{Name: "seen_count", Only: table.ForMachines, Of: func(f *Finding) any { return f.SeenCount }},
	{Name: "closed_run", Only: table.ForMachines, Of: func(f *Finding) any { return f.ClosedRun }},
}

// A CutTable is a table that may have left rows out.
type CutTable[R any] struct {
	Table[R]
	LeftOut int `json:"left_out"`
}

// Cutoff is how many rows were left out.
func (t *CutTable[R]) Cutoff() int { return t.LeftOut }

// Findings lists findings; more of them than limit are left out.
func Findings(rows []Finding, limit int) *CutTable[Finding] {
	return cutTable(reconciledColumns, rows, limit)
}

func cutTable[R any](columns []table.Column[R], rows []R, limit int) *CutTable[R] {
	fitting := min(len(rows), limit)
	return &CutTable[R]{Table: Table[R]{Rows: append([]R{}, rows[:fitting]...), columns: columns}, LeftOut: len(rows) - fitting}
}

// FindingKind is a kind of findings, with what is compared and how it is mended.
type FindingKind struct {
	Kind     string   `json:"kind"`
	Pair     string   `json:"pair"`
	Severity string   `json:"severity"`
	Keys     []string `json:"keys"`
	Compared string   `json:"compared"`
	Mend     string   `json:"mend"`
}

// FindingKinds lists the kinds of findings.
func FindingKinds(rows []FindingKind) *Table[FindingKind] {
	return &Table[FindingKind]{Rows: rows, columns: []table.Column[FindingKind]{
		{Name: "kind", Of: func(k *FindingKind) any { return k.Kind }},
		{Name: "pair", Of: func(k *FindingKind) any { return k.Pair }},
		{Name: "severity", Of: func(k *FindingKind) any { return k.Severity }},
		{Name: "keys", Of: func(k *FindingKind) any { return k.Keys }},
		{Name: "compared", Of: func(k *FindingKind) any { return k.Compared }},
		{Name: "mend", Only: table.ForMachines, Of: func(k *FindingKind) any { return k.Mend }},
	}}
}

// EvidenceRow is a row that a finding rests on.
type EvidenceRow struct {
	Source string `json:"source"`
	ID     string `json:"id"`
	Text   string `json:"text"`
}

// FindingShown is one finding with everything that is known of it.
type FindingShown struct {
	Finding
	Compared string        `json:"compared"`
	Mend     string        `json:"mend"`
	Evidence []EvidenceRow `json:"evidence"`
}

// WriteText writes the finding as a person reads it.
func (f *FindingShown) WriteText(w io.Writer) error {
	var t table.Text
	t.Line("finding %s of partner %s: %s, %s, %s", f.FindingID, f.PartnerID, f.Kind, f.Severity, f.State)
	t.Line("about     %s", f.About)
	t.Line("compared  %s", f.Compared)
	t.Line("expected  %s", f.Expected)
	t.Line("found     %s", f.Found)
	if f.Difference != nil {
		t.Line("differs   %s %s", table.Amount(*f.Difference), f.Currency)
	}
	t.Line("opened    %s by %s; seen %d times, last by %s", f.OpenedAt.UTC().Format(time.RFC3339), f.OpenedRun, f.SeenCount, f.SeenRun)
	if f.ClosedRun != "" {
		t.Line("closed    by %s", f.ClosedRun)
	}
	t.Line("to mend   %s", f.Mend)
	for _, e := range f.Evidence {
		t.Line("%s: %s", strings.TrimSpace(e.Source+" "+e.ID), e.Text)
	}
	return t.Write(w)
}

// WriteCSV writes the finding as a list of one.
func (f *FindingShown) WriteCSV(w io.Writer) error {
	return table.WriteCSV(w, reconciledColumns, []Finding{f.Finding})
}

// Reconciliation is one run.
type Reconciliation struct {
	RunID        string     `json:"run_id"`
	Mode         string     `json:"mode"`
	Site         string     `json:"site,omitzero"`
	PartnerID    string     `json:"partner_id,omitzero"`
	Cycle        string     `json:"cycle,omitzero"`
	State        string     `json:"state"`
	ScheduledFor time.Time  `json:"scheduled_for"`
	StartedAt    *time.Time `json:"started_at,omitzero"`
	FinishedAt   *time.Time `json:"finished_at,omitzero"`
	Attempts     int        `json:"attempts"`
	Partners     int64      `json:"partners"`
	Unchanged    int64      `json:"unchanged"`
	Compared     int64      `json:"compared"`
	Opened       int64      `json:"opened"`
	Updated      int64      `json:"updated"`
	Closed       int64      `json:"closed"`
	Open         int64      `json:"open"`
	OpenErrors   int64      `json:"open_errors"`
	Error        string     `json:"error,omitzero"`
}

func (r *Reconciliation) took() string {
	if r.StartedAt == nil || r.FinishedAt == nil {
		return ""
	}
	return r.FinishedAt.Sub(*r.StartedAt).Round(time.Millisecond).String()
}

// Reconciliations lists runs; more of them than limit are left out.
func Reconciliations(rows []Reconciliation, limit int) *CutTable[Reconciliation] {
	return cutTable([]table.Column[Reconciliation]{
		{Name: "run_id", Of: func(r *Reconciliation) any { return r.RunID }},
		{Name: "mode", Of: func(r *Reconciliation) any { return r.Mode }},
		{Name: "state", Of: func(r *Reconciliation) any { return r.State }},
		{Name: "took", Of: func(r *Reconciliation) any { return r.took() }},
		{Name: "partners", Of: func(r *Reconciliation) any { return r.Partners }},
		{Name: "unchanged", Of: func(r *Reconciliation) any { return r.Unchanged }},
		{Name: "compared", Of: func(r *Reconciliation) any { return r.Compared }},
		{Name: "opened", Of: func(r *Reconciliation) any { return r.Opened }},
		{Name: "closed", Of: func(r *Reconciliation) any { return r.Closed }},
		{Name: "open", Of: func(r *Reconciliation) any { return r.Open }},
		{Name: "open_errors", Of: func(r *Reconciliation) any { return r.OpenErrors }},
		{Name: "scheduled_for", Only: table.ForMachines, Of: func(r *Reconciliation) any { return r.ScheduledFor }},
		{Name: "error", Of: func(r *Reconciliation) any { return r.Error }},
	}, rows, limit)
}
