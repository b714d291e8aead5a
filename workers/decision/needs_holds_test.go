package decision_test

import (
	"testing"

	"github.com/accruald/accruald/workers/decision"
)

// loadHolds hands out the rows about holds, overdue accounts, adjustments and
// statements.
func (s *shelf) loadHolds(t *testing.T, p *decision.Partner, scope decision.Scope) {
	t.Helper()
	id := scope.ID
	switch scope.Kind {
	case decision.ScopeHold:
		give(s.of.Holds, p.Holds, func(h *decision.Hold) bool { return h.ID == id })
	case decision.ScopeDetail:
		give(s.of.Details, p.Details, func(d *decision.Detail) bool { return d.ID == id })
	case decision.ScopeMilestone:
		give(s.of.Milestones, p.Milestones, func(m *decision.Milestone) bool { return m.ID == id })
	case decision.ScopeOverdue:
		give(s.of.Overdues, p.Overdues, func(o *decision.Overdue) bool { return o.ID == id })
	case decision.ScopeOpenOverdues:
		give(s.of.Overdues, p.Overdues, (*decision.Overdue).Open)
	case decision.ScopeAdjustment:
		give(s.of.Adjustments, p.Adjustments, func(a *decision.Adjustment) bool { return a.ID == id })
	case decision.ScopeStatements:
		give(s.of.Turnovers, p.Turnovers, all)
		give(s.of.Statements, p.Statements, all)
	default:
		s.loadProgramme(p, scope)
	}
}
