package decision

import (
	"cmp"
	"slices"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/calendar"
)

// A StatementRun is a decided run of the job statement.
type StatementRun struct {
	Cycle      calendar.Cycle // whose statements it issued
	At         time.Time
	DecisionNo int64
}

// A Telling says which statement told what. A statement keeps sums and no
// lines, and tells what was decided before it of its cycle and those before: so
// it follows from the numbers of decisions.
type Telling struct {
	Runs []StatementRun // the first of each cycle, in the order of decision
	// Late has the decisions of inputs that happened in the cycle of a run and
	// were decided after it, by InputID. Those that are missing were in time.
	Late map[string]int64
	// Usage has the decision of the first usage of each settlement, by its id.
	Usage map[string]int64
}

// NewTelling keeps of runs the first of each cycle: a later one issues nothing.
func NewTelling(runs []StatementRun) *Telling {
	t := &Telling{Late: map[string]int64{}, Usage: map[string]int64{}}
	runs = slices.Clone(runs)
	slices.SortFunc(runs, func(a, b StatementRun) int { return cmp.Compare(a.DecisionNo, b.DecisionNo) })
	for _, run := range runs {
		if !slices.ContainsFunc(t.Runs, func(known StatementRun) bool { return known.Cycle == run.Cycle }) {
			t.Runs = append(t.Runs, run)
		}
	}
	return t
}

// Telling finds out of a partner with all of its inputs which statement told
// what.
func (p *Partner) Telling(zone *time.Location) *Telling {
	var runs []StatementRun
	for _, in := range p.Inputs.All() {
		if data, ok := in.Event.Data.(*events.ScheduleApplied); ok && data.Job == JobStatement && in.Status == StatusAccepted {
			runs = append(runs, RunOf(data, in.DecisionNo, zone))
		}
	}
	t := NewTelling(runs)
	for _, in := range p.Inputs.All() {
		late := func(run StatementRun) bool {
			return in.Event.Time.Before(run.Cycle.End(zone)) && in.DecisionNo > run.DecisionNo
		}
		if in.Status == StatusAccepted && slices.ContainsFunc(t.Runs, late) {
			t.Late[in.id()] = in.DecisionNo
		}
	}
	for _, u := range p.Usages.All() {
		if first, known := t.Usage[u.WindowID]; !u.Refused && (!known || u.DecisionNo < first) {
			t.Usage[u.WindowID] = u.DecisionNo
		}
	}
	return t
}

// RunOf is a decided run of the job statement: it issues the statements of the
// cycle before it.
func RunOf(data *events.ScheduleApplied, decisionNo int64, zone *time.Location) StatementRun {
	return StatementRun{Cycle: calendar.CycleOf(data.ScheduledFor, zone).Prev(), At: data.ScheduledFor, DecisionNo: decisionNo}
}

// In returns the cycle whose statement tells a fact of a cycle, and whether it
// was issued already. What no run has told is of the next statement.
func (t *Telling) In(cycle calendar.Cycle, fact EventRef) (told calendar.Cycle, issued bool) {
	no, known := t.Late[InputID(fact.Source, fact.ID)]
	if !known {
		no = t.Usage[fact.ID]
	}
	next := cycle
	for _, run := range t.Runs {
		if run.Cycle >= cycle && run.DecisionNo > no {
			return run.Cycle, true
		}
		next = max(next, run.Cycle.Next())
	}
	return next, false
}

// Open is the cycle in whose statement a cycle's news stand that no statement
// has told.
func (t *Telling) Open(cycle calendar.Cycle) calendar.Cycle {
	for _, run := range t.Runs {
		cycle = max(cycle, run.Cycle.Next())
	}
	return cycle
}
