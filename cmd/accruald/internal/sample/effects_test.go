package sample

import (
	"testing"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/pricing"
	"github.com/accruald/accruald/workers/site"
)

// TestShippedFileComesTo: what the story means to show comes out of it.
func TestShippedFileComesTo(t *testing.T) {
	t.Parallel()
	m := decision.NewMemory(site.Default())
	found := map[string]int{}
	for _, ev := range story(t) {
		outs, err := m.Fold(ev, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, out := range outs {
			switch data := out.Data.(type) {
			case *events.IncentiveReleased:
				found["released "+data.Reason]++
			case *events.OpportunityStateChanged:
				found["opportunity "+data.To]++
			case *events.OwedInvoiceChanged:
				if data.After.Decimal.LessThan(data.Before.Decimal) {
					found["owed invoices deducted"]++
				}
			default:
				found[out.Type]++
			}
		}
	}
	for id, p := range m.Partners {
		for _, d := range p.Details.All() {
			found["earned by "+d.PolicyID]++
		}
		for _, o := range p.Orders.All() {
			if o.Event.Source == decision.SourceAutoRenew && o.Payment != nil {
				found["automatic renewals"]++
			}
			if o.Usage != nil {
				found["usage settled by "+o.Usage.Settle+" at "+siteOf(id)]++
			}
		}
		for _, c := range p.Coupons.All() {
			found["coupons "+string(c.State)]++
			if c.Version == 2 && c.Uses > 1 {
				found["coupons used in parts"]++
			}
			if c.Overdrawn().IsPositive() {
				t.Errorf("coupon %q is overdrawn", c.ID)
			}
		}
		for _, r := range p.Resources.All() {
			if r.ToPayPerUse != "" {
				found["conversions"]++
			}
		}
		if id == partnerSingapore {
			found["automatic applications"] += len(p.Requests.All())
		}
		found["failed renewals"] += len(p.Attempts.All())
		found["registrations"] += len(p.Registrations.All())
	}
	for what, least := range map[string]int{
		"earned by " + policyOpportunity: 3, "earned by " + policyNewCustomer: 3, "automatic renewals": 10, "failed renewals": 1, "conversions": 2,
		"usage settled by hour at cn": 20, "usage settled by month at cn": 4, "usage settled by hour at intl": 8, "usage settled by month at intl": 2,
		"coupons " + string(pricing.CouponReclaimed): 3, "coupons used in parts": 3, "released contract_missing": 10, "released milestone_undelivered": 1,
		"opportunity accepted": 1, "opportunity rejected": 1, "owed invoices deducted": 1, "automatic applications": 4, "registrations": 1,
		events.TypeStatementIssued: 9, events.TypeCouponQuotaChanged: 40,
	} {
		if found[what] < least {
			t.Errorf("%d %s, want %d at least", found[what], what, least)
		}
	}
}
