package reconciliation

import (
	"fmt"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/money"
)

// A replay hands the recorded inputs of a partner in again. What it comes to
// is expected, what stands in the database is found.

// Kinds of findings of a replay.
const (
	// ReplayInput: an input cannot be handed in again: it is missing, or not what was received.
	ReplayInput Kind = "replay_input"
	// ReplayDecision: an input is decided otherwise.
	ReplayDecision Kind = "replay_decision"
	// ReplayPosting: the first posting that differs.
	ReplayPosting Kind = "replay_posting"
	// ReplayBalance: what a fact comes to on an account differs.
	ReplayBalance Kind = "replay_balance"
	// ReplayDigest: a row has another document, so that the digest differs.
	ReplayDigest Kind = "replay_digest"
)

// An Event is the input that a difference begins with.
type Event struct {
	InputNo          int64
	Type, Source, ID string
}

func (e *Event) row() Row {
	if e.ID == "" {
		return Row{Source: "input", ID: strconv.FormatInt(e.InputNo, 10), Text: "nothing is recorded of it"}
	}
	return Row{Source: "input", ID: strconv.FormatInt(e.InputNo, 10), Text: e.Type + " " + e.ID + " of " + e.Source}
}

// A Replayed is one partner's comparison. Its findings are in the order in
// which they were made; First is the earliest event that one begins with.
type Replayed struct {
	PartnerID string
	Findings  []Finding
	First     *Event
	Left      int // findings above findingsMax
}

// findingsMax bounds what is told of one partner: where all is different, the
// first tell enough.
const findingsMax = 1_000

func (r *Replayed) add(f Finding, at *Event) {
	if at != nil && (r.First == nil || at.InputNo < r.First.InputNo) {
		r.First = at
	}
	if len(r.Findings) == findingsMax {
		r.Left++
		return
	}
	if at != nil {
		f.Evidence = append(f.Evidence, at.row())
	}
	r.Findings = append(r.Findings, f)
}

func (r *Replayed) differ(at *Event, expected, found string, kind Kind, key string) {
	f := newFinding(kind, r.PartnerID, key)
	f.Expected, f.Found = expected, found
	r.add(f, at)
}

// Broken says that the record of an input cannot be handed in.
func (r *Replayed) Broken(at *Event, expected, found string) {
	r.differ(at, expected, found, ReplayInput, strconv.FormatInt(at.InputNo, 10))
}

// Decided compares what became of one input.
func (r *Replayed) Decided(at *Event, expected, found string) {
	if expected != found {
		r.differ(at, expected, found, ReplayDecision, strconv.FormatInt(at.InputNo, 10))
	}
}

// A PostedLine is one posting of either side.
type PostedLine struct {
	No, InputNo                 int64
	Fact, Account, Bill, Amount string
	Currency                    money.Currency
	Hash                        string
}

func (l *PostedLine) text() string {
	if l == nil {
		return "none"
	}
	return fmt.Sprintf("posting %d of input %d: %s %s on %s for %s, bill %q, hash %s", l.No, l.InputNo, l.Amount, l.Currency, l.Account, l.Fact, l.Bill, l.Hash)
}

// Posted says that the postings differ from one on; either side may have none.
func (r *Replayed) Posted(expected, found *PostedLine, at *Event) {
	no := found
	if no == nil {
		no = expected
	}
	r.differ(at, expected.text(), found.text(), ReplayPosting, strconv.FormatInt(no.No, 10))
}

// Balance compares what a fact comes to on an account.
func (r *Replayed) Balance(fact, account string, currency money.Currency, expected, found decimal.Decimal, at *Event) {
	if expected.Equal(found) {
		return
	}
	f := newFinding(ReplayBalance, r.PartnerID, fact, account, string(currency))
	f.Expected, f.Found, f.Difference, f.Currency = expected.String(), found.String(), found.Sub(expected), currency
	r.add(f, at)
}

// Row says that a row has another document than it is decided to have; an
// empty one is none. At is the last event that decided it.
func (r *Replayed) Row(table, id, expected, found string, at *Event) {
	f := newFinding(ReplayDigest, r.PartnerID, table, id)
	f.Expected, f.Found = presence(expected), presence(found)
	if expected != "" {
		f.Evidence = append(f.Evidence, Row{Source: "replayed " + table, ID: id, Text: expected})
	}
	if found != "" {
		f.Evidence = append(f.Evidence, Row{Source: table, ID: id, Text: found})
	}
	r.add(f, at)
}

func presence(document string) string {
	if document == "" {
		return "no row"
	}
	return document
}
