package workers

import (
	"maps"
	"slices"
	"strings"

	"github.com/accruald/accruald/workers/reconciliation"
)

// factSums are what the postings of each fact come to, by account, bill and
// currency. A fact is taken out when it is compared with its row, so what is
// left has none.
type factSums map[string][]reconciliation.Line

// linesOfFactUsual is how many accounts nearly every fact has.
const linesOfFactUsual = 2

func (s factSums) add(fact string, line reconciliation.Line) {
	lines := s[fact]
	for i := range lines {
		if of := &lines[i]; of.Account == line.Account && of.Bill == line.Bill && of.Currency == line.Currency {
			of.Amount = of.Amount.Add(line.Amount)
			return
		}
	}
	if lines == nil {
		lines = make([]reconciliation.Line, 0, linesOfFactUsual)
	}
	s[fact] = append(lines, line)
}

// take returns the sums of a fact but for zeros, once.
func (s factSums) take(fact string) []reconciliation.Line {
	lines := s[fact]
	delete(s, fact)
	return slices.DeleteFunc(lines, func(l reconciliation.Line) bool { return l.Amount.IsZero() })
}

// left lists the facts of a kind that were not taken, in order.
func (s factSums) left(kind string) []string {
	var facts []string
	for fact := range maps.Keys(s) {
		if strings.HasPrefix(fact, kind) {
			facts = append(facts, fact)
		}
	}
	slices.Sort(facts)
	return facts
}

// rawText is a column as it came, until the next row is read.
type rawText []byte

// ScanBytes is called by the driver.
func (t *rawText) ScanBytes(text []byte) error {
	*t = text
	return nil
}

// repeatedText is a column that has few values, or the same for some rows on
// end: rows with one value share its memory.
type repeatedText struct {
	last  string
	known map[string]string
}

// repeatedTextsMax bounds how many values are known at a time.
const repeatedTextsMax = 1_000

// ScanBytes is called by the driver.
func (t *repeatedText) ScanBytes(text []byte) error {
	if string(text) == t.last {
		return nil
	}
	known, is := t.known[string(text)]
	if !is {
		if t.known == nil || len(t.known) == repeatedTextsMax {
			t.known = map[string]string{}
		}
		known = string(text)
		t.known[known] = known
	}
	t.last = known
	return nil
}
