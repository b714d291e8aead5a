package report

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/reconciliation"
)

// Run is what one reconciliation came to.
type Run struct {
	RunID        string       `json:"run_id"`
	Mode         string       `json:"mode"`
	State        string       `json:"state"`
	Site         string       `json:"site"`       // "" for all
	PartnerID    string       `json:"partner_id"` // "" for all
	Cycle        string       `json:"cycle"`      // "" for all
	ScheduledFor time.Time    `json:"scheduled_for"`
	StartedAt    time.Time    `json:"started_at,omitzero"`
	FinishedAt   time.Time    `json:"finished_at,omitzero"`
	Error        string       `json:"error,omitzero"` // of the last attempt that failed
	Partners     int          `json:"partners"`
	Unchanged    int          `json:"unchanged"` // partners in which there was nothing new
	Compared     int          `json:"compared"`
	Opened       int          `json:"opened"`
	Updated      int          `json:"updated"`
	Closed       int          `json:"closed"`
	Open         int          `json:"open"` // findings, whatever the run compared
	OpenErrors   int          `json:"open_errors"`
	Comparisons  []Comparison `json:"comparisons"`
	Findings     []Finding    `json:"findings"`
	LeftOut      int          `json:"left_out"` // findings beyond the limit
}

// Comparison is what comparing one pair of views came to in one currency; "" where there is no amount.
type Comparison struct {
	Pair       string        `json:"pair"`
	Currency   string        `json:"currency"`
	Compared   int           `json:"compared"`
	Matched    int           `json:"matched"`
	Unmatched  int           `json:"unmatched"`
	Amount     events.Amount `json:"amount"`     // of what was compared
	Difference events.Amount `json:"difference"` // sum of what the unmatched differ by, without its sign
}

// NewComparison counts what matched.
func NewComparison(pair, currency string, compared, unmatched int, amount, difference decimal.Decimal) Comparison {
	return Comparison{Pair: pair, Currency: currency, Compared: compared, Matched: max(compared-unmatched, 0), Unmatched: unmatched,
		Amount: table.AmountIn(amount, currency), Difference: table.AmountIn(difference, currency)}
}

// What a run did to a finding.
const (
	findingNew    = "new"
	findingKnown  = "still there"
	findingClosed = "closed"
)

// Finding is a difference that the run opened, saw again or closed.
type Finding struct {
	FindingID  string               `json:"finding_id"`
	PartnerID  string               `json:"partner_id"`
	Kind       string               `json:"kind"`
	Severity   string               `json:"severity"`
	Change     string               `json:"change"` // new, still there or closed
	State      string               `json:"state"`  // now
	Keys       []reconciliation.Key `json:"keys"`
	Cycle      string               `json:"cycle"`
	Expected   string               `json:"expected"`
	Found      string               `json:"found"`
	Difference events.Amount        `json:"difference"`
	Currency   string               `json:"currency"`
	OpenedAt   time.Time            `json:"opened_at"`
	SeenAt     time.Time            `json:"seen_at"`
	ClosedAt   time.Time            `json:"closed_at,omitzero"`
	SeenCount  int                  `json:"seen_count"`
	Evidence   []reconciliation.Row `json:"evidence"`
}

// ChangeOf tells what a run did to a finding that was opened and closed by these.
func ChangeOf(runID, openedBy, closedBy string) string {
	switch runID {
	case closedBy:
		return findingClosed
	case openedBy:
		return findingNew
	default:
		return findingKnown
	}
}

// keyText is what a finding is about, in one line.
func (f *Finding) keyText() []string {
	texts := make([]string, len(f.Keys))
	for i, k := range f.Keys {
		texts[i] = k.Name + " " + k.Value
	}
	return texts
}

// Tally is the findings of one kind and currency.
type Tally struct {
	Kind             string
	Severity         string
	Currency         string
	New, Still, Shut int
	Difference       events.Amount // sum of those that are not closed, without signs
	Findings         []*Finding
}

// tallies groups the findings by kind and currency, the most severe first.
func (r *Run) tallies() []*Tally {
	var out []*Tally
	for i := range r.Findings {
		f := &r.Findings[i]
		at := slices.IndexFunc(out, func(t *Tally) bool { return t.Kind == f.Kind && t.Currency == f.Currency })
		if at < 0 {
			at = len(out)
			out = append(out, &Tally{Kind: f.Kind, Severity: f.Severity, Currency: f.Currency, Difference: table.AmountIn(decimal.Decimal{}, f.Currency)})
		}
		t := out[at]
		t.Findings = append(t.Findings, f)
		if severityRank(f.Severity) < severityRank(t.Severity) {
			t.Severity = f.Severity
		}
		switch f.Change {
		case findingClosed:
			t.Shut++
			continue
		case findingNew:
			t.New++
		default:
			t.Still++
		}
		t.Difference = table.AmountIn(t.Difference.Decimal.Add(f.Difference.Decimal.Abs()), f.Currency)
	}
	slices.SortStableFunc(out, func(a, b *Tally) int {
		return cmp.Or(cmp.Compare(severityRank(a.Severity), severityRank(b.Severity)), strings.Compare(a.Kind, b.Kind), strings.Compare(a.Currency, b.Currency))
	})
	return out
}

func severityRank(severity string) int {
	return slices.Index([]string{string(reconciliation.SeverityError), string(reconciliation.SeverityWarning), string(reconciliation.SeverityNotice)}, severity)
}
