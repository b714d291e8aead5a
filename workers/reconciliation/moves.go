package reconciliation

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Move is what one partner was told of a customer: that it came, or that it left for another partner.
type Move struct {
	PartnerID, CustomerID string
	Version               int64
	EventID               string
	At                    time.Time
	Next                  string // the partner that it left for, "" where it came
}

func (m *Move) row() Row {
	text := "came"
	if m.Next != "" {
		text = "left for partner " + m.Next
	}
	return Row{Source: "reference_log", ID: m.PartnerID + " " + strconv.FormatInt(m.Version, 10), Text: fmt.Sprintf("customer %s %s at %s, event %s", m.CustomerID, text, m.At.Format(time.RFC3339), m.EventID)}
}

// WentTo returns the partner that a customer left for by the moves of one partner, in their order, and is not back from;
// "" while it is there. Known is false where it never was.
func WentTo(moves []Move) (next string, known bool) {
	var came time.Time
	for i := range moves {
		if m := &moves[i]; m.Next == "" && (!known || m.At.After(came)) {
			came, known = m.At, true
		}
	}
	for i := range moves {
		if m := &moves[i]; m.Next != "" && !m.At.Before(came) {
			next = m.Next
		}
	}
	return next, known
}

// WithoutPartner follows a customer from the partner that it left, and returns a finding where it arrives nowhere: moves
// at one instant led it in a circle, or to a partner that never had it. Told are its moves, by partner; a partner that is
// asked for and not told is returned as missing.
func WithoutPartner(partnerID, customerID string, told map[string][]Move) (f *Finding, missing string) {
	var rows []Row
	path := []string{partnerID}
	for at := partnerID; ; {
		moves, is := told[at]
		if !is {
			return nil, at
		}
		for i := range moves {
			rows = append(rows, moves[i].row())
		}
		next, known := WentTo(moves)
		if known && next == "" {
			return nil, ""
		}
		found := strings.Join(path, ", then ") + " and no further"
		for _, before := range path {
			if next == before {
				found = strings.Join(append(path, next), ", then ") + " again"
				next = ""
				break
			}
		}
		if next == "" {
			f := newFinding(CustomerWithoutPartner, partnerID, customerID)
			f.Expected, f.Found, f.Evidence = "one partner that the customer is with", "from partner "+found, bounded(rows)
			return &f, ""
		}
		path, at = append(path, next), next
	}
}
