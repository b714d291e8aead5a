package workers

import (
	"context"

	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
)

// attempts stores the automatic renewals that failed.
func (s *saver) attempts(ctx context.Context) error {
	var p db.SaveAttemptsParams
	d, g, err := changes(s.run, func(p *decision.Partner) *decision.Table[decision.RenewalAttempt] { return p.Attempts }, func(_ string, row *decision.RenewalAttempt) {
		p.CustomerIds = append(p.CustomerIds, row.CustomerID)
		p.AttemptedAts = append(p.AttemptedAts, row.At)
		p.Codes = append(p.Codes, row.Code)
	})
	if err == nil && d.any() {
		p.PartnerIds, p.Ids, p.Versions, p.Documents = d.partnerIDs, d.ids, d.versions, d.documents
		err = s.queries.SaveAttempts(ctx, p)
	}
	if err == nil && g.any() {
		err = s.queries.DeleteAttempts(ctx, g.partnerIDs, g.ids)
	}
	return err
}
