package listing

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/decision"
)

// A Filter says what is listed; what is empty keeps nothing out. The partner is chosen by the caller.
type Filter struct {
	Cycle, State string
	Limit        int
}

// check refuses what nothing of that kind can have.
func (f Filter) check(what string, states []string) error {
	if f.Cycle != "" {
		if _, err := calendar.ParseCycle(f.Cycle); err != nil {
			return fmt.Errorf("list %s of cycle %q: %w: write YYYY-MM", what, f.Cycle, err)
		}
	}
	if f.State != "" && !slices.Contains(states, f.State) {
		return fmt.Errorf("list %s in state %q: there is no such state: use one of %s", what, f.State, strings.Join(states, ", "))
	}
	return nil
}

// A List is rows of one kind, taken from partners one after the other.
type List[R any] struct {
	Rows    []R `json:"rows"`
	LeftOut int `json:"left_out"` // rows beyond the limit

	limit   int
	columns []table.Column[R]
	of      func(*decision.Partner) []R
}

// Add takes a partner's rows.
func (l *List[R]) Add(p *decision.Partner) { l.add(l.of(p)) }

func (l *List[R]) add(rows []R) {
	fitting := min(len(rows), l.limit-len(l.Rows))
	l.Rows, l.LeftOut = append(l.Rows, rows[:fitting]...), l.LeftOut+len(rows)-fitting
}

// Cutoff is how many rows were left out.
func (l *List[R]) Cutoff() int { return l.LeftOut }

// WriteText writes the list as a person reads it.
func (l *List[R]) WriteText(w io.Writer) error {
	var t table.Text
	t.Rows(table.Rows(l.columns, l.Rows))
	return t.Write(w)
}

// WriteCSV writes the list for spreadsheets.
func (l *List[R]) WriteCSV(w io.Writer) error { return table.WriteCSV(w, l.columns, l.Rows) }

func newList[R any](limit int, columns []table.Column[R], of func(*decision.Partner) []R) *List[R] {
	return &List[R]{Rows: []R{}, limit: limit, columns: columns, of: of}
}

// listed is a list of rows that are made already.
func listed[R any](limit int, columns []table.Column[R], rows []R) *List[R] {
	l := newList(limit, columns, nil)
	l.add(rows)
	return l
}
