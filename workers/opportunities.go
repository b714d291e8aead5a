package workers

import (
	"context"

	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
)

func (s *saver) opportunities(ctx context.Context) error {
	var p db.SaveOpportunitiesParams
	d, _, err := changes(s.run, func(p *decision.Partner) *decision.Table[decision.Opportunity] { return p.Opportunities }, func(_ string, row *decision.Opportunity) {
		p.CustomerIds = append(p.CustomerIds, row.CustomerID)
		p.States = append(p.States, string(row.State))
	})
	if err != nil || !d.any() {
		return err
	}
	p.PartnerIds, p.Ids, p.Versions, p.Documents = d.partnerIDs, d.ids, d.versions, d.documents
	return s.queries.SaveOpportunities(ctx, p)
}

func (s *saver) registrations(ctx context.Context) error {
	var p db.SaveRegistrationsParams
	d, _, err := changes(s.run, func(p *decision.Partner) *decision.Table[decision.Registration] { return p.Registrations }, func(_ string, row *decision.Registration) {
		p.CustomerIds = append(p.CustomerIds, row.CustomerID)
		p.States = append(p.States, string(row.State))
	})
	if err != nil || !d.any() {
		return err
	}
	p.PartnerIds, p.Ids, p.Versions, p.Documents = d.partnerIDs, d.ids, d.versions, d.documents
	return s.queries.SaveRegistrations(ctx, p)
}

func (s *saver) owedInvoices(ctx context.Context) error {
	var p db.SaveOwedInvoicesParams
	d, _, err := changes(s.run, func(p *decision.Partner) *decision.Table[decision.OwedInvoice] { return p.OwedInvoices }, func(_ string, row *decision.OwedInvoice) {
		p.TaxRates = append(p.TaxRates, row.TaxRate.String())
		p.Currencies = append(p.Currencies, string(row.Currency))
		p.Amounts = append(p.Amounts, row.Amount.String())
	})
	if err != nil || !d.any() {
		return err
	}
	p.PartnerIds, p.Ids, p.Versions, p.Documents = d.partnerIDs, d.ids, d.versions, d.documents
	return s.queries.SaveOwedInvoices(ctx, p)
}
