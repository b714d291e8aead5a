package listing

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/reconciliation"
)

// A Replay tells what the recorded inputs came to again, beside what stands in the database.
type Replay struct {
	Same     bool              `json:"same"`
	Digest   string            `json:"digest,omitzero"`          // of the database, where all of it was replayed
	Expected string            `json:"expected_digest,omitzero"` // of the replay
	Partners []ReplayedPartner `json:"partners"`
	Findings []ReplayFinding   `json:"findings"`
}

// ReplayedPartner is the outcome of one partner.
type ReplayedPartner struct {
	PartnerID string `json:"partner_id"`
	Inputs    int64  `json:"inputs"`
	Postings  int64  `json:"postings"`
	Rows      int64  `json:"rows"`
	Whole     bool   `json:"whole"` // else up to a time, or to an input that is not as it was received
	Findings  int    `json:"findings"`
	// The first event that comes to something else.
	FirstInput int64  `json:"first_input,omitzero"`
	FirstType  string `json:"first_type,omitzero"`
	FirstID    string `json:"first_id,omitzero"`
	FirstFrom  string `json:"first_source,omitzero"`
}

// ReplayFinding is one difference; Evidence has both sides.
type ReplayFinding struct {
	FindingID  string               `json:"finding_id"`
	PartnerID  string               `json:"partner_id"`
	Kind       string               `json:"kind"`
	Keys       string               `json:"keys"`
	Expected   string               `json:"expected"`
	Found      string               `json:"found"`
	Difference events.Amount        `json:"difference"`
	Currency   string               `json:"currency"`
	Evidence   []reconciliation.Row `json:"evidence"`
}

var replayedColumns = []table.Column[ReplayedPartner]{
	{Name: "partner_id", Of: func(p *ReplayedPartner) any { return p.PartnerID }},
	{Name: "inputs", Of: func(p *ReplayedPartner) any { return p.Inputs }},
	{Name: "postings", Of: func(p *ReplayedPartner) any { return p.Postings }},
	{Name: "rows", Of: func(p *ReplayedPartner) any { return p.Rows }},
	{Name: "outcome", Of: func(p *ReplayedPartner) any { return p.outcome() }},
}

func (p *ReplayedPartner) outcome() string {
	switch {
	case p.Findings > 0 && p.FirstInput > 0:
		return strings.TrimSpace(fmt.Sprintf("%d differences, the first with input %d %s", p.Findings, p.FirstInput, p.event()))
	case p.Findings > 0:
		return fmt.Sprintf("%d differences", p.Findings)
	case !p.Whole:
		return "the same up to there"
	default:
		return "the same"
	}
}

func (p *ReplayedPartner) event() string {
	if p.FirstID == "" {
		return ""
	}
	return fmt.Sprintf("(%s %s of %s)", p.FirstType, p.FirstID, p.FirstFrom)
}

var findingColumns = []table.Column[ReplayFinding]{
	{Name: "finding_id", Of: func(f *ReplayFinding) any { return f.FindingID }},
	{Name: "partner_id", Of: func(f *ReplayFinding) any { return f.PartnerID }},
	{Name: "kind", Of: func(f *ReplayFinding) any { return f.Kind }},
	{Name: "keys", Of: func(f *ReplayFinding) any { return f.Keys }},
	{Name: "expected", Only: table.ForMachines, Of: func(f *ReplayFinding) any { return f.Expected }},
	{Name: "found", Only: table.ForMachines, Of: func(f *ReplayFinding) any { return f.Found }},
	{Name: "difference", Of: func(f *ReplayFinding) any { return f.Difference }},
	{Name: "currency", Of: func(f *ReplayFinding) any { return f.Currency }},
}

// Add takes the outcome of one partner.
func (r *Replay) Add(of reconciliation.Replayed, inputs, postings, rows int64, whole bool) {
	if of.PartnerID == events.AllPartners && of.First == nil {
		return // common reference data is told of where it differs
	}
	p := ReplayedPartner{PartnerID: of.PartnerID, Inputs: inputs, Postings: postings, Rows: rows, Whole: whole, Findings: len(of.Findings) + of.Left}
	if at := of.First; at != nil {
		p.FirstInput, p.FirstType, p.FirstID, p.FirstFrom = at.InputNo, at.Type, at.ID, at.Source
	}
	r.Partners = append(r.Partners, p)
	for i := range of.Findings {
		f := &of.Findings[i]
		var keys []string
		for _, key := range f.Keys {
			keys = append(keys, key.Name+" "+key.Value)
		}
		r.Findings = append(r.Findings, ReplayFinding{FindingID: f.ID(), PartnerID: f.PartnerID, Kind: string(f.Kind), Keys: strings.Join(keys, ", "),
			Expected: f.Expected, Found: f.Found, Difference: table.AmountIn(f.Difference, string(f.Currency)), Currency: string(f.Currency), Evidence: f.Evidence})
	}
}

// End takes the digests and says whether both sides are the same.
func (r *Replay) End(digest, expected string) {
	r.Digest, r.Expected = digest, expected
	r.Same = len(r.Findings) == 0 && digest == expected
}

// Check refuses what is not the same.
func (r *Replay) Check() error {
	if r.Same {
		return nil
	}
	for i := range r.Partners {
		if p := &r.Partners[i]; p.Findings > 0 {
			return fmt.Errorf("the recorded events of partner %q do not come to what stands in the database: %s; keep this output, and restore what was changed from a backup or report it", p.PartnerID, p.outcome())
		}
	}
	return fmt.Errorf("the digest of the database is %s, that of the replay %s: keep this output and report it", r.Digest, cmp.Or(r.Expected, "none"))
}

// WriteText writes the outcome as a person reads it.
func (r *Replay) WriteText(w io.Writer) error {
	var t table.Text
	t.Rows(table.Rows(replayedColumns, r.Partners))
	if len(r.Findings) > 0 {
		t.Rows(table.Rows(findingColumns, r.Findings))
		for i := range r.Findings {
			f := &r.Findings[i]
			t.Line("\n%s %s\n  expected  %s\n  found     %s", f.Kind, f.Keys, f.Expected, f.Found)
			for _, row := range f.Evidence {
				t.Line("  %s %s: %s", row.Source, row.ID, row.Text)
			}
		}
	}
	if r.Digest != "" {
		t.Line("\nDigest of the database  %s\nDigest of the replay    %s", r.Digest, r.Expected)
	}
	return t.Write(w)
}

// WriteCSV writes the findings for spreadsheets.
func (r *Replay) WriteCSV(w io.Writer) error { return table.WriteCSV(w, findingColumns, r.Findings) }
