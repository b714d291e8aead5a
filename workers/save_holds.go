package workers

import (
	"context"
	"fmt"

	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
)

// holdRows saves what freezes beside credit, overdue accounts, adjustments and
// statements. Nothing takes these rows away again.
func (s *saver) holdRows(ctx context.Context) error {
	for _, save := range []func(context.Context) error{s.milestones, s.cycleSettlements, s.overdues, s.adjustments, s.turnovers, s.statements} {
		if err := save(ctx); err != nil {
			return err
		}
	}
	return nil
}

// added collects what changed in a table whose rows stay, and has it saved.
func added[R any](s *saver, table func(*decision.Partner) *decision.Table[R], column func(*R), save func(documents) error) error {
	d, g, err := changes(s.run, table, func(_ string, row *R) { column(row) })
	switch {
	case err != nil:
		return err
	case g.any():
		return fmt.Errorf("save %T %q of partner %q: a row that stays was taken away", *new(R), g.ids[0], g.partnerIDs[0])
	case d.any():
		return save(d)
	}
	return nil
}

func (s *saver) milestones(ctx context.Context) error {
	return added(s, func(p *decision.Partner) *decision.Table[decision.Milestone] { return p.Milestones }, func(*decision.Milestone) {},
		func(d documents) error {
			return s.queries.SaveMilestones(ctx, db.SaveMilestonesParams{PartnerIds: d.partnerIDs, Ids: d.ids, Versions: d.versions, Documents: d.documents})
		})
}

func (s *saver) cycleSettlements(ctx context.Context) error {
	return added(s, func(p *decision.Partner) *decision.Table[decision.CycleSettlement] { return p.CycleSettlements }, func(*decision.CycleSettlement) {},
		func(d documents) error {
			return s.queries.SaveCycleSettlements(ctx, db.SaveCycleSettlementsParams{PartnerIds: d.partnerIDs, Ids: d.ids, Versions: d.versions, Documents: d.documents})
		})
}

func (s *saver) overdues(ctx context.Context) error {
	var p db.SaveOverduesParams
	return added(s, func(p *decision.Partner) *decision.Table[decision.Overdue] { return p.Overdues },
		func(row *decision.Overdue) { p.Opens = append(p.Opens, row.Open()) },
		func(d documents) error {
			p.PartnerIds, p.Ids, p.Versions, p.Documents = d.partnerIDs, d.ids, d.versions, d.documents
			return s.queries.SaveOverdues(ctx, p)
		})
}

func (s *saver) adjustments(ctx context.Context) error {
	var p db.AddAdjustmentsParams
	return added(s, func(p *decision.Partner) *decision.Table[decision.Adjustment] { return p.Adjustments },
		func(row *decision.Adjustment) {
			p.BillIds, p.OrderIds = append(p.BillIds, row.BillID), append(p.OrderIds, row.OrderID)
			p.Currencies, p.Amounts = append(p.Currencies, string(row.Currency)), append(p.Amounts, row.Amount.String())
		},
		func(d documents) error {
			p.PartnerIds, p.Ids, p.Versions, p.Documents = d.partnerIDs, d.ids, d.versions, d.documents
			return s.queries.AddAdjustments(ctx, p)
		})
}

func (s *saver) turnovers(ctx context.Context) error {
	return added(s, func(p *decision.Partner) *decision.Table[decision.Turnover] { return p.Turnovers }, func(*decision.Turnover) {},
		func(d documents) error {
			return s.queries.SaveTurnovers(ctx, db.SaveTurnoversParams{PartnerIds: d.partnerIDs, Ids: d.ids, Versions: d.versions, Documents: d.documents})
		})
}

func (s *saver) statements(ctx context.Context) error {
	var p db.AddStatementsParams
	return added(s, func(p *decision.Partner) *decision.Table[decision.Statement] { return p.Statements },
		func(row *decision.Statement) {
			p.Cycles, p.Currencies = append(p.Cycles, string(row.Cycle)), append(p.Currencies, string(row.Currency))
			p.BillAmounts, p.Due = append(p.BillAmounts, row.Amount.String()), append(p.Due, row.InitiallyToPay.String())
		},
		func(d documents) error {
			p.PartnerIds, p.Ids, p.Versions, p.Documents = d.partnerIDs, d.ids, d.versions, d.documents
			return s.queries.AddStatements(ctx, p)
		})
}
