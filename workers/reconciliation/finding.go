package reconciliation

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/money"
)

// A Kind says what was compared and how the two sides differ.
type Kind string

// A Severity says how soon somebody should look.
type Severity string

// The severities: what makes figures wrong, what may come to that, and what is worth knowing.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
	SeverityNotice  Severity = "notice"
)

// A Key is one part of what a finding is about, as order_id CS1.
type Key struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// EvidenceRowsMax bounds the rows of one side in a finding, which says how many more there are.
const EvidenceRowsMax = 10

// A Row is one side's row that a finding rests on: where it stands and what it says.
type Row struct {
	Source string `json:"source"` // a table, or a file with its line
	ID     string `json:"id"`
	Text   string `json:"text"` // its members, as they are stored
}

// A Finding is one difference between two views.
type Finding struct {
	Kind      Kind
	Severity  Severity
	PartnerID string
	Keys      []Key // in the order in which the kind names them; with kind and partner they are its identity
	// Expected and Found are what the two sides say, for people.
	Expected, Found string
	// Difference is found less expected, in Currency; zero where the sides differ by something else than an amount.
	Difference decimal.Decimal
	Currency   money.Currency
	Cycle      string // the month it belongs to, "" for none; no part of its identity
	Evidence   []Row  // of both sides
}

// idBytes of the hash make 22 characters, as all derived ids have.
const idBytes = 16

// ID names the finding: 22 characters of a hash of kind, partner and keys. What the sides say is no part of it, so a
// difference that grows stays one finding.
func (f *Finding) ID() string {
	var content []byte
	add := func(text string) {
		content = binary.BigEndian.AppendUint64(content, uint64(len(text)))
		content = append(content, text...)
	}
	add(string(f.Kind))
	add(f.PartnerID)
	for _, key := range f.Keys {
		add(key.Name)
		add(key.Value)
	}
	sum := sha256.Sum256(content)
	return base64.RawURLEncoding.EncodeToString(sum[:idBytes])
}

// Key returns the value of one key, "" when there is none.
func (f *Finding) Key(name string) string {
	for _, key := range f.Keys {
		if key.Name == name {
			return key.Value
		}
	}
	return ""
}
