package decision

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/incentive"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/pricing"
)

// accrue writes one detail per line and policy of a paid order. Without a base
// policy one has a reason and no bill (Settlement rules, section 2).
func (f *fact) accrue(order *Order) error {
	for _, line := range order.Quote.Lines {
		service, err := f.book.Prices.ServiceType(line.ServiceType, f.at)
		if err != nil {
			return err
		}
		selection := f.policies.Select(f.incentiveFact(order, service))
		slices, err := f.counted(order, line, service)
		if err != nil {
			return err
		}
		base := Detail{
			OrderID: order.ID, LineID: line.LineID, CustomerID: order.CustomerID, Association: order.Association,
			ServiceType: line.ServiceType, OrderKind: order.Kind, Currency: order.Quote.Currency, Event: f.ref(), Slices: slices,
		}
		policies := selection.Special
		if selection.Base != nil {
			policies = append([]*incentive.Policy{selection.Base}, policies...)
		} else {
			f.accrueNothing(base, selection.ZeroReason)
		}
		for _, p := range policies {
			base.OpportunityID = f.earnedBy(order, p)
			if err := f.accrueUnder(p, base, f.periodTime(p, order, line)); err != nil {
				return err
			}
		}
	}
	return nil
}

// accrueNothing writes the detail that says why no base policy applies; special
// ones may add to nothing.
func (f *fact) accrueNothing(detail Detail, reason string) {
	detail.ID = events.DeriveID("detail", f.ID, detail.OrderID, detail.LineID, "")
	detail.Cycle = calendar.CycleOf(f.at, f.site.Zone())
	detail.Performance = performance(detail.Slices)
	detail.ZeroReason = reason
	f.Details.Put(detail.ID, &detail)
}

func (f *fact) accrueUnder(p *incentive.Policy, detail Detail, at time.Time) error {
	period, _, last, err := calendar.PeriodOf(p.Period, at, f.site.Zone())
	if err != nil {
		return err
	}
	if p.Association == incentive.AssociationNone {
		detail.Association = incentive.AssociationNone
	}
	detail.ID = events.DeriveID("detail", f.ID, detail.OrderID, detail.LineID, p.ID)
	detail.BillID = billID(f.ID, period, p.ID, detail.Association, detail.Currency)
	detail.Period, detail.Cycle = period, last
	detail.PolicyID, detail.PolicyVersion, detail.Provisional = p.ID, p.Version, true
	if detail.Currency != p.Currency {
		return fmt.Errorf("accrue order %q line %q under policy %q: the order is in %s, the policy in %s", detail.OrderID, detail.LineID, p.ID, detail.Currency, p.Currency)
	}
	if err := f.estimate(p, &detail); err != nil {
		return err
	}
	f.Details.Put(detail.ID, &detail)
	return nil
}

// billID names one partner's incentive of a period, policy, association and
// currency; partners, replays and permutations agree on it.
func billID(partner, period, policy, association string, c money.Currency) string {
	return events.DeriveID("bill", partner, period, policy, association, string(c))
}

// estimate sets performance, rate and amount of a detail while its period runs.
func (f *fact) estimate(p *incentive.Policy, detail *Detail) error {
	detail.Performance = performance(detail.Slices)
	rate, amount, err := incentive.Provisional(p, detail.Performance)
	if err != nil {
		return err
	}
	detail.Rate, detail.Ideal = rate, amount
	if detail.ZeroReason == "" && detail.Performance.IsZero() && !anyCounts(detail.Slices) {
		detail.ZeroReason = incentive.ZeroCouponPaid
		if len(detail.Slices) == 0 { // a trial: nobody paid anything
			detail.ZeroReason = incentive.ZeroOutsidePolicy
		}
	}
	if p.Basis == incentive.BasisOrder && earnsNothing(detail) && detail.ZeroReason == "" {
		detail.ZeroReason = incentive.ZeroBelowThreshold
	}
	return nil
}

// earnsNothing tells whether a detail has performance and comes to nothing.
func earnsNothing(detail *Detail) bool {
	return detail.Ideal.IsZero() && detail.Performance.IsPositive()
}

func anyCounts(slices []DetailSlice) bool {
	for _, s := range slices {
		if !s.Counted.IsZero() {
			return true
		}
	}
	return false
}

// performance is what the slices count for, less what was given back within
// the period.
func performance(slices []DetailSlice) decimal.Decimal {
	var sum decimal.Decimal
	for _, s := range slices {
		sum = sum.Add(s.Eligible)
	}
	return sum
}

func (f *fact) incentiveFact(order *Order, service *pricing.ServiceType) incentive.Fact {
	left := f.Reference.leftAt(f.in.PartnerVersion, f.at)
	out := incentive.Fact{
		Association: order.Association, ServiceType: service.Code, ServicePolicy: service.IncentivePolicy, OrderKind: order.Kind,
		Level: f.enrolled.Level, Currency: order.Quote.Currency, At: f.at, InProgramme: left == nil, Certified: f.enrolled.Certified, Site: f.site,
	}
	if c := f.Reference.customer(f.in.PartnerVersion, order.CustomerID, order.PlacedAt); c != nil {
		out.Segment = c.Segment
	}
	out.PreviousPaidAt = order.PreviousPaidAt
	if order.Kind == KindUsage {
		out.PreviousPaidAt = &out.At // who is new is told by orders: usage is nobody's first
	}
	if closed := f.Reference.closing(f.in.PartnerVersion, order.OpportunityID); closed != nil {
		out.Opportunity = closed.PolicyID
	}
	out.OpportunityPolicies = f.Reference.opportunityPolicies(f.in.PartnerVersion)
	out.MovedAt = f.Reference.movedAt(f.in.PartnerVersion, order.CustomerID, f.at)
	return out
}

// periodTime is the time that says which period a line belongs to: payment,
// or for renewals the effective time where the policy says so.
func (f *fact) periodTime(p *incentive.Policy, order *Order, line pricing.QuoteLine) time.Time {
	if p.CycleBy != incentive.CycleByEffective || order.Kind != pricing.KindRenew {
		return f.at
	}
	for _, e := range order.Effective {
		if e.ResourceID == line.ResourceID {
			return e.EffectiveTime
		}
	}
	return f.at
}

// counted returns the slices of a line with what each counts for.
func (f *fact) counted(order *Order, line pricing.QuoteLine, service *pricing.ServiceType) ([]DetailSlice, error) {
	cycle := calendar.CycleOf(f.at, f.site.Zone())
	var slices []DetailSlice
	var tenders []incentive.Tender
	for _, s := range order.Payment.Slices {
		if s.LineID != line.LineID {
			continue
		}
		counts := true
		if s.Kind == pricing.TenderFlexiCoupon {
			counts = f.Reference.coupon(f.in.PartnerVersion, s.Reference, f.at).CountsForPerformance
		}
		slices = append(slices, DetailSlice{OrderID: order.ID, Cycle: cycle, Kind: s.Kind, Reference: s.Reference, Paid: s.Amount, OnCredit: s.OnCredit})
		tenders = append(tenders, incentive.Tender{Kind: string(s.Kind), CountsForPerformance: counts, Amount: s.Amount})
	}
	counted, err := f.performances(order, line, service, tenders)
	if err != nil {
		return nil, err
	}
	for i := range slices {
		slices[i].Counted, slices[i].Eligible = counted[i], counted[i]
	}
	return slices, nil
}

func (f *fact) performances(order *Order, line pricing.QuoteLine, service *pricing.ServiceType, tenders []incentive.Tender) ([]decimal.Decimal, error) {
	counts, _, err := incentive.ServiceCounts(service.IncentivePolicy)
	if err != nil {
		return nil, err
	}
	if !counts {
		return make([]decimal.Decimal, len(tenders)), nil
	}
	if f.enrolled.Site != "cn" && order.Association == incentive.AssociationResale && f.enrolled.SettlementDiscount != nil {
		if givesBack(tenders) {
			counted, err := incentive.ResalePerformance(line.Official.Neg(), *f.enrolled.SettlementDiscount, negated(tenders), order.Quote.Currency)
			for i := range counted {
				counted[i] = counted[i].Neg()
			}
			return counted, err
		}
		return incentive.ResalePerformance(line.Official, *f.enrolled.SettlementDiscount, tenders, order.Quote.Currency)
	}
	return incentive.Performance(tenders)
}
