package workers

import (
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
)

// holdWants are what decisions about holds, overdue accounts, adjustments and
// statements look at.
type holdWants struct {
	holdsByID, details, milestones, overdues, adjustments want
	statements, openOverdues                              want
}

// of returns the want of a scope, nil for one of another kind.
func (w *holdWants) of(kind decision.ScopeKind) *want {
	switch kind {
	case decision.ScopeHold:
		return &w.holdsByID
	case decision.ScopeDetail:
		return &w.details
	case decision.ScopeMilestone:
		return &w.milestones
	case decision.ScopeOverdue:
		return &w.overdues
	case decision.ScopeOpenOverdues:
		return &w.openOverdues
	case decision.ScopeAdjustment:
		return &w.adjustments
	case decision.ScopeStatements:
		return &w.statements
	default:
		return nil
	}
}

// queueHolds queues the queries that are wanted.
func (l *loader) queueHolds() {
	l.pairs(db.LoadHolds, &l.holding.holdsByID, reader(l, func(w *working) *decision.Table[decision.Hold] { return w.Holds }))
	l.pairs(db.LoadDetails, &l.holding.details, reader(l, func(w *working) *decision.Table[decision.Detail] { return w.Details }))
	l.pairs(db.LoadMilestones, &l.holding.milestones, reader(l, func(w *working) *decision.Table[decision.Milestone] { return w.Milestones }))
	l.pairs(db.LoadOverdues, &l.holding.overdues, reader(l, func(w *working) *decision.Table[decision.Overdue] { return w.Overdues }))
	l.ofPartners(db.LoadOpenOverdues, &l.holding.openOverdues, reader(l, func(w *working) *decision.Table[decision.Overdue] { return w.Overdues }))
	l.pairs(db.LoadAdjustments, &l.holding.adjustments, reader(l, func(w *working) *decision.Table[decision.Adjustment] { return w.Adjustments }))
	l.ofPartners(db.LoadCycleSettlements, &l.book, reader(l, func(w *working) *decision.Table[decision.CycleSettlement] { return w.CycleSettlements }))
	l.ofPartners(db.LoadTurnovers, &l.holding.statements, reader(l, func(w *working) *decision.Table[decision.Turnover] { return w.Turnovers }))
	l.ofPartners(db.LoadStatements, &l.holding.statements, reader(l, func(w *working) *decision.Table[decision.Statement] { return w.Statements }))
}
