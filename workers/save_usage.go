package workers

import (
	"context"

	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
)

// usage queues metered usage, its windows and its totals. None of these rows is
// ever taken away.
func (s *saver) usage(ctx context.Context) error {
	var p db.SaveUsagesParams
	d, _, err := changes(s.run, func(p *decision.Partner) *decision.Table[decision.Usage] { return p.Usages }, func(_ string, row *decision.Usage) {
		p.ResourceIds = append(p.ResourceIds, row.Use.ResourceID)
		p.WindowIds = append(p.WindowIds, row.WindowID)
		p.TierIds = append(p.TierIds, row.TierID)
		p.Ends = append(p.Ends, row.Use.Window.To)
		p.Refused = append(p.Refused, row.Refused)
	})
	if err == nil && d.any() {
		p.PartnerIds, p.Ids, p.Versions, p.Documents = d.partnerIDs, d.ids, d.versions, d.documents
		err = s.queries.SaveUsages(ctx, p)
	}
	return err
}

func (s *saver) usageWindows(ctx context.Context) error {
	var p db.SaveUsageWindowsParams
	d, _, err := changes(s.run, func(p *decision.Partner) *decision.Table[decision.UsageWindow] { return p.UsageWindows }, func(_ string, row *decision.UsageWindow) {
		p.Ends = append(p.Ends, row.Window.To)
		p.Settled = append(p.Settled, row.Settled)
	})
	if err == nil && d.any() {
		p.PartnerIds, p.Ids, p.Versions, p.Documents = d.partnerIDs, d.ids, d.versions, d.documents
		err = s.queries.SaveUsageWindows(ctx, p)
	}
	return err
}

func (s *saver) usageTiers(ctx context.Context) error {
	var p db.SaveUsageTiersParams
	d, _, err := changes(s.run, func(p *decision.Partner) *decision.Table[decision.UsageTier] { return p.UsageTiers }, func(_ string, row *decision.UsageTier) {
		p.Totals = append(p.Totals, row.Total.String())
	})
	if err == nil && d.any() {
		p.PartnerIds, p.Ids, p.Versions, p.Documents = d.partnerIDs, d.ids, d.versions, d.documents
		err = s.queries.SaveUsageTiers(ctx, p)
	}
	return err
}
