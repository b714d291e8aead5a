package workers

import (
	"context"
	"strings"

	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
)

func (s *saver) orders(ctx context.Context) error {
	var p db.SaveOrdersParams
	d, g, err := changes(s.run, func(p *decision.Partner) *decision.Table[decision.Order] { return p.Orders }, func(_ string, row *decision.Order) {
		p.CustomerIds = append(p.CustomerIds, row.CustomerID)
		p.States = append(p.States, row.State)
		p.ChargedAts = append(p.ChargedAts, decision.ChargedAt(row))
	})
	if err == nil && d.any() {
		p.PartnerIds, p.Ids, p.Versions, p.Documents = d.partnerIDs, d.ids, d.versions, d.documents
		err = s.queries.SaveOrders(ctx, p)
	}
	if err == nil && g.any() {
		err = s.queries.ForgetOrders(ctx, g.partnerIDs, g.ids, g.versions)
	}
	return err
}

func (s *saver) resources(ctx context.Context) error {
	var p db.SaveResourcesParams
	d, g, err := changes(s.run, func(p *decision.Partner) *decision.Table[decision.Resource] { return p.Resources }, func(_ string, row *decision.Resource) {
		p.CustomerIds = append(p.CustomerIds, row.CustomerID)
		p.States = append(p.States, row.State)
		p.RenewalDays = append(p.RenewalDays, decision.RenewalDay(row))
	})
	if err == nil && d.any() {
		p.PartnerIds, p.Ids, p.Versions, p.Documents = d.partnerIDs, d.ids, d.versions, d.documents
		err = s.queries.SaveResources(ctx, p)
	}
	if err == nil && g.any() {
		err = s.queries.DeleteResources(ctx, g.partnerIDs, g.ids)
	}
	return err
}

func (s *saver) allowances(ctx context.Context) error {
	d, g, err := changes(s.run, func(p *decision.Partner) *decision.Table[decision.Allowance] { return p.Allowances }, func(string, *decision.Allowance) {})
	if err == nil && d.any() {
		err = s.queries.SaveAllowances(ctx, db.SaveAllowancesParams{PartnerIds: d.partnerIDs, Ids: d.ids, Versions: d.versions, Documents: d.documents})
	}
	if err == nil && g.any() {
		err = s.queries.DeleteAllowances(ctx, g.partnerIDs, g.ids)
	}
	return err
}

func (s *saver) details(ctx context.Context) error {
	var p db.SaveDetailsParams
	d, g, err := changes(s.run, func(p *decision.Partner) *decision.Table[decision.Detail] { return p.Details }, func(_ string, row *decision.Detail) {
		p.BillIds = append(p.BillIds, row.BillID)
		p.OrderIds = append(p.OrderIds, row.OrderID)
		p.Reverses = append(p.Reverses, row.Reverses)
		p.Currencies = append(p.Currencies, string(row.Currency))
		p.Amounts = append(p.Amounts, row.Amount.String())
		p.Frozen = append(p.Frozen, row.Frozen.String())
	})
	if err == nil && d.any() {
		p.PartnerIds, p.Ids, p.Versions, p.Documents = d.partnerIDs, d.ids, d.versions, d.documents
		err = s.queries.SaveDetails(ctx, p)
	}
	if err == nil && g.any() {
		err = s.queries.ForgetDetails(ctx, g.partnerIDs, g.ids, g.versions)
	}
	return err
}

func (s *saver) bills(ctx context.Context) error {
	var p db.SaveBillsParams
	d, g, err := changes(s.run, func(p *decision.Partner) *decision.Table[decision.Bill] { return p.Bills }, func(_ string, row *decision.Bill) {
		p.Cycles = append(p.Cycles, string(row.Cycle))
		p.PolicyIds = append(p.PolicyIds, row.PolicyID)
		p.Associations = append(p.Associations, row.Association)
		p.Currencies = append(p.Currencies, string(row.Currency))
		p.States = append(p.States, string(row.State))
		p.Totals = append(p.Totals, row.Amounts.Total.String())
		p.Frozen = append(p.Frozen, row.Amounts.Frozen.String())
		p.Payable = append(p.Payable, row.Amounts.Payable.String())
		p.Requested = append(p.Requested, row.Amounts.Requested.String())
		p.PaidOut = append(p.PaidOut, row.Amounts.PaidOut.String())
		p.Expired = append(p.Expired, row.Amounts.Expired.String())
		p.Offsets = append(p.Offsets, row.Amounts.Offset.String())
	})
	if err == nil && d.any() {
		p.PartnerIds, p.Ids, p.Versions, p.Documents = d.partnerIDs, d.ids, d.versions, d.documents
		err = s.queries.SaveBills(ctx, p)
	}
	if err == nil && g.any() {
		err = s.queries.ForgetBills(ctx, g.partnerIDs, g.ids, g.versions)
	}
	return err
}

func (s *saver) holds(ctx context.Context) error {
	var p db.SaveHoldsParams
	d, g, err := changes(s.run, func(p *decision.Partner) *decision.Table[decision.Hold] { return p.Holds }, func(_ string, row *decision.Hold) {
		p.Reasons = append(p.Reasons, row.Reason)
		p.Opens = append(p.Opens, row.Open)
		p.OrderIds = append(p.OrderIds, row.OrderID)
		p.Currencies = append(p.Currencies, string(row.Currency))
		p.Amounts = append(p.Amounts, row.Amount.String())
	})
	if err == nil && d.any() {
		p.PartnerIds, p.Ids, p.Versions, p.Documents = d.partnerIDs, d.ids, d.versions, d.documents
		err = s.queries.SaveHolds(ctx, p)
	}
	if err == nil && g.any() {
		err = s.queries.DeleteHolds(ctx, g.partnerIDs, g.ids)
	}
	return err
}

func (s *saver) debts(ctx context.Context) error {
	var p db.SaveDebtsParams
	d, g, err := changes(s.run, func(p *decision.Partner) *decision.Table[decision.Debt] { return p.Debts }, func(_ string, row *decision.Debt) {
		p.CustomerIds = append(p.CustomerIds, row.CustomerID)
		p.Cycles = append(p.Cycles, string(row.Cycle))
		p.Currencies = append(p.Currencies, string(row.Currency))
		p.Credits = append(p.Credits, row.Credit.String())
		p.Refunded = append(p.Refunded, row.Refunded.String())
		p.Repaid = append(p.Repaid, row.Repaid.String())
	})
	if err == nil && d.any() {
		p.PartnerIds, p.Ids, p.Versions, p.Documents = d.partnerIDs, d.ids, d.versions, d.documents
		err = s.queries.SaveDebts(ctx, p)
	}
	if err == nil && g.any() {
		err = s.queries.DeleteDebts(ctx, g.partnerIDs, g.ids)
	}
	return err
}

func (s *saver) repayments(ctx context.Context) error {
	var p db.SaveRepaymentsParams
	d, g, err := changes(s.run, func(p *decision.Partner) *decision.Table[decision.Repayment] { return p.Repayments }, func(_ string, row *decision.Repayment) {
		p.Currencies = append(p.Currencies, string(row.Currency))
		p.Amounts = append(p.Amounts, row.Amount.String())
	})
	if err == nil && d.any() {
		p.PartnerIds, p.Ids, p.Versions, p.Documents = d.partnerIDs, d.ids, d.versions, d.documents
		err = s.queries.SaveRepayments(ctx, p)
	}
	if err == nil && g.any() {
		err = s.queries.DeleteRepayments(ctx, g.partnerIDs, g.ids)
	}
	return err
}

func (s *saver) requests(ctx context.Context) error {
	var p db.SaveRequestsParams
	d, g, err := changes(s.run, func(p *decision.Partner) *decision.Table[decision.Request] { return p.Requests }, func(_ string, row *decision.Request) {
		p.States = append(p.States, string(row.State))
		p.Currencies = append(p.Currencies, string(row.Currency))
		p.Amounts = append(p.Amounts, row.Amount.String())
		p.Payouts = append(p.Payouts, row.Payout.String())
	})
	if err == nil && d.any() {
		p.PartnerIds, p.Ids, p.Versions, p.Documents = d.partnerIDs, d.ids, d.versions, d.documents
		err = s.queries.SaveRequests(ctx, p)
	}
	if err == nil && g.any() {
		err = s.queries.DeleteRequests(ctx, g.partnerIDs, g.ids)
	}
	return err
}

func (s *saver) invoices(ctx context.Context) error {
	var p db.SaveInvoicesParams
	d, g, err := changes(s.run, func(p *decision.Partner) *decision.Table[decision.Invoice] { return p.Invoices }, func(_ string, row *decision.Invoice) {
		p.States = append(p.States, string(row.State))
		p.RequestIds = append(p.RequestIds, row.RequestID)
		p.OrderIds = append(p.OrderIds, strings.Join(row.OrderIDs, ","))
		p.Currencies = append(p.Currencies, string(row.Currency))
		p.Amounts = append(p.Amounts, row.Amount.String())
	})
	if err == nil && d.any() {
		p.PartnerIds, p.Ids, p.Versions, p.Documents = d.partnerIDs, d.ids, d.versions, d.documents
		err = s.queries.SaveInvoices(ctx, p)
	}
	if err == nil && g.any() {
		err = s.queries.DeleteInvoices(ctx, g.partnerIDs, g.ids)
	}
	return err
}

func (s *saver) chains(ctx context.Context) error {
	d, g, err := changes(s.run, func(p *decision.Partner) *decision.Table[decision.Chain] { return p.Chains }, func(string, *decision.Chain) {})
	if err == nil && d.any() {
		err = s.queries.SaveChains(ctx, db.SaveChainsParams{PartnerIds: d.partnerIDs, Ids: d.ids, Versions: d.versions, Documents: d.documents})
	}
	if err == nil && g.any() {
		err = s.queries.DeleteChains(ctx, g.partnerIDs, g.ids)
	}
	if err != nil {
		return err
	}
	var partnerIDs, keys, chainIDs []string
	for _, id := range s.ids {
		for _, c := range s.partners[id].ChainOf.Changed() {
			partnerIDs, keys, chainIDs = append(partnerIDs, id), append(keys, c.ID), append(chainIDs, c.Row.ChainID)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	return s.queries.SaveChainKeys(ctx, partnerIDs, keys, chainIDs)
}
